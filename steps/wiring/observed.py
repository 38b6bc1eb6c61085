"""The form of a démarche as it was last read, beside the mapping, the review and the rules."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from french.time import PARIS
from mappings.adoption.absences import with_reasons
from mappings.adoption.earlier import settled, unread
from mappings.adoption.in_force import waiting
from mappings.adoption.vocabulary import KnownWords, options_known, unknown_words
from mappings.dossier.answered import AnswersGiven, Otherwise
from mappings.dossier.days_of_answers import DaysOfAnswers
from mappings.dossier.decode import decode_dossier, decode_revision
from mappings.dossier.revision import Revision
from mappings.dossier.revisions_followed import TimeInForce
from mappings.drift.compare import (
    Observed,
    answered_alone,
    answered_then,
    every_drift,
    from_the_oldest,
)
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import ReviewedForm
from steps.wiring.form import Form, read_mapping, reviewed_form
from steps.wiring.hand_out_texts import what_leaves
from steps.wiring.services import Services, now
from store.database import jsontext
from triage.replies.annotations import options_written
from triage.replies.decision import annotations_read
from triage.rules.model import RuleSet, in_force
from triage.rules.needs import needs_of

_MAPPINGS = Path(__file__).parents[2] / "mappings"


def observed_form(services: Services) -> Observed:
    """The form as it was last read, revisions from the oldest."""
    demarches = services.store.demarches
    revisions = from_the_oldest(stored_revisions(services).values())
    active = demarches.state(services.demarche).active_revision_id
    active = active or (revisions[-1].id if revisions else "")

    def answered(asked: Otherwise) -> frozenset[tuple[str, str]]:
        return frozenset(
            (number, path)
            for number, fields in asked.items()
            for path in _answered_so(services, revisions, number, fields)
        )

    return Observed(revisions, active, services.demarche, answered)


def _answered_so(
    services: Services,
    revisions: Sequence[Revision],
    number: str,
    fields: Mapping[str, frozenset[str]],
) -> AbstractSet[str]:
    """Those of some fields that a dossier answered as a revision asked them.

    What was deposited meanwhile did; of what was deposited before, what was answered since tells.
    """
    store, demarche = services.store, services.demarche
    time = TimeInForce.of(revisions, number)
    if time.since is None or time.until is None:
        own = store.demarches.deposited(demarche, followed=time.followed[:1], most=1)
        return fields.keys() if own else frozenset()
    filed = partial(store.demarches.deposited, demarche, followed=time.followed)
    if filed(since=time.since, until=time.until, most=1):
        return fields.keys()
    before = filed(until=time.since)
    given, found = AnswersGiven(revisions, {number: fields}), frozenset[str]()
    for stored in store.dossiers.iterate(demarche, numbers=before, pending=True):
        found |= given.unread(decode_dossier(stored.raw, revision=None))
        if found == fields.keys():
            break
    return found


def needs_now(form: Form, columns: Path) -> Needs:
    """What the rules in force read, and what decides of what leaves the agency, or is done."""
    rules = rules_at(form.rulesets, now())
    needs = needs_of(rules)
    options = dict(needs.options)
    leaving = what_leaves(columns)
    for path, named in leaving.withholding.items():
        options[path] = options.get(path, frozenset()) | named
    written = options_written(rules, form.policy)
    return replace(
        needs,
        options=options,
        written={f"annotations.{name}": named for name, named in written.items()},
        decide=frozenset(
            f"annotations.{name}" for name in (*leaving.annotations, *annotations_read(form.policy))
        ),
        leave=leaving.fields | {f"annotations.{name}" for name in {leaving.consent} - {""}},
    )


def compare_form(
    observed: Observed, *, form: Form, mapping_file: Path, columns: Path
) -> tuple[Drift, ...]:
    """Differences of a form that was read, worst first.

    Args:
        observed: The form.
        form: What it is read and judged by.
        mapping_file: The mapping's file: what was reviewed stands beside it.
        columns: Folder of the files that say what is handed out.

    Raises:
        DataFileError: The reviewed form is wrong.
    """
    every = _every_drift(observed, form=form, mapping_file=mapping_file, columns=columns)
    return answered_alone(every, observed)


def otherwise_asked(
    observed: Observed, *, form: Form, mapping_file: Path, columns: Path
) -> Otherwise:
    """What revisions of before asked in other words than were reviewed, by the same.

    Raises:
        DataFileError: The reviewed form is wrong.
    """
    every = _every_drift(observed, form=form, mapping_file=mapping_file, columns=columns)
    return unread(every, needs_now(form, columns))


def earlier_answered(
    observed: Observed, *, form: Form, mapping_file: Path, columns: Path
) -> Iterator[Drift]:
    """What each question asked otherwise in revisions that some dossier answered, by the same.

    Raises:
        DataFileError: The reviewed form is wrong.
    """
    every = _every_drift(observed, form=form, mapping_file=mapping_file, columns=columns)
    return answered_then([one for one in every if one.kind is Kind.EARLIER], observed)


def _every_drift(
    observed: Observed, *, form: Form, mapping_file: Path, columns: Path
) -> tuple[Drift, ...]:
    reviewed = reviewed_form(mapping_file)
    needs = needs_now(form, columns)
    return _compared(
        (observed.active_id, observed.demarche, *map(_Same, observed.revisions)),
        (_Same(form.mapping), _Same(reviewed)),
        (
            needs.scope,
            needs.read,
            frozenset(needs.options.items()),
            frozenset(needs.written.items()),
            needs.decide,
            needs.leave,
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A value known by which one it is: forms and data files are read once a process."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(maxsize=16)
def _compared(
    form: tuple[Any, ...], by: tuple[_Same, _Same], read: tuple[Any, ...]
) -> tuple[Drift, ...]:
    """What the form says of every revision, worked out once: a run asks half a dozen times."""
    active, demarche, *revisions = form
    observed = Observed(tuple(one.value for one in revisions), active, demarche)
    mapping, reviewed = (one.value for one in by)
    scope, fields, options, written, decide, leave = read
    needs = Needs(scope, fields, dict(options), dict(written), decide, leave)
    compared = every_drift(observed, mapping=mapping, reviewed=reviewed, needs=needs)
    found = with_reasons(settled(compared, reviewed), reviewed)
    words = unknown_words(observed, mapping, needs, lambda: words_of(mapping.form))
    found = tuple(sorted((*words, *found), key=lambda one: [*Severity].index(one.severity)))
    first = waiting(observed, found, mapping=mapping, reviewed=reviewed, needs=needs)
    return (*first, *found)


@lru_cache(maxsize=4)
def words_of(form: str) -> KnownWords:
    """The words of a form that the bridge comes with; none of another one."""
    shipped = _MAPPINGS / form / "mapping.yaml"
    if not shipped.exists():
        return {}
    return options_known(read_mapping(shipped), reviewed_form(shipped) or ReviewedForm())


def days_of_answers(services: Services) -> DaysOfAnswers:
    """What tells under which revisions of the form, as it was last read, answers were given."""
    return DaysOfAnswers(from_the_oldest(stored_revisions(services).values()))


def rules_at(rulesets: tuple[RuleSet, ...], moment: datetime) -> RuleSet:
    """The rule-set in force at a moment: its day is that of Paris."""
    return in_force(rulesets, moment.astimezone(PARIS).date())


def stored_revisions(services: Services) -> dict[str, Revision]:
    """Revisions of the form that were read, by id."""
    texts = services.store.demarches.revision_texts(services.demarche)
    return {one: _revision(text) for one, text in texts.items()}


@lru_cache(maxsize=64)
def _revision(text: str) -> Revision:
    """A revision, decoded once a process: a run asks for each a dozen times."""
    return decode_revision(jsontext.load(text))
