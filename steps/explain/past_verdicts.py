"""Every past verdict on a dossier, shown with the rule-set that gave it.

What was stored is what is shown. The reasoning beside it is made again from the content, the
rule-set and the mapping of that time, which are kept; where one of them is not, or where today's
software would judge otherwise, that is said.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from datafiles.file import DataFileError
from french.text import agreed
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from steps.explain.present_verdict import Explained, explained
from steps.judge.verdicts import ASSESSMENT
from steps.wiring.case_files import CaseFiles
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from store.dossiers.models import DossierPast
from store.verdicts.assessments import AssessmentRow
from store.verdicts.rule_texts import RuleText
from triage.rules.checks import CheckFacts
from triage.rules.file import parse_ruleset
from triage.rules.model import RuleSet
from triage.verdict.assess import verdict_fingerprint
from triage.verdict.explanation import as_stored
from triage.verdict.model import Assessment
from triage.verdict.trial import move
from triage.verdict.trial_causes import VERDICTS, reached

_DIGEST = re.compile(r"-([0-9a-f]{12})(?=/|$)")
_WITHOUT_REASONING = "Ce verdict est montré tel qu'il a été conservé, sans son raisonnement : "


class _NotKeptError(Exception):
    """Something that a past verdict rests on is not there any more; a French phrase says what."""


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A verdict that was the current one.

    Attributes:
        since: From when.
        assessment: The verdict, as it was reached.
        digest: Names the rule-set that gave it.
        kept: Whether the texts of that rule-set and of its mapping are in store.
    """

    since: datetime
    assessment: Assessment
    digest: str
    kept: bool


def history(services: Services, number: int) -> tuple[PastVerdict, ...]:
    """Every verdict on a dossier as they were current, the oldest first."""
    find = services.store.rule_texts.find
    seen = services.store.assessments.history(services.demarche, number)
    return tuple(
        PastVerdict(
            since=one.current_from,
            assessment=ASSESSMENT.validate_json(one.assessment.detail),
            digest=_digests(one.assessment)[0],
            kept=all(find(digest) is not None for digest in _digests(one.assessment)),
        )
        for one in seen
    )


def explain_past(services: Services, number: int, *, which: int) -> Explained:
    """A past verdict as it was stored, with the reasoning behind it.

    Args:
        services: Store and mapping.
        number: Dossier.
        which: Rank of the verdict in its history, from 1.

    Raises:
        RequestError: There is no such verdict.
    """
    seen = services.store.assessments.history(services.demarche, number)
    if not 1 <= which <= len(seen):
        raise RequestError(
            f"Le dossier {number} a {agreed(len(seen), 'verdict')} ; le n° {which} n'existe pas."
        )
    row = seen[which - 1].assessment
    stored: Assessment = ASSESSMENT.validate_json(row.detail)
    try:
        again = _again(services, row)
    except _NotKeptError as lack:
        return Explained(
            assessment=stored,
            digest=_digests(row)[0],
            items=tuple(as_stored(one) for one in stored.items),
            scope=(),
            level=None,
            rules=None,
            mapping=services.form.mapping,
            notes=(f"{_WITHOUT_REASONING}{lack}.",),
        )
    return _as_it_was(stored, again)


def _as_it_was(stored: Assessment, again: Explained) -> Explained:
    """The stored verdict with the reasoning made again; where they differ, the first holds."""
    reasoned = {one.result.id: one for one in again.items}
    items = tuple(
        replace(found, result=result)
        if (found := reasoned.get(result.id)) and found.result.verdict is result.verdict
        else as_stored(result)
        for result in stored.items
    )
    agrees = stored.priority == again.assessment.priority
    return replace(
        again,
        assessment=stored,
        items=items,
        level=again.level if agrees else None,
        notes=_differences(stored, again.assessment),
    )


def _differences(stored: Assessment, again: Assessment) -> tuple[str, ...]:
    """What today's software would say otherwise; nothing when it would not."""
    found = move(reached(stored), again)
    if found is None:
        return ()
    pairs = [
        ("statut", found.before.status, found.after.status),
        ("score", found.before.score, found.after.score),
        ("priorité", found.before.priority or "aucune", found.after.priority or "aucune"),
    ]
    told = [f"{name} {old} → {new}" for name, old, new in pairs if old != new]
    told += [
        f"{item.id} {VERDICTS[item.before]} → {VERDICTS[item.after]}"
        for item in found.items
        if item.before and item.after  # one rule-set gave both: it has the same items
    ]
    note = (
        "Ce verdict est montré tel qu'il a été conservé. Calculé de nouveau par cette version du"
        f" logiciel, il différerait : {' ; '.join(told)}."
    )
    return (note,)


def _again(services: Services, row: AssessmentRow) -> Explained:
    """The verdict made again from what it was made of."""
    rules_digest, mapping_digest = _digests(row)
    mapping = _mapping(services, mapping_digest)
    rules = _rules(services, rules_digest, mapping)
    past, exists = _content(services, row)
    case = replace(CaseFiles.read(services), mapping=mapping).of(past)
    verdict = case.verdict(rules, fingerprint=past.fingerprint, known=lambda _: exists)
    facts = CheckFacts(report=case.report, earlier_exists=exists)
    return explained(verdict, facts, rules=rules, mapping=mapping)


def _mapping(services: Services, digest: str) -> FormMapping:
    if digest == services.form.mapping.digest:
        return services.form.mapping
    text = _text(services, digest, "la correspondance d'alors n'a pas été conservée")
    try:
        return parse_mapping(text.text, source=text.source)
    except DataFileError as error:
        raise _NotKeptError("la correspondance d'alors ne se lit plus") from error


def _rules(services: Services, digest: str, mapping: FormMapping) -> RuleSet:
    text = _text(services, digest, "le référentiel d'alors n'a pas été conservé")
    try:
        return parse_ruleset(text.text, source=text.source, mapping=mapping)
    except DataFileError as error:
        raise _NotKeptError("le référentiel d'alors ne se lit plus") from error


def _text(services: Services, digest: str, lack: str) -> RuleText:
    found = services.store.rule_texts.find(digest)
    if found is None:
        raise _NotKeptError(lack)
    return found


def _content(services: Services, row: AssessmentRow) -> tuple[DossierPast, bool]:
    """The content that a verdict judged, and whether its earlier dossier existed."""
    for past in services.store.dossiers.history(services.demarche, row.number):
        for exists in (True, False):
            if verdict_fingerprint(past.fingerprint, earlier_exists=exists) == row.fingerprint:
                return past, exists
    raise _NotKeptError("le contenu que ce verdict a jugé n'est plus conservé")


def _digests(row: AssessmentRow) -> tuple[str, str]:
    """Digests of rule-set and mapping in a basis (:func:`steps.judge.verdicts_due.basis`)."""
    rules, mapping = _DIGEST.findall(row.basis)[:2]
    return rules, mapping
