"""What the generator hands to the server: dossiers as declarants typed them, and what was planted.

Answers are plain JSON values keyed by the *stable id* of the champ (an int, as in the form file):

=====================  ================================================================
type of the champ      answer
=====================  ================================================================
text, textarea, email, phone, siret, drop_down_list    ``str``
yes_no                 ``True``, ``False`` or ``None`` (unanswered)
checkbox               ``bool``
integer_number         ``int`` or ``None``
decimal_number         ``float`` or ``None``
date, datetime         ISO 8601 ``str`` or ``None``
multiple_drop_down_list ``list[str]``
linked_drop_down_list  ``[primary, secondary]``
regions, departements  ``{"code": "84", "name": "Auvergne-Rhône-Alpes"}`` or ``None``
repetition             list of rows, each ``{stable id: answer}``
drop_down_list and multiple_drop_down_list fed by a CSV (``rows`` of the form): ids of its rows
piece_justificative,
titre_identite         list of ``{"filename", "content_type", "content", "scan"}``: ``content`` is
                       text, ``scan`` is ``safe``, ``pending`` or ``infected``
=====================  ================================================================

A champ without an answer is blank. Conditional champs are given freely: the server hides those
whose condition is false, as DS does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["en_construction", "en_instruction", "accepte", "refuse", "sans_suite"]


@dataclass(frozen=True, slots=True)
class SeedCompany:
    """A fictional company: ``siret`` may have a wrong key on purpose."""

    siret: str
    name: str


@dataclass(frozen=True, slots=True)
class Planted:
    """The verdict that the generator knows, because it planted what leads to it.

    Built by the generator from its own plan of defects, never by running the bridge's rules, so
    that the two can be compared. ``items`` holds every item of the guide (A1 … P2) with one of
    ``present``, ``insufficient``, ``missing``, ``invalid``, ``not_applicable``.
    """

    status: Literal["Complet", "À compléter", "À préciser", "Hors champ", "Clos"]
    score: int
    items: Mapping[str, str]
    priority: Literal["P1", "P2", "P3", "P4"] | None
    priority_criteria: Sequence[str]
    out_of_scope_champ: int | None
    situation: int
    kind: str


@dataclass(frozen=True, slots=True)
class SeedDossier:
    """One deposited dossier. Datetimes are aware; ``number`` is the dossier's number on DS."""

    number: int
    revision: Literal[1, 2]
    state: State
    groupe: Literal[0, 1]
    deposited_at: datetime
    updated_at: datetime
    usager_email: str
    company: SeedCompany
    answers: Mapping[int, Any]
    planted: Planted
    archived: bool = False
    annotations: Mapping[int, Any] = field(default_factory=dict)
