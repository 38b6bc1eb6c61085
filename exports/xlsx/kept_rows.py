"""Facts and rows of dossiers, as they are kept from one publication to the next."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from sys import intern
from typing import Any, TypeAlias

import msgspec

from exports.cells import Link
from exports.model import DossierSummary, Opinion
from exports.readers.facts import DossierFact
from exports.readers.reading import DECISION
from exports.readers.who_reads import KEPT_BY_PERSON
from exports.rows_put_aside import Row, RowPutAside
from exports.sheets.blocks import NATURES
from exports.sheets.centres import ASSIGNED
from exports.sheets.dictionary import UNMAPPED
from exports.sheets.figures import CASES_HIDDEN, DELAY, DEPOSITED_ON, REPORTED_CASES, WITH_MEASURE
from exports.sheets.situations.cells import CASES, COMPANY
from exports.sheets.situations.table import DESCRIPTION, SUBSTANCES
from exports.sheets.tables import RowsKey
from exports.sheets.to_treat import COULD_WAIT, PLACE
from exports.xlsx.about_lines import WITHHELD
from exports.xlsx.rows_apart import RowsApart
from mappings.schema.model import Audience

HANDED: DossierFact[str] = DossierFact("handed out", str)
"""Digest of what an audience reads of a dossier, see :func:`store.staff.handed_out.digest_of`."""
FACTS: tuple[DossierFact[Any], ...] = (
    ASSIGNED,
    CASES_HIDDEN,
    COMPANY,
    COULD_WAIT,
    DECISION,
    DELAY,
    DEPOSITED_ON,
    DESCRIPTION,
    HANDED,
    KEPT_BY_PERSON,
    NATURES,
    PLACE,
    REPORTED_CASES,
    SUBSTANCES,
    UNMAPPED,
    WITHHELD,
    WITH_MEASURE,
    *CASES.values(),
)
_ALIKE = frozenset(one.name for one in (ASSIGNED, COMPANY, COULD_WAIT, DECISION, NATURES, UNMAPPED))
"""Facts of which few differ from one dossier to the next."""
_LEVEL = 1
_First: TypeAlias = Link | int | str | None
_AT_HAND = (Link, int, str, type(None))


class _KeptRow(msgspec.Struct, array_like=True, frozen=True):
    """A row: its cells that are at hand, its digest, and its XML without its number."""

    first: _First
    leading: tuple[_First, ...]
    digest: bytes
    xml: bytes


class _KeptTable(msgspec.Struct, array_like=True, frozen=True):
    """Rows of a dossier in a sheet, and for whom."""

    audience: Audience
    sheet: str
    opinion: tuple[str, str, str] | None
    why: str
    due: str
    turn: str
    rows: tuple[_KeptRow, ...]


_ROWS = msgspec.msgpack.Decoder(tuple[_KeptTable, ...])
Told: TypeAlias = Mapping[Audience, Mapping[str, Any]]
KeptFacts: TypeAlias = tuple[DossierSummary, Told]


def encode_facts(summary: DossierSummary, told: Told) -> bytes:
    """Facts of a dossier, by audience that may read it, beside its summary."""
    return msgspec.msgpack.encode((summary, told))


def decode_facts(kept: bytes, alike: dict[Any, Any]) -> KeptFacts | None:
    """Those of :func:`encode_facts`; ``None`` where they cannot be read again.

    Args:
        kept: From there.
        alike: What is equal from one dossier to the next, which is held once: filled here.
    """
    try:
        summary, told = _facts().decode(kept)
    except msgspec.DecodeError:
        return None
    return summary, {
        audience: {
            name: alike.setdefault(value, value) if name in _ALIKE else value
            for name, field in _fields().items()
            if (value := getattr(one, field)) is not msgspec.UNSET
        }
        for audience, one in told.items()
    }


def encode_rows(tables: Iterable[tuple[Audience, RowsKey, tuple[Row, ...]]]) -> bytes | None:
    """Rows of a dossier; ``None`` where one of them cannot be put aside."""
    kept = []
    for audience, key, rows in tables:
        told = [_kept_row(row) for row in rows]
        if None in told:
            return None
        own = key.opinion
        said = (own.who, own.judgement, own.comment) if own else None
        kept.append((audience, key.sheet, said, key.why, key.due, key.turn, told))
    return zlib.compress(msgspec.msgpack.encode(kept), _LEVEL)


def decode_rows(
    number: int, kept: bytes, apart: Mapping[Audience, RowsApart]
) -> Iterator[tuple[Audience, RowsKey, tuple[Row, ...]]]:
    """Those of :func:`encode_rows`, put aside again; none where they cannot be read again.

    Args:
        number: The dossier.
        kept: From there.
        apart: Where the rows of each audience are put.
    """
    try:
        tables = _ROWS.decode(zlib.decompress(kept))
    except (msgspec.DecodeError, zlib.error):
        return
    cells: dict[_First, _First] = {}  # most rows begin with the same link
    for one in tables:
        opinion = Opinion(*one.opinion) if one.opinion else None
        key = RowsKey(
            intern(one.sheet), number, opinion, *map(intern, (one.why, one.due, one.turn))
        )
        rows = []
        for row in one.rows:
            first, *leading = (cells.setdefault(it, it) for it in (row.first, *row.leading))
            rows.append(apart[one.audience].put(first, tuple(leading), row.digest, row.xml))
        yield one.audience, key, tuple(rows)


def _kept_row(row: Row) -> _KeptRow | None:
    if not isinstance(row, RowPutAside):
        return None
    cells = [one for one in (row.first, *row.leading) if isinstance(one, _AT_HAND)]
    if len(cells) <= len(row.leading):  # a date, say: it would not be read again as one
        return None
    return _KeptRow(cells[0], tuple(cells[1:]), row.digest, row.written)


@lru_cache(maxsize=1)
def _fields() -> Mapping[str, str]:
    return {one.name: one.name.replace(" ", "_") for one in FACTS}


@lru_cache(maxsize=1)
def _facts() -> msgspec.msgpack.Decoder[Any]:
    """Reads facts with their types; what is asked no more is passed over."""
    names = _fields()
    one = msgspec.defstruct(
        "KnownFacts",
        [(names[one.name], one.type | msgspec.UnsetType, msgspec.UNSET) for one in FACTS],
        rename={field: name for name, field in names.items()},
    )
    return msgspec.msgpack.Decoder(tuple[DossierSummary, dict[Audience, one]])  # type: ignore[valid-type]
