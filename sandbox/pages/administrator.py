"""Pages of the administrator: the form, changed in a draft of revision, then published."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.instance import Instance
from sandbox.common.errors import ApiError, Refusal
from sandbox.control import service
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.retypings import OFFERED, check_retypings, kind_name
from sandbox.form.edits import edited
from sandbox.form.kinds import KINDS
from sandbox.form.model import FormRevision, TypeDeChamp
from sandbox.pages.view import demarche_of, go, missing, page, sentences, text

Edit = dict[str, Any]
Shown = dict[str, Any]

_LISTS = ("drop_down_list", "multiple_drop_down_list")
_PLAIN_KINDS = sorted(
    KINDS - {"repetition", "linked_drop_down_list", "number", "cojo", "cnaf", "dgfip", "mesri"},
    key=kind_name,
)


def routes(instance: Instance) -> list[Route]:
    """Return the pages of the administrator of a sandbox."""
    pages = AdministratorPages(instance)
    return [
        Route("/formulaire", pages.read),
        Route("/formulaire/publier", pages.publish, methods=["POST"]),
        Route("/formulaire/abandonner", pages.give_up, methods=["POST"]),
        Route("/formulaire/ajouter", pages.add, methods=["GET", "POST"]),
        Route("/formulaire/{stable:int}", pages.change, methods=["GET", "POST"]),
    ]


class AdministratorPages:
    """What the administrator sees and does."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def _edits(self, demarche: Demarche) -> list[Edit]:
        kept: list[Edit] = self.instance.state.meta(f"revision:{demarche.number}", [])
        return kept

    def _keep(self, demarche: Demarche, edits: list[Edit]) -> None:
        self.instance.state.remember(f"revision:{demarche.number}", edits)

    def _draft(self, demarche: Demarche, edits: list[Edit]) -> FormRevision:
        """Return the revision that publishing these edits would make.

        Raises:
            Refusal: DS's editor does not offer one of them.
        """
        draft = FormRevision.from_json(0, 0, edited(demarche.active.raw, edits))
        check_retypings(demarche.active, draft)
        return draft

    async def read(self, request: Request) -> Response:
        """Show the form as the draft of revision has it."""
        demarche = demarche_of(self.instance, request)
        return self._read(request, demarche)

    def _read(
        self, request: Request, demarche: Demarche, refused: tuple[str, ...] = ()
    ) -> Response:
        edits = self._edits(demarche)
        return page(
            request,
            "formulaire",
            refused=refused,
            demarche=demarche,
            draft=self._draft(demarche, edits),
            told=[_told(demarche.active, edit) for edit in edits],
            kind_name=kind_name,
        )

    async def publish(self, request: Request) -> Response:
        """Publish the draft: unfinished dossiers move to it."""
        demarche = demarche_of(self.instance, request)
        edits = self._edits(demarche)
        if not edits:
            told = ("Le brouillon de révision ne change rien : rien à publier.",)
            return self._read(request, demarche, told)
        try:
            service.publish(self.instance, demarche.number, edits=edits)
        except Refusal as refusal:
            return self._read(request, demarche, refusal.messages)
        self._keep(demarche, [])
        return go(f"/formulaire?demarche={demarche.number}", "publie")

    async def give_up(self, request: Request) -> Response:
        """Forget the draft."""
        demarche = demarche_of(self.instance, request)
        self._keep(demarche, [])
        return go("/formulaire", "abandonne")

    async def change(self, request: Request) -> Response:
        """Rename a question, change its type or its options, require it, or remove it."""
        demarche = demarche_of(self.instance, request)
        stable, edits = str(request.path_params["stable"]), self._edits(demarche)
        one = self._draft(demarche, edits).by_id.get(stable)
        if one is None:
            return missing(request, f"Le formulaire n’a pas de question {stable}.")
        published = demarche.active.by_id.get(stable)
        offered = [one.kind, *(self._offered(published.kind) if published else _PLAIN_KINDS)]
        shown: Shown = {
            "demarche": demarche,
            "one": one,
            "kinds": sorted({*offered, *([published.kind] if published else [])}, key=kind_name),
            "options": "\n".join(one.choices()) if one.kind in _LISTS else "",
            "kind_name": kind_name,
        }
        if request.method == "GET":
            return page(request, "question", **shown)
        form = await request.form()
        try:
            new = [*edits, *_changes(one, form)]
            self._draft(demarche, new)
        except (Refusal, ApiError) as error:
            return page(request, "question", refused=sentences(error), **shown)
        self._keep(demarche, new)
        return go("/formulaire", "change")

    def _offered(self, kind: str) -> list[str]:
        """Return the types that DS's editor offers instead of one, as far as they are served."""
        newer = self.instance.switches.champ_types
        return [one for one in OFFERED.get(kind, ()) if newer or one in KINDS]

    async def add(self, request: Request) -> Response:
        """Add a question after another, or an annotation."""
        demarche = demarche_of(self.instance, request)
        edits = self._edits(demarche)
        draft = self._draft(demarche, edits)
        shown: Shown = {
            "demarche": demarche,
            "draft": draft,
            "kinds": _PLAIN_KINDS,
            "kind_name": kind_name,
        }
        if request.method == "GET":
            return page(request, "ajouter", **shown)
        form = await request.form()
        try:
            edits.append(_addition(demarche, edits, form))
        except Refusal as refusal:
            return page(request, "ajouter", refused=refusal.messages, **shown)
        self._keep(demarche, edits)
        return go("/formulaire", "change")


