"""The sandbox refuses and shapes as plain graphql-core does over the official schema."""

from typing import Any

import pytest

from tests.sandbox.api.second_engine import compare


@pytest.mark.slow
def test_random_documents_are_answered_as_by_a_second_engine(shared: Any) -> None:
    report = compare(shared.sandbox, queries=40, seed=16)
    assert report.unexpected == []
    assert sum(report.asked.values()) == 40 + 40 + 29
    assert sum(report.expected.values()) < 60, "most are answered alike, in full"
