"""The mapping of a form from the champs that were found for each field, and its file."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TypeVar

from french.text import bare_label, normalise_label
from mappings.adoption.kept import by_hand, reads, specs_of
from mappings.adoption.session import NO_TO_EACH, Session
from mappings.dossier.revision import Descriptor, Revision
from mappings.matching.match import Match
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping, MedicineRows
from mappings.schema.sources import (
    Constant,
    EachOption,
    FlatRows,
    Joined,
    OfDossier,
    Option,
    Source,
    TickedBoxes,
)
from mappings.schema.written import block, field_keys, options_key, quoted

ADAPTED = "# Correspondance écrite par `unc mapping adapt`"
"""How the file begins."""
_HEADER = f"""\
{ADAPTED} pour la démarche {{demarche}}, révision {{revision}}.
# Au-dessus de chaque donnée : la question qui la donne, ou pourquoi aucune ne la donne. Ce fichier
# se modifie à la main ; `unc mapping check` le vérifie, `unc mapping adopt` l'adopte.
"""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A mapping made for a form.

    Attributes:
        mapping: The fields, each with the champs that give it.
        notes: What is told above each, by path.
    """

    mapping: FormMapping
    notes: Mapping[str, str]


def adapted(
    mapping: FormMapping,
    session: Session,
    *,
    revisions: Sequence[Revision],
    active: Revision,
    again: bool = False,
) -> Adapted:
    """The mapping once each field has the champ that was found for it, and no other.

    Args:
        mapping: The internal schema, with the champs of another form.
        session: What was found, and what a person said.
        revisions: The form's revisions: a champ that was made again under the same label is
            another candidate.
        active: The one that was looked at.
        again: Whether the mapping was made for this form already: what a person wrote in it stays,
            and what it says of a question that still gives the same.
    """
    earlier = tuple(one for one in revisions if one.id != active.id)
    hand = session.by_hand | by_hand(mapping, None) if again else frozenset[str]()
    make = _Maker(session, earlier, active, again=again, hand=hand - session.moved)
    fields = {name: make.field(spec) for name, spec in mapping.fields.items()}
    notes = {name: make.annotation(spec) for name, spec in mapping.annotations.items()}
    made = replace(mapping, fields=fields, annotations=notes)
    given = {
        path
        for path, one in specs_of(made)
        if path in make.hand or (one.champs and path not in session.taken)
    }
    return Adapted(made, {path: make.note(path, given) for path, _ in specs_of(made)})


def mapping_text(made: Adapted, *, demarche: int, revision: str) -> str:
    """The text of the file, for people."""
    mapping = made.mapping
    lines = [
        _HEADER.format(demarche=demarche, revision=revision),
        f"form: {mapping.form}",
        f"version: {quoted(mapping.version)}",
        f"title: {quoted(mapping.title)}",
        "",
        "fields:",
        *_fields(mapping.fields, made.notes),
    ]
    if mapping.medicines:
        lines += ["", f"medicines: {{{', '.join(_medicines(mapping.medicines))}}}"]
    if mapping.annotations:
        lines += ["", "annotations:"]
        for name, spec in mapping.annotations.items():
            lines += [f"  # {made.notes[f'annotations.{name}']}", f"  {_annotation(spec)}"]
    return "\n".join(lines) + "\n"


SpecT = TypeVar("SpecT", FieldSpec, AnnotationSpec)


