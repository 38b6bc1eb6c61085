"""Windows of headless Chromium on a portal, as every test of its pages opens them."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from portal.pages.view import dsfr_is_installed
from tests.portal.conftest import PASSWORD

SHOTS = Path(__file__).parents[3] / "build" / "captures-portail"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 700}
Open = Callable[..., AbstractContextManager[Page]]
_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture
def window(browser: Browser) -> Open:
    """Open a window, signed in if an account is named; nothing may be logged to its console."""

    @contextmanager
    def open_(
        url: str, email: str = "", *, viewport: Any = DESKTOP, scripts: bool = True
    ) -> Iterator[Page]:
        context = browser.new_context(
            base_url=url,
            viewport=viewport,
            locale="fr-FR",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        if email:
            sign_in(page, email)
        yield page
        context.close()
        assert not [one for one in said if "status of 40" not in one]

    return open_


def sign_in(page: Page, email: str) -> None:
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("À traiter")


@pytest.fixture(params=["sobre", "dsfr"])
def dress(request: pytest.FixtureRequest) -> str:
    """What pages are dressed in; the State's design system is not installed everywhere."""
    if request.param == "dsfr" and not dsfr_is_installed():
        missing = "the State's design system is not installed (make portal-assets)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return str(request.param)


def serious(page: Page, name: str) -> list[str]:
    """Open what is folded; what axe finds that is serious or worse, with where it is."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    said = Axe().run(page, options={"runOnly": {"type": "tag", "values": _AA}})
    return [
        f"{name}: {one['id']} {one['nodes'][0]['target']}"
        for one in said.response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
