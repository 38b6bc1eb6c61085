"""What differs from one instance of DS, or one year, to another; kept with the state."""

from dataclasses import asdict, dataclass, field
from typing import Any

NEWER = (
    "assignments",
    "conditions",
    "correction_cancelling",
    "champ_types",
    "annotation_types",
    "descriptors",
    "dates",
    "natures",
)


@dataclass(slots=True)
class Switches:
    """Ways in which the server can differ."""

    hidden_fields: list[str] = field(default_factory=list)
    """Fields that this instance does not have yet, as ``Type.field``."""
    label_moves_date: bool = True
    """A label moves the update date of its dossier (changed during 2026)."""
    second_correction_refused: bool = False
    """A correction request while one is pending is an error, instead of a mere message."""
    correction_blocks_instruction: bool = False
    """A dossier that waits for a correction cannot be taken up, as some démarches want."""
    registry_down: bool = False
    """The company registry does not answer: companies are served incomplete."""
    complexity: bool = True
    """The complexity budget is enforced (since July 2026)."""
    expired_file_status: int = 403
    """What an expired file link answers."""
    silent_annotations: bool = False
    """An annotation of another revision or type is left out without an error."""

    opaque_cursors: bool = False
    """Cursors are of a format that no client can read."""
    closed_groupes: bool = False
    """``groupeInstructeurs(closed:)`` filters (later in 2026), instead of failing."""

    # Parts newer than January 2026, each in a file of ``sandbox/newer/``

    assignments: bool = False
    """``Dossier.assignments``: to which groupes a dossier was handed."""
    conditions: bool = False
    """The condition of each question, and what makes a dossier ineligible."""
    correction_cancelling: bool = False
    """``dossierAnnulerDemandeCorrection``."""
    champ_types: bool = False
    """The descriptors that came in 2026 are there, those that went are not."""
    annotation_types: bool = False
    """Nine more types of annotation can be written, files included."""
    descriptors: bool = False
    """``demarcheDescriptors`` and the number of dossiers of a démarche."""
    dates: bool = False
    """When an instructeur corrected an answer, when a decision was read."""
    natures: bool = False
    """``PieceJustificativeChamp.nature``: which document a file champ asks for."""

    def shape(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return what the schema lacks, and the newer parts that it has."""
        return frozenset(self.hidden_fields), frozenset(
            name for name in NEWER if getattr(self, name)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the switches as plain JSON values."""
        return asdict(self)