@dataclass(frozen=True)
class _Maker:
    session: Session
    earlier: tuple[Revision, ...]
    active: Revision
    again: bool
    hand: AbstractSet[str]

    def field(self, spec: FieldSpec) -> FieldSpec:
        """A field of the form, with those of its rows."""
        match = self.session.taken.get(spec.name)
        made = self._read(spec, spec.name, match)
        if match is not None and self._taken_before(match):
            made = replace(made, shared=True)
        inner = {
            name: self._read(one, path, self.session.taken.get(path), flat=_flat(match))
            for name, one in spec.fields.items()
            for path in (f"{spec.name}.{name}",)
        }
        return replace(made, fields=inner)

    def annotation(self, spec: AnnotationSpec) -> AnnotationSpec:
        """An annotation of the form."""
        path = f"annotations.{spec.name}"
        match = self.session.taken.get(path)
        if kept := self._kept(spec, path, match):
            return kept
        means = self.session.means(path) if match else {}
        return replace(
            spec,
            champs=(match.offered.descriptor.id,) if match else (),
            options={normalise_label(one): Option(one, our) for one, our in means.items()},
        )

    def _read(
        self, spec: FieldSpec, path: str, match: Match | None, *, flat: bool = False
    ) -> FieldSpec:
        bare = replace(
            spec, champs=(), only_in={}, written={}, source=None, options={}, inverted=False,
            shared=False,
        )  # fmt: skip
        if not flat and (kept := self._kept(spec, path, match)):
            return kept
        if match is None:
            return bare
        source = self._source(spec, match)
        if isinstance(source, FlatRows) and not source.rows:
            return bare  # asked row after row, and nobody said yet which champ asks which column
        named = source is None and not flat
        means = {} if isinstance(source, TickedBoxes) else self.session.means(path)
        return replace(
            bare,
            champs=tuple(self._candidates(match.offered.descriptor)) if named else (),
            source=source,
            options={normalise_label(one): Option(one, our) for one, our in means.items()},
            # a list says the contrary by what its options mean
            inverted=match.inverted and spec.type == "yes_no" and not means,
        )

    def _kept(self, spec: SpecT, path: str, match: Match | None) -> SpecT | None:
        """What the file says already, where a person wrote it, or the same champ still gives it.

        That its yes is our no, or what an option means, may have been written by hand.
        """
        if not self.again or path in self.session.absent or path in self.session.moved:
            return None
        there = reads(spec, self.active, path)
        said = self.session.decisions.of.get(path)
        if match is None or path in self.hand:
            elsewhere = said is not None and said.champ and not {said.champ} & there
            note = isinstance(spec, AnnotationSpec)
            chosen = there and (note or (said is not None and said.champ in there))
            given = isinstance(spec.source, Constant | OfDossier) or there
            if elsewhere or not (chosen or (path in self.hand and given)):
                return None
            return None if self._given_to_another(path, there) else spec
        rows = isinstance(spec, FieldSpec) and isinstance(spec.source, FlatRows)
        if rows or match.offered.flat or not match.offered.champs <= there:
            return None
        return self._with_options(self._with_candidates(spec, match), path)

    def _given_to_another(self, path: str, champs: AbstractSet[str]) -> bool:
        """Whether a person gave some champ, that a field is read from, to another field since."""
        of = self.session.decisions.of
        return any(
            other != path and one.offered.champs & champs and other in of and not one.shared
            for other, one in self.session.taken.items()
            if other.rpartition(".")[0] == path.rpartition(".")[0]
        )

    def _with_candidates(self, spec: SpecT, match: Match) -> SpecT:
        """The same, with the champs that asked it under another id; a label names them already."""
        if not spec.champs or not all(map(str.isdigit, spec.champs)):
            return spec
        also: Iterator[str] = self._candidates(match.offered.descriptor)
        return replace(spec, champs=tuple(dict.fromkeys((*spec.champs, *also))))

    def _with_options(self, spec: SpecT, path: str) -> SpecT:
        """The same, with what a person said that options mean: now, or that the file lacks."""
        said = {
            one.champ: (key.partition("=")[2], key in self.session.moved)
            for key, one in self.session.decisions.of.items()
            if key.startswith(f"{path}=") and one.champ
        }
        source = spec.source
        if isinstance(source, TickedBoxes) and NO_TO_EACH in said:
            ours, now = said.pop(NO_TO_EACH)
            otherwise = ours if now else source.otherwise or ours
            spec = replace(spec, source=replace(source, otherwise=otherwise))
        more = {
            normalise_label(their): Option(their, our)
            for their, (our, now) in said.items()
            if now or normalise_label(their) not in spec.options
        }
        return spec if source is not None else replace(spec, options={**spec.options, **more})

    def _taken_before(self, match: Match) -> bool:
        """Whether a field that the file names before takes the same champ."""
        before = takewhile(lambda one: one is not match, self.session.taken.values())
        same = (one for one in before if one.offered.champs & match.offered.champs)
        return match.shared and any(True for _ in same)

    def _source(self, spec: FieldSpec, match: Match) -> Source | None:
        if match.offered.flat:
            columns = {
                there.offered.descriptor.id: name
                for name in spec.fields
                if (there := self.session.taken.get(f"{spec.name}.{name}")) is not None
            }
            rows: list[Mapping[str, tuple[str, ...]]] = [
                {columns[key]: (champ,) for key, champ in row.items() if key in columns}
                for row in match.offered.flat
            ]
            before = spec.source if self.again else None
            if isinstance(before, FlatRows) and len(before.rows) == len(rows):
                # a column that no question asks was written by hand
                rows = [{**old, **row} for old, row in zip(before.rows, rows, strict=True)]
            return FlatRows(tuple(row for row in rows if row))
        if match.listed:
            (name,) = spec.fields
            boxes = {champ: label for label, champ in match.offered.boxes.items()}
            return EachOption(name, "" if boxes else match.offered.descriptor.id, boxes)
        if match.offered.joined:
            return Joined(match.offered.joined)
        if match.offered.boxes:
            means = self.session.means(spec.name)
            ours = {one: our for one, our in means.items() if isinstance(our, str)}
            before = spec.source if self.again else None
            otherwise = before.otherwise if isinstance(before, TickedBoxes) else ""
            return TickedBoxes(
                {champ: ours.get(label, label) for label, champ in match.offered.boxes.items()},
                ours.get(NO_TO_EACH, otherwise),
            )
        return None

    def _candidates(self, champ: Descriptor) -> Iterator[str]:
        """The champ, then those that asked the same, under another id, in earlier revisions."""
        yield champ.id
        now = {one.id for one in _siblings(self.active, champ)}
        found = dict.fromkeys(
            other.id
            for revision in self.earlier
            for other in _level_of(revision, champ, self.active)
            if other.id != champ.id and other.id not in now and _same(other, champ)
        )
        yield from found

    def note(self, path: str, given: AbstractSet[str]) -> str:
        """What is told above a field: its question, or why none asks it."""
        match = self.session.taken.get(path)
        rows = self.session.taken.get(path.partition(".")[0])
        if match is None and rows is not None and rows.listed:
            match = rows
        if match is not None:
            return f"« {_line(match.offered.descriptor.label)} »"
        if path in given:
            return "écrit à la main dans ce fichier"
        reason = self.session.absent.get(path)
        return f"aucun champ : {_line(reason)}" if reason else "aucun champ trouvé : à compléter"


