"""What a returned workbook may not do: erase, invent, or hold the rest up."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from cli.app import call
from exports.published.listing import published as everything
from sandbox.generator.generate import generate
from steps.publish.export import export
from steps.publish.opinions import take_in
from steps.wiring.failures import RequestError
from steps.wiring.services import Services, now, open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on
from tests.steps.returning import fill, published


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, light_columns: Path) -> Iterator[Bridge]:
    folder = tmp_path_factory.mktemp("import")
    with bridge_on(folder, generate(12, seed=4), columns=light_columns) as one:
        one.run()
        yield one


@pytest.fixture
def services(bridge: Bridge) -> Iterator[Services]:
    with open_services(bridge.settings) as one:
        yield one


@pytest.mark.slow
def test_a_formula_as_comment_does_not_erase_the_one_that_is_kept(
    services: Services, tmp_path: Path
) -> None:
    first, back = tmp_path / "un.xlsx", tmp_path / "deux.xlsx"
    number = fill(published(services, "reseau"), first, judgement="", comment="à garder", row=4)
    assert len(take_in(services, first, dry_run=False).changes) == 1
    export(services, Summary())
    fill(published(services, "reseau"), back, judgement="", comment='="à"&" jeter"', row=4)
    taken = take_in(services, back, dry_run=False)
    assert len(taken.problems) == 1
    assert "4 : formule ou erreur de calcul" in taken.problems[0]
    held = {
        (one.number, one.author): one for one in services.store.opinions.latest(services.demarche)
    }
    assert held[number, "reseau"].comment == "à garder"


@pytest.fixture
def left(bridge: Bridge, services: Services, tmp_path: Path) -> Iterator[tuple[Path, int, int]]:
    """A workbook filled in on two dossiers, of which the first has left it since."""
    path, back = published(services, "reseau"), tmp_path / "parti.xlsx"
    gone = fill(path, back, judgement="A surveiller", comment="avant son départ", row=5)
    stays = fill(back, back, judgement="", comment="avec un parti", row=6)
    control = bridge.sandbox.control
    control.hide(gone, by="administration")
    bridge.run()
    yield back, gone, stays
    control.restore(gone)
    bridge.run()


@pytest.mark.slow
def test_a_dossier_that_left_holds_up_no_other(
    services: Services, left: tuple[Path, int, int]
) -> None:
    back, gone, stays = left
    taken = take_in(services, back, dry_run=False)
    assert [one.number for one in taken.changes] == [stays]
    assert taken.problems == ()
    (remark,) = taken.remarks
    assert f"le dossier {gone} a quitté ce classeur" in remark
    assert "« À surveiller » — « avant son départ »" in remark


@pytest.mark.slow
def test_a_number_that_was_never_there_is_refused(services: Services, tmp_path: Path) -> None:
    back = tmp_path / "inventé.xlsx"
    fill(published(services, "reseau"), back, judgement="", comment="inventé")
    book = openpyxl.load_workbook(back)
    book["Dossiers"]["A2"].value = 999_999
    book.save(back)
    taken = take_in(services, back, dry_run=False)
    assert (taken.changes, taken.remarks) == ((), ())
    assert "le dossier 999999 n'est pas de ceux" in taken.problems[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("absent.xlsx", "absent.xlsx ne peut pas être lu : il n'y a pas de fichier de ce nom."),
        (".", " ne peut pas être lu : c'est un dossier ; donnez le classeur."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_french(
    services: Services, tmp_path: Path, name: str, told: str
) -> None:
    with pytest.raises(RequestError) as caught:
        take_in(services, tmp_path / name, dry_run=True)
    assert str(caught.value).endswith(told)


@pytest.mark.slow
def test_the_command_ends_with_1_when_something_is_left_out(
    bridge: Bridge,
    left: tuple[Path, int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    back, gone, _ = left
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert call(["import", str(back), "--dry-run", "--json"]) == 1
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told["problems"] == []
    assert [f"le dossier {gone} a quitté ce classeur" in one for one in told["remarks"]] == [True]
    assert told["remarks"][0] in said.err
    assert "Rien n'est enregistré" not in said.err


@pytest.mark.slow
def test_a_workbook_of_before_the_editions_comes_back_as_it_did(
    bridge: Bridge, services: Services, tmp_path: Path
) -> None:
    path, back = published(services, "reseau"), tmp_path / "ancien.xlsx"
    old = services.inputs.publishing.folder / "2026-01-05-0600"
    shutil.copytree(path.parent, old)
    manifest = json.loads((old / "manifest.json").read_text())
    told = next(one for one in manifest["files"] if one["name"] == "reseau.xlsx")
    former = {"checksum": told.pop("digest"), "files": [told], "format": 1}
    for name in ("kind", "name", "title", "read_at"):
        del manifest[name]
    (old / "manifest.json").write_text(json.dumps({**manifest, **former}))
    services.store.handed_out.prune(services.demarche, keep=(), before=now() + timedelta(days=1))
    gone = fill(path, back, judgement="", comment="du temps des exports datés", row=7)
    bridge.sandbox.control.hide(gone, by="administration")
    bridge.run()
    taken = take_in(services, back, dry_run=False)
    assert taken.problems == ()
    (remark,) = taken.remarks
    assert f"le dossier {gone} a quitté ce classeur" in remark
    listed = [one.kind for one in everything(old.parent, demarche=services.demarche)]
    assert listed == ["courant", ""], "people still find it"
    bridge.sandbox.control.restore(gone)
    bridge.run()
    with (old / "reseau.xlsx").open("ab") as changed:
        changed.write(b"x")
    assert take_in(services, back, dry_run=True).remarks == (), "only the very file tells"


@pytest.mark.slow
def test_a_dossier_that_left_is_refused_where_what_was_handed_out_is_not_known_any_more(
    services: Services, left: tuple[Path, int, int]
) -> None:
    back, gone, _ = left
    services.store.handed_out.prune(services.demarche, keep=(), before=now() + timedelta(days=1))
    taken = take_in(services, back, dry_run=False)
    assert taken.changes == ()
    assert [f"le dossier {gone} n'est pas de ceux" in one for one in taken.problems] == [True]
