"""`unc doctor`: is everything in place? One line for each check, with the remedy."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console

from cli.doctor.check import Check
from cli.doctor.ds import checks_ds
from cli.doctor.here import checks_here
from cli.doctor.setting_names import check_names
from cli.terminal.output import Common, print_json, table
from datafiles.file import DataFileError
from settings import PREFIX, Settings, load_settings
from steps.wiring.form import Form, load_form

_DEFAULT = Common()


def doctor(*, common: Common = _DEFAULT) -> int:
    """Vérifier les réglages, la base, l'accès à DS, le formulaire et les droits."""
    settings = load_settings()
    checks = list(_checks(settings))
    listed = dict(_settings(settings))
    if common.json:
        print_json({"settings": listed, "checks": [asdict(check) for check in checks]})
    else:
        out = Console()
        meanings = dict(_meanings())
        told = [(name, value, meanings[name]) for name, value in listed.items()]
        out.print(table("Réglages", ["Réglage", "Valeur", "Ce que c'est"], told))
        rows = [(check.level, check.name, check.text) for check in checks]
        out.print(table("Contrôles", ["", "Quoi", "Constat et remède"], rows))
    levels = {check.level for check in checks}
    return 2 if "bloquant" in levels else 1 if "à voir" in levels else 0


def _checks(settings: Settings) -> Iterator[Check]:
    yield check_names()
    yield from checks_here(settings)
    yield from checks_ds(settings, _form(settings))


def _form(settings: Settings) -> Form | None:
    """The data files, unless they are wrong, which a check of its own tells."""
    try:
        return load_form(mapping=settings.mapping, rules=settings.rules)
    except DataFileError:
        return None


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every setting with its value, those of the portal too; secrets are never shown."""
    from cli.portal.settings import load_portal_settings

    for model in (settings, load_portal_settings()):
        for name in type(model).model_fields:
            value = getattr(model, name)
            secret = isinstance(value, SecretStr)
            yield f"{PREFIX}{name.upper()}", "(donné, caché)" if secret else _plain(value)


def _meanings() -> Iterator[tuple[str, str]]:
    """What each setting is, as it is documented where it is read."""
    from cli.portal.settings import PortalSettings

    for model in (Settings, PortalSettings):
        for name, known in model.model_fields.items():
            yield f"{PREFIX}{name.upper()}", known.description or ""


def _plain(value: Any) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "oui" if value else "non"
        case Path():
            return str(value.absolute())
        case frozenset():
            return ", ".join(map(str, sorted(value)))
        case _:
            return str(value)
