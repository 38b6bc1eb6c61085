"""Every type has a French name."""

from pathlib import Path

from graphql import GraphQLEnumType, build_schema

from mappings.schema.model import FIELD_TYPES
from mappings.schema.names import CHAMP_TYPES, FIELD_NAMES


def test_each_type_of_the_official_schema_and_of_ours_has_a_name() -> None:
    text = (Path(__file__).parents[3] / "sandbox" / "schema.graphql").read_text("utf-8")
    kinds = build_schema(text).type_map["TypeDeChamp"]
    assert isinstance(kinds, GraphQLEnumType)
    assert set(kinds.values) == set(CHAMP_TYPES)
    assert set(FIELD_NAMES) == set(FIELD_TYPES)
    assert len(set(CHAMP_TYPES.values())) == len(CHAMP_TYPES), "two types of one name"
