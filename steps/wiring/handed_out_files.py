"""The data files that decide what is handed out, and to whom: a folder for each form.

``UNC_COLUMNS`` names the folder: ``columns.yaml`` (sheets and columns), ``policy.yaml`` (what
leaves the agency), ``crpv.csv`` (the regional centres, where there are any).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from datafiles.file import DataFileError
from exports.readers.policy import Policy, parse_policy
from exports.sheets.centres import Centre, parse_centres
from exports.sheets.columns import ColumnsFile, parse_columns
from exports.sheets.names_known import columns_misfits, policy_misfits
from mappings.report.display import show
from mappings.schema.model import FormMapping
from steps.wiring.hand_out_texts import CENTRES, COLUMNS, POLICY, read_text

_SHOWN = 5


def hand_out_files(folder: Path, mapping: FormMapping) -> tuple[ColumnsFile, Policy]:
    """What is shown, and to whom.

    Raises:
        DataFileError: A file is missing or wrong, or names what the mapping does not have.
    """
    columns = parse_columns(read_text(folder / COLUMNS), source=COLUMNS)
    policy = parse_policy(read_text(folder / POLICY), source=POLICY)
    problems = [
        _misfit(folder / name, unknown, mapping)
        for name, unknown in (
            (COLUMNS, columns_misfits(columns, mapping)),
            (POLICY, policy_misfits(policy, mapping)),
        )
        if unknown
    ]
    if problems:
        raise DataFileError(problems)
    return columns, policy


def centres(folder: Path) -> tuple[Centre, ...]:
    """The regional centres; none of a form whose columns say nothing of its territory.

    Raises:
        DataFileError: Their table, or the columns, is missing or wrong.
    """
    if parse_columns(read_text(folder / COLUMNS), source=COLUMNS).territory is None:
        return ()
    return parse_centres(read_text(folder / CENTRES), source=CENTRES)


def bands(folder: Path) -> Mapping[str, str]:
    """How levels of completeness are told; nothing where the columns are missing or wrong."""
    try:
        return parse_columns(read_text(folder / COLUMNS), source=COLUMNS).bands
    except DataFileError:
        return {}


def _misfit(file: Path, unknown: Sequence[str], mapping: FormMapping) -> str:
    named = ", ".join(unknown[:_SHOWN])
    more = f" et {show(len(unknown) - _SHOWN)} autres" if len(unknown) > _SHOWN else ""
    return (
        f"UNC_COLUMNS : {file} nomme des données que la correspondance du formulaire"
        f" « {mapping.form} » n'a pas ({named}{more}) ; corrigez ce fichier, ou donnez dans"
        " UNC_COLUMNS le dossier des colonnes de ce formulaire"
    )
