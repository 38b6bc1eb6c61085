"""Hand out: the workbooks of the agency and of the network, when the data says something new."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from exports.checksum import data_checksum
from exports.columns import ColumnsFile, parse_columns
from exports.entry import Entry, ExportContext, latest_change
from exports.manifest import export_facts
from exports.policy import Policy, parse_policy
from exports.publishing import ExportFile, PublishedExport, disk_told, latest, publish
from exports.workbooks import build_workbook
from flows.judge import ASSESSMENT, stored_revisions
from flows.poll import BEGINNING
from flows.services import Services, now
from flows.summary import Summary
from mappings.decode import decode_dossier
from mappings.mapper import map_report
from mappings.mapping import Audience
from settings import ROOT
from store.exports import Published
from triage.reply import Conflict

KIND = "classeurs"
FILES: dict[str, Audience] = {"agence.xlsx": "agence", "reseau.xlsx": "reseau"}
_DATA = ROOT / "exports" / "unc"


def export(services: Services, summary: Summary) -> None:
    """Publish the workbooks in one step, unless the last ones say the same.

    Raises:
        ExportError: They could not be made or published; the earlier ones are intact.
        DataFileError: The columns or the policy file is wrong.
    """
    root, demarche = services.settings.exports(), services.demarche
    source = source_digest(services)
    last = services.store.exports.last(demarche, kind=KIND)
    there = latest(root, demarche=demarche)
    if last and there and (last.checksum, last.folder) == (source, str(there.folder)):
        return
    with disk_told(root):  # openpyxl writes temporary files
        published = _publish(services, root)
    summary.workbooks += [str(path) for path in published.paths] if published else []
    shown = published or there
    if shown is not None:
        services.store.exports.record(
            demarche,
            Published(
                kind=KIND,
                folder=str(shown.folder),
                published_at=now(),
                checksum=source,
                manifest=dict(shown.manifest),
            ),
        )


def _publish(services: Services, root: Path) -> PublishedExport | None:
    columns, policy = hand_out_files()
    entries = tuple(entries_of(services))
    context = export_context(services, entries)
    checksum = data_checksum(entries, context, columns=columns, policy=policy)
    files = {}
    for done, (name, audience) in enumerate(FILES.items(), start=1):
        content = build_workbook(
            entries, context, audience=audience, columns=columns, policy=policy
        )
        files[name] = ExportFile(audience=audience, content=content)
        services.tell("Classeurs", done, len(FILES))
    return publish(root, files, facts=export_facts(entries, context, checksum=checksum), at=now())


def hand_out_files() -> tuple[ColumnsFile, Policy]:
    """What is shown, and to whom.

    Raises:
        DataFileError: A file is wrong.
    """
    columns_file, policy_file = _DATA / "columns.yaml", _DATA / "policy.yaml"
    columns = parse_columns(columns_file.read_text("utf-8"), source=columns_file.name)
    return columns, parse_policy(policy_file.read_text("utf-8"), source=policy_file.name)


def entries_of(services: Services, *, numbers: Iterable[int] | None = None) -> Iterator[Entry]:
    """Every dossier in the store that has a verdict, by number; or those of the numbers given."""
    mapping, revisions = services.form.mapping, stored_revisions(services)
    conflicts: dict[int, list[Conflict]] = {}
    for conflict in services.store.outbox.conflicts(services.demarche):
        conflicts.setdefault(conflict.number, []).append(conflict)
    for stored in services.store.dossiers.iterate(services.demarche, numbers=numbers):
        if stored.assessment is None:
            continue
        revision = revisions.get(stored.revision_id)
        dossier = decode_dossier(stored.raw, revision=revision)
        yield Entry(
            report=map_report(dossier, mapping=mapping, revision=revision),
            assessment=ASSESSMENT.validate_json(stored.assessment.detail),
            conflicts=tuple(conflicts.get(stored.number, ())),
        )


def export_context(services: Services, entries: tuple[Entry, ...]) -> ExportContext:
    """The circumstances of an export of these dossiers."""
    state = services.store.demarches.state(services.demarche)
    return ExportContext(
        demarche=services.demarche,
        title=state.title or "",
        dossier_url=dossier_url(services),
        mapping=services.form.mapping,
        ruleset=", ".join(rules.version for rules in services.form.rulesets),
        software=version("passerelle-unc"),
        watermark=state.watermark or BEGINNING,
        generated_from=latest_change(entries),
        network_default=services.settings.network_default,
    )


def dossier_url(services: Services) -> str:
    """Page of a dossier for instructeurs, on the instance that serves the API."""
    parts = urlsplit(services.settings.ds_url)
    path = f"procedures/{services.demarche}/dossiers/{{number}}"
    return f"{parts.scheme}://{parts.netloc}/{path}"


def source_digest(services: Services) -> str:
    """Hash of all that the workbooks are made from, without reading any dossier's content."""
    parts = [
        version("passerelle-unc"),
        services.form.mapping.digest,
        services.settings.network_default,
        services.settings.ds_url,
        *(path.read_text("utf-8") for path in sorted(_DATA.glob("*.yaml"))),
        *(
            f"{row.number} {row.content_hash} {row.assessed_fingerprint} {row.assessed_basis}"
            for row in services.store.dossiers.light_rows(services.demarche)
        ),
        *map(str, services.store.outbox.conflicts(services.demarche)),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()
