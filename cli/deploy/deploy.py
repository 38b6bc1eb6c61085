"""`unc deploy`: what a Prefect server must hold for the bridge."""

from pathlib import Path

from cli.portal.mail_settings import MailSettings, loaded
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from cli.terminal.prefect_server import server_address, wait_for
from settings import SettingsError, load_settings, tables_of

_DEFAULT = Common()


def deploy(*, common: Common = _DEFAULT) -> int:
    """Mettre sur le serveur Prefect la file, les déploiements et les alertes.

    Plusieurs démarches (UNC_DEMARCHES) : un jeu de déploiements pour chacune. Relancée, elle met à
    jour ce qui est là, n'ajoute rien deux fois, et ôte ce qu'elle avait fait pour une démarche qui
    n'est plus suivie. Les alertes partent vers
    UNC_ALERT_WEBHOOK ; sans elle, seule est mise celle qui clôt un passage sans signe de vie.
    """
    address = server_address()
    root = Path.cwd()
    if not (root / "prefect.yaml").is_file():
        raise SettingsError(
            f"{root} n'a pas de prefect.yaml : lancez unc deploy du dossier de la passerelle."
        )
    demarches = _demarches(common)
    given = loaded(MailSettings).alert_webhook
    wait_for(address)
    from flows.deploying import DeployError
    from flows.deploying import deploy as place

    try:
        placed = place(root, webhook=given.get_secret_value() if given else "", demarches=demarches)
    except DeployError as error:
        raise SettingsError(str(error)) from None
    if common.json:
        print_json(
            {
                "pool_made": placed.pool,
                "deployments": list(placed.deployments),
                "removed": list(placed.removed),
                "automations": list(placed.automations),
                "missing": list(placed.silent),
            }
        )
        return 0
    out = Console()
    out.print("File « unc » " + ("créée." if placed.pool else "déjà là."), highlight=False)
    whose = f", pour chacune de {len(demarches)} démarches" if demarches else ""
    out.print(f"Déploiements de prefect.yaml{whose} : à jour.", highlight=False)
    if placed.removed:
        out.print(
            f"Ôtés, car de démarches suivies autrement : {', '.join(placed.removed)}.",
            highlight=False,
        )
    out.print(f"Alertes à jour : {', '.join(placed.automations)}.", highlight=False)
    if placed.silent:
        out.print(
            f"Pas encore : {', '.join(placed.silent)} (donnez UNC_ALERT_WEBHOOK, puis relancez).",
            highlight=False,
        )
    return 0


def _demarches(common: Common) -> tuple[int, ...]:
    """Those of ``UNC_DEMARCHES``; none where ``UNC_DEMARCHE`` names the one of every run.

    Raises:
        SettingsError: A setting is wrong, or one démarche of several was asked for.
    """
    settings = load_settings()
    if settings.demarches is None:
        return ()
    if common.demarche is not None:
        raise SettingsError(
            "unc deploy met les déploiements de toutes les démarches de UNC_DEMARCHES, et ôte les"
            " autres : relancez-la sans --demarche."
        )
    return () if settings.demarche is not None else tuple(tables_of(settings.demarches))
