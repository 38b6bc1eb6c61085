"""What people see in a terminal: French as it is printed, tables, how far a step is."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import _wrap
from rich import console as rich_console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from cli.terminal.printable import printable
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

_wrap.re_word = re.compile(r"[^\S\u00a0\u202f]*[\S\u00a0\u202f]+[^\S\u00a0\u202f]*")
"""Rich, which takes a no-break space for a place to break a line, is told what a word is."""


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
def bars() -> "Iterator[Tell]":
    """Progress bars on standard error while the block runs, when a terminal is there."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=ERROR, transient=True, disable=not ERROR.is_terminal) as shown:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=total)
            shown.update(tasks[step], completed=done, total=total)

        yield tell
