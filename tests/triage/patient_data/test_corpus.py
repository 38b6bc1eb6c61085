"""The labelled texts: who is designated is found however it is typed, and nobody else."""

import re
import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.patient_data.corpus import (
    Form,
    all_forms,
    forms,
    found_in,
    others,
    read,
    shown_of,
)
from tests.triage.patient_data.grammar import grown
from triage.patient_data.finders import FINDERS
from triage.patient_data.plain import plain

RECALL = 0.97
FORMS = tuple(all_forms())
Retype = Callable[[str], str]


def missed(texts: Sequence[Form]) -> list[str]:
    return [one.text for one in texts if shown_of(one, found_in(one.text, FINDERS.values()))]


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
    found = {one: spans for one in others()[kind] if (spans := found_in(one, FINDERS.values()))}
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
    taken = {one: spans for one in plain if (spans := found_in(one, FINDERS.values()))}
    assert len(plain) >= 60
    assert not taken


@pytest.mark.slow
def test_the_last_series_is_found_as_well_as_the_register_says() -> None:
    texts = [one for of_kind in forms("serie-n").values() for one in of_kind]
    assert len(missed(texts)) <= 11, missed(texts)
    plain = [one for of_kind in read("serie-n-autres").values() for one in of_kind]
    assert sum(bool(found_in(one, FINDERS.values())) for one in plain) <= 6


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
