"""The commands that do the work: everything once, or what reads and judges."""

from typing import Annotated

from cyclopts import Parameter

from cli.run.stepping import locally, with_ds
from cli.terminal.output import Common
from steps.judge.judge import judge
from steps.run import gather, run_once

_DEFAULT = Common()


def run(
    *, new_base: Annotated[bool, Parameter(negative=())] = False, common: Common = _DEFAULT
) -> int:
    """Tout faire une fois : lire la démarche, évaluer, répondre, exporter.

    Args:
        new_base: Partir d'une base neuve, alors que des exports ou un témoin montrent que la
            démarche a déjà été lue (sinon, le passage s'arrête).
    """
    return with_ds(run_once, common, new_base=new_base, make=True)


def sync(*, common: Common = _DEFAULT) -> int:
    """Lire ce qui a changé sur la démarche, sans rien écrire sur DS."""
    return with_ds(gather, common, make=True)


def assess(*, common: Common = _DEFAULT) -> int:
    """Évaluer les dossiers déjà lus, sans rien écrire sur DS."""
    return locally(judge, common)
