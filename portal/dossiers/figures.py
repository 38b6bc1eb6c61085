"""Key figures of all dossiers that one audience may read: they take reading all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from exports.sheets.figures import Block, Figure, synthesise
from mappings.schema.model import Audience
from portal.dossiers.indicators import more_blocks
from portal.dossiers.lines import AUDIENCES
from portal.source import Source


@dataclass(frozen=True, slots=True)
class Indicators:
    """What one audience may count, at one moment.

    Attributes:
        figures: Key figures.
        blocks: Small tables of counts, to be drawn.
    """

    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]


def indicators_of(source: Source) -> Mapping[Audience, Indicators]:
    """Read every dossier once, and count for each audience."""
    entries = tuple(source.entries(None))
    context = source.context(entries)
    found: dict[Audience, Indicators] = {}
    for audience in AUDIENCES:
        concerned = source.read(entries, context=context, audience=audience)
        read = [reading for reading, _ in concerned]
        origins = source.columns.figures
        made = synthesise(read, origins=origins, below=source.policy.small_counts.below)
        blocks = (*made.blocks, *more_blocks(read, origins=origins))
        found[audience] = Indicators(figures=made.figures, blocks=blocks)
    return found
