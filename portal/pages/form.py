"""The form: what changed in it, question after question, and its adoption."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from portal.errors import ForbiddenError, RefusedError
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.sessions import SignedIn
from portal.source import FormShown, Source

_BACK = "/formulaire"
_SHOWN = 8
"""Champs that are proposed for a question."""
_DESCRIBED = 3
"""Of which type, options, help and two answers are shown, as in a terminal."""
_SIGNED_AS = "signed_as"
"""In a session, the name that its person last gave: asked of each answer, typed once."""

router = APIRouter()


@router.get("/formulaire")
def form(request: Request, person: SignedIn) -> Response:
    """Where the form stands, and the next questions.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    if not person.role.administers:
        raise ForbiddenError
    state, refused = None, ""
    try:
        state = _source(request).form.state()
    except RefusedError as error:
        refused = str(error)
    return view_of(request).page(
        request,
        "formulaire",
        person=person,
        state=state,
        refused=refused,
        most=_SHOWN,
        described=_DESCRIBED,
        name=request.session.get(_SIGNED_AS, ""),
        gages=_shown(state) if state else None,
    )


_NAME = Annotated[str, Field(title="Votre nom", min_length=1, max_length=120)]


class FieldAnswerForm(PageForm):
    """What a person says of a question."""

    question: Annotated[str, Field(max_length=300)]
    geste: Literal["choisir", "absent", "reprendre"]
    choix: Annotated[str, Field(max_length=1_000)] = ""
    autre: Annotated[str, Field(title="Une autre question", max_length=2_000)] = ""
    sens: Literal["", "contraire", "meme"] = ""
    raison: Annotated[str, Field(title="Raison", max_length=500)] = ""
    nom: _NAME


@router.post("/formulaire/reponse")
def answer(sent: Annotated[Sent[FieldAnswerForm], Depends(form_of(FieldAnswerForm))]) -> Response:
    """Say which champ asks a field, why none does, or take back what was said.

    Raises:
        NotWrittenError: The answer is refused, or somebody changed the form meanwhile.
    """
    sent.require(sent.person.role.administers)
    source, given = _source(sent.request), sent.form
    by = _signed(sent)
    if given.geste == "choisir" and not (given.choix or given.autre):
        raise sent.refuse("Choisissez d’abord une des réponses proposées.", back=_BACK)
    if given.geste == "choisir" and given.choix and given.autre:
        raise sent.refuse("Gardez l’une ou l’autre : proposée, ou cherchée.", back=_BACK)
    if given.geste == "absent" and not given.raison:
        raise sent.refuse("Dites pourquoi le formulaire ne le demande pas.", back=_BACK)

    @_refused_to(sent)
    def act() -> None:
        if given.geste == "reprendre":
            source.form.take_back(given.question, by)
        elif given.geste == "choisir":
            inverted = given.sens == "contraire" if given.sens else None
            source.form.decide(given.question, given.choix or given.autre, inverted, "", by)
        else:
            source.form.decide(given.question, "", None, given.raison, by)

    return sent.write(
        act,
        shown=lambda: _present(source, sent),
        back=_BACK,
        said="C’est gardé ; rien n’est adopté par là.",
        journal=("form changed", f"{given.question}, {given.geste}"),
    )


class BeforeForm(PageForm):
    """What a person says of the words that a question had before."""

    question: Annotated[str, Field(max_length=300)]
    mots: Annotated[str, Field(max_length=100)]
    geste: Literal["meme", "contraire", "autre", "reprendre"]
    raison: Annotated[str, Field(title="Raison", max_length=500)] = ""
    nom: _NAME


@router.post("/formulaire/avant")
def before(sent: Annotated[Sent[BeforeForm], Depends(form_of(BeforeForm))]) -> Response:
    """Say whether a question asked the same in the words that it had before, or take it back.

    Raises:
        NotWrittenError: It is refused, or somebody changed the form meanwhile.
    """
    sent.require(sent.person.role.administers)
    source, given = _source(sent.request), sent.form
    by = _signed(sent)
    if given.geste != "reprendre" and not given.raison:
        raise sent.refuse("Dites pourquoi : la raison reste à côté.", back=_BACK)

    @_refused_to(sent)
    def act() -> None:
        same, contrary = given.geste != "autre", given.geste == "contraire"
        if given.geste == "reprendre":
            source.form.take_back_before(given.question, given.mots)
        else:
            source.form.say_of_before(given.question, given.mots, same, contrary, given.raison, by)

    return sent.write(
        act,
        shown=lambda: _present(source, sent),
        back=_BACK,
        said="C’est gardé : le prochain passage lit les dossiers ainsi.",
        journal=("form changed", f"{given.question}, avant, {given.geste}"),
    )


class AdoptForm(PageForm):
    """Who adopts the form, and whether they saw what blocks."""

    nom: _NAME
    relu: Annotated[str, Field(max_length=100)] = ""


@router.post("/formulaire/adoption")
def adopt(sent: Annotated[Sent[AdoptForm], Depends(form_of(AdoptForm))]) -> Response:
    """Adopt the form as it is read now; from then on the bridge writes and hands out.

    Raises:
        NotWrittenError: Something stands against it, or somebody changed the form meanwhile.
    """
    sent.require(sent.person.role.administers)
    source = _source(sent.request)

    @_refused_to(sent)
    def act() -> None:
        against = source.form.adopt(_signed(sent), sent.form.relu)
        if against:
            raise sent.refuse(" ; ".join(against), back=_BACK)

    return sent.write(
        act,
        shown=lambda: _present(source, sent),
        back=_BACK,
        said="Le formulaire est adopté : la passerelle écrit et diffuse dès le prochain passage.",
        journal=("form changed", "adoption"),
    )


_AnySent: TypeAlias = Sent[FieldAnswerForm] | Sent[BeforeForm] | Sent[AdoptForm]


def _signed(sent: _AnySent) -> str:
    """Who says it, as it stays beside what they say."""
    sent.request.session[_SIGNED_AS] = sent.form.nom
    return f"{sent.form.nom} ({sent.person.email})"


def _present(source: Source, sent: _AnySent) -> Shown:
    with _refused_to(sent):
        return _shown(source.form.state())


@contextmanager
def _refused_to(sent: _AnySent) -> Iterator[None]:
    """What is refused is told on the page, beside what was typed."""
    try:
        yield
    except RefusedError as error:
        raise sent.refuse(str(error), back=_BACK) from error


def _shown(state: FormShown) -> Shown:
    """What somebody else, or DS, might change of it."""
    said = " ; ".join(f"{path} : {text}" for path, text in state.said.items())
    drifts = " ; ".join(text for text, _ in state.drifts)
    left = (f"{one.title} : {one.before}" for one in state.earlier)
    before = (f"{one.path} : {one.words} {one.told}" for one, _ in state.said_before)
    return Shown(
        {
            "Révision": state.revision,
            "Correspondance": state.mapping,
            "Adopté": state.adopted,
            "Réponses": said,
            "Écarts": drifts,
            "Posé autrement avant": " ; ".join((*left, *before)),
        }
    )


def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source
