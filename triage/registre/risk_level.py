"""The level of risk that is proposed: by the agency's instructeurs, else as companies give it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from french.text import fold


@dataclass(frozen=True, slots=True)
class ProposedLevel:
    """A level that is proposed to who sets one.

    Attributes:
        level: The level; empty where nothing says one.
        source: Who says so.
        others: Other levels that were given beside it.
    """

    level: str = ""
    source: str = ""
    others: tuple[str, ...] = ()

    def disagrees_with(self, level: str) -> bool:
        """Whether a person set another level."""
        return bool(level and self.level and level != self.level)


def propose_level(
    held: Iterable[str], declared: Iterable[str], levels: Sequence[str]
) -> ProposedLevel:
    """The highest level that annotations hold, else the highest that companies declared.

    Args:
        held: What annotation 923 of each dossier holds; blank ones count for nothing.
        declared: What champ 53 of each declares.
        levels: Levels, the lowest first; any other word is none.
    """
    for given, source in ((held, "annotation des dossiers"), (declared, "selon l’entreprise")):
        folded = {fold(one) for one in given}
        found = [level for level in levels if fold(level) in folded]
        if found:
            return ProposedLevel(found[-1], source, tuple(found[:-1]))
    return ProposedLevel()
