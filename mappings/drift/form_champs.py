"""The champs of one level of one revision, and which of them the candidates of a field name."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from french.text import normalise_label
from mappings.dossier.revision import NO_ANSWER, Descriptor, Revision
from mappings.drift.condition_words import in_words
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import ReviewedChamp, ReviewedForm, SaidOfBefore
from mappings.drift.wording import ChampWording
from mappings.schema.champs import parts
from mappings.schema.model import AnnotationSpec, FieldSpec

_ALWAYS = "toujours posée"


@dataclass(frozen=True, slots=True)
class FormLevel:
    """The champs of the form, or of the rows of a repetition.

    Attributes:
        revision: Number of the revision.
        active: Whether it is the one in force: only that one can block.
        place: "" for the form, ``rows.`` in rows.
        descriptors: The champs.
        sections: What stands above each champ of the revision, by id.
        whole: Whether all of it is known (:class:`mappings.dossier.revision.Revision`).
        by_name: Those that ask something, by id and by normalised label (:func:`named`).
    """

    revision: str
    active: bool
    place: str
    descriptors: tuple[Descriptor, ...]
    sections: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    by_name: Mapping[str, tuple[Descriptor, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look the names up once: each field of the mapping asks for several."""
        found: dict[str, tuple[Descriptor, ...]] = {}
        for one in asking(self):
            for name in {one.id, normalise_label(one.label)}:
                if named(one, name):
                    found[name] = (*found.get(name, ()), one)
        object.__setattr__(self, "by_name", found)


@dataclass(frozen=True, slots=True)
class DriftBaseline:
    """What the form is compared with: what a person reviewed, and what the rules read.

    Attributes:
        known: What a person reviewed.
        needs: What the rules read.
        homes: The repetition, or the annotations, that each champ belongs to (:func:`homes`).
        now: Questions of the revision in force, by id.
        offered: Options that each champ has had in some revision, as they are looked up, by id.
        asked: Label of each champ in the last revision that has it, by id.
    """

    known: ReviewedForm
    needs: Needs
    homes: Mapping[str, str]
    now: Mapping[str, ChampWording] = field(default_factory=dict)
    offered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComparedChamp:
    """A champ of one revision, the field that takes it, and what was reviewed of it.

    Attributes:
        descriptor: The champ.
        spec: The field.
        path: Of the field; ``annotations.name``.
        known: What was reviewed.
        section: What stands above it.
        whole: Whether all that stands above it is known.
        now: The same question in the revision in force; ``None`` where that has it no more.
        said: What was said of words that it had before.
        asked: Label of each champ of the form, by its id.
    """

    descriptor: Descriptor
    spec: FieldSpec | AnnotationSpec
    path: str
    known: ReviewedChamp | None
    section: str = ""
    whole: bool = True
    now: ChampWording | None = None
    said: tuple[SaidOfBefore, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_now(self) -> bool:
        """Whether the form in force asks it in the same words: what changed is told there."""
        return self.now is not None and self.now.asks_as(self.wording)

    @property
    def wording(self) -> ChampWording:
        """Its words in that revision."""
        return ChampWording(self.descriptor, self.section)

    def drift(
        self, kind: Kind, how_bad: Severity, before: str, after: str, *, revision: str, remedy: str
    ) -> Drift:
        """What changed of it in a revision."""
        return Drift(
            severity=how_bad,
            kind=kind,
            champ=self.descriptor.id,
            label=self.descriptor.label,
            field=self.path,
            before=before,
            after=after,
            revisions=(revision,),
            remedy=remedy,
        )

    def conditions(self, before: str, after: str) -> tuple[str, str]:
        """Two conditions of it in words; as DS writes them where these are the same."""
        was, now = (in_words(one, self.asked) if one else _ALWAYS for one in (before, after))
        return (was, now) if was != now else (before or _ALWAYS, after or _ALWAYS)


def asking(level: FormLevel) -> Iterable[Descriptor]:
    """The champs of a level that ask something."""
    return (one for one in level.descriptors if one.type not in NO_ANSWER)


def named(one: Descriptor, candidate: str) -> bool:
    """Whether a candidate of the mapping, an id or a normalised label, names a champ."""
    return one.id == candidate if candidate.isdigit() else normalise_label(one.label) == candidate


def matched(level: FormLevel, spec: FieldSpec | AnnotationSpec) -> tuple[Descriptor, ...]:
    """The champs that the candidates of a field name, in the candidates' order."""
    found: dict[str, Descriptor] = {}
    for candidate in spec.candidates(level.revision):
        for first in level.by_name.get(candidate, ())[:1]:
            found.setdefault(first.id, first)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class ReadField:
    """A field, or one part of it, and the champs that are named for it.

    Attributes:
        spec: How it is read, from one of its champs.
        whole: Whether it is the field itself: a part may be missing where the field is not.
        champs: The champs of the level that it names, in order.
    """

    spec: FieldSpec
    whole: bool
    champs: tuple[Descriptor, ...]


def reads(level: FormLevel, specs: Iterable[FieldSpec]) -> Iterator[ReadField]:
    """How each field is read here: by its candidates, or by its parts where none of these is."""
    for spec in specs:
        champs = matched(level, spec)
        if champs or spec.source is None:
            yield ReadField(spec, whole=True, champs=champs)
        else:
            yield from (
                ReadField(one, whole=False, champs=matched(level, one)) for one in parts(spec)
            )


def reworded(
    level: FormLevel,
    spec: FieldSpec | AnnotationSpec,
    *,
    taken: Collection[str],
    known: ReviewedForm,
) -> tuple[Descriptor, ...]:
    """The champs that no field takes and that were reviewed under a label of this one."""
    labels = {one for one in spec.candidates(level.revision) if not one.isdigit()}
    return tuple(
        one
        for one in asking(level)
        if one.id not in taken and not labels.isdisjoint(known.normal_labels(one.id))
    )


def usurped(one: Descriptor, spec: FieldSpec | AnnotationSpec, *, baseline: DriftBaseline) -> str:
    """The champ that was reviewed under the label by which another one is taken now, or ""."""
    known, homes = baseline.known, baseline.homes
    label = normalise_label(one.label)
    if one.id in spec.champs or label not in spec.champs or label in known.normal_labels(one.id):
        return ""
    return next(
        (
            other
            for other in known.champs
            if label in known.normal_labels(other)
            and other not in spec.champs
            and homes.get(other) == homes.get(one.id)
        ),
        "",
    )


def homes(revisions: Iterable[Revision]) -> dict[str, str]:
    """Where each champ of the form stands: "", "annotations", or the id of its repetition."""
    found: dict[str, str] = {}
    for revision in revisions:
        found |= dict.fromkeys((one.id for one in revision.annotations), "annotations")
        for one in revision.champs:
            found |= {one.id: "", **dict.fromkeys((child.id for child in one.children), one.id)}
    return found
