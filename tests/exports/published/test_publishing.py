"""A published export is there whole, or not at all; what was there stays."""

import errno
import hashlib
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from exports.errors import ExportFolderError, WorkbookCheckError
from exports.model import ExportedDossier
from exports.published.checking import ExportFile
from exports.published.manifest import ExportFacts, export_facts
from exports.published.publishing import dated, newest_dated, publish, remove_old
from exports.xlsx import row_writer
from tests.exports.conftest import build, context, entry

NOW = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)
ENTRIES = [entry(1), entry(2)]


@cache
def written() -> bytes:
    return build(ENTRIES)


def files() -> dict[str, ExportFile]:
    rows = {"Dossiers": len(ENTRIES)}
    return {
        "agence.xlsx": ExportFile("agence", written(), rows, ("À traiter", "Synthèse", "Dossiers")),
        "reseau.xlsx": ExportFile("reseau", written(), rows, ("À traiter", "Synthèse", "Dossiers")),
    }


def facts(entries: list[ExportedDossier] = ENTRIES) -> ExportFacts:
    said = str([(one.report.number, one.report.fields["titre"].value) for one in entries])
    return export_facts(entries, context(), checksum=hashlib.sha256(said.encode()).hexdigest())


def test_a_folder_named_by_the_minute_in_paris_holds_the_files_and_their_manifest(
    tmp_path: Path,
) -> None:
    done = publish(tmp_path / "exports", files(), facts=facts(), at=NOW)
    assert done is not None
    assert done.folder == tmp_path / "exports" / "2026-03-12-1405"
    assert sorted(path.name for path in done.folder.iterdir()) == [
        "agence.xlsx",
        "manifest.json",
        "reseau.xlsx",
    ]
    told = json.loads((done.folder / "manifest.json").read_text())
    first = told["files"][0]
    assert first["sha256"] == hashlib.sha256(written()).hexdigest()
    assert first["rows"]["Dossiers"] == 2
    assert (first["audience"], told["period"]) == ("agence", ["2026-02-03", "2026-02-03"])
    assert told["checksum"] == facts().checksum


def test_the_same_data_is_not_published_twice_and_new_data_is(tmp_path: Path) -> None:
    assert publish(tmp_path, files(), facts=facts(), at=NOW) is not None
    later = NOW + timedelta(days=1)
    assert publish(tmp_path, files(), facts=facts(), at=later) is None
    changed = [entry(1), entry(3)]
    assert publish(tmp_path, files(), facts=facts(changed), at=later) is not None


def test_an_export_whose_file_was_lost_is_published_again(tmp_path: Path) -> None:
    done = publish(tmp_path, files(), facts=facts(), at=NOW)
    assert done is not None
    done.paths[0].unlink()
    assert publish(tmp_path, files(), facts=facts(), at=NOW) is not None


def test_two_exports_in_a_minute_have_two_names_and_the_second_is_the_newest(
    tmp_path: Path,
) -> None:
    publish(tmp_path, files(), facts=facts(), at=NOW)
    for count in range(2, 12):
        done = publish(tmp_path, files(), facts=facts([entry(count)]), at=NOW)
        assert done is not None
        assert done.folder.name == f"2026-03-12-1405-{count}"
    newest = newest_dated(tmp_path, demarche=4242)
    assert newest is not None
    assert newest.folder.name == "2026-03-12-1405-11"


def test_what_a_killed_run_left_is_swept_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / ".en-cours-abc"
    left.mkdir()
    (left / "agence.xlsx").write_bytes(b"half")
    publish(tmp_path, files(), facts=facts(), at=NOW)
    assert not left.exists()


def test_a_workbook_that_lacks_a_row_is_not_published(tmp_path: Path) -> None:
    short = {"agence.xlsx": replace(files()["agence.xlsx"], rows={"Dossiers": len(ENTRIES) + 1})}
    with pytest.raises(WorkbookCheckError, match=r"agence\.xlsx"):
        publish(tmp_path, short, facts=facts(), at=NOW)
    assert visible(tmp_path) == []


def test_a_damaged_workbook_is_not_published(tmp_path: Path) -> None:
    publish(tmp_path, files(), facts=facts(), at=NOW)
    broken = {"agence.xlsx": ExportFile("agence", written()[:-400])}
    with pytest.raises(WorkbookCheckError, match=r"agence\.xlsx"):
        publish(tmp_path, broken, facts=facts([entry(9)]), at=NOW)
    assert [one.name for one in visible(tmp_path)] == ["2026-03-12-1405"]


