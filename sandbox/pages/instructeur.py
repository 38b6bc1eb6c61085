"""Pages of the instructeurs: a dossier with what only they see, and what they do to it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.instance import Instance
from sandbox.common.errors import ApiError, Refusal
from sandbox.control import people
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.intake import take_answers
from sandbox.demarche.notices import PLATFORM
from sandbox.demarche.retypings import present
from sandbox.form.model import TypeDeChamp
from sandbox.pages import form_answers
from sandbox.pages.reading import agent_of, annotation_lines, champ_lines, labels_of
from sandbox.pages.view import go, missing, page, sentences, text

_MOVES = {
    "en_construction": ("en_instruction",),
    "en_instruction": ("accepte", "refuse", "sans_suite", "en_construction"),
}
"""States that a dossier can be brought to from another; from a decision, back en instruction."""


def routes(instance: Instance) -> list[Route]:
    """Return the pages of the instructeurs of a sandbox."""
    pages = InstructeurPages(instance)
    path = "/procedures/{demarche:int}/dossiers/{number:int}"
    return [
        Route(path, pages.read),
        Route(f"{path}/{{act}}", pages.act, methods=["POST"]),
    ]


class InstructeurPages:
    """What instructeurs see and do."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    async def read(self, request: Request) -> Response:
        """Show a dossier to an instructeur."""
        number = request.path_params["number"]
        try:
            return self._read(request, self.instance.state.dossier(number))
        except ApiError:
            return missing(request, f"Aucun dossier n° {number} dans ce bac à sable.")

    def _read(
        self, request: Request, dossier: DepositedDossier, refused: Sequence[str] = ()
    ) -> Response:
        demarche = self.instance.state.demarche(dossier.demarche)
        written = present(dossier, demarche, dossier.annotations)
        types = demarche.revision(dossier.revision).annotations
        return page(
            request,
            "instructeur",
            refused=refused,
            anchors={one.label: form_answers.field(one.stable) for one in types},
            demarche=demarche,
            dossier=dossier,
            agent=agent_of(demarche, dossier),
            lines=champ_lines(self.instance, dossier),
            annotations=annotation_lines(self.instance, dossier),
            types=types,
            written=written,
            labels=[(one, one.id in dossier.labels) for one in demarche.labels],
            worn=labels_of(demarche, dossier),
            moves=_MOVES.get(dossier.state, ("en_instruction",)),
            platform=PLATFORM,
            typed=form_answers,
        )

    async def act(self, request: Request) -> Response:
        """Do what a button says, then show the dossier again."""
        number, act = request.path_params["number"], _ACTS.get(request.path_params["act"])
        try:
            dossier = self.instance.state.dossier(number)
        except ApiError:
            act = None
        if act is None:
            return missing(request, f"Aucun dossier n° {number} dans ce bac à sable.")
        types = self._annotations(dossier) if act is InstructeurPages.annotate else ()
        try:
            async with request.form(max_fields=20_000, max_files=2_000) as form:
                answers = await form_answers.typed(types, form, dossier.annotations)
                with self.instance.state.transaction():
                    done = act(self, dossier, form, answers)
        except (Refusal, ApiError) as error:
            return self._read(request, self.instance.state.dossier(number), sentences(error))
        return go(f"/procedures/{dossier.demarche}/dossiers/{number}", done)

    def _annotations(self, dossier: DepositedDossier) -> Sequence[TypeDeChamp]:
        demarche = self.instance.state.demarche(dossier.demarche)
        return demarche.revision(dossier.revision).annotations

    def _agent(self, dossier: DepositedDossier) -> str:
        return agent_of(self.instance.state.demarche(dossier.demarche), dossier)

    def annotate(
        self, dossier: DepositedDossier, _form: FormData, answers: form_answers.Answers
    ) -> str:
        """Write the annotations that were changed; an untouched one keeps its author and date."""
        types = self._annotations(dossier)
        demarche = self.instance.state.demarche(dossier.demarche)
        where = (dossier.number, self.instance.clock.now())
        taken = take_answers(self.instance.state, types, answers, where)
        new = form_answers.changed(types, present(dossier, demarche, dossier.annotations), taken)
        if new:
            people.annotate(self.instance, dossier.number, new)
        return "annotations"

    def label(
        self, dossier: DepositedDossier, form: FormData, _answers: form_answers.Answers
    ) -> str:
        """Put the ticked labels on, take the others off."""
        ticked = set(form.getlist("label"))
        for one in self.instance.state.demarche(dossier.demarche).labels:
            if (one.name in ticked) is not (one.id in dossier.labels):
                people.label(self.instance, dossier.number, one.name, on=one.name in ticked)
        return "labels"

    def write(
        self, dossier: DepositedDossier, form: FormData, _answers: form_answers.Answers
    ) -> str:
        """Send a message, or ask for a correction."""
        reason = text(form, "correction") or None
        body, agent = text(form, "message"), self._agent(dossier)
        sent = people.message(self.instance, dossier.number, body, agent, reason)
        return "correction" if sent["reason"] else "message"

    def discard(
        self, dossier: DepositedDossier, form: FormData, _answers: form_answers.Answers
    ) -> str:
        """Withdraw a message."""
        rank = text(form, "rang")
        place = int(rank) if rank.isdecimal() else 0
        people.discard(self.instance, dossier.number, place, self._agent(dossier))
        return "message-supprime"

    def move(
        self, dossier: DepositedDossier, form: FormData, _answers: form_answers.Answers
    ) -> str:
        """Bring the dossier to another state."""
        state = text(form, "etat")
        if state not in _MOVES.get(dossier.state, ("en_instruction",)):
            raise Refusal("Le dossier ne peut pas passer à cet état")
        motivation = text(form, "motivation") or None
        people.move(self.instance, dossier.number, state, self._agent(dossier), motivation)
        return "etat"

    def hand_over(
        self, dossier: DepositedDossier, form: FormData, _answers: form_answers.Answers
    ) -> str:
        """Hand the dossier to another groupe."""
        people.change_groupe(self.instance, dossier.number, text(form, "groupe"))
        return "groupe"

    def hide(
        self, dossier: DepositedDossier, _form: FormData, _answers: form_answers.Answers
    ) -> str:
        """Put the dossier in the bin of the administration."""
        people.hide(self.instance, dossier.number, by="administration")
        return "masque"

    def restore(
        self, dossier: DepositedDossier, _form: FormData, _answers: form_answers.Answers
    ) -> str:
        """Take the dossier out of the bin."""
        people.restore(self.instance, dossier.number)
        return "restaure"

    def archive(
        self,
        dossier: DepositedDossier,
        _form: FormData,
        _answers: form_answers.Answers,
        *,
        archived: bool,
    ) -> str:
        """Put the dossier away, or take it out."""
        people.archive(self.instance, dossier.number, archived=archived)
        return "archive" if archived else "desarchive"


Act = Callable[[InstructeurPages, DepositedDossier, FormData, form_answers.Answers], str]

_ACTS: Mapping[str, Act] = {
    "annotations": InstructeurPages.annotate,
    "labels": InstructeurPages.label,
    "message": InstructeurPages.write,
    "supprimer-message": InstructeurPages.discard,
    "etat": InstructeurPages.move,
    "groupe": InstructeurPages.hand_over,
    "supprimer": InstructeurPages.hide,
    "restaurer": InstructeurPages.restore,
    "archiver": partial(InstructeurPages.archive, archived=True),
    "desarchiver": partial(InstructeurPages.archive, archived=False),
}
