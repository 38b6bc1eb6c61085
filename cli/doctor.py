"""`unc doctor`: is everything in place? One line for each check, with the remedy."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import SecretStr
from rich.console import Console

from cli.output import Common, print_json, table
from clients.demarche import DemarcheInfo
from clients.reading import DsReader
from clients.transport import DsTransport
from flows.failures import KNOWN
from flows.form import Form, load_form
from mappings.decode import decode_revision
from mappings.labels import normalise_label
from mappings.mapping import FormMapping
from mappings.revision import NO_ANSWER
from settings import PREFIX, Settings, load_settings
from store.repository import open_store

_DEFAULT = Common()
Level = Literal["ok", "à voir", "bloquant"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, how it is, and what to do."""

    name: str
    level: Level
    text: str


def doctor(*, common: Common = _DEFAULT) -> int:
    """Vérifier les réglages, la base, l'accès à DS, le formulaire et les droits."""
    settings = load_settings()
    checks = list(_checks(settings))
    listed = dict(_settings(settings))
    if common.json:
        print_json({"settings": listed, "checks": [asdict(check) for check in checks]})
    else:
        out = Console()
        out.print(table("Réglages", ["Réglage", "Valeur"], list(listed.items())))
        rows = [(check.level, check.name, check.text) for check in checks]
        out.print(table("Contrôles", ["", "Quoi", "Constat et remède"], rows))
    levels = {check.level for check in checks}
    return 2 if "bloquant" in levels else 1 if "à voir" in levels else 0


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every setting with its value; secrets are never shown."""
    for name in Settings.model_fields:
        value = getattr(settings, name)
        secret = isinstance(value, SecretStr)
        yield f"{PREFIX}{name.upper()}", "(donné, caché)" if secret else _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return ", ".join(map(str, sorted(value))) if isinstance(value, frozenset) else str(value)


def _checks(settings: Settings) -> Iterator[Check]:
    form: list[Form] = []
    yield _attempt(
        "Fichiers de règles",
        lambda: form.append(load_form(mapping=settings.mapping, rules=settings.rules)),
        good="correspondance, référentiel et textes sont valides",
    )
    yield _attempt("Base de données", lambda: _try_store(settings), good="ouverte et à jour")
    yield _exports(settings)
    with ExitStack() as stack:
        found: list[DemarcheInfo] = []
        yield _attempt(
            "Accès à DS",
            lambda: found.append(_demarche(settings, stack)),
            good="le jeton lit la démarche",
        )
        if found:
            yield from _demarche_checks(settings, found[0], form[0].mapping if form else None)


def _attempt(name: str, action: Callable[[], Any], *, good: str) -> Check:
    try:
        action()
    except KNOWN as error:
        return Check(name, "bloquant", str(error))
    return Check(name, "ok", good)


def _try_store(settings: Settings) -> None:
    with open_store(settings.database()) as store:
        store.upgrade()


def _exports(settings: Settings) -> Check:
    folder = settings.exports()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(existing, os.W_OK):
        return Check("Dossier des exports", "ok", str(folder))
    return Check(
        "Dossier des exports",
        "bloquant",
        f"UNC_EXPORT_DIR : {existing} n'est pas accessible en écriture ; donnez-en le droit à ce"
        " compte, ou changez de dossier.",
    )


def _demarche(settings: Settings, stack: ExitStack) -> DemarcheInfo:
    number = settings.demarche_number()
    transport = stack.enter_context(
        DsTransport(settings.ds_url, settings.token().get_secret_value())
    )
    return DsReader(transport).demarche(number)


def _demarche_checks(
    settings: Settings, info: DemarcheInfo, mapping: FormMapping | None
) -> Iterator[Check]:
    yield Check("Démarche", "ok", f"{info.number} — {info.title} ({info.state})")
    yield _instructeur(settings, info)
    if mapping is not None:
        yield _form(info, mapping)
        yield _annotations(info, mapping)


def _instructeur(settings: Settings, info: DemarcheInfo) -> Check:
    name = "Instructeur"
    if not settings.instructeur:
        return Check(name, "bloquant", "UNC_INSTRUCTEUR manque : donnez son courriel.")
    found = info.instructeur(settings.instructeur)
    if found is None:
        return Check(
            name,
            "bloquant",
            f"UNC_INSTRUCTEUR : {settings.instructeur} n'est instructeur d'aucun groupe ;"
            " ajoutez-le à chaque groupe instructeur sur DS.",
        )
    outside = [g.label for g in info.groupes if not g.closed and not g.has(found.id)]
    if outside:
        return Check(
            name,
            "à voir",
            f"{settings.instructeur} n'est pas dans : {', '.join(outside)}. Les dossiers de ces"
            " groupes ne seront pas annotés ; ajoutez-l'y sur DS.",
        )
    return Check(name, "ok", f"{settings.instructeur} est dans chaque groupe")


def _form(info: DemarcheInfo, mapping: FormMapping) -> Check:
    active = next(raw for raw in info.revisions if raw["id"] == info.active_revision_id)
    revision = decode_revision(active)
    asked = {key for champ in revision.champs for key in (champ.id, normalise_label(champ.label))}
    missing = [spec.title for spec in mapping.fields.values() if not asked & set(spec.champs)]
    mapped = {champ for spec in mapping.fields.values() for champ in spec.champs}
    extra = [
        champ.label
        for champ in revision.champs
        if champ.type not in NO_ANSWER and not mapped & {champ.id, normalise_label(champ.label)}
    ]
    if missing or extra:
        parts = [f"absents du formulaire : {', '.join(missing)}"] if missing else []
        parts += [f"sans correspondance : {', '.join(extra)}"] if extra else []
        return Check("Formulaire", "à voir", f"{' ; '.join(parts)}. Complétez UNC_MAPPING.")
    return Check("Formulaire", "ok", f"{len(mapping.fields)} champs retrouvés")


def _annotations(info: DemarcheInfo, mapping: FormMapping) -> Check:
    active = next(raw for raw in info.revisions if raw["id"] == info.active_revision_id)
    there = {champ.id for champ in decode_revision(active).annotations}
    missing = [
        spec.title
        for spec in mapping.annotations.values()
        if spec.written and not there & set(spec.champs)
    ]
    if missing:
        return Check(
            "Annotations privées",
            "à voir",
            f"absentes de la démarche : {', '.join(missing)}. Ajoutez-les au formulaire des"
            " annotations privées, puis leur id à UNC_MAPPING.",
        )
    return Check("Annotations privées", "ok", "toutes sont là")
