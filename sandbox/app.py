"""The HTTP face of the sandbox: the GraphQL endpoint, files, pages of dossiers, control."""

import asyncio
from collections.abc import Callable
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import fault_effects, views
from sandbox.api import graphql_endpoint as endpoint
from sandbox.api.dossier_files import made_content
from sandbox.api.instance import Instance
from sandbox.api.writing import uploads
from sandbox.control.routes import control_routes
from sandbox.demarche.links import BadLinkError
from sandbox.demarche.tokens import RefusedRequest
from sandbox.pages.routes import page_routes

PATH = "/api/v2/graphql"
JSON = "application/json; charset=utf-8"

Drop = Callable[[Request], None]


def build_app(instance: Instance, drop: Drop) -> Starlette:
    """Return the application of an instance.

    Args:
        instance: what it serves.
        drop: breaks the connection of a request, so that no answer arrives.
    """

    async def graphql(request: Request) -> Response:
        response = await _graphql(instance, request, drop)
        instance.stats.statuses[str(response.status_code)] += 1
        return response

    async def file(request: Request) -> Response:
        instance.stats.files += 1
        return await _file(instance, request.path_params["opaque"])

    async def upload(request: Request) -> Response:
        content = await request.body()
        opaque = request.path_params["opaque"]
        return Response("", uploads.receive(instance, opaque, request.headers, content))

    async def maintenance(_request: Request) -> Response:
        return fault_effects.maintenance()

    routes = [
        Route(PATH, graphql, methods=["POST"]),
        Route("/files/{opaque:path}", file),
        Route("/uploads/{opaque:path}", upload, methods=["PUT"]),
        Route("/maintenance", maintenance),
        *control_routes(instance),
        *page_routes(instance),
    ]
    return Starlette(routes=routes)


async def _graphql(instance: Instance, request: Request, drop: Drop) -> Response:
    header = request.headers.get("authorization", "")
    instance.stats.requests += 1
    now = instance.clock.now()
    over = instance.limit.over(header, now)
    if over is not None:
        return Response(fault_effects.TOO_MANY, 429, over)
    try:
        address = request.client.host if request.client else ""
        asked = endpoint.read(await request.body())
        token = instance.tokens.admit(header, address, now, stored=bool(asked.stored))
        prepared = endpoint.prepare(instance, asked)
        operation = endpoint.operation_of(prepared, asked)
    except RefusedRequest as refused:
        return _json(endpoint.HttpAnswer(refused.status, dict(refused.told)))
    except endpoint.UnreadableRequest as unreadable:
        return _json(unreadable.answer)
    spoiler = fault_effects.OperationFaults(instance.faults, operation, asked.variables)
    instance.stats.operations[spoiler.name] += 1
    await asyncio.sleep(spoiler.seconds())
    before = spoiler.before(instance)
    if before is not None:
        return await _spoil(before, request, drop)
    answer = endpoint.execute(
        instance,
        token,
        prepared,
        asked,
        str(request.base_url).rstrip("/"),
        caching=not spoiler.cuts_data(),
    )
    after = spoiler.after(answer)
    return _json(answer) if after is None else await _spoil(after, request, drop)


def _json(answer: endpoint.HttpAnswer) -> Response:
    return Response(answer.encoded(), answer.status, media_type=JSON)


async def _spoil(spoilt: Response, request: Request, drop: Drop) -> Response:
    if spoilt is fault_effects.DROPPED:
        drop(request)
        while (await request.receive())["type"] != "http.disconnect":
            pass
    return spoilt


async def _file(instance: Instance, opaque: str) -> Response:
    try:
        checksum, filename, content_type = instance.links.read(opaque)
    except BadLinkError as bad:
        status = instance.switches.expired_file_status if bad.expired else 404
        return Response(f"<Error>{bad}</Error>", status, media_type="application/xml")
    fault = instance.faults.of_file(filename)
    if fault is not None:
        await asyncio.sleep(fault.seconds)
        if fault.value is not None:
            return Response(f"{fault.value}", media_type=content_type)
        where = {"Location": fault.location} if fault.location else {}
        return Response("<Error/>", fault.status, where, "application/xml")
    kind, _, number = checksum.partition(":")
    if kind in views.MADE:
        content: bytes | None = made_content(instance, kind, int(number))
    else:
        content = instance.state.blob(checksum)
    if content is None:
        return Response("", 404)
    shown = f"attachment; filename*=UTF-8''{quote(filename)}"
    return Response(content, media_type=content_type, headers={"Content-Disposition": shown})
