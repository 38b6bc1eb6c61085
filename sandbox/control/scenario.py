"""A scenario: days of a démarche told by a data file, played one by one on the sandbox's clock."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from ruamel.yaml import YAML

from sandbox.api.faults import InjectedFault
from sandbox.api.instance import DATABASE, Instance
from sandbox.common.clock import SECOND, iso
from sandbox.common.errors import Refusal
from sandbox.control import people, service
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.state import StateFile
from sandbox.form.model import DECORATIVE, TypeDeChamp
from sandbox.generator.any_form import example

Json = dict[str, Any]

HERE = Path(__file__).parent
_DAY, _PAUSE = 24 * 3600 * SECOND, 40 * 60 * SECOND
_MORNING = 8 * 3600 * SECOND  # in UTC: nine or ten in Paris
_SPOILT = ("text", "textarea")


def known() -> list[str]:
    """Return the names of the scenarios."""
    return sorted(one.stem for one in HERE.glob("*.yaml"))


@cache
def read(name: str) -> Any:
    """Return a scenario by its name: its title, and its days (what happens, which acts)."""
    return YAML(typ="safe").load(HERE / f"{name}.yaml")


def is_played(home: Path) -> bool:
    """Say whether the sandbox of a folder plays a scenario."""
    with closing(StateFile(home / DATABASE)) as state:
        return state.meta("scenario") is not None


def begin(instance: Instance, name: str) -> None:
    """Set the clock as many days back as the scenario has: its last day is today."""
    days = len(read(name)["days"])
    now = instance.clock.now()
    instance.clock.set(now - now % _DAY + _MORNING - days * _DAY)
    instance.state.remember("clock_offset", instance.clock.offset)
    start = instance.clock.now()
    instance.state.remember(
        "scenario", {"name": name, "day": 0, "start": start, "cast": {}, "whole": {}}
    )


def scenario(instance: Instance) -> Json | None:
    """Return which scenario is played, the day that it is at and how many it has; else nothing."""
    told = instance.state.meta("scenario")
    if told is None:
        return None
    days = read(told["name"])["days"]
    past = [one["told"] for one in days[: told["day"]]]
    return {
        "title": read(told["name"])["title"],
        "day": told["day"],
        "days": len(days),
        "since": iso(told["start"]),
        "past": past,
    }


def next_day(instance: Instance) -> Json:
    """Let the next day of the scenario happen.

    Raises:
        Refusal: no scenario is played, or it is over.
    """
    told = instance.state.meta("scenario")
    if told is None:
        raise Refusal(
            "Aucun scénario n’est joué : lancez « unc sandbox --scenario deux-semaines »."
        )
    days = read(told["name"])["days"]
    if told["day"] >= len(days):
        raise Refusal("Le scénario est terminé.")
    day = days[told["day"]]
    refused: list[str] = []
    with instance.state.transaction():
        stage = ScenarioContext(instance, instance.state.numbers()[0], told)
        for at, act in enumerate(day["acts"]):
            when = told["start"] + told["day"] * _DAY + at * _PAUSE
            instance.clock.set(max(instance.clock.now(), when))
            ((name, details),) = act.items()
            try:
                ACTS[name](stage, **details)
            except Refusal as refusal:  # what others did meanwhile may forbid it
                refused += refusal.messages
        told["day"] += 1
        instance.clock.set(max(instance.clock.now(), told["start"] + told["day"] * _DAY - _PAUSE))
        instance.state.remember("clock_offset", instance.clock.offset)
        instance.state.remember("scenario", told)
    return {"day": told["day"], "told": day["told"], "refused": refused}


@dataclass(frozen=True, slots=True)
class ScenarioContext:
    """Where a scenario plays: the démarche, and the dossiers by nickname."""

    instance: Instance
    number: int
    told: Json

    @property
    def demarche(self) -> Demarche:
        """The démarche as it is now."""
        return self.instance.state.demarche(self.number)

    def of(self, nickname: str) -> int:
        """Return the number of a dossier."""
        number: int = self.told["cast"][nickname]
        return number

    def agent(self, nickname: str) -> str:
        """Return the e-mail of somebody who examines a dossier: the last named of its groupe."""
        groupe = self.instance.state.dossier(self.of(nickname)).groupe
        return self.demarche.members(groupe)[-1].email


def _deposit(stage: ScenarioContext, spoil: int = 0, **named: str) -> None:
    cast, nickname = stage.told["cast"], named["as"]
    deposit = example(stage.demarche.active, len(cast))
    answers = deposit["answers"]
    faults = islice(_spoilt(stage.demarche.active.champs, answers), spoil)
    spoilt = dict(faults)
    whole = {stable: answers[stable] for stable in spoilt}
    stage.told["whole"][nickname] = orjson.loads(
        orjson.dumps(whole, option=orjson.OPT_NON_STR_KEYS)
    )
    done = people.create(
        stage.instance, stage.number, {**deposit, "answers": {**answers, **spoilt}}
    )
    cast[nickname] = done["number"]


def _spoilt(types: Sequence[TypeDeChamp], answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield answers that DS takes but that say nothing: a code cut short first, then « NC »."""
    required = [one for one in types if one.required and answers.get(one.stable)]
    for one in required:
        for child in one.children:
            first, *others = answers[one.stable]
            key = next((key for key in first if str(key) == child.stable), None)
            if child.kind == "text" and key is not None and str(first[key]).isdecimal():
                yield one.stable, [{**first, key: str(first[key])[:4]}, *others]
                break
    for one in required:
        if one.kind in _SPOILT:
            yield one.stable, "NC"


