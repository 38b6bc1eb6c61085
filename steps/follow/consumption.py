"""What consumption tables that staff put under ``UNC_HOME/consommation`` say.

One file of Open Medic a year, its year in its name (``Open_MEDIC_Base_Complete_2024.CSV``), and
``populations.csv``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from datafiles.file import DataFileError
from steps.wiring.services import Services
from triage.consumption.signals import (
    FEWEST_YEARS,
    ConsumptionSignal,
    PopulationGap,
    by_substance,
    signals,
)
from triage.consumption.tables import (
    ConsumptionTableError,
    read_open_medic,
    read_populations,
)
from triage.situations.dci import Salts

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_POPULATIONS = "populations.csv"


@dataclass(frozen=True, slots=True)
class Consumed:
    """What the consumption tables say.

    Attributes:
        years: Years of the tables.
        signals: Substances that depart from their past.
        gaps: Target and reached populations.
    """

    years: tuple[int, ...]
    signals: tuple[ConsumptionSignal, ...]
    gaps: tuple[PopulationGap, ...]

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
    """Signals and gaps of the tables; empty without any.

    Raises:
        DataFileError: A table cannot be read, is of another layout, or is there twice.
    """
    matching = services.form.matching
    salts = matching.salts if matching else Salts()
    tables: dict[int, Mapping[str, int]] = {}
    gaps: tuple[PopulationGap, ...] = ()
    for what, path in _files(services.inputs.home / "consommation").items():
        try:
            if what == _POPULATIONS:
                gaps = tuple(read_populations(_lines(path), salts=salts))
            else:
                tables[int(what)] = read_open_medic(_lines(path), salts=salts)
        except ConsumptionTableError as error:
            raise DataFileError([f"{path.name} : {error}"]) from error
    return Consumed(years=tuple(sorted(tables)), signals=signals(by_substance(tables)), gaps=gaps)


def _files(folder: Path) -> dict[str, Path]:
    """Each table by its year, and that of populations by its name."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix.lower() != ".csv":
            continue
        what = _subject(path)
        if what in found:
            both = f"{found[what].name} et {path.name}"
            raise DataFileError([f"{both} : deux tables pour {what}, n'en laissez qu'une"])
        found[what] = path
    return found


def _subject(path: Path) -> str:
    if path.name.lower() == _POPULATIONS:
        return _POPULATIONS
    year = _YEAR.search(path.name)
    if year is None:
        raise DataFileError([f"{path.name} : le nom du fichier ne dit pas son année"])
    return year.group(1)


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
