"""`unc registre signal`: signals of other sources than companies."""

from dataclasses import asdict, dataclass
from typing import Annotated

from cyclopts import App, Parameter

from cli.registre import view
from cli.registre.options import Who, acting, reading
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Day
from steps.judge.acts import register_of
from steps.registre import signals as steps
from steps.wiring.failures import RequestError
from triage.registre.register import Signal

signal = App(name="signal", help="Signaux d'autres sources que les entreprises.")
_DEFAULT = Common()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SignalOptions:
    """What is entered of a signal."""

    type: str
    """Type de source (registre.yaml) ; jamais une entreprise."""
    organisme: str
    """Organisme qui signale."""
    substance: str
    """Substance."""
    resume: str
    """Résumé, sans donnée de patient."""
    recu_le: Day | None = None
    """Jour de réception ; aujourd'hui par défaut."""
    periode: str = ""
    """Période concernée."""
    cis: str = ""
    """Code CIS."""
    nature: str = ""
    """Nature de la non-conformité, comme au formulaire ; « ; » en sépare plusieurs."""
    population: str = ""
    """Population, comme au formulaire."""
    voie: str = ""
    """Voie utilisée, comme au formulaire."""
    cas: str = ""
    """Nombre de cas."""
    reference: str = ""
    """Référence ou lien."""
    diffusion: str = ""
    """agence (par défaut) ou réseau."""
    suite: str = ""
    """Suite donnée."""

    def given(self) -> dict[str, str]:
        """Its fields."""
        return {
            "type": self.type,
            "organisme": self.organisme,
            "reçu_le": self.recu_le.isoformat() if self.recu_le else "",
            "période": self.periode,
            "substance": self.substance,
            "cis": self.cis,
            "nature": self.nature,
            "population": self.population,
            "voie": self.voie,
            "résumé": self.resume,
            "cas": self.cas,
            "référence": self.reference,
            "diffusion": self.diffusion,
            "suite": self.suite,
        }


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a signal goes."""

    situation: str = ""
    """Situation où le placer."""
    nouvelle: Annotated[bool, Parameter(negative=())] = False
    """L'ouvrir dans une nouvelle situation."""

    def check(self) -> None:
        """Refuse both at once."""
        if self.situation and self.nouvelle:
            raise RequestError("--situation et --nouvelle : l'une ou l'autre.")


_NOWHERE = Where()


@signal.command
def add(
    *, told: SignalOptions, who: Who, where: Where = _NOWHERE, common: Common = _DEFAULT
) -> int:
    """Saisir un signal ; sans --situation ni --nouvelle, il reste à rattacher.

    Les trois situations les plus proches sont montrées, avec ce qui concorde. Placé, il attire les
    dossiers du même usage comme un dossier confirmé.
    """
    where.check()
    with acting() as services:
        situation, anew = where.situation, where.nouvelle
        found = steps.enter(services, told.given(), who.acting(), situation=situation, anew=anew)
        titles = {name: spec.title for name, spec in services.form.mapping.fields.items()}
    if common.json:
        likely = [asdict(one) for one in found.likeliest]
        print_json({**asdict(found.signal), "likeliest": likely})
        return 0
    _tell(found.signal)
    if found.likeliest:
        Console().print(view.likely_table(found.likeliest, titles))
    return 0


@signal.command
def place(signal: str, *, who: Who, where: Where = _NOWHERE, common: Common = _DEFAULT) -> int:
    """Placer un signal dans une situation, ou dans une nouvelle.

    Args:
        signal: Son identifiant, par exemple SIG-0001.
    """
    where.check()
    if not (where.situation or where.nouvelle):
        raise RequestError("Dites où : --situation SIT-0001, ou --nouvelle.")
    with acting() as services:
        situation, anew = where.situation, where.nouvelle
        found = steps.place(services, signal, who.acting(), situation=situation, anew=anew)
    if common.json:
        print_json(asdict(found))
    else:
        _tell(found)
    return 0


@signal.command(name="list")
def list_(*, common: Common = _DEFAULT) -> int:
    """Montrer les signaux, et où ils sont placés."""
    with reading() as services:
        found = [*register_of(services).signals.values()]
    if common.json:
        print_json({"signals": [asdict(one) for one in found]})
        return 0
    names = [f"{one.id} ({one.situation or 'À rattacher'})" for one in found]
    Console().print(view.signals_table([one.fields for one in found], names))
    return 0


def _tell(one: Signal) -> None:
    Console().print(f"{one.id} : {one.situation or 'à rattacher'}.", highlight=False)
