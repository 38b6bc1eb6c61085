"""What is wrong with a document, in the words and codes of DS's engine (graphql-ruby).

graphql-core finds the mistakes; `WORDS` says each of them again. Three rules differ: an empty
selection is refused, only names and arguments of fields must agree (graphql-ruby lets types
differ), and the arguments that a field lacks are told together.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    ScalarLeafsRule,
    SelectionNode,
    ValidationRule,
    VariableDefinitionNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    print_ast,
    specified_rules,
    validate,
)

from sandbox.api.documents.words import WORDS, MistakeWording

Json = dict[str, Any]


class _Selections(ValidationRule):
    """Objects have selections, scalars have none: an empty one is none."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> None:
        root = self.context.get_type()
        if root is not None and not node.selection_set.selections:
            kind = node.operation.value
            name = f"{kind} '{node.name.value}'" if node.name else "anonymous query"
            shown = node.name.value if node.name else ""
            self._lacks(node, name, f"{root}", shown)

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        found = self.context.get_type()
        if found is None:
            return
        of, selected = get_named_type(found), node.selection_set
        name = f"field '{node.name.value}'"
        if is_composite_type(of) and not (selected and selected.selections):
            self._lacks(node, name, of.name, node.name.value)
        elif is_leaf_type(of) and selected and selected.selections:
            inner = ", ".join(f'"{_selected(one)}"' for one in selected.selections)
            said = (
                f"Selections can't be made on scalars ({name} returns {of.name}"
                f" but has selections [{inner}])"
            )
            self.report_error(_coded(said, node, "selectionMismatch", nodeName=name, type=of.name))

    def _lacks(self, node: Node, name: str, of: str, shown: str) -> None:
        said = (
            f"Field must have selections ({name} returns {of} but has no selections."
            f" Did you mean '{shown} {{ ... }}'?)"
        )
        self.report_error(_coded(said, node, "selectionMismatch", nodeName=name, typeName=of))


def _selected(node: SelectionNode) -> str:
    match node:
        case FieldNode() | FragmentSpreadNode():
            return node.name.value
        case InlineFragmentNode(type_condition=on) if on is not None:
            return f"... on {on.name.value} {{ ... }}"
    return "... { ... }"


def _coded(said: str, node: Node, code: str, **details: str) -> GraphQLError:
    return GraphQLError(said, node, extensions={"code": code, **details})


_RULES = [
    _Selections if rule is ScalarLeafsRule else rule
    for rule in specified_rules
    if rule is not OverlappingFieldsCanBeMergedRule
]
_CONFLICT = re.compile(
    r"'(\w+)'\s+conflict because"
    r" (?:'(\w+)' and '(\w+)' are different fields|they have (differing) arguments)"
)


def mistakes(schema: GraphQLSchema, document: DocumentNode) -> list[Json]:
    """Return what is wrong with a document, as DS tells it; nothing if it is valid."""
    found = validate(schema, document, _RULES)
    told = list(_joined(_said(one, schema, document) for one in found))
    if not told:  # fragments in a circle would never end
        told = list(_conflicts(schema, document))
    return told


def _conflicts(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Json]:
    for one in validate(schema, document, [OverlappingFieldsCanBeMergedRule]):
        for name, first, second, differing in _CONFLICT.findall(one.message):
            nodes = [node for node in one.nodes or () if isinstance(node, FieldNode)]
            kind, sides = "a field", f"{first} or {second}"
            if differing:
                told = (
                    {each.name.value: print_ast(each.value) for each in node.arguments or ()}
                    for node in nodes[:2]
                )
                kind, sides = "an argument", " or ".join(orjson.dumps(one).decode() for one in told)
            yield {
                "message": f"Field '{name}' has {kind} conflict: {sides}?",
                "locations": [place.formatted for place in one.locations or ()],
                "path": [],
                "extensions": {"code": "fieldConflict", "fieldName": name, "conflicts": sides},
            }


def _joined(told: Iterator[Json]) -> Iterator[Json]:
    """Tell the arguments that one field lacks together."""
    lacking: dict[tuple[str, ...], Json] = {}
    for one in told:
        details = one["extensions"]
        if details.get("code") != "missingRequiredArguments":
            yield one
            continue
        key = (*map(str, one["path"]), details["name"])
        first = lacking.setdefault(key, one)
        if first is one:
            yield one
        else:
            first["message"] += f", {details['arguments']}"
            first["extensions"]["arguments"] += f", {details['arguments']}"


def _said(error: GraphQLError, schema: GraphQLSchema, document: DocumentNode) -> Json:
    nodes = error.nodes or [document]
    path, above = _place(document, nodes[-1])
    extensions: Json = dict(error.extensions or {})
    message = error.message
    if not extensions:
        message, extensions = _worded(error, schema, above)
    return {
        "message": message,
        "locations": [place.formatted for place in error.locations or ()][-1:],
        "path": path,
        "extensions": extensions,
    }


