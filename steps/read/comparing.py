"""Whether a dossier that DS lists, without its answers, is as the store holds it."""

from typing import Any

from clients.files import files_of
from mappings.dossier.model import RawDossier
from steps.read.keeping import modified_at
from store.dossiers.models import StoredDossier

DATE = "dateDerniereModification"
_DATES = frozenset({DATE, "dateDerniereModificationAnnotations"})
"""Dates that our own writes move: the store keeps the first beside the content."""
_INCOMPLETE = "PersonneMoraleIncomplete"


def differs(row: RawDossier, held: StoredDossier | None) -> bool:
    """Whether DS shows a dossier otherwise than it is kept, its answers apart; or it may be so."""
    if held is None or held.pending_since is not None:
        return True
    if modified_at(row) != held.modified_at or _is_unsettled(held.raw):
        return True
    return any(
        value != held.raw.get(name)
        for name, value in row.items()
        if name not in _DATES and not _is_register_down(name, value, held.raw)
    )


def _is_register_down(name: str, value: Any, raw: RawDossier) -> bool:
    """Whether a company is only served without its name for now: the store knows better."""
    if name != "demandeur" or value["__typename"] != _INCOMPLETE:
        return False
    return bool(value.get("siret") == raw[name].get("siret"))


def _is_unsettled(raw: RawDossier) -> bool:
    """Whether a file waits for the antivirus, whose result moves no date."""
    return any(file.get("virusScanResult") == "pending" for _, file in files_of(raw))
