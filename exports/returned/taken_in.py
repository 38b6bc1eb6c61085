"""What a returned workbook brings, before anything of it is kept."""

from dataclasses import dataclass, field

from exports.returned.answers import AnswerChange
from exports.returned.merging import BY_COMMAND, Change, Spread, Ways
from triage.registre.acts import Draft


@dataclass(frozen=True, slots=True)
class ReadAs:
    """What a person says of a workbook that it cannot tell, and how they say it.

    Attributes:
        accept_rows: Each opinion is in front of its dossier, whatever the cells look like.
        spread: Whom the text of merged cells is for.
        ways: How they say so.
    """

    accept_rows: bool = False
    spread: Spread | None = None
    ways: Ways = BY_COMMAND


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a returned workbook brought.

    Attributes:
        author: Who it was made for.
        changes: What changed, by dossier.
        problems: Why nothing is taken in, each with its cell.
        remarks: What is left out, each with its cell; the rest may be taken in.
        answers: What changed of the answers to questions.
        drafts: The acts that they make.
        until: Last opinion of all when it was compared.
        acts_until: Last act of all when it was compared.
    """

    author: str
    changes: tuple[Change, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    answers: tuple[AnswerChange, ...] = ()
    drafts: tuple[Draft, ...] = field(default=(), compare=False)
    until: int = field(default=0, compare=False)
    acts_until: int = field(default=0, compare=False)
