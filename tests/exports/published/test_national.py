"""A centre's workbook says what it would if no other centre had one.

What all centres have is read, put together and deflated once for all of them
(:mod:`exports.sheets.national`): neither who asks first, nor where rows are put, nor what another
centre said may be seen.
"""

import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.parsers.expat import ParserCreate
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exports.errors import WorkbookCheckError
from exports.later_dossier import LaterDossier
from exports.model import ExportedDossier, Opinion
from exports.published.changes import Changes, FieldChange, since
from exports.published.flat import csv_bytes, parquet_bytes
from exports.published.workbook import AudienceWorkbook
from exports.xlsx.kept_rows import decode_facts
from exports.xlsx.row_writer import cell_value
from french.text import typographic
from tests.exports.conftest import (
    BLANK,
    MAPPING,
    POLICY,
    after,
    answered,
    by_calamine,
    by_openpyxl,
    parts,
)
from tests.exports.published.drawn import AUTHORS, Drawn, dossier, drawn
from tests.exports.published.recounted import (
    Expected,
    counted_over,
    lines_of,
    of_situations,
    plain,
)
from tests.exports.published.test_digest import CENTRES
from tests.triage.situations.planted import the_matching
from triage.situations.description import describe

_EVERY = (*AUTHORS, "reseau", "agence")


@st.composite
def sets(draw: st.DrawFn) -> Drawn:
    return drawn(lambda among: draw(st.sampled_from(among)))


def said(book: AudienceWorkbook) -> Any:
    """All that a workbook says, its cells being held."""
    tables = {
        name: (one.columns, one.above, [tuple(row) for row in one.rows])
        for name, one in book.tables.items()
    }
    return tables, book._synthesis, book._about, book.title, book.digest, dict(book.rows)


def texts(book: AudienceWorkbook) -> Iterator[str]:
    for table in book.tables.values():
        yield from (str(plain(cell)) for row in table.rows for cell in row)


