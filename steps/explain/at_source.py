"""Defects of the last months that DS's own form could keep from being made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from datafiles.file import DataFileError, text_of
from french.time import PARIS
from mappings.dossier.decode import decode_revision
from mappings.dossier.revision import Revision
from steps.wiring.form import Form
from steps.wiring.observed import rules_at
from store.repository import Store
from triage.verdict.at_source import DefectLine, Deposit, counted, parse_remedies

FILE = "source.yaml"
MONTHS = 6
_DAYS = 30


@dataclass(frozen=True, slots=True)
class AtSource:
    """What was counted.

    Attributes:
        since: Day from which deposits are counted.
        dossiers: Dossiers deposited since, that were judged.
        lines: Defects, the commonest first.
    """

    since: datetime
    dossiers: int
    lines: tuple[DefectLine, ...]


def at_source(
    store: Store, demarche: int, *, form: Form, rules: Path, now: datetime, months: int = MONTHS
) -> AtSource:
    """Count the defects that dossiers of the last months had when they were first judged.

    Args:
        store: What is remembered.
        demarche: Number of the démarche.
        form: Data files of the form.
        rules: Folder of the rules, where ``source.yaml`` is.
        now: The present moment (aware).
        months: How many months back, thirty days each.

    Raises:
        DataFileError: ``source.yaml`` is missing or wrong.
        StoreError: The database failed.
    """
    present, since = rules_at(form.rulesets, now), now - timedelta(days=_DAYS * months)
    remedies = parse_remedies(_text(rules / FILE), source=FILE, mapping=form.mapping, rules=present)
    seen = 0

    def deposits() -> Iterator[Deposit]:
        nonlocal seen
        for deposited, detail in store.assessments.first_details(demarche, since=since):
            seen += 1
            yield Deposit(f"{deposited.astimezone(PARIS):%Y-%m}", orjson.loads(detail))

    active = _active(store, demarche)
    lines = counted(deposits(), remedies, mapping=form.mapping, rules=present, form=active)
    return AtSource(since, seen, lines)


def _active(store: Store, demarche: int) -> Revision | None:
    """The form that is published, as it was last read."""
    revisions = store.demarches.revisions(demarche)
    raw = revisions.get(store.demarches.state(demarche).active_revision_id or "")
    return decode_revision(raw) if raw is not None else None


def _text(path: Path) -> str:
    try:
        return text_of(path.read_bytes(), source=path.name)
    except OSError as error:
        raise DataFileError(
            [f"UNC_RULES : {path} ne peut pas être lu ; copiez celui de triage/unc"]
        ) from error
