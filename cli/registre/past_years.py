"""`unc registre template` and `unc registre import`: the years before the register."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.registre.options import DOOR, acting, reading
from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json, say
from french.text import agreed
from mappings.report.display import show
from steps.registre import past_years as steps
from steps.wiring.failures import content_of
from triage.registre.acts import By

_DEFAULT = Common()


def template(fichier: Path, *, common: Common = _DEFAULT) -> int:
    """Écrire le tableau vierge des années passées, à remplir puis à importer.

    Args:
        fichier: Le classeur à écrire (.xlsx) ; un fichier qui existe n'est pas remplacé.
    """
    with reading() as services:
        steps.write_template(services, fichier)
    if common.json:
        print_json({"file": str(fichier)})
    else:
        Console().print(f"{fichier} : à remplir, puis « unc registre import ».", highlight=False)
    return 0


def import_(
    fichier: Path,
    *,
    by: str,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Importer les années passées d'un tableau (« unc registre template »).

    Tout est importé, ou rien : chaque cellule à corriger est nommée. Une ligne déjà importée ne
    l'est pas deux fois.

    Args:
        fichier: Le tableau rempli (.xlsx).
        by: Personne qui importe : son nom reste avec les actes.
        dry_run: Dire ce qui serait importé, sans rien enregistrer.
    """
    with acting() as services:
        content = content_of(fichier)
        found = steps.import_past_years(services, content, by=By(by, DOOR), dry_run=dry_run)
    kept = not (dry_run or found.problems)
    if common.json:
        told = {"imported": len(found.made) if kept else 0, "situations": found.made}
        beside = {"unchanged": found.unchanged, "problems": found.problems}
        print_json({**told, **beside, "remarks": found.remarks})
    elif found.made or found.unchanged:
        count = len(found.made)
        done = agreed(count, "situation importée")
        waits = f"{agreed(count, 'situation')} à importer"
        title = f"{done if kept else waits}, {show(len(found.unchanged))} déjà là"
        Console().print(table(title, ["Référence", "Situation"], [*found.made.items()]))
    for line in (*found.problems, *found.remarks):
        say(line)
    if found.problems:
        say("Rien n'est enregistré.")
    return 1 if found.problems else 0
