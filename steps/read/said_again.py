"""Hashes of dossiers of which some answers were given to other words, and are not read.

Dates of champs are no part of a dossier's hashes, since our own writes move them; but by them an
answer is read or not. So what is not read of a dossier is a part of both: what was given anew, in
the same words too, is judged by what is read then.
"""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from mappings.dossier.answered import AnswersGiven
from mappings.dossier.decode import decode_dossier
from steps.wiring.observed import observed_form, otherwise_asked
from steps.wiring.services import Connected
from store.dossiers.pages import DossierRow

_DIGEST = 8


def marking(services: Connected) -> Callable[[DossierRow], DossierRow]:
    """What gives a row the hashes of what is read of it, by the form as it was last observed."""
    inputs, observed = services.inputs, observed_form(services)
    otherwise = (
        otherwise_asked(
            observed,
            form=services.form,
            mapping_file=inputs.mapping_file,
            columns=inputs.publishing.columns,
        )
        if len(observed.revisions) > 1
        else {}
    )
    given = AnswersGiven(observed.revisions, otherwise)

    def marked(row: DossierRow) -> DossierRow:
        unread = given.unread(decode_dossier(row.raw, revision=None)) if otherwise else ()
        if not unread:
            return row
        mark = sha256(",".join(sorted(unread)).encode()).hexdigest()[:_DIGEST]
        return replace(
            row,
            content_hash=f"{row.content_hash}.{mark}",
            fingerprint=f"{row.fingerprint}.{mark}",
        )

    return marked
