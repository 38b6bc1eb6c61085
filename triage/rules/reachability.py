"""Can each condition and level of a rule-set be reached, given what the form asks?"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from french.text import normalise_label
from mappings.dossier.revision import Descriptor, Revision
from mappings.schema.champs import in_our_words, parts
from mappings.schema.model import FieldSpec, FormMapping
from mappings.schema.sources import Constant, TickedBoxes
from triage.rules.compatible import Options, can_hold, unknown_options
from triage.rules.conditions import Condition
from triage.rules.model import ContradictionWarning, OnlyWarning, Priority, RowWarning, RuleSet

Path = tuple[int | str, ...]
_CRITERIA = 12
"""More criteria than this make too many sets of them to try."""


def form_options(revisions: Iterable[Revision], mapping: FormMapping) -> Options:
    """What the revisions of a form offer, in our words, for each field of the mapping."""
    found: dict[str, frozenset[str]] = {}
    for revision in revisions:
        for name, spec in mapping.fields.items():
            descriptor = _asked(spec, revision.champs)
            if descriptor is not None:
                _add(found, name, _options(spec, descriptor))
                for inner, child in spec.fields.items():
                    cell = _asked(child, descriptor.children)
                    if cell is not None:
                        _add(found, f"{name}.{inner}", _options(child, cell))
            elif spec.source is not None:
                for path, options in _elsewhere(spec, revision.champs):
                    _add(found, path, options)
    return found


def _add(found: dict[str, frozenset[str]], path: str, options: frozenset[str]) -> None:
    found[path] = found.get(path, frozenset()) | options


def _elsewhere(
    spec: FieldSpec, descriptors: Sequence[Descriptor]
) -> Iterator[tuple[str, frozenset[str]]]:
    """What is offered for a field that the mapping reads from its parts, or says itself."""
    if isinstance(spec.source, Constant) and spec.type in {"choice", "choices"}:
        value = spec.source.value
        yield spec.name, frozenset(value if isinstance(value, tuple) else (str(value),))
    for part in parts(spec):
        descriptor = _asked(part, descriptors)
        if descriptor is None:
            continue
        if isinstance(spec.source, TickedBoxes):
            yield spec.name, frozenset({spec.source.options[part.champs[0]]})
        else:
            yield part.name, _options(part, descriptor)


def unreachable(rules: RuleSet, options: Options) -> Iterator[tuple[Path, str]]:
    """Each place of a rule-set whose condition can never hold, with why, in French."""
    for index, item in enumerate(rules.items):
        place: Path = ("items", index)
        yield from _told((*place, "when"), [item.when], options, rows="")
        for number, part in enumerate(item.parts):
            here = (*place, "parts", number)
            yield from _told((*here, "when"), [item.when, part.when], options, rows="")
            yield from _told((*here, "when_row"), [part.when_row], options, rows=part.rows)
    for index, criterion in enumerate(rules.priority.criteria):
        here = ("priority", "criteria", index, "when")
        yield from _told(here, [criterion.when], options, rows="")
    for index, level in enumerate(rules.priority.levels):
        yield from _told(("priority", "levels", index, "when"), [level.when], options, rows="")
    for index, fact in enumerate(rules.priority.unknown or ()):
        yield from _told(("priority", "unknown", index, "when"), [fact.when], options, rows="")
    for index, warning in enumerate(rules.warnings):
        if isinstance(warning, ContradictionWarning | OnlyWarning):
            yield from _told(("warnings", index, "when"), [warning.when], options, rows="")
        elif isinstance(warning, RowWarning):
            here = ("warnings", index, "when_row")
            yield from _told(here, [warning.when_row], options, rows=warning.rows)
    yield from _levels_never_reached(rules.priority)


def _told(
    path: Path, conditions: Sequence[Condition | None], options: Options, *, rows: str
) -> Iterator[tuple[Path, str]]:
    given = [condition for condition in conditions if condition is not None]
    if conditions[-1] is None:
        return
    for field, option in unknown_options(given[-1], options, rows):
        yield path, f"« {option} » n'est pas une réponse que le formulaire propose pour {field}"
    if not can_hold(given, options, rows):
        yield path, "cette condition ne peut jamais être vraie"


def _levels_never_reached(priority: Priority) -> Iterator[tuple[Path, str]]:
    """Levels that another one before them takes all reports of."""
    criteria = [criterion.id for criterion in priority.criteria]
    for index, level in enumerate(priority.levels):
        place: Path = ("priority", "levels", index)
        if level.at_least > len(criteria):
            yield (*place, "at_least"), "il y a moins de critères que cela"
        elif len(criteria) <= _CRITERIA:
            # An earlier level with another condition of its own may not hold.
            before = [one for one in priority.levels[:index] if one.when in (None, level.when)]
            held = [one for one in _subsets(criteria) if level.fits(one)]
            if all(any(one.fits(names) for one in before) for names in held):
                names = ", ".join(f"« {one.level} »" for one in before)
                yield (
                    place,
                    f"« {level.level} » n'est jamais atteint : toujours devancé par {names}",
                )


def _subsets(names: Sequence[str]) -> Iterator[frozenset[str]]:
    """Every set of criteria that may hold together."""
    for flags in product((False, True), repeat=len(names)):
        yield frozenset(name for name, flag in zip(names, flags, strict=True) if flag)


def _asked(spec: FieldSpec, descriptors: Sequence[Descriptor]) -> Descriptor | None:
    by_id = {descriptor.id: descriptor for descriptor in descriptors}
    by_label = {normalise_label(descriptor.label): descriptor for descriptor in descriptors}
    for champ in spec.champs:
        found = by_id.get(champ) or by_label.get(champ)
        if found is not None:
            return found
    return None


def _options(spec: FieldSpec, descriptor: Descriptor) -> frozenset[str]:
    """Options that can be answered; DS shows the first list of a pair as ``--title--``."""
    bare = (option.removeprefix("--").removesuffix("--") for option in descriptor.options)
    return in_our_words(spec, bare)
