"""`unc registre measure`: measures of the agency, taken or required of a company."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from cyclopts import App, Parameter

from cli.registre.options import Who, acting
from cli.registre.view import plain_measure
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Day
from steps.judge.acts import register_of
from steps.registre import acting as steps
from triage.registre.measures import find_measure
from triage.registre.register import Measure, MeasureState

measure = App(name="measure", help="Mesures de l'agence, prises ou exigées d'une entreprise.")
_DEFAULT = Common()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class MeasureOptions:
    """What is entered of a measure."""

    type: str
    """Type de mesure (registre.yaml)."""
    exigee: Annotated[bool, Parameter(negative=())] = False
    """Exigée d'une entreprise, et non prise par l'agence."""
    cible: str = ""
    """À qui elle s'adresse."""
    seance: str = ""
    """Séance où elle a été décidée."""
    lien: str = ""
    """Adresse où elle est publiée."""
    indicateur: str = ""
    """Indicateur attendu."""
    echeance: Day | None = None
    """Échéance d'évaluation."""
    proposee_le: Day | None = None
    """Jour où elle a été proposée."""
    decidee_le: Day | None = None
    """Jour où elle a été décidée."""
    en_oeuvre_le: Day | None = None
    """Jour de sa mise en œuvre."""

    def given(self) -> dict[str, str]:
        """Its fields."""
        return {
            "type": self.type,
            "mode": "exigée" if self.exigee else "prise",
            "cible": self.cible,
            "séance": self.seance,
            "lien": self.lien,
            "indicateur": self.indicateur,
            "échéance": self.echeance.isoformat() if self.echeance else "",
        }

    def dates(self) -> dict[MeasureState, date]:
        """The first day of each state that it had."""
        days = {
            MeasureState.PROPOSED: self.proposee_le,
            MeasureState.DECIDED: self.decidee_le,
            MeasureState.IN_FORCE: self.en_oeuvre_le,
        }
        return {state: day for state, day in days.items() if day}


@measure.command
def add(situation: str, *, told: MeasureOptions, who: Who, common: Common = _DEFAULT) -> int:
    """Enregistrer une mesure de l'agence sur une situation validée ; proposée sans autre date.

    Args:
        situation: Son identifiant.
    """
    with acting() as services:
        name = steps.add_measure(services, situation, told.given(), told.dates(), who.acting())
        found = find_measure(register_of(services), name)
    return _said(common, found)


@measure.command
def move(mesure: str, *, etat: str, who: Who, common: Common = _DEFAULT) -> int:
    """Faire passer une mesure à l'état suivant, le jour de --le.

    Args:
        mesure: Son identifiant, par exemple MES-0001.
        etat: décidée, mise en œuvre, terminée ou abandonnée.
    """
    with acting() as services:
        register = steps.move_measure(services, mesure, etat, who.acting())
    return _said(common, find_measure(register, mesure))


@measure.command
def conclude(mesure: str, *, conclusion: str, who: Who, common: Common = _DEFAULT) -> int:
    """Conclure sur l'effet d'une mesure mise en œuvre.

    Args:
        mesure: Son identifiant.
        conclusion: atteint, non atteint ou non concluant.
    """
    with acting() as services:
        register = steps.conclude_measure(services, mesure, conclusion, who.acting())
    return _said(common, find_measure(register, mesure))


def _said(common: Common, one: Measure) -> int:
    if common.json:
        print_json(plain_measure(one))
    else:
        told = f"{one.id} ({one.situation}) : {one.fields['type']}, {one.fields['mode']}"
        Console().print(f"{told}, {one.state}.", highlight=False)
    return 0
