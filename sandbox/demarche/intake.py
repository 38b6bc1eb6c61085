"""How forms, dossiers and answers come into the state."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.common.clock import MovableClock, micros
from sandbox.common.texts import as_number, normalised
from sandbox.demarche.demarche import Agent, Demarche, Label
from sandbox.demarche.dossier import FINAL_STATES, DepositedDossier
from sandbox.demarche.notices import notify
from sandbox.demarche.seed import SeedCompany, SeedDossier
from sandbox.demarche.state import StateFile
from sandbox.form.model import FormRevision, TypeDeChamp
from sandbox.form.validity import check_submission, check_written

_ROW = "01SANDBOX"


@dataclass(frozen=True, slots=True)
class NewDossier:
    """A dossier to deposit: what a seed says, but for what was planted, in any revision."""

    number: int
    revision: int
    state: str
    groupe: int
    deposited_at: datetime
    updated_at: datetime
    usager_email: str
    company: SeedCompany
    answers: Mapping[Any, Any]
    archived: bool = False
    annotations: Mapping[Any, Any] = field(default_factory=dict)
    mandatory: bool = True
    """Whether what is mandatory must be answered: not in one written before it was."""
    person: Mapping[str, Any] | None = None
    """The natural person who deposits it, instead of a company."""


def open_demarche(state: StateFile, form: Mapping[str, Any], clock: MovableClock) -> Demarche:
    """Publish the démarche that a form file describes."""
    now = clock.now()
    groupes = {state.next_id(): label for label in form["groupes"]}
    places = list(groupes)
    demarche = Demarche(
        number=form["number"],
        title=form["title"],
        created_at=now,
        updated_at=now,
        revisions=[FormRevision.from_json(state.next_id(), now, one) for one in form["revisions"]],
        labels=[Label(state.next_id(), one["name"], one["color"]) for one in form["labels"]],
        groupes=groupes,
        instructeurs=[
            Agent(state.next_id(), one["email"], [places[at] for at in one["groupes"]])
            for one in form["instructeurs"]
        ],
        opendata=form.get("opendata", False),
    )
    state.save_demarche(demarche)
    return demarche


def deposit_all(
    state: StateFile, demarche: Demarche, seeds: Iterable[SeedDossier | NewDossier]
) -> int:
    """Deposit every seed, all of them or none; return how many."""
    count = 0
    with state.transaction():
        for seed in seeds:
            deposit(state, demarche, seed)
            count += 1
    return count


def deposit(
    state: StateFile, demarche: Demarche, seed: SeedDossier | NewDossier
) -> DepositedDossier:
    """Deposit one dossier as its seed describes it, with the dates of the seed.

    Raises:
        Refusal: DS would not let it be deposited, in the sentences that its declarant reads. One
            of the generator is of a time when nothing was mandatory: it may have blanks.
    """
    born, moved = micros(seed.deposited_at), micros(seed.updated_at)
    revision = demarche.revisions[seed.revision - 1]
    new = seed if isinstance(seed, NewDossier) else None
    mandatory = new is not None and new.mandatory
    where = (seed.number, born)
    answers = take_answers(state, revision.champs, seed.answers, where)
    check_submission(revision, answers, mandatory=mandatory)
    annotations = take_answers(state, revision.annotations, seed.annotations, where)
    check_written(revision.annotations, annotations)
    if seed.company.siret:
        state.save_company(seed.company.siret, seed.company.name)
    decided = seed.state in FINAL_STATES
    dossier = DepositedDossier(
        number=seed.number,
        demarche=demarche.number,
        revision=revision.id,
        state=seed.state,
        groupe=list(demarche.groupes)[seed.groupe],
        deposited_at=born,
        updated_at=moved,
        usager_email=seed.usager_email,
        siret=seed.company.siret,
        company=seed.company.name,
        answers=answers,
        champs_at=moved,
        answered_at=moved,
        annotations_at=born,
        annotations=annotations,
        construction_at=born,
        instruction_at=moved if seed.state != "en_construction" else None,
        decided_at=moved if decided else None,
        archived=seed.archived,
        first_revision=revision.id,
        mandatory=mandatory,
        person=dict(new.person) if new and new.person else None,
    )
    dossier.assign(born, "auto", None)
    for event, when in _history(dossier):
        dossier.treat(event, when, None)
        notify(dossier, event, when)
    dossier.updated_at = moved
    state.save(dossier)
    return dossier


def _history(dossier: DepositedDossier) -> Iterator[tuple[str, int]]:
    """Yield what has happened to a dossier so far, and when."""
    yield "depose", dossier.deposited_at
    if dossier.instruction_at:
        yield "passe_en_instruction", dossier.instruction_at
    if dossier.decided_at:
        decided = "classe_sans_suite" if dossier.state == "sans_suite" else dossier.state
        yield decided, dossier.decided_at


def take_answers(
    state: StateFile,
    types: Sequence[TypeDeChamp],
    answers: Mapping[Any, Any],
    where: tuple[int, int],
) -> dict[str, Any]:
    """Return answers by stable id as they are kept: rows named, files with checksum, clean texts.

    Args:
        state: where the content of files goes.
        types: the questions; an answer to another question is kept as it is.
        answers: plain answers, in the shapes of `sandbox.demarche.seed`.
        where: the number of the dossier and the instant, which name rows and date files.
    """
    by_id = {one.stable: one for one in types}
    taken: dict[str, Any] = {}
    for key, answer in answers.items():
        one = by_id.get(str(key))
        kind = one.kind if one else None
        listed = isinstance(answer, list | tuple) and all(isinstance(a, Mapping) for a in answer)
        if kind in {"piece_justificative", "titre_identite"} and answer and listed:
            taken[str(key)] = [_take_file(state, file, where[1]) for file in answer]
        elif one is not None and kind == "repetition" and answer and listed:
            taken[str(key)] = [
                _take_row(state, one, row, (*where, at)) for at, row in enumerate(answer, 1)
            ]
        elif kind in {"integer_number", "number", "decimal_number"} and isinstance(answer, str):
            taken[str(key)] = as_number(answer, kind)
        else:
            taken[str(key)] = normalised(list(answer) if isinstance(answer, tuple) else answer)
    for one in types:
        if one.known and one.stable in taken:
            taken = {**one.fills_in(taken[one.stable]), **taken}
    return taken


def _take_row(
    state: StateFile, one: TypeDeChamp, row: Mapping[Any, Any], where: tuple[int, int, int]
) -> dict[str, Any]:
    number, instant, at = where
    if row.keys() == {"id", "champs"}:  # it has a name already
        return {**row, "champs": take_answers(state, one.children, row["champs"], where[:2])}
    champs = take_answers(state, one.children, row, (number, instant))
    return {"id": row_id(number, one.stable, at), "champs": champs}


def row_id(number: int, stable: str, at: int) -> str:
    """Return the lasting name of the ``at``-th row of a repetition."""
    digest = hashlib.sha256(f"{number}|{stable}|{at}".encode()).hexdigest()
    return (_ROW + digest.upper())[:26]


def _take_file(state: StateFile, file: Mapping[str, Any], when: int) -> dict[str, Any]:
    if "checksum" in file:  # it is kept already
        return dict(file)
    content = file["content"]
    raw = content.encode() if isinstance(content, str) else bytes(content)
    checksum = base64.b64encode(hashlib.md5(raw, usedforsecurity=False).digest()).decode()
    state.save_blob(checksum, raw)
    return {
        "filename": file["filename"],
        "content_type": file["content_type"],
        "scan": file.get("scan", "safe"),
        "checksum": checksum,
        "size": len(raw),
        "created_at": file.get("created_at", when),
    }
