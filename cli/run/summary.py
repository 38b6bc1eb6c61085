"""What a run did, as a person and a program are told, and the exit code that follows."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from cli.terminal.output import Common, print_json, say, table
from mappings.adoption.gate import is_adopted
from mappings.drift.model import Drift, Kind, Severity
from mappings.report.display import show
from steps.wiring.summary import COUNTS, Summary
from steps.wiring.troubles import counted, key_of

_LISTED = {
    "quarantined": "En quarantaine (DS ne peut pas les servir)",
    "unfetched": "Pièce jointe non téléchargée, à reprendre au prochain passage",
    "refused": "Refusé par DS à un passage précédent (détail : unc status)",
    "held": "Une personne tient désormais une annotation (détail : unc status)",
    "unknown": "Réponse de DS perdue, à relire au prochain passage",
    "label": "Labels absents de la démarche, qu'un administrateur peut créer",
}
"""Troubles that are told together, with the list of what has them."""


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
    every = list(_troubles(summary))
    known = {one.key: one.blocks for one in every if one.key in summary.told_before}
    told = [one for one in every if one.key not in known]
    for title, found in groupby(told, key=lambda one: one.title):
        texts = [one.text for one in found]
        if title in _LISTED.values():
            say(f"{title} : {', '.join(texts)}")
        else:
            for text in texts:
                say(f"{title} : {text}")
    if known:
        blocking = sum(known.values())
        say(counted(known, summary.told_before, command="unc status --tout", blocking=blocking))
    return 1 if summary.needs_a_human() else 0


class _Trouble(NamedTuple):
    """A trouble of a run.

    Attributes:
        key: Its fingerprint.
        title: What it is; those of a title stand together.
        text: Which dossier, or the rest of the sentence.
        blocks: Whether verdicts or answers wait for somebody.
    """

    key: str
    title: str
    text: str
    blocks: bool = False


def _troubles(summary: Summary) -> Iterator[_Trouble]:
    for number, text in summary.refused:
        key = key_of("refused", number, text)
        yield _Trouble(key, f"Dossier {number}", f"non fait : {text}")
    before = summary.still_refused - {number for number, _ in summary.refused}
    for (kind, title), numbers in zip(
        _LISTED.items(),
        (summary.quarantined, summary.unfetched, before, summary.newly_held, summary.unknown),
        strict=False,  # labels have names
    ):
        for number in sorted(numbers):
            yield _Trouble(key_of(kind, number), title, str(number))
    for text in dict.fromkeys(summary.set_aside):
        yield _Trouble(key_of("aside", text), "Mis de côté", text)
    for one, text in _form(summary.form_drift):
        blocks = one.severity is Severity.BLOCKING
        yield _Trouble(key_of("form", one.sentence), "Formulaire", text, blocks)
    for name in sorted(summary.missing_labels):
        yield _Trouble(key_of("label", name), _LISTED["label"], f"« {name} »")


def _form(drifts: Sequence[Drift]) -> Iterator[tuple[Drift, str]]:
    """What must be looked at of the form; of one that nobody adopted, how much there is."""
    told = [one for one in drifts if one.severity is not Severity.INFORMATION]
    if is_adopted(drifts):
        yield from ((one, one.advice) for one in told)
        return
    lost = sum(one.lost for one in told)
    rest = f"{lost} donnée(s) sans champ, {len(told) - 1 - lost} autre(s) écart(s) : `unc doctor`"
    for one in told:
        if one.kind is Kind.NOT_ADOPTED:
            yield one, one.advice
            yield one, rest


def _show(summary: Summary) -> None:
    out = Console()
    counts = summary.json()
    if summary.nothing_done():
        read = f"{show(counts['seen'])} dossier(s) relu(s), " if summary.seen else ""
        out.print(f"Rien à faire : {read}aucun changement.")
        return
    rows = [(label, show(counts[name])) for name, label in COUNTS.items() if counts[name]]
    if rows:
        out.print(table("Passage terminé", ["", "Nombre"], rows))
    list_workbooks(out, [Path(path) for path in summary.workbooks])


def list_workbooks(out: Console, paths: Sequence[Path]) -> None:
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