def well_formed(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook: whole by their CRC, each well-formed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        found = {one.filename: archive.read(one) for one in archive.infolist()}
        assert {one.filename: one.file_size for one in archive.infolist()} == {
            name: len(part) for name, part in found.items()
        }
    for part in found.values():
        ParserCreate().Parse(part, True)
    return found


many = settings(
    max_examples=15,
    phases=(Phase.reuse, Phase.generate),  # to make a set smaller takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.slow
@many
@given(sets(), st.permutations(_EVERY))
def test_a_workbook_is_the_same_whoever_was_asked_before_and_whoever_else_there_is(
    found: Drawn, order: list[str]
) -> None:
    shared = found.made()
    for author in order:
        mine = said(shared.made(author))
        assert mine == said(found.made().made(author)), "alone"
        if author in AUTHORS:
            others = [
                replace(one, opinions={k: it for k, it in one.opinions.items() if k == author})
                for one in found.entries
            ]
            news = {author: found.news[author]} if author in found.news else {}
            assert mine == said(replace(found, entries=others, news=news).made().made(author))
    again = [said(shared.made(author)) for author in order]
    assert again == [said(found.made().made(author)) for author in order], "asked twice"


@pytest.mark.slow
@many
@given(sets())
def test_all_that_is_counted_is_what_the_dossiers_of_the_workbook_give(found: Drawn) -> None:
    made = found.made()
    for author in AUTHORS:
        book = made.made(author)
        expected = Expected(found, book)
        rows = {name: lines_of(one) for name, one in book.tables.items()}
        why = {n: one["Pourquoi vous l’avez"] for n, one in expected.dossiers.items()}
        assert why == expected.read
        assert made.numbers(author) == expected.read.keys()
        assert [one.number for one in book.ordered] == [one["Dossier"] for one in rows["Dossiers"]]
        assert book.rows == {name: len(one) for name, one in rows.items()}

        figures = book._synthesis
        assert {one.name: one.value for one in figures.figures} == expected.figures
        told = {one.title: {str(k): v for k, *v in one.lines if any(v)} for one in figures.blocks}
        wanted = {
            name: {typographic(line): [*counts] for line, counts in lines.items()}
            for name, lines in expected.blocks.items()
        }
        assert told == wanted

        assert of_situations(rows["Situations"]) == expected.situations
        waiting = {
            one["Dossier"]: {
                "Pourquoi maintenant": one["Pourquoi maintenant"],
                "À qui d’agir": one["À qui d’agir"],
                "Depuis le": one["Depuis le"].date(),
            }
            for one in rows["À traiter"]
        }
        assert [*waiting.items()] == [*expected.waiting.items()]
        assert counted_over(book.tables["À traiter"].above) == expected.headline
        about = {one.name: one.text for one in book._about}
        assert {name: about[name] for name in expected.withheld} == expected.withheld

        numbers = [*expected.dossiers]
        national = [expected.is_national(one) for one in numbers]
        assert national == sorted(national), "its own first"
        for sheet in ("Spécialités", "Complétude", "Mesures", "Pièces jointes"):
            places = [numbers.index(one["Dossier"]) for one in rows[sheet]]
            assert places == sorted(places), f"{sheet} in the order of Dossiers"


@pytest.mark.slow
@many
@given(sets())
def test_no_centre_reads_what_another_said_nor_that_it_was_named(found: Drawn) -> None:
    made = found.made()
    for author in AUTHORS:
        book = made.made(author)
        others = {f"avis de {one}" for one in _EVERY} - {f"avis de {author}"}
        assert not others & {*texts(book)}
        for row in lines_of(book.tables["Dossiers"]):
            (entry,) = (one for one in found.entries if one.number == row["Dossier"])
            own = entry.opinions.get(author)
            wanted = (own.judgement or None, own.comment or None) if own else (None, None)
            assert (row["Avis du centre"], row["Commentaire"]) == wanted


@pytest.mark.slow
@settings(many, max_examples=5)
@given(sets(), st.permutations(AUTHORS))
def test_rows_put_aside_are_those_that_were_held_whoever_asked_before(
    found: Drawn, order: list[str]
) -> None:
    held = found.made()
    with TemporaryDirectory() as folder:
        first = found.made(Path(folder))
        for author in order:
            mine, theirs = first.made(author), held.made(author)
            assert (mine.digest, dict(mine.rows)) == (theirs.digest, dict(theirs.rows))
            assert well_formed(mine.pack()) == parts(theirs.pack())
        kept = [*first.to_keep()]
        same = {number: facts for number, facts, _ in kept}
        entries = [
            later(one, same[one.number]) if one.number in same else one for one in found.entries
        ]
        next_day = found.made(
            Path(folder), entries=entries, made_before=lambda: [(one, it) for one, _, it in kept]
        )
        for author in reversed(order):
            mine, theirs = next_day.made(author), held.made(author)
            assert (mine.digest, mine.rows) == (theirs.digest, theirs.rows)
            assert well_formed(mine.pack()) == parts(theirs.pack())
        assert not [*next_day.to_keep()], "all was made before"


def later(one: ExportedDossier, facts: bytes, read: "Whole | None" = None) -> LaterDossier:
    """A dossier that did not move since, of which only what was kept is at hand."""
    kept = decode_facts(facts, {})
    assert kept is not None
    names = ("opinions", "situation", "first_checked_at", "corrected", "judged", "unreadable")
    beside = {name: getattr(one, name) for name in (*names, "handed_over", "asked_at")}
    return LaterDossier(one.number, *kept, read=read or Whole([one]), **beside)


class Whole:
    """Reads dossiers whole; how many were asked for at once, each time."""

    def __init__(self, entries: Sequence[ExportedDossier]) -> None:
        self.entries = {one.number: one for one in entries}
        self.asked: list[int] = []
        self.at_hand: set[int] = set()

    def __call__(self, number: int) -> ExportedDossier:
        if number not in self.at_hand:
            self.ahead([number])
        return self.entries[number]

    def ahead(self, numbers: Sequence[int]) -> None:
        self.asked.append(len(numbers))
        self.at_hand = {*numbers}


SIGN = "un <signe"
NATIONAL, LYON, NICE = "national", "crpv-lyon", "crpv-nice"


def shared(number: int, where: str = NATIONAL, *, named: str = "", by: str = "") -> ExportedDossier:
    """An open dossier that centres may read.

    Args:
        number: Its number.
        where: Where it is from.
        named: Whom an instructeur named its rapporteur.
        by: Who gave an opinion on it.
    """
    chance = random.Random(number)
    one = dossier(
        number,
        chance.choice,
        where=where,
        held={"statut": "Complet"},
        archived=False,
        annotations={"crpv_rapporteur": answered(named) if named else BLANK},
        opinions={by: Opinion(by, "", f"avis de {by}")} if by else {},
    )
    return replace(one, judged=True)


def aside_as_held(found: Drawn, folder: Path, *authors: str, **changes: Any) -> list[bytes]:
    """Workbooks of some authors, their rows put aside: equal to those whose cells were held."""
    held, apart = found.made(**changes), found.made(folder, **changes)
    made = []
    for author in authors:
        mine, theirs = apart.made(author), held.made(author)
        assert (mine.digest, mine.rows) == (theirs.digest, theirs.rows)
        made.append(mine.pack())
        assert well_formed(made[-1]) == parts(theirs.pack())
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "centres"),
    [
        ((), 3),
        ((LYON, NICE), 3),
        ((NATIONAL,) * 4, 3),
        ((NATIONAL, LYON, NATIONAL), 1),
        ((NATIONAL,), 1),
        (("aucun", "outre-mer", "étranger"), 1),
    ],
)
def test_none_is_national_or_all_are_or_a_centre_is_alone(
    tmp_path: Path, where: tuple[str, ...], centres: int
) -> None:
    found, few = Drawn([shared(n, one) for n, one in enumerate(where, 1)]), CENTRES[:centres]
    authors = [f"crpv-{one.code}" for one in few]
    made = found.made(centres=few)
    for author in authors:
        wanted = {n for n, one in enumerate(where, 1) if one in {NATIONAL, author}}
        assert made.numbers(author) == wanted
    aside_as_held(found, tmp_path, *authors, centres=few)


