"""Near labels in many wordings, by kind: what stands near a field's question is never sure of it.

The wordings of ``tests/data/voisines.yaml`` were written before the work on them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

from mappings.matching.match import Matching, match_form
from tests.mappings.matching.test_matching import as_variant
from tests.mappings.matching.variants import Raw, our_wants

KINDS: Final[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parents[2] / "data" / "voisines.yaml").read_text(encoding="utf-8")
)
NATURE: Final[Raw] = {
    "type": "drop_down_list",
    "label": "Nature du signalement",
    "options": ["Initial", "Complément", "Clôture"],
}


def found(*champs: Raw) -> Matching:
    return match_form(our_wants(), as_variant(list(champs)).revision, samples={})


def raw(kind: str, label: str) -> Raw:
    return {"type": kind, "label": label}


def taken(matching: Matching, path: str) -> str:
    one = matching.sure.get(path)
    return one.offered.label if one else ""


def boxes() -> Iterator[tuple[str, str, list[str], str]]:
    for path, head, known in KINDS["boxes"]["known"]:
        for unknown in KINDS["boxes"]["unknown"]:
            yield path, head, [unknown, *known], unknown
            yield path, head, [*known, unknown], unknown


def units() -> list[tuple[str, str]]:
    return [(path, label) for path, labels in KINDS["units"].items() for label in labels]


def counts() -> list[tuple[str, str]]:
    return [(path, label) for path, labels in KINDS["counts"].items() for label in labels]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["integer_number", "text"])
@pytest.mark.parametrize("label", [*KINDS["own"], *KINDS["bare"]])
def test_another_number_is_not_taken_for_the_one_that_is_completed(label: str, kind: str) -> None:
    for completed in KINDS["completed"]:
        for beside in ([], [raw("date", "Date du dossier précédent")]):
            one = found(NATURE, raw(kind, label), *beside, raw(kind, completed))
            assert taken(one, "dossier_precedent") in {completed, ""}


@pytest.mark.parametrize("label", KINDS["own"])
def test_a_number_that_says_whose_it_is_is_not_anothers(label: str) -> None:
    assert not taken(found(NATURE, raw("integer_number", label)), "dossier_precedent")


@pytest.mark.parametrize(("path", "label"), counts())
def test_what_is_counted_is_what_the_field_counts(path: str, label: str) -> None:
    assert not taken(found(raw("integer_number", label)), path)


@pytest.mark.parametrize(("path", "whole", "half"), KINDS["halves"])
def test_a_question_that_the_next_one_narrows_is_not_sure(path: str, whole: str, half: str) -> None:
    assert not taken(found(raw("yes_no", whole), raw("yes_no", half)), path)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "head", "labels", "unknown"), list(boxes()))
def test_a_box_at_the_end_of_a_list_is_never_left_out_unsaid(
    path: str, head: str, labels: list[str], unknown: str
) -> None:
    """In the list that is proposed, or named beside it, alone or after other questions."""
    others = [raw("yes_no", "Une publication décrit-elle cet usage ?")]
    for before in ([], others):
        one = found(*before, *(raw("yes_no", f"{head}{label}") for label in labels))
        first = one.likeliest[path][0]
        assert not first.sure
        if len(first.offered.boxes) > 1:
            assert any(unknown in option for option in first.offered.boxes)
            assert any("sans équivalent" in mark and unknown in mark for mark in first.marks)


@pytest.mark.parametrize(("path", "label"), units())
def test_another_unit_is_said_and_is_never_sure(path: str, label: str) -> None:
    one = found(raw("decimal_number", label))
    assert not taken(one, path)
    if one.likeliest[path]:
        assert any("compte peut-être" in mark for mark in one.likeliest[path][0].marks)
