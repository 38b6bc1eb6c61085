"""`unc serve`: the portal where staff fetch their workbooks."""

from cli.output import Common
from cli.parsing import Port

PORT = 8214
_DEFAULT = Common()


def serve(*, port: Port = PORT, host: str = "127.0.0.1", common: Common = _DEFAULT) -> int:
    """Servir le portail : exports, changements, dossiers, indicateurs, journal.

    Args:
        port: Port d'écoute.
        host: Adresse d'écoute ; autre que celle-ci, UNC_PORTAL_URL doit être en https.
    """
    from cli.portal_source import run_portal

    run_portal(host=host, port=port, common=common)
    return 0
