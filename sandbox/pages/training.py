"""The page of training: the scenario day by day, the clock, copies of the sandbox, a new start."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.instance import Instance
from sandbox.common.errors import Refusal
from sandbox.control import keeping, scenario, service
from sandbox.pages.view import go, page, text

_STEPS = {"heure": 3600, "jour": 86_400}


def routes(instance: Instance) -> list[Route]:
    """Return the page of training of a sandbox."""
    pages = TrainingPages(instance)
    acts = (pages.next_day, pages.play_on, pages.advance, pages.keep, pages.bring_back, pages.reset)
    return [
        Route("/entrainement", pages.read),
        *(
            Route(f"/entrainement/{act.__name__}", pages.acting(act), methods=["POST"])
            for act in acts
        ),
    ]


class TrainingPages:
    """What whoever trains, or trains others, sees and does."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    async def read(self, request: Request) -> Response:
        """Show where the scenario is, the time, the copies."""
        return self._read(request)

    def _read(self, request: Request, refused: tuple[str, ...] = ()) -> Response:
        return page(
            request,
            "entrainement",
            refused=refused,
            scenario=scenario.scenario(self.instance),
            now=self.instance.clock.now(),
            kept=keeping.kept(self.instance),
        )

    def acting(self, act: Callable[[Any], str]) -> Callable[[Request], Any]:
        """Return what answers a button."""

        async def answer(request: Request) -> Response:
            try:
                done = act(await request.form())
            except Refusal as refusal:
                return self._read(request, refusal.messages)
            return go("/entrainement", done)

        return answer

    def next_day(self, _form: Any) -> str:
        """Let the next day happen."""
        scenario.next_day(self.instance)
        return "jour"

    def play_on(self, _form: Any) -> str:
        """Let all days that are left happen."""
        told = scenario.scenario(self.instance)
        for _ in range(told["days"] - told["day"] if told else 1):
            scenario.next_day(self.instance)
        return "jour"

    def advance(self, form: Any) -> str:
        """Move the clock."""
        service.clock(self.instance, advance=_STEPS.get(text(form, "pas"), 0))
        return ""

    def keep(self, form: Any) -> str:
        """Keep a copy."""
        keeping.keep(self.instance, text(form, "nom"))
        return "instantane"

    def bring_back(self, form: Any) -> str:
        """Return to a copy."""
        keeping.bring_back(self.instance, text(form, "nom"))
        return "retour"

    def reset(self, form: Any) -> str:
        """Begin again, if that is really meant."""
        if "oui" not in form:
            raise Refusal("Cochez « Oui, tout effacer » pour remettre le bac à sable à zéro.")
        keeping.reset(self.instance)
        return "remis"
