"""A person reviews a form: accepts its changes, says what it does not ask, adopts it.

What they said is kept beside the mapping (:mod:`mappings.drift.reviewed`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from french.time import PARIS
from mappings.adoption.absences import absences, every_field, every_spec, with_reasons
from mappings.adoption.earlier import (
    is_unsaid,
    key_of,
    settled,
    which_words,
    why_not_contrary,
    why_not_in_these_options,
    why_not_same,
    why_not_turned,
    with_said,
    without_said,
)
from mappings.adoption.meaning import meanings_of, moved_since
from mappings.adoption.vocabulary import unknown_words
from mappings.dossier.decode import stable_id
from mappings.drift.compare import compare
from mappings.drift.model import Drift, Severity
from mappings.drift.reviewed import Absence, Adoption, ReviewedForm, SaidOfBefore
from mappings.drift.reviewing import review
from mappings.schema.champs import reads_contrary
from steps.adopt.adopted_mapping import is_shipped
from steps.wiring.drift import drift_of, earlier_of, form_adoption
from steps.wiring.failures import RequestError
from steps.wiring.form import keep_reviewed, reviewed_file, reviewed_form
from steps.wiring.observed import needs_now, observed_form, words_of
from steps.wiring.services import Services, now

_CODE = 8
_UNREAD = "La démarche n'a pas encore été lue : `unc sync`, puis réessayez."


@dataclass(frozen=True, slots=True)
class Blocking:
    """What blocks a form, and would no more once a person reviewed it as it is.

    Attributes:
        drifts: Each change, with what was reviewed and what is there now.
        code: Names the form, the mapping and these changes, as they were shown; "" without any.
    """

    drifts: tuple[Drift, ...]
    code: str = ""

    def is_seen(self, code: str) -> bool:
        """Whether a person who gives this code saw them all."""
        return code.strip() == self.code or not self.drifts


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of an adoption.

    Attributes:
        adoption: Who, when, which revision; ``None`` when it was refused.
        file: Where it is kept.
        left: What stands against it, or is left to look at.
        against: What stands against it.
        moved: What the mapping says otherwise since the adoption before (fields by their path).
        unseen: What blocks, would be let go of by it, and nobody said that they saw.
    """

    adoption: Adoption | None
    file: Path
    left: tuple[Drift, ...]
    against: tuple[Drift, ...] = ()
    moved: tuple[str, ...] = ()
    unseen: Blocking = Blocking(())


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of reviewing a form.

    Attributes:
        file: Where it is kept.
        before: The differences before; nothing where it was not reviewed.
        left: Those that are left.
        unseen: What blocks, and nobody said that they saw: then nothing was reviewed.
    """

    file: Path
    before: tuple[Drift, ...]
    left: tuple[Drift, ...]
    unseen: Blocking = Blocking(())


@dataclass(frozen=True, slots=True)
class SaidNow:
    """What a person just said of words that questions had before, or took back.

    Attributes:
        file: Where it is kept.
        words: The words that they spoke of, of each question.
    """

    file: Path
    words: tuple[Drift | SaidOfBefore, ...]


def accept(services: Services, *, seen: str = "") -> Accepted:
    """Review the labels, types and options of the form as it was last read.

    What it does not ask is not accepted with it (:func:`say_absent`), nor is it adopted.

    Args:
        services: Store and data files.
        seen: The code of what blocks, as it was shown (:func:`blocking`).

    Raises:
        RequestError: The mapping is the bridge's own, and the form is another one.
    """
    _require_own_file(services)
    before, unseen = drift_of(services), blocking(services)
    if not unseen.is_seen(seen):
        return Accepted(reviewed_file(services.inputs.mapping_file), (), before, unseen)
    path = _keep(services, _as_it_is(services)[0])
    return Accepted(path, before, drift_of(services))


def blocking(services: Services) -> Blocking:
    """What a person lets go of by reviewing the form as it is: they must have seen it.

    Nothing of a form that is not the one that the bridge's own mapping was made for.
    """
    if _is_ours(services) and not form_adoption(services):
        return Blocking(())
    still = {(one.kind, one.champ, one.field) for one in _as_it_is(services)[1] if one.blocks}
    found = tuple(
        one
        for one in drift_of(services)
        if one.blocks and not one.of_the_form and (one.kind, one.champ, one.field) not in still
    )
    if not found:
        return Blocking(())
    told = "\n".join((state_shown(services), *(one.sentence for one in found)))
    return Blocking(found, sha256(told.encode()).hexdigest()[:_CODE])


def _as_it_is(services: Services) -> tuple[ReviewedForm, tuple[Drift, ...]]:
    """The form as it was last read, reviewed; and what would be left to look at of it."""
    observed, form = observed_form(services), services.form
    reviewed = review(observed.to_review, mapping=form.mapping, earlier=_said(services))
    reviewed = _without_filled(services, reviewed)
    needs = needs_now(form, services.inputs.publishing.columns)
    found = compare(observed, mapping=form.mapping, reviewed=reviewed, needs=needs)
    words = unknown_words(observed, form.mapping, needs, lambda: words_of(form.mapping.form))
    return reviewed, (*words, *with_reasons(settled(found, reviewed), reviewed))


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


def said_of_before(
    services: Services,
    field: str,
    *,
    by: str,
    reason: str,
    same: bool = True,
    inverted: bool = False,
    key: str = "",
) -> SaidNow:
    """Keep whether a question asked the same in the words in which dossiers answered it before.

    Args:
        services: Store and data files.
        field: The field that it gives, or the annotation; several, with commas between.
        by: Who says so.
        reason: Why.
        same: Whether it asked the same; else its answers of then stay unread.
        inverted: Whether they say that it asked the contrary then already, where it is read so.
        key: Which words (:func:`mappings.adoption.earlier.key_of`), as they were shown.

    Raises:
        RequestError: The mapping has no such field, nothing is left to say of it, or it is not said
            of which words; what it asks now was not reviewed, or is read upside down; these words
            were adopted in the other sense; its options of then mean nothing to rules; the reason
            or the name is blank; or the mapping is the bridge's own and the form another one.
    """
    _require_own_file(services)
    by, reason = " ".join(by.split()), " ".join(reason.split())
    if not by or not reason:
        raise RequestError("Cela se dit avec une raison (--reason) et un nom (--by).")
    specs, drifts, reviewed = every_spec(services.form.mapping), drift_of(services), _said(services)
    told: list[Drift] = []
    for path in field.split(","):
        spec = specs.get(path)
        if spec is None:
            raise RequestError(f"La correspondance n'a pas de donnée « {path} ».")
        if same and (why := why_not_same(drifts, path, spec.title)):
            raise RequestError(why)
        left = _left_to_say(services, path, title=spec.title, key=key)
        why = next((why for one in left if (why := why_not_turned(one, spec.title))), "")
        if same and not why and reads_contrary(spec) and not inverted:
            why = why_not_contrary(spec.title)
        if same and why:
            raise RequestError(why)
        for one in left:
            if same and (why := why_not_in_these_options(one, spec.title)):
                raise RequestError(why)
            said = SaidOfBefore(path, one.before, same, reason, by, _today())
            reviewed = with_said(reviewed, one, said)
        told += left
    return SaidNow(_keep(services, reviewed), tuple(told))


def _left_to_say(services: Services, path: str, *, title: str, key: str) -> list[Drift]:
    """The words of a question of which something is to be said now, as they were shown."""
    every = [one for one in earlier_of(services) if one.field == path and is_unsaid(one)]
    left = [one for one in every if key == key_of(one)]
    if not every:
        raise RequestError(
            f"Rien n'est à dire de « {title} » : aucun dossier n'y a répondu en d'autres mots que"
            " ceux qui ont été relus."
        )
    if not key:
        raise RequestError(which_words(every, title))
    if not left:
        raise RequestError(
            f"Rien n'est à dire de « {title} » dans ces mots-là ({key}) : revoyez ce qui en est"
            " montré (`unc mapping check`, ou « Formulaire » du portail)."
        )
    return left


def take_back_before(services: Services, field: str, *, key: str = "") -> SaidNow:
    """Forget what was said of the words that a question had before: it is asked again.

    Args:
        services: Store and data files.
        field: The field that it gives.
        key: Of which words; "" where something was said of some only.

    Raises:
        RequestError: Nothing was said of it, or of several words and it is not said which.
    """
    reviewed = _said(services)
    paths = field.split(",")
    gone = [one for one in reviewed.before if one.path in paths and key in {"", key_of(one)}]
    if not gone:
        raise RequestError(f"Rien n'a été dit de « {field} » tel qu'il était posé avant.")
    for path in paths:
        some = [one for one in gone if one.path == path]
        if len(set(map(key_of, some))) > 1:
            raise RequestError(which_words(some, path))
    for one in gone:
        reviewed = without_said(reviewed, one)
    return SaidNow(_keep(services, reviewed), tuple(gone))


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


def adopt(services: Services, *, by: str, seen: str = "") -> Adopted:
    """Adopt the form as it was last read, and the present mapping with it.

    It is refused as long as a field that rules read has no champ and nobody said why, or a champ
    cannot be read. A question of the scope that the form does not ask may stay so once a person
    said it: every dossier is then « À préciser » until a person decides.

    Args:
        services: Store and data files.
        by: Who adopts it.
        seen: The code of what blocks, as it was shown (:func:`blocking`).

    Raises:
        RequestError: The form was never read, or the name is blank.
    """
    if not by.strip():
        raise RequestError("Dites qui adopte ce formulaire : --by « Prénom Nom ».")
    observed, form = observed_form(services), services.form
    if observed.active is None:
        raise RequestError(_UNREAD)
    reviewed, left = _as_it_is(services)
    path = reviewed_file(services.inputs.mapping_file)
    if refused := against(left):
        return Adopted(None, path, left, refused)
    unseen = blocking(services)
    if not unseen.is_seen(seen):
        return Adopted(None, path, left, unseen=unseen)
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
