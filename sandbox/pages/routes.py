"""Every page of a sandbox, and what they wear."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from sandbox.api.instance import Instance
from sandbox.pages import administrator, declarant, faults, instructeur, training
from sandbox.pages.view import HEADERS, HERE

_WORN = {"bac-a-sable.css": "text/css", "bac-a-sable.svg": "image/svg+xml"}


def page_routes(instance: Instance) -> list[Route]:
    """Return the routes of the pages."""
    return [
        *declarant.routes(instance),
        *instructeur.routes(instance),
        *administrator.routes(instance),
        *faults.routes(instance),
        *training.routes(instance),
        *(Route(f"/{name}", _worn) for name in _WORN),
    ]


async def _worn(request: Request) -> Response:
    name = request.url.path.lstrip("/")
    return FileResponse(HERE / "static" / name, media_type=_WORN[name], headers=HEADERS)
