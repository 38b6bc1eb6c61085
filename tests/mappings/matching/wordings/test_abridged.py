"""Rows that a form asks flat, and words that it cuts short: found, and never sure by a guess."""

import random

import pytest

from mappings.matching.match import match_form
from mappings.matching.wordings.abridged import shortens
from tests.mappings.matching.examples import unseen
from tests.mappings.matching.perturbed import champs_of, form, paths_of, wrong_sure
from tests.mappings.matching.test_matching import as_variant
from tests.mappings.matching.variants import our_wants
from tests.mappings.matching.wordings.abridged import STYLES, flat, flattened_in

MEDICINES, MEASURES = "specialites", "mesures"
ASKED_FLAT = {
    "row after row": (
        MEDICINES,
        {
            "denomination": ["Spé 1", "Spé 2"],
            "cis": ["CIS 1", "CIS 2"],
            "substance": ["DCI 1", "DCI 2"],
            "forme_dosage": ["Forme / dos. 1 (gélule, comprimé…)", "Forme / dos. 2"],
        },
    ),
    "column after column": (
        MEDICINES,
        {
            "denomination": ["Spécialité (1re)", "Spécialité (2e)", "Spécialité (3e)"],
            "cis": ["Code CIS (8 chiffres) n°1", "Code CIS n°2", "Code CIS n°3"],
            "forme_dosage": ["Dosage n°1", "Dosage n°2"],
            "substance": ["Princ. actif n°1", "Princ. actif n°2"],
        },
    ),
    "the first without a number": (
        MEDICINES,
        {
            "denomination": ["Spécialité", "Spécialité (2e)"],
            "cis": ["Code CIS", "Code CIS (2e)"],
            "substance": ["DCI", "DCI (2e)"],
        },
    ),
    "the number at a letter": (
        MEDICINES,
        {
            "denomination": ["P1 dénom. com.", "P2 dénom. com."],
            "cis": ["P1 code CIS", "P2 code CIS"],
            "substance": ["P1 subst. act.", "P2 subst. act."],
        },
    ),
    "the first at more length": (
        MEDICINES,
        {
            "denomination": ["Nom (produit n° 1), tel qu'il figure à l'AMM", "Nom (produit n° 2)"],
            "cis": ["Code CIS de la base publique (produit n° 1)", "Code CIS (produit n° 2)"],
            "substance": ["DCI (produit n° 1)", "DCI (produit n° 2)"],
        },
    ),
    "what is asked of the first alone": (
        MEDICINES,
        {
            "denomination": ["Méd. 1 - nom", "Méd. 2 - nom"],
            "cis": ["Méd. 1 - CIS", "Méd. 2 - CIS"],
            "forme_dosage": ["Méd. 1 - forme et dos."],
            "substance": ["Méd. 1 - DCI", "Méd. 2 - DCI"],
        },
    ),
    "by letters": (
        MEASURES,
        {
            "type_mesure": ["Action A : nature (lettre, étude…)", "Action B : nature"],
            "date_mesure": ["Action A : éch.", "Action B : éch."],
            "cible": ["Action A : pop. cible", "Action B : pop. cible"],
        },
    ),
}
"""Rows that are asked flat, each column by its labels, in the order of the columns."""
_IN_ROWS = {"row after row", "the number at a letter", "what is asked of the first alone"}


@pytest.mark.parametrize("way", ASKED_FLAT)
def test_rows_that_are_asked_flat_are_found_in_words_cut_short(way: str) -> None:
    rows, columns = ASKED_FLAT[way]
    asked = [(label, at, path) for path, told in columns.items() for at, label in enumerate(told)]
    if way in _IN_ROWS:
        asked.sort(key=lambda one: one[1])
    heading = {"label": "Partie", "type": "header_section", "level": 1}
    variant = as_variant([heading, *({"label": one, "type": "text"} for one, _, _ in asked)])
    matching = match_form(our_wants(), variant.revision, samples={})
    labels = {str(one["id"]): one["label"] for one in variant.form["revisions"][-1]["champs"]}
    found = {
        path: sorted(labels[champ] for champ in champs_of(f"{rows}.{path}", matching))
        for path in columns
        if f"{rows}.{path}" in matching.matches
    }
    assert found == {path: sorted(told) for path, told in columns.items()}


@pytest.mark.parametrize(
    ("short", "word"),
    [("subst", "substanc"), ("med", "medicament"), ("avancemt", "avancement")],
)
def test_a_word_is_cut_short_by_its_end_or_within(short: str, word: str) -> None:
    assert shortens(short, word)


@pytest.mark.parametrize(
    ("short", "word"), [("mesur", "mesur"), ("dosag", "dos"), ("cas", "contexte"), ("dci", "decis")]
)
def test_a_word_that_another_does_not_begin_with_is_none_of_it(short: str, word: str) -> None:
    assert not shortens(short, word)


def test_what_a_word_cut_short_may_be_is_never_sure() -> None:
    """« Rég. » may be a region or a regime: a person looks."""
    labels = ("Subst. act.", "Pat. estim.", "Mal. rare ?", "Eff. indés. rapp. ?", "Rapp. d'anal.")
    for label in labels:
        kind = "yes_no" if label.endswith("?") else "text"
        variant = as_variant([{"label": label, "type": kind}])
        assert match_form(our_wants(), variant.revision, samples={}).sure == {}


def test_a_yes_or_no_that_cuts_a_word_which_may_deny_is_in_doubt() -> None:
    for label, doubted in (("Alternative inexist. ?", True), ("Alternative autor. ?", False)):
        variant = as_variant([{"label": label, "type": "yes_no"}])
        match = match_form(our_wants(), variant.revision, samples={}).matches["alternatives"]
        assert (match.inverted or match.contrary) is doubted


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["europeen.yaml"])
def test_rows_of_another_hand_asked_flat_are_found_and_nothing_wrong_is_sure(
    name: str, style: str
) -> None:
    variant = flat(form(name), random.Random(f"{name}{style}"), style=style)
    asked, wants = flattened_in(variant), unseen(name)
    matching = match_form(wants, variant.revision, samples={})
    found = paths_of(matching).intersection(asked)
    right = [path for path in found if champs_of(path, matching) == variant.truth[path]]
    assert wrong_sure(variant, wants) == {}
    assert len(right) >= 0.6 * len(asked)
