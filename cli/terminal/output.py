"""What a command says: sentences for people, one JSON object for programs.

What a terminal shows beside is in :mod:`cli.terminal.console`, which takes Rich to import.
"""

import codecs
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from cyclopts import Parameter

from cli.terminal.printable import printable
from datafiles.refusals import is_told, refusal

if TYPE_CHECKING:
    from steps.wiring.services import Tell


_SAID_TO_BE_A_TERMINAL = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
"""Settings by which Rich takes for a terminal what is none."""
_PLAIN = str.maketrans({"«": '"', "»": '"', "’": "'", "œ": "oe", "Œ": "Oe", "–": "-", "—": "-"})


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options of every command."""

    demarche: Annotated[int | None, Parameter(negative=())] = None
    """Numéro de la démarche, quand UNC_DEMARCHES en suit plusieurs."""
    json: Annotated[bool, Parameter(negative=())] = False
    """Un seul objet JSON sur la sortie standard, le reste sur la sortie d'erreur."""
    debug: Annotated[bool, Parameter(negative=())] = False
    """Montrer la trace Python d'une erreur."""


def explain(error: Exception) -> str:
    """One sentence for the operator; an error that we did not foresee names itself only.

    Its text may quote an answer or an address, so it is not shown without ``--debug``.
    """
    from steps.wiring.failures import KNOWN  # when there is an error to explain

    if isinstance(error, KNOWN):
        return str(error)
    if isinstance(error, OSError) and is_told(error):
        what = f"{error.filename} : refusé" if error.filename else "Une écriture a été refusée"
        return f"{what} par le système ({refusal(error)})."
    return (
        f"Erreur imprévue ({type(error).__name__}). Relancez avec --debug pour la trace, et"
        " signalez-la."
    )


def say(text: str) -> None:
    """One sentence on standard error, as it is: no markup, no colour, no control character."""
    from cli.terminal.console import ERROR  # a run that has nothing to say needs none

    with suppress(OSError):  # a full disk or a closed end behind it stops no command
        ERROR.print(printable(text), markup=False, highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any]) -> None:
    """Print the one JSON object of a command; with escapes where the output is not UTF-8.

    What was typed may be no text: such bytes are shown as �.
    """
    try:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
    except TypeError:
        told = json.dumps(value, indent=2, default=str, ensure_ascii=False)
        text = "".join("�" if unicodedata.category(one) == "Cs" else one for one in told)
    if not str(sys.stdout.encoding).lower().startswith("utf"):
        text = json.dumps(orjson.loads(text), indent=2)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def write_anywhere() -> None:
    """Let no character stop a command: those that the output lacks lose their accent, or show ?."""
    codecs.register_error("unc", _without_accents)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who called
            setattr(sys, name, io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="unc")


def _without_accents(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].translate(_PLAIN)
    kept = [char for char in unicodedata.normalize("NFKD", lost) if not unicodedata.combining(char)]
    return "".join(char if char.isascii() else "?" for char in kept), error.end


@contextmanager
def progress() -> "Iterator[Tell]":
    """Progress bars on standard error while the block runs, when a terminal is there."""
    if not (sys.stderr.isatty() or _SAID_TO_BE_A_TERMINAL & os.environ.keys()):
        from steps.wiring.services import say_nothing

        yield say_nothing
        return
    from cli.terminal.console import bars

    with bars() as tell:
        yield tell
