"""Who sees what: the one place that decides, for each object."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mappings.mapping import Audience

Kind: TypeAlias = Literal["admin", "agence", "centre"]
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OF_CENTRE = "centre:"


@dataclass(frozen=True, slots=True)
class Role:
    """What a person may see.

    Attributes:
        kind: ``agence`` sees every workbook; ``admin`` the journal too; ``centre`` the workbooks
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
        """As whom dossiers are read, see :mod:`exports.reading`."""
        return "reseau" if self.kind == "centre" else "agence"

    @property
    def reads_journal(self) -> bool:
        """Whether the journal is shown."""
        return self.kind == "admin"

    @property
    def title(self) -> str:
        """As people read it."""
        match self.kind:
            case "admin":
                return "Agence, administration"
            case "agence":
                return "Agence"
            case "centre":
                return f"Centre {self.centre}"

    def may_fetch(self, *, audience: str, name: str) -> bool:
        """Whether a published file may be fetched; what nobody thought of may not.

        Args:
            audience: Audience of the file, as its manifest says.
            name: Its name.
        """
        if self.kind != "centre":
            return True
        if audience == "reseau":
            return True
        if audience.startswith(_OF_CENTRE):
            return audience == str(self)
        return audience == "centre" and name == f"crpv-{self.centre}.xlsx"


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
    code = text.removeprefix(_OF_CENTRE)
    if code != text and _CODE.fullmatch(code):
        return Role("centre", code)
    raise ValueError(
        f"« {text} » n'est pas un rôle : donnez admin, agence ou centre:<code>"
        " (code du centre, par exemple centre:lyon)."
    )
