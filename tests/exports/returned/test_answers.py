"""Questions to the centres in their workbooks, and what comes back of them."""

import io
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from exports.model import ExportedDossier
from exports.returned.answers import Answers, read_answers, take_answers
from exports.returned.reader import read_returned
from mappings.dossier.model import Place
from tests.exports.conftest import POLICY, answered, entry, parts, records
from tests.exports.registered import LIGHT, workbooks
from tests.triage.registre.in_memory import RegisterInMemory, day
from triage.registre import questions
from triage.registre.acts import By, dossier_object
from triage.registre.drafting import When

AT = {"Question": 1, "Texte": 4, "Réponse": 5, "Acte": 11}
LYON = By("CRPV Lyon", "classeur")


def memory() -> RegisterInMemory:
    """Two questions to Lyon and Lille: Lyon answered the first."""
    one = RegisterInMemory()
    name = one.opened(1, on="05/01")
    one.validated(name, "10/01")
    one.asked(name, "lyon", "lille", on="20/01", due="15/02")
    one.enter(
        questions.ask(
            one.read(),
            "QUE-0002",
            dossier_object(1),
            {"texte": "Ce dossier décrit-il un cas suivi chez vous ?"},
            ["lyon"],
            due=day("28/02"),
            by=LYON,
            when=one.when("20/01"),
        )
    )
    one.answered("QUE-0001", "lyon", "Deux cas, en 2025.", on="10/02")
    return one


def dossier() -> ExportedDossier:
    rhone = answered(({"departement": answered(Place("departement", "69", "Rhône"))},))
    fields = {"etendue": answered("Départementale"), "departements": rhone, "regions": answered(())}
    return replace(entry(1, fields=fields), situation="SIT-0001")


def book(at: RegisterInMemory, author: str = "crpv-lyon") -> bytes:
    return workbooks([dossier()], at, on=day("16/02")).workbook(author)


def edited(content: bytes, edit: Callable[[Worksheet], None]) -> bytes:
    made = openpyxl.load_workbook(io.BytesIO(content))
    edit(made["Questions"])
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def written(row: int, **cells: object) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        for name, value in cells.items():
            sheet.cell(row=row, column=AT[name]).value = value  # type: ignore[assignment]

    return edit


def taken(at: RegisterInMemory, back: bytes, *, accept_rows: bool = False) -> Answers:
    sheet = read_answers(read_returned(back, LIGHT), LIGHT)
    when = When(day("16/02"), day("16/02"))
    return take_answers(
        sheet, at.read(), at.acts, centre="lyon", by=LYON, when=when, accept_rows=accept_rows
    )


def test_12_the_sheet_of_lyon_has_its_questions_and_nothing_of_lille() -> None:
    at = memory()
    at.answered("QUE-0001", "lille", "Réponse de Lille.", on="20/02")
    lyon, lille, agency = (book(at, name) for name in ("crpv-lyon", "crpv-lille", "agence"))
    assert not any(b"Lille." in part for part in parts(lyon).values())
    assert any(b"Lille." in part for part in parts(lille).values())
    rows = records(lyon, "Questions")
    assert [(one["Question"], one["État"]) for one in rows] == [
        ("QUE-0002", "à répondre"),
        ("QUE-0001", "répondu"),
    ]
    assert rows[0]["Dossier"] == 1
    assert rows[1]["Réponse"] == "Deux cas, en 2025."
    assert "Centre" not in rows[0]
    (theirs,) = records(lille, "Questions")
    assert (theirs["Titre"], theirs["Situation"]) == (POLICY.mask,) * 2, "it reads no dossier of it"
    assert records(book(at, "reseau"), "Questions") == []
    told = [(one["Centre"], one["État"]) for one in records(agency, "Questions")]
    assert sorted(told) == [
        ("CRPV Lille", "répondu hors délai"),
        ("CRPV Lyon", "répondu"),
        ("CRPV Lyon", "à répondre"),
    ]


def test_12_what_is_said_over_a_sheet_without_a_question_is_no_answer() -> None:
    at = RegisterInMemory()
    content = book(at)
    assert any(b"Aucune question dans ce classeur." in part for part in parts(content).values())
    for back in (content, edited(content, lambda _: None)):
        assert taken(at, back) == Answers()


