"""What keeps rule-sets from standing side by side: one date of effect, or one version, for two."""

from collections.abc import Iterator, Mapping

from triage.ruleset import RuleSet


def clashes(name: str, rulesets: Mapping[str, RuleSet]) -> Iterator[tuple[str, str]]:
    """What a rule-set has in common with another: the key of its file, and a French sentence.

    Args:
        name: The rule-set, among them.
        rulesets: All of them, by name of file.
    """
    mine = rulesets[name]
    for other, rules in rulesets.items():
        if other == name:
            continue
        if rules.in_force_from == mine.in_force_from:
            day = f"{mine.in_force_from:%d/%m/%Y}"
            yield "in_force_from", f"{other} a la même date d'effet ({day})"
        if rules.version == mine.version:
            yield "version", f"{other} a la même version ({mine.version})"
