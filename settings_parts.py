"""What settings are checked with: addresses, the file of several démarches, French reasons."""

import tomllib
from collections.abc import Set as AbstractSet
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from mappings.refusals import refusal

PREFIX = "unc_"


def https_or_loopback(url: str) -> str:
    """Let an address pass when nobody on the way can read what is sent to it.

    Raises:
        ValueError: Someone could.
    """
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not (parts.scheme == "https" and parts.hostname) and not local:
        raise ValueError("une adresse https:// est attendue (http:// seulement sur cette machine)")
    return url


def env_names(file: Path) -> list[str]:
    """Names that a ``.env`` file sets; none when it is not there.

    Raises:
        ValueError: A line cannot be read, or the file; in French.
    """
    try:
        text = file.read_text("utf-8") if file.is_file() else ""
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
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"le fichier {file} ne peut pas être lu ({refusal(error)})") from None
    except ValueError as error:  # not text, or not TOML
        raise ValueError(f"le fichier {file} n'est pas du TOML ({error})") from None
    tables: dict[int, dict[str, Any]] = {}
    for name, raw in content.items():
        if not isinstance(raw, dict):
            raise ValueError(f"dans {file}, « {name} » est hors de la table d'une démarche")  # noqa: TRY004
        table = {key.lower().removeprefix(PREFIX): value for key, value in raw.items()}
        if unknown := sorted(table.keys() - known):
            raise ValueError(f"dans {file}, table « {name} » : réglage inconnu « {unknown[0]} »")
        number = table.get("demarche")
        if not isinstance(number, int) or number in tables:
            raise ValueError(f"dans {file}, table « {name} » : donnez-lui son propre UNC_DEMARCHE")
        tables[number] = table
    if not tables:
        raise ValueError(f"le fichier {file} ne décrit aucune démarche")
    return tables


def french_reason(problem: dict[str, Any]) -> str:
    """Why pydantic refuses a value, in French where it has no words of ours."""
    expected = problem.get("ctx", {}).get("expected")
    if expected:
        return f"attendu : {str(expected).replace(' or ', ' ou ')}"
    return {
        "int_parsing": "un nombre entier est attendu",
        "datetime_from_date_parsing": "une date AAAA-MM-JJ est attendue",
        "greater_than_equal": "trop petit",
        "less_than_equal": "trop grand",
    }.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))
