"""Pages as HTML: Jinja2 templates with everything escaped, and what each page shares."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.api.instance import Instance
from sandbox.common.errors import ApiError, Refusal
from sandbox.demarche.demarche import Demarche
from sandbox.pages import values

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
MENU = (
    ("/", "Dossiers"),
    ("/formulaire", "Formulaire"),
    ("/pannes", "Pannes"),
    ("/entrainement", "Entraînement"),
)
DONE = {
    "enregistre": "Brouillon enregistré : l’administration n’en voit rien avant le dépôt.",
    "depose": "Dossier déposé.",
    "modifie": "Modifications déposées.",
    "message": "Message envoyé.",
    "masque": "Dossier supprimé : il peut encore être restauré.",
    "restaure": "Dossier restauré.",
    "annotations": "Annotations privées enregistrées.",
    "labels": "Labels enregistrés.",
    "correction": "Correction demandée : le dossier est « à corriger » chez le déclarant.",
    "etat": "État du dossier changé.",
    "groupe": "Dossier réaffecté.",
    "archive": "Dossier archivé.",
    "desarchive": "Dossier désarchivé.",
    "message-supprime": "Message supprimé.",
    "change": "Modification ajoutée au brouillon de révision.",
    "publie": "Révision publiée : les dossiers non terminés en relèvent.",
    "abandonne": "Brouillon de révision abandonné.",
    "panne": "Panne allumée.",
    "pannes-eteintes": "Toutes les pannes sont éteintes.",
    "reglages": "Réglages enregistrés.",
    "instantane": "Instantané gardé.",
    "retour": "Retour à l’instantané : ce qui a été fait depuis est perdu.",
    "remis": "Bac à sable remis à zéro.",
    "jour": "Un jour a passé.",
}
"""What a page says once something was done, by the word in its address."""


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "moment": values.moment_of,
        "day": values.date_of,
        "state": lambda state: values.STATES.get(state, state),
        "event": lambda event: values.EVENTS.get(event, event),
        "reason": lambda reason: values.REASONS.get(reason, reason),
        "body": values.body_of,
    }
    environment.filters |= filters
    environment.globals |= {"MENU": MENU, "STATES": values.STATES, "REASONS": values.REASONS}
    return environment


_TEMPLATES = _environment()


def page(
    request: Request,
    template: str,
    *,
    refused: Sequence[str] = (),
    anchors: Mapping[str, str] | None = None,
    status: int = 200,
    **shown: Any,
) -> HTMLResponse:
    """Render a page.

    Args:
        request: what is answered.
        template: name of the template, without its ending.
        refused: sentences to tell first: the answer is then a 422.
        anchors: place on the page of each label that a sentence may name.
        status: of the answer, if nothing is refused.
        shown: what the template shows.
    """
    told = [(sentence, _anchor(sentence, anchors or {})) for sentence in refused]
    text = _TEMPLATES.get_template(f"{template}.html").render(
        path=request.url.path,
        refused=told,
        done=DONE.get(request.query_params.get("fait", ""), "") if not refused else "",
        **shown,
    )
    return HTMLResponse(text, 422 if refused else status, HEADERS)


def _anchor(sentence: str, anchors: Mapping[str, str]) -> str:
    return next((place for label, place in anchors.items() if f"« {label} »" in sentence), "")


def go(path: str, done: str = "") -> Response:
    """Send the reader to a page that says what was done."""
    sign = "&" if "?" in path else "?"
    address = f"{path}{sign}{urlencode({'fait': done})}" if done else path
    return RedirectResponse(address, 303, HEADERS)


def missing(request: Request, sentence: str) -> HTMLResponse:
    """Answer that there is no such thing."""
    return page(request, "absent", status=404, sentence=sentence)


def sentences(error: Refusal | ApiError) -> Sequence[str]:
    """Return what an act says when it refuses."""
    return error.messages if isinstance(error, Refusal) else [str(error)]


def demarche_of(instance: Instance, request: Request) -> Demarche:
    """Return the démarche that a page is about: the one named in its address, else the first."""
    named = request.query_params.get("demarche", "")
    numbers = instance.state.numbers()
    number = int(named) if named.isdecimal() and int(named) in numbers else numbers[0]
    return instance.state.demarche(number)


def text(form: FormData, name: str) -> str:
    """Return one typed value, without the spaces around it."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
