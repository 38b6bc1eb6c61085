"""What was erased, deleted or became confidential is in nothing that was published before."""

import gzip
import itertools
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

from cli.app import call
from exports.published.checking import ExportFile
from exports.published.editions import EditionKind, editions
from exports.published.folders import alone, sweep
from exports.published.listing import ClearedSets, Gone, published, retired
from exports.published.manifest import export_facts, read_manifest
from exports.published.publishing import fill
from exports.published.withdrawal import (
    Withdrawn,
    earlier_sets,
    may_hold,
    remake,
    retire,
    sweep_sets,
)
from exports.published.workbook_set import WorkbookSet
from exports.xlsx.former_tables import numbers_in
from sandbox.generator.generate import generate
from steps.judge.patients import clear, passages, restore
from steps.publish.edition import publish_edition
from steps.publish.requested import FileFormat, Request, hand_out
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, MakeBridge, bridge_on, few_centres
from tests.exports.conftest import COLUMNS, POLICY, context, entry

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)
SENTINEL = "Zylophtarine"
TITLE = 17
HANDLED = 24000030


def plant() -> list[Any]:
    """Dossiers, of which one that was handled says the sentinel wherever it can."""
    texts = dict.fromkeys((TITLE, 20, 21, 24, 25, 47, 48, 52), f"Usage de {SENTINEL} au long cours")
    return [
        replace(
            one,
            answers={
                **one.answers,
                **texts,
                15: [{**row, 151: SENTINEL, 154: SENTINEL} for row in one.answers[15]],
                16: [
                    {
                        "filename": f"RCP {SENTINEL}.txt",
                        "content_type": "text/plain",
                        "content": SENTINEL,
                        "scan": "safe",
                    }
                ],
            },
        )
        if one.number == HANDLED
        else one
        for one in generate(5, seed=3)
    ]


def edition(bridge: Bridge, kind: EditionKind = EditionKind.WEEKLY, title: str = "") -> None:
    with open_services(bridge.settings) as services, services.store.lock(services.demarche):
        publish_edition(services, Summary(), kind=kind, title=title)


def on_request(bridge: Bridge, written: FileFormat) -> None:
    with open_services(bridge.settings) as services:
        hand_out(services, Summary(), request=Request(format=written))


def says(content: bytes, sentinel: str) -> bool:
    """Whether bytes hold a text, in capitals or not, in whatever zip inside a zip."""
    low, word = content.lower(), sentinel.lower()
    if word.encode() in low or word.encode("utf-16-le") in low:
        return True
    if content[:4] == b"PAR1":
        rows = parquet.read_table(BytesIO(content)).to_pylist()
        return says(str(rows).encode(), sentinel)
    if content[:2] == b"\x1f\x8b":
        return says(gzip.decompress(content), sentinel)
    if not zipfile.is_zipfile(BytesIO(content)):
        return False
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return any(says(archive.read(one), sentinel) for one in archive.namelist())


def where(home: Path, sentinel: str = SENTINEL) -> set[str]:
    """Every file under a folder that says a text."""
    files = (one for one in home.rglob("*") if one.is_file())
    return {str(one.relative_to(home)) for one in files if says(one.read_bytes(), sentinel)}


def numbers(path: Path, sheet: str = "Dossiers") -> set[int]:
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True)
    return {int(str(row[0])) for row in rows if str(row[0]).isdecimal()}


