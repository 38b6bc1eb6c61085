"""`unc doctor --source`: what DS's own form would keep from being made wrong, and how."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.padding import Padding
from rich.text import Text

from cli.doctor.check import Check
from cli.terminal.console import Console, table
from cli.terminal.printable import printable
from french.text import typographic
from mappings.report.display import show
from settings import Settings
from steps.explain.at_source import MONTHS, AtSource, at_source
from steps.wiring.form import load_form
from steps.wiring.services import now
from store.repository import is_new, open_store
from triage.verdict.at_source import MEANS, DefectLine, Prevention

_SHOWN = 12
"""Kinds of defects that are shown; the JSON has all."""
_IN_PLACE = {True: "déjà en place", False: "pas en place", None: "à vérifier sur DS"}


def source_of(settings: Settings) -> AtSource | None:
    """Defects of the last months; ``None`` where nothing was judged yet.

    Raises:
        SettingsError: No démarche is set.
        DataFileError: A data file is wrong.
        StoreError: The database cannot be used.
    """
    demarche = settings.demarche_number()
    if is_new(settings.database()):
        return None
    form = load_form(mapping=settings.mapping, rules=settings.rules)
    with open_store(settings.database()) as store:
        store.require_current()
        found = at_source(store, demarche, form=form, rules=settings.rules, now=now())
    return found if found.dossiers else None


def source_told(found: AtSource | None) -> dict[str, Any]:
    """The same, for programs."""
    if found is None:
        return {"dossiers": 0, "defects": []}
    return {
        "since": found.since,
        "dossiers": found.dossiers,
        "means": dict(_by_means(found)),
        "defects": [
            {**asdict(one.defect), "name": one.name, "dossiers": one.dossiers,
             "months": dict(one.months), "means": [asdict(each) for each in one.answers]}
            for one in found.lines
        ],
    }  # fmt: skip


def source_check(found: AtSource) -> Check:
    """The line of `unc doctor`: the commonest defect that something of DS would prevent."""
    name = "Défauts à la source"
    means = ", ".join(f"{MEANS[one]} {show(count)}" for one, count in _by_means(found).items())
    told = f"{show(found.dossiers)} dossiers en {MONTHS} mois"
    text = f"{told} ; défauts que DS empêcherait, par moyen : {means}" if means else told
    return Check(name, "info", f"{text} ; unc doctor --source")


def show_source(out: Console, found: AtSource | None) -> None:
    """The defects, the commonest first, each with its months and its remedies."""
    out.print("\nDéfauts à la source", style="bold")
    if found is None:
        out.print(f"Aucun dossier évalué parmi ceux déposés depuis {MONTHS} mois.")
        return
    out.print(
        f"{show(found.dossiers)} dossiers déposés depuis le {found.since:%d/%m/%Y}, tels qu'à leur"
        " première évaluation. Par défaut et par mois de dépôt :",
        highlight=False,
    )
    months = sorted({month for one in found.lines for month in one.months})
    shown = found.lines[:_SHOWN]
    rows = [
        (one.name, show(one.dossiers), *(show(one.months.get(month, 0)) for month in months))
        for one in shown
    ]
    columns = ["Défaut", "Dossiers", *(f"{month[5:]}/{month[:4]}" for month in months)]
    out.print(table("", columns, rows))
    if len(found.lines) > _SHOWN:
        out.print(f"… et {show(len(found.lines) - _SHOWN)} autres (--json les donne tous).")
    out.print("\nCe que l'administrateur de la démarche peut faire sur DS :", style="bold")
    for one in shown:
        _remedies(out, one)


def _remedies(out: Console, line: DefectLine) -> None:
    out.print(_text(f"{line.name} ({show(line.dossiers)})"))
    told = [
        f"{MEANS[one.means]} ({_IN_PLACE[one.in_place]}) : {one.remedy}" for one in line.answers
    ]
    for text in told or ["DS n'a pas de moyen contre ce défaut : la passerelle le redemande"]:
        out.print(Padding(_text(text), (0, 0, 0, 4)))


def _text(told: str) -> Text:
    return Text(printable(typographic(told)))


def _by_means(found: AtSource) -> Mapping[Any, int]:
    """How many defects the first means that is not in place would prevent, by means."""
    firsts = ((next(filter(_is_missing, one.answers), None), one.dossiers) for one in found.lines)
    counts: Counter[str] = Counter()
    for answer, dossiers in firsts:
        if answer is not None and answer.means != "consigne":
            counts[answer.means] += dossiers
    return dict(counts.most_common())


def _is_missing(answer: Prevention) -> bool:
    return not answer.in_place
