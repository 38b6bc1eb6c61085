"""Flows run nightly, weekly or monthly: reconcile, export, purge."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import deployment

from exports.published.editions import EditionKind
from flows.deployed import PATIENCE, named, perform
from flows.parameters import Demarche
from steps.publish.edition import publish_edition
from steps.publish.export import export
from steps.publish.retention import remove_old_workbooks
from steps.read import retention
from steps.read.reconcile import reconcile
from steps.run import Step
from steps.wiring.services import Connected
from steps.wiring.summary import Summary


@flow(name="rapprochement-unc", flow_run_name=named("rapprochement"), persist_result=False)
def rapprocher(demarche: Demarche = None) -> State[Any]:
    """Comparer toute la démarche à la copie d'ici, et réparer ce que la lecture a manqué.

    Args:
        demarche: Numéro de la démarche ; vide : celle du réglage UNC_DEMARCHE.
    """
    steps: tuple[tuple[str, Step], ...] = (("Comparer et réparer", reconcile),)
    return perform(demarche, title="Rapprochement", steps=steps, wait=PATIENCE)


Periodic: TypeAlias = Literal["hebdomadaire", "mensuelle"]
DEPLOYMENTS: Mapping[str, Periodic] = {
    "export-hebdomadaire": "hebdomadaire",
    "export-mensuel": "mensuelle",
}
"""What a deployment of before the editions, which names none, publishes."""


@flow(name="export-unc", flow_run_name=named("export"), persist_result=False)
def exporter(demarche: Demarche = None, edition: Periodic | None = None) -> State[Any]:
    """Publier l'édition de la semaine ou du mois, qu'il y ait ou non du nouveau.

    Args:
        demarche: Numéro de la démarche ; vide : celle du réglage UNC_DEMARCHE.
        edition: hebdomadaire ou mensuelle ; vide : celle du déploiement, sinon les classeurs
            courants seuls.
    """
    kind = edition or DEPLOYMENTS.get(deployment.name or "")

    def publish(services: Connected, summary: Summary) -> None:
        if kind is None:
            export(services, summary)
        else:
            publish_edition(services, summary, kind=EditionKind(kind))

    name = f"Publier l'édition {kind}" if kind else "Publier les classeurs"
    steps: tuple[tuple[str, Step], ...] = ((name, publish),)
    return perform(demarche, title="Export", steps=steps, wait=PATIENCE)


@flow(name="purge-unc", flow_run_name=named("purge"), persist_result=False)
def purger(demarche: Demarche = None) -> State[Any]:
    """Effacer les dossiers dont la conservation est finie, et les classeurs trop vieux.

    Les durées : UNC_RETENTION_MONTHS, UNC_WEEKLY_EDITIONS_MONTHS, UNC_MONTHLY_EDITIONS_MONTHS,
    UNC_OTHER_EDITIONS_MONTHS et UNC_EXPORT_RETENTION_DAYS.

    Args:
        demarche: Numéro de la démarche ; vide : celle du réglage UNC_DEMARCHE.
    """
    steps: tuple[tuple[str, Step], ...] = (
        ("Effacer les dossiers", retention.purge),
        ("Publier les classeurs", export),
        ("Effacer les vieux classeurs", _remove_old_workbooks),
    )
    return perform(demarche, title="Purge", steps=steps, wait=PATIENCE)


def _remove_old_workbooks(services: Connected, _summary: Summary) -> None:
    remove_old_workbooks(services)
