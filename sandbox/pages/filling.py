"""A dossier in the hands of its declarant: one that was never deposited, or one to be corrected.

A dossier that was never deposited is none for the API: it is kept apart from the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.api.instance import Instance
from sandbox.common.errors import ApiError
from sandbox.control import people
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.intake import take_answers
from sandbox.demarche.retypings import present
from sandbox.form.model import FormRevision, TypeDeChamp
from sandbox.pages.form_answers import blank, changed

Json = dict[str, Any]

_KEPT = "brouillons"


@dataclass(slots=True)
class Filling:
    """What its declarant sees of a dossier before submitting it; answers are as they are kept."""

    instance: Instance
    number: int
    demarche: Demarche
    revision: FormRevision
    usager_email: str
    company: Mapping[str, str]
    answers: Json
    deposited: DepositedDossier | None = None

    @property
    def visible(self) -> Sequence[TypeDeChamp]:
        """The questions that these answers make the form ask."""
        return self.revision.visible_champs(self.answers)

    def type(self, answers: Mapping[str, Any]) -> None:
        """Keep what was typed; nobody but the declarant sees it."""
        state = self.instance.state
        with state.transaction():
            where = (self.number, self.instance.clock.now())
            answers = self.instance.referentiels.filled(self.revision.champs, answers, self.answers)
            taken = take_answers(state, self.revision.champs, answers, where)
            if self.deposited is None:
                self.answers |= taken
                _save(self)
                return
            new = changed(self.revision.champs, self.answers, taken)
            self.answers |= new
            people.edit(self.instance, self.number, new)

    def submit(self) -> None:
        """Deposit it, or submit what was changed.

        Raises:
            Refusal: DS would not take it.
        """
        if self.deposited is not None:
            people.submit(self.instance, self.number)
            return
        said = {stable: answer for stable, answer in self.answers.items() if not blank(answer)}
        told = {
            "number": self.number,
            "usager_email": self.usager_email,
            "company": self.company,
            "answers": said,
        }
        with self.instance.state.transaction():
            people.create(self.instance, self.demarche.number, told)
            drop(self.instance, self.number)


def open_filling(instance: Instance, number: int) -> Filling:
    """Return a dossier as its declarant has it in hand.

    Raises:
        ApiError: there is none with that number.
    """
    told = _all(instance).get(str(number))
    if told is not None:
        demarche = instance.state.demarche(told["demarche"])
        return Filling(
            instance,
            number,
            demarche,
            demarche.active,
            told["usager_email"],
            told["company"],
            told["answers"],
        )
    dossier = instance.state.dossier(number)
    demarche = instance.state.demarche(dossier.demarche)
    revision = demarche.revision(dossier.revision)
    typed = take_answers(instance.state, revision.champs, dossier.draft, (number, 0))
    return Filling(
        instance,
        number,
        demarche,
        revision,
        dossier.usager_email,
        {"siret": dossier.siret, "name": dossier.company},
        {**present(dossier, demarche, dossier.answers), **typed},
        dossier,
    )


def begin(instance: Instance, demarche: Demarche, told: Json) -> Filling:
    """Begin a dossier: ``usager_email``, ``company`` and first ``answers``, plain."""
    number = max([instance.state.last_number(), *map(int, _all(instance))]) + 1
    filling = Filling(
        instance,
        number,
        demarche,
        demarche.active,
        told["usager_email"],
        told["company"],
        {},
    )
    filling.type(told["answers"])
    return filling


def drafts(instance: Instance, demarche: int) -> list[Json]:
    """Return the dossiers of a démarche that were never deposited, the newest first."""
    kept = _all(instance)
    return [
        {"number": int(number), **told}
        for number, told in reversed(kept.items())
        if told["demarche"] == demarche
    ]


def drop(instance: Instance, number: int) -> None:
    """Forget a dossier that was never deposited."""
    kept = _all(instance)
    if kept.pop(str(number), None) is None:
        raise ApiError("Dossier not found", "not_found")
    instance.state.remember(_KEPT, kept)


def _all(instance: Instance) -> dict[str, Json]:
    kept: dict[str, Json] = instance.state.meta(_KEPT, {})
    return kept


def _save(filling: Filling) -> None:
    told = {
        "demarche": filling.demarche.number,
        "usager_email": filling.usager_email,
        "company": dict(filling.company),
        "answers": filling.answers,
    }
    filling.instance.state.remember(_KEPT, {**_all(filling.instance), str(filling.number): told})
