"""Take in what evaluators wrote in a workbook that they returned: all of it, or nothing.

What is left out without the rest is told with its cell: what is said of a dossier that has left the
workbook since it was published, and words that stand elsewhere than in the evaluators' cells.
"""

import errno
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from exports.identity import Identity
from exports.published.listing import published
from exports.published.manifest import ON_REQUEST, PublishedExport, sha256
from exports.published.publishing import dated
from exports.published.withdrawal import withdrawn_of
from exports.published.workbook_set import WorkbookSet
from exports.returned.answers import (
    AnswerChange,
    Answers,
    AnswerSheet,
    read_answers,
    take_answers,
)
from exports.returned.doubts import doubts
from exports.returned.elsewhere import elsewhere
from exports.returned.merging import Change, Held, Spread, merge, uncover
from exports.returned.reader import read_returned
from exports.returned.reference import Compared, Reference, of_book
from exports.sheets.centres import Centre, author_of
from steps.judge.acts import today
from steps.publish.export import entries_of, export_context, workbook_set
from steps.publish.publication import reader_of
from steps.wiring.failures import RequestError
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.services import Services, now
from store.staff.handed_out import audience_of, holds
from store.staff.opinions import OpinionRow
from triage.registre.acts import By
from triage.registre.folding import read
from triage.registre.life import When

_DOOR = "classeur"
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
        answers: What changed of the answers to questions.
        problems: Why nothing was taken in, each with its cell.
        remarks: What was left out, each with its cell; the rest was taken in.
    """

    author: str
    changes: tuple[Change, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    answers: tuple[AnswerChange, ...] = ()


def take_in(
    services: Services,
    path: Path,
    *,
    dry_run: bool,
    accept_rows: bool = False,
    spread: Spread | None = None,
) -> TakenIn:
    """Read a returned workbook and keep what changed, unless anything in it is refused.

    Args:
        services: Store and data files.
        path: The workbook.
        dry_run: Keep nothing.
        accept_rows: Whether a person says that each opinion is in front of its dossier, whatever
            the cells look like.
        spread: Whom the text of merged cells is for, where a person says so.

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
    if returned.table is None:
        return TakenIn(identity.author, (), returned.problems)
    made = _made(services)
    reference = _handed_out(services, identity, made)
    compared = Compared(returned.table, reference)
    names = {author_of(one): one for one in centres(folder)}
    present = _held(services, identity.author, until=None)
    carried = _held(services, identity.author, until=identity.opinions_until)
    rows = uncover(returned.rows, returned.coverings, present=present, spread=spread)
    merged = merge(
        rows.rows,
        carried=carried,
        present=present,
        known=made.numbers(identity.author),
        handed_out=reference.rows if reference.exact else (),
    )
    doubtful = () if accept_rows or not merged.changes else doubts(compared, carried)
    answered = read_answers(returned, columns) if identity.author in names else AnswerSheet()
    answers = _answers(services, answered, identity.author, names, accept_rows=accept_rows)
    problems = (
        *(*returned.problems, *rows.problems, *merged.problems, *doubtful),
        *answers.problems,
    )
    remarks = (
        *(*merged.remarks, *rows.remarks, *returned.remarks, *answers.remarks),
        *elsewhere(compared, answers=answered.taken),
    )
    if problems:
        return TakenIn(identity.author, (), problems, remarks)
    if not dry_run:
        opinions = [OpinionRow(one.number, identity.author, *one.after) for one in merged.changes]
        with services.store.transaction() as kept:
            kept.opinions.save(services.demarche, opinions, at=now())
            kept.acts.enter(services.demarche, answers.drafts, at=now())
    return TakenIn(identity.author, merged.changes, (), remarks, answers.changes)


def _answers(
    services: Services,
    sheet: AnswerSheet,
    author: str,
    names: Mapping[str, Centre],
    *,
    accept_rows: bool,
) -> Answers:
    """What a centre answered to questions; who sends a workbook acts in the name of its centre."""
    if not (sheet.rows or sheet.problems):
        return Answers()
    acts, day, centre = services.store.acts.list(services.demarche), today(), names[author]
    return take_answers(
        sheet,
        read(acts),
        acts,
        centre=centre.code,
        by=By(centre.name, _DOOR),
        when=When(day, day),
        accept_rows=accept_rows,
    )


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


def _made(services: Services) -> WorkbookSet:
    """The workbooks as they would be made now."""
    entries = tuple(entries_of(services))
    return workbook_set(services, entries, export_context(services, entries))


def _handed_out(services: Services, identity: Identity, made: WorkbookSet) -> Reference:
    """The workbook as it was published; as it would be now where that is not known any more.

    What the returned file itself says proves nothing: only what was kept here does. The very file
    tells all, where it is still there; else what is kept of the dossiers that it had.
    """
    for one in _exports(services):
        content = _file_that_stayed(one, identity)
        found = of_book(read_returned(content, made.columns)) if content else None
        former = withdrawn_of(one.manifest).get(f"{identity.author}.xlsx", frozenset())
        if found is not None and former:  # erased since: that they were there is all that is known
            rows = {**found.rows, **{number: {} for number in former}}
            return replace(found, rows=rows, book=None)
        if found is not None:
            return found
    author, audience = identity.author, audience_of(identity.author)
    kept = reader_of(services).rows(author, identity.checksum)
    held = made.handed("agence" if audience == "agence" else "reseau") if kept is None else kept
    order = [one.number for one in made.made(author).readings]
    mine = {one.number: one.by_header for one in held if holds(author, one.centres)}
    sheets = frozenset(one.name for one in made.columns.sheets)
    return Reference(mine, order, exact=kept is not None, sheets=sheets)


def _exports(services: Services) -> Iterator[PublishedExport]:
    """All exports whose files are still there."""
    root, demarche = services.inputs.publishing.folder, services.demarche
    yield from published(root, demarche=demarche)
    yield from dated(root / ON_REQUEST, demarche=demarche)


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
