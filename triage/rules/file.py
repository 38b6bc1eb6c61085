"""A rule-set's file, read and checked: every field known, every check and test fit for its type."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from datafiles.file import DataFile, DataFileError
from mappings.schema.model import FieldSpec, FieldType, FormMapping
from mappings.schema.names import FIELD_NAMES
from triage.rules.checks import Check, OtherCheck
from triage.rules.conditions import Condition
from triage.rules.model import (
    Band,
    ContradictionWarning,
    EarlierWarning,
    OnlyWarning,
    OutsideWarning,
    Part,
    PatientDataWarning,
    RowWarning,
    RuleSet,
    TooEarlyWarning,
)
from triage.rules.public_facts import PUBLIC_FACTS

Path = tuple[int | str, ...]

_NUMBERS: frozenset[FieldType] = frozenset({"integer", "decimal"})
_DATES: frozenset[FieldType] = frozenset({"date", "datetime"})
_TEXTS: frozenset[FieldType] = frozenset({"text", "choice"})
_CHECKED: Mapping[str, frozenset[FieldType]] = {
    "siret": frozenset({"company", "text"}),
    "email": _TEXTS,
    "phone": _TEXTS,
    "cip13": _TEXTS,
    "digits": _TEXTS | {"company"},
    "differs_from": _TEXTS,
    "differs_in_words": _TEXTS,
    "positive": _NUMBERS,
    "not_negative": _NUMBERS,
    "at_most": _NUMBERS,
    "not_itself": frozenset({"integer"}),
    "earlier_dossier": frozenset({"integer"}),
    "not_after_deposit": _DATES,
    "not_after_submission": _DATES,
    "not_earlier_than": _DATES,
    "not_before": _DATES,
}
_TESTED: Mapping[str, frozenset[FieldType]] = {
    "equals": frozenset({"yes_no", "checkbox", "choice"}),
    "is_in": _TEXTS,
    "not_in": _TEXTS,
    "includes_any": frozenset({"choices"}),
    "includes_other_than": frozenset({"choices"}),
    "includes_none": frozenset({"choices"}),
    "only": frozenset({"choices"}),
    "at_least": _NUMBERS,
    "more_than": _NUMBERS | _DATES,
}


@dataclass(frozen=True, slots=True)
class Use:
    """A field that a rule-set names.

    Attributes:
        path: Place in the file.
        name: The field.
        known: Fields that may be named there.
        types: Types that it may have; empty for any.
        what: What is asked of it, for a message.
    """

    path: Path
    name: str
    known: Mapping[str, FieldSpec]
    types: frozenset[FieldType] = frozenset()
    what: str = ""

    def problem(self) -> str:
        """What is wrong with it, in French; empty when nothing is."""
        if self.name not in self.known:
            return f"le champ « {self.name} » n'existe pas dans la correspondance"
        kind = self.known[self.name].type
        if self.types and kind not in self.types:
            wanted = ", ".join(sorted(FIELD_NAMES[one] for one in self.types))
            return (
                f"« {self.what} » ne convient pas à « {self.name} » ({FIELD_NAMES[kind]}) ;"
                f" attendu : {wanted}"
            )
        return ""


def parse_ruleset(text: str, *, source: str, mapping: FormMapping) -> RuleSet:
    """The rule-set that a file's text states, fit for a mapping.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    rules = file.validate(RuleSet)
    problems = [
        file.problem(use.path, problem)
        for use in uses(rules, mapping)
        if (problem := use.problem())
    ]
    problems += [file.problem(path, sentence) for path, sentence in _structure(rules)]
    if problems:
        raise DataFileError(problems)
    return rules.model_copy(update={"digest": file.digest})


def uses(rules: RuleSet, mapping: FormMapping) -> Iterator[Use]:
    """Every use of a field, with what is asked of it."""
    top = mapping.fields
    for index, scope in enumerate(rules.scope):
        yield Use(("scope", index, "field"), scope.field, top, frozenset({"yes_no"}), "out")
    for index, item in enumerate(rules.items):
        place: Path = ("items", index)
        yield from _condition(item.when, (*place, "when"), top)
        for number, part in enumerate(item.parts):
            yield from _part(part, (*place, "parts", number), top)
    weighing = {**PUBLIC_FACTS, **top}
    for index, criterion in enumerate(rules.priority.criteria):
        yield from _condition(criterion.when, ("priority", "criteria", index, "when"), weighing)
    for index, level in enumerate(rules.priority.levels):
        yield from _condition(level.when, ("priority", "levels", index, "when"), weighing)
    for index, fact in enumerate(rules.priority.unknown or ()):
        place = ("priority", "unknown", index)
        yield Use((*place, "field"), fact.field, top)
        yield from _condition(fact.when, (*place, "when"), top)
        for name in fact.questions:
            yield Use((*place, "questions"), name, top)
    for name in rules.narratives or ():
        yield Use(("narratives",), name, top, frozenset({"text"}), "narratives")
    yield from _warnings(rules, top)


