"""Defects that DS's own form could keep from being made: counted, each with its remedy.

Pure. Which means DS has against which defect is data (``source.yaml``).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from datafiles.file import DataFile, DataFileError
from french.text import normalise_label
from mappings.dossier.revision import Descriptor, Revision
from mappings.schema.model import FieldSpec, FormMapping
from triage.rules.model import RuleSet

Means: TypeAlias = Literal[
    "referentiel", "obligatoire", "type", "condition", "ineligibilite", "consigne"
]
MEANS: Mapping[Means, str] = {
    "referentiel": "champ référentiel",
    "obligatoire": "question obligatoire",
    "type": "type de la question",
    "condition": "condition d'affichage",
    "ineligibilite": "règle d'inéligibilité",
    "consigne": "consigne sous la question",
}
"""The means of DS as its administrators read them."""
InPlace: TypeAlias = bool | None
"""Whether a means is there already; ``None``: DS's API does not tell."""
VERDICTS = {
    "missing": "absent",
    "invalid": "invalide",
    "insufficient": "insuffisant",
    "out": "hors champ",
    "unanswered": "sans réponse",
}
_FAULTS = ("missing", "invalid", "insufficient")
_SCOPE = ("out", "unanswered")


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Remedy(_Rule):
    """One means of DS against some defects: see ``source.yaml``."""

    verdicts: tuple[Literal["missing", "invalid", "insufficient", "out", "unanswered"], ...] = (
        Field(min_length=1)
    )
    fields: tuple[str, ...] = ()
    means: Means
    types: tuple[str, ...] = ()
    remedy: str


class Remedies(_Rule):
    """The whole file: remedies by item, and by question of the scope."""

    version: str
    scope: Mapping[str, tuple[Remedy, ...]] = {}
    defects: Mapping[str, tuple[Remedy, ...]]


@dataclass(frozen=True, slots=True)
class Deposit:
    """The first verdict on a dossier: what its declarant handed in.

    Attributes:
        month: Month of its deposit, ``2026-11``.
        detail: The verdict, as it is kept.
    """

    month: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """One kind of defect.

    Attributes:
        item: Item of the rule-set; "" for a question of the scope.
        field: Field at fault, a cell as ``rows.field``.
        verdict: Missing, invalid, insufficient; of the scope, out or unanswered.
    """

    item: str
    field: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Prevention:
    """A means against a defect, and whether the form has it already."""

    means: Means
    remedy: str
    in_place: InPlace


@dataclass(frozen=True, slots=True)
class DefectLine:
    """A kind of defect with how often it was made and what would prevent it.

    Attributes:
        defect: The defect.
        name: What it is, in French.
        dossiers: Dossiers that had it when they were first judged.
        months: How many by month of deposit.
        answers: Means of DS, the surest first; none: nothing of DS prevents it.
    """

    defect: Defect
    name: str
    dossiers: int
    months: Mapping[str, int]
    answers: tuple[Prevention, ...]


def parse_remedies(text: str, *, source: str, mapping: FormMapping, rules: RuleSet) -> Remedies:
    """Read and check the file.

    Raises:
        DataFileError: With one line for each problem: an item or a field that is none, a verdict
            that cannot be there.
    """
    file = DataFile(text, source=source)
    found = file.validate(Remedies)
    items = {one.id for one in rules.items}
    scope = {one.field for one in rules.scope}
    known = {*mapping.fields, *(path for name in mapping.fields for path in _cells(name, mapping))}
    problems = [
        file.problem((part, name), f"« {name} » n'est pas dans le référentiel en vigueur")
        for part, there, listed in (
            ("defects", items, found.defects),
            ("scope", scope, found.scope),
        )
        for name in listed
        if name not in there
    ]
    for part, name, place, one in _each(found):
        path = (part, name, place)
        allowed = _SCOPE if part == "scope" else _FAULTS
        problems += [
            file.problem((*path, "verdicts"), f"« {verdict} » ne convient pas ici")
            for verdict in one.verdicts
            if verdict not in allowed
        ]
        problems += [
            file.problem((*path, "fields"), f"le champ « {field} » n'existe pas")
            for field in one.fields
            if field not in known
        ]
    if problems:
        raise DataFileError(problems)
    return found


