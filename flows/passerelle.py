"""The flow `passerelle-unc`: the whole cycle, with a task for each step that a person looks for."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.deployed import NO_WAIT, named, perform
from flows.parameters import Demarche
from steps.run import STEPS


@flow(name="passerelle-unc", flow_run_name=named("passage"), persist_result=False)
def passerelle(demarche: Demarche = None) -> State[Any]:
    """Lire la démarche, évaluer, répondre et exporter, une fois.

    Les réglages viennent de l'environnement du worker. Le résultat : des nombres et des chemins.

    Args:
        demarche: Numéro de la démarche ; vide : celle du réglage UNC_DEMARCHE.
    """
    return perform(demarche, title="Passage complet", steps=STEPS, wait=NO_WAIT)
