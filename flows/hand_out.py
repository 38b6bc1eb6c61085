"""The data files that decide what is handed out, and to whom."""

from exports.centres import Centre, parse_centres
from exports.columns import ColumnsFile, parse_columns
from exports.policy import Policy, parse_policy
from settings import ROOT

FOLDER = ROOT / "exports" / "unc"


def hand_out_files() -> tuple[ColumnsFile, Policy]:
    """What is shown, and to whom.

    Raises:
        DataFileError: A file is wrong.
    """
    columns_file, policy_file = FOLDER / "columns.yaml", FOLDER / "policy.yaml"
    columns = parse_columns(columns_file.read_text("utf-8"), source=columns_file.name)
    return columns, parse_policy(policy_file.read_text("utf-8"), source=policy_file.name)


def centres() -> tuple[Centre, ...]:
    """The regional centres.

    Raises:
        DataFileError: Their table is wrong.
    """
    path = FOLDER / "crpv.csv"
    return parse_centres(path.read_text("utf-8"), source=path.name)


def texts() -> list[str]:
    """All of these files, in the same order every time."""
    found = sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("*.csv")])
    return [path.read_text("utf-8") for path in found]
