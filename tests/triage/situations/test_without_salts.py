"""Substances are compared without salts, spelling or the order of words."""

import pytest

from tests.triage.situations.planted import the_matching
from triage.situations.words.other_names import canonical
from triage.situations.words.without_salts import Salts, joined, substances


@pytest.fixture(scope="module")
def salts() -> Salts:
    return the_matching().salts


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Néfopam", ("nefopam",)),
        ("chlorhydrate de NÉFOPAM", ("nefopam",)),
        ("néfopam (chlorhydrate de)", ("nefopam",)),
        ("lopinavir/ritonavir", ("lopinavir", "ritonavir")),
        ("Ritonavir et lopinavir", ("lopinavir", "ritonavir")),
        ("paracétamol + codéine", ("codeine", "paracetamol")),
        ("bétaméthasone", ("betamethasone",)),
        ("bromure d'ipratropium", ("ipratropium",)),
        ("vitamine D", ("vitamine d",)),
        ("", ()),
        (" - ", ()),
    ],
)
def test_a_salt_is_not_the_substance(salts: Salts, typed: str, expected: tuple[str, ...]) -> None:
    assert substances(typed, salts) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "carbonate de calcium",
        "sulfate de magnésium",
        "acétate de calcium",
        "phosphate de sodium",
        "chlorure de sodium",
        "chlorure de potassium",
        "bicarbonate de sodium",
        "hydroxyde de magnésium",
        "calcium",
    ],
)
def test_a_name_made_of_salt_words_is_a_substance_of_its_own(salts: Salts, typed: str) -> None:
    words = typed.replace("é", "e").split(" de ")
    assert substances(typed, salts) == (" ".join(sorted(words)),)


def test_the_cation_of_a_chloride_tells_substances_apart(salts: Salts) -> None:
    names = ("chlorure de sodium", "chlorure de potassium", "chlorure de calcium", "chlorure")
    assert len({substances(name, salts) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VALPROIQUE ACIDE", "acide valproïque"),
        ("insuline glargine", "GLARGINE INSULINE"),
        ("METHYLPHENIDATE CHLORHYDRATE", "méthylphénidate"),
        ("LEVOTHYROXINE SODIQUE", "lévothyroxine"),
        ("CALCIUM CARBONATE", "carbonate de calcium"),
        ("calcium (carbonate de)", "Carbonate de calcium anhydre"),
        ("sulfate de magnésium heptahydraté", "magnésium (sulfate de)"),
        ("amoxicilline trihydratée", "AMOXICILLINE"),
        ("pantoprazole sodique sesquihydraté", "pantoprazole"),
        ("cloxacillines monohydratées", "cloxacillines"),
        ("périndopril arginine", "périndopril tert-butylamine"),
        ("IBUPROFÈNE (LYSINATE D')", "ibuprofène"),
        ("acétylsalicylate de lysine", "acide acétylsalicylique"),
        ("XINAFOATE DE SALMÉTÉROL", "salmétérol"),
        ("valproate de sodium", "acide valproïque"),
        ("valproate", "ACIDE VALPROIQUE"),
        ("clavulanate de potassium", "acide clavulanique"),
        ("méthotrexate sodique", "méthotrexate"),
        ("mésylate de nétarsudil", "nétarsudil"),
    ],
)
def test_one_substance_has_one_normal_form(salts: Salts, one: str, other: str) -> None:
    assert substances(one, salts) == substances(other, salts) != ()


def test_a_normal_form_can_still_be_read(salts: Salts) -> None:
    assert substances("valproïque acide, vitamine d", salts) == ("acide valproique", "vitamine d")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ursodeoxycholic acid", "acide ursodésoxycholique"),
        ("ac. tranexamique", "acide tranexamique"),
        ("oxybutynin hydrochloride", "chlorhydrate d'oxybutynine"),
        ("MgSO4", "sulfate de magnésium"),
        ("pentoxyfilline", "pentoxifylline"),
    ],
)
def test_other_languages_abbreviations_and_formulas_name_the_substance(
    typed: str, meant: str
) -> None:
    rules = the_matching()
    read, wanted = (
        canonical(text, salts=rules.salts, names=rules.names) for text in (typed, meant)
    )
    assert read == wanted


def test_acid_alone_is_no_substance() -> None:
    assert joined("acide", the_matching().salts) == ""
