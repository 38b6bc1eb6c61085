"""Hand out: workbooks of the agency, the network and each centre, when the data says something new.

A centre that no dossier concerns has its workbook all the same, with empty tables: a file that is
missing would look like a failure.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from exports.cells import paris
from exports.model import ExportContext, ExportedDossier, SituationView, latest_change
from exports.published.former import PreviousExport
from exports.published.manifest import export_facts
from exports.published.publishing import (
    ExportFile,
    PublishedExport,
    disk_told,
    latest,
    left_out,
    publish,
)
from exports.published.workbook_set import WorkbookSet
from exports.sheets.centres import author_of
from mappings.adoption.gate import is_adopted
from mappings.medicines.facts import facts_of, medicines_of
from mappings.schema.model import Audience
from steps.follow.followup import followed
from steps.judge.judge import ASSESSMENT, is_current
from steps.judge.situations import decided
from steps.publish.beside_reports import BesideReports, situations_of
from steps.read.poll import BEGINNING
from steps.wiring import handed_out_files
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.drift import absences_told, adoption_told, drift_of, observed_form
from steps.wiring.failures import KNOWN, told
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.reference import matcher_of, version_of
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary
from store.dossiers.models import StoredDossier
from store.staff.exports import Published
from triage.replies.decision import held_by_person
from triage.verdict.assess import JUDGED

__all__ = ["centres", "entries_of", "export", "export_context", "hand_out_files", "source_digest"]

KIND = "classeurs"
FILES: dict[str, Audience] = {"agence.xlsx": "agence", "reseau.xlsx": "reseau"}


def export(services: Services, summary: Summary) -> None:
    """Publish the workbooks in one step, unless the last ones say the same.

    A dossier or a workbook that cannot be made is left out and named; each run tries again.

    Raises:
        ExportError: They could not be made or published; the earlier ones are intact.
        DataFileError: The columns or the policy file is wrong.
    """
    root, demarche = services.inputs.publishing.folder, services.demarche
    source = source_digest(services)
    last = services.store.exports.last(demarche, kind=KIND)
    there = latest(root, demarche=demarche)
    if last and there and (last.checksum, last.folder) == (source, str(there.folder)):
        return
    aside: list[str] = []
    with disk_told(root):  # openpyxl writes temporary files
        published = _publish(services, root, aside=aside)
    summary.set_aside += aside
    summary.workbooks += [str(path) for path in published.paths] if published else []
    shown = published or there
    if shown is not None and (published or not aside):
        services.store.exports.record(
            demarche,
            Published(
                kind=KIND,
                folder=str(shown.folder),
                published_at=now(),
                checksum="" if aside else source,
                manifest=dict(shown.manifest),
            ),
        )


def _publish(services: Services, root: Path, *, aside: list[str]) -> PublishedExport | None:
    entries = tuple(entries_of(services, told=aside))
    context = export_context(services, entries)
    made = workbook_set(
        services, entries, context, previous=latest(root, demarche=services.demarche)
    )
    files = dict(_files(services, made, aside=aside))
    facts = export_facts(entries, context, checksum=made.checksum)
    return publish(root, files, facts=facts, at=now(), aside=aside)


def _files(
    services: Services, made: WorkbookSet, *, aside: list[str]
) -> Iterator[tuple[str, ExportFile]]:
    of_centres = made.centres if made.context.adopted else ()
    wanted = [
        *((name, one, str(one)) for name, one in FILES.items() if handed_out(one, made.context)),
        *((centre_file(one.code), f"centre:{one.code}", author_of(one)) for one in of_centres),
    ]
    for done, (name, audience, author) in enumerate(wanted):
        services.tell("Classeurs", done, len(wanted))
        try:
            yield name, ExportFile(audience=audience, content=made.workbook(author))
        except (*KNOWN, OSError):  # a data file, or the disk: every workbook has this
            raise
        except Exception as error:  # noqa: BLE001 (told, and the run ends with 1)
            aside.append(left_out(name, told(error)))
    services.tell("Classeurs", len(wanted), len(wanted))


def handed_out(audience: Audience, context: ExportContext) -> bool:
    """Whether an audience has workbooks: the network has none of a form that nobody adopted."""
    return audience == "agence" or context.adopted


def workbook_set(
    services: Services,
    entries: Sequence[ExportedDossier],
    context: ExportContext,
    *,
    previous: PublishedExport | None,
) -> WorkbookSet:
    """Every workbook of these dossiers, compared with the last published export.

    Raises:
        DataFileError: The columns, the policy or the table of centres is wrong.
    """
    folder = services.inputs.publishing.columns
    columns, policy = hand_out_files(folder, services.form.mapping)
    before = None
    if previous is not None:
        sheets = columns.dossiers_sheet.name, columns.of_kind("a_propos").name
        before = PreviousExport(previous, dossiers_sheet=sheets[0], about_sheet=sheets[1])
    return WorkbookSet(
        entries=entries,
        context=context,
        columns=columns,
        policy=policy,
        centres=centres(folder),
        previous=before,
    )


def centre_file(code: str) -> str:
    """Name of the workbook of a centre."""
    return f"crpv-{code}.xlsx"


def entries_of(
    services: Services, *, numbers: Iterable[int] | None = None, told: list[str] | None = None
) -> Iterator[ExportedDossier]:
    """Every dossier in the store that has a verdict, by number.

    Args:
        services: Store and data files.
        numbers: Only those.
        told: Where dossiers that cannot be read again are named; the journal by default.
    """
    files, mapping = CaseFiles.read(services), services.form.mapping
    beside, matcher = BesideReports.read(services), matcher_of(services.inputs.home)
    aside = services.store.quarantine.numbers(services.demarche)

    def entry(stored: StoredDossier, case: CaseFile) -> ExportedDossier | None:
        if stored.assessment is None:
            return None
        number, written = stored.number, beside.written.get(stored.number, {})
        found = medicines_of(case.report, mapping=mapping, matcher=matcher)
        return ExportedDossier(
            report=case.report,
            assessment=ASSESSMENT.validate_json(stored.assessment.detail),
            conflicts=beside.conflicts.get(number, ()),
            held=held_by_person(case.dossier, written, mapping=mapping),
            opinions=beside.opinions.get(number, {}),
            situation=beside.situations.get(number, ""),
            first_checked_at=beside.first_checks.get(number),
            corrected=beside.corrected.get(number, ()),
            medicines=tuple(map(facts_of, found)),
            judged=is_current(stored, files),
            unreadable=number in aside,
        )

    stored = services.store.dossiers.iterate(services.demarche, numbers=numbers)
    return files.each(stored, entry, told=told, done="mis dans les classeurs")


def export_context(services: Services, entries: tuple[ExportedDossier, ...]) -> ExportContext:
    """The circumstances of an export of these dossiers."""
    state, drift = services.store.demarches.state(services.demarche), drift_of(services)
    watermark = state.watermark or BEGINNING
    moved = latest_change(entries, otherwise=watermark)
    known = [entry.report for entry in entries]
    found = followed(services, known=known, until=paris(moved).date() + timedelta(days=1))
    by_people = decided(services)
    return ExportContext(
        demarche=services.demarche,
        title=state.title or "",
        dossier_url=dossier_url(services),
        mapping=services.form.mapping,
        ruleset=", ".join(rules.version for rules in services.form.rulesets),
        software=f"passerelle-unc {version('passerelle-unc')}",
        watermark=watermark,
        generated_from=moved,
        network_default=services.inputs.publishing.network_default,
        opinions_until=services.store.opinions.last_id(services.demarche),
        drift=tuple(one.advice for one in drift),
        reference=version_of(services.inputs.home),
        situations={
            facts.id: SituationView(facts, follow_up, decided=len(by_people & {*facts.numbers}))
            for facts, follow_up in zip(found.facts, found.follow_ups, strict=True)
        },
        years=found.years,
        adopted=is_adopted(drift),
        adoption=adoption_told(
            observed_form(services),
            form=services.form,
            mapping_file=services.inputs.mapping_file,
            columns=services.inputs.publishing.columns,
        ),
        absences=absences_told(services),
    )


def dossier_url(services: Services) -> str:
    """Page of a dossier for instructeurs, on the instance that serves the API."""
    parts = urlsplit(services.inputs.ds_url)
    path = f"procedures/{services.demarche}/dossiers/{{number}}"
    return f"{parts.scheme}://{parts.netloc}/{path}"


def source_digest(services: Services) -> str:
    """Hash of all that the workbooks are made from, without reading any dossier's content."""
    state = services.store.demarches.state(services.demarche)
    parts = [
        version("passerelle-unc"),
        services.form.mapping.digest,
        services.inputs.publishing.network_default,
        services.inputs.ds_url,
        version_of(services.inputs.home),
        *handed_out_files.texts(services.inputs.publishing.columns),
        *(
            f"{row.number} {row.content_hash} {row.assessed_fingerprint} {row.assessed_basis}"
            for row in services.store.dossiers.light_rows(services.demarche)
        ),
        *map(str, services.store.outbox.conflicts(services.demarche)),
        *map(str, services.store.opinions.latest(services.demarche)),
        *(f"{number} {name}" for number, name in situations_of(services).items()),
        *map(str, sorted(decided(services))),
        *map(str, sorted(services.store.quarantine.numbers(services.demarche))),
        JUDGED,
        *(rules.digest for rules in services.form.rulesets),
        *(one.advice for one in drift_of(services)),
        *absences_told(services),
        str(state.active_revision_id),
        str(state.title),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()
