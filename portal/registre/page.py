"""A situation as its page shows it, for who reads it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from datafiles.file import DataFileError
from exports.sheets.figures import Block
from exports.sheets.registre import day_of
from exports.sheets.values import content_text
from french.text import typographic
from mappings.report.display import show
from portal.dossiers.charts import Chart, draw
from portal.registre.access import RegisterAccess, RegisterRead
from portal.registre.consumption import ConsumptionShown, consumption_shown
from portal.registre.rows import SituationRow, row_of
from steps.registre.around import AlreadyRead, Around, Viewpoint, around, consumption_around
from steps.registre.around_told import availability_told
from steps.registre.ranking import proposed_level
from store.staff.lines import DossierLine
from store.verdicts.scores import KeptScore
from triage.registre.acts import Act, end_of, history
from triage.registre.committee.seances import Advice, AgendaItem, Meeting, meetings
from triage.registre.effect.text import told_lines
from triage.registre.questions import Asked as Question
from triage.registre.ranking import Score
from triage.registre.register import Measure, Signal, Situation
from triage.registre.sentences import changes_told, dates_told, head, state_of

_MONTHS = 24
LINES = 100
"""Rows of a table at most: lists of the dossiers have the rest."""
_HISTORY = 200
_BESIDE = {"Dossiers", "À confirmer", "Dernier acte"}


@dataclass(frozen=True, slots=True)
class MeasureShown:
    """A measure of the agency, with what followed it."""

    measure: Measure
    dates: str
    effect: Sequence[str]


@dataclass(frozen=True, slots=True)
class ActShown:
    """An act, with what it changed."""

    act: Act
    changes: str


@dataclass(frozen=True, slots=True)
class SituationPage:
    """What the page of a situation shows.

    Attributes:
        one: The situation.
        row: Its line in the list.
        brief: What is known of it, name by name.
        figures: Its figures, name by name.
        score: Its score with its lines; ``None`` where it is not known or not told.
        scores: How it moved, the last first.
        lines: Its dossiers.
        more: How many others there are.
        unconfirmed: Dossiers that no person confirmed.
        signals: Signals of other sources.
        chart: Reports and signals by month; ``None`` without any.
        consumption: What public data say of its substances; ``None`` outside of the agency, and
            where nothing was loaded.
        availability: What BDPM says.
        measures: Measures of the agency.
        company: Measures that companies declare: day, type, state, dossier.
        sittings: Séances where it was on the agenda, with the advice.
        questions: Questions to the centres.
        acts: Its history, the last first.
    """

    one: Situation
    row: SituationRow
    brief: Sequence[tuple[str, str]]
    figures: Sequence[tuple[str, str]]
    score: Score | None = None
    scores: Sequence[KeptScore] = ()
    lines: Sequence[DossierLine] = ()
    more: int = 0
    unconfirmed: frozenset[int] = frozenset()
    signals: Sequence[Signal] = ()
    chart: Chart | None = None
    consumption: ConsumptionShown | None = None
    availability: Sequence[str] = ()
    measures: Sequence[MeasureShown] = ()
    company: Sequence[tuple[str, str, str, int]] = ()
    sittings: Sequence[tuple[Meeting, AgendaItem, Advice | None]] = ()
    questions: Sequence[Question] = ()
    acts: Sequence[ActShown] = field(default=())


def page_of(access: RegisterAccess, read: RegisterRead, one: Situation) -> SituationPage:
    """The page of a situation, as its reader may have it."""
    source, reading = access.source, read.reading
    beside = reading.beside(one.id)
    lines = source.store.lines.of(source.demarche, read.role.audience, one.dossiers)
    shown = sorted(lines.values(), key=lambda line: (line.deposited, line.number), reverse=True)
    row = row_of(read, one)
    days = read.figures.days.get(one.id, ())
    if not reading.is_agency:
        told = [day for day in days if day <= read.day] + [*_received(beside.signals)]
        return SituationPage(
            one=one,
            row=row,
            brief=[*_brief_outside(read, one)],
            figures=[*_figures(read, one, row, len(lines))],
            lines=shown[:LINES],
            more=max(0, len(shown) - LINES),
            signals=beside.signals,
            chart=_chart(told, read.day),
            measures=[MeasureShown(each, dates_told(each.dates), ()) for each in beside.measures],
            questions=beside.asked,
        )
    found = _around(access, read, one)
    known = end_of(read.at.known) if read.at.known else None
    ranked = reading.context.register.ranked.get(one.id)
    kept = source.store.scores.list(source.demarche, one.id)
    kept = tuple(each for each in kept if known is None or each.scored_at <= known)
    effects = {each.measure: each for each in found.effects}
    return SituationPage(
        one=one,
        row=row,
        brief=[*_brief(access, read, one)],
        figures=[*_figures(read, one, row, len(lines))],
        score=ranked.score if ranked else kept[-1].score if kept else None,
        scores=kept[::-1],
        lines=shown[:LINES],
        more=max(0, len(shown) - LINES),
        unconfirmed=frozenset(one.dossiers) - frozenset(one.confirmed),
        signals=[read.register.signals[name] for name in one.signals],
        chart=_chart(found.days, read.day),
        consumption=_consumption(access, found),
        availability=[typographic(text) for text in availability_told(found.medicines)],
        measures=[
            MeasureShown(
                each,
                dates_told(each.dates),
                [*told_lines(effects[each.id])] if each.id in effects else [],
            )
            for each in (read.register.measures[name] for name in one.measures)
        ],
        company=[*_company(found)],
        sittings=[*_sittings(read, one)],
        questions=[each for each in reading.asked if each.question.id in one.questions],
        acts=[
            ActShown(act, changes_told(act)) for act in history(read.acts, one.id)[::-1][:_HISTORY]
        ],
    )


def _around(access: RegisterAccess, read: RegisterRead, one: Situation) -> Around:
    """What is known around it: of the present, what its dossiers sum up to is known already."""
    at = read.at
    asked = Viewpoint(at.on, end_of(at.known) if at.known else None)
    figures = read.figures
    known = (
        AlreadyRead(read.acts, read.register, figures.reports, figures.told)
        if read.counted
        else None
    )
    return access.source.look_up(lambda services: around(services, [one.id], asked, known=known))[
        one.id
    ]


def _consumption(access: RegisterAccess, found: Around) -> ConsumptionShown | None:
    """What public data say of its substances; a base that cannot be read is told by the doctor."""
    try:
        profile = access.source.look_up(lambda services: consumption_around(services, found))
    except DataFileError:
        return None
    return consumption_shown(profile)


def _brief(access: RegisterAccess, read: RegisterRead, one: Situation) -> Iterator[tuple[str, str]]:
    reports = read.figures.reports if read.counted else None
    proposed = access.source.look_up(
        lambda services: proposed_level(services, one.dossiers, known=reports)
    )
    for name, text in head(one, proposed):
        if name not in _BESIDE:
            yield name, typographic(text)


def _brief_outside(read: RegisterRead, one: Situation) -> Iterator[tuple[str, str]]:
    """Title, state, level, substances: no more of it leaves the agency."""
    cells = read.figures.cells.get(one.id, {})
    told = {str(each.fields["substance"]) for each in read.reading.beside(one.id).signals}
    yield "État", f"{state_of(one)}, depuis le {one.since:%d/%m/%Y}"
    if level := one.level.get("niveau"):
        yield "Niveau", str(level)
    substances = content_text(cells.get("Substance")) or " ; ".join(sorted(told))
    if substances:
        yield "Substances", typographic(substances)


def _figures(
    read: RegisterRead, one: Situation, row: SituationRow, dossiers: int
) -> Iterator[tuple[str, str]]:
    cells = read.figures.cells.get(one.id, {})
    yield "Dossiers", str(dossiers)
    if erased := len(one.dossiers) - dossiers if read.reading.is_agency else 0:
        yield "Dossiers qui ne sont plus lus", str(erased)
    yield "Signaux, 90 jours", f"{row.recent} sur {row.signals}"
    for name in ("Entreprises", "Patients estimés", "Cas graves", "Décès", "Tendance"):
        if name in cells:
            yield name, content_text(cells[name]) or "–"
    types = Counter(str(each.fields["type"]) for each in read.reading.beside(one.id).signals)
    for name, count in sorted(types.items()):
        yield f"Signaux\u00a0: {name}", show(count)


def _received(signals: Sequence[Signal]) -> Iterator[date]:
    for one in signals:
        if day := day_of(one.fields["reçu_le"]):
            yield day


def _chart(days: Sequence[date], until: date) -> Chart | None:
    """Reports and signals of each of the last months, the present one too."""
    if not days:
        return None
    counts = Counter(f"{day:%m/%Y}" for day in days)
    names: list[str] = []
    year, month = until.year, until.month
    while len(names) < _MONTHS:
        names.append(f"{month:02d}/{year}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    lines = tuple((name, counts[name]) for name in reversed(names))
    return draw(Block("Signalements par mois", ("Mois", "Signalements"), lines, bars="col"))


def _company(found: Around) -> Iterator[tuple[str, str, str, int]]:
    for one in found.facts.measures if found.facts else ():
        day = f"{one.day:%d/%m/%Y}" if one.day else "non datée"
        yield one.kind, "prise" if one.taken else "en projet", day, one.number


def _sittings(
    read: RegisterRead, one: Situation
) -> Iterator[tuple[Meeting, AgendaItem, Advice | None]]:
    merged = read.register.merged()
    for meeting in sorted(meetings(read.acts).values(), key=lambda each: each.on, reverse=True):
        for item in meeting.items:
            if one.id in {item.situation, merged.get(item.situation)}:
                yield meeting, item, meeting.advice.get(item.situation)
