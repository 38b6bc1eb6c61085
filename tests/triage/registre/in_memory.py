"""A register on paper: what a person does of it, one act after the other, at given moments."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from triage.registre import lifecycle, measures, questions
from triage.registre.acts import BRIDGE, Act, By, Draft
from triage.registre.drafting import When
from triage.registre.lifecycle import LevelGiven
from triage.registre.lists import Lists, parse_lists
from triage.registre.measures import next_number
from triage.registre.register import MeasureState, Register, Situation
from triage.registre.state_from_acts import read
from triage.registre.years import indicator

ANNE = By("Anne Durand", "commande")
TEXTS: Mapping[str, str] = {
    "titre": "Néfopam injectable avalé",
    "usage_autorise": "Voie injectable",
    "usage_constate": "Voie orale",
    "risque": "avéré",
    "pilote": "Anne Durand",
}
JUSTIFIED = "Convulsions rapportées après une prise orale, réversibles."


@cache
def lists() -> Lists:
    path = Path(__file__).parents[3] / "triage/unc/registre.yaml"
    return parse_lists(path.read_text("utf-8"), source=path.name)


def day(text: str) -> date:
    """``01/02`` is in 2026; ``01/02/2017`` says its year."""
    parts = [int(part) for part in text.split("/")]
    return date(parts[2] if len(parts) > 2 else 2026, parts[1], parts[0])


@dataclass
class RegisterInMemory:
    """Acts as the store keeps them; ``today`` is the day on which things are entered."""

    today: date = date(2026, 12, 31)
    acts: list[Act] = field(default_factory=list)
    situations: int = 0

    def enter(self, drafts: Iterable[Draft]) -> None:
        at = datetime(self.today.year, self.today.month, self.today.day, 11, tzinfo=UTC)
        if self.acts:
            at = max(at, self.acts[-1].entered_at + timedelta(microseconds=1))
        for draft in drafts:
            values = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
            self.acts.append(Act(id=len(self.acts) + 1, entered_at=at, **values))

    def when(self, on: date | str | None = None, reason: str = "Décidé en séance") -> When:
        return When(day(on) if isinstance(on, str) else on or self.today, self.today, reason)

    def read(self, on: date | str | None = None, known: date | str | None = None) -> Register:
        one, other = (day(each) if isinstance(each, str) else each for each in (on, known))
        return read(self.acts, on=one, known=indicator.known_by(other))

    def of(self, name: str, **at: Any) -> Situation:
        return self.read(**at).situations[name]

    def opened(self, *numbers: int, on: date | str) -> str:
        """A grouping of the bridge, with its dossiers."""
        self.situations += 1
        name = f"SIT-{self.situations:04d}"
        self.enter([lifecycle.opening(name, by=BRIDGE, on=self.when(on).on)])
        self.joined(name, *numbers, on=on)
        return name

    def joined(self, name: str, *numbers: int, on: date | str) -> None:
        on = self.when(on).on
        self.enter(
            lifecycle.place(number, None, name, by=BRIDGE, on=on, confirmed=False)
            for number in numbers
        )

    def validated(self, name: str, on: date | str, *, level: str = "Modéré", **texts: str) -> None:
        given = {**TEXTS, **texts}
        leveled = LevelGiven(level, JUSTIFIED)
        one, when = self.of(name), self.when(on)
        self.enter(lifecycle.validate(one, given, leveled, by=ANNE, when=when, lists=lists()))

    def closed(self, name: str, on: date | str) -> None:
        one, when = self.of(name), self.when(on)
        self.enter(lifecycle.close(one, "risque maîtrisé", by=ANNE, when=when, lists=lists()))

    def discarded(self, name: str, on: date | str) -> None:
        self.enter(lifecycle.discard(self.of(name), by=ANNE, when=self.when(on)))

    def reopened(self, name: str, on: date | str) -> None:
        self.enter(lifecycle.reopen(self.of(name), by=ANNE, when=self.when(on)))

    def merged(self, name: str, into: str, on: date | str) -> None:
        one, other = self.of(name), self.of(into)
        self.enter(lifecycle.merge(one, other, by=ANNE, when=self.when(on)))

    def split(self, name: str, *numbers: int, on: date | str) -> str:
        self.situations += 1
        new = f"SIT-{self.situations:04d}"
        one, when = self.of(name), self.when(on)
        self.enter(lifecycle.split(one, new, numbers, by=ANNE, when=when))
        return new

    def undone(self, name: str, on: date | str) -> None:
        register = self.read()
        one, when = register.situations[name], self.when(on)
        self.enter(lifecycle.undo(register, one, by=ANNE, when=when))

    def measured(
        self, name: str, kind: str = "courrier aux professionnels", /, **dates: date | str
    ) -> str:
        """A measure; ``decided`` and ``in_force`` say since when."""
        named = {MeasureState[state.upper()]: self.when(on).on for state, on in dates.items()}
        register = self.read()
        new = next_number("MES", register.measures)
        given = {"type": kind, "mode": "prise"}
        one, when = register.situations[name], self.when()
        self.enter(measures.add(one, new, given, dates=named, by=ANNE, when=when, lists=lists()))
        return new

    def asked(self, about: str, *centres: str, on: date | str, due: date | str) -> str:
        """A question to centres."""
        register = self.read()
        new, last = next_number("QUE", register.questions), self.when(due).on
        given = {"texte": "Ces cas sont-ils connus de votre centre ?"}
        when = self.when(on)
        self.enter(
            questions.ask(register, new, about, given, centres, due=last, by=ANNE, when=when)
        )
        return new

    def answered(self, name: str, centre: str, text: str, *, on: date | str) -> None:
        one, when = self.read().questions[name], self.when(on)
        self.enter(questions.answer(one, centre, text, by=ANNE, when=when))

    def figure(self, year: int, known: date | str | None = None) -> indicator.YearFigure:
        moment = indicator.known_by(day(known) if isinstance(known, str) else known)
        return indicator.year_figure(self.acts, year, lists=lists(), known=moment)

    def frozen(self, year: int) -> None:
        when = self.when()
        self.enter(indicator.freeze(self.acts, year, by=ANNE, when=when, lists=lists()))


def shown(register: Register) -> dict[str, Any]:
    """Everything that a register says."""
    return asdict(register)
