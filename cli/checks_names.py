"""What `unc doctor` says of names in ``UNC_`` that are no setting: they change nothing."""

from collections.abc import Collection

from rapidfuzz import process

from cli.check import Check
from settings import PREFIX, Settings, given_names

_ELSEWHERE = frozenset({"UNC_ALERT_TO"})
"""Read by the units of ``deploy/systemd``."""
_TESTS = "UNC_TEST_"
_NEAR = 75
"""Likeness, of 100, from which a name is taken for another that was mistyped."""


def check_names() -> Check:
    """Whether every name that is given is a setting; the nearest of each that is not."""
    known = known_names()
    unknown = [n for n in sorted(given_names() - known) if not n.startswith(_TESTS)]
    if not unknown:
        return Check("Noms des réglages", "ok", "chaque nom donné est celui d'un réglage")
    told = " ; ".join(_advice(name, known) for name in unknown)
    return Check("Noms des réglages", "à voir", f"sans effet, car inconnu : {told}.")


def known_names() -> frozenset[str]:
    """Every name that something reads."""
    from cli.portal_settings import PortalSettings

    fields = (*Settings.model_fields, *PortalSettings.model_fields)
    return _ELSEWHERE | {f"{PREFIX}{name.upper()}" for name in fields}


def _advice(name: str, known: Collection[str]) -> str:
    near = process.extractOne(name, sorted(known), score_cutoff=_NEAR)
    return f"{name} (vouliez-vous {near[0]} ?)" if near else f"{name} (à ôter)"
