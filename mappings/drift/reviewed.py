"""The form as a person last reviewed it: what drift is measured against.

``formulaire-relu.yaml`` stands beside the mapping file; ``unc mapping adopt``, ``accept`` and
``absent`` write it. Without it, the oldest revision that was read stands for the reviewed form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from io import StringIO
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from datafiles.file import DataFile
from french.text import normalise_label
from mappings.dossier.revision import Descriptor

Told = TypeVar("Told", str, bool)
FILE_NAME = "formulaire-relu.yaml"
_KEY = 8
_HEADER = """\
# Le formulaire de la démarche tel qu'une personne l'a relu : libellés, aides, types, options et
# caractère obligatoire de chaque champ, titres et explications au-dessus, conditions (le dernier de
# chaque liste est le dernier relu ; ceux d'avant demandent la même chose), et comment il était lu.
# `unc doctor` et chaque passage comparent la démarche à ce fichier. Il est écrit par
# `unc mapping accept`, après relecture des écarts ; par `unc mapping same`, pour une question
# qu'une révision d'avant posait autrement ; par `unc mapping absent`, pour une donnée que ce
# formulaire ne demande pas, avec la raison et le nom de qui l'a dit ; par `unc mapping adopt`, qui
# permet d'écrire sur DS et de diffuser au réseau.
"""


@dataclass(frozen=True, slots=True)
class ReviewedChamp:
    """What was reviewed of one champ: of each list, the last one is what was last reviewed.

    Attributes:
        labels: Labels under which it asks the same.
        types: Types it has had.
        required: Whether it was required, and whether it was not.
        options: Options it has had.
        removed: Those of them that the last reviewed revision no longer has.
        helps: Helps with which it asks the same; none where no help was reviewed.
        sections: What stands above it (:func:`mappings.dossier.revision.sections`) with which it
            asks the same; none where that was not reviewed.
        conditions: When it is shown, likewise; none where DS did not say.
        bare: Whether explications were no part of what stands above it, nor what stood there in
            revisions before.
        read: How the mapping read it (:mod:`mappings.drift.reviewing`); ``None`` where that was
            not kept.
        formerly: The words in which it was reviewed while the mapping read it otherwise
            (:meth:`mappings.drift.wording.ChampWording.digest`), by how it did.
    """

    labels: tuple[str, ...]
    types: tuple[str, ...]
    required: tuple[bool, ...]
    options: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    bare: bool = False
    read: str | None = None
    formerly: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def last(self, told: tuple[Told, ...]) -> tuple[Told, ...]:
        """What was last reviewed of a list; the whole list where its order was not kept yet.

        That is so of a file of before helps and headings: its last label may be an earlier one.
        """
        return told[-1:] if self.sections else told

    @property
    def now(self) -> frozenset[str]:
        """Its options in the last reviewed revision."""
        return frozenset(self.options) - frozenset(self.removed)


@dataclass(frozen=True, slots=True)
class Absence:
    """A person said that the form does not ask something: why, who and when."""

    reason: str = ""
    by: str = ""
    on: date | None = None

    @property
    def signed(self) -> bool:
        """Whether there are a reason and a name; a list of names of fields has neither."""
        return bool(self.reason and self.by)


@dataclass(frozen=True, slots=True)
class SaidOfBefore:
    """A person said whether a question asked the same in words that it had before.

    Attributes:
        path: The field that it gives.
        words: Those words, as they were shown.
        same: Whether it asked the same; else its answers of then stay unread, and that is settled.
        reason: Why.
        by: Who said so.
        on: When.
        added: In a file of before, what became reviewed by it, so that it can be taken back: values
            by champ and attribute of :class:`ReviewedChamp`.
        champ: The champ that asked it.
        wording: Names all of its words (:meth:`mappings.drift.wording.ChampWording.digest`): it
            holds for these and no others.
        key: Names what was shown of them.
    """

    path: str
    words: str
    same: bool
    reason: str
    by: str
    on: date
    added: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    champ: str = ""
    wording: str = ""
    key: str = ""

    @property
    def told(self) -> str:
        """What was said, why, by whom and when, in French."""
        what = "demandait la même chose" if self.same else "demandait autre chose"
        return f"{what} : {self.reason} — {self.by} le {self.on:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class Adoption:
    """A person adopted a form: the bridge may write to it, and hand out what it says.

    Attributes:
        by: Who.
        on: When.
        demarche: Number of the démarche; ``None`` for any that has the form that was reviewed.
        revision: Number of the revision that was adopted; "" with no démarche.
        mapping: What the mapping said of each field, in short
            (:func:`mappings.adoption.meaning.meanings_of`); nothing where that was not kept.
        since: The day when what a version of before did not keep with it was taken as it was then:
            nobody looked at it; ``None`` where all was kept.
    """

    by: str
    on: date
    demarche: int | None = None
    revision: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None

    @property
    def told(self) -> str:
        """Which form, by whom and when, and what counts as adopted with it, in French."""
        what = f"révision {self.revision}" if self.revision else "le formulaire relu"
        told = f"{what}, par {self.by} le {self.on:%d/%m/%Y}"
        if self.since is None:
            return told
        return (
            f"{told} (adoption d'une version d'avant : ce qu'elle ne gardait pas compte comme"
            f" adopté tel qu'il était le {self.since:%d/%m/%Y} ; relu une fois, `unc mapping adopt`"
            " l'adopte)"
        )


@dataclass(frozen=True, slots=True)
class ReviewedForm:
    """What a person has reviewed.

    Attributes:
        champs: Champs and annotations by stable id.
        absent: Fields (``rows.field`` in rows) that some revision rightly lacks.
        accepted: Whether a person accepted it; else it is only the oldest revision.
        adopted: Who adopted which form, from the first.
        before: What was said of words that questions had before.
    """

    champs: Mapping[str, ReviewedChamp] = field(default_factory=dict)
    absent: Mapping[str, Absence] = field(default_factory=dict)
    accepted: bool = False
    adopted: tuple[Adoption, ...] = ()
    before: tuple[SaidOfBefore, ...] = ()

    def normal_labels(self, champ: str) -> frozenset[str]:
        """Labels that a champ was reviewed under, as they are looked up; none if it was not."""
        known = self.champs.get(champ)
        return frozenset(map(normalise_label, known.labels)) if known else frozenset()

    @property
    def settled(self) -> frozenset[str]:
        """Fields that a person said, with a reason, that the form does not ask."""
        return frozenset(path for path, one in self.absent.items() if one.signed)


class _KnownModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    labels: list[str] = Field(min_length=1)
    types: list[str] = Field(min_length=1)
    required: list[bool] = Field(min_length=1)
    options: list[str] = []
    removed: list[str] = []
    helps: list[str] = []
    sections: list[str] = []
    conditions: list[str] = []
    section: str | None = None
    condition: str | None = None
    read: str | None = None
    formerly: dict[str, list[str]] = {}

    @property
    def above(self) -> list[str]:
        """What stands above it; a file of before explications has one chain of headings."""
        return self.sections or ([] if self.section is None else [self.section])

    @property
    def shown(self) -> list[str]:
        """When it is shown; a file of before explications has one condition."""
        return self.conditions or ([] if self.condition is None else [self.condition])


class _AbsenceModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)
    on: date | None = None


class _AdoptionModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    by: str = Field(min_length=1)
    on: date
    demarche: int | None = None
    revision: str | int = ""
    mapping: dict[str, str] = {}
    since: date | None = None


class _SaidOfBeforeModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    field: str = Field(min_length=1)
    words: str
    same: bool
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)
    on: date
    added: dict[int, dict[str, list[str]]] = {}
    champ: str = ""
    wording: str = ""
    key: str = ""


class _ReviewedModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    champs: dict[int, _KnownModel]
    absent: dict[str, _AbsenceModel] | list[str] = {}
    adopted: list[_AdoptionModel] = []
    before: list[_SaidOfBeforeModel] = []


def parse_reviewed(text: str, *, source: str) -> ReviewedForm:
    """The reviewed form that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    model = DataFile(text, source=source).validate(_ReviewedModel)
    return ReviewedForm(
        champs={
            str(number): ReviewedChamp(
                labels=tuple(known.labels),
                types=tuple(known.types),
                required=tuple(known.required),
                options=tuple(known.options),
                removed=tuple(known.removed),
                helps=tuple(known.helps or ([""] if known.above else [])),
                sections=tuple(known.above),
                conditions=tuple(known.shown),
                bare=known.section is not None,
                read=known.read,
                formerly={read: tuple(words) for read, words in known.formerly.items()},
            )
            for number, known in model.champs.items()
        },
        absent=_absences(model.absent),
        accepted=True,
        adopted=tuple(
            Adoption(one.by, one.on, one.demarche, str(one.revision), one.mapping, one.since)
            for one in model.adopted
        ),
        before=tuple(_said_of_before(one) for one in model.before),
    )


