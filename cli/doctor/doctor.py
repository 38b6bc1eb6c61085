"""`unc doctor`: is everything in place? One line for each check, with the remedy."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import SecretStr
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.doctor.check import Check, Level
from cli.doctor.ds import checks_ds
from cli.doctor.here import checks_here
from cli.doctor.prefect import checks_prefect
from cli.doctor.setting_names import check_names
from cli.doctor.source import show_source, source_check, source_of, source_told
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from cli.terminal.printable import printable
from datafiles.file import DataFileError
from settings import PREFIX, Settings, load_settings, tables_of
from steps.wiring.form import Form, load_form
from steps.wiring.services import each_demarche
from steps.wiring.troubles import Told, counted
from store.database.errors import StoreError
from store.repository import is_new, open_store

_DEFAULT = Common()
_SAID: dict[Level, str] = {
    "bloquant": "qui bloque",
    "à voir": "à voir",
    "à faire": "à faire",
    "ok": "en ordre",
    "info": "pour information",
}


def doctor(
    *,
    settings: Annotated[bool, Parameter(negative=())] = False,
    all_: Annotated[bool, Parameter(name="--tout", negative=())] = False,
    source: Annotated[bool, Parameter(negative=())] = False,
    without_prefect: Annotated[bool, Parameter(name="--sans-prefect", negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Vérifier les réglages, la base, l'accès à DS, le formulaire et les droits.

    Ce qui bloque d'abord. Code 2 : quelque chose bloque ; 1 : quelque chose est à voir.

    Args:
        settings: Montrer aussi chaque réglage, sa valeur et ce que c'est.
        all_: Montrer aussi ce que le dernier passage avait déjà dit.
        source: Montrer seulement les défauts des derniers mois que le formulaire de DS pourrait
            empêcher, et comment.
        without_prefect: Sans interroger le serveur Prefect, pas encore démarré ou arrêté exprès.
    """
    if source:
        return _show_sources(common)
    every = each_demarche(complete=False)
    out = Console()
    deployed = _deployed_apart(common)
    found = [
        (one, list(_checks(one, prefect=not without_prefect, deployed=deployed))) for one in every
    ]
    if common.json:
        told = [
            {
                "settings": dict(_settings(given)),
                "checks": [{"name": c.name, "level": c.level, "text": c.text} for c in checks],
            }
            for given, checks in found
        ]
        print_json(told[0] if len(told) == 1 else {"demarches": told})
    for given, checks in found if not common.json else ():
        if len(found) > 1:
            out.rule(f"Démarche {given.demarche}", align="left")
        _show(out, checks, told={} if all_ else _told(given))
        if settings:
            _show_settings(out, dict(_settings(given)))
    if not (common.json or settings):
        out.print("\nChaque réglage et sa valeur : unc doctor --settings", highlight=False)
    levels = {check.level for _, checks in found for check in checks}
    return 2 if "bloquant" in levels else 1 if "à voir" in levels else 0


def _show_sources(common: Common) -> int:
    """What DS's own form would keep from being made wrong, for each démarche."""
    found = [(one, source_of(one)) for one in each_demarche(complete=False)]
    if common.json:
        told = [{"demarche": one.demarche, **source_told(counted)} for one, counted in found]
        print_json(told[0] if len(told) == 1 else {"demarches": told})
        return 0
    for one, told_of in found:
        out = Console()
        if len(found) > 1:
            out.rule(f"Démarche {one.demarche}", align="left")
        show_source(out, told_of)
    return 0


def _show(out: Console, checks: list[Check], *, told: Mapping[str, datetime]) -> None:
    """The verdict, then a line for each check, worst first; what is known already is counted."""
    numbered = Counter(check.level for check in checks)
    ready = (
        "Un passage ne peut pas se faire" if numbered["bloquant"] else "Un passage peut se faire"
    )
    numbers = ", ".join(f"{numbered[level]} {_SAID[level]}" for level in _SAID if numbered[level])
    out.print(f"{ready} : {numbers}.\n", style="bold", highlight=False)
    known = [check for check in checks if check.trouble in told]
    lines = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(max_width=27)
    lines.add_column(overflow="fold")
    for level in _SAID:
        for check in checks:
            if check.level == level and check not in known:
                told_as = Text(printable(out.typeset(check.text)))
                lines.add_row(level, out.typeset(check.name), told_as)
    out.print(lines)
    if known:
        keys = [check.trouble for check in known]
        blocking = sum(check.level == "bloquant" for check in known)
        line = counted(keys, told, command="unc doctor --tout", blocking=blocking)
        out.print(f"\n{line}", highlight=False)


def _show_settings(out: Console, listed: Mapping[str, str]) -> None:
    """Each setting as it could be written in ``.env``, with what it is under it."""
    meanings = dict(_meanings())
    out.print("\nRéglages", style="bold")
    for name, value in listed.items():
        out.print(f"{name}={value}", markup=False, highlight=False, soft_wrap=True)
        out.print(Padding(Text(meanings[name], style="dim"), (0, 0, 0, 4)))


def _told(settings: Settings) -> Mapping[str, datetime]:
    """What runs told before the last one; nothing where no base can be asked: a check tells it."""
    try:
        if settings.demarche is None or is_new(settings.database()):
            return {}
        with open_store(settings.database()) as store:
            store.require_current()
            return Told.of(store.runs.told(settings.demarche)).before_last()
    except StoreError:
        return {}


def _deployed_apart(common: Common) -> tuple[int, ...]:
    """Démarches that have a set of deployments each: those of ``UNC_DEMARCHES`` alone.

    ``--demarche`` picks one of them for the other checks, as ``UNC_DEMARCHE`` would.
    """
    given = load_settings()
    alone = given.demarche is None or common.demarche is not None
    return tuple(tables_of(given.demarches)) if given.demarches is not None and alone else ()


def _checks(settings: Settings, *, prefect: bool, deployed: Collection[int]) -> Iterator[Check]:
    yield check_names()
    yield from checks_here(settings)
    if prefect:
        yield from checks_prefect(deployed, mine=settings.demarche)
    yield from checks_ds(settings, _form(settings))
    yield from _source(settings)


def _source(settings: Settings) -> Iterator[Check]:
    """What is wrong with the base or the files is told by checks of their own."""
    try:
        found = source_of(settings) if settings.demarche is not None else None
    except (StoreError, DataFileError):
        return
    if found is not None:
        yield source_check(found)


def _form(settings: Settings) -> Form | None:
    """The data files, unless they are wrong, which a check of its own tells."""
    try:
        return load_form(mapping=settings.mapping, rules=settings.rules)
    except DataFileError:
        return None


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every setting with its value, those of the portal too; secrets are never shown."""
    from cli.portal.lookup_settings import load_lookup_settings
    from cli.portal.settings import load_portal_settings

    for model in (settings, load_portal_settings(), load_lookup_settings()):
        for name in type(model).model_fields:
            value = getattr(model, name)
            secret = isinstance(value, SecretStr)
            yield f"{PREFIX}{name.upper()}", "(donné, caché)" if secret else _plain(value)


def _meanings() -> Iterator[tuple[str, str]]:
    """What each setting is, as it is documented where it is read."""
    from cli.portal.lookup_settings import LookupSettings
    from cli.portal.settings import PortalSettings

    for model in (Settings, PortalSettings, LookupSettings):
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
