"""A form that changed, read and adopted question after question, without a terminal."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from mappings.adoption.choice import ABSENT, ChoiceQuestion
from mappings.adoption.decisions import Decision
from mappings.adoption.earlier import EarlierWords, earlier_words, key_of
from mappings.adoption.in_force import moved_told
from mappings.adoption.meaning import moved_since
from mappings.adoption.session import Session
from mappings.drift.model import Drift, Kind, Severity
from mappings.drift.reviewed import ReviewedForm, SaidOfBefore
from steps.adopt import review
from steps.adopt.adapt import Adaptation, FoundMatches, begin
from steps.adopt.adopted_mapping import is_shipped
from steps.adopt.write import alone, keep_decisions, write
from steps.wiring.drift import (
    absences_told,
    drift_of,
    earlier_of,
    form_adoption,
    form_adoption_told,
)
from steps.wiring.failures import RequestError
from steps.wiring.form import keep_reviewed, load_form, reviewed_form
from steps.wiring.observed import needs_now
from steps.wiring.services import Services

_UNSEEN = "Ce qui bloque n’est relu que si vous le dites : cochez la case au-dessus d’« Adopter »"
BLOCKS, SAID, TO_REVIEW = "Bloquant", "Raison donnée", "À revoir"


@dataclass(frozen=True, slots=True)
class FormState:
    """Where a form stands.

    Attributes:
        adopted: Who adopted it and when; "" if nobody did.
        moved: That the mapping was corrected since, and where, in French; "" if not.
        drifts: What differs, in French, the worst first, each with what it does (:data:`BLOCKS`
            stands against an adoption).
        questions: What is left to say.
        said: What was said of each field: a champ or option, or why there is none.
        absences: What the form does not ask, with the reason, who said so and when, in French.
        revision: The revision in force.
        mapping: Digest of the mapping file as it is.
        lists: All that may be chosen for a question, by its level, as :meth:`decide` takes it.
        blocking: What blocks, and adopting lets go of: each change, with before and now.
        seen: What names them, for :meth:`adopt`; "" without any.
        earlier: Questions that dossiers answered in other words, and nobody said what they asked.
        said_before: What was said of such words, each with what names it.
    """

    adopted: str
    moved: str
    drifts: tuple[tuple[str, str], ...]
    questions: tuple[ChoiceQuestion, ...]
    said: Mapping[str, str]
    absences: tuple[str, ...]
    revision: str
    mapping: str
    lists: Mapping[str, tuple[str, ...]]
    blocking: tuple[str, ...] = ()
    seen: str = ""
    earlier: tuple[EarlierWords, ...] = ()
    said_before: tuple[tuple[SaidOfBefore, str], ...] = ()


class FormAdoption:
    """What a person does with the form of a démarche.

    The mapping is written beside the one in use; where that one comes with the bridge, under
    ``UNC_HOME``, where the next process reads it.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._found = FoundMatches()

    def state(self) -> FormState:
        """Where it stands.

        Raises:
            RequestError: It was never read.
            DataFileError: A data file is wrong.
        """
        services, adaptation = self.present(), self._begin("")
        drifts = drift_of(services)
        reviewed = reviewed_form(services.inputs.mapping_file) or ReviewedForm()
        settled, needs = (
            reviewed.settled,
            needs_now(services.form, services.inputs.publishing.columns),
        )
        against, blocking = review.against(drifts), review.blocking(services)
        session, questions = adaptation.session, tuple(adaptation.questions())
        decisions = session.decisions.of
        return FormState(
            adopted=form_adoption_told(services),
            moved=_moved(services),
            drifts=tuple(
                (_capital(one.sentence), _weight(one, against, settled))
                for one in drifts
                if not (one.of_the_form or one.kind is Kind.EARLIER)
                and (one.severity is not Severity.INFORMATION or _is_said(one, settled))
            ),
            questions=questions,
            said={path: _told(session, path, one) for path, one in decisions.items()},
            absences=tuple(one.told for one in absences_told(services)),
            revision=adaptation.active.id,
            mapping=services.form.mapping.digest,
            lists={
                one.level: tuple(session.named(one.path)) for one in questions if not one.option
            },
            blocking=tuple(_capital(one.sentence) for one in blocking.drifts),
            seen=blocking.code,
            earlier=tuple(earlier_words(earlier_of(services), services.form.mapping, needs)),
            said_before=tuple((one, key_of(one)) for one in reviewed.before),
        )

    def decide(
        self, path: str, *, champ: str, absent: str, by: str, inverted: bool | None = None
    ) -> None:
        """Say which champ or option answers a question, or why none does; the mapping is written.

        A champ is said by its id, or as :attr:`FormState.lists` names it.

        Raises:
            RequestError: The question is not asked any more, the answer is none of those offered,
                it cannot ask the contrary, the name is blank, or somebody else is adapting it.
        """
        with alone(self._target()):
            self._decide(path, decision=Decision(champ, absent, inverted), by=by)

    def _decide(self, path: str, *, decision: Decision, by: str) -> None:
        champ, absent, inverted = decision.champ, decision.absent, decision.inverted
        adaptation = self._begin(by)
        choice = next((one for one in adaptation.questions() if one.path == path), None)
        if choice is None:
            raise RequestError("Cette question n’attend plus de réponse : rechargez la page.")
        session = adaptation.session
        if choice.of_answer and not champ:
            raise RequestError("Dites ce que veut dire cette réponse : oui, non, ni oui ni non.")
        if champ not in choice.keys:
            champ = session.named(path).get(champ, champ)
        if champ and (why := session.why_not(choice, champ)):
            raise RequestError(why)
        if not by.strip():
            raise RequestError("Donnez votre nom : il est gardé avec ce que vous décidez.")
        if champ and inverted is None and (why := session.why_which_sense(choice, champ)):
            raise RequestError(why)
        if champ and inverted is not None:
            why = session.why_not_contrary(choice, champ, inverted=inverted)
            if why:
                raise RequestError(why)
        if champ and (why := session.why_not_box(choice, champ, inverted=inverted)):
            raise RequestError(why)
        decision = (
            Decision(champ=champ, inverted=inverted, about=choice.about)
            if champ
            else Decision(absent=absent.strip() or ABSENT, about=choice.about)
        )
        self._write(adaptation.saying(session.decided(path, decision)))

    def take_back(self, path: str, *, by: str) -> None:
        """Forget what was said of a question: it is asked again.

        Raises:
            RequestError: Nothing was said of it.
        """
        with alone(self._target()):
            adaptation = self._begin(by)
            session = adaptation.session
            if path not in session.decisions.of:
                raise RequestError("Rien n’a été dit de cette question : rechargez la page.")
            of = {key: one for key, one in session.decisions.of.items() if key != path}
            kept = replace(session, decisions=replace(session.decisions, of=of))
            self._write(adaptation.saying(kept))

    def adopt(self, *, by: str, seen: str = "") -> tuple[str, ...]:
        """Adopt the form as it is read now; what stands against it, in French, if it is refused.

        Args:
            by: Who adopts it.
            seen: What :attr:`FormState.seen` said, where they saw what blocks.

        Raises:
            RequestError: It was never read, nothing of it is left to adopt, or the name is blank.
        """
        state, adaptation = self.state(), self._begin(by)
        if state.adopted and not (state.drifts or state.said):
            raise RequestError("Ce formulaire est adopté, et rien n’y a changé.")
        with alone(self._target()):
            if self._is_shipped() and not self._target().exists():
                is_seen = review.blocking(self.present()).is_seen(seen)
                write(adaptation)
                seen = review.blocking(self.present()).code if is_seen else ""
            done = review.adopt(self.present(), by=by, seen=seen)
        if done.adoption is not None:
            return ()
        if done.unseen.drifts:
            return (_UNSEEN, *(_capital(one.sentence) for one in done.unseen.drifts))
        return tuple(one.advice for one in done.against)

    def say_of_before(
        self, path: str, *, key: str, same: bool, inverted: bool, reason: str, by: str
    ) -> None:
        """Say whether a question asked the same in words that it had before.

        Raises:
            RequestError: See :func:`steps.adopt.review.said_of_before`.
        """
        with alone(self._target()):
            self._own_copy()
            review.said_of_before(
                self.present(), path, by=by, reason=reason, same=same, inverted=inverted, key=key
            )

    def take_back_before(self, path: str, *, key: str) -> None:
        """Forget what was said of words that a question had before.

        Raises:
            RequestError: Nothing was said of them.
        """
        with alone(self._target()):
            review.take_back_before(self.present(), path, key=key)

    def _own_copy(self) -> None:
        """Keep a copy of the mapping that comes with the bridge, with what was reviewed with it.

        Its adoption stands: the copy says the same.
        """
        ours, target = self._services.inputs.mapping_file, self._target()
        if not self._is_shipped() or target.exists():
            return
        if reviewed := reviewed_form(ours):
            keep_reviewed(target, reviewed)
        part = target.with_name(f"{target.name}.part")
        part.write_bytes(ours.read_bytes())
        part.replace(target)

    def _begin(self, by: str) -> Adaptation:
        return begin(self.present(), target=self._target(), by=by, known=self._found)

    def _write(self, adaptation: Adaptation) -> None:
        keep_decisions(adaptation)
        write(adaptation)

    def _target(self) -> Path:
        """The mapping in use, unless it is one of those that come with the bridge."""
        inputs = self._services.inputs
        if self._is_shipped():
            number = str(self._services.demarche)
            return inputs.home / "correspondance" / number / "mapping.yaml"
        return inputs.mapping_file

    def _is_shipped(self) -> bool:
        return is_shipped(self._services.inputs.mapping_file)

    def present(self) -> Services:
        """The services by the data files as they are written now.

        Raises:
            DataFileError: A data file is wrong.
        """
        services, target = self._services, self._target()
        if not target.exists():
            target = services.inputs.mapping_file
        form = load_form(mapping=target, rules=services.inputs.rules)
        return replace(services, form=form, inputs=replace(services.inputs, mapping_file=target))


def _capital(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _moved(services: Services) -> str:
    """That the mapping was corrected since its form was adopted, in one sentence."""
    adoption, mapping = form_adoption(services), services.form.mapping
    moved = moved_since(adoption.mapping, mapping) if adoption else ()
    return moved_told(moved, mapping) if moved else ""


def _told(session: Session, path: str, said: Decision) -> str:
    """What was said of a question, the champ by its label."""
    if not said.champ:
        return said.absent or "plus tard"
    match = session.taken.get(path)
    told = f"« {match.offered.label if match else said.champ} »"
    return f"{told}, qui demande le contraire" if said.inverted else told


def _weight(one: Drift, against: Sequence[Drift], settled: AbstractSet[str]) -> str:
    """What a difference does; the commands that its remedy names are for a terminal."""
    if one in against:
        return BLOCKS
    return SAID if one.lost and one.field in settled else TO_REVIEW


def _is_said(one: Drift, settled: AbstractSet[str]) -> bool:
    """Whether it is an annotation that a person said absent."""
    gone = one.kind is Kind.MISSING and one.field.startswith("annotations.")
    return gone and one.field in settled
