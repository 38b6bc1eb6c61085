"""A démarche of another kind from its form alone: read, handed out to the agency, and no more."""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cli.app import call
from mappings.dossier.decode import decode_revision
from mappings.schema.file import parse_mapping
from mappings.schema.names import CHAMP_TYPES
from mappings.start.from_form import mapping_text
from sandbox.common.ids import champ_id
from sandbox.form.file import read_form
from sandbox.form.kinds import described_as
from sandbox.generator.any_form import dossiers_of
from sandbox.server import INSTRUCTEUR, Sandbox, running_sandbox
from steps.start.new_demarche import Described, create, described, described_in
from steps.wiring.failures import RequestError
from steps.wiring.handed_out_files import centres
from tests.conftest import environment_of

Json = dict[str, Any]
KINDS = [
    *("text", "textarea", "integer_number", "decimal_number", "date", "datetime", "yes_no"),
    *("checkbox", "drop_down_list", "multiple_drop_down_list", "linked_drop_down_list", "email"),
    *("phone", "communes", "departements", "regions", "pays", "address", "siret", "civilite"),
    *("piece_justificative", "titre_identite", "iban", "formatted", "carte"),
]
OPTIONS: dict[str, Any] = {
    "drop_down_list": ["Oui", "Non", "Ne sait pas"],
    "multiple_drop_down_list": ["Étude", "Travaux", "Acquisition"],
    "linked_drop_down_list": {"Nord": ["Lille"], "Sud": ["Nice", "Pau"]},
}
SECTIONS = 8
MADE = "demarche"
"""Where the files of the new démarche are made."""
UNANSWERED = frozenset({"header_section", "explication", "carte"})


def question(number: int, kind: str, label: str) -> Json:
    more = {"options": OPTIONS[kind]} if kind in OPTIONS else {}
    return {"id": number, "label": label, "type": kind, "required": kind not in UNANSWERED, **more}


def large_form() -> Json:
    """Some 230 champs, as an administration asks for a grant: sections, labels that come again."""
    champs: list[Json] = []
    for section in range(1, SECTIONS + 1):
        base = section * 1000
        champs.append(question(base, "header_section", f"{section}. Volet {section}"))
        champs += [
            question(base + at, kind, f"Volet {section} : {CHAMP_TYPES[kind]} de l'opération")
            for at, kind in enumerate(KINDS, 1)
        ]
        champs.append(question(base + 90, "explication", "Les montants sont hors taxes."))
        rows = {"children": [question(base + 92, "text", "Nom"), question(base + 93, "date", "Le")]}
        champs.append(
            {**question(base + 91, "repetition", "Partenaires [*] / cofinanceurs"), **rows}
        )
    annotations = [
        question(99_001, "drop_down_list", "Avis du service"),
        question(99_002, "text", "Nom"),
    ]
    return {"title": "Demande de subvention", "champs": champs, "annotations": annotations}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Json]]]:
    """The folder made of a form that a sandbox serves, and what the runs say before and after
    adoption, and once more.
    """
    folder = tmp_path_factory.mktemp("nouvelle")
    (folder / "formulaire.json").write_text(json.dumps(large_form()), encoding="utf-8")
    form = read_form(folder / "formulaire.json", robot=INSTRUCTEUR)
    seeds = dossiers_of(form, 5, seed=3)
    with (
        pytest.MonkeyPatch.context() as patch,
        running_sandbox(folder / "s", forms=[form], seeds=seeds, rate_limit=10_000) as sandbox,
    ):
        work_with_a_folder_of_its_own(patch, sandbox, folder)
        made = told(["mapping", "adapt", "--new", str(folder / MADE), "--json"])
        assert made["fields"] == SECTIONS * (len(KINDS) + 3)
        runs = [told(["run", "--json"], code=1)]
        told(["mapping", "adopt", "--by", "Nadia Martin", "--json"])
        runs += [told(["run", "--json"]), told(["run", "--json"])]
        assert told(["mapping", "check", "--json"])["drift"] == []
        assert all(not one["problems"] for one in told(["rules", "check", "--json"])["files"])
        assert not sandbox.control.stats()["mutations"]
        yield folder, runs


def work_with_a_folder_of_its_own(
    patch: pytest.MonkeyPatch, sandbox: Sandbox, folder: Path
) -> None:
    """Set the commands of this process to a sandbox, and to the files that will be made of it."""
    patch.chdir(folder)
    made = folder / MADE
    own = {"UNC_MAPPING": made / "mapping.yaml", "UNC_RULES": made, "UNC_COLUMNS": made}
    told = {name: str(path) for name, path in own.items()}
    for name, value in environment_of(sandbox, folder / "home", **told).items():
        patch.setenv(name, value)


def told(command: list[str], *, code: int = 0) -> Any:
    """What a command says that ends with this code."""
    out = io.StringIO()
    with redirect_stdout(out):
        ended = call(command)
    assert ended == code, out.getvalue()
    return json.loads(out.getvalue())


@pytest.mark.slow
def test_a_large_form_is_read_and_handed_out_at_once(run: tuple[Path, list[Json]]) -> None:
    folder, (first, _, again) = run
    assert (first["seen"], first["quarantined"]) == (5, 0)
    (agency,) = first["workbooks"]
    assert Path(agency).name == "agence.xlsx", "nobody adopted it yet"
    assert again["workbooks"] == [], "the same data publishes nothing"
    book = openpyxl.load_workbook(agency)
    header, *rows = book["Dossiers"].values
    assert len(header) == len(set(header)) > SECTIONS * len(KINDS)
    assert len(rows) == 5
    assert {row[1] for row in rows} <= {"À trier", "Clos"}
    empty = {str(name) for at, name in enumerate(header) if all(row[at] is None for row in rows)}
    ours = {"Avis du centre", "Commentaire", "Réponses non reprises", "Avis du service"}
    assert {name for name in empty - ours if ": carte" not in name and name != "Nom"} == set()
    repeated = [name for name in book.sheetnames if name.startswith("Partenaires")]
    assert len(repeated) == 1, "a title that is taken gives way to the name of the field"
    assert len(book.sheetnames) == SECTIONS + 5
    assert folder.joinpath(MADE, "policy.yaml").exists()


