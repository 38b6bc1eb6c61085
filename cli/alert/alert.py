"""`unc alert`: an e-mail to the operator about a unit that failed, with nothing of a dossier."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

import orjson
from cyclopts import Parameter

from cli.alert.repeats import Failing, RepeatedAlerts
from cli.portal.mail_settings import MailSettings, loaded
from cli.terminal.output import Common, explain, print_json, say
from french.time import PARIS
from portal.mail import MailError, Post
from settings import PREFIX, SettingsError
from steps.wiring.failures import KNOWN
from steps.wiring.services import each_demarche, now, open_services
from steps.wiring.summary import OUTCOMES
from store.staff.runs import Run

_DEFAULT = Common()
_UNIT = re.compile(r"[A-Za-z0-9:_.@\\-]{1,255}")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_SECONDS = 60
"""How long a mail server that answers without end is listened to."""
_TOOL_SECONDS = 10
_LINES = 20
_LONGEST = 300
_ERROR = re.compile(r'\s*"error": (".*")')
_SECRETS = (
    (re.compile(r"(?<=://)[^/@\s]+@"), "…@"),
    (re.compile(r"(?i)(token|jeton|password|secret|mot de passe)(\s*[:=]\s*)\S+"), r"\1\2…"),
    (re.compile(r"(?i)(bearer\s+)\S+"), r"\1…"),
)


class AlertSettings(MailSettings):
    """Settings of an alert: those of the bridge may be what failed."""

    home: Path = Path("var")


def alert(
    unit: str,
    /,
    *,
    recovered: Annotated[bool, Parameter(negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Dire par courriel à l'exploitant qu'une unité de systemd a échoué, et que faire.

    Écrit à UNC_ALERT_TO, par UNC_SMTP_HOST. Le courriel dit l'unité, la machine, depuis quand, le
    dernier passage et la fin du journal ; rien d'un dossier. Une unité qui échoue encore n'est
    redite qu'une fois par jour.

    Args:
        unit: L'unité, par exemple unc-passage.service.
        recovered: Elle marche de nouveau : le dire, si son échec avait été dit.
    """
    if not _UNIT.fullmatch(unit):
        raise SettingsError(f"« {unit} » n'est pas le nom d'une unité de systemd.")
    mail = loaded(AlertSettings)
    post, to = mail.post(), [one.strip() for one in mail.alert_to.split(",") if one.strip()]
    missing = [f"{PREFIX}SMTP_HOST"] * (post is None) + [f"{PREFIX}ALERT_TO"] * (not to)
    if post is None or missing:
        raise SettingsError(
            f"{' et '.join(missing)} manque{'nt' if missing[1:] else ''} : donnez le serveur de"
            " courriel et l'adresse de l'exploitant ; l'alerte n'est pas partie."
        )
    if wrong := [one for one in to if not _ADDRESS.fullmatch(one)]:
        raise SettingsError(f"UNC_ALERT_TO : « {wrong[0]} » n'est pas une adresse de courriel.")
    memory, at, machine = RepeatedAlerts(mail.home / "alertes"), now(), socket.gethostname()
    failing = memory.of(unit)
    if recovered:
        if failing is None or not failing.is_over(at):
            return _done(common, f"Rien à dire de {unit}.", sent=False)
        subject, text = f"{unit} marche de nouveau sur {machine}", _recovered(unit, failing)
    else:
        failing = (failing or Failing(at, at)).again(at)
        with suppress(OSError):  # a full disk may be what failed: told each time, then
            memory.keep(unit, failing)
        if not failing.is_due:
            told = (
                f"L'échec de {unit} est déjà dit {_when(failing.told)} ; redit une fois par jour."
            )
            return _done(common, told, sent=False)
        subject, text = f"{unit} a échoué sur {machine}", _text(unit, machine, failing)
    if not (recovered and failing.told is None):
        message = post.message(to=", ".join(to), subject=f"Passerelle UNC : {subject}", text=text)
        if refused := _sent(post, message):
            say(f"L'alerte n'est pas partie. {refused}")
            return _done(common, "", sent=False, to=to, error=refused) or 1
    with suppress(OSError):
        if recovered:
            memory.forget(unit)
        else:
            memory.keep(unit, failing.once_told())
    return _done(common, f"Alerte envoyée à {', '.join(to)}.", sent=True, to=to)


def _done(common: Common, sentence: str, **facts: object) -> int:
    if common.json:
        print_json(facts)
    if sentence:
        say(sentence)
    return 0


