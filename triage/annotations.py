"""Annotations privées: what each should show, and what it shows, in one comparable form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from mappings.convert import as_text
from mappings.dossier import ChampValue, Moment, Unreadable, YesNo
from triage.assessment import Assessment, ScopeReason, Verdict
from triage.reply import AnnotationKind
from triage.texts import Texts

KINDS: Mapping[str, AnnotationKind] = {
    "text": "text",
    "textarea": "textarea",
    "integer_number": "integerNumber",
    "drop_down_list": "dropDownList",
    "datetime": "datetime",
    "date": "date",
    "checkbox": "checkbox",
    "yes_no": "yesNo",
}
"""Type of an annotation's descriptor to the key of ``AnnotationValueInput`` that writes it."""


def wanted_annotations(
    assessment: Assessment,
    *,
    texts: Texts,
    at: datetime,
    labels: Mapping[str, str],
    stale_score: bool = False,
) -> Mapping[str, str | int]:
    """What every annotation should show for this verdict, by its name in the mapping.

    Args:
        assessment: The verdict.
        texts: Templates of the form.
        at: When the verdict was reached (aware).
        labels: Question that the form asks for each field, by the field's name.
        stale_score: A score that no longer applies stands on DS and cannot be cleared.
    """
    defects = [
        item for item in assessment.items if item.verdict in {Verdict.MISSING, Verdict.INVALID}
    ]
    return {
        "statut": assessment.status.value,
        "motif_hors_champ": assessment.out_of_scope.option if assessment.out_of_scope else "",
        "completude": assessment.score,
        "elements_manquants": texts.render(
            "elements_manquants",
            status=assessment.status.value,
            defects=defects,
            unanswered_scope=questions(assessment, labels),
            stale_score=stale_score,
        ),
        "priorite": assessment.priority or "",
        "motifs_priorite": texts.render("motifs_priorite", criteria=assessment.criteria),
        "version_referentiel": assessment.ruleset,
        "controle_le": to_the_minute(at),
    }


def questions(assessment: Assessment, labels: Mapping[str, str]) -> list[ScopeReason]:
    """Scope questions without an answer, as the form asks them: a hidden champ has no label."""
    return [
        replace(question, label=labels.get(question.field, question.label))
        for question in assessment.unanswered_scope
    ]


def canonical(value: str | int | bool) -> str:
    """A value as it is compared and remembered: no outer space, plain line ends."""
    return str(value).replace("\r\n", "\n").strip()


def shown(value: ChampValue | None) -> str:
    """What an annotation shows, in canonical form; empty when blank.

    Of one that DS serves in two ways that contradict each other, its text: a word that is not ours
    is somebody's, and what is written over is only what we wrote.
    """
    match value:
        case Moment():
            return to_the_minute(value.moment)
        case YesNo():
            return str(value.yes)
        case Unreadable():
            return canonical(value.raw)
        case None:
            return ""
        case _:
            return canonical(as_text(value))


def to_the_minute(moment: datetime) -> str:
    """ISO 8601 in UTC, cut to the minute: DS keeps no more of a datetime annotation."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0).isoformat()
