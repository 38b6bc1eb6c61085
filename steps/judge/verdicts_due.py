"""Whether a verdict is due: what it rests on, in one text, and whether one is still of it."""

from collections.abc import Iterable
from hashlib import sha256

from steps.wiring.case_files import CaseFiles
from steps.wiring.public_data.facts import PUBLIC
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services
from store.dossiers.models import LightRow, StoredDossier
from triage.rules.model import RuleSet
from triage.situations.declared import DRAWN
from triage.verdict.assess import JUDGED, is_judged, verdict_fingerprint
from triage.verdict.priority import public_facts_read

_REFERENCE = "bdpm-"


def matching_versions(services: Services) -> str:
    """Versions that every description is drawn by; empty where reports are not matched."""
    form = services.form
    if form.matching is None:
        return ""
    return "/".join(
        [
            DRAWN,
            version_of(services.inputs.home),
            form.mapping.digest,
            form.matching.digest,
            *(rules.digest for rules in form.rulesets),
            ",".join(sorted(form.expectations.fields.read)),
        ]
    )


def situation_of(services: Services, row: LightRow) -> str:
    """The situation of a dossier; blank where it has none or reports are not matched."""
    return (row.situation or "") if services.form.matching else ""


def is_verdict_due(
    row: LightRow, files: CaseFiles, *, earlier_exists: bool, reference: str
) -> bool:
    """Whether a dossier has no verdict, or one of another report or of another basis.

    Args:
        row: The dossier, content unread.
        files: What verdicts rest on.
        earlier_exists: Whether the dossier that it completes is known.
        reference: Version of the medicines reference, or blank.
    """
    rules = files.rules_of(row.deposited_at)
    wanted = verdict_fingerprint(row.fingerprint, earlier_exists=earlier_exists)
    due_on = basis(rules, files, number=row.number, reference=reference)
    return (row.assessed_fingerprint, row.assessed_basis) != (wanted, due_on)


def basis(rules: RuleSet, files: CaseFiles, *, number: int | None, reference: str) -> str:
    """Versions that a verdict rests on: rule-set, mapping, our code, medicines reference if any.

    Of no dossier in particular (``number`` is ``None``), what all of them rest on.
    What the form does not ask while nobody said so is a part of it, when there is any; so are what
    a revision of before asked otherwise, the passages that a person said are no patient's, and,
    last, the public data that the rule-set asks.
    Bases that were kept before the code was a part of them have none: nothing may count on it.
    """
    public = files.public.version(number) if public_facts_read(rules.priority) else ""
    told = (f"{_REFERENCE}{reference}" if reference else "", public)
    return "/".join((_own_basis(rules, files, number=number), *filter(None, told)))


def _own_basis(rules: RuleSet, files: CaseFiles, *, number: int | None) -> str:
    """The same without public data."""
    mapping, unasked = files.mapping, sorted(files.all_unasked(rules))
    otherwise = [
        f"{one} {path}" for one, some in sorted(files.otherwise.items()) for path in sorted(some)
    ]
    cleared = sorted(files.cleared.get(number, ())) if number is not None else []
    parts = (
        f"{rules.version}-{rules.digest}",
        f"{mapping.version}-{mapping.digest}",
        f"code-{JUDGED}",
        *([f"unasked-{_hash(unasked)}"] if unasked else []),
        *([f"otherwise-{_hash(otherwise)}"] if otherwise else []),
        *([f"cleared-{_hash(cleared)}"] if cleared else []),
    )
    return "/".join(parts)


def _hash(names: Iterable[str]) -> str:
    return sha256(" ".join(names).encode()).hexdigest()[:12]


def is_current(stored: StoredDossier, files: CaseFiles) -> bool:
    """Whether a dossier's verdict is of what its report says now, by the present files and code.

    What it marks in texts is true of no other report. Public data mark nothing: to load
    others must not keep every dossier at the agency until it is judged again.
    """
    verdict = stored.assessment
    if verdict is None or not is_judged(stored.fingerprint, verdict.fingerprint):
        return False
    rules = files.rules_of(stored.deposited_at)
    wanted = _own_basis(rules, files, number=stored.number)
    beside = (f"{wanted}/{_REFERENCE}", f"{wanted}/{PUBLIC}")
    return verdict.basis == wanted or verdict.basis.startswith(beside)
