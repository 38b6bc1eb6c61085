"""Cases of the kinds that the promises name, tried by someone who wrote none of the code."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mappings.dossier.decode import stable_id
from sandbox.generator.generate import generate
from steps.reply import lost_answers
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.read.test_odd_reading import answered, judged, whole_run

pytestmark = pytest.mark.slow

Patch = tuple[tuple[str | int, ...], Any]


EVERY = tuple(one for one in generate(150, seed=5) if one.state == "en_construction")


def place_of(raw: dict[str, Any], champ: int, *, among: str = "champs") -> int:
    return next(i for i, one in enumerate(raw[among]) if stable_id(one["id"]) == str(champ))


def published(here: Exchange, numbers: set[int]) -> set[int]:
    """Which of these are in the agency's newest workbook."""
    books = (here.bridge.home / "exports").rglob("agence.xlsx")
    path: Path = max(books, key=lambda one: one.stat().st_mtime_ns)
    book = openpyxl.load_workbook(path, read_only=True)
    cells = {cell for row in book["Dossiers"].iter_rows(values_only=True) for cell in row}
    book.close()
    return numbers & cells


def whole_run_with(here: Exchange, odd: dict[int, str]) -> None:
    """A run that stops for nothing: each odd one is judged, or in quarantine and named."""
    others = {one.number for one in EVERY[: len(odd) + 4]} - odd.keys()
    summary = whole_run(here)
    found = judged(here)
    assert found >= others
    shown = published(here, {one.number for one in EVERY})
    assert shown >= others
    answered_for = answered(here)
    in_scope = {one.number for one in EVERY if one.planted.out_of_scope_champ is None}
    assert answered_for >= others & in_scope
    for number, name in odd.items():
        if number in found:
            continue
        assert number in summary.quarantined, name
        assert any(str(number) in one for one in summary.set_aside), name


def assert_heals(here: Exchange, odd: dict[int, str]) -> None:
    here.control.clear_faults()
    whole_run(here)
    summary = whole_run(here)
    assert not [odd.get(number, number) for number in summary.quarantined]
    assert not summary.set_aside
    everybody = {one.number for one in EVERY[: len(odd) + 4]}
    assert judged(here) >= everybody
    assert published(here, everybody) == everybody
    for number, name in odd.items():
        assert len({one["body"] for one in here.ours(number)}) == len(here.ours(number)), name


PARTS: dict[str, Patch] = {
    "no list of messages": (("messages",), None),
    "messages in an object": (("messages",), {"nodes": []}),
    "a message that is null": (("messages",), [None]),
    "no labels": (("labels",), None),
    "a label that is a text": (("labels",), ["Urgent"]),
    "no id": (("id",), None),
    "an id of nothing": (("id",), ""),
    "archived is null": (("archived",), None),
    "archived is a text": (("archived",), "false"),
    "a groupe without an id": (("groupeInstructeur", "id"), None),
    "a groupe without a label": (("groupeInstructeur", "label"), None),
    "a revision without an id": (("demarche", "revision", "id"), None),
    "a date of handling that is none": (("dateTraitement",), "demain"),
    "a date of correction that is a number": (("dateDerniereCorrectionEnAttente",), 12),
    "a person instead of a company": (
        ("demandeur",),
        {"__typename": "PersonnePhysique", "nom": None, "prenom": None},
    ),
    "a kind of demandeur never seen": (("demandeur",), {"__typename": "Association"}),
    "a company without a number": (("demandeur", "siret"), None),
    "a company that is a text": (("demandeur", "entreprise"), "Laboratoire"),
    "an e-mail that is a number": (("usager", "email"), 12),
    "champs in an object": (("champs",), {}),
    "a champ that is a text": (("champs", 3), "oui"),
    "a kind of champ never seen": (("champs", 3, "__typename"), "QuestionDuFuturChamp"),
    "a champ without a kind": (("champs", 3, "__typename"), None),
    "an id of a champ that is no base64": (("champs", 3, "id"), "é"),
    "a text that is a number": (("champs", 8, "value"), 12),
    "a string value that is a list": (("champs", 8, "stringValue"), ["a"]),
    "a label that is a number": (("champs", 8, "label"), 12),
    "an annotation that is null": (("annotations", 1), None),
    "an annotation without a label": (("annotations", 1, "label"), None),
    "no date of passage": (("datePassageEnConstruction",), None),
    "a date of year 0": (("dateDepot",), "0000-01-01T00:00:00+01:00"),
    "a date of the first year": (("dateDepot",), "0001-01-01T00:00:00+14:00"),
    "a date of update of year one": (("dateDerniereModification",), "0001-01-01T00:00:00+14:00"),
    "a day without an hour": (("dateDerniereModificationChamps",), "2026-01-02"),
}


