"""The files of UNC_COLUMNS as editors on Windows save them."""

from pathlib import Path

import pytest

from datafiles.file import DataFileError
from mappings.schema.file import parse_mapping
from settings import ROOT, Settings, load_settings
from steps.wiring.hand_out_texts import texts
from steps.wiring.handed_out_files import centres, hand_out_files
from tests.conftest import few_centres

NAMES = ("columns.yaml", "policy.yaml", "crpv.csv")
MAPPING = parse_mapping((ROOT / "mappings/unc/mapping.yaml").read_text("utf-8"), source="m")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        _env_file=None,
        ds_url="http://127.0.0.1:9",
        ds_token="t",
        demarche=1,
        instructeur="i",
        home=tmp_path / "home",
        columns=few_centres(tmp_path / "colonnes"),
    )


def test_files_with_the_mark_of_windows_are_read_as_the_others(settings: Settings) -> None:
    plain = (
        texts(settings.columns),
        centres(settings.columns),
        hand_out_files(settings.columns, MAPPING),
    )
    for name in NAMES:
        file = settings.columns / name
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert (
        texts(settings.columns),
        centres(settings.columns),
        hand_out_files(settings.columns, MAPPING),
    ) == plain


def test_a_table_of_centres_with_semicolons_is_read(settings: Settings) -> None:
    plain, file = centres(settings.columns), settings.columns / "crpv.csv"
    french = file.read_bytes().replace(b",", b";").replace(b"\n", b"\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + french)
    assert centres(settings.columns) == plain


@pytest.mark.parametrize("name", NAMES)
def test_a_file_in_another_encoding_is_told_with_its_line(settings: Settings, name: str) -> None:
    (settings.columns / name).write_bytes("a\nb\né\n".encode("cp1252"))
    with pytest.raises(DataFileError, match=rf"^{name}:3 : le fichier n'est pas en UTF-8"):
        texts(settings.columns)
