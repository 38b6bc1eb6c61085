"""Descriptions of reports, drawn from what is stored when that or the data files changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from pydantic import TypeAdapter

from mappings.dossier.model import Dossier
from mappings.medicines.facts import medicines_of
from mappings.medicines.match import Matcher, MedicineMatch
from mappings.report.model import Report
from steps.judge import reply_plans
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.public_data.reference import matcher_of
from steps.wiring.services import Services, now
from store.database.statements import in_chunks
from store.dossiers.models import StoredDossier
from store.repository import StoreMemory
from store.verdicts.situations import DeclaredRow, SituationReport
from triage.replies.annotations import shown
from triage.replies.decision import Written, held_by_person, is_excluded
from triage.replies.recollection import written_by_us
from triage.situations.declared import DeclaredFacts, declared
from triage.situations.description import Description, annotated, describe
from triage.situations.matching import MatchingRules
from triage.situations.words.other_names import SubstanceNames, reference_names, substances_by_cis
from triage.situations.words.without_salts import Salts
from triage.verdict.priority import out_of_scope

CHUNK = 200
"""Dossiers described in one transaction."""

OnRead: TypeAlias = Callable[[StoredDossier, CaseFile], None]
"""Hears a dossier while its parts are decoded."""

_UNPLACED = "à placer/"
_DECLARED: TypeAdapter[DeclaredFacts] = TypeAdapter(DeclaredFacts)
_DESCRIPTION: TypeAdapter[Description] = TypeAdapter(Description)


def description_of(row: SituationReport) -> Description:
    """The description that is kept of a report."""
    return read_description(row.description)


def read_description(kept: str) -> Description:
    """A description from the text that is kept of it, see :func:`dumped`."""
    return _DESCRIPTION.validate_json(kept)


def dumped(description: Description) -> str:
    """A description as it is kept."""
    return _DESCRIPTION.dump_json(description).decode()


def declared_by(row: DeclaredRow, versions: str) -> DeclaredFacts | None:
    """What a report declares, where it is kept as it is drawn of what the dossier says now.

    Args:
        row: As it is kept.
        versions: See :func:`matching_versions`.
    """
    if (
        row.declared is None
        or row.basis.removeprefix(_UNPLACED) != f"{row.content_hash}/{versions}"
    ):
        return None
    return _DECLARED.validate_json(row.declared)


def declared_dumped(facts: DeclaredFacts) -> str:
    """What a report declares as it is kept."""
    return _DECLARED.dump_json(facts).decode()


def settled(row: SituationReport) -> SituationReport:
    """A report that was described and is now placed: it is not due again."""
    return replace(row, basis=row.basis.removeprefix(_UNPLACED))


def follow_our_writes(
    memory: StoreMemory, demarche: int, hashes: Mapping[int, tuple[str, str]]
) -> None:
    """Let descriptions stand that were drawn of dossiers as they were before our own writes.

    What a person wrote of a situation, or overruled, is drawn again: our text may take its place.

    Args:
        memory: The transaction that keeps the dossiers as they are now.
        demarche: Number of the démarche.
        hashes: Of the content of each dossier, before and now.
    """
    kept = []
    for number, row in memory.situations.reports(demarche, numbers=hashes).items():
        before, now_there = hashes[number]
        drawn = description_of(row) if row.basis.startswith(f"{before}/") else None
        if drawn is not None and not (drawn.confirmed or drawn.overruled):
            kept.append(replace(row, basis=row.basis.replace(before, now_there, 1)))
    memory.situations.save(demarche, kept)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws descriptions again.

    Attributes:
        services: Store and data files.
        files: What dossiers are read by.
        matching: How reports are matched.
        wanted: What each description must be drawn from, by number.
    """

    services: Services
    files: CaseFiles
    matching: MatchingRules
    wanted: Mapping[int, str]

    def describe_anew(
        self, numbers: Sequence[int], *, told: list[str] | None, on_read: OnRead | None
    ) -> bool:
        """Draw the descriptions of some reports again, keeping where they are.

        Those that say something else are due until they are :func:`settled`, so that a kill before
        the proposal is healed by the next run.

        Returns:
            Whether one of them says something else: reports are then placed anew.
        """
        store, demarche = self.services.store, self.services.demarche
        moved = False
        for chunk in in_chunks(numbers, size=CHUNK):
            ours = reply_plans.written_by_us(self.services, numbers=chunk)
            before = store.situations.reports(demarche, numbers=chunk)

            def draw(
                stored: StoredDossier,
                case: CaseFile,
                *,
                ours: Mapping[int, Written] = ours,
                before: Mapping[int, SituationReport] = before,
            ) -> tuple[SituationReport, str]:
                if on_read is not None:
                    on_read(stored, case)
                found = medicines(self.services, case.report)
                drawn = self._drawn(
                    case, before.get(stored.number), ours=ours.get(stored.number, {}), found=found
                )
                facts = declared_of(self.services, case.report, found=found)
                return drawn, declared_dumped(facts)

            stored = store.dossiers.iterate(demarche, numbers=chunk)
            drawn = list(self.files.each(stored, draw, told=told, done="décrit"))
            moved |= any(row.basis.startswith(_UNPLACED) for row, _ in drawn)
            store.situations.save(
                demarche,
                [row for row, _ in drawn],
                declared={row.number: facts for row, facts in drawn},
            )
        return moved

    def _drawn(
        self,
        case: CaseFile,
        was: SituationReport | None,
        *,
        ours: Written,
        found: Sequence[MedicineMatch | None],
    ) -> SituationReport:
        number = case.dossier.number
        described = was if was and was.description else None
        drawn = dumped(
            _of(
                self.services,
                case,
                matching=self.matching,
                ours=ours,
                before=described,
                found=found,
            )
        )
        placed = was is not None and not was.basis.startswith(_UNPLACED)
        same = placed and was is not None and drawn == was.description
        return SituationReport(
            number=number,
            basis=self.wanted[number] if same else f"{_UNPLACED}{self.wanted[number]}",
            situation=was.situation if was else None,
            decided_by=was.decided_by if was else "bridge",
            since=was.since if was else now(),
            description=drawn,
        )


