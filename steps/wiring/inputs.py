"""What settings say, gathered once, by subject: steps receive these values and read no setting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

from french.time import PARIS
from settings import Settings, SettingsError, load_settings, tables_of

MEGABYTE = 1_000_000
BACKUPS = "sauvegardes"
"""Folder of the copies of the base, under the home."""


@dataclass(frozen=True, slots=True)
class AttachmentInputs:
    """Files that declarants joined.

    Attributes:
        download: Whether they are fetched.
        folder: Where they are kept, absolute.
        max_bytes: Size beyond which a file stays on DS.
        hosts: Machines that the link of a file may redirect to, besides its own.
        known_elsewhere: Whether another démarche keeps its files in the same folder, and what it
            knows of them in another base; asked when the folder is swept, for its settings may be
            wrong.
    """

    download: bool
    folder: Path
    max_bytes: int
    hosts: frozenset[str]
    known_elsewhere: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class ReadingInputs:
    """How the démarche is read, and how long it is kept.

    Attributes:
        overlap: What is read again before the last watermark.
        retention_months: Months after which a dossier that was handled goes; ``None``: with DS.
    """

    overlap: timedelta
    retention_months: int | None


@dataclass(frozen=True, slots=True)
class Replying:
    """What is written to DS, and in whose name.

    Attributes:
        channel: What is written to declarants.
        since: Deposit date (aware) from which they are; ``None``: since the channel is on.
        quiet: Wait after the last change of a dossier.
        max_requests: Automatic requests for a correction of a dossier, at most.
        pilot: The only dossiers written to; empty: all.
        pass_en_instruction: Whether complete dossiers are passed « en instruction ».
        messages_per_run: Messages of a run, at most.
        batch_size: Dossiers annotated by a request.
        instructeur: E-mail or id of the instructeur who writes; empty when none is set.
        writer: Hash of the token and the instructeur: another one may be allowed what this one was
            refused.
    """

    channel: Literal["off", "message", "correction"]
    since: datetime | None
    quiet: timedelta
    max_requests: int
    pilot: frozenset[int]
    pass_en_instruction: bool
    messages_per_run: int
    batch_size: int
    instructeur: str
    writer: str


@dataclass(frozen=True, slots=True)
class Publishing:
    """What is handed out.

    Attributes:
        folder: Where workbooks go, absolute.
        columns: Folder of the files that say what they show, and to whom.
        network_default: Whether a dossier whose « diffusable » is unanswered goes to the network.
        retention: How long what was made on request stays, and what a current workbook showed.
        editions: How many months editions stay, by kind; the newest of each always does.
        portal: Address of the portal, without a last slash; "" when nobody gave it.
    """

    folder: Path
    columns: Path
    network_default: Literal["include", "exclude"]
    retention: timedelta
    editions: Mapping[str, int]
    portal: str = ""


@dataclass(frozen=True, slots=True)
class TokenInputs:
    """What is told of the token, which is not here itself.

    Attributes:
        since: Day that it was made on, if a person said so.
        setting: The setting that gave it.
    """

    since: date | None
    setting: str


@dataclass(frozen=True, slots=True)
class RulesPlaces:
    """What rule-sets are checked with, which may be before anything can run.

    Attributes:
        rules: Their folder.
        mapping_file: The mapping.
        database: Address of the base; it may hold a password.
        demarche: Number of the démarche.
    """

    rules: Path
    mapping_file: Path
    database: str = field(repr=False)
    demarche: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """All of it, with the places that several subjects need.

    Attributes:
        home: Folder of what the bridge keeps beside its base.
        database: Address of the base; it may hold a password.
        ds_url: Address of DS's API.
        mapping_file: The mapping.
        rules: Folder of the rules.
    """

    home: Path
    database: str = field(repr=False)
    ds_url: str
    mapping_file: Path
    rules: Path
    token: TokenInputs
    reading: ReadingInputs
    attachments: AttachmentInputs
    replying: Replying
    publishing: Publishing


def inputs_of(settings: Settings) -> Inputs:
    """What the settings of a démarche say."""
    return Inputs(
        home=settings.home,
        database=settings.database(),
        ds_url=settings.ds_url,
        mapping_file=settings.mapping,
        rules=settings.rules,
        token=token_of(settings),
        reading=ReadingInputs(
            timedelta(minutes=settings.overlap_minutes), settings.retention_months
        ),
        attachments=AttachmentInputs(
            download=settings.attachments == "download",
            folder=settings.attachment_folder(),
            max_bytes=settings.attachment_max_mb * MEGABYTE,
            hosts=settings.attachment_hosts,
            known_elsewhere=partial(_known_elsewhere, settings),
        ),
        replying=_replying(settings),
        publishing=Publishing(
            folder=settings.exports(),
            columns=settings.columns,
            network_default=settings.network_default,
            retention=settings.export_retention(),
            portal=_portal(settings),
            editions={
                "hebdomadaire": settings.weekly_editions_months,
                "mensuelle": settings.monthly_editions_months,
                "a-la-main": settings.other_editions_months,
            },
        ),
    )


def rules_places(settings: Settings) -> RulesPlaces:
    """Where the rules are, and what they are checked against.

    Raises:
        SettingsError: No démarche is set.
    """
    number = settings.demarche_number()
    return RulesPlaces(settings.rules, settings.mapping, settings.database(), number)


def token_of(settings: Settings) -> TokenInputs:
    """What settings tell of the token."""
    return TokenInputs(settings.ds_token_since, settings.token_setting)


def _replying(settings: Settings) -> Replying:
    since = settings.messages_since
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=PARIS)
    return Replying(
        channel=settings.declarant_channel,
        since=since,
        quiet=timedelta(minutes=settings.quiet_minutes),
        max_requests=settings.max_requests,
        pilot=settings.messages_pilot,
        pass_en_instruction=settings.pass_en_instruction,
        messages_per_run=settings.messages_per_run,
        batch_size=settings.batch_size,
        instructeur=(settings.instructeur or "").strip(),
        writer=_writer(settings),
    )


def _portal(settings: Settings) -> str:
    given = "portal_url" in settings.model_fields_set
    return settings.portal_url.rstrip("/") if given else ""


def _writer(settings: Settings) -> str:
    try:
        token = settings.token().get_secret_value()
    except SettingsError:
        token = ""
    return sha256(f"{token}\n{settings.instructeur or ''}".encode()).hexdigest()[:16]


def _known_elsewhere(settings: Settings) -> bool:
    every = tables_of(settings.demarches) if settings.demarches else ()
    others = [load_settings(demarche=number) for number in every]
    place = settings.attachment_folder()
    shared = (one for one in others if one.attachment_folder() == place)
    return any(one.database() != settings.database() for one in shared)
