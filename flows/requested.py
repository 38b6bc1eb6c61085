"""Hand out on request: one centre, what moved since a day, or plain files. Never the published one.

These exports stand apart, under ``sur-demande``, so that what is published stays what everyone
reads and what the next one is compared with.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from exports.cells import paris
from exports.centres import author_of
from exports.entry import Entry
from exports.flat import WRITERS, flat_name
from exports.manifest import export_facts
from exports.publishing import ON_REQUEST, ExportFile, latest, publish
from exports.workbooks import WorkbookSet
from flows.export import entries_of, export_context, workbook_set
from flows.failures import RequestError
from flows.hand_out import centres
from flows.services import Services, now
from flows.summary import Summary

FileFormat: TypeAlias = Literal["xlsx", "csv", "parquet"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        centre: Code of the one centre; the agency, the network and every centre without it.
        since: Dossiers that people moved since this day (deposit, new submission, decision).
        format: Workbooks, or their tables as plain files (without a centre: of the agency and of
            the network, for those of centres hold nothing more).
    """

    centre: str | None = None
    since: date | None = None
    format: FileFormat = "xlsx"

    @property
    def filters(self) -> str:
        """What `À propos` and the manifest say of it."""
        return f"dossiers déposés ou modifiés depuis le {self.since:%d/%m/%Y}" if self.since else ""


def hand_out(services: Services, summary: Summary, *, request: Request) -> None:
    """Make the files that are asked for; the same request on the same data makes them once.

    When nothing moved since the day that is given, none is made.

    Raises:
        RequestError: There is no such centre.
        ExportError: They could not be made.
        DataFileError: The columns, the policy or the table of centres is wrong.
    """
    codes = [one.code for one in centres(services.settings)]
    if request.centre is not None and request.centre not in codes:
        raise RequestError(
            f"Aucun centre « {request.centre} » dans crpv.csv ; il y a : {', '.join(codes)}."
        )
    entries = tuple(one for one in entries_of(services) if _moved_since(one, request.since))
    context = replace(export_context(services, entries), filters=request.filters)
    published = latest(services.settings.exports(), demarche=services.demarche)
    made = workbook_set(services, entries, context, previous=published)
    if request.since and not any(made.numbers(author) for author in _authors(made, request)):
        return
    files = dict(_files(services, made, request))
    root = services.settings.exports() / ON_REQUEST
    facts = export_facts(entries, context, checksum=made.checksum)
    done = publish(root, files, facts=facts, at=now()) or latest(root, demarche=services.demarche)
    summary.workbooks += [str(path) for path in done.paths] if done else []


def _moved_since(entry: Entry, day: date | None) -> bool:
    report = entry.report
    moments = (report.deposited_at, report.champs_modified_at, report.decided_at)
    return day is None or any(one is not None and paris(one).date() >= day for one in moments)


def _files(
    services: Services, made: WorkbookSet, request: Request
) -> Iterator[tuple[str, ExportFile]]:
    authors = _authors(made, request)
    for done, author in enumerate(authors, start=1):
        audience = f"centre:{author.removeprefix('crpv-')}" if "-" in author else author
        if request.format == "xlsx":
            yield f"{author}.xlsx", ExportFile(audience, made.of(author))
        else:
            for table in made.tables(author).values():
                content = WRITERS[request.format](table)
                name = flat_name(author, table, suffix=request.format)
                yield name, ExportFile(audience, content, rows={table.sheet: len(table.rows)})
        services.tell("Export", done, len(authors))


def _authors(made: WorkbookSet, request: Request) -> list[str]:
    if request.centre is not None:
        return [f"crpv-{request.centre}"]
    of_centres = map(author_of, made.centres) if request.format == "xlsx" else ()
    return ["agence", "reseau", *of_centres]
