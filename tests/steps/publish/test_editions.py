"""Weeks as the agency lives them: runs, editions, a quiet week, a rule file touched, a purge."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from exports.published.editions import EditionKind
from sandbox.generator.generate import generate
from steps.publish.edition import publish_edition
from steps.publish.export import export
from steps.publish.retention import remove_old_workbooks
from steps.wiring.services import Services, open_services
from steps.wiring.summary import Summary
from store.dossiers.absences import Deletion
from tests.conftest import Bridge, bridge_on

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
TITLE = 17
SINCE = "Depuis l’édition 2026-S47 du lundi 16 novembre 2026\u00a0: "


@dataclass
class Agency:
    """A bridge, at a time that the test says."""

    bridge: Bridge
    patch: pytest.MonkeyPatch

    @property
    def root(self) -> Path:
        return self.bridge.home / "exports"

    @property
    def open_numbers(self) -> list[int]:
        """Dossiers whose declarant may change them, that the network reads."""
        shown = self.bridge.sandbox.control.snapshots(self.bridge.sandbox.demarche)
        read = {int(str(row[0])) for row in self.rows("courant", "reseau", "Dossiers")[1:]}
        return sorted(n for n in read if shown[n]["state"] == "en_construction")

    @contextmanager
    def services(self) -> Iterator[Services]:
        with open_services(self.bridge.settings) as one, one.store.lock(one.demarche):
            yield one

    def edition(
        self, at: datetime, kind: EditionKind = EditionKind.WEEKLY, title: str = ""
    ) -> Summary:
        summary = Summary()
        with self.patch.context() as past, self.services() as services:
            past.setattr("steps.publish.edition.now", lambda: at)
            publish_edition(services, summary, kind=kind, title=title)
        return summary

    def export(self) -> Summary:
        summary = Summary()
        with self.services() as services:
            export(services, summary)
        return summary

    def rows(self, folder: str, author: str, sheet: str) -> list[tuple[Any, ...]]:
        book = openpyxl.load_workbook(self.root / folder / f"{author}.xlsx", read_only=True)
        found = [tuple(row) for row in book[sheet].values]
        book.close()
        return found

    def told(self, folder: str, author: str = "reseau") -> tuple[str, list[tuple[Any, ...]]]:
        """First line of `Changements`, and its rows."""
        first, _, *rows = self.rows(folder, author, "Changements")
        return str(first[0]), [row for row in rows if row[0]]

    def about(self, folder: str) -> dict[str, str]:
        return {str(row[0]): str(row[1]) for row in self.rows(folder, "reseau", "À propos")}

    def change(self, number: int, title: str) -> Summary:
        self.bridge.sandbox.control.submit(number, {TITLE: title})
        return self.bridge.run()

    def bytes(self) -> dict[str, tuple[int, int, bytes]]:
        found = sorted((self.root / "courant").glob("*.xlsx"))
        stats = {one.name: one.stat() for one in found}
        return {
            one.name: (stats[one.name].st_ino, stats[one.name].st_mtime_ns, one.read_bytes())
            for one in found
        }


@pytest.fixture
def agency(
    tmp_path: Path, light_columns: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Agency]:
    with bridge_on(tmp_path, generate(8, seed=4), columns=light_columns) as bridge:
        bridge.run()
        yield Agency(bridge, monkeypatch)


def test_weeks_of_editions(agency: Agency) -> None:
    first = agency.edition(MONDAY)
    weekly = "editions/hebdomadaire/"
    assert {Path(one).parent.name for one in first.workbooks} == {"2026-S47", "courant"}
    assert agency.told(f"{weekly}2026-S47")[0].startswith("Première édition\u00a0: ")
    assert agency.told("courant") == (f"{SINCE}aucun changement", [])
    assert agency.edition(MONDAY + timedelta(days=2)).workbooks == [], "a week has one edition"

    numbers = agency.open_numbers[:3]
    for number in numbers:  # three runs with a change each, then an edition
        done = agency.change(number, f"Corrigé {number}")
        assert {Path(one).parent.name for one in done.workbooks} == {"courant"}
    agency.edition(MONDAY + timedelta(days=7))
    line, rows = agency.told(f"{weekly}2026-S48")
    assert line == f"{SINCE}0 nouveau, 3 modifiés, 0 retiré"
    told = {row[0]: row[4] for row in rows if row[2] == "Titre de la situation"}
    assert told == {number: f"Corrigé {number}" for number in numbers}

    agency.change(numbers[0], "Encore")
    agency.bridge.sandbox.control.hide(numbers[1], by="administration")
    agency.bridge.run()
    agency.edition(MONDAY + timedelta(days=14))
    line, rows = agency.told(f"{weekly}2026-S49")
    after = "Depuis l’édition 2026-S48 du lundi 23 novembre 2026\u00a0: "
    assert line == f"{after}0 nouveau, 1 modifié, 1 retiré"
    assert (numbers[1], "Retiré", None, None, None) in rows

    quiet = agency.edition(MONDAY + timedelta(days=21))
    assert {Path(one).name for one in quiet.workbooks} >= {"agence.xlsx", "reseau.xlsx"}
    line, rows = agency.told(f"{weekly}2026-S50")
    assert line.endswith("2026-S49 du lundi 30 novembre 2026\u00a0: aucun changement")
    assert rows == []
    about = agency.about(f"{weekly}2026-S50")
    assert about["Édition"] == "Édition hebdomadaire 2026-S50 du lundi 7 décembre 2026"
    assert about["Données lues jusqu’au"].endswith("(Paris)")

    gone = Deletion(numbers[2], MONDAY, "conservation")
    with agency.services() as services:
        services.store.absences.purge(services.demarche, [gone], at=MONDAY)
    agency.edition(MONDAY + timedelta(days=28))
    assert agency.told(f"{weekly}2026-S51", "agence")[1] == [
        (numbers[2], "Retiré", None, None, None)
    ], "of what was erased, the number alone"

    agency.edition(MONDAY + timedelta(days=15), EditionKind.MONTHLY)
    agency.edition(MONDAY + timedelta(days=16), EditionKind.BY_HAND, "Bilan d’automne")
    agency.edition(MONDAY + timedelta(days=17), EditionKind.BY_HAND, "Bilan d’automne")
    names = {one.parent.name for one in agency.root.glob("editions/*/*/manifest.json")}
    assert names >= {"2026-12", "1-bilan-d-automne", "2-bilan-d-automne"}
    assert agency.told("editions/mensuelle/2026-12")[0].startswith("Première édition")
    line, _ = agency.told("editions/a-la-main/2-bilan-d-automne")
    assert line.startswith("Depuis l’édition n°\u00a01 «\u00a0Bilan d’automne\u00a0» du mercredi 2")

    with agency.patch.context() as past, agency.services() as services:
        past.setattr("steps.publish.retention.now", lambda: MONDAY + timedelta(days=372))
        removed = {Path(one).name for one in remove_old_workbooks(services)}
    assert removed == {"2026-S47"}
    assert agency.told("courant")[0].startswith("Depuis l’édition 2026-S51")


def touch_a_rule(agency: Agency, folder: Path) -> None:
    """A comment in each rule file: other files, the same rules."""
    from shutil import copytree

    rules = copytree(agency.bridge.settings.rules, folder / "regles")
    for file in (rules / "rules").glob("*.yaml"):
        file.write_text(f"# relu\n{file.read_text('utf-8')}", "utf-8")
    agency.bridge = Bridge(
        agency.bridge.sandbox,
        agency.bridge.home,
        agency.bridge.settings.model_copy(update={"rules": rules}),
    )


def test_a_comment_in_a_rule_file_takes_no_dossier_from_the_network(
    agency: Agency, tmp_path: Path
) -> None:
    before = agency.bytes()
    read = agency.rows("courant", "reseau", "Dossiers")
    assert len(read) > 3
    touch_a_rule(agency, tmp_path)
    told = agency.export()
    assert len(told.assessed) == 8, "judged first"
    assert told.workbooks == [], "the verdicts are the same"
    assert not told.set_aside
    assert agency.bytes() == before
    assert agency.rows("courant", "reseau", "Dossiers") == read
    assert agency.bridge.run().workbooks == []
    assert agency.bytes() == before
    done = agency.change(agency.open_numbers[0], "Corrigé")
    after, named = agency.bytes(), {Path(one).name for one in done.workbooks}
    assert {"agence.xlsx", "reseau.xlsx"} <= named
    assert {name for name in after if after[name] != before[name]} == named

    touch_a_rule(agency, tmp_path / "encore")
    agency.edition(MONDAY)
    edition = agency.rows("editions/hebdomadaire/2026-S47", "reseau", "Dossiers")
    assert [row[0] for row in edition] == [row[0] for row in read]


def test_the_commands_publish_editions(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in agency.bridge.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(agency.root)
    assert call(["export", "--edition", "Réunion du CA", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["workbooks"]
    assert {Path(one).parent.name for one in made} == {"1-reunion-du-ca"}
    assert call(["export", "--edition", "hebdomadaire", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workbooks"]
    assert call(["export", "--edition", "hebdomadaire", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workbooks"] == []
    assert call(["export", "--edition", " "]) == 2
    assert call(["export", "--edition", "x", "--centre", "lyon"]) == 2
    assert "--edition ne va pas avec" in capsys.readouterr().err
