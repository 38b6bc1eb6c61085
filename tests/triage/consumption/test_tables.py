"""Open Medic and its files of persons, in the layouts of the years; what is wrong has its line."""

import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.consumption.cells import ConsumptionTableError, cents, number
from triage.consumption.codes import label_of
from triage.consumption.monthly import read_monthly
from triage.consumption.open_medic import AXES, OpenMedic, PresentationYear, read_open_medic
from triage.consumption.persons import Persons, read_persons
from triage.consumption.profile import by_axis
from triage.consumption.regions import RATE, clustering, regions_apart

CIP, OTHER = "3400999000116", "3400999000185"
LONG = (
    "ATC1;l_ATC1;ATC2;L_ATC2;ATC3;L_ATC3;ATC4;L_ATC4;ATC5;L_ATC5;CIP13;l_cip13;TOP_GEN;GEN_NUM;"
    "age;sexe;BEN_REG;PSP_SPE;BOITES;REM;BSE"
)
SHORT = "ATC1;ATC2;ATC3;ATC4;ATC5;CIP13;TOP_GEN;GEN_NUM;AGE;SEXE;BEN_REG;PSP_SPE;BOITES;REM;BSE"


def rows(*lines: str) -> Iterator[tuple[int, list[str]]]:
    return ((number, line.split(";")) for number, line in enumerate(lines, start=1))


def long(where: str, measures: str, *, cip: str = CIP) -> str:
    return f"Z;É;Z99;E;Z99A;E;Z99AA;E;Z99AA01;ZÉTALOXINE;{cip};ZETALOX 10 MG;0;0;{where};{measures}"


def short(where: str, measures: str, *, cip: str = CIP) -> str:
    return f"Z;Z99;Z99A;Z99AA;Z99AA01;{cip};0;0;{where};{measures}"


def read(*lines: str) -> OpenMedic:
    return read_open_medic(rows(*lines))


def only(found: OpenMedic) -> PresentationYear:
    (one,) = found.presentations()
    return one


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", 1234), ("1.234", 1234), ("1 234", 1234), ("1\u202f234", 1234), ("", 0), (" ", 0),
        ("9.812,50", 9812.5), ("9812,50", 9812.5), ("-69,42", -69.42), ("-1.234.567,8", -1234567.8),
        ("\u2212 13", -13), ("0,04", 0.04), ("12,0", 12), ("0", 0),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written(text: str, value: float) -> None:
    assert number(text) == value
    assert cents(text) == round(100 * value)


