"""Which options of a form may mean one of ours: the likeliest first, and clear only where it is."""

from mappings.matching.lexicon import Wording
from mappings.matching.options import ranked

ABROAD = "Hors du territoire national"
REASONS = ("Défaut d'intention", "But non médical", "Constaté sur le territoire", "Hors territoire")


def test_the_likeliest_option_stands_first_and_the_others_in_the_form_s_order() -> None:
    found, clear = ranked(ABROAD, REASONS, Wording())
    assert (found[0], clear) == ("Hors territoire", True)
    assert found[2:] == ("Défaut d'intention", "But non médical")


def test_none_is_clear_where_none_or_several_say_the_same_at_length() -> None:
    assert ranked(ABROAD, REASONS[:3], Wording())[1] is False
    assert ranked("Suivi", ("Suivi d'un cas", "Suivi clos"), Wording())[1] is False
    assert ranked("Complément", ("Suivi d'un cas", "Autre"), Wording()) == (
        ("Suivi d'un cas", "Autre"),
        False,
    )


def test_what_ours_is_also_called_counts() -> None:
    known = Wording(options={"suivi": "Complément"})
    found = ranked("Complément", ("Autre", "Suivi d'un cas"), known)
    assert found == (("Suivi d'un cas", "Autre"), True)
