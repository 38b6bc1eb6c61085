"""Texts to declarants and annotations: how they read of a dossier, and how another would."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from portal.errors import ForbiddenError, RefusedError
from portal.pages.dossiers import is_number
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.sessions import Person, SignedIn
from portal.source import DossierTexts, Source
from store.staff.lines import LineQuery
from triage.replies.text_limits import LONGEST

_PAGE = "/textes"
_SHOWN = 5
_STATUSES = {
    "message_request": "À compléter",
    "message_reminder": "À compléter",
    "elements_manquants": "À compléter",
    "message_received": "Complet",
    "message_out_of_scope": "Hors champ",
}
"""Status of the dossiers that a template is about, where it is about some only."""
_NOTHING = Shown({})

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ComparedText:
    """What a template would say of a dossier.

    Attributes:
        number: The dossier.
        texts: Title and text of each message, and of each annotation that would read otherwise;
            whether it would.
    """

    number: int
    texts: Sequence[tuple[str, str, bool]]


class TryForm(PageForm):
    """A template, and the dossiers on which it is tried; the last ones where none is named."""

    modele: Annotated[str, Field(max_length=80)] = ""
    texte: Annotated[str, Field(title="Texte à essayer", max_length=LONGEST)] = ""
    numeros: Annotated[str, Field(title="Dossiers", max_length=120)] = ""


@router.get(_PAGE)
def texts(request: Request, person: SignedIn, dossier: str = "", modele: str = "") -> Response:
    """The texts of a dossier as they read today, and where another template is tried.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    if not person.role.administers:
        raise ForbiddenError
    source, refused, found = _source(request), "", None
    asked, templates = dossier.strip(), dict[str, str]()
    try:
        templates |= source.texts.templates()
        found = source.texts.of(_named(asked)[0]) if asked else None
    except RefusedError as error:
        refused = str(error)
    name = modele if modele in templates else next(iter(templates), "")
    return _page(
        request,
        person,
        TryForm(modele=name, texte=templates.get(name, "")),
        asked=asked,
        found=found,
        refused=refused,
    )


@router.post(_PAGE)
def attempt(sent: Annotated[Sent[TryForm], Depends(form_of(TryForm))]) -> Response:
    """What a template would say of some dossiers; nothing is kept, nothing is sent.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    sent.require(sent.person.role.administers)
    source, form = _source(sent.request), sent.form
    try:
        numbers = _numbers(source, form)
        tried = source.texts.attempt(form.modele, form.texte, numbers)
        compared = [_compared(n, source.texts.of(n), tried[n]) for n in numbers if n in tried]
    except RefusedError as error:
        return _page(sent.request, sent.person, form, wrong=str(error))
    return _page(sent.request, sent.person, form, compared=compared)


def _numbers(source: Source, form: TryForm) -> list[int]:
    """The dossiers that are named; else the last that the template is about.

    Raises:
        RefusedError: One of them is no number, or there are too many.
    """
    if form.numeros.strip():
        return _named(form.numeros)
    found: list[int] = []
    for status in dict.fromkeys((_STATUSES.get(form.modele, ""), "")):
        lines = source.store.lines.page(
            source.demarche,
            LineQuery("agence", status=status),
            order="modification",
            down=True,
            first=0,
            size=_SHOWN,
        )
        found += [one.number for one in lines if one.number not in found]
    return found[:_SHOWN]


def _named(text: str) -> list[int]:
    named = dict.fromkeys(text.replace(",", " ").replace(";", " ").split())
    if wrong := [one for one in named if not is_number(one)]:
        raise RefusedError(f"«\u00a0{wrong[0][:40]}\u00a0» n’est pas un numéro de dossier.")
    if len(named) > _SHOWN:
        raise RefusedError(f"{_SHOWN} dossiers au plus à la fois.")
    return [int(one) for one in named]


def _compared(number: int, before: DossierTexts, after: DossierTexts) -> ComparedText:
    messages = [
        (title, text, before.messages.get(title) != text) for title, text in after.messages.items()
    ]
    annotations = [
        (name, after.annotations.get(name, "(vide)"), True)
        for name in {**before.annotations, **after.annotations}
        if before.annotations.get(name) != after.annotations.get(name)
    ]
    return ComparedText(number, [*messages, *annotations])


def _page(
    request: Request,
    person: Person,
    form: TryForm,
    *,
    asked: str = "",
    found: DossierTexts | None = None,
    refused: str = "",
    wrong: str = "",
    compared: Sequence[ComparedText] | None = None,
) -> Response:
    source = _source(request)
    try:
        known = sorted(source.texts.templates())
    except RefusedError as error:
        known, refused = [], str(error)
    return view_of(request).page(
        request,
        "textes",
        person=person,
        status=409 if wrong else 200,
        known=known,
        form=form,
        asked=asked,
        found=found,
        named=source.look_up(lambda services: services.form.mapping.annotations),
        refused=refused,
        wrong=wrong,
        compared=compared,
        longest=LONGEST,
        gages=_NOTHING,
    )


def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source
