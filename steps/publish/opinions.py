"""Take in what evaluators wrote in a workbook that they returned: all of it, or nothing.

What is left out without the rest is told with its cell: what is said of a dossier that has left the
workbook since it was published, and words that stand elsewhere than in the evaluators' cells.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from exports.identity import WorkbookIdentity
from exports.published.former import withdrawn_of
from exports.published.listing import published
from exports.published.manifest import ON_REQUEST, PublishedExport, sha256
from exports.published.publishing import dated
from exports.published.workbook_set import WorkbookSet
from exports.returned.answers import Answers, AnswerSheet, read_answers, take_answers
from exports.returned.doubts import doubts
from exports.returned.elsewhere import elsewhere
from exports.returned.merging import NOTHING, Held, Spread, merge, uncover
from exports.returned.reader import Returned, Written, read_returned
from exports.returned.reference import ComparedRows, HandedOutRows, of_book
from exports.returned.taken_in import ReadAs, TakenIn
from exports.sheets.centres import author_of
from steps.judge.acts import today
from steps.publish.circumstances import circumstances
from steps.publish.current_workbooks import export_context, workbook_set
from steps.publish.entries import entries_of
from steps.publish.publication import reader_of
from steps.wiring.failures import RequestError, content_of
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.services import Services, now
from store.repository import StoreMemory
from store.staff.handed_out import audience_of, holds
from store.staff.opinions import OpinionRow
from store.staff.visits import Visit
from triage.registre.acts import By
from triage.registre.drafting import When
from triage.registre.state_from_acts import read

_DOOR = "classeur"


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
        Superseded: Somebody gave another opinion meanwhile.
    """
    taken = compare(services, content_of(path), path.name, ReadAs(accept_rows, spread))
    if not dry_run:
        keep(services, taken)
    return taken


def compare(
    services: Services,
    content: bytes,
    name: str,
    said: ReadAs,
    *,
    allowed: Callable[[str], bool] = lambda _: True,
) -> TakenIn:
    """What a returned workbook would change, or why it is refused; nothing is kept.

    Args:
        services: Store and data files.
        content: The workbook.
        name: Name of its file, for people.
        said: What a person says of it that it cannot tell.
        allowed: Whether they may return the workbook of an author.

    Raises:
        ExportError: It is no workbook.
    """
    columns, _ = hand_out_files(services.inputs.publishing.columns, services.form.mapping)
    returned = read_returned(content, columns)
    identity = returned.identity
    if identity is None:
        return _refused(
            "",
            f"{name} n'est pas un classeur de la passerelle : sa feuille"
            " « À propos » ne porte pas d'identifiant que l'on reconnaisse ; copiez les avis"
            " dans le classeur publié, et renvoyez celui-là",
        )
    stranger = _stranger(services, identity) or (
        "" if allowed(identity.author) else "n’est pas votre classeur : renvoyez le vôtre"
    )
    if stranger:
        return _refused(identity.author, f"{name} {stranger}")
    if returned.table is None:
        return TakenIn(identity.author, (), returned.problems)
    until = services.store.opinions.last_id(services.demarche)
    reference = _handed_out(services, identity)
    compared = ComparedRows(returned.table, reference)
    present = _held(services, identity.author, until=until)
    carried = _held(services, identity.author, until=identity.opinions_until)
    rows = uncover(
        returned.rows,
        returned.coverings,
        present=present,
        carried=carried,
        spread=said.spread,
        ways=said.ways,
    )
    merged = merge(
        rows.rows,
        carried=carried,
        present=present,
        known=_known(services, identity.author, rows.rows, present),
        handed_out=reference.rows if reference.exact else (),
    )
    doubtful = merged.changes and not said.accept_rows
    answered, acts_until, answers = _answers(services, returned, identity.author, said)
    problems = (
        *returned.problems,
        *rows.problems,
        *merged.problems,
        *(doubts(compared, carried, ways=said.ways) if doubtful else ()),
        *answers.problems,
    )
    remarks = (
        *(*merged.remarks, *rows.remarks, *returned.remarks, *answers.remarks),
        *elsewhere(compared, answers=answered.taken),
    )
    if problems:
        return TakenIn(identity.author, (), problems, remarks)
    return TakenIn(
        identity.author,
        merged.changes,
        (),
        remarks,
        answers.changes,
        drafts=answers.drafts,
        until=until,
        acts_until=acts_until,
    )


def keep(services: Services, taken: TakenIn, *, line: Visit | None = None) -> None:
    """Keep what a returned workbook changes, with its line in the journal; nothing if refused.

    Raises:
        Superseded: Somebody gave another opinion or answer since it was compared: none is kept.
    """
    if taken.problems or not (taken.changes or taken.drafts):
        return
    rows = [OpinionRow(one.number, taken.author, *one.after) for one in taken.changes]

    def write(kept: StoreMemory) -> None:
        kept.opinions.save(services.demarche, rows, at=now(), unless=taken.until)
        kept.acts.enter(services.demarche, taken.drafts, at=now(), unless=taken.acts_until)
        if line is not None:
            kept.visits.record(services.demarche, line)

    services.store.together(write)


