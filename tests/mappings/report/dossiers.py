"""Dossiers in memory, and the reports that a mapping written in a test makes of them."""

from datetime import UTC, datetime

from mappings.dossier.model import Champ, ChampValue, Company, Dossier, DossierState
from mappings.dossier.revision import Descriptor, Revision
from mappings.report.mapper import map_report
from mappings.report.model import Answer, Report
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping

MOVED = datetime(2026, 3, 5, 9, tzinfo=UTC)
DEPOSITED = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
COMPANY = Company("44303600300027", "LABO")
HEAD = 'form: essai\nversion: "1"\ntitle: Essai\nfields:\n'


def champ(number: int, value: ChampValue | None, *, kind: str = "text", label: str = "") -> Champ:
    """A champ with an answer."""
    named = label or f"Question {number}"
    return Champ(str(number), str(number), named, kind, value, MOVED)


def dossier(*champs: Champ, demandeur: Company | None = COMPANY) -> Dossier:
    """A dossier with some champs."""
    return Dossier(
        id="d",
        number=42,
        state=DossierState.EN_CONSTRUCTION,
        archived=False,
        revision_id="1",
        deposited_at=DEPOSITED,
        modified_at=DEPOSITED,
        champs_modified_at=MOVED,
        passed_en_instruction_at=None,
        decided_at=None,
        correction_pending_since=None,
        usager_email="a@example.org",
        demandeur=demandeur,
        groupe="Groupe A",
        groupe_id="g",
        champs=champs,
        annotations=(),
        labels=frozenset(),
        messages=(),
    )


def mapping(*lines: str) -> FormMapping:
    """The mapping of fields, each given as its name and keys, with the keys that all need."""
    return parse_mapping(HEAD + "".join(map(field, lines)), source="m")


def field(line: str) -> str:
    """A field with the keys that all need, from ``name: keys``."""
    name, _, keys = line.partition(":")
    audience = "" if "audience" in keys else ", audience: reseau"
    return f"  {name}: {{{keys.strip()}, title: T, meaning: m{audience}}}\n"


def report(form: FormMapping, *champs: Champ, asked: tuple[Descriptor, ...] = ()) -> Report:
    """What a dossier states by a mapping."""
    revision = Revision(id="1", champs=asked, annotations=()) if asked else None
    return map_report(dossier(*champs), mapping=form, revision=revision)


def answer(line: str, *champs: Champ) -> Answer:
    """The answer of the one field of a mapping."""
    (only,) = report(mapping(line), *champs).fields.values()
    return only
