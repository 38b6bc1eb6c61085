"""The texts of one dossier as they read today: annotations, and messages to the declarant.

Or as they would read with another template, which is kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from steps.judge.planning import Planner
from steps.judge.public_facts import case_files
from steps.read.retention import Keeping
from steps.wiring.failures import RequestError
from steps.wiring.form import read_templates
from steps.wiring.services import Services, now
from triage.replies.annotations import canonical, wanted_annotations
from triage.replies.messages import previewed
from triage.replies.points import typed_at_fault
from triage.replies.texts import Texts


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be read.

    Attributes:
        annotations: Name of each annotation and its text; those that stay blank are left out.
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
    known = Keeping.of(services).knows
    verdict = case.verdict(case.rules, fingerprint=stored.fingerprint, known=known)
    planner = Planner(services, at=at)
    judged = planner.judged(
        case.dossier,
        case.revision,
        assessment=verdict,
        assessed_at=at,
        typed=typed_at_fault(verdict, case.report),
    )
    texts = planner.rulebook.texts
    wanted = wanted_annotations(verdict, texts=texts, at=at, labels=judged.labels)
    return Preview(
        annotations={name: text for name, one in wanted.items() if (text := canonical(one))},
        messages=dict(previewed(judged, rulebook=planner.rulebook, now=at)),
    )


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
