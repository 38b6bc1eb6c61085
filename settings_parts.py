"""What settings are checked with: addresses, the file of several démarches, French reasons."""

import os
import re
import tomllib
import unicodedata
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar, get_args
from urllib.parse import SplitResult, urlsplit

from dotenv.parser import parse_stream
from pydantic import AfterValidator, SecretStr, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from datafiles.refusals import refusal

ENV_FILE = Path(".env")
"""In the folder that the command is run from; real environment variables win over it."""

PORTAL_PORT = 8214
"""Where the portal listens, unless told otherwise; its own address by default says so too."""
LOOKUP_PORT = 8215
"""Where the look-up of medicines listens, unless told otherwise."""

PREFIX = "unc_"
LARGEST_NUMBER = 2**31 - 1
"""Numbers of démarches and dossiers are 32-bit integers: DS answers ``bad_request`` to a larger one
(its schema, FACTS-2026), and so does PostgreSQL."""
OUR_YEARS = range(1900, 2101)
"""Other years are mistyped, and dates worked out from them may not exist."""
_Moment = TypeVar("_Moment", bound=date)


def of_our_time(moment: _Moment) -> _Moment:
    """Let a date pass when it is of our time.

    Raises:
        ValueError: It is not.
    """
    if moment.year not in OUR_YEARS:
        raise ValueError(f"une année de {OUR_YEARS[0]} à {OUR_YEARS[-1]} est attendue")
    return moment


Day: TypeAlias = Annotated[date, AfterValidator(of_our_time)]


def https_or_loopback(url: str) -> str:
    """Let an address pass when nobody on the way can read what is sent to it.

    Raises:
        ValueError: Someone could, or it is no address.
    """
    parts = _parts(url)
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not (parts.scheme == "https" and parts.hostname) and not local:
        raise ValueError("une adresse https:// est attendue (http:// seulement sur cette machine)")
    return url


def without_account(url: str) -> str:
    """Let an address pass that holds no password: this one is shown, in journals too.

    Raises:
        ValueError: It does.
    """
    if "@" in _parts(url).netloc:
        raise ValueError("une adresse sans compte ni mot de passe est attendue")
    return url


def machine_name(given: str) -> str:
    """Let the name or the address of a machine pass, or nothing.

    Raises:
        ValueError: No machine has such a name.
    """
    with suppress(ValueError):
        return str(ip_address(given))
    try:
        given.encode("idna")
    except UnicodeError:
        raise ValueError("ce n'est pas le nom d'une machine") from None
    if not re.fullmatch(r"[\w.-]*", given):
        raise ValueError("le nom d'une machine est attendu, sans son port ni « https:// »")
    return given


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (it is looked at here)
    except ValueError:  # of its host or its port, in English
        raise ValueError("ce n'est pas une adresse : son port, ou ses crochets") from None
    if any(char.isspace() for char in url):
        raise ValueError("une adresse sans espace est attendue")
    return parts


ShownAddress: TypeAlias = Annotated[
    str, AfterValidator(https_or_loopback), AfterValidator(without_account)
]

_LONGEST_NAME, _LONGEST_PATH = 255, 4_095
"""Bytes that Linux lets a file's name and a path have."""


