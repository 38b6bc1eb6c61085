"""Which version of the medicines reference (BDPM) is in use, and where."""

from pathlib import Path

CURRENT = "courante"
"""File that names it, in the folder of the versions."""


def version_of(home: Path) -> str:
    """The version in use, or "" when none was loaded."""
    try:
        return (root_of(home) / CURRENT).read_text("utf-8").strip()
    except OSError:
        return ""


def root_of(home: Path) -> Path:
    """Folder of the versions."""
    return (home / "bdpm").absolute()
