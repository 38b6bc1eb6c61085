"""What is said of a dossier as an audience reads it, that sheets count and order dossiers by."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_T_co = TypeVar("_T_co", covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class DossierFact(Generic[_T_co]):
    """Something that is worked out once of a dossier for an audience, and that may be kept.

    Attributes:
        name: Its name, unlike any other.
        type: Of its value, so that it can be read again from where it was kept.
    """

    name: str
    type: Any
