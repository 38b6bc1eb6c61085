"""Drift of the form: what the démarche asks now, beside the mapping, the review and the rules."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from mappings.adoption.absences import ToldAbsence, absences
from mappings.adoption.in_force import adoption_of, adoption_of_form, is_adopted, kept_inside
from mappings.drift.compare import Observed
from mappings.drift.model import Drift
from mappings.drift.reviewed import Adoption
from steps.wiring.form import Form, reviewed_form
from steps.wiring.observed import (
    compare_form,
    earlier_answered,
    needs_now,
    observed_form,
    rules_at,
    stored_revisions,
)
from steps.wiring.services import Services, now
from triage.verdict.completeness import leaves_out


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


def earlier_of(services: Services) -> tuple[Drift, ...]:
    """What each question asked otherwise when dossiers answered it: one for each question."""
    observed = observed_form(services)
    inputs = services.inputs
    found = earlier_answered(
        observed,
        form=services.form,
        mapping_file=inputs.mapping_file,
        columns=inputs.publishing.columns,
    )
    return tuple(found)


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


def asks_all(services: Services) -> bool:
    """Whether the form in force asks all that a score counts, by the rule-set in force."""
    gone = [one.path for one in absences_told(services, now_alone=True)]
    return not leaves_out(rules_at(services.form.rulesets, now()), gone)


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


def form_adoption_told(services: Services) -> str:
    """Who adopted the form as it was last read, and when, in French; "" if nobody did."""
    return adoption_told(
        observed_form(services),
        form=services.form,
        mapping_file=services.inputs.mapping_file,
        columns=services.inputs.publishing.columns,
    )


def labels_advice(services: Services) -> str:
    """What is to be done about the labels of the démarche; "" where nothing is."""
    there = services.store.demarches.state(services.demarche).labels
    return labels_to_see(services.form, there)


def labels_to_see(form: Form, there: Collection[str] | None) -> str:
    """Labels that are wanted and that a démarche lacks, and those of the mapping that nobody sets.

    Args:
        form: What it is answered by.
        there: Labels of the démarche; ``None`` where nobody knows.
    """
    managed = form.policy.labels.managed
    missing = {} if there is None else form.mapping.labels_missing(managed, there)
    never = [name for name in form.mapping.labels if name not in managed]
    told = [label_advice(missing)] if missing else []
    if never:
        named, known = (", ".join(f"« {one} »" for one in some) for some in (never, managed))
        told.append(
            f"que la passerelle ne pose pas : {named}. Corrigez « labels » dans la correspondance :"
            f" elle pose {known or 'aucun label'} (reponses.yaml)."
        )
    return " ".join(told)


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