def test_12_late_ones_come_first() -> None:
    rows = records(book(memory(), "agence"), "Questions")
    assert [(one["Centre"], one["État"]) for one in rows] == [
        ("CRPV Lille", "en retard"),
        ("CRPV Lyon", "à répondre"),
        ("CRPV Lyon", "répondu"),
    ]


def test_an_answer_is_taken_once_and_the_next_workbook_carries_it() -> None:
    at = memory()
    first = book(at)
    back = edited(first, written(2, Réponse="Un cas, suivi depuis mars."))
    found = taken(at, back)
    assert [(one.question, one.before, one.after) for one in found.changes] == [
        ("QUE-0002", "", "Un cas, suivi depuis mars.")
    ]
    assert (found.problems, found.remarks) == ((), ())
    (act,) = found.drafts
    assert (act.person, act.door, act.new["centre"]) == ("CRPV Lyon", "classeur", "lyon")
    at.enter(found.drafts)
    assert taken(at, back) == Answers(), "the same file says nothing new"
    assert taken(at, first) == Answers(), "nor does one that was not filled in"
    rows = {one["Question"]: one for one in records(book(at), "Questions")}
    assert rows["QUE-0002"]["Réponse"] == "Un cas, suivi depuis mars."
    emptied = taken(at, edited(book(at), written(3, Réponse=None)))
    assert len(emptied.drafts) == 1, "an emptied cell takes the answer back"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (written(2, Réponse="Mme Martin, 06 12 34 56 78"), "Questions!E2 : Réponse : ressemble"),
        (written(2, Réponse="=1+1"), "Questions!E2 : formule ou erreur de calcul"),
        (written(2, Question="QUE-0009", Réponse="x"), "« QUE-0009 » n'est pas une question posée"),
        (written(2, Question=None, Réponse="x"), "Questions!A2 : il manque l'identifiant"),
        (written(2, Acte=1, Réponse="x"), "« 1 » n'est pas l'acte que portait QUE-0002"),
        (written(1, Réponse="Avis"), "il manque la colonne « Réponse »"),
        (lambda sheet: sheet.merge_cells("E2:E3"), "Questions!E2:E3 : cellules fusionnées"),
        (written(4, Question="QUE-0002", Acte=0, Réponse="x"), "a déjà une autre ligne"),
    ],
)
def test_what_cannot_be_taken_for_sure_is_refused_with_its_cell(
    edit: Callable[[Worksheet], None], told: str
) -> None:
    at = memory()
    found = taken(at, edited(book(at), edit))
    assert found.drafts == ()
    assert any(told in one for one in found.problems), found.problems


def test_an_answer_that_changed_since_is_refused_and_a_withdrawn_question_left_out() -> None:
    at = memory()
    back = edited(book(at), written(3, Réponse="Trois cas."))
    later = edited(book(at), written(2, Réponse="Un cas."))
    at.answered("QUE-0001", "lyon", "Quatre cas.", on="12/02")
    (problem,) = taken(at, back).problems
    assert "Questions!E3 : la réponse à QUE-0001 a changé" in problem
    assert "« Quatre cas. »" in problem
    one = at.read().questions["QUE-0002"]
    at.enter(questions.withdraw(one, by=LYON, when=at.when("13/02")))
    found = taken(at, later)
    assert (found.drafts, found.problems) == ((), ())
    assert "QUE-0002 a été retirée" in found.remarks[0]


def test_answers_sorted_without_their_questions_are_refused_unless_a_person_looked() -> None:
    def swap(sheet: Worksheet) -> None:
        sheet["E2"].value, sheet["E3"].value = sheet["E3"].value, "Aucun."

    at = memory()
    back = edited(book(at), swap)
    found = taken(at, back)
    assert "triées ou collées sans les autres" in found.problems[0]
    assert len(taken(at, back, accept_rows=True).drafts) == 2

    def torn(sheet: Worksheet) -> None:
        sheet["D2"].value, sheet["D3"].value = sheet["D3"].value, sheet["D2"].value
        sheet["E2"].value = "Oui."

    assert "triées ou collées sans les autres" in taken(at, edited(book(at), torn)).problems[0]
