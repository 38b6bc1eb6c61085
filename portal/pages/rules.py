"""Rule-sets: one person proposes a file, sees who would change and why; another one adopts it."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Depends, Request, Response

from datafiles.file import DataFileError, text_of
from portal.errors import BUSY, BusyError, ForbiddenError, UnknownError
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.sessions import SignedIn
from portal.source import CheckedRules, Source, now
from store.staff.proposals import Decision, RuleProposal
from triage.verdict.trial import Trial
from triage.verdict.trial_causes import VERDICTS

MOST_BYTES = 256 * 1024
_LISTED = 30
_SHOWN = 40
_WAIT = 3.0
"""Seconds that a page waits for a trial."""
_NOTHING = Shown({})
_DECIDED = {"adopted": "adopté", "declined": "écarté"}

router = APIRouter()


class Trials:
    """Trials of the last proposals: each takes a while, and nothing moves them but a run.

    They are made beside the pages, one after the other.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, "unc-portal-trial")
        self._turn = Lock()
        self._known: dict[int, tuple[str, Future[Trial | None]]] = {}

    def of(self, source: Source, one: RuleProposal) -> Trial | None:
        """Who would change by a proposal; ``None`` where it cannot be read.

        Raises:
            TimeoutError: It is being tried: the page is to be asked for again.
        """
        with self._turn:
            stamp = source.stamp()
            known = self._known.get(one.id)
            if known is None or known[0] != stamp:
                if len(self._known) >= _LISTED:
                    self._known.clear()
                known = (stamp, self._worker.submit(_tried, source, one))
                self._known[one.id] = known
        return known[1].result(timeout=_WAIT)

    def close(self) -> None:
        """Try no more; waits until a trial that has begun is done."""
        self._worker.shutdown(cancel_futures=True)


def _tried(source: Source, one: RuleProposal) -> Trial | None:
    checked = source.rules.check(one.name, one.content)
    return source.rules.attempt(checked.rules) if checked.rules is not None else None


@router.get("/regles")
def rules(request: Request, person: SignedIn) -> Response:
    """Where a rule-set is proposed; the latest proposals.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    if not person.role.administers:
        raise ForbiddenError
    source = _source(request)
    return view_of(request).page(
        request,
        "regles",
        person=person,
        proposals=source.store.proposals.list(source.demarche, limit=_LISTED),
        decided=_DECIDED,
        closed=source.rules.closed(),
        gages=_NOTHING,
    )


class ProposeForm(PageForm):
    """A file of rules."""

    most_files: ClassVar[int] = 1


@router.post("/regles")
def propose(sent: Annotated[Sent[ProposeForm], Depends(form_of(ProposeForm))]) -> Response:
    """Keep a rule-set that a person proposes; nothing judges by it before another one adopts it.

    Raises:
        NotWrittenError: There is no file, or it cannot be used.
    """
    sent.require(sent.person.role.administers)
    source, file = _source(sent.request), sent.file
    if file is None:
        raise sent.refuse("Choisissez d’abord le fichier du référentiel.", back="/regles")
    if len(file.content) > MOST_BYTES:
        raise sent.refuse("Ce fichier a plus de 256\u00a0Kio.", back="/regles")
    try:
        text = text_of(file.content, source=file.name)
        checked = source.rules.check(file.name, text)
    except DataFileError as error:
        raise sent.refuse(" ; ".join(error.problems), back="/regles") from error
    if checked.unusable:
        raise sent.refuse(" ; ".join(checked.problems), back="/regles")
    kept: list[int] = []

    def act() -> None:
        by, at = sent.person.email, now()
        kept.append(source.store.proposals.add(source.demarche, file.name, text, by=by, at=at))

    sent.write(
        act,
        shown=lambda: _NOTHING,
        back="/regles",
        said="",
        journal=("rules proposed", file.name),
    )
    return sent.done(
        "Le fichier est proposé : rien n’est encore en vigueur.", back=f"/regles/{kept[0]}"
    )


@router.get("/regles/{number}")
def proposal(request: Request, number: str, person: SignedIn) -> Response:
    """What a proposed rule-set would change: who, and why.

    Raises:
        ForbiddenError: The person is no administrator.
        UnknownError: There is no such proposal.
    """
    if not person.role.administers:
        raise ForbiddenError
    source = _source(request)
    one = _proposal(source, number)
    trials: Trials = request.app.state.trials
    checked: CheckedRules | None = None
    problems: tuple[str, ...] = ()
    if one.decision is None:
        try:
            checked = source.rules.check(one.name, one.content)
            problems = checked.problems
        except DataFileError as error:
            problems = error.problems
    trial, trying = None, False
    if checked is not None and checked.rules:
        try:
            trial = trials.of(source, one)
        except TimeoutError:
            trying = True
    return view_of(request).page(
        request,
        "referentiel",
        person=person,
        one=one,
        checked=checked,
        problems=problems,
        trial=trial,
        trying=trying,
        moves=trial.moves[:_SHOWN] if trial else (),
        decided=_DECIDED,
        verdicts=VERDICTS,
        own=one.proposed_by == person.email,
        closed=source.rules.closed() if one.decision is None else "",
        gages=_shown(one),
    )


class DecideForm(PageForm):
    """What is decided of a proposal."""

    geste: Literal["adopter", "ecarter"]


@router.post("/regles/{number}")
def decide(
    number: str, sent: Annotated[Sent[DecideForm], Depends(form_of(DecideForm))]
) -> Response:
    """Adopt a proposal, which another person made; or put it aside.

    Raises:
        UnknownError: There is no such proposal.
        NotWrittenError: The person proposed it herself, it was decided, or it cannot be used.
    """
    sent.require(sent.person.role.administers)
    source = _source(sent.request)
    one, by = _proposal(source, number), sent.person.email
    back, adopts = f"/regles/{one.id}", sent.form.geste == "adopter"
    if adopts and one.proposed_by == by:
        raise sent.refuse(
            "Vous avez proposé ce fichier : une autre personne de l’administration l’adopte.",
            back=back,
        )
    decision: Decision = "adopted" if adopts else "declined"

    def present() -> Shown:
        return _shown(_proposal(source, number))

    def alone(_: object) -> None:
        sent.refuse_stale(present(), back=back)  # another portal may have decided since the look
        if adopts:
            try:
                source.rules.adopt(one.name, one.content)
            except DataFileError as error:
                raise sent.refuse(" ; ".join(error.problems), back=back) from error
        if not source.store.proposals.decide(source.demarche, one.id, decision, by=by, at=now()):
            raise sent.refuse("Cette proposition a déjà reçu une décision.", back=back)

    def act() -> None:
        try:
            source.enter(alone)
        except BusyError as error:
            raise sent.refuse(BUSY, back=back) from error

    said = (
        f"{one.name} est adopté : il juge les dossiers déposés depuis sa date d’effet, dès le"
        " prochain passage."
        if adopts
        else f"{one.name} est écarté."
    )
    return sent.write(
        act,
        shown=present,
        back=back,
        said=said,
        journal=("rules adopted" if adopts else "rules declined", one.name),
    )


def _shown(one: RuleProposal) -> Shown:
    return Shown({"Décision": _DECIDED.get(one.decision or "", "en attente")})


def _proposal(source: Source, number: str) -> RuleProposal:
    known = number.isascii() and number.isdecimal() and len(number) < 11  # noqa: PLR2004
    found = source.store.proposals.get(source.demarche, int(number)) if known else None
    if found is None:
        raise UnknownError
    return found


def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source
