"""What `unc export` prints, refuses, and leaves undone; what it keeps on request."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cli.app import call
from exports.published.listing import latest
from exports.published.manifest import ON_REQUEST
from sandbox.generator.generate import generate
from steps.publish.requested import Request, hand_out
from steps.publish.retention import remove_old_workbooks
from steps.wiring.services import now, open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A bridge that has run once."""
    with bridge_on(tmp_path_factory.mktemp("export"), generate(8, seed=4)) as one:
        one.run()
        yield one


@pytest.fixture
def command(read: Bridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bridge:
    """The same, for the commands of this process."""
    for name, value in read.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return read


def test_an_export_lists_two_workbooks_and_counts_those_of_the_centres(
    command: Bridge, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UNC_EXPORT_DIR", str(tmp_path / "neuf"))
    assert call(["export"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = latest(tmp_path / "neuf", demarche=command.sandbox.demarche)
    assert found is not None
    assert lines == [
        f"Classeur : {found.folder / 'agence.xlsx'}",
        f"Classeur : {found.folder / 'reseau.xlsx'}",
        "… et 2 classeurs de centres (crpv-*.xlsx) à côté.",
    ]


def test_the_one_workbook_of_a_centre_is_named(command: Bridge, capsys: Capture) -> None:
    assert call(["export", "--centre", "lyon"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Classeur : {command.home / 'exports' / ON_REQUEST}")
    assert out.endswith("/crpv-lyon.xlsx\n")


@pytest.mark.usefixtures("command")
def test_a_terminal_sees_how_far_the_workbooks_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = StringIO()
    monkeypatch.setattr(
        "cli.terminal.console.ERROR", Console(file=seen, force_terminal=True, width=80)
    )
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("UNC_EXPORT_DIR", str(tmp_path / "neuf"))
    assert call(["export"]) == 0
    assert "Classeurs" in seen.getvalue()
    assert "/4" in seen.getvalue()


def test_a_program_gets_every_path(
    command: Bridge, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UNC_EXPORT_DIR", str(tmp_path / "neuf"))
    assert call(["export", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["workbooks"]) == 4
    assert command.home.is_dir()


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize("more", [[], ["--centre", "lyon"], ["--format", "csv"]])
def test_a_day_to_come_makes_nothing_and_says_so(more: list[str], capsys: Capture) -> None:
    assert call(["export", "--since", "2099-01-01", *more]) == 0
    assert "aucun dossier ne répond à ce filtre" in capsys.readouterr().out
    assert call(["export", "--since", "2099-01-01", *more, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workbooks"] == []


@pytest.mark.parametrize("more", [[], ["--centre", "lyon"]])
def test_nothing_is_published_before_a_first_reading(
    command: Bridge,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    more: list[str],
) -> None:
    monkeypatch.setenv("UNC_HOME", str(tmp_path / "vide"))
    assert call(["export", *more]) == 2
    assert "unc init" in capsys.readouterr().err
    assert not (tmp_path / "vide").exists()
    assert call(["init"]) == 0
    capsys.readouterr()
    assert call(["export", *more]) == 2
    told = capsys.readouterr().err
    assert told == "Aucun dossier n'a encore été lu : lancez unc sync, ou unc run.\n"
    assert not (tmp_path / "vide" / "exports").exists()
    assert call(["sync"]) == 0
    capsys.readouterr()
    assert call(["export", *more, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["assessed"] == 8
    assert told["workbooks"]
    assert command.home != tmp_path / "vide"


def test_a_table_file_says_its_rows_by_sheet(command: Bridge) -> None:
    with open_services(command.settings) as services:
        summary = Summary()
        hand_out(services, summary, request=Request(format="csv"))
    manifest = json.loads((Path(summary.workbooks[0]).parent / "manifest.json").read_text())
    rows = {one["name"]: one["rows"] for one in manifest["files"]}
    assert rows["agence-dossiers.csv"] == {"Dossiers": 8}
    assert all(len(one) == 1 and "" not in one for one in rows.values())


def test_old_exports_on_request_go_and_what_is_recent_or_published_stays(
    command: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_services(command.settings) as services:
        keep = services.inputs.publishing.retention
        root, demarche = services.inputs.publishing.folder, services.demarche
        old, new = Summary(), Summary()
        with monkeypatch.context() as past:
            past.setattr("steps.publish.requested.now", lambda: now() - keep - timedelta(days=1))
            hand_out(services, old, request=Request(centre="lyon"))
        hand_out(services, new, request=Request(centre="nice"))
        published = latest(root, demarche=demarche)
        removed = remove_old_workbooks(services)
    gone, kept = Path(old.workbooks[0]), Path(new.workbooks[0])
    assert removed == (str(gone.parent),)
    assert not gone.exists()
    assert kept.exists()
    assert published is not None
    assert all(path.exists() for path in published.paths)
