"""Public consumption files, read once into their base: replaced whole, or refused with why."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from cli.app import call
from datafiles.file import DataFileError
from steps.follow.consumption_load import load_file
from steps.follow.consumption_profile import Profile, editions, profile
from steps.wiring.public_data.consumption import base_of

BOOK = next((Path(__file__).parents[2] / "data" / "consommation").glob("*.xls"))
CIP, OTHER = "3400999000116", "3400999000185"
HEADER = "ATC5;L_ATC5;CIP13;l_cip13;age;sexe;BEN_REG;PSP_SPE;BOITES;REM;BSE"
LINES = (
    f"Z99AA01;ZÉTALOXINE;{CIP};ZÉTALOX;20;2;11;1;1.250;9.812,50;1,00",
    f"Z99AA01;ZÉTALOXINE;{CIP};ZÉTALOX;0;1;93;90;12;94,20;1,00",
    f"Z99AA02;ORVÉTRINE;{OTHER};ORVÉ;60;1;84;32;-13;-69,42;1,00",
)


def table(*lines: str, header: str = HEADER) -> str:
    return "".join(f"{one}\r\n" for one in (header, *lines))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def put(folder: Path, name: str, text: str, encoding: str = "latin-1") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def told(code: str, home: Path) -> Profile:
    found = profile(code, home)
    assert found is not None
    return found


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_year_is_read_whatever_its_encoding_and_line_ends(
    tmp_path: Path, home: Path, encoding: str, end: str
) -> None:
    path = put(tmp_path, "OPEN_MEDIC_2024.CSV", table(*LINES).replace("\r\n", end), encoding)
    (edition,) = load_file(path, home).editions
    assert (edition.rows, edition.boxes, edition.counts["negative"]) == (3, 1249, 1)
    found = told("Z99AA01", home)
    assert (found.labels, found.boxes) == ({CIP: "ZÉTALOX"}, {2024: 1262})
    assert found.axes["age_sexe"] == {2024: {"20/2": 1250, "0/1": 12}}
    assert found.cited == "Open Medic, Assurance maladie, édition 2024"
    assert told(OTHER, home).boxes == {2024: -13}


def test_archives_are_opened_and_the_same_file_is_read_once(tmp_path: Path, home: Path) -> None:
    content = table(*LINES).encode("latin-1")
    packed = tmp_path / "OPEN_MEDIC_2015.CSV.gz"
    packed.write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "open_medic.zip", "w") as archive:
        archive.writestr("OPEN_MEDIC_2016.CSV", content)
    assert load_file(packed, home).new
    assert load_file(tmp_path / "open_medic.zip", home).editions[0].period == "2016"
    assert not load_file(packed, home).new
    assert told("Z99AA01", home).boxes == {2015: 1262, 2016: 1262}


def test_an_edition_replaces_the_former_one_of_its_year(tmp_path: Path, home: Path) -> None:
    load_file(put(tmp_path, "OPEN_MEDIC_2024.CSV", table(*LINES)), home)
    load_file(put(tmp_path, "OPEN_MEDIC_2024_v2.CSV", table(*LINES[:1])), home)
    assert [one.source for one in editions(home)] == ["OPEN_MEDIC_2024_v2.CSV"]
    assert told("Z99AA01", home).boxes == {2024: 1250}
    assert told(OTHER, home).out_of_scope


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("OPEN_MEDIC_2024.CSV", "", "vide"),
        ("OPEN_MEDIC_2024.CSV", "<!DOCTYPE html>\n<html></html>", "page web"),
        ("OPEN_MEDIC_2024.CSV", table(), "aucune ligne après l'en-tête"),
        ("OPEN_MEDIC_2024.CSV", table(*LINES).replace(";BOITES", ""), "absente.*BOITES"),
        ("OPEN_MEDIC_2024.CSV", table(*LINES).replace("-13", "x"), "ligne 4 : « x »"),
        ("OPEN_MEDIC_2024.CSV", table(*LINES)[:-30], "ligne 4 : "),
        ("OPEN_MEDIC_2024.CSV", table(*LINES).replace(";", "\t"), "absente"),
        ("OPEN_MEDIC_2024.CSV", table(LINES[0].replace("1.250", "9")), "contre 1249 en 2023"),
        ("OPEN_MEDIC_2024.CSV", table(*LINES * 3), "contre 1249 en 2023"),
        ("OPEN_MEDIC.CSV", table(*LINES[:2]), "--annee"),
        ("OPEN_MEDIC_2023_2024.CSV", table(*LINES[:2]), "--annee"),
        ("autre.xls", "texte", "ne peut pas être ouvert"),
        ("OPEN_MEDIC_2024.CSV.gz", "\x1f\x8bcassé", "ne peut pas être lu"),
    ],
)
def test_a_doubtful_file_is_refused_and_what_was_loaded_stays(
    tmp_path: Path, home: Path, name: str, text: str, reason: str
) -> None:
    load_file(put(tmp_path, "OPEN_MEDIC_2023.CSV", table(*LINES)), home)
    before = editions(home)
    path = put(tmp_path, name, text)
    with pytest.raises(DataFileError, match=reason) as refused:
        load_file(path, home)
    assert str(refused.value).startswith(name)
    assert editions(home) == before
    assert told("Z99AA01", home).boxes == {2023: 1262}


def test_a_person_may_accept_a_total_and_give_a_year(tmp_path: Path, home: Path) -> None:
    load_file(put(tmp_path, "OPEN_MEDIC_2023.CSV", table(*LINES)), home)
    load_file(put(tmp_path, "base.csv", table(*LINES * 3)), home, year=2024, accepted=True)
    assert told("Z99AA01", home).boxes == {2023: 1262, 2024: 3786}


def test_persons_are_shown_as_they_are_and_months_too(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nb = f"{CIP};X;11;431;1,00;1,00;5\r\n{CIP};X;84;7;1,00;1,00;5\r\n"
    year = put(tmp_path, "OPEN_MEDIC_2024.CSV", table(*LINES))
    regions = put(
        tmp_path, "NB_2024_cip13_reg.CSV", f"CIP13;l_cip13;BEN_REG;nbc;REM;BSE;BOITES\n{nb}"
    )
    national = put(tmp_path, "NB_2024_cip13.CSV", f"CIP13;nbc\n{CIP};433\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(home))
    assert call(["conso", "load", *map(str, (year, regions, national, BOOK)), "--json"]) == 0
    loaded = json.loads(capsys.readouterr().out)
    assert [one["part"] for one in loaded["editions"]] == [
        "", "cip13, region", "cip13, national", "tous", "liberaux", "salaries",
    ]  # fmt: skip
    assert call(["conso", "show", CIP, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["persons"] == [
        {"year": 2024, "axes": "", "cells": {"": 433}},
        {"year": 2024, "axes": "region", "cells": {"11": 431, "84": "< 11"}},
    ]
    assert shown["months"]["2099-01"] == 400
    assert shown["boxes"] == {"2024": 1262}
    assert call(["conso", "show", CIP]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Medic'AM, Assurance maladie, édition 2099-01 à 2099-06, tous" in text
    assert "Personnes (jamais additionnées)" in text
    assert "438" not in text
    assert call(["conso", "list"]) == 0
    assert "Éditions de consommation" in capsys.readouterr().out
    assert call(["conso", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["editions"]
    assert {one["source"] for one in listed} >= {"OPEN_MEDIC_2024.CSV", BOOK.name}


def test_what_is_not_published_is_out_of_scope_and_no_zero(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(home))
    assert call(["conso", "show", "L01XX01"]) == 2
    assert "unc conso load" in capsys.readouterr().err
    assert call(["conso", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"editions": []}
    assert not base_of(home).exists()
    load_file(put(tmp_path, "OPEN_MEDIC_2024.CSV", table(*LINES)), home)
    assert call(["conso", "show", "l01xx01"]) == 0
    assert "Hors champ" in capsys.readouterr().out
    assert call(["conso", "show", "L01XX01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["out_of_scope"]


def test_a_refused_file_does_not_keep_the_others_from_being_read(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(home))
    bad, good = put(tmp_path, "x_2023.csv", "a;b\n"), put(tmp_path, "y_2024.csv", table(*LINES))
    assert call(["conso", "load", str(tmp_path / "absent_2024.csv"), str(bad), str(good)]) == 1
    assert "x_2023.csv : ligne 1" in capsys.readouterr().err
    assert [one.source for one in editions(home)] == ["y_2024.csv"]


def test_a_base_of_another_version_is_named(home: Path) -> None:
    base_of(home).parent.mkdir(parents=True)
    base_of(home).write_bytes(b"ce n'est pas une base, mais un texte assez long pour le dire" * 20)
    with pytest.raises(DataFileError, match="supprimez ce fichier"):
        editions(home)
