"""What a fiche says, and what the patients' representatives never read in it."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.registre.in_memory import ANNE, RegisterInMemory, lists
from triage.registre import signals
from triage.registre.committee import seances as committee
from triage.registre.committee.fiche import (
    CentreAnswer,
    Counted,
    Fiche,
    FicheFacts,
    count,
    fiche,
    may_be_shown,
)
from triage.registre.committee.names_hidden import HIDDEN, hidden
from triage.registre.committee.seances import meetings
from triage.registre.effect.effect import EffectFacts, effect_of
from triage.registre.risk_level import ProposedLevel

DAY = date(2026, 6, 1)
SECRETS = (
    *("Laboratoires Fictifs", "Démo Santé", "Convulsions rapportées", "424 242", "13/20"),
    *("Courrier confidentiel", "CRPV", "MES-0002", "PGR", "Réponse du centre", "Lyon", "0,031"),
    *("étude", "Pilote secret", "14 avant", "17 500"),
)


def known(**changes: Any) -> FicheFacts:
    """A situation of which everything is known."""
    memory = RegisterInMemory(today=date(2026, 12, 31))
    name = memory.opened(1, 2, on="01/01/2026")
    memory.validated(
        name,
        "02/01/2026",
        level="Élevé",
        resume_clair="Des patients avalent un produit des LABORATOIRES FICTIFS, SAS.",
        pilote="Pilote secret",
    )
    one = memory.measured(name, "courrier aux professionnels", in_force=DAY)
    memory.measured(name, "PGR", decided=DAY)
    memory.measured(name, "étude")
    memory.measured(name, "sanction financière", in_force=DAY)
    for kind, spread in (("CRPV", "agence"), ("association de patients", "réseau")):
        given = {
            "type": kind,
            "organisme": "Courrier confidentiel",
            "substance": "néfopam",
            "résumé": "Cas rapportés",
            "diffusion": spread,
        }
        number = f"SIG-{len(memory.read().signals) + 1:04d}"
        when = memory.when("03/01/2026")
        memory.enter(signals.enter(number, given, by=ANNE, when=when, lists=lists()))
        home = memory.of(name)
        placed = signals.place_signal(number, None, home, by=ANNE, when=when, on=when.on)
        memory.enter(placed)
    memory.enter(committee.plan({}, date(2027, 1, 15), by=ANNE, when=memory.when()))
    meeting = meetings(memory.acts)["SEA-0001"]
    asked, who = "Le produit de Démo Santé doit-il changer de boîte ?", "A. Durand"
    memory.enter(
        committee.put_on_agenda(meeting, memory.of(name), asked, who, by=ANNE, when=memory.when())
    )
    meeting, register = meetings(memory.acts)["SEA-0001"], memory.read()
    reports = [DAY - timedelta(days=n + 1) for n in range(14)]
    reports += [DAY + timedelta(days=n) for n in range(4)]
    effect = effect_of(
        register.measures[one],
        EffectFacts(reports=reports, first=date(2025, 9, 1), until=date(2026, 12, 1)),
    )
    assert effect
    base = FicheFacts(
        situation=register.situations[name],
        meeting=meeting,
        item=meeting.items[0],
        measures=[*register.measures.values()],
        signals=[*register.signals.values()],
        reports=reports,
        counted=Counted((12_000, 17_500), (2, 9), (0, 0)),
        substances=("néfopam",),
        companies=("Laboratoires Fictifs", "Démo Santé SAS"),
        holders=("LABORATOIRES EXEMPLE FRANCE",),
        effects={one: effect},
        proposed=ProposedLevel("Modéré", "annotation des dossiers"),
        score="13/20",
        answers=(CentreAnswer("Lyon", "D'autres cas ?", "Réponse du centre"),),
        consumption=("boîtes remboursées : 424 242 en 2025",),
        availability=("MITM : oui", "rupture (NÉFOPAM EXEMPLE 20 mg)"),
        shortage=True,
        unpublished=lists().sanctions,
        below=11,
        on=date(2026, 12, 31),
        known_on=date(2026, 12, 31),
        versions=("registre.yaml 2026.1",),
    )
    return replace(base, **changes)


def texts(found: object) -> Iterator[str]:
    """Every text of a value."""
    if isinstance(found, str):
        yield found
    elif is_dataclass(found):
        for field in fields(found):
            yield from texts(getattr(found, field.name))
    elif isinstance(found, Sequence):
        for one in found:
            yield from texts(one)


def plain(found: Fiche) -> str:
    return " | ".join(texts(found)).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_agency_reads_every_figure() -> None:
    told = plain(fiche(known(), "agence"))
    more = ("sanction financière", "Modéré (annotation des dossiers)", "Élevé")
    for text in (*SECRETS, *more):
        assert (text in told) == (text != "Courrier confidentiel"), text
    assert "signalements : 14 avant, 4 après" in told
    assert "baisse (p = 0,031)" in told
    assert "Les signalements mesurent la déclaration, pas l’usage." in told
    assert "État au 31/12/2026, tel que connu le 31/12/2026" in told
    found = fiche(known(), "agence")
    assert [(one.source, one.total) for one in found.sources] == [
        ("Entreprises (dossiers)", "18"),
        ("CRPV", "1"),
        ("association de patients", "1"),
    ]
    assert dict(found.figures) == {
        "Signalements": "20",
        "Entreprises": "2",
        "Patients estimés": "12\u202f000 à 17\u202f500",
        "Cas graves": "2 à 9",
        "Décès": "0",
    }


def test_the_representatives_read_no_secret() -> None:
    found = fiche(known(), "patients")
    told = plain(found)
    for text in (*SECRETS, "FICTIFS", "Exemple", "sanction", "Modéré", "annotation"):
        assert text.casefold() not in told.casefold(), text
    assert dict(found.figures) == {
        "Signalements": "19",
        "Patients estimés": "12\u202f000",
        "Cas graves": "<\u00a011",
        "Décès": "0",
    }
    assert [one.name for one in found.measures] == ["courrier aux professionnels"]
    assert found.measures[0].effect == "signalements\u00a0: baisse"
    assert "association de patients" in told
    assert f"produit des {HIDDEN}" in told
    assert "Rupture ou tension d’approvisionnement : oui" in told
    assert "Élevé" in told


def test_a_sanction_is_told_once_it_is_published() -> None:
    one = known()
    published = [
        replace(each, fields={**each.fields, "lien": "https://example.org"})
        if each.fields["type"] == "sanction financière"
        else each
        for each in one.measures
    ]
    told = plain(fiche(replace(one, measures=published), "patients"))
    assert "sanction financière" in told


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (1, "<\u00a011"), (10, "<\u00a011"), (11, "11"), (1200, "1 200")],
)
def test_small_counts_are_hidden_outside_the_agency(number: int, shown: str) -> None:
    assert count(number, "patients", below=11).replace("\u202f", " ") == shown
    assert count(number, "agence", below=11) != "<\u00a011"


def test_the_bound_of_small_counts_is_the_policy_s() -> None:
    found = fiche(known(counted=Counted((21, 30), (20, 20), (11, 12)), below=21), "patients")
    assert dict(found.figures) == {
        "Signalements": "<\u00a021",
        "Patients estimés": "21",
        "Cas graves": "<\u00a021",
        "Décès": "<\u00a021",
    }
    assert found.cautions[-1] == "«\u00a0<\u00a021\u00a0»\u00a0: de 1 à 20."


@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 12))
def test_no_small_count_is_among_the_figures(reports: int, low: int, deaths: int) -> None:
    changed = known_small(reports, low, deaths)
    for name, value in fiche(changed, "patients").figures:
        digits = value.replace("\u202f", "")
        assert not digits.isdigit() or int(digits) == 0 or int(digits) >= 11, name


_BASE = known()


def known_small(reports: int, low: int, deaths: int) -> FicheFacts:
    counted = Counted((low, low + 5), (low, low), (deaths, deaths + 1))
    return replace(_BASE, reports=[DAY] * reports, counted=counted)


def test_a_fiche_for_representatives_needs_the_clear_summary() -> None:
    one = known().situation
    assert may_be_shown(one, "patients")
    without = replace(one, fields={**one.fields, "resume_clair": " "})
    assert not may_be_shown(without, "patients")
    assert may_be_shown(without, "agence")


def test_a_name_that_a_person_typed_stays_at_the_agency() -> None:
    one = known()
    typed = replace(one, situation=replace(one.situation, id="Affaire Fictifs"))
    assert fiche(typed, "agence").situation == "Affaire Fictifs"
    assert "Affaire" not in plain(fiche(typed, "patients"))


def test_years_before_the_last_five_are_one() -> None:
    days = [date(year, 3, 1) for year in range(2018, 2026)]
    found = fiche(known(reports=days, signals=()), "agence")
    assert found.years == ("avant", "2021", "2022", "2023", "2024", "2025")
    assert found.sources[0].years == ("3", "1", "1", "1", "1", "1")


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        ("Vu chez Démo Santé.", ["DEMO SANTE SAS"], f"Vu chez {HIDDEN}."),
        ("demo-sante et Démo Santé S.A.S.", ["Démo Santé"], f"{HIDDEN} et {HIDDEN} S.A.S."),
        ("Le laboratoire ZZ répond.", ["ZZ Pharma France"], f"Le laboratoire {HIDDEN} répond."),
        ("Une entreprise française.", ["Entreprise"], f"Une {HIDDEN} française."),
        ("Rien ici.", ["SAS", ""], "Rien ici."),
        ("Santéline", ["Santé"], "Santéline"),
        ("L’ŒUVRE du cœur.", ["Oeuvre du coeur"], f"L’{HIDDEN}."),
        ("Avec sa boîte.", ["SA", "Sa"], "Avec sa boîte."),
    ],
)
def test_names_of_companies_are_hidden_however_they_are_typed(
    text: str, names: list[str], told: str
) -> None:
    assert hidden(text, names) == told


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_hiding_ends_whatever_the_text(text: str, names: list[str]) -> None:
    once = hidden(text, names)
    if HIDDEN not in once:
        assert once == text
