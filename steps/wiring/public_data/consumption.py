"""The base of public consumption data: where it is, boxes of each substance by year."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from datafiles.file import DataFileError
from steps.wiring.public_data.consumption_files import base_of
from store.consumption.base import (
    OPEN_MEDIC,
    ConsumptionBase,
    ConsumptionBaseError,
    ConsumptionFile,
    open_consumption,
)
from triage.situations.matching import salts_of
from triage.situations.words.without_salts import Salts, joined


@dataclass(frozen=True, slots=True)
class YearlyBoxes:
    """Boxes of every substance.

    Attributes:
        by_year: Boxes by substance in normal form, by year.
        editions: Every file that was loaded.
    """

    by_year: Mapping[int, Mapping[str, int]]
    editions: tuple[ConsumptionFile, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Editions of these figures, as they are cited."""
        return tuple(one.named for one in self.editions if one.family == OPEN_MEDIC)

    @property
    def version(self) -> str:
        """Hash of the files that were loaded."""
        digests = " ".join(sorted(one.digest for one in self.editions))
        return sha256(digests.encode()).hexdigest()[:12]


def read_salts(rules: Path) -> Salts:
    """How names of substances are compared, without the rest of the form; none without the file.

    Raises:
        DataFileError: ``rapprochements.yaml`` is unreadable or wrong.
    """
    path = rules / "rapprochements.yaml"
    try:
        return salts_of(path.read_text("utf-8"), source=path.name) if path.exists() else Salts()
    except (OSError, UnicodeDecodeError) as error:
        text = f"{path.name} : ce fichier ne peut pas être lu ; corrigez-le, ou UNC_RULES"
        raise DataFileError([text]) from error


def classes_of(base: ConsumptionBase, salts: Salts) -> Mapping[str, frozenset[str]]:
    """ATC codes by substance in normal form; none of one that no table names."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for _, atc5, substance, _ in base.boxes_by_class():
        if atc5 and substance:
            found[joined(substance, salts)] |= {atc5}
    for atc5, substance in base.class_names():  # where monthly books alone are loaded
        found[joined(substance, salts)] |= {atc5}
    return found


def yearly_boxes(home: Path, salts: Salts) -> YearlyBoxes | None:
    """What the base has of every substance; ``None`` when nothing was loaded.

    Raises:
        DataFileError: The base cannot be read.
    """
    try:
        with open_consumption(base_of(home)) as base:
            return None if base is None else YearlyBoxes(_by_year(base, salts), base.editions())
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error


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
