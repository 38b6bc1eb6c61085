"""Public consumption files, read once into their base: replaced whole, or refused with why."""

import gzip
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from cli.doctor.check import Check
from cli.doctor.files import checks_files
from datafiles.file import DataFileError
from settings import Settings
from steps.follow.consumption_load import load_file
from steps.follow.consumption_profile import editions, profile
from steps.follow.consumption_sold import sold
from steps.wiring.public_data.consumption import yearly_boxes
from steps.wiring.public_data.consumption_files import base_of
from triage.consumption.profile import Profile
from triage.consumption.sentences import boxes_told, growth_told
from triage.consumption.signals import by_substance, foreseen
from triage.situations.words.without_salts import Salts

BOOK = next((Path(__file__).parents[2] / "data" / "consommation").glob("*.xls"))
CIP, OTHER, LATER = "3400999000116", "3400999000185", "3400999000253"
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
    shorter = put(tmp_path, "OPEN_MEDIC_2024_v2.CSV", table(*LINES[:1]))
    with pytest.raises(DataFileError, match="1 lignes, contre 3 dans OPEN_MEDIC_2024"):
        load_file(shorter, home)
    load_file(shorter, home, accepted=True)
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
        ("OPEN_MEDIC_2024.CSV", table(LINES[0].replace("1.250", "9")), "contre 1.249 en 2023"),
        ("OPEN_MEDIC_2024.CSV", table(*LINES * 3), "contre 1.249 en 2023"),
        (
            "OPEN_MEDIC_2024.CSV",
            table(*LINES, header=HEADER.replace("BOITES;REM", "REM;BOITES")),
            "ligne 2 : un nombre de boîtes est entier",
        ),
        (
            "OPEN_MEDIC_2024.CSV",
            table(*LINES, header=HEADER.replace("age;sexe;BEN_REG", "sexe;BEN_REG;age")),
            "surtout des codes inconnus",
        ),
        ("OPEN_MEDIC_2024.CSV", table(*LINES).replace(CIP, "3,4009E+12"), "CIP13"),
        ("OPEN_MEDIC_2024.CSV", table(*LINES).replace("9.812,50", "9812.50"), "« 9812.50 »"),
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


def test_a_year_cut_before_its_last_classes_or_without_a_region_is_refused(
    tmp_path: Path, home: Path
) -> None:
    brittany = LINES[0].replace(";11;", ";53;").replace("1.250", "100")
    last = LINES[0].replace("Z99AA01", "V03AB01").replace("1.250", "40").replace(CIP, LATER)
    load_file(put(tmp_path, "OPEN_MEDIC_2023.CSV", table(*LINES, brittany, last)), home)
    cut = put(tmp_path, "OPEN_MEDIC_2024.CSV", table(*LINES))
    with pytest.raises(DataFileError, match="région absente : 53, que 2023 a"):
        load_file(cut, home)
    sorted_cut = put(tmp_path, "OPEN_MEDIC_2024.CSV", table(*LINES, brittany))
    with pytest.raises(DataFileError, match="classe ATC absente : V, que 2023 a"):
        load_file(sorted_cut, home)
    assert load_file(sorted_cut, home, accepted=True).new


def test_a_person_may_accept_a_total_and_give_a_year(tmp_path: Path, home: Path) -> None:
    load_file(put(tmp_path, "OPEN_MEDIC_2023.CSV", table(*LINES)), home)
    load_file(put(tmp_path, "base.csv", table(*LINES * 3)), home, year=2024, accepted=True)
    assert told("Z99AA01", home).boxes == {2023: 1262, 2024: 3786}


