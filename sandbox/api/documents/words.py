"""How DS's engine (graphql-ruby) says what graphql-core found wrong, and with which code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import Node, VariableDefinitionNode

Parts = dict[str, str]

_PLACES = {
    "query": "queries",
    "mutation": "mutations",
    "field": "fields",
    "fragment_definition": "fragment definitions",
    "fragment_spread": "fragment spreads",
    "inline_fragment": "inline fragments",
}


@dataclass(frozen=True, slots=True)
class MistakeWording:
    """One kind of mistake.

    Attributes:
        pattern: what graphql-core says.
        message: what graphql-ruby says, with the parts of ``pattern``.
        code: its code.
        details: what stands beside the code.
        on: type of node that it must be in, if only in one.
        more: parts worked out from the others.
    """

    pattern: str
    message: str
    code: str
    details: Mapping[str, str] = field(default_factory=dict)
    on: type[Node] | None = None
    more: Callable[[Parts], Parts] | None = None

    def suits(self, above: Sequence[Node]) -> bool:
        """Say whether the saying is about a node with such nodes above it."""
        return self.on is None or any(isinstance(node, self.on) for node in above)


def _mismatch(parts: Parts) -> Parts:
    """Say in what the type of a variable and that of its argument differ."""
    plain = [parts[name].translate({ord(one): None for one in "[]!"}) for name in ("of", "wanted")]
    if plain[0] != plain[1]:
        return {"kind": "Type mismatch"}
    if parts["of"].count("[") != parts["wanted"].count("["):
        return {"kind": "List dimension mismatch"}
    return {"kind": "Nullability mismatch"}


def _places(parts: Parts) -> Parts:
    where = parts["where"].lower()
    return {"where": _PLACES.get(where, where), "target": where}


_IN = r"(?: (?:by|in) operation '(?P<operation>\w+)')?\.$"

WORDS = (
    MistakeWording(
        r"Cannot query field '(?P<name>\w+)' on type '(?P<of>\w+)'",
        "Field '{name}' doesn't exist on type '{of}'",
        "undefinedField",
        {"typeName": "{of}", "fieldName": "{name}"},
    ),
    MistakeWording(
        r"Unknown argument '(?P<argument_name>\w+)' on field '(?:\w+\.)?(?P<name>\w+)'",
        "Field '{name}' doesn't accept argument '{argument_name}'",
        "argumentNotAccepted",
        {"name": "{name}", "typeName": "Field", "argumentName": "{argument_name}"},
    ),
    MistakeWording(
        r"Unknown argument '(?P<argument_name>\w+)' on directive '@(?P<name>\w+)'",
        "Directive '{name}' doesn't accept argument '{argument_name}'",
        "argumentNotAccepted",
        {"name": "{name}", "typeName": "Directive", "argumentName": "{argument_name}"},
    ),
    MistakeWording(
        r"Expected value of type '(?P<of>\w+)' not to include unknown field '(?P<name>\w+)'",
        "InputObject '{of}' doesn't accept argument '{name}'",
        "argumentNotAccepted",
        {"name": "{of}", "typeName": "InputObject", "argumentName": "{name}"},
    ),
    MistakeWording(
        r"Argument '(?:\w+\.)?(?P<name>\w+)\((?P<lacking>\w+):\)' of type '.+' is required",
        "Field '{name}' is missing required arguments: {lacking}",
        "missingRequiredArguments",
        {"className": "Field", "name": "{name}", "arguments": "{lacking}"},
    ),
    MistakeWording(
        r"Argument '@(?P<name>\w+)\((?P<lacking>\w+):\)' of type '.+' is required",
        "Directive '{name}' is missing required arguments: {lacking}",
        "missingRequiredArguments",
        {"className": "Directive", "name": "{name}", "arguments": "{lacking}"},
    ),
    MistakeWording(
        r"Expected value of type '(?P<of>\w+)' to include required field '(?P<name>\w+)'",
        "Argument '{name}' on InputObject '{of}' is required. Expected type {needed}",
        "missingRequiredInputObjectAttribute",
        {"argumentName": "{name}", "argumentType": "{needed}", "inputObjectType": "{of}"},
    ),
    MistakeWording(
        r"Within OneOf Input Object type '(?P<of>\w+)'",
        "OneOf Input Object '{of}' must specify exactly one key.",
        "invalidOneOfInputObject",
        {"inputObjectType": "{of}"},
    ),
    MistakeWording(
        r"Variable '\$(?P<variable>\w+)' is not defined" + _IN,
        "Variable ${variable} is used by {operation} but not declared",
        "variableNotDefined",
        {"variableName": "{variable}"},
    ),
    MistakeWording(
        r"Variable '\$(?P<variable>\w+)' is never used" + _IN,
        "Variable ${variable} is declared by {operation} but not used",
        "variableNotUsed",
        {"variableName": "{variable}"},
    ),
    MistakeWording(
        r"Variable '\$(?P<variable>\w+)' of type '(?P<of>\S+)' used in position"
        r" expecting type '(?P<wanted>\S+)'",
        "{kind} on variable ${variable} and argument {argument} ({of} / {wanted})",
        "variableMismatch",
        {
            "variableName": "{variable}",
            "typeName": "{of}",
            "argumentName": "{argument}",
            "errorMessage": "{kind}",
        },
        more=_mismatch,
    ),
    MistakeWording(
        r"Variable '\$(?P<variable>\w+)' cannot be non-input type '(?P<of>\S+)'",
        "{of} isn't a valid input type (on ${variable})",
        "variableRequiresValidType",
        {"typeName": "{of}", "variableName": "{variable}"},
    ),
    MistakeWording(
        r"There can be only one variable named '\$(?P<variable>\w+)'",
        'There can only be one variable named "{variable}"',
        "variableNotUnique",
        {"variableName": "{variable}"},
    ),
    MistakeWording(
        r"Fragment '(?P<name>\w+)' is never used",
        "Fragment {name} was defined, but not used",
        "useAndDefineFragment",
        {"fragmentName": "{name}"},
    ),
    MistakeWording(
        r"Unknown fragment '(?P<name>\w+)'",
        "Fragment {name} was used, but not defined",
        "useAndDefineFragment",
        {"fragmentName": "{name}"},
    ),
    MistakeWording(
        r"Cannot spread fragment '(?P<name>\w+)' within itself",
        "Fragment {name} contains an infinite loop",
        "infiniteLoop",
        {"fragmentName": "{name}"},
    ),
    MistakeWording(
        r"There can be only one fragment named '(?P<name>\w+)'",
        'Fragment name "{name}" must be unique',
        "fragmentNotUnique",
        {"fragmentName": "{name}"},
    ),
    MistakeWording(
        r"Fragment (?:'\w+' )?cannot condition on non composite type '(?P<of>\w+)'",
        "Invalid fragment on type {of} (must be Union, Interface or Object)",
        "fragmentOnNonCompositeType",
        {"typeName": "{of}"},
    ),
    MistakeWording(
        r"Fragment '(?P<name>\w+)' cannot be spread here as objects of type '(?P<over>\w+)'"
        r" can never be of type '(?P<of>\w+)'",
        "Fragment {name} on {of} can't be spread inside {over}",
        "cannotSpreadFragment",
        {"typeName": "{of}", "fragmentName": "{name}", "parentName": "{over}"},
    ),
    MistakeWording(
        r"Fragment cannot be spread here as objects of type '(?P<over>\w+)'"
        r" can never be of type '(?P<of>\w+)'",
        "Fragment on {of} can't be spread inside {over}",
        "cannotSpreadFragment",
        {"typeName": "{of}", "fragmentName": "unknown", "parentName": "{over}"},
    ),
    MistakeWording(
        r"Unknown type '(?P<of>\w+)'",
        "{of} isn't a defined input type (on ${variable})",
        "variableRequiresValidType",
        {"typeName": "{of}", "variableName": "{variable}"},
        on=VariableDefinitionNode,
    ),
    MistakeWording(
        r"Unknown type '(?P<of>\w+)'",
        "No such type {of}, so it can't be a fragment condition",
        "undefinedType",
        {"typeName": "{of}"},
    ),
    MistakeWording(
        r"Unknown directive '@(?P<name>\w+)'",
        "Directive @{name} is not defined",
        "undefinedDirective",
        {"directiveName": "{name}"},
    ),
    MistakeWording(
        r"Directive '@(?P<name>\w+)' may not be used on (?P<where>\w+)",
        "'@{name}' can't be applied to {where}"
        " (allowed: fields, fragment spreads, inline fragments)",
        "directiveCannotBeApplied",
        {"targetName": "{target}", "name": "{name}"},
        more=_places,
    ),
    MistakeWording(
        r"The directive '@(?P<name>\w+)' can only be used once",
        'The directive "{name}" can only be used once at this location.',
        "directiveNotUniqueForLocation",
        {"directiveName": "{name}"},
    ),
    MistakeWording(
        r"There can be only one argument named '(?P<name>\w+)'",
        'There can be only one argument named "{name}"',
        "argumentNotUnique",
        {"name": "{name}"},
    ),
    MistakeWording(
        r"There can be only one input field named '(?P<name>\w+)'",
        'There can be only one input field named "{name}"',
        "inputFieldNotUnique",
        {"name": "{name}"},
    ),
    MistakeWording(
        r"There can be only one operation named '(?P<name>\w+)'",
        'Operation name "{name}" must be unique',
        "uniquelyNamedOperations",
        {"operationName": "{name}"},
    ),
    MistakeWording(
        r"This anonymous operation must be the only defined operation",
        "Operation name is required when multiple operations are present",
        "uniquelyNamedOperations",
    ),
    MistakeWording(
        r"The subscription operation is not supported",
        "Schema is not configured for subscriptions",
        "missingSubscriptionConfiguration",
    ),
    MistakeWording(
        r"The .+ definition is not executable",
        "Query cannot contain schema definitions",
        "queryContainsSchemaDefinitions",
    ),
)
