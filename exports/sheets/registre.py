"""The sheets of the register: signals of other sources, measures, questions, consumption.

What each column says of a row, by its name in ``columns.yaml``. Columns leave the agency where the
policy names them.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from exports.cells import Content
from exports.readers.registre import RegisterReading
from french.text import typographic
from triage.consumption.rows import ConsumptionRow
from triage.registre.questions import Asked
from triage.registre.register import Measure, MeasureState, Signal

ANSWER = "question_reponse"
"""What a centre writes in its own workbook."""
KEY, TEXT, ACT = "question", "question_texte", "question_acte"
CONSUMED = "conso_situation"
KEYS = frozenset({"signal", "mesure_agence", KEY, ACT, ANSWER, CONSUMED})
"""What every reader of a row has: its id, and what is needed for it to come back."""

OfSignal: TypeAlias = Callable[[RegisterReading, Signal], Content]
OfMeasure: TypeAlias = Callable[[RegisterReading, Measure], Content]
OfQuestion: TypeAlias = Callable[[RegisterReading, Asked], Content]
OfConsumption: TypeAlias = Callable[[RegisterReading, tuple[str, ConsumptionRow]], Content]


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
OF_CONSUMPTION: Mapping[str, OfConsumption] = {
    CONSUMED: lambda read, one: read.named(one[0]),
    "conso_titre": lambda read, one: read.titled(one[0]),
    "conso_substances": lambda read, one: read.context.register.consumption[one[0]].code,
    "conso_axe": lambda _, one: one[1].axis or None,
    "conso_periode": lambda _, one: one[1].period or None,
    "conso_groupe": lambda _, one: one[1].group or None,
    "conso_boites": lambda _, one: one[1].boxes,
    "conso_part": lambda _, one: _percent(one[1].share),
    "conso_personnes": lambda _, one: one[1].persons or None,
    "conso_attendu": lambda _, one: one[1].expected or None,
    "conso_jugement": lambda _, one: typographic(one[1].judgement) or None,
    "conso_source": lambda _, one: typographic(one[1].source) or None,
}


def _percent(share: float | None) -> Content:
    return None if share is None else Decimal(f"{100 * share:.1f}")


OF_REGISTER = frozenset({*OF_SIGNAL, *OF_MEASURE, *OF_QUESTION, *OF_CONSUMPTION})