def _said_of_before(one: _SaidOfBeforeModel) -> SaidOfBefore:
    added = {
        str(champ): {name: tuple(values) for name, values in some.items()}
        for champ, some in one.added.items()
    }
    signed = one.same, one.reason, one.by, one.on
    return SaidOfBefore(one.field, one.words, *signed, added, one.champ, one.wording, one.key)


def _absences(told: dict[str, _AbsenceModel] | list[str]) -> dict[str, Absence]:
    """Absences by field; a list of names was written before a reason and a name were asked."""
    if isinstance(told, list):
        return dict.fromkeys(told, Absence())
    return {path: Absence(one.reason, one.by, one.on) for path, one in told.items()}


def dump_reviewed(reviewed: ReviewedForm) -> str:
    """The text of the file."""
    champs: dict[Any, Any] = {}
    for number, known in sorted(reviewed.champs.items(), key=lambda one: int(one[0])):
        champs[int(number)] = {
            "labels": list(known.labels),
            "types": list(known.types),
            "required": list(known.required),
            **({"options": list(known.options)} if known.options else {}),
            **({"removed": list(known.removed)} if known.removed else {}),
            **({"helps": list(known.helps)} if any(known.helps) else {}),
            **_around(known),
            **({} if known.read is None else {"read": known.read}),
            **_formerly(known),
        }
    out = StringIO()
    yaml = YAML()
    yaml.width = 4096  # a label stays on its line
    told = {
        "champs": champs,
        "absent": _absent(reviewed),
        "adopted": _adopted(reviewed),
        "before": _before(reviewed),
    }
    yaml.dump({key: value for key, value in told.items() if value or key == "champs"}, out)
    return _HEADER + out.getvalue()


