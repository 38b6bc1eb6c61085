"""What a mapping file says, kept where it is made again for the form that it was made for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from french.text import normalise_label
from mappings.adoption.absences import every_spec
from mappings.adoption.decisions import YES_OR_NO, Decision, option_said
from mappings.adoption.session import Session
from mappings.dossier.revision import Revision, flatten
from mappings.matching.match import Match
from mappings.matching.wanted import LABELS
from mappings.schema.champs import keys_of
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping
from mappings.schema.sources import Constant, OfDossier, Option

ADAPTED = "# Correspondance écrite par `unc mapping adapt`"
"""How a file that this command wrote begins."""
_ENTRY = re.compile(r"^  ([\w\"'][^:#\n]*):", re.MULTILINE)
_NOTE = re.compile(
    r"(?<=# )(?:« .* »|aucun (?:champ|label) .*|écrit à la main dans ce fichier)$", re.MULTILINE
)
_HEAD = re.compile(r"(?:#.*\n|[ \t]*\n)*")
_TAIL = re.compile(r"(?:^[ \t]*(?:#.*)?\n)+\Z", re.MULTILINE)
_KEY = re.compile(r"^[^\s#]", re.MULTILINE)
_PLACES = ("\nfields:\n", "\nannotations:\n", "\nlabels:\n")


def copied(mapping: FormMapping, of: FormMapping) -> frozenset[str]:
    """The fields and annotations that a mapping reads from the very champs that another does."""

    def readings(one: FormMapping) -> Mapping[str, object]:
        return {path: (spec.champs, spec.source) for path, spec in every_spec(one).items()}

    theirs = readings(of)
    return frozenset(path for path, one in readings(mapping).items() if theirs.get(path) == one)


@dataclass(frozen=True)
class FileKept:
    """The fields of which a file says how they are read, and the form still gives something.

    Attributes:
        mapping: What the file says.
        session: What was found of the form, and what a person says of it.
        active: The form.
        before: What was said when the file was written.
        earlier: The other revisions of the form.
        unsaid: Fields of which the file says what it said of another form, of which it is a copy.
    """

    mapping: FormMapping
    session: Session
    active: Revision
    before: Mapping[str, Decision]
    earlier: Sequence[Revision] = ()
    unsaid: frozenset[str] = frozenset()

    def stays(self, path: str) -> bool:
        """Whether what the file says of a field stays."""
        return path in self._kept

    def of_before(self, path: str) -> bool:
        """Whether a field that nothing asks now is still read in dossiers of earlier revisions."""
        if path in self.unsaid or path in self.session.absent:
            return False
        return any(self._ids(path, revision) for revision in self.earlier)

    def says_already(self, question: str) -> bool:
        """Whether the file answers a question: which champ asks a field, or means an option."""
        path, _, option = question.partition("=")
        if path.startswith(f"{LABELS}."):
            return path.removeprefix(f"{LABELS}.") in self.labels
        if not option:
            return self.stays(path)
        spec = self._specs[path]
        if spec.type in YES_OR_NO:
            return self.stays(path) and normalise_label(option) in spec.options
        return self.stays(path) and option in {one.means for one in spec.options.values()}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What the file says of our labels, where it stays: the démarche has it, or has none."""
        there = {normalise_label(one.label) for one in self.session.matching.labels}
        taken = {one.offered.label for path, one in self.session.taken.items() if path in self.new}
        return {
            name: their
            for name, their in self.mapping.labels.items()
            if f"{LABELS}.{name}" not in self.new
            and normalise_label(their) in there
            and their not in taken
        }

    def note(self, path: str) -> str:
        """What is told above a field that stays: the question that gives it, if one does."""
        ids, match = self._kept[path], self.session.taken.get(path)
        if match and match.offered.champs == ids:
            return f"« {' '.join(match.offered.label.split())} »"
        every = (*flatten(self.active.champs), *flatten(self.active.annotations))
        label = next((one.label for one in every if one.id in ids), "")
        return f"« {' '.join(label.split())} »" if label else "écrit à la main dans ce fichier"

    def given_away(self, path: str, match: Match) -> bool:
        """Whether the file gives what was found for a field to another one, or gives it another."""
        if path in self.new:
            return False
        if path in self._kept:
            return match.offered.champs != self._kept[path]
        others = (ids for other, ids in self._kept.items() if other != path)
        return any(not match.offered.champs.isdisjoint(ids) for ids in others)

    def options(self, path: str) -> Mapping[str, Option]:
        """What a person says this time of options of a champ, as a field keeps it."""
        kind = self._specs[path].type
        told = (
            option_said(key, one, kind=kind)
            for key, one in self._options(path)
            if one and one.champ
        )
        return {normalise_label(their): Option(their, ours) for their, ours in told}

    @cached_property
    def new(self) -> Mapping[str, Decision | None]:
        """What a person says this time, otherwise than when the file was written."""
        said, nothing = self.session.decisions.of, Decision()
        return {
            path: said.get(path)
            for path in dict.fromkeys((*said, *self.before))
            if said.get(path, nothing) != self.before.get(path, nothing)
        }

    @cached_property
    def _specs(self) -> Mapping[str, FieldSpec | AnnotationSpec]:
        return every_spec(self.mapping)

    @cached_property
    def _kept(self) -> Mapping[str, frozenset[str]]:
        """Ids of the champs of each field that stays as the file says it."""
        taken = {
            champ: path
            for path, match in self.session.taken.items()
            if path in self.new and not match.shared
            for champ in match.offered.champs
        }
        return {
            path: ids
            for path in self._specs
            if self._says(path) and not self._said_otherwise(path)
            for ids in [self._ids(path, self.active)]
            if all(taken.get(one, path) == path for one in ids)
        }

    def _says(self, path: str) -> bool:
        """Whether the file says where a field comes from, and the form gives any of it."""
        if path.startswith(f"{LABELS}."):
            return path.removeprefix(f"{LABELS}.") in self.mapping.labels
        if path in self.unsaid:
            return False
        spec = self._specs.get(path)
        fixed = isinstance(spec, FieldSpec) and isinstance(spec.source, Constant | OfDossier)
        return fixed or (spec is not None and bool(self._ids(path, self.active)))

    def _ids(self, path: str, form: Revision) -> frozenset[str]:
        asked = form.annotations if path.startswith("annotations.") else form.champs
        keys = keys_of(self._specs[path])
        return frozenset(
            one.id for one in flatten(asked) if keys & {one.id, normalise_label(one.label)}
        )

    def _options(self, path: str) -> Iterator[tuple[str, Decision | None]]:
        return ((key, one) for key, one in self.new.items() if key.startswith(f"{path}="))

    def _said_otherwise(self, path: str) -> bool:
        """Whether a person says something of a field this time, or what a part of it is."""
        spec = self._specs[path]
        parted = isinstance(spec, FieldSpec) and spec.source is not None
        options = [one for _, one in self._options(path)]
        within = any(key.startswith(f"{path}.") for key in self.new)
        return path in self.new or None in options or (parted and (within or bool(options)))


