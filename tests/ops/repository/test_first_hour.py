"""The first commands that a newcomer types, as the guide writes them, in a folder of their own."""

import re
from pathlib import Path

import pytest

from cli.app import call
from sandbox.generator.generate import generate
from tests.conftest import MakeBridge
from tests.ops.conftest import ROOT


def blocks(page: str) -> list[list[str]]:
    """Lines of each shell block of a page."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [one.splitlines() for one in found]


def unc_commands(lines: list[str]) -> list[list[str]]:
    """What is typed after `unc` in the lines of a block, without its comment."""
    told = [re.sub(r"\s+#.*$", "", line).removeprefix(".venv/bin/") for line in lines]
    return [line.split()[1:] for line in told if line.startswith("unc ")]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["exploitation.md", "premier-jour.md"])
def test_the_settings_and_the_commands_of_the_page_work_as_they_are_written(
    page: str,
    bridge: MakeBridge,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = next(one for one in blocks(page) if one[0].startswith("UNC_DEMARCHE="))
    typed = next(one for one in map(unc_commands, blocks(page)) if one[:1] == [["init"]])
    here = tmp_path / "ici"
    here.mkdir()
    with bridge(generate(3, seed=1)) as made:
        (here / "ds-token").write_text(f"{made.sandbox.token}\n", "utf-8")
        (here / "ds-token").chmod(0o400)
        real = {
            "UNC_DEMARCHE": str(made.sandbox.demarche),
            "UNC_INSTRUCTEUR": made.sandbox.instructeur,
            "UNC_DS_TOKEN_FILE": str(here / "ds-token"),
            "UNC_HOME": str(here / "travail"),
            "UNC_DS_URL": made.sandbox.url,
        }
        written = [re.sub(r"^(UNC_\w+)=\S+", lambda n: f"{n[1]}={real[n[1]]}", line)
                   for line in settings]  # fmt: skip
        assert written[0] == f"UNC_DEMARCHE={made.sandbox.demarche}"
        if not any(line.startswith("UNC_DS_URL=") for line in written):
            written.append(f"UNC_DS_URL={made.sandbox.url}")  # the page keeps the real one
        (here / ".env").write_text("\n".join(written), "utf-8")
        monkeypatch.setenv("UNC_COLUMNS", str(made.settings.columns))
        monkeypatch.chdir(here)
        told = {}
        for words in typed:
            assert call(words) == 0, capsys.readouterr().err
            told[words[0]] = "".join(capsys.readouterr())
        shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    assert f"Base prête : {here}/travail/unc.sqlite" in told["init"]
    assert "agence.xlsx" in told["run"]
    assert any(one["annotations"].get("901") for one in shown.values())
    assert sorted(one.name for one in here.iterdir()) == [".env", "ds-token", "travail"]
