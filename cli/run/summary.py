"""What a run did, as a person and a program are told, and the exit code that follows."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from cli.terminal.output import Common, print_json, say
from french.text import agreed
from mappings.drift.model import blocks
from mappings.report.display import show
from steps.wiring.summary import COUNTS, Summary
from steps.wiring.troubles import LISTED, counted, troubles_of

if TYPE_CHECKING:
    from cli.terminal.console import Console


def finish(summary: Summary, common: Common) -> int:
    """Show what a run did and return its exit code."""
    if common.json:
        print_json(summary.json())
    else:
        _show(summary)
    return name_troubles(summary)


def name_troubles(summary: Summary) -> int:
    """Name what failed or was refused, on standard error, and return the exit code.

    What the runs before told already is counted on one line.
    """
    every = list(troubles_of(summary))
    known = {one.key: one.blocks for one in every if one.key in summary.told_before}
    told = [one for one in every if one.key not in known]
    for title, found in groupby(told, key=lambda one: one.title):
        texts = [one.text for one in found]
        if title in LISTED.values():
            say(f"{title} : {', '.join(texts)}")
        else:
            for text in texts:
                say(f"{title} : {text}")
    if known:
        blocking = sum(known.values())
        say(counted(known, summary.told_before, command="unc status --tout", blocking=blocking))
    return 1 if summary.needs_a_human() else 0


def _show(summary: Summary) -> None:
    from cli.terminal.console import Console, table  # a program asks for JSON

    out = Console()
    counts = summary.json()
    if summary.nothing_done():
        read = f"{agreed(counts['seen'], 'dossier relu')}, " if summary.seen else ""
        if blocks(summary.form_drift):
            out.print(f"Rien n'est écrit : {read}ce qui est dû sur DS attend le formulaire.")
        else:
            out.print(f"Rien à faire : {read}aucun changement.")
        return
    rows = [(label, show(counts[name])) for name, label in COUNTS.items() if counts[name]]
    if rows:
        out.print(table("Passage terminé", ["", "Nombre"], rows))
    list_workbooks(out, [Path(path) for path in summary.workbooks])
    for title, paths in {"Refait": summary.remade, "Supprimé": summary.withdrawn}.items():
        for path in paths:
            told = f"{title}, sans des dossiers retirés : {path}"
            out.print(told, markup=False, highlight=False, soft_wrap=True)


def list_workbooks(out: "Console", paths: Sequence[Path]) -> None:
    """Files by path, but the workbooks of centres, where there are several, by their number."""
    centres = [path for path in paths if path.match("crpv-*.xlsx")]
    counted = centres if len(centres) > 1 else []
    for path in paths:
        if path not in counted:
            what = "Classeur" if path.suffix == ".xlsx" else "Table"
            out.print(f"{what} : {path}", markup=False, highlight=False, soft_wrap=True)
    if counted:
        told = f"… et {len(counted)} classeurs de centres (crpv-*.xlsx) à côté."
        out.print(told, markup=False, highlight=False)