@pytest.fixture(scope="module")
def cut() -> Drawn:
    """National dossiers among which centres read a few as no other does, and their own."""
    otherwise = {
        3: {"by": LYON},
        4: {"by": LYON, "named": "Lyon"},
        6: {"named": "Lille et Nice"},
        8: {"by": NICE},
        12: {"by": NICE},
    }
    national = [shared(number, **otherwise.get(number, {})) for number in range(1, 13)]
    return Drawn([*national, shared(13, LYON), shared(14, NICE), shared(15, LYON)])


@pytest.mark.slow
def test_blocks_are_cut_where_a_centre_reads_a_dossier_otherwise(
    cut: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.xlsx.rows_apart._SHARED", 3_000)
    made = aside_as_held(cut, tmp_path, *AUTHORS, *AUTHORS)
    assert made[:3] == made[3:], "the same bytes when it is asked again"


@pytest.mark.slow
@pytest.mark.parametrize("author", [LYON, "crpv-lille"])
def test_readers_that_we_did_not_write_find_each_row_in_its_place(
    cut: Drawn, tmp_path: Path, author: str
) -> None:
    book = cut.made().made(author)
    content = cut.made(tmp_path).workbook(author)
    for sheet in ("Dossiers", "Mesures", "À traiter"):
        table = book.tables[sheet]
        top = table.header_row
        for read in (by_openpyxl(content, sheet), by_calamine(content, sheet)):
            assert [*read[top - 1]][: len(table.columns)] == [one.name for one in table.columns]
            shown = [[texted(cell) for cell in row] for row in read[top:]]
            assert shown == [
                [texted(cell_value(*both)) for both in zip(table.columns, row, strict=True)]
                for row in table.rows
            ]


def texted(value: Any) -> str:
    """A cell as a text, whatever the type that a reader gives it."""
    match value:
        case None:
            return ""
        case bool() | str():
            return str(value)
        case date():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return f"{value:g}"


@pytest.mark.slow
def test_a_national_dossier_may_have_no_row_in_a_sheet(tmp_path: Path) -> None:
    blank = shared(2)
    none = {name: answered(()) for name in ("specialites", "mesures", "rcp")}
    blank = replace(blank, report=replace(blank.report, fields={**blank.report.fields, **none}))
    found = Drawn([shared(1), blank, shared(3), shared(4, LYON)])
    rows = found.made().made(LYON).tables
    for sheet in ("Spécialités", "Mesures"):
        assert 2 not in {one["Dossier"] for one in lines_of(rows[sheet])}
    aside_as_held(found, tmp_path, LYON, NICE)


@pytest.mark.parametrize("author", [LYON, NICE])
def test_a_national_row_that_cannot_be_written_is_told_by_each_workbook_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, author: str
) -> None:
    monkeypatch.setattr(
        "exports.xlsx.row_writer.escape", lambda text: text if text == SIGN else escape(text)
    )
    broken, own = shared(2), shared(5, LYON)
    titled = {"titre": answered(SIGN)}
    broken, own = (
        replace(one, report=replace(one.report, fields={**one.report.fields, **titled}))
        for one in (broken, own)
    )
    rows = [shared(1), shared(3), shared(4, LYON)]
    for entries, fails in (([*rows, broken], True), ([*rows, own], author == LYON)):
        found = Drawn(entries)
        mine = found.made(tmp_path).made(author)
        assert mine.digest == found.made().made(author).digest
        if fails:
            with pytest.raises(WorkbookCheckError):
                mine.pack()
        else:
            well_formed(mine.pack())


