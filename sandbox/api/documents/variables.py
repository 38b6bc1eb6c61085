"""What is wrong with the variables of a request, in the words of DS's engine (graphql-ruby)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    is_enum_type,
    is_input_type,
    is_non_null_type,
    print_ast,
    type_from_ast,
    validate_input_value,
)

Json = dict[str, Any]

_OUT_OF_BOUNDS = re.compile(r"Int cannot represent non 32-bit signed integer value: (\S+)")


def refused_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> list[Json]:
    """Return an error for each variable of an operation whose value does not suit its type."""
    told = (
        _refused(schema, one, given.get(one.variable.name.value, Undefined))
        for one in operation.variable_definitions or ()
    )
    return [one for one in told if one is not None]


def _refused(schema: GraphQLSchema, defined: VariableDefinitionNode, value: Any) -> Json | None:
    of = type_from_ast(schema, defined.type)
    if not is_input_type(of):
        return None
    if value is Undefined and (defined.default_value is not None or not is_non_null_type(of)):
        return None
    value = None if value is Undefined else value
    problems: list[Json] = []

    def note(error: GraphQLError, path: list[str | int]) -> None:
        problems.append(_problem(schema, error.message, path, value))

    validate_input_value(value, of, note)
    if not problems:
        return None
    first = defined.loc.start_token if defined.loc else None
    places = [{"line": first.line, "column": first.column}] if first else []
    for problem in problems:
        if met := _OUT_OF_BOUNDS.search(problem["explanation"]):
            said = f"Integer out of bounds: {met[1]}"
            return {"message": said, "locations": places, "extensions": {"code": "bad_request"}}
    parts = [
        f"{'.'.join(map(str, one['path']))} ({one['explanation']})"
        for one in problems
        if one["path"]
    ]
    return {
        "message": f"Variable ${defined.variable.name.value} of type {print_ast(defined.type)}"
        " was provided invalid value" + (f" for {', '.join(parts)}" if parts else ""),
        "locations": places,
        "extensions": {"value": value, "problems": problems},
    }


def _problem(schema: GraphQLSchema, said: str, path: Sequence[str | int], whole: Any) -> Json:
    place = list(path)
    value = _at(whole, place)
    if met := re.match(
        r"Expected value of type '(\w+)' not to include unknown field '(\w+)'", said
    ):
        place, explanation = [*place, met[2]], f"Field is not defined on {met[1]}"
    elif met := re.match(r"Expected value of type '\w+' to include required field '(\w+)'", said):
        place, explanation = [*place, met[1]], "Expected value to not be null"
    elif "of non-null type" in said:
        explanation = "Expected value to not be null"
    elif met := re.match(r"Within OneOf Input Object type '(\w+)'", said):
        inner = value if isinstance(value, dict) else _at(whole, place[:-1])
        count = len(inner) if isinstance(inner, dict) else 0
        explanation = f"'{met[1]}' requires exactly one argument, but {count} were provided."
        if count == 1:
            explanation = f"'{met[1]}' requires exactly one argument, but its value is null."
    elif met := re.match(r"Value .+ does not exist in '(\w+)' enum", said):
        options = schema.type_map[met[1]]
        names = ", ".join(options.values) if is_enum_type(options) else ""
        explanation = f"Expected {_shown(value)} to be one of: {names}"
    elif _OUT_OF_BOUNDS.search(said):
        explanation = said
    elif met := re.match(r"(?:Int|Float|String|Boolean|ID) cannot represent", said):
        kind = met[0].partition(" ")[0]
        explanation = f"Could not coerce value {_shown(value)} to {kind}"
    else:
        explanation = said
    return {"path": place, "explanation": explanation}


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _shown(value: Any) -> str:
    return orjson.dumps(value).decode()
