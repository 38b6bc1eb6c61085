"""The base of consumption: a SQLite file under ``UNC_HOME``, apart from the base of dossiers.

It holds public data only, the same for each démarche, and can be made again from the files: it is
neither backed up nor migrated with dossiers. An edition replaces the former one of its period in
one transaction: a kill leaves that.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from triage.consumption.monthly import Monthly
from triage.consumption.open_medic import OpenMedic
from triage.consumption.persons import Persons
from triage.consumption.plausible import KnownYear

OPEN_MEDIC, PERSONS, MONTHLY = "Open Medic", "Open Medic (personnes)", "Medic'AM"
NATIONAL, ALL = "national", "tous"
"""Groupings: of no axis (persons), of every prescriber (months)."""
CLASS_WIDTHS = {"atc1": 1, "atc2": 3, "atc3": 4, "atc4": 5, "atc5": 7}
"""Characters of an ATC code, by level."""
_MADE = 1
"""Raised when the tables change: a base of another number is refused, and made again by loading."""
_TABLES = """
CREATE TABLE IF NOT EXISTS editions (
    family TEXT, period TEXT, part TEXT, source TEXT, digest TEXT, rows INTEGER, boxes REAL,
    counts TEXT, PRIMARY KEY (family, period, part));
CREATE TABLE IF NOT EXISTS consumed (
    year TEXT, cip13 TEXT, atc5 TEXT, substance TEXT, boxes REAL, cents REAL, label TEXT,
    cells TEXT, PRIMARY KEY (year, cip13));
CREATE INDEX IF NOT EXISTS consumed_by_class ON consumed (atc5, year, substance, boxes);
CREATE INDEX IF NOT EXISTS consumed_by_code ON consumed (cip13, year);
CREATE TABLE IF NOT EXISTS totals (year TEXT PRIMARY KEY, counts TEXT);
CREATE TABLE IF NOT EXISTS persons (
    year TEXT, level TEXT, axes TEXT, code TEXT, cells TEXT, PRIMARY KEY (code, level, axes, year));
CREATE TABLE IF NOT EXISTS monthly (
    cip TEXT, who TEXT, period TEXT, atc5 TEXT, boxes REAL, cents REAL,
    PRIMARY KEY (cip, who, period));
CREATE INDEX IF NOT EXISTS monthly_by_class ON monthly (atc5, cip);
CREATE TABLE IF NOT EXISTS largest (
    family TEXT, period TEXT, part TEXT, source TEXT, rows INTEGER, boxes REAL,
    PRIMARY KEY (family, period, part));
