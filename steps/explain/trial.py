"""A candidate rule-set tried on every dossier in store: nothing is changed."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import orjson

from french.time import PARIS
from steps.judge.case_files import case_files
from steps.read.retention import Keeping
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.services import Services
from store.dossiers.models import StoredDossier
from store.repository import open_store
from triage.rules.model import RuleSet
from triage.verdict.trial import Move, Trial, joined, move
from triage.verdict.trial_causes import Reached

LOT = 500
"""Dossiers that a process takes at a time."""
ALONE = 1_000
"""Up to this many dossiers, starting other processes costs more than it saves."""


@dataclass(frozen=True, slots=True)
class _TrialCandidate:
    """What a process needs to try a rule-set on a lot of dossiers."""

    database: str
    demarche: int
    rules: RuleSet
    files: CaseFiles
    keeping: Keeping


def try_ruleset(services: Services, rules: RuleSet) -> Trial:
    """Assess every stored dossier by a candidate and set it against its verdict in force.

    Dossiers are judged by the candidate whatever their day of deposit; those that it would judge
    once adopted are counted apart.
    """
    numbers = sorted(services.store.dossiers.known_numbers(services.demarche))
    candidate = _TrialCandidate(
        database=services.inputs.database,
        demarche=services.demarche,
        rules=rules,
        files=case_files(services, rulesets=[rules]),
        keeping=Keeping.of(services),
    )
    lots = [numbers[start : start + LOT] for start in range(0, len(numbers), LOT)]
    if len(numbers) <= ALONE:
        return joined(_try_lot(candidate, lot) for lot in lots)
    spawn = multiprocessing.get_context("spawn")
    processes = min(len(lots), os.cpu_count() or 1)
    with ProcessPoolExecutor(
        processes, mp_context=spawn, initializer=_start, initargs=(candidate,)
    ) as pool:
        done = []
        for trial in pool.map(_try_mine, lots):
            done.append(trial)
            services.tell("Essai", min(len(done) * LOT, len(numbers)), len(numbers))
    return joined(done)


_MINE: list[_TrialCandidate] = []
"""The candidate of this process, given once when it starts."""


def _start(candidate: _TrialCandidate) -> None:
    _MINE.append(candidate)


def _try_mine(numbers: Sequence[int]) -> Trial:
    return _try_lot(_MINE[0], numbers)


def _try_lot(candidate: _TrialCandidate, numbers: Sequence[int]) -> Trial:
    def try_one(stored: StoredDossier, case: CaseFile) -> tuple[Move | None, bool] | None:
        return None if stored.assessment is None else _try_one(candidate, stored, case)

    with open_store(candidate.database) as store:
        stored = store.dossiers.iterate(candidate.demarche, numbers=numbers)
        tried = list(candidate.files.each(stored, try_one, told=None, done="essayé"))
    return Trial(
        compared=len(tried),
        since=sum(since for _, since in tried),
        unjudged=len(numbers) - len(tried),
        moves=tuple(found for found, _ in tried if found),
    )


def _try_one(
    candidate: _TrialCandidate, stored: StoredDossier, case: CaseFile
) -> tuple[Move | None, bool]:
    """What the candidate would move, and whether the dossier was deposited since its date."""
    known = candidate.keeping.knows
    verdict = case.verdict(candidate.rules, fingerprint=stored.fingerprint, known=known)
    since = stored.deposited_at.astimezone(PARIS).date() >= candidate.rules.in_force_from
    return move(_in_force(stored), verdict, since=since), since


def _in_force(stored: StoredDossier) -> Reached:
    """What the verdict in store comes to, without building all of it."""
    detail = orjson.loads(stored.assessment.detail) if stored.assessment else {}
    refused = detail["out_of_scope"]
    return Reached(
        status=detail["status"],
        score=detail["score"],
        priority=detail["priority"],
        items={item["id"]: item["verdict"] for item in detail["items"]},
        mandatory=frozenset(item["id"] for item in detail["items"] if item["mandatory"]),
        out_of_scope=refused["text"] if refused else "",
        unanswered=tuple(one["label"] for one in detail["unanswered_scope"]),
        criteria=tuple(one["name"] for one in detail["criteria"]),
        to_verify=tuple(f"{one['label']} ({one['value']})" for one in detail.get("to_verify", ())),
    )
