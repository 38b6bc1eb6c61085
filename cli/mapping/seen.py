"""What blocks a form is let go of by a person who saw it, line by line, and says so."""

import sys
from typing import Any, Final

from cli.terminal.console import ERROR
from french.text import agreed
from steps.adopt.review import Blocking

_PLAIN: Final[Any] = {"markup": False, "highlight": False, "soft_wrap": True}
_YES: Final = {"o", "oui"}


def agreed_to(question: str) -> bool:
    """Ask a question to which only « o » says yes: not Enter, nor an end of what is typed."""
    try:
        return input(f"{question} [o/N] ").strip().lower() in _YES
    except (EOFError, KeyboardInterrupt):
        return False


def show_blocking(unseen: Blocking) -> None:
    """Each change that blocks, with what was reviewed and what is there now."""
    for one in unseen.drifts:
        ERROR.print(f"Bloque : {one.sentence}", **_PLAIN)


def said_seen(unseen: Blocking, *, asks: bool) -> str:
    """Show what blocks, and ask whether it may be let go of; its code, or "" where nobody says so.

    Away from a terminal nothing is asked: how to say it is told.

    Args:
        unseen: What blocks.
        asks: Whether a person may be asked, where this is a terminal.
    """
    show_blocking(unseen)
    if asks and sys.stdin.isatty():
        return unseen.code if agreed_to(asked_of(unseen)) else ""
    ERROR.print(
        f"Rien n'est relu ni adopté : {agreed(len(unseen.drifts), 'changement')} ci-dessus. Si"
        " chacune de ces questions garde son sens, relancez la même commande avec"
        f" --seen {unseen.code} ; sinon : `unc mapping adapt`.",
        **_PLAIN,
    )
    return ""


def asked_of(unseen: Blocking) -> str:
    """The question whose yes lets go of what blocks."""
    several = len(unseen.drifts) > 1
    told = "Ces questions gardent-elles chacune leur sens" if several else "Garde-t-elle son sens"
    return f"{told} (ce qui bloque ci-dessus sera tenu pour relu) ?"
