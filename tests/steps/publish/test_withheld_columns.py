"""A column that the network may read no more is in nothing that was published before."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec import structs

from cli.app import call
from exports.published.checking import ExportFile
from exports.published.editions import EditionKind, editions
from exports.published.folders import alone, sweep
from exports.published.listing import ClearedSets, Gone, published, retired
from exports.published.manifest import export_facts, exported
from exports.published.publishing import fill
from exports.published.withdrawal import (
    Withdrawn,
    earlier_sets,
    foreseen,
    may_show,
    remake,
    retire,
    sweep_sets,
)
from exports.published.workbook_set import WorkbookSet
from exports.sheets.columns import ColumnSpec, SheetSpec
from exports.sheets.withheld.columns import WithheldColumns
from mappings.schema.model import Audience, FormMapping
from sandbox.generator.generate import generate
from tests.conftest import bridge_on, few_centres
from tests.exports.conftest import COLUMNS, MAPPING, PDF, POLICY, answered, context, entry
from tests.steps.publish.test_withdrawal import (
    NOW,
    SENTINEL,
    edition,
    killed,
    on_request,
    says,
    weekly_of,
    where,
)

NAME = "editions/hebdomadaire/2026-S47"
NOBODY: Gone = {"agence": frozenset(), "reseau": frozenset()}
SECRET = "Xylonométrique"


def stricter(**audiences: Audience) -> FormMapping:
    """The mapping with fields that stay at the agency, « a__b » for a column of rows."""
    fields = dict(MAPPING.fields)
    for path, audience in audiences.items():
        name, _, part = path.partition("__")
        spec = fields[name]
        if part:
            inner = replace(spec.fields[part], audience=audience)
            fields[name] = replace(spec, fields={**spec.fields, part: inner})
        else:
            fields[name] = replace(spec, audience=audience)
    return replace(MAPPING, fields=fields)


def book(author: str = "reseau", /, *, columns: Any = COLUMNS, **fields: Any) -> bytes:
    typed = {name: answered(value) for name, value in fields.items()}
    entries = [entry(number, fields=typed) for number in (90, 91)]
    return WorkbookSet(entries, context(), columns, POLICY).workbook(author)


def withheld(
    columns: Any = COLUMNS, policy: Any = POLICY, mapping: FormMapping = MAPPING
) -> WithheldColumns:
    return WorkbookSet([entry(90)], context(mapping=mapping), columns, policy).withheld()


def put(root: Path, files: Mapping[str, bytes]) -> Path:
    """A published edition with these workbooks."""
    facts = export_facts([entry(90)], context(), checksum="somme")
    folder = root / NAME
    folder.mkdir(parents=True, exist_ok=True)
    made = {f"{one}.xlsx": ExportFile(one, content) for one, content in files.items()}
    fill(folder, made, facts=replace(facts, kind="hebdomadaire", name="1"), at=NOW, sequence=1)
    return folder


def follow(root: Path, hidden: WithheldColumns) -> Withdrawn:
    """What a run does with the sets of before, of columns only."""
    done = Withdrawn()
    with alone(root):
        sweep(root)
        sweep_sets(root)
        for aside in retired(root, demarche=4242):
            remake(aside, gone=lambda _: NOBODY, at=NOW, done=done, withheld=hidden)
        for one in list(earlier_sets(root, demarche=4242)):
            if may_show(one, hidden):
                retire(one)
        for aside in retired(root, demarche=4242):
            remake(aside, gone=lambda _: NOBODY, at=NOW, done=done, withheld=hidden)
        ClearedSets({"agence": frozenset(), "reseau": frozenset()}, 1, hidden.version).write(
            root, demarche=4242
        )
    return done


def without(sheet: str, header: str, **changes: Any) -> Any:
    """The columns with one of them changed."""
    sheets = [
        one.model_copy(update={"columns": tuple(_changed(one, header, changes))})
        if one.name == sheet
        else one
        for one in COLUMNS.sheets
    ]
    return COLUMNS.model_copy(update={"sheets": tuple(sheets)})


def _changed(sheet: SheetSpec, header: str, changes: Mapping[str, Any]) -> list[ColumnSpec]:
    return [
        one.model_copy(update=dict(changes)) if one.name == header else one for one in sheet.columns
    ]


def _agency(name: str) -> dict[str, Audience]:
    return {name: "agence"}


TITLE = next(one.name for one in COLUMNS.dossiers_sheet.columns if one.field == "titre")


@pytest.mark.slow
@pytest.mark.parametrize(
    "hidden",
    [
        withheld(mapping=stricter(titre="agence")),
        withheld(columns=without("Dossiers", TITLE, audience="agence")),
        withheld(columns=without("Dossiers", TITLE, audience="agence", name="Rebaptisée")),
    ],
    ids=["la correspondance", "les colonnes", "rebaptisée en même temps"],
)
def test_a_column_that_becomes_the_agency_s_is_masked_in_former_workbooks(
    tmp_path: Path, hidden: WithheldColumns
) -> None:
    agency, network = (book(one, titre=SECRET) for one in ("agence", "reseau"))
    assert says(network, SECRET)
    folder = put(tmp_path, {"agence": agency, "reseau": network})
    told = exported(folder, demarche=4242)
    assert told is not None
    ahead = Withdrawn()
    foreseen(told, gone=NOBODY, withheld=hidden, done=ahead)
    assert follow(tmp_path, hidden).remade == ahead.remade == [str(folder)]
    content = (folder / "reseau.xlsx").read_bytes()
    assert not says(content, SECRET)
    assert (folder / "agence.xlsx").read_bytes() == agency, "the agency keeps what it had"
    rows = [*openpyxl.load_workbook(folder / "reseau.xlsx")["Dossiers"].values]
    place = rows[0].index(TITLE)
    assert {row[place] for row in rows[1:]} == {POLICY.mask}
    assert [str(row[0]) for row in rows[1:]] == ["90", "91"]
    worked_out = rows[0].index("Motifs de priorité")
    assert {row[worked_out] for row in rows[1:]} == {POLICY.mask}
    about = openpyxl.load_workbook(folder / "reseau.xlsx")["À propos"]
    assert f"ce qui n’est plus diffusé est masqué («\u00a0{TITLE}\u00a0»)" in str(about["B2"].value)
    assert follow(tmp_path, hidden).remade == []
    [again] = earlier_sets(tmp_path, demarche=4242)
    assert again.intact


def test_a_policy_that_did_not_move_takes_nothing_back(tmp_path: Path) -> None:
    put(tmp_path, {"reseau": book(titre=SECRET)})
    assert not withheld().found({"Dossiers": [(TITLE, "")]})
    assert follow(tmp_path, withheld()).remade == []


def test_rows_of_a_sheet_and_names_of_files_that_are_withheld_go(tmp_path: Path) -> None:
    file = structs.replace(PDF, filename=f"{SECRET}.pdf")
    name = next(
        name
        for name, spec in MAPPING.fields.items()
        if spec.type == "files" and spec.audience != "agence"
    )
    answers: dict[str, Any] = {name: (file,)}
    network = book(**answers)
    assert says(network, SECRET)
    folder = put(tmp_path, {"reseau": network})
    follow(tmp_path, withheld(mapping=stricter(**_agency(name))))
    assert not says((folder / "reseau.xlsx").read_bytes(), SECRET)


def test_a_column_of_rows_and_a_whole_sheet_that_are_withheld_go(tmp_path: Path) -> None:
    rows = ({"denomination": answered(SECRET)},)
    for hidden in (
        withheld(mapping=stricter(specialites__denomination="agence")),
        withheld(mapping=stricter(specialites="agence")),
    ):
        network = book(specialites=rows)
        assert says(network, SECRET)
        folder = put(tmp_path, {"reseau": network})
        follow(tmp_path, hidden)
        assert not says((folder / "reseau.xlsx").read_bytes(), SECRET)


def test_a_computed_column_that_the_policy_names_no_more_is_masked(tmp_path: Path) -> None:
    policy = POLICY.model_copy(update={"computed": POLICY.computed - {"depot"}})
    hidden = withheld(policy=policy)
    headers = {header for _, header in hidden.hidden} - {header for _, header in withheld().hidden}
    folder = put(tmp_path, {"reseau": book()})
    follow(tmp_path, hidden)
    rows = [*openpyxl.load_workbook(folder / "reseau.xlsx")["Dossiers"].values]
    assert headers
    for header in headers & {*map(str, rows[0])}:
        assert {row[rows[0].index(header)] for row in rows[1:]} == {POLICY.mask}


def test_a_workbook_that_somebody_saved_over_and_shows_it_is_removed(tmp_path: Path) -> None:
    folder = put(tmp_path, {"agence": book("agence"), "reseau": book(titre=SECRET)})
    (folder / "reseau.xlsx").write_bytes(book(titre=f"{SECRET} encore"))
    done = follow(tmp_path, withheld(mapping=stricter(titre="agence")))
    assert done.removed == [str(folder / "reseau.xlsx")]
    assert {one.name for one in folder.iterdir()} == {"agence.xlsx", "manifest.json"}


@pytest.mark.slow
def test_killed_at_any_point_the_next_run_masks_it(tmp_path: Path) -> None:
    hidden = withheld(mapping=stricter(titre="agence"))
    few = [one for one in COLUMNS.sheets if one.name in {"Dossiers", "Dictionnaire", "À propos"}]
    network = book(columns=COLUMNS.model_copy(update={"sheets": tuple(few)}), titre=SECRET)
    at = 1
    while True:
        folder = put(tmp_path, {"reseau": network})
        if not killed(tmp_path, at=at, take=lambda root: follow(root, hidden)):
            break
        follow(tmp_path, hidden)
        assert not says((folder / "reseau.xlsx").read_bytes(), SECRET), at
        left = {one.name for one in tmp_path.rglob(".*")}
        assert left == {".verrou", ".retraits-4242.json"}
        at += 1
    assert at > 10
    assert not says((folder / "reseau.xlsx").read_bytes(), SECRET)


def titled() -> list[Any]:
    """Dossiers with a title that says the sentinel."""
    made = generate(3, seed=3)
    return [replace(one, answers={**one.answers, 17: f"Usage de {SENTINEL}"}) for one in made]


@pytest.mark.slow
def test_a_stricter_policy_is_followed_by_the_next_run_and_foreseen_by_a_dry_purge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = few_centres(tmp_path / "colonnes", ["lyon"])
    with bridge_on(tmp_path, titled(), columns=folder) as bridge:
        for name, value in bridge.environment.items():
            monkeypatch.setenv(name, value)
        assert call(["run"]) == 0
        edition(bridge)
        on_request(bridge, "xlsx")
        weekly, root = weekly_of(bridge), bridge.home / "exports"
        assert says((weekly / "reseau.xlsx").read_bytes(), SENTINEL)
        shown = {one.name for one in weekly.glob("*.xlsx")}
        assert shown >= {"agence.xlsx", "reseau.xlsx", "crpv-lyon.xlsx"}
        columns = folder / "columns.yaml"
        lines = [
            f"{line[:-1]}, audience: agence}}" if _OF_AN_ANSWER.search(line) else line
            for line in columns.read_text("utf-8").splitlines()
            if line != "    rest: true"
        ]
        columns.write_text("\n".join(lines), "utf-8")
        capsys.readouterr()
        assert call(["purge", "--dry-run", "--json"]) == 0
        foretold = json.loads(capsys.readouterr().out)
        assert says((weekly / "reseau.xlsx").read_bytes(), SENTINEL), "nothing is done yet"
        assert call(["purge", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["remade"] == foretold["remade"] != []
        assert told["withdrawn"] == foretold["withdrawn"]
        for one in published(root, demarche=bridge.sandbox.demarche):
            for path in one.paths:
                if path.name != "agence.xlsx":
                    assert not says(path.read_bytes(), SENTINEL), path
        assert {Path(one).name for one in where(root)} <= {"agence.xlsx"}
        [again] = editions(root, EditionKind.WEEKLY, demarche=bridge.sandbox.demarche)
        assert again.intact


_OF_AN_ANSWER = re.compile(r"- \{name: .*field: (?!.*audience:).*\}$")
