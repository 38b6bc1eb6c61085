"""What a person said again in the same words, once the form asked it otherwise: it is read now.

Dates of champs are no part of a dossier's hashes, since our own writes move them; so what was given
anew as it stood would pass for what is known.
"""

from collections.abc import Sequence
from dataclasses import replace

from mappings.dossier.answered import AnswersGiven
from mappings.dossier.decode import decode_dossier
from steps.wiring.observed import observed_form, otherwise_asked
from steps.wiring.services import Connected
from store.dossiers.models import StoredDossier
from store.dossiers.pages import DossierRow


def said_again(services: Connected, rows: Sequence[DossierRow]) -> Sequence[DossierRow]:
    """The same dossiers, with other hashes where what is read of one moved by its dates alone."""
    inputs, observed = services.inputs, observed_form(services)
    if len(observed.revisions) == 1:
        return rows
    otherwise = otherwise_asked(
        observed,
        form=services.form,
        mapping_file=inputs.mapping_file,
        columns=inputs.publishing.columns,
    )
    if not otherwise:
        return rows
    given = AnswersGiven(observed.revisions, otherwise)
    by_number = {row.number: row for row in rows}
    found = {
        held.number: _marked(given, held, by_number[held.number])
        for held in services.store.dossiers.iterate(services.demarche, numbers=by_number)
        if _bare(held.fingerprint) == by_number[held.number].fingerprint
    }
    return [found.get(row.number, row) for row in rows]


def _marked(given: AnswersGiven, held: StoredDossier, row: DossierRow) -> DossierRow:
    """A dossier that says what it said: as it is kept, or marked where more is read, or less."""
    before, after = (
        given.unread(decode_dossier(raw, revision=None)) for raw in (held.raw, row.raw)
    )
    if before == after:
        return with_marks(row, held)
    mark = f".{row.modified_at.timestamp():.0f}"
    return replace(
        row,
        content_hash=f"{row.content_hash}{mark}",
        fingerprint=f"{row.fingerprint}{mark}",
    )


def with_marks(row: DossierRow, held: StoredDossier) -> DossierRow:
    """A dossier that says what it said, and of which as much is read, with the marks it had."""
    if _bare(held.fingerprint) != row.fingerprint:
        return row
    content = row.content_hash + held.content_hash.removeprefix(_bare(held.content_hash))
    return replace(row, content_hash=content, fingerprint=held.fingerprint)


def _bare(hashed: str) -> str:
    """A hash without its mark."""
    return hashed.partition(".")[0]