def give(services: Services, row: OpinionRow, *, until: int, line: Visit) -> None:
    """Keep an opinion that was typed on the page of its dossier, with its line in the journal.

    Args:
        services: Store and data files.
        row: The opinion.
        until: Last opinion of all that the person could see.
        line: Line of the journal.

    Raises:
        RequestError: The opinion is not in the list.
        Superseded: Somebody gave another one meanwhile.
    """
    columns, _ = hand_out_files(services.inputs.publishing.columns, services.form.mapping)
    if row.judgement and row.judgement not in columns.opinions:
        raise RequestError(f"« {row.judgement} » n’est pas dans la liste des avis.")

    def write(kept: StoreMemory) -> None:
        kept.opinions.save(services.demarche, [row], at=now(), unless=until)
        kept.visits.record(services.demarche, line)

    services.store.together(write)


def _answers(
    services: Services, returned: Returned, author: str, said: ReadAs
) -> tuple[AnswerSheet, int, Answers]:
    """What a centre answered to questions, and up to which act the register was compared.

    Who sends a workbook acts in the name of its centre.
    """
    folder = services.inputs.publishing.columns
    columns, _ = hand_out_files(folder, services.form.mapping)
    centre = {author_of(one): one for one in centres(folder)}.get(author)
    sheet = read_answers(returned, columns) if centre else AnswerSheet()
    if centre is None or not (sheet.rows or sheet.problems):
        return sheet, 0, Answers()
    acts, day = services.store.acts.list(services.demarche), today()
    found = take_answers(
        sheet,
        read(acts),
        acts,
        centre=centre.code,
        by=By(centre.name, _DOOR),
        when=When(day, day),
        accept_rows=said.accept_rows,
        ways=said.ways,
    )
    return sheet, max((one.id for one in acts), default=0), found


def _refused(author: str, problem: str) -> TakenIn:
    return TakenIn(author, (), (problem,))


def _stranger(services: Services, identity: WorkbookIdentity) -> str:
    """Why a workbook of ours is not one to take in here, or nothing."""
    if identity.demarche != services.demarche:
        return (
            f"est un classeur de la démarche {identity.demarche} ; celle-ci est la"
            f" {services.demarche} : renvoyez-le à qui suit celle-là"
        )
    known = centres(services.inputs.publishing.columns)
    authors = {"agence", "reseau", *map(author_of, known)}
    if identity.author not in authors:
        return (
            f"est le classeur de « {identity.author} », qui n'est pas dans la table des centres :"
            " ajoutez-le à crpv.csv, ou copiez les avis dans le classeur d'un centre"
        )
    if identity.opinions_until > services.store.opinions.last_id(services.demarche):
        return "porte des avis que cette base n'a pas : renvoyez-le à l'installation dont il vient"
    return ""


def _held(services: Services, author: str, *, until: int | None) -> Mapping[int, Held]:
    rows = services.store.opinions.latest(services.demarche, until=until)
    return {row.number: (row.judgement, row.comment) for row in rows if row.author == author}


def _made(services: Services) -> WorkbookSet:
    """The workbooks as they would be made now."""
    entries = tuple(entries_of(services))
    return workbook_set(services, entries, export_context(services, entries))


def _known(
    services: Services, author: str, rows: Sequence[Written], present: Mapping[int, Held]
) -> frozenset[int]:
    """Dossiers of an author's workbook as it would be made now, of those that rows speak of."""
    spoken = [
        one.number
        for one in rows
        if (one.judgement or "", one.comment or "") != present.get(one.number, NOTHING)
    ]
    entries = tuple(entries_of(services, numbers=spoken))
    return workbook_set(services, entries, circumstances(services)).numbers(author)


def _handed_out(services: Services, identity: WorkbookIdentity) -> HandedOutRows:
    """The workbook as it was published; as it would be now where that is not known any more.

    What the returned file itself says proves nothing: only what was kept here does. The very file
    tells all, where it is still there; else what is kept of the dossiers that it had.
    """
    columns, _ = hand_out_files(services.inputs.publishing.columns, services.form.mapping)
    for one in _exports(services):
        content = _file_that_stayed(one, identity)
        found = of_book(read_returned(content, columns)) if content else None
        former = withdrawn_of(one.manifest).get(f"{identity.author}.xlsx", frozenset())
        if found is not None and former:  # erased since: that they were there is all that is known
            rows = {**found.rows, **{number: {} for number in former}}
            return replace(found, rows=rows, book=None)
        if found is not None:
            return found
    author, audience = identity.author, audience_of(identity.author)
    made = _made(services)
    kept = reader_of(services).rows(author, identity.checksum)
    held = made.handed("agence" if audience == "agence" else "reseau") if kept is None else kept
    order = [one.number for one in made.made(author).ordered]
    mine = {one.number: one.by_header for one in held if holds(author, one.centres)}
    sheets = frozenset(one.name for one in made.columns.sheets)
    return HandedOutRows(mine, order, exact=kept is not None, sheets=sheets)


def _exports(services: Services) -> Iterator[PublishedExport]:
    """All exports whose files are still there."""
    root, demarche = services.inputs.publishing.folder, services.demarche
    yield from published(root, demarche=demarche)
    yield from dated(root / ON_REQUEST, demarche=demarche)


def _file_that_stayed(export: PublishedExport, identity: WorkbookIdentity) -> bytes | None:
    """The very file that came back, as it was published; ``None`` where it is none of these."""
    name = f"{identity.author}.xlsx"
    told = next((one for one in export.manifest["files"] if one["name"] == name), None)
    if told is None:
        return None
    digest = told.get("digest") or export.manifest.get("checksum")
    content = (export.folder / name).read_bytes()
    same = str(digest).startswith(identity.checksum) and sha256(content) == told["sha256"]
    return content if same else None
