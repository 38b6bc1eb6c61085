"""The mapping of a form from the champs that were found for each field, and its file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from french.text import bare_label, normalise_label
from mappings.adoption.choice import NO_TO_EACH
from mappings.adoption.decisions import Decision
from mappings.adoption.kept import ADAPTED, FileKept, with_former
from mappings.adoption.session import Session
from mappings.dossier.revision import Descriptor, Revision
from mappings.matching.match import Match
from mappings.matching.wanted import LABELS
from mappings.schema.champs import keys_of
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping, MedicineRows
from mappings.schema.sources import (
    EachOption,
    FlatRows,
    Joined,
    Option,
    Source,
    TickedBoxes,
)
from mappings.schema.written import block, field_keys, quoted, sense_keys

_HEADER = f"""\
{ADAPTED} pour la démarche {{demarche}}, révision {{revision}}.
# Au-dessus de chaque donnée : la question qui la donne, ou pourquoi aucune ne la donne. Ce fichier
# se modifie à la main ; `unc mapping check` le vérifie, `unc mapping adopt` l'adopte.
"""
_UNSAID = "écrit à la main dans ce fichier"


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
    before: Mapping[str, Decision] | None = None,
    unsaid: frozenset[str] = frozenset(),
) -> Adapted:
    """The mapping once each field has the champ that was found for it, and no other.

    Made again, what its file says of a field stays, be it written by hand, as long as the form
    gives any of it and nobody says otherwise this time.

    Args:
        mapping: The internal schema, with the champs of another form.
        session: What was found, and what a person said.
        revisions: The form's revisions: a champ that was made again under the same label is
            another candidate.
        active: The one that was looked at.
        again: Whether the mapping was made for this form already.
        before: What was said when its file was written; all that is said now is new without it.
        unsaid: Fields of which its file says nothing of this form (:class:`FileKept`).
    """
    earlier = tuple(one for one in revisions if one.id != active.id)
    kept = FileKept(mapping, session, active, before or {}, earlier, unsaid) if again else None
    make = _Maker(session, earlier, active, kept)
    fields = _told_twice({name: make.field(spec) for name, spec in mapping.fields.items()})
    annotations = {name: make.annotation(spec) for name, spec in mapping.annotations.items()}
    made = replace(mapping, fields=fields, annotations=annotations, labels=make.labels())
    return Adapted(made, {path: make.note(path) for path in _paths(made)})


def _told_twice(fields: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    """The fields, the second one to take a champ saying that it is no mistake."""
    made, taken = dict[str, FieldSpec](), set[str]()
    for name, spec in fields.items():
        keys = keys_of(spec)
        made[name] = replace(spec, shared=spec.shared or not taken.isdisjoint(keys))
        taken |= keys
    return made


def mapping_text(
    made: Adapted, *, demarche: int, revision: str, former: tuple[str, FormMapping] | None = None
) -> str:
    """The text of the file, for people.

    Args:
        made: The mapping.
        demarche: Number of the démarche.
        revision: Number of the revision.
        former: The file that it replaces, and what it said: what says the same stays to the letter.
    """
    text = _whole_text(made, demarche=demarche, revision=revision)
    return with_former(text, made.mapping, *former) if former else text


def _whole_text(made: Adapted, *, demarche: int, revision: str) -> str:
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
    if mapping.labels:
        lines += ["", "labels:"]
        for name, their in mapping.labels.items():
            given = f"label: {quoted(their)}" if their else "absent: true"
            lines += [f"  # {made.notes[f'labels.{name}']}", f"  {quoted(name)}: {{{given}}}"]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Maker:
    session: Session
    earlier: tuple[Revision, ...]
    active: Revision
    kept: FileKept | None

    def field(self, spec: FieldSpec) -> FieldSpec:
        """A field of the form, with those of its rows."""
        match = self.match_of(spec.name)
        made = self._read(spec, spec.name, match)
        inner = {
            name: self._read(one, path, match and self.match_of(path), flat=_flat(match))
            for name, one in spec.fields.items()
            for path in (f"{spec.name}.{name}",)
        }
        return replace(made, fields=inner)

    def match_of(self, path: str) -> Match | None:
        """What was found for a field, unless the file gives its champ to another one."""
        match = self.session.taken.get(path)
        return None if match and self.kept and self.kept.given_away(path, match) else match

    def annotation(self, spec: AnnotationSpec) -> AnnotationSpec:
        """An annotation of the form."""
        path = f"annotations.{spec.name}"
        if self.kept and self.kept.stays(path):
            return replace(spec, options={**spec.options, **self.kept.options(path)})
        match = self.match_of(path)
        if match is None and self.kept and self.kept.of_before(path):
            return spec
        means = self.session.means(path) if match else {}
        return replace(
            spec,
            champs=(match.offered.descriptor.id,) if match else (),
            options={normalise_label(one): Option(one, our) for one, our in means.items()},
            inverted=_asks_the_contrary(match, spec, means),
        )

    def labels(self) -> Mapping[str, str]:
        """What the démarche calls each label of ours; of one that nobody spoke of, nothing."""
        kept = self.kept.labels if self.kept else {}
        found: dict[str, str] = {}
        for one in self.session.wants.labels:
            name, match = one.path.removeprefix(f"{LABELS}."), self.session.taken.get(one.path)
            absent = self.kept is not None and self.kept.mapping.labels.get(name) == ""
            if name in kept:
                found[name] = kept[name]
            elif match and match.offered.label not in kept.values():
                found[name] = match.offered.label
            elif one.path in self.session.absent or absent:
                found[name] = ""
        return found

    def _read(
        self, spec: FieldSpec, path: str, match: Match | None, *, flat: bool = False
    ) -> FieldSpec:
        bare = replace(
            spec, champs=(), only_in={}, written={}, source=None, options={}, inverted=False,
            shared=False,
        )  # fmt: skip
        if self.kept and self.kept.stays(path):
            return replace(spec, options={**spec.options, **self.kept.options(path)})
        if match is None:
            return spec if self.kept and self.kept.of_before(path) else bare
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
            inverted=_asks_the_contrary(match, spec, means),
        )

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
            before = spec.source if self.kept else None
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
            before = spec.source if self.kept else None
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

    def note(self, path: str) -> str:
        """What is told above a field: its question, or why none asks it."""
        if self.kept and self.kept.stays(path):
            return self.kept.note(path)
        outer, _, inner = path.partition(".")
        if outer == LABELS:
            their, why = self.labels()[inner], self.session.absent.get(path)
            return f"« {_line(their)} »" if their else f"aucun label : {_line(why or _UNSAID)}"
        rows = self.match_of(outer) if inner and outer != "annotations" else None
        match = self.match_of(path) if rows or outer in {path, "annotations"} else None
        if match is None and rows is not None and rows.listed:
            match = rows
        if match is not None:
            return f"« {_line(match.offered.label)} »"
        reason = self.session.absent.get(path)
        if self.kept and self.kept.of_before(path):
            return "aucun champ de cette révision : gardé pour les dossiers des précédentes"
        if reason:
            return f"aucun champ : {_line(reason)}"
        likely = self.session.likeliest.get(path)
        if likely is None:
            return "aucun champ trouvé : à compléter"
        return f"à confirmer, peut-être : « {_line(likely.offered.label)} »"


def _asks_the_contrary(
    match: Match | None, spec: FieldSpec | AnnotationSpec, means: Mapping[str, object]
) -> bool:
    """Whether its yes is our no: a list says it by what its options mean."""
    return match is not None and match.inverted and spec.type == "yes_no" and not means


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
    yield from (f"{LABELS}.{name}" for name in mapping.labels)


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
    sense = "".join(f", {one}" for one in sense_keys(spec))
    title = f"title: {quoted(spec.title)}"
    return f"{spec.name}: {{{champ}{sense}, type: {spec.type}, {title}{written}}}"


def _medicines(rows: MedicineRows) -> Iterator[str]:
    for name in ("rows", "cis", "cip", "name", "substance", "company"):
        if value := getattr(rows, name):
            yield f"{name}: {value}"


def _line(text: str) -> str:
    return " ".join(text.split())
