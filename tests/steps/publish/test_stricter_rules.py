"""Counts, rows, annotations and tables that a stricter policy lets out no more, in former sets."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from exports.published.checking import ExportFile
from exports.published.flat import WRITERS, FlatFormat, flat_name
from exports.published.listing import published
from exports.published.manifest import export_facts, exported, read_manifest
from exports.published.publishing import fill
from exports.published.withdrawal import Withdrawn, foreseen
from exports.published.workbook_set import WorkbookSet
from exports.readers.policy import Policy, Withheld
from exports.sheets.columns import ColumnSpec
from sandbox.generator.generate import generate
from tests.conftest import bridge_on, few_centres
from tests.exports.conftest import COLUMNS, POLICY, answered, context, entry
from tests.steps.publish.test_withdrawal import NOW, edition, killed, on_request, says, weekly_of
from tests.steps.publish.test_withheld_columns import NAME, NOBODY, follow, stricter
from tests.steps.publish.test_withheld_columns import withheld as withheld_by

COUNTS = POLICY.small_counts
HIGHER = POLICY.model_copy(update={"small_counts": COUNTS.model_copy(update={"below": 21})})
LOWER = POLICY.model_copy(update={"small_counts": COUNTS.model_copy(update={"below": 5})})
LIST = "FR-AB-20260001"


def many(number: int, **fields: Any) -> Any:
    return entry(number, fields={name: answered(value) for name, value in fields.items()})


def counted() -> list[Any]:
    """Dossiers with 300 cases, 15, and 5: a list tells those of the first two."""
    big = {"cas_graves": 40, "deces": 30, "references_cas": LIST}
    small = {"cas_graves": 0, "deces": 0, "references_cas": "FR-CD-20260002"}
    return [many(90, cas=300, **big), many(91, cas=15, **small), many(92, cas=5, **small)]


def made(entries: list[Any], *, policy: Policy = POLICY, columns: Any = COLUMNS) -> WorkbookSet:
    return WorkbookSet(entries, context(), columns, policy)


def put(
    root: Path,
    published: WorkbookSet,
    *,
    noted: bool = True,
    authors: tuple[str, ...] = ("agence", "reseau"),
    flat: Mapping[str, FlatFormat] = {},
) -> Path:
    """A published edition, as it was under its policy; ``flat`` are sheets of the network."""
    files = {f"{one}.xlsx": ExportFile(one, published.workbook(one)) for one in authors}
    for sheet, suffix in flat.items():
        table = published.tables("reseau")[sheet]
        name = flat_name("reseau", table, suffix=suffix)
        files[name] = ExportFile("reseau", WRITERS[suffix](table))
    policy = published.policy if noted else None
    facts = export_facts(published.entries, published.context, checksum="somme", policy=policy)
    folder = root / NAME
    folder.mkdir(parents=True, exist_ok=True)
    fill(folder, files, facts=replace(facts, kind="hebdomadaire", name="1"), at=NOW, sequence=1)
    return folder


def told(folder: Path, sheet: str = "Dossiers") -> dict[int, dict[str, Any]]:
    """Rows of a sheet of the network, by number of dossier."""
    rows = [*openpyxl.load_workbook(folder / "reseau.xlsx")[sheet].values]
    return {
        int(str(row[0])): dict(zip(map(str, rows[0]), row, strict=True))
        for row in rows[1:]
        if row[0] is not None
    }


def test_the_edition_says_what_it_was_published_under(tmp_path: Path) -> None:
    rules = (read_manifest(put(tmp_path, made(counted()))) or {})["rules"]
    assert rules["small_counts"]["below"] == 11
    assert rules["rows"] == [{"field": "mesures", "decided_by": "etat", "shown": ["Prise"]}]


@pytest.mark.slow
@pytest.mark.parametrize("noted", [True, False], ids=["notée", "d'avant"])
def test_counts_under_a_bound_that_was_raised_are_hidden(tmp_path: Path, *, noted: bool) -> None:
    folder = put(tmp_path, made(counted()), noted=noted)
    agency = (folder / "agence.xlsx").read_bytes()
    before = told(folder)
    assert [before[one]["Cas"] for one in (90, 91, 92)] == [300, 15, "< 11"]
    assert before[91]["Références des cas"] == "FR-CD-20260002"
    hidden = withheld_by(policy=HIGHER)
    ahead, one = Withdrawn(), exported(folder, demarche=4242)
    assert one is not None
    foreseen(one, gone=NOBODY, withheld=hidden, done=ahead)
    assert follow(tmp_path, hidden).remade == ahead.remade == [str(folder)]
    assert ahead.removed == []
    after = told(folder)
    assert [after[one]["Cas"] for one in (90, 91, 92)] == [300, "< 21", "< 21"]
    assert [after[90][one] for one in ("Cas graves", "Décès")] == [40, 30]
    assert [after[one]["Références des cas"] for one in (90, 91)] == [LIST, POLICY.mask]
    assert after[90]["Titre de la situation"] == before[90]["Titre de la situation"]
    assert (folder / "agence.xlsx").read_bytes() == agency, "the agency keeps what it had"
    book = openpyxl.load_workbook(folder / "reseau.xlsx")
    about = {str(row[0]): str(row[1]) for row in book["À propos"].values}
    assert about["Nombres de cas"].replace("\u00a0", " ") == "de 1 à 20, affichés « < 21 »"
    assert "Cas" in about["Refaite"]
    assert "masqué" in about["Refaite"]
    assert str(book["Synthèse"]["A4"].value).startswith("Refaite le ")
    assert not says((folder / "reseau.xlsx").read_bytes(), "< 11")
    content = (folder / "reseau.xlsx").read_bytes()
    assert follow(tmp_path, hidden).remade == []
    assert follow(tmp_path, withheld_by()).remade == [], "what was masked stays"
    assert follow(tmp_path, hidden).remade == []
    assert (folder / "reseau.xlsx").read_bytes() == content, "run again: as run once"


@pytest.mark.slow
@pytest.mark.parametrize("noted", [True, False], ids=["notée", "d'avant"])
@pytest.mark.parametrize("policy", [POLICY, LOWER], ids=["la même", "plus large"])
def test_a_policy_that_is_not_stricter_changes_nothing(
    tmp_path: Path, policy: Policy, *, noted: bool
) -> None:
    looser = policy.model_copy(update={"rows": (), "withheld": ()})
    flat: dict[str, FlatFormat] = {"Dossiers": "csv", "Mesures": "parquet"}
    folder = put(tmp_path, made([*counted(), *measured()]), noted=noted, flat=flat)
    files = {one.name: one.read_bytes() for one in folder.iterdir()}
    for one in (policy, looser):
        done = follow(tmp_path, withheld_by(policy=one))
        assert (done.remade, done.removed) == ([], [])
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == files


def test_figures_go_where_no_column_says_what_was_counted(tmp_path: Path) -> None:
    """`Changements` and sums may tell a former count: they go, whatever the rows say."""
    folder = put(tmp_path, made([many(90, cas=300, cas_graves=40, deces=30)]))
    assert follow(tmp_path, withheld_by(policy=HIGHER)).remade == [str(folder)]
    assert told(folder)[90]["Cas"] == 300
    book = openpyxl.load_workbook(folder / "reseau.xlsx")
    assert str(book["Synthèse"]["A4"].value).startswith("Refaite le ")
    assert follow(tmp_path, withheld_by(policy=HIGHER)).remade == []


@pytest.mark.slow
def test_a_list_that_becomes_one_that_tells_counts_is_masked_beside_them(tmp_path: Path) -> None:
    free = POLICY.model_copy(update={"small_counts": COUNTS.model_copy(update={"told_by": ()})})
    folder = put(tmp_path, made(counted(), policy=free))
    assert told(folder)[92]["Références des cas"] == "FR-CD-20260002"
    follow(tmp_path, withheld_by())
    assert told(folder)[92]["Références des cas"] == POLICY.mask
    assert told(folder)[90]["Références des cas"] == LIST


def measured() -> list[Any]:
    def rows(state: str, text: str) -> Any:
        return ({"etat": answered(state), "cible": answered(text)},)

    return [
        many(95, mesures=rows("Prise", "cible ouverte")),
        many(96, mesures=rows("En projet", "cible secrète")),
    ]


BOTH = POLICY.model_copy(
    update={"rows": (POLICY.rows[0].model_copy(update={"shown": ("Prise", "En projet")}),)}
)
NO_ROWS = POLICY.model_copy(update={"rows": ()})


@pytest.mark.slow
@pytest.mark.parametrize("noted", [True, False], ids=["notée", "d'avant"])
@pytest.mark.parametrize("then", [BOTH, NO_ROWS], ids=["un état de plus", "sans règle"])
def test_rows_in_a_state_that_leaves_no_more_go_where_no_column_does(
    tmp_path: Path, then: Policy, *, noted: bool
) -> None:
    folder = put(tmp_path, made(measured(), policy=then), noted=noted)
    assert says((folder / "reseau.xlsx").read_bytes(), "cible secrète")
    assert follow(tmp_path, withheld_by()).remade == [str(folder)]
    content = (folder / "reseau.xlsx").read_bytes()
    assert not says(content, "cible secrète")
    assert says(content, "cible ouverte")
    assert follow(tmp_path, withheld_by()).remade == []


def test_rows_of_which_no_state_is_told_go_all(tmp_path: Path) -> None:
    sheets = [
        one.model_copy(update={"columns": tuple(c for c in one.columns if c.field != "etat")})
        for one in COLUMNS.sheets
    ]
    blind = COLUMNS.model_copy(update={"sheets": tuple(sheets)})
    folder = put(tmp_path, made(measured(), policy=BOTH, columns=blind))
    assert follow(tmp_path, withheld_by()).remade == [str(folder)]
    content = (folder / "reseau.xlsx").read_bytes()
    assert not says(content, "cible secrète")
    assert not says(content, "cible ouverte"), "nobody knows any more in which state it was"
    assert {*told(folder)} == {95, 96}
    assert follow(tmp_path, withheld_by()).remade == []


def test_an_answer_that_is_withheld_under_a_stricter_condition_is_masked(tmp_path: Path) -> None:
    rule = Withheld(fields=("titre",), decided_by="secret_affaires", options=("Autre",))
    now = POLICY.model_copy(update={"withheld": (*POLICY.withheld, rule)})
    folder = put(tmp_path, made([many(90, titre="Xylonométrique")]))
    assert says((folder / "reseau.xlsx").read_bytes(), "Xylonométrique")
    assert follow(tmp_path, withheld_by(policy=now)).remade == [str(folder)]
    assert not says((folder / "reseau.xlsx").read_bytes(), "Xylonométrique")
    assert told(folder)[90]["Titre de la situation"] == POLICY.mask
    assert follow(tmp_path, withheld_by(policy=now)).remade == []


def test_an_annotation_that_the_network_may_read_no_more_is_masked(tmp_path: Path) -> None:
    one = entry(90, annotations={"crpv_rapporteur": answered("Lyon-Sentinelle")})
    flat: dict[str, FlatFormat] = {"Dossiers": "csv", "Mesures": "csv"}
    folder = put(tmp_path, made([one]), flat=flat)
    assert says((folder / "reseau.xlsx").read_bytes(), "Lyon-Sentinelle")
    now = withheld_by(policy=POLICY.model_copy(update={"annotations": frozenset()}))
    done = follow(tmp_path, now)
    assert done.remade == [str(folder)]
    assert done.removed == [str(folder / "reseau-dossiers.csv")]
    assert not says((folder / "reseau.xlsx").read_bytes(), "Lyon-Sentinelle")
    assert told(folder)[90]["CRPV rapporteur"] == POLICY.mask
    assert (folder / "reseau-mesures.csv").is_file(), "it has nothing of it"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_that_shows_what_leaves_no_more_is_removed_and_foreseen(
    tmp_path: Path, suffix: FlatFormat
) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    flat: dict[str, FlatFormat] = dict.fromkeys(("Dossiers", "Mesures", "Spécialités"), suffix)
    folder = put(tmp_path, made([*counted(), *measured()], policy=BOTH), authors=(), flat=flat)
    hidden, ahead, one = withheld_by(policy=HIGHER), Withdrawn(), exported(folder, demarche=4242)
    assert one is not None
    foreseen(one, gone=NOBODY, withheld=hidden, done=ahead)
    removed = [str(folder / f"reseau-{name}.{suffix}") for name in ("dossiers", "mesures")]
    assert follow(tmp_path, hidden).removed == ahead.removed == removed
    assert [one.name for one in folder.iterdir() if one.name != "manifest.json"] == [
        f"reseau-specialites.{suffix}"
    ]
    assert follow(tmp_path, hidden).removed == []


def test_a_set_of_which_nothing_is_left_is_gone(tmp_path: Path) -> None:
    folder = put(tmp_path, made(counted()), authors=(), flat={"Dossiers": "csv"})
    assert follow(tmp_path, withheld_by(policy=HIGHER)).removed == [
        str(folder / "reseau-dossiers.csv")
    ]
    assert not folder.exists()


def test_a_count_under_another_header_is_known_by_its_origin(tmp_path: Path) -> None:
    dossiers = COLUMNS.dossiers_sheet
    renamed = dossiers.model_copy(
        update={"columns": (*dossiers.columns, ColumnSpec(name="Nombre de cas", field="cas"))}
    )
    sheets = tuple(renamed if one is dossiers else one for one in COLUMNS.sheets)
    folder = put(tmp_path, made(counted(), columns=COLUMNS.model_copy(update={"sheets": sheets})))
    assert told(folder)[91]["Nombre de cas"] == 15
    follow(tmp_path, withheld_by(policy=HIGHER))
    assert told(folder)[91]["Nombre de cas"] == "< 21"


@pytest.mark.slow
def test_what_becomes_a_small_count_is_hidden_as_one(tmp_path: Path) -> None:
    one = POLICY.model_copy(update={"small_counts": COUNTS.model_copy(update={"fields": ("cas",)})})
    published = made([many(93, cas=300, cas_graves=7, deces=0)], policy=one)
    folder = put(tmp_path, published)
    assert told(folder)[93]["Cas graves"] == 7
    follow(tmp_path, withheld_by())
    assert [told(folder)[93][name] for name in ("Cas", "Cas graves", "Décès")] == [300, "< 11", 0]
    assert follow(tmp_path, withheld_by()).remade == []


@pytest.mark.slow
def test_a_bound_and_a_column_one_after_the_other_or_at_once(tmp_path: Path) -> None:
    counts = COUNTS.model_copy(update={"below": 500})
    hidden = withheld_by(policy=HIGHER, mapping=stricter(cas="agence"))
    for first in (withheld_by(policy=HIGHER), hidden):
        folder = put(tmp_path, made(counted()))
        follow(tmp_path, first)
        follow(tmp_path, hidden)
        assert {one["Cas"] for one in told(folder).values()} == {POLICY.mask}
        assert told(folder)[91]["Références des cas"] == POLICY.mask
        assert follow(tmp_path, hidden).remade == []
    follow(tmp_path, withheld_by(policy=POLICY.model_copy(update={"small_counts": counts})))
    assert {one["Références des cas"] for one in told(folder).values()} == {POLICY.mask}
    assert {one["Décès"] for one in told(folder).values()} == {"< 500", 0}


def test_a_table_with_a_column_that_is_no_more_is_known_by_the_title_of_its_champ(
    tmp_path: Path,
) -> None:
    sheets = [one.model_copy(update={"rest": False}) for one in COLUMNS.sheets]
    columns = COLUMNS.model_copy(update={"sheets": tuple(sheets)})
    folder = put(tmp_path, made(counted()), authors=("reseau",), flat={"Dossiers": "csv"})
    done = follow(tmp_path, withheld_by(policy=HIGHER, columns=columns))
    assert done.removed == [str(folder / "reseau-dossiers.csv")]
    assert told(folder)[91]["Cas"] == "< 21"


def test_parquet_that_cannot_be_read_here_is_judged_by_its_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    flat: dict[str, FlatFormat] = {"Dossiers": "parquet", "Spécialités": "parquet"}
    folder = put(tmp_path, made(counted()), authors=(), flat=flat)
    monkeypatch.setattr("exports.published.former.flat_rows", lambda *_: None)  # as without it
    assert follow(tmp_path, withheld_by()).removed == []
    done = follow(tmp_path, withheld_by(policy=HIGHER))
    assert done.removed == [str(folder / "reseau-dossiers.parquet")]


@pytest.mark.slow
def test_killed_at_any_point_the_next_run_hides_the_counts(tmp_path: Path) -> None:
    few = [one for one in COLUMNS.sheets if one.name in {"Dossiers", "Dictionnaire", "À propos"}]
    published = made(counted(), columns=COLUMNS.model_copy(update={"sheets": tuple(few)}))
    hidden, at = withheld_by(policy=HIGHER), 1
    folder = put(tmp_path, published, authors=("reseau",), flat={"Dossiers": "csv"})
    kept = shutil.copytree(folder, tmp_path.with_name(f"{tmp_path.name}-gardé"))
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, folder)
        if not killed(tmp_path, at=at, take=lambda root: follow(root, hidden)):
            break
        follow(tmp_path, hidden)
        assert told(folder)[91]["Cas"] == "< 21", at
        assert {one.name for one in folder.iterdir()} == {"reseau.xlsx", "manifest.json"}, at
        assert {one.name for one in tmp_path.rglob(".*")} == {".verrou", ".retraits-4242.json"}
        at += 1
    assert at > 10
    assert told(folder)[91]["Cas"] == "< 21"


def few_cases() -> list[Any]:
    """Dossiers, each with 15 cases."""
    return [replace(one, answers={**one.answers, 50: 15}) for one in generate(3, seed=3)]


@pytest.mark.slow
def test_a_raised_bound_is_foreseen_by_a_dry_purge_and_followed_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = few_centres(tmp_path / "colonnes", ["lyon"])
    policy = folder / "policy.yaml"
    low = policy.read_text("utf-8")
    high = low.replace("below: 11", "below: 21")
    with bridge_on(tmp_path, few_cases(), columns=folder) as bridge:
        for name, value in bridge.environment.items():
            monkeypatch.setenv(name, value)
        assert call(["run"]) == 0
        edition(bridge)
        for written in ("xlsx", "csv"):
            on_request(bridge, written)
        weekly = weekly_of(bridge)
        shutil.copytree(weekly, bridge.home / "exports" / "2026-01-05-0600")
        shown = told(weekly)
        assert {one["Cas"] for one in shown.values()} == {15}

        policy.write_text(high, "utf-8")
        capsys.readouterr()
        assert call(["purge", "--dry-run", "--json"]) == 0
        ahead = json.loads(capsys.readouterr().out)
        assert {one["Cas"] for one in told(weekly).values()} == {15}, "nothing is done yet"
        done = bridge.run()
        assert sorted(done.remade) == sorted(ahead["remade"])
        assert len(done.remade) == 3
        assert sorted(done.withdrawn) == sorted(ahead["withdrawn"])
        assert "reseau-dossiers.csv" in {Path(one).name for one in done.withdrawn}
        assert told(weekly).keys() == shown.keys(), "the dossiers stay"
        for one in published(bridge.home / "exports", demarche=bridge.sandbox.demarche):
            assert one.intact
            for path in one.paths:
                if path.suffix == ".xlsx" and path.name != "agence.xlsx":
                    rows = [*openpyxl.load_workbook(path)["Dossiers"].values]
                    place = rows[0].index("Cas")
                    assert {row[place] for row in rows[1:]} <= {"< 21"}, path
        again = bridge.run()
        assert (again.remade, again.withdrawn) == ([], [])

        policy.write_text(low, "utf-8")  # looser for the time of one request, with no run between
        on_request(bridge, "xlsx")
        policy.write_text(high, "utf-8")
        [remade] = bridge.run().remade
        assert {one["Cas"] for one in told(Path(remade)).values()} == {"< 21"}
