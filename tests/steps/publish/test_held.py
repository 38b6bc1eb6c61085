"""Dossiers that are held together: the same answers and verdicts, in less room."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec.structs import replace

from exports.model import ExportedDossier
from mappings.report.model import Answer, AnswerState, Origin
from steps.publish import kept
from steps.publish.entries import HeldDossiers
from tests.exports.conftest import answered, entry

if TYPE_CHECKING:
    from steps.wiring.services import Services

FROM = Origin("1", "Question", "text", "r1", None)


def test_only_where_answers_come_from_is_left_out() -> None:
    row = {"nom": replace(answered("A"), origin=FROM)}
    fields = {
        "un": replace(answered(1), origin=FROM),
        "oui": replace(answered(True), origin=FROM),
        "texte": replace(answered("court"), origin=FROM),
        "encore": replace(answered("court"), origin=FROM),
        "vide": Answer(AnswerState.BLANK, None, FROM),
        "illisible": Answer(AnswerState.UNREADABLE, None, FROM, "x", "pourquoi"),
        "lignes": replace(answered((row,)), origin=FROM),
    }
    one = entry(1, fields=fields)
    held = HeldDossiers()
    found = held.report(one.report)
    assert {name: found.fields[name] for name in fields} == {
        **{name: replace(answer, origin=None) for name, answer in fields.items()},
        "lignes": answered(({"nom": answered("A")},)),
    }
    assert (found.fields["un"].value, found.fields["oui"].value) == (1, True)
    assert found.fields["oui"].value is True
    assert found.fields["texte"] is found.fields["encore"]
    assert held.verdict(one.assessment) == one.assessment


def test_dossiers_that_are_asked_for_ahead_are_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []

    def read(_: Any, *, numbers: Iterable[int], **_told: Any) -> Iterator[ExportedDossier]:
        asked.append(sorted(numbers))
        yield from map(entry, asked[-1])

    monkeypatch.setattr(kept, "entries_of", read)
    monkeypatch.setattr(kept, "_AT_HAND", 4)
    whole = kept.WholeDossiers(cast("Services", None))
    assert [whole(number).number for number in (1, 2, 3, 4)] == [1, 2, 3, 4]
    whole.ahead([1, 5, 6])  # the oldest that is held is asked for again: it stays
    assert [whole(number).number for number in (5, 1, 6)] == [5, 1, 6]
    assert asked == [[1], [2], [3], [4], [5, 6]]
    assert whole(2).number == 2
    assert asked[5:] == [[2]], "it had to make room"
