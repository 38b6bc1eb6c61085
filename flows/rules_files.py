"""Files of rule-sets that a command names, and the folder of those in force."""

from pathlib import Path

from mappings.data_file import DataFileError, text_of
from mappings.mapping import FormMapping
from mappings.refusals import refusal
from triage.ruleset import RuleSet
from triage.ruleset_file import parse_ruleset

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
