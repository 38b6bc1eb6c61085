"""The table of populations that staff supply: target and reached, by substance."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from french.text import agreed
from triage.consumption.cells import ConsumptionTableError
from triage.consumption.signals import PopulationGap
from triage.situations.words.without_salts import Salts, joined

POPULATIONS = ("substance", "population_cible", "population_rejointe")

_SPACES = " \u00a0\u202f"
_COUNT = re.compile(rf"([0-9]{{1,12}}|[0-9]{{1,3}}(?:[.{_SPACES}][0-9]{{3}}){{1,3}})(?:,0+)?")
"""A dot or a space apart groups of thousands only: « 12.5 » is no count."""
_DIGITS = re.compile(r"[0-9]")


def read_populations(lines: Iterable[str], *, salts: Salts) -> Iterator[PopulationGap]:
    """Populations of a table ``substance;population_cible;population_rejointe``.

    Args:
        lines: The table.
        salts: How salts are named (:func:`triage.situations.words.without_salts.substances`).

    Raises:
        ConsumptionTableError: A column is missing, or a count is no whole number of 0 or more.
    """
    for line, (name, target, reached) in _rows(lines, POPULATIONS):
        if target.strip() and reached.strip():
            yield PopulationGap(
                substance=joined(name, salts),
                target=_count(target, line),
                reached=_count(reached, line),
            )


def _rows(lines: Iterable[str], wanted: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and wanted cells of each row; a cell that the row has not is empty."""
    rows = csv.reader(lines, delimiter=";")
    try:
        header = next(rows, [])
        missing = [name for name in wanted if name not in header]
        if missing:
            raise ConsumptionTableError(
                f"{agreed(len(missing), 'colonne absente')} : {', '.join(missing)}"
            )
        at = [header.index(name) for name in wanted]
        for row in rows:
            if row:
                yield rows.line_num, tuple(row[i] if i < len(row) else "" for i in at)
    except csv.Error as error:
        raise ConsumptionTableError(f"ligne {rows.line_num} : ligne illisible") from error


def _count(text: str, line: int) -> int:
    """A count as Open Medic writes it: ``1234``, ``1.234`` or ``1 234``."""
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        raise ConsumptionTableError(
            f"ligne {line} : « {text} » n'est pas un nombre entier positif ou nul"
        )
    return int("".join(_DIGITS.findall(found.group(1))))
