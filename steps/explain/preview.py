"""The texts of one dossier as they read today: annotations, and messages to the declarant.

Or as they would read with another template, which is kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mappings.medicines.facts import to_look_at
from steps.judge.case_files import case_files
from steps.judge.reply_plans import Planner
from steps.judge.situations import differs_from, titles_of
from steps.read.retention import Keeping
from steps.wiring.case_files import CaseFile
from steps.wiring.failures import RequestError
from steps.wiring.form import read_templates
from steps.wiring.public_data.reference import matcher_of, with_remarks
from steps.wiring.services import Services, now
from store.dossiers.models import StoredDossier
from triage.replies.messages import previewed
from triage.replies.plan import planned_annotations
from triage.replies.points import typed_at_fault
from triage.replies.texts import Texts
from triage.situations.propose import titled
from triage.verdict.model import Assessment


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be read.

    Attributes:
        annotations: Name of each annotation and its text, as a plan writes them for the status that
            is proposed; those that stay blank are left out.
        messages: Title, then text of each message that the declarant could get.
    """

    annotations: dict[str, str]
    messages: dict[str, str]


def preview(services: Services, number: int) -> Preview:
    """The texts of a dossier, from the files as they are; nothing is kept and nothing is sent.

    Raises:
        RequestError: The dossier is not in store.
        DataFileError: A text cannot be made.
    """
    stored = services.store.dossiers.get(services.demarche, number)
    if stored is None:
        raise RequestError(f"Le dossier {number} n'a pas été lu : lancez « unc sync ».")
    at, case = now(), case_files(services).of(stored)
    verdict = _verdict(services, stored, case)
    planner = Planner(services, at=at)
    judged = planner.judged(
        case.dossier,
        case.revision,
        assessment=verdict,
        assessed_at=at,
        typed=typed_at_fault(verdict, case.report),
        situation=_situation(services, number),
    )
    memory = planner.remember([number]).of(number, conditions_stand=False)
    return Preview(
        annotations=dict(planned_annotations(judged, memory, reply_rules=planner.reply_rules)),
        messages=dict(previewed(judged, reply_rules=planner.reply_rules, now=at)),
    )


def _verdict(services: Services, stored: StoredDossier, case: CaseFile) -> Assessment:
    """The verdict that a run would reach."""
    verdict = case.verdict(
        case.rules,
        fingerprint=stored.fingerprint,
        known=Keeping.of(services).knows,
        differs=differs_from(services, stored.number, case.earlier),
    )
    mapping = services.form.mapping
    remarks = to_look_at(case.report, mapping=mapping, matcher=matcher_of(services.inputs.home))
    return with_remarks(verdict, remarks, mapping=mapping)


def _situation(services: Services, number: int) -> str:
    """The situation that the last run proposed, with what it is about."""
    if not services.form.matching:
        return ""
    rows = services.store.dossiers.light_rows(services.demarche, numbers=[number])
    placed = next((row.situation or "" for row in rows), "")
    return titled(placed, titles_of(services, [number]).get(number, ""))


def templates(services: Services) -> Mapping[str, str]:
    """The templates in force, by name.

    Raises:
        DataFileError: One cannot be read.
    """
    return read_templates(services.inputs.rules)


def with_template(services: Services, name: str, text: str) -> Services:
    """The services where a template reads otherwise; nothing is kept of it.

    Raises:
        RequestError: There is no such template.
        DataFileError: It cannot be used, with the line of each mistake.
    """
    known = templates(services)
    if name not in known:
        raise RequestError(f"Aucun modèle « {name} ».")
    form = services.form
    tried = Texts({**known, name: text}, needed=form.policy.messages)
    return replace(services, form=replace(form, texts=tried))