def _correct(stage: ScenarioContext, of: str) -> None:
    people.submit(stage.instance, stage.of(of), stage.told["whole"][of])


def _write(stage: ScenarioContext, of: str, body: str) -> None:
    people.answer(stage.instance, stage.of(of), body)


def _tell(stage: ScenarioContext, of: str, body: str) -> None:
    people.message(stage.instance, stage.of(of), body, stage.agent(of))


def _ask(stage: ScenarioContext, of: str, body: str) -> None:
    people.message(stage.instance, stage.of(of), body, stage.agent(of), "incorrect")


def _take_up(stage: ScenarioContext, of: str) -> None:
    people.move(stage.instance, stage.of(of), "en_instruction", stage.agent(of))


def _decide(stage: ScenarioContext, of: str, state: str, motivation: str) -> None:
    people.move(stage.instance, stage.of(of), state, stage.agent(of), motivation)


def _hide(stage: ScenarioContext, of: str) -> None:
    people.hide(stage.instance, stage.of(of))


def _restore(stage: ScenarioContext, of: str) -> None:
    people.restore(stage.instance, stage.of(of))


def _purge(stage: ScenarioContext, of: str) -> None:
    people.purge(stage.instance, stage.of(of))


def _hand_over(stage: ScenarioContext, of: str) -> None:
    here = stage.instance.state.dossier(stage.of(of)).groupe
    others = [name for key, name in stage.demarche.groupes.items() if key != here]
    for other in others[:1]:
        people.change_groupe(stage.instance, stage.of(of), other)


def _label(stage: ScenarioContext, of: str, rank: int) -> None:
    labels = stage.demarche.labels
    for one in labels[rank - 1 : rank]:
        people.label(stage.instance, stage.of(of), one.name)


def _reword(stage: ScenarioContext, question: int, **added: str) -> None:
    asked = [one for one in stage.demarche.active.champs if one.kind not in DECORATIVE]
    for one in asked[question - 1 : question]:
        edit = {"op": "reword", "champ": one.stable, "label": one.label + added["with"]}
        service.publish(stage.instance, stage.number, edits=[edit])


def _ask_more(stage: ScenarioContext, label: str, type: str) -> None:  # noqa: A002
    identifier = 1 + max(int(stable) for one in stage.demarche.revisions for stable in one.by_id)
    champ = {"id": identifier, "label": label, "type": type, "required": False}
    service.publish(stage.instance, stage.number, edits=[{"op": "add", "champ": champ}])


def _registry(stage: ScenarioContext, down: bool) -> None:
    service.switches(stage.instance, registry_down=down)


def _outage(stage: ScenarioContext, status: int, count: int) -> None:
    stage.instance.faults.active.append(InjectedFault("http", status=status, count=count))


ACTS: Mapping[str, Callable[..., None]] = {
    "deposit": _deposit,
    "correct": _correct,
    "write": _write,
    "tell": _tell,
    "ask": _ask,
    "take_up": _take_up,
    "decide": _decide,
    "hide": _hide,
    "restore": _restore,
    "purge": _purge,
    "hand_over": _hand_over,
    "label": _label,
    "reword": _reword,
    "ask_more": _ask_more,
    "registry": _registry,
    "outage": _outage,
}
"""What can happen, by the name that data files give it."""
