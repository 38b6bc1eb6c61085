"""The fiche of a situation for the committee: every figure of it, as its readers may have them.

A fiche is worked out of what is known (:class:`FicheFacts`) for the agency, or for the patients'
representatives: without company, sales, draft measure, justification, score, nor signal that is the
agency's own; small counts are hidden as the policy says. What shows it adds no figure: where each
part is on its page is decided in ``exports/committee/layout.py``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias

from french.text import agreed, typographic
from mappings.report.display import show
from triage.registre.committee.names_hidden import hidden
from triage.registre.committee.seances import AgendaItem, Meeting
from triage.registre.effect.effect import ALWAYS, Effect
from triage.registre.effect.text import told_reports, told_use, verdict_of
from triage.registre.register import Measure, MeasureState, Signal, Situation
from triage.registre.risk_level import ProposedLevel
from triage.situations.propose import is_ours

Reader: TypeAlias = Literal["agence", "patients"]
FROM_COMPANIES = "Entreprises (dossiers)"
_YEARS = 5
_NETWORK = "réseau"
_UNKNOWN = "inconnu"


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers of patients or cases of the reports: the lowest and highest sum that can be true.

    Attributes:
        patients: ``None`` when nobody estimates.
        serious: Likewise.
        deaths: Likewise.
    """

    patients: tuple[int, int] | None = None
    serious: tuple[int, int] | None = None
    deaths: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class CentreAnswer:
    """What a centre answered, or that it did not yet."""

    centre: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FicheFacts:
    """What a fiche is worked out of; what its readers may not have at all is left out already.

    Attributes:
        situation: As the register has it on that day.
        meeting: The séance; ``None``: the fiche of no séance.
        item: What the committee is asked.
        measures: Its measures.
        signals: Its signals of other sources.
        reports: Day of each report of a company, families once.
        counted: Patients and cases.
        substances: Substances.
        companies: Names of the companies.
        holders: Names of the holders of its medicines.
        effects: By measure.
        proposed: The level that its reports propose.
        score: The score, in a line; blank where it is not worked out.
        answers: Answers of the centres.
        consumption: What is known of boxes and patients, a line each.
        availability: MITM, shortages, surveillance, a line each; for the agency.
        shortage: Whether a shortage or a tension goes on; ``None``: unknown.
        erased: Dossiers that were erased since.
        unpublished: Types of measures that are told once they have a link only.
        below: The first count that leaves the agency; 0 does too (``small_counts`` of the policy).
        on: « État au ».
        known_on: « Tel que connu le ».
        versions: Versions of what it rests on.
    """

    situation: Situation
    meeting: Meeting | None = None
    item: AgendaItem | None = None
    measures: Sequence[Measure] = ()
    signals: Sequence[Signal] = ()
    reports: Sequence[date] = ()
    counted: Counted = Counted()
    substances: Sequence[str] = ()
    companies: Sequence[str] = ()
    holders: Sequence[str] = ()
    effects: Mapping[str, Effect] = field(default_factory=dict)
    proposed: ProposedLevel = field(default_factory=ProposedLevel)
    score: str = ""
    answers: Sequence[CentreAnswer] = ()
    consumption: Sequence[str] = ()
    availability: Sequence[str] = ()
    shortage: bool | None = None
    erased: int = 0
    unpublished: frozenset[str] = frozenset()
    below: int
    on: date
    known_on: date
    versions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Signals of a source, by year.

    Attributes:
        source: Its type.
        years: A count for each year of the fiche, as its readers have it.
        total: In all.
    """

    source: str
    years: tuple[str, ...]
    total: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure of the agency.

    Attributes:
        name: Type, with its mode and its aim where the reader has them.
        state: State and since when.
        effect: What followed; blank before.
    """

    name: str
    state: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fiche:
    """What a fiche says, in French, ready to be shown; blank: nothing is shown.

    Attributes:
        reader: Who reads it.
        situation: Id; blank where a person typed a name, for the representatives.
        title: Public title.
        meeting: Id and day of the séance.
        question: What the committee is asked.
        rapporteur: Who reports on it.
        head: State, level, dates and the like: name and value.
        figures: Reports, companies, patients, serious cases, deaths: name and value.
        authorised: The authorised use.
        observed: The use that is made.
        summary: *Résumé en langage clair*.
        justification: Why this level; blank for the representatives.
        years: Years of :attr:`sources`, the oldest first; « avant » gathers those before.
        sources: Signals by source.
        companies: Their names; blank for the representatives.
        consumption: A line for each figure; none for the representatives.
        availability: A line for each fact.
        measures: Measures of the agency.
        answers: Answers of the centres.
        cautions: What must be read with the figures.
        state_on: « État au … tel que connu le … ».
        versions: Versions of what it rests on.
    """

    reader: Reader
    situation: str
    meeting: str
    rapporteur: str
    state_on: str
    versions: str
    title: str = ""
    question: str = ""
    head: tuple[tuple[str, str], ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    authorised: str = ""
    observed: str = ""
    summary: str = ""
    justification: str = ""
    years: tuple[str, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    companies: str = ""
    consumption: tuple[str, ...] = ()
    availability: tuple[str, ...] = ()
    measures: tuple[MeasureLine, ...] = ()
    answers: tuple[CentreAnswer, ...] = ()
    cautions: tuple[str, ...] = ()


def may_be_shown(one: Situation, reader: Reader) -> bool:
    """Whether a situation has a fiche for these readers: representatives need the clear summary."""
    return reader == "agence" or bool(str(one.fields.get("resume_clair", "")).strip())


def fiche(known: FicheFacts, reader: Reader) -> Fiche:
    """The fiche of a situation, as these readers may have it."""
    return _agency(known) if reader == "agence" else _representatives(known)


def count(number: int, reader: Reader, *, below: int) -> str:
    """A count as these readers have it."""
    hidden_here = reader != "agence" and 0 < number < below
    return f"<\u00a0{below}" if hidden_here else show(number)


def _agency(known: FicheFacts) -> Fiche:
    one, years = known.situation, _years(known)
    return replace(
        _common(known, "agence"),
        head=tuple(_head(known)),
        figures=(
            ("Signalements", show(len(known.reports) + len(known.signals))),
            ("Entreprises", show(len(known.companies))),
            *_cases(known, "agence"),
        ),
        justification=typographic(_justification(known)),
        years=tuple(map(str, years)),
        sources=tuple(_sources(known, years)),
        companies=", ".join(known.companies),
        consumption=tuple(map(typographic, known.consumption)),
        availability=tuple(map(typographic, known.availability)),
        measures=tuple(_measures(known)),
        answers=tuple(
            CentreAnswer(each.centre, typographic(each.question), typographic(each.answer))
            for each in known.answers
        ),
        question=typographic(known.item.question) if known.item else "",
        title=typographic(one.title),
        authorised=_text(one, "usage_autorise"),
        observed=_text(one, "usage_constate"),
        summary=_text(one, "resume_clair"),
        cautions=tuple(_cautions(known)),
    )


def _representatives(known: FicheFacts) -> Fiche:
    one = known.situation
    names = (*known.companies, *known.holders)
    signals = [each for each in known.signals if each.fields.get("diffusion") == _NETWORK]
    types = sorted({str(each.fields.get("type", "")) for each in signals})
    named = [FROM_COMPANIES, *types] if known.reports else types
    total = len(known.reports) + len(signals)
    in_force = [each for each in known.measures if each.is_public(known.unpublished)]
    return replace(
        _common(known, "patients"),
        head=(
            ("État", f"{one.state}, depuis le {_day(one.since)}"),
            ("Niveau de risque", str(one.level.get("niveau", "")) or "non fixé"),
            ("Substances", ", ".join(known.substances) or _UNKNOWN),
        ),
        figures=(
            ("Signalements", count(total, "patients", below=known.below)),
            *_cases(known, "patients"),
        ),
        justification="",
        years=(),
        sources=tuple(SourceLine(name, (), "") for name in named),
        companies="",
        consumption=(),
        availability=(typographic(_shortage(known.shortage)),),
        measures=tuple(
            MeasureLine(
                str(each.fields.get("type", "")),
                f"{each.state} ({_day(each.dates[MeasureState.IN_FORCE])})",
                _verdict(known.effects.get(each.id)),
            )
            for each in in_force
        ),
        answers=(),
        question=hidden(typographic(known.item.question), names) if known.item else "",
        title=hidden(typographic(one.title), names),
        authorised=hidden(_text(one, "usage_autorise"), names),
        observed=hidden(_text(one, "usage_constate"), names),
        summary=hidden(_text(one, "resume_clair"), names),
        cautions=(
            typographic(ALWAYS),
            f"«\u00a0<\u00a0{known.below}\u00a0»\u00a0: de 1 à {known.below - 1}.",
        ),
    )


def _common(known: FicheFacts, reader: Reader) -> Fiche:
    """What every reader has; a name that a person typed for a situation stays at the agency."""
    name = known.situation.id
    meeting, item = known.meeting, known.item
    return Fiche(
        reader=reader,
        situation=name if reader == "agence" or is_ours(name) else "",
        meeting=f"{meeting.id}, séance du {_day(meeting.on)}" if meeting else "",
        rapporteur=item.rapporteur if item else "",
        state_on=f"État au {_day(known.on)}, tel que connu le {_day(known.known_on)}",
        versions=typographic(" ; ".join(one for one in known.versions if one)),
    )


def _head(known: FicheFacts) -> Iterator[tuple[str, str]]:
    one = known.situation
    woken = " (Réveillée)" if one.woken else ""
    yield "État", f"{one.state}{woken}, depuis le {_day(one.since)}"
    yield "Niveau de risque", str(one.level.get("niveau", "")) or "non fixé"
    yield "Risque", str(one.fields.get("risque", "")) or _UNKNOWN
    yield "Identifiée le", _day(one.identified_on)
    yield "Substances", ", ".join(known.substances) or _UNKNOWN
    yield "Qualification", str(one.fields.get("qualification", "")) or "non renseignée"
    yield "Pilote", str(one.fields.get("pilote", "")) or "–"
    yield "Score", known.score or "–"


def _justification(known: FicheFacts) -> str:
    level = known.situation.level
    if not level:
        return ""
    ticked = [name for name, answer in level.get("critères", {}).items() if answer == "oui"]
    told = [str(level.get("justification", ""))]
    told.append(f"Critères retenus : {', '.join(ticked) or 'aucun'}.")
    if known.proposed.disagrees_with(str(level.get("niveau", ""))):
        told.append(f"Niveau proposé : {known.proposed.level} ({known.proposed.source}).")
    return " ".join(told)


def _cases(known: FicheFacts, reader: Reader) -> Iterator[tuple[str, str]]:
    counted = known.counted
    for name, both in (
        ("Patients estimés", counted.patients),
        ("Cas graves", counted.serious),
        ("Décès", counted.deaths),
    ):
        yield name, _range(both, reader, below=known.below)


def _range(both: tuple[int, int] | None, reader: Reader, *, below: int) -> str:
    """A range; outside the agency its lower bound alone, which tells no company's own number."""
    if both is None:
        return _UNKNOWN
    low, high = both
    if low == high or reader != "agence":
        return count(low, reader, below=below)
    return f"{show(low)} à {show(high)}"


def _years(known: FicheFacts) -> list[int | str]:
    """The last years with a signal; those before are one."""
    years = sorted({day.year for _, days in _by_source(known) for day in days})
    shown: list[int | str] = [*years[-_YEARS:]]
    return ["avant", *shown] if len(years) > _YEARS else shown


def _by_source(known: FicheFacts) -> Iterator[tuple[str, list[date]]]:
    if known.reports:
        yield FROM_COMPANIES, [*known.reports]
    types = sorted({str(each.fields.get("type", "")) for each in known.signals})
    for name in types:
        yield (
            name,
            [
                date.fromisoformat(str(each.fields["reçu_le"]))
                for each in known.signals
                if str(each.fields.get("type", "")) == name
            ],
        )


def _sources(known: FicheFacts, years: Sequence[int | str]) -> Iterator[SourceLine]:
    for name, days in _by_source(known):
        counted = Counter(day.year if day.year in years else "avant" for day in days)
        yield SourceLine(name, tuple(show(counted[year]) for year in years), show(len(days)))


def _measures(known: FicheFacts) -> Iterator[MeasureLine]:
    order = [MeasureState.IN_FORCE, MeasureState.DECIDED, MeasureState.PROPOSED]
    order += [MeasureState.ENDED, MeasureState.DROPPED]
    ordered = sorted(known.measures, key=lambda each: (order.index(each.state), each.id))
    for each in ordered:
        fields = each.fields
        aim = f", {fields['cible']}" if fields.get("cible") else ""
        due = fields.get("échéance")
        told = f" ; évaluation le {_day(date.fromisoformat(str(due)))}" if due else ""
        ended = f" ; conclusion : {each.conclusion}" if each.conclusion else ""
        yield MeasureLine(
            typographic(f"{each.id}, {fields.get('type', '')} ({fields.get('mode', '')}){aim}"),
            typographic(f"{each.state} le {_day(each.dates.get(each.state))}{told}{ended}"),
            _effect(known.effects.get(each.id)),
        )


def _effect(found: Effect | None) -> str:
    if found is None:
        return ""
    return "\u202f; ".join([told_reports(found.reports), *map(told_use, found.uses)])


def _verdict(found: Effect | None) -> str:
    return typographic(f"signalements : {verdict_of(found)}") if found else ""


def _cautions(known: FicheFacts) -> Iterator[str]:
    yield typographic(ALWAYS)
    causes = {cause.text for one in known.effects.values() for cause in one.causes}
    if causes:
        yield typographic(f"Dans les périodes comparées : {' ; '.join(sorted(causes))}.")
    if known.erased:
        yield f"Plus comptés ici\u00a0: {agreed(known.erased, 'dossier effacé')} depuis."


def _shortage(known: bool | None) -> str:
    if known is None:
        return "Rupture ou tension d'approvisionnement : inconnu."
    return f"Rupture ou tension d'approvisionnement : {'oui' if known else 'non'}."


def _text(one: Situation, name: str) -> str:
    return typographic(str(one.fields.get(name, "")))


def _day(found: date | None) -> str:
    return "–" if found is None else f"{found:%d/%m/%Y}"
