"""What BDPM says of medicines that weighs: unknown is never « non »."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mappings.medicines.bdpm_files import MITM, SHORTAGES, FileSpec, rows_of
from mappings.medicines.match import Declared, Matcher
from mappings.medicines.priority_facts import WeighingFact, found_by_code, weighed
from mappings.medicines.reference import Reference, build_reference

BDPM = Path(__file__).parents[2] / "data/bdpm"
ANASTROZOLE, TENORMINE, ABECMA = "60002283", "61436304", "65329132"


def reference(*without: FileSpec) -> Reference:
    def rows(spec: FileSpec) -> Iterator[list[str] | None]:
        file = BDPM / spec.name
        if file.exists() and spec not in without:
            yield from rows_of(file.read_bytes(), spec)

    return build_reference(rows, version="v")


WHOLE, LESS = reference(), reference(MITM, SHORTAGES)


@pytest.mark.parametrize(
    ("fact", "cis", "holds", "text"),
    [
        ("rupture", TENORMINE, True, "rupture de stock depuis le 14/04/2026"),
        ("rupture", ANASTROZOLE, False, "non"),
        ("mitm", TENORMINE, True, "TENORMINE"),
        ("mitm", ANASTROZOLE, False, "non"),
        ("triangle_noir", ABECMA, True, "ABECMA"),
        ("triangle_noir", TENORMINE, False, "non"),
    ],
)
def test_each_fact_is_told_with_what_shows_it(
    fact: WeighingFact, cis: str, holds: bool, text: str
) -> None:
    found = weighed(fact, [WHOLE.medicines[cis]])
    assert found.holds is holds
    assert text in found.text


def test_one_medicine_of_several_is_enough_and_one_unfound_forbids_a_no() -> None:
    tenormine, other = WHOLE.medicines[TENORMINE], WHOLE.medicines[ANASTROZOLE]
    assert weighed("mitm", [other, tenormine], unfound=1).holds is True
    assert weighed("mitm", [other], unfound=1).holds is None
    assert weighed("mitm", []).holds is None


@pytest.mark.parametrize("fact", ["rupture", "mitm"])
def test_a_file_that_is_absent_makes_it_unknown(fact: WeighingFact) -> None:
    found = weighed(fact, [LESS.medicines[ANASTROZOLE]])
    assert (found.holds, found.text.split()[0]) == (None, "inconnu")


def test_a_name_alone_proves_nothing() -> None:
    matcher = Matcher(WHOLE)
    by_code = matcher.match(Declared(cis=TENORMINE, name="TENORMINE 5 mg/10 ml"))
    by_name = matcher.match(Declared(name="TENORMINE"))
    assert by_name.medicine is not None
    sure, unfound = found_by_code([by_code, by_name, None])
    assert [one.cis for one in sure] == [TENORMINE]
    assert unfound == 2
