"""What nothing maps is kept as French readers see it, with the date of its last change."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mappings.dossier.model import (
    ChampValue,
    Choices,
    Company,
    Day,
    Moment,
    Number,
    Rows,
    Text,
    YesNo,
)
from mappings.report.display import show_champ
from mappings.report.mapper import map_report
from mappings.report.provenance import card
from mappings.schema.file import parse_mapping
from tests.mappings.report.dossiers import MOVED, champ, dossier

MAPPING = parse_mapping(
    'form: essai\nversion: "1"\ntitle: Essai\nfields:\n'
    "  a: {champ: 1, type: rows, title: T, audience: agence, meaning: m, fields: {b: {champ: 11,"
    " type: text, title: T, audience: agence, meaning: m}}}\n",
    source="m",
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Number(Decimal("1.5")), "1,5"),
        (Number(48213), "48\u202f213"),
        (Day(date(2026, 3, 4)), "04/03/2026"),
        (Moment(datetime(2026, 3, 4, 9, 30, tzinfo=UTC)), "04/03/2026 10:30"),
        (YesNo(yes=False), "non"),
        (Choices(("a", "b")), "a ; b"),
        (Company("443", "LABO"), "LABO (443)"),
        (
            Rows(
                (
                    (champ(2, Text("Thé")), champ(3, Number(Decimal("1.5"))), champ(4, None)),
                    (champ(2, Day(date(2026, 3, 4))),),
                )
            ),
            "Thé, 1,5\n04/03/2026",
        ),
    ],
)
def test_an_answer_that_nothing_maps_is_in_french(value: ChampValue, shown: str) -> None:
    assert show_champ(value) == shown
    report = map_report(dossier(champ(9, value)), mapping=MAPPING, revision=None)
    assert [one.text for one in report.unmapped] == [shown]
    line = card(report, mapping=MAPPING)[-1]
    assert (line.value, line.champ, line.updated_at) == (shown, "9", MOVED)


def test_a_row_of_which_nothing_is_mapped_is_kept() -> None:
    rows = Rows(((champ(11, Text("mappé")),), (champ(12, Text("reste")),)))
    report = map_report(dossier(champ(1, rows)), mapping=MAPPING, revision=None)
    assert [(one.champ_id, one.text) for one in report.unmapped] == [("12", "reste")]


def test_a_repetition_that_a_field_cannot_read_is_told_once() -> None:
    text = "form: e\nversion: '1'\ntitle: E\nfields: {a: {champ: 1, type: text, title: T,"
    mapping = parse_mapping(f"{text} audience: agence, meaning: m}}}}\n", source="m")
    rows = Rows(((champ(12, Text("reste")),),))
    report = map_report(dossier(champ(1, rows)), mapping=mapping, revision=None)
    assert report.unmapped == ()
    assert report.fields["a"].raw == "reste"