@pytest.mark.parametrize(
    "text", ["12.5", "1.2345", "12 34", "1e3", "inf", "nan", "beaucoup", "1,2,3", "--1", "1_000",
             "٣", "1.234.5,00"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    for reader in (number, cents):
        with pytest.raises(ValueError, match="n'est pas un nombre"):
            reader(text)


@given(st.integers(min_value=-(10**11), max_value=10**11), st.booleans())
def test_an_amount_is_read_back_with_or_without_thousands(value: int, grouped: bool) -> None:
    euros, rest = divmod(abs(value), 100)
    whole = f"{euros:,}".replace(",", ".") if grouped else str(euros)
    assert cents(f"{'-' if value < 0 else ''}{whole},{rest:02}") == value


def test_the_variants_of_the_years_say_the_same() -> None:
    cells = [("20;2;11;1", "1.250;9.812,50;15.096,15"), ("60;1;084;01", "310;2433,50;3743,87")]
    one = only(read(LONG, *(long(*cell) for cell in cells)))
    other = only(read(SHORT, *(short(*cell) for cell in cells)))
    assert (one.label, one.substance, other.label) == ("ZETALOX 10 MG", "ZÉTALOXINE", "")
    assert one.cells == other.cells
    assert one.cells == {
        "age_sexe": {"20/2": (1250, 981250), "60/1": (310, 243350)},
        "region": {"11": (1250, 981250), "84": (310, 243350)},
        "prescripteur": {"1": (1560, 1224600)},
    }


def test_the_order_of_columns_and_unknown_ones_are_of_no_weight() -> None:
    found = only(read("BSE;REM;nouveau;BOITES;PSP_SPE;BEN_REG;sexe;age;CIP13",
                      f"1,00;2,00;x;3;1;11;2;20;{CIP}"))  # fmt: skip
    assert (found.boxes, found.cents, found.atc5) == (3, 200, "")


def test_negative_and_zero_rows_are_counted_and_kept() -> None:
    found = read(SHORT, short("60;2;76;17", "-13;-69,42;-106,80"), short("20;1;27;1", "0;-15,00;0"),
                 short("20;1;27;1", "20;1,00;1,00"), short("20;1;27;1", ";1,00;1,00"),
                 short("99;9;99;99", "41;321,85;495,15"))  # fmt: skip
    assert (found.counts.rows, found.counts.negative, found.counts.zero) == (5, 2, 2)
    assert (found.counts.blank, found.counts.unplaced) == (1, 1)
    assert found.boxes == only(found).boxes == 48


def test_codes_that_no_list_has_are_kept() -> None:
    found = only(read(SHORT, short("21;3;97;55", "2;1,00;1,00")))
    assert found.cells["prescripteur"] == {"55": (2, 100)}
    assert label_of("prescripteur", "55") == "code 55"
    assert label_of("region", "97") == "code 97"
    assert label_of("region", "0") == "région inconnue"
    assert label_of("region", "93") == "Provence-Alpes-Côte d'Azur et Corse"
    assert label_of("age_sexe", "0/1") == "0-19 ans, hommes"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), "absente"),
        (("a;b", "1;2"), "CIP13, AGE, SEXE, BEN_REG, PSP_SPE, BOITES"),
        ((SHORT, short("20;2;11;1", "12.5;1,00;1,00")), "ligne 2 : « 12.5 »"),
        ((SHORT, short("20;2;11;1", "1;1,00;1,00;x")), "ligne 2 : 16 colonne"),
        ((SHORT, short("20;2;11;1", "1;1,00")), "ligne 2 : 14 colonne"),
        ((SHORT, short("20;2;11;1", "1;1,0", cip="3,4009E+12")), "ligne 2 : « 3,4009E"),
        ((SHORT, short("20;2;11;1", "1;1,0", cip="340099900011")), "CIP13"),
        ((SHORT, short("20;F;11;1", "1;1,00;1,00")), "ligne 2 : « F » n'est pas un code"),
        ((f"{SHORT};age", f"{short('20;2;11;1', '1;1,00;1,00')};20"), "deux fois"),
    ],
)
def test_a_table_of_another_layout_is_refused(lines: tuple[str, ...], told: str) -> None:
    if lines[1:] and "1;1,0" in lines[1] and "1;1,00" not in lines[1]:
        lines = (lines[0], f"{lines[1]};1,00")
    with pytest.raises(ConsumptionTableError, match=told.replace("+", r"\+")):
        read(*lines)


def test_a_column_that_is_no_code_has_too_many_values() -> None:
    many = [short(f"20;2;{number};{number + 300}", "1;1,00;1,00") for number in range(100, 300)]
    with pytest.raises(ConsumptionTableError, match="trop de codes"):
        read(SHORT, *many)


@given(st.lists(st.tuples(
    st.sampled_from(["0", "20", "60", "99"]), st.sampled_from(["1", "2", "9"]),
    st.sampled_from(["5", "11", "93", "99"]), st.sampled_from(["1", "90", "99"]),
    st.integers(-50, 5000),
), min_size=1))  # fmt: skip
def test_each_axis_sums_to_the_whole(cells: list[tuple[str, str, str, str, int]]) -> None:
    found = read(SHORT, *(short(";".join(one[:4]), f"{one[4]};0,00;0,00") for one in cells))
    for axis in AXES:
        sums = [figures[0] for figures in only(found).cells[axis].values()]
        assert sum(sums) == sum(one[4] for one in cells)


