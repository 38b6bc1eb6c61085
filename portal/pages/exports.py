"""The workbooks: the list, the download, and what changed since the last one fetched."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from exports.sheets.columns import ColumnsFile
from portal.dossiers.lines import dossiers_sheet
from portal.errors import ForbiddenError, UnknownError
from portal.headers import HEAD
from portal.pages.view import view_of
from portal.people.sessions import Person, SignedIn
from portal.published.changes import Changes, compare
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


class _Streamed(FileResponse):
    chunk_size = 256 * 1024  # each piece costs a turn of the thread pool


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

    def changes(self, before: FetchableFile, after: FetchableFile) -> Changes:
        """What changed between two files of a kind."""
        sheet = dossiers_sheet(self.columns)
        by_computed = {column.computed: column.name for column in sheet.columns}
        named = next((one.name for one in sheet.columns if one.field), "")
        return compare(
            before.path,
            after.path,
            sheet=sheet.name,
            key=by_computed["dossier"],
            title=named,
            masks=() if after.audience == "agence" else self.masks,
        )


def _counter(request: Request) -> DownloadPages:
    counter: DownloadPages = request.app.state.counter
    return counter


@router.get("/exports")
def exports(request: Request, person: SignedIn) -> Response:
    """The workbooks that this person may fetch, the latest first."""
    counter = _counter(request)
    exports_shown = counter.fetchable.for_role(person.role)
    last = counter.last(person)
    return view_of(request).page(
        request,
        "exports",
        person=person,
        latest=exports_shown[0] if exports_shown else None,
        earlier=exports_shown[1:_SHOWN],
        not_shown=max(0, len(exports_shown) - _SHOWN),
        fetched=last,
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
        line = Visit(now(), person.email, "download", file.folder, file.name)
        counter.store.visits.record(counter.demarche, line)
    return _Streamed(
        file.path,
        media_type=_TYPES[file.path.suffix],
        filename=file.save_as,
        headers={"cache-control": "private, no-store"},
    )


@router.get("/changements")
def changes(request: Request, person: SignedIn) -> Response:
    """What changed since the file that this person fetched last."""
    counter = _counter(request)
    exports_shown = counter.fetchable.for_role(person.role)
    last = counter.last(person)
    before, after = _compared(exports_shown, last)
    return view_of(request).page(
        request,
        "changements",
        person=person,
        latest=exports_shown[0] if exports_shown else None,
        fetched=last,
        before=before,
        after=after,
        changes=counter.changes(before, after) if before and after else None,
    )


def _compared(
    exports_shown: tuple[FetchableExport, ...], last: Visit | None
) -> tuple[FetchableFile | None, FetchableFile | None]:
    """The file fetched last and the latest of its kind, where both are still there to be read."""
    if last is None or not exports_shown or not last.file.endswith(".xlsx"):
        return None, None
    then = next((export for export in exports_shown if export.folder == last.folder), None)
    return (then.file(last.file) if then else None), exports_shown[0].file(last.file)
