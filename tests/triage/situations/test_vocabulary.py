"""What a free text says of a use: known words in any order, negations, and refusals of the file."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datafiles.file import DataFileError
from mappings.medicines.reference import build_reference
from mappings.report.model import Report
from tests.triage.situations.planted import the_matching
from triage.situations.description import describe
from triage.situations.facets import use_agreement
from triage.situations.words.other_names import canonical, read_names, reference_names
from triage.situations.words.vocabulary import BESIDE, labels_of, parse_vocabulary
from triage.situations.words.without_salts import Salts

FILE = """
ignored: [traitement, aigu, maladie, de, du, au]
negations: [sans, non]
uses:
  douleur: algie
  lombalgie: mal dos, rachialgie
  arthrose: gonarthrose
  cancer: tumeur
broader:
  douleur: [lombalgie, arthrose]
"""


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Lombalgies aiguës", "traitement du mal de dos", True),
        ("douleur", "rachialgie", True),
        ("arthrose", "rachialgie", False),
        ("douleur, rachialgie", "arthrose", False),
        ("lombalgye", "mal au dos", True),
        ("douleur sans cancer", "cancer", False),
        ("douleur non cancéreuse", "algie", True),
        ("maladie de Zorglub", "Zorglub (maladie)", True),
        ("maladie de Zorglub", "maladie de Spirou", False),
        ("", "douleur", False),
    ],
)
def test_uses_are_compared_by_what_they_say(one: str, other: str, alike: bool) -> None:
    words = parse_vocabulary(FILE, source="v")
    assert words.alike(words.uses_of(one), words.uses_of(other)) is alike
    assert words.alike(words.uses_of(other), words.uses_of(one)) is alike


@pytest.mark.slow
@settings(max_examples=25, deadline=None)  # a loaded machine is no defect
@given(st.text(max_size=30))
def test_any_text_is_read_and_is_like_itself_unless_it_says_nothing(text: str) -> None:
    words = the_matching().vocabulary
    found = words.uses_of(text)
    assert words.alike(found, found) is bool(found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("uses: {douleur: algie, mal: algie}", "« algie » dit aussi « douleur »"),
        ("uses: {douleur: algie}\nbroader: {douleur: [colique]}", "« colique » n'est pas un usage"),
        ("usages: {}", "usages"),
    ],
)
def test_a_vocabulary_that_contradicts_itself_is_refused_with_its_line(
    text: str, told: str
) -> None:
    with pytest.raises(DataFileError, match=rf"v:\d+ : .*{told}"):
        parse_vocabulary(text, source="v")


def test_a_table_of_names_that_lacks_a_cell_is_refused_with_its_line() -> None:
    with pytest.raises(DataFileError, match=r"n:3 : attendu « autre nom;substance »"):
        read_names("autre_nom;substance\nozempic;sémaglutide\nwegovy", salts=Salts(), source="n")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SAOS", "apnées du sommeil"),
        ("mucite chimio-induite", "mucite post-chimiothérapie"),
        ("AVC", "accident vasculaire cérébral"),
        ("cystite radique", "cystite radio-induite"),
        ("DDB (dilatation des bronches)", "bronchectasies"),
    ],
)
def test_acronyms_and_other_words_are_of_one_indication(one: str, other: str) -> None:
    words = the_matching().vocabulary
    assert words.alike(words.uses_of(one), words.uses_of(other))


def test_a_route_that_is_named_wins_over_the_form() -> None:
    words = the_matching().vocabulary
    assert words.route_of("Collyre donné par voie sublinguale") == "sublinguale"
    assert words.route_of("Un collyre") == "oculaire"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fracture non consolidée", "pseudarthrose"),
        ("infertilité masculine", "oligospermie de l'homme"),
        ("dysplasie broncho-pulmonaire", "BPD prevention"),
        ("chemotherapy-induced nausea", "nausées chimio-induites"),
        ("zorglubose radique", "zorglubose après radiothérapie"),
        ("syndrome zorglubique", "zorglubie"),
        ("acnés", "acné"),
        ("cystite de l'homme", "infection urinaire masculine"),
        ("REM sleep behaviour disorder", "trouble du comportement en sommeil paradoxal"),
        ("douleur en dehors du cancer", "douleur non cancéreuse"),
        ("lombalgie", "douleur chronique non cancéreuse"),
    ],
)
def test_negated_words_roots_hyphens_and_english_are_read(one: str, other: str) -> None:
    words = the_matching().vocabulary
    assert words.alike(words.uses_of(one), words.uses_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("infertilité masculine", "induction de l'ovulation"),
        ("hépatite B", "hépatite C"),
        ("arthrite", "arthrose"),
        ("hypotension orthostatique", "hypotension perdialytique"),
        ("jambes lourdes", "syndrome des jambes sans repos"),
        ("trouble du comportement en sommeil paradoxal", "insomnie"),
        ("pousse de la barbe", "chute des cheveux"),
        ("douleur non cancéreuse", "douleur cancéreuse"),
    ],
)
def test_look_alikes_are_not_taken_for_one_use(one: str, other: str) -> None:
    words = the_matching().vocabulary
    assert not words.alike(words.uses_of(one), words.uses_of(other))


def test_a_title_tells_a_listed_route_only_when_it_names_one() -> None:
    words = the_matching().vocabulary
    assert words.only_route_of("Dexdor en perfusion chez l'enfant") == "Intraveineuse"
    assert words.only_route_of("Carcinose péritonéale") is None
    assert words.only_route_of("Ampoules IV prises per os") is None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("cancer de la glande pinéale", "cancer colorectal", False),
        ("cancer de la glande pinéale", "tumeur de la glande pinéale", True),
        ("cancer métastatique", "cancer", True),
        ("accès de douleur", "lombalgie", True),
    ],
)
def test_a_wide_use_that_other_words_narrow_is_not_any_of_those_it_holds(
    one: str, other: str, alike: bool
) -> None:
    words = the_matching().vocabulary
    assert bool(use_agreement(words.uses_of(one), words.uses_of(other), words)) is alike


def test_a_title_that_names_what_the_other_answers_joins_them() -> None:
    words = the_matching().vocabulary
    mine = (*words.uses_of("dysurie"), *(f"{BESIDE}{one}" for one in words.uses_of("cystite")))
    assert use_agreement(mine, words.uses_of("cystite"), words)
    assert not use_agreement(words.uses_of("dysurie"), words.uses_of("cystite"), words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("haemoptysis", "hémoptysie"),
        ("oedème maculaire diabétique", "diabetic macular edema"),
        ("SALH", "lymphohistiocytose hémophagocytaire"),
        ("sevrage opioïde du nouveau-né", "neonatal abstinence syndrome"),
        ("pseudo-obstruction colique aiguë", "syndrome d'Ogilvie"),
    ],
)
def test_uses_are_read_in_english_and_in_short(one: str, other: str) -> None:
    words = the_matching().vocabulary
    assert use_agreement(words.uses_of(one), words.uses_of(other), words)


def test_a_substance_that_has_another_name_is_called_by_it() -> None:
    rows = "autre_nom;substance\nquestran;cholestyramine\ncholestyramine;colestyramine\n"
    names = read_names(rows, salts=Salts(), source="n")
    assert names.others["questran"] == "colestyramine"
    assert names.known == {"colestyramine"}


def test_two_names_that_stand_for_each_other_are_refused_with_their_line() -> None:
    rows = "autre_nom;substance\nvitamine d3;colécalciférol\ncolécalciférol;vitamine D3\n"
    with pytest.raises(DataFileError, match=r"n:3 : .*se renvoient"):
        read_names(rows, salts=Salts(), source="n")


@pytest.mark.parametrize(
    ("typed", "acting"),
    [
        ("pémétrexed disodique 2,5-hydraté", "pemetrexed"),
        ("co-cristal d'agomélatine-acide citrique", "agomelatine"),
        ("iohexol", "iohexol"),  # « iode » is the fraction of every contrast medium
        ("dimésilate de lisdexamfétamine", "lisdexamfetamine"),
    ],
)
def test_a_salt_as_bdpm_writes_it_is_what_acts_in_it(typed: str, acting: str) -> None:
    pairs = [
        ("PÉMÉTREXED DISODIQUE 2,5-HYDRATÉ", "PÉMÉTREXED"),
        ("CO-CRISTAL D'AGOMÉLATINE-ACIDE CITRIQUE", "AGOMÉLATINE"),
        ("IOHEXOL", "IODE"),
        ("DIMÉSILATE DE LISDEXAMFÉTAMINE", "DEXAMFÉTAMINE"),
    ]
    codes = [f"6000000{at}" for at in range(len(pairs))]
    rows = {
        "CIS_bdpm.txt": [[code, "ESSAI, comprimé", *[""] * 9, "Non"] for code in codes],
        "CIS_COMPO_bdpm.txt": [
            [code, "comprimé", name, name, "", "", nature, "1"]
            for code, pair in zip(codes, pairs, strict=True)
            for name, nature in zip(pair, ("SA", "FT"), strict=True)
        ],
    }
    reference = build_reference(lambda spec: iter(rows.get(spec.name, [])), version="essai")
    matching = the_matching()
    known = reference_names(reference.medicines.values(), matching.salts)
    names = matching.names.with_reference(known)
    assert canonical(typed, salts=matching.salts, names=names) == acting


@pytest.mark.parametrize(
    ("short", "long", "alike"),
    [
        ("ZBR", "zorglubite bulleuse récidivante", True),
        ("OZN", "ostéozorglubonécrose de la mâchoire", False),
        ("ONZ", "ostéonécrose zorglubienne", True),
        ("ZEA", "zorglub-entérite du rein, aiguë", False),
        ("ZEA", "zorglub-entérite aiguë", True),
        ("ZAT", "zorglubite bulleuse récidivante", False),
        ("sein", "syndrome extrapyramidal induit par neuroleptiques", False),
    ],
)
def test_an_acronym_that_nothing_knows_is_of_the_words_that_it_stands_for(
    report: Callable[..., Report], short: str, long: str, alike: bool
) -> None:
    one, other = (
        describe(
            report({22: text, 17: "Un titre quelconque", 21: "NC"}), the_matching(), in_scope=True
        ).facets["indication_visee"]
        for text in (short, long)
    )
    assert bool(use_agreement(one, other, the_matching().vocabulary)) is alike


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("tumeur infiltrant le muscle", "dopage et musculation"),
        ("colites aux anti-PD-1", "longévité et vieillissement"),
        ("colite", "rectocolite"),
        ("glycogénose de type Ib", "maladie de Pompe"),
        ("chirurgie du rachis", "rachianesthésie"),
        ("implant contraceptif", "échecs d'implantation embryonnaire"),
    ],
)
def test_a_part_of_a_way_of_saying_names_no_use(text: str, label: str) -> None:
    words = the_matching().vocabulary
    assert label in words.uses
    assert label not in words.uses_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "lycéens et collégiens",
        "une condition importante",
        "adressé par son médecin",
        "liste d'attente",
        "reçoit, apporte, protège",
        "dizaine de fabricants",
        "stimulation",
        "dépendance",
        "traitement d'entretien",
        "mineurs",
        "au bloc opératoire",
    ],
)
def test_everyday_words_name_no_use(text: str) -> None:
    assert labels_of(the_matching().vocabulary.uses_of(text)) == ()


def test_a_use_is_told_by_its_hyphened_word_and_by_its_root() -> None:
    words = the_matching().vocabulary
    assert "dopage et musculation" in words.uses_of("pratiquants de musculation")
    assert "longévité et vieillissement" in words.uses_of("médecine anti-âge")
    assert words.only_route_of("Méthotrexate sous-cutané") == "Sous-cutanée"
    assert words.only_route_of("Lupus cutané") is None


def test_of_two_ways_as_long_the_narrower_use_wins() -> None:
    words = the_matching().vocabulary
    found = words.uses_of("procedural sedation (MRI)")
    assert found[0] == "sédation de l'enfant pour examen"


def test_titles_that_name_the_same_uses_join_no_two_answers() -> None:
    words = the_matching().vocabulary
    title = tuple(f"{BESIDE}{one}" for one in words.uses_of("cystite"))
    mine, theirs = (*words.uses_of("dysurie"), *title), (*words.uses_of("cystite"), *title)
    assert not use_agreement(mine, theirs, words)
    assert use_agreement(mine, words.uses_of("cystite"), words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("leukoplakia", "leucoplasie"),
        ("zorglubotrophy", "zorglubotrophie"),
        ("dyszorglubia", "dyszorglubie"),
        ("hypertrophic zorglub", "zorglub hypertrophique"),
    ],
)
def test_a_word_that_languages_share_is_one_word(one: str, other: str) -> None:
    words = the_matching().vocabulary
    assert words.alike(words.uses_of(one), words.uses_of(other))


@pytest.mark.parametrize(
    ("typed", "substance"),
    [
        ("JOSIR LP 0,4 mg", "tamsulosine"),
        ("Lasix", "furosémide"),
        ("LEDERTREXATE 50 mg", "méthotrexate"),
        ("Di-Antalvic", "dextropropoxyphène"),
        ("L-carnitine", "lévocarnitine"),
        ("bictégravir/emtricitabine/TAF", "bictégravir, emtricitabine, ténofovir alafénamide"),
        ("potassium iodide", "iodure de potassium"),
    ],
)
def test_a_brand_of_abroad_or_of_before_is_its_substance(typed: str, substance: str) -> None:
    matching = the_matching()
    one, other = (
        canonical(text, salts=matching.salts, names=matching.names) for text in (typed, substance)
    )
    assert one == other
