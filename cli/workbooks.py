"""The files of an export, as a terminal lists them."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console


def list_workbooks(out: Console, paths: Sequence[Path]) -> None:
    """Files by path, but the workbooks of centres, where there are several, by their number."""
    centres = [path for path in paths if path.match("crpv-*.xlsx")]
    counted = centres if len(centres) > 1 else []
    for path in paths:
        if path not in counted:
            what = "Classeur" if path.suffix == ".xlsx" else "Table"
            out.print(f"{what} : {path}", markup=False, highlight=False, soft_wrap=True)
    if counted:
        told = f"… et {len(counted)} classeurs de centres (crpv-*.xlsx) à côté."
        out.print(told, markup=False, highlight=False)
