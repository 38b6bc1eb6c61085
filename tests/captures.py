"""`make captures`: the pictures of docs/images, made of what `unc demo` leaves.

The demo is played in a folder of its own, with its seed; only the days move with the calendar.
Needs what the pictures are made with: Chromium, LibreOffice, poppler-utils and pngquant.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

from cli.demo.demo import PASSWORD, latest_export
from cli.demo.sandbox import sandbox_environment
from cli.portal.source import source_of
from sandbox.server import Sandbox, running_sandbox
from settings import PREFIX, load_settings
from steps.wiring.services import open_services
from tests.captures_committee import fiches
from tests.chromium import chromium
from tests.exports.xlsx.test_libreoffice import convert
from tests.portal.conftest import served

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
UNC = Path(sys.executable).parent / "unc"
AGENCE, CENTRE = "agence@demo.example", "centre@demo.example"
SHEETS = {
    "agence.xlsx": {
        "À traiter": "agence-a-traiter",
        "Dossiers": "agence-dossiers",
        "Synthèse": "agence-synthese",
        "Situations": "agence-situations",
    },
    "crpv-lyon.xlsx": {
        "À traiter": "centre-a-traiter",
        "Dossiers": "centre-dossiers",
        "Situations": "centre-situations",
        "Synthèse": "centre-synthese",
        "Questions": "centre-questions",
    },
}
"""The sheets that are shown: the first printed page of each."""
SHOWN_HOME, SHOWN_SOFTWARE = "/home/moi/passerelle-unc", "/opt/passerelle-unc"
"""In place of the temporary folder and of the clone, which differ from machine to machine."""
DPI, COLORS, HEAVIEST, HEAVIEST_IN_ALL = 100, 64, 150_000, 1_200_000


def main(home: Path) -> None:
    """Make every picture again.

    Raises:
        ValueError: A sheet is not printed, or the pictures are too heavy for a repository.
    """
    clean = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    clean["UNC_HOME"] = str(home)
    demo = home / "demo"
    if not demo.is_dir():
        subprocess.run([UNC, "demo"], env=clean, cwd=home, check=True)  # noqa: S603
    port = int((demo / "port").read_text())  # the links of the workbooks lead there
    with running_sandbox(demo, port=port) as sandbox, chromium() as browser:
        environment = {**clean, **sandbox_environment(sandbox), "UNC_HOME": str(demo)}
        with _environment(environment):
            number = _portal(browser)
        _demarche(browser, sandbox, number)
        situation = _register(environment)
        shown = f"registre show {situation}"
        for command, height in (("doctor", 520), ("status", 440), (shown, 980)):
            _terminal(browser, command, environment, height=height)
        _committee(environment, but=situation)
    _workbooks(latest_export(demo))
    _compress()


def _register(environment: Mapping[str, str]) -> str:
    """Let people act on the largest situation of the demo, and the workbooks follow; its id."""

    def unc(*words: str) -> str:
        asked = [str(UNC), *words]
        told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        return told.stdout

    found = json.loads(unc("registre", "list", "--json"))["situations"]
    name = str(max(found, key=lambda one: len(one["dossiers"]))["id"])
    by = ("--by", "Anne Durand", "--motif", "Réunion de suivi")
    for words in REGISTER:
        unc("registre", *(name if one == "SITUATION" else one for one in words), *by)
    unc("export")
    return name


REGISTER = (
    (
        *("validate", "SITUATION", "--titre", "Usage détourné, signalé par plusieurs entreprises"),
        *("--usage-autorise", "Selon l’AMM", "--usage-constate", "Hors AMM", "--risque", "avéré"),
        *("--pilote", "Anne Durand", "--niveau", "Modéré"),
        *("--justification", "Quelques cas graves, exposition encore limitée."),
    ),
    ("measure", "add", "SITUATION", "--type", "courrier aux professionnels"),
    (
        *("question", "add", "SITUATION", "--centres", "Lyon ; Lille", "--echeance", "2099-02-15"),
        *("--texte", "Ces cas sont-ils connus de votre centre ?"),
    ),
)
"""What they do of it."""


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _page(browser: Browser, *, height: int, url: str = "") -> Page:
    context = browser.new_context(
        base_url=url or None, viewport={"width": 1000, "height": height}, locale="fr-FR"
    )
    return context.new_page()


def _shot(page: Page, name: str, *, top: str = "") -> None:
    """Keep what the window holds, from the heading ``top`` on."""
    if top:
        heading = page.get_by_role("heading", name=top, exact=True)
        heading.evaluate("heading => heading.scrollIntoView()")
    page.screenshot(path=IMAGES / f"{name}.png")


def _portal(browser: Browser) -> int:
    """The portal as a centre reads it; returns the dossier whose card is shown.

    In its plain dress: the State's design system is for the State's sites.
    """
    with open_services(load_settings()) as services, served(source_of(services)) as portal:
        page = _signed_in(browser, AGENCE, portal.url)
        page.goto("/indicateurs")
        _shot(page, "portail-indicateurs")
        page.context.close()
        page = _signed_in(browser, CENTRE, portal.url)
        page.goto("/exports")
        _shot(page, "portail-exports")
        page.goto("/changements")
        page.get_by_role("link", name="Dossier 24").first.wait_for()  # something changed
        _shot(page, "portail-changements")
        page.goto("/dossiers")
        page.get_by_label("Statut").select_option("À compléter")
        page.get_by_role("button", name="Chercher").click()
        link = page.locator("tbody").get_by_role("row").first.get_by_role("link").first
        number = int(re.sub(r"\D", "", link.inner_text()))
        link.click()
        page.get_by_role("heading", name=f"Dossier {number}").wait_for()
        _shot(page, "portail-dossier")
        page.context.close()
    return number


def _signed_in(browser: Browser, email: str, url: str) -> Page:
    page = _page(browser, height=700, url=url)
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("heading", name="À traiter", level=1).wait_for()
    return page


def _demarche(browser: Browser, sandbox: Sandbox, number: int) -> None:
    """The same dossier on the démarche: what its instructeur reads, what its declarant reads."""
    page = _page(browser, height=620, url=sandbox.base_url)
    page.goto(f"/dossiers/{number}")
    _shot(page, "declarant-message", top="Messagerie")
    page.get_by_role("link", name="Ce que voit l’instructeur").click()
    _shot(page, "instructeur-annotations")
    page.context.close()


def _terminal(
    browser: Browser, command: str, environment: Mapping[str, str], *, height: int
) -> None:
    """What a command prints, as a terminal of a hundred columns shows it."""
    asked = [str(UNC), *command.split()]
    told = subprocess.run(  # noqa: S603
        asked,
        env={**environment, "COLUMNS": "100", "FORCE_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,  # 1: something waits for a person
    )
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=100, file=nowhere)
        console.print(f"[bold]$ unc {command}[/bold]")
        said = (told.stdout + told.stderr).replace(environment["UNC_HOME"], SHOWN_HOME)
        said = said.replace(str(ROOT), SHOWN_SOFTWARE)
        console.print(Text.from_ansi(said))
    page = _page(browser, height=height)
    page.set_content(console.export_html(theme=DEFAULT_TERMINAL_THEME))
    page.screenshot(path=IMAGES / f"terminal-{command.split(maxsplit=1)[0]}.png")
    page.context.close()


def _workbooks(folder: Path) -> None:
    for file, sheets in SHEETS.items():
        with tempfile.TemporaryDirectory() as made:
            content = (folder / file).read_bytes()
            printed = convert("soffice", content, to="pdf", folder=Path(made))
            text = _said(["pdftotext", "-layout", str(printed), "-"]).split("\f")
            for sheet, name in sheets.items():
                place = str(_first_page(text, sheet))
                page = ["-f", place, "-l", place, "-singlefile", "-r", str(DPI), "-png"]
                _said(["pdftoppm", *page, str(printed), str(IMAGES / name)])


def _committee(environment: Mapping[str, str], *, but: str) -> None:
    with tempfile.TemporaryDirectory() as made:
        for reader, file in fiches(environment, Path(made), but=but).items():
            name = "comite-fiche" if reader == "agence" else f"comite-fiche-{reader}"
            page = ["-singlefile", "-r", str(DPI), "-png"]
            _said(["pdftoppm", *page, str(file), str(IMAGES / name)])


def _first_page(pages: Sequence[str], sheet: str) -> int:
    """Number of the first page whose footer names a sheet."""
    footer = re.compile(rf"\s{{2}}{re.escape(sheet)}\s{{2,}}Page \d+ sur \d+")
    for number, text in enumerate(pages, start=1):
        if footer.search(text):
            return number
    raise ValueError(f"the sheet {sheet} is on no printed page")


def _compress() -> None:
    made = sorted(IMAGES.glob("*.png"))
    command = ["pngquant", "--force", "--ext", ".png", "--strip", str(COLORS)]
    _said([*command, *(str(one) for one in made if not one.name.startswith("entrainement-"))])
    sizes = {one.name: one.stat().st_size for one in made}
    heavy = [name for name, size in sizes.items() if size > HEAVIEST]
    if heavy or sum(sizes.values()) > HEAVIEST_IN_ALL:
        raise ValueError(f"too heavy: {heavy}, {sum(sizes.values())} bytes in all")


def _said(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="passerelle-unc-") as folder:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder))
