"""The answers fit the form: known champs, options, kinds of values, visible conditions."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate

FORM = json.loads(
    (Path(__file__).parents[3] / "sandbox" / "formulaire.json").read_text(encoding="utf-8")
)


@cache
def dossiers() -> list[SeedDossier]:
    return generate(300, seed=1)


SKIPPED = {"header_section", "explication"}
Champ = dict[str, Any]


def form(revision: int, part: str = "champs") -> dict[int, Champ]:
    champs = FORM["revisions"][revision - 1].get(part, [])
    return {champ["id"]: champ for champ in champs if champ["type"] not in SKIPPED}


def blank(answer: Any) -> bool:
    return answer is None or answer in ("", [])


def row_fits(champ: Champ, row: dict[int, Any]) -> bool:
    children = {child["id"]: child for child in champ["children"]}
    return all(blank(cell) or fits(children[at], cell) for at, cell in row.items())


def fits(champ: Champ, answer: Any) -> bool:
    return isinstance(answer, KINDS[champ["type"]]) and CHECKS.get(champ["type"], always)(
        champ, answer
    )


def always(_champ: Champ, _answer: Any) -> bool:
    return True


KINDS: dict[str, type] = {
    **dict.fromkeys(("text", "textarea", "email", "phone", "siret", "date", "drop_down_list"), str),
    **dict.fromkeys(("yes_no", "checkbox"), bool),
    **dict.fromkeys(("regions", "departements"), dict),
    **dict.fromkeys(
        (
            "multiple_drop_down_list",
            "linked_drop_down_list",
            "repetition",
            "piece_justificative",
        ),
        list,
    ),
    "integer_number": int,
    "decimal_number": float,
}
FILE = {"filename", "content_type", "content", "scan"}
CHECKS: dict[str, Callable[[Champ, Any], bool]] = {
    "drop_down_list": lambda champ, answer: answer in champ["options"],
    "multiple_drop_down_list": lambda champ, answer: set(answer) <= set(champ["options"]),
    "linked_drop_down_list": lambda champ, answer: answer[1] in champ["options"][answer[0]],
    "regions": lambda _champ, answer: set(answer) == {"code", "name"},
    "departements": lambda _champ, answer: set(answer) == {"code", "name"},
    "repetition": lambda champ, answer: all(row_fits(champ, row) for row in answer),
    "piece_justificative": lambda _champ, answer: all(set(one) == FILE for one in answer),
    "date": lambda _champ, answer: bool(date.fromisoformat(answer)),
}


@pytest.mark.parametrize("revision", [1, 2])
def test_answers_are_those_that_the_form_allows(revision: int) -> None:
    champs = form(revision)
    for dossier in dossiers():
        if dossier.revision != revision:
            continue
        for stable, answer in dossier.answers.items():
            assert stable in champs, (dossier.number, stable)
            assert blank(answer) or fits(champs[stable], answer), (dossier.number, stable, answer)


def test_annotations_are_those_of_humans_only() -> None:
    for dossier in dossiers():
        known = form(dossier.revision, "annotations")
        for stable, value in dossier.annotations.items():
            assert stable in {921, 922, 923, 924}
            assert fits(known[stable], value)


def shown(condition: Champ | None, answers: Any) -> bool:
    if not condition:
        return True
    answer = answers.get(condition["champ"])
    if "equals" in condition:
        return bool(answer == condition["equals"])
    if "not_equals" in condition:
        return bool(answer != condition["not_equals"])
    wanted = condition.get("includes_any") or [condition["includes"]]
    return bool(set(wanted) & set(answer or []))


def hidden_answers(dossier: SeedDossier) -> set[int]:
    champs = form(dossier.revision)
    return {
        stable
        for stable, answer in dossier.answers.items()
        if not blank(answer) and not shown(champs[stable].get("condition"), dossier.answers)
    }


def test_only_stale_dossiers_answer_hidden_questions() -> None:
    stale = [one for one in dossiers() if hidden_answers(one)]
    assert stale
    assert not [one.planted.kind for one in stale if "stale" not in one.planted.kind]


def test_a_clean_dossier_answers_every_required_question() -> None:
    for dossier in dossiers():
        if dossier.planted.score < 100 or dossier.planted.status in ("À préciser", "Hors champ"):
            continue
        for stable, champ in form(dossier.revision).items():
            if champ["required"] and shown(champ.get("condition"), dossier.answers):
                assert not blank(dossier.answers.get(stable)), (dossier.number, stable)
