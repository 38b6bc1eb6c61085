"""A person reviews a form: accepts its changes, says what it does not ask, adopts it.

What they said is kept beside the mapping (:mod:`mappings.drift.reviewed`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from french.text import normalise_label
from french.time import PARIS
from mappings.adoption.absences import absences, every_field, every_spec, with_reasons
from mappings.adoption.meaning import meanings_of, moved_since
from mappings.adoption.vocabulary import unknown_words
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Revision, flatten
from mappings.drift.compare import compare
from mappings.drift.model import Drift, Severity
from mappings.drift.reviewed import Absence, Adoption, ReviewedForm
from mappings.drift.reviewing import review, same_before
from mappings.schema.champs import keys_of
from mappings.schema.model import AnnotationSpec, FieldSpec
from steps.adopt.adopted_mapping import is_shipped
from steps.wiring.drift import drift_of, form_adoption
from steps.wiring.failures import RequestError
from steps.wiring.form import keep_reviewed, reviewed_file, reviewed_form
from steps.wiring.observed import needs_now, observed_form, words_of
from steps.wiring.services import Services, now

_UNREAD = "La démarche n'a pas encore été lue : `unc sync`, puis réessayez."


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of an adoption.

    Attributes:
        adoption: Who, when, which revision; ``None`` when it was refused.
        file: Where it is kept.
        left: What stands against it, or is left to look at.
        against: What stands against it.
        moved: What the mapping says otherwise since the adoption before (fields by their path).
    """

    adoption: Adoption | None
    file: Path
    left: tuple[Drift, ...]
    against: tuple[Drift, ...] = ()
    moved: tuple[str, ...] = ()


def accept(services: Services) -> tuple[Path, tuple[Drift, ...], tuple[Drift, ...]]:
    """Review the labels, types and options of the form as it was last read.

    What it does not ask is not accepted with it (:func:`say_absent`), nor is it adopted.

    Returns:
        The file, the differences before, and those that are left.

    Raises:
        RequestError: The mapping is the bridge's own, and the form is another one.
    """
    _require_own_file(services)
    before, earlier = drift_of(services), _said(services)
    reviewed = review(
        observed_form(services).to_review, mapping=services.form.mapping, earlier=earlier
    )
    path = _keep(services, _without_filled(services, reviewed))
    return path, before, drift_of(services)


def say_absent(services: Services, field: str, *, reason: str, by: str) -> Path:
    """Keep that the form rightly does not ask a field.

    Raises:
        RequestError: The mapping has no such field, the reason or the name is blank, or the mapping
            is the bridge's own and the form another one.
    """
    _require_own_file(services)
    mapping = services.form.mapping
    notes = {f"annotations.{name}" for name in mapping.annotations}
    notes |= {f"labels.{name}" for name in services.form.policy.labels.managed}
    if field.partition("=")[0] not in every_field(mapping).keys() | notes:
        raise RequestError(f"La correspondance n'a pas de donnée « {field} ».")
    if not reason.strip() or not by.strip():
        raise RequestError("Une absence se dit avec sa raison (--reason) et un nom (--by).")
    earlier = _said(services)
    one = Absence(" ".join(reason.split()), " ".join(by.split()), _today())
    # Without a reviewed file the form stays compared with its oldest revision.
    earlier = earlier if earlier.accepted else review(observed_form(services).revisions[:1])
    return _keep(services, replace(earlier, absent={**earlier.absent, field: one}))


def say_same(services: Services, field: str) -> Path:
    """Keep that a question asked the same in every revision before, whatever its words were.

    Args:
        services: Store and data files.
        field: The field it gives, or the annotation; several, with commas between.

    Raises:
        RequestError: The mapping has no such field or annotation, or none of its champs was
            reviewed; or the mapping is the bridge's own and the form another one.
    """
    _require_own_file(services)
    observed, reviewed = observed_form(services), _said(services)
    specs, champs = every_spec(services.form.mapping), set[str]()
    for path in field.split(","):
        if path not in specs:
            raise RequestError(f"La correspondance n'a pas de donnée « {path} ».")
        found = _reviewed_champs(specs[path], observed.revisions, reviewed)
        if not found:
            raise RequestError(f"Aucune question de « {path} » n'a encore été relue.")
        champs |= found
    return _keep(services, same_before(reviewed, observed.revisions, champs))


