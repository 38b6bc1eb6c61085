"""Pages as HTML: Jinja2 templates with everything escaped, and how values are shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from starlette.status import HTTP_200_OK

from exports.cells import Content, Link, paris
from exports.sheets.figures import Figure
from french.text import typographic
from mappings.report.display import show
from portal.people.sessions import Person, sessions_of

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"
FLASH = "flash"
"""Key of the session: what the next page says was done."""
_DSFR = "dsfr/dsfr.min.css"
_KIB = 1024


def dsfr_is_installed() -> bool:
    """Whether `make portal-assets` brought the State's design system."""
    return (STATIC / _DSFR).is_file()


@dataclass(frozen=True, slots=True)
class MenuPlace:
    """One entry of the menu."""

    path: str
    name: str


MENU = (
    MenuPlace("/", "À traiter"),
    MenuPlace("/exports", "Exports"),
    MenuPlace("/renvoi", "Renvoyer un classeur"),
    MenuPlace("/changements", "Ce qui a changé"),
    MenuPlace("/dossiers", "Dossiers"),
    MenuPlace("/situations", "Situations"),
    MenuPlace("/indicateurs", "Indicateurs"),
)
ADMINISTRATION = (
    MenuPlace("/comptes", "Comptes"),
    MenuPlace("/formulaire", "Formulaire"),
    MenuPlace("/regles", "Règles"),
    MenuPlace("/textes", "Textes"),
    MenuPlace("/etat", "État"),
    MenuPlace("/journal", "Journal"),
)
_WITHIN = dict.fromkeys(("signaux", "questions", "seances", "mesures", "annees"), "situations")
"""Pages that an entry of the menu leads to, under another address."""


class _Printed(Extension):
    """Prints what templates say as French is; what they are given stays as it is."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The template with no-break spaces and curved apostrophes in its own words."""
        for line, kind, text in stream:
            said = typographic(f"x{text}")[1:] if kind == "data" else text  # a value may be before
            yield Token(line, kind, said)


class View:
    """Makes the pages of one portal."""

    def __init__(self, *, title: str, dsfr: bool, centres: Mapping[str, str]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=[_Printed],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "day": day,
            "moment": moment,
            "size": size,
            "number": show,
            "figure": figure,
            "french": typographic,
            "instant": instant,
            "r_pair": lambda text: (text, text),
        }
        self._environment.globals |= {
            "demarche": title,
            "dsfr": dsfr,
            "centre_names": centres,
        }

    def page(
        self,
        request: Request,
        template: str,
        *,
        person: Person | None = None,
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """Render a page; the token of its forms is the session's."""
        text = self._environment.get_template(f"{template}.html").render(
            person=person,
            path=request.url.path,
            section=_section(request.url.path),
            menu=_menu(person),
            form_token=sessions_of(request).form_token(request),
            flash=request.session.pop(FLASH, "") if status == HTTP_200_OK else "",
            **values,
        )
        return HTMLResponse(text, status_code=status)


def view_of(request: Request) -> View:
    """The view of this portal."""
    view: View = request.app.state.view
    return view


def _section(path: str) -> str:
    """Address of the entry of the menu that a page belongs to."""
    first = path.split("/")[1]
    return f"/{_WITHIN.get(first, first)}"


def _menu(person: Person | None) -> tuple[MenuPlace, ...]:
    if person is None:
        return ()
    return (*MENU, *ADMINISTRATION) if person.role.administers else MENU


def day(value: date | str) -> str:
    """A day, from a date or its ISO text."""
    return f"{date.fromisoformat(value) if isinstance(value, str) else value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """A moment, Paris time."""
    return f"{paris(value):%d/%m/%Y à %H:%M}"


def instant(text: str) -> str:
    """A moment of a line of the lists, Paris time."""
    return moment(datetime.fromisoformat(text))


def size(count: int) -> str:
    """A size in bytes, as people read it."""
    if count < _KIB * _KIB:
        return f"{show(max(1, round(count / _KIB)))}\u00a0Ko"
    return f"{show(Decimal(f'{count / _KIB / _KIB:.1f}'))}\u00a0Mo"


def figure(one: Figure) -> str:
    """The value of a figure."""
    value: Content = one.value
    match value:
        case None:
            return "–"
        case Link():
            return str(value.value)
        case _ if one.format == "pourcent":
            return f"{show(value)} %"
        case _:
            return show(value)
