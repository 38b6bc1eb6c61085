"""Control API (first part)."""

from starlette.routing import Route

from sandbox.instance import Instance


def control_routes(instance: Instance) -> list[Route]:
    """Return the routes of the control API."""
    return []
