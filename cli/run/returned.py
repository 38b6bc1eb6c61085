"""`unc import`: what evaluators wrote in a workbook that they returned."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json, say
from exports.returned.merging import Change, Held, Spread
from exports.returned.taken_in import TakenIn
from mappings.report.display import show
from settings import load_settings
from steps.publish.opinions import take_in
from steps.wiring.services import open_services

_DEFAULT = Common()
_SHOWN = 50


def import_(
    file: Path,
    *,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    accept_rows: Annotated[bool, Parameter(negative=())] = False,
    merged: Spread | None = None,
    common: Common = _DEFAULT,
) -> int:
    """Reprendre les avis, commentaires et réponses d'un classeur renvoyé, dans les suivants.

    Tout est repris, ou rien : une cellule refusée est nommée, et se corrige dans le classeur.
    Chaque ligne est comparée avec ce qui a été remis : des colonnes triées ou collées sans les
    autres sont refusées, sauf si vous dites que chaque avis est en face de son dossier.
    Les réponses d'un centre à la feuille « Questions » deviennent des actes du registre.
    Ce qui est dit d'un dossier qui a quitté le classeur depuis, et ce qui est écrit ailleurs que
    dans les colonnes d'avis, est laissé de côté, et nommé.

    Args:
        file: Le classeur (.xlsx), trié, filtré ou non.
        dry_run: Montrer ce qui changerait, sans rien enregistrer.
        accept_rows: J'ai regardé : chaque avis est en face de son dossier, malgré ce qui est dit
            des lignes.
        merged: Pour qui vaut le texte de cellules fusionnées : first, la première ligne seule ;
            all, toutes celles qui n'ont rien. Un avis déjà donné n'est jamais effacé.
    """
    with open_services(load_settings()) as services, services.store.lock(services.demarche):
        taken = take_in(services, file, dry_run=dry_run, accept_rows=accept_rows, spread=merged)
    kept = not (dry_run or taken.problems)
    if common.json:
        print_json(
            {
                "author": taken.author,
                "imported": len(taken.changes) + len(taken.answers) if kept else 0,
                "changes": [_plain(one) for one in taken.changes],
                "answers": [asdict(one) for one in taken.answers],
                "problems": list(taken.problems),
                "remarks": list(taken.remarks),
            }
        )
    else:
        _show(taken, kept=kept)
    for line in (*taken.problems, *taken.remarks):
        say(line)
    if taken.problems:
        say("Rien n'est enregistré.")
    return 1 if taken.problems or taken.remarks else 0


def _show(taken: TakenIn, *, kept: bool) -> None:
    out = Console()
    if not (taken.changes or taken.answers or taken.problems or taken.remarks):
        out.print("Rien à reprendre : ce classeur ne dit rien de nouveau.")
    done = "repris" if kept else "à reprendre"
    if taken.answers:
        answers = [(one.question, one.before or "–", one.after or "–") for one in taken.answers]
        title = f"Réponses aux questions : {show(len(answers))} {done} ({taken.author})"
        out.print(table(title, ["Question", "Avant", "Après"], answers))
    if not taken.changes:
        return
    rows = [(one.number, _told(one.before), _told(one.after)) for one in taken.changes[:_SHOWN]]
    title = f"{show(len(taken.changes))} avis {done} ({taken.author})"
    out.print(table(title, ["Dossier", "Avant", "Après"], rows))
    if len(taken.changes) > _SHOWN:
        out.print(f"… et {show(len(taken.changes) - _SHOWN)} autres.")


def _told(held: Held) -> str:
    return " — ".join(part for part in held if part) or "–"


def _plain(change: Change) -> dict[str, object]:
    names = ("judgement", "comment")
    return {
        "dossier": change.number,
        "before": dict(zip(names, change.before, strict=True)),
        "after": dict(zip(names, change.after, strict=True)),
    }
