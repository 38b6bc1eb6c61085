"""One line of `unc doctor`: what was looked at, how it is, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from steps.wiring.failures import KNOWN

Level = Literal["bloquant", "à voir", "à faire", "ok", "info"]
"""Worst first. « à faire »: not there yet, or not set, and nothing fails for it; « info »: what
is neither good nor bad. What is « ok » was looked at, and is there."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and the remedy.

    Attributes:
        name: What was looked at.
        level: How it is.
        text: What was found, and the remedy.
        trouble: Its key among the troubles that runs tell (`steps.wiring.troubles`); "" for none.
        stops: Whether what is « bloquant » keeps a run from being made, or only what it would hand
            out.
    """

    name: str
    level: Level
    text: str
    trouble: str = ""
    stops: bool = True


def attempt(name: str, action: Callable[[], Any], *, good: str) -> Check:
    """Do something that fails with the sentence of its remedy."""
    try:
        action()
    except KNOWN as error:
        return Check(name, "bloquant", str(error))
    return Check(name, "ok", good)
