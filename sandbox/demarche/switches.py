"""What differs from one instance of DS, or one year, to another; kept with the state."""

from dataclasses import asdict, dataclass, field
from typing import Any


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

    def as_json(self) -> dict[str, Any]:
        """Return the switches as plain JSON values."""
        return asdict(self)
