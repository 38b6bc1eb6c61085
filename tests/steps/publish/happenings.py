"""What happens between two publications to some dossiers: people on DS, the agency, centres."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sandbox.control.client import ControlError
from sandbox.generator.generate import generate
from sandbox.server import default_form
from steps.judge import situation_decisions as decisions
from steps.judge.acts import register_of, today
from steps.judge.patients import clear, passages, restore
from steps.judge.situations import members
from steps.read.erasure import erase
from steps.read.retention import REASON, purge
from steps.registre import acting as register
from steps.registre import committee, evidence, questions, signals
from steps.registre.acting import Acting
from steps.wiring.services import Services, open_services
from steps.wiring.summary import Summary
from store.dossiers.absences import Deletion
from store.staff.opinions import OpinionRow
from tests.steps.publish.oracle import Office
from triage.registre import lifecycle
from triage.registre.acts import By
from triage.registre.lifecycle import LevelGiven
from triage.registre.refused import Refused

Happening = Callable[[Office], None]
HAPPENINGS: dict[str, Happening] = {}
"""By name."""
BY = By("Anne Durand", "commande")
ACT = Acting(BY, reason="Vu en séance")
LYON, NICE = {"code": "69", "name": "Rhône"}, {"code": "06", "name": "Alpes-Maritimes"}
TEXTS = {
    "titre": "Comprimés injectés",
    "usage_autorise": "Voie orale",
    "usage_constate": "Voie injectable",
    "risque": "avéré",
    "pilote": "Anne Durand",
}
PATIENT = (
    "Avis recueilli auprès de Mme Exempla, et du patient Paul Lefebvre, 72 ans, en consultation."
)


class NothingToDoError(Exception):
    """It cannot happen now."""


def happening(act: Happening) -> Happening:
    HAPPENINGS[act.__name__] = act
    return act


def on_ds(name: str, act: Callable[[Office, int], Any], *, state: str = "") -> None:
    """Something that people do to a dossier on DS: the first that can be done to."""

    def happen(office: Office) -> None:
        for number in office.shown(state=state):
            with suppress(ControlError):
                act(office, number)
                return
        raise NothingToDoError

    HAPPENINGS[name] = happen


def _annotated(name: str, *choices: dict[int, Any]) -> None:
    on_ds(
        name,
        lambda office, number: office.control.annotate(number, office.random.choice(choices)),
    )


def _submitted(name: str, *choices: dict[int, Any]) -> None:
    on_ds(
        name,
        lambda office, number: office.control.submit(number, office.random.choice(choices)),
        state="en_construction",
    )


# People on DS

_annotated("statut", {901: "Complet"}, {901: "À compléter"}, {901: "Hors champ"}, {901: None})
_annotated("motif_hors_champ", {901: "Hors champ", 902: "Sans but médical"}, {902: None})
_annotated("elements", {904: "Vu avec le laboratoire"}, {904: None})
_annotated("priorite", {905: "P1"}, {905: "P4"}, {905: None})
_annotated("manuel", {921: True}, {921: False})
_annotated("rapporteur", {922: "Lyon"}, {922: "CRPV de Nice"}, {922: "Lyon et Nice"}, {922: "?"})
_annotated("risque", {923: "Élevé"}, {923: None})
_annotated("diffusable", {924: True}, {924: False})
_submitted("contact", {8: ""}, {8: "Léa Martin"}, {11: "+33 1 02 03 04 05"})
_submitted("titre", {17: "Injection de comprimés écrasés"}, {17: "Autre titre"})
_submitted("champ_d_application", {1: None}, {1: True}, {1: False}, {2: True})
_submitted(
    "territoire",
    {31: "Locale", 33: [{331: LYON}], 32: []},
    {31: "Locale", 33: [{331: NICE}], 32: []},
    {31: "Nationale"},
)
_submitted("patient", {25: PATIENT})
_submitted("cas", {49: True, 50: 3, 501: 1, 502: 0}, {49: True, 50: 40, 501: 12, 502: 2})
_submitted("secret", {60: ["Études non publiées"]}, {60: []})
_submitted("tout_juste", {1: True, 8: "Léa Martin", 61: True, 20: "Traitement de l'adulte"})
on_ds(
    "label", lambda o, n: o.control.label(n, o.random.choice(["Complet", "Urgent", "À examiner"]))
)
on_ds("relancer", lambda o, n: o.control.label(n, "À relancer"))
on_ds("archive", lambda o, n: o.control.archive(n, archived=o.random.random() < 0.7))
on_ds("accepte", lambda o, n: o.control.move(n, "accepte"), state="en_instruction")
on_ds("instruction", lambda o, n: o.control.move(n, "en_instruction"), state="en_construction")
on_ds("repasse", lambda o, n: o.control.move(n, "en_construction"), state="en_instruction")
on_ds("corbeille", lambda o, n: o.control.hide(n, by="administration"))
on_ds("expire", lambda o, n: o.control.expire(n))
on_ds("groupe", lambda o, n: o.control.change_groupe(n, o.random.choice(default_form()["groupes"])))
on_ds("compte_supprime", lambda o, n: o.control.delete_account(n))
on_ds(
    "correction",
    lambda o, n: o.control.message(
        n, "Corrigez.", by=o.bridge.sandbox.instructeur, correction="incorrect"
    ),
    state="en_construction",
)
on_ds("message", lambda o, n: o.control.message(n, "Bien reçu.", by=o.bridge.sandbox.instructeur))
on_ds("reponse", lambda o, n: o.control.answer(n, "Voici."))


@happening
def label_ote(office: Office) -> None:
    for number in office.shown():
        if labels := office.control.snapshot(number)["labels"]:
            office.control.label(number, labels[0], on=False)
            return
    raise NothingToDoError


@happening
def correction_rendue(office: Office) -> None:
    for number in office.shown(state="en_construction"):
        if office.control.snapshot(number)["pending_correction"]:
            office.control.submit(number, {8: "Léa Martin"})
            return
    raise NothingToDoError


@happening
def supprime(office: Office) -> None:
    number = office.pick()
    office.control.hide(number, by="administration")
    office.control.purge(number)


@happening
def retour_de_corbeille(office: Office) -> None:
    for number in office.control.snapshots(office.demarche):
        if number not in office.shown():
            with suppress(ControlError):
                office.control.restore(number)
                return
    raise NothingToDoError


@happening
def depot(office: Office) -> None:
    seed = office.random.choice(generate(30, seed=9))
    number = max(office.control.snapshots(office.demarche)) + 1
    moment = office.now()
    born = replace(seed, number=number, deposited_at=moment, updated_at=moment)
    office.control.create(office.demarche, born)


@happening
def complement(office: Office) -> None:
    named = office.pick()
    number = office.pick(state="en_construction")
    office.control.submit(number, {13: "Complément", 14: named})


@happening
def quarantaine(office: Office) -> None:
    office.control.broken(*office.shown()[: office.random.choice([1, 2])])


@happening
def illisible(office: Office) -> None:
    office.control.hole(office.pick(), office.random.choice([6, 8, 22, 31]), "label")


@happening
def gueri(office: Office) -> None:
    office.control.clear_faults()
    office.control.broken()


@happening
def formulaire(office: Office) -> None:
    word = office.random.choice(["Motif", "Raison", "Référence"])
    office.control.publish(office.demarche, edits=[{"op": "reword", "champ": 12, "label": word}])


# The agency


def _opinion(office: Office, judgement: str, comment: str) -> None:
    author = office.random.choice(["crpv-lyon", "crpv-nice", "agence", "reseau"])
    with office.services() as services:
        until = max((one.id for one in services.store.opinions.latest(office.demarche)), default=0)
        row = OpinionRow(_here(services, office), author, judgement, comment)
        services.store.opinions.save(office.demarche, [row], at=office.now(), unless=until)


def _here(services: Services, office: Office) -> int:
    numbers = sorted(one.number for one in services.store.dossiers.light_rows(office.demarche))
    return office.random.choice(numbers)


@happening
def avis(office: Office) -> None:
    _opinion(office, "À surveiller", office.random.choice(["", "Vu, à suivre"]))


@happening
def avis_change(office: Office) -> None:
    with office.services() as services:
        known = services.store.opinions.latest(office.demarche)
        if not known:
            raise NothingToDoError
        row = office.random.choice(known)
        until = max(one.id for one in known)
        empty = office.random.random() < 0.5
        given = ("", "") if empty else ("Situation confirmée", "Revu")
        changed = OpinionRow(row.number, row.author, *given)
        services.store.opinions.save(office.demarche, [changed], at=office.now(), unless=until)


def _situations(services: Services, office: Office, *, least: int = 1) -> list[str]:
    found = [name for name, numbers in members(services).items() if len(numbers) >= least]
    if not found:
        raise NothingToDoError
    return office.random.sample(found, len(found))


@happening
def confirmee(office: Office) -> None:
    with office.services() as services:
        decisions.confirm(services, _situations(services, office)[0])


@happening
def fondues(office: Office) -> None:
    with office.services() as services:
        one, into, *_ = _situations(services, office)
        decisions.merge(services, one, into=into)


@happening
def scindee(office: Office) -> None:
    with office.services() as services:
        name = _situations(services, office, least=2)[0]
        decisions.split(services, name, [office.random.choice(members(services)[name])])


@happening
def placee(office: Office) -> None:
    with office.services() as services:
        name = _situations(services, office)[0]
    office.control.annotate(office.pick(), {907: name})


def _register(act: Callable[[Services, str], Any]) -> Happening:
    """Something of the register, of the first situation that it can be done to."""

    def happen(office: Office) -> None:
        with office.services() as services:
            for name in _situations(services, office):
                with suppress(Refused):
                    act(services, name)
                    return
        raise NothingToDoError

    return happen


def _validated(services: Services, name: str) -> None:
    level = LevelGiven("Modéré", "Quelques cas graves, exposition limitée.")
    register.validate(services, name, TEXTS, level, ACT)


def _leveled(services: Services, name: str) -> None:
    level = LevelGiven("Élevé", "Un décès de plus a été déclaré depuis.")
    register.set_level(services, name, level, ACT)


def _measured(services: Services, name: str) -> None:
    made = register.add_measure(services, name, {"type": "communiqué", "mode": "prise"}, {}, ACT)
    register.move_measure(services, made, "mise en œuvre", ACT)


def _retitled(services: Services, name: str) -> None:
    register.act_on(
        services,
        name,
        ACT,
        lambda one, when: lifecycle.change(
            one, {"titre": "Titre revu"}, by=BY, when=when, lists=services.form.lists
        ),
    )


def _asked(services: Services, name: str) -> None:
    due = today() + timedelta(days=3)
    questions.ask(services, name, {"texte": "Connu ?"}, "Lyon", due=due, acting=ACT)


HAPPENINGS |= {
    "validee": _register(_validated),
    "niveau": _register(_leveled),
    "mesure": _register(_measured),
    "titre_public": _register(_retitled),
    "question": _register(_asked),
    "annotee": _register(lambda services, name: evidence.note(services, name, "À revoir", ACT)),
}


@happening
def question_sur_un_dossier(office: Office) -> None:
    with office.services() as services:
        about, due = str(_here(services, office)), today() + timedelta(days=1)
        questions.ask(services, about, {"texte": "Vu ?"}, "Lyon ; Nice", due=due, acting=ACT)


@happening
def reponse_du_centre(office: Office) -> None:
    with office.services() as services:
        for name in register_of(services).questions:
            with suppress(Refused):
                questions.answer(services, name, "Lyon", "Trois cas connus.", ACT)
                return
    raise NothingToDoError


@happening
def question_retiree(office: Office) -> None:
    with office.services() as services:
        for name in register_of(services).questions:
            with suppress(Refused):
                questions.withdraw(services, name, ACT)
                return
    raise NothingToDoError


@happening
def signal(office: Office) -> None:
    with office.services() as services:
        given = {
            "type": "CRPV",
            "organisme": "CRPV Lyon",
            "reçu_le": today().isoformat(),
            "substance": office.random.choice(["néfopam", "clonazépam", "dompéridone"]),
            "résumé": "Usage par voie injectable rapporté par un service.",
            "cas": "3",
            "diffusion": office.random.choice(["agence", "réseau"]),
        }
        home = office.random.choice(["", *_situations(services, office)])
        signals.enter(services, given, ACT, situation=home, anew=not home)


@happening
def seance(office: Office) -> None:
    with office.services() as services, suppress(Refused):
        day = today() + timedelta(days=5)
        made = committee.plan(services, day, ACT)
        name = _situations(services, office)[0]
        committee.put_on_agenda(
            services, made.id, name, ACT, question="Que faire ?", rapporteur="Anne Durand"
        )


@happening
def pas_un_patient(office: Office) -> None:
    _passage(office, said=False)


@happening
def si_un_patient(office: Office) -> None:
    _passage(office, said=True)


def _passage(office: Office, *, said: bool) -> None:
    with office.services() as services:
        for row in services.store.dossiers.light_rows(office.demarche):
            for one in passages(services, row.number):
                if bool(one.said_by) is said:
                    act = restore if said else clear
                    act(services, row.number, [one.code], who="Anne Durand")
                    return
    raise NothingToDoError


@happening
def purge_ici(office: Office) -> None:
    with open_services(office.settings.model_copy(update={"retention_months": 1})) as services:
        purge(services, Summary())


@happening
def efface(office: Office) -> None:
    with office.services() as services:
        gone = Deletion(_here(services, office), office.now(), REASON)
        erase(services, [gone])
