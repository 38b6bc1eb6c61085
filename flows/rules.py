"""A verdict explained, a past one too, with the rule-set that gave it."""

from dataclasses import dataclass
from datetime import date, datetime

from flows.failures import RequestError
from flows.judge import ASSESSMENT, EARLIER, stored_revisions
from flows.services import Services
from mappings.decode import decode_dossier
from mappings.dossier import RawDossier
from mappings.mapper import map_report
from store.assessments import AssessmentRow
from triage.assess import assess, verdict_fingerprint
from triage.assessment import Assessment
from triage.checks import PARIS, Facts
from triage.explanation import ItemExplained, explain
from triage.ruleset import RuleSet, in_force
from triage.ruleset_file import parse_ruleset


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A verdict that was the current one.

    Attributes:
        since: From when.
        assessment: The verdict, as it was reached.
        digest: Names the rule-set that gave it.
        kept: Whether the text of that rule-set is in store.
    """

    since: datetime
    assessment: Assessment
    digest: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """The whole reasoning behind a verdict.

    Attributes:
        assessment: The verdict.
        rules: The rule-set that gives it.
        items: Item by item.
    """

    assessment: Assessment
    rules: RuleSet
    items: tuple[ItemExplained, ...]


def history(services: Services, number: int) -> tuple[PastVerdict, ...]:
    """Every verdict on a dossier as they were current, the oldest first."""
    store = services.store
    seen = store.assessments.history(services.demarche, number)
    digests = [_digest(one.assessment) for one in seen]
    return tuple(
        PastVerdict(
            since=one.current_from,
            assessment=ASSESSMENT.validate_json(one.assessment.detail),
            digest=digest,
            kept=store.rule_texts.find(digest) is not None,
        )
        for one, digest in zip(seen, digests, strict=True)
    )


def explain_now(services: Services, number: int, *, on: date | None = None) -> Explained:
    """The reasoning on a dossier as it is, by the rule-set in force at its deposit or on a day.

    Raises:
        RequestError: The dossier is not in store.
    """
    stored = services.store.dossiers.get(services.demarche, number)
    if stored is None:
        raise RequestError(f"Le dossier {number} n'a pas été lu : lancez « unc sync ».")
    day = on or stored.deposited_at.astimezone(PARIS).date()
    rules = in_force(services.form.rulesets, day)
    return _explained(services, stored.raw, stored.fingerprint, rules=rules)


def explain_past(services: Services, number: int, *, which: int) -> Explained:
    """The reasoning behind a past verdict, from the content and the rule-set of that time.

    Args:
        services: Store and mapping.
        number: Dossier.
        which: Rank of the verdict in its history, from 1.

    Raises:
        RequestError: There is no such verdict, or its content or rule-set is not in store.
    """
    seen = services.store.assessments.history(services.demarche, number)
    if not 1 <= which <= len(seen):
        raise RequestError(
            f"Le dossier {number} a {len(seen)} verdict(s) ; le n° {which} n'existe pas."
        )
    row = seen[which - 1].assessment
    text = services.store.rule_texts.find(_digest(row))
    if text is None:
        raise RequestError("Le référentiel qui a donné ce verdict n'a pas été conservé.")
    rules = parse_ruleset(text.text, source=text.source, mapping=services.form.mapping)
    for past in services.store.dossiers.history(services.demarche, number):
        for exists in (True, False):
            if verdict_fingerprint(past.fingerprint, earlier_exists=exists) == row.fingerprint:
                return _explained(
                    services, past.raw, past.fingerprint, rules=rules, earlier_exists=exists
                )
    raise RequestError("Le contenu que ce verdict a jugé n'est plus conservé.")


def _explained(
    services: Services,
    raw: RawDossier,
    fingerprint: str,
    *,
    rules: RuleSet,
    earlier_exists: bool | None = None,
) -> Explained:
    mapping = services.form.mapping
    revision = stored_revisions(services).get(raw["demarche"]["revision"]["id"])
    report = map_report(decode_dossier(raw, revision=revision), mapping=mapping, revision=revision)
    if earlier_exists is None:
        known = services.store.dossiers.known_numbers(services.demarche)
        earlier_exists = EARLIER in report.fields and report.value(EARLIER) in known
    facts = Facts(report=report, earlier_exists=earlier_exists)
    verdict = assess(
        report, rules, mapping=mapping, fingerprint=fingerprint, earlier_exists=earlier_exists
    )
    return Explained(verdict, rules, explain(rules, facts, mapping=mapping))


def _digest(row: AssessmentRow) -> str:
    """Digest of the rule-set in a basis (:func:`flows.judge.basis`)."""
    return row.basis.partition("/")[0].rpartition("-")[2]
