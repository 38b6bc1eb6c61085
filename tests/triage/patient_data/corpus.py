"""The labelled texts of ``tests/data/patient_data``: what designates a person, what does not."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from triage.patient_data.finders import found_in

Span = tuple[int, int]

FOLDER = Path(__file__).parents[2] / "data" / "patient_data"
KEPT_ASIDE = ("serie-u", "serie-v")
"""Never learned, nor may a rule be mended with them: what is found there is told to who signs."""
_MARKED = re.compile("⟦(.*?)⟧", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Form:
    """A text that designates a person.

    Attributes:
        text: As it is typed.
        hidden: What of it must not leave the agency.
    """

    text: str
    hidden: tuple[Span, ...]


def form_of(marked: str) -> Form:
    """The text without its signs, and where they stood."""
    spans, shift = [], 0
    for match in _MARKED.finditer(marked):
        spans.append((match.start() - shift, match.end() - shift - 2))
        shift += 2
    return Form(re.sub("[⟦⟧]", "", marked), tuple(spans))


def forms(name: str = "formes") -> Mapping[str, tuple[Form, ...]]:
    """Texts that designate a person, by kind."""
    return {kind: tuple(map(form_of, texts)) for kind, texts in read(name).items()}


def others() -> Mapping[str, tuple[str, ...]]:
    """Texts that designate nobody, by what they look like."""
    return {kind: tuple(texts) for kind, texts in read("autres").items()}


def spans_in(text: str) -> list[Span]:
    """What is found in a text, by rules and by what was learned, in order."""
    return sorted(span for _, span in found_in(text))


def shown_of(form: Form, found: Iterable[Span]) -> str:
    """Letters and digits that leave though they must not."""
    gone = {at for start, end in found for at in range(start, end)}
    kept = (at for start, end in form.hidden for at in range(start, end) if at not in gone)
    return "".join(form.text[at] for at in kept if form.text[at].isalnum())


def read(name: str) -> Mapping[str, list[str]]:
    """A file of texts, by kind."""
    read: Mapping[str, list[str]] = YAML(typ="safe").load(
        (FOLDER / f"{name}.yaml").read_text("utf-8")
    )
    return read


def all_forms() -> Iterator[Form]:
    """Every text that designates a person."""
    for of_kind in forms().values():
        yield from of_kind
