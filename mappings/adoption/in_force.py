"""Whether a person adopted a form as it is: before, nothing is written to DS or handed out.

An adopted form that changed so that verdicts may be wrong counts, until a person reviewed it, as
one that nobody adopted: an annotation or a workbook that says what is false harms as a message
does.

The mapping that comes with the bridge was reviewed on a form, not on a démarche: any démarche that
published that form, whatever it published since, has it adopted.

An adoption is of a form and of a mapping: one that says otherwise since was adopted by nobody.
"""

from collections.abc import Iterable, Sequence

from mappings.adoption.absences import every_spec
from mappings.adoption.meaning import moved_since
from mappings.dossier.decode import stable_id
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Drift, Kind, Needs, Severity, blocks
from mappings.drift.reviewed import Adoption, ReviewedForm
from mappings.schema.model import FormMapping

_ADOPT = "`unc mapping adopt`"
REMEDY = f"`unc mapping adapt`, puis {_ADOPT}"
_NOT_ADOPTED = "rien n'est écrit sur DS ni diffusé au réseau, les dossiers ne sont que lus et jugés"
_NAMED = 6
"""Fields of a mapping that was corrected since, of which the names are told."""
_TO_REVIEW = (
    "lui ou le référentiel a changé depuis l'adoption ; d'ici là, rien n'est écrit sur DS, les"
    " classeurs du réseau et des centres restent ceux qui sont là, et l'agence seule voit ce qui"
    " est jugé (son classeur, le portail, `unc rules explain`)"
)
_REVIEW = "faire ce que dit chaque écart bloquant, ou relire, puis `unc mapping accept`"


def adoption_of(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> Adoption | None:
    """The last adoption that holds for a form and its mapping; ``None`` if nobody adopted both."""
    found = adoption_of_form(observed, mapping=mapping, reviewed=reviewed, needs=needs)
    return None if found is None or moved_since(found.mapping, mapping) else found


def adoption_of_form(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> Adoption | None:
    """The last adoption of a form, whatever its mapping says since."""
    known = reviewed or ReviewedForm()
    for adoption in reversed(known.adopted):
        if adoption.demarche is None:
            if _as_reviewed(observed, mapping=mapping, reviewed=known, needs=needs):
                return adoption
        elif adoption.demarche == observed.demarche and adoption.revision in _numbers(observed):
            return adoption
    return None


def waiting(
    observed: Observed,
    found: Sequence[Drift],
    *,
    mapping: FormMapping,
    reviewed: ReviewedForm | None,
    needs: Needs,
) -> tuple[Drift, ...]:
    """What is told first of a form of which nothing leaves the agency; nothing of another one.

    Args:
        observed: The form.
        found: Its differences.
        mapping: What it is read by.
        reviewed: What a person reviewed.
        needs: What the rules read.
    """
    adopted = adoption_of_form(observed, mapping=mapping, reviewed=reviewed, needs=needs)
    moved = moved_since(adopted.mapping, mapping) if adopted else ()
    if adopted is None or moved:
        left = any(one.against_adoption for one in found)
        since = f"{moved_told(moved, mapping)} ; " if moved else ""
        kind, told, remedy = Kind.NOT_ADOPTED, since + _NOT_ADOPTED, REMEDY if left else _ADOPT
    elif blocks(found):
        kind, told, remedy = Kind.TO_REVIEW, _TO_REVIEW, _REVIEW
    else:
        return ()
    active = observed.active
    drift = Drift(
        severity=Severity.BLOCKING,
        kind=kind,
        champ="–",
        label=mapping.title,
        field="",
        before="",
        after=told,
        revisions=(stable_id(active.id),) if active else (),
        remedy=remedy,
    )
    return (drift,)


def moved_told(moved: Sequence[str], mapping: FormMapping) -> str:
    """That a mapping was corrected since it was adopted, and where, in French."""
    specs = every_spec(mapping)
    named = [f"{specs[one].title} ({one})" if one in specs else one for one in moved[:_NAMED]]
    rest = f", et {len(moved) - _NAMED} de plus" if len(moved) > _NAMED else ""
    return f"la correspondance a été corrigée depuis l'adoption : {', '.join(named)}{rest}"


def is_adopted(drifts: Iterable[Drift]) -> bool:
    """Whether the form that shows these differences was adopted, whatever it became since."""
    return all(one.kind is not Kind.NOT_ADOPTED for one in drifts)


def kept_inside(drifts: Iterable[Drift]) -> str:
    """Why nothing that a form with these differences says leaves the agency; "" where it may."""
    return next((f"{one.sentence} — {one.remedy}" for one in drifts if one.of_the_form), "")


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
