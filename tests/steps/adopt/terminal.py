"""`unc` at a terminal of its own, and a person who reads its screen and presses keys."""

import codecs
import os
import re
import select
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.mappings.matching.variants import Raw, Variant, every
from tests.steps.adopt.test_strangers import asks_the_contrary

_UNC = Path(sys.executable).with_name("unc")
_WAITS = re.compile(r"(?:^|\n)> $|\s: $|\] $")
"""What the screen ends with once the person is to answer."""
_FIELD = re.compile(
    r"^(?P<title>.+) \[(?P<path>[\w.]+)\] — .+, (?P<read>lue|facultative)", re.MULTILINE
)
_OPTION = re.compile(
    r"^(?P<title>.+)\s: quelle option veut dire «\s(?P<option>.+)\s»\s\?$", re.MULTILINE
)
_ANSWER = re.compile(
    r": que veut dire, pour cette donnée, la réponse «\s(?P<option>.+)\s»\s\?$", re.MULTILINE
)
_PROPOSED = re.compile(r"^  (\d+)\. (.+)$", re.MULTILINE)
_CHAMP = re.compile(
    r"«\s(?P<label>.+)\s»(?: \((?P<count>\d+) champs\))?"
    r"(?: — (?:demande|sans équivalent|à lire)\s.+)*$"
)
_ASKED_OTHERWISE = "Posé autrement"
_PATIENCE = 60.0
_MOST = 400
"""Keys after which a person would give up."""


class Terminal:
    """A command that runs at a pseudo-terminal, in the environment of this process.

    Attributes:
        screen: All that it showed, line ends and marks of the terminal apart.
        keys: How many keys were pressed.
        code: What it ended with, once it did.
    """

    def __init__(self, *command: str) -> None:
        self.screen, self.keys, self.code = "", 0, -1
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._mine, theirs = os.openpty()
        self._process = subprocess.Popen(  # noqa: S603
            [_UNC, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "160"},
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        """The command, running."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        os.close(self._mine)

    def shown(self) -> str:
        """What it showed since the last key, once it waits for one or has ended."""
        since = len(self.screen)
        while not _WAITS.search(self.screen[since:]):
            ready, _, _ = select.select([self._mine], [], [], _PATIENCE)
            assert ready, f"nothing more on the screen: {self.screen[-500:]}"
            try:
                part = os.read(self._mine, 65536)
            except OSError:  # its end of the terminal is closed: it ended
                self.code = self._process.wait(_PATIENCE)
                break
            self.screen += self._decode(part).replace("\r", "")
        return self.screen[since:]

    def press(self, keys: str) -> str:
        """Press keys, and what it then shows."""
        self.keys += len(keys)
        assert self.keys < _MOST, self.screen[-2000:]
        os.write(self._mine, keys.encode())
        return self.shown()


@dataclass
class Person:
    """Who knows what each question of a form asks, and answers what is on the screen.

    Attributes:
        variant: The form, with its truth.
        name: What they sign with.
        lost: What the form asks and the screen never proposed.
    """

    variant: Variant
    name: str = "A. Martin"
    lost: list[str] = field(default_factory=list)
    _path: str = ""

    def keys(self, screen: str) -> Generator[str, str, None]:
        """What they press, one answer after the other, until the form is adopted."""
        while True:
            if screen.endswith("arrêter) : "):
                screen = yield f"{self.name}\n"
            elif screen.endswith("[o/N] "):
                screen = yield "o\n"
            elif screen.endswith("[o/n] "):
                screen = yield "n\n" if self._asks_the_contrary() else "o\n"
            elif found := _OPTION.search(screen):
                screen = yield self._option(found["option"], screen)
            elif found := _ANSWER.search(screen):
                screen = yield self._answer(found["option"])
            elif found := _FIELD.search(screen):
                self._path = found["path"]
                screen = yield self._champ(screen)
            else:
                return
            if screen.endswith("demande pas] "):
                screen = yield f"{_ASKED_OTHERWISE}\n" if self._path in self.lost else "\n"

    def _champ(self, screen: str) -> str:
        truth = self.variant.truth.get(self._path, frozenset())
        for number, text in _PROPOSED.findall(screen):
            if (champ := _CHAMP.match(text)) and self._asks(truth, champ):
                return "\n" if number == "1" else f"{number}\n"
        if truth and _PROPOSED.search(screen) and "pas d’autre" not in screen:
            return "+\n"
        self.lost += [self._path] * bool(truth)
        return "n\n"

    def _asks(self, truth: frozenset[str], champ: re.Match[str]) -> bool:
        labels = {_plain(one["label"]) for one in self._champs if str(one["id"]) in truth}
        count = int(champ["count"] or 1)
        return count == len(truth) and (count > 1 or _plain(champ["label"]) in labels)

    def _option(self, ours: str, screen: str) -> str:
        truth = self.variant.truth.get(self._path, frozenset())
        meant = set()
        for one in self._champs:
            told = self.variant.told.get(str(one["id"]), {})
            if str(one["id"]) in truth and ours == told.get("vaut"):
                meant.add(_plain(one["label"]))
            if str(one["id"]) in truth and ours in told.get("sens", ()):
                meant.add(_plain(one["options"][told["sens"].index(ours)]))
        for number, text in _PROPOSED.findall(screen):
            if any(one.endswith(_plain(text)) for one in meant):
                return f"{number}\n"
        return "n\n"

    def _answer(self, theirs: str) -> str:
        """What an answer beside yes and no means, as the form's author told it."""
        truth = self.variant.truth.get(self._path, frozenset())
        for one in self._champs:
            told = self.variant.told.get(str(one["id"]), {}).get("sens", ())
            if str(one["id"]) in truth and told:
                at = [*map(_plain, one["options"])].index(_plain(theirs))
                return {"oui": "1\n", "true": "1\n", "non": "2\n", "false": "2\n"}.get(
                    str(told[at]).lower(), "3\n"
                )
        return "3\n"

    def _asks_the_contrary(self) -> bool:
        (champ,) = self.variant.truth[self._path]
        return asks_the_contrary(self.variant, champ)

    @property
    def _champs(self) -> Sequence[Raw]:
        return list(every(self.variant.form["revisions"][-1]))


def answered(person: Person, command: str) -> Terminal:
    """A command at a terminal, once a person answered all that it asked and it ended."""
    with Terminal(*command.split()) as terminal:
        answers = person.keys(terminal.shown())
        said = next(answers, None)
        while said is not None and terminal.code < 0:
            try:
                said = answers.send(terminal.press(said))
            except StopIteration:
                break
        while terminal.code < 0:
            terminal.shown()
    return terminal


def _plain(text: str) -> str:
    """A text as it is the same on a screen, which has its own apostrophes and blanks."""
    return " ".join(text.replace("’", "'").split())
