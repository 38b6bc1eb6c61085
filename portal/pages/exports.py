"""The workbooks: the list, the download, and what changed since the last one fetched."""

from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryFile
from zipfile import ZIP_STORED, ZipFile

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from exports.published.changes import Changes, shares_of
from exports.published.editions import EditionKind
from exports.published.handed_out import HandedOutReader
from exports.published.manifest import CURRENT
from exports.sheets.columns import ColumnsFile
from portal.dossiers.lines import dossiers_sheet
from portal.errors import ForbiddenError, UnknownError
from portal.headers import HEAD
from portal.pages.view import view_of
from portal.people.sessions import Person, SignedIn
from portal.published.files import FetchableExport, FetchableFile, FetchableFiles
from portal.source import now
from store.repository import Store
from store.staff.visits import Visit

_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
}
_SHOWN = 40
_PIECE = 2**20
_GROUPS = {
    EditionKind.WEEKLY: "Éditions hebdomadaires",
    EditionKind.MONTHLY: "Éditions mensuelles",
    EditionKind.BY_HAND: "Autres éditions",
    "": "Exports d’avant les éditions",
}


class _Streamed(FileResponse):
    chunk_size = _PIECE  # each piece costs a turn of the thread pool


router = APIRouter()


@dataclass(frozen=True, slots=True)
class DownloadPages:
    """The published files, and the journal of who downloaded them.

    Attributes:
        fetchable: The published workbooks.
        store: The journal.
        demarche: Number of the démarche.
        columns: Sheets of the workbooks.
        masks: What stands there in place of what is withheld, in whole or in a text.
    """

    fetchable: FetchableFiles
    store: Store
    demarche: int
    columns: ColumnsFile
    masks: tuple[str, ...]

    def last(self, person: Person) -> Visit | None:
        """What this person fetched last."""
        return self.store.visits.last_download(self.demarche, person.email)

    def changes(self, author: str, *, before: int, after: int) -> Changes | None:
        """What changed in a workbook from one publication to another; ``None``: not known."""
        shares = shares_of(dossiers_sheet(self.columns))
        reader = HandedOutReader(self.store, self.demarche, self.masks, shares)
        return reader.changes(author, before=before, after=after)

    @property
    def named_by(self) -> str:
        """Header of the column that names a dossier for people."""
        sheet = dossiers_sheet(self.columns)
        return next((one.name for one in sheet.columns if one.field), "")


def _counter(request: Request) -> DownloadPages:
    counter: DownloadPages = request.app.state.counter
    return counter


@router.get("/exports")
def exports(request: Request, person: SignedIn) -> Response:
    """The workbooks that this person may fetch: the current ones, then the editions by kind."""
    counter = _counter(request)
    shown = counter.fetchable.for_role(person.role)
    groups = {
        title: tuple(one for one in shown if one.kind == kind) for kind, title in _GROUPS.items()
    }
    return view_of(request).page(
        request,
        "exports",
        person=person,
        current=_current(shown),
        groups={title: found for title, found in groups.items() if found},
        most=_SHOWN,
        read_at=counter.store.demarches.state(counter.demarche).last_polled_at,
        fetched=counter.last(person),
    )


@router.get("/exports/{file_id}")
def download(request: Request, file_id: str, person: SignedIn) -> Response:
    """Hand a file out, and write down to whom.

    Raises:
        UnknownError: No file has this id.
        ForbiddenError: It is not for this person.
    """
    counter = _counter(request)
    file = counter.fetchable.file(file_id)
    if file is None:
        raise UnknownError
    if not person.role.may_fetch(file.audience):
        raise ForbiddenError
    if HEAD not in request.scope:
        line = Visit(now(), person.email, "download", file.version, file.name)
        counter.store.visits.record(counter.demarche, line)
    return _Streamed(
        file.path.resolve(),  # the set may be replaced meanwhile: this very file is given whole
        media_type=_TYPES[file.path.suffix],
        filename=file.save_as,
        headers={"cache-control": "private, no-store"},
    )


@router.get("/exports/lot/{sequence}")
def download_all(request: Request, sequence: str, person: SignedIn) -> Response:
    """Hand out the workbooks of one set that are for this person, in one file.

    Raises:
        UnknownError: None of them is published.
    """
    counter = _counter(request)
    shown = counter.fetchable.for_role(person.role)
    export = next((one for one in shown if str(one.sequence) == sequence), None)
    if export is None:
        raise UnknownError
    if HEAD not in request.scope:
        for file in reversed(export.files):  # the first is what « Ce qui a changé » compares
            line = Visit(now(), person.email, "download", file.version, file.name)
            counter.store.visits.record(counter.demarche, line)
    packed = TemporaryFile()  # noqa: SIM115 (closed once it was sent)
    with ZipFile(packed, "w", ZIP_STORED) as archive:  # a workbook is deflated already
        for file in export.files:
            archive.write(file.path.resolve(), file.save_as)
    size = packed.tell()
    packed.seek(0)
    name = f"unc-{export.files[0].stamp}.zip"
    return StreamingResponse(
        iter(partial(packed.read, _PIECE), b""),
        media_type="application/zip",
        headers={
            "content-length": str(size),
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
        },
        background=BackgroundTask(packed.close),
    )


@router.get("/changements")
def changes(request: Request, person: SignedIn) -> Response:
    """What changed since the file that this person fetched last."""
    counter = _counter(request)
    shown = counter.fetchable.for_role(person.role)
    current, last = _current(shown), counter.last(person)
    after = current.file(last.file) if current and last else None
    before = _fetched(shown, last) if last else 0
    changes = None
    if after is not None and before:
        changes = counter.changes(after.author, before=before, after=after.sequence)
    return view_of(request).page(
        request,
        "changements",
        person=person,
        latest=current,
        fetched=last,
        after=after,
        named_by=counter.named_by,
        changes=changes,
    )


def _current(shown: tuple[FetchableExport, ...]) -> FetchableExport | None:
    return next((export for export in shown if export.is_current), None)


def _fetched(shown: tuple[FetchableExport, ...], last: Visit) -> int:
    """Place of the publication that made the file which was fetched; 0 where it is not known."""
    kind, _, place = last.folder.partition("/")
    if kind == CURRENT and place.isdecimal():
        return int(place)
    found: list[FetchableFile | None] = [
        export.file(last.file) for export in shown if export.version == last.folder
    ]
    return next((one.sequence for one in found if one is not None), 0)
