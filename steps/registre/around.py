"""All that is known around situations of the register: reports, medicines, consumption, events."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from french.text import SEMICOLON, fold
from french.time import PARIS
from mappings.medicines.reference import Medicine
from mappings.report.model import Report
from steps.follow.consumption import consumed
from steps.follow.consumption_situation import (
    WantedConsumption,
    medicines_among,
    situation_profiles,
)
from steps.follow.consumption_sold import Sold, sold
from steps.judge.acts import today
from steps.judge.situation_descriptions import declared_of
from steps.judge.situations import descriptions
from steps.wiring.case_files import reports_of
from steps.wiring.public_data.reference import matcher_of
from steps.wiring.services import Services, now
from triage.consumption.profile import Profile
from triage.registre.acts import Act, as_known
from triage.registre.duplicates import copies
from triage.registre.effect.availability import first_generics, shortages
from triage.registre.effect.effect import Effect, EffectFacts, OtherCause, effect_of, other_measures
from triage.registre.events import events
from triage.registre.lifecycle import find
from triage.registre.register import Register, Signal, Situation
from triage.registre.state_from_acts import read
from triage.situations.declared import DeclaredFacts
from triage.situations.description import Description
from triage.situations.facts import SituationFacts, facts_of
from triage.situations.words.without_salts import Salts, joined

_NETWORK = "réseau"


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Which day, as known when, and for whom.

    Attributes:
        on: « État au »; ``None``: the present.
        known: « Tel que connu le » (aware); ``None``: all that was entered.
        shared: Dossiers that may leave the agency, where what is told leaves it: signals that are
            the agency's own are left out then; ``None``: for the agency.
        longest: Longest period before and after a measure, in days.
    """

    on: date | None = None
    known: datetime | None = None
    shared: Collection[int] | None = None
    longest: int | None = None

    def wants(self, number: int) -> bool:
        """Whether a dossier is counted."""
        return self.shared is None or number in self.shared

    def wants_signal(self, one: Signal) -> bool:
        """Whether a signal is counted."""
        return self.shared is None or one.fields.get("diffusion") == _NETWORK


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around a situation.

    Attributes:
        situation: As the register has it.
        every: Its reports that are kept, whoever may read them.
        reports: Those that are asked for.
        declared: What these declare.
        facts: What they sum up to; ``None`` without any.
        substances: Substances of all its reports and signals, as people spell them.
        signals: Its signals of other sources.
        days: Day of each report and signal, families once.
        medicines: What BDPM has of them; ``None``: unknown.
        sold: Boxes and patients of its substances.
        effects: Of each of its measures that is in force.
    """

    situation: Situation
    every: Sequence[Report]
    reports: Sequence[Report]
    declared: Sequence[DeclaredFacts]
    facts: SituationFacts | None
    substances: Sequence[str]
    signals: Sequence[Signal]
    days: Sequence[date]
    medicines: Sequence[Medicine] | None
    sold: Sold
    effects: Sequence[Effect]


@dataclass(frozen=True, slots=True)
class AlreadyRead:
    """What was read already: dossiers that it does not hold are left out.

    Attributes:
        acts: Acts that are in force on the day that is asked for.
        register: The register that they make.
        reports: Reports, by number, with what
            :func:`steps.registre.reports_in_memory.reports_in_memory` keeps.
        described: Reports as matching sees them, by number.
    """

    acts: Sequence[Act]
    register: Register
    reports: Mapping[int, Report]
    described: Mapping[int, Description]


def around(
    services: Services,
    names: Iterable[str],
    asked: Viewpoint,
    *,
    known: AlreadyRead | None = None,
) -> dict[str, Around]:
    """What is known around some situations.

    Reports are those that are kept, as they read now, deposited by that day.

    Args:
        services: Store and data files.
        names: Ids of the situations.
        asked: Of which day, known when, for whom.
        known: What was read already.

    Raises:
        Refused: One is unknown on that day.
    """
    if known is None:
        acts = as_known(services.store.acts.list(services.demarche), on=asked.on, known=asked.known)
        register = read(acts)
    else:
        acts, register = [*known.acts], known.register
    wanted = {one.id: one for one in (find(register, name) for name in names)}
    until = (asked.on or today()) + timedelta(days=1)
    every = {
        name: _reports(services, one, until=until, known=known) for name, one in wanted.items()
    }
    told = descriptions(services) if known is None else known.described
    copied, matching = copies(acts), services.form.matching
    drawn = {
        name: [told[one.number] for one in reports if one.number in told]
        for name, reports in every.items()
    }
    groups = {
        name: {substance for one in found for substance in one.medicines}
        for name, found in drawn.items()
    }
    boxes = sold(services.inputs.home, groups, salts=matching.salts if matching else Salts())
    period = _first_day(services), until
    found: dict[str, Around] = {}
    for name, one in wanted.items():
        declared = [declared_of(services, each) for each in every[name]]
        mine = [each for each in declared if asked.wants(each.number)]
        facts = (
            facts_of(name, mine, told, matching=matching, copies=copied)
            if mine and matching
            else None
        )
        signals = [
            signal for each in one.signals if asked.wants_signal(signal := register.signals[each])
        ]
        medicines = medicines_among(services, declared) or None
        here = _Found(one, register, acts, mine, medicines, facts, signals, boxes[name])
        days = _days(here)
        found[name] = Around(
            situation=one,
            every=every[name],
            reports=[each for each in every[name] if asked.wants(each.number)],
            declared=mine,
            facts=facts,
            substances=_spelt(drawn[name], register, one),
            signals=signals,
            days=days,
            medicines=medicines,
            sold=boxes[name],
            effects=_effects(services, here, days, period, longest=asked.longest),
        )
    return found


def consumption_around(services: Services, found: Around) -> Profile | None:
    """What public data say of its substances; ``None`` when nothing was loaded.

    Raises:
        DataFileError: The base cannot be read.
    """
    matching = services.form.matching
    salts = matching.salts if matching else Salts()
    named = found.facts.substances if found.facts else [joined(n, salts) for n in found.substances]
    name, wanted = found.situation.id, WantedConsumption(frozenset(named), found.declared)
    return situation_profiles(services, {name: wanted}, consumed(services)).get(name)


def _spelt(drawn: Iterable[Description], register: Register, one: Situation) -> Sequence[str]:
    """Substances once each, as a report or a signal spells them."""
    names: dict[str, str] = {}
    for description in drawn:
        for substance in description.medicines:
            names.setdefault(substance, description.spelt.get(substance, ""))
            names[substance] = names[substance] or description.spelt.get(substance, "")
    shown = {spelt or substance for substance, spelt in names.items()}
    if not shown:
        shown = {str(register.signals[name].fields.get("substance", "")) for name in one.signals}
    return sorted(shown - {""}, key=fold)


@dataclass(frozen=True, slots=True)
class _Found:
    situation: Situation
    register: Register
    acts: Sequence[Act]
    declared: Sequence[DeclaredFacts]
    medicines: Sequence[Medicine] | None
    facts: SituationFacts | None
    signals: Sequence[Signal]
    sold: Sold


def _days(found: _Found) -> Sequence[date]:
    """Day of each report and signal, families once, in order."""
    counted = {*found.facts.counted} if found.facts else set()
    reports = (one.day for one in found.declared if one.number in counted)
    signals = (date.fromisoformat(str(one.fields["reçu_le"])) for one in found.signals)
    return sorted([*reports, *signals])


def _effects(
    services: Services,
    found: _Found,
    days: Sequence[date],
    period: tuple[date, date],
    *,
    longest: int | None,
) -> Sequence[Effect]:
    """Of each of its measures that is in force."""
    causes = [*_causes(services, found)]
    measures = [found.register.measures[name] for name in found.situation.measures]
    effects = (
        effect_of(
            measure,
            EffectFacts(
                reports=days,
                first=period[0],
                until=period[1],
                longest=longest,
                monthly=found.sold.months,
                yearly={"boîtes par an": found.sold.years, "patients par an": found.sold.patients},
                sources=_sources(found.sold),
                causes=[
                    *causes,
                    *((cause, cause.on) for cause in other_measures(measure, measures)),
                ],
            ),
        )
        for measure in measures
    )
    return [effect for effect in effects if effect]


def _reports(
    services: Services, one: Situation, *, until: date, known: AlreadyRead | None
) -> list[Report]:
    numbers, found = sorted(one.dossiers), list[Report]()
    if known is None:
        found += reports_of(services, numbers=numbers)
    else:
        found += (known.reports[n] for n in numbers if n in known.reports and n in known.described)
    return [report for report in found if _day(report) < until]


def _causes(services: Services, found: _Found) -> Iterable[tuple[OtherCause, date | None]]:
    one, register, medicines = found.situation, found.register, found.medicines or ()
    merged = [name for name, into in register.merged().items() if into == one.id]
    for event in events(found.acts, [one.id, *merged]):
        yield OtherCause("évènement", event.on, f"{event.text} ({event.on:%d/%m/%Y})"), event.on
    for measure in found.facts.measures if found.facts else ():
        if measure.taken and measure.day:
            text = f"mesure d’une entreprise, {measure.kind}, le {measure.day:%d/%m/%Y}"
            yield OtherCause("mesure d’une entreprise", measure.day, text), measure.day
    yield from shortages(medicines)
    matcher = matcher_of(services.inputs.home)
    if matcher and medicines:
        yield from first_generics(medicines, matcher.reference.medicines.values())


def _sources(found: Sold) -> Mapping[str, str]:
    named = {"boîtes par mois": "Medic'AM", "boîtes par an": "Open Medic"}
    named["patients par an"] = "Open Medic (personnes)"
    return {unit: SEMICOLON.join(found.sources.get(family, ())) for unit, family in named.items()}


def _day(report: Report) -> date:
    return report.deposited_at.astimezone(PARIS).date()


def _first_day(services: Services) -> date:
    first = services.store.dossiers.first_deposit(services.demarche)
    return (first or now()).astimezone(PARIS).date()
