"""The committee through its commands: six fiches of a séance, and what leaves the agency."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import Workbook
from pypdf import PdfReader

from cli.app import call
from steps.follow.consumption_load import load_file
from steps.wiring.case_files import reports_of
from steps.wiring.services import open_services
from tests.conftest import Bridge, bridge_on
from tests.steps.answering import Exchange
from tests.steps.registre.test_register import BY, LEVEL, TEXTS, reports
from triage.situations.facts import value_of

SUBSTANCES = ("néfopam", "fentanyl", "codéine", "topiramate", "baclofène", "kétamine")
CLEAR = "Des comprimés sont injectés. Ce n'est pas prévu, et cela peut être grave."
_SUMMARY = ("--resume-clair", CLEAR)


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    each = [name for name in SUBSTANCES for _ in range(2)]
    seeds = reports(*each, first=24_000_100)
    with bridge_on(tmp_path_factory.mktemp("comite"), seeds) as made:
        Exchange(made).answer()
        yield made


@pytest.fixture(scope="module")
def unc(bridge: Bridge) -> Iterator[Callable[..., Any]]:
    def type_(*words: str, code: int = 0) -> Any:
        said = StringIO()
        with redirect_stdout(said):
            assert call([*words, "--json"]) == code
        return json.loads(said.getvalue())

    with pytest.MonkeyPatch.context() as patch:
        for name, value in bridge.environment.items():
            patch.setenv(name, value)
        yield type_


@dataclass(frozen=True)
class Seance:
    """A séance with its agenda: situations in their order, the first without a clear summary."""

    id: str
    names: Sequence[str]
    company: str


@pytest.fixture(scope="module")
def seance(bridge: Bridge, unc: Callable[..., Any]) -> Seance:
    names = [one["id"] for one in unc("registre", "list")["situations"]]
    assert len(names) == 6
    for place, name in enumerate(names):
        clear = _SUMMARY if place else ()
        unc("registre", "validate", name, *LEVEL, *TEXTS, *clear, *BY)
    told = ("--type", "CRPV", "--organisme", "CRPV secret", "--substance", SUBSTANCES[1])
    signal = ("--resume", "Signal gardé", "--situation", names[1], *BY)
    unc("registre", "signal", "add", *told, *signal)
    measure = ("--type", "courrier aux professionnels", "--en-oeuvre-le", "2026-02-01")
    unc("registre", "measure", "add", names[1], *measure, *BY)
    unc("registre", "measure", "add", names[1], "--type", "suspension", *BY)
    planned = unc("registre", "meeting", "plan", "2026-01-15", *BY)["id"]
    company = company_names(bridge)[0]
    for name in names:
        asked = ("--question", f"Que faire de {company} ?", "--rapporteur", "A. Durand")
        unc("registre", "meeting", "agenda", planned, name, *asked, *BY)
    return Seance(planned, names, company)


def words_of(path: Path) -> str:
    """Every text of a file, those that no page shows too."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        reader = PdfReader(BytesIO(content))
        (page,) = reader.pages
        return f"{page.extract_text()} {reader.metadata}"
    document = Document(BytesIO(content))
    cells = [cell.text for one in document.tables for row in one.rows for cell in row.cells]
    with ZipFile(BytesIO(content)) as parts:
        hidden = [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    return " ".join([*cells, *hidden])


@pytest.mark.slow
def test_11_an_agenda_of_six_gives_six_pages_and_an_advice_leaves_the_state(
    bridge: Bridge, unc: Callable[..., Any], seance: Seance, tmp_path: Path
) -> None:
    names, company = seance.names, seance.company
    empty = unc("registre", "meeting", "plan", "2026-03-15", *BY)["id"]
    refused = unc("registre", "pack", empty, "--to", str(tmp_path), code=2)
    assert "aucune situation à l'ordre du jour" in refused["error"]

    done = unc("registre", "pack", seance.id, "--to", str(tmp_path))
    files = [Path(one) for one in done["files"]]
    assert (len(files), done["written"], done["absent"]) == (12, True, [])
    assert {one.parent for one in files} == {tmp_path / seance.id / "agence"}
    assert sorted(one.name for one in files) == sorted(
        f"{place:02d}-{name}.{end}"
        for place, name in enumerate(names, start=1)
        for end in ("pdf", "docx")
    )
    second = words_of(next(one for one in files if one.name == f"02-{names[1]}.pdf"))
    for text in (
        company,
        "suspension",
        "CRPV",
        LEVEL[3],
        "Anne Durand",
        CLEAR.replace("'", "’")[:40],
    ):
        assert text in second
    stamps = {one: one.stat().st_mtime_ns for one in files}
    again = unc("registre", "pack", seance.id, "--to", str(tmp_path))
    assert (again["written"], {one: one.stat().st_mtime_ns for one in files}) == (False, stamps)

    public = unc("registre", "pack", seance.id, "--to", str(tmp_path), "--for", "patients", code=1)
    assert public["absent"] == [names[0]]
    assert len(public["files"]) == 10
    secrets = (
        *("suspension", "CRPV", LEVEL[3], "Anne Durand", "Modéré (", "Score"),
        *("boîtes", "entreprise (", names[0], "confidentiel"),
        *company_names(bridge),
    )
    for one in map(Path, public["files"]):
        text = words_of(one)
        assert CLEAR.split(".", maxsplit=1)[0] in text
        for secret in secrets if one.suffix == ".pdf" else (*secrets[:4], *secrets[7:]):
            assert secret.casefold() not in text.casefold(), (one.name, secret)
    assert "courrier aux professionnels" in words_of(Path(public["files"][0]))

    for number in unc("registre", "show", names[5])["dossiers"]:
        bridge.sandbox.control.annotate(number, {924: False})
    Exchange(bridge).answer()
    unc("registre", "pack", seance.id, "--to", str(tmp_path), "--for", "patients", code=1)
    kept = words_of(tmp_path / seance.id / "patients" / f"06-{names[5]}.docx")
    assert "0 Signalements" in " ".join(kept.split()), "what may not leave is not counted"

    before = next(o for o in unc("registre", "list")["situations"] if o["id"] == names[2])
    unc("registre", "meeting", "hold", seance.id, *BY)
    advice = ("--texte", "Informer.", "--mesure", "point d'information", "--qui", "Pôle")
    held = unc("registre", "meeting", "advise", seance.id, names[2], *advice, *BY)
    after = next(o for o in unc("registre", "list")["situations"] if o["id"] == names[2])
    assert held["advice"][names[2]]["measure"] == after["measures"][0]["id"]
    assert after["measures"][0]["state"] == "proposée"
    assert after["state"] == before["state"] == "En évaluation"


def company_names(bridge: Bridge) -> tuple[str, ...]:
    """Names of the companies that reported."""
    with open_services(bridge.settings) as services:
        found = {getattr(value_of(one, "siret"), "name", None) for one in reports_of(services)}
    return tuple(sorted(name for name in found if name))


@pytest.mark.slow
def test_the_effect_of_a_measure_and_its_events_are_told(
    unc: Callable[..., Any], seance: Seance
) -> None:
    name = seance.names[1]
    (effect,) = unc("registre", "effect", name)["effects"]
    assert effect["verdict"] == "trop peu pour conclure"
    assert effect["cautions"][0] == "Les signalements mesurent la déclaration, pas l’usage."
    unc("registre", "event", name, "Baisse du prix", "--le", effect["day"], *BY)
    (effect,) = unc("registre", "show", name)["effects"]
    assert (effect["days"] == 0) or not effect["attributable"]
    first, second = unc("registre", "show", name)["dossiers"]
    counted = unc("situations", "show", name)["counted"]
    assert counted == [first, second]
    unc("registre", "duplicate", str(second), str(first), *BY)
    assert unc("situations", "show", name)["counted"] == [first]
    refused = unc("registre", "duplicate", str(first), str(second), *BY, code=2)
    assert "lui-même un doublon" in refused["error"]
    unc("registre", "duplicate", str(second), "--retirer", *BY)
    assert unc("situations", "show", name)["counted"] == [first, second]


@pytest.mark.slow
def test_monthly_books_give_the_curve_around_a_measure(
    bridge: Bridge, unc: Callable[..., Any], seance: Seance, tmp_path: Path
) -> None:
    name = seance.names[1]
    (substance,) = unc("situations", "show", name)["substances"]
    months = [f"{2025 + place // 12}-{place % 12 + 1:02d}" for place in range(1, 26)]
    book = Workbook()
    sheet = book.create_sheet("tous_presc")
    heads = [f"Nombre de boites remboursées {month}" for month in months]
    sheet.append(["CIP13", "Code ATC", "Classe ATC", *heads])
    boxes = [(1000 if month < "2026-02" else 600) + 7 * (place % 4)
             for place, month in enumerate(months)]  # fmt: skip
    sheet.append(["3400999000116", "Z99AA01", substance.upper(), *boxes])
    book.save(tmp_path / "medic.xlsx")
    load_file(tmp_path / "medic.xlsx", bridge.home)
    (effect,) = unc("registre", "effect", name)["effects"]
    (use,) = effect["uses"]
    assert (use["unit"], use["periods"], use["verdict"]) == ("boîtes par mois", 12, "baisse")
    assert use["source"].startswith("Medic'AM, Assurance maladie, édition 2025-02 à 2027-02")
    shutil.rmtree(bridge.home / "consommation")


@pytest.mark.slow
def test_pages_for_people_are_shown(
    unc: Callable[..., Any], seance: Seance, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = unc("registre", "list")["situations"][0]["id"]
    for words, code in (
        (("registre", "meeting", "list"), 0),
        (("registre", "meeting", "show", seance.id), 0),
        (("registre", "effect", first), 0),
        (("registre", "pack", seance.id, "--to", str(tmp_path), "--for", "patients"), 1),
    ):
        capsys.readouterr()
        assert call([*words]) == code
        shown = capsys.readouterr().out
        assert shown
        assert "None" not in shown
    assert "absente, sans « Résumé en langage clair »" in " ".join(shown.split())


@pytest.mark.slow
def test_a_dossier_that_waits_for_its_verdict_is_named_and_leaves_with_nothing(
    bridge: Bridge, unc: Callable[..., Any], seance: Seance, tmp_path: Path
) -> None:
    number = unc("registre", "list")["situations"][3]["dossiers"][0]
    bridge.sandbox.control.submit(number, {17: "Un autre titre, plus précis"})
    unc("sync")
    pack = ("registre", "pack", seance.id, "--to", str(tmp_path), "--for", "patients")
    assert unc(*pack, code=1)["unjudged"] == [number]
    assert unc(*pack[:-2])["unjudged"] == []
    Exchange(bridge).answer()
    assert unc(*pack, code=1)["unjudged"] == []


@pytest.mark.slow
def test_a_pack_hides_counts_under_the_bound_of_the_policy(
    bridge: Bridge,
    unc: Callable[..., Any],
    seance: Seance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = shutil.copytree(bridge.settings.columns, tmp_path / "colonnes")
    policy = (columns / "policy.yaml").read_text("utf-8")
    assert "below: 11" in policy
    (columns / "policy.yaml").write_text(policy.replace("below: 11", "below: 21"), "utf-8")
    monkeypatch.setenv("UNC_COLUMNS", str(columns))
    done = unc("registre", "pack", seance.id, "--to", str(tmp_path), "--for", "patients", code=1)
    told = words_of(Path(done["files"][1])).replace("\u202f", " ").replace("\u00a0", " ")
    assert "« < 21 » : de 1 à 20." in told
    assert "< 11" not in told


@pytest.mark.slow
def test_a_killed_writing_is_healed(
    unc: Callable[..., Any], seance: Seance, tmp_path: Path
) -> None:
    place = tmp_path / seance.id
    (place / ".en-cours-agence").mkdir(parents=True)
    (place / ".en-cours-agence/vieux.pdf").write_text("reste")
    (place / "agence").mkdir()
    (place / "agence/09-ancien.pdf").write_text("retiré de l'ordre du jour")
    done = unc("registre", "pack", seance.id, "--to", str(tmp_path))
    assert done["written"]
    here = {one.name for one in (place / "agence").iterdir()}
    assert here == {Path(one).name for one in done["files"]}
    assert [one.name for one in place.iterdir() if one.name.startswith(".en-cours")] == []
    blocked = tmp_path / "fichier"
    blocked.write_text("")
    refused = unc("registre", "pack", "SEA-0001", "--to", str(blocked), code=2)
    assert "--to" in refused["error"]
