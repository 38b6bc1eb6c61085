"""`unc situations`: the situations that the bridge proposes, and what people decide of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from getpass import getuser
from typing import Any

from cyclopts import App

from cli.consumption.view import plain_profile, profile_tables
from cli.situations.consumption import NOT_LOADED, consumption, gaps_table, plain
from cli.situations.followup import follow
from cli.situations.view import (
    SituationParts,
    copies_table,
    links_table,
    show_range,
    situation_tables,
)
from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import DossierNumber
from french.text import agreed
from settings import load_settings
from steps.follow.consumption import consumed
from steps.follow.consumption_situation import WantedConsumption, situation_profiles
from steps.follow.followup import summed_up
from steps.judge.situation_decisions import confirm as confirm_situation
from steps.judge.situation_decisions import merge as merge_situations
from steps.judge.situation_decisions import split as split_situation
from steps.judge.situations import (
    by_substance,
    decided,
    declared_facts,
    descriptions,
    links,
    members,
    place_reports,
)
from steps.wiring.failures import RequestError
from steps.wiring.services import Services, open_services
from triage.registre.acts import By
from triage.situations.duplicates import clusters
from triage.situations.facts import SituationFacts
from triage.situations.propose import no_such, resolve

situations = App(name="situations", help="Situations : regroupements de signalements.")
situations.command(follow)
situations.command(consumption)
_DEFAULT = Common()


@situations.command(name="list")
def list_(*, common: Common = _DEFAULT) -> int:
    """Montrer les situations, avec leurs signalements, et ce qu'une personne a confirmé."""
    with open_services(load_settings()) as services:
        place_reports(services)
        groups = members(services)
        numbers = (one for each in groups.values() for one in each)
        found = summed_up(services, groups, declared_facts(services, numbers))
        by_people = decided(services)
    if common.json:
        print_json({"situations": [_plain(one, by_people) for one in found]})
        return 0
    rows = [
        (
            one.id,
            one.title,
            len(one.numbers),
            len(one.companies),
            show_range(one.patients),
            f"{sum(number in by_people for number in one.numbers)}/{len(one.numbers)}",
        )
        for one in found
    ]
    columns = ["Situation", "Titre", "Dossiers", "Entreprises", "Patients", "Confirmés"]
    listed = table(f"{agreed(len(rows), 'situation')}", columns, rows)
    for column in listed.columns:
        column.no_wrap = column.header != "Titre"
    Console().print(listed)
    return 0


@situations.command
def show(situation: str, *, common: Common = _DEFAULT) -> int:
    """Montrer une situation : signalements, mesures, doublons, compléments, consommation.

    Args:
        situation: Son identifiant, par exemple SIT-0001.
    """
    with open_services(load_settings()) as services:
        place_reports(services)
        known = services.store.situations.known(services.demarche)
        name = resolve(situation, known)
        numbers = members(services).get(name)
        if numbers is None:
            raise RequestError(no_such(situation))
        reports = declared_facts(services, numbers)
        (one,) = summed_up(services, {name: numbers}, reports)
        parts = SituationParts(
            facts=one,
            rows=services.store.situations.reports(services.demarche),
            told=descriptions(services),
            links=[link for link in links(services) if {link.number, link.earlier} & {*numbers}],
            titles=_titles(services),
        )
        by_people, beside = decided(services), by_substance(services)
        sold = consumed(services).about(one.substances)
        wanted = {name: WantedConsumption(one.substances, [*reports.values()])}
        profile = situation_profiles(services, wanted, sold).get(name)
    if common.json:
        found = [asdict(link) for link in parts.links]
        plain_figures = plain_profile(profile) if profile else None
        told = {**plain(sold, beside), "profile": plain_figures}
        print_json({**_plain(one, by_people), "links": found, "consumption": told})
        return 0
    out = Console()
    for shown in situation_tables(parts):
        out.print(shown)
    if sold.gaps:
        out.print(gaps_table(sold, beside))
    for line in profile_tables(profile) if profile else (NOT_LOADED,):
        out.print(line, highlight=False)
    return 0


@situations.command
def confirm(situation: str, *, common: Common = _DEFAULT) -> int:
    """Confirmer une situation telle qu'elle est : aucun passage ne la défera.

    Args:
        situation: Son identifiant.
    """
    with _writing() as services:
        numbers = confirm_situation(services, situation, by=_who())
    return _said(
        common, situation, numbers, f"{situation} : {agreed(len(numbers), 'dossier confirmé')}."
    )


@situations.command
def merge(one: str, into: str, *, common: Common = _DEFAULT) -> int:
    """Fondre une situation dans une autre.

    Args:
        one: Situation qui disparaît ; son identifiant désigne ensuite l'autre.
        into: Situation qui reste.
    """
    with _writing() as services:
        numbers = merge_situations(services, one, into=into, by=_who())
    return _said(
        common, into, numbers, f"{one} fondue dans {into} : {agreed(len(numbers), 'dossier')}."
    )


@situations.command
def split(situation: str, *dossiers: DossierNumber, common: Common = _DEFAULT) -> int:
    """Sortir des dossiers d'une situation, vers une nouvelle.

    Args:
        situation: Situation à scinder.
        dossiers: Dossiers qui en sortent.
    """
    with _writing() as services:
        new = split_situation(services, situation, dossiers, by=_who())
    return _said(common, new, sorted(dossiers), f"{new} : {agreed(len(dossiers), 'dossier')}.")


@situations.command
def duplicates(*, common: Common = _DEFAULT) -> int:
    """Montrer les doublons probables et les compléments : ce qui concorde, le score par ligne."""
    with open_services(load_settings()) as services:
        place_reports(services)
        found = links(services)
        groups = clusters(found, descriptions(services))
        titles = _titles(services)
    if common.json:
        print_json(
            {"links": [asdict(one) for one in found], "copies": [asdict(one) for one in groups]}
        )
        return 0
    Console().print(links_table(found, titles))
    if groups:
        Console().print(copies_table(groups))
    return 0


def _who() -> By:
    """Who types the command; « unc registre » asks for a name."""
    return By(getuser(), "commande")


@contextmanager
def _writing() -> Iterator[Services]:
    """Services, alone on the démarche, with every report in its place."""
    with open_services(load_settings()) as services, services.store.lock(services.demarche):
        place_reports(services)
        yield services


def _titles(services: Services) -> dict[str, str]:
    return {name: spec.title for name, spec in services.form.mapping.fields.items()}


def _plain(one: SituationFacts, by_people: frozenset[int]) -> dict[str, Any]:
    return {**asdict(one), "confirmed": [n for n in one.numbers if n in by_people]}


def _said(common: Common, situation: str, numbers: Sequence[int], sentence: str) -> int:
    if common.json:
        print_json({"situation": situation, "dossiers": list(numbers)})
    else:
        Console().print(sentence, highlight=False)
    return 0
