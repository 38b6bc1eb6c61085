"""Optional lists (deletions, …): when DS gives none, it is reported and the run goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from clients.errors import DsBadRequest, DsNotFound, DsSchemaMismatch, DsUnavailable
from steps.wiring.summary import Summary

NOT_GIVEN = (DsUnavailable, DsSchemaMismatch, DsBadRequest, DsNotFound)
"""What says that a list is not to be had; a refused token is no such thing."""


@contextmanager
def done_without(summary: Summary, what: str, *, remedy: str) -> Iterator[None]:
    """Go on without a list that DS does not give; a refused token still stops the run.

    Args:
        summary: Where it is told.
        what: The list, as the subject of a French sentence.
        remedy: What takes over, or what to do; a French clause.
    """
    try:
        yield
    except NOT_GIVEN as error:
        summary.set_aside.append(f"{what} n'a pas pu être lue ({_bare(error)}) : {remedy}.")


def _bare(error: Exception) -> str:
    """A sentence that stands inside another."""
    return str(error).rstrip(".")
