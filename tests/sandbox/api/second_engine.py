"""The sandbox beside a second engine: graphql-core over the official schema, with stub data.

Each is asked the same random documents; what differs must be one of `EXPECTED`, each of which is
justified in ``docs/decisions/0017-bac-a-sable.md``. A longer run, from the root of the project:

    .venv/bin/python -m tests.sandbox.api.second_engine 2000
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import requests
from graphql import (
    ExecutionResult,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_client_schema,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)

from sandbox.common.ids import champ_id, encode
from sandbox.generator.generate import generate
from sandbox.server import Sandbox, running_sandbox
from tests.official_schema import official_introspection
from tests.sandbox.api.random_documents import Documents, Values

Json = dict[str, Any]

_LEAVES: Json = {
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "BigInt": "1",
    "Coordinates": [],
}


@cache
def official() -> GraphQLSchema:
    """The official schema, able to answer with stubs."""
    schema = build_client_schema(official_introspection())
    for one in schema.type_map.values():
        if is_abstract_type(one):
            one.resolve_type = lambda value, *_: value["__typename"]
    return schema


def _stub(of: Any, schema: GraphQLSchema) -> Any:
    while is_non_null_type(of):
        of = of.of_type
    if is_list_type(of):
        inner = get_named_type(of)
        kinds = schema.get_possible_types(inner) if is_abstract_type(inner) else [inner]
        return [_stub(one, schema) for one in kinds]
    if is_enum_type(of):
        return next(iter(of.values.values())).value
    if is_leaf_type(of):
        return _LEAVES.get(of.name, "texte")
    return {"__typename": _first(of, schema)}


def _first(of: Any, schema: GraphQLSchema) -> str:
    possible: GraphQLAbstractType = of
    name: str = schema.get_possible_types(possible)[0].name if is_abstract_type(of) else of.name
    return name


def _resolve(_source: Any, info: GraphQLResolveInfo[Any], **_args: Any) -> Any:
    return _stub(info.return_type, info.schema)


def second(text: str) -> ExecutionResult:
    """Answer a document by the second engine."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    errors = validate(official(), document)
    if errors:
        return ExecutionResult(None, errors)
    return execute_sync(official(), document, field_resolver=_resolve)


# What may differ


@dataclass(frozen=True)
class Pair:
    """The two answers to one document."""

    text: str
    status: int
    ours: Json
    theirs: ExecutionResult

    @property
    def errors(self) -> list[Json]:
        """Ours."""
        return self.ours.get("errors") or []

    @property
    def codes(self) -> set[str]:
        """The codes of ours."""
        return {one.get("extensions", {}).get("code", "") for one in self.errors}

    @property
    def refused(self) -> bool:
        """Whether ours was refused before anything was executed."""
        return "data" not in self.ours

    @property
    def words(self) -> str:
        """What the second engine says."""
        return " ".join(one.message for one in self.theirs.errors or ())


EXPECTED: dict[str, Callable[[Pair], bool]] = {
    "fields of one name may differ in type": lambda pair: (
        not pair.refused and "conflicting types" in pair.words
    ),
    "an empty selection is refused": lambda pair: (
        "selectionMismatch" in pair.codes and "{ }" in pair.text
    ),
    "too complex or too deep": lambda pair: any(
        "exceeds max" in one["message"] for one in pair.errors
    ),
    "the server fails": lambda pair: (
        pair.status == 500
        and pair.codes == {"internal_server_error"}
        and any(known in pair.text for known in ("closed:", "deletedDossiers", "nnotation"))
    ),
    "what is asked does not exist or cannot be": lambda pair: (
        not pair.refused and pair.codes <= {"not_found", "bad_request", "unauthorized"}
    ),
}


def differences(pair: Pair) -> Iterator[str]:
    """Yield how two answers differ."""
    if pair.status not in {200, 500}:
        yield f"HTTP {pair.status}"
    if pair.refused is not (pair.theirs.data is None):
        yield "refused by one of the two"
        return
    if pair.refused:
        return
    if pair.errors:
        yield "errors in ours"
    else:
        yield from _shapes(pair.ours["data"], pair.theirs.data, "")


def _shapes(ours: Any, theirs: Any, place: str) -> Iterator[str]:
    match ours, theirs:
        case (None, _) | (_, None):
            return
        case dict(), dict():
            if ours.get("__typename") == theirs.get("__typename"):
                if list(ours) != list(theirs):
                    yield f"{place}: {sorted(set(ours) ^ set(theirs)) or 'another order'}"
                for key in ours.keys() & theirs.keys():
                    yield from _shapes(ours[key], theirs[key], f"{place}.{key}")
        case list(), list():
            for one in ours:
                yield from _shapes(one, _alike(one, theirs), f"{place}[]")
        case _ if _sort(ours) != _sort(theirs):
            yield f"{place}: {ours!r} and {theirs!r}"