def _sent(post: Post, message: EmailMessage) -> str:
    """Send; why it did not go, or ""."""
    failed: list[str] = [f"Le serveur de courriel n'a pas fini en {_SECONDS} secondes."]

    def send() -> None:
        try:
            post.send(message)
        except MailError as error:
            failed[:] = [str(error)]
        else:
            failed.clear()

    sending = Thread(target=send, daemon=True)  # left behind where the server never ends
    sending.start()
    sending.join(_SECONDS)
    return " ".join(failed)


def _recovered(unit: str, failing: Failing) -> str:
    return (
        f"L'unité {unit} marche de nouveau. Elle avait échoué pour la première fois"
        f" {_when(failing.since)}, pour la dernière {_when(failing.last)}.\n\n"
        "Rien à faire.\n\nCe message est automatique et ne contient rien d'un dossier.\n"
    )


def _text(unit: str, machine: str, failing: Failing) -> str:
    journal = "\n".join(_journal(unit)) or "  (illisible d'ici)"
    runs = "\n".join(_last_runs())
    untold, since = failing.untold - 1, _when(failing.since).removeprefix("le ")
    more = f" Elle échoue depuis le {since}, {untold + 1} fois depuis le dernier courriel."
    return (
        f"L'unité {unit} a échoué sur {machine}, {_since(unit)}.{more if untold else ''}\n\n"
        "Que faire : unc doctor, puis unc status (docs/exploitation.md, « Dépannage ») ;"
        f" systemctl status {unit}.\n\n"
        f"{runs}\n\n"
        f"Fin du journal (tout : journalctl -u {unit}) :\n{journal}\n\n"
        "Tant qu'elle échoue, ce message revient une fois par jour ; un autre dit qu'elle marche de"
        " nouveau.\nCe message est automatique et ne contient rien d'un dossier.\n"
    )


def _last_runs() -> Iterator[str]:
    """What `unc status` tells of the last run of each démarche, as far as the base can be read."""
    try:
        for settings in each_demarche(complete=False):
            with open_services(settings) as services:
                store, demarche = services.store, services.demarche
                read = store.demarches.state(demarche).last_polled_at
                yield f"Démarche {demarche} : lue pour la dernière fois {_when(read)}."
                yield from map(_run, store.runs.last(demarche, limit=1))
    except Exception as error:  # noqa: BLE001 (what is broken is what is told)
        why = explain(error) if isinstance(error, KNOWN) else type(error).__name__
        yield f"Dernier passage : inconnu. {_clean(why)}"


def _run(run: Run) -> str:
    how = OUTCOMES.get(run.outcome, run.outcome)
    why = run.counts.get("error")
    told = f"Dernier passage (nº {run.id}) : commencé {_when(run.started_at)}, {how}"
    return f"{told}. {_clean(str(why))}" if why else f"{told}."


def _since(unit: str) -> str:
    told = _tool("systemctl", "show", unit, "--property=StateChangeTimestamp", "--timestamp=unix")
    found = re.search(r"=@(\d+)", told)
    return _when(datetime.fromtimestamp(int(found[1]), UTC) if found else now())


def _journal(unit: str) -> Iterator[str]:
    """The last lines that are known to hold nothing of a dossier; how many others there are."""
    asked = ("--unit", unit, "--lines", str(_LINES), "--no-pager", "--output", "json")
    left_out = 0
    for line in _tool("journalctl", *asked).splitlines():
        try:
            told = _known(orjson.loads(line))
        except orjson.JSONDecodeError:
            continue
        if told:
            yield f"  {_clean(told)}"
        left_out += not told
    if left_out:
        yield f"  (et {left_out} autres lignes, qui ne quittent pas la machine)"


def _known(entry: Mapping[str, Any]) -> str:
    """A line of systemd, of our journal, or the sentence with which a command ended; else ""."""
    text = entry.get("MESSAGE")
    if not isinstance(text, str):
        return ""
    if entry.get("_PID") == "1":
        return text
    if found := _ERROR.fullmatch(text.rstrip(",")):
        text, ours = found[1], True
    else:
        ours = text.startswith('{"time":')
    try:
        told = orjson.loads(text) if ours else ""
    except orjson.JSONDecodeError:
        return ""
    return f"{told['level']} {told['message']}" if isinstance(told, dict) else told


def _tool(name: str, *arguments: str) -> str:
    """What a tool of systemd says; "" where it is missing, refuses, or does not end."""
    if not (program := shutil.which(name)):
        return ""
    try:
        done = subprocess.run(  # noqa: S603
            [program, *arguments],
            check=False, capture_output=True, timeout=_TOOL_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def _clean(text: str) -> str:
    """A line without what looks like a secret, whoever wrote it."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _when(moment: datetime | None) -> str:
    return f"le {moment.astimezone(PARIS):%d/%m/%Y à %H:%M}" if moment else "jamais"
