"""`unc deploy`: what a Prefect server must hold for the bridge."""

from pathlib import Path

from cli.portal.mail_settings import MailSettings, loaded
from cli.terminal.output import Common, Console, print_json
from cli.terminal.prefect_server import server_address, wait_for
from settings import SettingsError

_DEFAULT = Common()


def deploy(*, common: Common = _DEFAULT) -> int:
    """Mettre sur le serveur Prefect la file, les déploiements et les alertes.

    Relancée, elle met à jour ce qui est là et n'ajoute rien deux fois. Les alertes partent vers
    UNC_ALERT_WEBHOOK ; sans elle, seule est mise celle qui clôt un passage sans signe de vie.
    """
    address = server_address()
    root = Path.cwd()
    if not (root / "prefect.yaml").is_file():
        raise SettingsError(
            f"{root} n'a pas de prefect.yaml : lancez unc deploy du dossier de la passerelle."
        )
    given = loaded(MailSettings).alert_webhook
    wait_for(address)
    from flows.deploying import DeployError
    from flows.deploying import deploy as place

    try:
        placed = place(root, webhook=given.get_secret_value() if given else "")
    except DeployError as error:
        raise SettingsError(str(error)) from None
    if common.json:
        print_json(
            {
                "pool_made": placed.pool,
                "automations": list(placed.automations),
                "missing": list(placed.silent),
            }
        )
        return 0
    out = Console()
    out.print("File « unc » " + ("créée." if placed.pool else "déjà là."), highlight=False)
    out.print("Déploiements de prefect.yaml : à jour.", highlight=False)
    out.print(f"Alertes à jour : {', '.join(placed.automations)}.", highlight=False)
    if placed.silent:
        out.print(
            f"Pas encore : {', '.join(placed.silent)} (donnez UNC_ALERT_WEBHOOK, puis relancez).",
            highlight=False,
        )
    return 0
