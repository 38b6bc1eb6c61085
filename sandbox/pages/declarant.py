"""Pages of the declarants: the list of dossiers, one to read, one to fill in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.instance import Instance
from sandbox.common.errors import ApiError, Refusal
from sandbox.control import people
from sandbox.demarche.cursors import Window
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.notices import PLATFORM
from sandbox.generator.any_form import example
from sandbox.generator.data import companies
from sandbox.pages import filling as fillings
from sandbox.pages import form_answers
from sandbox.pages.filling import Filling, open_filling
from sandbox.pages.reading import champ_lines, labels_of
from sandbox.pages.view import demarche_of, go, missing, page, sentences, text

_SIZE = 50


def routes(instance: Instance) -> list[Route]:
    """Return the pages of the declarants of a sandbox."""
    pages = DeclarantPages(instance)
    return [
        Route("/", pages.listed),
        Route("/dossiers", pages.listed),
        Route("/dossiers/nouveau", pages.new, methods=["GET", "POST"]),
        Route("/dossiers/{number:int}", pages.read),
        Route("/dossiers/{number:int}/modifier", pages.fill, methods=["GET", "POST"]),
        Route("/dossiers/{number:int}/message", pages.write, methods=["POST"]),
        Route("/dossiers/{number:int}/supprimer", pages.hide, methods=["POST"]),
        Route("/dossiers/{number:int}/restaurer", pages.restore, methods=["POST"]),
    ]


class DeclarantPages:
    """What declarants see and do."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    async def listed(self, request: Request) -> Response:
        """Show the dossiers of a démarche, the last moved first, and those not deposited yet."""
        state, demarche = self.instance.state, demarche_of(self.instance, request)
        wanted = request.query_params.get("etat", "")
        number = request.query_params.get("numero", "").strip()
        if number.isdecimal():
            return go(f"/dossiers/{number}")
        where = [("demarche=?", demarche.number), *([("state=?", wanted)] if wanted else [])]
        before = _cursor(request.query_params.get("avant", ""))
        found = state.page("updated_at", where, Window(_SIZE, None, before, backwards=True))
        shown, more = found[:_SIZE], found[_SIZE:]
        last = shown[-1] if more else None
        return page(
            request,
            "dossiers",
            demarche=demarche,
            demarches=[state.demarche(one) for one in state.numbers()],
            dossiers=[(one, labels_of(demarche, one)) for one in shown],
            drafts=[] if before else fillings.drafts(self.instance, demarche.number),
            wanted=wanted,
            following=f"{last.updated_at}-{last.number}" if last else "",
        )

    async def new(self, request: Request) -> Response:
        """Choose who deposits, and whether to begin from a filled-in report."""
        demarche = demarche_of(self.instance, request)
        listed = sorted(companies().values(), key=lambda one: one.name)
        if request.method == "GET":
            return page(request, "nouveau", demarche=demarche, companies=listed)
        form = await request.form()
        told = example(demarche.active, self.instance.state.count())
        if text(form, "depart") != "exemple":
            told["answers"] = {}
            chosen = next((one for one in listed if one.key == text(form, "entreprise")), listed[0])
            told["company"] = {"siret": chosen.siret, "name": chosen.name}
            told["usager_email"] = chosen.contacts[0].email
        begun = fillings.begin(self.instance, demarche, told)
        return go(f"/dossiers/{begun.number}/modifier")

    async def read(self, request: Request) -> Response:
        """Show a dossier to its declarant."""
        number = request.path_params["number"]
        try:
            dossier = self.instance.state.dossier(number)
        except ApiError:
            return self._never_deposited(request, number)
        return self._read(request, dossier)

    def _never_deposited(self, request: Request, number: int) -> Response:
        try:
            open_filling(self.instance, number)
        except ApiError:
            return missing(request, f"Aucun dossier n° {number} dans ce bac à sable.")
        return go(f"/dossiers/{number}/modifier")

    def _read(
        self, request: Request, dossier: DepositedDossier, refused: Sequence[str] = ()
    ) -> Response:
        demarche = self.instance.state.demarche(dossier.demarche)
        return page(
            request,
            "dossier",
            refused=refused,
            demarche=demarche,
            dossier=dossier,
            lines=champ_lines(self.instance, dossier),
            platform=PLATFORM,
        )

    async def fill(self, request: Request) -> Response:
        """Fill a dossier in: what was typed is kept at each press of a button."""
        number = request.path_params["number"]
        try:
            filling = open_filling(self.instance, number)
        except ApiError:
            return missing(request, f"Aucun dossier n° {number} dans ce bac à sable.")
        if request.method == "GET":
            return self._form(request, filling)
        async with request.form(max_fields=20_000, max_files=2_000) as form:
            answers = await form_answers.typed(filling.visible, form, filling.answers)
            return self._filled(request, filling, answers, text(form, "faire"))

    def _filled(
        self, request: Request, filling: Filling, answers: Mapping[str, Any], action: str
    ) -> Response:
        """Keep what was typed, and do what the button says."""
        number = filling.number
        try:
            if action == "abandonner":
                fillings.drop(self.instance, number)
                return go("/")
            filling.type(_with_rows(filling, answers, action))
            if action == "deposer":
                filling.submit()
                return go(f"/dossiers/{number}", "modifie" if filling.deposited else "depose")
        except (Refusal, ApiError) as error:
            return self._form(request, open_filling(self.instance, number), sentences(error))
        verb, _, place = action.partition(":")
        if verb in {"ajouter", "retirer"}:
            return go(f"{request.url.path}#{form_answers.field(place.partition(':')[0])}")
        return go(request.url.path, "enregistre")

    def _form(self, request: Request, filling: Filling, refused: Sequence[str] = ()) -> Response:
        return page(
            request,
            "modifier",
            refused=refused,
            anchors=_anchors(filling),
            filling=filling,
            field=form_answers.field,
            typed=form_answers,
        )

    async def write(self, request: Request) -> Response:
        """Send a message to the administration."""
        form = await request.form()
        return self._act(request, "message", lambda n: self._answer(n, text(form, "message")))

    def _answer(self, number: int, body: str) -> None:
        if not body:
            raise Refusal("Le champ « Votre message » doit être rempli")
        people.answer(self.instance, number, body)

    async def hide(self, request: Request) -> Response:
        """Put the dossier in the bin."""
        return self._act(request, "masque", lambda number: people.hide(self.instance, number))

    async def restore(self, request: Request) -> Response:
        """Take the dossier out of the bin."""
        return self._act(request, "restaure", lambda number: people.restore(self.instance, number))

    def _act(self, request: Request, done: str, act: Callable[[int], None]) -> Response:
        number = request.path_params["number"]
        try:
            dossier = self.instance.state.dossier(number)
        except ApiError:
            return missing(request, f"Aucun dossier n° {number} dans ce bac à sable.")
        try:
            act(number)
        except Refusal as refusal:
            return self._read(request, dossier, refusal.messages)
        return go(f"/dossiers/{number}", done)


def _cursor(told: str) -> tuple[int, int] | None:
    moved, _, number = told.partition("-")
    return (int(moved), int(number)) if moved.isdecimal() and number.isdecimal() else None


def _with_rows(filling: Filling, answers: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Add or take away the row that a button is about."""
    verb, _, place = action.partition(":")
    stable, _, key = place.partition(":")
    one = next((one for one in filling.visible if one.stable == stable), None)
    if one is None or one.kind != "repetition":
        return dict(answers)
    rows = answers.get(stable)
    if verb == "retirer":
        return {**answers, stable: form_answers.without_row(rows, key)}
    return {**answers, stable: form_answers.with_row(one, rows, filling.number)}


def _anchors(filling: Filling) -> dict[str, str]:
    """Return the place on the page of each label that a refusal may name."""
    found: dict[str, str] = {}
    for one in filling.visible:
        for named in (one, *one.children):
            found.setdefault(named.label, form_answers.field(one.stable))
    return found