@pytest.mark.slow
def test_dossiers_whose_rows_move_though_they_did_not_are_read_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.sheets.tables._AT_ONCE", 5)
    found = Drawn([shared(number) for number in range(1, 13)])
    first = found.made(tmp_path)
    first.made(LYON).file("centre:lyon")  # every dossier is new: no edition came before
    kept = {number: (facts, rows) for number, facts, rows in first.to_keep()}
    assert len(kept) == 12
    whole = Whole(found.entries)
    entries = [later(one, kept[one.number][0], whole) for one in found.entries]
    sent = (FieldChange("Dernière modification", "01/02/2026 10:00", "03/02/2026 23:30"),)
    moved = Changes((), tuple((row, sent) for row in first.handed("reseau")), ())
    answers = {LYON: since("édition 2026-S11 du lundi 9 mars 2026", moved)}
    made = replace(found, news=answers).made(
        tmp_path,
        entries=entries,
        made_before=lambda: [(number, rows) for number, (_, rows) in kept.items()],
    )
    told = made.made(LYON).tables["À traiter"]
    assert len(told.rows) == 12
    assert whole.asked == [5, 5, 2]


@pytest.mark.slow
def test_plain_tables_are_the_same_whoever_was_asked_before(cut: Drawn) -> None:
    made = cut.made()
    for author in (NICE, LYON):
        tables = made.tables(author)
        alone = cut.made().tables(author)
        for sheet in ("Dossiers", "À traiter", "Spécialités", "Situations"):
            for write in (csv_bytes, parquet_bytes):
                assert write(tables[sheet]) == write(alone[sheet])
        numbers = [str(one["Dossier"]) for one in lines_of(tables["Dossiers"])]
        told = csv_bytes(tables["Dossiers"]).decode("utf-8-sig").splitlines()
        assert [line.split(";")[0] for line in told[1:]] == numbers


def test_a_situation_without_an_id_to_read_lends_its_title_to_no_other() -> None:
    def reported(number: int, situation: str, substance: str) -> ExportedDossier:
        one = shared(number)
        row = {
            **dict.fromkeys(MAPPING.fields["specialites"].fields, BLANK),
            "substance": answered(substance),
        }
        report = replace(one.report, fields={**one.report.fields, "specialites": answered((row,))})
        described = describe(report, the_matching(), in_scope=True)
        return replace(one, report=report, situation=situation, description=described)

    before = [reported(1, "SIT-0001", "néfopam"), reported(2, "", "fentanyl")]
    named = [reported(1, "Labo X", "néfopam"), reported(2, "", "fentanyl")]
    tables = after(Drawn(named).made(), Drawn(before).made()).tables("crpv-lyon")
    (typed, none) = lines_of(tables["Situations"])
    assert (typed["Situation"], none["Situation"]) == (POLICY.mask, None)
    (moved,) = (one for one in lines_of(tables["Changements"]) if one["Colonne"] == "Situation")
    assert (moved["Dossier"], moved["Après"]) == (1, POLICY.mask)
