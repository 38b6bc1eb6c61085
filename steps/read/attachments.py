"""Brings attachments to disk, when the setting asks for it; what DS says of them is always kept."""

from collections.abc import Sequence
from pathlib import Path
from random import sample
from typing import Final

from clients.attachment_folder import AttachmentFolder
from clients.files import DsFiles, FetchedFile, FileOutcome, files_of
from datafiles.refusals import refusal
from steps.wiring.services import Connected, Services
from steps.wiring.summary import Summary
from store.dossiers.models import StoredDossier

_WHY: Final = {
    FileOutcome.CORRUPT: "ce qui arrive n'est pas le fichier que DS annonce",
    FileOutcome.GONE: "son lien ne mène plus à rien",
    FileOutcome.UNAVAILABLE: "le serveur de fichiers ne répond pas",
    FileOutcome.ELSEWHERE: "son lien mène ailleurs",
    FileOutcome.UNREADABLE: "ce que DS en dit est illisible",
}
"""Outcomes that another run may better, with what is told of them: the dossier is looked through
again. A file that is not cleared, or too large, waits for its dossier to change."""

MOST_IN_A_ROW = 50
"""Dossiers of which nothing came, one after the other, before the rest waits for the next run."""


def fetch_attachments(services: Connected, summary: Summary) -> None:
    """Download the files of every dossier whose present content was not looked through yet.

    A file that cannot be had is named in the summary, asked for again at each run, and holds
    nothing up: neither the other files nor the run. Dossiers are taken in no order, so that those
    whose files never come keep no other waiting.

    Raises:
        DsTokenRefused: The token is refused.
        StoreError: The database failed.
    """
    wanted = services.inputs.attachments
    if not wanted.download:
        return
    due = services.store.attachments.due(services.demarche)
    with DsFiles(
        services.reader, wanted.folder, max_bytes=wanted.max_bytes, hosts=wanted.hosts
    ) as files:
        try:
            files.folder.sweep()
            _fetch_each(services, summary, files=files, due=due)
        except OSError as error:
            summary.set_aside.append(_not_writable(wanted.folder, error))


def _fetch_each(
    services: Connected, summary: Summary, *, files: DsFiles, due: Sequence[int]
) -> None:
    """Fetch the files of dossiers, in any order: one that always fails keeps no other back."""
    in_a_row = 0
    for done, number in enumerate(sample(due, len(due)), start=1):
        stored = services.store.dossiers.get(services.demarche, number)
        if stored is None:
            continue
        failed = _fetch(services, summary, files=files, dossier=stored)
        in_a_row = in_a_row + 1 if failed else 0
        if in_a_row == MOST_IN_A_ROW:
            summary.set_aside.append(
                f"pièces jointes : rien n'est venu de {in_a_row} dossiers de suite ; les autres"
                " attendent le prochain passage."
            )
            return
        services.tell("Pièces jointes", done, len(due))


def sweep_attachments(services: Services, summary: Summary) -> int:
    """Remove from the disk what a killed download left, and contents that no dossier has any more.

    Not where another démarche of this installation keeps its contents in the same folder and what
    it knows of them in another base.

    Returns:
        How many contents were removed.

    Raises:
        StoreError: The database failed; nothing was removed.
    """
    place = services.inputs.attachments.folder
    known_elsewhere = services.inputs.attachments.known_elsewhere()
    folder = AttachmentFolder(place)
    try:
        folder.sweep()
        if known_elsewhere:
            return 0
        there = sorted(folder.contents())  # before what is held: a download is expected first
        held = services.store.attachments.held()
        return sum(folder.remove(checksum) for checksum in there if checksum not in held)
    except OSError as error:
        summary.set_aside.append(_not_writable(place, error))
        return 0


def _not_writable(folder: Path, error: OSError) -> str:
    return (
        f"pièces jointes : le dossier {folder} (UNC_HOME) ne peut pas être écrit"
        f" ({refusal(error)}) ; libérez de la place ou donnez-en le droit."
    )


def _fetch(
    services: Connected, summary: Summary, *, files: DsFiles, dossier: StoredDossier
) -> bool:
    """Fetch the files of one dossier; whether the file server failed for any."""
    register, demarche = services.store.attachments, services.demarche
    safe = [file for _, file in files_of(dossier.raw) if file.get("virusScanResult") == "safe"]
    register.expect(demarche, dossier.number, [str(file.get("checksum")) for file in safe])
    found = files.fetch(dossier.raw) if safe else []
    unsettled = [one for one in found if one.outcome in _WHY]
    summary.set_aside += [_named(dossier.number, one) for one in unsettled]
    if unsettled:
        summary.unfetched.add(dossier.number)
    else:
        content = dossier.content_hash
        register.mark_fetched(demarche, dossier.number, content_hash=content)
    return any(one.outcome is FileOutcome.UNAVAILABLE for one in unsettled)


def _named(number: int, file: FetchedFile) -> str:
    """The dossier and the champ, never the name of a file: it may be that of a person."""
    why = file.why or _WHY[file.outcome]
    return (
        f"dossier {number}, champ « {file.champ} » : une pièce jointe n'a pas pu être téléchargée"
        f" ({why}) ; elle sera redemandée au prochain passage."
    )
