"""Everything that our SDL has must be in the official schema, with the same shape."""

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, introspection_from_schema

from tests.official_schema import official_introspection

ROOT = Path(__file__).parents[2]
SDL = ROOT / "sandbox" / "schema.graphql"

Types = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def official() -> Types:
    return _types(official_introspection())


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL.read_text(encoding="utf-8"))


def _types(raw: Any) -> Types:
    return {one["name"]: one for one in raw["__schema"]["types"]}


def _type(raw: dict[str, Any]) -> str:
    if raw["kind"] == "NON_NULL":
        return _type(raw["ofType"]) + "!"
    return f"[{_type(raw['ofType'])}]" if raw["kind"] == "LIST" else str(raw["name"])


def _inputs(raw: list[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    return {one["name"]: (_type(one["type"]), one["defaultValue"]) for one in raw}


def test_every_type_field_argument_and_value_of_ours_is_official(
    schema: GraphQLSchema, official: Types
) -> None:
    ours = _types(introspection_from_schema(schema, input_value_deprecation=True))
    differences = []
    for name, mine in ours.items():
        if name.startswith("__"):
            continue
        theirs = official.get(name)
        if theirs is None or theirs["kind"] != mine["kind"]:
            differences.append(f"{name}: no such {mine['kind']}")
            continue
        differences += _compare(mine, theirs)
    assert differences == []


def _compare(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    name = mine["name"]
    told = []
    fields = {one["name"]: one for one in theirs["fields"] or ()}
    for field in mine["fields"] or ():
        other = fields.get(field["name"])
        if other is None or _type(field["type"]) != _type(other["type"]):
            told.append(f"{name}.{field['name']}: not there, or of another type")
        elif _inputs(field["args"]) != _inputs(other["args"]):
            told.append(f"{name}.{field['name']}: other arguments")
        elif field["isDeprecated"] != other["isDeprecated"]:
            told.append(f"{name}.{field['name']}: deprecated in one of the two only")
    told += [
        f"{name}: other {key}"
        for key in ("enumValues", "interfaces", "possibleTypes")
        if {one["name"] for one in mine[key] or ()} != {one["name"] for one in theirs[key] or ()}
    ]
    if _inputs(mine["inputFields"] or []) != _inputs(theirs["inputFields"] or []):
        told.append(f"{name}: other input fields")
    if bool(mine.get("isOneOf")) != bool(theirs.get("isOneOf")):
        told.append(f"{name}: @oneOf in one of the two only")
    return told


def test_every_champ_and_descriptor_of_the_official_schema_is_ours(
    schema: GraphQLSchema, official: Types
) -> None:
    for name in ("Champ", "ChampDescriptor", "Column", "Demandeur", "GeoArea"):
        wanted = {one["name"] for one in official[name]["possibleTypes"]}
        assert wanted <= set(schema.type_map)
    assert len(official["Champ"]["possibleTypes"]) == 28
