"""Key figures of the dossiers that a reader has: they take reading all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from exports.readers.reading import Reading
from exports.sheets.centres import author_of
from exports.sheets.figures import Block, Figure, synthesise
from exports.sheets.situations import trends_of
from portal.dossiers.indicators import more_blocks
from portal.dossiers.lines import AUDIENCES
from portal.source import Source


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


def indicators_of(source: Source) -> Mapping[str, Indicators]:
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
    for audience in AUDIENCES:
        concerned = source.read(entries, context=context, audience=audience)
        read = [one for one, _ in concerned]
        trends = trends_of(read, audience=audience, context=context)
        rising = frozenset(name for name, one in trends.items() if one.direction == "up")
        told[audience] = made(read, rising, agency=audience == "agence")
        if audience == "reseau":
            for centre in source.centres:
                mine = [one for one, to in concerned if centre.code in to.centres]
                told[author_of(centre)] = made(mine, rising, agency=False)
    return told
