"""Options that several commands of the register share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from cyclopts import Parameter

from cli.terminal.parsing import Count, Day
from settings import load_settings
from steps.judge.situations import place_reports
from steps.registre.acting import Acting
from steps.wiring.failures import RequestError
from steps.wiring.services import Services, open_services
from triage.registre.acts import By
from triage.registre.lifecycle import LevelGiven

DOOR = "commande"


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Who:
    """Who acts, and from when on."""

    by: str
    """Personne qui agit : son nom reste avec l'acte."""
    le: Day | None = None
    """Jour d'effet ; aujourd'hui par défaut. Un jour passé demande un motif."""
    motif: str = ""
    """Motif, gardé avec l'acte."""
    vu: Count | None = None
    """Dernier acte que vous avez lu (« unc registre show ») : refus si la situation a changé."""

    def acting(self) -> Acting:
        """As the steps take it."""
        return Acting(By(self.by, DOOR), self.le, self.motif, self.vu)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AsOfOptions:
    """« État au … tel que connu le … »."""

    au: Day | None = None
    """État au : jour de l'effet des actes."""
    connu_le: Day | None = None
    """Tel que connu le : actes saisis ce jour-là au plus tard."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SituationTexts:
    """What a person enters of a situation; what is not given stays."""

    titre: str | None = None
    """Titre public."""
    usage_autorise: str | None = None
    """Usage autorisé."""
    usage_constate: str | None = None
    """Usage constaté."""
    risque: str | None = None
    """avéré ou potentiel."""
    pilote: str | None = None
    """Personne qui suit la situation."""
    qualification: str | None = None
    """Qualification (registre.yaml)."""
    resume_clair: str | None = None
    """Résumé en langage clair, pour les représentants des patients."""
    surveillance: str | None = None
    """Programme de surveillance renforcée de l'agence : oui, non ou inconnu."""

    def given(self) -> dict[str, str]:
        """Those that were typed."""
        return {name: text for name, text in asdict(self).items() if text is not None}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of risk."""

    niveau: str
    """Niveau de risque (registre.yaml)."""
    justification: str
    """Pourquoi ce niveau, en 30 caractères au moins."""
    criteres: str = ""
    """Critères : « exposition=oui; vulnérabilité=non » ; les autres sont « inconnu »."""

    def given(self) -> LevelGiven:
        """As the rules take it.

        Raises:
            RequestError: A criterion has no answer.
        """
        answers: dict[str, str] = {}
        for part in filter(None, (one.strip() for one in self.criteres.split(";"))):
            name, sign, answer = part.partition("=")
            if not sign:
                raise RequestError(f"--criteres : « {part} » ; il faut « critère=réponse ».")
            answers[name.strip()] = answer.strip()
        return LevelGiven(self.niveau, self.justification, answers)


@contextmanager
def acting() -> Iterator[Services]:
    """Services, alone on the démarche, with every report in its place."""
    with open_services(load_settings()) as services, services.store.lock(services.demarche):
        place_reports(services)
        yield services


@contextmanager
def reading() -> Iterator[Services]:
    """Services, with every report in its place."""
    with open_services(load_settings()) as services:
        place_reports(services)
        yield services
