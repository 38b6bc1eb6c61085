"""Defects that the look-up keeps from being made: the sandbox, `unc lookup` and `unc run`."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from sandbox.control.client import ControlError
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.data import FictionalMedicine, medicines
from sandbox.generator.generate import generate
from steps.wiring.public_data.reference import load
from store.repository import open_store
from tests.conftest import Bridge, MakeBridge

SECRET = "secret-de-quarante-caracteres-pour-l-essai"
ITEMS = ("M1", "M2", "M3", "M4")
AT_FAULT = {"missing", "invalid", "insufficient"}
PROCEDURES = {
    "AMM": "Procédure nationale",
    "AIP": "Autorisation d'importation parallèle",
    "Enregistrement": "Enreg homéo (Proc. Nat.)",
}
KNOWN = {one.cis: one for one in medicines() if one.status in PROCEDURES}
BY_ATC_AND_FORM = {(one.atc, one.form): one for one in KNOWN.values()}
SEEKING, ROWS = 150, 15
PREFILL = {
    "denomination": 151, "cis": 152, "cip13": 153, "dci_texte": 154, "forme": 156,
    "statut_reglementaire": 157,
}  # fmt: skip


def bdpm(folder: Path) -> Path:
    """A BDPM of the sandbox's own medicines."""
    folder.mkdir()
    tables: dict[str, list[tuple[str, ...]]] = {
        "CIS_bdpm": [
            (one.cis, one.name, one.form, "orale", "Autorisation active",
             PROCEDURES[one.status], "Commercialisée", "12/03/2015", "", "", one.company, "Non")
            for one in KNOWN.values()
        ],
        "CIS_COMPO_bdpm": [
            (one.cis, "comprimé", "90000", one.substance.upper(), "1 mg", "une unité", "SA", "1")
            for one in KNOWN.values()
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        text = "".join("\t".join(row) + "\n" for row in rows)
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


@contextmanager
def look_up(home: Path) -> Iterator[str]:
    """`unc lookup`, in a process of its own."""
    environment = {"UNC_HOME": str(home), "UNC_LOOKUP_SECRETS": SECRET}
    command = [str(Path(sys.executable).with_name("unc")), "lookup", "--port", "0", "--json"]
    with subprocess.Popen(  # noqa: S603 (our own command)
        command, env=environment, cwd=home, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        told = ""
        while "}" not in told:
            told += server.stdout.readline()
        try:
            yield json.loads(told)["url"]
        finally:
            server.terminate()


def defects(made: Bridge, numbers: set[int]) -> Counter[str]:
    """Items of these dossiers that are missing, invalid or insufficient, of the medicines."""
    with open_store(made.settings.database()) as store:
        found = store.dossiers.iterate(made.sandbox.demarche, numbers=numbers)
        details = [json.loads(one.assessment.detail) for one in found if one.assessment]
    assert len(details) == len(numbers)
    items = (item for detail in details for item in detail["items"])
    return Counter(one["id"] for one in items if one["id"] in ITEMS and one["verdict"] in AT_FAULT)


def meant(row: dict[str, Any]) -> FictionalMedicine | None:
    """The medicine that a row is about, whatever was typed of it."""
    return KNOWN.get(row["152"]) or BY_ATC_AND_FORM.get((row.get("155", ""), row.get("156", "")))


def few_of_each() -> list[SeedDossier]:
    """Dossiers with a planted defect of each item, four or more of each."""
    found: list[SeedDossier] = []
    for item in ITEMS:
        spoilt = (
            one
            for one in generate(400, seed=11)
            if one.state == "en_construction"
            and not one.archived
            and one not in found
            and one.planted.items[item] in AT_FAULT
            and all(
                meant({str(key): cell for key, cell in row.items()}) for row in one.answers[ROWS]
            )
        )
        found += islice(spoilt, 4)
    return found


@pytest.mark.slow
def test_defects_of_medicines_vanish_where_the_form_looks_them_up(
    bridge: MakeBridge, tmp_path: Path
) -> None:
    seeds = few_of_each()
    with bridge(seeds) as made:
        made.run()
        numbers = {one.number for one in seeds}
        before = defects(made, numbers)
        load(bdpm(tmp_path / "bdpm"), made.home)
        with look_up(made.home) as url:
            service = {
                "url": f"{url}/v1/recherche?q={{query}}",
                "header": "Authorization",
                "value": f"Bearer {SECRET}",
                "source": "$.resultats",
                "label": "libelle",
                "prefill": {f"$.{key}": stable for key, stable in PREFILL.items()},
            }
            champ = {"id": SEEKING, "label": "Chercher le médicament", "type": "referentiel"}
            edit = {"op": "add", "inside": ROWS, "first": True, "champ": champ}
            made.sandbox.control.publish(
                made.sandbox.demarche, edits=[{**edit, "champ": {**champ, "service": service}}]
            )
            for number in sorted(numbers):
                choose(made, number)
        made.run()
        after = defects(made, numbers)
    assert len(seeds) >= 16
    assert before.keys() == set(ITEMS), before
    assert sum(before.values()) >= len(seeds)
    assert after == {}, (before, after)


def choose(made: Bridge, number: int) -> None:
    """The declarant chooses each medicine in the list, and types nothing else."""
    rows = made.sandbox.control.snapshot(number)["answers"][str(ROWS)]
    chosen = []
    for row in rows:
        known = meant(row["champs"])
        assert known is not None
        typed = {**row["champs"], str(SEEKING): known.name}
        chosen.append({"id": row["id"], "champs": typed})
    try:
        made.sandbox.control.submit(number, {ROWS: chosen})
    except ControlError as error:  # pragma: no cover (what DS refuses is told)
        raise AssertionError(error) from error
