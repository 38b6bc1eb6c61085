"""The words of French by which questions are read: a file that staff edit."""

import re
from pathlib import Path

import pytest

from datafiles.file import DataFileError
from mappings.matching import french_words
from mappings.matching.french_words import any_of, any_written, parse_french

TEXT = Path(french_words.__file__).with_name("francais.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("  third:", "  thrid:"), "thrid"),
        (("  third: [ne sait pas, nsp, inconnu]", "  third: []"), "third"),
        (("  multiples: [milliers", "  multiples: [''"), "multiples"),
        (("  that: [que]", "  that: que"), "that"),
    ],
    ids=["a wrong key", "no word", "a blank word", "no list"],
)
def test_a_fault_of_the_file_is_told_with_its_line(change: tuple[str, str], told: str) -> None:
    text = TEXT.replace(*change)
    line = next(at for at, one in enumerate(text.splitlines(), 1) if f"  {told}:" in one)
    with pytest.raises(DataFileError) as error:
        parse_french(text, source="francais.yaml")
    assert any(one.startswith(f"francais.yaml:{line} ") for one in error.value.problems)


def test_a_word_may_end_as_it_likes_or_lack_a_part() -> None:
    found = re.compile(any_of(["Exclu(e)(s)", "négati…", "p.( )ex(.)", "c'est"]))
    for said in ("exclu", "exclues", "negative", "p. ex", "p.ex.", "c'est"):
        assert found.fullmatch(said), said
    assert not found.fullmatch("excluant")
    assert re.fullmatch(any_written(["à l'exclusion"]), "à l’exclusion")
