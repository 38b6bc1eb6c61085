"""Whether a person adopted a form: before, nothing is written to DS or handed to the network.

The mapping that comes with the bridge was reviewed on a form, not on a démarche: any démarche that
published that form, whatever it published since, has it adopted.
"""

from collections.abc import Iterable

from mappings.dossier.decode import stable_id
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import Adoption, ReviewedForm
from mappings.schema.model import FormMapping

REMEDY = "`unc mapping adapt`, puis `unc mapping adopt`"
_WAITS = "rien n'est écrit sur DS ni diffusé au réseau, les dossiers ne sont que lus et jugés"


def adoption_of(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> Adoption | None:
    """The last adoption that holds for a form; ``None`` if nobody adopted it."""
    known = reviewed or ReviewedForm()
    for adoption in reversed(known.adopted):
        if adoption.demarche is None:
            if _as_reviewed(observed, mapping=mapping, reviewed=known, needs=needs):
                return adoption
        elif adoption.demarche == observed.demarche and adoption.revision in _numbers(observed):
            return adoption
    return None


def not_adopted(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> tuple[Drift, ...]:
    """What is told of a form that nobody adopted, among its drift; nothing of another one."""
    if adoption_of(observed, mapping=mapping, reviewed=reviewed, needs=needs):
        return ()
    active = observed.active
    drift = Drift(
        severity=Severity.BLOCKING,
        kind=Kind.NOT_ADOPTED,
        champ="–",
        label=mapping.title,
        field="",
        before="",
        after=_WAITS,
        revisions=(stable_id(active.id),) if active else (),
        remedy=REMEDY,
    )
    return (drift,)


def is_adopted(drifts: Iterable[Drift]) -> bool:
    """Whether the form that shows these differences was adopted."""
    return all(one.kind is not Kind.NOT_ADOPTED for one in drifts)


def _numbers(observed: Observed) -> set[str]:
    return {stable_id(one.id) for one in observed.revisions}


def _as_reviewed(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm, needs: Needs
) -> bool:
    """Whether some revision asks what was reviewed, as it was: only additions are new."""
    for revision in observed.revisions:
        alone = Observed((revision,), revision.id)
        drifts = compare(alone, mapping=mapping, reviewed=reviewed, needs=needs)
        if all(one.severity is Severity.INFORMATION or _beside(one) for one in drifts):
            return True
    return False


def _beside(drift: Drift) -> bool:
    """Whether a difference changes nothing of what the mapping reads or writes."""
    if drift.blocks:
        return False
    return not drift.field or (drift.lost and drift.field.startswith("annotations."))
