"""Signs that opinions do not stand in front of their dossiers any more. Pure.

A column that was sorted, pasted or shifted without the others moves opinions to other dossiers.
What was handed out tells it of all other cells; of the evaluators' own, what they held, the order
in which they stand, and what the program that sorted noted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import pairwise
from math import factorial

from exports.returned.merging import BY_COMMAND, NOTHING, Held, Ways
from exports.returned.reader import DossierTable, ReturnedRow, places
from exports.returned.reference import ComparedRows
from french.text import fold, normalise_label

_REMEDY = (
    "Remettez les cellules à leur place dans le classeur (annulez ce tri), ou, si chaque avis est"
    " bien en face de son dossier, "
)
_SHOWN = 5
_LEAST = ((3, 1_000), (4, 24))
"""Of opinions and of comments: values that differ, and ways in which all could stand. Fewer may be
in order by chance, or because the dossiers are: from the most urgent down."""
_ALL_BY_CHANCE = 10_000
_SWAPPED = 3
_FIRST_DAY = date(1899, 12, 30).toordinal()
_MOMENT = re.compile(
    r"(?=.)(?:(\d{1,2})/(\d{1,2})/(\d{4}))?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
_NUMBER = re.compile(r"([-+−]?\d+(?:[.,]\d+)?)(\D{0,5})", re.ASCII)
"""With a unit after it, which is one for all where a format shows it."""
_STEPS_PER_SLIP = 8
"""Of so many rows, one may have another place now than when they were handed out."""


def doubts(
    compared: ComparedRows, carried: Mapping[int, Held], *, ways: Ways = BY_COMMAND
) -> tuple[str, ...]:
    """Why opinions may stand in front of other dossiers than their own, each with its cells."""
    table = compared.table
    found = [
        *_displaced(compared),
        *_torn(compared),
        *_sorted_apart(table),
        *(
            line
            for part, column in enumerate(table.filled[1:])
            for line in _own_column(compared, carried, part, column)
        ),
    ]
    return tuple(f"{one}. {_REMEDY}{ways.rows}" for one in found)


def _displaced(compared: ComparedRows) -> Iterator[str]:
    rows = list(compared.displaced.items())
    if rows:
        key = compared.table.filled[0]
        told = ", ".join(
            f"{compared.table.at(line, key)} (dossier {line.number}, cellules du {number})"
            for line, number in rows[:_SHOWN]
        )
        more = len(rows) - _SHOWN
        told += f" et {more} autre{'s' if more > 1 else ''}" if more > 0 else ""
        yield (
            f"{told} : le numéro n'est pas celui du dossier que disent les autres"
            " cellules ; des colonnes ont été triées ou collées sans les autres"
        )


def _torn(compared: ComparedRows) -> Iterator[str]:
    for name, lines in compared.torn.items():
        where = _where(compared.table, lines, compared.columns[name])
        yield (
            f"{where} : la colonne « {name} » a les valeurs d'autres lignes ; elle a été triée"
            " ou collée sans les numéros de dossier, et peut-être les avis avec elle"
        )


def _sorted_apart(table: DossierTable) -> Iterator[str]:
    """What Excel notes of a sort: the cells that moved together."""
    key, *written = table.filled
    for left, top, right, bottom in table.sheet.sorted:
        keyed = left <= key <= right
        if top < bottom and any((left <= one <= right) != keyed for one in written):
            yield (
                f"{table.sheet.range((left, top, right, bottom))} :"
                " ces cellules ont été triées sans les autres colonnes ; les avis ne sont plus en"
                " face de leurs dossiers"
            )


def _own_column(
    compared: ComparedRows, carried: Mapping[int, Held], part: int, column: int
) -> Iterator[str]:
    table = compared.table
    texts = {line: table.text(line, column) for line in table.lines if not _a_total(compared, line)}
    was = {line: carried.get(line.number, NOTHING)[part] for line in texts}
    if part == 0:  # a choice of the list, however it is typed
        texts = {line: _spelled(table, text) for line, text in texts.items()}
    moved = _swapped(texts, was) if part == 0 else _carried_elsewhere(texts, was)
    if moved:
        yield (
            f"{_where(table, moved, column)} : ces textes étaient en face d'autres dossiers dans le"
            " classeur remis ; la colonne a été triée, collée ou décalée sans les autres"
        )
    elif (block := _sorted_alone(compared, texts, was, least=_LEAST[part])) is not None:
        yield (
            f"{_where(table, block, column)} : ces cellules se suivent dans l'ordre d'un tri,"
            " alors que les dossiers sont restés dans le leur ; la colonne a peut-être été triée"
            " sans les autres"
        )


def _a_total(compared: ComparedRows, line: ReturnedRow) -> bool:
    return line.below and line.number not in compared.reference.rows


def _spelled(table: DossierTable, text: str) -> str:
    return table.opinions.get(normalise_label(text), text)


def _where(table: DossierTable, lines: Sequence[ReturnedRow], column: int) -> str:
    return places([table.at(line, column) for line in lines])


def _carried_elsewhere(
    texts: Mapping[ReturnedRow, str], was: Mapping[ReturnedRow, str]
) -> list[ReturnedRow]:
    """Rows that have a text that was handed out in another one, which has it no more."""
    left = {was[line] for line in texts if was[line] and was[line] != texts[line]}
    return [line for line, text in texts.items() if text in left and was[line] != text]


def _swapped(texts: Mapping[ReturnedRow, str], was: Mapping[ReturnedRow, str]) -> list[ReturnedRow]:
    """Rows whose choices are those of others, none more and none less."""
    changed = [line for line in texts if texts[line] != was[line]]
    here = Counter(texts[line] for line in changed)
    there = Counter(was[line] for line in changed)
    return changed if len(changed) >= _SWAPPED and here == there else []


def _sorted_alone(
    compared: ComparedRows,
    texts: Mapping[ReturnedRow, str],
    was: Mapping[ReturnedRow, str],
    *,
    least: tuple[int, int],
) -> list[ReturnedRow] | None:
    """Rows whose texts follow each other in order, as after a sort, where rows did not move."""
    lines = list(texts)
    filled = [at for at, line in enumerate(lines) if texts[line]]
    if not filled or filled[-1] - filled[0] + 1 != len(filled):
        return None
    block = lines[filled[0] : filled[-1] + 1]
    fresh = sum(texts[line] != was[line] for line in block)
    named = sum(str(line.number) in texts[line] for line in block)
    if (
        2 * fresh < len(block)
        or 2 * named >= len(block)
        or len({texts[line] for line in block}) < least[0]
        or not _in_order([texts[line] for line in block], chance=least[1])
        or (filled[0] and len(block) < 2 * _SWAPPED)
    ):
        return None
    rank = compared.reference.rank
    ranks = [rank[one.number] for one in lines[filled[0] : filled[-1] + 2] if one.number in rank]
    slips = sum(one > other for one, other in pairwise(ranks))
    stayed = slips <= len(block) // _STEPS_PER_SLIP
    return block if stayed or _sorted_by_another(compared) else None


def _sorted_by_another(compared: ComparedRows) -> bool:
    """Whether all rows stand in the order of another column, which a sort of theirs would undo."""
    table = compared.table
    return any(
        _in_order([table.text(line, at) for line in table.lines], chance=_ALL_BY_CHANCE)
        for at in (table.filled[0], *compared.columns.values())
    )


def _in_order(texts: Sequence[str], *, chance: int) -> bool:
    """Whether texts stand in order, up or down, that could stand in so many others."""
    ways = factorial(min(len(texts), 100))
    for count in Counter(texts).values():
        ways //= factorial(min(count, 100))
    if ways < chance:
        return False
    return any(
        keys in (sorted(keys), sorted(keys, reverse=True))
        for keys in (
            [(0, 0.0, fold(one)) for one in texts],
            [(0, 0.0, "".join(filter(str.isalnum, fold(one)))) for one in texts],
            [_sorting_key(one) for one in texts],
        )
    )


def _sorting_key(text: str) -> tuple[int, float, str]:
    """Where a spreadsheet sorts what a cell shows: numbers, days and hours before words."""
    value = _value("".join(text.split()))
    return (1, 0.0, fold(text)) if value is None else (0, value, "")


def _value(text: str) -> float | None:
    """The number that a text without blanks shows; of a day and an hour, in days."""
    if found := _MOMENT.fullmatch(text):
        day, month, year, hour, minute, second = (int(one or 0) for one in found.groups())
        with suppress(ValueError):
            days = date(year, month, day).toordinal() - _FIRST_DAY if year else 0
            return days + (hour * 60 + minute) / 1_440 + second / 86_400
    if found := _NUMBER.fullmatch(text):
        value = float(found[1].replace("−", "-").replace(",", "."))
        return value / 100 if found[2] == "%" else value
    return None
