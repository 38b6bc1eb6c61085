"""`unc registre meeting`: séances of the committee, their agenda, its advice."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.table import Table

from cli.registre.options import AsOfOptions, Who, acting, reading
from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Day
from french.text import agreed
from steps.judge.acts import register_of
from steps.registre import committee as steps
from triage.registre.committee.seances import ADVICE, Meeting, find_meeting
from triage.registre.register import Register
from triage.registre.sentences import day
from triage.registre.years.indicator import known_by

meeting = App(name="meeting", help="Séances du comité : ordre du jour, avis, compte rendu.")
_DEFAULT = Common()
_NOW = AsOfOptions()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AdviceOptions:
    """What the committee advised."""

    texte: str
    """Avis."""
    suite: str = ""
    """Suite à donner."""
    qui: str = ""
    """Qui s'en charge."""
    echeance: Day | None = None
    """Pour quand."""
    mesure: str = ""
    """Type de mesure à enregistrer comme « proposée » (registre.yaml)."""
    exigee: Annotated[bool, Parameter(negative=())] = False
    """Mesure exigée d'une entreprise, et non prise par l'agence."""
    cible: str = ""
    """À qui la mesure s'adresse."""

    def given(self) -> dict[str, str]:
        """The advice."""
        due = self.echeance.isoformat() if self.echeance else ""
        return {"texte": self.texte, "suite": self.suite, "qui": self.qui, "échéance": due}

    def measure(self) -> dict[str, str] | None:
        """The measure that it proposes, if any."""
        mode = "exigée" if self.exigee else "prise"
        told = {"type": self.mesure, "mode": mode, "cible": self.cible}
        return told if self.mesure else None


@meeting.command
def plan(jour: Day, *, who: Who, common: Common = _DEFAULT) -> int:
    """Préparer une séance.

    Args:
        jour: Jour de la séance.
    """
    with acting() as services:
        found = steps.plan(services, jour, who.acting())
    return _said(common, found)


@meeting.command
def postpone(seance: str, jour: Day, *, who: Who, common: Common = _DEFAULT) -> int:
    """Changer la date d'une séance préparée.

    Args:
        seance: Son identifiant, par exemple SEA-0001.
        jour: Nouveau jour.
    """
    with acting() as services:
        found = steps.postpone(services, seance, jour, who.acting())
    return _said(common, found)


@meeting.command
def agenda(
    seance: str,
    situation: str,
    *,
    question: str = "",
    rapporteur: str = "",
    retirer: Annotated[bool, Parameter(negative=())] = False,
    who: Who,
    common: Common = _DEFAULT,
) -> int:
    """Inscrire une situation à l'ordre du jour, changer sa question, ou l'en retirer.

    Args:
        seance: Séance préparée.
        situation: Situation.
        question: Question posée au comité.
        rapporteur: Qui rapporte.
        retirer: Retirer la situation de l'ordre du jour.
    """
    with acting() as services:
        if retirer:
            found = steps.take_off_agenda(services, seance, situation, who.acting())
        else:
            told = {"question": question, "rapporteur": rapporteur}
            found = steps.put_on_agenda(services, seance, situation, who.acting(), **told)
    return _said(common, found)


@meeting.command
def hold(seance: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Dire qu'une séance s'est tenue.

    Args:
        seance: Séance préparée.
    """
    with acting() as services:
        found = steps.hold(services, seance, who.acting())
    return _said(common, found)


@meeting.command
def advise(
    seance: str, situation: str, *, told: AdviceOptions, who: Who, common: Common = _DEFAULT
) -> int:
    """Saisir l'avis rendu sur une situation ; il n'en change pas l'état.

    Une mesure peut en naître, « proposée » ; un évaluateur fait le reste. Saisi de nouveau, l'avis
    remplace le précédent, qui reste dans l'historique.

    Args:
        seance: Séance tenue.
        situation: Situation à son ordre du jour.
    """
    with acting() as services:
        given, measure = told.given(), told.measure()
        found = steps.advise(services, seance, situation, given, who.acting(), measure=measure)
    return _said(common, found)


@meeting.command
def minutes(seance: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Valider le compte rendu d'une séance : chaque situation a son avis.

    Args:
        seance: Séance tenue.
    """
    with acting() as services:
        found = steps.validate_minutes(services, seance, who.acting())
    return _said(common, found)


@meeting.command(name="list")
def list_(*, at: AsOfOptions = _NOW, common: Common = _DEFAULT) -> int:
    """Montrer les séances."""
    with reading() as services:
        found = steps.known_meetings(services, on=at.au, known=known_by(at.connu_le))
    if common.json:
        print_json({"meetings": [plain_meeting(one) for one in found.values()]})
        return 0
    rows = [
        (one.id, day(one.on), one.state, day(one.since), len(one.items), len(one.advice))
        for one in found.values()
    ]
    columns = ["Séance", "Date", "État", "Depuis", "Situations", "Avis"]
    Console().print(table(agreed(len(rows), "séance"), columns, rows))
    return 0


@meeting.command
def show(seance: str, *, at: AsOfOptions = _NOW, common: Common = _DEFAULT) -> int:
    """Montrer une séance : ordre du jour, questions, avis.

    Args:
        seance: Son identifiant.
    """
    known = known_by(at.connu_le)
    with reading() as services:
        one = find_meeting(steps.known_meetings(services, on=at.au, known=known), seance)
        register = register_of(services, on=at.au, known=known)
    if common.json:
        print_json(plain_meeting(one))
        return 0
    for part in _parts(one, register):
        Console().print(part, highlight=False)
    return 0


def plain_meeting(one: Meeting) -> dict[str, Any]:
    """A séance for programs."""
    return {**asdict(one), "state": one.state.value}


def _parts(one: Meeting, register: Register) -> Iterator[Table | str]:
    yield f"{one.id} · séance du {day(one.on)} ({one.state}) ; dernier acte {one.last}"
    if not one.items:
        yield "Aucune situation à l’ordre du jour."
        return
    rows = [
        (item.situation, register.situations[item.situation].title, item.question, item.rapporteur)
        for item in one.items
        if item.situation in register.situations
    ]
    yield table("Ordre du jour", ["Situation", "Titre", "Question", "Rapporteur"], rows)
    given = [
        (advice.situation, *(advice.fields[name] or "–" for name in ADVICE), advice.measure or "–")
        for advice in one.advice.values()
    ]
    if given:
        yield table("Avis", ["Situation", *ADVICE.values(), "Mesure proposée"], given)


def _said(common: Common, one: Meeting) -> int:
    if common.json:
        print_json(plain_meeting(one))
    else:
        told = f"{one.id} : séance du {day(one.on)}, {one.state},"
        told += f" {agreed(len(one.items), 'situation')}"
        Console().print(f"{told}, {len(one.advice)} avis.", highlight=False)
    return 0
