"""What a run did, as a person and a program are told, and the exit code that follows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from cli.terminal.output import Common, print_json, say, table
from mappings.adoption.gate import is_adopted
from mappings.drift.model import Drift, Kind, Severity
from mappings.report.display import show
from steps.wiring.summary import COUNTS, Summary


def finish(summary: Summary, common: Common) -> int:
    """Show what a run did and return its exit code."""
    if common.json:
        print_json(summary.json())
    else:
        _show(summary)
    return name_troubles(summary)


def name_troubles(summary: Summary) -> int:
    """Name what failed or was refused, on standard error, and return the exit code."""
    for number, text in summary.refused:
        say(f"Dossier {number} : non fait : {text}")
    before = summary.still_refused - {number for number, _ in summary.refused}
    for title, numbers in (
        ("En quarantaine (DS ne peut pas les servir)", summary.quarantined),
        ("Pièce jointe non téléchargée, à reprendre au prochain passage", summary.unfetched),
        ("Refusé par DS à un passage précédent (détail : unc status)", before),
        ("Une personne tient désormais une annotation (détail : unc status)", summary.newly_held),
        ("Réponse de DS perdue, à relire au prochain passage", summary.unknown),
    ):
        if numbers:
            listed = ", ".join(str(number) for number in sorted(numbers))
            say(f"{title} : {listed}")
    for text in dict.fromkeys(summary.set_aside):
        say(f"Mis de côté : {text}")
    for text in _form(summary.form_drift):
        say(f"Formulaire : {text}")
    if summary.missing_labels:
        names = ", ".join(f"« {name} »" for name in sorted(summary.missing_labels))
        say(f"Labels absents de la démarche, qu'un administrateur peut créer : {names}")
    return 1 if summary.needs_a_human() else 0


def _form(drifts: Sequence[Drift]) -> Iterator[str]:
    """What must be looked at of the form; of one that nobody adopted, how much there is."""
    told = [one for one in drifts if one.severity is not Severity.INFORMATION]
    if is_adopted(drifts):
        yield from (one.advice for one in told)
        return
    yield from (one.advice for one in told if one.kind is Kind.NOT_ADOPTED)
    lost = sum(one.lost for one in told)
    yield f"{lost} donnée(s) sans champ, {len(told) - 1 - lost} autre(s) écart(s) : `unc doctor`"


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
