"""`Changements`: what is new, changed, gone since an edition, and for whom."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from exports.model import ExportedDossier
from exports.published.changes import ERASED, WITHHELD, changes_of, shares_of
from exports.published.workbook_set import WorkbookSet
from mappings.report.model import Answer
from store.staff.handed_out import HandedRow
from tests.exports.conftest import (
    BLANK,
    COLUMNS,
    POLICY,
    after,
    answered,
    by_openpyxl,
    context,
    entry,
    records,
)
from triage.verdict.model import Mark
from triage.verdict.model import Warning as TriageWarning

HEADERS = ("Dossier", "Changement", "Colonne", "Avant", "Après")
SINCE = "Depuis l’édition 2026-S11 du lundi 9 mars 2026\u00a0: "


def made(entries: list[ExportedDossier], **changes: Any) -> WorkbookSet:
    values: dict[str, Any] = {"columns": COLUMNS, "policy": POLICY, "context": context()}
    return WorkbookSet(entries=entries, **(values | changes))


def sheet_of(found: WorkbookSet, audience: str) -> list[tuple[Any, ...]]:
    return by_openpyxl(found.workbook(audience), "Changements")


def changes_told(found: WorkbookSet, audience: str) -> list[tuple[Any, ...]]:
    _, header, *rows = sheet_of(found, audience)
    assert header == HEADERS
    return [row for row in rows if any(cell is not None for cell in row)]


def about(found: WorkbookSet, audience: str) -> dict[str, str]:
    rows = by_openpyxl(found.workbook(audience), "À propos")
    return {str(row[0]): str(row[1]) for row in rows if row[0]}


ODD: dict[str, Answer] = {
    "titre": answered("  <&> _x0041_ \n=1+1\t"),
    "date_connaissance": answered(date(2026, 1, 5)),
    "patients_exposes": answered(0),
    "cas": answered(Decimal("12.50")),
}


def test_a_score_that_moved_reads_as_the_percentage_that_it_is() -> None:
    columns = ("Dossier", "Complétude", "Référence")
    old = {1: HandedRow(1, (), columns, ("1", "51", "8"))}
    new = {1: HandedRow(1, (), columns, ("1", "100", "9"))}
    shares = shares_of(COLUMNS.dossiers_sheet)
    ((_, fields),) = changes_of("agence", old, new, masks=(), retold=True, shares=shares).changed
    assert [(one.before, one.after) for one in fields] == [
        ("51\u00a0%", "100\u00a0%"),
        ("8", "9"),
    ]
    ((_, hidden),) = changes_of("reseau", old, new, masks=(), retold=False, shares=shares).changed
    assert hidden[0].before == WITHHELD


@pytest.mark.slow
def test_a_first_edition_says_so() -> None:
    first = made([entry(1)])
    assert changes_told(first, "agence") == []
    assert str(sheet_of(first, "agence")[0][0]).startswith("Première édition\u00a0: ")
    assert about(first, "agence")["Comparé à"] == "rien\u00a0: aucune édition n’est encore publiée"


@pytest.mark.slow
def test_the_same_dossiers_have_not_changed_whatever_their_cells_hold() -> None:
    entries = [entry(1, fields=ODD), entry(2), entry(3, fields={"titre": BLANK})]
    again = after(made(entries), made(entries))
    assert changes_told(again, "agence") == changes_told(again, "reseau") == []
    assert sheet_of(again, "reseau")[0][0] == f"{SINCE}aucun changement"
    assert about(again, "agence")["Comparé à"] == "l’édition 2026-S11 du lundi 9 mars 2026"


def test_new_changed_and_gone_are_told_field_by_field() -> None:
    fields = {"titre": answered("Nouveau titre"), "date_connaissance": answered(date(2026, 3, 1))}
    before = made([entry(1), entry(2), entry(3)])
    now = after(made([entry(1), entry(2, fields=fields), entry(4), entry(5)]), before)
    assert changes_told(now, "reseau") == [
        (2, "Modifié", "Titre de la situation", "Titre de la situation", "Nouveau titre"),
        (2, "Modifié", "Date de connaissance", "15/01/2026", "01/03/2026"),
        (3, "Retiré", None, None, None),
        (4, "Nouveau", "Titre de la situation", None, "Titre de la situation"),
        (5, "Nouveau", "Titre de la situation", None, "Titre de la situation"),
    ]
    assert sheet_of(now, "reseau")[0][0] == f"{SINCE}2 nouveaux, 1 modifié, 1 retiré"


def test_what_is_withheld_now_is_not_told_as_it_was() -> None:
    known = {"donnees_securite": answered("SENTINELLE"), "secret_affaires": BLANK}
    secret = known | {"secret_affaires": answered(("Études non publiées",))}
    now = after(made([entry(1, fields=secret)]), made([entry(1, fields=known)]))
    told = {row[2]: row[3:] for row in changes_told(now, "reseau")}
    assert told["Données de sécurité"] == (POLICY.mask, POLICY.mask)
    assert not any("SENTINELLE" in str(row) for row in sheet_of(now, "reseau"))


def test_when_the_policy_changed_the_network_is_told_no_former_value() -> None:
    fields = {"titre": answered("Autre")}
    stricter = POLICY.model_copy(update={"digest": "autre"})
    now = after(made([entry(1, fields=fields)], policy=stricter), made([entry(1)]))
    assert [row[3] for row in changes_told(now, "reseau")] == [
        "non repris : les règles de diffusion ont changé"
    ]
    assert [row[3] for row in changes_told(now, "agence")] == ["Titre de la situation"]


def test_a_column_that_only_one_of_them_has_is_no_change() -> None:
    old = {1: HandedRow(1, (), ("Dossier", "Ancienne"), ("1", "a"))}
    new = {1: HandedRow(1, (), ("Dossier", "Nouvelle"), ("1", "b"))}
    assert changes_of("agence", old, new, masks=(), retold=True).none


def test_of_a_dossier_that_was_erased_since_nothing_is_retold() -> None:
    old = {1: HandedRow(1, (), ("Dossier", "Titre"), ())}
    new = {1: HandedRow(1, (), ("Dossier", "Titre"), ("1", "b"))}
    ((_, fields),) = changes_of("agence", old, new, masks=(), retold=True).changed
    assert [(one.field, one.before, one.after) for one in fields] == [("", ERASED, "")]


def test_a_centre_is_told_of_its_own_dossiers() -> None:
    def rows(**places: str) -> dict[int, HandedRow]:
        return {
            int(n[1:]): HandedRow(int(n[1:]), tuple(to.split()), ("Dossier",), (n[1:],))
            for n, to in places.items()
        }

    old, new = rows(d1="lyon", d2="lyon nice"), rows(d1="nice", d2="lyon nice", d3="lyon")
    told = {
        author: changes_of(author, old, new, masks=(), retold=True)
        for author in ("crpv-lyon", "crpv-nice", "reseau")
    }
    assert [[row.number for row in one.new] for one in told.values()] == [[3], [1], [3]]
    assert [one.gone for one in told.values()] == [(1,), (), ()]


def test_the_figures_are_worked_out_and_defined() -> None:
    start = datetime.fromisoformat("2026-02-01T10:00:00+00:00")
    taken = answered(({"etat": answered("Prise")},))
    entries = [
        entry(
            number,
            deposited_at=start,
            first_checked_at=start + timedelta(hours=hours),
            corrected=((start, start + timedelta(days=hours)),),
            situation=f"SIT-{number % 2}",
            fields={"mesures": taken if number == 1 else BLANK},
        )
        for number, hours in ((1, 2), (2, 4), (3, 9))
    ]
    found = made(entries)
    shown = {row[0]: row[1] for row in by_openpyxl(found.workbook("agence"), "Synthèse")}
    assert shown["Délai médian entre dépôt et première vérification (heures)"] == 4
    assert shown["Délai médian entre demande de correction et nouveau dépôt (jours)"] == 4
    assert shown["Part des situations avec une mesure prise"] == 50
    defined = records(found.workbook("agence"), "Dictionnaire")
    explained = {row["Colonne"] for row in defined if row["Feuille"] == "Synthèse" and row["Sens"]}
    figures = [name for name in shown if name in explained]
    assert len(figures) == 18


def test_what_is_masked_now_is_not_retold_as_it_was() -> None:
    secret = "Suivi de D.M. né le 03/04/1952"
    fields = {"titre": answered(secret)}
    warned = TriageWarning("birth", "Donnée de patient", ("titre",), (Mark("titre", 9, 30),))
    before = made([entry(1, fields=fields)])
    found = after(made([entry(1, fields=fields, verdict={"warnings": (warned,)})]), before)
    told = [row for row in changes_told(found, "reseau") if row[2] == "Titre de la situation"]
    mask = POLICY.patient_mask
    assert told == [(1, "Modifié", "Titre de la situation", mask, f"Suivi de {mask}")]
