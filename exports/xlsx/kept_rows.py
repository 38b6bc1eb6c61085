"""Facts and rows of dossiers, as they are kept from one publication to the next."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any, TypeAlias, cast

import msgspec
from isal import igzip_lib, isal_zlib

from exports.cells import Link
from exports.model import DossierSummary, Opinion
from exports.readers.facts import DossierFact
from exports.readers.reading import DECISION, RowsBasis
from exports.readers.who_reads import KEPT_BY_PERSON
from exports.rows_put_aside import Row, RowsPutAside
from exports.sheets.blocks import NATURES
from exports.sheets.centres import ASSIGNED
from exports.sheets.dictionary import UNMAPPED
from exports.sheets.figures import (
    CASES_HIDDEN,
    DELAY,
    DEPOSITED_ON,
    REPORTED_CASES,
    WITH_DECLARANT,
    WITH_MEASURE,
)
from exports.sheets.situations.cells import CASES, COMPANY
from exports.sheets.situations.table import NAMING, SUBSTANCES
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
    HANDED,
    KEPT_BY_PERSON,
    NAMING,
    NATURES,
    PLACE,
    REPORTED_CASES,
    SUBSTANCES,
    UNMAPPED,
    WITHHELD,
    WITH_MEASURE,
    WITH_DECLARANT,
    *CASES.values(),
)
_ALIKE = frozenset(
    one.name
    for one in (
        ASSIGNED,
        COMPANY,
        COULD_WAIT,
        DECISION,
        DEPOSITED_ON,
        NATURES,
        UNMAPPED,
        *CASES.values(),
    )
)
"""Facts of which few differ from one dossier to the next."""
_LEVEL = 1
_DAMAGED: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]
"""What ISA-L raises of what is no deflated data; its stubs do not say that it is an exception."""
_First: TypeAlias = Link | int | str | None
_AT_HAND = (Link, int, str, type(None))


class _KeptRow(msgspec.Struct, array_like=True, frozen=True):
    """A row: its cells that are at hand, its digest, and its XML."""

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
Told: TypeAlias = Mapping[Audience, dict[str, Any]]
KeptFacts: TypeAlias = tuple[DossierSummary, Told]
SheetRows: TypeAlias = tuple[Audience, str, RowsBasis, Sequence[Row]]
"""For whom rows of a dossier are, their sheet, what they rest on, and they."""


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


def encode_rows(tables: Iterable[SheetRows]) -> bytes | None:
    """Rows of a dossier; ``None`` where one of them cannot be put aside."""
    kept = []
    for audience, sheet, key, rows in tables:
        told = _kept_rows(rows)
        if told is None:
            return None
        own = key.opinion
        said = (own.who, own.judgement, own.comment) if own else None
        kept.append((audience, sheet, said, key.why, key.due, key.turn, told))
    return isal_zlib.compress(msgspec.msgpack.encode(kept), _LEVEL)


def decode_rows(
    number: int, kept: bytes, apart: Mapping[Audience, RowsApart]
) -> Iterator[SheetRows]:
    """Those of :func:`encode_rows`, put aside again; none where they cannot be read again.

    Args:
        number: The dossier.
        kept: From there.
        apart: Where the rows of each audience are put.
    """
    try:
        tables = _ROWS.decode(isal_zlib.decompress(kept))
    except (msgspec.DecodeError, _DAMAGED):
        return
    alike: dict[Any, Any] = {}  # most rows begin with the same link, most sheets rest on the same
    for one in tables:
        opinion = Opinion(*one.opinion) if one.opinion else None
        key = RowsBasis(number, opinion, *map(intern, (one.why, one.due, one.turn)))
        rows = [
            (
                alike.setdefault(row.first, row.first),
                alike.setdefault(row.leading, row.leading),
                row.digest,
                row.xml,
            )
            for row in one.rows
        ]
        yield (
            one.audience,
            intern(one.sheet),
            alike.setdefault(key, key),
            apart[one.audience].put(one.sheet, rows),
        )


def _kept_rows(rows: Sequence[Row]) -> list[_KeptRow] | None:
    """Rows as they are kept; ``None`` where one could not be read again as it is."""
    if not isinstance(rows, RowsPutAside):
        return None if rows else []
    digests, kept = rows.digests, list[_KeptRow]()
    size = len(digests) // max(1, len(rows))
    told = zip(rows, rows.leading, rows.each, strict=True)
    for at, ((first,), leading, written) in enumerate(told):
        if not all(isinstance(one, _AT_HAND) for one in (first, *leading)):  # a date, say
            return None
        links = cast("tuple[_First, ...]", tuple(leading))
        digest = digests[at * size : (at + 1) * size]
        kept.append(_KeptRow(cast("_First", first), links, digest, written))
    return kept


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