@pytest.mark.slow
def test_nothing_of_it_reaches_the_network(run: tuple[Path, list[Json]]) -> None:
    _, (_, adopted, _) = run
    names = {Path(one).name: one for one in adopted["workbooks"]}
    assert names.keys() == {"agence.xlsx", "reseau.xlsx"}
    network = names["reseau.xlsx"]
    book = openpyxl.load_workbook(network)
    heads = {name: 2 if name == "Changements" else 1 for name in book.sheetnames[:-2]}
    assert {name: list(book[name].values)[lines:] for name, lines in heads.items()} == {
        name: [] for name in heads
    }


@pytest.mark.slow
def test_its_folder_has_no_table_of_centres_and_needs_none(run: tuple[Path, list[Json]]) -> None:
    assert centres(run[0] / MADE) == ()


def descriptor(number: int, kind: str, label: str, *, children: int = 0) -> Json:
    return {
        "__typename": described_as(kind),
        "id": champ_id(str(number)),
        "label": label,
        "required": False,
        "options": ["A", "B"] if "drop_down" in kind else None,
        "champDescriptors": [
            descriptor(number * 100 + at, "text", label) for at in range(1, children + 1)
        ]
        or None,
    }


LABELS = st.sampled_from(["", "Nom", "nom :", "null", "yes", "3", "# a: [b]", '"', "é" * 300, "\n"])
REVISIONS = st.lists(
    st.tuples(
        st.integers(1, 30), st.sampled_from(sorted(CHAMP_TYPES)), LABELS | st.text(max_size=9)
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one[0],
)


@settings(
    deadline=None,
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(REVISIONS, min_size=1, max_size=3), LABELS)
def test_any_form_gives_a_mapping_of_each_of_its_questions(
    forms: list[list[tuple[int, str, str]]], title: str
) -> None:
    revisions = [
        decode_revision(
            {
                "id": str(at),
                "champDescriptors": [
                    descriptor(number, kind, label, children=2 * (kind == "repetition"))
                    for number, kind, label in form
                ],
                "annotationDescriptors": [descriptor(77, "date", title)],
            }
        )
        for at, form in enumerate(forms, 1)
    ]
    mapping = parse_mapping(mapping_text(title, revisions), source="m")
    inner = [one for spec in mapping.fields.values() for one in spec.fields.values()]
    taken = {one.champs[0] for one in (*mapping.fields.values(), *inner)}
    newest = {one.id: one for revision in revisions for one in revision.champs}
    asking = {
        number
        for number, one in newest.items()
        if one.type not in {"header_section", "explication"}
    }
    assert asking <= taken
    assert {one.audience for one in (*mapping.fields.values(), *inner)} <= {"agence"}
    assert not any(one.written for one in mapping.annotations.values())
    assert len(mapping.annotations) == 1


def form_of(*labels: str) -> Described:
    champs = [descriptor(at, "text", label) for at, label in enumerate(labels, 1)]
    return described(
        "Essai", [{"id": "1", "champDescriptors": champs, "annotationDescriptors": []}]
    )


def test_a_folder_that_has_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("à moi", encoding="utf-8")
    with pytest.raises(RequestError, match="n'est pas vide"):
        create(tmp_path, form_of("Nom"))
    assert [one.name for one in tmp_path.iterdir()] == ["note.txt"]
    made = create(tmp_path / "vide", form_of("Nom", "Nom"))
    assert (made.fields, made.odd) == (2, ())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["note.txt", "vide"]


def test_a_form_that_asks_nothing_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="aucune question"):
        create(tmp_path / "a", form_of())
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("key", ["revision", "activeRevision"])
def test_what_ds_answers_is_found_wherever_it_stands(tmp_path: Path, key: str) -> None:
    champs = [descriptor(1, "text", "Nom"), {"__typename": "TextChampDescriptor"}]
    answered = {"data": {"demarcheDescriptor": {"title": "T", key: {"champDescriptors": champs}}}}
    (tmp_path / "a.json").write_text(json.dumps(answered), encoding="utf-8")
    form = described_in(tmp_path / "a.json")
    assert (form.title, len(form.revisions), len(form.odd)) == ("T", 1, 1)


def test_the_former_name_of_a_type_is_understood(tmp_path: Path) -> None:
    inner = {"id": champ_id("3"), "label": "Pays", "type": "pays", "required": False}
    champs = [
        {"id": champ_id("1"), "label": "Régions", "type": "regions", "required": False},
        {**inner, "id": champ_id("2"), "type": "repetition", "champDescriptors": [inner]},
        {"id": champ_id("4"), "label": "Avis", "type": "multiple_drop_down_list", "required": True},
    ]
    (tmp_path / "a.json").write_text(json.dumps({"champDescriptors": champs}), encoding="utf-8")
    form = described_in(tmp_path / "a.json")
    assert (form.title, form.odd) == ("a", ())
    (revision,) = form.revisions
    assert list(revision.types.values()) == [
        "regions",
        "repetition",
        "pays",
        "multiple_drop_down_list",
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"champs": []}', "\xff"])
def test_what_describes_no_form_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(RequestError, match=r"a\.json"):
        described_in(tmp_path / "a.json")
