"""The page on the sandbox names every action, switch and fault, and its commands all work."""

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from sandbox.api.faults import InjectedFault, Kind
from sandbox.control.client import Control
from sandbox.control.routes import ACTIONS
from sandbox.demarche.switches import Switches

PAGE = (Path(__file__).parents[2] / "docs" / "bac-a-sable-commandes.md").read_text(encoding="utf-8")
COMMANDS = re.findall(
    r"^curl -d '(.+)' http://127\.0\.0\.1:8213(/control/\w+)$", PAGE, re.MULTILINE
)


def _rows(head: str) -> list[str]:
    tables = re.findall(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [name for table in tables for name in re.findall(r"^\| `(\w+)`", table, re.MULTILINE)]


def test_every_control_action_is_documented_and_has_a_method() -> None:
    assert sorted(_rows("action")) == sorted(ACTIONS)
    methods = {name for name, _ in inspect.getmembers(Control, inspect.isfunction)}
    assert set(ACTIONS) <= methods


def test_every_switch_and_fault_is_documented() -> None:
    assert sorted(_rows("réglage")) == sorted(one.name for one in fields(Switches))
    assert sorted(_rows("genre")) == sorted(get_args(Kind))
    for one in fields(InjectedFault):
        assert f"`{one.name}`" in PAGE or one.name in {"kind", "hits"}


def test_every_command_of_the_page_does_what_it_says(start: Any) -> None:
    assert len(COMMANDS) == PAGE.count("\ncurl ") > 30
    with start() as api:
        for body, path in COMMANDS:
            answer = api.session.post(api.sandbox.base_url + path, data=body.encode(), timeout=10)
            assert answer.status_code == 200, (path, answer.text)
        assert api.control.faults() == {"active": []}
        assert api.control.snapshot(900001)["state"] == "en_instruction"


def test_arguments_of_each_action_are_those_of_the_page() -> None:
    for name, action in ACTIONS.items():
        known = set(inspect.signature(action).parameters) - {"instance", "changes", "details"}
        row, *_ = re.findall(rf"^\| `{name}` \| ([^|]*)\|", PAGE, re.MULTILINE)
        for argument in known - {"color"}:
            assert argument in row, (name, argument)
