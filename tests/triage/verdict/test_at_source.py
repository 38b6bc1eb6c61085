"""Defects that DS's own form could prevent: counted by month, each with a means and its remedy."""

import pytest

from datafiles.file import DataFileError
from mappings.dossier.revision import Descriptor, Revision
from mappings.schema.model import FormMapping
from settings import ROOT
from steps.wiring.form import Form, load_form
from triage.rules.model import RuleSet
from triage.verdict.at_source import (
    Defect,
    DefectLine,
    Deposit,
    Remedies,
    counted,
    defects_of,
    parse_remedies,
)

FORM: Form = load_form(mapping=ROOT / "mappings/unc/mapping.yaml", rules=ROOT / "triage/unc")
MAPPING: FormMapping = FORM.mapping
RULES: RuleSet = FORM.rulesets[-1]
TEXT = (ROOT / "triage/unc/source.yaml").read_text("utf-8")
REMEDIES: Remedies = parse_remedies(TEXT, source="source.yaml", mapping=MAPPING, rules=RULES)
CIS = {"field": "cis", "rows": "specialites", "verdict": "invalid", "row": 1}


def verdict(*faults: dict[str, object], item: str = "M3", out: str = "") -> dict[str, object]:
    worst = faults[0]["verdict"] if faults else "present"
    return {
        "items": [{"id": item, "verdict": worst, "faults": list(faults)}],
        "out_of_scope": {"field": out} if out else None,
        "unanswered_scope": [],
    }


def revision(*, required: bool = False, kind: str = "text", seeking: bool = False) -> Revision:
    cells = [Descriptor("152", "a", "Code CIS", kind, required)]
    if seeking:
        cells.append(Descriptor("150", "b", "Chercher", "referentiel", required=False))
    block = Descriptor("15", "c", "Spécialités", "repetition", required, children=tuple(cells))
    siret = Descriptor("6", "d", "SIRET", kind, required)
    return Revision("r", (siret, block), ())


def lines(*deposits: Deposit, form: Revision | None = None) -> tuple[DefectLine, ...]:
    return counted(deposits, REMEDIES, mapping=MAPPING, rules=RULES, form=form)


def test_every_blocking_verdict_of_the_guide_has_a_means() -> None:
    assert REMEDIES.defects.keys() == {item.id for item in RULES.items}
    assert REMEDIES.scope.keys() == {one.field for one in RULES.scope}
    for item in RULES.items:
        told = {verdict for one in REMEDIES.defects[item.id] for verdict in one.verdicts}
        checked = any(part.checks for part in item.parts)
        assert "missing" in told
        assert not checked or "invalid" in told, item.id


def test_a_defect_counts_once_a_dossier_by_its_month_the_commonest_first() -> None:
    twice = verdict(CIS, {**CIS, "row": 2})
    found = lines(
        Deposit("2026-10", twice),
        Deposit("2026-11", verdict(CIS)),
        Deposit("2026-11", verdict({"field": "siret", "verdict": "missing"}, item="A1")),
        Deposit("2026-11", verdict()),
    )
    assert [(one.defect, one.dossiers) for one in found] == [
        (Defect("M3", "specialites.cis", "invalid"), 2),
        (Defect("A1", "siret", "missing"), 1),
    ]
    assert found[0].months == {"2026-10": 1, "2026-11": 1}
    assert found[0].name == "M3 Code CIS : invalide"
    assert [one.means for one in found[0].answers] == ["referentiel", "type"]


@pytest.mark.parametrize(
    ("form", "in_place"),
    [
        (None, [None, None]),
        (revision(), [False, False]),
        (revision(seeking=True), [True, False]),
        (revision(kind="formatted"), [False, True]),
    ],
)
def test_what_the_form_has_already_is_said_and_what_cannot_be_known_is_not(
    form: Revision | None, in_place: list[bool | None]
) -> None:
    (line,) = lines(Deposit("2026-11", verdict(CIS)), form=form)
    assert [one.in_place for one in line.answers] == in_place


@pytest.mark.parametrize("required", [True, False])
def test_whether_a_question_is_mandatory_is_read_of_the_form(required: bool) -> None:
    missing = verdict({"field": "siret", "verdict": "missing"}, item="A1")
    (line,) = lines(Deposit("2026-11", missing), form=revision(required=required))
    assert [(one.means, one.in_place) for one in line.answers] == [("obligatoire", required)]


def test_a_report_out_of_scope_is_for_a_rule_of_ineligibility() -> None:
    (line,) = lines(Deposit("2026-11", verdict(out="but_medical")))
    assert line.defect == Defect("", "but_medical", "out")
    assert [one.means for one in line.answers] == ["ineligibilite"]


def test_a_verdict_of_before_answers_were_told_apart_is_counted_by_item() -> None:
    old = {"items": [{"id": "M2", "verdict": "missing"}]}
    assert list(defects_of(old)) == [Defect("M2", "", "missing")]
    (line,) = lines(Deposit("2026-11", old))
    assert [one.means for one in line.answers] == ["referentiel", "obligatoire"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  A3:\n", "  Z9:\n", "« Z9 » n'est pas dans le référentiel"),
        ("fields: [siret]", "fields: [siren]", "le champ « siren » n'existe pas"),
        ("verdicts: [out], means", "verdicts: [missing], means", "ne convient pas ici"),
        ("means: type, types: [siret]", "means: magie", "source.yaml:"),
    ],
)
def test_a_slip_of_the_file_is_told_with_its_line(old: str, new: str, told: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    with pytest.raises(DataFileError, match=told) as caught:
        parse_remedies(text, source="source.yaml", mapping=MAPPING, rules=RULES)
    assert all(one.startswith("source.yaml:") for one in caught.value.problems)
