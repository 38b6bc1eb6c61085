"""Whatever stands at the other end of a command: any encoding, a closed end, a full disk."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.text import Text
from rich.tree import Tree

from cli.app import call
from cli.terminal.console import Console, table
from store.repository import open_store

BIN = Path(sys.executable).parent
FULL = Path("/dev/full")


UncHere = Callable[..., tuple[str, str]]


def settings_at(home: Path) -> dict[str, str]:
    """What the command needs, in a folder."""
    foyer = home / "foyer"
    with open_store(f"sqlite:///{foyer / 'unc.sqlite'}") as store:
        store.upgrade()
    return {"UNC_HOME": str(foyer), "UNC_DEMARCHE": "12", "UNC_DS_TOKEN": "jeton-d-essai"}


@pytest.fixture
def unc_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> UncHere:
    """Call the command in this process; give what it printed, and what it said beside."""

    def run(*words: str, **changes: str) -> tuple[str, str]:
        monkeypatch.chdir(tmp_path)
        for name, value in {**settings_at(tmp_path), **changes}.items():
            monkeypatch.setenv(name, value)
        call(list(words))
        said = capsys.readouterr()
        return said.out, said.err

    return run


def unc(
    *words: str, home: Path, after: str = "", **changes: str
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **settings_at(home), **changes}
    command = ["bash", "-c", f'exec "$@" {after}', "unc", str(BIN / "unc"), *words]
    return subprocess.run(command, env=environment, cwd=home, capture_output=True, check=False)  # noqa: S603


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "encoding"),
    [(("status",), "ascii:strict"), (("rules", "check"), "latin-1"), (("--help",), "utf-16")],
)
def test_a_command_says_its_piece_in_any_encoding(
    words: tuple[str, ...], encoding: str, tmp_path: Path
) -> None:
    done = unc(*words, home=tmp_path, PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert len(done.stdout) > 50
    assert b"Erreur" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_json_is_the_same_value_in_any_encoding(tmp_path: Path) -> None:
    there = unc("status", "--json", home=tmp_path, PYTHONIOENCODING="utf-8")
    done = unc("status", "--json", home=tmp_path, PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout) == json.loads(there.stdout)
    assert "é" in there.stdout.decode()
    assert done.stdout.isascii()


def test_a_letter_that_the_output_lacks_loses_its_accent(tmp_path: Path) -> None:
    done = unc("zut", home=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert b'" zut " n\'est pas une commande' in done.stderr


@pytest.mark.slow
def test_a_country_s_locale_is_enough(tmp_path: Path) -> None:
    done = unc(
        "status", home=tmp_path, LANG="C", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0"
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "after"), [(("status",), ">&- 2>&-"), (("status", "--json"), ">&-")]
)
def test_a_closed_output_changes_nothing_else(
    words: tuple[str, ...], after: str, tmp_path: Path
) -> None:
    done = unc(*words, home=tmp_path, after=after)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
def test_a_reader_that_leaves_early_sees_no_error(tmp_path: Path) -> None:
    done = unc("status", "--json", home=tmp_path, after="| true; exit ${PIPESTATUS[0]}")
    assert done.returncode in {0, 1}
    assert done.stderr == b""


@pytest.mark.slow
def test_a_full_disk_behind_the_output_is_told(tmp_path: Path) -> None:
    assert FULL.is_char_device()
    done = unc("status", "--json", home=tmp_path, after=f"> {FULL}")
    assert done.returncode == 2
    assert "le disque est plein" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_an_error_that_cannot_be_told_keeps_its_exit_code(tmp_path: Path) -> None:
    assert unc("zut", home=tmp_path, after=f"2> {FULL}").returncode == 2


@pytest.mark.sample(1)
@pytest.mark.parametrize("words", [("status", "--json"), ("rules", "check", "--json")])
def test_a_mistyped_setting_is_told_once_by_each_command(
    words: tuple[str, ...], unc_here: UncHere, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("UNC_DEMARCH=3\n", "utf-8")
    given = {"UNC_BATHC_SIZE": "3", "UNC_SMTP_HOST": "", "UNC_ALERT_TO": "a", "UNC_TEST_A": "1"}
    out, told = unc_here(*words, **given)
    json.loads(out)
    assert told.count("Réglage") == 1
    assert "UNC_BATHC_SIZE (vouliez-vous UNC_BATCH_SIZE ?)" in told
    assert "UNC_DEMARCH (vouliez-vous UNC_DEMARCHE ?)." in told
    assert "SMTP" not in told
    assert "ALERT" not in told


def test_settings_that_are_all_known_are_not_spoken_of(unc_here: UncHere) -> None:
    out, told = unc_here("status", UNC_PORTAL_URL="https://a.example")
    assert out
    assert told == ""


@pytest.mark.parametrize("shown", ["1\u202f000 boîtes", "cas\u00a0: 39 en tout"])
def test_no_line_breaks_at_a_no_break_space(shown: str) -> None:
    held = shown.split(" ", maxsplit=1)[0]
    for width in range(len(held) + 4, 40):
        for made in (f"patients {shown}", table("", [""], [[f"patients {shown}"]])):
            to = io.StringIO()
            Console(file=to, width=width).print(made)
            assert held in to.getvalue(), width


def test_a_table_without_headers_has_no_blank_row_for_them() -> None:
    to = io.StringIO()
    Console(file=to, width=40).print(table("Titre", ["", ""], [["État", "ouvert"]]))
    assert len(to.getvalue().splitlines()) == len(("title", "top", "row", "bottom"))


def test_texts_and_trees_are_printed_as_french_is_in_a_terminal_alone() -> None:
    def shown(*, terminal: bool) -> str:
        tree = Tree(Text("Champ d'application", style="bold"))
        tree.add("Statut : « Complet »")
        to = io.StringIO()
        out = Console(file=to, width=60, force_terminal=terminal, color_system=None)
        out.print(Text("Lue jusqu'au"), tree)
        return to.getvalue()

    printed = shown(terminal=True)
    assert "Lue jusqu’au" in printed
    assert "Champ d’application" in printed
    assert "Statut\u00a0: «\u00a0Complet\u00a0»" in printed
    assert "Champ d'application" in shown(terminal=False)
