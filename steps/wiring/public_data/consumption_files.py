"""Where public consumption data are kept, and what tells one state of them from another."""

from hashlib import sha256
from pathlib import Path

POPULATIONS = "populations.csv"
"""Targeted and reached populations, which staff write beside the base."""


def base_of(home: Path) -> Path:
    """Where the base is."""
    return home / "consommation" / "consommation.db"


def consumption_stamp(home: Path) -> tuple[str, ...]:
    """What :func:`steps.follow.consumption.consumed` is made from, without reading a table."""
    folder = base_of(home).parent
    populations = folder / POPULATIONS
    written = populations.read_bytes() if populations.is_file() else b""
    if not base_of(home).exists():
        return (sha256(written).hexdigest(),)
    from store.consumption.base import ConsumptionBaseError, open_consumption  # where one is loaded

    try:
        with open_consumption(base_of(home)) as base:
            editions = () if base is None else base.editions()
    except ConsumptionBaseError as error:
        return (str(error),)
    return (sha256(written).hexdigest(), *(str(one) for one in editions))
