"""What people do during the two weeks of the demo, between its two passages."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from sandbox.server import INSTRUCTEUR, Sandbox, default_form

LENGTH, CALM = timedelta(days=14), timedelta(days=7)
"""How long the demo plays, and the first part of it, in which nobody does anything."""
_MORNING = timedelta(hours=4)
_ANSWERS = 9
"""Declarants who answer; every third of them to a part of what is asked."""
_RISING, _OTHERS = 6, 5
"""Dossiers that come: of the use that is reported most, and of others."""
_LOOKED_THROUGH = 300
"""Dossiers generated to find those that come."""
_DAYS_BEFORE = (100, 76, 52, 38, 24, 15, 9, 4)
"""When the use that rises was reported before the two weeks begin."""
_TAKEN_OVER, _RISK = 921, 923


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened in the two weeks.

    Attributes:
        answered: Dossiers whose declarant answered all that was asked.
        partly: Those whose declarant answered a part of it.
        arrived: Dossiers that came.
        taken_over: The one that an instructeur took over, if there is one to take.
    """

    answered: tuple[int, ...]
    partly: tuple[int, ...]
    arrived: tuple[int, ...]
    taken_over: int | None


def rising(seeds: Sequence[SeedDossier], *, start: datetime) -> list[SeedDossier]:
    """The same dossiers, those of the use that is reported most brought to the last months."""
    use, days = _rising_use(seeds), iter(_DAYS_BEFORE)

    def moved(one: SeedDossier) -> SeedDossier:
        if not (_counts(one) and one.planted.situation == use):
            return one
        day = next(days, None)
        if day is None:
            return one
        moment = max(one.deposited_at, start - timedelta(days=day))
        return replace(one, deposited_at=moment, updated_at=max(moment, one.updated_at))

    return [moved(one) for one in seeds]


def _rising_use(seeds: Sequence[SeedDossier]) -> int:
    most = Counter(one.planted.situation for one in seeds if _counts(one)).most_common(1)
    return most[0][0] if most else 0


def _counts(one: SeedDossier) -> bool:
    return one.planted.status not in {"Hors champ", "Clos"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a declarant answers, and whether it is all that was asked."""

    number: int
    answers: Mapping[int, Any]
    whole: bool


def play(served: Sandbox, seeds: Sequence[SeedDossier], *, seed: int, start: datetime) -> Happened:
    """Let the second week after ``start`` happen; what was cut short is taken up where it was.

    Args:
        served: The démarche.
        seeds: Its dossiers when they begin.
        seed: Of the generator that made them.
        start: When they begin (aware).
    """
    control = served.control
    known = control.snapshots(served.demarche)
    arrived = tuple(_arriving(seeds, seed=seed, start=start))
    answers = tuple(_answering(seeds, seed=seed, start=start))
    taken = next((one for one in seeds if _may_be_taken(one)), None)

    def arrive(one: SeedDossier, moment: datetime) -> None:
        if one.number not in known:
            control.create(served.demarche, replace(one, deposited_at=moment, updated_at=moment))

    def answer(one: Answer, _moment: datetime) -> None:
        control.submit(one.number, one.answers)

    def take_over(one: SeedDossier, _moment: datetime) -> None:
        if known[one.number]["state"] == "en_construction":
            agent = next(mail for mail in _instructeurs() if mail != INSTRUCTEUR)
            control.annotate(one.number, {_TAKEN_OVER: True, _RISK: "Élevé"})
            control.move(one.number, "en_instruction", by=agent)

    acts: list[tuple[float, Callable[[datetime], None]]] = [
        *((at / len(arrived), partial(arrive, one)) for at, one in enumerate(arrived)),
        *((at / len(answers), partial(answer, one)) for at, one in enumerate(answers)),
        *([(0.5, partial(take_over, taken))] if taken else []),
    ]
    for share, act in sorted(acts, key=lambda one: one[0]):
        moment = start + CALM + _MORNING + share * (LENGTH - CALM - 2 * _MORNING)
        control.clock(to=moment.isoformat())
        act(moment)
    control.clock(to=datetime.now(UTC).isoformat())
    return Happened(
        tuple(one.number for one in answers if one.whole),
        tuple(one.number for one in answers if not one.whole),
        tuple(one.number for one in arrived),
        taken.number if taken else None,
    )


def _instructeurs() -> list[str]:
    return [str(one["email"]) for one in default_form()["instructeurs"]]


def _may_be_taken(one: SeedDossier) -> bool:
    """Whether an instructeur may take a dossier over: the annotations are of revision 2."""
    return (
        one.planted.priority == "P1"
        and one.planted.status == "Complet"
        and one.state == "en_construction"
        and one.revision > 1
    )


def _arriving(seeds: Sequence[SeedDossier], *, seed: int, start: datetime) -> Iterator[SeedDossier]:
    """Dossiers that come: several of the use that is reported most, which rises, then others."""
    made = generate(len(seeds) + _LOOKED_THROUGH, seed=seed, now=start)[len(seeds) :]
    found, use = [one for one in made if _counts(one)], _rising_use(seeds)
    chosen = [
        *islice((one for one in found if one.planted.situation == use), _RISING),
        *islice((one for one in found if one.planted.situation != use), _OTHERS),
    ]
    for one in sorted(chosen, key=lambda one: one.number):
        yield replace(one, state="en_construction", annotations={}, archived=False)


def _answering(seeds: Sequence[SeedDossier], *, seed: int, start: datetime) -> Iterator[Answer]:
    """Who answers, and what."""
    meant = {one.number: one for one in generate(len(seeds), seed=seed, now=start, spoilt=False)}
    asked = (
        one
        for one in seeds
        if one.planted.status == "À compléter" and one.state == "en_construction"
    )
    for at, one in enumerate(islice(asked, _ANSWERS)):
        answers = {
            champ: answer
            for champ, answer in meant[one.number].answers.items()
            if one.answers.get(champ) != answer
        }
        if at % 3 == 2 and len(answers) > 1:  # noqa: PLR2004 (the third of three)
            first = min(answers)
            yield Answer(one.number, {first: answers[first]}, whole=False)
        else:
            yield Answer(one.number, answers, whole=True)
