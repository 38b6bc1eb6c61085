"""The data files of one form, read from disk and checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from datafiles.file import DataFileError, text_of
from datafiles.refusals import refusal
from mappings.drift.reviewed import FILE_NAME, ReviewedForm, dump_reviewed, parse_reviewed
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from settings import ROOT
from steps.wiring.checked_files import CheckedFiles
from store.verdicts.rule_texts import RuleText
from triage.consumption.expected import Expectations, parse_expectations
from triage.registre.lists import Lists, parse_lists
from triage.registre.ranking import Ranking, parse_ranking
from triage.replies.policy import ReplyPolicy, parse_reply_policy
from triage.replies.texts import Texts
from triage.rules.diff import clashes
from triage.rules.file import parse_ruleset
from triage.rules.model import RuleSet
from triage.situations.matching import MatchingRules, matching_of


@dataclass(frozen=True, slots=True)
class Form:
    """What a démarche is read and judged by.

    Attributes:
        mapping: Champs to fields.
        rulesets: Rule-sets, one in force at a time.
        rule_texts: Their files and the mapping's, word for word: kept beside their verdicts.
        policy: What is answered to each status.
        matching: What makes reports one situation, or one report sent twice; ``None`` for a form
            whose reports are not matched.
        texts: Templates of annotations and messages.
        lists: What may be entered in the register of situations.
        ranking: How situations of the register are scored.
        expectations: Who a licence expects to receive a medicine.
        digest: Hash of policy and texts, to plan again when they change.
    """

    mapping: FormMapping
    rulesets: tuple[RuleSet, ...]
    rule_texts: tuple[RuleText, ...]
    policy: ReplyPolicy
    matching: MatchingRules | None
    texts: Texts
    lists: Lists
    ranking: Ranking
    expectations: Expectations
    digest: str


def load_form(*, mapping: Path, rules: Path, checked: CheckedFiles | None = None) -> Form:
    """Read and check the data files; the same ones are parsed once a process.

    Args:
        mapping: The mapping file.
        rules: Folder with ``rules/*.yaml``, ``reponses.yaml``, ``rapprochements.yaml``,
            ``textes/*.j2`` and, if it likes, ``vocabulaire.yaml`` and ``substances.csv``.
        checked: Where it is noted which files were found right: of those, words and texts are read
            when they are first used. Without it everything is read now.

    Raises:
        DataFileError: A file is missing, unreadable or wrong.
    """
    content = _digest([mapping, *_rules_files(rules)])
    if checked is None:
        return _form(mapping, rules, content)
    if checked.has(content):
        return _form(mapping, rules, content, later=True)
    form = _form(mapping, rules, content)
    checked.add(content)
    return form


def _rules_files(rules: Path) -> list[Path]:
    """Whatever a folder of rules is read from, in order."""
    return sorted(
        path
        for where in ("rules/*.yaml", "textes/*.j2", "*.yaml", "*.csv")
        for path in rules.glob(where)
    )


def _digest(paths: Sequence[Path]) -> str:
    """Hash of what files hold; of those that cannot be read, only that they cannot."""
    found = sha256()
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            content = b"?"
        found.update(f"{path}\0{len(content)}\0".encode(errors="surrogateescape") + content)
    return found.hexdigest()


@lru_cache(maxsize=8)
def _form(mapping: Path, rules: Path, _content: str, *, later: bool = False) -> Form:
    """The form of these files as they are; what may be read later is, where that is said."""
    mapping_text = read_text(mapping, "UNC_MAPPING")
    form_mapping = parse_mapping(mapping_text, source=mapping.name)
    paths = sorted((rules / "rules").glob("*.yaml"))
    if not paths:
        raise DataFileError([f"UNC_RULES : aucun référentiel (rules/*.yaml) dans {rules}"])
    read = [read_ruleset(path, mapping=form_mapping) for path in paths]
    _refuse_clashes(paths, [one for one, _ in read])
    policy, policy_text = read_policy(rules, mapping=form_mapping)
    _refuse_unknown_levels(policy, [one for one, _ in read])
    templates = read_templates(rules)
    texts = _texts(tuple(templates.items()), policy.messages)
    if not later:
        texts.read()
    return Form(
        mapping=form_mapping,
        rulesets=tuple(rules for rules, _ in read),
        rule_texts=(
            *(text for _, text in read),
            RuleText(form_mapping.digest, form_mapping.version, mapping.name, mapping_text),
        ),
        policy=policy,
        matching=read_matching(
            rules, mapping=form_mapping, rulesets=[one for one, _ in read], later=later
        ),
        texts=texts,
        lists=read_lists(rules),
        expectations=parse_expectations(_or_ours(rules, "attendus.yaml"), source="attendus.yaml"),
        ranking=parse_ranking(_or_ours(rules, "classement.yaml"), source="classement.yaml"),
        digest=sha256("\0".join([policy_text, *templates.values()]).encode()).hexdigest()[:12],
    )


@lru_cache(maxsize=8)
def _texts(templates: tuple[tuple[str, str], ...], needed: frozenset[str]) -> Texts:
    """Templates, which are compiled and tried once a process."""
    return Texts(dict(templates), needed=needed, later=True)


def _refuse_clashes(paths: Sequence[Path], rulesets: Sequence[RuleSet]) -> None:
    """Two rule-sets of one date of effect, or of one version, would leave open which one judges."""
    named = {path.name: rules for path, rules in zip(paths, rulesets, strict=True)}
    found = [f"UNC_RULES : {name} : {why}" for name in named for _, why in clashes(name, named)]
    if found:
        raise DataFileError(found)


def _refuse_unknown_levels(policy: ReplyPolicy, rulesets: Sequence[RuleSet]) -> None:
    """A label for a level that no rule-set gives would never be put on."""
    levels = {level.level for rules in rulesets for level in rules.priority.levels}
    for name in policy.labels.by_priority.keys() - levels:
        raise DataFileError(
            [f"reponses.yaml : labels.by_priority : aucun référentiel n'a de niveau « {name} »"]
        )


def read_templates(rules: Path) -> dict[str, str]:
    """The templates of a folder of rules, by name, not compiled yet.

    Raises:
        DataFileError: One cannot be read.
    """
    found = sorted((rules / "textes").glob("*.j2"))
    return {path.stem: read_text(path, "UNC_RULES") for path in found}


def read_policy(rules: Path, *, mapping: FormMapping) -> tuple[ReplyPolicy, str]:
    """Read and check what is answered, and give its text.

    Raises:
        DataFileError: The file is missing, unreadable or wrong.
    """
    text = read_text(rules / "reponses.yaml", "UNC_RULES")
    return parse_reply_policy(text, source="reponses.yaml", mapping=mapping), text


def read_matching(
    rules: Path, *, mapping: FormMapping, rulesets: Sequence[RuleSet], later: bool = False
) -> MatchingRules | None:
    """Read and check what makes reports one situation; the newest rule-set tells what says nothing.

    Args:
        rules: The folder of rules.
        mapping: Fields that it may name.
        rulesets: The rule-sets.
        later: Whether words and names, beside it, are read when they are first asked for.

    Raises:
        DataFileError: The file is missing, unreadable or wrong.
    """
    text = read_text(rules / "rapprochements.yaml", "UNC_RULES")
    beside = {
        argument: read_text(rules / name, "UNC_RULES")
        for argument, name in (("vocabulary", "vocabulaire.yaml"), ("names", "substances.csv"))
        if (rules / name).exists()  # a folder of one's own may do without
    }
    newest = max(rulesets, key=lambda one: one.in_force_from, default=None)
    found = matching_of(
        text,
        source="rapprochements.yaml",
        mapping=mapping,
        says_nothing=newest.phrases if newest else (),
        **beside,
    )
    if found is not None and not later:
        found.read_words()
    return found


def read_lists(rules: Path) -> Lists:
    """Read and check the lists of the register; a folder without that file has those of the bridge.

    Raises:
        DataFileError: The file is unreadable or wrong.
    """
    return parse_lists(_or_ours(rules, "registre.yaml"), source="registre.yaml")


def _or_ours(rules: Path, name: str) -> str:
    """The text of a file that a folder of one's own may do without."""
    path = rules / name
    return read_text(path if path.exists() else ROOT / "triage" / "unc" / name, "UNC_RULES")


def read_mapping(path: Path) -> FormMapping:
    """Read and check a mapping.

    Raises:
        DataFileError: The file is missing, unreadable or wrong.
    """
    return parse_mapping(read_text(path, "UNC_MAPPING"), source=path.name)


def read_ruleset(path: Path, *, mapping: FormMapping) -> tuple[RuleSet, RuleText]:
    """Read and check one rule-set.

    Raises:
        DataFileError: The file is missing, unreadable or wrong.
    """
    text = read_text(path, "UNC_RULES")
    rules = parse_ruleset(text, source=path.name, mapping=mapping)
    return rules, RuleText(rules.digest, rules.version, path.name, text)


def reviewed_form(mapping_file: Path) -> ReviewedForm | None:
    """The form that a person reviewed, from the file beside the mapping; ``None`` without one.

    Raises:
        DataFileError: The file is there and cannot be used.
    """
    path = reviewed_file(mapping_file)
    if not path.exists():
        return None
    try:
        text = text_of(path.read_bytes(), source=path.name)
    except OSError as error:
        why = f"UNC_MAPPING : le fichier {path} ne peut pas être lu ({refusal(error)})"
        raise DataFileError([why]) from error
    return _reviewed(text, path.name)


@lru_cache(maxsize=8)
def _reviewed(text: str, name: str) -> ReviewedForm:
    """A reviewed form, checked once a process."""
    return parse_reviewed(text, source=name)


def reviewed_file(mapping_file: Path) -> Path:
    """Where the reviewed form of a mapping is kept."""
    return mapping_file.with_name(FILE_NAME)


def keep_reviewed(mapping_file: Path, reviewed: ReviewedForm) -> Path:
    """Keep the reviewed form of a mapping, whole or not at all; where it is kept.

    Raises:
        OSError: The folder refuses it.
    """
    path = reviewed_file(mapping_file)
    part = path.with_name(f"{path.name}.part")
    part.write_text(dump_reviewed(reviewed), encoding="utf-8")
    part.replace(path)
    return path


def read_text(path: Path, setting: str) -> str:
    """The text of a data file.

    Raises:
        DataFileError: It cannot be read, or is not UTF-8.
    """
    try:
        return text_of(path.read_bytes(), source=path.name)
    except OSError as error:
        why = f"{setting} : le fichier {path} ne peut pas être lu ({refusal(error)})"
        raise DataFileError([why]) from error
