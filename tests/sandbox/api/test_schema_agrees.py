"""Our SDL and the official schema are the same, both ways; newer parts add what is named here."""

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, introspection_from_schema, validate_schema

from sandbox.api.schema import schema_with
from sandbox.demarche.switches import NEWER
from tests.official_schema import official_introspection

ROOT = Path(__file__).parents[3]
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


LEFT_OUT: set[str] = set()
"""What the official schema of January 2026 has and ours has not: nothing any more."""

ADDED = {
    "assignments": {"DossierAssignment", "DossierAssignmentMode", "Dossier.assignments"},
    "conditions": {
        "Ineligibilite",
        "LogicExpression",
        "Revision.ineligibilite",
        "ChampDescriptor.condition",
        "ChampDescriptor.conditionExpression",
    },
    "correction_cancelling": {
        "DossierAnnulerDemandeCorrectionInput",
        "DossierAnnulerDemandeCorrectionPayload",
        "DossierSupprimerMessageInput.cancelCorrection",
        "Mutation.dossierAnnulerDemandeCorrection",
    },
    "champ_types": {
        *(
            f"{stem}ChampDescriptor"
            for stem in ("AAH", "AEEH", "ARS", "EtudiantBoursier", "PreRempli", "QuotientFamilial")
        ),
        *(
            f"TypeDeChamp.{kind}"
            for kind in (
                "aah",
                "aeeh",
                "ars",
                "etudiant_boursier",
                "pre_rempli",
                "quotient_familial",
            )
        ),
    },
    "annotation_types": {
        f"AnnotationValueInput.{key}"
        for key in (
            "civilite",
            "departements",
            "dossierLink",
            "formatted",
            "iban",
            "pays",
            "phone",
            "pieceJustificative",
            "regions",
        )
    },
    "descriptors": {
        "DemarcheDescriptorConnection",
        "DemarcheDescriptorEdge",
        "DemarcheDescriptor.dossiersCount",
        "DemarcheDescriptor.forIndividual",
        "Query.demarcheDescriptors",
    },
    "dates": {
        "Champ.prefilledValueModified",
        "Dossier.dateAccuseLectureAgreement",
        "Dossier.dateDerniereModificationChampsParInstructeur",
    },
    "natures": {"PieceJustificativeChamp.nature"},
}
"""What each part newer than January 2026 adds, beside the same fields of implementing types."""
GONE = {
    f"{prefix}{stem}{suffix}"
    for prefix, stems, suffix in (
        ("", ("Cnaf", "Dgfip", "Mesri", "PoleEmploi"), "ChampDescriptor"),
        ("TypeDeChamp.", ("cnaf", "dgfip", "mesri", "pole_emploi"), ""),
    )
    for stem in stems
}


def _names(types: Types) -> set[str]:
    """Every type, and every field, input field and value of one."""
    inner = {
        f"{name}.{one['name']}"
        for name, told in types.items()
        for key in ("fields", "inputFields", "enumValues")
        for one in told[key] or ()
    }
    return {name for name in {*types, *inner} if not name.startswith("__")}


def test_what_the_official_schema_has_and_ours_has_not_is_named(
    schema: GraphQLSchema, official: Types
) -> None:
    ours = _types(introspection_from_schema(schema, input_value_deprecation=True))
    assert _names(official) - _names(ours) == LEFT_OUT
    for name in ("Champ", "ChampDescriptor", "Column", "Demandeur", "GeoArea"):
        wanted = {one["name"] for one in official[name]["possibleTypes"]}
        assert {one["name"] for one in ours[name]["possibleTypes"]} == wanted


@pytest.mark.slow
@pytest.mark.parametrize("part", NEWER)
def test_each_newer_part_adds_what_is_named_and_takes_away_what_is_gone(
    part: str, official: Types
) -> None:
    newer = schema_with(frozenset(), frozenset({part}))
    assert validate_schema(newer) == []
    names = _names(_types(introspection_from_schema(newer, input_value_deprecation=True)))
    shared = ADDED[part] & {name for name in names if name.startswith(("Champ.", "ChampDes"))}
    own = {name.split(".")[-1] for name in shared}
    added = {
        name
        for name in names - _names(official)
        if name.partition(".")[0] in {"Champ", "ChampDescriptor"}
        or name.split(".")[-1] not in own
        or name in ADDED[part]
    }
    inherited = {name for name in added if name.partition(".")[0] in ADDED[part] and "." in name}
    assert added - inherited == ADDED[part]
    gone = _names(official) - names
    assert {name for name in gone if name.partition(".")[0] not in GONE} == (
        {name for name in GONE if "." in name} if part == "champ_types" else set()
    )


def test_all_newer_parts_stand_together() -> None:
    assert validate_schema(schema_with(frozenset(), frozenset(NEWER))) == []
