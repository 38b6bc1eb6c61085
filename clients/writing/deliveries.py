"""What DS answered to a write, beside what was asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from clients.errors import DsError, DsIntermediary, DsNotFound, DsOutOfScope, DsRefused
from clients.writing.batches import Mutation, StateReply
from mappings.dossier.model import RawDossier
from triage.replies.reply import Annotate, Outcome, Receipt, Reply, SetLabel

_ALREADY = ("déjà associé", "already associated", "n’est pas associé", "n'est pas associé")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one reply, and what DS shows since.

    Attributes:
        reply: What was to be delivered.
        receipt: What became of it.
        annotations: JSON of the annotations that DS wrote (fragment ``ChampComplet``).
        labels: JSON of all labels of the dossier after a change of label, when DS told.
        label: JSON of the label that was added or removed.
        message: JSON of the message that DS created (fragment ``MessageSansTexte``).
        correction_flagged: Whether the dossier is now "à corriger" by this message; ``None``
            when no correction was asked, or when it could not be read back.
        fields: Other fields of the dossier that were read back (fragment ``DossierLeger``).
        stopped: Whether something between DS and us refused it: what became of it is not known, and
            someone must look.
        sent: False for a message that DS had already.
    """

    reply: Reply
    receipt: Receipt
    annotations: tuple[dict[str, Any], ...] = ()
    labels: tuple[dict[str, Any], ...] | None = None
    label: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    correction_flagged: bool | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    stopped: bool = False
    sent: bool = True

    def patched(self, raw: RawDossier) -> RawDossier:
        """Return a copy of a dossier's JSON that shows what DS shows since this delivery."""
        patch: RawDossier = {**raw, **self.fields}
        if self.annotations:
            written = {one["id"]: one for one in self.annotations}
            patch["annotations"] = [written.get(one["id"], one) for one in raw["annotations"]]
        if self.label is not None:
            patch["labels"] = self._labels(raw)
        if self.message is not None:
            others = [one for one in raw["messages"] if one["id"] != self.message["id"]]
            patch["messages"] = [*others, self.message]
        return patch

    def _labels(self, raw: RawDossier) -> list[dict[str, Any]]:
        if self.labels is not None or self.label is None:
            return list(self.labels or ())
        others = [one for one in raw.get("labels", ()) if one["id"] != self.label["id"]]
        return [*others, self.label] if getattr(self.reply, "present", False) else others


def refused(reply: Reply, *reasons: str) -> Delivery:
    """Record that DS said no, with its words."""
    text = " ; ".join(dict.fromkeys(reasons)) or "DS a refusé sans dire pourquoi."
    return Delivery(reply, Receipt(reply.key, Outcome.REFUSED, text))


def refused_by(reply: Reply, error: DsRefused) -> Delivery:
    """Record that DS refused the whole request of a reply."""
    match error:
        case DsNotFound():  # hidden for a moment, or gone: reading tells which
            why = f"Le dossier {reply.number} n'existe pas, ou plus, sur DS."
            return Delivery(reply, Receipt(reply.key, Outcome.REFUSED, why, again=True))
        case DsOutOfScope():
            return refused(
                reply, f"Le jeton {error.setting} ne donne pas accès au dossier {reply.number}."
            )
    return refused(reply, str(error))


def unknown(reply: Reply, reason: str) -> Delivery:
    """Record that the answer was lost: DS must be read before anything else."""
    return Delivery(reply, Receipt(reply.key, Outcome.UNKNOWN, reason))


def put_off(reply: Reply, error: DsError) -> Delivery:
    """Record that a reply was not tried: DS could not be asked whether it has it."""
    why = f"non envoyé : DS n'a pas pu être relu avant l'envoi ({error})"
    return Delivery(reply, Receipt(reply.key, Outcome.REFUSED, why, again=True))


def lost(reply: Reply, error: DsError) -> Delivery:
    """Record that the answer was lost to an error."""
    return replace(unknown(reply, str(error)), stopped=isinstance(error, DsIntermediary))


def read_delivery(
    reply: StateReply, answers: Sequence[tuple[Mutation, Mapping[str, Any]]], *, refusals: list[str]
) -> Delivery:
    """Compare what DS answered with what a reply asked.

    Args:
        reply: An annotate or label reply.
        answers: Each mutation sent for it with the payload that came back.
        refusals: Why a part of it was not sent at all.
    """
    match reply:
        case Annotate():
            return _annotated(reply, answers, refusals=refusals)
        case SetLabel():
            if not answers:
                return refused(reply, *refusals)
            return _labelled(reply, *answers[0])
        case _:
            assert_never(reply)


def _annotated(
    reply: Annotate, answers: Sequence[tuple[Mutation, Mapping[str, Any]]], *, refusals: list[str]
) -> Delivery:
    champs: dict[str, dict[str, Any]] = {}
    reasons = list(refusals)
    for mutation, payload in answers:
        champs.update((one["id"], one) for one in _annotations(payload))
        reasons.extend(_named(text, mutation) for text in errors_of(payload))
    written = tuple(change.name for change in reply.changes if change.api_id in champs)
    missing = [change.name for change in reply.changes if change.api_id not in champs]
    words = " ; ".join(dict.fromkeys(reasons)) or "DS ne dit pas pourquoi."
    receipt = Receipt(
        reply.key,
        Outcome.REFUSED if missing else Outcome.DONE,
        f"Annotations non écrites ({', '.join(missing)}) : {words}" if missing else "",
        written,
    )
    return Delivery(reply, receipt, annotations=tuple(champs.values()))


def _annotations(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the annotations of a grouped payload, or the one of a single payload."""
    if payload.get("annotation") is not None:
        return [payload["annotation"]]
    return list(payload.get("annotations") or ())


def _labelled(reply: SetLabel, mutation: Mutation, payload: Mapping[str, Any]) -> Delivery:
    reasons = errors_of(payload)
    if reasons and not all(any(word in text for word in _ALREADY) for text in reasons):
        return refused(reply, *reasons)
    if not reasons and payload.get("label") is None:
        return refused(reply, "DS n'a pas confirmé ce changement de label.")
    dossier = payload.get("dossier") or {}
    labels = tuple(dossier["labels"]) if "labels" in dossier else None
    named = payload.get("label") or {}
    label = {"id": mutation.input["labelId"], "name": named.get("name", reply.name)}
    return Delivery(reply, Receipt(reply.key, Outcome.DONE), labels=labels, label=label)


def errors_of(payload: Mapping[str, Any] | None) -> list[str]:
    """Return the business errors of a payload, in DS's own words."""
    if payload is None:
        return ["DS n'a rien répondu à cette écriture."]
    return [str(error["message"]) for error in payload.get("errors") or ()]


def _named(text: str, mutation: Mutation) -> str:
    """Put the names of annotations in place of their ids, in DS's words."""
    for change in mutation.changes:
        text = text.replace(change.api_id, change.name)
    if len(mutation.changes) == 1 and mutation.changes[0].name not in text:
        return f"{mutation.changes[0].name} : {text}"
    return text
