"""What may be entered in the register, as data: ``registre.yaml``."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator

from datafiles.file import DataFile
from french.text import fold
from triage.registre.refused import Refused

_COMPANY = "entreprise"


class MeasureType(BaseModel):
    """A type of measure: whether it reduces the risk, and is told outside once published only."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reduit: bool
    sanction: bool = False


class Lists(BaseModel):
    """The whole file; see the comments there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    risque: tuple[str, ...] = Field(min_length=1)
    niveaux: tuple[str, ...] = Field(min_length=1)
    criteres: tuple[str, ...] = Field(min_length=1)
    reponses: tuple[str, ...] = Field(min_length=1)
    justification: int = Field(ge=0)
    qualifications: tuple[str, ...] = Field(min_length=1)
    clotures: tuple[str, ...] = Field(min_length=1)
    conclusions: tuple[str, ...] = Field(min_length=1)
    modes: tuple[str, ...] = Field(min_length=1)
    mesures: Mapping[str, MeasureType] = Field(min_length=1)
    sources: tuple[str, ...] = Field(min_length=1)
    diffusions: tuple[str, ...] = Field(min_length=1)
    donnees: Mapping[str, str] = {}

    @field_validator("sources")
    @classmethod
    def _no_company(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        if any(fold(one) == _COMPANY for one in sources):
            raise ValueError(
                "une entreprise passe par la démarche : « entreprise » n'est pas permis"
            )
        return sources

    def reduces(self, kind: str) -> bool:
        """Whether a type of measure reduces the risk; one that left the list does not."""
        return kind in self.mesures and self.mesures[kind].reduit

    @property
    def sanctions(self) -> frozenset[str]:
        """Types of measures that leave the agency once they are published only."""
        return frozenset(name for name, one in self.mesures.items() if one.sanction)


def parse_lists(text: str, *, source: str) -> Lists:
    """Read and check the file.

    Raises:
        DataFileError: With one line for each problem.
    """
    return DataFile(text, source=source).validate(Lists)


def choice(typed: str, options: Iterable[str], what: str) -> str:
    """The option that was typed, whatever its case, accents and apostrophes.

    Raises:
        Refused: It is none of them.
    """
    listed = tuple(options)
    folded = _plain(typed)
    for one in listed:
        if _plain(one) == folded:
            return one
    raise Refused(f"{what} : « {typed} » n'est pas l'un de : {', '.join(listed)}.")


def _plain(text: str) -> str:
    return fold(text.replace("’", "'").replace("œ", "oe").replace("Œ", "Oe"))
