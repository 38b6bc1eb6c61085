"""What a form of the register asks: its fields with their values, and which of them is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from french.time import calendar_day
from triage.registre.lifecycle import TEXTS
from triage.registre.lists import Lists
from triage.registre.refused import Refused

Kind: TypeAlias = Literal["texte", "long", "choix", "date", "nombre", "cases", "réponses"]
LONG = 4_000


@dataclass(frozen=True, slots=True)
class Input:
    """A field of a form.

    Attributes:
        name: Its name in the form.
        title: Its label, by which a refusal names it.
        kind: How it is filled.
        options: Value and text of each choice; of ``réponses``, the questions.
        value: What it holds.
        chosen: What is ticked, or answered.
        hint: What helps to fill it.
        required: Whether it must be filled.
        error: Why what it holds is refused.
    """

    name: str
    title: str
    kind: Kind = "texte"
    options: Sequence[tuple[str, str]] = ()
    value: str = ""
    chosen: tuple[str, ...] = ()
    hint: str = ""
    required: bool = False
    error: str = ""


def filled(inputs: Iterable[Input], form: object | None, why: str) -> list[Input]:
    """Fields with what was typed, and with what is refused beside the field that it names."""
    found = []
    for one in inputs:
        held = one
        if form is not None and one.kind in {"cases", "réponses"}:
            held = replace(one, chosen=tuple(getattr(form, one.name)))
        elif form is not None:
            held = replace(one, value=str(getattr(form, one.name)))
        named = any(why.startswith(f"{one.title}{sign}") for sign in (" :", "\u00a0:", " («"))
        found.append(replace(held, error=why if named else ""))
    return found


def pairs(options: Iterable[str], blank: str = "") -> list[tuple[str, str]]:
    """Choices as a list of them shows them, with what stands for none first."""
    return [("", blank or "Choisir"), *((one, one) for one in options)]


def day_of(text: str, title: str) -> date | None:
    """A day as a form gives it; ``None`` without one.

    Raises:
        Refused: It is no day.
    """
    try:
        return calendar_day(text) if text else None
    except ValueError as error:
        raise Refused(f"{title} : « {text[:40]} » n'est pas une date.") from error


def texts(given: Mapping[str, object], lists: Lists, required: Iterable[str]) -> list[Input]:
    """What people enter of a situation."""
    choices = {
        "risque": lists.risque,
        "qualification": lists.qualifications,
        "surveillance": lists.reponses,
    }
    needed = set(required)
    return [
        Input(
            name,
            title,
            "choix" if name in choices else "long" if name in _LONG else "texte",
            options=pairs(choices[name]) if name in choices else (),
            value=str(given.get(name, "")),
            required=name in needed,
            hint=_HINTS.get(name, ""),
        )
        for name, title in TEXTS.items()
    ]


def level(given: Mapping[str, object], lists: Lists, proposed: str) -> list[Input]:
    """A level of risk, with its criteria and its justification."""
    told = given.get("critères")
    answers = told if isinstance(told, Mapping) else {}
    return [
        Input(
            "niveau",
            "Niveau",
            "choix",
            options=pairs(lists.niveaux),
            value=str(given.get("niveau", "")),
            required=True,
            hint=proposed,
        ),
        Input(
            "criteres",
            "Critères",
            "réponses",
            options=[(one, one) for one in lists.criteres],
            chosen=tuple(f"{one}={answers.get(one, lists.reponses[-1])}" for one in lists.criteres),
        ),
        Input(
            "justification",
            "Justification du niveau",
            "long",
            value=str(given.get("justification", "")),
            required=True,
            hint=f"{lists.justification} caractères au moins",
        ),
    ]


_LONG = frozenset({"usage_autorise", "usage_constate", "resume_clair"})
_HINTS: Mapping[str, str] = {
    "titre": "Lu hors de l’agence",
    "resume_clair": "Pour les représentants des patients\u00a0: sans lui, ils n’ont pas de fiche",
}
