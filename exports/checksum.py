"""The checksum of the data: equal when a new export would say nothing new."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exports.columns import ColumnsFile
from exports.entry import Entry, ExportContext
from exports.policy import Policy
from mappings.report import Answer, Report

_MOVED_BY_US = frozenset({"annotations", "correction_pending_since"})


def data_checksum(
    entries: Sequence[Entry], context: ExportContext, *, columns: ColumnsFile, policy: Policy
) -> str:
    """Return the SHA-256 of what the workbooks of these dossiers say.

    It covers the dossiers, their verdicts, human annotations and the data files. It leaves out
    what moves without anything new: the watermark, the software's version, the annotations that
    the bridge itself writes, and the correction request that our own message opens.
    """
    written = {name for name, spec in context.mapping.annotations.items() if spec.written}
    digest = hashlib.sha256()
    circumstances = [
        context.demarche,
        context.title,
        context.dossier_url,
        context.mapping.digest,
        context.ruleset,
        context.filters,
        context.network_default,
        columns.digest,
        policy.model_dump_json(),
    ]
    digest.update(_json(circumstances))
    for entry in sorted(entries, key=lambda one: one.report.number):
        digest.update(_json(_report(entry.report, written)))
        digest.update(_json([_plain(entry.assessment), _plain(entry.conflicts)]))
    return digest.hexdigest()


def _report(report: Report, written: set[str]) -> Any:
    kept = {
        field.name: _plain(getattr(report, field.name))
        for field in fields(report)
        if field.name not in _MOVED_BY_US
    }
    kept["annotations"] = {
        name: _plain(answer) for name, answer in report.annotations.items() if name not in written
    }
    return kept


def _plain(value: Any) -> Any:
    match value:
        case Answer():
            return [value.state.value, _plain(value.value), value.raw, value.problem]
        case _ if is_dataclass(value):
            return [_plain(getattr(value, field.name)) for field in fields(value)]
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case tuple() | list():
            return [_plain(one) for one in value]
        case date() | datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
