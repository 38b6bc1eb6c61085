"""What the store holds beside dossiers and verdicts, and that workbooks show: by dossier number."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from exports.model import Opinion
from exports.sheets.centres import author_of
from steps.judge.reply_plans import written_by_us
from steps.judge.situation_descriptions import description_of
from steps.wiring.handed_out_files import centres
from steps.wiring.services import Services
from store.verdicts.situations import SituationReport
from triage.replies.decision import Written
from triage.replies.reply import Conflict, MessageSent
from triage.situations.description import Description

_OTHERS = {"agence": "Agence", "reseau": "Réseau"}


@dataclass(frozen=True, slots=True)
class DossierAdditions:
    """See :class:`exports.model.ExportedDossier`, which has most of these names."""

    conflicts: Mapping[int, tuple[Conflict, ...]]
    written: Mapping[int, Written]
    opinions: Mapping[int, Mapping[str, Opinion]]
    situations: Mapping[int, str]
    descriptions: Mapping[int, Description]
    first_checks: Mapping[int, datetime]
    corrected: Mapping[int, tuple[tuple[datetime, datetime], ...]]
    messages: Mapping[int, tuple[MessageSent, ...]]

    @classmethod
    def read(cls, services: Services, numbers: Collection[int] | None = None) -> Self:
        """Read all of it, or that of some dossiers only."""
        store, demarche = services.store, services.demarche
        conflicts: dict[int, tuple[Conflict, ...]] = defaultdict(tuple)
        for conflict in store.outbox.conflicts(demarche, numbers=numbers):
            conflicts[conflict.number] += (conflict,)
        placed = store.situations.reports(demarche, numbers=numbers)
        return cls(
            conflicts=conflicts,
            written=written_by_us(services, numbers=numbers),
            opinions=opinions_of(services, numbers),
            situations={n: one.situation for n, one in placed.items() if one.situation},
            descriptions=_descriptions(services, placed),
            first_checks=store.assessments.first_checks(demarche, numbers=numbers),
            corrected=corrected_of(services, numbers),
            messages=store.outbox.messages_sent(demarche, numbers=numbers),
        )


def _descriptions(
    services: Services, placed: Mapping[int, SituationReport]
) -> Mapping[int, Description]:
    """Reports as matching sees them; none of a form that matches nothing."""
    if services.form.matching is None:
        return {}
    return {number: description_of(one) for number, one in placed.items()}


def corrected_of(
    services: Services, numbers: Collection[int] | None = None
) -> Mapping[int, tuple[tuple[datetime, datetime], ...]]:
    """Correction requests that were answered: when asked, when submitted again."""
    found: dict[int, tuple[tuple[datetime, datetime], ...]] = defaultdict(tuple)
    for one in services.store.corrections.list(services.demarche, numbers=numbers):
        if one.resolved_at is not None:
            found[one.number] += ((one.requested_at, one.resolved_at),)
    return found


def opinions_of(
    services: Services, numbers: Collection[int] | None = None
) -> Mapping[int, Mapping[str, Opinion]]:
    """What evaluators wrote, by author."""
    known = centres(services.inputs.publishing.columns)
    names = _OTHERS | {author_of(one): one.name for one in known}
    found: dict[int, dict[str, Opinion]] = defaultdict(dict)
    for row in services.store.opinions.latest(services.demarche, numbers=numbers):
        who = names.get(row.author, row.author)
        found[row.number][row.author] = Opinion(who, row.judgement, row.comment, row.id)
    return found
