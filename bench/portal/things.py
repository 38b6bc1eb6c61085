"""What the pages of the register need to be shown at their size: made once on a base."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from portal.source import now
from settings import ROOT
from steps.judge.acts import today
from steps.publish.packs import prepare
from steps.registre import acting, committee, questions, signals
from steps.registre.acting import Acting
from steps.registre.around import Viewpoint
from steps.wiring.services import Services
from store.staff.invitations import Invitation
from triage.registre.acts import By
from triage.registre.committee.seances import meetings
from triage.registre.lifecycle import LevelGiven
from triage.registre.register import MeasureState, Register, State
from triage.registre.state_from_acts import read

AGENDA = 10
_TEXTS = {
    "titre": "Comprimé écrasé dans une sonde",
    "usage_autorise": "Comprimé avalé entier",
    "usage_constate": "Comprimé écrasé",
    "risque": "avéré",
    "pilote": "Anne Durand",
    "resume_clair": "Un comprimé à avaler entier est écrasé.",
}
_LEVEL = LevelGiven("Modéré", "Sondes bouchées, rapportées par plusieurs établissements.", {})
_SIGNAL = {
    "type": "veille de l’agence",
    "organisme": "Agence",
    "substance": "Codéine",
    "résumé": "Un usage que les centres ne connaissent pas.",
    "diffusion": "réseau",
}


def things(services: Services, *, admin: str) -> Mapping[str, str]:
    """One of each thing that an address names, on the situation that holds the most dossiers."""
    by = Acting(By(admin, "portail"))
    store, demarche = services.store, services.demarche

    def known() -> Register:
        return read(store.acts.list(demarche))

    largest = max(known().situations.values(), key=lambda one: len(one.dossiers)).id
    if not meetings(store.acts.list(demarche)):
        with store.lock(demarche):
            _enter(services, known(), largest, by)
    if not store.proposals.list(demarche, limit=1):
        rules = (ROOT / "triage/unc/rules/2026-1.yaml").read_text("utf-8")
        text = rules.replace("short_text: 30", "short_text: 60").replace('"2026.1"', '"essai"')
        store.proposals.add(demarche, "essai.yaml", text, by=admin, at=now())
    if not store.invitations.list(at=now()):
        end = now() + timedelta(days=7)
        store.invitations.add(Invitation("k", "i@exemple.fr", "agence", admin, now(), end))
    register = known()
    meeting = min(meetings(store.acts.list(demarche)))
    fiches: Path = services.inputs.home / "fiches"
    prepare(services, meeting, fiches / meeting / "agence", "agence", Viewpoint())
    return {
        "name": largest,
        "meeting": meeting,
        "reader": "agence",
        "measure": min(register.measures),
        "signal": min(register.signals),
        "question": min(register.questions),
        "centre": "lyon",
        "year": str(today().year),
        "proposal": str(store.proposals.list(demarche, limit=1)[0].id),
    }


def _enter(services: Services, register: Register, largest: str, by: Acting) -> None:
    acting.validate(services, largest, _TEXTS, _LEVEL, by)
    acting.add_measure(
        services,
        largest,
        {"type": "communiqué", "mode": "prise"},
        {MeasureState.IN_FORCE: today()},
        by,
    )
    meeting = committee.plan(services, today(), by).id
    others = sorted(register.situations.values(), key=lambda one: -len(one.dossiers))
    waiting = [one.id for one in others if one.state is State.TO_VALIDATE][: AGENDA - 1]
    for name in dict.fromkeys((largest, *waiting)):
        if name != largest:
            acting.validate(services, name, _TEXTS, _LEVEL, by)
        committee.put_on_agenda(
            services, meeting, name, by, question="Faut-il agir ?", rapporteur="Anne Durand"
        )
    due = today() + timedelta(days=30)
    text = {"texte": "Combien de cas connaissez-vous ?"}
    questions.ask(services, largest, text, "lyon ; nice", due=due, acting=by)
    signals.enter(services, _SIGNAL, by, situation=largest)
