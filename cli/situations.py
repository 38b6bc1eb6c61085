"""`unc situations`: the situations that the bridge proposes, and what people decide of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from cyclopts import App
from rich.console import Console
from rich.table import Table

from cli.followup import consumption, follow
from cli.output import Common, print_json, table
from flows.failures import RequestError
from flows.judge import stored_revisions
from flows.reports import reports_of
from flows.services import Services, open_services
from flows.situation_decisions import confirm as confirm_situation
from flows.situation_decisions import merge as merge_situations
from flows.situation_decisions import split as split_situation
from flows.situations import decided, descriptions, links, members, place_reports
from mappings.display import show as shown
from settings import load_settings
from store.situations import SituationReport
from triage.duplicates import Link
from triage.situation_facts import SituationFacts, facts_of
from triage.situations import resolve

situations = App(name="situations", help="Situations : regroupements de signalements.")
situations.command(follow)
situations.command(consumption)
_DEFAULT = Common()
_KINDS = {"duplicate": "doublon", "complement": "complément"}


@situations.command(name="list")
def list_(*, common: Common = _DEFAULT) -> int:
    """Montrer les situations, avec leurs signalements, et ce qu'une personne a confirmé."""
    with open_services(load_settings()) as services:
        place_reports(services, stored_revisions(services))
        found, by_people = _facts(services), decided(services)
    if common.json:
        print_json({"situations": [_plain(one, by_people) for one in found]})
        return 0
    rows = [
        (
            one.id,
            one.title,
            len(one.numbers),
            len(one.companies),
            _range(one.patients),
            f"{sum(number in by_people for number in one.numbers)}/{len(one.numbers)}",
        )
        for one in found
    ]
    columns = ["Situation", "Titre", "Dossiers", "Entreprises", "Patients", "Confirmés"]
    listed = table(f"{len(rows)} situation(s)", columns, rows)
    for column in listed.columns:
        column.no_wrap = column.header != "Titre"
    Console().print(listed)
    return 0


@situations.command
def show(situation: str, *, common: Common = _DEFAULT) -> int:
    """Montrer une situation : ses signalements, ses mesures, ses doublons et compléments.

    Args:
        situation: Son identifiant, par exemple SIT-0001.
    """
    with open_services(load_settings()) as services:
        place_reports(services, stored_revisions(services))
        known = services.store.situations.known(services.demarche)
        name = resolve(situation, known)
        numbers = members(services).get(name)
        if numbers is None:
            raise RequestError(f"Aucune situation {situation} : voir « unc situations list ».")
        (one,) = _facts(services, only=name)
        rows = services.store.situations.reports(services.demarche)
        found = [link for link in links(services) if {link.number, link.earlier} & {*numbers}]
    if common.json:
        print_json({**_plain(one, frozenset()), "links": [asdict(link) for link in found]})
        return 0
    _print(one, rows, found)
    return 0


@situations.command
def confirm(situation: str, *, common: Common = _DEFAULT) -> int:
    """Confirmer une situation telle qu'elle est : aucun passage ne la défera.

    Args:
        situation: Son identifiant.
    """
    with _writing() as services:
        numbers = confirm_situation(services, situation)
    return _said(
        common, situation, numbers, f"{situation} : {len(numbers)} dossier(s) confirmé(s)."
    )


@situations.command
def merge(one: str, into: str, *, common: Common = _DEFAULT) -> int:
    """Fondre une situation dans une autre.

    Args:
        one: Situation qui disparaît ; son identifiant désigne ensuite l'autre.
        into: Situation qui reste.
    """
    with _writing() as services:
        numbers = merge_situations(services, one, into=into)
    return _said(common, into, numbers, f"{one} fondue dans {into} : {len(numbers)} dossier(s).")


