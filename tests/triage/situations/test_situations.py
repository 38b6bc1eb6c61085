"""The bridge proposes situations, people decide: what they decided is never undone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datafiles.file import DataFileError
from mappings.report.model import Report
from mappings.schema.model import FormMapping
from tests.triage.situations.planted import described, reports, the_matching
from triage.situations.clusters import Cluster, Clusters
from triage.situations.description import Description, annotated, describe, overrule
from triage.situations.grouping import group, signature
from triage.situations.likeness import Signature
from triage.situations.matching import FollowedClass, MatchingRules, parse_matching
from triage.situations.propose import Placed, members_of, next_id, no_such, propose, resolve
from triage.situations.words.without_salts import Salts, joined

RULES = Path(__file__).parents[3] / "triage/unc"
FILE = RULES / "rapprochements.yaml"


@pytest.fixture(scope="session")
def matching() -> MatchingRules:
    return the_matching()


def told(number: int, substance: str = "néfopam", **changes: Any) -> Description:
    facets: dict[str, tuple[str, ...]] = {
        "nature_non_conformite": tuple(changes.pop("natures", ("Voie d'administration",))),
        "population": tuple(changes.pop("populations", ("Adulte",))),
        "voie_utilisee": tuple(changes.pop("routes", ("Orale",))),
    }
    names = tuple(sorted(joined(one, Salts()) for one in substance.split("|") if one))
    values: dict[str, Any] = {
        "in_scope": True,
        "company": "100",
        "medicines": names,
        "codes": {},
        "unnamed": (),
        "facets": facets,
        "answers": {},
        "initial": True,
        "earlier": None,
    }
    return Description(number=number, **(values | changes))


def test_a_route_out_of_the_list_may_be_any_that_a_text_names(matching: MatchingRules) -> None:
    routes = (["Autre"], ["inhalée"], ["nasale"])
    groups = group((told(at, routes=one) for at, one in enumerate(routes, 1)), matching)
    assert (2, 3) not in groups
    assert group([told(1, routes=["Autre"]), told(2, routes=["inhalée"])], matching) == ((1, 2),)


def test_companies_that_report_the_same_use_share_a_situation(matching: MatchingRules) -> None:
    reports = [told(1, company="100"), told(2, company="200"), told(3, "tramadol")]
    assert group(reports, matching) == ((1, 2), (3,))


@pytest.mark.parametrize(
    ("other", "together"),
    [
        ({"natures": ["Indication"]}, False),
        ({"natures": ["Indication"], "populations": ["65 ans et plus"]}, False),
        ({"natures": ["Voie d'administration", "Indication"]}, True),
        ({"routes": ["Rectale"]}, False),
        ({"populations": ["2 à 11 ans"]}, False),
        (
            {"natures": ["Population", "Voie d'administration"], "populations": ["65 ans et plus"]},
            False,
        ),
        ({"routes": ["Rectale"], "populations": ["65 ans et plus"]}, False),
        ({"populations": ["65 ans et plus"]}, True),
        ({"routes": []}, True),
        ({"routes": ["Autre"]}, False),  # none of the form's list
        ({"in_scope": False}, False),
    ],
)
def test_a_use_is_told_by_nature_population_and_route(
    matching: MatchingRules, other: dict[str, Any], together: bool
) -> None:
    assert ((1, 2) in group([told(1), told(2, **other)], matching)) is together


def test_a_report_without_a_nature_joins_the_likeliest_and_links_no_two(
    matching: MatchingRules,
) -> None:
    oral = [told(1), told(2)]
    other = [told(3, natures=["Indication"], populations=["65 ans et plus"], routes=[])]
    unclear = told(4, natures=[], populations=["65 ans et plus"], routes=[])
    assert group([*oral, *other, unclear], matching) == ((1, 2), (3, 4))


def test_a_substance_that_is_not_named_is_found_by_its_cis(matching: MatchingRules) -> None:
    named = told(1, codes={"61234567": "nefopam"})
    unnamed = told(2, "", unnamed=("61234567",))
    assert group([named, unnamed, told(3, "")], matching) == ((1, 2),)


def test_two_products_in_a_report_join_one_of_them_and_link_no_two(matching: MatchingRules) -> None:
    assert group([told(1, "a"), told(2, "b"), told(3, "a|b")], matching) == ((1, 3), (2,))


def test_a_combination_is_not_its_component_but_a_companion_counts_for_nothing(
    matching: MatchingRules, report: Callable[..., Report]
) -> None:
    alone = told(1, "cyprotérone", natures=["Indication"], routes=[])
    combined = told(2, "cyprotérone, éthinylestradiol", natures=["Indication"], routes=[])
    assert group([alone, combined], matching) == ((1,), (2,))
    row = {151: "X", 152: "", 154: "Codéine + paracétamol", 157: "AMM"}
    assert describe(report({15: [row]}), matching, in_scope=True).medicines == ("codeine",)


def place(
    reports: list[Description], before: Mapping[int, Placed], matching: MatchingRules, **merged: str
) -> Mapping[int, Placed]:
    ids = {one.situation: None for one in before.values() if one.situation}
    known = {**ids, **{name.replace("_", "-"): into for name, into in merged.items()}}
    return propose(reports, before, merged=known, matching=matching).placed


def situations(placed: Mapping[int, Placed]) -> dict[int, str | None]:
    return {number: one.situation for number, one in placed.items()}


def test_ids_stay_from_run_to_run_and_new_reports_join(matching: MatchingRules) -> None:
    first = place([told(1), told(2, "tramadol")], {}, matching)
    assert situations(first) == {1: "SIT-0001", 2: "SIT-0002"}
    again = place([told(0), told(1), told(2, "tramadol"), told(3, "codéine")], first, matching)
    assert situations(again) == {0: "SIT-0001", 1: "SIT-0001", 2: "SIT-0002", 3: "SIT-0003"}


def test_a_report_out_of_scope_is_in_no_situation_unless_a_person_put_it_there(
    matching: MatchingRules,
) -> None:
    out = told(1, in_scope=False)
    assert place([out], {1: Placed("SIT-0001")}, matching)[1] == Placed(None)
    by_hand = {1: Placed("SIT-0001", by_person=True)}
    assert place([out], by_hand, matching) == by_hand


def test_what_a_person_writes_on_a_dossier_is_a_confirmation(matching: MatchingRules) -> None:
    before = {1: Placed("SIT-0001"), 2: Placed("SIT-0001"), 3: Placed("SIT-0002")}
    reports = [told(1, confirmed="sit-0002"), told(2), told(3, "tramadol")]
    after = place(reports, before, matching)
    assert after[1] == Placed("SIT-0002", by_person=True)
    assert situations(after) == {1: "SIT-0002", 2: "SIT-0001", 3: "SIT-0002"}
    kept = place([told(1), *reports[1:]], after, matching)
    assert kept == after, "once confirmed, it stays when the annotation is cleared"


def test_a_name_of_one_s_own_opens_a_situation_and_moves_nobody_else(
    matching: MatchingRules,
) -> None:
    before = {1: Placed("SIT-0001"), 2: Placed("SIT-0001")}
    found = propose(
        [told(1, confirmed="Néfopam oral"), told(2)],
        before,
        merged={"SIT-0001": None},
        matching=matching,
    )
    assert situations(found.placed) == {1: "Néfopam oral", 2: "SIT-0001"}
    assert found.opened == ("Néfopam oral",)


def test_a_merge_is_followed_and_never_undone(matching: MatchingRules) -> None:
    before = {1: Placed("SIT-0001"), 2: Placed("SIT-0002")}
    reports = [told(1), told(2, "tramadol"), told(3, "tramadol")]
    after = place(reports, before, matching, SIT_0002="SIT-0001")
    assert situations(after) == {1: "SIT-0001", 2: "SIT-0003", 3: "SIT-0003"}
    confirmed = {n: Placed(one.situation, by_person=True) for n, one in before.items()}
    after = place(reports, confirmed, matching, SIT_0002="SIT-0001")
    assert situations(after) == {1: "SIT-0001", 2: "SIT-0001", 3: "SIT-0003"}
    assert after[2].by_person


def test_a_split_is_never_undone_and_new_reports_go_to_the_likeliest(
    matching: MatchingRules,
) -> None:
    before = {
        1: Placed("SIT-0001", by_person=True),
        2: Placed("SIT-0002", by_person=True),
    }
    older = told(2, populations=["65 ans et plus"])
    new = told(3, populations=["65 ans et plus"])
    assert group([told(1), older, new], matching) == ((1, 2, 3),)
    after = place([told(1), older, new], before, matching)
    assert situations(after) == {1: "SIT-0001", 2: "SIT-0002", 3: "SIT-0002"}


def test_two_proposals_that_a_code_shows_to_be_of_one_substance_become_one(
    matching: MatchingRules,
) -> None:
    before = {1: Placed("SIT-0001"), 2: Placed("SIT-0001"), 3: Placed("SIT-0002")}
    reports = [
        told(1, "a"),
        told(2, "a", codes={"61234567": "a"}),
        told(3, "", unnamed=("61234567",)),
    ]
    assert set(situations(place(reports, before, matching)).values()) == {"SIT-0001"}


def test_what_was_confirmed_when_adults_and_children_were_one_survives_their_separation(
    matching: MatchingRules,
) -> None:
    child: dict[str, Any] = {"populations": ["2 à 11 ans"]}
    reports = [told(1), told(2, **child), told(3), told(4, **child), told(5, **child)]
    assert group(reports, matching) == ((1, 3), (2, 4, 5))
    confirmed = {n: Placed("SIT-0001", by_person=True) for n in (1, 2)}
    proposed = {n: Placed("SIT-0001") for n in (3, 4, 5)}
    after = place(reports, {**confirmed, **proposed}, matching)
    assert {n: after[n] for n in (1, 2)} == confirmed
    names = situations(after)
    assert "SIT-0001" in (names[3], names[4])
    assert names[3] != names[4] == names[5], "proposals follow the new grouping"
    assert place(reports, after, matching) == after


def test_an_id_is_never_given_twice() -> None:
    assert next_id([]) == "SIT-0001"
    assert next_id(["SIT-0009", "Néfopam oral", "SIT-12x"]) == "SIT-0010"


def test_an_id_that_is_none_s_is_told_and_an_empty_one_in_words_of_its_own() -> None:
    assert no_such("SIT-0009 ") == "Aucune situation SIT-0009 : voir « unc situations list »."
    assert no_such(" ", listed_by="unc registre list") == (
        "L'identifiant de la situation est vide : donnez-en un que « unc registre list » montre."
    )


def test_a_ring_of_merges_ends() -> None:
    assert resolve("a", {"a": "b", "b": "a"}) in {"a", "b"}
    assert resolve("SIT-1", {}) == "SIT-1"


@pytest.mark.slow
@settings(deadline=None)  # a loaded machine is no defect
@given(st.data())
def test_no_run_undoes_what_people_decided(matching: MatchingRules, data: st.DataObject) -> None:
    names = st.sampled_from(["a", "b", "a|b", ""])
    natures = st.lists(st.sampled_from(["Indication", "Durée"]), max_size=2, unique=True)
    count = data.draw(st.integers(1, 8))
    reports = [
        told(n, data.draw(names), natures=data.draw(natures), in_scope=data.draw(st.booleans()))
        for n in range(count)
    ]
    where = st.builds(Placed, st.sampled_from(["SIT-0001", "SIT-0002", "X"]), st.booleans())
    before = {n: data.draw(where) for n in range(count)}
    after = place(reports, before, matching)
    assert all(after[n] == one for n, one in before.items() if one.by_person)
    again = place(reports, after, matching)
    assert again == after, "a second run changes nothing"
    assert sum(map(len, members_of(after).values())) <= count


def test_a_description_holds_what_matching_needs(
    report: Callable[..., Report], matching: MatchingRules
) -> None:
    rows = [
        {151: "A", 152: "99010007", 154: "Chlorhydrate de néfopam", 157: "AMM"},
        {151: "B", 152: "99010008", 154: "NC", 157: "AMM"},
    ]
    changes = {15: rows, 13: "Complément", 14: 24000001}
    found = describe(report(changes), matching, in_scope=True)
    assert found.company == "732829320"
    assert found.medicines == ("nefopam",)
    assert found.codes == {"99010007": "nefopam"}
    assert found.unnamed == ("99010008",)
    assert (found.initial, found.earlier, found.confirmed) == (False, 24000001, "")
    known = describe(report(changes), matching, in_scope=True, by_cis={"99010008": "tramadol"})
    assert known.medicines == ("nefopam", "tramadol")
    assert replace(known, medicines=()) != known


@pytest.mark.parametrize(
    ("before", "text", "confirmed", "overruled"),
    [
        (None, "sit-0019", "sit-0019", ""),
        (None, "SIT-0001", "", ""),
        (told(1, confirmed="sit-0019"), "sit-0019", "sit-0019", ""),
        (overrule(told(1, confirmed="sit-0019")), "sit-0019", "", "sit-0019"),
        (overrule(told(1, confirmed="sit-0019")), "", "", ""),
        (overrule(told(1, confirmed="sit-0019")), "sit-0020", "sit-0020", ""),
        (overrule(told(1, confirmed="sit-0019")), "SIT-0001", "SIT-0001", ""),
        (overrule(told(1)), "sit-0019", "sit-0019", ""),
    ],
)
def test_an_annotation_that_was_overruled_counts_again_once_it_changed(
    before: Description | None, text: str, confirmed: str, overruled: str
) -> None:
    found = annotated(told(1), text, ours=frozenset({"SIT-0001"}), before=before)
    assert (found.confirmed, found.overruled) == (confirmed, overruled)


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Usage amaigrissant", "Usage amaigrissant"),
        ("xxx", ""),
        ("Amaigrissement", ""),
        ("à jeun", ""),
        ("Voir pièce jointe.", ""),
        (None, ""),
    ],
)
def test_a_title_that_tells_nothing_is_not_kept(
    report: Callable[..., Report], matching: MatchingRules, title: str | None, kept: str
) -> None:
    assert describe(report({17: title}), matching, in_scope=True).title == kept


def test_a_class_names_substances_as_people_write_them(matching: MatchingRules) -> None:
    members = FollowedClass(substances=frozenset({"valproique acide", "topiramate"}))
    names = MatchingRules.model_fields.keys() - {"salt_words"}
    kept = {name: getattr(matching, name) for name in names}
    asked = {"salts": matching.salt_words, "classes": {"antiépileptiques": members}}
    followed = MatchingRules.model_validate(kept | asked)
    reports = [told(1, "acide valproïque"), told(2, "topiramate")]
    assert group(reports, followed) == ((1, 2),)


def test_a_matching_file_that_names_an_unknown_field_is_refused_with_its_line(
    mapping: FormMapping,
) -> None:
    text = FILE.read_text("utf-8").replace("field: population\n", "field: pop\n")
    with pytest.raises(DataFileError, match=r"rapprochements\.yaml:\d+ : .*« pop »"):
        parse_matching(text, source=FILE.name, mapping=mapping)


@pytest.mark.slow
def test_clusters_that_are_looked_up_are_those_that_comparing_all_would_give(
    matching: MatchingRules,
) -> None:
    class Everywhere(Clusters):
        def _near(self, one: Signature) -> list[Cluster]:  # noqa: ARG002 (all, whatever it says)
            return [*self.found]

    told = [replace(one, medicines=("x",)) for one in described(reports("réglage"))]
    found, all_compared = Clusters(matching), Everywhere(matching)
    for one in dict.fromkeys(signature(each, matching) for each in told):
        found.add(one)
        all_compared.add(one)
    assert [one.members for one in found.found] == [one.members for one in all_compared.found]
    assert 1 < len(found.found) < len(told)