def _around(known: ReviewedChamp) -> dict[str, Any]:
    if known.bare:
        last = {"section": known.sections[-1:], "condition": known.conditions[-1:]}
        return {name: told[0] for name, told in last.items() if told}
    several = {"sections": known.sections, "conditions": known.conditions}
    return {name: list(told) for name, told in several.items() if told}


def _formerly(known: ReviewedChamp) -> dict[str, Any]:
    told = {read: list(words) for read, words in known.formerly.items()}
    return {"formerly": told} if told else {}


def _absent(reviewed: ReviewedForm) -> Any:
    absent = dict(sorted(reviewed.absent.items()))
    if not all(one.signed for one in absent.values()):
        return list(absent)
    return {
        path: {"reason": one.reason, "by": one.by, **({"on": one.on} if one.on else {})}
        for path, one in absent.items()
    }


def _adopted(reviewed: ReviewedForm) -> Any:
    return [
        {
            "by": one.by,
            "on": one.on,
            **({"demarche": one.demarche, "revision": one.revision} if one.demarche else {}),
            **({"mapping": dict(one.mapping)} if one.mapping else {}),
            **({"since": one.since} if one.since else {}),
        }
        for one in reviewed.adopted
    ]


def _before(reviewed: ReviewedForm) -> Any:
    return [
        {
            "field": one.path,
            "words": one.words,
            "same": one.same,
            "reason": one.reason,
            "by": one.by,
            "on": one.on,
            **({"added": _added(one)} if one.added else {}),
            **{
                name: told
                for name, told in (("champ", one.champ), ("wording", one.wording), ("key", one.key))
                if told
            },
        }
        for one in reviewed.before
    ]


def _added(one: SaidOfBefore) -> Any:
    return {
        int(champ): {name: list(values) for name, values in some.items()}
        for champ, some in one.added.items()
    }


def key_of_words(before: str, after: str = "") -> str:
    """A short name of what is shown of words of before, beside those of now."""
    return sha256(f"{before}\0{after}".encode()).hexdigest()[:_KEY]


def options_of(descriptor: Descriptor) -> tuple[str, ...]:
    """The options of a list, those of linked lists without their headings (``--heading--``)."""
    return tuple(one.strip("-") if one.startswith("--") else one for one in descriptor.options)
