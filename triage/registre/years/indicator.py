"""The annual indicator (2017: 74 situations, 70 % with a measure), and the years that are frozen.

*Identifiées* is not defined in the published report; our reading is the day of first validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from triage.registre.acts import Act, By, Draft, Verb, end_of
from triage.registre.drafting import When, draft
from triage.registre.lists import Lists
from triage.registre.refused import Refused
from triage.registre.register import MeasureState, Register, State
from triage.registre.state_from_acts import read

_GONE = frozenset({State.DISCARDED, State.MERGED})


@dataclass(frozen=True, slots=True)
class YearFigure:
    """The indicator of a year.

    Attributes:
        year: The year.
        identified: Situations identified in it, neither Écartée nor Fondue at its end.
        measured: Those with a measure of the agency that reduces the risk, mise en œuvre in it.
        closed: Those closed at its end without such a measure.
        frozen_on: Day on which a person froze the lists; ``None``: provisoire.
    """

    year: int
    identified: tuple[str, ...]
    measured: tuple[str, ...]
    closed: tuple[str, ...]
    frozen_on: date | None = None

    @property
    def share(self) -> int | None:
        """Per cent of them with a measure, rounded half up; ``None`` when there is none."""
        whole = len(self.identified)
        return (200 * len(self.measured) + whole) // (2 * whole) if whole else None

    @property
    def under_evaluation(self) -> int:
        """*En cours d'évaluation au 31 décembre*."""
        return len(self.identified) - len(self.measured) - len(self.closed)

    def told(self) -> str:
        """The figures in a line."""
        share = "–" if self.share is None else f"{self.share} %"
        return (
            f"{len(self.identified)} ; {len(self.measured)} ; {share} ;"
            f" {self.under_evaluation} en cours ; {len(self.closed)} close"
        )


def year_figure(
    acts: Sequence[Act], year: int, *, lists: Lists, known: datetime | None = None
) -> YearFigure:
    """The indicator of a year: as it was frozen, else as acts give it, provisoire.

    Args:
        acts: All acts.
        year: The year.
        lists: Which types of measure reduce the risk.
        known: « Tel que connu le »; the present without it.
    """
    for act in acts:
        frozen = act.verb is Verb.FROZEN and act.object == _object(year)
        if frozen and (known is None or act.entered_at <= known):
            return _frozen(act, year)
    register = read(acts, on=date(year, 12, 31), known=known)
    identified = [
        one
        for one in register.situations.values()
        if one.identified_on and one.identified_on.year == year and one.state not in _GONE
    ]
    measured = {
        one.id for one in identified if _has_measure(register, one.id, year=year, lists=lists)
    }
    return YearFigure(
        year=year,
        identified=tuple(one.id for one in identified),
        measured=tuple(sorted(measured)),
        closed=tuple(
            one.id for one in identified if one.state is State.CLOSED and one.id not in measured
        ),
    )


def freeze(acts: Sequence[Act], year: int, *, by: By, when: When, lists: Lists) -> list[Draft]:
    """*Arrêté annuel*: the lists of a year that is over, for ever.

    Raises:
        Refused: The year is not over, or it is frozen.
    """
    found = year_figure(acts, year, lists=lists)
    if found.frozen_on:
        raise Refused(f"{year} est arrêtée depuis le {found.frozen_on:%d/%m/%Y} : rien n'y change.")
    if when.today <= date(year, 12, 31):
        raise Refused(f"{year} n'est pas finie : elle s'arrête à partir du 01/01/{year + 1}.")
    new: dict[str, Any] = {
        "identifiées": list(found.identified),
        "avec une mesure": list(found.measured),
        "closes sans mesure": list(found.closed),
        "registre": lists.version,
    }
    return [draft(_object(year), Verb.FROZEN, by=by, when=when, new=new, on=when.today)]


def years_of(acts: Sequence[Act]) -> tuple[int, ...]:
    """Years in which a situation was identified, and those that were frozen."""
    register = read(acts)
    dated = {one.identified_on.year for one in register.situations.values() if one.identified_on}
    return tuple(sorted({*dated, *register.frozen}))


def _has_measure(register: Register, situation: str, *, year: int, lists: Lists) -> bool:
    return any(
        one.situation == situation
        and lists.reduces(str(one.fields.get("type", "")))
        and (day := one.dates.get(MeasureState.IN_FORCE)) is not None
        and day.year == year
        for one in register.measures.values()
    )


def _frozen(act: Act, year: int) -> YearFigure:
    return YearFigure(
        year=year,
        identified=tuple(act.new["identifiées"]),
        measured=tuple(act.new["avec une mesure"]),
        closed=tuple(act.new["closes sans mesure"]),
        frozen_on=act.effect_on,
    )


def _object(year: int) -> str:
    return f"année {year}"


def known_by(day: date | None) -> datetime | None:
    """« Tel que connu le » a day, as a moment."""
    return None if day is None else end_of(day)
