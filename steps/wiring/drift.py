"""Drift of the form: what the démarche asks now, beside the mapping, the review and the rules."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from datafiles.file import DataFileError, text_of
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Revision
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Drift, Needs, Severity
from mappings.drift.reviewed import FILE_NAME, ReviewedForm, parse_reviewed
from steps.wiring.case_files import rules_at, stored_revisions
from steps.wiring.form import Form
from steps.wiring.services import Services, now
from triage.rules.conditions import Condition
from triage.rules.model import Item, Part, RuleSet


def drift_of(services: Services) -> tuple[Drift, ...]:
    """Differences between the form as it was last read and what the mapping was made for.

    Empty as long as the démarche was never read.

    Raises:
        DataFileError: The reviewed form is wrong.
    """
    observed = observed_form(services)
    if not observed.revisions:
        return ()
    return compare_form(observed, form=services.form, mapping_file=services.inputs.mapping_file)


def compare_form(observed: Observed, *, form: Form, mapping_file: Path) -> tuple[Drift, ...]:
    """Differences of a form that was read, worst first.

    Raises:
        DataFileError: The reviewed form is wrong.
    """
    reviewed = reviewed_form(mapping_file)
    rules = rules_at(form.rulesets, now())
    return compare(observed, mapping=form.mapping, reviewed=reviewed, needs=needs_of(rules))


def blocks(drifts: Iterable[Drift]) -> bool:
    """Whether verdicts can be wrong: then nothing is written to declarants."""
    return any(one.severity is Severity.BLOCKING for one in drifts)


def observed_form(services: Services) -> Observed:
    """The form as it was last read, revisions from the oldest."""
    demarches = services.store.demarches
    revisions = in_order(stored_revisions(services).values())
    active = demarches.state(services.demarche).active_revision_id
    return Observed(revisions, active or (revisions[-1].id if revisions else ""))


def in_order(revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    """Revisions from the oldest: DS numbers them as they are made."""
    return tuple(sorted(revisions, key=lambda one: (stable_id(one.id).zfill(20), one.id)))


def reviewed_form(mapping_file: Path) -> ReviewedForm | None:
    """The form that a person reviewed, from the file beside the mapping; ``None`` without one.

    Raises:
        DataFileError: The file is there and cannot be used.
    """
    path = reviewed_file(mapping_file)
    if not path.exists():
        return None
    try:
        text = text_of(path.read_bytes(), source=path.name)
    except OSError as error:
        raise DataFileError([f"UNC_MAPPING : le fichier {path} ne peut pas être lu"]) from error
    return parse_reviewed(text, source=path.name)


def reviewed_file(mapping_file: Path) -> Path:
    """Where the reviewed form of a mapping is kept."""
    return mapping_file.with_name(FILE_NAME)


def needs_of(rules: RuleSet) -> Needs:
    """What a rule-set reads, so that drift knows what spoils a verdict."""
    conditions = list(_conditions(rules))
    read = {path for path, _ in conditions}
    for item in rules.items:
        if item.mandatory:
            read |= {path for part in item.parts for path in _read(part)}
    options: dict[str, frozenset[str]] = {}
    for path, named in conditions:
        options[path] = options.get(path, frozenset()) | named
    return Needs(
        scope=frozenset(scope.field for scope in rules.scope),
        read=frozenset(read),
        options={path: named for path, named in options.items() if named},
    )


def _read(part: Part) -> Iterator[str]:
    yield part.subject
    if part.rows:
        yield from (f"{part.rows}.{name}" for name in (part.each, *part.some) if name)


def _conditions(rules: RuleSet) -> Iterator[tuple[str, frozenset[str]]]:
    """Each field that a condition reads, with the options that it names."""
    for item in rules.items:
        yield from _of_item(item)
    for criterion in rules.priority.criteria:
        yield from _named(criterion.when)
    for level in rules.priority.levels:
        yield from _named(level.when)


def _of_item(item: Item) -> Iterator[tuple[str, frozenset[str]]]:
    yield from _named(item.when)
    for part in item.parts:
        yield from _named(part.when)
        yield from _named(part.when_row, rows=f"{part.rows}.")


def _named(condition: Condition | None, *, rows: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    if condition is None:
        return
    if condition.field:
        yield f"{rows}{condition.field}", frozenset(_options(condition))
    for inner in (*(condition.all or ()), *(condition.any or ())):
        yield from _named(inner, rows=rows)


def _options(condition: Condition) -> Iterator[str]:
    """The texts that a test compares with: options, whichever test it is."""
    for test in condition.model_fields_set - {"field", "more_than"}:
        match getattr(condition, test):
            case str() as option:
                yield option
            case tuple() as options:
                yield from options
            case _:
                continue
