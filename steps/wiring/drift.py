"""Drift of the form: what the démarche asks now, beside the mapping, the review and the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mappings.adoption.absences import ToldAbsence, absences, with_reasons
from mappings.adoption.in_force import (
    adoption_of,
    adoption_of_form,
    is_adopted,
    kept_inside,
    waiting,
)
from mappings.adoption.vocabulary import KnownWords, options_known, unknown_words
from mappings.drift.compare import Observed, compare, from_the_oldest
from mappings.drift.model import Drift, Needs, Severity
from mappings.drift.reviewed import Adoption, ReviewedForm
from steps.wiring.case_files import rules_at, stored_revisions
from steps.wiring.form import Form, read_mapping, reviewed_form
from steps.wiring.hand_out_texts import what_withholds
from steps.wiring.services import Services, now
from triage.replies.annotations import options_written
from triage.replies.decision import annotations_read
from triage.rules.needs import needs_of

_MAPPINGS = Path(__file__).parents[2] / "mappings"


def drift_of(services: Services) -> tuple[Drift, ...]:
    """Differences between the form as it was last read and what the mapping was made for.

    The first is that nobody adopted it as it is, if so. Empty before the démarche was read.

    Raises:
        DataFileError: The reviewed form is wrong.
    """
    observed = observed_form(services)
    if not observed.revisions:
        return ()
    return compare_form(
        observed,
        form=services.form,
        mapping_file=services.inputs.mapping_file,
        columns=services.inputs.publishing.columns,
    )


def needs_now(form: Form, columns: Path) -> Needs:
    """What the rules in force read, and what decides of what leaves the agency, or is done."""
    rules = rules_at(form.rulesets, now())
    needs = needs_of(rules)
    options = dict(needs.options)
    withholding, letting_out = what_withholds(columns)
    for path, named in withholding.items():
        options[path] = options.get(path, frozenset()) | named
    written = options_written(rules, form.policy)
    return replace(
        needs,
        options=options,
        written={f"annotations.{name}": named for name, named in written.items()},
        decide=frozenset(
            f"annotations.{name}" for name in (*letting_out, *annotations_read(form.policy))
        ),
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
    """What :func:`compare_form` answers, worked out once: a run asks half a dozen times."""
    active, demarche, *revisions = form
    observed = Observed(tuple(one.value for one in revisions), active, demarche)
    mapping, reviewed = (one.value for one in by)
    scope, fields, options, written, decide = read
    needs = Needs(scope, fields, dict(options), dict(written), decide)
    found = with_reasons(
        compare(observed, mapping=mapping, reviewed=reviewed, needs=needs), reviewed
    )
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


def form_adopted(services: Services) -> bool:
    """Whether a person adopted the form as it was last read; one that was never read is not."""
    drifts = drift_of(services)
    return bool(stored_revisions(services)) and is_adopted(drifts)


def form_adoption(services: Services) -> Adoption | None:
    """The last adoption of the form as it was last read, whatever the mapping says since."""
    needs = needs_now(services.form, services.inputs.publishing.columns)
    return adoption_of_form(
        observed_form(services),
        mapping=services.form.mapping,
        reviewed=reviewed_form(services.inputs.mapping_file),
        needs=needs,
    )


def form_in_force(services: Services) -> bool:
    """Whether what the form says may leave the agency: it is adopted, and nothing of it blocks."""
    return bool(stored_revisions(services)) and not kept_inside(drift_of(services))


def absences_told(services: Services, *, now_alone: bool = False) -> tuple[ToldAbsence, ...]:
    """What a person said that the form does not ask, as it was last read.

    Args:
        services: Store and data files.
        now_alone: Only what its revision in force does not ask.
    """
    inputs, observed = services.inputs, observed_form(services)
    if now_alone and observed.active:
        observed = replace(observed, revisions=(observed.active,))
    return absences_of(
        observed,
        form=services.form,
        mapping_file=inputs.mapping_file,
        columns=inputs.publishing.columns,
    )


def absences_of(
    observed: Observed, *, form: Form, mapping_file: Path, columns: Path
) -> tuple[ToldAbsence, ...]:
    """What a person said that a form does not ask, where it still holds."""
    reviewed = reviewed_form(mapping_file)
    if reviewed is None:
        return ()
    scope = needs_now(form, columns).scope
    return tuple(absences(reviewed, form.mapping, revisions=observed.revisions, scope=scope))


def adoption_told(observed: Observed, *, form: Form, mapping_file: Path, columns: Path) -> str:
    """Who adopted a form and when, in French; "" if nobody did."""
    needs = needs_now(form, columns)
    reviewed = reviewed_form(mapping_file)
    found = adoption_of(observed, mapping=form.mapping, reviewed=reviewed, needs=needs)
    return found.told if found else ""


def labels_advice(services: Services) -> str:
    """Labels that are wanted and that the démarche lacks, with what to do; "" if none is."""
    there = services.store.demarches.state(services.demarche).labels
    managed = services.form.policy.labels.managed
    missing = {} if there is None else services.form.mapping.labels_missing(managed, there)
    return label_advice(missing) if missing else ""


def label_advice(missing: Mapping[str, str]) -> str:
    """What to do about labels that a démarche lacks.

    Args:
        missing: Our labels, each with the name that was looked for.
    """
    told = ", ".join(
        name if name == their else f"{name} (« {their} »)" for name, their in missing.items()
    )
    return (
        f"absents de la démarche : {told}. Créez-les sur DS (Labels, page de l'administrateur),"
        " dites ceux qui en tiennent lieu (`unc mapping adapt`), ou ôtez-les de reponses.yaml."
    )


def observed_form(services: Services) -> Observed:
    """The form as it was last read, revisions from the oldest."""
    demarches = services.store.demarches
    revisions = from_the_oldest(stored_revisions(services).values())
    active = demarches.state(services.demarche).active_revision_id
    active = active or (revisions[-1].id if revisions else "")
    return Observed(revisions, active, services.demarche)
