"""Take in what evaluators wrote in a workbook that they returned: all of it, or nothing.

One thing is left out without the rest: what is said of a dossier that has left the workbook since
it was published.
"""

import errno
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exports.identity import Identity
from exports.model import ExportContext
from exports.published.manifest import ON_REQUEST, PublishedExport, sha256
from exports.published.publishing import dated
from exports.published.withdrawal import withdrawn_of
from exports.published.workbook_set import WorkbookSet
from exports.returned.merging import Change, Held, merge
from exports.returned.reader import read_returned
from exports.sheets.centres import author_of
from exports.sheets.columns import ColumnsFile
from steps.publish.export import entries_of, export_context, workbook_set
from steps.publish.publication import reader_of
from steps.wiring.failures import RequestError
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.services import Services, now
from store.staff.opinions import OpinionRow

_UNREADABLE: Final = {
    errno.ENOENT: "il n'y a pas de fichier de ce nom",
    errno.ENOTDIR: "il n'y a pas de fichier de ce nom",
    errno.EISDIR: "c'est un dossier ; donnez le classeur",
    errno.EACCES: "ce compte n'a pas le droit de le lire",
}


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a returned workbook brought.

    Attributes:
        author: Who it was made for.
        changes: What changed, by dossier.
        problems: Why nothing was taken in, each with its cell.
        remarks: What was left out, each with its cell; the rest was taken in.
    """

    author: str
    changes: tuple[Change, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def take_in(services: Services, path: Path, *, dry_run: bool) -> TakenIn:
    """Read a returned workbook and keep what changed, unless anything in it is refused.

    Raises:
        RequestError: The file cannot be read.
        ExportError: It is no workbook.
    """
    folder = services.inputs.publishing.columns
    columns, _ = hand_out_files(folder, services.form.mapping)
    returned = read_returned(_content(path), columns)
    identity = returned.identity
    if identity is None:
        return _refused(
            "",
            f"{path.name} n'est pas un classeur de la passerelle : sa feuille"
            " « À propos » ne porte pas d'identifiant que l'on reconnaisse",
        )
    stranger = _stranger(services, identity)
    if stranger:
        return _refused(identity.author, f"{path.name} {stranger}")
    store, demarche = services.store, services.demarche
    merged = merge(
        returned.rows,
        carried=_held(services, identity.author, until=identity.opinions_until),
        present=_held(services, identity.author, until=None),
        known=_known(services, identity.author),
        handed_out=_handed_out(services, identity, columns),
    )
    problems = (*returned.problems, *merged.problems)
    if problems:
        return TakenIn(identity.author, (), problems)
    if not dry_run:
        rows = [OpinionRow(one.number, identity.author, *one.after) for one in merged.changes]
        store.opinions.save(demarche, rows, at=now())
    return TakenIn(identity.author, merged.changes, (), merged.remarks)


def _refused(author: str, problem: str) -> TakenIn:
    return TakenIn(author, (), (problem,))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = _UNREADABLE.get(error.errno or 0, "le système refuse de le lire")
        raise RequestError(f"{path} ne peut pas être lu : {why}.") from error


def _stranger(services: Services, identity: Identity) -> str:
    """Why a workbook of ours is not one to take in here, or nothing."""
    if identity.demarche != services.demarche:
        return (
            f"est un classeur de la démarche {identity.demarche} ; celle-ci est la"
            f" {services.demarche}"
        )
    known = centres(services.inputs.publishing.columns)
    authors = {"agence", "reseau", *map(author_of, known)}
    if identity.author not in authors:
        return f"est le classeur de « {identity.author} », qui n'est pas dans la table des centres"
    if identity.opinions_until > services.store.opinions.last_id(services.demarche):
        return "porte des avis que cette base n'a pas : il vient d'une autre installation"
    return ""


def _held(services: Services, author: str, *, until: int | None) -> Mapping[int, Held]:
    rows = services.store.opinions.latest(services.demarche, until=until)
    return {row.number: (row.judgement, row.comment) for row in rows if row.author == author}


def _known(services: Services, author: str) -> Collection[int]:
    """Dossiers of the workbook of an author, as it would be made now."""
    entries = tuple(entries_of(services))
    context: ExportContext = export_context(services, entries)
    made: WorkbookSet = workbook_set(services, entries, context)
    return made.numbers(author)


def _handed_out(services: Services, identity: Identity, columns: ColumnsFile) -> Collection[int]:
    """Dossiers that the workbook had when it was published; none where that is not known any more.

    What the returned file itself says proves nothing: only what was kept here does. Of a workbook
    made on request, or of before the editions, the file that stayed here tells.
    """
    found = reader_of(services).numbers(identity.author, identity.checksum)
    if found is not None:
        return found
    root = services.inputs.publishing.folder
    for folder in (root, root / ON_REQUEST):
        for one in dated(folder, demarche=identity.demarche):
            content = _file_that_stayed(one, identity)
            if content is not None:
                name = f"{identity.author}.xlsx"
                former = withdrawn_of(one.manifest).get(name, frozenset())
                return former | {row.number for row in read_returned(content, columns).rows}
    return ()


def _file_that_stayed(export: PublishedExport, identity: Identity) -> bytes | None:
    """The very file that came back, as it was published; ``None`` where it is none of these."""
    name = f"{identity.author}.xlsx"
    told = next((one for one in export.manifest["files"] if one["name"] == name), None)
    if told is None:
        return None
    digest = told.get("digest") or export.manifest.get("checksum")
    content = (export.folder / name).read_bytes()
    same = str(digest).startswith(identity.checksum) and sha256(content) == told["sha256"]
    return content if same else None
