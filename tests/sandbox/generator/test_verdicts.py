"""The planted verdicts, read again from the answers: the plan said what the dossier holds.

A second reading of the guide, written for this test alone; the bridge's rules are a third.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from stdnum import ean
from stdnum.fr import siret

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from sandbox.generator.verdict import PENALTIES

EMPTY = {"nc", "n/c", "neant", "sans objet", "ras", "voir piece jointe", "voir pj", "xxx", "-", "."}
EMPTY |= {"a completer"}
NEEDS_CIS = {"AMM", "AIP", "Enregistrement"}
Answers = Mapping[int, Any]
LOST = {"missing": Decimal(1), "invalid": Decimal(1), "insufficient": Decimal("0.5")}


@cache
def batches() -> list[list[SeedDossier]]:
    return [generate(300, seed=seed) for seed in (1, 2)]


@cache
def numbers() -> list[set[int]]:
    return [{one.number for one in batch} for batch in batches()]


def dossiers() -> list[SeedDossier]:
    return [one for batch in batches() for one in batch]


def is_empty(text: str) -> bool:
    plain = unicodedata.normalize("NFD", text.lower())
    bare = "".join(mark for mark in plain if not unicodedata.combining(mark)).strip()
    return bare in EMPTY or re.sub(r"[\s.!]+$", "", bare) in EMPTY


def filled(*answers: Any) -> str:
    return "missing" if any(one in (None, "", [], False) for one in answers) else "present"


def text(answer: Any, least: int = 0) -> str:
    if not answer:
        return "missing"
    return "insufficient" if is_empty(answer) or len(answer) < least else "present"


def worst(*verdicts: str) -> str:
    order = ("missing", "invalid", "insufficient", "present")
    return next(one for one in order if one in verdicts)


def answered(answers: Answers, champ: int) -> str:
    return "missing" if answers.get(champ) is None else "present"


def branch(answers: Answers, champ: int, yes: str, no: str = "present") -> str:
    if answers.get(champ) is None:
        return "missing"
    return yes if answers[champ] else no


def wrong(*, holds: bool) -> str:
    return "invalid" if holds else "present"


def cells(answers: Answers, champ: int) -> list[Any]:
    return [row.get(champ) for row in answers[15]]


def codes(answers: Answers) -> str:
    rows = [row for row in answers[15] if row.get(157) in NEEDS_CIS]
    if not rows:
        return "not_applicable"
    verdicts = [filled(row.get(152)) for row in rows]
    for row in rows:
        cis, cip = row.get(152) or "", row.get(153) or ""
        shaped = len(cis) == 8 and cis.isdigit()
        sound = not cip or (ean.is_valid(cip) and cip.startswith("34009") and len(cip) == 13)
        verdicts.append(wrong(holds=not shaped or not sound))
    return worst(*verdicts)


def previous(one: SeedDossier) -> str:
    kind, number = one.answers.get(13), one.answers.get(14)
    if kind in ("", "Initial"):
        return "not_applicable"
    known = any({number, one.number} <= batch for batch in numbers())
    return "missing" if not number else wrong(holds=not known or number == one.number)


def when(condition: bool, verdict: str) -> str:
    return verdict if condition else "not_applicable"


def day(one: SeedDossier) -> str:
    return one.deposited_at.astimezone(ZoneInfo("Europe/Paris")).date().isoformat()


def analysed(one: SeedDossier) -> str:
    known, done = one.answers.get(36), one.answers.get(40)
    if not done:
        return "missing"
    return wrong(holds=not (known or "") <= done <= day(one))


def counts(answers: Answers) -> str:
    cases, serious, deaths = (answers.get(champ) for champ in (50, 501, 502))
    if cases is None or serious is None or deaths is None:
        return "missing"
    return worst(wrong(holds=not cases >= serious >= deaths >= 0), text(answers.get(51), 30))


def patients(answers: Answers) -> str:
    number = answers.get(42)
    if number is None or not answers.get(43):
        return "missing"
    return wrong(holds=number <= 0)


def place(answers: Answers) -> str:
    rows = {"Régionale": 32, "Locale": 33}.get(answers.get(31) or "")
    return filled(answers.get(31), answers.get(rows) if rows else True)


def contact(answers: Answers) -> str:
    there = filled(*(answers.get(champ) for champ in (8, 9, 10, 11)))
    bad = "@@" in answers[10] or len(answers[11] or "0123456789") < 10
    return worst(there, wrong(holds=bad), text(answers[8]))


def prescribed(one: SeedDossier) -> str:
    who = one.answers.get(29)
    return worst(text(who, 30) if one.revision == 1 else filled(who), filled(one.answers[30]))


def usage(answers: Answers) -> str:
    same = bool(answers.get(21)) and answers.get(21) == answers.get(20)
    return worst(text(answers.get(21), 30), wrong(holds=same))


def half_rows(answers: Answers) -> str:
    whole = [row for row in answers.get(56) or [] if row.get(561) and row.get(562)]
    return filled(whole)


def declarant(one: SeedDossier) -> dict[str, str]:
    a = one.answers
    number = bool(a.get(6)) and not siret.is_valid(a[6])
    return {
        "A1": worst(filled(a.get(6), a.get(7)), wrong(holds=number)),
        "A2": contact(a),
        "A3": filled(a.get(13)),
        "A4": previous(one),
        "M1": worst(*(text(cell) for cell in cells(a, 151))),
        "M2": worst(*(text(cell) for cell in cells(a, 154))),
        "M3": codes(a),
        "M4": filled(*cells(a, 157)),
        "M5": filled(a[16]),
    }


def described(one: SeedDossier) -> dict[str, str]:
    a, natures = one.answers, set(one.answers.get(18) or [])
    return {
        "D0": text(a.get(17)),
        "D1": filled(a.get(18)),
        "D2": text(a.get(20), 30),
        "D3": usage(a),
        "D4": when("Indication" in natures, text(a.get(22))),
        "D5": when("Voie d'administration" in natures, filled(a.get(23))),
        "D6": when(bool(natures & {"Posologie", "Durée"}), text(a.get(24), 30)),
        "D7": text(a.get(25), 30),
        "D8": filled(a.get(26)),
        "D9": branch(a, 27, text(a.get(28))),
        "D10": prescribed(one),
        "D11": place(a),
        "D12": when(one.revision == 2, filled(a.get(34))),
        "D13": filled(a.get(35)),
        "D14": worst(filled(a.get(36)), wrong(holds=(a.get(36) or "") > day(one))),
        "D15": branch(a, 38, text(a.get(39), 30)),
    }


def weighed(one: SeedDossier) -> dict[str, str]:
    a = one.answers
    return {
        "R1": analysed(one),
        "R2": branch(a, 41, patients(a), text(a.get(44), 30)),
        "R3": worst(text(a.get(47), 30), text(a.get(48), 30)),
        "R4": branch(a, 49, counts(a)),
        "R5": text(a.get(52), 30),
        "R6": filled(a.get(53)),
        "R7": answered(a, 54),
        "S1": branch(a, 55, half_rows(a), text(a.get(57), 30)),
        "P1": filled(a[58]),
        "P2": filled(a.get(61)),
    }


PARTS: tuple[Callable[[SeedDossier], dict[str, str]], ...] = (declarant, described, weighed)


def test_planted_items_are_what_the_answers_hold() -> None:
    for one in dossiers():
        read = {item: verdict for part in PARTS for item, verdict in part(one).items()}
        assert dict(one.planted.items) == read, (one.number, one.planted.kind)


def test_scores_follow_the_formula() -> None:
    for one in dossiers():
        left = Decimal(100)
        for item, verdict in one.planted.items.items():
            left *= 1 - PENALTIES[item] * LOST.get(verdict, Decimal(0))
        assert one.planted.score == int(left.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def test_statuses_follow_the_order_of_the_guide() -> None:
    for one in dossiers():
        scope = [one.answers[champ] for champ in (1, 2, 3)] + [
            None if one.answers[4] is None else not one.answers[4]
        ]
        blocked = {"missing", "invalid"} & set(one.planted.items.values())
        if one.state in ("accepte", "refuse", "sans_suite"):
            wanted = "Clos"
        elif False in scope:
            wanted = "Hors champ"
            assert one.planted.out_of_scope_champ == scope.index(False) + 1
        elif None in scope:
            wanted = "À préciser"
        else:
            wanted = "À compléter" if blocked else "Complet"
        assert one.planted.status == wanted


@pytest.mark.parametrize(
    ("name", "criterion"),
    [
        ("border.patients_1000", "widespread"),
        ("border.share_5", "widespread"),
        ("border.serious_all", "exposes"),
        ("border.deaths_all", "exposes"),
    ],
)
def test_borders_meet_their_criterion(name: str, criterion: str) -> None:
    named = [one.planted for one in dossiers() if name in one.planted.kind.split()]
    judged = [planted for planted in named if planted.priority]
    assert judged
    assert all(criterion in planted.priority_criteria for planted in judged)


def test_just_under_a_border_is_not_widespread() -> None:
    for one in dossiers():
        narrow = {"border.patients_999", "border.share_5_local"} & set(one.planted.kind.split())
        share = one.answers.get(31) == "Nationale" and (one.answers.get(45) or 0) >= 5
        patients = bool(one.answers.get(41)) and (one.answers.get(42) or 0) >= 1000
        if narrow and one.planted.priority:
            assert ("widespread" in one.planted.priority_criteria) == (share or patients)
