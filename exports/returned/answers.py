"""What a centre answered to questions, in the sheet of its workbook that came back.

A row is known by its question and by the last act that it carried: what was entered since, and a
row whose cells were parted, are refused with their cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exports.returned.book import Sheet
from exports.returned.merging import BY_COMMAND, Ways
from exports.returned.reader import Returned, not_a_text, read_sheet, top_of
from exports.returned.reference import squeezed
from exports.sheets.columns import ColumnsFile
from exports.sheets.registre import ACT, ANSWER, KEY, TEXT
from french.text import typographic
from triage.registre import questions as rules
from triage.registre.acts import Act, By, Draft
from triage.registre.drafting import When
from triage.registre.refused import Refused
from triage.registre.register import Question, Register

_READ = (KEY, ACT, ANSWER, TEXT)
_PARTED = (
    "Remettez les cellules à leur place dans le classeur, ou, si chaque réponse est bien en face de"
    " sa question, "
)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A row of the sheet of questions.

    Attributes:
        question: What stands for its id.
        act: What stands for the last act that it carried.
        text: The answer that stands there.
        told: The text of the question that stands there.
        cell: Where the answer is.
    """

    question: str
    act: str
    text: str
    told: str
    cell: str


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The sheet of questions as it came back.

    Attributes:
        rows: Its rows.
        problems: What cannot be taken, each with its cell.
        taken: Its name and the column of the answers, which are read here and nowhere else.
    """

    rows: tuple[AnswerRow, ...] = ()
    problems: tuple[str, ...] = ()
    taken: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What a centre changed: the answer to a question, before and after."""

    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What is to be entered of the answers, or why none is.

    Attributes:
        changes: What changes.
        drafts: The acts that they make.
        problems: Why nothing is taken, each with its cell.
        remarks: What is left out without harm to the rest.
    """

    changes: tuple[AnswerChange, ...] = ()
    drafts: tuple[Draft, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_answers(returned: Returned, columns: ColumnsFile) -> AnswerSheet:
    """Read the sheet of questions; nothing where the workbook has none.

    Raises:
        UnreadableWorkbookError: It is damaged.
    """
    spec = next((one for one in columns.sheets if one.kind == "questions"), None)
    if spec is None or returned.table is None or spec.name not in returned.table.book.parts:
        return AnswerSheet()
    sheet = read_sheet(returned.table.book, spec.name)
    names = {one.computed: one.name for one in spec.columns}
    if not all(name in names for name in _READ):
        return AnswerSheet()
    top = top_of(sheet, names[KEY])
    header = {typographic(cell.text): at for at, cell in sheet.rows.get(top, {}).items()}
    lacking = [names[one] for one in _READ if names[one] not in header]
    if lacking:
        told = ", ".join(f"« {one} »" for one in lacking)
        why = f"{sheet.name}, ligne {top} : il manque la colonne {told} ; rendez-lui son nom"
        return AnswerSheet(problems=(why,))
    places = {one: header[names[one]] for one in _READ}
    problems: list[str] = []
    rows = tuple(_rows(sheet, places, top, problems))
    return AnswerSheet(rows, tuple(problems), (sheet.name, places[ANSWER]))


def _rows(
    sheet: Sheet, places: Mapping[str, int], top: int, problems: list[str]
) -> Iterator[AnswerRow]:
    answers = places[ANSWER]
    for left, first, right, last in sheet.merged:
        if left <= answers <= right and last > max(first, top):
            where = sheet.range((left, first, right, last))
            problems.append(
                f"{where} : cellules fusionnées ; défusionnez-les et écrivez chaque réponse en face"
                " de sa question"
            )
    for row in sorted(one for one in sheet.rows if one > top):
        cells = {name: sheet.rows[row].get(at) for name, at in places.items()}
        where, answer = sheet.at(row, answers), cells[ANSWER]
        if cells[KEY] is None and answer is None:
            continue
        if why := not_a_text(answer):
            problems.append(f"{where} : {why}")
            continue
        if cells[KEY] is None:
            problems.append(
                f"{sheet.at(row, places[KEY])} : il manque l'identifiant de la question à laquelle"
                " répond cette ligne"
            )
            continue
        texts = {name: cell.text if cell else "" for name, cell in cells.items()}
        yield AnswerRow(texts[KEY], texts[ACT], texts[ANSWER], texts[TEXT], where)


def take_answers(
    sheet: AnswerSheet,
    register: Register,
    acts: Sequence[Act],
    *,
    centre: str,
    by: By,
    when: When,
    accept_rows: bool,
    ways: Ways = BY_COMMAND,
) -> Answers:
    """Compare answers with what the workbook carried and with what is held now. Pure.

    Args:
        sheet: What came back.
        register: The register as it is.
        acts: All acts.
        centre: Code of the centre whose workbook it is.
        by: Who answers.
        when: Day of the answers.
        accept_rows: Whether a person says that each answer is in front of its question.
        ways: How they say so.
    """
    judge = _Judge(register, acts, centre, by, when)
    for row in sheet.rows:
        judge.take(row)
    problems = (*sheet.problems, *judge.problems, *(() if accept_rows else judge.parted(ways)))
    if problems:
        return Answers(problems=problems, remarks=tuple(judge.remarks))
    return Answers(tuple(judge.changes), tuple(judge.drafts), (), tuple(judge.remarks))


class _Judge:
    """Takes rows one by one, and notes what cannot be."""

    def __init__(
        self, register: Register, acts: Sequence[Act], centre: str, by: By, when: When
    ) -> None:
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self.changes: list[AnswerChange] = []
        self.drafts: list[Draft] = []
        self._register = register
        self._acts = [one for one in acts if one.object in register.questions]
        self._centre = centre
        self._by = by
        self._when = when
        self._seen: dict[str, AnswerRow] = {}
        self._carried: dict[str, str] = {}

    def take(self, row: AnswerRow) -> None:
        """Judge a row."""
        one = self._register.questions.get(row.question)
        if one is None or self._centre not in one.centres:
            self.problems.append(
                f"{row.cell} : « {row.question} » n'est pas une question posée à ce centre"
            )
            return
        first = self._seen.setdefault(one.id, row)
        if first is not row:
            if squeezed(first.text) != squeezed(row.text):
                self.problems.append(
                    f"{row.cell} : {one.id} a déjà une autre ligne ({first.cell}) qui dit autre"
                    " chose"
                )
            return
        known = {act.id for act in rules.acts_of(self._acts, one.id, self._centre)}
        if not row.act.isdecimal() or int(row.act) not in known:
            self.problems.append(
                f"{row.cell} : « {row.act} » n'est pas l'acte que portait {one.id} ; la colonne des"
                " actes a été changée, ou triée sans les autres"
            )
            return
        self._carried[one.id] = rules.answer_at(
            self._acts, one.id, self._centre, until=int(row.act)
        )
        self._compare(row, one)

    def _compare(self, row: AnswerRow, one: Question) -> None:
        held = one.answers.get(self._centre)
        was, now = self._carried[one.id], held.text if held else ""
        if squeezed(row.text) in {squeezed(was), squeezed(now)}:
            return
        if one.withdrawn:
            self.remarks.append(
                f"{row.cell} : {one.id} a été retirée ({one.withdrawn}) ; la réponse écrite là"
                " n'est pas reprise"
            )
            return
        if was != now:
            self.problems.append(
                f"{row.cell} : la réponse à {one.id} a changé depuis que ce classeur a été fait ;"
                f" elle est maintenant « {now or 'vide'} ». Reportez la vôtre dans le dernier"
                " classeur publié"
            )
            return
        try:
            drafts = rules.answer(one, self._centre, row.text, by=self._by, when=self._when)
        except Refused as error:
            self.problems.append(f"{row.cell} : {error}")
            return
        self.drafts += drafts
        self.changes.append(AnswerChange(one.id, now, row.text))

    def parted(self, ways: Ways) -> Iterator[str]:
        """Rows whose answer, or whose question, is that of another row: sorted apart."""
        texts = {squeezed(self._register.questions[name].text): name for name in self._seen}
        left = {
            squeezed(was)
            for name, was in self._carried.items()
            if was and squeezed(was) != squeezed(self._seen[name].text)
        }
        for name, row in self._seen.items():
            other = texts.get(squeezed(row.told), name)
            same = squeezed(self._register.questions[other].text) == squeezed(
                self._register.questions[name].text
            )
            moved = squeezed(row.text) in left and name in self._carried
            if not same or (moved and squeezed(self._carried[name]) != squeezed(row.text)):
                yield (
                    f"{row.cell} : cette ligne a le texte d'une autre ; des cellules ont été triées"
                    f" ou collées sans les autres. {_PARTED}{ways.rows}"
                )
