"""What a person said of a form is kept, and the mapping written with the form as it is reviewed."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from french.time import PARIS
from mappings.adoption.adapted import mapping_text
from mappings.adoption.choice import about
from mappings.adoption.decisions import (
    Decision,
    Decisions,
    digest_of,
    dump_decisions,
    parse_decisions,
)
from mappings.adoption.kept import ADAPTED
from mappings.adoption.standing import absences_kept, kept_review, of_this_form
from mappings.dossier.decode import stable_id
from mappings.drift.reviewed import dump_reviewed
from mappings.drift.reviewing import review
from mappings.schema.file import parse_mapping
from steps.adopt.adapt import Adaptation
from steps.wiring.failures import RequestError
from steps.wiring.form import read_text, reviewed_file, reviewed_form
from steps.wiring.services import now

_TAKEN = (
    "Quelqu'un d'autre adapte déjà ce formulaire (`unc mapping adapt`, ou le portail) : rien n'est"
    " pris ici. Recommencez quand c'est fini ; ce qui y aura été répondu sera repris."
)


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Be the only one who adapts a mapping: of two at once, one would undo what the other says.

    Whoever ends, be they killed, leaves the place.

    Raises:
        RequestError: Somebody else is at it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RequestError(_TAKEN) from error
        yield
    finally:
        os.close(folder)


def keep_decisions(adaptation: Adaptation) -> None:
    """Keep what a person said: they may stop, and go on another day.

    The file says it first, where it is one made before: what it says stands against what was said
    before, written by hand or not. So it does of what they take back that it said meanwhile.
    """
    if adaptation.says_more or (adaptation.again and _taken_back(adaptation)):
        write(adaptation)
    decisions, elsewhere = adaptation.session.decisions, adaptation.refused
    of = {
        path: one
        for path, one in decisions.of.items()
        if path not in elsewhere or one.absent != elsewhere[path].reason
    }
    adaptation.target.parent.mkdir(parents=True, exist_ok=True)
    written = digest_of(_text_of(adaptation.target))
    kept = replace(decisions, of=of, written=written)
    _replace(adaptation.decisions_file, dump_decisions(kept))


def write(adaptation: Adaptation) -> None:
    """Write the mapping, and the form as it is reviewed with it; it is not adopted by that.

    The mapping that was there is kept beside, under ``.avant``. Writing the same again, notes above
    fields apart, changes nothing: an adoption stands. An absence that was taken back goes.
    """
    session, target = adaptation.session, adaptation.target
    decisions, revision = session.decisions, stable_id(adaptation.active.id)
    there = _text_of(target)
    former = (
        (there, parse_mapping(there, source=target.name)) if adaptation.again and there else None
    )
    text = mapping_text(
        adaptation.made, demarche=decisions.demarche, revision=revision, former=former
    )
    ours = adaptation.again or there.startswith(ADAPTED)  # else it is of another form
    earlier, stands = kept_review(
        of_this_form(reviewed_form(target)) if ours else adaptation.reviewed,
        (there, text),
        said=(adaptation.before, decisions.of),
        doubtful=adaptation.doubtful,
        changes={path: about(told) for path, told in adaptation.changed.items()},
    )
    absent = absences_kept(
        session,
        {**adaptation.refused, **earlier.absent},
        before={**_taken_back(adaptation), **adaptation.before},
        today=_today(),
    )
    mapping = adaptation.made.mapping
    form = earlier if stands else review(adaptation.to_review, mapping=mapping, earlier=earlier)
    reviewed = replace(form, absent=absent, adopted=earlier.adopted)
    target.parent.mkdir(parents=True, exist_ok=True)
    for file in (target, reviewed_file(target)):
        before = file.with_name(f"{file.name}.avant")
        if file.exists() and not before.exists():
            before.write_bytes(file.read_bytes())
    # The adoption goes before the mapping changes: killed between, nothing is written to DS.
    _replace(reviewed_file(target), dump_reviewed(reviewed))
    _replace(target, text)
    kept = _kept(adaptation)
    if kept is not None and kept.written == digest_of(there):  # else it was corrected by hand
        written = digest_of(text)
        _replace(adaptation.decisions_file, dump_decisions(replace(kept, written=written)))


def _taken_back(adaptation: Adaptation) -> Mapping[str, Decision]:
    """What was said in this session, was written, and is not said any more."""
    kept, said = _kept(adaptation), adaptation.session.decisions.of
    return {path: one for path, one in (kept.of if kept else {}).items() if path not in said}


def _kept(adaptation: Adaptation) -> Decisions | None:
    """What was said and kept before; ``None`` without any."""
    file = adaptation.decisions_file
    if not file.exists():
        return None
    return parse_decisions(read_text(file, "adaptation"), source=file.name)


def _text_of(file: Path) -> str:
    return read_text(file, "UNC_MAPPING") if file.exists() else ""


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _today() -> date:
    return now().astimezone(PARIS).date()
