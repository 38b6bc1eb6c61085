"""`unc registre pack`: the fiches of a séance, for the agency or the patients' representatives."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.registre.options import AsOfOptions, reading
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from french.text import agreed
from steps.registre.around import Viewpoint
from triage.registre.committee.fiche import Reader
from triage.registre.years.indicator import known_by

if TYPE_CHECKING:
    from steps.publish.packs import Pack

_DEFAULT = Common()
_NOW = AsOfOptions()


def pack(
    seance: str,
    *,
    to: Path,
    reader: Annotated[Reader, Parameter(name="--for")] = "agence",
    at: AsOfOptions = _NOW,
    common: Common = _DEFAULT,
) -> int:
    """Préparer les fiches d'une séance : une page A4 par situation, en PDF et en docx.

    Elles vont dans DOSSIER/SEA-0001/agence ou DOSSIER/SEA-0001/patients, remplacé d'un coup. Celles
    des représentants des patients n'ont ni entreprise, ni ventes, ni mesure en projet, ni
    justification, ni signal confidentiel ; une situation sans « Résumé en langage clair » n'y est
    pas, et elle est nommée.

    Args:
        seance: Séance, par exemple SEA-0001.
        to: Dossier où les mettre.
        reader: Pour qui : agence ou patients.
    """
    from steps.publish.packs import prepare  # what makes pages is not for the other commands

    asked = Viewpoint(at.au, known_by(at.connu_le))
    with reading() as services:
        done = prepare(services, seance, to, reader, asked)
    if common.json:
        print_json(
            {
                "meeting": done.meeting,
                "reader": done.reader,
                "folder": str(done.folder),
                "files": [str(one) for one in done.files],
                "written": done.written,
                "absent": [name for name, _ in done.absent],
                "unjudged": done.unjudged,
                "cut": done.cut,
            }
        )
    else:
        _tell(done)
    return 1 if done.absent or done.unjudged else 0


def register(app: App) -> None:
    """Put the command among those of the register."""
    app.command(pack)


def _tell(done: "Pack") -> None:
    out = Console(soft_wrap=True)
    what = "écrit" if done.written else "déjà là, rien n'a changé"
    told = f"{agreed(len(done.files), 'fichier')} dans {done.folder} ({what})"
    out.print(f"{done.meeting}, {done.reader} : {told}.", highlight=False)
    for one in done.files:
        out.print(f"  {one.name}", highlight=False)
    for name, parts in done.cut.items():
        out.print(f"{name} : trop long pour une page, coupé : {', '.join(parts)}.", highlight=False)
    for name, title in done.absent:
        out.print(
            f"{name} ({title}) : absente, sans « Résumé en langage clair » (unc registre edit"
            f" {name} --resume-clair …).",
            highlight=False,
        )
    if done.unjudged:
        numbers = ", ".join(map(str, done.unjudged))
        out.print(
            f"Sans verdict à jour, non comptés ici : {numbers} (unc assess, puis recommencez).",
            highlight=False,
        )
