"""Files of rule-sets that a command names, and the folder of those in force."""

from pathlib import Path

from datafiles.file import DataFileError, text_of
from datafiles.refusals import refusal
from mappings.schema.model import FormMapping
from triage.rules.file import parse_ruleset
from triage.rules.model import RuleSet

_PARTS = ("rules/", "reponses.yaml", "rapprochements.yaml", "textes/")


def refuse_other_folder(folder: Path, *, whole: bool) -> None:
    """Refuse what UNC_RULES points to when it is not a folder of rules.

    Args:
        folder: What it points to.
        whole: Whether all parts are wanted, or the rule-sets only.

    Raises:
        DataFileError: It is something else, a rule-set itself or the folder that holds one.
    """
    wanted = _PARTS if whole else _PARTS[:1]
    lacking = [part for part in wanted if not _there(folder, part)]
    if lacking:
        sentence = (
            f"UNC_RULES : {folder} n'est pas un dossier comme triage/unc (avec"
            f" {', '.join(_PARTS)}) ; il y manque {', '.join(lacking)}"
        )
        raise DataFileError([sentence])


def _there(folder: Path, part: str) -> bool:
    path = folder / part
    return path.is_dir() if part.endswith("/") else path.is_file()


def read_named(path: Path, *, mapping: FormMapping) -> tuple[RuleSet, str]:
    """Read and check the rule-set that a command names, and give its text.

    Raises:
        DataFileError: The file is missing, unreadable or wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataFileError([f"{path.absolute()} : {refusal(error)}"]) from error
    text = text_of(content, source=path.name)
    return parse_ruleset(text, source=path.name, mapping=mapping), text