def _flat(match: Match | None) -> bool:
    return match is not None and bool(match.offered.flat)


def _siblings(revision: Revision, champ: Descriptor) -> Sequence[Descriptor]:
    """The champs of the level that a champ of a revision stands in."""
    levels = (revision.champs, *(one.children for one in revision.champs))
    return next((level for level in levels if champ in level), ())


def _level_of(revision: Revision, champ: Descriptor, active: Revision) -> Sequence[Descriptor]:
    """The same level of another revision: the form, or the rows of the same repetition."""
    parent = next((one for one in active.champs if champ in one.children), None)
    if parent is None:
        return revision.champs
    same = (one for one in revision.champs if one.id == parent.id or _same(one, parent))
    return next((one.children for one in same), ())


def _same(one: Descriptor, other: Descriptor) -> bool:
    return one.type == other.type and bare_label(one.label) == bare_label(other.label)


def _fields(fields: Mapping[str, FieldSpec], notes: Mapping[str, str]) -> Iterator[str]:
    for name, spec in fields.items():
        yield f"  # {notes[name]}"
        if spec.type != "rows":
            yield f"  {name}: {{{', '.join(field_keys(spec))}}}"
            continue
        inner = [
            f"# {notes[f'{name}.{key}']}\n{key}: {{{', '.join(field_keys(one))}}}"
            for key, one in spec.fields.items()
        ]
        text = block(name, field_keys(spec), inner)
        yield from (f"  {line}" for line in text.splitlines())


def _annotation(spec: AnnotationSpec) -> str:
    named = [one if one.isdigit() else quoted(one) for one in spec.champs]
    listed = named[0] if len(named) == 1 else f"[{', '.join(named)}]"
    champ = f"champ: {listed}" if named else "absent: true"
    written = ", written: true" if spec.written else ""
    options = "".join(f", {one}" for one in options_key(spec))
    title = f"title: {quoted(spec.title)}"
    return f"{spec.name}: {{{champ}{options}, type: {spec.type}, {title}{written}}}"


def _medicines(rows: MedicineRows) -> Iterator[str]:
    for name in ("rows", "cis", "cip", "name", "substance", "company"):
        if value := getattr(rows, name):
            yield f"{name}: {value}"


def _line(text: str) -> str:
    return " ".join(text.split())
