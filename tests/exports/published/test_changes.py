"""`Changements`: what is new, changed, gone since the last published export, and for whom."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from exports.published.former import PreviousExport

from exports.model import ExportedDossier
from exports.published.manifest import export_facts
from exports.published.publishing import ExportFile, latest, publish
from exports.published.workbook_set import WorkbookSet
from mappings.report.model import Answer
from tests.exports.conftest import (
    BLANK,
    COLUMNS,
    MOMENT,
    POLICY,
    answered,
    by_openpyxl,
    context,
    entry,
    records,
)
from triage.verdict.model import Mark
from triage.verdict.model import Warning as TriageWarning

FILES = ("agence", "reseau")
HEADERS = ("Dossier", "Changement", "Colonne", "Avant", "Après")


def made(entries: list[ExportedDossier], root: Path, **changes: Any) -> WorkbookSet:
    last = latest(root, demarche=4242)
    before = last and PreviousExport(last, dossiers_sheet="Dossiers", about_sheet="À propos")
    values: dict[str, Any] = {"columns": COLUMNS, "policy": POLICY, "context": context()}
    return WorkbookSet(entries=entries, previous=before or None, **(values | changes))


def hand_out(entries: list[ExportedDossier], root: Path, **changes: Any) -> WorkbookSet:
    found = made(entries, root, **changes)
    files = {f"{name}.xlsx": ExportFile(name, found.workbook(name)) for name in FILES}
    facts = export_facts(entries, found.context, checksum=found.checksum)
    publish(root, files, facts=facts, at=MOMENT + timedelta(days=len(list(root.glob("2*")))))
    return found


def changes_of(found: WorkbookSet, audience: str) -> list[tuple[Any, ...]]:
    header, *rows = by_openpyxl(found.workbook(audience), "Changements")
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


def test_a_first_export_is_compared_with_nothing(tmp_path: Path) -> None:
    first = made([entry(1)], tmp_path)
    assert changes_of(first, "agence") == []
    assert "premier export" in about(first, "agence")["Comparé à"]


def test_the_same_dossiers_have_not_changed_whatever_their_cells_hold(tmp_path: Path) -> None:
    entries = [entry(1, fields=ODD), entry(2), entry(3, fields={"titre": BLANK})]
    hand_out(entries, tmp_path)
    again = made(entries, tmp_path)
    assert changes_of(again, "agence") == changes_of(again, "reseau") == []
    assert "l'export publié le 12/03/2026" in about(again, "agence")["Comparé à"]


def test_new_changed_and_gone_are_told_field_by_field(tmp_path: Path) -> None:
    hand_out([entry(1), entry(2), entry(3)], tmp_path)
    fields = {"titre": answered("Nouveau titre"), "date_connaissance": answered(date(2026, 3, 1))}
    now = made([entry(1), entry(2, fields=fields), entry(4)], tmp_path)
    rows = changes_of(now, "reseau")
    assert rows == [
        (2, "Modifié", "Titre de la situation", "Titre de la situation", "Nouveau titre"),
        (2, "Modifié", "Date de connaissance", "15/01/2026", "01/03/2026"),
        (3, "Retiré", None, None, None),
        (4, "Nouveau", None, None, None),
    ]


def test_what_is_withheld_now_is_not_told_as_it_was(tmp_path: Path) -> None:
    known = {"donnees_securite": answered("SENTINELLE"), "secret_affaires": BLANK}
    hand_out([entry(1, fields=known)], tmp_path)
    secret = known | {"secret_affaires": answered(("Études non publiées",))}
    now = made([entry(1, fields=secret)], tmp_path)
    told = {row[2]: row[3:] for row in changes_of(now, "reseau")}
    assert told["Données de sécurité"] == (POLICY.mask, POLICY.mask)
    assert not any(
        "SENTINELLE" in str(row) for row in by_openpyxl(now.workbook("reseau"), "Changements")
    )


def test_when_the_policy_changed_the_network_is_told_no_former_value(tmp_path: Path) -> None:
    hand_out([entry(1)], tmp_path)
    fields = {"titre": answered("Autre")}
    stricter = POLICY.model_copy(update={"digest": "autre"})
    now = made([entry(1, fields=fields)], tmp_path, policy=stricter)
    assert [row[3] for row in changes_of(now, "reseau")] == [
        "non repris : les règles de diffusion ont changé"
    ]
    assert [row[3] for row in changes_of(now, "agence")] == ["Titre de la situation"]


def test_a_published_file_that_somebody_changed_is_not_believed(tmp_path: Path) -> None:
    hand_out([entry(1)], tmp_path)
    path = next(tmp_path.glob("2*/reseau.xlsx"))
    path.write_bytes(path.read_bytes() + b"x")
    now = made([entry(2)], tmp_path)
    assert changes_of(now, "reseau") == []
    assert changes_of(now, "agence") != []


def test_a_filtered_export_is_compared_with_nothing(tmp_path: Path) -> None:
    hand_out([entry(1), entry(2)], tmp_path)
    some = made([entry(1)], tmp_path, context=context(filters="dossiers depuis hier"))
    assert changes_of(some, "agence") == []
    assert about(some, "agence")["Comparé à"] == "rien : cet export est filtré"


def test_the_figures_are_worked_out_and_defined(tmp_path: Path) -> None:
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
    found = made(entries, tmp_path)
    shown = {row[0]: row[1] for row in by_openpyxl(found.workbook("agence"), "Synthèse")}
    assert shown["Délai médian entre dépôt et première vérification (heures)"] == 4
    assert shown["Délai médian entre demande de correction et nouveau dépôt (jours)"] == 4
    assert shown["Part des situations avec une mesure prise"] == 50
    defined = records(found.workbook("agence"), "Dictionnaire")
    explained = {row["Colonne"] for row in defined if row["Feuille"] == "Synthèse" and row["Sens"]}
    figures = [name for name in shown if name in explained]
    assert len(figures) == 15


def test_what_is_masked_now_is_not_retold_as_it_was(tmp_path: Path) -> None:
    secret = "Suivi de D.M. né le 03/04/1952"
    fields = {"titre": answered(secret)}
    hand_out([entry(1, fields=fields)], tmp_path)
    warned = TriageWarning("birth", "Donnée de patient", ("titre",), (Mark("titre", 9, 30),))
    found = made([entry(1, fields=fields, verdict={"warnings": (warned,)})], tmp_path)
    told = [row for row in changes_of(found, "reseau") if row[2] == "Titre de la situation"]
    mask = POLICY.patient_mask
    assert told == [(1, "Modifié", "Titre de la situation", mask, f"Suivi de {mask}")]