CREATE TABLE IF NOT EXISTS classes (atc5 TEXT PRIMARY KEY, substance TEXT);
"""


_OF_CODE = "SELECT year, cip13, atc5, label, boxes, cents, cells FROM consumed WHERE cip13 = ?"
_OF_CLASS = "SELECT year, cip13, atc5, label, boxes, cents, cells FROM consumed WHERE atc5 = ?"


class ConsumptionBaseError(Exception):
    """The base cannot be used; a French sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A file that was read.

    Attributes:
        family: Which set it is of.
        period: Year (``2024``), or months (``2025-07 à 2025-12``).
        part: Level and grouping of a file of persons, prescribers of a monthly one; "" else.
        source: Name of the file.
        digest: SHA-256 of the file.
        rows: Rows read.
        boxes: Boxes in all; 0 of a file of persons without any (persons are never added up).
        counts: What its rows were, by name.
    """

    family: str
    period: str
    part: str
    source: str
    digest: str
    rows: int
    boxes: float
    counts: Mapping[str, int]

    @property
    def named(self) -> str:
        """As it is cited wherever a figure of it is shown."""
        part = f", {self.part}" if self.part else ""
        return f"{self.family}, Assurance maladie, édition {self.period}{part}"


@dataclass(frozen=True, slots=True)
class YearOfPresentation:
    """What a year says of one presentation; cells are boxes and cents by code, by axis."""

    year: int
    cip13: str
    atc5: str
    label: str
    boxes: float
    cents: float
    cells: Mapping[str, Mapping[str, Sequence[float]]]


class ConsumptionBase:
    """What was read of public consumption files."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._base = connection

    def editions(self) -> tuple[Edition, ...]:
        """Every file that was read, by family, period and part."""
        rows = self._base.execute("SELECT * FROM editions ORDER BY family, period, part")
        return tuple(Edition(*(*row[:7], orjson.loads(row[7]))) for row in rows)

    def largest(self) -> tuple[Edition, ...]:
        """Of each period and part, the edition with the most rows that was ever accepted.

        Its boxes are the most of any; it has neither digest nor counts, and may be kept no more.
        """
        rows = self._base.execute(
            "SELECT family, period, part, source, rows, boxes FROM largest"
            " UNION SELECT family, period, part, source, rows, boxes FROM editions"
            " WHERE (family, period, part) NOT IN (SELECT family, period, part FROM largest)"
        )
        return tuple(
            Edition(family, period, part, source, "", count, boxes, {})
            for family, period, part, source, count, boxes in rows
        )

    def codes(self, year: str, level: str) -> dict[str, str]:
        """Codes of a level with boxes in a year, with their ATC class, in the order of its file."""
        rows = self._base.execute(
            "SELECT cip13, atc5 FROM consumed WHERE year = ? AND boxes > 0 ORDER BY rowid", (year,)
        )
        if level == "cip13":
            return dict(rows.fetchall())
        width = CLASS_WIDTHS[level]
        found = (atc5[:width] for _, atc5 in rows if len(atc5) >= width)
        return {code: code for code in found}

    def codes_of_persons(self, edition: Edition) -> dict[str, str]:
        """Codes with persons of an edition, likewise; a presentation has no class there."""
        level, _, grouped = edition.part.partition(", ")
        axes = "" if grouped == NATIONAL else grouped.replace(" × ", "/")
        rows = self._base.execute(
            "SELECT code FROM persons WHERE year = ? AND level = ? AND axes = ?"
            """ AND cells GLOB '*":[1-9]*' ORDER BY rowid""",
            (edition.period, level, axes),
        )
        return {code: code if level in CLASS_WIDTHS else "" for (code,) in rows}

    def codes_of_month(self, who: str, period: str) -> dict[str, str]:
        """Codes with boxes in a month of some prescribers, likewise."""
        rows = self._base.execute(
            "SELECT cip, atc5 FROM monthly WHERE who = ? AND period = ? AND boxes > 0"
            " ORDER BY rowid",
            (who, period),
        )
        return dict(rows.fetchall())

    def years_of_persons(self, codes: Iterable[str]) -> frozenset[int]:
        """Years in which a file of persons has some for any of these codes."""
        found: set[int] = set()
        for code in codes:
            rows = self._base.execute(
                """SELECT DISTINCT year FROM persons WHERE code = ? AND cells GLOB '*":[1-9]*'""",
                (code,),
            )
            found |= {int(year) for (year,) in rows}
        return frozenset(found)

    def put_year(self, edition: Edition, read: OpenMedic) -> None:
        """Keep a year of the complete base, in place of the former edition of that year."""
        with self._replacing(edition):  # rows in the order of the file: a cut is seen in it
            self._base.execute("DELETE FROM consumed WHERE year = ?", (edition.period,))
            self._base.execute(
                "INSERT OR REPLACE INTO totals VALUES (?, ?)",
                (edition.period, orjson.dumps(read.by_region()).decode()),
            )
            self._base.executemany(
                "INSERT INTO consumed (year, cip13, atc5, substance, boxes, cents, label, cells)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        edition.period, one.cip13, one.atc5, one.substance, one.boxes, one.cents,
                        one.label, orjson.dumps(one.cells).decode(),
                    )
                    for one in read.presentations()
                ),
            )  # fmt: skip

    def put_persons(self, edition: Edition, read: Persons) -> None:
        """Keep a file of persons, in place of the former one of its year, level and grouping."""
        axes = "/".join(read.axes)
        with self._replacing(edition):
            self._base.execute(
                "DELETE FROM persons WHERE year = ? AND level = ? AND axes = ?",
                (edition.period, read.level, axes),
            )
            self._base.executemany(
                "INSERT INTO persons (year, level, axes, code, cells) VALUES (?, ?, ?, ?, ?)",
                (
                    (edition.period, read.level, axes, code, orjson.dumps(cells).decode())
                    for code, cells in read.by_key.items()
                ),
            )

    def put_months(self, sheets: Sequence[tuple[Edition, Monthly]]) -> None:
        """Keep the sheets of a book, all or none: each month replaces what was known of it.

        An edition whose months are all in the new one is no longer cited.
        """
        with self._one_transaction():
            for edition, read in sheets:
                self._put_months(edition, read)

    def _put_months(self, edition: Edition, read: Monthly) -> None:
        first, last = min(read.periods), max(read.periods)
        former = [
            (one.family, one.period, one.part)
            for one in self.editions()
            if (one.family, one.part) == (edition.family, edition.part)
            and first <= one.period[: len(first)]
            and one.period[-len(last) :] <= last
        ]
        self._base.executemany(
            "DELETE FROM editions WHERE family = ? AND period = ? AND part = ?", former
        )
        self._base.executemany(
            "DELETE FROM monthly WHERE who = ? AND period = ?",
            [(read.who, period) for period in read.periods],
        )
        self._base.executemany(
            "INSERT INTO monthly (cip, who, period, atc5, boxes, cents) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (cip, read.who, period, read.atc5.get(cip, ""), *figures)
                for cip, months in read.boxes.items()
                for period, figures in months.items()
            ),
        )
        self._base.executemany(
            "INSERT OR REPLACE INTO classes VALUES (?, ?)",
            [(code, name) for code, name in read.classes.items() if code and name],
        )
        self._keep(edition)

    def known_years(self) -> tuple[KnownYear, ...]:
        """Years of the complete base that have boxes, as another is looked at beside them."""
        found: dict[str, dict[str, float]] = {}
        rows = self._base.execute(
            "SELECT year, substr(atc5, 1, 1), sum(boxes) FROM consumed GROUP BY 1, 2"
        )
        for year, letter, boxes in rows:
            found.setdefault(year, {})[letter] = boxes
        return tuple(
            KnownYear(
                int(one.period), one.source, one.boxes, self.by_region(int(one.period)),
                found.get(one.period, {}),
            )
            for one in self.editions()
            if one.family == OPEN_MEDIC and one.boxes > 0
        )  # fmt: skip

    def known_months(self) -> Mapping[str, Mapping[str, float]]:
        """Boxes of every presentation by month, by prescribers."""
        found: dict[str, dict[str, float]] = {}
        rows = self._base.execute(
            "SELECT who, period, sum(boxes) FROM monthly GROUP BY who, period"
        )
        for who, period, boxes in rows:
            found.setdefault(who, {})[period] = boxes
        return found

    def boxes_by_class(self) -> Iterator[tuple[int, str, str, float]]:
        """Year, ATC code, name of the class, boxes; once for each name of a year."""
        rows = self._base.execute(
            "SELECT year, atc5, max(substance), sum(boxes) FROM consumed GROUP BY atc5, year"
        )
        for year, atc5, substance, boxes in rows:
            yield int(year), atc5, substance, boxes

    def substances(self, atc5: str) -> tuple[str, ...]:
        """Names of a class in the years of the complete base."""
        rows = self._base.execute("SELECT DISTINCT substance FROM consumed WHERE atc5 = ?", (atc5,))
        return tuple(name for (name,) in rows)

    def class_names(self) -> Iterator[tuple[str, str]]:
        """ATC code and name of the classes of the monthly books."""
        yield from self._base.execute("SELECT atc5, substance FROM classes")

    def presentations(
        self, *, cips: Iterable[str] = (), classes: Iterable[str] = ()
    ) -> tuple[YearOfPresentation, ...]:
        """What each year says of presentations, by their code or their class."""
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        wanted = [(_OF_CODE, code) for code in cips] + [(_OF_CLASS, code) for code in classes]
        for query, code in wanted:
            rows = self._base.execute(query, (code,))
            found |= {(row[0], row[1]): row for row in rows}
        return tuple(
            YearOfPresentation(*(int(row[0]), *row[1:6], orjson.loads(row[6])))
            for _, row in sorted(found.items())
        )

    def by_region(self, year: int) -> Mapping[str, float]:
        """Boxes of every medicine by region, of one year."""
        rows = self._base.execute(
            "SELECT counts FROM totals WHERE year = ?", (str(year),)
        ).fetchone()
        found: dict[str, float] = orjson.loads(rows[0]) if rows else {}
        return found

    def persons(self, code: str) -> Mapping[tuple[int, str], Mapping[str, int]]:
        """Persons by cell, by year and grouping, for a CIP13 or an ATC code; never to be summed."""
        rows = self._base.execute("SELECT year, axes, cells FROM persons WHERE code = ?", (code,))
        return {(int(year), axes): orjson.loads(cells) for year, axes, cells in rows}

    def months(self, cips: Iterable[str], classes: Iterable[str] = ()) -> Mapping[str, float]:
        """Boxes by period, all prescribers together, of some presentations and classes."""
        found: dict[str, float] = {}
        wanted = {*cips}
        for code in classes:
            rows = self._base.execute("SELECT DISTINCT cip FROM monthly WHERE atc5 = ?", (code,))
            wanted |= {cip for (cip,) in rows}
        for cip in sorted(wanted):
            rows = self._base.execute(
                "SELECT period, boxes FROM monthly WHERE cip = ? AND who = 'tous'", (cip,)
            )
            for period, boxes in rows:
                found[period] = found.get(period, 0.0) + boxes
        return dict(sorted(found.items()))

    @contextmanager
    def _replacing(self, edition: Edition) -> Iterator[None]:
        with self._one_transaction():
            yield
            self._keep(edition)

    @contextmanager
    def _one_transaction(self) -> Iterator[None]:
        with self._base:
            self._base.execute("BEGIN IMMEDIATE")
            yield

    def _keep(self, edition: Edition) -> None:
        self._base.execute(
            "INSERT OR REPLACE INTO editions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                edition.family, edition.period, edition.part, edition.source, edition.digest,
                edition.rows, edition.boxes, orjson.dumps(edition.counts).decode(),
            ),
        )  # fmt: skip
        self._base.execute(
            "INSERT INTO largest VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " source = CASE WHEN excluded.rows > rows THEN excluded.source ELSE source END,"
            " rows = max(rows, excluded.rows), boxes = max(boxes, excluded.boxes)",
            (
                edition.family, edition.period, edition.part, edition.source, edition.rows,
                edition.boxes,
            ),
        )  # fmt: skip


@contextmanager
def open_consumption(path: Path, *, make: bool = False) -> Iterator[ConsumptionBase | None]:
    """The base; ``None`` when nothing was loaded.

    Args:
        path: Its file.
        make: Make it when it is not there.

    Raises:
        ConsumptionBaseError: It is of another version, or cannot be read or written.
    """
    if not make and not path.exists():
        yield None
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in {0, _MADE}:
                raise ConsumptionBaseError(
                    f"{path} est d'une autre version du logiciel : supprimez ce fichier, puis"
                    " unc conso load"
                )
            connection.executescript(_TABLES)
            connection.execute(f"PRAGMA user_version = {_MADE}")
            yield ConsumptionBase(connection)
    except (sqlite3.Error, OSError) as error:
        raise ConsumptionBaseError(
            f"{path} ne peut pas être lu ou écrit ; libérez de la place, ou supprimez ce fichier"
            " et relancez unc conso load"
        ) from error
