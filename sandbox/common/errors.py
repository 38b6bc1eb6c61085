"""Errors in the shapes that DS gives them."""

from typing import Any

from graphql import GraphQLError


class ApiError(GraphQLError):
    """A root error with its code; the place in the answer is added by the executor."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, extensions={"code": code})


class InternalError(Exception):
    """The server itself fails: HTTP 500 and an exception id, whatever was asked."""


class Refusal(Exception):  # noqa: N818  a business answer, not a failure of the server
    """A mutation says no: its payload carries the sentences, HTTP stays 200."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


def body(message: str, code: str | None = None, **extensions: Any) -> dict[str, Any]:
    """Return a GraphQL-shaped answer for a request refused before execution."""
    error: dict[str, Any] = {"message": message}
    if code is not None:
        error["extensions"] = {"code": code, **extensions}
    return {"errors": [error], "data": None}
