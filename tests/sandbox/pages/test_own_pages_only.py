"""Only our own pages, and what is no browser, may change anything."""

from typing import Any

import pytest
import requests

from tests.sandbox.pages.visitor import Visitor


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_the_page_of_another_site_changes_nothing(visitor: Visitor, headers: Any) -> None:
    number = visitor.dossier()
    base = visitor.sandbox.base_url
    for path in (f"/dossiers/{number}/supprimer", "/control/purge", "/pannes/eteindre"):
        sent = requests.post(base + path, json={"number": number}, headers=headers, timeout=10)
        assert sent.status_code == 403
    assert visitor.control.snapshot(number)["listed"]
    assert requests.get(f"{base}/dossiers/{number}", headers=headers, timeout=10).ok


def test_our_own_pages_and_what_is_no_browser_are_let_in(visitor: Visitor) -> None:
    number = visitor.dossier()
    base = visitor.sandbox.base_url
    for headers in ({}, {"Origin": base, "Sec-Fetch-Site": "same-origin"}):
        path = f"{base}/dossiers/{number}/message"
        assert requests.post(path, data={"message": "x"}, headers=headers, timeout=10).ok
