"""How forms, dossiers and answers come into the state."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.demarche.clock import MovableClock, micros
from sandbox.demarche.demarche import Agent, Demarche, Label
from sandbox.demarche.dossier import FINAL_STATES, DepositedDossier
from sandbox.demarche.form import FormRevision, TypeDeChamp
from sandbox.demarche.seed import SeedCompany, SeedDossier
from sandbox.demarche.state import State

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


def open_demarche(state: State, form: Mapping[str, Any], clock: MovableClock) -> Demarche:
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
    )
    state.save_demarche(demarche)
    return demarche


def deposit_all(state: State, demarche: Demarche, seeds: Iterable[SeedDossier | NewDossier]) -> int:
    """Deposit every seed, all of them or none; return how many."""
    count = 0
    with state.transaction():
        for seed in seeds:
            deposit(state, demarche, seed)
            count += 1
    return count


def deposit(state: State, demarche: Demarche, seed: SeedDossier | NewDossier) -> DepositedDossier:
    """Deposit one dossier as its seed describes it, with the dates of the seed."""
    born, moved = micros(seed.deposited_at), micros(seed.updated_at)
    revision = demarche.revisions[seed.revision - 1]
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
        answers=take_answers(state, revision.champs, seed.answers, (seed.number, born)),
        champs_at=moved,
        annotations_at=born,
        annotations=take_answers(
            state, revision.annotations, seed.annotations, (seed.number, born)
        ),
        construction_at=born,
        instruction_at=moved if seed.state != "en_construction" else None,
        decided_at=moved if decided else None,
        archived=seed.archived,
    )
    dossier.treat("depose", born, None)
    if dossier.instruction_at:
        dossier.treat("passe_en_instruction", moved, None)
    if decided:
        dossier.treat(
            "classe_sans_suite" if seed.state == "sans_suite" else seed.state, moved, None
        )
    state.save(dossier)
    return dossier


def take_answers(
    state: State,
    types: Sequence[TypeDeChamp],
    answers: Mapping[Any, Any],
    where: tuple[int, int],
) -> dict[str, Any]:
    """Return answers by stable id as they are kept: rows named, files with their checksum.

    Args:
        state: where the content of files goes.
        types: the questions; an answer to another question is kept as it is.
        answers: plain answers, in the shapes of `sandbox.demarche.seed`.
        where: the number of the dossier and the instant, which name rows and date files.
    """
    by_id = {one.stable: one for one in types}
    taken = {}
    for key, answer in answers.items():
        one = by_id.get(str(key))
        kind = one.kind if one else None
        if kind in {"piece_justificative", "titre_identite"} and answer:
            taken[str(key)] = [_take_file(state, file, where[1]) for file in answer]
        elif one is not None and kind == "repetition" and answer:
            taken[str(key)] = [
                _take_row(state, one, row, (*where, at)) for at, row in enumerate(answer, 1)
            ]
        else:
            taken[str(key)] = list(answer) if isinstance(answer, tuple) else answer
    return taken


def _take_row(
    state: State, one: TypeDeChamp, row: Mapping[Any, Any], where: tuple[int, int, int]
) -> dict[str, Any]:
    number, instant, at = where
    champs = take_answers(state, one.children, row, (number, instant))
    return {"id": row_id(number, one.stable, at), "champs": champs}


def row_id(number: int, stable: str, at: int) -> str:
    """Return the lasting name of the ``at``-th row of a repetition."""
    digest = hashlib.sha256(f"{number}|{stable}|{at}".encode()).hexdigest()
    return (_ROW + digest.upper())[:26]


def _take_file(state: State, file: Mapping[str, Any], when: int) -> dict[str, Any]:
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
