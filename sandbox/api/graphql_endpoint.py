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

from sandbox.api.documents import prepared as documents
from sandbox.api.documents.analysis import Analysis
from sandbox.api.documents.prepared import Prepared
from sandbox.api.documents.stored import stored_query
from sandbox.api.documents.variables import refused_variables
from sandbox.api.executor import SandboxExecutor
from sandbox.api.instance import Context, Instance
from sandbox.api.schema import schema_of
from sandbox.common.errors import ApiError, InternalError, body
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
class GraphqlRequest:
    """A readable request: what to execute, with what."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    stored: str = ""
    """Name of the stored document that is asked instead of ``query``."""


class UnreadableRequest(Exception):  # noqa: N818  carries an answer, not a failure of the server
    """The request's bytes are no GraphQL request: the answer that says so."""

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def read(raw: bytes) -> GraphqlRequest:
    """Read the body of a request.

    Raises:
        UnreadableRequest: it is not JSON, or its variables are not an object.
    """
    try:
        sent = orjson.loads(raw)
    except orjson.JSONDecodeError as cause:
        raise UnreadableRequest(
            HttpAnswer(400, body(f"Invalid JSON: {cause}", "bad_request"))
        ) from cause
    sent = sent if isinstance(sent, dict) else {}
    stored = sent.get("queryId") or ""
    query = sent.get("query") or ""
    variables = _variables(sent.get("variables"))
    if stored and "includeAnotations" in variables:  # misspelled for years, and still taken
        variables.setdefault("includeAnnotations", variables["includeAnotations"])
    return GraphqlRequest(f"{query}", variables, sent.get("operationName") or None, f"{stored}")


def _variables(told: Any) -> Json:
    if isinstance(told, str) and told:
        try:
            told = json.loads(told)
        except ValueError as cause:
            raise UnreadableRequest(
                HttpAnswer(400, body(str(cause), "graphql_parse_failed"))
            ) from cause
    if told and not isinstance(told, dict):
        said = f"Unexpected parameter: {told}"
        raise UnreadableRequest(HttpAnswer(400, body(said, "bad_request")))
    return dict(told or {})


def prepare(instance: Instance, asked: GraphqlRequest) -> Prepared:
    """Parse and validate what was asked.

    Raises:
        UnreadableRequest: there is nothing to parse, it does not parse, or is not valid against the
            schema of the instance.
    """
    schema = schema_of(instance.switches)
    try:
        text = stored_query(asked.stored, schema) if asked.stored else asked.query
        if not text.strip():
            raise UnreadableRequest(_refusal("No query string was present"))
        prepared = documents.prepare(text, schema)
    except ApiError as cause:
        told = body(cause.message, str((cause.extensions or {}).get("code")))
        raise UnreadableRequest(HttpAnswer(400, told)) from cause
    except GraphQLSyntaxError as cause:
        raise UnreadableRequest(HttpAnswer(200, {"errors": [_plain(cause)]})) from cause
    if prepared.errors:
        raise UnreadableRequest(HttpAnswer(200, {"errors": prepared.errors}))
    return prepared


def _refusal(message: str) -> HttpAnswer:
    return HttpAnswer(200, {"errors": [{"message": message}]})


def operation_of(prepared: Prepared, asked: GraphqlRequest) -> OperationDefinitionNode:
    """Return the operation to execute.

    Raises:
        UnreadableRequest: there is none with that name, or no saying which.
    """
    operation = prepared.operation(asked.operation_name)
    if operation is None:
        name = asked.operation_name
        said = f'No operation named "{name}"' if name else "An operation name is required"
        raise UnreadableRequest(_refusal(said))
    return operation


def execute(
    instance: Instance,
    token: Token,
    prepared: Prepared,
    asked: GraphqlRequest,
    base_url: str,
    *,
    caching: bool,
) -> HttpAnswer:
    """Execute a checked request."""
    operation = operation_of(prepared, asked)
    if instance.switches.complexity:
        refusal = Analysis(prepared.schema, prepared.document, asked.variables).refusal(operation)
        if refusal is not None:
            return _refusal(refusal)
    refused = refused_variables(prepared.schema, operation, asked.variables)
    if refused:
        return HttpAnswer(200, {"errors": refused})
    context = Context(instance, token, prepared, asked.variables, base_url, caching)
    result = execute_sync(
        prepared.schema,
        prepared.document,
        context_value=context,
        variable_values=dict(asked.variables),
        operation_name=operation.name.value if operation.name else None,
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
