"""`unc rules check`: what in a rule-set can never be reached, and is told with its place."""

from collections.abc import Callable
from typing import Any

import pytest

from datafiles.file import DataFile, DataFileError
from datafiles.places import place
from mappings.schema.model import FormMapping
from triage.rules.file import parse_ruleset
from triage.rules.reachability import unreachable

OPTIONS = {
    "nature_non_conformite": frozenset(
        {"Indication", "Population", "Posologie", "Durée", "Voie d'administration"}
    ),
    "niveau_risque": frozenset({"Faible", "Modéré", "Élevé"}),
}
LEVELS = """\
    - {level: P2, at_least: 2}
    - {level: P3, at_least: 1}
"""
D4 = "when: {field: nature_non_conformite, includes_any: [Indication]}"
Told = Callable[..., list[str]]


@pytest.fixture
def told(rules_text: str, mapping: FormMapping) -> Told:
    """What is told of the rule-set with one change, place and sentence on a line."""

    def check(old: str = "", new: str = "", options: Any = OPTIONS) -> list[str]:
        assert old in rules_text
        changed = rules_text.replace(old, new, 1) if old else rules_text
        rules = parse_ruleset(changed, source="essai.yaml", mapping=mapping)
        data = DataFile(changed, source="essai.yaml").data
        return [f"{place(path, data)} : {why}" for path, why in unreachable(rules, options)]

    return check


def both(test: str) -> str:
    return f"when: {{all: [{D4.removeprefix('when: ')}, {{field: nature_non_conformite, {test}}}]}}"


def test_the_rule_set_that_is_handed_out_is_all_reachable(told: Told) -> None:
    assert told() == told(options={}) == []


LOW = "when: {field: niveau_risque, equals: Faible}"


@pytest.mark.parametrize(
    ("first", "second", "lost"),
    [
        ("at_least: 1", "at_least: 2", [1]),
        ("at_least: 0", "at_least: 2", [1, 2]),
        ("one_of: [rare, widespread, exposes, vulnerable]", "at_least: 1", [1]),
        ("one_of: [rare]", "at_least: 1", []),
        ("at_least: 4", "at_least: 3", []),
        (f"at_least: 1, {LOW}", "at_least: 1", []),
        (f"at_least: 1, {LOW}", f"at_least: 2, {LOW}", [1]),
        ("at_least: 5", "at_least: 1", [0]),
    ],
)
def test_a_level_that_another_always_precedes_is_told(
    rules_text: str, mapping: FormMapping, first: str, second: str, lost: list[int]
) -> None:
    start = rules_text.index("  levels:\n")
    end = rules_text.index("\n\n", start)
    levels = f"  levels: [{{level: A, {first}}}, {{level: B, {second}}}, {{level: C}}]"
    text = rules_text[:start] + levels + rules_text[end:]
    rules = parse_ruleset(text, source="essai.yaml", mapping=mapping)
    found = [place for place, _ in unreachable(rules, OPTIONS)]
    assert [place[2] for place in found if place[:2] == ("priority", "levels")] == lost


def test_a_level_in_the_wrong_order_is_told_with_what_precedes_it(told: Told) -> None:
    turned = "".join(reversed(LEVELS.splitlines(keepends=True)))
    assert told(LEVELS, turned) == [
        "priority, niveau P2 : « P2 » n'est jamais atteint : toujours devancé par « P3 »"
    ]


def test_an_unknown_option_in_the_condition_of_a_level_is_told(told: Told) -> None:
    level = "{level: P3, when: {field: niveau_risque, equals: Enorme}}"
    found = told("{level: P3, at_least: 1}", level)
    assert found[0].startswith("priority, niveau P3, when : « Enorme » n'est pas une réponse")


@pytest.mark.parametrize(
    ("test", "possible"),
    [
        ("includes_none: [Indication]", False),
        ("includes_none: [Population]", True),
        ("only: [Population]", False),
        ("only: [Population, Indication]", True),
        ("includes_other_than: [Indication]", True),
        ("includes_any: [Population]", True),
    ],
)
@pytest.mark.parametrize("options", [OPTIONS, {}])
def test_two_tests_on_the_ticked_options_must_be_able_to_hold_together(
    told: Told, test: str, possible: bool, options: Any
) -> None:
    found = told(D4, both(test), options)
    never = ["élément D4, when : cette condition ne peut jamais être vraie"]
    assert found == ([] if possible else never)


def test_options_that_leave_nothing_to_tick_are_told(told: Told) -> None:
    options = ", ".join(sorted(OPTIONS["nature_non_conformite"]))
    every = f"when: {{field: nature_non_conformite, includes_other_than: [{options}]}}"
    assert told(D4, every) == ["élément D4, when : cette condition ne peut jamais être vraie"]
    assert told(D4, every, {}) == []


@pytest.mark.parametrize(
    ("bounds", "sentence"),
    [
        ("low: 100, high: 0, ", "« low » (100) est supérieur à « high » (0)"),
        ("", "donner « low », « high » ou les deux"),
    ],
)
def test_a_range_that_is_none_is_refused_with_its_line(
    told: Told, bounds: str, sentence: str
) -> None:
    with pytest.raises(DataFileError) as refused:
        told("low: 0, high: 100, ", bounds)
    assert refused.value.problems[0].endswith(sentence)
    assert refused.value.problems[0].startswith("essai.yaml:4")


BANDS = """\
  - {from: 80, name: bien documenté}
  - {from: 50, name: à compléter}
  - {from: 0, name: insuffisant}
"""


@pytest.mark.parametrize(
    ("starts", "at", "sentence"),
    [
        ((40, 50, 0), 2, "« b » part de 50 ; moins de 40 est attendu"),
        ((50, 50, 0), 2, "« b » part de 50 ; moins de 50 est attendu"),
        ((80, 50, 10), 3, "la dernière bande doit commencer à 0"),
    ],
)
def test_bands_that_do_not_go_down_to_0_are_refused_with_their_line(
    told: Told, rules_text: str, starts: tuple[int, ...], at: int, sentence: str
) -> None:
    bands = "".join(
        f"  - {{from: {start}, name: {name}}}\n" for start, name in zip(starts, "abc", strict=True)
    )
    with pytest.raises(DataFileError) as refused:
        told(BANDS, bands)
    (problem,) = refused.value.problems
    line = rules_text[: rules_text.index(BANDS)].count("\n") + at
    assert problem.startswith(f"essai.yaml:{line} : bande {at}, from : {sentence}")


def test_a_place_in_a_rule_set_is_told_in_words_with_the_types_in_french(told: Told) -> None:
    with pytest.raises(DataFileError) as refused:
        told("checks: [{check: siret,", "checks: [{check: email,")
    assert " : élément A1, partie 1, contrôle 1, check : " in refused.value.problems[0]
    assert refused.value.problems[0].endswith("(entreprise) ; attendu : choix, texte")