def _of(
    services: Services,
    case: CaseFile,
    *,
    matching: MatchingRules,
    ours: Written,
    before: SituationReport | None,
    found: Sequence[MedicineMatch | None],
) -> Description:
    form, dossier, report = services.form, case.dossier, case.report
    annotation = matching.situations.annotation
    ours = written_by_us(dossier, ours, mapping=form.mapping)
    held = held_by_person(dossier, ours, mapping=form.mapping)
    described = describe(
        report,
        matching,
        in_scope=not is_excluded(held, verdict=out_of_scope(case.rules, report) is not None),
        by_cis=substances_by_cis(found, matching.salts),
        names=_names(matcher_of(services.inputs.home), matching.names, matching.salts),
    )
    return annotated(
        described,
        _written(services, dossier, annotation),
        ours=frozenset(ours.get(annotation, ())),
        before=description_of(before) if before else None,
        settled=before is None or not before.basis.startswith(_UNPLACED),
    )


def medicines(services: Services, report: Report) -> tuple[MedicineMatch | None, ...]:
    """What BDPM has for each row of medicines of a report; see :func:`medicines_of`."""
    matcher = matcher_of(services.inputs.home)
    return medicines_of(report, mapping=services.form.mapping, matcher=matcher)


def declared_of(
    services: Services, report: Report, *, found: Sequence[MedicineMatch | None] | None = None
) -> DeclaredFacts:
    """What a report declares of its situation.

    Args:
        services: Data files.
        report: The report.
        found: Its medicines, where they were looked up already.
    """
    found = medicines(services, report) if found is None else found
    return declared(
        report,
        medicines=tuple(one.medicine.cis if one.medicine else "" for one in found if one),
        expected_by=services.form.expectations.fields.read,
    )


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
