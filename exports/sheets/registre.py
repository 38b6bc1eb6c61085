"""The sheets of the register: signals of other sources, measures of the agency, questions.

What each column says of a row, by its name in ``columns.yaml``. Columns leave the agency where the
policy names them.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

from exports.cells import Content
from exports.readers.registre import RegisterReading
from triage.registre.questions import Asked
from triage.registre.register import Measure, MeasureState, Signal

ANSWER = "question_reponse"
"""What a centre writes in its own workbook."""
KEY, TEXT, ACT = "question", "question_texte", "question_acte"
KEYS = frozenset({"signal", "mesure_agence", KEY, ACT, ANSWER})
"""What every reader of a row has: its id, and what is needed for it to come back."""

OfSignal: TypeAlias = Callable[[RegisterReading, Signal], Content]
OfMeasure: TypeAlias = Callable[[RegisterReading, Measure], Content]
OfQuestion: TypeAlias = Callable[[RegisterReading, Asked], Content]


def _told(name: str) -> Callable[[RegisterReading, Any], Content]:
    """What was entered under a name."""
    return lambda _, one: str(one.fields.get(name, "")) or None


def _day(name: str) -> Callable[[RegisterReading, Any], Content]:
    return lambda _, one: day_of(one.fields.get(name))


def day_of(text: object) -> date | None:
    """A day that was entered, if there is one."""
    return date.fromisoformat(str(text)) if text else None


def _cases(read: RegisterReading, one: Signal) -> Content:
    text = str(one.fields.get("cas", ""))
    return read.count(int(text)) if text.isdecimal() else None


def _since(state: MeasureState) -> OfMeasure:
    return lambda _, one: one.dates.get(state)


def _dossier(read: RegisterReading, one: Asked) -> Content:
    """The dossier of a question; who may not read it does not learn its number."""
    number = one.question.dossier
    return number if number is None or read.is_agency or number in read.numbers else read.mask


OF_SIGNAL: Mapping[str, OfSignal] = {
    "signal": lambda _, one: one.id,
    "signal_type": _told("type"),
    "signal_organisme": _told("organisme"),
    "signal_recu_le": _day("reçu_le"),
    "signal_periode": _told("période"),
    "signal_substance": _told("substance"),
    "signal_cis": _told("cis"),
    "signal_nature": _told("nature"),
    "signal_population": _told("population"),
    "signal_voie": _told("voie"),
    "signal_resume": _told("résumé"),
    "signal_cas": _cases,
    "signal_reference": _told("référence"),
    "signal_diffusion": _told("diffusion"),
    "signal_situation": lambda read, one: read.named(one.situation) or "À rattacher",
    "signal_titre": lambda read, one: read.titled(one.situation),
    "signal_suite": _told("suite"),
}
OF_MEASURE: Mapping[str, OfMeasure] = {
    "mesure_agence": lambda _, one: one.id,
    "mesure_situation": lambda read, one: read.named(one.situation),
    "mesure_titre": lambda read, one: read.titled(one.situation),
    "mesure_type": _told("type"),
    "mesure_mode": _told("mode"),
    "mesure_etat": lambda _, one: str(one.state),
    "mesure_proposee_le": _since(MeasureState.PROPOSED),
    "mesure_decidee_le": _since(MeasureState.DECIDED),
    "mesure_en_oeuvre_le": _since(MeasureState.IN_FORCE),
    "mesure_terminee_le": _since(MeasureState.ENDED),
    "mesure_abandonnee_le": _since(MeasureState.DROPPED),
    "mesure_cible": _told("cible"),
    "mesure_lien": _told("lien"),
    "mesure_seance": _told("séance"),
    "mesure_indicateur": _told("indicateur"),
    "mesure_echeance": _day("échéance"),
    "mesure_conclusion": lambda _, one: one.conclusion or None,
}
OF_QUESTION: Mapping[str, OfQuestion] = {
    KEY: lambda _, one: one.question.id,
    "question_centre": lambda read, one: read.centres.get(one.centre, one.centre),
    "question_etat": lambda _, one: one.told,
    "question_posee_le": lambda _, one: one.question.asked_on,
    "question_echeance": lambda _, one: one.question.due_on,
    "question_situation": lambda read, one: read.named(one.question.situation),
    "question_titre": lambda read, one: read.titled(one.question.situation),
    "question_dossier": _dossier,
    TEXT: lambda _, one: one.question.text,
    ANSWER: lambda _, one: one.answer.text if one.answer else None,
    "question_repondu_le": lambda _, one: one.answer.on if one.answer else None,
    ACT: lambda read, one: read.context.register.last_acts.get((one.question.id, one.centre)),
}
OF_REGISTER = frozenset({*OF_SIGNAL, *OF_MEASURE, *OF_QUESTION})
