"""`unc registre effect`, `event`, `duplicate`: what followed a measure, and how to read it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.table import Table

from cli.registre.options import AsOfOptions, Who, acting, reading
from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Count, DossierNumber
from french.time import MONTHS
from steps.registre import around as steps
from steps.registre import evidence
from steps.wiring.failures import RequestError
from triage.registre.effect.effect import Effect
from triage.registre.effect.text import told_lines
from triage.registre.years.indicator import known_by

_DEFAULT = Common()
_NOW = AsOfOptions()
_DAYS = 30.4375


def effect(
    situation: str, *, mois: Count | None = None, at: AsOfOptions = _NOW, common: Common = _DEFAULT
) -> int:
    """Montrer ce qui a suivi chaque mesure mise en œuvre : signalements, boîtes, patients.

    Deux périodes égales, avant et après. Signalements : test exact de Przyborowski et Wilenski, un
    par famille (doublons confirmés, compléments), à partir de 10. Boîtes par mois : régression
    segmentée, à partir de 12 mois de chaque côté.

    Args:
        situation: Son identifiant.
        mois: Durée de chaque période, au plus ; la plus longue possible par défaut.
    """
    asked = steps.Viewpoint(
        at.au, known_by(at.connu_le), longest=round(mois * _DAYS) if mois else None
    )
    with reading() as services:
        (found,) = steps.around(services, [situation], asked).values()
    if common.json:
        told = {"au": at.au, "connu_le": at.connu_le, "situation": found.situation.id}
        print_json({**told, "effects": [plain_effect(one) for one in found.effects]})
        return 0
    out = Console()
    if not found.effects:
        out.print(f"{found.situation.id} : aucune mesure de l’agence mise en œuvre.")
    for one in found.effects:
        out.print(effect_table(one))
        if one.reports.curve.months:
            out.print(curve_table(one))
    return 0


def event(situation: str, texte: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Noter un évènement qui n'est pas une mesure : prix, générique, émission, étude.

    Dans la période d'une mesure, son effet est alors « non attribuable à une seule cause ».

    Args:
        situation: Son identifiant.
        texte: Ce qui s'est passé, le jour de --le.
    """
    with acting() as services:
        one = evidence.note(services, situation, texte, who.acting())
    if common.json:
        print_json({"situation": one.id, "last": one.last})
    else:
        Console().print(f"{one.id} : évènement noté.", highlight=False)
    return 0


def duplicate(
    dossier: DossierNumber,
    de: DossierNumber | None = None,
    *,
    retirer: Annotated[bool, Parameter(negative=())] = False,
    who: Who,
    common: Common = _DEFAULT,
) -> int:
    """Confirmer qu'un dossier est le doublon d'un autre : ils comptent pour un seul signalement.

    Args:
        dossier: Dossier qui ne compte plus.
        de: Dossier dont il est le doublon.
        retirer: Dire qu'il n'en est pas un, en fin de compte.
    """
    if retirer == (de is not None):
        raise RequestError("Dites de quel dossier il est le doublon, ou --retirer.")
    with acting() as services:
        evidence.set_copy(services, dossier, de, who.acting())
    if common.json:
        print_json({"dossier": dossier, "doublon_de": de})
    else:
        told = "n'est plus un doublon" if retirer else f"compte avec le dossier {de}"
        Console().print(f"Dossier {dossier} : {told}.", highlight=False)
    return 0


def register(app: App) -> None:
    """Put these commands among those of the register."""
    for command in (effect, event, duplicate):
        app.command(command)


def plain_effect(one: Effect) -> dict[str, Any]:
    """An effect for programs."""
    return {
        **asdict(one),
        "uses": [
            {**asdict(each), "verdict": each.verdict, "change": each.change} for each in one.uses
        ],
        "verdict": one.reports.verdict,
        "attributable": one.attributable,
        "cautions": one.cautions,
    }


def effect_table(one: Effect) -> Table:
    """An effect, a line for each figure and each caution."""
    title = f"{one.measure} · {one.type}, mise en œuvre le {one.day:%d/%m/%Y}"
    return table(title, ["Ce qui a suivi"], [(line,) for line in told_lines(one)])


def effect_tables(found: Iterable[Effect]) -> Iterator[Table]:
    """The effects of a situation."""
    return map(effect_table, found)


def curve_table(one: Effect) -> Table:
    """Reports by whole month of both periods."""
    curve = one.reports.curve
    rows = [
        (_month(month), "avant" if month < one.day.replace(day=1) else "après", count)
        for month, count in zip(curve.months, curve.counts, strict=True)
    ]
    return table("Signalements par mois entier", ["Mois", "", "Signalements"], rows)


def _month(month: date) -> str:
    return f"{MONTHS[month.month - 1]} {month.year}"
