"""One dossier as the server keeps it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

OPEN_STATES = ("en_construction", "en_instruction")
FINAL_STATES = ("accepte", "refuse", "sans_suite")


@dataclass(slots=True)
class DepositedDossier:
    """A deposited dossier; instants are microseconds since 1970 UTC, champs are by stable id."""

    number: int
    demarche: int
    revision: int
    state: str
    groupe: int
    deposited_at: int
    updated_at: int
    usager_email: str
    siret: str
    company: str
    answers: dict[str, Any]
    champs_at: int
    annotations_at: int
    annotations: dict[str, Any] = field(default_factory=dict)
    annotation_dates: dict[str, int] = field(default_factory=dict)
    labels: list[int] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    treatments: list[dict[str, Any]] = field(default_factory=list)
    archived: bool = False
    construction_at: int = 0
    instruction_at: int | None = None
    decided_at: int | None = None
    motivation: str | None = None
    account_deleted: bool = False
    hidden_by_user_at: int | None = None
    hidden_by_admin_at: int | None = None
    expired: bool = False
    unlisted: bool = False
    draft: dict[str, Any] = field(default_factory=dict)
    first_revision: int = 0
    """The revision that it was written in; 0 in a state of an older sandbox: the present one."""
    written: dict[str, int] = field(default_factory=dict)
    """The revision that an answer or annotation was written in, where that is a later one."""
    mandatory: bool = True
    """Whether what is mandatory must be answered; not in one written when nothing was yet."""
    person: dict[str, Any] | None = None
    """The natural person who deposits, if it is not a company."""
    avis: list[dict[str, Any]] = field(default_factory=list)
    followers: list[int] = field(default_factory=list)
    """Ids of the instructeurs who follow it."""
    assignments: list[dict[str, Any]] = field(default_factory=list)
    """To which groupes it was handed, oldest first."""
    answered_at: int = 0
    """When what was deposited was answered; 0 in a state of an older sandbox: ``champs_at``."""
    answer_dates: dict[str, int] = field(default_factory=dict)
    """When an answer was typed, where that is later; in rows by stable id and row, ``12|ROW``."""
    motivation_file: dict[str, Any] | None = None
    champs_by_instructeur_at: int | None = None
    version: int = 0

    @property
    def pending_deletion(self) -> tuple[int, str] | None:
        """When and why the dossier left the list, when it can still come back."""
        if self.hidden_by_admin_at is not None:
            return self.hidden_by_admin_at, "instructeur_request"
        if self.hidden_by_user_at is not None and self.state == "en_construction":
            return self.hidden_by_user_at, "user_request"
        return None

    @property
    def listed(self) -> bool:
        """Whether ``demarche.dossiers`` shows it."""
        return not (self.pending_deletion or self.expired or self.unlisted)

    @property
    def pending_correction(self) -> dict[str, Any] | None:
        """The message whose correction request waits for the declarant."""
        waiting = [one for one in self.messages if one["reason"] and one["resolved_at"] is None]
        return waiting[-1] if waiting else None

    def write(self, answers: dict[str, Any], now: int) -> None:
        """Put answers in the place of the earlier ones, written now, in the present revision.

        Each has a date of its own, on which publishing a revision has no effect; so has what
        stands in a row, whose date moves with it alone.
        """
        self.answer_dates |= dict.fromkeys(answers, now)
        for stable, answer in answers.items():
            before = _rows(self.answers.get(stable))
            for row, champs in _rows(answer).items():
                known = before.get(row, {})
                typed = (one for one, given in champs.items() if known.get(one) != given)
                self.answer_dates |= {f"{one}|{row}": now for one in typed}
        self.answers = {**self.answers, **answers}
        self.mark_written(answers)

    def mark_written(self, stables: Iterable[str]) -> None:
        """Note in which revision answers or annotations were written."""
        for stable in stables:
            if self.revision != self.first_revision:
                self.written[stable] = self.revision
            else:
                self.written.pop(stable, None)

    def assign(self, when: int, mode: str, by: str | None, previous: int | None = None) -> None:
        """Note to which groupe the dossier is handed now, and from which."""
        line = {"mode": mode, "at": when, "by": by, "groupe": self.groupe}
        self.assignments.append({**line, "previous": previous})

    def treat(self, event: str, when: int, by: str | None) -> None:
        """Add a line to the dossier's history."""
        line = {"event": event, "at": when, "by": by, "state": self.state}
        self.treatments.append({**line, "revision": self.revision})

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return asdict(self)


def _rows(answer: Any) -> dict[str, dict[str, Any]]:
    """What stands in each row of a repetition; nothing of another answer."""
    rows = answer if isinstance(answer, list) else []
    return {one["id"]: one["champs"] for one in rows if isinstance(one, dict) and "champs" in one}
