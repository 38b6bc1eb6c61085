"""What happened to a dossier, in order: submissions, verdicts, messages, acts of the register."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from french.time import PARIS
from mappings.dossier.model import DossierState
from steps.judge.verdicts import ASSESSMENT
from steps.wiring.observed import observed_form
from steps.wiring.services import Services
from store.outbox.stages import UNCERTAIN, Stage
from triage.registre.acts import Verb, dossier_object
from triage.replies.reply import SendMessage

_STATES = {
    DossierState.EN_INSTRUCTION: "Passé en instruction",
    DossierState.ACCEPTE: "Accepté",
    DossierState.REFUSE: "Refusé",
    DossierState.SANS_SUITE: "Classé sans suite",
}


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One thing that happened.

    Attributes:
        at: When (aware).
        told: What, in French.
        agency: Whether the agency alone may know.
        text: The message, where it is one.
    """

    at: datetime
    told: str
    agency: bool = True
    text: str = ""


def past_events(services: Services, number: int) -> tuple[PastEvent, ...]:
    """What happened to a dossier, the latest first; nothing of one that is not in store."""
    stored = services.store.dossiers.get(services.demarche, number)
    if stored is None:
        return ()
    found = [
        PastEvent(stored.deposited_at, "Déposé", agency=False),
        *_submissions(services, number, stored.deposited_at),
        *_verdicts(services, number),
        *_messages(services, number),
        *_acts(services, number),
    ]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _submissions(services: Services, number: int, deposited: datetime) -> Iterator[PastEvent]:
    """Each time the declarant sent the form again, or the dossier changed state."""
    last, state = deposited, DossierState.EN_CONSTRUCTION.value
    for past in services.store.dossiers.history(services.demarche, number):
        sent = datetime.fromisoformat(str(past.raw["dateDerniereModificationChamps"]))
        if sent > last:
            last = sent
            yield PastEvent(sent, "Envoyé de nouveau par le déclarant", agency=False)
        if past.state != state:
            state = past.state
            told = _STATES.get(DossierState(state), "Repassé en construction")
            yield PastEvent(past.seen_from, told, agency=False)


def _verdicts(services: Services, number: int) -> Iterator[PastEvent]:
    for one in services.store.assessments.history(services.demarche, number):
        verdict = ASSESSMENT.validate_json(one.assessment.detail)
        score = "" if verdict.score is None else f", complétude {verdict.score}\u00a0%"
        priority = f", {verdict.priority}" if verdict.priority else ""
        yield PastEvent(one.current_from, f"Verdict\u00a0: {verdict.status}{priority}{score}")


def _messages(services: Services, number: int) -> Iterator[PastEvent]:
    sent = (Stage.DONE, *UNCERTAIN)
    for one in services.store.outbox.recorded(services.demarche, numbers=[number], stages=sent):
        at = one.received_at or one.intended_at
        if isinstance(one.reply, SendMessage) and at:
            sure = "" if one.stage is Stage.DONE else ", sans accusé"
            what = "Demande de correction" if one.reply.correction else "Message"
            yield PastEvent(at, f"{what} au déclarant{sure}", text=one.reply.body)


def _acts(services: Services, number: int) -> Iterator[PastEvent]:
    for act in services.store.acts.of(services.demarche, dossier_object(number)):
        place = act.new.get("situation")
        told = f"{act.verb.value}{f' à {place}' if place and act.verb is Verb.PLACED else ''}"
        day = f", effet au {act.effect_on:%d/%m/%Y}"
        effect = day if act.effect_on != act.entered_at.astimezone(PARIS).date() else ""
        yield PastEvent(act.entered_at, f"{told[:1].upper()}{told[1:]} ({act.person}{effect})")


def sections_of(services: Services) -> dict[str, str]:
    """Heading of the form under which each champ is asked, by stable id, in order of the form."""
    found: dict[str, str] = {}
    form = observed_form(services)
    revisions = sorted(form.revisions, key=lambda one: one.id == form.active_id, reverse=True)
    for revision in revisions:
        heading = ""
        for champ in revision.champs:
            if champ.type == "header_section":
                heading = champ.label
            elif heading:
                found.setdefault(champ.id, heading)
    return found
