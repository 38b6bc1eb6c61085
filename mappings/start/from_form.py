"""The text of a mapping made from the form alone: every question, nothing left out, nothing shared.

A person then gives fields their names and meanings, and lets out what may leave the agency.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from french.text import normalise_label
from mappings.dossier.revision import NO_ANSWER, Descriptor, Revision
from mappings.drift.proposed_lines import field_type, new_fields
from mappings.schema.written import quoted

_HEAD = """\
# yaml-language-server: $schema={schema}
# Correspondance d'une démarche, écrite d'après son formulaire : toutes ses questions, dans leur
# ordre, celles des anciennes révisions à la fin.
#
# Ce fichier se modifie sans développeur. `unc mapping check` le vérifie ligne par ligne. À faire :
# donner à chaque donnée un nom et un sens (meaning), et dire laquelle peut aller au réseau
# (audience). Les clés sont expliquées dans docs/correspondance.md.

form: "{form}"
version: "1"
title: {title}

"""
_DEFAULT = "demarche"
_WORDS = 4


def mapping_text(title: str, revisions: Sequence[Revision], *, schema: str = "") -> str:
    """The text of the mapping.

    Args:
        title: Title of the démarche.
        revisions: Its revisions, from the oldest: what only an older one asked comes last.
        schema: Address of the JSON Schema of mapping files, for editors.
    """
    champs = tuple(_asking([one.champs for one in reversed(revisions)]))
    annotations = tuple(_asking([one.annotations for one in reversed(revisions)]))
    shown = " ".join(title.split()) or "sans titre"
    head = _HEAD.format(schema=schema, form=_form(title), title=quoted(shown))
    return head + "\n".join([*_section("fields", new_fields(champs)), *_annotations(annotations)])


def left_out(revisions: Sequence[Revision]) -> tuple[str, ...]:
    """The labels of the annotations that repeat: the bridge reads no rows there."""
    every = _asking([one.annotations for one in reversed(revisions)])
    return tuple(one.label for one in every if one.type == "repetition")


def _section(key: str, texts: Iterable[str]) -> Iterator[str]:
    lines = [f"  {line}" for text in texts for line in text.splitlines()]
    yield f"{key}:" if lines else f"{key}: {{}}"
    yield from lines
    yield ""


def _annotations(champs: Sequence[Descriptor]) -> Iterator[str]:
    """Those that instructeurs fill in: the bridge reads them, and writes none."""
    plain = [one for one in champs if one.type != "repetition"]
    names = [text.partition(":")[0] for text in new_fields(plain)]
    yield from _section(
        "annotations",
        (
            f"{name}: {{champ: {one.id}, type: {field_type(one.type)}, title: {quoted(one.label)}}}"
            for name, one in zip(names, plain, strict=True)
        ),
    )


def _asking(levels: Iterable[Sequence[Descriptor]]) -> Iterator[Descriptor]:
    """The champs of several revisions, each once, as the first of them that has it asks it."""
    found: dict[str, list[Descriptor]] = {}
    for level in levels:
        for one in level:
            if one.type not in NO_ANSWER and one.id.isdigit():
                found.setdefault(one.id, []).append(one)
    for same in found.values():
        first = same[0]
        children = tuple(_asking([one.children for one in same]))
        label = first.label if normalise_label(first.label) else f"Champ {first.id}"
        yield replace(first, label=label, children=children)


def _form(title: str) -> str:
    bare = normalise_label(title)
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in bare).split()
    if not words or not words[0][0].isalpha():
        words = [_DEFAULT, *words]
    return "_".join(words[:_WORDS])