def test_parts_of_dossiers_that_are_odd_stop_no_other(exchange: MakeExchange) -> None:
    odd = {one.number: name for one, name in zip(EVERY, PARTS, strict=False)}
    with exchange(EVERY[: len(odd) + 4], **TO_ALL) as here:
        for number, name in odd.items():
            path, value = PARTS[name]
            here.control.patch(number, *path, value=value)
        whole_run_with(here, odd)
        here.mutations()
        whole_run_with(here, odd)
        assert sum(here.mutations().values()) == 0, "written again at each run"
        assert_heals(here, odd)


CHAMPS: dict[str, tuple[int, dict[str, Any]]] = {
    "files that are no list": (16, {"files": None}),
    "a file that is null": (16, {"files": [None]}),
    "a file without a name": (16, {"files": [{"filename": None}]}),
    "a size that is a word": (16, {"byteSizeBigInt": "beaucoup"}),
    "rows that are null": (15, {"rows": None}),
    "a row that is null": (15, {"rows": [None]}),
    "a row without champs": (15, {"rows": [{"id": "r", "champs": None}]}),
    "a row of nothing": (15, {"rows": [{"id": None, "champs": []}]}),
    "values that are null": (18, {"values": None}),
    "values with a null": (18, {"values": [None, "Posologie"]}),
    "a date of thirteen months": (36, {"date": "2026-13-01", "stringValue": "2026-13-01"}),
    "a date with an hour": (36, {"date": "2026-01-01T10:00:00Z", "stringValue": "2026-01-01"}),
    "a date in a far year": (36, {"date": "20260-01-01", "stringValue": "20260-01-01"}),
    "a yes that says no": (1, {"yesNo": True, "stringValue": "false"}),
    "a tick that says no": (61, {"checked": True, "stringValue": "false"}),
    "an integer that is huge": (42, {"integerNumber": "9" * 40, "stringValue": "9" * 40}),
    "an integer below": (42, {"integerNumber": "-" + "9" * 25, "stringValue": "-" + "9" * 25}),
    "an integer in words": (42, {"integerNumber": "douze", "stringValue": "douze"}),
    "an integer of 5,000 digits": (42, {"integerNumber": "9" * 5000, "stringValue": "9" * 5000}),
    "a number of cases that no column holds": (
        50,
        {"integerNumber": "3000000000", "stringValue": "3000000000"},
    ),
    "a decimal without end": (45, {"decimalNumber": 1e308, "stringValue": "1.0e+308"}),
    "a decimal in words": (45, {"decimalNumber": "trente", "stringValue": "trente"}),
    "an establishment that is a text": (6, {"etablissement": "29950396100029"}),
    "earlier: beyond 64 bits": (14, {"integerNumber": "9" * 20, "stringValue": "9" * 20}),
    "earlier: the largest of 64 bits": (
        14,
        {"integerNumber": str(2**63 - 1), "stringValue": str(2**63 - 1)},
    ),
    "earlier: the largest of 32 bits and one": (
        14,
        {"integerNumber": str(2**31), "stringValue": str(2**31)},
    ),
    "earlier: below zero": (14, {"integerNumber": "-1", "stringValue": "-1"}),
    "earlier: zero": (14, {"integerNumber": "0", "stringValue": "0"}),
}


def test_answers_that_are_odd_stop_no_other(exchange: MakeExchange) -> None:
    odd = {one.number: name for one, name in zip(EVERY, CHAMPS, strict=False)}
    asked = {13: "Complément", 14: 12, 41: True, 42: 12, 49: True, 50: 2, 61: True}
    with exchange(EVERY[: len(odd) + 4], **TO_ALL) as here:
        for number in odd:
            here.control.submit(number, asked)
        raws = here.shown()
        for number, name in odd.items():
            champ, values = CHAMPS[name]
            if all(stable_id(one["id"]) != str(champ) for one in raws[number]["champs"]):
                continue
            at = place_of(raws[number], champ)
            for key, value in values.items():
                here.control.patch(number, "champs", at, key, value=value)
        whole_run_with(here, odd)
        here.mutations()
        whole_run_with(here, odd)
        assert sum(here.mutations().values()) == 0, "written again at each run"
        assert_heals(here, odd)


