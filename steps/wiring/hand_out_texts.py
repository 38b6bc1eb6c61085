"""The texts of the files that decide what is handed out, and which options keep answers inside.

What is to be made of them is in :mod:`steps.wiring.handed_out_files`.
"""

from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from datafiles.file import DataFileError, text_of
from datafiles.refusals import refusal
from exports.readers.policy import parse_policy

COLUMNS, POLICY, CENTRES = "columns.yaml", "policy.yaml", "crpv.csv"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What decides what leaves the agency.

    Attributes:
        withholding: Options that keep other fields at the agency, by field.
        fields: Every field that decides of an answer, of a row, of a count.
        annotations: Annotations that decide, or leave themselves.
        consent: The one by which a person lets a dossier out; "" for none.
    """

    withholding: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    annotations: frozenset[str] = frozenset()
    consent: str = ""


def what_leaves(folder: Path) -> Leaving:
    """What decides what leaves the agency, so that a form that asks it otherwise is told.

    A form whose option is not known to be one of these would let those fields out. Nothing where
    the file is missing or wrong: nothing is handed out then, and the export says why.
    """
    try:
        policy = parse_policy(read_text(folder / POLICY), source=POLICY)
    except DataFileError:
        return Leaving()
    found: dict[str, frozenset[str]] = {}
    for rule in policy.withheld:
        found[rule.decided_by] = found.get(rule.decided_by, frozenset()) | {*rule.options}
    rows = {f"{one.field}.{one.decided_by}" for one in policy.rows}
    return Leaving(
        withholding=found,
        fields=frozenset({*found, *rows, *policy.small_counts.fields}),
        annotations=frozenset(filter(None, (policy.consent, *policy.annotations))),
        consent=policy.consent or "",
    )


def texts(folder: Path) -> list[str]:
    """All of these files, in the same order every time; the table of centres where there is one.

    Raises:
        DataFileError: One is missing or unreadable.
    """
    table = [read_text(folder / CENTRES)] if (folder / CENTRES).exists() else []
    return [read_text(folder / COLUMNS), *table, read_text(folder / POLICY)]


def read_text(path: Path) -> str:
    """The text of a file, without the mark that Excel and the Notepad of Windows put before it.

    Raises:
        DataFileError: It is missing, unreadable or not in UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        why = f"UNC_COLUMNS : le fichier {path} ne peut pas être lu ({refusal(error)})"
        raise DataFileError([why]) from error
    return text_of(content.removeprefix(BOM_UTF8), source=path.name)
