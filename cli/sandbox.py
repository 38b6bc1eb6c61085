"""`unc sandbox`: a démarche of one's own, for training and for trying a change of rules."""

from pathlib import Path

from cli.output import ERROR, Common, print_json
from sandbox.generator import generate
from sandbox.server import Sandbox, serve
from settings import load_settings

PORT = 8213
"""Fixed, so that the links of workbooks made on a sandbox open once it is served again."""

_DEFAULT = Common()


def sandbox(
    *, port: int = PORT, dossiers: int = 60, seed: int = 1, common: Common = _DEFAULT
) -> int:
    """Servir une démarche fictive sur cette machine, jusqu'à Ctrl-C.

    Args:
        port: Port d'écoute sur 127.0.0.1.
        dossiers: Nombre de dossiers déposés au premier démarrage.
        seed: Graine du générateur : la même donne les mêmes dossiers.
    """

    def announce(served: Sandbox) -> None:
        environment = sandbox_environment(served)
        if common.json:
            print_json(environment)
        else:
            ERROR.print("Démarche fictive servie. Dans un autre terminal :", highlight=False)
            for name, value in environment.items():
                ERROR.print(f"  export {name}={value}", markup=False, highlight=False)
            ERROR.print("  unc doctor && unc run\nCtrl-C pour arrêter.", highlight=False)

    home = sandbox_home(load_settings().home)
    serve(home, port=port, seeds=generate(dossiers, seed=seed), announce=announce)
    return 0


def sandbox_home(home: Path) -> Path:
    """Folder of the sandbox and of what is made of it: apart from real dossiers."""
    return (home / "demo").absolute()


def sandbox_environment(served: Sandbox) -> dict[str, str]:
    """The four settings that make the bridge work on a sandbox."""
    return {
        "UNC_DS_URL": served.url,
        "UNC_DS_TOKEN": served.token,
        "UNC_DEMARCHE": str(served.demarche),
        "UNC_INSTRUCTEUR": served.instructeur,
    }