def test_a_purge_leaves_the_text_in_no_file_but_the_copies_that_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge_on(
        tmp_path,
        plant(),
        columns=few_centres(tmp_path / "colonnes", ["lyon"]),
        attachments="download",
    ) as bridge:
        for name, value in {**bridge.environment, "UNC_ATTACHMENTS": "download"}.items():
            monkeypatch.setenv(name, value)
        assert call(["run", "--json"]) == 0
        edition(bridge)
        for written in ("xlsx", "csv", "parquet"):
            on_request(bridge, written)
        old = bridge.home / "exports" / "2026-01-05-0600"
        shutil.copytree(weekly_of(bridge), old)  # as one of before the editions
        assert call(["backup"]) == 0
        before = where(bridge.home)
        assert len(before) > 20
        assert any("fichiers" in one or "pieces" in one for one in before), "attachments too"
        capsys.readouterr()
        monkeypatch.setenv("UNC_RETENTION_MONTHS", "1")
        assert call(["purge", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["erased"] == [HANDLED]
        assert {Path(one).parent.name for one in told["remade"]} >= {"hebdomadaire", "exports"}
        copies = {str(Path(one).relative_to(bridge.home)) for one in told["copies"]}
        assert where(bridge.home) == copies
        assert len(copies) == 1

        assert call(["purge", "--json"]) == 0
        again = json.loads(capsys.readouterr().out)
        assert (again["erased"], again["remade"], again["withdrawn"]) == ([], [], [])
        assert call(["purge"]) == 0
        assert next(iter(told["copies"])) in capsys.readouterr().out

        root = bridge.home / "exports"
        for one in published(root, demarche=bridge.sandbox.demarche):
            assert one.intact
            for path in one.paths:
                assert HANDLED not in numbers(path)
        [weekly] = editions(root, EditionKind.WEEKLY, demarche=bridge.sandbox.demarche)
        assert (weekly.folder / "crpv-lyon.xlsx").is_file()
        book = openpyxl.load_workbook(weekly.folder / "agence.xlsx")
        about = {row[0]: row[1] for row in book["À propos"].values}
        assert str(about["Refaite"]).endswith(
            ": 1 dossier retiré (effacé, retiré de la démarche ou devenu confidentiel)."
        )
        assert str(about["Édition"]).startswith("Édition hebdomadaire ")
        assert str(book["Synthèse"]["A4"].value).startswith("Refaite le ")
        assert weekly.manifest["dossiers"] == 4
        assert weekly.manifest["remade"]["without"]["agence.xlsx"] == [HANDLED]


def weekly_of(made: Bridge) -> Path:
    root = made.home / "exports"
    [one] = editions(root, EditionKind.WEEKLY, demarche=made.sandbox.demarche)
    assert one.intact
    return one.folder


def act(made: Bridge, do: Callable[..., None], number: int, *codes: str) -> None:
    with open_services(made.settings) as services, services.store.lock(services.demarche):
        do(services, number, list(codes), who="anne")


def test_what_leaves_the_network_or_ds_leaves_the_editions_and_what_passes_does_not(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bridge(generate(8, seed=4)) as made:
        control = made.sandbox.control
        made.run()
        shown, root = control.snapshots(made.sandbox.demarche), made.home / "exports"
        read = numbers(root / "courant" / "reseau.xlsx")
        masked, secret, hidden, *_ = sorted(
            n for n in read if shown[n]["state"] == "en_construction"
        )
        control.submit(masked, {TITLE: "Usage chez Mme Jeanne MARTIN, 67 ans"})
        made.run()
        with open_services(made.settings) as services:
            [passage] = [one for one in passages(services, masked) if "MARTIN" in one.text]
        act(made, clear, masked, passage.code)
        made.run()
        edition(made)
        weekly = weekly_of(made)
        assert says((weekly / "reseau.xlsx").read_bytes(), "MARTIN")
        agency = (weekly / "agence.xlsx").read_bytes()

        act(made, restore, masked, passage.code)
        assert made.run().remade == [str(weekly)], "a part of it is masked again"
        assert not says((weekly / "reseau.xlsx").read_bytes(), "MARTIN")
        control.annotate(secret, {924: False})
        assert made.run().remade == [str(weekly)]
        assert numbers(weekly / "reseau.xlsx") == read - {masked, secret}
        assert (weekly / "agence.xlsx").read_bytes() == agency

        control.hide(hidden, by="administration")
        assert made.run().remade == [str(weekly)]
        assert numbers(weekly_of(made) / "reseau.xlsx") == read - {masked, secret, hidden}
        assert hidden not in numbers(weekly / "agence.xlsx")
        about = openpyxl.load_workbook(weekly / "reseau.xlsx")["À propos"]
        assert ": 3 dossiers retirés (effacés, " in str(about["B2"].value)
        assert made.run().nothing_done()
        control.restore(hidden)
        assert made.run().remade == []
        assert hidden in numbers(root / "courant" / "agence.xlsx"), "it is back"
        assert hidden in numbers(root / "courant" / "reseau.xlsx")
        assert hidden not in numbers(weekly / "agence.xlsx"), "what was handed out stays without it"
        edition(made, EditionKind.BY_HAND, "retour")
        [by_hand] = editions(root, EditionKind.BY_HAND, demarche=made.sandbox.demarche)
        assert hidden in numbers(by_hand.folder / "reseau.xlsx"), "the next one has it"
        control.hide(hidden, by="administration")
        assert made.run().remade == [str(by_hand.folder)]
        assert hidden not in numbers(by_hand.folder / "reseau.xlsx"), "hidden again"
        control.restore(hidden)
        assert made.run().remade == []

        before = (weekly / "reseau.xlsx").read_bytes()
        current = (root / "courant" / "reseau.xlsx").read_bytes()
        monkeypatch.setattr("steps.publish.circumstances.kept_inside", lambda _: "à relire")
        control.submit(hidden, {TITLE: "Un autre titre"})
        assert made.run().remade == []
        assert (root / "courant" / "reseau.xlsx").read_bytes() == current, "nothing more now"
        assert (weekly / "reseau.xlsx").read_bytes() == before, "and keeps what it had"


def test_killed_at_any_point_the_next_run_makes_it_again(tmp_path: Path) -> None:
    """Nobody finds the dossier once its sets lost their name, whatever was killed."""
    workbook = made_of(24000070, GONE_ONE)
    at, names = 1, ("editions/hebdomadaire/2026-S47", "sur-demande/a")
    while killed(fresh(tmp_path, names, workbook), at=at):
        for name in names:
            if (folder := tmp_path / name).is_dir():
                assert read_manifest(folder), "whole, or not to be found"
        take_out(tmp_path)
        assert where_numbers(tmp_path, names) == {24000070}
        left = {one.name for one in tmp_path.rglob(".*")}
        assert left == {".verrou", ".retraits-4242.json"}
        at += 1
    assert at > 20
    assert where_numbers(tmp_path, names) == {24000070}


def test_a_file_that_somebody_saved_over_is_removed_and_told_only_if_it_names_the_dossier(
    tmp_path: Path,
) -> None:
    name = "editions/hebdomadaire/2026-S47"
    fresh(tmp_path, (name,), made_of(24000070, GONE_ONE), ("agence", "reseau"))
    folder = tmp_path / name
    (folder / "agence.xlsx").write_bytes(made_of(GONE_ONE, 90))
    (folder / "reseau.xlsx").write_bytes(made_of(90))
    (folder / "notes.txt").write_text("de la main d'une personne")
    done = take_out(tmp_path)
    assert {Path(one).name for one in done.removed} == {"agence.xlsx", "notes.txt"}
    assert {one.name for one in folder.iterdir()} == {"reseau.xlsx", "manifest.json"}
    assert numbers(folder / "reseau.xlsx") == {90}


GONE_ONE = 24000077
GONE: Gone = {"agence": {GONE_ONE}, "reseau": {GONE_ONE}}


def made_of(*dossiers: int) -> bytes:
    entries = [entry(number) for number in dossiers]
    few = [one for one in COLUMNS.sheets if one.name in {"Dossiers", "Dictionnaire", "À propos"}]
    columns = COLUMNS.model_copy(update={"sheets": tuple(few)})
    return WorkbookSet(entries, context(), columns, POLICY).workbook("agence")


def fresh(
    root: Path, names: Sequence[str], workbook: bytes, authors: Sequence[str] = ("agence",)
) -> Path:
    """Published sets, as if nothing had been taken out of them."""
    facts = export_facts([entry(1)], context(), checksum="somme")
    for name in names:
        folder = root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        files = {f"{one}.xlsx": ExportFile(one, workbook) for one in authors}
        kind = name.split("/")[1] if name.startswith("editions") else ""
        fill(folder, files, facts=replace(facts, kind=kind, name="1"), at=NOW, sequence=1)
    return root


def take_out(root: Path) -> Withdrawn:
    done = Withdrawn()
    with alone(root):
        sweep(root)
        sweep_sets(root)
        for aside in retired(root, demarche=4242):
            remake(aside, gone=lambda _: GONE, at=NOW, done=done)
        for one in list(earlier_sets(root, demarche=4242)):
            if may_hold(one, GONE):
                retire(one)
        for aside in retired(root, demarche=4242):
            remake(aside, gone=lambda _: GONE, at=NOW, done=done)
        known = {name: frozenset(numbers) for name, numbers in GONE.items()}
        ClearedSets(known, 1).write(root, demarche=4242)
    return done


def where_numbers(root: Path, names: Sequence[str]) -> set[int]:
    """Which of the dossiers the files of sets name."""
    files = [root / name / "agence.xlsx" for name in names]
    return {one for file in files for one in numbers_in(file.read_bytes())} & {24000070, GONE_ONE}


_ASKED = (
    (Path, "open"),
    (os, "link"),
    (os, "fsync"),
    (Path, "replace"),
    (Path, "rename"),
    (shutil, "rmtree"),
)
"""What it asks of the disk."""


def killed(root: Path, *, at: int, take: Callable[[Path], object] = take_out) -> bool:
    """Take what is to leave out in a process that is killed at the n-th time; whether it was."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    try:
        count = itertools.count(1)
        for owner, name in _ASKED:
            setattr(owner, name, dying(getattr(owner, name), count, at))
        take(root)
    finally:
        os._exit(0)


def dying(of: Any, count: Iterator[int], at: int) -> Any:
    """The same, in a process that is killed at the n-th time."""

    def step(*given: Any, **named: Any) -> Any:
        if next(count) == at:
            os._exit(9)
        return of(*given, **named)

    return step
