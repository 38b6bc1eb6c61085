"""Rule-sets checked: usable, side by side with the others, and reachable in what the form asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from datafiles.file import DataFile, DataFileError
from mappings.dossier.decode import decode_revision
from mappings.schema.model import FormMapping
from steps.explain.rules_files import read_named, refuse_other_folder
from steps.wiring.form import (
    read_mapping,
    read_matching,
    read_policy,
    read_ruleset,
    read_templates,
)
from steps.wiring.inputs import RulesPlaces
from store.database.errors import StoreError
from store.repository import is_new, open_store
from triage.replies.texts import Texts
from triage.rules.compatible import Options
from triage.rules.diff import clashes
from triage.rules.model import RuleSet
from triage.rules.reachability import form_options, unreachable


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A rule-set's file.

    Attributes:
        file: Its path.
        version: Version that it states; empty when it cannot be read.
        problems: What is wrong, one line each.
        unusable: Whether a run would refuse it.
    """

    file: Path
    version: str
    problems: tuple[str, ...]
    unusable: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        files: Each file that was asked for.
        options_known: Whether the options that conditions name were checked.
        lack: Why they were not, in French; empty when they were.
        broken: Whether that is a defect (the base cannot be read), not a form never read.
    """

    files: tuple[CheckedFile, ...]
    options_known: bool
    lack: str
    broken: bool

    @property
    def code(self) -> int:
        """2: a file is unusable; 1: something in it is never reached, or could not be checked."""
        if any(one.unusable for one in self.files):
            return 2
        return 1 if self.broken or any(one.problems for one in self.files) else 0


def check_rulesets(there: RulesPlaces, file: Path | None) -> Checked:
    """Check one rule-set beside those of UNC_RULES, or all of these with the texts and answers.

    Raises:
        DataFileError: The mapping is wrong, UNC_RULES is not a folder of rules, or there is no
            rule-set.
    """
    refuse_other_folder(there.rules, whole=file is None)
    mapping = read_mapping(there.mapping_file)
    folder = there.rules / "rules"
    adopted = {path.name: path for path in sorted(folder.glob("*.yaml"))}
    wanted = {file.name: file} if file else adopted
    if not wanted:
        raise DataFileError([f"UNC_RULES : aucun référentiel (*.yaml) dans {folder}"])
    read = {name: _adopted(path, mapping) for name, path in adopted.items() if name not in wanted}
    read |= {name: (_named if file else _adopted)(path, mapping) for name, path in wanted.items()}
    options, lack, broken = _options(there, mapping)
    usable = {name: one[0] for name, one in read.items() if not isinstance(one, DataFileError)}
    files = []
    for name, path in wanted.items():
        found = read[name]
        if isinstance(found, DataFileError):
            files.append(CheckedFile(path, "", tuple(found.problems), unusable=True))
        else:
            files.append(_checked(path, found, usable, options))
    if file is None:
        files += _beside(there.rules, mapping, [*usable.values()])
    return Checked(tuple(files), bool(options), lack=lack, broken=broken)


def _beside(rules: Path, mapping: FormMapping, rulesets: Sequence[RuleSet]) -> list[CheckedFile]:
    """What stands beside the rule-sets and is used with them: answers, matching, texts."""
    checks: dict[str, Callable[[], object]] = {
        "reponses.yaml": lambda: read_policy(rules, mapping=mapping),
        "rapprochements.yaml": lambda: read_matching(rules, mapping=mapping, rulesets=rulesets),
        "textes": lambda: _texts(rules, mapping),
    }
    files = []
    for name, check in checks.items():
        problems: tuple[str, ...] = ()
        try:
            check()
        except DataFileError as error:
            problems = error.problems
        files.append(CheckedFile(rules / name, "", problems, unusable=bool(problems)))
    return files


def _texts(rules: Path, mapping: FormMapping) -> Texts:
    try:
        policy, _ = read_policy(rules, mapping=mapping)
    except DataFileError:  # told by itself
        return Texts(read_templates(rules))
    return Texts(read_templates(rules), needed=policy.messages)


_Read: TypeAlias = tuple[RuleSet, str] | DataFileError
"""A rule-set and its text, or why it cannot be used."""


def _adopted(path: Path, mapping: FormMapping) -> _Read:
    try:
        rules, text = read_ruleset(path, mapping=mapping)
    except DataFileError as error:
        return error
    return rules, text.text


def _named(path: Path, mapping: FormMapping) -> _Read:
    try:
        return read_named(path, mapping=mapping)
    except DataFileError as error:
        return error


def _checked(
    path: Path, found: tuple[RuleSet, str], usable: Mapping[str, RuleSet], options: Options
) -> CheckedFile:
    rules, text = found
    source = DataFile(text, source=path.name)
    clashing = [source.problem((key,), why) for key, why in clashes(path.name, usable)]
    never = [source.problem(place, why) for place, why in unreachable(rules, options)]
    return CheckedFile(path, rules.version, (*clashing, *never), unusable=bool(clashing))


def _options(there: RulesPlaces, mapping: FormMapping) -> tuple[Options, str, bool]:
    """What the form offers as it was read; without it, why, and whether that is a defect."""
    raw: Mapping[str, Any] = {}
    try:
        if not is_new(there.database):
            with open_store(there.database) as store:
                raw = store.demarches.revisions(there.demarche)
    except StoreError as error:
        return {}, str(error), True
    if not raw:
        return {}, "Le formulaire n'a pas encore été lu (unc sync).", False
    revisions = [decode_revision(descriptors) for descriptors in raw.values()]
    return form_options(revisions, mapping), "", False
