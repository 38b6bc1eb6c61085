"""The control API: POST /control/<action> with the action's arguments as a JSON object."""

from collections.abc import Callable
from typing import Any

import orjson
from pydantic import ConfigDict, validate_call
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.instance import Instance
from sandbox.common.errors import ApiError, Refusal
from sandbox.control import keeping, people, scenario
from sandbox.control import service as server
from sandbox.control.misuse import misuse

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


_CALLED = {
    name: validate_call(config=ConfigDict(arbitrary_types_allowed=True))(action)
    for name, action in ACTIONS.items()
}


def control_routes(instance: Instance) -> list[Route]:
    """Return the route of the control API."""

    async def control(request: Request) -> Response:
        name = request.path_params["action"]
        if name not in ACTIONS:
            said = f"L’action « {name} » n’existe pas ; il y a {', '.join(sorted(ACTIONS))}."
            return _answer({"error": said}, 404)
        return _act(instance, name, await request.body())

    return [Route("/control/{action}", control, methods=["POST"])]


def _act(instance: Instance, name: str, raw: bytes) -> Response:
    try:
        arguments = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        arguments = None
    if not isinstance(arguments, dict):
        return _answer({"error": "Le corps de la requête doit être un objet JSON."}, 400)
    try:
        done = _CALLED[name](instance, **arguments)
    except ApiError as error:
        return _answer({"error": _ABSENT.get(error.message, error.message)}, 404)
    except Refusal as error:
        return _answer({"error": f"{str(error).rstrip('.')}."}, 409)
    except _MISCALLED as error:
        return _answer({"error": f"« {name} » : {misuse(error)}."}, 422)
    return _answer(done, 200)


_ABSENT = {
    "Dossier not found": "Ce dossier n’existe pas.",
    "Demarche not found": "Cette démarche n’existe pas.",
}
_MISCALLED = (LookupError, TypeError, ValueError, AttributeError, OverflowError, StopIteration)


def _answer(content: Any, status: int) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
