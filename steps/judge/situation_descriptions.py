"""Descriptions of reports, drawn from what is stored when that or the data files changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from pydantic import TypeAdapter

from mappings.dossier.model import Dossier
from mappings.medicines.facts import medicines_of
from mappings.medicines.match import Matcher
from mappings.report.model import Report
from steps.judge import planning
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.reference import matcher_of, version_of
from steps.wiring.services import Services, now
from store.dossiers.models import StoredDossier
from store.verdicts.situations import SituationReport
from triage.replies.annotation_owner import written_by_us
from triage.replies.annotations import shown
from triage.replies.decision import Written, held_by_person, is_excluded
from triage.situations.dci import Salts
from triage.situations.description import DRAWN, Description, annotated, describe
from triage.situations.matching import Matching
from triage.situations.names import SubstanceNames, reference_names, substances_by_cis
from triage.verdict.priority import out_of_scope

CHUNK = 200
"""Dossiers described in one transaction."""

_UNPLACED = "à placer/"
_DESCRIPTION: TypeAdapter[Description] = TypeAdapter(Description)


def description_of(row: SituationReport) -> Description:
    """The description that is kept of a report."""
    return _DESCRIPTION.validate_json(row.description)


def dumped(description: Description) -> str:
    """A description as it is kept."""
    return _DESCRIPTION.dump_json(description).decode()


def bases(services: Services, matching: Matching) -> dict[int, str]:
    """What each report's description must be drawn from, by number."""
    form = services.form
    versions = "/".join(
        [
            DRAWN,
            version_of(services.inputs.home),
            form.mapping.digest,
            matching.digest,
            *(rules.digest for rules in form.rulesets),
        ]
    )
    rows = services.store.dossiers.light_rows(services.demarche)
    return {row.number: f"{row.content_hash}/{versions}" for row in rows}


def settled(row: SituationReport) -> SituationReport:
    """A report that was described and is now placed: it is not due again."""
    return replace(row, basis=row.basis.removeprefix(_UNPLACED))


def describe_anew(
    services: Services,
    numbers: Sequence[int],
    *,
    matching: Matching,
    wanted: Mapping[int, str],
    files: CaseFiles,
    told: list[str] | None,
) -> None:
    """Draw the descriptions of some reports again, keeping where they are.

    They are due until they are :func:`settled`, so that a kill before the proposal is healed by the
    next run.
    """
    store, demarche = services.store, services.demarche
    before = store.situations.reports(demarche)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        ours = planning.written_by_us(services, numbers=chunk)

        def draw(
            stored: StoredDossier, case: CaseFile, *, ours: Mapping[int, Written] = ours
        ) -> SituationReport:
            was, number = before.get(stored.number), stored.number
            described = was if was and was.description else None
            written = ours.get(number, {})
            drawn = _of(services, case, matching=matching, ours=written, before=described)
            return SituationReport(
                number=number,
                basis=f"{_UNPLACED}{wanted[number]}",
                situation=was.situation if was else None,
                decided_by=was.decided_by if was else "bridge",
                since=was.since if was else now(),
                description=dumped(drawn),
            )

        stored = store.dossiers.iterate(demarche, numbers=chunk)
        store.situations.save(demarche, list(files.each(stored, draw, told=told, done="décrit")))


def _of(
    services: Services,
    case: CaseFile,
    *,
    matching: Matching,
    ours: Written,
    before: SituationReport | None,
) -> Description:
    form, dossier, report = services.form, case.dossier, case.report
    annotation = matching.situations.annotation
    ours = written_by_us(dossier, ours, mapping=form.mapping)
    held = held_by_person(dossier, ours, mapping=form.mapping)
    described = describe(
        report,
        matching,
        in_scope=not is_excluded(held, verdict=out_of_scope(case.rules, report) is not None),
        by_cis=_by_cis(services, report, matching.salts),
        names=_names(matcher_of(services.inputs.home), matching.names, matching.salts),
    )
    return annotated(
        described,
        _written(services, dossier, annotation),
        ours=frozenset(ours.get(annotation, ())),
        before=description_of(before) if before else None,
        settled=before is None or not before.basis.startswith(_UNPLACED),
    )


def _by_cis(services: Services, report: Report, salts: Salts) -> Mapping[str, str]:
    """Substances of the report's medicines by CIS code, where the reference is sure of them."""
    matcher = matcher_of(services.inputs.home)
    found = medicines_of(report, mapping=services.form.mapping, matcher=matcher)
    return substances_by_cis(found, salts)


@lru_cache(maxsize=2)
def _names(matcher: Matcher | None, names: SubstanceNames, salts: Salts) -> SubstanceNames:
    """Names of substances, with those that the reference knows; drawn once for each version."""
    if matcher is None:
        return names
    return names.with_reference(reference_names(matcher.reference.medicines.values(), salts))


def _written(services: Services, dossier: Dossier, annotation: str) -> str:
    """What the annotation of situations shows; empty when blank."""
    spec = services.form.mapping.annotations.get(annotation)
    for champ in dossier.annotations:
        if spec is not None and champ.id in spec.champs:
            return shown(champ.value)
    return ""
