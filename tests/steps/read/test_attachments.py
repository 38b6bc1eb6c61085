"""Files of dossiers come to disk when asked for, once, checked; and go with the last dossier."""

import fcntl
import hashlib
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clients.files import files_of
from sandbox.demarche.seed import SeedDossier
from steps.read.retention import purge
from steps.wiring.summary import Summary
from tests.steps.syncing import Mirror, mirrored, seeds

CHAMP = 16


def file(name: str, content: str, scan: str = "safe") -> dict[str, str]:
    return {
        "filename": name,
        "content_type": "application/pdf",
        "content": content,
        "scan": scan,
    }


def dossier(number: int, *files: dict[str, str]) -> SeedDossier:
    model = next(one for one in seeds(60) if one.state == "en_construction")
    answers = {one: said for one, said in model.answers.items() if "filename" not in str(said)}
    return replace(model, number=number, answers={**answers, CHAMP: list(files)})


DOSSIERS = [
    dossier(1, file("../../etc/passwd", "du premier"), file("commun.pdf", "partagé")),
    dossier(2, file("autre nom.pdf", "partagé"), file("attente.pdf", "attend", "pending")),
    dossier(3, file("virus.pdf", "infecté", "infected")),
]


def download(mirror: Mirror, **changes: Any) -> Any:
    return mirror.poll(attachments="download", **changes)


def on_disk(mirror: Mirror) -> set[str]:
    folder = mirror.settings.attachment_folder()
    return {one.read_text() for one in folder.rglob("*") if one.is_file()}


def test_by_default_only_what_ds_says_of_a_file_is_kept(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        mirror.poll()
        assert not mirror.settings.attachment_folder().exists()
        told = dict(files_of(mirror.kept()[1]))
        digest = hashlib.md5("partagé".encode(), usedforsecurity=False).digest()
        checksums = {one["checksum"] for one in told.values()}
        assert b64encode(digest).decode() in checksums


def test_safe_files_come_to_disk_once_under_their_content(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        mirror.poll()  # the setting comes later: what is stored already is due too
        summary = download(mirror)
        assert not summary.unfetched
        assert on_disk(mirror) == {"du premier", "partagé"}
        again = download(mirror)
        assert again.requests == 3
        assert on_disk(mirror) == {"du premier", "partagé"}


def test_a_file_that_the_antivirus_clears_later_is_fetched_then(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        download(mirror)
        mirror.control.submit(2, {CHAMP: [file("attente.pdf", "attend")]})
        download(mirror)
        assert "attend" in on_disk(mirror)


def test_links_that_expired_are_asked_again(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        mirror.poll()
        mirror.control.clock(advance=7200)
        assert not download(mirror).unfetched
        assert on_disk(mirror) == {"du premier", "partagé"}


def test_a_file_that_is_too_large_stays_on_ds(tmp_path: Path) -> None:
    large = dossier(4, file("gros.pdf", "x" * 1_000_001))
    with mirrored(tmp_path, [*DOSSIERS, large]) as mirror:
        assert not download(mirror, attachment_max_mb=1).unfetched
        assert on_disk(mirror) == {"du premier", "partagé"}


@pytest.mark.slow
def test_files_go_with_the_last_dossier_that_has_them(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        download(mirror)
        mirror.control.submit(1, {CHAMP: [file("nouveau.pdf", "remplacé")]})
        download(mirror)
        assert on_disk(mirror) == {"du premier", "partagé", "remplacé"}  # explains the past
        mirror.control.purge(1)
        mirror.poll()
        assert on_disk(mirror) == {"partagé"}
        mirror.control.purge(2)
        mirror.poll()
        assert on_disk(mirror) == set()
        mirror.assert_same()


@pytest.mark.slow
def test_a_file_that_cannot_be_had_holds_nothing_up(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        mirror.poll()
        mirror.control.clock(advance=7200)
        mirror.control.broken(1)  # its links cannot be asked again
        summary = download(mirror)
        assert summary.unfetched == {1}
        assert summary.needs_a_human()
        mirror.control.broken()
        assert not download(mirror).unfetched
        assert on_disk(mirror) == {"du premier", "partagé"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        mirror.home.mkdir(exist_ok=True)
        mirror.settings.attachment_folder().write_text("not a folder")
        told = download(mirror)
        assert told.needs_a_human()
        (sentence,) = told.set_aside
        assert "UNC_HOME" in sentence


def test_what_a_killed_download_left_is_swept_and_one_under_way_is_not(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        download(mirror)
        kept = on_disk(mirror)
        place = next(one for one in mirror.settings.attachment_folder().glob("??"))
        (place / "tmpabcdefgh").write_text("la moitié")
        with (place / "tmp_en_cours").open("wb") as under_way:
            fcntl.flock(under_way, fcntl.LOCK_EX)
            download(mirror)
            assert [one.name for one in place.glob("tmp*")] == ["tmp_en_cours"]
        download(mirror)
        assert on_disk(mirror) == kept


def test_contents_that_no_dossier_has_any_more_go_with_the_purge(tmp_path: Path) -> None:
    with mirrored(tmp_path, DOSSIERS) as mirror:
        download(mirror)
        kept = on_disk(mirror)
        name = hashlib.md5(b"de personne", usedforsecurity=False).hexdigest()
        left = mirror.settings.attachment_folder() / name[:2] / name
        left.parent.mkdir(exist_ok=True)
        left.write_text("de personne")
        with mirror.connected() as services:
            purge(services, Summary())
        assert on_disk(mirror) == kept
