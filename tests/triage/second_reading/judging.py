"""What the second reading makes of a labelled dossier, in the words of its file."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mappings.dossier.model import Dossier
from mappings.report.mapper import map_report
from mappings.report.model import Report
from steps.judge.reply_plans import question_labels
from tests.triage.conftest import make_dossier, revision_of, the_mapping, the_second_reading
from tests.triage.replying import reply_rules
from triage.replies.decision import decide
from triage.replies.inputs import JudgedDossier, Memory
from triage.replies.messages import due_message
from triage.replies.points import typed_at_fault
from triage.verdict.assess import assess
from triage.verdict.model import Assessment, Verdict

DEPOSIT = "2026-11-10T10:00:00+01:00"
WORDS = {
    Verdict.MISSING: "absent",
    Verdict.INVALID: "invalide",
    Verdict.INSUFFICIENT: "insuffisant",
    Verdict.PRESENT: "présent",
    Verdict.NOT_APPLICABLE: "sans objet",
}
USUAL = {"A4": Verdict.NOT_APPLICABLE, "D5": Verdict.NOT_APPLICABLE, "D6": Verdict.NOT_APPLICABLE}
"""Verdicts of the base report, which is complete; all other items are present."""
_BULLET = re.compile(r"^- (.*)$", re.MULTILINE)
_EXPECTED = re.compile(r" Attendu : .*$")
DIFFERENCES = {"entreprise": "company", "substance": "substance"}
"""What an earlier dossier may not have in common, as the cases say it."""
_PRINTED = str.maketrans("\u00a0\u202f’", "  '")


def judged(case: Mapping[str, Any]) -> tuple[Dossier, Report, Assessment]:
    """A labelled dossier, its report, its verdict."""
    revision = case.get("revision", 2)
    dossier = make_dossier(
        case.get("réponses"),
        revision=revision,
        state=case.get("état", "en_construction"),
        deposited_at=datetime.fromisoformat(DEPOSIT),
        submitted_at=datetime.fromisoformat(case.get("envoyé", DEPOSIT)),
    )
    report = map_report(dossier, mapping=the_mapping(), revision=revision_of(revision))
    verdict = assess(
        report,
        the_second_reading(),
        mapping=the_mapping(),
        fingerprint="f",
        earlier_exists=case.get("précédent existe", True),
        earlier_differs=frozenset(DIFFERENCES[one] for one in case.get("précédent autre", ())),
    )
    return dossier, report, verdict


def outcome(case: Mapping[str, Any]) -> dict[str, Any]:
    """What a labelled dossier comes to; what is empty is left out."""
    dossier, report, verdict = judged(case)
    told = {
        "statut": verdict.status.value,
        "d'après les réponses": verdict.open_status.value if verdict.open_status else None,
        "éléments": {
            item.id: f"{WORDS[item.verdict]} : {item.reason}"
            if item.reason
            else WORDS[item.verdict]
            for item in verdict.items
            if item.verdict is not USUAL.get(item.id, Verdict.PRESENT)
        },
        "score": verdict.score,
        "priorité": verdict.priority,
        "critères": [one.name for one in verdict.criteria],
        "à vérifier": [f"{one.label} ({one.value})" for one in verdict.to_verify],
        "alertes": [one.text for one in verdict.warnings],
        "déclarant": letter(case, dossier, report, verdict),
    }
    return {name: value for name, value in told.items() if value not in (None, [], {})}


def letter(
    case: Mapping[str, Any], dossier: Dossier, report: Report, verdict: Assessment
) -> str | list[str]:
    """What the declarant is told: each thing that is asked for, without what the guide expects."""
    rules = reply_rules(channel="correction")
    decision = decide(verdict, {})
    policy = rules.policy.statuses[verdict.status]
    judged_dossier = JudgedDossier(
        dossier=dossier,
        assessment=verdict,
        assessed_at=dossier.deposited_at,
        annotations=(),
        labels=question_labels(the_mapping(), revision_of(case.get("revision", 2))),
        typed=typed_at_fault(verdict, report),
    )
    message = due_message(
        judged_dossier,
        Memory(),
        kind=policy.message,
        decision=decision,
        reply_rules=rules,
        now=dossier.deposited_at,
    )
    if message is None:
        return "rien"
    if message.kind == "received":
        return "reçu et complet"
    asked, _, _ = message.body.translate(_PRINTED).partition("Si vous le pouvez")
    return [_EXPECTED.sub("", line) for line in _BULLET.findall(asked)]
