"""`unc lookup`: medicines looked up by a form of DS while it is filled in."""

from cli.terminal.output import ERROR, Common, print_json
from cli.terminal.parsing import Port
from settings_parts import LOOKUP_PORT

_DEFAULT = Common()
_EVERY = 5.0
"""Seconds after which another version of BDPM is seen."""


def lookup(*, port: Port = LOOKUP_PORT, host: str = "127.0.0.1", common: Common = _DEFAULT) -> int:
    """Servir l'annuaire des médicaments, que le formulaire de DS appelle (champ référentiel).

    Il répond d'après la BDPM chargée (unc bdpm load) ; une autre version est prise sans redémarrer.

    Args:
        port: Port d'écoute.
        host: Adresse d'écoute ; un mandataire porte le certificat (docs/annuaire.md).
    """
    from cli.portal.listening import listening
    from cli.portal.lookup_settings import load_lookup_settings
    from portal.lookup.access import Access
    from portal.lookup.app import make_lookup
    from portal.lookup.version_in_use import VersionInUse
    from portal.serving import server_of
    from settings import load_settings
    from steps.wiring.reference import directory_of, version_of

    own, home = load_lookup_settings(), load_settings().home
    access = Access(own.secrets(), per_second=own.lookup_per_second)
    version = VersionInUse(named=lambda: version_of(home), read=lambda: directory_of(home))
    version.look()
    server = server_of(make_lookup(version, access, max_age=own.lookup_max_age))
    with listening(host, port) as sock, version.watched(every=_EVERY):
        url = f"http://{host}:{sock.getsockname()[1]}"
        if common.json:
            used = version.directory.version if version.directory else ""
            print_json({"url": url, "version": used})
        else:
            ERROR.print(f"Annuaire servi sur {url} ; Ctrl-C pour arrêter.", highlight=False)
            if version.directory is None:
                why = version.refusal or "Aucune BDPM chargée : unc bdpm load"
                ERROR.print(f"{why} ; jusque-là, il répond 503.", markup=False, highlight=False)
        server.run(sockets=[sock])
    return 0
