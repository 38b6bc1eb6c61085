"""Answers as DS shows them to people: « Oui », not ``true``."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.common.clock import SECOND, parse
from sandbox.common.texts import kept_text
from sandbox.form.model import DECORATIVE, TypeDeChamp

_PARIS = ZoneInfo("Europe/Paris")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_THIN = "\u202f"

STATES = {
    "en_construction": "En construction",
    "en_instruction": "En instruction",
    "accepte": "Accepté",
    "refuse": "Refusé",
    "sans_suite": "Classé sans suite",
}
EVENTS = {
    "depose": "Déposé",
    "depose_correction_usager": "Modifié par l’usager",
    "passe_en_instruction": "Passé en instruction",
    "repasse_en_construction": "Repassé en construction",
    "repasse_en_instruction": "Repassé en instruction",
    "accepte": "Accepté",
    "refuse": "Refusé",
    "classe_sans_suite": "Classé sans suite",
}
REASONS = {
    "incomplete": "Incomplet",
    "incorrect": "Incorrect",
    "outdated": "Périmé",
}
SCANS = {"safe": "sain", "pending": "analyse en cours", "infected": "virus détecté"}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One question and what was answered; ``text`` is empty where nothing was."""

    one: TypeDeChamp
    text: str = ""
    files: Sequence[Mapping[str, Any]] = ()
    rows: Sequence[Sequence["AnswerLine"]] = ()

    @property
    def decorative(self) -> bool:
        """Whether it is a title or an explanation."""
        return self.one.kind in DECORATIVE


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """What showing an answer needs to know beside it."""

    file_url: Callable[[Mapping[str, Any]], str]
    companies: Mapping[str, str] = field(default_factory=dict)

    def lines(self, types: Sequence[TypeDeChamp], answers: Mapping[str, Any]) -> list[AnswerLine]:
        """Return the questions of ``types`` with what was answered."""
        return [self._line(one, answers.get(one.stable)) for one in types]

    def _line(self, one: TypeDeChamp, answer: Any) -> AnswerLine:
        match answer:
            case [{"champs": _}, *_]:
                return AnswerLine(
                    one, rows=[self.lines(one.children, row["champs"]) for row in answer]
                )
            case [{"checksum": _}, *_]:
                return AnswerLine(one, files=[self._file(file) for file in answer])
            case _:
                return AnswerLine(one, self._text(one, answer))

    def _file(self, file: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "name": file["filename"],
            "size": size(file["size"]),
            "scan": SCANS.get(file["scan"], file["scan"]),
            "url": self.file_url(file),
        }

    def _text(self, one: TypeDeChamp, answer: Any) -> str:
        if one.kind == "siret" and answer in self.companies:
            return f"{answer} – {self.companies[answer]}"
        return text_of(one, answer)


def text_of(one: TypeDeChamp, answer: Any) -> str:
    """Return an answer as DS writes it on its pages."""
    match answer:
        case None | "" | []:
            return ""
        case bool():
            return "Oui" if answer else "Non"
        case {"name": name, "code": code}:
            return f"{code} – {name}" if one.kind == "departements" else str(name)
        case {"label": label}:
            return str(label)
        case {"entry": entry}:  # of a référentiel, not found
            return str(entry)
        case list():
            joined = " / " if one.kind == "linked_drop_down_list" else ", "
            return joined.join(one.row_label(str(part)) for part in answer if part)
        case int() | float():
            return number(answer)
        case str() if one.kind in {"date", "datetime"}:
            return _instant(answer, day=one.kind == "date")
        case _:
            return one.row_label(kept_text(answer))


def number(value: float) -> str:
    """Return a number as French readers write it."""
    whole = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    return whole.replace(",", _THIN).replace(".", ",")


def _instant(answer: str, *, day: bool) -> str:
    try:
        instant = parse(answer)
    except ValueError:
        return answer
    return date_of(instant) if day else moment_of(instant)


def date_of(instant: int) -> str:
    """Return the day of an instant, in Paris, as DS writes it."""
    when = datetime.fromtimestamp(instant // SECOND, _PARIS)
    first = "1er" if when.day == 1 else str(when.day)
    return f"{first} {_MONTHS[when.month - 1]} {when.year}"


def moment_of(instant: int) -> str:
    """Return an instant, in Paris, as DS writes it."""
    when = datetime.fromtimestamp(instant // SECOND, _PARIS)
    return f"{date_of(instant)} à {when:%H:%M}"


def size(count: int) -> str:
    """Return a size in bytes as people read it."""
    return f"{number(max(1, round(count / 1024)))} Ko"


def body_of(body: str) -> str:
    """Return a message as text: the platform writes its own in HTML."""
    if "<p>" not in body and "<br>" not in body:
        return body
    lines = re.sub(r"<br ?/?>|</p>", "\n", body)
    return unescape(re.sub(r"</?[a-z][^>]*>", "", lines)).strip()
