"""`unc lookup`: medicines looked up by a form of DS while it is filled in."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.terminal.console import ERROR
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Port
from settings_parts import LOOKUP_PORT

if TYPE_CHECKING:  # imported when it is served
    from mappings.medicines.directory import Directory

_DEFAULT = Common()
_TURN = 0.0002
"""Seconds after which reading gives way to a request, instead of Python's 0.005."""
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
    from steps.wiring.public_data.reference import directory_of
    from steps.wiring.public_data.version import version_of

    def read() -> "Directory | None":
        with _beside_requests():
            return directory_of(home)

    own, home = load_lookup_settings(), load_settings().home
    access = Access(own.secrets(), per_second=own.lookup_per_second)
    version = VersionInUse(named=lambda: version_of(home), read=read)
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


@contextmanager
def _beside_requests() -> Iterator[None]:
    """Read a version in turns with requests; what is read stays, and is not looked through again.

    Measured by bench/lookup.py: a request waits for a collection of garbage, and at each of its
    reads and writes for the thread that reads.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
        sys.setswitchinterval(usual)
