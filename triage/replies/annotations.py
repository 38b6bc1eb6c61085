"""Annotations privées: what each should show, and what it shows, in one comparable form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from french.time import PARIS
from mappings.dossier.model import ChampValue, Day, Moment, Number, Unreadable, YesNo
from mappings.report.convert import as_text
from triage.replies.policy import ReplyPolicy
from triage.replies.reply import AnnotationKind
from triage.replies.texts import Texts
from triage.rules.model import RuleSet
from triage.verdict.model import Assessment, ScopeReason, Verdict

KINDS: Mapping[str, AnnotationKind] = {
    "text": "text",
    "textarea": "textarea",
    "integer_number": "integerNumber",
    "decimal_number": "decimalNumber",
    "drop_down_list": "dropDownList",
    "multiple_drop_down_list": "multipleDropDownList",
    "datetime": "datetime",
    "date": "date",
    "checkbox": "checkbox",
    "yes_no": "yesNo",
}
"""Type of an annotation's descriptor to the key of ``AnnotationValueInput`` that writes it."""

TEXTS = frozenset({"text", "textarea", "dropDownList", "multipleDropDownList"})
"""Kinds that take any text, and that an empty one clears."""
_NUMBERS = frozenset({"integerNumber", "decimalNumber"})


def wanted_annotations(
    assessment: Assessment,
    *,
    texts: Texts,
    at: datetime,
    labels: Mapping[str, str],
    reach: str = "",
    stale_score: bool = False,
) -> Mapping[str, str | int]:
    """What every annotation should show for this verdict, by its name in the mapping.

    Args:
        assessment: The verdict.
        texts: Templates of the form.
        at: When the verdict was reached (aware).
        labels: Question that the form asks for each field, by the field's name.
        reach: On what the score stands, where the form in force asks less than is wanted.
        stale_score: A score that no longer applies stands on DS and cannot be cleared.
    """
    defects = [
        item for item in assessment.items if item.verdict in {Verdict.MISSING, Verdict.INVALID}
    ]
    return {
        "statut": assessment.status.value,
        "motif_hors_champ": assessment.out_of_scope.option if assessment.out_of_scope else "",
        "completude": "" if assessment.score is None else assessment.score,
        "elements_manquants": texts.render(
            "elements_manquants",
            status=assessment.status.value,
            defects=defects,
            unanswered_scope=questions(assessment, labels),
            stale_score=stale_score,
            reach=reach,
        ),
        "priorite": assessment.priority or "",
        "motifs_priorite": ""
        if assessment.priority is None
        else texts.render(
            "motifs_priorite", criteria=assessment.criteria, to_verify=assessment.to_verify
        ),
        "version_referentiel": assessment.ruleset,
        "controle_le": to_the_minute(at),
    }


def options_written(rules: RuleSet, policy: ReplyPolicy) -> Mapping[str, frozenset[str]]:
    """What may be written in each annotation that shows one of a few words, by its name."""
    words = {
        "statut": {
            status.value for status, one in policy.statuses.items() if "statut" in one.annotations
        },
        "motif_hors_champ": {one.option for one in rules.scope},
        "priorite": {one.level for one in rules.priority.levels},
    }
    return {
        name: frozenset(some)
        for name, some in words.items()
        if some and name in policy.managed_annotations
    }


def questions(assessment: Assessment, labels: Mapping[str, str]) -> list[ScopeReason]:
    """Scope questions without an answer, as the form asks them: a hidden champ has no label."""
    return [
        replace(question, label=labels.get(question.field, question.label))
        for question in assessment.unanswered_scope
    ]


def fitted(value: str | int | bool, kind: AnnotationKind) -> str | int | bool:
    """A value in the shape that an annotation of this kind takes.

    An administrator can change the type of an annotation: a score is then written as text. A value
    that has no such shape stays as it is, and is refused with its reason.
    """
    if kind in TEXTS:
        return canonical(value) if isinstance(value, int) else value
    if kind in _NUMBERS and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return value
    if kind == "date" and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return (moment.astimezone(PARIS) if moment.tzinfo else moment).date().isoformat()
    return value


def canonical(value: str | int | bool) -> str:
    """The one text in which what DS shows, what is wanted and what we wrote are compared.

    No outer space, plain line ends; a number the same whether the annotation holds it as an
    integer, a decimal or a text.
    """
    text = str(value).replace("\r\n", "\n").strip()
    if text[-2:] in {".0", ",0"} and text[:-2].isdecimal():
        return text[:-2]
    return text


def shown(value: ChampValue | None) -> str:
    """What an annotation shows, in canonical form; empty when blank.

    Of one that DS serves in two ways that contradict each other, its text: a word that is not ours
    is somebody's, and what is written over is only what we wrote.
    """
    match value:
        case Number():
            return _plain(value.number)
        case Day():
            return value.day.isoformat()
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


def _plain(number: int | Decimal) -> str:
    """A number without an exponent, and without decimals that say nothing."""
    try:
        whole = number == int(number)
    except (InvalidOperation, OverflowError, ValueError):
        return str(number)
    return str(int(number)) if whole else f"{number:f}".rstrip("0")


def to_the_minute(moment: datetime) -> str:
    """ISO 8601 in UTC, cut to the minute: DS keeps no more of a datetime annotation."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0).isoformat()
