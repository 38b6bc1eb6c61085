"""The data files that decide what is handed out, and to whom: a folder for each form.

``UNC_COLUMNS`` names the folder: ``columns.yaml`` (sheets and columns), ``policy.yaml`` (what
leaves the agency), ``crpv.csv`` (the regional centres, where there are any).
"""

from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from pathlib import Path

from datafiles.file import DataFileError, text_of
from datafiles.refusals import refusal
from exports.readers.policy import Policy, parse_policy
from exports.sheets.centres import Centre, parse_centres
from exports.sheets.columns import ColumnsFile, parse_columns
from exports.sheets.names_known import columns_misfits, policy_misfits
from mappings.report.display import show
from mappings.schema.model import FormMapping

_COLUMNS, _POLICY, _CENTRES = "columns.yaml", "policy.yaml", "crpv.csv"
_SHOWN = 5


def hand_out_files(folder: Path, mapping: FormMapping) -> tuple[ColumnsFile, Policy]:
    """What is shown, and to whom.

    Raises:
        DataFileError: A file is missing or wrong, or names what the mapping does not have.
    """
    columns = parse_columns(_read(folder / _COLUMNS), source=_COLUMNS)
    policy = parse_policy(_read(folder / _POLICY), source=_POLICY)
    problems = [
        _misfit(folder / name, unknown, mapping)
        for name, unknown in (
            (_COLUMNS, columns_misfits(columns, mapping)),
            (_POLICY, policy_misfits(policy, mapping)),
        )
        if unknown
    ]
    if problems:
        raise DataFileError(problems)
    return columns, policy


def what_withholds(folder: Path) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """Options that keep other fields at the agency, by field; annotations that decide what leaves.

    A form whose option is not known to be one of these would let those fields out. Nothing where
    the file is missing or wrong: nothing is handed out then, and the export says why.
    """
    try:
        policy = parse_policy(_read(folder / _POLICY), source=_POLICY)
    except DataFileError:
        return {}, frozenset()
    found: dict[str, frozenset[str]] = {}
    for rule in policy.withheld:
        found[rule.decided_by] = found.get(rule.decided_by, frozenset()) | {*rule.options}
    return found, frozenset(filter(None, (policy.consent, *policy.annotations)))


def centres(folder: Path) -> tuple[Centre, ...]:
    """The regional centres; none of a form whose columns say nothing of its territory.

    Raises:
        DataFileError: Their table, or the columns, is missing or wrong.
    """
    if parse_columns(_read(folder / _COLUMNS), source=_COLUMNS).territory is None:
        return ()
    return parse_centres(_read(folder / _CENTRES), source=_CENTRES)


def bands(folder: Path) -> Mapping[str, str]:
    """How levels of completeness are told; nothing where the columns are missing or wrong."""
    try:
        return parse_columns(_read(folder / _COLUMNS), source=_COLUMNS).bands
    except DataFileError:
        return {}


def texts(folder: Path) -> list[str]:
    """All of these files, in the same order every time; the table of centres where there is one.

    Raises:
        DataFileError: One is missing or unreadable.
    """
    table = [_read(folder / _CENTRES)] if (folder / _CENTRES).exists() else []
    return [_read(folder / _COLUMNS), *table, _read(folder / _POLICY)]


def _misfit(file: Path, unknown: Sequence[str], mapping: FormMapping) -> str:
    named = ", ".join(unknown[:_SHOWN])
    more = f" et {show(len(unknown) - _SHOWN)} autres" if len(unknown) > _SHOWN else ""
    return (
        f"UNC_COLUMNS : {file} nomme des données que la correspondance du formulaire"
        f" « {mapping.form} » n'a pas ({named}{more}) ; corrigez ce fichier, ou donnez dans"
        " UNC_COLUMNS le dossier des colonnes de ce formulaire"
    )


def _read(path: Path) -> str:
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
