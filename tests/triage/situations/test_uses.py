"""Pairs that were joined or separated wrongly, each with what an evaluator would say."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mappings.report.model import Report
from tests.triage.situations.planted import described, the_matching
from triage.situations.duplicates import find_links
from triage.situations.grouping import group

OTHER = "55208131766522"
CHILD, ADULT = ["2 à 11 ans"], ["Adulte"]


def row(substance: str, name: str = "Une spécialité", cis: str = "") -> list[dict[int, str]]:
    return [{151: name, 152: cis, 154: substance, 157: "AMM"}]


def use(
    substance: str, indication: str | None = None, route: str | None = None, **more: Any
) -> dict[int, Any]:
    nature = ["Indication"] if indication else []
    nature += ["Voie d'administration"] if route else []
    answers = {15: row(substance), 18: nature or ["Population"], 22: indication, 23: route}
    return {**answers, **{int(key.removeprefix("c")): value for key, value in more.items()}}


PAIRS: list[tuple[str, dict[int, Any], dict[int, Any], bool]] = [
    ("codéine: child, adult", use("codéine", c26=CHILD), use("codéine", c26=ADULT), False),
    ("codéine: child, child", use("codéine", c26=CHILD), use("Codeine", c26=CHILD), True),
    (
        "méthotrexate",
        use("méthotrexate", route="Orale"),
        use("méthotrexate", route="Intrathécale"),
        False,
    ),
    (
        "bévacizumab: eye, brain",
        use("bévacizumab", "DMLA", "Intravitréenne"),
        use("bévacizumab", "glioblastome"),
        False,
    ),
    (
        "bévacizumab: eye",
        use("bévacizumab", "DMLA", "Intravitréenne"),
        use("bévacizumab", "dégénérescence maculaire"),
        True,
    ),
    ("quétiapine", use("quétiapine", "insomnie"), use("quétiapine", "anxiété"), False),
    (
        "quétiapine: words",
        use("quétiapine", "insomnie"),
        use("quétiapine", "troubles du sommeil"),
        True,
    ),
    (
        "topiramate",
        use("topiramate", "perte de poids"),
        use("topiramate", "alcoolodépendance"),
        False,
    ),
    (
        "slimming and acne",
        use("spironolactone", "acné"),
        use("lévothyroxine", "amaigrissement"),
        False,
    ),
    (
        "slimming, two substances",
        use("furosémide", "maigrir"),
        use("lévothyroxine", "amaigrissement"),
        True,
    ),
    (
        "adult psychotropics",
        use("quétiapine", "insomnie", c26=ADULT),
        use("olanzapine", "insomnie", c26=ADULT),
        False,
    ),
    ("child psychotropics", use("quétiapine", c26=CHILD), use("rispéridone", c26=CHILD), True),
    (
        "child and adult psychotropics",
        use("quétiapine", c26=ADULT),
        use("rispéridone", c26=CHILD),
        False,
    ),
    ("brand", use("OZEMPIC", "perte de poids"), use("sémaglutide", "maigrir"), True),
    ("brand and dosage", use("Ozempic 1 mg", "perte de poids"), use("Wegovy", "obésité"), True),
    ("misspelt", use("sémaglutyde", "perte de poids"), use("sémaglutide", "perte de poids"), True),
    ("look-alike", use("prednisone", "asthme"), use("prednisolone", "asthme"), False),
    ("salt and water", use("amoxicilline trihydratée", "Lyme"), use("amoxicilline", "Lyme"), True),
    (
        "acid and salt",
        use("valproate de sodium", "migraine"),
        use("acide valproïque", "migraine"),
        True,
    ),
    (
        "adults and older adults",
        use("fentanyl", "douleur non cancéreuse", c26=ADULT),
        use("fentanyl", "lombalgie, sans cancer", c26=["65 ans et plus"]),
        True,
    ),
    (
        "age is the matter",
        use("desmopressine", "nycturie", c18=["Population", "Indication"], c26=["65 ans et plus"]),
        use("desmopressine", "nycturie", c26=ADULT),
        False,
    ),
    (
        "after a negation",
        use("liraglutide", "surpoids sans diabète de type 2"),
        use("liraglutide", "diabète de type 2"),
        False,
    ),
    (
        "other route, told",
        use("misoprostol", route="Autre", c17="Comprimé vaginal"),
        use("misoprostol", route="Autre", c17="Comprimé nasal"),
        False,
    ),
    (
        "unanswered use, no title",
        use("quétiapine", "NC", c17="xx", c21="xx"),
        use("quétiapine", "insomnie"),
        True,
    ),
]


@pytest.mark.parametrize(
    ("one", "other", "together"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS]
)
def test_a_facet_that_differs_separates_and_no_other_does(
    report: Callable[..., Report], one: dict[int, Any], other: dict[int, Any], together: bool
) -> None:
    told = described([report(one, number=1), report({**other, 6: OTHER}, number=2)])
    assert (len(group(told, the_matching())) == 1) is together


def test_a_report_that_leaves_a_facet_open_links_no_two_that_differ(
    report: Callable[..., Report],
) -> None:
    clear = [use("quétiapine", "insomnie"), use("quétiapine", "anxiété")]
    vague = use("quétiapine", "NC", c17="xx", c21="xx")
    reports = [report(one, number=number) for number, one in enumerate([*clear, vague], start=1)]
    assert group(described(reports), the_matching()) == ((1,), (2,), (3,))


def test_a_brand_that_nothing_knows_is_what_the_others_hold_it_for(
    report: Callable[..., Report],
) -> None:
    said = {**use("zorglumab", "acné"), 15: row("zorglumab", "ZORGLIA 5 mg")}
    typed = {**use("Zorglia", "acné"), 15: row("ZORGLIA", "Zorglia")}
    told = described([report(said, number=1), report(typed, number=2)])
    assert group(told, the_matching()) == ((1, 2),)


def test_a_complement_and_a_closure_are_of_their_initial_report_s_situation_and_no_copies(
    report: Callable[..., Report],
) -> None:
    first = report(use("quétiapine", "insomnie"), number=1)
    grown = report({**use("quétiapine", "anxiété"), 13: "Complément", 14: 1}, number=2)
    closed = report({**use("quétiapine", "NC"), 13: "Clôture", 14: 2}, number=3)
    loose = report({**use("quétiapine", "insomnie"), 13: "Complément", 14: None}, number=4)
    stranger = report({**use("topiramate", "alcool"), 6: OTHER, 13: "Clôture", 14: 1}, number=5)
    told = described([first, grown, closed, loose, stranger])
    assert group(told, the_matching()) == ((1, 2, 3, 4), (5,))
    links = find_links(told, the_matching())
    assert {(one.kind, one.earlier, one.number, one.score) for one in links} == {
        ("complement", 1, 2, 1.0),
        ("complement", 2, 3, 1.0),
    }


def test_a_complement_does_not_draw_an_out_of_scope_report_into_a_situation(
    report: Callable[..., Report],
) -> None:
    told = described(
        [
            report(use("quétiapine", "insomnie"), number=1),
            report({**use("quétiapine", "insomnie"), 13: "Complément", 14: 1}, number=2),
        ]
    )
    assert group([replace(told[0], in_scope=False), told[1]], the_matching()) == ((2,),)
