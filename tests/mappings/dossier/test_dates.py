"""Dates that DS keeps after what they tell of was undone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mappings.dossier.decode import decode_dossier
from tests.mappings.dossier.test_shape import DAY, SOUND

ASKED = datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
"""When the champs were last submitted, and the correction was asked: ``DAY``."""


def moment(minutes: int) -> str:
    return (ASKED + timedelta(minutes=minutes)).isoformat()


@pytest.mark.parametrize(
    ("state", "told"),
    [("accepte", True), ("refuse", True), ("en_instruction", False), ("en_construction", False)],
)
def test_a_decision_that_was_taken_back_has_no_date(state: str, told: bool) -> None:
    read = decode_dossier({**SOUND, "state": state, "dateTraitement": DAY}, revision=None)
    assert read.decided_at == (ASKED if told else None)


@pytest.mark.parametrize(
    ("message", "dossier", "answered"),
    [
        ({}, {}, False),
        ({"resolved": 90}, {}, True),
        ({"resolved": 90, "withdrawn": 90}, {}, False),
        ({"resolved": 90}, {"taken_up": 90}, False),
        ({"resolved": 90}, {"taken_up": 90, "submitted": 90}, True),
        ({"resolved": 90}, {"taken_up": 300}, True),
    ],
)
def test_a_correction_request_is_answered_by_the_declarant_only(
    message: dict[str, int], dossier: dict[str, int], answered: bool
) -> None:
    resolved, withdrawn = message.get("resolved"), message.get("withdrawn")
    seen: dict[str, Any] = {
        "id": "M",
        "createdAt": moment(0),
        "discardedAt": None if withdrawn is None else moment(withdrawn),
        "correction": {
            "reason": "incomplete",
            "dateResolution": None if resolved is None else moment(resolved),
        },
    }
    taken_up = dossier.get("taken_up")
    raw = {
        **SOUND,
        "datePassageEnInstruction": None if taken_up is None else moment(taken_up),
        "dateDerniereModificationChamps": moment(dossier.get("submitted", 0)),
        "messages": [seen],
    }
    read = decode_dossier(raw, revision=None)
    found = read.answered_at(read.messages[0])
    assert found == (ASKED + timedelta(minutes=90) if answered else None)
