"""A rule-set in French: its conditions, and what its levels and criteria want of a report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from french.text import agreed
from mappings.report.display import show
from mappings.schema.model import FieldSpec, FormMapping
from triage.rules.conditions import Condition
from triage.rules.model import PriorityLevel, RuleSet
from triage.rules.public_facts import PUBLIC_FACTS

PRIORITY, CRITERION, BAND = "Priorité", "Critère de priorité", "Niveau de complétude"
_BEST = 100


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the rules that verdicts are told in.

    Attributes:
        subject: What kind of word it is: ``PRIORITY``, ``CRITERION`` or ``BAND``.
        name: The word.
        meaning: What it wants of a report.
        versions: The rule-sets that define it so.
        kept: Names of what it rests on and only the agency reads.
    """

    subject: str
    name: str
    meaning: str
    versions: tuple[str, ...]
    kept: tuple[str, ...] = ()


def terms_of(rulesets: Sequence[RuleSet], mapping: FormMapping) -> tuple[Term, ...]:
    """The words of these rule-sets; one that they define alike stands once.

    One that the latest defines otherwise says until which day of deposit it held.

    Args:
        rulesets: The rule-sets.
        mapping: Names of what they ask.
    """
    rulesets = sorted(rulesets, key=lambda rules: rules.in_force_from)
    versions_in_order = [rules.version for rules in rulesets]
    found: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for rules in reversed(rulesets):
        for one in _defined(rules, mapping):
            found.setdefault(one, []).append(rules.version)

    def until(version: str) -> str:
        after = rulesets[versions_in_order.index(version) + 1 :][:1]
        day = f"{after[0].in_force_from:%d/%m/%Y}" if after else ""
        return f" (dossiers déposés avant le {day})" if day else ""

    order = {subject: at for at, subject in enumerate((PRIORITY, CRITERION, BAND))}
    terms = [
        Term(subject, name, meaning + until(versions[0]), tuple(reversed(versions)), kept)
        for (subject, name, meaning, kept), versions in found.items()
    ]
    return tuple(sorted(terms, key=lambda one: order[one.subject]))


def _defined(
    rules: RuleSet, mapping: FormMapping
) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    levels: dict[str, list[PriorityLevel]] = {}
    for level in rules.priority.levels:
        levels.setdefault(level.level, []).append(level)
    for name, ways in levels.items():
        told = " ; ou ".join(wanted(one, rules, mapping) for one in ways)
        yield PRIORITY, name, told, ()
    for criterion in rules.priority.criteria:
        asked = dict.fromkeys(criterion.when.fields())
        kept = tuple(title_of(one, mapping) for one in asked if _stays(one, mapping))
        yield CRITERION, criterion.name, _whole(criterion.when, mapping), kept
    above = _BEST + 1
    for band in sorted(rules.bands, key=lambda one: -one.lowest):
        told = f"score de {band.lowest} à {above - 1}"
        yield BAND, band.name, told, ()
        above = band.lowest


def wanted(level: PriorityLevel, rules: RuleSet, mapping: FormMapping) -> str:
    """What a level of priority wants of a report."""
    names = {criterion.id: criterion.name for criterion in rules.priority.criteria}
    alone = not (level.one_of or level.at_least)
    told = [(_whole if alone else words)(level.when, mapping)] if level.when else []
    if level.one_of:
        told.append("un critère parmi : " + ", ".join(names[one] for one in level.one_of))
    if level.at_least:
        told.append(f"au moins {agreed(level.at_least, 'critère')}")
    return " et ".join(told) or "quand aucun niveau précédent ne convient"


def _whole(condition: Condition, mapping: FormMapping) -> str:
    """A condition that nothing stands beside."""
    told = words(condition, mapping)
    return told[1:-1] if condition.all or condition.any else told


def words(condition: Condition, mapping: FormMapping) -> str:
    """A condition in French."""
    for parts, joint in ((condition.all, " et "), (condition.any, " ou ")):
        if parts is not None:
            return "(" + joint.join(words(part, mapping) for part in parts) + ")"
    title = title_of(condition.field, mapping)
    match condition:
        case Condition(equals=bool(answer)):
            return f"{title} = {'oui' if answer else 'non'}"
        case Condition(equals=str(answer)):
            return f"{title} = {answer}"
        case Condition(at_least=least) if least is not None:
            return f"{title} ≥ {show(least)}"
        case Condition(more_than=str(other)):
            return f"{title} > {title_of(other, mapping)}"
        case _:
            return f"{title} {_listed(condition)}"


def title_of(field: str, mapping: FormMapping) -> str:
    """Name of a field, or of a public fact, as people read it."""
    spec = _spec(field, mapping.fields)
    return spec.title if spec else field


def _stays(field: str, mapping: FormMapping) -> bool:
    spec = _spec(field, mapping.fields)
    return spec is not None and spec.audience == "agence"


def _spec(field: str, known: Mapping[str, FieldSpec]) -> FieldSpec | None:
    return known.get(field) or PUBLIC_FACTS.get(field)


def _listed(condition: Condition) -> str:
    tests = (
        ("est parmi", condition.is_in),
        ("répondu, hors de", condition.not_in),
        ("comprend", condition.includes_any),
        ("comprend autre chose que", condition.includes_other_than),
        ("ne comprend aucun de", condition.includes_none),
        ("ne comprend que", condition.only),
    )
    return next(
        (f"{word} {', '.join(options)}" for word, options in tests if options is not None), ""
    )
