"""Key figures of the dossiers that a reader has: they take reading all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exports.cells import Content
from exports.model import ExportContext
from exports.readers.reading import Reading
from exports.readers.registre import RegisterReading
from exports.sheets.centres import author_of
from exports.sheets.figures import Block, Figure, synthesise
from exports.sheets.situations.table import days_of_new, situations, trends_of
from mappings.report.model import Report
from mappings.schema.model import Audience
from portal.dossiers.indicators import more_blocks
from portal.dossiers.lines import AUDIENCES
from portal.source import Source
from steps.judge.situations import descriptions
from steps.registre.reports_in_memory import reports_in_memory
from triage.registre.ranking import Ranked
from triage.situations.description import Description
from triage.situations.trends import Trend


@dataclass(frozen=True, slots=True)
class Indicators:
    """What a reader may count, at one moment.

    Attributes:
        figures: Key figures.
        blocks: Small tables of counts, to be drawn.
        rising: Situations whose reports rise, of what the audience may read.
    """

    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]
    rising: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SituationFigures:
    """What an audience may count of each situation, at one moment.

    Attributes:
        cells: What its workbook says, by situation and by name of the column.
        days: Day of each of its reports, families once, by situation.
        ranked: Rank and score, by situation; the agency's alone.
        told: Reports as matching sees them, by number; the agency's alone.
        reports: What is kept of every report, by number; the agency's alone.
    """

    cells: Mapping[str, Mapping[str, Content]]
    days: Mapping[str, tuple[date, ...]]
    ranked: Mapping[str, Ranked]
    told: Mapping[int, Description]
    reports: Mapping[int, Report]


@dataclass(frozen=True, slots=True)
class CountedDossiers:
    """What takes reading every dossier.

    Attributes:
        indicators: By reader, ``agence``, ``reseau``, ``crpv-<code>``.
        situations: By audience.
    """

    indicators: Mapping[str, Indicators]
    situations: Mapping[Audience, SituationFigures]


def counted_of(source: Source) -> CountedDossiers:
    """Read every dossier once, and count for each reader what its workbook counts.

    By reader: ``agence``, ``reseau``, ``crpv-<code>``. The published indicator is of every dossier,
    and the agency's alone, as in the workbooks.
    """
    entries = tuple(source.entries(None))
    context = source.context(entries)
    origins, below = source.columns.figures, source.policy.small_counts.below

    def made(read: list[Reading], rising: frozenset[str], *, agency: bool) -> Indicators:
        found = synthesise(
            read,
            origins=origins,
            below=below,
            years=context.register.years if agency else (),
            live_since=context.live_since,
        )
        blocks = (*found.blocks, *more_blocks(read, origins=origins))
        return Indicators(found.figures, blocks, rising)

    told: dict[str, Indicators] = {}
    situated: dict[Audience, SituationFigures] = {}
    for audience in AUDIENCES:
        concerned = source.read(entries, context=context, audience=audience)
        read = [one for one, _ in concerned]
        trends = trends_of(read, audience=audience, context=context)
        rising = frozenset(name for name, one in trends.items() if one.direction == "up")
        told[audience] = made(read, rising, agency=audience == "agence")
        situated[audience] = _situated(source, read, context, audience, trends)
        if audience == "reseau":
            for centre in source.centres:
                mine = [one for one, to in concerned if centre.code in to.centres]
                told[author_of(centre)] = made(mine, rising, agency=False)
    return CountedDossiers(told, situated)


def _situated(
    source: Source,
    read: Sequence[Reading],
    context: ExportContext,
    audience: Audience,
    trends: Mapping[str, Trend],
) -> SituationFigures:
    known = [one for one in read if not one.decision.excluded]
    registered = RegisterReading(
        context=context,
        policy=source.policy,
        audience=audience,
        held=frozenset(one.entry.situation for one in known if one.entry.situation),
    )
    cells: dict[str, dict[str, Content]] = {}
    for sheet in source.columns.sheets:  # a démarche of another kind has none of situations
        if sheet.kind == "situations":
            table = situations(
                read,
                origins=source.columns.figures,
                sheet=sheet,
                registered=registered,
                trends=trends,
            )
            names = [one.name for one in table.columns]
            cells = {
                str(row[0]): dict(zip(names, row, strict=True)) for row in table.rows if row[0]
            }
    days = days_of_new(known, context=context)
    agency = audience == "agence"
    return SituationFigures(
        cells=cells,
        days={name: tuple(sorted(found)) for name, found in days.items()},
        ranked=context.register.ranked if agency else {},
        told=source.look_up(descriptions) if agency else {},
        reports=source.look_up(
            lambda services: reports_in_memory((one.entry.report for one in read), services.form)
        )
        if agency
        else {},
    )