def _changes(one: TypeDeChamp, form: FormData) -> list[Edit]:
    """Return the edits that the page of a question asks for."""
    if text(form, "faire") == "retirer":
        return [{"op": "remove", "champ": one.stable}]
    label, kind = text(form, "libelle"), text(form, "type") or one.kind
    if not label:
        raise Refusal("Le champ « Libellé » doit être rempli")
    edits: list[Edit] = []
    if label != one.label:
        edits.append({"op": "reword", "champ": one.stable, "label": label})
    options = _options(kind, form)
    if kind != one.kind or (options is not None and options != one.choices()):
        edit = {"op": "retype", "champ": one.stable, "type": kind}
        edits.append(edit if options is None else {**edit, "options": options})
    if ("obligatoire" in form) is not one.required:
        edits.append({"op": "require", "champ": one.stable, "required": "obligatoire" in form})
    return edits


def _options(kind: str, form: FormData) -> list[str] | None:
    if kind not in _LISTS:
        return None
    options = [line.strip() for line in text(form, "choix").splitlines() if line.strip()]
    if not options:
        raise Refusal("Une liste a au moins un choix : un par ligne.")
    return options


def _addition(demarche: Demarche, edits: list[Edit], form: FormData) -> Edit:
    label, kind, after = text(form, "libelle"), text(form, "type"), text(form, "apres")
    if not label or kind not in _PLAIN_KINDS:
        raise Refusal("Une question a un libellé et un type.")
    known = [int(stable) for one in demarche.revisions for stable in one.by_id]
    known += [edit["champ"]["id"] for edit in edits if edit["op"] == "add"]
    champ = {
        "id": max(known) + 1,
        "label": label,
        "type": kind,
        "required": "obligatoire" in form,
        **({"options": _options(kind, form)} if kind in _LISTS else {}),
    }
    edit: Edit = {"op": "add", "champ": champ}
    if after == "annotation":
        return {**edit, "annotation": True}
    return {**edit, "after": int(after)} if after.isdecimal() else edit


def _told(published: FormRevision, edit: Mapping[str, Any]) -> str:
    """Return an edit in words."""
    if edit["op"] == "add":
        where = "annotation privée" if edit.get("annotation") else "question"
        kind = kind_name(edit["champ"]["type"])
        return f"Nouvelle {where} « {edit['champ']['label']} » ({kind})"
    one = published.by_id.get(str(edit["champ"]))
    named = f"« {one.label} »" if one else f"question {edit['champ']}"
    match edit["op"]:
        case "reword":
            return f"{named} devient « {edit['label']} »"
        case "retype":
            return f"{named} : type {kind_name(edit['type'])}" + (
                f", choix {', '.join(edit['options'])}" if "options" in edit else ""
            )
        case "require":
            return f"{named} devient {'obligatoire' if edit['required'] else 'facultative'}"
        case _:
            return f"{named} est retirée"
