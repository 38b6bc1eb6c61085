"""Reports on one substance and one kind of non-conformity are counted together."""

from dataclasses import replace
from datetime import date, timedelta

from exports.model import ExportedDossier, RegisterView, SituationView
from mappings.dossier.model import Company
from mappings.report.model import Answer
from tests.exports.conftest import POLICY, answered, build, by_openpyxl, context, entry, records
from tests.triage.situations.planted import the_matching
from triage.registre.years.indicator import YearFigure
from triage.situations.declared import declared
from triage.situations.facts import facts_of
from triage.situations.followup import follow_up


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
    first, *others = records(build(entries), "Situations", header=2)
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
    row = records(build(entries, audience="reseau"), "Situations", header=2)[0]
    assert (row["Signalements"], row["Dossiers"]) == (1, "1")


def view(entries: list[ExportedDossier], *, decided: int = 0) -> SituationView:
    reports = [declared(one.report) for one in entries]
    facts = facts_of(entries[0].situation, reports, {}, matching=the_matching())
    after = max(report.deposited_at.date() for report in reports) + timedelta(days=1)
    followed = follow_up(facts, reports, first=date(2025, 1, 1), until=after)
    return SituationView(facts, followed, decided=decided)


def test_a_situation_is_one_row_whatever_the_substances_and_natures_of_its_reports() -> None:
    placed = [
        entry(1, situation="SIT-0001", fields=about("Néfopam", "12345678200010", "Durée")),
        entry(2, situation="SIT-0001", fields=about("ACUPAN", "98765432100019", "Indication")),
    ]
    alone = entry(3, fields=about("Néfopam", "12345678200010", "Durée"))
    content = build([*placed, alone], situations={"SIT-0001": view(placed, decided=1)})
    first, second = records(content, "Situations", header=2)
    assert (first["Situation"], first["Regroupement"]) == ("SIT-0001", "en partie confirmé")
    assert first["Substance"] == "Néfopam\u202f; ACUPAN"
    assert first["Nature de la non-conformité"] == "Durée\u202f; Indication"
    assert (first["Signalements"], first["Dossiers"]) == (2, "1, 2")
    assert (second["Situation"], second["Signalements"]) == (None, 1)
    assert [row["Situation"] for row in records(content, "Dossiers")] == [
        "SIT-0001",
        "SIT-0001",
        None,
    ]


def test_follow_up_of_the_whole_situation_is_shown_to_the_agency_with_its_definitions() -> None:
    measure = {
        "type_mesure": answered("Lettre aux professionnels de santé"),
        "etat": answered("Prise"),
        "date_mesure": answered(date(2025, 9, 1)),
    }
    months = ("2025-05", "2025-06", "2025-06", "2025-07", "2025-07", "2025-07", "2026-01")
    placed = [
        replace(one, report=replace(one.report, deposited_at=moment))
        for number, month in enumerate(months, start=1)
        for moment in [context().watermark.fromisoformat(f"{month}-10T10:00:00+00:00")]
        for one in [
            entry(
                number,
                situation="SIT-0001",
                fields=about("Néfopam", f"{number % 2}2345678200010", "Durée")
                | {
                    "mesures": answered((measure,)),
                    "patients": answered(10 * number),
                    "date_connaissance": answered(date(2025, 5, 1)),
                },
            )
        ]
    ]
    known = {"SIT-0001": view(placed, decided=7)}
    years = (
        YearFigure(2024, ("A", "B", "C", "D"), ("A",), ()),
        YearFigure(2025, ("SIT-0001",), ("SIT-0001",), ()),
    )
    content = build(placed, situations=known, register=RegisterView(years=years))
    (row,) = records(content, "Situations", header=2)
    assert row["Regroupement"] == "confirmé"
    assert row["Patients estimés"] == "70 à 130"
    assert row["Mesures prises"] == 2, "once for each company"
    assert row["Première mesure le"].date() == date(2025, 9, 1)
    assert row["Jours de la connaissance à la mesure"] == 123
    assert row["Effet de la première mesure"].startswith("6 avant, 1 après, sur ")
    assert "tau = " in row["Tendance mensuelle"]
    figures = {line[0]: line[1] for line in by_openpyxl(content, "Synthèse") if line[0]}
    name = "Part des situations de 2025 avec une mesure de l’agence dans l’année"
    assert figures[name] == 100
    told = {(one["Feuille"], one["Colonne"]): one for one in records(content, "Dictionnaire")}
    for column in row:
        assert told["Situations", column]["Sens"], column
    assert told["Situations", "Tendance mensuelle"]["Diffusion"] == "agence seulement"
    shown = build(placed, audience="reseau", situations=known, register=RegisterView(years=years))
    (network,) = records(shown, "Situations", header=2)
    assert network["Situation"] == "SIT-0001"
    assert not {"Patients estimés", "Mesures en projet", "Tendance mensuelle"} & network.keys()
    assert not any("dans l'année" in str(line) for line in by_openpyxl(shown, "Synthèse"))


def test_a_name_that_a_person_gave_to_a_situation_stays_at_the_agency() -> None:
    entries = [entry(1, situation="Labo X, voir M. Y", fields=about("a", "12345678200010", "b"))]
    assert records(build(entries), "Situations", header=2)[0]["Situation"] == "Labo X, voir M. Y"
    shown = build(entries, audience="reseau")
    assert records(shown, "Situations", header=2)[0]["Situation"] == POLICY.mask
    assert records(shown, "Dossiers")[0]["Situation"] == POLICY.mask
