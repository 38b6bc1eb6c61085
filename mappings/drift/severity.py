"""How bad each drift of the form is: said here, whoever finds it.

One blocks where verdicts would be wrong: the rules rest on the field, in the revision in force. So
does a field that may ask something else where what leaves the agency hangs on it, and an annotation
where a person decides by it what leaves, or what the bridge does.
"""

from mappings.drift.model import Needs, Severity


def of_wrong_answers(needs: Needs, path: str, *, active: bool) -> Severity:
    """Answers that cannot be read any more."""
    return Severity.BLOCKING if active and needs.acted_on(path) else Severity.REVIEW


def of_another(needs: Needs, path: str, *, active: bool) -> Severity:
    """Answers that are another champ's."""
    return Severity.BLOCKING if active and needs.acted_on(path) else Severity.REVIEW


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
    """Other words of a question: it may ask something else."""
    if alike:
        return Severity.INFORMATION
    return Severity.BLOCKING if needs.acted_on(path) else Severity.REVIEW


def of_options(needs: Needs, path: str, *, lost: bool, gone: bool, active: bool = True) -> Severity:
    """Options that came or went.

    Where a rule compares with options, or a person decides by them, one that is gone may be there
    under another name; where they decide what leaves, so may one that came.

    Args:
        needs: What rests on what.
        path: Of the field or annotation.
        lost: Whether one that rules name is gone.
        gone: Whether any is.
        active: Whether the revision is in force.
    """
    named = bool(needs.options.get(path))
    may_mislead = path in needs.leave or (gone and (named or path in needs.decide))
    if active and (lost or may_mislead):
        return Severity.BLOCKING
    return Severity.REVIEW if named or path in needs.decide else Severity.INFORMATION


def of_before() -> Severity:
    """Other words of a question in a revision of before: where they matter, they are not read."""
    return Severity.REVIEW


def of_required() -> Severity:
    """A question that must be answered from now on, or need not."""
    return Severity.INFORMATION


def of_meaning(*, lost: bool) -> Severity:
    """What the mapping says of options, boxes; ``lost``: nothing stands for what verdicts need."""
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
    when the form was reviewed, what they decided would count no more: a dossier that they keep
    inside would leave.

    Args:
        needs: What rests on what.
        path: Of the annotation.
        written: Whether the bridge writes it.
        reworded: Whether it is there under other words.
        gone: Whether it was there when reviewed, and nobody said that the form lacks it.
    """
    if (reworded or gone) and path in needs.decide:
        return Severity.BLOCKING
    return Severity.REVIEW if written else Severity.INFORMATION


def of_unwritable(needs: Needs, path: str, *, gone: bool) -> Severity:
    """Words that an annotation cannot take: they keep a form from being adopted.

    They spoil no verdict; but where it could when it was reviewed (``gone``), a person who decides
    by them says it in other words now, which are not read.
    """
    return Severity.BLOCKING if gone and path in needs.decide else Severity.REVIEW


def of_ambiguous(*, active: bool) -> Severity:
    """Two champs of the one label that a field names."""
    return Severity.BLOCKING if active else Severity.REVIEW


def of_untaken(*, active: bool, reviewed: bool) -> Severity:
    """A champ that no field takes; ``reviewed``: a person saw it so, in these words."""
    return Severity.REVIEW if active and not reviewed else Severity.INFORMATION