def _reviewed_champs(
    spec: FieldSpec | AnnotationSpec, revisions: Iterable[Revision], reviewed: ReviewedForm
) -> set[str]:
    """Ids of the champs, reviewed once, by which a field is given, or an annotation."""
    keys, note = keys_of(spec), isinstance(spec, AnnotationSpec)
    return {
        one.id
        for revision in revisions
        for one in flatten(revision.annotations if note else revision.champs)
        if one.id in reviewed.champs and not keys.isdisjoint((one.id, normalise_label(one.label)))
    }


def state_shown(services: Services) -> str:
    """What a person who is shown a form has before their eyes: its revision, and the mapping."""
    active = observed_form(services).active
    return f"{active.id if active else ''} {services.form.mapping.digest}"


def to_look_at(services: Services) -> tuple[Drift, ...]:
    """What is left to look at of a form, but for what a person gave the reason of already."""
    settled = _said(services).settled
    return tuple(
        one
        for one in drift_of(services)
        if one.severity is not Severity.INFORMATION and not (one.lost and one.field in settled)
    )


def adopt(services: Services, *, by: str) -> Adopted:
    """Adopt the form as it was last read, and the present mapping with it.

    It is refused as long as a field that rules read has no champ and nobody said why, or a champ
    cannot be read. A question of the scope that the form does not ask may stay so once a person
    said it: every dossier is then « À préciser » until a person decides.

    Raises:
        RequestError: The form was never read, or the name is blank.
    """
    if not by.strip():
        raise RequestError("Dites qui adopte ce formulaire : --by « Prénom Nom ».")
    observed, form = observed_form(services), services.form
    if observed.active is None:
        raise RequestError(_UNREAD)
    reviewed = review(observed.to_review, mapping=form.mapping, earlier=_said(services))
    reviewed = _without_filled(services, reviewed)
    needs = needs_now(form, services.inputs.publishing.columns)
    found = compare(observed, mapping=form.mapping, reviewed=reviewed, needs=needs)
    words = unknown_words(observed, form.mapping, needs, lambda: words_of(form.mapping.form))
    left = (*words, *with_reasons(found, reviewed))
    path = reviewed_file(services.inputs.mapping_file)
    if refused := against(left):
        return Adopted(None, path, left, refused)
    revision = stable_id(observed.active.id)
    before = form_adoption(services)
    moved = moved_since(before.mapping, form.mapping) if before else ()
    said = meanings_of(form.mapping)
    adoption = Adoption(" ".join(by.split()), _today(), services.demarche, revision, said)
    _keep(services, replace(reviewed, adopted=(*reviewed.adopted, adoption)))
    return Adopted(adoption, path, left, moved=moved)


def against(drifts: Sequence[Drift]) -> tuple[Drift, ...]:
    """What keeps a form from being adopted."""
    return tuple(one for one in drifts if one.against_adoption)


def _without_filled(services: Services, reviewed: ReviewedForm) -> ReviewedForm:
    """What was reviewed, without absences of what the mapping gives now: they hold no more."""
    revisions = observed_form(services).revisions
    held = absences(reviewed, services.form.mapping, revisions=revisions)
    kept = {one.path for one in held}
    absent = {path: one for path, one in reviewed.absent.items() if path in kept}
    return replace(reviewed, absent=absent)


def _said(services: Services) -> ReviewedForm:
    """What was reviewed; where it was of another form, without what was said of that one."""
    reviewed = reviewed_form(services.inputs.mapping_file) or ReviewedForm()
    if form_adoption(services) or _is_ours(services):
        return reviewed
    ours = tuple(one for one in reviewed.adopted if one.demarche is not None)
    if ours == reviewed.adopted:
        return reviewed
    return replace(reviewed, adopted=ours, absent={})


def _is_ours(services: Services) -> bool:
    """Whether the mapping in use comes with the bridge: other démarches may use it too."""
    return is_shipped(services.inputs.mapping_file)


def _require_own_file(services: Services) -> None:
    if _is_ours(services) and not form_adoption(services):
        raise RequestError(
            "La correspondance livrée avec la passerelle est celle d'un autre formulaire :"
            " `unc mapping adapt` en écrit une pour celui-ci."
        )


def _keep(services: Services, reviewed: ReviewedForm) -> Path:
    return keep_reviewed(services.inputs.mapping_file, reviewed)


def _today() -> date:
    return now().astimezone(PARIS).date()
