"""Reports on one substance and one kind of non-conformity are counted together."""

from mappings.dossier import Company
from mappings.report import Answer
from tests.exports.conftest import answered, build, entry, records


def about(substance: str, siret: str, *natures: str) -> dict[str, Answer]:
    return {
        "specialites": answered(({"substance": answered(substance)},)),
        "siret": answered(Company(siret, None)),
        "nature_non_conformite": answered(natures),
    }


def test_reports_are_counted_across_companies_whatever_the_spelling() -> None:
    entries = [
        entry(1, fields=about("Néfopam", "12345678200010", "Voie d'administration")),
        entry(
            2,
            fields=about("NEFOPAM ", "98765432100019", "Voie d'administration", "Durée"),
            verdict={"priority": "P1"},
        ),
        entry(3, fields=about("néfopam", "12345678200028", "Voie d'administration")),
        entry(4, fields=about("fentanyl", "12345678200010", "Indication")),
    ]
    first, *others = records(build(entries), "Situations")
    assert first["Substance"] == "Néfopam"
    assert (first["Signalements"], first["Entreprises"]) == (3, 2)
    assert first["Priorité la plus haute"] == "P1"
    assert first["Dossiers"] == "1, 2, 3"
    assert {(row["Substance"], row["Nature de la non-conformité"]) for row in others} == {
        ("Néfopam", "Durée"),
        ("fentanyl", "Indication"),
    }


def test_the_network_counts_only_what_it_may_read() -> None:
    refused = {"diffusable": answered(False)}
    entries = [
        entry(1, fields=about("néfopam", "12345678200010", "Durée")),
        entry(2, fields=about("néfopam", "98765432100019", "Durée"), annotations=refused),
    ]
    row = records(build(entries, audience="reseau"), "Situations")[0]
    assert (row["Signalements"], row["Dossiers"]) == (1, "1")