def test_persons_are_shown_as_they_are_and_months_too(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nb = f"{CIP};X;11;431;1,00;1,00;1250\r\n{CIP};X;84;7;1,00;1,00;12\r\n"
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
    assert call(["conso", "load", str(bad)]) == 1
    assert "Aucune édition" not in capsys.readouterr().out  # one is loaded


def test_a_base_of_another_version_is_named(home: Path) -> None:
    base_of(home).parent.mkdir(parents=True)
    base_of(home).write_bytes(b"ce n'est pas une base, mais un texte assez long pour le dire" * 20)
    with pytest.raises(DataFileError, match="supprimez ce fichier"):
        editions(home)


def book(
    path: Path, boxes: Mapping[str, Sequence[float]], *, total: float = 1, months: str = "78"
) -> Path:
    """A book of Medic'AM: boxes of a presentation by month, by sheet; the total is times that."""
    made = openpyxl.Workbook()
    for name, values in boxes.items():
        sheet = made.create_sheet(name)
        heads = [f"Nombre de boites\nremboursées 2025-0{month}" for month in months]
        sheet.append(["CIP13", "NOM COURT", *heads])
        sheet.append([CIP, "X", *values])
        sheet.append(["", "Homéopathie", *(10 for _ in values)])
        sheet.append(["", "Total", *(total * value + 10 for value in values)])
    made.save(path)
    return path


def test_months_replace_those_of_before_and_only_their_edition_is_cited(
    tmp_path: Path, home: Path
) -> None:
    load_file(book(tmp_path / "a.xlsx", {"tous_presc": (1000, 1100)}), home)
    load_file(book(tmp_path / "b.xlsx", {"tous_presc": (1000, 1200, 900)}, months="789"), home)
    assert told(CIP, home).months == {"2025-07": 1000, "2025-08": 1200, "2025-09": 900}
    (edition,) = editions(home)
    assert (edition.period, edition.source) == ("2025-07 à 2025-09", "b.xlsx")


@pytest.mark.parametrize(
    ("boxes", "more", "reason"),
    [
        ({"tous_presc": (1000, 1100)}, {"total": 2}, "le total publié est 2.010"),
        ({"tous_presc": (1000, 9000)}, {}, "9.000 boîtes en 2025-08, contre 1.100"),
        ({"tous_presc": (1000, 100)}, {}, "100 boîtes en 2025-08, contre 1.100"),
        ({"tous_presc": (1000, 1100)}, {"months": "79"}, "aucun mois entre 2025-07 et 2025-09"),
        ({"tous_presc": (1000, 1100)}, {"months": "77"}, "deux colonnes"),
        ({"tous_presc": (1000, 1100), "autre": (1, 1)}, {}, "deux feuilles"),
        (
            {"tous_presc": (1000, 1100), "liberaux": (900, 100), "salaries": (100, 100)},
            {},
            "2025-08 : 200 boîtes de libéraux et de salariés, contre 1.100 de tous",
        ),
        ({"tous_presc": (1000, 1100), "liberaux": ("x", 1)}, {}, "liberaux.*« x »"),
    ],
)
def test_a_doubtful_book_changes_nothing(
    tmp_path: Path, home: Path, boxes: Any, more: Any, reason: str
) -> None:
    load_file(book(tmp_path / "medic.xlsx", {"tous_presc": (1000, 1100)}), home)
    before = editions(home)
    if "x" in boxes.get("liberaux", ()):
        made = openpyxl.load_workbook(book(tmp_path / "new.xlsx", {"tous_presc": (1000, 1100)}))
        sheet = made.create_sheet("liberaux")
        sheet.append(["CIP13", "Nombre de boites remboursées 2025-07"])
        sheet.append([CIP, "x"])
        made.save(tmp_path / "new.xlsx")
        path = tmp_path / "new.xlsx"
    else:
        path = book(tmp_path / "new.xlsx", boxes, **more)
    with pytest.raises(DataFileError, match=reason) as refused:
        load_file(path, home)
    assert "ce qui était chargé reste" in str(refused.value)
    assert editions(home) == before
    assert told(CIP, home).months == {"2025-07": 1000, "2025-08": 1100}


def test_a_person_may_accept_a_doubtful_book(tmp_path: Path, home: Path) -> None:
    load_file(book(tmp_path / "a.xlsx", {"tous_presc": (1000, 1100)}), home)
    load_file(book(tmp_path / "b.xlsx", {"tous_presc": (1000, 9000)}), home, accepted=True)
    assert told(CIP, home).months["2025-08"] == 9000


def test_monthly_books_alone_give_the_curve_of_a_substance(home: Path) -> None:
    load_file(BOOK, home)
    salts = Salts(frozenset({"chlorhydrate"}))
    found = sold(home, {"SIT-0001": {"zetaloxine"}, "SIT-0002": {"rien"}}, salts=salts)
    assert found["SIT-0001"].months == {
        "2099-01": 1200, "2099-02": 1274, "2099-03": 1348, "2099-04": 1422, "2099-05": 1496,
        "2099-06": 1570,
    }  # fmt: skip
    assert found["SIT-0001"].years == {}
    assert found["SIT-0002"].months == {}
    assert told("Z99AA01", home).months["2099-01"] == 1200


def test_a_file_of_persons_cut_short_is_refused(tmp_path: Path, home: Path) -> None:
    rows = "".join(f"{CIP};{region};20\n" for region in (11, 24, 27, 28, 32))
    load_file(put(tmp_path, "NB_2023_cip13_reg.CSV", f"CIP13;BEN_REG;nbc\n{rows}"), home)
    cut = put(tmp_path, "NB_2024_cip13_reg.CSV", f"CIP13;BEN_REG;nbc\n{CIP};11;25\n")
    with pytest.raises(DataFileError, match="1 lignes, contre 5 dans NB_2023"):
        load_file(cut, home)
    assert load_file(cut, home, accepted=True).new


def test_an_archive_may_hold_a_notice_beside_its_table(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "2025-07-a-08_medic-am.zip"
    inner = book(tmp_path / "medic.xlsx", {"tous_presc": (1000, 1100)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "dossier/medic.xlsx")
        archive.writestr("dossier/notice.pdf", b"%PDF")
    assert load_file(path, home).editions[0].boxes == 2100
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(inner, "dossier/autre.xlsx")
    with pytest.raises(DataFileError, match="2 tables"):
        load_file(path, home)


def a_year(folder: Path, year: int, *, missing: int = 0, boxes: int = 100) -> Path:
    """A year of thirty presentations in order of class, a row each, without its last ones."""
    rows = (
        f"A01AA{place:02};NOM {place};34009990002{place:02};X;20;2;11;1;{boxes + place};1,00;1,00"
        for place in range(30 - missing)
    )
    return put(folder, f"OPEN_MEDIC_{year}.CSV", table(*rows))


def test_a_cut_file_changes_nothing_and_never_makes_a_medicine_out_of_scope(
    tmp_path: Path, home: Path
) -> None:
    for year in (2022, 2023):
        load_file(a_year(tmp_path, year), home)
    before = editions(home)
    for missing in (1, 2, 3):  # a row for one presentation: the first is life, the others a cut
        cut = a_year(tmp_path, 2023, missing=missing)
        with pytest.raises(
            DataFileError, match="lignes, contre 30 dans OPEN_MEDIC_2023"
        ) as told_why:
            load_file(cut, home)
        assert str(told_why.value).endswith("; ce qui était chargé reste")
    with pytest.raises(DataFileError, match="les 2 derniers codes de OPEN_MEDIC_202"):
        load_file(a_year(tmp_path, 2024, missing=2), home)
    assert editions(home) == before
    lines = "".join(f"A01AA{place:02};{9 + place}\n" for place in range(30))
    persons = put(tmp_path, "NB_2024_atc5.CSV", f"ATC5;nbc\n{lines}")
    load_file(persons, home)
    with pytest.raises(DataFileError, match="il y manque 1 code de NB_2024_atc5"):
        load_file(a_year(tmp_path, 2024, missing=1), home)
    load_file(a_year(tmp_path, 2024, missing=1), home, accepted=True)
    found = told("A01AA29", home)
    assert (boxes_told(found, 2023), boxes_told(found, 2024)) == ("129", "inconnu")
    assert not found.out_in(2024)
    cut = put(tmp_path, "NB_2024_cip13.CSV", "CIP13;nbc\n3400999000200;9\n")
    with pytest.raises(DataFileError, match="28 codes de OPEN_MEDIC_2024"):
        load_file(cut, home)
    several = sold(home, {"SIT-0001": {"nom 29", "nom 3"}}, salts=Salts())["SIT-0001"]
    assert several.counted


def test_a_file_that_cannot_be_read_leaves_what_was_loaded_and_says_so(
    tmp_path: Path, home: Path
) -> None:
    content = gzip.compress(table(*LINES).encode("latin-1"))
    (tmp_path / "OPEN_MEDIC_2024.CSV.gz").write_bytes(content[:-9])
    (tmp_path / "OPEN_MEDIC_2024.zip").write_bytes(b"PK\x03\x04 coup\xe9")
    for name in ("OPEN_MEDIC_2024.CSV.gz", "OPEN_MEDIC_2024.zip", "absent_2024.csv"):
        with pytest.raises(DataFileError, match=f"^{name} : .* ; ce qui était chargé reste$"):
            load_file(tmp_path / name, home)


def test_a_book_cut_before_its_last_rows_is_refused(tmp_path: Path, home: Path) -> None:
    def monthly(name: str, codes: int, months: str) -> Path:
        made = openpyxl.Workbook()
        sheet = made.create_sheet("tous_presc")
        sheet.append(
            ["CIP13", *(f"Nombre de boites remboursées 2025-{one}" for one in months.split())]
        )
        for place in range(codes):
            sheet.append([f"34009990002{place:02}", *(100 for _ in months.split())])
        made.save(tmp_path / name)
        return tmp_path / name

    load_file(monthly("a.xlsx", 40, "01 02"), home)
    with pytest.raises(DataFileError, match=r"les 3 derniers codes de 2025-02 \(tous\)"):
        load_file(monthly("b.xlsx", 37, "03 04"), home)
    with pytest.raises(DataFileError, match=r"3.700 boîtes en 2025-02, contre 4.000"):
        load_file(monthly("c.xlsx", 37, "02"), home)
    assert load_file(monthly("d.xlsx", 41, "03 04"), home).new


def test_a_class_is_judged_over_time_as_a_situation_is(tmp_path: Path, home: Path) -> None:
    for year in range(2018, 2024):
        load_file(a_year(tmp_path, year, boxes=1000 + year % 7), home)
    load_file(a_year(tmp_path, 2024, boxes=1400), home)
    (growth,) = told("A01AA07", home).growth
    boxes = yearly_boxes(home, Salts())
    assert boxes is not None
    every = foreseen(by_substance(boxes.by_year))
    assert [growth] == [one for one in every if one.substance == "nom 7"]
    assert growth.judged == 30
    (why,) = growth_told(told("3400999000207", home))
    assert why == (
        "Croissance non jugée : elle l'est par substance, et non par présentation"
        " (unc conso show A01AA07)."
    )


def test_the_doctor_says_what_is_loaded_and_what_a_person_accepted(
    tmp_path: Path, home: Path
) -> None:
    def checked() -> Check:
        settings = Settings(home=home)
        return next(one for one in checks_files(settings) if one.name == "Données de consommation")

    assert checked().level == "à faire"
    load_file(a_year(tmp_path, 2023), home)
    load_file(a_year(tmp_path, 2024), home)
    assert (checked().level, checked().text) == ("ok", "Open Medic, 2023, 2024")
    load_file(a_year(tmp_path, 2024, missing=20), home, accepted=True)
    assert checked().level == "info"
    assert "n'a que 10 lignes" in checked().text
    load_file(a_year(tmp_path, 2024), home)
    put(base_of(home).parent, "OPEN_MEDIC_2025.CSV", "x")
    assert checked().level == "à voir"
    base_of(home).write_bytes(b"ce n'est pas une base, mais un texte assez long pour le dire" * 20)
    assert checked().level == "bloquant"
