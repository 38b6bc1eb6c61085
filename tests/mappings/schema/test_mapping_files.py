"""Mapping files: problems are told with their line; what is made from them is up to date."""

from pathlib import Path

import jsonschema
import orjson
import pytest
from graphql import GraphQLEnumType, build_schema
from ruamel.yaml import YAML

from datafiles.file import DataFileError
from mappings.drift.reviewed import dump_reviewed, parse_reviewed
from mappings.report.document import report_page, report_schema
from mappings.schema.file import parse_mapping
from mappings.schema.model import FIELD_TYPES, FieldSpec
from mappings.schema.names import CHAMP_TYPES, FIELD_NAMES
from mappings.schema.yaml_model import mapping_schema

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "mappings").glob("*/mapping.yaml"))
HEAD = 'form: essai\nversion: "1"\ntitle: Essai\nfields:\n'
FIELD = "{champ: %s, type: %s, title: T, audience: agence, meaning: m}"

ROWS = (
    "  a:\n    champ: 1\n    type: rows\n    title: T\n"
    "    audience: agence\n    meaning: m\n    fields:\n"
)
INNER = "      {}: {{champ: 2, type: text, title: T, audience: agence, meaning: m}}\n"


def one(name: str, champ: str, kind: str = "text") -> str:
    return f"  {name}: {FIELD % (champ, kind)}\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_each_mapping_is_valid_for_us_and_for_editors(path: Path) -> None:
    text = path.read_text("utf-8")
    assert parse_mapping(text, source=path.name).form == path.parent.name
    schema = orjson.loads((ROOT / "mappings" / "mapping.schema.json").read_bytes())
    # JSON has no integer keys nor dates: as an editor reads the file.
    jsonschema.validate(orjson.loads(orjson.dumps(YAML(typ="safe").load(text))), schema)


def test_what_is_made_from_the_mapping_is_up_to_date() -> None:
    """`make docs` makes them again."""
    mapping = parse_mapping((ROOT / "mappings/unc/mapping.yaml").read_text("utf-8"), source="m")
    assert (ROOT / "docs" / "rapport.md").read_text("utf-8") == report_page(mapping)
    told = orjson.loads((ROOT / "docs" / "rapport.schema.json").read_bytes())
    assert told == report_schema(mapping)
    assert orjson.loads((ROOT / "mappings/mapping.schema.json").read_bytes()) == mapping_schema()


@pytest.mark.parametrize(
    ("lines", "line", "sentence"),
    [
        (one("a", "1", "texte"), 5, "« texte » n'est pas permis"),
        (one("a", "1") + one("b", "1"), 6, "le champ 1 est déjà pris par « a »"),
        (one("a", "L'Âge ?") + one("b", '"l’age"'), 6, "le champ l'age est déjà pris"),
        (one("a", "1", "rows"), 5, "une répétition (rows) nomme ses champs"),
        (one("a", "'.'"), 5, "il manque l'id ou le libellé"),
        (
            "  a:\n    champ: 1\n    type: text\n    title: T\n    meaning: m\n",
            5,
            "il manque la clé",
        ),
        (one("a", "1").replace("title", "titre"), 5, "clé inconnue « titre »"),
        ("  a: {champ: 1\n", 6, "ce n'est pas du YAML lisible"),
        (one("a", "1") + "medicines: {rows: a}\n", 6, "une donnée de type rows est attendue"),
        (ROWS + INNER.format("x") + INNER.format("y"), 13, "le champ 2 est déjà pris par « x »"),
    ],
)
def test_a_problem_is_told_with_its_line(lines: str, line: int, sentence: str) -> None:
    with pytest.raises(DataFileError) as raised:
        parse_mapping(HEAD + lines, source="mapping.yaml")
    told = raised.value.problems
    assert any(one.startswith(f"mapping.yaml:{line} :") and sentence in one for one in told), told


def test_a_candidate_may_hold_in_some_revisions_only() -> None:
    champ = '[{champ: 29, revision: 1}, {champ: "Le prescripteur", revision: [2, 3]}, 30]'
    mapping = parse_mapping(
        HEAD + one("a", champ) + one("b", "{champ: 29, revision: 2}".join("[]")), source="m"
    )
    spec: FieldSpec = mapping.fields["a"]
    assert spec.candidates("1") == ("29", "30")
    assert spec.candidates("3") == ("le prescripteur", "30")
    assert mapping.fields["b"].candidates("1") == ()
    assert mapping.fields["b"].candidates("2") == ("29",)


def test_the_reviewed_form_is_written_as_it_is_read() -> None:
    text = (ROOT / "mappings" / "unc" / "formulaire-relu.yaml").read_text("utf-8")
    assert dump_reviewed(parse_reviewed(text, source="f")) == text


def test_each_type_of_the_official_schema_and_of_ours_has_a_name() -> None:
    text = (Path(__file__).parents[3] / "sandbox" / "schema.graphql").read_text("utf-8")
    kinds = build_schema(text).type_map["TypeDeChamp"]
    assert isinstance(kinds, GraphQLEnumType)
    assert set(kinds.values) == set(CHAMP_TYPES)
    assert set(FIELD_NAMES) == set(FIELD_TYPES)
    assert len(set(CHAMP_TYPES.values())) == len(CHAMP_TYPES), "two types of one name"
