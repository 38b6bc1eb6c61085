"""What a workbook shows of the second reading: no impossible delay, decided reports, doubts."""

from datetime import date

from mappings.dossier.model import DossierState
from tests.exports.conftest import answered, build, by_openpyxl, entry, records
from triage.verdict.model import Criterion, Evidence, Status
from triage.verdict.model import Warning as TriageWarning

AWARENESS = "Délai médian entre connaissance et dépôt (jours)"
OLD = TriageWarning(
    "date_ancienne", "Date antérieure à 1990", ("date_connaissance",), impossible=True
)


def test_an_impossible_awareness_counts_in_no_delay() -> None:
    entries = [
        entry(
            1,
            fields={"date_connaissance": answered(date(1900, 1, 1))},
            verdict={"warnings": (OLD,)},
        ),
        entry(2, fields={"date_connaissance": answered(date(2026, 1, 24))}),
    ]
    shown = {row[0]: row[1] for row in by_openpyxl(build(entries), "Synthèse")}
    assert shown[AWARENESS] == 10


def test_a_decided_report_keeps_status_and_priority_beside() -> None:
    closed = {"status": Status.CLOS, "open_status": Status.COMPLET, "priority": "P1"}
    entries = [entry(1, state=DossierState.ACCEPTE, verdict=closed)]
    (agency,) = records(build(entries), "Dossiers")
    assert [agency[name] for name in ("Statut", "Statut proposé", "Priorité")] == [
        "Clos",
        "Complet",
        "P1",
    ]
    (network,) = records(build(entries, audience="reseau"), "Dossiers")
    assert (network["Statut"], network["Priorité"]) == ("Clos", "P1")


def test_what_is_not_known_is_told_to_whom_may_read_it() -> None:
    held = Criterion("rare", "Maladie rare", (Evidence("maladie_rare", "Maladie rare", "oui"),))
    open_, secret = (
        Evidence("patients", "Patients estimés", "aucune estimation possible"),
        Evidence("part_prescriptions", "Part des prescriptions", "réponse illisible"),
    )
    verdict = {"criteria": (held,), "to_verify": (open_, secret)}
    (agency,) = records(build([entry(1, verdict=verdict)]), "Dossiers")
    told = agency["Motifs de priorité"].splitlines()
    assert told[1].startswith("À vérifier (Patients estimés\u00a0: aucune estimation possible")
    assert "Part des prescriptions\u00a0: réponse illisible" in told[1]
    (network,) = records(build([entry(1, verdict=verdict)], audience="reseau"), "Dossiers")
    assert "Part des prescriptions" not in network["Motifs de priorité"]