class Given(BaseSettings):
    """What all settings share: where they are given, and what none of them may be."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX.upper(),
        env_file=ENV_FILE,
        env_file_encoding="utf-8-sig",
        extra="ignore",
        frozen=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _usable(cls, value: Any, info: ValidationInfo) -> Any:
        """What is empty is not given; a folder that must be somewhere is never the current one."""
        if not isinstance(value, str):
            return value
        known = cls.model_fields[str(info.field_name)]
        given = value.strip()
        if not given:
            if known.annotation is Path:
                raise ValueError("elle est vide ; donnez un chemin, ou ôtez la ligne")
            return known.default if known.default is None else given
        kinds = {known.annotation, *get_args(known.annotation)}
        secret = SecretStr in kinds
        _plain(given, lines=secret)
        if not secret and re.search(r"\s#", given):
            raise ValueError("un commentaire la suit, que systemd prend pour elle : à sa ligne")
        if Path in kinds:
            _place(given)
        return given


def _plain(given: str, *, lines: bool) -> None:
    """Raise ``ValueError`` where a text has what nobody typed; ``lines``: line ends are told later.

    Bytes that are not UTF-8 stand in the environment as halves of a surrogate pair.
    """
    kinds = {unicodedata.category(char) for char in given if not (lines and char in "\r\n")}
    if "Cs" in kinds:
        raise ValueError("ce n'est pas du texte UTF-8")
    if "Cc" in kinds:
        raise ValueError("elle a un caractère de contrôle : tabulation, saut de ligne…")


def _place(given: str) -> None:
    """Raise ``ValueError`` where no file can have such a path."""
    if given.startswith("~"):
        raise ValueError("« ~ » n'est pas compris ici ; donnez un chemin absolu")
    names = [len(os.fsencode(name)) for name in given.split("/")]
    if max(names) > _LONGEST_NAME or sum(names) + len(names) > _LONGEST_PATH:
        raise ValueError("ce chemin est trop long")


def env_names(file: Path) -> list[str]:
    """Names that a ``.env`` file sets; none when it is not there.

    Raises:
        ValueError: A line cannot be read, or the file; in French.
    """
    try:
        text = file.read_text("utf-8-sig") if file.is_file() else ""
    except OSError as error:
        raise ValueError(f"{file} : le fichier ne peut pas être lu ({refusal(error)})") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} : ce n'est pas du texte UTF-8") from None
    names = []
    for one in parse_stream(StringIO(text)):
        if one.error:
            blank = len(one.original.string) - len(one.original.string.lstrip("\n"))
            line = one.original.line + blank
            raise ValueError(f"{file}, ligne {line} : illisible ; écrivez NOM=valeur")
        if one.key is not None:
            names.append(one.key)
    return names


def demarche_tables(file: Path, *, known: AbstractSet[str]) -> dict[int, dict[str, Any]]:
    """Settings of each démarche of a file, by its number.

    Args:
        file: The file.
        known: Names that a setting may have, in lower case and without prefix.

    Raises:
        ValueError: It cannot be read, or a table does not say what it must; in French.
    """
    tables: dict[int, dict[str, Any]] = {}
    for name, raw in _toml(file).items():
        if not isinstance(raw, dict):
            raise ValueError(f"dans {file}, « {name} » est hors de la table d'une démarche")  # noqa: TRY004
        table = {key.lower().removeprefix(PREFIX): value for key, value in raw.items()}
        if unknown := sorted(table.keys() - known):
            near = get_close_matches(unknown[0], known, n=1)
            hint = f" (vouliez-vous {PREFIX.upper()}{near[0].upper()} ?)" if near else ""
            raise ValueError(
                f"dans {file}, table « {name} » : réglage inconnu « {unknown[0]} »{hint}"
            )
        number = table.get("demarche")
        if type(number) is not int or number in tables:
            raise ValueError(f"dans {file}, table « {name} » : donnez-lui son propre UNC_DEMARCHE")
        if not 1 <= number <= LARGEST_NUMBER:
            raise ValueError(
                f"dans {file}, table « {name} » : UNC_DEMARCHE va de 1 à {LARGEST_NUMBER}"
            )
        tables[number] = table
    if not tables:
        raise ValueError(f"le fichier {file} ne décrit aucune démarche")
    return tables


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise ValueError(f"le fichier {file} ne peut pas être lu ({refusal(error)})") from None
    except RecursionError:
        raise ValueError(f"le fichier {file} a trop de crochets les uns dans les autres") from None
    except UnicodeDecodeError:
        raise ValueError(f"le fichier {file} n'est pas du texte UTF-8") from None
    except ValueError as error:  # in English, with the place
        place = re.search(r"at line (\d+)", str(error))
        line = f"ligne {place[1]}" if place else "à sa fin"
        raise ValueError(f"le fichier {file} n'est pas du TOML ({line})") from None


def allowed(field: FieldInfo) -> str:
    """From which number to which a setting may go, in French; "" where it is no number."""
    args = get_args(field.annotation)
    metadata = [*field.metadata, *(one for arg in args for one in getattr(arg, "__metadata__", ()))]
    bounds: dict[str, Any] = {}
    for one in metadata:
        inner = getattr(one, "metadata", [one])  # of a number in a list, its Field(ge=…, le=…)
        bounds |= {name: getattr(each, name) for each in inner for name in ("ge", "le")
                   if hasattr(each, name)}  # fmt: skip
    return f"de {bounds['ge']} à {bounds['le']}" if bounds.keys() == {"ge", "le"} else ""


def french_reason(problem: dict[str, Any], *, expected: str = "") -> str:
    """Why pydantic refuses a value, in French.

    Args:
        problem: As pydantic tells it.
        expected: From which number to which the setting goes, where it is one.
    """
    kind, context = str(problem["type"]), problem.get("ctx", {})
    match kind:
        case "literal_error":
            return f"attendu : {str(context['expected']).replace(' or ', ' ou ')}"
        case "greater_than_equal":
            return f"trop petit ; {expected or 'au moins ' + str(context['ge'])}"
        case "less_than_equal":
            return f"trop grand ; {expected or 'au plus ' + str(context['le'])}"
        case "value_error":  # a sentence of ours
            return str(problem["msg"]).removeprefix("Value error, ")
    stem = kind.partition("_")[0]
    reason = _EXPECTED.get(stem, "elle ne convient pas")
    return f"{reason}, {expected}" if expected and stem == "int" else reason


_EXPECTED = {
    "int": "un nombre entier est attendu",
    "datetime": "une date AAAA-MM-JJ est attendue",
    "date": "une date AAAA-MM-JJ est attendue",
    "timezone": "une date AAAA-MM-JJ est attendue",
    "bool": "true ou false est attendu",
    "string": "un texte est attendu",
    "path": "le chemin d'un fichier ou d'un dossier est attendu",
    "frozen": "des numéros entre virgules sont attendus",
}
"""What is expected, by the first word of the type of a problem."""
