"""Sends e-mails by a server that settings name: notices of editions, and alerts to the operator."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address

from datafiles.refusals import is_told, refusal

_SECONDS = 20
"""How long each answer of the server is waited for."""


class MailError(Exception):
    """The server did not take a message. The message is French and names the setting."""


@dataclass(frozen=True, slots=True)
class Post:
    """A mail server and the sender's address; STARTTLS, except for a server on this machine."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""

    @contextmanager
    def connected(self) -> Iterator[smtplib.SMTP]:
        """The server, ready to take messages.

        Raises:
            OSError: It does not answer.
            SMTPException: It refuses.
        """
        with smtplib.SMTP(self.host, self.port, timeout=_SECONDS) as server:
            if not _is_here(self.host):
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            yield server

    def message(self, *, to: str, subject: str, text: str) -> EmailMessage:
        """A message that no machine answers."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message

    def send(self, message: EmailMessage) -> None:
        """Hand one message to the server, for every address that it names.

        Raises:
            MailError: It did not take it, or not for each.
        """
        try:
            with self.connected() as server:
                refused = server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"{self._named()} : {_why(error)}.") from error
        if refused:
            raise MailError(f"{self._named()} : {_REFUSES_TO} ({', '.join(sorted(refused))}).")

    def _named(self) -> str:
        return f"Le serveur de courriel {self.host}, port {self.port} (UNC_SMTP_HOST)"


_REFUSES_TO = "il refuse un destinataire ; corrigez UNC_ALERT_TO, ou demandez à qui le tient"


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, f"il ne répond pas en {_SECONDS} secondes ; vérifiez UNC_SMTP_PORT"),
    (smtplib.SMTPRecipientsRefused, _REFUSES_TO),
    (smtplib.SMTPSenderRefused, "il refuse l'expéditeur ; corrigez UNC_SMTP_FROM"),
    (
        smtplib.SMTPAuthenticationError,
        "il refuse le compte ; corrigez UNC_SMTP_USER et son mot de passe",
    ),
    (
        smtplib.SMTPNotSupportedError,
        "il n'offre pas STARTTLS, ou ne connaît pas de compte ; corrigez UNC_SMTP_PORT",
    ),
    (
        smtplib.SMTPServerDisconnected,
        "il a raccroché ; vérifiez UNC_SMTP_PORT (STARTTLS, 587 d'ordinaire)",
    ),
    (ssl.SSLError, "la connexion chiffrée échoue : port, ou certificat inconnu sous ce nom"),
    (ConnectionRefusedError, "rien n'y écoute ; démarrez-le, ou corrigez UNC_SMTP_PORT"),
)
"""What went wrong, in French: a server may say it in any words, with addresses and names."""


def _why(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__:
        return _why(error.__context__)  # smtplib says so of a silence too
    for kind, told in _REASONS:
        if isinstance(error, kind):
            return told
    if isinstance(error, smtplib.SMTPResponseException):
        return f"il refuse le message (code {error.smtp_code})"
    if isinstance(error, OSError) and is_told(error):
        return refusal(error)
    return "il est injoignable ; vérifiez UNC_SMTP_HOST et le réseau"


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
