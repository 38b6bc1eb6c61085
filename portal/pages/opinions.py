"""Opinions: typed on the page of a dossier, or sent back in a workbook, shown before the yes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from exports.cells import MAX_UNITS
from exports.errors import ExportError
from exports.returned.merging import Spread, Ways
from exports.returned.taken_in import ReadAs, TakenIn
from portal.errors import UnknownError
from portal.pages.dossiers import DossierPages, is_number, opinion_shown
from portal.pages.view import view_of
from portal.pages.writing import ConfirmForm, PageForm, Sent, Shown, form_of
from portal.people.sessions import SignedIn
from portal.published.returns import MOST_TEXT, Pending, Returns, reading
from portal.source import Source, now
from store.database.errors import Superseded
from store.staff.opinions import OpinionRow
from store.staff.visits import Visit

_ROWS = "Chaque avis est bien en face de son dossier"
_WAYS = Ways(
    rows=f"renvoyez-le en cochant «\u00a0{_ROWS}\u00a0»",
    merged="renvoyez-le en choisissant plus bas pour qui il vaut",
    first="renvoyez-le en choisissant plus bas « pour leur première ligne seule »",
)
_SPREADS: dict[str, Spread] = {"premier": "first", "tous": "all"}
_SHOWN = 500
_NOTHING = Shown({})

router = APIRouter()


class OpinionForm(PageForm):
    """What a person thinks of a dossier."""

    avis: Annotated[str, Field(title="Avis", max_length=250)] = ""
    commentaire: Annotated[str, Field(title="Commentaire", max_length=MAX_UNITS)] = ""


@router.post("/dossiers/{number}/avis")
def give(
    number: str, sent: Annotated[Sent[OpinionForm], Depends(form_of(OpinionForm))]
) -> Response:
    """Keep the opinion of a person on a dossier of their workbook; blank takes it back.

    Raises:
        UnknownError: There is none of this number that they may read.
        ForbiddenError: It is not of their workbook.
        NotWrittenError: The opinion is not in the list, or somebody gave another one meanwhile.
    """
    pages: DossierPages = sent.request.app.state.dossier_pages
    source, role, form = pages.source, sent.person.role, sent.form
    card = pages.card(int(number), role) if is_number(number) else None
    if card is None:
        raise UnknownError
    sent.require(role.may_judge(card.centres))
    back = f"/dossiers/{card.number}#avis"
    if form.avis and form.avis not in source.columns.opinions:
        raise sent.refuse(f"«\u00a0{form.avis}\u00a0» n’est pas dans la liste des avis.", back=back)
    until = source.store.opinions.last_id(source.demarche)
    row = OpinionRow(card.number, role.author, form.avis, form.commentaire)

    def act() -> None:
        line = Visit(now(), sent.person.email, "opinion", file=f"dossier {card.number}")
        try:
            source.give_opinion(row, until, line)
        except Superseded as error:
            raise sent.refuse(str(error), back=back) from error

    def shown() -> Shown:
        held = source.store.opinions.latest(source.demarche, numbers=[card.number])
        own = next((one for one in held if one.author == role.author), None)
        return opinion_shown(own.judgement if own else "", own.comment if own else "")

    given = form.avis or form.commentaire
    said = "Votre avis est enregistré." if given else "Votre avis est retiré."
    return sent.write(act, shown=shown, back=back, said=said, journal=None)  # kept with the act


class ReturnForm(PageForm):
    """A workbook that comes back, and what its sender says of it."""

    most_files: ClassVar[int] = 1

    fusion: Literal["", "premier", "tous"] = ""
    lignes: Literal["", "oui"] = ""


@router.get("/renvoi")
def send_back(request: Request, person: SignedIn) -> Response:
    """Where a workbook is sent back."""
    return _page(request, person, None)


@router.post("/renvoi")
def upload(sent: Annotated[Sent[ReturnForm], Depends(form_of(ReturnForm))]) -> Response:
    """Read a workbook that came back; nothing is kept of it but what it would change.

    Raises:
        NotWrittenError: It is no workbook, or there is none.
        BusyError: Another one is being read.
    """
    source, person, file = _source(sent.request), sent.person, sent.file
    if file is None:
        raise sent.refuse("Choisissez d’abord le classeur à renvoyer.", back="/renvoi")
    said = ReadAs(bool(sent.form.lignes), _SPREADS.get(sent.form.fusion), _WAYS)
    try:
        with reading():
            taken = source.compare_returned(file.content, file.name, said, person.role.may_return)
    except ExportError as error:
        raise sent.refuse(str(error), back="/renvoi") from error
    if _length(taken) > MOST_TEXT:
        raise sent.refuse(
            "Ce classeur change trop de texte à la fois pour être relu dans une page\u00a0:"
            " renvoyez-le en plusieurs fois.",
            back="/renvoi",
        )
    one = _returns(sent.request).put(person.email, file.name, taken, at=now())
    return sent.done("", back=f"/renvoi/{one.id}")


@router.get("/renvoi/{name}")
def look(request: Request, name: str, person: SignedIn) -> Response:
    """What a workbook would change, cell by cell; or why nothing of it is taken."""
    one = _returns(request).get(name, person.email, at=now())
    if one and not _only_refused(one.taken) and not person.role.may_return(one.taken.author):
        one = None  # they have another role since; why a workbook was refused is still told
    return _page(request, person, one, gone=one is None)


def _only_refused(taken: TakenIn) -> bool:
    return bool(taken.problems) and not (taken.changes or taken.answers or taken.remarks)


@router.post("/renvoi/{name}")
def answer(
    name: str, sent: Annotated[Sent[ConfirmForm], Depends(form_of(ConfirmForm))]
) -> Response:
    """Keep what a workbook changes, as it was shown; or forget it.

    Raises:
        UnknownError: None of this person's waits under this name.
        NotWrittenError: Somebody gave another opinion meanwhile.
    """
    source, returns = _source(sent.request), _returns(sent.request)
    one = returns.get(name, sent.person.email, at=now())
    if one is None:
        raise UnknownError
    taken = one.taken
    told = _counted(taken)
    sent.require(sent.person.role.may_return(taken.author))
    if sent.form.geste == "renoncer" or taken.problems:
        returns.drop(name)
        return sent.done("Rien n’a été repris de ce classeur.", back="/renvoi")

    def act() -> None:
        line = Visit(
            now(), sent.person.email, "workbook returned", file=f"{taken.author}.xlsx, {told}"
        )
        try:
            source.keep_returned(taken, line)
        except Superseded as error:
            raise sent.refuse(str(error), back="/renvoi") from error
        returns.drop(name)

    said = f"Repris du classeur\u00a0: {told}."
    return sent.write(act, shown=lambda: _NOTHING, back="/", said=said, journal=None)


def _page(
    request: Request, person: SignedIn, one: Pending[TakenIn] | None, *, gone: bool = False
) -> Response:
    changes = one.taken.changes if one else ()
    return view_of(request).page(
        request,
        "renvoi",
        person=person,
        one=one,
        gone=gone,
        changes=changes[:_SHOWN],
        more=max(0, len(changes) - _SHOWN),
        rows_told=_ROWS,
        gages=_NOTHING,
    )


def _counted(taken: TakenIn) -> str:
    opinions, answers = len(taken.changes), len(taken.answers)
    told = [f"{opinions} avis"] if opinions or not answers else []
    if answers:
        told.append(f"{answers} réponse{'s' if answers > 1 else ''}")
    return ", ".join(told)


def _length(taken: TakenIn) -> int:
    texts = (text for one in taken.changes for text in (*one.before, *one.after))
    answers = (text for one in taken.answers for text in (one.before, one.after))
    return sum(map(len, (*texts, *answers, *taken.problems, *taken.remarks)))


def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source


def _returns(request: Request) -> Returns[TakenIn]:
    returns: Returns[TakenIn] = request.app.state.returns
    return returns
