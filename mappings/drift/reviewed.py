"""The form as a person last reviewed it: what drift is measured against.

``formulaire-relu.yaml`` stands beside the mapping file; ``unc mapping accept`` writes it. Without
it, the oldest revision that was read stands for the reviewed form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from datafiles.file import DataFile
from french.text import normalise_label
from mappings.dossier.revision import NO_ANSWER, Descriptor, Revision, flatten

FILE_NAME = "formulaire-relu.yaml"
_HEADER = """\
# Le formulaire de la démarche tel qu'une personne l'a relu : libellés, types, options et caractère
# obligatoire de chaque champ, révision après révision. `unc doctor` et chaque passage comparent la
# démarche à ce fichier. Il est écrit par `unc mapping accept`, après relecture des écarts.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What was reviewed of one champ, over all revisions.

    Attributes:
        labels: Labels it has had.
        types: Types it has had.
        required: Whether it was required, and whether it was not.
        options: Options it has had.
        removed: Those of them that the last reviewed revision no longer has.
    """

    labels: tuple[str, ...]
    types: tuple[str, ...]
    required: tuple[bool, ...]
    options: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewedForm:
    """What a person has reviewed.

    Attributes:
        champs: Champs and annotations by stable id.
        absent: Fields (``rows.field`` in rows) that some revision rightly lacks.
        accepted: Whether a person accepted it; else it is only the oldest revision.
    """

    champs: Mapping[str, Known] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    accepted: bool = False

    def normal_labels(self, champ: str) -> frozenset[str]:
        """Labels that a champ was reviewed under, as they are looked up; none if it was not."""
        known = self.champs.get(champ)
        return frozenset(map(normalise_label, known.labels)) if known else frozenset()


class _KnownModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    labels: list[str]
    types: list[str]
    required: list[bool]
    options: list[str] = []
    removed: list[str] = []


class _ReviewedModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    champs: dict[int, _KnownModel]
    absent: list[str] = []


def parse_reviewed(text: str, *, source: str) -> ReviewedForm:
    """The reviewed form that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    model = DataFile(text, source=source).validate(_ReviewedModel)
    return ReviewedForm(
        champs={
            str(number): Known(
                labels=tuple(known.labels),
                types=tuple(known.types),
                required=tuple(known.required),
                options=tuple(known.options),
                removed=tuple(known.removed),
            )
            for number, known in model.champs.items()
        },
        absent=frozenset(model.absent),
        accepted=True,
    )


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
        }
    out = StringIO()
    yaml = YAML()
    yaml.width = 4096  # a label stays on its line
    yaml.dump({"champs": champs, "absent": sorted(reviewed.absent)}, out)
    return _HEADER + out.getvalue()


def review(
    revisions: Sequence[Revision],
    *,
    absent: Iterable[str] = (),
    earlier: ReviewedForm | None = None,
) -> ReviewedForm:
    """What a person reviews by accepting these revisions, added to what was reviewed before.

    Args:
        revisions: From the oldest to the newest.
        absent: Fields that some revision rightly lacks.
        earlier: What was reviewed before.
    """
    champs: dict[str, Known] = dict(earlier.champs) if earlier else {}
    for revision in revisions:
        for one in flatten((*revision.champs, *revision.annotations)):
            if one.type not in NO_ANSWER and one.id.isdigit():
                champs[one.id] = _joined(champs.get(one.id), one)
    return ReviewedForm(
        champs=champs,
        absent=frozenset(absent) | (earlier.absent if earlier else frozenset()),
        accepted=True,
    )


def first_seen(revisions: Sequence[Revision]) -> ReviewedForm:
    """What stands for the reviewed form where none was: the oldest revision."""
    return ReviewedForm(champs=review(revisions[:1]).champs)


def options_of(descriptor: Descriptor) -> tuple[str, ...]:
    """The options of a list, those of linked lists without their headings (``--heading--``)."""
    return tuple(one.strip("-") if one.startswith("--") else one for one in descriptor.options)


def _joined(known: Known | None, one: Descriptor) -> Known:
    options = options_of(one)
    if known is None:
        return Known((one.label,), (one.type,), (one.required,), options)
    every = tuple(dict.fromkeys((*known.options, *options)))
    return Known(
        labels=tuple(dict.fromkeys((*known.labels, one.label))),
        types=tuple(dict.fromkeys((*known.types, one.type))),
        required=tuple(dict.fromkeys((*known.required, one.required))),
        options=every,
        removed=tuple(option for option in every if option not in options),
    )