def test_a_workbook_that_is_not_what_was_written_is_not_published(tmp_path: Path) -> None:
    content = bytearray(written())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = archive.infolist()[-1].CRC.to_bytes(4, "little")
    assert content.count(told) == 2, "before the part and in the directory"
    broken = {"agence.xlsx": ExportFile("agence", bytes(content.replace(told, b"\1\2\3\4")))}
    with pytest.raises(WorkbookCheckError, match=r"agence\.xlsx"):
        publish(tmp_path, broken, facts=facts([entry(9)]), at=NOW)


def test_a_row_that_is_no_xml_stops_its_workbook_where_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(row_writer, "escape", str)
    with pytest.raises(WorkbookCheckError, match=r"agence\.xlsx"):
        build([entry(1, usager_email="<a@exemple.fr>")])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_disk_that_refuses_is_told_in_one_sentence_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    publish(tmp_path, files(), facts=facts(), at=NOW)

    def refuse(_: int) -> Any:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ExportFolderError, match="UNC_EXPORT_DIR") as caught:
        publish(tmp_path, files(), facts=facts([entry(9)]), at=NOW)
    assert "\n" not in str(caught.value)
    assert ("plein" in str(caught.value)) is (code == errno.ENOSPC)
    assert [one.name for one in visible(tmp_path)] == ["2026-03-12-1405"]
    assert not list(tmp_path.glob(".en-cours-*"))


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("")
    with pytest.raises(ExportFolderError, match="UNC_EXPORT_DIR"):
        publish(tmp_path / "exports", files(), facts=facts(), at=NOW)


@pytest.mark.parametrize("name", ["../agence.xlsx", "Agence.xlsx", "a/b.xlsx", ".xlsx", "a.exe"])
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        publish(tmp_path, {name: ExportFile("agence", written())}, facts=facts(), at=NOW)


def test_old_exports_go(tmp_path: Path) -> None:
    for day in range(3):
        publish(tmp_path, files(), facts=facts([entry(day + 1)]), at=NOW + timedelta(days=day))
    later = NOW + timedelta(days=365)
    removed = remove_old(tmp_path, before=NOW + timedelta(days=2), at=later)
    assert [one.name for one in removed] == ["2026-03-12-1405", "2026-03-13-1405"]
    assert [one.name for one in visible(tmp_path)] == ["2026-03-14-1405"]


def visible(root: Path) -> list[Path]:
    return sorted(one for one in root.iterdir() if not one.name.startswith("."))


@pytest.mark.parametrize(
    "moments",
    [
        # The night of 25 October: half past two comes twice, an hour apart.
        (datetime(2026, 10, 25, 0, 50, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)),
        (NOW + timedelta(days=366), NOW),
        (NOW + timedelta(hours=3), NOW),
    ],
)
def test_the_newest_export_is_the_one_published_last_whatever_the_clock_said(
    tmp_path: Path, moments: tuple[datetime, datetime]
) -> None:
    done = [
        publish(tmp_path, files(), facts=facts([entry(count)]), at=at)
        for count, at in enumerate(moments, start=1)
    ]
    assert [one.folder for one in dated(tmp_path, demarche=4242)] == [
        one.folder for one in reversed(done) if one
    ]


def test_an_export_that_a_clock_dated_in_the_future_goes_with_those_of_its_time(
    tmp_path: Path,
) -> None:
    for count, at in enumerate((NOW + timedelta(days=366), NOW, NOW + timedelta(days=100)), 1):
        publish(tmp_path, files(), facts=facts([entry(count)]), at=at)
    at = NOW + timedelta(days=120)
    removed = remove_old(tmp_path, before=NOW + timedelta(days=50), at=at)
    assert [one.name for one in removed] == ["2027-03-13-1405", "2026-03-12-1405"]


def test_an_export_of_before_they_were_counted_is_older_than_any_other(tmp_path: Path) -> None:
    done = publish(tmp_path, files(), facts=facts(), at=NOW + timedelta(days=366))
    assert done is not None
    told = json.loads((done.folder / "manifest.json").read_text())
    assert told.pop("sequence") == 1
    (done.folder / "manifest.json").write_text(json.dumps(told))
    newest = publish(tmp_path, files(), facts=facts([entry(3)]), at=NOW)
    there = newest_dated(tmp_path, demarche=4242)
    assert newest is not None
    assert there is not None
    assert there.folder == newest.folder