def _alike(one: Any, theirs: list[Any]) -> Any:
    """Return the stub of the type of a row of ours."""
    if not isinstance(one, dict):
        return theirs[0] if theirs else None
    kind = one.get("__typename")
    return next((each for each in theirs if each.get("__typename") == kind), kind or None)


def _sort(value: Any) -> str:
    return (
        "number" if isinstance(value, int | float) and value is not True else type(value).__name__
    )


# The run


@dataclass
class Report:
    """What was asked and what differed."""

    asked: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)


def compare(sandbox: Sandbox, *, queries: int, seed: int) -> Report:
    """Ask both engines so many queries, as many mistaken ones, and each mutation once."""
    report = Report()
    documents = Documents(official(), seed=seed, values=_values(sandbox))
    root = official().mutation_type
    assert root is not None
    asked = [("query", documents.query()) for _ in range(queries)]
    asked += [(f"mistake: {name}", text) for text, name in (documents.mistaken() for _ in asked)]
    asked += [("mutation", documents.mutation(name)) for name in sorted(root.fields)]
    header = {"Authorization": f"Bearer {sandbox.token}"}
    with requests.Session() as session:
        for kind, text in asked:
            answer = session.post(sandbox.url, json={"query": text}, headers=header, timeout=60)
            pair = Pair(text, answer.status_code, answer.json(), second(text))
            report.asked[kind] += 1
            told = list(differences(pair))
            if told:
                why = next((name for name, known in EXPECTED.items() if known(pair)), None)
                if why is None:
                    report.unexpected.append(f"{kind}: {told[:3]}\n{text}\n{pair.errors[:2]}")
                else:
                    report.expected[why] += 1
    return report


def _values(sandbox: Sandbox) -> Values:
    numbers = sorted(sandbox.control.snapshots(sandbox.demarche))[:3]
    fields = "groupeInstructeurs { id number instructeurs { id } }"
    query = f"{{ demarche(number: {sandbox.demarche}) {{ {fields} }} }}"
    header = {"Authorization": f"Bearer {sandbox.token}"}
    told = requests.post(sandbox.url, json={"query": query}, headers=header, timeout=60).json()
    groupes = told["data"]["demarche"]["groupeInstructeurs"]
    robot = groupes[0]["instructeurs"][0]["id"]
    dossier = encode("Dossier", numbers[0])
    return {
        "demarche": lambda choose: choose.choice(["{number: 48213}", "{number: 7}"]),
        "demarche.number": lambda choose: choose.choice(["48213"] * 9 + ["7"]),
        "dossier.number": lambda choose: f"{choose.choice([*numbers, 7])}",
        "groupeInstructeur.number": lambda _: f"{groupes[0]['number']}",
        "dossierId": lambda _: f'"{dossier}"',
        "instructeurId": lambda _: f'"{robot}"',
        "annotationId": lambda choose: f'"{champ_id(choose.choice([901, 903, 904, 907, 999]))}"',
        "id": lambda choose: f'"{champ_id(choose.choice([901, 903, 904, 907, 7, 15]))}"',
        "after": lambda _: "null",
        "before": lambda _: "null",
        "Int": lambda choose: f"{choose.randrange(4)}",
        "Float": lambda _: "1.5",
        "Boolean": lambda choose: choose.choice(["true", "false"]),
        "String": lambda choose: choose.choice(['"texte"', '""']),
        "ID": lambda choose: f'"{choose.choice(groupes)["id"]}"',
        "ISO8601Date": lambda _: '"2026-01-31"',
        "ISO8601DateTime": lambda _: '"2026-01-31T10:00:00Z"',
    }


def main(queries: int) -> int:
    """Compare at length, on a sandbox of its own; print what differed."""
    with (
        tempfile.TemporaryDirectory() as home,
        running_sandbox(Path(home), seeds=generate(10, seed=1), rate_limit=10**9) as sandbox,
    ):
        report = compare(sandbox, queries=queries, seed=queries)
    for title, counts in (("asked", report.asked), ("expected to differ", report.expected)):
        sys.stdout.write(f"{title}\n")
        sys.stdout.writelines(f"  {count:6} {name}\n" for name, count in counts.most_common())
    sys.stdout.writelines(f"UNEXPECTED {one}\n\n" for one in report.unexpected)
    return 1 if report.unexpected else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
