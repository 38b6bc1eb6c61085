"""What a visitor is refused, by what they can do next; texts are for people, in French."""

from dataclasses import dataclass
from typing import ClassVar


class PortalError(Exception):
    """A page that cannot be shown.

    Attributes:
        status: HTTP status.
        title: Heading of the page.
        text: What to do.
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Demande incomprise"
    text: ClassVar[str] = "L'adresse ou le formulaire n'a pas le sens attendu."


class NotSignedInError(PortalError):
    """Nobody is signed in: the sign-in page comes instead."""

    status = 401
    title = "Connexion nécessaire"
    text = "Connectez-vous pour voir cette page."


class ForbiddenError(PortalError):
    """This person may not see it."""

    status = 403
    title = "Accès refusé"
    text = (
        "Ce contenu n'est pas destiné à votre compte. Si vous pensez que c'est une erreur,"
        " écrivez à la personne de l'agence qui a créé votre compte."
    )


class ForgedFormError(PortalError):
    """The form did not come from a page of this session."""

    status = 403
    title = "Formulaire expiré"
    text = "Revenez à la page précédente, rechargez-la, puis envoyez le formulaire à nouveau."


class RefusedError(Exception):
    """What a step refuses to a person; its message is French and says the remedy."""


BUSY = "La passerelle travaille sur la démarche\u00a0: réessayez dans quelques minutes."
"""Why an act is refused while a run goes on, beside the form that asked for it."""


class BusyError(PortalError):
    """The bridge works on the démarche, and nobody else may at the same time."""

    status = 409
    title = "Passage en cours"
    text = (
        "La passerelle travaille sur la démarche : rien n'a été noté. Revenez à la page précédente"
        " et réessayez dans quelques minutes."
    )


class UnknownError(PortalError):
    """There is no such thing, or no more."""

    status = 404
    title = "Page introuvable"
    text = (
        "Cette page n'existe pas, ou plus : un classeur ancien est retiré au bout du délai de"
        " conservation."
    )


class BaseAwayError(PortalError):
    """The base does not answer, or refuses."""

    status = 503
    title = "Base indisponible"
    text = (
        "Le portail n’a pas pu lire ou écrire dans sa base : rien n’a été enregistré. Réessayez"
        " dans quelques minutes ; si cela dure, prévenez la personne qui tient le portail."
    )


class FaultError(PortalError):
    """Something that nobody foresaw."""

    status = 500
    title = "Page en défaut"
    text = (
        "Une erreur imprévue a empêché cette page de se faire. Réessayez ; si elle revient, donnez"
        " l’adresse de la page et l’heure à la personne qui tient le portail."
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed in a field, with its label."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What a page showed and what there is now; the first may be cut short."""

    name: str
    before: str
    after: str


class NotWrittenError(PortalError):
    """Nothing was written; what the person typed is given back, for it must not be lost.

    Attributes:
        why: Why, in French.
        back: Where the form is; blank where the person came from.
        typed: What was typed.
        changes: What changed since the page was made.
    """

    status = 409
    title = "Rien n’a été écrit"

    def __init__(
        self,
        why: str,
        *,
        back: str,
        typed: tuple[Typed, ...] = (),
        changes: tuple[Changed, ...] = (),
    ) -> None:
        super().__init__(self.title)  # never with what was typed
        self.why = why
        self.back = back
        self.typed = typed
        self.changes = changes