def _each(found: Remedies) -> Iterator[tuple[str, str, int, Remedy]]:
    for part, listed in (("scope", found.scope), ("defects", found.defects)):
        for name, remedies in listed.items():
            for place, one in enumerate(remedies):
                yield part, name, place, one


def _cells(name: str, mapping: FormMapping) -> Iterator[str]:
    yield from (f"{name}.{child}" for child in mapping.fields[name].fields)


def counted(
    deposits: Iterable[Deposit],
    remedies: Remedies,
    *,
    mapping: FormMapping,
    rules: RuleSet,
    form: Revision | None,
) -> tuple[DefectLine, ...]:
    """Defects by how many dossiers had them, the commonest first.

    Args:
        deposits: First verdicts.
        remedies: What DS can do.
        mapping: Mapping of the form.
        rules: Rule-set in force, for the names of items.
        form: The form as it is now; ``None`` when it was not read.
    """
    months: dict[Defect, Counter[str]] = {}
    for deposit in deposits:
        for defect in set(defects_of(deposit.detail)):
            months.setdefault(defect, Counter())[deposit.month] += 1
    names = {item.id: item.name for item in rules.items}
    present = _present(form, mapping)
    lines = [
        DefectLine(
            defect=defect,
            name=_named(defect, names, mapping),
            dossiers=by_month.total(),
            months=dict(sorted(by_month.items())),
            answers=tuple(
                Prevention(one.means, one.remedy, present(one, defect.field))
                for one in _against(defect, remedies)
            ),
        )
        for defect, by_month in months.items()
    ]
    return tuple(sorted(lines, key=lambda one: (-one.dossiers, one.defect)))


def defects_of(detail: Mapping[str, Any]) -> Iterator[Defect]:
    """The defects that a verdict tells."""
    for item in detail.get("items", ()):
        if item["verdict"] not in _FAULTS:
            continue
        faults = item.get("faults") or ()
        for fault in faults:
            field = f"{fault['rows']}.{fault['field']}" if fault.get("rows") else fault["field"]
            yield Defect(item["id"], field, fault["verdict"])
        if not faults:  # a verdict of before they were kept
            yield Defect(item["id"], "", item["verdict"])
    if refused := detail.get("out_of_scope"):
        yield Defect("", refused["field"], "out")
    for asked in detail.get("unanswered_scope", ()):
        yield Defect("", asked["field"], "unanswered")


def _against(defect: Defect, remedies: Remedies) -> Iterator[Remedy]:
    listed = remedies.defects.get(defect.item, ())
    if not defect.item:
        listed = remedies.scope.get(defect.field, ())
    for one in listed:
        concerned = not one.fields or not defect.field or defect.field in one.fields
        if defect.verdict in one.verdicts and concerned:
            yield one


def _named(defect: Defect, names: Mapping[str, str], mapping: FormMapping) -> str:
    """« M3 Code CIS, code CIS : invalide »."""
    rows, _, cell = defect.field.partition(".")
    spec: FieldSpec | None = mapping.fields.get(rows)
    if spec and cell:
        spec = spec.fields.get(cell)
    told = spec.title if spec else ""
    item = f"{defect.item} {names.get(defect.item, '')}".strip()
    same = told.casefold() == names.get(defect.item, "").casefold()
    what = item if same or not told else f"{item}, « {told} »" if item else f"« {told} »"
    return f"{what} : {VERDICTS[defect.verdict]}"


def _present(form: Revision | None, mapping: FormMapping) -> Callable[[Remedy, str], InPlace]:
    """Tells whether the form has a means already."""

    def told(one: Remedy, field: str) -> InPlace:
        rows, _, cell = field.partition(".")
        spec = mapping.fields.get(rows)
        block = _asked(spec, form.champs) if spec and form else None
        asked = block
        if spec and cell and block:
            asked = _asked(spec.fields.get(cell), block.children)
        if asked is None:
            return None
        match one.means:
            case "obligatoire":
                return asked.required
            case "referentiel":
                beside = block.children if block and cell else ()
                return any(other.type in one.types for other in (asked, *beside))
            case "type" if one.types:
                return asked.type in one.types
            case _:
                return None  # a setting that the API does not show

    return told


def _asked(spec: FieldSpec | None, listed: Sequence[Descriptor]) -> Descriptor | None:
    if spec is None:
        return None
    keys = {key: one for one in listed for key in (one.id, normalise_label(one.label))}
    return next((keys[name] for name in spec.champs if name in keys), None)