def _part(part: Part, place: Path, top: Mapping[str, FieldSpec]) -> Iterator[Use]:
    rows: frozenset[FieldType] = frozenset({"rows"})
    ticked: frozenset[FieldType] = frozenset({"checkbox", "yes_no"})
    files: frozenset[FieldType] = frozenset({"files"})
    if part.rows:
        yield Use((*place, "rows"), part.rows, top, rows, "rows")
    else:
        wanted = ticked if part.ticked else files if part.infected else frozenset()
        what = "ticked" if part.ticked else "infected"
        yield Use((*place, "field"), part.field, top, wanted, what)
    yield from _condition(part.when, (*place, "when"), top)
    inner = _inside(part.rows, top)
    for name in (part.each, *part.some):
        if name:
            yield Use((*place, "each" if part.each else "some"), name, inner)
    yield from _condition(part.when_row, (*place, "when_row"), inner)
    known = inner if part.rows else top
    for index, check in enumerate(part.checks):
        yield from _check(
            check, part.each or part.field, place=(*place, "checks", index), known=known
        )


def _inside(rows: str, top: Mapping[str, FieldSpec]) -> Mapping[str, FieldSpec]:
    return top[rows].fields if rows in top else top


def _check(
    check: Check, subject: str, *, place: Path, known: Mapping[str, FieldSpec]
) -> Iterator[Use]:
    types = _CHECKED[check.check]
    yield Use((*place, "check"), subject, known, types, check.check)
    if isinstance(check, OtherCheck):
        yield Use((*place, "other"), check.other, known, types, check.check)


def _condition(
    condition: Condition | None, place: Path, known: Mapping[str, FieldSpec]
) -> Iterator[Use]:
    if condition is None:
        return
    if condition.field:
        test = next(iter(condition.model_fields_set - {"field"}))
        types = _TESTED[test]
        if isinstance(condition.equals, bool):
            types = frozenset({"yes_no", "checkbox"})
        elif test == "equals":
            types = _TEXTS
        yield Use((*place, "field"), condition.field, known, types, test)
        if condition.more_than:
            yield Use((*place, "more_than"), condition.more_than, known, types, test)
    for key in ("all", "any"):
        for index, part in enumerate(getattr(condition, key) or ()):
            yield from _condition(part, (*place, key, index), known)


def _warnings(rules: RuleSet, top: Mapping[str, FieldSpec]) -> Iterator[Use]:
    for index, warning in enumerate(rules.warnings):
        place: Path = ("warnings", index)
        match warning:
            case OutsideWarning() | TooEarlyWarning():
                types = _NUMBERS if isinstance(warning, OutsideWarning) else _DATES
                for name in warning.fields:
                    yield Use((*place, "fields"), name, top, types, warning.check)
            case RowWarning():
                yield Use((*place, "rows"), warning.rows, top, frozenset({"rows"}), "rows")
                inner = _inside(warning.rows, top)
                yield from _condition(warning.when_row, (*place, "when_row"), inner)
                yield from _check(warning.test, warning.each, place=(*place, "test"), known=inner)
            case OnlyWarning():
                yield Use((*place, "rows"), warning.rows, top, frozenset({"rows"}), "rows")
                yield Use((*place, "each"), warning.each, _inside(warning.rows, top))
                yield from _condition(warning.when, (*place, "when"), top)
            case ContradictionWarning():
                yield from _condition(warning.when, (*place, "when"), top)
            case EarlierWarning() | PatientDataWarning():
                key = "fields" if isinstance(warning, EarlierWarning) else "exclude"
                for name in getattr(warning, key):
                    yield Use((*place, key), name, top)


def _structure(rules: RuleSet) -> Iterator[tuple[Path, str]]:
    """What no single key shows: ids that stand twice, levels and bands that leave a hole."""
    for key in ("items", "warnings"):
        seen: set[str] = set()
        for index, one in enumerate(getattr(rules, key)):
            if one.id in seen:
                yield (key, index, "id"), f"« {one.id} » est déjà défini"
            seen.add(one.id)
    yield from _bands(rules.bands)
    levels = rules.priority.levels
    if not levels or not levels[-1].always:
        yield ("priority", "levels"), "le dernier niveau doit être sans condition"
    known = {criterion.id for criterion in rules.priority.criteria}
    for index, level in enumerate(levels):
        for name in level.one_of:
            if name not in known:
                yield ("priority", "levels", index, "one_of"), f"le critère « {name} » n'existe pas"


def _bands(bands: Sequence[Band]) -> Iterator[tuple[Path, str]]:
    """Bands go down to 0: one out of order is a slip that would move the limits of others."""
    for index, (one, following) in enumerate(pairwise(bands), start=1):
        if following.lowest >= one.lowest:
            sentence = (
                f"« {following.name} » part de {following.lowest} ; moins de {one.lowest} est"
                " attendu : les bandes vont de la plus haute à la plus basse"
            )
            yield ("bands", index, "from"), sentence
    if not bands or bands[-1].lowest != 0:
        place: Path = ("bands", len(bands) - 1, "from") if bands else ("bands",)
        yield place, "la dernière bande doit commencer à 0"
