"""Questions to the centres: asked by the agency, answered by the centres or in their name."""

from collections.abc import Mapping, Sequence
from datetime import date

from exports.sheets.centre_names import centres_named
from exports.sheets.centres import Centre
from steps.judge.acts import perform
from steps.registre.acting import Acting
from steps.wiring.failures import RequestError
from steps.wiring.handed_out_files import centres
from steps.wiring.services import Services
from triage.registre import questions as rules
from triage.registre.acts import Act, Draft, dossier_number, dossier_object
from triage.registre.lifecycle import find
from triage.registre.measures import next_number
from triage.registre.questions import dossier_of, find_question
from triage.registre.register import Question, Register
from triage.registre.stale import refuse_stale_of


def ask(
    services: Services,
    about: str,
    given: Mapping[str, str],
    named: str,
    *,
    due: date,
    acting: Acting,
) -> Question:
    """Ask centres something of a situation, or of a dossier.

    Args:
        services: Store and data files.
        about: A situation, or the number of a dossier.
        given: Its ``texte``.
        named: The centres, as people name them: « Lyon ; Lille ».
        due: Last day to answer.
        acting: Who asks.

    Raises:
        RequestError: A centre is not in the table, or the dossier is not known.
        Refused: With the reason; nothing was entered.
    """
    codes, subject = codes_of(services, named), dossier_of(about)
    made: list[str] = []

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        _check_subject(services, register, acts, subject, acting)
        made.append(next_number("QUE", register.questions))
        by, when = acting.by, acting.when()
        return rules.ask(register, made[-1], subject, given, codes, due=due, by=by, when=when)

    return perform(services, acting.by, draw).questions[made[-1]]


def answer(services: Services, name: str, centre: str, text: str, acting: Acting) -> Question:
    """Enter what a centre answered.

    Raises:
        RequestError: The centre is not in the table, or its name is that of several.
        Refused: With the reason; nothing was entered.
    """
    code = code_of(services, centre)

    def draw(register: Register, _: Sequence[Act]) -> list[Draft]:
        one = find_question(register, name)
        return rules.answer(one, code, text, by=acting.by, when=acting.when())

    return find_question(perform(services, acting.by, draw), name)


def withdraw(services: Services, name: str, acting: Acting) -> Question:
    """Withdraw a question, with a reason."""

    def draw(register: Register, _: Sequence[Act]) -> list[Draft]:
        return rules.withdraw(find_question(register, name), by=acting.by, when=acting.when())

    return find_question(perform(services, acting.by, draw), name)


def code_of(services: Services, named: str) -> str:
    """The code of one centre, as people name it.

    Raises:
        RequestError: It is not in the table, or its name is that of several.
    """
    codes = codes_of(services, named)
    if len(codes) != 1:
        raise RequestError(f"« {named} » nomme plusieurs centres ({', '.join(codes)}) : un seul.")
    return codes[0]


def codes_of(services: Services, named: str) -> tuple[str, ...]:
    """Codes of the centres that a text names.

    Raises:
        RequestError: A part of it names none.
    """
    names = {one.code: (one.code, one.name, one.city) for one in known_centres(services)}
    codes, strangers = centres_named(named, names)
    if strangers or not codes:
        told = ", ".join(strangers) or named
        raise RequestError(f"« {told} » n'est pas dans la table des centres (crpv.csv).")
    return codes


def known_centres(services: Services) -> tuple[Centre, ...]:
    """The table of centres."""
    return tuple(centres(services.inputs.publishing.columns))


def centre_names(services: Services) -> dict[str, str]:
    """Name of each centre, by code."""
    return {one.code: one.name for one in known_centres(services)}


def _check_subject(
    services: Services, register: Register, acts: Sequence[Act], subject: str, acting: Acting
) -> None:
    """Refuse a dossier that nobody knows, and what was read before the situation changed."""
    number = dossier_number(subject)
    if number is None:
        refuse_stale_of(acts, find(register, subject), seen=acting.seen)
        return
    demarche = services.demarche
    known = list(services.store.dossiers.light_rows(demarche, numbers=[number]))
    if not (known or services.store.acts.named(demarche, [dossier_object(number)])):
        raise RequestError(f"Aucun dossier {number} dans cette base : vérifiez son numéro.")
