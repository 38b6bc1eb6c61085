"""The labelled texts: who is designated is found however it is typed, and nobody else."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.patient_data.corpus import (
    KEPT_ASIDE,
    Form,
    all_forms,
    forms,
    others,
    read,
    shown_of,
    spans_in,
)
from tests.triage.patient_data.grammar import grown
from triage.patient_data.finders import FINDERS
from triage.patient_data.learned.tagger import learned_in
from triage.patient_data.plain import plain

RECALL = 0.97
FORMS = tuple(all_forms())
Retype = Callable[[str], str]


def missed(texts: Sequence[Form]) -> list[str]:
    return [one.text for one in texts if shown_of(one, spans_in(one.text))]


def retyped(form: Form, retype: Retype) -> Form:
    """The form with each of its parts typed in another way."""
    text, hidden, at = "", [], 0
    for start, end in form.hidden:
        text += form.text[at:start]
        part = retype(form.text[start:end])
        hidden.append((len(text), len(text) + len(part)))
        text, at = text + part, end
    return Form(text + form.text[at:], tuple(hidden))


@pytest.mark.parametrize("kind", forms())
def test_what_designates_a_person_is_found(kind: str) -> None:
    texts = forms()[kind]
    assert len(texts) >= 25
    assert len(missed(texts)) <= (1 - RECALL) * len(texts), missed(texts)


@pytest.mark.parametrize("kind", others())
def test_what_designates_nobody_is_left(kind: str) -> None:
    found = {one: spans for one in others()[kind] if (spans := spans_in(one))}
    assert not found


def test_the_corpus_has_more_texts_of_nobody_than_of_people() -> None:
    assert sum(map(len, others().values())) >= 300


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_names_and_numbers_that_no_list_has_are_found_too(seed: int) -> None:
    texts = [one for of_kind in grown(seed).values() for one in of_kind]
    assert len(texts) >= 500
    left = missed(texts)
    assert len(left) <= (1 - RECALL) * len(texts), left


@pytest.mark.slow
@pytest.mark.parametrize("name", [f"serie-{letter}" for letter in "abcdefghijklm"])
def test_of_a_series_nothing_of_nobody_is_taken_and_nearly_all_of_people_is(name: str) -> None:
    texts = [one for of_kind in forms(name).values() for one in of_kind]
    assert len(missed(texts)) <= (1 - RECALL) * len(texts), missed(texts)
    plain = [one for of_kind in read(f"{name}-autres").values() for one in of_kind]
    taken = {one: spans for one in plain if (spans := spans_in(one))}
    assert len(plain) >= 60
    assert not taken


# What is masked wrongly in texts written to look like those of people, as the register says.
WRONGLY = {"n": 6, "o": 2, "p": 6, "q": 4, "r": 2, "s": 4}


@pytest.mark.slow
@pytest.mark.parametrize("letter", WRONGLY)
def test_of_the_oddest_series_nearly_all_is_found(letter: str) -> None:
    texts = [one for of_kind in forms(f"serie-{letter}").values() for one in of_kind]
    assert len(missed(texts)) <= (1 - RECALL) * len(texts), missed(texts)
    plain = [one for of_kind in read(f"serie-{letter}-autres").values() for one in of_kind]
    assert sum(bool(spans_in(one)) for one in plain) <= WRONGLY[letter]


@pytest.mark.slow
def test_nearly_all_is_found_in_texts_that_no_rule_nor_model_was_made_with() -> None:
    texts = [one for name in KEPT_ASIDE for kind in forms(name).values() for one in kind]
    assert len(texts) == 240
    assert len(missed(texts)) <= (1 - RECALL) * len(texts), missed(texts)
    plain = [
        one for name in KEPT_ASIDE for texts in read(f"{name}-autres").values() for one in texts
    ]
    assert len(plain) == 120
    assert sum(bool(spans_in(one)) for one in plain) <= 8


def test_what_was_learned_only_adds_to_what_rules_find() -> None:
    for form in (one for of_kind in forms("serie-v").values() for one in of_kind[:2]):
        by_rules = {span for find in FINDERS.values() for span in find(form.text)}
        assert by_rules <= set(spans_in(form.text))


def test_texts_searched_at_the_same_time_are_not_mixed_up() -> None:
    texts = [one.text for of_kind in forms("serie-c").values() for one in of_kind]
    alone = [[*learned_in(one, ())] for one in texts]
    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(lambda one: [*learned_in(one, ())], texts)] == alone
    assert sum(map(bool, alone)) > len(alone) / 2


@pytest.mark.parametrize("text", ["60234567", "12/03/1956", "34009 300 123 4 5", "", "…", "75 %"])
def test_figures_alone_are_left_to_the_rules(text: str) -> None:
    assert not [*learned_in(text, ())]


@pytest.mark.parametrize("name", ["hors-corpus", "inedites", "inedites-2", "inedites-3"])
def test_forms_that_were_written_without_looking_at_the_rules_are_found(name: str) -> None:
    texts = [one for of_kind in forms(name).values() for one in of_kind]
    assert len(missed(texts)) <= 3, missed(texts)


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
RETYPED: dict[str, Retype] = {
    "espaces fines": lambda text: text.replace(" ", "\u2009"),
    "espaces insécables": lambda text: text.replace(" ", "\u00a0"),
    "espaces doubles": lambda text: text.replace(" ", "  "),
    "tabulations": lambda text: text.replace(" ", "\t"),
    "tirets longs": lambda text: text.replace("-", "\u2013"),
    "signe moins": lambda text: text.replace("-", "\u2212"),
    "chiffres pleine chasse": lambda text: text.translate(WIDE),
    "accents décomposés": lambda text: unicodedata.normalize("NFD", text),
    "espaces sans largeur": "\u200b".join,
    "césures invisibles": lambda text: re.sub(r"(?<=\w)(?=\w)", "\u00ad", text),
    "apostrophes courbes": lambda text: text.replace("'", "\u2019"),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", RETYPED)
def test_it_is_found_however_it_is_typed(how: str) -> None:
    changed = [retyped(one, RETYPED[how]) for one in FORMS]
    left = missed(changed)
    assert len(left) <= (1 - RECALL) * len(changed), left


def test_letters_for_digits_hide_no_number() -> None:
    kinds = forms()
    numbers = [*kinds["nir"], *kinds["telephone"], *kinds["hopital"]]
    changed = [
        retyped(one, lambda text: re.sub(r"(?<=\d)[01]|[01](?=\d)", _swapped, text))
        for one in numbers
    ]
    left = missed(changed)
    assert len(left) <= (1 - RECALL) * len(changed), left


def _swapped(match: re.Match[str]) -> str:
    return {"0": "O", "1": "l"}[match.group()]


@given(st.text(max_size=60))
def test_each_character_knows_where_it_was_typed(typed: str) -> None:
    shown = plain(typed)
    places = list(shown.typed((at, at + 1) for at in range(len(shown.text))))
    assert len(shown.digits) == len(shown.text)
    assert places == sorted(places)
    assert all(0 <= start < end <= len(typed) for start, end in places)


@given(st.text(max_size=80))
def test_any_text_is_searched(typed: str) -> None:
    for find in FINDERS.values():
        assert all(0 <= start < end <= len(typed) for start, end in find(typed))


@pytest.mark.parametrize(
    "thing",
    [
        *("CIS 60234100", "CIP 3400930012345", "UCD 9400123", "code ATC N05BA12", "grade 3 CTCAE"),
        *("lot A1234 exp 03/2027", "dossier DS n° 24000142", "AMM du 12/03/1998", "IMC 24"),
        *("Lyrica 75 mg matin et soir", "RCP de juin 2019", "suivi depuis mars 2024"),
    ],
)
@pytest.mark.parametrize("person", ["Mme Martin, 67 ans, ", "Patient J.D., 54 ans : "])
def test_what_is_a_product_s_stays_beside_a_person_too(person: str, thing: str) -> None:
    spans = spans_in(person + thing)
    assert spans
    assert max(end for _, end in spans) <= len(person)
