"""Decoding choices in lists: plain, fed by a CSV, or served since their question changed type."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import orjson

from mappings.dossier.blank import is_blank, text_or_none
from mappings.dossier.model import ChampValue, Choice, Choices, Unreadable
from mappings.dossier.said_twice import says

Raw: TypeAlias = Mapping[str, Any]
_TWO_ANSWERS: Final = "DS sert deux réponses différentes"
_NO_LABEL: Final = "DS ne donne pas le libellé de ce choix"


def choice(raw: Raw, *, fed: bool | None) -> ChampValue | None:
    """The option of a simple list.

    Args:
        raw: The champ.
        fed: Whether the list is fed by a CSV, so that DS types the number of a row and shows the
            label; ``None`` when the revision is not known.
    """
    answer = raw["value"] if "value" in raw else raw.get("stringValue")
    if answer and answer == raw.get("stringValue") and not fed and answer[0].isalnum():
        return Choice(answer)  # nearly every one
    text = _shown(raw)
    if answer is None or is_blank(answer):
        return text_or_none(text)
    several = options_in(answer)
    if several is not None:
        return _one_or_more(several, text, fed=fed)
    if fed is not False and _rows([answer]):
        return _one_or_more((answer,), text, fed=fed)
    if not text or says(text, Choice(answer)):
        return Choice(answer)
    return Unreadable(raw=text, reason=_TWO_ANSWERS)


def choices(raw: Raw, *, fed: bool | None) -> ChampValue | None:
    """The options of a multiple list; ``fed`` as for :func:`choice`."""
    if not isinstance(raw["values"], list):
        raise TypeError(raw["values"])
    kept, text = several(raw["values"]), _shown(raw)
    if kept is None:
        return Unreadable(raw=text, reason=_TWO_ANSWERS) if text else None
    if fed is not False and _rows(kept.options):
        return _labels(kept.options, text, fed=fed)
    if not text or text == ", ".join(kept.options) or says(text, kept):
        return kept
    return Unreadable(raw=text, reason=_TWO_ANSWERS)


def several(options: Sequence[Any]) -> Choices | None:
    """The options that are not blank, if any."""
    kept = tuple(one for one in options if one is not None and not is_blank(one))
    return Choices(kept) if kept else None


def options_in(text: str) -> tuple[str, ...] | None:
    """The options of a text that is what DS keeps of several (``["A","B"]``); ``None`` for another.

    Served so since the question that had them became a simple list or a text.
    """
    if not text.startswith("["):
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return None
    return tuple(found)


def _shown(raw: Raw) -> str:
    """What DS shows of the champ; empty when it shows nothing."""
    text = raw.get("stringValue")
    return text if isinstance(text, str) and not is_blank(text) else ""


def _one_or_more(options: tuple[str, ...], text: str, *, fed: bool | None) -> ChampValue | None:
    kept = several(options)
    if kept is None:
        return None
    found = kept
    if fed is not False and _rows(kept.options):
        labels = _labels(kept.options, text, fed=fed)
        if isinstance(labels, Unreadable):
            return labels
        found = labels
    return Choice(found.options[0]) if len(found.options) == 1 else found


def _rows(options: Sequence[str]) -> bool:
    """Whether these can be numbers of the rows of a CSV."""
    return all(one.isascii() and one.isdigit() for one in options)


def _labels(rows: tuple[str, ...], text: str, *, fed: bool | None) -> Choices | Unreadable:
    """The labels of rows of a CSV; they may be options that are numbers if that is not known.

    DS joins labels by commas, so that those that hold one cannot be told apart: they stay one text.
    """
    if options_in(text) is not None:
        text = ""  # the numbers again
    if fed is None and (not text or says(text, Choices(rows))):
        return Choices(rows)
    if not text or text == ", ".join(rows):
        named = ", ".join(rows)
        raw = f"ligne {named}" if len(rows) == 1 else f"lignes {named}"
        return Unreadable(raw=raw, reason=_NO_LABEL)
    labels = tuple(text.split(", ")) if len(rows) > 1 else (text,)
    return Choices(labels if len(labels) == len(rows) else (text,))
