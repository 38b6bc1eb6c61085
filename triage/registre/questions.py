"""Questions to the centres, on a situation or a dossier: asked, answered, late."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from triage.registre.acts import Act, By, Draft, Verb, dossier_number, dossier_object
from triage.registre.drafting import When, draft
from triage.registre.lifecycle import find
from triage.registre.refused import Refused, needed, without_patients
from triage.registre.register import Question, QuestionAnswer, Register, State

QUESTION, ANSWER = "Question", "Réponse"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as one centre has it.

    Attributes:
        question: The question.
        centre: Code of the centre.
        answer: What it answered; ``None`` before.
        late: Whether it has still to answer, after the last day.
    """

    question: Question
    centre: str
    answer: QuestionAnswer | None
    late: bool

    @property
    def told(self) -> str:
        """Where it stands, in French."""
        if self.question.withdrawn:
            return "retirée"
        if self.answer is None:
            return "en retard" if self.late else "à répondre"
        return "répondu hors délai" if self.answer.on > self.question.due_on else "répondu"


def asked(register: Register, *, on: date, centre: str | None = None) -> tuple[Asked, ...]:
    """Questions, centre by centre: late ones first, then those that wait, by their last day.

    Args:
        register: The register.
        on: The day on which one is late or not.
        centre: The only centre whose questions are wanted: it never reads what another answers.
    """
    found = [
        Asked(one, code, one.answers.get(code), one.is_late(code, on))
        for one in register.questions.values()
        for code in one.centres
        if centre in {None, code}
    ]
    return tuple(sorted(found, key=_order))


def _order(one: Asked) -> tuple[bool, bool, date, str, str]:
    done = one.answer is not None or bool(one.question.withdrawn)
    return (not one.late, done, one.question.due_on, one.question.id, one.centre)


def ask(
    register: Register,
    name: str,
    about: str,
    given: Mapping[str, str],
    centres: Sequence[str],
    *,
    due: date,
    by: By,
    when: When,
) -> list[Draft]:
    """Ask centres something of a situation, or of a dossier.

    Args:
        register: The register as it is.
        name: Id of the question.
        about: A situation, or ``dossier 24000142``.
        given: Its ``texte``.
        centres: Codes of the centres.
        due: Last day to answer.
        by: Who asks.
        when: Day of effect and reason.

    Raises:
        Refused: There is no such situation, no centre or no text, the text looks like patient
            data, or the last day is before the question.
    """
    text = without_patients(needed(given.get("texte", ""), QUESTION), QUESTION)
    if not centres:
        raise Refused("Centres : nommez-en au moins un.")
    if due < when.on:
        raise Refused(
            f"Échéance : le {due:%d/%m/%Y} est avant le jour de la question ({when.on:%d/%m/%Y})."
        )
    number = dossier_number(about)
    if number is None:
        one = find(register, about)
        if one.state is State.MERGED:
            raise Refused(f"{one.id} est fondue dans {one.merged_into} : choisissez celle-ci.")
        subject: dict[str, object] = {"situation": one.id}
    else:
        homes = (each.id for each in register.situations.values() if number in each.dossiers)
        subject = {"situation": next(homes, None), "dossier": number}
    new = {**subject, "texte": text, "centres": [*centres], "échéance": due.isoformat()}
    return [draft(name, Verb.QUESTION, by=by, when=when, new=new)]


def answer(one: Question, centre: str, text: str, *, by: By, when: When) -> list[Draft]:
    """Enter what a centre answers; blank takes its answer back; no act where nothing differs.

    Raises:
        Refused: It was not asked, the question was withdrawn, the answer is dated before the
            question, or its text looks like patient data.
    """
    if centre not in one.centres:
        raise Refused(f"{one.id} : cette question n'est pas posée au centre « {centre} ».")
    if one.withdrawn:
        raise Refused(f"{one.id} a été retirée : {one.withdrawn}")
    if when.on < one.asked_on:
        raise Refused(
            f"{one.id} est du {one.asked_on:%d/%m/%Y} : la réponse ne peut être datée d'avant."
        )
    words = without_patients(text.strip(), ANSWER)
    before = one.answers.get(centre)
    former = before.text if before else ""
    if words.split() == former.split():
        return []
    if before and when.on < before.on:
        raise Refused(f"{one.id} : la réponse du {before.on:%d/%m/%Y} est plus récente.")
    was, new = ({"centre": centre, "texte": each} for each in (former, words))
    return [draft(one.id, Verb.ANSWERED, by=by, when=when, former=was, new=new)]


def withdraw(one: Question, *, by: By, when: When) -> list[Draft]:
    """Withdraw a question, with a reason: nobody is late any more.

    Raises:
        Refused: It was withdrawn.
    """
    needed(when.reason, "Motif")
    if one.withdrawn:
        raise Refused(f"{one.id} a déjà été retirée : {one.withdrawn}")
    return [draft(one.id, Verb.QUESTION_WITHDRAWN, by=by, when=when)]


def find_question(register: Register, name: str) -> Question:
    """A question by its id, whatever its case.

    Raises:
        Refused: There is none.
    """
    found = register.questions.get(name.strip().upper())
    if found is None:
        raise Refused(f"Aucune question {name} : voir « unc registre question list ».")
    return found


def acts_of(acts: Iterable[Act], name: str, centre: str) -> Iterator[Act]:
    """Acts that a centre may know of a question: the question itself, and its own answers."""
    return (
        one
        for one in acts
        if one.object == name and (one.verb is not Verb.ANSWERED or one.new.get("centre") == centre)
    )


def answer_at(acts: Iterable[Act], name: str, centre: str, *, until: int) -> str:
    """What a centre had answered when an act was the last one; blank without an answer."""
    given = [
        one for one in acts_of(acts, name, centre) if one.verb is Verb.ANSWERED and one.id <= until
    ]
    last = max(given, key=lambda one: (one.effect_on, one.id), default=None)
    return str(last.new["texte"]) if last else ""


def dossier_of(about: str) -> str:
    """What a question is about, as acts name it: a number is that of a dossier."""
    given = about.strip()
    return dossier_object(int(given)) if given.isascii() and given.isdigit() else given
