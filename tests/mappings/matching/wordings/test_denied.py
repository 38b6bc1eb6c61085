"""A no that bounds what a yes or no asks turns nothing; one that turns it is told.

« Effets non attendus : y en a-t-il ? » asks for effects, « Aucun effet constaté ? » for none.
"""

from collections.abc import Iterator

import pytest
from ruamel.yaml import YAML

from bench.matching.wordings import understood
from mappings.matching.match import Match, match_form
from mappings.matching.wordings.denied import without_bounds
from tests.mappings.matching.test_matching import as_variant
from tests.mappings.matching.variants import ROOT, our_wants

SENSES = ROOT / "tests" / "data" / "sens" / "bornes.yaml"


def told(way: str) -> Iterator[tuple[str, str]]:
    for path, ways in YAML(typ="safe").load(SENSES.read_text("utf-8")).items():
        yield from ((path, label) for label in ways[way])


def found(path: str, label: str) -> Match | None:
    return understood(path, label).get(path)


@pytest.mark.slow
def test_a_question_that_is_turned_is_never_proposed_as_if_it_were_not() -> None:
    matches = {label: found(path, label) for path, label in told("turned")}
    silent = [label for label, one in matches.items() if one and not (one.inverted or one.contrary)]
    assert silent == []
    assert [label for label, one in matches.items() if one and one.sure] == []


KEPT = {
    "Prescription volontaire d'un médicament non indiqué",
    "Des mesures non prévues au PGR ont-elles été prises ?",
}
"""Said to ask the contrary still: one has no verb, the other denies the field's very word."""


@pytest.mark.slow
def test_a_no_that_bounds_what_is_asked_is_no_contrary() -> None:
    matches = {label: found(path, label) for path, label in told("straight")}
    assert {label for label, one in matches.items() if one and one.inverted} == KEPT


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("Effets n'atteignant pas le seuil : y en a-t-il ?", "effets n'atteignant le seuil"),
        ("Une dose non prévue a-t-elle été donnée ?", "une dose prevue a-t-elle"),
        ("Ce risque, non listé, est-il couvert ?", "ce risque, liste, est-il"),
        ("Un soin qui n'est pas remboursé : y en a-t-il ?", "qui n'est rembourse"),
        ("Effets (même non graves) rapportés", "(meme graves)"),
        ("Effets, non documentés compris", "effets, documentes compris"),
    ],
)
def test_a_no_of_a_word_that_bounds_is_put_apart(label: str, plain: str) -> None:
    text = without_bounds(label, lambda _: False)
    assert plain in " ".join(text.replace("  ", " ").replace(", ", ",").replace(",", ", ").split())


@pytest.mark.parametrize(
    "label",
    [
        "L'usage est-il non intentionnel ?",
        "Aucun effet n'a-t-il été constaté ?",
        "L'usage est-il resté sans suite ?",
        "Risque non couvert",
        "Le PGR ne prévoit-il rien ?",
    ],
)
def test_a_no_that_is_said_of_what_is_asked_stays(label: str) -> None:
    assert any(
        no in without_bounds(label, lambda _: False) for no in ("non", "aucun", "sans", "rien")
    )


def test_a_no_of_the_field_s_own_word_stays() -> None:
    label = "Des patients n'ayant pas d'alternative sont-ils concernés ?"
    assert "pas" in without_bounds(label, lambda text: "alternative" in text)


SINCE_WHEN = [
    "Depuis quand cet usage existe-t-il ?",
    "Depuis quand le fait-on ?",
    "Date de début de l'usage",
]


@pytest.mark.parametrize("label", SINCE_WHEN)
def test_since_when_the_usage_exists_is_not_the_day_on_which_it_was_learned(label: str) -> None:
    asked = [{"label": one, "type": "date"} for one in (label, "Depuis quand le savez-vous ?")]
    matching = match_form(our_wants(), as_variant(asked).revision, samples={})
    match = matching.matches["date_connaissance"]
    assert (match.offered.label, match.opposed) == ("Depuis quand le savez-vous ?", False)
    others = [one for one in matching.likeliest["date_connaissance"] if one.offered.label == label]
    assert all("parle peut-être d'autre chose" in one.marks for one in others)


def test_when_one_learned_that_it_exists_is_the_day_on_which_it_was_learned() -> None:
    label = "Quand avez-vous découvert que cet usage existait ?"
    match = found("date_connaissance", label)
    assert match is not None
    assert not match.opposed
