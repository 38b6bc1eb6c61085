"""The page of faults to switch, and of what differs between instances of DS."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

from ruamel.yaml import YAML
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.faults import InjectedFault, Kind
from sandbox.api.instance import Instance
from sandbox.common.errors import Refusal
from sandbox.control import service
from sandbox.demarche.switches import Switches
from sandbox.pages.view import go, page, text

NAMES = Path(__file__).with_name("pannes.yaml")
_WHOLE = ("count", "number", "champ", "status", "page_over")


@cache
def names() -> Any:
    """Return how the page names what can be switched."""
    return YAML(typ="safe").load(NAMES)


def routes(instance: Instance) -> list[Route]:
    """Return the page of faults of a sandbox."""
    pages = FaultPages(instance)
    return [
        Route("/pannes", pages.read),
        Route("/pannes/allumer", pages.light, methods=["POST"]),
        Route("/pannes/illisibles", pages.spoil, methods=["POST"]),
        Route("/pannes/eteindre", pages.clear, methods=["POST"]),
        Route("/pannes/reglages", pages.switch, methods=["POST"]),
    ]


class FaultPages:
    """What whoever trains others sees and does."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    async def read(self, request: Request) -> Response:
        """Show what is in force and what can be switched."""
        return self._read(request)

    def _read(self, request: Request, refused: tuple[str, ...] = ()) -> Response:
        told = self.instance.faults.as_json()
        return page(
            request,
            "pannes",
            refused=refused,
            active=[_told(one) for one in told["active"]],
            broken=[*told.get("broken", ()), *told.get("unlistable", ())],
            kinds=[
                (kind, names()["kinds"].get(kind, kind))
                for kind in get_args(Kind)
                if kind not in names()["commands_only"]
            ],
            details=_offered(),
            operations=names()["operations"],
            switches=[
                (name, names()["switches"].get(name, name), value)
                for name, value in self.instance.switches.as_json().items()
            ],
        )

    async def light(self, request: Request) -> Response:
        """Switch a fault on."""
        form = await request.form()
        try:
            service.fault(self.instance, cast("Kind", text(form, "panne")), **_details(form))
        except Refusal as refusal:
            return self._read(request, refusal.messages)
        except (ValueError, TypeError) as error:
            return self._read(request, (str(error).splitlines()[0],))
        return go("/pannes", "panne")

    async def spoil(self, request: Request) -> Response:
        """Name the dossiers whose content cannot be served."""
        form = await request.form()
        numbers = text(form, "numeros").replace(",", " ").split()
        if not all(one.isdecimal() for one in numbers):
            return self._read(request, ("Les numéros de dossiers sont séparés par des espaces.",))
        unlistable = "meme-le-numero" in form
        service.broken(self.instance, [int(one) for one in numbers], unlistable=unlistable)
        return go("/pannes", "panne" if numbers else "pannes-eteintes")

    async def clear(self, _request: Request) -> Response:
        """Switch every fault off."""
        service.clear_faults(self.instance)
        return go("/pannes", "pannes-eteintes")

    async def switch(self, request: Request) -> Response:
        """Change what differs between instances."""
        form = await request.form()
        try:
            service.switches(self.instance, **_switched(self.instance.switches, form))
        except (Refusal, ValueError, TypeError) as error:
            return self._read(request, (str(error).splitlines()[0],))
        return go("/pannes", "reglages")


def _offered() -> list[tuple[str, str]]:
    """Return the details of faults that the page has a field for."""
    known = {one.name for one in fields(InjectedFault)}
    return [(name, said) for name, said in names()["details"].items() if name in known]


def _details(form: FormData) -> dict[str, Any]:
    """Return what was typed about a fault.

    Raises:
        Refusal: a number is none.
    """
    details: dict[str, Any] = {}
    for name, said in _offered():
        typed = text(form, name).replace(",", ".")
        if not typed:
            continue
        try:
            details[name] = (
                int(typed) if name in _WHOLE else float(typed) if name == "seconds" else typed
            )
        except ValueError:
            raise Refusal(f"« {said} » : un nombre est attendu, pas « {typed} ».") from None
    operation = text(form, "operation")
    return {**details, **({"operation": operation} if operation else {})}


def _switched(present: Switches, form: FormData) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, value in present.as_json().items():
        match value:
            case bool():
                changes[name] = name in form
            case int():
                typed = text(form, name)
                if not typed.isdecimal():
                    said = names()["switches"].get(name, name)
                    raise Refusal(f"« {said} » : un nombre est attendu, pas « {typed} ».")
                changes[name] = int(typed)
            case _:
                changes[name] = text(form, name).split()
    return {name: value for name, value in changes.items() if value != getattr(present, name)}


def _told(fault: Mapping[str, Any]) -> str:
    """Return a fault in force in words."""
    plain = {one.name: one.default for one in fields(InjectedFault)}
    details = [
        f"{said} : {fault[name]}"
        for name, said in _offered()
        if fault.get(name) not in (None, "", plain[name])
    ]
    operation = names()["operations"].get(fault.get("operation"), "")
    named = names()["kinds"].get(fault["kind"], fault["kind"])
    return " – ".join([named, *([operation] if operation else []), *details])