NB = "CIP13;l_cip13;BEN_REG;nbc;REM;BSE;BOITES"


def persons(*lines: str) -> Persons:
    return read_persons(rows(*lines))


def test_persons_are_kept_by_cell_and_never_added_up() -> None:
    found = persons(NB, f"{CIP};X;11;431;1,00;1,00;5", f"{CIP};X;84;118;1,00;1,00;-3")
    assert (found.level, found.axes) == ("cip13", ("region",))
    assert found.by_key == {CIP: {"11": 431, "84": 118}}
    classes = persons("ATC5;l_atc5;age;SEXE;nbc;BOITES", "Z99AA01;X;20;2;1.416;7")
    assert (classes.level, classes.axes) == ("atc5", ("age", "sexe"))
    assert classes.by_key == {"Z99AA01": {"20/2": 1416}}
    assert persons("CIP13;nbc", f"{CIP};604").by_key == {CIP: {"": 604}}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((NB, f"{CIP};X;11;1;0;0;0", f"{CIP};X;011;2;0;0;0"), "ligne 3 : cette case est déjà"),
        ((NB, f"{CIP};X;11;-1;0;0;0"), "jamais sous zéro"),
        ((NB, f"{CIP};X;11;1,5;0;0;0"), "entier"),
        ((NB, "12;X;11;1;0;0;0"), "CIP13"),
        (("nbc;BOITES", "1;2"), "CIP13 ou ATC1 à ATC5"),
        (("CIP13;BOITES", f"{CIP};2"), "NBC"),
    ],
)
def test_persons_of_another_layout_are_refused(lines: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConsumptionTableError, match=told):
        persons(*lines)


BOOK = [
    "CIP13", "NOM\nCOURT", "Code\nATC", "Base de remboursement 2025-07",
    "Nombre de boîtes\nremboursées 2025-07", "Nombre de boites remboursées 2025-08",
    "Montant remboursé 2025-07", "Montant remboursé 2025-08",
]  # fmt: skip


def test_months_are_read_with_their_blanks_and_without_totals() -> None:
    sheet: list[list[object]] = [
        [*BOOK],
        [3400999000116.0, "X", "Z99AA01", 1, 400, "", 3200.5, ""],
        [OTHER, "Y", "Z99AA01", 1, "1.250", -3, "10,00", -1.5],
        ["", "Homéopathie", "", 1, 9, 9, 9, 9],
        ["Total", "", "", 1, 9, 9, 9, 9],
    ]
    (found,) = read_monthly([("Notice", [["Lisez-moi"]]), ("tous_presc", sheet)])
    assert (found.who, found.periods, found.skipped) == ("tous", ("2025-07", "2025-08"), 2)
    assert found.boxes == {
        CIP: {"2025-07": (400, 320050)},
        OTHER: {"2025-07": (1250, 1000), "2025-08": (-3, -150)},
    }
    assert found.atc5[CIP] == "Z99AA01"


def test_a_book_of_something_else_is_refused() -> None:
    with pytest.raises(ConsumptionTableError, match="aucune feuille"):
        read_monthly([("Feuille 1", [["CIP13", "Prix"], [CIP, 3]])])
    with pytest.raises(ConsumptionTableError, match="feuille « Salariés », ligne 2 : « beaucoup »"):
        read_monthly([("Salariés", [BOOK, [CIP, "X", "", "", "beaucoup", "", "", ""]])])


