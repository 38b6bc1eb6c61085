"""Somebody who has only docs/entrainement.md: reads it, types and clicks what it says, looks."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.chromium import picture

ROOT = Path(__file__).parents[3]
UNC = Path(sys.executable).parent / "unc"
GUIDE = ROOT / "docs" / "entrainement.md"

_STEP = re.compile(
    r"```sh\n(?P<shell>.*?)```"
    r"|[Oo]uvrez <(?P<open>[^>]+)>"
    r"|[Cc]liquez sur \*\*(?P<click>[^*]+)\*\*"
    r"|[Dd]ans \*\*(?P<field>[^*]+)\*\*, écrivez « (?P<write>[^»]+) »"
    r"|[Pp]our \*\*(?P<choice>[^*]+)\*\*, choisissez \*\*(?P<option>[^*]+)\*\*"
    r"|[Vv]ous lisez « (?P<read>[^»]+) »"
    r"|[Ll]a commande affiche « (?P<printed>[^»]+) »(?:[^.»]*? et « (?P<also>[^»]+) »)?"
    r"|!\[[^\]]*\]\(images/(?P<shot>[^)]+)\)",
    re.DOTALL,
)


def steps() -> list[dict[str, str]]:
    """What the guide says to do and to see, in order."""
    text = GUIDE.read_text(encoding="utf-8")
    return [
        {name: value for name, value in found.groupdict().items() if value is not None}
        for found in _STEP.finditer(text)
    ]


@dataclass
class Trainee:
    """Two terminals and a browser."""

    page: Page
    folder: Path
    shots: Path
    environment: dict[str, str]
    printed: str = ""
    sandbox: subprocess.Popen[str] | None = None
    base_url: str = ""

    def do(self, step: Mapping[str, str]) -> None:
        """Do one thing that the guide says."""
        match step:
            case {"shell": "unc sandbox\n"}:
                self._first_terminal()
            case {"shell": shell}:
                self._second_terminal(shell)
            case {"printed": text, **more}:
                for said in (text, *more.values()):
                    assert said in self.printed, (said, self.printed)
            case _:
                self._in_the_browser(step)

    def _in_the_browser(self, step: Mapping[str, str]) -> None:
        match step:
            case {"open": address}:
                self.page.goto(address.replace("http://127.0.0.1:8213", self.base_url))
            case {"click": name}:
                self._named(name).click()
            case {"field": label, "write": text}:
                self.page.get_by_label(label).first.fill(text)
            case {"choice": label, "option": option}:
                self.page.get_by_label(label, exact=True).select_option(label=option)
            case {"read": text}:
                expect(self.page.locator("main")).to_contain_text(text)
            case {"shot": name}:
                picture(self.page, self.shots / name)
            case _:
                raise LookupError(step)

    def _named(self, name: str) -> Locator:
        links = self.page.get_by_role("link", name=name, exact=True)
        buttons = self.page.get_by_role("button", name=name, exact=True)
        return links.or_(buttons).first

    def _first_terminal(self) -> None:
        self.sandbox = subprocess.Popen(  # noqa: S603  this very interpreter
            [str(UNC), "sandbox", "--port", "0"],
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.sandbox.stderr is not None
        for line in self.sandbox.stderr:
            if found := re.match(r"\s*export (\w+)=(\S+)", line):
                self.environment[found[1]] = found[2]
            if found := re.search(r"(http://127\.0\.0\.1:\d+)/$", line.strip()):
                self.base_url = found[1]
            if "Ctrl-C" in line:
                return

    def _second_terminal(self, shell: str) -> None:
        kept = self.folder / "environnement.sh"
        done = subprocess.run(  # noqa: S603  what the guide says
            ["/bin/bash", "-c", f"{shell}\ncode=$?\nexport -p > {kept}\nexit $code"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed = done.stdout + done.stderr
        assert done.returncode == 0, self.printed
        told = re.findall(r'^declare -x (\w+)="(.*)"$', kept.read_text(), flags=re.MULTILINE)
        self.environment |= dict(told)

    def leave(self) -> None:
        """Close the first terminal."""
        if self.sandbox is not None:
            self.sandbox.terminate()
            self.sandbox.communicate(timeout=30)


def prepare(folder: Path) -> dict[str, str]:
    """The folder of the software, as far as the guide needs it, and a shell that finds `unc`."""
    for name in ("triage", "mappings"):
        (folder / name).symlink_to(ROOT / name)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UNC_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