@situations.command
def split(situation: str, *dossiers: int, common: Common = _DEFAULT) -> int:
    """Sortir des dossiers d'une situation, vers une nouvelle.

    Args:
        situation: Situation à scinder.
        dossiers: Dossiers qui en sortent.
    """
    with _writing() as services:
        new = split_situation(services, situation, dossiers)
    return _said(common, new, sorted(dossiers), f"{new} : {len(dossiers)} dossier(s).")


@situations.command
def duplicates(*, common: Common = _DEFAULT) -> int:
    """Montrer les doublons probables et les compléments, avec ce qui concorde."""
    with open_services(load_settings()) as services:
        place_reports(services, stored_revisions(services))
        found = links(services)
        titles = {name: spec.title for name, spec in services.form.mapping.fields.items()}
    if common.json:
        print_json({"links": [asdict(link) for link in found]})
        return 0
    Console().print(_links_table(found, titles))
    return 0


@contextmanager
def _writing() -> Iterator[Services]:
    """Services, alone on the démarche, with every report in its place."""
    with open_services(load_settings()) as services, services.store.lock(services.demarche):
        place_reports(services, stored_revisions(services))
        yield services


def _facts(services: Services, *, only: str | None = None) -> list[SituationFacts]:
    groups = {
        name: numbers for name, numbers in members(services).items() if only is None or name == only
    }
    wanted = [number for numbers in groups.values() for number in numbers]
    reports = {report.number: report for report in reports_of(services, numbers=wanted)}
    told = descriptions(services)
    return [
        facts_of(name, [reports[number] for number in numbers], told)
        for name, numbers in groups.items()
    ]


def _plain(one: SituationFacts, by_people: frozenset[int]) -> dict[str, Any]:
    return {**asdict(one), "confirmed": [n for n in one.numbers if n in by_people]}


def _print(one: SituationFacts, rows: Mapping[int, SituationReport], found: list[Link]) -> None:
    out = Console()
    facts = [
        ("Titre", one.title),
        ("Substances", ", ".join(one.substances)),
        ("Entreprises (SIREN)", ", ".join(one.companies)),
        ("Patients estimés", _range(one.patients)),
        ("Cas graves", _range(one.serious)),
        ("Décès", _range(one.deaths)),
        ("Premier signalement", shown(one.first)),
        ("Dernier signalement", shown(one.last)),
        ("Première connaissance", shown(one.known_on) if one.known_on else "–"),
    ]
    out.print(table(one.id, ["", ""], facts))
    placed = [
        (number, _WHO[rows[number].decided_by], shown(rows[number].since)) for number in one.numbers
    ]
    out.print(table("Signalements", ["Dossier", "Regroupé par", "Depuis"], placed))
    if one.measures:
        listed = [
            (
                measure.number,
                measure.kind,
                "prise" if measure.taken else "en projet",
                shown(measure.day) if measure.day else "–",
            )
            for measure in one.measures
        ]
        out.print(table("Mesures", ["Dossier", "Type", "État", "Date"], listed))
    if found:
        out.print(_links_table(found, {}))


_WHO = {
    "bridge": "la passerelle (proposition)",
    "annotation": "une personne (annotation)",
    "command": "une personne (unc situations)",
}


def _links_table(found: Sequence[Link], titles: Mapping[str, str]) -> Table:
    rows = [
        (
            link.number,
            _KINDS[link.kind],
            link.earlier,
            f"{link.score:.2f}".replace(".", ","),
            ", ".join(titles.get(name, name) for name in link.agreeing),
        )
        for link in found
    ]
    return table(
        f"{len(rows)} lien(s)", ["Dossier", "Lien", "Avec", "Score", "Ce qui concorde"], rows
    )


def _range(both: tuple[int, int] | None) -> str:
    if both is None:
        return "–"
    low, high = both
    return shown(low) if low == high else f"{shown(low)} à {shown(high)}"


def _said(common: Common, situation: str, numbers: Sequence[int], sentence: str) -> int:
    if common.json:
        print_json({"situation": situation, "dossiers": list(numbers)})
    else:
        Console().print(sentence, highlight=False)
    return 0