def _worded(error: GraphQLError, schema: GraphQLSchema, above: list[Node]) -> tuple[str, Json]:
    for saying in WORDS:
        met = re.match(saying.pattern, error.message)
        if met and saying.suits(above):
            parts = met.groupdict(default="anonymous query")
            of = schema.get_type(parts.get("of", ""))
            asked = getattr(of, "fields", {}).get(parts.get("name"))
            parts["needed"] = f"{asked.type}" if asked else ""
            return _filled(saying, parts, above)
    return _literal(error, schema, above)


def _filled(saying: MistakeWording, parts: dict[str, str], above: list[Node]) -> tuple[str, Json]:
    argument = next((node for node in reversed(above) if isinstance(node, ArgumentNode)), None)
    defined = next((one for one in above if isinstance(one, VariableDefinitionNode)), None)
    parts["argument"] = argument.name.value if argument else parts.get("argument", "")
    parts["variable"] = parts.get("variable") or (defined.variable.name.value if defined else "")
    if saying.more is not None:
        parts |= saying.more(parts)
    details = {name: value.format(**parts) for name, value in saying.details.items()}
    return saying.message.format(**parts), {"code": saying.code, **details}


def _literal(error: GraphQLError, schema: GraphQLSchema, above: list[Node]) -> tuple[str, Json]:
    """Say that a value does not suit its argument."""
    code = "argumentLiteralsIncompatible"
    if any(isinstance(node, VariableDefinitionNode) for node in above):
        return error.message, {"code": "defaultValueInvalidType"}
    holder, value, name, owner, of = _argument(schema, above)
    if not name:
        return error.message, {"code": code}
    said = (
        f"Argument '{name}' on {holder} '{owner}' has an invalid value ({value})."
        f" Expected type '{of}'."
    )
    return said, {"code": code, "typeName": holder, "argumentName": name}


def _argument(schema: GraphQLSchema, above: list[Node]) -> tuple[str, str, str, str, str]:
    """Say which argument a value is given to: its holder, text, name, owner, type."""
    first = above[0] if above else None
    operation = first.operation if isinstance(first, OperationDefinitionNode) else None
    owner: Any = schema.get_root_type(operation) if operation else None
    told = ("", "", "", "", "")
    holder, name_of_owner, arguments = "", "", dict[str, Any]()
    for node in above:
        match node:
            case FragmentDefinitionNode() | InlineFragmentNode():
                condition = node.type_condition
                owner = schema.get_type(condition.name.value) if condition else owner
            case FieldNode():
                found = schema.get_field(owner, node.name.value) if owner else None
                holder, name_of_owner = "Field", node.name.value
                arguments = dict(found.args) if found else {}
                owner = get_named_type(found.type) if found else None
            case ArgumentNode() | ObjectFieldNode():
                given = arguments.get(node.name.value)
                of = given.type if given else None
                told = (holder, print_ast(node.value), node.name.value, name_of_owner, f"{of}")
                inner = get_named_type(of) if of else None
                holder, name_of_owner = "InputObject", inner.name if inner else ""
                arguments = dict(getattr(inner, "fields", {}))
    return told


_STEPS: dict[type[Node], Callable[[Any], str]] = {
    FieldNode: lambda node: (node.alias or node.name).value,
    ArgumentNode: lambda node: node.name.value,
    ObjectFieldNode: lambda node: node.name.value,
    FragmentSpreadNode: lambda node: f"... {node.name.value}",
    FragmentDefinitionNode: lambda node: f"fragment {node.name.value}",
    InlineFragmentNode: lambda node: (
        f"... on {node.type_condition.name.value}" if node.type_condition else "..."
    ),
    OperationDefinitionNode: lambda node: (
        f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
    ),
}


def _place(document: DocumentNode, wanted: Node) -> tuple[list[str | int], list[Node]]:
    """Return the path of a node as graphql-ruby writes it, and the nodes that it is in."""
    above = next(_reaching(document, wanted), [])
    path: list[str | int] = []
    for at, node in enumerate(above):
        step = _STEPS.get(type(node))
        if step is not None:
            path.append(step(node))
        values = getattr(node, "values", None)
        if values is not None and at + 1 < len(above) and above[at + 1] in values:
            path.append(values.index(above[at + 1]))
    return path, above


def _reaching(node: Node, wanted: Node) -> Iterator[list[Node]]:
    for key in node.keys:
        value = getattr(node, key, None)
        for inner in value if isinstance(value, list | tuple) else (value,):
            if inner is wanted:
                yield [inner]
            elif isinstance(inner, Node):
                for below in _reaching(inner, wanted):
                    yield [inner, *below]
