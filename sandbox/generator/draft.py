"""A dossier while it is being written: its plan, its answers, the verdicts planted so far."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from sandbox.demarche.seed import State
from sandbox.generator.data import CompanyProfile, Contact, DocumentedUse

PARIS = ZoneInfo("Europe/Paris")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DossierPlan:
    """What is decided of a dossier before a word of it is written."""

    number: int
    revision: Literal[1, 2]
    category: str
    trait: str
    deposited_at: datetime
    situation: DocumentedUse
    company: CompanyProfile
    careful: bool
    trait_turn: int
    category_turn: int

    @property
    def day(self) -> date:
        """The day of the deposit, as Paris counts it."""
        return self.deposited_at.astimezone(PARIS).date()


@dataclass(slots=True)
class DraftDossier:
    """Answers by stable id, verdict by item, and what later edits must leave alone."""

    plan: DossierPlan
    rng: Random
    contact: Contact
    answers: dict[int, Any] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    planted: list[str] = field(default_factory=list)
    touched: set[int | str] = field(default_factory=set)
    siret: str = ""
    state: State = "en_construction"

    def pick(self, options: Sequence[T]) -> T:
        """Choose one of the options."""
        return self.rng.choice(options)

    def chance(self, probability: float) -> bool:
        """Say yes with this probability."""
        return self.rng.random() < probability

    def some(self, options: Sequence[str], most: int) -> list[str]:
        """Choose one to ``most`` options, in the order of the form."""
        size = min(self.rng.randint(1, most), len(options))
        kept = set(self.rng.sample(list(options), size))
        return [one for one in options if one in kept]

    def say(self, options: Sequence[str], **words: Any) -> str:
        """Choose a sentence, fill it in and type it as this declarant types."""
        situation = self.plan.situation
        filled = self.pick(options).format(
            of=situation.of, the=situation.the, substance=situation.substance, **words
        )
        return typeset(filled.strip()) if self.plan.careful else filled.strip()

    def before(self, days: int) -> str:
        """Give the ISO date so many days before the deposit."""
        return (self.plan.day - timedelta(days=days)).isoformat()

    def update(self, values: Mapping[int, Any]) -> None:
        """Add answers."""
        self.answers.update(values)


def typeset(text: str) -> str:
    """Put the apostrophes and spaces that a careful typist of French puts."""
    curled = text.replace("'", "’")
    return re.sub(r" ([:;!?%»])", "\u00a0\\1", curled).replace("« ", "«\u00a0")
