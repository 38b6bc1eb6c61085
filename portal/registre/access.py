"""The register as a person may read it: of the present, or of a past day as known on another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from exports.model import RegisterView
from exports.readers.registre import RegisterReading
from exports.sheets.centres import given_by
from exports.sheets.situations.columns import shown_to
from portal.dossiers.figures import SituationFigures
from portal.dossiers.library import Library
from portal.people.roles import Role
from portal.source import Source
from steps.judge.acts import today
from triage.registre.acts import Act, as_known, end_of
from triage.registre.lists import Lists
from triage.registre.questions import asked
from triage.registre.register import Register, State
from triage.registre.state_from_acts import read
from triage.registre.years.indicator import YearFigure, known_by, year_figure
from triage.situations.description import Description

_EMPTY = SituationFigures({}, {}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class At:
    """« État au … tel que connu le … »; ``None``: the present, and all that was entered."""

    on: date | None = None
    known: date | None = None

    @property
    def is_past(self) -> bool:
        """Whether another state than the present one is asked for."""
        return self.on is not None or self.known is not None


NOW = At()


@dataclass(frozen=True, slots=True)
class RegisterRead:
    """The register, read by a person.

    Attributes:
        role: Their role.
        at: Of which day.
        acts: Acts that are in force then; for the agency's eyes.
        register: The whole register; for the agency's eyes.
        reading: What of it the person may read: pages ask nothing else.
        figures: What takes reading every dossier, of the present.
        counted: Whether these figures are ready.
        named: Columns of `Situations` that the person may read, by their name in the policy.
    """

    role: Role
    at: At
    acts: Sequence[Act]
    register: Register
    reading: RegisterReading
    figures: SituationFigures
    counted: bool
    named: frozenset[str]

    @property
    def told(self) -> Mapping[int, Description] | None:
        """Every report as matching sees it; ``None`` where it is not ready."""
        return self.figures.told if self.counted else None

    @property
    def day(self) -> date:
        """The day that is shown."""
        return self.at.on or today()


@dataclass
class RegisterAccess:
    """Where the register is read."""

    source: Source
    library: Library
    _years: dict[tuple[int, int, date | None], YearFigure] = field(default_factory=dict)
    _past: dict[tuple[int, At], tuple[Sequence[Act], Register]] = field(default_factory=dict)

    @property
    def lists(self) -> Lists:
        """What may be entered."""
        return self.source.look_up(lambda services: services.form.lists)

    def read(self, role: Role, at: At = NOW) -> RegisterRead:
        """The register, as a person may read it."""
        source, audience = self.source, role.audience
        acts, register = self._register(at)
        figures = self.library.situations(audience)
        numbers: frozenset[int] = frozenset()
        if audience != "agence":
            numbers = source.store.lines.numbers(source.demarche, audience)
        centre = next((one for one in source.centres if one.code == role.centre), None)
        found = figures or _EMPTY
        view = RegisterView(
            register=register,
            asked=asked(register, on=at.on or today()),
            ranked={} if at.is_past else found.ranked,
            sanctions=self.lists.sanctions,
        )
        reading = RegisterReading(
            context=replace(self.library.context, register=view),
            policy=source.policy,
            audience=audience,
            held=frozenset(
                name
                for name, one in register.situations.items()
                if not numbers.isdisjoint(one.dossiers)
            ),
            numbers=numbers,
            centres={one.code: one.name for one in source.centres},
            centre=centre.code if centre else "",
            own=given_by(centre, source.centres, register) if centre else frozenset(),
        )
        named = {getattr(one, "named", "") for one, _ in shown_to(audience, source.policy)}
        return RegisterRead(
            role=role,
            at=at,
            acts=acts,
            register=register,
            reading=reading,
            figures=found,
            counted=figures is not None,
            named=frozenset(named),
        )

    def year(self, year: int, at: At = NOW) -> YearFigure:
        """The indicator of a year, as it was known."""
        acts = self._all()
        key = (year, acts[-1].id if acts else 0, at.known)
        found = self._years.get(key)
        if found is None:
            if len(self._years) > _MOST:
                self._years.clear()
            found = year_figure(acts, year, lists=self.lists, known=known_by(at.known))
            self._years[key] = found
        return found

    def _all(self) -> Sequence[Act]:
        return self.source.register()[0]

    def _register(self, at: At) -> tuple[Sequence[Act], Register]:
        acts, register = self.source.register()
        if not at.is_past:
            return acts, register
        key = (acts[-1].id if acts else 0, at)
        found = self._past.get(key)
        if found is None:
            if len(self._past) >= _MOST_PAST:
                self._past.clear()
            known = end_of(at.known) if at.known else None
            found = as_known(acts, on=at.on, known=known), read(acts, on=at.on, known=known)
            self._past[key] = found
        return found


_MOST = 200
_MOST_PAST = 4
"""A whole register each: somebody who looks at a past day turns its pages."""


def holds(read: RegisterRead, name: str) -> bool:
    """Whether a situation is worth a line: one that nothing is in any more is not."""
    one = read.register.situations[name]
    return bool(one.dossiers or one.signals or one.identified_on) or one.state not in {
        State.TO_VALIDATE,
        State.MERGED,
    }
