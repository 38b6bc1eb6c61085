"""A rule-set that people propose: checked, tried, and put among those in force."""

import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from datafiles.file import DataFileError
from datafiles.refusals import refusal
from steps.explain.rules_check import check_rulesets
from steps.explain.rules_files import read_named
from steps.explain.trial import try_ruleset
from steps.wiring.form import read_mapping
from steps.wiring.inputs import RulesPlaces
from steps.wiring.services import Services
from triage.rules.model import RuleSet
from triage.verdict.trial import Trial

_SHIPPED = (Path(__file__).parents[2] / "triage").resolve()
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,79}\.yaml")


@dataclass(frozen=True, slots=True)
class ProposedRules:
    """What a check found of a proposed rule-set.

    Attributes:
        rules: The rule-set; ``None`` where it cannot be read.
        problems: What is wrong, one line each.
        unusable: Whether it cannot be adopted.
        lack: What could not be checked, in French.
    """

    rules: RuleSet | None
    problems: tuple[str, ...]
    unusable: bool
    lack: str


def check_proposed(places: RulesPlaces, name: str, content: str) -> ProposedRules:
    """Check a rule-set beside those in force, as `unc rules check` does.

    Raises:
        DataFileError: The name is none of a file of rules, or what stands there is wrong.
    """
    if not _NAME.fullmatch(name):
        raise DataFileError(
            [
                (
                    f"«\N{NO-BREAK SPACE}{name}\N{NO-BREAK SPACE}» n’est pas un nom de fichier de"
                    " règles : lettres sans accent, chiffres, tirets, et .yaml à la fin."
                )
            ]
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(content, encoding="utf-8", newline="")
        found = check_rulesets(places, file)
        [one] = found.files
        if not one.version:
            return ProposedRules(None, one.problems, unusable=True, lack=found.lack)
        rules, _ = read_named(file, mapping=read_mapping(places.mapping_file))
    return ProposedRules(rules, one.problems, unusable=one.unusable, lack=found.lack)


def try_proposed(services: Services, rules: RuleSet) -> Trial:
    """Who would change, and why."""
    return try_ruleset(services, rules)


def closed(rules: Path) -> str:
    """Why no rule-set can be adopted in the portal, with the remedy; blank where one can.

    Args:
        rules: The folder of ``UNC_RULES``.
    """
    folder, remedy = rules / "rules", "une copie de ce dossier, où ce compte peut écrire"
    if rules.resolve().is_relative_to(_SHIPPED):
        return (
            f"Les règles en vigueur sont celles livrées avec le logiciel ({rules}), qu’une mise à"
            f" jour remplace : donnez à UNC_RULES {remedy}."
        )
    try:
        with tempfile.TemporaryFile(dir=folder):  # rights do not tell all: try it
            return ""
    except OSError:
        return (
            f"Le dossier des règles ({folder}, UNC_RULES) ne peut pas être écrit : donnez-en le"
            f" droit au compte du service, ou à UNC_RULES {remedy}."
        )


def adopt_proposed(places: RulesPlaces, name: str, content: str) -> None:
    """Put a rule-set among those in force, whole or not at all; none of those is ever changed.

    Asked again, nothing is done.

    Raises:
        DataFileError: It cannot be used, another file has its name, or the folder refuses it.
    """
    folder = places.rules / "rules"
    target = folder / name
    found = check_proposed(places, name, content)
    written = content.encode()
    if target.exists():
        if target.read_bytes() == written:
            return
        raise DataFileError(
            [f"{name} est celui d’un référentiel adopté, jamais changé : donnez un autre nom."]
        )
    if found.unusable:
        raise DataFileError(found.problems)
    if why := closed(places.rules):
        raise DataFileError([why])
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(dir=folder, prefix=".", suffix=".nouveau")
        with os.fdopen(handle, "wb") as stream:
            stream.write(written)
            stream.flush()
            os.fsync(stream.fileno())
        Path(beside).chmod(0o644)
        os.link(beside, target)  # refuses to replace what somebody put there meanwhile
    except OSError as error:
        raise DataFileError(
            [
                (
                    f"Le dossier des règles ({folder}, UNC_RULES) ne peut pas recevoir {name} :"
                    f" {refusal(error)}. La personne qui exploite y met le fichier, ou donne un"
                    " dossier où le portail peut écrire."
                )
            ]
        ) from error
    finally:
        if beside:
            with suppress(OSError):
                Path(beside).unlink()