ANNOTATIONS: dict[str, tuple[int, dict[str, Any]]] = {
    "a score of forty digits": (903, {"integerNumber": "9" * 40, "stringValue": "9" * 40}),
    "a score that was a text": (903, {"integerNumber": "95", "stringValue": "95 sur 100"}),
    "a status that was a list": (901, {"value": '["Complet"]', "stringValue": '["Complet"]'}),
    "a status that is a number": (901, {"value": 12, "stringValue": "12"}),
    "a date that is none": (909, {"datetime": "hier", "stringValue": "hier"}),
    "a switch that says two things": (924, {"yesNo": True, "stringValue": "false"}),
    "a priority that is a list": (905, {"value": ["P1"], "stringValue": "P1"}),
    "missing items that are null": (904, {"value": None, "stringValue": None}),
}


@pytest.mark.parametrize("first", [True, False], ids=["from the start", "after a run"])
def test_annotations_that_are_odd_stop_no_other(exchange: MakeExchange, *, first: bool) -> None:
    odd = {one.number: name for one, name in zip(EVERY, ANNOTATIONS, strict=False)}
    with exchange(EVERY[: len(odd) + 4], **TO_ALL) as here:
        if not first:
            whole_run(here)
        raws = here.shown()
        for number, name in odd.items():
            place, values = ANNOTATIONS[name]
            at = place_of(raws[number], place, among="annotations")
            for key, value in values.items():
                here.control.patch(number, "annotations", at, key, value=value)
            here.control.submit(number, {12: "autre"})
        whole_run_with(here, odd)
        here.mutations()
        whole_run_with(here, odd)
        assert sum(here.mutations().values()) == 0, "written again at each run"
        assert_heals(here, odd)


READINGS = {
    "a page for signing in, with 200": 200,
    "HTTP 413": 413,
    "HTTP 451": 451,
    "another page": 302,
    "a gateway that waits no longer": 504,
}


def test_readings_that_fail_in_another_way_are_isolated(exchange: MakeExchange) -> None:
    odd = {one.number: name for one, name in zip(EVERY, READINGS, strict=False)}
    with exchange(EVERY[: len(odd) + 4], **TO_ALL) as here:
        for number, status in zip(odd, READINGS.values(), strict=True):
            here.control.fault("http", status=status, number=number)
        whole_run_with(here, odd)
        assert_heals(here, odd)


def test_dossiers_beside_each_other_that_cannot_be_selected_are_named(
    exchange: MakeExchange,
) -> None:
    odd = {one.number: "unlistable" for one in EVERY[:3]}
    with exchange(EVERY[:7], **TO_ALL) as here:
        here.control.broken(*odd, unlistable=True)
        whole_run_with(here, odd)
        assert not judged(here) & odd.keys()
        assert_heals(here, odd)


WRITES = [
    (status, mutation)
    for status in (200, 302, 400, 413)
    for mutation in (None, "dossierEnvoyerMessage", "dossierAjouterLabel")
]


def test_whatever_stands_before_ds_one_refused_write_stops_no_other(
    exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_answers, "SETTLED", timedelta(0))  # the sandbox does nothing later
    odd = {one.number: str(how) for one, how in zip(EVERY, WRITES, strict=False)}
    with exchange(EVERY[: len(odd) + 4], **TO_ALL) as here:
        for number, (status, mutation) in zip(odd, WRITES, strict=True):
            fault = {"status": status, "number": number, "operation": "mutation"}
            here.control.fault("http", **fault, **({"mutation": mutation} if mutation else {}))
        whole_run_with(here, odd)
        assert_heals(here, odd)


DELETIONS: dict[str, Patch] = {
    "no reason": (("reason",), None),
    "no number": (("number",), None),
    "a number in a text": (("number",), "12"),
    "a number that no column holds": (("number",), 2**70),
    "no date": (("dateSupression",), None),
    "no state": (("state",), None),
}


@pytest.mark.parametrize("name", ["pendingDeletedDossiers", "deletedDossiers"])
def test_odd_lines_of_what_left_stop_nothing(exchange: MakeExchange, name: str) -> None:
    left = [one.number for one in EVERY[: len(DELETIONS) + 2]]
    with exchange(EVERY[:12], **TO_ALL) as here:
        whole_run(here)
        for number in left:
            (here.control.hide if name.startswith("pending") else here.control.purge)(number)
        for at, (path, value) in enumerate(DELETIONS.values()):
            here.control.patch(None, "demarche", name, "nodes", at, *path, value=value)
        summary = whole_run(here)
        assert summary.deleted >= set(left[-2:])
        here.control.clear_faults()
        whole_run(here)
        assert not whole_run(here).set_aside
        assert judged(here) == {one.number for one in EVERY[:12]} - set(left)
