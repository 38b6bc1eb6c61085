"""Who sees what: the one place that decides, for each object."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mappings.schema.model import Audience

Kind: TypeAlias = Literal["admin", "agence", "lecture", "centre"]
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OF_CENTRE = "centre:"


@dataclass(frozen=True, slots=True)
class Role:
    """What a person may see.

    Attributes:
        kind: ``agence`` sees every workbook; ``lecture`` too, and changes
            nothing; ``admin`` sees the journal and administers; ``centre`` the workbooks
            of its centre and of the network.
        centre: Code of the centre, for ``centre``.
    """

    kind: Kind
    centre: str = ""

    def __str__(self) -> str:
        """As it is written in an account."""
        return f"{_OF_CENTRE}{self.centre}" if self.kind == "centre" else self.kind

    @property
    def audience(self) -> Audience:
        """As whom dossiers are read, see :mod:`exports.readers.reading`."""
        return "reseau" if self.kind == "centre" else "agence"

    @property
    def author(self) -> str:
        """Whose opinions are theirs to read, see :attr:`exports.model.ExportedDossier.opinions`."""
        return f"crpv-{self.centre}" if self.kind == "centre" else "agence"

    @property
    def reads_journal(self) -> bool:
        """Whether the journal is shown."""
        return self.kind == "admin"

    @property
    def administers(self) -> bool:
        """Whether they administer: accounts, rules, the form."""
        return self.kind == "admin"

    @property
    def writes(self) -> bool:
        """Whether they may change anything but what is their own."""
        return self.kind != "lecture"

    @property
    def title(self) -> str:
        """As people read it."""
        match self.kind:
            case "admin":
                return "Agence, administration"
            case "agence":
                return "Agence"
            case "lecture":
                return "Agence, lecture seule"
            case "centre":
                return "Centre régional"

    def may_fetch(self, audience: str) -> bool:
        """Whether a published file of this audience may be fetched; an unknown one may not."""
        if self.kind != "centre":
            return True
        return audience == "reseau" or centre_of(audience) == self.centre

    def may_judge(self, centres: Collection[str]) -> bool:
        """Whether they may give their opinion on a dossier that concerns these centres."""
        return self.writes and (self.kind != "centre" or self.centre in centres)

    def may_return(self, author: str) -> bool:
        """Whether they may send back the workbook of an author: their own; the agency, any."""
        return self.writes and (self.kind != "centre" or author == self.author)


def centre_of(audience: str) -> str:
    """Code of the one centre that an audience is, or an empty text."""
    code = audience.removeprefix(_OF_CENTRE)
    return code if code != audience and _CODE.fullmatch(code) else ""


def parse_role(text: str) -> Role:
    """Read a role as it is written in an account.

    Raises:
        ValueError: In French: it is none of them.
    """
    match text:
        case "admin":
            return Role("admin")
        case "agence":
            return Role("agence")
        case "lecture":
            return Role("lecture")
    if centre_of(text):
        return Role("centre", centre_of(text))
    raise ValueError(
        f"« {text} » n'est pas un rôle : donnez admin, agence, lecture ou centre:<code>"
        " (code du centre, par exemple centre:lyon)."
    )
