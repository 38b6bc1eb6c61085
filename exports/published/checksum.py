"""The checksum of the data: equal when a new export would say nothing new."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from exports.model import ExportContext, ExportedDossier
from exports.readers.policy import Policy
from exports.sheets.centres import Centre
from exports.sheets.columns import ColumnsFile
from mappings.report.model import Answer, Report

MADE = "5"
"""Raise it with a release that makes other workbooks of the same data, as one that masks more: else
no new export would be published until a dossier changes."""
_SCALARS = frozenset({str, int, bool, type(None)})
_NOT_DECLARED = frozenset({"annotations", "correction_pending_since", "unasked"})
"""What we move ourselves, and what the verdict, which is covered, tells already."""


def data_checksum(
    entries: Sequence[ExportedDossier],
    context: ExportContext,
    *,
    columns: ColumnsFile,
    policy: Policy,
    centres: Sequence[Centre] = (),
) -> str:
    """Return the SHA-256 of what the workbooks of these dossiers say.

    It covers the dossiers, their verdicts, human annotations, opinions of evaluators, situations
    and the data files. It leaves out
    what moves without anything new: the watermark, the software's version, the annotations that
    the bridge itself writes, and the correction request that our own message opens.
    """
    written = {name for name, spec in context.mapping.annotations.items() if spec.written}
    digest = hashlib.sha256()
    circumstances = [
        MADE,
        context.demarche,
        context.title,
        context.dossier_url,
        context.mapping.digest,
        context.ruleset,
        context.filters,
        context.network_default,
        columns.digest,
        policy.digest,
        [_centre(one) for one in centres],
        list(context.drift),
        [context.adoption, *context.absences],
        context.reference,
        _plain(context.situations),
    ]
    digest.update(_json(circumstances))
    for entry in sorted(entries, key=lambda one: one.report.number):
        digest.update(_json(_report(entry.report, written)))
        told = [
            _plain(one) for one in (entry.assessment, entry.conflicts, entry.held, entry.opinions)
        ]
        digest.update(_json([*told, entry.situation, list(entry.medicines)]))
    return digest.hexdigest()


def _centre(centre: Centre) -> list[Any]:
    places = sorted(centre.departments), sorted(centre.regions)
    return [centre.code, centre.name, centre.city, *places, centre.confirmed]


def _report(report: Report, written: set[str]) -> Any:
    kept = {
        field.name: _plain(getattr(report, field.name))
        for field in fields(report)
        if field.name not in _NOT_DECLARED
    }
    kept["annotations"] = {
        name: _plain(answer) for name, answer in report.annotations.items() if name not in written
    }
    return kept


def _plain(value: Any) -> Any:
    """Return a value as JSON can say it. Where an answer comes from is left out."""
    kind: Any = type(value)
    if kind in _SCALARS:
        return value
    if kind is Answer:
        return [value.state.value, _plain(value.value), value.raw, value.problem]
    if kind is tuple:
        return [_plain(one) for one in value]
    names = _names(kind)
    if names:
        return [_plain(getattr(value, name)) for name in names]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return str(value)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Names of the fields of a struct or dataclass; none for another type."""
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    return getattr(kind, "__struct_fields__", ())


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
