"""BDPM as it is published: uneven files, joined by code, or by name with the doubt shown."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mappings.medicines.bdpm_files import FILES, SPECIALITIES, FileSpec, each_row
from mappings.medicines.bdpm_lines import encoding_of
from mappings.medicines.columns import FACTS, NO_REFERENCE
from mappings.medicines.facts import facts_of
from mappings.medicines.match import Declared, Matcher
from mappings.medicines.reference import Reference, build_reference

DATA = Path(__file__).parents[2] / "data"
SAMPLE = DATA / "bdpm"
REAL = DATA / "bdpm_reel"
"""Lines of the real files, of every shape that occurs in them."""


def rows_of(content: bytes, spec: FileSpec) -> list[list[str]]:
    return [row for _, row in each_row(content, spec) if isinstance(row, list)]


def refused(content: bytes, spec: FileSpec) -> list[int]:
    return [number for number, row in each_row(content, spec) if isinstance(row, str)]


def speciality(cis: str, *, name: str = "a") -> str:
    cells = [cis, name, "comprimé", "orale", "Autorisation active", "Procédure nationale",
             "Commercialisée", "01/02/2003", "", "", "EXEMPLE", "Non"]  # fmt: skip
    return "\t".join(cells)


def read(folder: Path) -> Reference:
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    return build_reference(lambda one: rows_of(there.get(one.name, b""), one), version="essai")


@pytest.fixture(scope="module")
def sample() -> Reference:
    return read(SAMPLE)


@pytest.fixture
def matcher(sample: Reference) -> Matcher:
    return Matcher(sample)


def test_the_sample_keeps_the_real_unevenness() -> None:
    conditions = (SAMPLE / "CIS_CPD_bdpm.txt").read_bytes()
    assert b"\n\r\r\n" in conditions, "a blank line inside"
    assert not (SAMPLE / "CIS_MITM.txt").read_bytes().endswith(b"\n"), "no final newline"
    encodings = {encoding_of((SAMPLE / one.name).read_bytes()) for one in FILES}
    assert encodings == {"utf-8", "cp1252"}


@pytest.mark.parametrize("spec", FILES, ids=lambda spec: spec.name)
@pytest.mark.parametrize("folder", [SAMPLE, REAL], ids=["sample", "real"])
def test_every_line_that_is_not_blank_is_read(folder: Path, spec: FileSpec) -> None:
    path = folder / spec.name
    counted = subprocess.run(  # noqa: S603 (a fixed command)
        ["/usr/bin/grep", "-a", "-c", "[^[:space:]]", str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    content = path.read_bytes()
    assert len(rows_of(content, spec)) == int(counted.stdout)
    assert refused(content, spec) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encoding_and_line_ends_do_not_change_what_is_read(end: str, encoding: str) -> None:
    lines = [
        speciality("60000001", name="PRÉPARÉ\u0152, comprimé"),
        " ",
        "",
        speciality("60000002", name="b"),
    ]
    rows = rows_of(end.join(lines).encode(encoding), SPECIALITIES)
    assert [row[:2] for row in rows] == [
        ["60000001", "PRÉPARÉŒ, comprimé"],
        ["60000002", "b"],
    ]
    assert all(len(row) == SPECIALITIES.columns for row in rows)


def test_a_line_that_means_nothing_is_told_by_its_number() -> None:
    lines = ["CIS\tname", speciality("60000001"), speciality("1234")]
    content = "\n".join(lines).encode()
    assert refused(content, SPECIALITIES) == [1, 3]
    assert len(rows_of(content, SPECIALITIES)) == 1


def test_a_speciality_has_all_that_the_files_say_of_it(sample: Reference) -> None:
    medicine = sample.medicines["60003620"]
    assert medicine.holders == ("CHIESI",)
    assert medicine.substances == ("DIPROPIONATE DE BÉCLOMÉTASONE",)
    assert medicine.atc == ("R03BA01",)
    assert medicine.major
    assert medicine.conditions == ("liste I",)
    assert medicine.authorised_on is not None
    assert medicine.authorised_on.isoformat() == "2006-01-06"
    assert any(one.withdrawn for one in sample.medicines.values())
    assert any(one.reinforced for one in sample.medicines.values())
    ongoing = {line.code for one in sample.medicines.values() for line in one.shortages}
    every = {line.code for one in sample.medicines.values() for line in one.availability}
    assert (ongoing, every) == ({"1", "2"}, {"1", "2", "3", "4"})


def test_codes_join_surely(matcher: Matcher) -> None:
    by_cis = matcher.match(Declared(cis="6000 2283", name="Anastrozole Accord 1 mg"))
    assert (by_cis.by, by_cis.sure) == ("cis", True)
    for cip in ("4949729", "3400949497294", "34009 494 972 9 4"):
        found = matcher.match(Declared(cip=cip))
        assert (found.by, found.sure) == ("cip", True)
        assert found.medicine == by_cis.medicine


def test_a_name_joins_with_a_score_and_is_never_sure(matcher: Matcher) -> None:
    found = matcher.match(Declared(name="zyvoxid 2 mg/ml", substance="linézolide"))
    assert found.medicine is not None
    assert found.medicine.cis == "63283095"
    assert found.by == "nom"
    assert not found.sure
    assert found.score is not None
    assert "à vérifier" in found.remarks[0]
    assert f"ressemblance {found.score:.0f}\u00a0%" in facts_of(found)["bdpm_rapprochement"]


@pytest.mark.parametrize("name", ["mg", "a", "comprimé", "solution injectable", "1000 mg", "?"])
def test_a_name_that_names_nothing_is_not_looked_for(matcher: Matcher, name: str) -> None:
    found = matcher.match(Declared(name=name))
    assert (found.medicine, found.by) == (None, None)
    assert found.remarks == ("nom trop court ou trop général pour être cherché dans la BDPM",)


@pytest.mark.parametrize(
    "name", ["Zyvoxid", "zyvoxid 2mg/ml", "Zyvoxyd 2 mg/mL", "ZYVOXID 2 mg/ml solution"]
)
def test_only_the_whole_name_is_shown_as_alike(matcher: Matcher, name: str) -> None:
    part, whole = Declared(name=name), Declared(name="Zyvoxid 2 mg/ml, solution pour perfusion")
    found, best = matcher.match(part), matcher.match(whole)
    assert found.medicine == best.medicine
    assert found.medicine is not None
    assert found.medicine.cis == "63283095"
    assert found.score is not None
    assert found.score < 95
    assert best.score == 100


def test_a_shared_dosage_and_form_make_no_name(matcher: Matcher, sample: Reference) -> None:
    for medicine in sample.medicines.values():
        tail = medicine.name[medicine.name.find(" ") :]
        made_up = matcher.match(Declared(name=f"Introuvable {tail}"))
        assert made_up.medicine is None or made_up.medicine.name.split()[0] in tail.split()


def test_every_name_that_is_as_alike_is_counted(sample: Reference) -> None:
    one = sample.medicines["60002283"]
    many = {str(cis): replace(one, cis=str(cis)) for cis in range(60000000, 60000025)}
    found = Matcher(Reference("essai", many, {})).match(Declared(name="anastrozole"))
    assert "25 spécialités se ressemblent autant" in found.remarks[0]


@pytest.mark.parametrize(
    ("substance", "told"),
    [
        ("béclométasone", r"substance déclarée : (une|\d+) spécialité.* nom ou un code"),
        ("introuvabline", "substance déclarée inconnue de la BDPM"),
    ],
)
def test_a_substance_alone_is_told_of_and_names_nothing(
    matcher: Matcher, substance: str, told: str
) -> None:
    found = matcher.match(Declared(substance=substance))
    assert (found.medicine, found.sure) == (None, False)
    assert re.match(told, found.remarks[0])


@pytest.mark.parametrize(
    ("declared", "remark"),
    [
        (Declared(cis="12345678", cip="3400949497294"), "code CIS inconnu"),
        (Declared(cis="60002283", cip="3400900000000"), "code CIP inconnu"),
        (Declared(cis="60003620", cip="3400949497294"), "le code CIP est celui de « ANASTROZOLE"),
        (Declared(cis="60002283", name="Doliprane"), "ne ressemble pas"),
        (Declared(cis="12345678", name="Introuvable"), "aucune spécialité de ce nom"),
    ],
)
def test_what_disagrees_is_told_and_not_trusted(
    matcher: Matcher, declared: Declared, remark: str
) -> None:
    found = matcher.match(declared)
    assert not found.sure
    assert any(remark in one for one in found.remarks), found.remarks


def test_without_a_reference_every_column_is_empty_and_said_to_be() -> None:
    shown = facts_of(None)
    assert shown.pop("bdpm_rapprochement") == NO_REFERENCE
    assert shown == dict.fromkeys((fact.name for fact in FACTS), "")


def test_a_fraction_stands_for_the_salt_that_it_acts_in(sample: Reference) -> None:
    medicine = sample.medicines["62202005"]
    assert medicine.substances == ("LAMIVUDINE", "SULFATE D'ABACAVIR")
    assert medicine.fractions == ("LAMIVUDINE", "ABACAVIR")
    assert sample.medicines["60003620"].fractions == ("DIPROPIONATE DE BÉCLOMÉTASONE",)


@pytest.mark.parametrize(
    ("substance", "agrees"),
    [
        ("abacavir", True),
        ("Sulfate d'abacavir", True),
        ("abacavire", True),
        ("", True),
        ("olanzapine", False),
        ("sulfate de morphine", False),
        ("abacavir / olanzapine", False),
    ],
)
def test_a_code_of_another_substance_is_told(
    matcher: Matcher, sample: Reference, substance: str, agrees: bool
) -> None:
    name = sample.medicines["62202005"].name
    found = matcher.match(Declared(cis="62202005", name=name, substance=substance))
    assert found.sure is agrees
    assert agrees or "la substance déclarée n'est pas celle de" in found.remarks[0]


def test_a_name_of_the_same_form_and_dosage_is_not_the_same_name(matcher: Matcher) -> None:
    assert matcher.match(Declared(cis="60002283", name="ANASTROZOLE 1 mg, comprimé")).sure
    other = matcher.match(Declared(cis="60002283", name="OLANZAPINE 1 mg, comprimé pelliculé"))
    assert "ne ressemble pas" in other.remarks[0]


@pytest.mark.parametrize("said", ["NC", "sans objet", "-"])
def test_a_code_that_is_none_is_not_said_to_be_unknown(matcher: Matcher, said: str) -> None:
    found = matcher.match(Declared(cis=said, cip=said, name="zyvoxid 2 mg/ml"))
    assert not any("inconnu" in one for one in found.remarks)


def test_hyphens_in_a_code_are_no_part_of_it(matcher: Matcher) -> None:
    assert matcher.match(Declared(cip="34009-494-972-9-4")).sure
