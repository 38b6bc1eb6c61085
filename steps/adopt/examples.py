"""Dossiers as a mapping would read them, beside what they say: shown before a form is adopted."""

import re
from collections.abc import Iterator, Mapping, Sequence

from french.text import agreed
from mappings.dossier.model import Champ, Dossier, Rows
from mappings.report.display import show_champ
from mappings.report.model import Report
from mappings.report.provenance import CardLine, annotated, card
from mappings.schema.model import FormMapping
from steps.wiring.case_files import CaseFiles
from steps.wiring.services import Services


def examples(
    services: Services, *, count: int
) -> Iterator[tuple[int, list[tuple[str, str, str, str]]]]:
    """Dossiers as a run would read them: question, answer, field, value, line by line."""
    numbers = sorted(services.store.dossiers.known_numbers(services.demarche))[-count:]
    files = CaseFiles.read(services)
    stored = services.store.dossiers.iterate(services.demarche, numbers=numbers)
    for dossier, report in files.each(
        stored, lambda _, case: (case.dossier, case.report), told=None, done="relu"
    ):
        yield dossier.number, compared(dossier, report, mapping=services.form.mapping)


def compared(
    dossier: Dossier, report: Report, *, mapping: FormMapping
) -> list[tuple[str, str, str, str]]:
    """What a dossier says beside how it is read: question, answer, field, value, line by line."""
    answers = dict(_answers((*dossier.champs, *dossier.annotations)))
    return [
        (line.label, _answer(answers, line), line.title, line.value or _why(line))
        for line in (*card(report, mapping=mapping), *annotated(report, mapping=mapping))
        if line.champ
    ]


def _why(line: CardLine) -> str:
    """Why a field has no value."""
    return " : ".join(filter(None, (line.state, line.problem.partition(",")[0])))


_Answers = Mapping[tuple[int, str], str]
"""Answers by the row, from 1, that the champ stands in (0: none), and its id."""


def _answer(answers: _Answers, line: CardLine) -> str:
    """What the form says of a field: in a row of it, that row's."""
    found = re.search(r"\[(\d+)\]", line.field)
    row = int(found[1]) if found else 0
    ids = line.champ.split(", ")
    told = (answers.get((row, one)) or answers.get((0, one), "") for one in ids)
    return " ; ".join(filter(None, told))


def _answers(champs: Sequence[Champ], row: int = 0) -> Iterator[tuple[tuple[int, str], str]]:
    for one in champs:
        if isinstance(one.value, Rows):
            for at, inner in enumerate(one.value.rows, 1):
                yield from _answers(inner, at)
            yield (row, one.id), agreed(len(one.value.rows), "ligne")
        else:
            yield (row, one.id), show_champ(one.value) if one.value is not None else ""
