"""What the base of consumption says of substances: signals, populations, the sources of both.

``populations.csv``, which staff write, is read from ``UNC_HOME/consommation``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from datafiles.file import DataFileError
from steps.wiring.public_data.consumption import yearly_boxes
from steps.wiring.public_data.consumption_files import POPULATIONS, base_of, consumption_stamp
from steps.wiring.services import Services
from triage.consumption.cells import ConsumptionTableError
from triage.consumption.populations import read_populations
from triage.consumption.signals import (
    FEWEST_YEARS,
    ConsumptionSignal,
    PopulationGap,
    by_substance,
    foreseen,
    outside,
)
from triage.situations.words.without_salts import Salts

_NO_SALTS = Salts()


@dataclass(frozen=True, slots=True)
class Consumed:
    """What the consumption tables say.

    Attributes:
        years: Years of the tables.
        foreseen: Every substance with enough of a past, beside what that foretells.
        gaps: Target and reached populations.
        sources: Editions that the figures are of, as they are cited.
        unloaded: Tables that lie beside the base and that nobody loaded.
    """

    years: tuple[int, ...]
    foreseen: tuple[ConsumptionSignal, ...]
    gaps: tuple[PopulationGap, ...]
    sources: tuple[str, ...] = ()
    unloaded: tuple[str, ...] = ()

    @property
    def signals(self) -> tuple[ConsumptionSignal, ...]:
        """Substances outside the interval that their past foretells."""
        return outside(self.foreseen)

    @property
    def past_years(self) -> int:
        """Years before the last one, which is the one that is judged."""
        return max(len(self.years) - 1, 0)

    @property
    def can_judge(self) -> bool:
        """Whether there is past enough to call a year unusual."""
        return self.past_years >= FEWEST_YEARS

    def about(self, substances: Iterable[str]) -> "Consumed":
        """What they say of some substances only."""
        known = frozenset(substances)
        return replace(
            self,
            foreseen=tuple(one for one in self.foreseen if one.substance in known),
            gaps=tuple(one for one in self.gaps if one.substance in known),
        )


def consumed(services: Services) -> Consumed:
    """Signals of the base and gaps of the populations; empty without any.

    Raises:
        DataFileError: The base or the populations cannot be read.
    """
    matching = services.form.matching
    salts = matching.salts if matching else _NO_SALTS
    home = services.inputs.home
    found, known = _consumed(home, salts, consumption_stamp(home))
    return replace(found, unloaded=tuple(unloaded(home, known)))


@lru_cache(maxsize=4)  # pages of the portal ask for it each time; a table moves once a year
def _consumed(home: Path, salts: Salts, _stamp: tuple[str, ...]) -> tuple[Consumed, frozenset[str]]:
    """What the tables say, and the names of those that were loaded."""
    folder = base_of(home).parent
    gaps = _gaps(folder / POPULATIONS, salts)
    found = yearly_boxes(home, salts)
    tables = found.by_year if found else {}
    known = frozenset(one.source.casefold() for one in found.editions) if found else frozenset()
    told = Consumed(
        years=tuple(sorted(tables)),
        foreseen=foreseen(by_substance(tables)),
        gaps=gaps,
        sources=found.sources if found else (),
    )
    return told, known


def _gaps(path: Path, salts: Salts) -> tuple[PopulationGap, ...]:
    if not path.exists():
        return ()
    try:
        return tuple(read_populations(_lines(path), salts=salts))
    except ConsumptionTableError as error:
        raise DataFileError([f"{path.name} : {error}"]) from error


def unloaded(home: Path, known: Collection[str]) -> Iterable[str]:
    """Tables that lie beside the base and that nobody loaded.

    Args:
        home: ``UNC_HOME``.
        known: Names of the files that were loaded, folded.
    """
    folder = base_of(home).parent
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        name = path.name.casefold()
        if path.suffix.casefold() == ".csv" and name not in {POPULATIONS, *known}:
            yield path.name


def _lines(path: Path) -> list[str]:
    """Lines of a table, in UTF-8 or as Open Medic is published (Windows-1252)."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataFileError([f"{path.name} : ce fichier ne peut pas être lu"]) from error
    try:
        return raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace").splitlines()
