"""What was erased, deleted or became confidential is in nothing that was published before."""

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from exports.published.editions import Kind, editions
from exports.published.listing import published
from sandbox.generator.generate import generate
from steps.publish.edition import publish_edition
from steps.publish.export import export
from steps.publish.requested import FileFormat, Request, hand_out
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, MakeBridge, bridge_on, few_centres

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


def edition(bridge: Bridge, kind: Kind = Kind.WEEKLY, title: str = "") -> None:
    with open_services(bridge.settings) as services, services.store.lock(services.demarche):
        publish_edition(services, Summary(), kind=kind, title=title)


def on_request(bridge: Bridge, written: FileFormat) -> None:
    with open_services(bridge.settings) as services:
        hand_out(services, Summary(), request=Request(format=written))


def says(content: bytes, sentinel: str) -> bool:
    """Whether bytes hold a text, in whatever zip inside a zip."""
    if sentinel.encode() in content or sentinel.encode("utf-16-le") in content:
        return True
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
        [weekly] = editions(root, Kind.WEEKLY, demarche=bridge.sandbox.demarche)
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


@pytest.fixture
def agency(bridge: MakeBridge) -> Iterator[Bridge]:
    with bridge(generate(6, seed=4)) as made:
        made.run()
        edition(made)
        yield made


def weekly_of(made: Bridge) -> Path:
    root = made.home / "exports"
    [one] = editions(root, Kind.WEEKLY, demarche=made.sandbox.demarche)
    assert one.intact
    return one.folder


def open_number(made: Bridge) -> int:
    shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    read = numbers(weekly_of(made) / "reseau.xlsx")
    return min(n for n in read if shown[n]["state"] == "en_construction")


def test_a_dossier_deleted_on_ds_leaves_the_editions_at_the_next_run(agency: Bridge) -> None:
    number = open_number(agency)
    agency.sandbox.control.hide(number, by="administration")
    summary = agency.run()
    assert [Path(one).name for one in summary.remade] == [weekly_of(agency).name]
    for name in ("agence.xlsx", "reseau.xlsx"):
        assert number not in numbers(weekly_of(agency) / name)
    assert agency.run().nothing_done()
    agency.sandbox.control.restore(number)
    assert agency.run().remade == []
    agency.sandbox.control.hide(number, by="administration")
    assert agency.run().remade == [], "it is not in them any more"


def test_a_dossier_newly_confidential_leaves_the_editions_of_the_network_only(
    agency: Bridge,
) -> None:
    number = open_number(agency)
    before = (weekly_of(agency) / "agence.xlsx").read_bytes()
    agency.sandbox.control.annotate(number, {924: False})
    assert len(agency.run().remade) == 1
    assert number not in numbers(weekly_of(agency) / "reseau.xlsx")
    assert (weekly_of(agency) / "agence.xlsx").read_bytes() == before
    assert agency.run().nothing_done()


def test_what_is_masked_now_leaves_the_editions_of_the_network_that_showed_it(
    bridge: MakeBridge,
) -> None:
    with bridge(generate(6, seed=4), columns=Path("exports/unc").resolve()) as made:
        made.run()
        numbers_open = [one for one in made.sandbox.control.snapshots(made.sandbox.demarche)]
        assert numbers_open


def test_a_form_that_is_not_adopted_and_a_verdict_that_is_due_take_nothing_back(
    agency: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (weekly_of(agency) / "reseau.xlsx").read_bytes()
    monkeypatch.setattr("steps.publish.circumstances.is_adopted", lambda _: False)
    with open_services(agency.settings) as services, services.store.lock(services.demarche):
        services.store.demarches.save(services.demarche, title="Autre titre")
        export(services, Summary())
    assert not (agency.home / "exports" / "courant" / "reseau.xlsx").exists()
    assert (weekly_of(agency) / "reseau.xlsx").read_bytes() == before


_ASKED = (
    (Path, "open"),
    (os, "link"),
    (os, "fsync"),
    (Path, "replace"),
    (Path, "rename"),
    (shutil, "rmtree"),
)
