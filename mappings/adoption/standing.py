"""What stands of what a person said and reviewed, where a form is adapted again.

Nothing is reviewed by being run again, and nothing that a person said is lost: but what was said of
a question that asks another thing since was not said of it.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from datafiles.file import DataFileError
from mappings.adoption.absences import every_field, every_spec, left_out, refused
from mappings.adoption.decisions import Decision
from mappings.adoption.session import Session
from mappings.dossier.revision import Revision, flatten
from mappings.drift.reviewed import Absence, ReviewedForm
from mappings.drift.wording import has_other_help, has_other_label
from mappings.schema.champs import keys_of
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping

_NOTE = re.compile(r" +#")


@dataclass(frozen=True, slots=True)
class FormerFile:
    """The mapping file in use where a form is adapted, and what a person said beside it.

    Attributes:
        mapping: What it says.
        reviewed: The form that they had before their eyes, and what they said of it; nothing where
            that was of another form.
        adopted: Whether they adopted that form.
        shipped: The bridge's own mapping of this name, where this command did not write the file.
        again: Whether it is the file to write.
        corrected: Whether it was written since what a person said was kept.
        doubtful: Fields of which the form changed so that verdicts may be wrong, since it was
            reviewed by them.
        changes: What names how the form changed of each field
            (:attr:`mappings.adoption.choice.ChoiceQuestion.about`).
    """

    mapping: FormMapping
    reviewed: ReviewedForm = ReviewedForm()  # noqa: RUF009 (frozen)
    adopted: bool = False
    shipped: FormMapping | None = None
    again: bool = False
    corrected: bool = False
    doubtful: frozenset[str] = frozenset()
    changes: Mapping[str, str] = field(default_factory=dict)


def of_this_form(reviewed: ReviewedForm | None) -> ReviewedForm:
    """What a person said beside a mapping; nothing beside a copy of the bridge's own.

    That was said of another form, unless it is adopted as it is.
    """
    reviewed = reviewed or ReviewedForm()
    theirs = all(one.demarche is not None for one in reviewed.adopted)
    return reviewed if theirs else replace(reviewed, adopted=(), absent={})


def taken_up(
    session: Session, former: FormerFile, active: Revision
) -> tuple[Session, Mapping[str, Absence]]:
    """A session with what was said before that still stands, and what was refused beside the file.

    Args:
        session: What was found of the form, and what `adaptation.yaml` says.
        former: The file in use.
        active: The form in force.
    """
    emptied = _emptied(former, session.decisions.of)
    if emptied:
        said = {path: one for path, one in session.decisions.of.items() if path not in emptied}
        session = replace(session, decisions=replace(session.decisions, of=said))
    decisions = session.decisions
    gone = refused(former.reviewed, former.mapping, active, session.matching.sure)
    # One of adaptation.yaml that says otherwise was said before the file was left so.
    gone = {
        path: one for path, one in gone.items() if not decisions.of.get(path, Decision()).absent
    }
    read = _read_of(former.mapping, active)
    asked_otherwise = former.doubtful & read
    # What was said of a question that asks another thing since was not said of it.
    past = gone.keys() | {
        path
        for path in asked_otherwise & decisions.of.keys()
        if (
            decisions.of[path].about != former.changes[path]
            if path in former.changes
            else former.adopted
        )
    }
    said = {path: one for path, one in decisions.of.items() if path not in past}
    said = {path: Decision(absent=one.reason) for path, one in gone.items()} | said
    session = replace(session, decisions=replace(decisions, of=said))
    unsure = asked_otherwise
    if former.again:
        left = left_out(former.reviewed, former.mapping, active, session.taken)
        unsure |= left | emptied | _taken_out(former)
        unsure |= _asked_otherwise(former.reviewed, session, active) - read
    return session.unsure(unsure - said.keys()), gone


def _asked_otherwise(reviewed: ReviewedForm, session: Session, active: Revision) -> frozenset[str]:
    """Fields whose question has other words, or another help, than were last reviewed of it.

    That it was known under other words makes nothing sure.
    """
    asked = {one.id: one for one in flatten((*active.champs, *active.annotations))}

    def changed(champ: str) -> bool:
        known, now = reviewed.champs.get(champ), asked.get(champ)
        if known is None or now is None:
            return False
        return has_other_label(now, known) or has_other_help(now, known)

    return frozenset(
        path for path, one in session.taken.items() if any(map(changed, one.offered.champs))
    )


def _read_of(mapping: FormMapping, active: Revision) -> frozenset[str]:
    """Fields and annotations that a mapping reads of champs that the form has."""
    asked = {one.id for one in flatten((*active.champs, *active.annotations))}
    specs = every_spec(mapping).items()
    return frozenset(path for path, spec in specs if not asked.isdisjoint(keys_of(spec)))


def _emptied(former: FormerFile, said: Mapping[str, Decision]) -> frozenset[str]:
    """Fields for which a champ was chosen, and that the file, corrected since, leaves without any.

    What is written by hand after an answer stands against it: they are asked again.
    """
    if not (former.again and former.corrected):
        return frozenset()
    specs = every_spec(former.mapping)

    def gives(path: str) -> bool:
        spec, rows = specs[path], specs.get(path.partition(".")[0])
        return bool(keys_of(spec) or spec.source or (rows and rows.source))

    return frozenset(
        path for path, one in said.items() if one.champ and path in specs and not gives(path)
    )


def _taken_out(former: FormerFile) -> frozenset[str]:
    """Fields that a copy of the bridge's own mapping leaves absent, and the bridge's own asks."""
    asked = every_field(former.shipped) if former.shipped else {}
    return frozenset(
        path
        for path, spec in every_field(former.mapping).items()
        if not keys_of(spec) and spec.source is None and path in asked and keys_of(asked[path])
    )


def kept_review(
    earlier: ReviewedForm,
    files: tuple[str, str],
    *,
    said: tuple[Mapping[str, Decision], Mapping[str, Decision]],
    doubtful: AbstractSet[str],
    changes: Mapping[str, str] = MappingProxyType({}),
) -> tuple[ReviewedForm, bool]:
    """What was reviewed beside a file that is replaced; whether it stands, whole.

    Its adoption goes with what the file says, unless only notes above fields move. What was
    reviewed stands where both say the same and nobody says more, and as long as nobody said
    anything of what the form made doubtful since: nothing was reviewed then.

    Args:
        earlier: What was reviewed, and said, beside the file that is replaced.
        files: The text of that file, then of the one that replaces it.
        said: What a person said when it was written, then this time.
        doubtful: Fields of which the form changed so that verdicts may be wrong; "" where that is
            of no field in particular.
        changes: What names how it changed of each field.
    """
    before, now = said
    if earlier.adopted and {**before} == {**now} and _say_the_same(*files):
        return earlier, True
    # Nobody looked at what the form made doubtful: it is not reviewed by what was said of the rest.
    unseen = any(
        now.get(one, Decision()).about != changes[one]
        if one in changes
        else now.get(one) == before.get(one)
        for one in doubtful
    )
    stands = unseen and earlier.accepted
    if _without_notes(files[0]) == _without_notes(files[1]):
        return earlier, stands
    return replace(earlier, adopted=()), stands


def _without_notes(text: str) -> list[str]:
    return [one for one in text.splitlines() if not _NOTE.match(one)]


def _say_the_same(*texts: str) -> bool:
    """Whether files are read alike, whatever is noted in them."""
    with suppress(DataFileError):
        one, other = (replace(parse_mapping(text, source=""), digest="") for text in texts)
        return one == other
    return False


def absences_kept(
    session: Session,
    earlier: Mapping[str, Absence],
    *,
    before: Mapping[str, Decision],
    today: date,
) -> Mapping[str, Absence]:
    """What a person says that the form does not ask; one that was taken back, or is found, goes.

    Args:
        session: What was found, and what they say this time.
        earlier: What was said beside the file that is replaced.
        before: What they said when it was written.
        today: The day of what is new.
    """
    decisions = session.decisions
    back = {path for path, one in before.items() if one.absent} - decisions.of.keys()
    gone = session.taken.keys() | back
    absent = {path: one for path, one in earlier.items() if path not in gone}
    for path, reason in session.absent.items():
        if path not in absent or absent[path].reason != reason:
            absent[path] = Absence(reason, decisions.by, today)
    return absent
