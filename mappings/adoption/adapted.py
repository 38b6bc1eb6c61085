"""The mapping of a form from the champs that were found for each field, and its file."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import takewhile

from french.text import bare_label, normalise_label
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
        again: Whether the mapping was made for this form already: what a person wrote in it that
            no question gives (a constant, a fact of the dossier) stays.
    """
    earlier = tuple(one for one in revisions if one.id != active.id)
    make = _Maker(session, earlier, active, again=again)
    fields = {name: make.field(spec) for name, spec in mapping.fields.items()}
    notes = {name: make.annotation(spec) for name, spec in mapping.annotations.items()}
    made = replace(mapping, fields=fields, annotations=notes)
    given = {
        path
        for name, spec in made.fields.items()
        for path, one in ((name, spec), *((f"{name}.{key}", it) for key, it in spec.fields.items()))
        if isinstance(one.source, Constant | OfDossier)
        or (one.champs and path not in session.taken)
    }
    return Adapted(made, {path: make.note(path, given) for path in _paths(made)})


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


@dataclass(frozen=True)
class _Maker:
    session: Session
    earlier: tuple[Revision, ...]
    active: Revision
    again: bool

    def field(self, spec: FieldSpec) -> FieldSpec:
        """A field of the form, with those of its rows."""
        match = self.session.taken.get(spec.name)
        made = self._read(spec, spec.name, match)
        made = replace(made, shared=match is not None and self._taken_before(match))
        inner = {
            name: self._read(one, path, self.session.taken.get(path), flat=_flat(match))
            for name, one in spec.fields.items()
            for path in (f"{spec.name}.{name}",)
        }
        return replace(made, fields=inner)

    def annotation(self, spec: AnnotationSpec) -> AnnotationSpec:
        """An annotation of the form."""
        match = self.session.taken.get(f"annotations.{spec.name}")
        means = self.session.means(f"annotations.{spec.name}") if match else {}
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
        if match is None:
            return self.by_hand(spec, path) or bare
        source = self._source(spec, match)
        if isinstance(source, FlatRows) and not source.rows:
            return bare  # asked row after row, and nobody said yet which champ asks which column
        named = source is None and not flat
        if self.again and named and self.same_champ(spec, path, match):
            return replace(
                spec, shared=False, champs=tuple(self._candidates(match.offered.descriptor))
            )
        means = {} if isinstance(source, TickedBoxes) else self.session.means(path)
        return replace(
            bare,
            champs=tuple(self._candidates(match.offered.descriptor)) if named else (),
            source=source,
            options={normalise_label(one): Option(one, our) for one, our in means.items()},
            # a list says the contrary by what its options mean
            inverted=match.inverted and spec.type == "yes_no" and not means,
        )

    def by_hand(self, spec: FieldSpec, path: str) -> FieldSpec | None:
        """What a person wrote in the file where no question that was found gives the field."""
        if not self.again or path in self.session.absent:
            return None
        said = self.session.decisions.of.get(path)
        chosen = said is not None and said.champ in spec.champs
        written = isinstance(spec.source, Constant | OfDossier)
        return replace(spec, shared=False) if chosen or written else None

    def same_champ(self, spec: FieldSpec, path: str, match: Match) -> bool:
        """Whether the file reads the same champ already, and nobody said what its options mean.

        What the file says of it stays then: that its yes is our no may have been written by hand.
        """
        options = any(key.startswith(f"{path}=") for key in self.session.decisions.of)
        said = self.session.decisions.of.get(path)
        turned = said is not None and said.inverted not in {None, spec.inverted}
        return match.offered.descriptor.id in spec.champs and not (options or turned)

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


def _paths(mapping: FormMapping) -> Iterator[str]:
    for name, spec in mapping.fields.items():
        yield name
        yield from (f"{name}.{key}" for key in spec.fields)
    yield from (f"annotations.{name}" for name in mapping.annotations)


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
    champ = f"champ: {spec.champs[0]}" if spec.champs else "absent: true"
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
