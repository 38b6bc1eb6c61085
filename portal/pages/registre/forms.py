"""Fields of the forms of situations and séances: each bounded, its title is its label."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from portal.pages.registre.acting import ActForm
from portal.registre.inputs import LONG, day_of
from triage.registre.lifecycle import TEXTS, LevelGiven
from triage.registre.register import MeasureState


class LevelForm(ActForm):
    """A level of risk; ``criteres`` holds ``critère=réponse``."""

    niveau: Annotated[str, Field(title="Niveau", max_length=40)] = ""
    criteres: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    justification: Annotated[str, Field(title="Justification du niveau", max_length=LONG)] = ""

    def given(self) -> LevelGiven:
        """As the rules take it."""
        answers = {
            name: answer for name, _, answer in (one.partition("=") for one in self.criteres)
        }
        return LevelGiven(self.niveau, self.justification, answers)


class TextsForm(ActForm):
    """What people enter of a situation."""

    titre: Annotated[str, Field(title="Titre public", max_length=250)] = ""
    usage_autorise: Annotated[str, Field(title="Usage autorisé", max_length=LONG)] = ""
    usage_constate: Annotated[str, Field(title="Usage constaté", max_length=LONG)] = ""
    risque: Annotated[str, Field(title="Risque (avéré ou potentiel)", max_length=40)] = ""
    pilote: Annotated[str, Field(title="Pilote", max_length=250)] = ""
    qualification: Annotated[str, Field(title="Qualification", max_length=100)] = ""
    resume_clair: Annotated[str, Field(title="Résumé en langage clair", max_length=LONG)] = ""
    surveillance: Annotated[
        str, Field(title="Programme de surveillance renforcée", max_length=40)
    ] = ""

    def texts(self) -> dict[str, str]:
        """By name."""
        return {name: getattr(self, name) for name in TEXTS}


class ValidateForm(TextsForm, LevelForm):
    """All that a validation asks."""


class CloseForm(ActForm):
    """With which conclusion."""

    conclusion: Annotated[str, Field(title="Conclusion", max_length=100)] = ""


class MergeForm(ActForm):
    """Into which one."""

    dans: Annotated[str, Field(title="Fondre dans", max_length=60)] = ""


class EventForm(ActForm):
    """What happened."""

    evenement: Annotated[str, Field(title="Évènement", max_length=1_000)] = ""


class CopyForm(ActForm):
    """Which dossier is a copy of which; of none: it is none after all."""

    dossier: Annotated[str, Field(title="Dossier", max_length=12)] = ""
    de: Annotated[str, Field(title="Doublon du dossier", max_length=12)] = ""


class DossiersForm(ActForm):
    """Which dossiers: as many as a situation may hold."""

    most_fields: ClassVar[int] = 6_000

    dossiers: tuple[Annotated[str, Field(max_length=12)], ...] = ()


class MeasureForm(ActForm):
    """A measure of the agency."""

    type: Annotated[str, Field(title="Type de mesure", max_length=100)] = ""
    mode: Annotated[str, Field(title="Prise ou exigée", max_length=40)] = ""
    proposee_le: Annotated[str, Field(title="Proposée le", max_length=10)] = ""
    decidee_le: Annotated[str, Field(title="Décidée le", max_length=10)] = ""
    en_oeuvre_le: Annotated[str, Field(title="Mise en œuvre le", max_length=10)] = ""
    cible: Annotated[str, Field(title="Cible", max_length=1_000)] = ""
    indicateur: Annotated[str, Field(title="Indicateur attendu", max_length=1_000)] = ""
    echeance: Annotated[str, Field(title="Échéance d’évaluation", max_length=10)] = ""
    seance: Annotated[str, Field(title="Séance", max_length=60)] = ""
    lien: Annotated[str, Field(title="Lien", max_length=1_000)] = ""

    def given(self) -> dict[str, str]:
        """Its fields."""
        return {
            "type": self.type,
            "mode": self.mode,
            "cible": self.cible,
            "indicateur": self.indicateur,
            "échéance": self.echeance,
            "séance": self.seance,
            "lien": self.lien,
        }

    def dates(self) -> dict[MeasureState, date]:
        """The first day of each state that it had."""
        days = {
            MeasureState.PROPOSED: day_of(self.proposee_le, "Proposée le"),
            MeasureState.DECIDED: day_of(self.decidee_le, "Décidée le"),
            MeasureState.IN_FORCE: day_of(self.en_oeuvre_le, "Mise en œuvre le"),
        }
        return {state: day for state, day in days.items() if day}


class DayForm(ActForm):
    """Which day."""

    jour: Annotated[str, Field(title="Identifiée le", max_length=10)] = ""


class PlanForm(ActForm):
    """On which day."""

    date: Annotated[str, Field(title="Date", max_length=10)] = ""


class ItemForm(ActForm):
    """A situation of the agenda."""

    situation: Annotated[str, Field(title="Situation", max_length=60)] = ""
    question: Annotated[str, Field(title="Question", max_length=1_000)] = ""
    rapporteur: Annotated[str, Field(title="Rapporteur", max_length=250)] = ""


class AdviceForm(ActForm):
    """What the committee advised, and the measure that it proposes."""

    situation: Annotated[str, Field(title="Situation", max_length=60)] = ""
    texte: Annotated[str, Field(title="Avis", max_length=LONG)] = ""
    suite: Annotated[str, Field(title="Suite", max_length=1_000)] = ""
    qui: Annotated[str, Field(title="Qui", max_length=250)] = ""
    echeance: Annotated[str, Field(title="Échéance", max_length=10)] = ""
    type: Annotated[str, Field(title="Type de mesure", max_length=100)] = ""
    mode: Annotated[str, Field(title="Prise ou exigée", max_length=40)] = ""
    cible: Annotated[str, Field(title="Cible", max_length=1_000)] = ""

    def given(self) -> dict[str, str]:
        """What is advised."""
        told = {"texte": self.texte, "suite": self.suite, "qui": self.qui}
        return {**told, "échéance": self.echeance}

    def measure(self) -> dict[str, str] | None:
        """The measure that is proposed, if any."""
        if not (self.type or self.mode or self.cible):
            return None
        return {"type": self.type, "mode": self.mode, "cible": self.cible}
