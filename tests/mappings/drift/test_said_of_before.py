"""What a person says of the words that a question had: of these, all shown, and of no others."""

from dataclasses import replace
from datetime import date

from mappings.adoption.earlier import key_of, settled, with_said
from mappings.drift.model import Kind
from mappings.drift.reviewed import SaidOfBefore, dump_reviewed, parse_reviewed
from mappings.drift.reviewing import other_sense, review
from tests.mappings.drift.test_compare import champ, form
from tests.mappings.drift.test_reviewed_last import ABROAD, MAPPING, asked, said_same, told

SOIL, TURNED = "L'usage est-il observé sur le sol français ?", "Non : en France."


def test_each_wording_has_its_line_and_what_is_said_of_one_is_said_of_no_other() -> None:
    now = form([asked()], [asked(ABROAD)], [asked(SOIL)], [asked()])
    reviewed = review(now.revisions[:1], mapping=MAPPING)
    abroad, soil = told(now, reviewed)
    assert [one.before for one in (abroad, soil)] == [ABROAD, SOIL]
    assert key_of(abroad) != key_of(soil)
    said = SaidOfBefore("a", abroad.before, False, "r", "A. Martin", date(2026, 11, 30))
    both = said_same(with_said(reviewed, abroad, said), [soil])
    (left,) = settled(told(now, both), both)
    assert (left.before, "ne sont pas lues" in left.remedy) == (ABROAD, True)


def test_all_that_differs_is_shown_and_parts_said_apart_are_not_said_together() -> None:
    mixed = asked(SOIL, description=TURNED)
    now = form([asked()], [mixed], [asked()])
    reviewed = review(now.revisions[:1], mapping=MAPPING)
    (one,) = told(now, reviewed)
    assert SOIL in one.before
    assert TURNED in one.before
    apart = form([asked()], [asked(SOIL)], [asked(description=TURNED)], [mixed], [asked()])
    *parts, whole = told(apart, reviewed)
    assert told(apart, said_same(reviewed, parts)) == [whole]


def test_options_that_rules_do_not_know_stay_unsaid_until_the_mapping_says_what_they_mean() -> None:
    listed = champ(3, "C", "multiple_drop_down_list", options=["Secret", "Ventes"])
    then = replace(listed, options=("Confidentiel", "Ventes"))
    now = form([listed], [then], [listed])
    reviewed = review(now.revisions[:1], mapping=MAPPING)
    (one,) = told(now, reviewed)
    assert (one.kind, one.unsaid) == (Kind.EARLIER, ("Confidentiel",))
    assert told(now, said_same(reviewed, [one])), "« the same » says not what an option means"


def test_words_adopted_in_one_sense_are_known_so_once_the_question_is_read_in_the_other() -> None:
    straight = MAPPING
    turned = replace(
        straight, fields={**straight.fields, "a": replace(straight.fields["a"], inverted=True)}
    )
    first = form([asked(ABROAD)])
    reviewed = review(first.revisions, mapping=turned)
    then = form([asked(ABROAD)], [asked()])
    reviewed = review(then.revisions, mapping=straight, earlier=reviewed)
    kept = parse_reviewed(dump_reviewed(reviewed), source="r")
    assert kept.champs == reviewed.champs
    (one,) = told(then, kept)
    assert (one.other_sense, " --other " in one.remedy) == (True, True)
    third = form([asked(ABROAD)], [asked()], [asked(SOIL)], [asked()])
    assert [one.other_sense for one in told(third, kept)] == [True, False], "nobody adopted these"
    back = review(form([asked()], [asked(ABROAD)]).revisions, mapping=turned, earlier=kept)
    (one,) = told(form([asked()], [asked(ABROAD)]), back, mapping=turned)
    assert one.other_sense, "the other way round too"


def test_words_said_to_ask_the_same_were_read_in_the_sense_of_then() -> None:
    turned = replace(
        MAPPING, fields={**MAPPING.fields, "a": replace(MAPPING.fields["a"], inverted=True)}
    )
    now = form([asked(ABROAD)], [asked()])
    reviewed = review(now.revisions[1:], mapping=MAPPING)
    reviewed = said_same(reviewed, told(now, reviewed))
    assert told(now, reviewed) == []
    reviewed = review(now.revisions, mapping=turned, earlier=reviewed)
    (one,) = told(now, reviewed, mapping=turned)
    assert one.other_sense


def test_an_option_more_or_another_field_beside_turns_no_sense() -> None:
    (known,) = review(form([asked()]).revisions, mapping=MAPPING).champs.values()
    for then, now, other in (
        ("a", "a, contraire", True),
        ("a", "a ; b", False),
        ("b, contraire ; a", "a", False),
        ("a, non=False, oui=True", "a, non=True, oui=False", True),
        ("a, non=False, oui=True", "a, ne sait pas=None, non=False, oui=True", False),
        ("a, oui, ici=True", "a, oui, ici=False", True),
        ("b", "a, contraire", False),
    ):
        one = replace(known, read=now, formerly={then: ("words",)})
        assert other_sense(one, "a", {"words", "others"}) is other, (then, now)
        assert not other_sense(one, "a", {"others"})
