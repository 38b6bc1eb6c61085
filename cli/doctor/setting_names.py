"""What `unc doctor` says of names in ``UNC_`` that are no setting: they change nothing."""

from collections.abc import Collection

from pydantic import BaseModel

from cli.doctor.check import Check
from settings import PREFIX, Settings, SettingsError, given_names

_TESTS = "UNC_TEST_"
_NEAR = 75
"""Likeness, of 100, from which a name is taken for another that was mistyped."""


def check_names() -> Check:
    """Whether every name that is given is a setting; the nearest of each that is not."""
    if told := unknown_names():
        return Check("Noms des réglages", "à voir", told)
    return Check("Noms des réglages", "ok", "chaque nom donné est celui d'un réglage")


def unknown_names() -> str:
    """What to say of the names that are given and that nothing reads; empty when there is none.

    A line of ``.env`` that cannot be read is told by what reads the settings.
    """
    try:
        given = {name for name in given_names() if not name.startswith(_TESTS)}
    except SettingsError:
        return ""
    if given <= _names_of(Settings):  # mostly: what the portal reads is not imported then
        return ""
    known = known_names()
    if not (unknown := given - known):
        return ""
    told = " ; ".join(_advice(name, known) for name in sorted(unknown))
    return f"sans effet, car inconnu : {told}."


def known_names() -> frozenset[str]:
    """Every name that something reads."""
    from cli.portal.lookup_settings import LookupSettings
    from cli.portal.settings import PortalSettings

    return _names_of(Settings) | _names_of(PortalSettings) | _names_of(LookupSettings)


def _names_of(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(f"{PREFIX}{name.upper()}" for name in model.model_fields)


def _advice(name: str, known: Collection[str]) -> str:
    from rapidfuzz import process

    near = process.extractOne(name, sorted(known), score_cutoff=_NEAR)
    return f"{name} (vouliez-vous {near[0]} ?)" if near else f"{name} (à ôter)"
