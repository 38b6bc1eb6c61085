"""The sandbox's README names every action, switch and fault, and no other."""

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

from sandbox.api.faults import Kind
from sandbox.control.client import Control
from sandbox.control.routes import ACTIONS
from sandbox.demarche.switches import Switches

README = (Path(__file__).parents[2] / "sandbox" / "README.md").read_text(encoding="utf-8")


def test_every_control_action_is_documented_and_has_a_method() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", README, flags=re.MULTILINE)
    assert sorted(documented) == sorted(ACTIONS)
    methods = {name for name, _ in inspect.getmembers(Control, inspect.isfunction)}
    assert set(ACTIONS) <= methods


def test_every_switch_and_fault_is_documented() -> None:
    for name in (*(one.name for one in fields(Switches)), *get_args(Kind)):
        assert f"`{name}`" in README
