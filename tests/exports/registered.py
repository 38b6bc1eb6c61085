"""Workbooks of the agency, the network and two centres, with what the register says."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from exports.model import ExportedDossier, RegisterView
from exports.published.workbook_set import WorkbookSet
from exports.sheets.centres import Centre, parse_centres
from exports.sheets.columns import ColumnsFile
from tests.exports.conftest import COLUMNS, POLICY, ROOT, context
from tests.triage.registre.in_memory import RegisterInMemory, lists
from triage.registre.questions import acts_of, asked
from triage.registre.state_from_acts import read

_KEPT = {
    "Dossiers",
    "Synthèse",
    "Situations",
    "Signaux",
    "Mesures agence",
    "Questions",
    "Consommation",
}


@cache
def two_centres() -> tuple[Centre, ...]:
    """Lyon and Lille."""
    path = ROOT / "exports/unc/crpv.csv"
    every = parse_centres(path.read_text("utf-8"), source=path.name)
    return tuple(one for one in every if one.code in {"lyon", "lille"})


def _light() -> ColumnsFile:
    """The sheets of the register, and a few others with few columns."""
    dossiers = COLUMNS.dossiers_sheet
    columns = [one for one in dossiers.columns if one.not_for != "agence"][:16]
    few = dossiers.model_copy(update={"columns": tuple(columns), "first": {}, "rest": False})
    named = {**{one.name: one for one in COLUMNS.sheets}, few.name: few}
    kept = _KEPT | {"Dictionnaire", "À propos"}
    sheets = tuple(one for name, one in named.items() if name in kept)
    return COLUMNS.model_copy(update={"sheets": sheets})


LIGHT = _light()


def view(memory: RegisterInMemory, *, on: date, **changes: Any) -> RegisterView:
    """What a memory says on a day."""
    register = read(memory.acts)
    found = asked(register, on=on)
    last = {
        (one.question.id, one.centre): max(
            act.id for act in acts_of(memory.acts, one.question.id, one.centre)
        )
        for one in found
    }
    return RegisterView(
        register=register,
        asked=found,
        last_acts=last,
        **{"sanctions": lists().sanctions, **changes},
    )


def workbooks(
    entries: Sequence[ExportedDossier], memory: RegisterInMemory, *, on: date, **changes: Any
) -> WorkbookSet:
    """All workbooks."""
    made = context(register=view(memory, on=on), **changes)
    return WorkbookSet(entries, made, LIGHT, POLICY, two_centres())
