"""Hand out on request: one centre, what moved since a day, or plain files. Never the published one.

These exports stand apart, under ``sur-demande``, so that what is published stays what everyone
reads. Every figure in them is of the dossiers that they hold.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal, TypeAlias

from exports.cells import paris
from exports.model import ExportedDossier
from exports.published.changes import Comparison, since
from exports.published.checking import ExportFile
from exports.published.checksum import digest_of_all
from exports.published.editions import EditionKind, editions, told_of
from exports.published.flat import WRITERS, flat_names
from exports.published.folders import alone, disk_told
from exports.published.manifest import ON_REQUEST, export_facts
from exports.published.publishing import newest_dated, publish
from exports.published.workbook_set import NOT_COMPARED, WorkbookSet
from exports.sheets.centre_names import centres_named
from exports.sheets.centres import author_of
from steps.publish.current_workbooks import export_context, judged_entries, workbook_set
from steps.publish.publication import compared_with, reader_of
from steps.publish.withdrawal import hand_out_under
from steps.wiring.failures import RequestError
from steps.wiring.handed_out_files import centres
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary

FileFormat: TypeAlias = Literal["xlsx", "csv", "parquet"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        centre: The one centre, by its code or as people name it
            (:mod:`exports.sheets.centre_names`); the agency, the network and every centre without
            it.
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
    if request.centre is not None:
        request = replace(request, centre=_code(services, request.centre))
    every = judged_entries(services, summary, told=summary.set_aside)
    entries = tuple(one for one in every if _moved_since(one, request.since))
    context = replace(export_context(services, entries), filters=request.filters, on_request=True)
    made = workbook_set(services, entries, context)
    made = replace(made, compare=_compare(services, made))
    shown = {number for author in _authors(made, request) for number in made.numbers(author)}
    if request.since and not shown:
        return
    files = dict(_files(services, made, request))
    root = services.inputs.publishing.folder / ON_REQUEST
    digests = {name: file.digest for name, file in files.items()}
    checksum = digest_of_all(digests, context.read_at.isoformat())
    held = [one for one in entries if one.number in shown]
    facts = export_facts(held, context, checksum=checksum, policy=made.policy)
    with disk_told(root.parent), alone(root.parent):
        hand_out_under(services, made=made)
    done = publish(root, files, facts=facts, at=now())
    done = done or newest_dated(root, demarche=services.demarche)
    summary.workbooks += [str(path) for path in done.paths] if done else []


def _compare(services: Services, made: WorkbookSet) -> Callable[[str], Comparison]:
    """What its workbooks are compared with: the last weekly edition, as the current ones."""
    if made.context.filters:
        sentence = "Rien n’est comparé\u00a0: ce classeur ne montre que les dossiers d’un filtre"
        return lambda _: Comparison(sentence, "rien : cet export est filtré")
    root = services.inputs.publishing.folder
    base = next(iter(editions(root, EditionKind.WEEKLY, demarche=services.demarche)), None)
    if base is None:
        return lambda _: NOT_COMPARED
    reader = reader_of(services)

    def compare(author: str) -> Comparison:
        rows = made.handed("agence" if author == "agence" else "reseau")
        changes = reader.changes_to(
            author,
            {one.number: one for one in rows},
            before=base.sequence,
            versions=made.versions,
        )
        return compared_with(base) if changes is None else since(told_of(base), changes)

    return compare


def _code(services: Services, written: str) -> str:
    listed = centres(services.inputs.publishing.columns)
    known = {one.code: (one.code, one.name, one.city) for one in listed}
    if written in known:
        return written
    found, _ = centres_named(written, known)
    if len(found) == 1:
        return found[0]
    among = f"plusieurs : {', '.join(found)}" if found else f"il y a : {', '.join(sorted(known))}"
    raise RequestError(f"Aucun centre « {written} » dans crpv.csv ; {among}.")


def _moved_since(entry: ExportedDossier, day: date | None) -> bool:
    report = entry.report
    moments = (report.deposited_at, report.champs_modified_at, report.decided_at)
    return day is None or any(one is not None and paris(one).date() >= day for one in moments)


def _files(
    services: Services, made: WorkbookSet, request: Request
) -> Iterator[tuple[str, ExportFile]]:
    authors = _authors(made, request)
    if request.centre is not None and made.context.kept_inside:
        raise RequestError(f"Aucun classeur n'est remis à un centre : {made.context.kept_inside}.")
    for done, author in enumerate(authors, start=1):
        audience = f"centre:{author.removeprefix('crpv-')}" if "-" in author else author
        if request.format == "xlsx":
            book = made.made(author)
            file = ExportFile(audience, book.pack(), book.rows, book.sheets, book.digest)
            yield f"{author}.xlsx", file
        else:
            tables = tuple(made.tables(author).values())
            for name, table in flat_names(author, tables, suffix=request.format):
                content = WRITERS[request.format](table)
                rows, digest = {table.sheet: len(table.rows)}, sha256(content).hexdigest()
                yield name, ExportFile(audience, content, rows=rows, digest=digest)
        services.tell("Export", done, len(authors))


def _authors(made: WorkbookSet, request: Request) -> list[str]:
    if request.centre is not None:
        return [f"crpv-{request.centre}"]
    if made.context.kept_inside:
        return ["agence"]
    of_centres = map(author_of, made.centres) if request.format == "xlsx" else ()
    return ["agence", "reseau", *of_centres]
