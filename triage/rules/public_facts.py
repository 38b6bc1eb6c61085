"""Public data that a priority may rest on, beside what a report says: named as its fields are.

Nothing rests on them until staff adopt a rule-set that names them (docs/regles.md). What is not
known raises no priority and is told. They stay at the agency, where the priority of others is
worked out without them: what is said of a medicine would tell which one is declared.
"""

from collections.abc import Mapping

from mappings.report.model import Answer, AnswerState
from mappings.schema.model import FieldSpec

RUPTURE, MITM, TRIANGLE = "bdpm_rupture", "bdpm_mitm", "bdpm_triangle_noir"
CONSUMPTION, RISING = "consommation_anormale", "situation_en_hausse"


def _fact(name: str, title: str, meaning: str) -> FieldSpec:
    return FieldSpec(
        name=name, type="yes_no", title=title, meaning=meaning, unit="", audience="agence",
        champs=(), fields={},
    )  # fmt: skip


PUBLIC_FACTS: Mapping[str, FieldSpec] = {
    one.name: one
    for one in (
        _fact(RUPTURE, "Rupture ou tension", "Une spécialité est en rupture ou en tension (BDPM)."),
        _fact(
            MITM,
            "Intérêt thérapeutique majeur",
            "Une spécialité est un médicament d'intérêt thérapeutique majeur (BDPM).",
        ),
        _fact(
            TRIANGLE,
            "Surveillance renforcée (triangle noir)",
            "Une spécialité est sous surveillance renforcée (BDPM).",
        ),
        _fact(
            CONSUMPTION,
            "Consommation anormale",
            "Une substance est consommée au-delà de ce que son passé laisse prévoir (données"
            " publiques de consommation).",
        ),
        _fact(
            RISING,
            "Signalements en hausse",
            "Les signalements de la même situation sont en hausse (Mann-Kendall).",
        ),
    )
}


def public_answer(holds: bool | None, text: str) -> Answer:
    """A public fact as a condition reads it; ``text`` shows it, or says why it is not known."""
    if holds is None:
        return Answer(AnswerState.BLANK, problem=text)
    return Answer(AnswerState.ANSWERED, value=holds, raw=text)
