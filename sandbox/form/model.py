"""The form: revisions, types of champ, and which champs a declarant sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sandbox.form.referentiel import Service

DECORATIVE = frozenset({"header_section", "explication"})


@dataclass(frozen=True, slots=True)
class TypeDeChamp:
    """One question of a revision, as the administrator wrote it.

    ``rows`` are those of the CSV that feeds a list, by id: a label, or what each column says,
    the first being the label; answers are ids. ``known`` are the codes that the service behind a
    référentiel knows, with the answers that it fills in; ``service`` is one that is asked over
    HTTP.
    """

    stable: str
    label: str
    kind: str
    required: bool = False
    description: str | None = None
    options: Any = None
    level: int = 1
    condition: Mapping[str, Any] | None = None
    children: tuple["TypeDeChamp", ...] = ()
    rows: Mapping[str, Any] | None = None
    other: bool = False
    nature: str = "NON_SPECIFIE"
    known: Mapping[str, Mapping[str, Any]] | None = None
    service: Service | None = None

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "TypeDeChamp":
        """Read one entry of a form file."""
        options = raw.get("options")
        if raw["type"] == "linked_drop_down_list" and isinstance(options, list):
            options = grouped(options)
        return cls(
            stable=str(raw["id"]),
            label=raw["label"],
            kind=raw["type"],
            required=raw.get("required", False),
            description=raw.get("description"),
            options=options,
            level=raw.get("level", 1),
            condition=raw.get("condition"),
            children=tuple(cls.from_json(child) for child in raw.get("children", ())),
            rows=raw.get("rows"),
            other=raw.get("other", False),
            nature=raw.get("nature", "NON_SPECIFIE"),
            known=raw.get("known"),
            service=Service.from_json(raw.get("service")),
        )

    @property
    def guarded(self) -> bool:
        """Whether its files are an identity document, which the API never shows."""
        return self.kind == "titre_identite" or self.nature == "TITRE_IDENTITE"

    def row_label(self, row: str) -> str:
        """Return what a row of its CSV is called, while the CSV has it; an option is its own."""
        found = (self.rows or {}).get(row, row)
        return str(next(iter(found.values()), "")) if isinstance(found, Mapping) else found

    def fills_in(self, answer: Any) -> Mapping[str, Any]:
        """Return the answers, by stable id, that the service behind a référentiel gives."""
        found = (self.known or {}).get(answer, {}) if isinstance(answer, str) else {}
        return {str(stable): value for stable, value in found.items()}

    def choices(self) -> list[str]:
        """Return the options in the flat order that descriptors show them; none of a CSV."""
        if isinstance(self.options, Mapping):
            return [
                line
                for primary, seconds in self.options.items()
                for line in (f"--{primary}--", *seconds)
            ]
        return list(self.options or ())


@dataclass(frozen=True)
class FormRevision:
    """One published version of the form."""

    id: int
    created_at: int
    champs: tuple[TypeDeChamp, ...]
    annotations: tuple[TypeDeChamp, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, number: int, created_at: int, raw: Mapping[str, Any]) -> "FormRevision":
        """Read one entry of ``revisions`` of a form file."""
        return cls(
            id=number,
            created_at=created_at,
            champs=tuple(TypeDeChamp.from_json(one) for one in raw["champs"]),
            annotations=tuple(TypeDeChamp.from_json(one) for one in raw["annotations"]),
            raw=raw,
        )

    @cached_property
    def by_id(self) -> dict[str, TypeDeChamp]:
        """Every question, annotations and those of repetitions included, by stable id."""
        return _by_id((*self.champs, *self.annotations))

    @cached_property
    def annotations_by_id(self) -> dict[str, TypeDeChamp]:
        """Annotations, and the champs of those that repeat, by stable id."""
        return _by_id(self.annotations)

    def visible_champs(self, answers: Mapping[str, Any]) -> list[TypeDeChamp]:
        """Return the champs whose condition holds, hidden ones counting as unanswered."""
        shown: list[TypeDeChamp] = []
        hidden: set[str] = set()
        for one in self.champs:
            if one.condition is None or holds(one.condition, answers, hidden):
                shown.append(one)
            else:
                hidden.add(one.stable)
        return shown


def grouped(options: Sequence[str]) -> dict[str, list[str]]:
    """The flat options of two linked lists: a line ``--A--`` opens the choices under A.

    A line before any of them is a choice with none under it.
    """
    found: dict[str, list[str]] = {}
    opened = False
    for line in options:
        if line.startswith("--") and line.endswith("--"):
            found[line.strip("-").strip()] = []
            opened = True
        elif opened:
            found[list(found)[-1]].append(line)
        else:
            found[line] = []
    return found


def _by_id(types: Sequence[TypeDeChamp]) -> dict[str, TypeDeChamp]:
    found = {}
    for one in types:
        found[one.stable] = one
        found.update((child.stable, child) for child in one.children)
    return found


def holds(condition: Mapping[str, Any], answers: Mapping[str, Any], hidden: set[str]) -> bool:
    """Say whether a condition is true; about an unanswered champ every condition is false."""
    source = str(condition["champ"])
    answer = None if source in hidden else answers.get(source)
    if answer is None or answer in ("", []):
        return False
    if "equals" in condition:
        return bool(answer == condition["equals"])
    if "not_equals" in condition:
        return bool(answer != condition["not_equals"])
    wanted = condition.get("includes_any", [condition.get("includes")])
    chosen = answer if isinstance(answer, list) else [answer]
    return any(one in chosen for one in wanted)
