"""The line by which a workbook is known again when it comes back."""

import re
from dataclasses import dataclass

IDENTITY = "Identifiant du classeur"
"""Name of its line in `À propos`."""

_TEXT = re.compile(r"UNC/(\d+)/([a-z0-9]+(?:-[a-z0-9]+)*)/(\d+)/([0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class WorkbookIdentity:
    """Which workbook it is.

    Attributes:
        demarche: Number of the démarche.
        author: Who it was made for: ``agence``, ``reseau``, ``crpv-<code>``.
        opinions_until: Last opinion that it carried.
        checksum: First digits of the checksum of its data.
    """

    demarche: int
    author: str
    opinions_until: int
    checksum: str

    def __str__(self) -> str:
        """As it stands in the workbook."""
        return f"UNC/{self.demarche}/{self.author}/{self.opinions_until}/{self.checksum}"


def parse_identity(text: str) -> WorkbookIdentity | None:
    """Read an identity; ``None`` where it is none of ours."""
    found = _TEXT.match(text.strip())
    if found is None:
        return None
    demarche, author, until, checksum = found.groups()
    return WorkbookIdentity(int(demarche), author, int(until), checksum)
