"""POST /api/v2/graphql: from a request's bytes to an answer's, as DS gives it."""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
)

from sandbox.api.analysis import Analysis
from sandbox.api.executor import SandboxExecutor
from sandbox.api.instance import Context, Instance
from sandbox.api.prepared import Prepared
from sandbox.api.schema import schema_without
from sandbox.demarche.errors import InternalError, body
from sandbox.demarche.tokens import Token

Json = dict[str, Any]
_LOG = logging.getLogger("sandbox")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP answer before it is one."""

    status: int
    content: Json

    def encoded(self) -> bytes:
        """Return the body as JSON."""
        return orjson.dumps(self.content)


@dataclass(frozen=True, slots=True)
class Asked:
    """A readable request: what to execute, with what."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


class UnreadableRequest(Exception):  # noqa: N818  carries an answer, not a failure of the server
    """The request's bytes are no GraphQL request: the answer that says so."""

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def read(raw: bytes) -> Asked:
    """Read the body of a request.

    Raises:
        Unreadable: it is not JSON, or has no query, or variables that are not an object.
    """
    try:
        sent = orjson.loads(raw)
    except orjson.JSONDecodeError as cause:
        raise UnreadableRequest(
            HttpAnswer(400, body(f"Invalid JSON: {cause}", "bad_request"))
        ) from cause
    if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
        raise UnreadableRequest(
            HttpAnswer(200, {"errors": [{"message": "No query string was present"}]})
        )
    variables = sent.get("variables") or {}
    if isinstance(variables, str):
        try:
            variables = json.loads(variables)
        except ValueError as cause:
            raise UnreadableRequest(
                HttpAnswer(400, body(str(cause), "graphql_parse_failed"))
            ) from cause
    if not isinstance(variables, dict):
        raise UnreadableRequest(HttpAnswer(400, body("Unexpected variables", "bad_request")))
    return Asked(sent["query"], variables, sent.get("operationName") or None)


def prepare(instance: Instance, asked: Asked) -> Prepared:
    """Parse and validate what was asked.

    Raises:
        Unreadable: it does not parse, or is not valid against the schema of the instance.
    """
    schema = schema_without(frozenset(instance.switches.hidden_fields))
    try:
        prepared = instance.library.prepare(asked.query, schema)
    except GraphQLSyntaxError as cause:
        raise UnreadableRequest(HttpAnswer(200, {"errors": [_plain(cause)]})) from cause
    if prepared.errors:
        raise UnreadableRequest(
            HttpAnswer(200, {"errors": [_plain(one) for one in prepared.errors]})
        )
    return prepared


def operation_of(prepared: Prepared, asked: Asked) -> OperationDefinitionNode:
    """Return the operation to execute.

    Raises:
        Unreadable: there is none with that name, or it costs too much.
    """
    operation = prepared.operation(asked.operation_name)
    if operation is None:
        raise UnreadableRequest(
            HttpAnswer(200, {"errors": [{"message": "An operation name is required"}]})
        )
    return operation


def execute(
    instance: Instance,
    token: Token,
    prepared: Prepared,
    asked: Asked,
    base_url: str,
    *,
    caching: bool,
) -> HttpAnswer:
    """Execute a checked request."""
    operation = operation_of(prepared, asked)
    if instance.switches.complexity:
        refusal = Analysis(prepared.schema, prepared.document, asked.variables).refusal(operation)
        if refusal is not None:
            return HttpAnswer(200, {"errors": [{"message": refusal}]})
    context = Context(instance, token, prepared, asked.variables, base_url, caching)
    result = execute_sync(
        prepared.schema,
        prepared.document,
        context_value=context,
        variable_values=dict(asked.variables),
        operation_name=asked.operation_name,
        executor_class=SandboxExecutor,
    )
    return _answer(result)


def _answer(result: ExecutionResult) -> HttpAnswer:
    errors = result.errors or []
    crashes = [one.original_error for one in errors if _crashed(one)]
    for cause in crashes:
        if not isinstance(cause, InternalError):
            _LOG.error("the sandbox itself failed", exc_info=cause)
    if crashes:
        return crash()
    if result.data is None and errors and not any(one.path for one in errors):
        return HttpAnswer(200, {"errors": [_plain(one) for one in errors]})
    content: Json = {"data": result.data}
    if errors:
        content["errors"] = [_told(one) for one in errors]
    return HttpAnswer(200, content)


def crash() -> HttpAnswer:
    """Return the answer of a server that failed."""
    told = body("Internal Server Error", "internal_server_error", exception_id=str(uuid.uuid4()))
    return HttpAnswer(500, told)


def _crashed(error: GraphQLError) -> bool:
    cause = error.original_error
    return cause is not None and not isinstance(cause, GraphQLError) and not _is_null(error)


def _is_null(error: GraphQLError) -> bool:
    """Whether a field that may not be null was."""
    return error.message.startswith("Cannot return null for non-nullable field")


def _told(error: GraphQLError) -> Json:
    told: Json = dict(error.formatted)
    return {**told, "extensions": {"code": "invalid_null"}} if _is_null(error) else told


def _plain(error: GraphQLError) -> Json:
    shown: Json = {"message": error.message}
    if error.locations:
        shown["locations"] = [place.formatted for place in error.locations]
    return shown
