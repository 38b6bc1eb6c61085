"""One line of `unc doctor`: what was looked at, how it is, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from steps.wiring.failures import KNOWN

Level = Literal["ok", "à voir", "bloquant"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and the remedy."""

    name: str
    level: Level
    text: str


def attempt(name: str, action: Callable[[], Any], *, good: str) -> Check:
    """Do something that fails with the sentence of its remedy."""
    try:
        action()
    except KNOWN as error:
        return Check(name, "bloquant", str(error))
    return Check(name, "ok", good)
