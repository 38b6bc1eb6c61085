"""A deposited dossier as pages show it: answers, annotations, labels, who examines it."""

from sandbox.api.instance import Instance
from sandbox.demarche.demarche import Demarche, Label
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.retypings import present
from sandbox.pages.values import AnswerContext, AnswerLine


def context(instance: Instance) -> AnswerContext:
    """Return what shows answers: it knows the companies and gives addresses of files."""
    return AnswerContext(lambda file: instance.links.url("", file), instance.state.companies())


def champ_lines(instance: Instance, dossier: DepositedDossier) -> list[AnswerLine]:
    """Return the questions that the dossier answers, as DS shows them."""
    demarche = instance.state.demarche(dossier.demarche)
    answers = present(dossier, demarche, dossier.answers)
    visible = demarche.revision(dossier.revision).visible_champs(answers)
    return context(instance).lines(visible, answers)


def annotation_lines(instance: Instance, dossier: DepositedDossier) -> list[AnswerLine]:
    """Return the private annotations."""
    demarche = instance.state.demarche(dossier.demarche)
    written = present(dossier, demarche, dossier.annotations)
    return context(instance).lines(demarche.revision(dossier.revision).annotations, written)


def labels_of(demarche: Demarche, dossier: DepositedDossier) -> list[Label]:
    """Return the labels of a dossier."""
    return [one for one in demarche.labels if one.id in dossier.labels]


def agent_of(demarche: Demarche, dossier: DepositedDossier) -> str:
    """Return in whose name a page acts: the last named of the groupe, the robot being the first."""
    members = demarche.members(dossier.groupe)
    return members[-1].email if members else "instructeur@administration.example"
