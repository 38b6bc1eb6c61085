"""Words of a workbook: each is defined where it is read, and means one thing."""

import io
import re
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from exports.published.changes import FieldChange, Named
from exports.readers.who_reads import readings
from exports.sheets.figures import synthesise
from mappings.report.model import NOT_READ
from tests.exports.conftest import (
    COLUMNS,
    MAPPING,
    POLICY,
    build,
    by_openpyxl,
    context,
    entry,
    records,
)
from tests.triage.conftest import the_rules, the_second_reading
from triage.rules.sentences import terms_of
from triage.verdict.model import ItemResult, Status, Verdict

TERMS = terms_of([the_rules(), the_second_reading()], MAPPING)
NOT_OURS = re.compile(r"« ?unc |\bUNC_|\.ya?ml\b|\bDS\b")
"""Commands, settings, files: what a centre has not."""


def test_words_are_defined_once_and_levels_are_no_status() -> None:
    verdict = {"band": "à compléter", "score": 60, "status": Status.COMPLET}
    content = build(
        [entry(1, verdict=verdict)], audience="reseau", terms=TERMS, bands=COLUMNS.bands
    )
    row = records(content, "Dossiers")[0]
    assert row["Niveau de complétude"] not in {one.value.lower() for one in Status}
    told = records(content, "Dictionnaire")
    words = {one["Colonne"]: one["Sens"] for one in told if one["Feuille"] == "Mots employés"}
    assert words["P3"] == "Priorité\u00a0: au moins 1 critère."
    assert "score de 50 à 79" in words[row["Niveau de complétude"]]
    assert "Part des prescriptions" in words["Usage étendu"].partition("Hors de l’agence")[2]
    means = [one["Sens"] for one in told if one["Colonne"] == "Priorité"]
    assert means[1:] == ["Comme dans «\u00a0À traiter\u00a0»."]
    book = openpyxl.load_workbook(io.BytesIO(content))
    notes = [
        one
        for name in ("À traiter", "Dossiers")
        for one in book[name].data_validations.dataValidation
        if one.promptTitle == "Priorité"
    ]
    assert len(notes) == 2
    assert all("P1\u00a0: Décès ≥ 1" in one.prompt and len(one.prompt) <= 255 for one in notes)


def test_a_score_says_on_what_it_stands_where_the_form_does_not_ask_everything() -> None:
    verdict = {"band": "bien documenté", "score": 100, "status": Status.COMPLET}
    few, whole = (entry(at, verdict={**verdict, "not_asked": at - 1}) for at in (2, 1))
    for audience in ("agence", "reseau"):
        rows = records(build([whole, few], audience=audience), "Dossiers")
        told = {str(one["Dossier"])[:1]: one["Niveau de complétude"] for one in rows}
        assert told["1"] == "bien documenté"
        assert told["2"] == f"bien documenté, {few.assessment.reach}"


def test_outside_of_the_agency_what_is_not_read_is_told_without_our_page_and_our_command() -> None:
    told = ItemResult(
        id="M1", name="Spécialité", section="3", expected="Une.", mandatory=True,
        verdict=Verdict.MISSING, reason=NOT_READ.problem, fields=("specialites",),
        lost=Decimal("0.5"),
    )  # fmt: skip
    one = entry(1, verdict={"status": Status.A_PRECISER, "items": (told,)})
    shown = {}
    for audience in ("agence", "reseau"):
        content = build([one], audience=audience)
        lines = [line for name in ("Dossiers", "Complétude") for line in by_openpyxl(content, name)]
        shown[audience] = [cell for line in lines for cell in line if "non lue" in str(cell)]
        assert len(shown[audience]) == 2
    assert all("`unc mapping same`" in cell for cell in shown["agence"])
    for cell in shown["reseau"]:
        assert "l’agence doit dire si c’est la même question" in cell
        assert "unc " not in cell
        assert "portail" not in cell


@pytest.mark.slow
def test_centres_read_no_command_no_setting_and_no_file_of_ours() -> None:
    content = build([entry(1)], audience="reseau", terms=TERMS)
    texts = [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(content)).sheetnames
        for line in by_openpyxl(content, sheet)
        for cell in line
        if isinstance(cell, str)
    ]
    assert [one for one in texts if NOT_OURS.search(one.replace("\u00a0", " "))] == []


def test_a_dossier_that_changed_situation_says_which_and_who_grouped_it() -> None:
    named = Named("Situation", "", {"SIT-0001": "Acné", "SIT-0002": "Contraception"}, {"SIT-0002"})
    moved = named.told(FieldChange("Situation", "SIT-0009", "SIT-0001"))
    assert moved.before == "SIT-0009", "one that the workbook has no more"
    assert moved.after.startswith("SIT-0001 «\u00a0Acné\u00a0», regroupement proposé")
    back = named.told(FieldChange("Situation", "SIT-0001", "SIT-0002"))
    assert (back.before, back.after.endswith("où une personne l’a placé")) == (
        "SIT-0001 «\u00a0Acné\u00a0»",
        True,
    )
    other = FieldChange("Statut", "SIT-0001", "SIT-0002")
    assert named.told(other) == other


def test_the_median_says_what_it_is_of_where_the_form_does_not_ask_everything() -> None:
    def named(*, asks_all: bool) -> set[str]:
        around = replace(context(), asks_all=asks_all)
        read = readings([entry(1)], context=around, policy=POLICY, audience="reseau")
        return {one.name for one in synthesise(read, origins=COLUMNS.figures, below=11).figures}

    assert "Complétude médiane" in named(asks_all=True)
    assert "Complétude médiane de ce qui est demandé" in named(asks_all=False)
