"""What the base of consumption says of substances: signals, populations, the sources of both.

``populations.csv``, which staff write, is read from ``UNC_HOME/consommation``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from datafiles.file import DataFileError
from steps.follow.consumption_load import base_of
from steps.wiring.services import Services
from store.consumption.base import (
    OPEN_MEDIC,
    ConsumptionBase,
    ConsumptionBaseError,
    open_consumption,
)
from triage.consumption.cells import ConsumptionTableError
from triage.consumption.populations import read_populations
from triage.consumption.signals import (
    FEWEST_YEARS,
    ConsumptionSignal,
    PopulationGap,
    by_substance,
    signals,
)
from triage.situations.dci import Salts, joined

_POPULATIONS = "populations.csv"


@dataclass(frozen=True, slots=True)
class Consumed:
    """What the consumption tables say.

    Attributes:
        years: Years of the tables.
        signals: Substances that depart from their past.
        gaps: Target and reached populations.
        sources: Editions that the figures are of, as they are cited.
        unloaded: Tables that lie beside the base and that nobody loaded.
    """

    years: tuple[int, ...]
    signals: tuple[ConsumptionSignal, ...]
    gaps: tuple[PopulationGap, ...]
    sources: tuple[str, ...] = ()
    unloaded: tuple[str, ...] = ()

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
            signals=tuple(one for one in self.signals if one.substance in known),
            gaps=tuple(one for one in self.gaps if one.substance in known),
        )


def consumed(services: Services) -> Consumed:
    """Signals of the base and gaps of the populations; empty without any.

    Raises:
        DataFileError: The base or the populations cannot be read.
    """
    matching = services.form.matching
    salts = matching.salts if matching else Salts()
    folder = base_of(services.inputs.home).parent
    gaps = _gaps(folder / _POPULATIONS, salts)
    tables: dict[int, dict[str, int]] = {}
    sources: tuple[str, ...] = ()
    known: set[str] = set()
    try:
        with open_consumption(base_of(services.inputs.home)) as base:
            if base is not None:
                editions = base.editions()
                known = {one.source.casefold() for one in editions}
                sources = tuple(one.named for one in editions if one.family == OPEN_MEDIC)
                tables = _by_year(base, salts)
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error
    return Consumed(
        years=tuple(sorted(tables)),
        signals=signals(by_substance(tables)),
        gaps=gaps,
        sources=sources,
        unloaded=tuple(_unloaded(folder, known)),
    )


def consumption_stamp(services: Services) -> tuple[str, ...]:
    """What :func:`consumed` is made from, without reading a table."""
    folder = base_of(services.inputs.home).parent
    populations = folder / _POPULATIONS
    written = populations.read_bytes() if populations.is_file() else b""
    try:
        with open_consumption(base_of(services.inputs.home)) as base:
            editions = () if base is None else base.editions()
    except ConsumptionBaseError as error:
        return (str(error),)
    return (sha256(written).hexdigest(), *(str(one) for one in editions))


def _by_year(base: ConsumptionBase, salts: Salts) -> dict[int, dict[str, int]]:
    """Boxes by substance of each year; a class that a table does not name has another's name."""
    rows = list(base.boxes_by_class())
    names = {atc5: name for _, atc5, name, _ in rows if atc5 and name}
    tables: dict[int, dict[str, int]] = {}
    for year, atc5, name, boxes in rows:
        substance = joined(name or names.get(atc5, atc5), salts)
        of_year = tables.setdefault(year, defaultdict(int))
        if substance:
            of_year[substance] += max(0, round(boxes))
    return tables


def _gaps(path: Path, salts: Salts) -> tuple[PopulationGap, ...]:
    if not path.exists():
        return ()
    try:
        return tuple(read_populations(_lines(path), salts=salts))
    except ConsumptionTableError as error:
        raise DataFileError([f"{path.name} : {error}"]) from error


def _unloaded(folder: Path, known: set[str]) -> Iterable[str]:
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        name = path.name.casefold()
        if path.suffix.casefold() == ".csv" and name not in {_POPULATIONS, *known}:
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
