"""The control API: POST /control/<action> with the action's arguments as a JSON object."""

import inspect
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.instance import Instance
from sandbox.control import keeping, people, scenario
from sandbox.control import service as server
from sandbox.demarche.errors import ApiError, Refusal

Action = Callable[..., Any]

ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        people.create,
        people.edit,
        people.submit,
        people.hide,
        people.restore,
        people.expire,
        people.purge,
        people.release,
        people.delete_account,
        people.answer,
        people.annotate,
        people.edit_champ,
        people.label,
        people.message,
        people.discard,
        people.move,
        people.archive,
        people.follow,
        people.ask_avis,
        people.answer_avis,
        people.change_groupe,
        server.add_demarche,
        server.publish,
        server.add_groupe,
        server.add_instructeur,
        server.remove_instructeur,
        server.add_label,
        server.delete_label,
        server.clock,
        server.add_token,
        server.revoke_token,
        server.expire_token,
        server.rate_limit,
        server.switches,
        server.fault,
        server.broken,
        server.hole,
        server.slow,
        server.fault_file,
        server.clear_faults,
        server.faults,
        server.stats,
        server.snapshot,
        server.snapshots,
        keeping.where,
        keeping.kept,
        keeping.keep,
        keeping.bring_back,
        keeping.reset,
        scenario.scenario,
        scenario.next_day,
    )
}


def control_routes(instance: Instance) -> list[Route]:
    """Return the route of the control API."""

    async def control(request: Request) -> Response:
        action = ACTIONS.get(request.path_params["action"])
        if action is None:
            return _answer({"error": "no such action", "actions": sorted(ACTIONS)}, 404)
        raw = await request.body()
        return _act(instance, action, raw or b"{}")

    return [Route("/control/{action}", control, methods=["POST"])]


def _act(instance: Instance, action: Action, raw: bytes) -> Response:
    try:
        arguments = orjson.loads(raw)
        inspect.signature(action).bind(instance, **arguments)
    except (orjson.JSONDecodeError, TypeError) as error:
        return _answer({"error": str(error)}, 422)
    try:
        done = action(instance, **arguments)
    except (Refusal, ApiError) as error:
        return _answer({"error": str(error)}, 409)
    except (KeyError, TypeError, ValueError) as error:
        return _answer({"error": f"{type(error).__name__}: {error}"}, 422)
    return _answer(done, 200)


def _answer(content: Any, status: int) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
