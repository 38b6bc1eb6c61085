"""`unc serve`: the portal where staff fetch their workbooks."""

from cli.terminal.output import Common
from cli.terminal.parsing import Port
from settings_parts import PORTAL_PORT

_DEFAULT = Common()


def serve(*, port: Port = PORTAL_PORT, host: str = "127.0.0.1", common: Common = _DEFAULT) -> int:
    """Servir le portail : exports, changements, dossiers, indicateurs, journal.

    Args:
        port: Port d'écoute.
        host: Adresse d'écoute ; autre que celle-ci, UNC_PORTAL_URL doit être en https.
    """
    from cli.portal.source import run_portal

    run_portal(host=host, port=port, common=common)
    return 0
