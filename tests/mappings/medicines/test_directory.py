"""Medicines looked up as people type them: codes in any shape, names begun or misspelt."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.medicines.bdpm_files import MITM, PRESENTATIONS, SHORTAGES, FileSpec, rows_of
from mappings.medicines.directory import MOST_RESULTS, Directory, code_typed
from mappings.medicines.reference import build_reference

BDPM = Path(__file__).parents[2] / "data/bdpm"
ANASTROZOLE = "ANASTROZOLE ACCORD 1 mg, comprimé pelliculé"


def directory(*, without: tuple[FileSpec, ...] = ()) -> Directory:
    def rows(spec: FileSpec) -> Iterator[list[str] | None]:
        file = BDPM / spec.name
        if file.exists() and spec not in without:
            yield from rows_of(file.read_bytes(), spec)

    return Directory(build_reference(rows, version="v"), filter(None, rows(PRESENTATIONS)))


FOUND = directory()


@pytest.mark.parametrize(
    "typed",
    [
        "60002283", " 60002283 ", "6000 2283", "60.00.22.83", "6000-2283", "CIS 60002283",
        "cis60002283", "Code CIS : 60002283", "code CIS n° 6000 2283", "６０００２２８３",
        "CIS\u00a060002283", f"{ANASTROZOLE} · CIS 60002283",
    ],
)  # fmt: skip
def test_a_cis_is_found_however_it_is_typed(typed: str) -> None:
    found = FOUND.speciality(typed)
    assert found is not None
    assert (found["cis"], found["denomination"]) == ("60002283", ANASTROZOLE)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "6000228",
        "600022830",
        "60002284",
        "3400949497294",
        "6000228A",
        "CIS",
        "sixante",
        "٦" * 8,
    ],
)
def test_what_is_no_known_cis_finds_nothing(typed: str) -> None:
    assert FOUND.speciality(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["3400949497294", "34009 494 972 9 4", "CIP13 3400949497294", "cip 13 : 3400949497294",
     "4949729", "CIP7 494 972 9", "CIP 4949729"],
)  # fmt: skip
def test_a_presentation_is_found_by_either_of_its_codes(typed: str) -> None:
    found = FOUND.presentation(typed)
    assert found is not None
    assert (found["cis"], found["cip13"]) == ("60002283", "3400949497294")
    assert found["presentation"] == "plaquette(s) PVC PVDC aluminium de 30 comprimé(s)"


def test_an_answer_is_made_of_flat_values_of_the_types_that_ds_keeps() -> None:
    for code in ("60002283", "62202005", "61436304"):
        found = FOUND.speciality(code)
        assert found is not None
        assert all(key.isascii() and key.islower() and "." not in key for key in found)
        for value in found.values():
            assert isinstance(value, str | bool) or (
                isinstance(value, list) and all(isinstance(one, str) for one in value)
            )
        assert isinstance(found["cis"], str)
        assert found["base_du"] == "2026-05-18"


def test_a_speciality_says_what_the_form_asks() -> None:
    found = FOUND.speciality("61436304")
    assert found is not None
    told = ("dci_texte", "statut_reglementaire", "mitm", "atc", "disponibilite", "date_amm")
    assert [found[one] for one in told] == [
        "ATÉNOLOL", "AMM", True, "C07AB03", "Rupture de stock", found["date_amm"],
    ]  # fmt: skip
    assert found["libelle"] == f"{found['denomination']} · CIS 61436304"


def test_what_a_file_that_is_absent_would_say_is_unknown_and_never_no() -> None:
    found = directory(without=(MITM, SHORTAGES)).speciality("60002283")
    assert found is not None
    assert (found["mitm"], found["disponibilite"], found["base_du"]) == (None, "inconnu", "")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("anastro", "60002283"), ("ANASTROZOLE accord", "60002283"), ("anastrozol", "60002283"),
        ("anastrazole", "60002283"), ("accord anastrozole 1", "60002283"),
        ("atenolol", "61436304"), ("aténolol", "61436304"), ("TÉNORMINE", "61436304"),
        ("60002283", "60002283"), ("3400949497294", "60002283"), ("4949729", "60002283"),
        ("un-alfa", "65401076"), ("imogam rage", "66661251"),
    ],
)  # fmt: skip
def test_suggestions_are_found_by_a_name_a_substance_or_a_code(typed: str, first: str) -> None:
    assert FOUND.search(typed)[0]["cis"] == first


def test_every_word_that_is_typed_counts_and_none_is_no_error() -> None:
    assert FOUND.search("anastrozole gelule") == []
    assert FOUND.search("") == FOUND.search("!?") == FOUND.search("99999999") == []
    assert [one["cis"] for one in FOUND.search("accord")] == ["60002283", "65355771"]
    assert len({one["libelle"] for one in FOUND.search("a")}) == len(FOUND.search("a"))


def test_a_substance_is_found_whatever_its_accents() -> None:
    found = FOUND.substance("atenolol")
    assert found is not None
    assert (found["dci"], found["specialites"], found["atc"]) == ("ATÉNOLOL", 1, ["C07AB03"])
    assert FOUND.substance("atén") is None
    assert [one["dci"] for one in FOUND.search_substances("atén")] == ["ATÉNOLOL"]


@given(st.text(max_size=400))
def test_nothing_that_is_typed_breaks_it(typed: str) -> None:
    code = code_typed(typed)
    assert code == "" or (code.isascii() and code.isdigit())
    for found in (FOUND.speciality(typed), FOUND.presentation(typed), FOUND.substance(typed)):
        assert found is None or found["libelle"]
    assert len(FOUND.search(typed)) <= MOST_RESULTS
    assert len(FOUND.search_substances(typed)) <= MOST_RESULTS
