"""What the terminal shows: tables and sentences for people, one JSON object for programs."""

import codecs
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from cyclopts import Parameter
from rich import _wrap
from rich import console as rich_console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from datafiles.refusals import is_told, refusal
from french.text import typographic

if TYPE_CHECKING:
    from steps.wiring.services import Tell


class Console(rich_console.Console):
    """What people read in a terminal, printed as French is: no-break spaces, curved apostrophes.

    In a pipe, a file or a journal sentences stay as they are searched for.
    """

    def print(self, *objects: Any, **how: Any) -> None:
        """Print texts and trees so; what is neither is shown as it is made."""
        super().print(*map(self._typeset, objects), **how)

    def _typeset(self, shown: Any) -> Any:
        match shown:
            case str():
                return self.typeset(shown)
            case Text():
                told = shown.copy()
                told.plain = self.typeset(shown.plain)  # as long: what is styled stays so
                return told
            case Tree():
                shown.label = self._typeset(shown.label)
                shown.children = [self._typeset(one) for one in shown.children]
                return shown
            case _:
                return shown

    def typeset(self, text: str) -> str:
        """A text as it is shown here."""
        return typographic(text) if self.is_terminal else text


ERROR = Console(stderr=True)
"""Everything but the answer of a command goes here."""

_PLAIN = str.maketrans({"«": '"', "»": '"', "’": "'", "œ": "oe", "Œ": "Oe", "–": "-", "—": "-"})
_HARMLESS = frozenset("\n\u200c\u200d")

_wrap.re_word = re.compile(r"[^\S\u00a0\u202f]*[\S\u00a0\u202f]+[^\S\u00a0\u202f]*")
"""Rich, which takes a no-break space for a place to break a line, is told what a word is."""


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


def printable(text: str) -> str:
    """``text`` without what could command a terminal: control and direction characters shown as �.

    What declarants and instructeurs typed ends up here; line ends and joiners stay. What was typed
    here may be no text at all.
    """
    return "".join(
        "�" if unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char not in _HARMLESS else char
        for char in text
    )


def say(text: str) -> None:
    """One sentence on standard error, as it is: no markup, no colour, no control character."""
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


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table; cells are shown as they are, never as markup, and whole: a long word is folded."""
    out = Console()
    made = Table(
        title=out.typeset(title),
        title_justify="left",
        header_style="bold",
        show_header=any(columns),
    )
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(out.typeset(printable(str(cell)))) for cell in row))
    return made


@contextmanager
def progress() -> "Iterator[Tell]":
    """Progress bars on standard error while the block runs, when a terminal is there."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=ERROR, transient=True, disable=not ERROR.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell
