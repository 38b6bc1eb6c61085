"""`--help` speaks French on every page, and says where each command stands."""

import io
import re
from collections.abc import Iterator

import pytest
from cyclopts import App
from rich.console import Console

from cli.app import make_app
from cli.terminal.help import group_of

app = make_app(listed=True)
_ENGLISH = re.compile(
    r"Usage:|\b(?:Commands?|Parameters?|Display|default|required|choices|env var|True|False|None"
    r"|COMMAND|ARGS|INT|STR|FLOAT|PATH|DATE|CHOICE|BOOL|TUPLE|NAME|FILE|FOLDER|FIELD|EMAIL|ONE"
    r"|OTHER|INTO)\b"
)
"""What the parser writes by itself, and the names of arguments in the code."""


def _pages(found: App, *chain: str) -> Iterator[tuple[str, ...]]:
    yield chain
    for name in found:
        if not name.startswith("-"):
            yield from _pages(found[name], *chain, name)


def _help(*chain: str, width: int = 80) -> str:
    shown = io.StringIO()
    app.help_print(list(chain), console=Console(file=shown, width=width))
    return shown.getvalue()


@pytest.mark.slow
def test_no_page_has_an_english_word_of_the_parser_nor_a_cut_line() -> None:
    pages = list(_pages(app))
    assert ("sandbox", "snapshot") in pages
    for chain in pages:
        shown = _help(*chain)
        assert not _ENGLISH.findall(shown), (chain, shown)
        assert "…" not in shown.replace("[ARGUMENT…]", ""), (chain, shown)


def test_each_command_stands_in_a_group_with_what_it_is_for() -> None:
    shown = _help()
    titles = re.findall(r"─ ([^─╮]+) ─", shown)
    groups = [
        "Chaque jour",
        "Règles",
        "Formulaire",
        "Portail",
        "Entretien",
        "Services",
        "Essayer",
        "Aide",
    ]
    assert titles == groups
    for name in app:
        if not name.startswith("-"):
            assert group_of(name)["group"].name in titles


@pytest.mark.parametrize(
    ("chain", "told"),
    [
        (("import",), "Usage : unc import [OPTIONS] FICHIER"),
        (("users", "add"), "Usage : unc users add --role TEXTE [OPTIONS] COURRIEL"),
        (("export",), "[au choix : xlsx, csv, parquet] [par défaut : xlsx]"),
        (("sandbox", "return"), "[obligatoire]"),
        (("situations", "split"), "SITUATION [ARGUMENT…]"),
        ((), "Montrer cette aide"),
    ],
)
def test_what_the_parser_says_is_said_in_french(chain: tuple[str, ...], told: str) -> None:
    shown = " ".join(_help(*chain, width=200).replace("\N{NO-BREAK SPACE}", " ").split())
    assert told in shown
