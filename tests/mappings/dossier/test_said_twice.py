"""A value is believed when DS says it twice: what a change of type made of an answer is not."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.dossier.champs import decode_value
from mappings.dossier.model import (
    ChampValue,
    Choice,
    Choices,
    Company,
    Day,
    Moment,
    Number,
    Place,
    Text,
    Unlisted,
    Unreadable,
    YesNo,
)
from mappings.report.convert import NotConvertibleError, as_text, convert
from mappings.report.model import Value
from sandbox.api.champs import ChampContext, show_one
from sandbox.form.kinds import served_as
from sandbox.form.model import TypeDeChamp

EVERY_FRAGMENT = frozenset(
    f"{one}Champ" for one in ("YesNo", "DropDownList", "Datetime", "Departement", "TitreIdentite")
)
ALIASES = {
    "YesNoChamp": "yesNo",
    "CheckboxChamp": "checked",
    "IntegerNumberChamp": "integerNumber",
    "DecimalNumberChamp": "decimalNumber",
    "CiviliteChamp": "civilite",
}
HOW = ChampContext(0, lambda file: str(file["filename"]), {"44303600300027": "LABO"})


def served(kind: str, answer: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    """An answer as the sandbox serves it through a question of some type, in our own query."""
    shown = show_one(TypeDeChamp("1", "Question", kind, **more), answer, HOW)
    typename = served_as(kind, EVERY_FRAGMENT)
    if typename in ALIASES:
        shown[ALIASES[typename]] = shown.pop("value")
    if typename == "IntegerNumberChamp" and shown["integerNumber"] is not None:
        shown["integerNumber"] = str(shown["integerNumber"])
    return typename, shown


def read(kind: str, answer: Any, **more: Any) -> ChampValue | None:
    typename, raw = served(kind, answer, **more)
    return decode_value(typename, raw, fed="rows" in more)


def answered(value: ChampValue | None, field: str) -> Value | str:
    """What a field of some type makes of a value; the text that stays when it makes nothing."""
    assert value is not None
    if isinstance(value, Unreadable):
        return f"illisible : {value.raw}"
    try:
        return convert(value, field)
    except NotConvertibleError:
        return f"illisible : {as_text(value)}"


CAST: list[tuple[str, Any, str, Value | str]] = [
    ("integer_number", "1 200", "integer", 1200),
    ("integer_number", "1\u202f200", "integer", 1200),
    ("integer_number", "1200", "integer", 1200),
    ("integer_number", "environ 350", "integer", "illisible : environ 350"),
    ("integer_number", "2,5 millions", "integer", "illisible : 2,5 millions"),
    ("integer_number", "12.7", "integer", "illisible : 12.7"),
    ("integer_number", 12.7, "integer", "illisible : 12.7"),
    ("integer_number", 12.7, "decimal", Decimal("12.7")),
    ("integer_number", 12.0, "integer", 12),
    ("integer_number", "12,5", "decimal", Decimal("12.5")),
    ("integer_number", "12,5", "integer", "illisible : 12,5"),
    ("integer_number", "1.200", "integer", "illisible : 1.200"),
    ("integer_number", "1.000", "integer", "illisible : 1.000"),
    ("integer_number", "350", "text", "350"),
    ("integer_number", "350 ou 400", "text", "350 ou 400"),
    ("decimal_number", "12,5", "decimal", Decimal("12.5")),
    ("decimal_number", "1,000", "decimal", "illisible : 1,000"),
    ("decimal_number", "env. 3", "decimal", "illisible : env. 3"),
    ("decimal_number", "1e3", "decimal", "illisible : 1e3"),
    ("decimal_number", 7, "decimal", Decimal(7)),
    ("drop_down_list", ["A", "B"], "choices", ("A", "B")),
    ("drop_down_list", ["A", "B"], "choice", "illisible : A ; B"),
    ("drop_down_list", ["A"], "choice", "A"),
    ("multiple_drop_down_list", "A", "choices", ("A",)),
    ("textarea", ["A", "B"], "choices", ("A", "B")),
    ("textarea", ["A", "B"], "text", "A ; B"),
    ("text", True, "yes_no", True),
    ("text", False, "checkbox", False),
    ("text", "2026-02-28", "date", date(2026, 2, 28)),
    ("text", "2026-02-28T10:30:00+01:00", "date", date(2026, 2, 28)),
    ("text", "2026-02-28T10:30:00+01:00", "datetime", datetime(2026, 2, 28, 9, 30, tzinfo=UTC)),
    ("text", "2026-02-28T10:30:00", "datetime", "illisible : 2026-02-28T10:30:00"),
    ("date", "2026-02-28T10:30:00+01:00", "date", date(2026, 2, 28)),
    ("datetime", "2026-02-28", "date", date(2026, 2, 28)),
    ("checkbox", True, "yes_no", True),
]


@pytest.mark.parametrize(("kind", "answer", "field", "wanted"), CAST)
def test_an_answer_of_another_type_is_read_as_its_text_or_not_at_all(
    kind: str, answer: Any, field: str, wanted: Value | str
) -> None:
    assert answered(read(kind, answer), field) == wanted


@pytest.mark.parametrize(
    ("kind", "answer"), [("integer_number", ["A"]), ("yes_no", "oui"), ("date", "A"), ("siret", 3)]
)
def test_a_type_that_ds_cannot_make_of_another_is_blank(kind: str, answer: Any) -> None:
    assert read(kind, answer) is None


_WORDS = st.text(alphabet="abe ,.-'1250", max_size=12)
_NUMBERS = st.integers(-(10**6), 10**6).map(str) | st.decimals(
    min_value=-999, max_value=999, places=2
).map(str)


@given(st.sampled_from(["integer_number", "decimal_number"]), _WORDS | _NUMBERS)
def test_a_number_is_exactly_what_the_text_says_or_unreadable_with_the_text(
    kind: str, text: str
) -> None:
    value = read(kind, text)
    if value is None:
        assert not text.strip()
        return
    found = answered(value, "decimal")
    if isinstance(found, Decimal):
        assert found == Decimal(text.replace(",", ".").replace(" ", ""))
    else:
        assert found == f"illisible : {text}"


_OPTIONS = st.text(alphabet="AÉbc ,'’()/-:;", min_size=1, max_size=12).filter(str.strip)
_DAYS = st.dates(min_value=date(1900, 1, 1)).map(date.isoformat)
LEGITIMATE: Mapping[str, st.SearchStrategy[Any]] = {
    "text": _OPTIONS,
    "yes_no": st.booleans(),
    "checkbox": st.booleans(),
    "integer_number": st.integers(-(10**18), 10**18),
    "decimal_number": st.floats(allow_nan=False, allow_infinity=False),
    "date": _DAYS,
    "datetime": st.tuples(_DAYS, st.times()).map(lambda one: f"{one[0]}T{one[1]:%H:%M}"),
    "drop_down_list": _OPTIONS,
    "multiple_drop_down_list": st.lists(_OPTIONS, min_size=1, max_size=4),
    "linked_drop_down_list": st.lists(_OPTIONS, min_size=2, max_size=2),
    "departements": st.builds(
        lambda code, name: {"code": str(code), "name": name}, st.integers(1, 976), _OPTIONS
    ),
    "siret": st.just("44303600300027"),
}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (Text,),
    "yes_no": (YesNo,),
    "checkbox": (YesNo,),
    "integer_number": (Number,),
    "decimal_number": (Number,),
    "date": (Day,),
    "datetime": (Moment,),
    "drop_down_list": (Choice,),
    "multiple_drop_down_list": (Choices,),
    "linked_drop_down_list": (Choices,),
    "departements": (Place,),
    "siret": (Company,),
}


@given(st.data(), st.sampled_from(sorted(LEGITIMATE)))
def test_no_answer_to_a_question_of_its_type_is_ever_doubted(
    data: st.DataObject, kind: str
) -> None:
    value = read(kind, data.draw(LEGITIMATE[kind]))
    assert isinstance(value, _KINDS[kind])


RENDERED: list[tuple[str, dict[str, Any], str, ChampValue]] = [
    ("IntegerNumber", {"integerNumber": "1200"}, "1 200", Number(1200)),
    ("IntegerNumber", {"integerNumber": "12"}, "12.0", Number(12)),
    ("DecimalNumber", {"decimalNumber": 12.5}, "12,50", Number(Decimal("12.5"))),
    ("DecimalNumber", {"decimalNumber": 1.2}, "1.200", Number(Decimal("1.2"))),
    ("DecimalNumber", {"decimalNumber": 3}, "3.0", Number(Decimal(3))),
    ("YesNo", {"yesNo": True}, "Oui", YesNo(yes=True)),
    ("Checkbox", {"checked": False}, "Non", YesNo(yes=False)),
    ("Date", {"date": "2026-02-28"}, "28 février 2026", Day(date(2026, 2, 28))),
    ("Date", {"date": "2026-03-01"}, "1er mars 2026", Day(date(2026, 3, 1))),
    ("Date", {"date": "2026-03-01"}, "01/03/2026", Day(date(2026, 3, 1))),
    ("Date", {"date": "2026-08-05"}, "mercredi 05 août 2026", Day(date(2026, 8, 5))),
    ("Date", {"date": "2026-02-28"}, "February 28, 2026", Day(date(2026, 2, 28))),
    *(
        (
            "Datetime",
            {"datetime": "2026-02-28T14:05:00+01:00"},
            text,
            Moment(datetime(2026, 2, 28, 13, 5, tzinfo=UTC)),
        )
        for text in (
            "28 février 2026 14:05",
            "28 février 2026 14h 05min 00s",
            "2026-02-28T13:05:00Z",
            "28/02/2026 à 14h05",
            "February 28, 2026 02:05 pm",
        )
    ),
    ("Civilite", {"civilite": "M"}, "M.", Choice("M")),
    ("Civilite", {"civilite": "Mme"}, "Madame", Choice("Mme")),
    ("MultipleDropDownList", {"values": ["A, b", "C"]}, "A, b, C", Choices(("A, b", "C"))),
    (
        "LinkedDropDownList",
        {"primaryValue": "A", "secondaryValue": "B"},
        "A / B",
        Choices(("A", "B")),
    ),
    (
        "Departement",
        {"departement": {"code": "75", "name": "Paris"}},
        "75 - Paris",
        Place("departement", "75", "Paris"),
    ),
    (
        "Pays",
        {"pays": {"code": "CI", "name": "Côte d’Ivoire"}},
        "Côte d'Ivoire",
        Place("pays", "CI", "Côte d’Ivoire"),
    ),
    (
        "Siret",
        {"etablissement": {"siret": "44303600300027", "entreprise": {"raisonSociale": "[ND]"}}},
        "443 036 003 00027",
        Company("44303600300027", None),
    ),
]


@pytest.mark.parametrize(("typename", "raw", "text", "value"), RENDERED)
def test_any_way_of_writing_the_same_value_is_taken_for_it(
    typename: str, raw: dict[str, Any], text: str, value: ChampValue
) -> None:
    assert decode_value(f"{typename}Champ", {**raw, "stringValue": text}) == value


CONTRADICTED: list[tuple[str, dict[str, Any], str]] = [
    ("IntegerNumber", {"integerNumber": None}, "douze"),
    ("IntegerNumber", {"integerNumber": "3"}, "30"),
    ("DecimalNumber", {"decimalNumber": 0.0}, "env. 3"),
    ("YesNo", {"yesNo": False}, "Oui"),
    ("YesNo", {"yesNo": None}, "true"),
    ("Checkbox", {"checked": True}, "ne sait pas"),
    ("Date", {"date": "2026-02-28"}, "vers mars 2026"),
    ("Date", {"date": "2026-02-28"}, "28 mars 2026"),
    ("Date", {"date": None}, "32/13/2020"),
    ("Datetime", {"datetime": "2026-02-28T14:05:00+01:00"}, "28 février 2026 16:05"),
    ("Datetime", {"datetime": "2026-02-28T14:05:00+01:00"}, "2026-02-28T14:05:00Z"),
    ("Civilite", {"civilite": "M"}, "Mme"),
    ("DropDownList", {"value": "A"}, "B"),
    ("DropDownList", {"value": None}, "B"),
    ("MultipleDropDownList", {"values": ["A"]}, "A, B"),
    ("MultipleDropDownList", {"values": []}, "A, B"),
    ("LinkedDropDownList", {"primaryValue": "A", "secondaryValue": "B"}, "A / C"),
    ("Departement", {"departement": {"code": "75", "name": "Paris"}}, "69 – Rhône"),
    ("Siret", {"etablissement": {"siret": "44303600300027", "entreprise": None}}, "73282932000074"),
]


@pytest.mark.parametrize(("typename", "raw", "text"), CONTRADICTED)
def test_what_the_text_contradicts_leaves_the_text(
    typename: str, raw: dict[str, Any], text: str
) -> None:
    value = decode_value(f"{typename}Champ", {**raw, "stringValue": text})
    assert value is not None
    assert isinstance(value, Text | Unreadable)
    assert as_text(value) == text


def test_no_answer_to_a_yes_no_question_stays_none_however_it_is_written() -> None:
    assert decode_value("YesNoChamp", {"yesNo": None, "stringValue": "Non"}) is None


ROWS = {"9001": "Cardiologie", "9002": "Soins, suite et réadaptation", "9003": "Urgences"}


@pytest.mark.parametrize(
    ("kind", "answer", "wanted"),
    [
        ("drop_down_list", "9001", Choice("Cardiologie")),
        ("drop_down_list", "9002", Choice("Soins, suite et réadaptation")),
        ("multiple_drop_down_list", ["9002"], Choices(("Soins, suite et réadaptation",))),
        ("multiple_drop_down_list", ["9001", "9003"], Choices(("Cardiologie", "Urgences"))),
        (
            "multiple_drop_down_list",
            ["9001", "9002"],
            Choices(("Cardiologie, Soins, suite et réadaptation",)),
        ),
    ],
)
def test_a_list_fed_by_a_csv_shows_labels(kind: str, answer: Any, wanted: ChampValue) -> None:
    typename, raw = served(kind, answer, rows=ROWS)
    assert decode_value(typename, raw, fed=True) == wanted
    assert decode_value(typename, raw) == wanted, "without the revision"


@pytest.mark.parametrize("kind", ["drop_down_list", "multiple_drop_down_list"])
@pytest.mark.parametrize("answer", ["9009", ["9009"], ["9009", "9010"]])
def test_a_row_without_a_label_is_unreadable(kind: str, answer: Any) -> None:
    typename, raw = served(kind, answer, rows=ROWS)
    for text in (raw["stringValue"], "", None):
        value = decode_value(typename, {**raw, "stringValue": text}, fed=True)
        assert isinstance(value, Unreadable)
        assert value.raw.startswith("ligne")


def test_options_that_are_numbers_stay_options() -> None:
    raw = {"values": ["1", "2"], "stringValue": "1, 2"}
    assert decode_value("MultipleDropDownListChamp", raw, fed=False) == Choices(("1", "2"))
    assert decode_value("MultipleDropDownListChamp", raw) == Choices(("1", "2"))
    raw = {"value": "1", "stringValue": "Deux"}
    assert isinstance(decode_value("DropDownListChamp", raw, fed=False), Unreadable)


_FILE = {
    "filename": "a.pdf",
    "content_type": "text/plain",
    "size": 1,
    "checksum": "",
    "scan": "infected",
    "created_at": 0,
}


@pytest.mark.parametrize("kind", ["piece_justificative", "titre_identite"])
def test_a_file_that_ds_does_not_list_was_given_all_the_same(kind: str) -> None:
    assert read(kind, [_FILE]) == Unlisted()
    assert read(kind, []) is None
    assert convert(Unlisted(), "files") == Unlisted()
    assert convert(Unlisted(), "checkbox") is True


def test_an_identity_document_is_given_without_the_fragment_of_its_type_too() -> None:
    _, raw = served("titre_identite", [_FILE])
    assert decode_value("PieceJustificativeChamp", raw) == Unlisted()
