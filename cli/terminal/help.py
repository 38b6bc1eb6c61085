"""The help pages, in French: the words of the parser, and the groups in which commands stand."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cyclopts import App, Group

from french.text import typographic

if TYPE_CHECKING:  # the parser imports these for help pages alone
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions
    from rich.text import Text

_GROUPS: Final = {
    "Chaque jour": (
        "run", "status", "doctor", "situations", "registre", "classement", "import",
        "sync", "assess", "respond", "export",
    ),
    "Règles": ("rules",),
    "Formulaire": ("mapping",),
    "Portail": ("serve", "users", "digest"),
    "Entretien": ("init", "upgrade", "backup", "reconcile", "purge", "bdpm", "conso", "patients"),
    "Services": ("deploy", "worker", "lookup", "alert"),
    "Essayer": ("demo", "sandbox"),
}  # fmt: skip
"""Commands by what they are for, in the order in which they are shown."""
_TITLES: Final = {
    "Commands": "Commandes",
    "Parameters": "Arguments et options",
    "Arguments": "Arguments",
}
_HEADINGS: Final = {title: Group.create_ordered(title) for title in _GROUPS}
_LAST: Final = Group.create_ordered("Aide")
_PLACES: Final = {
    name: (title, rank) for title, names in _GROUPS.items() for rank, name in enumerate(names)
}
_KINDS: Final = {
    "INT": "NOMBRE",
    "FLOAT": "NOMBRE",
    "STR": "TEXTE",
    "PATH": "CHEMIN",
    "DATE": "AAAA-MM-JJ",
    "CHOICE": "CHOIX",
}
"""What stands for the value of an option, by what the parser calls its type."""
_LABELS: Final = {
    "COMMAND": "COMMANDE",
    "ARGS": "ARGUMENT",
    "EMAIL": "COURRIEL",
    "FIELD": "DONNÉE",
    "FILE": "FICHIER",
    "FOLDER": "RÉPERTOIRE",
    "INTO": "CIBLE",
    "NAME": "NOM",
    "ONE": "A",
    "OTHER": "B",
}
"""What stands for an argument, by its name in capitals; others are French already."""
_WORD = re.compile(r"[A-Z]+")
_LINE_END = re.compile(r"[ \n]+")
_PARAGRAPH = re.compile(r"\n\s*\n")


def group_of(name: str) -> dict[str, Any]:
    """Where a command stands in the list of commands: arguments of its registration."""
    title, rank = _PLACES[name]
    return {"group": _HEADINGS[title], "sort_key": rank}


def in_french(app: App) -> None:
    """Let the help pages of ``app`` and of all its commands be in French."""
    app.help_formatter = _French()
    for flags, told in (
        (app.help_flags, "Montrer cette aide ; après une commande, la sienne."),
        (app.version_flags, "Montrer la version."),
    ):
        for flag in flags:
            app[flag].help = told
            app[flag].group = (_LAST,)


def label(name: str) -> str:
    """An argument, as help pages and refusals name it."""
    return _LABELS.get(name, name)


@dataclass(frozen=True)
class _French:
    """Shows help pages as the parser's own formatter does, in French and at any width."""

    def __call__(self, console: "Console", options: "ConsoleOptions", panel: "HelpPanel") -> None:
        from cyclopts.help import DefaultFormatter

        panel.title = _TITLES.get(str(panel.title), panel.title)
        panel.entries = [_entry(one) for one in panel.entries]
        DefaultFormatter()(console, options, panel)

    def render_usage(self, console: "Console", options: "ConsoleOptions", usage: Any) -> None:
        del options
        if usage:
            typed = str(usage).replace("...", "…")
            known = _WORD.sub(lambda found: _KINDS.get(found[0], label(found[0])), typed)
            console.print(
                typographic(f"Usage : {known}"), markup=False, highlight=False, style="bold"
            )

    def render_description(
        self, console: "Console", options: "ConsoleOptions", description: Any
    ) -> None:
        del options
        text = _plain(description)
        if text.strip():
            paragraphs = [_LINE_END.sub(" ", one).strip() for one in _PARAGRAPH.split(text)]
            told = typographic("\n\n".join(one for one in paragraphs if one))
            console.print(f"{told}\n", markup=False, highlight=False)


def _entry(one: "HelpEntry") -> "HelpEntry":
    """An entry with French words; an argument by its place, an option by its name."""
    positional = one.positional_label
    return one.copy(
        positive_names=() if positional else one.positive_names,
        positional_label=label(positional) if positional else None,
        metavar=_WORD.sub(lambda found: _KINDS.get(found[0], found[0]), one.metavar)
        if one.metavar
        else None,
        description=_told(one),
        choices=None,
        default=None,
        required=False,
    )


def _told(one: "HelpEntry") -> "Text":
    """What an entry is, then what it may be; a switch that is off needs no word."""
    from rich.text import Text

    told = [_LINE_END.sub(" ", _plain(one.description)).strip()]
    if one.choices:
        told.append(f"[au choix : {', '.join(one.choices)}]")
    if one.default not in {None, "False", "None"}:
        told.append(f"[par défaut : {one.default}]")
    if one.required:
        told.append("[obligatoire]")
    return Text(typographic(" ".join(part for part in told if part)))


def _plain(described: Any) -> str:
    """The text of a description, whatever the parser keeps it in."""
    from rich.text import Text

    inner = getattr(described, "primary_renderable", described)
    return inner.plain if isinstance(inner, Text) else ""