REGIONS = ("5", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93")


def noisy(seed: int, *, spread: float, heavy: bool = False) -> dict[str, float]:
    """Boxes by region; of heavy tails, the logarithms are of Student's law with 4 degrees."""
    drawn = random.Random(seed)
    found = {}
    for one in REGIONS:
        wide = math.sqrt(drawn.gammavariate(2, 2) / 4) if heavy else 1
        found[one] = 20_000 * math.exp(drawn.gauss(0, spread) / wide)
    return found


def test_a_planted_region_is_found_and_the_unknown_one_is_none() -> None:
    everything = {**dict.fromkeys(REGIONS, 1e6), "99": 9e6}
    boxes = {**noisy(3, spread=0.1), "99": 1e9}
    boxes["53"] *= 3
    (found,) = regions_apart(boxes, everything)
    assert (found.region, found.q_value <= RATE) == ("53", True)
    assert found.boxes > 2 * found.expected


@pytest.mark.slow
@pytest.mark.parametrize("heavy", [False, True], ids=["normal", "heavy tails"])
@pytest.mark.parametrize("spread", [0.0, 0.05, 0.12, 0.25])
def test_noise_alone_gives_no_more_false_regions_than_is_stated(spread: float, heavy: bool) -> None:
    everything = dict.fromkeys(REGIONS, 1e6)
    false = [
        bool(regions_apart(noisy(seed, spread=spread, heavy=heavy), everything))
        for seed in range(60)
    ]
    assert sum(false) <= 7, "5 % at most are stated (python -m bench.regions has more of them)"


def test_a_planted_region_is_found_nearly_always() -> None:
    everything = dict.fromkeys(REGIONS, 1e6)
    found = 0
    for seed in range(40):
        boxes = noisy(seed, spread=0.1)
        boxes["53"] *= 2.75
        found += {one.region for one in regions_apart(boxes, everything)} == {"53"}
    assert found >= 33


def test_regions_apart_do_not_hide_one_another() -> None:
    boxes = noisy(5, spread=0.1)
    boxes["53"], boxes["11"], boxes["5"] = 3 * boxes["53"], 3 * boxes["11"], boxes["5"] / 3
    assert {one.region for one in regions_apart(boxes, dict.fromkeys(REGIONS, 1e6))} == {
        "53", "11", "5",
    }  # fmt: skip


def test_boxes_of_few_persons_tell_no_region() -> None:
    everything = dict.fromkeys(REGIONS, 1e6)
    boxes = {**dict.fromkeys(REGIONS, 40.0), "53": 200.0}
    assert regions_apart(boxes, everything) == ()
    assert [one.region for one in regions_apart(boxes, everything, clustered=1)] == ["53"]
    assert (clustering(5000, 500), clustering(10, 500), clustering(10, None)) == (20, 1, 12)


def test_a_region_without_any_box_is_apart_and_one_of_few_is_not_judged() -> None:
    everything = {**dict.fromkeys(REGIONS, 1e6), "94": 1e3}
    boxes = {**noisy(6, spread=0.1), "5": 0.0, "94": 300.0}
    assert [one.region for one in regions_apart(boxes, everything)] == ["5"]


def test_what_is_expected_of_a_region_is_what_the_others_receive() -> None:
    boxes = {**dict.fromkeys(REGIONS, 10_000.0), "11": 200_000.0}
    (found,) = regions_apart(boxes, dict.fromkeys(REGIONS, 1e6))
    assert (found.region, round(found.expected, -1)) == ("11", 10_000)


def test_too_few_regions_or_no_box_tell_nothing() -> None:
    assert regions_apart({"11": 5}, {"11": 10, "93": 10}) == ()
    assert regions_apart({}, dict.fromkeys(REGIONS, 1e6)) == ()


def test_years_stand_side_by_side() -> None:
    found = only(read(SHORT, short("20;2;11;1", "2;1,00;1,00")))

    class Year:
        def __init__(self, year: int) -> None:
            self.year, self.cells = year, found.cells

    assert by_axis([Year(2024), Year(2023), Year(2024)], "region") == {
        2023: {"11": 2}, 2024: {"11": 4},
    }  # fmt: skip