def with_former(text: str, mapping: FormMapping, former: str, said: FormMapping) -> str:
    """A new file, with the letter of the one that it replaces where both say the same.

    Args:
        text: The new file.
        mapping: What it says.
        former: The one that it replaces, with what people wrote beside.
        said: What that one says.
    """
    new, old = dict(_entries(text)), dict(_entries(former))
    for place, now, then in (
        (_PLACES[0], mapping.fields, said.fields),
        (_PLACES[1], mapping.annotations, said.annotations),
        (_PLACES[2], mapping.labels, said.labels),
    ):
        for name, spec in now.items():
            key = (place, name)
            if key not in new or key not in old:
                continue
            entry = _with_comments(new[key], old[key])
            if spec == then.get(name):
                entry = old[key] if _gives(spec) else _noted_as(old[key], new[key])
            text = text.replace(new[key], entry, 1)
    return _with_head(text, former)


def _gives(spec: FieldSpec | AnnotationSpec | str) -> bool:
    """Whether an entry says where something comes from; a label, what it is called."""
    if isinstance(spec, str):
        return bool(spec)
    return bool(keys_of(spec) or getattr(spec, "source", None))


def _with_head(text: str, former: str) -> str:
    """A new file with what people wrote at the head of the one that it replaces."""
    ours, theirs = (found[0] if (found := _HEAD.match(one)) else "" for one in (text, former))
    known = {line for line in ours.splitlines() if line}
    lines = theirs.splitlines(keepends=True)
    said = "".join(
        one for one in lines if one.rstrip("\n") not in known and not one.startswith(ADAPTED)
    )
    if "#" not in said:
        return text
    return f"{ours.rstrip()}\n{said}{text.removeprefix(ours)}"


def _with_comments(entry: str, former: str) -> str:
    """A new entry, with the comments that people wrote above the one that it replaces, and below.

    Below the last of its part, they are those above the next part.
    """
    named, ended = _ENTRY.search(former), _TAIL.search(former)
    above = former[: named.start()].splitlines(keepends=True) if named else []
    theirs = "".join(line for line in above if not _NOTE.search(line))
    below = ended[0] if ended else ""
    if "#" in below:
        entry = f"{entry.rstrip()}\n{below}"
    return theirs + entry if "#" in theirs else entry


def _noted_as(entry: str, other: str) -> str:
    """An entry that gives nothing, with the notes (why) that another one has."""
    notes = _NOTE.findall(other)
    if len(notes) != len(_NOTE.findall(entry)):
        return entry
    left = iter(notes)
    return _NOTE.sub(lambda _: next(left), entry)


def _entries(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Each entry of a file, with the lines of comment above it, by its place and name."""
    for place in _PLACES:
        start = text.find(place)
        if start < 0:
            continue
        start += len(place)
        end = _KEY.search(text, start)
        body = text[start : end.start() if end else len(text)]
        heads = [_above(body, one.start()) for one in _ENTRY.finditer(body)]
        names = [one[1].strip("\"' ") for one in _ENTRY.finditer(body)]
        for name, at, until in zip(names, heads, [*heads[1:], len(body)], strict=True):
            yield (place, name), body[at:until]


def _above(body: str, at: int) -> int:
    """Where the comments and blank lines just above an entry begin."""
    lines = body[:at].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        at -= len(lines.pop())
    return at
