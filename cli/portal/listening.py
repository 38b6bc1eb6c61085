"""The socket of what is served, and the sentence where it cannot be had."""

from socket import socket

from datafiles.refusals import refusal
from portal.serving import listen
from settings import SettingsError


def listening(host: str, port: int) -> socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        SettingsError: The address cannot be had.
    """
    try:
        return listen(host, port)
    except OSError as error:
        raise SettingsError(
            f"Le port {port} de {host} ne peut pas être pris ({refusal(error)}) : choisissez-en"
            " un autre avec --port."
        ) from error
