"""How bad each drift of the form is: said here, whoever finds it.

One blocks where verdicts would be wrong: the rules rest on the field, in the revision in force. So
does an annotation that may ask something else, where a person decides by it what leaves the agency
or what the bridge does.
"""

from mappings.drift.model import Needs, Severity


def of_wrong_answers(needs: Needs, path: str, *, active: bool) -> Severity:
    """Answers that cannot be read any more."""
    return Severity.BLOCKING if active and needs.rest_on(path) else Severity.REVIEW


def of_another(needs: Needs, path: str, *, active: bool) -> Severity:
    """Answers that are another champ's."""
    return Severity.BLOCKING if active and _acted_on(needs, path) else Severity.REVIEW


def of_readable_type(*, freed: bool, alike: bool) -> Severity:
    """A type that is read all the same.

    Args:
        freed: Whether rules compare with options what is no list any more.
        alike: Whether the types of before and now are read as they stand.
    """
    if freed:
        return Severity.BLOCKING
    return Severity.INFORMATION if alike else Severity.REVIEW


def of_label(needs: Needs, path: str, *, alike: bool) -> Severity:
    """Other words of a question: it may ask something else, in whichever revision."""
    if alike:
        return Severity.INFORMATION
    return Severity.BLOCKING if _acted_on(needs, path) else Severity.REVIEW


def of_options(*, lost: bool, named: bool) -> Severity:
    """Options that came or went; ``lost``: some that rules name, ``named``: rules name others."""
    if lost:
        return Severity.BLOCKING
    return Severity.REVIEW if named else Severity.INFORMATION


def _acted_on(needs: Needs, path: str) -> bool:
    """Whether a verdict rests on it, or a person decides by it: said otherwise, both mislead."""
    return needs.rest_on(path) or path in needs.decide


def of_required() -> Severity:
    """A question that must be answered from now on, or need not."""
    return Severity.INFORMATION


def of_meaning(*, lost: bool) -> Severity:
    """What the mapping says of options, boxes; ``lost``: no box stands for one that rules name."""
    return Severity.BLOCKING if lost else Severity.REVIEW


def of_missing(needs: Needs, path: str, *, active: bool, accepted: bool) -> Severity:
    """A field without a champ; ``accepted``: a person said that it is not asked."""
    if accepted:
        return Severity.INFORMATION
    if needs.rest_on(path):
        return Severity.BLOCKING if active else Severity.REVIEW
    return Severity.REVIEW if active else Severity.INFORMATION


def of_missing_annotation(
    needs: Needs, path: str, *, written: bool, reworded: bool, gone: bool
) -> Severity:
    """An annotation that the form has not: at worst a verdict cannot be shown on DS.

    Under other words it is there, and what a person decides by it is not read. Where it was there
    when the form was reviewed, what they decided by yes or no would count no more: a dossier that
    they keep inside would leave.

    Args:
        needs: What rests on what.
        path: Of the annotation.
        written: Whether the bridge writes it.
        reworded: Whether it is there under other words.
        gone: Whether it asks yes or no, was reviewed, and nobody said that the form lacks it.
    """
    if (reworded or gone) and path in needs.decide:
        return Severity.BLOCKING
    return Severity.REVIEW if written else Severity.INFORMATION


def of_unwritable() -> Severity:
    """What an annotation cannot take: it spoils no verdict, and keeps a form from being adopted."""
    return Severity.REVIEW


def of_ambiguous(*, active: bool) -> Severity:
    """Two champs of the one label that a field names."""
    return Severity.BLOCKING if active else Severity.REVIEW


def of_untaken(*, active: bool, reviewed: bool) -> Severity:
    """A champ that no field takes; ``reviewed``: a person saw it so, in these words."""
    return Severity.REVIEW if active and not reviewed else Severity.INFORMATION
