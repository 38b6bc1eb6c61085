"""What a returned workbook changes, beside what was written since it was handed out. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from exports.returned.reader import Written

Held: TypeAlias = tuple[str, str]
"""Opinion and comment."""

NOTHING: Held = ("", "")


@dataclass(frozen=True, slots=True)
class Change:
    """What an evaluator changed on a dossier."""

    number: int
    before: Held
    after: Held


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be kept of a returned workbook, or why none of it is.

    Attributes:
        changes: What is to be kept.
        problems: Why nothing is, each with its cells, in French.
        remarks: What is left out without harm to the rest, in the same way.
    """

    changes: tuple[Change, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def merge(
    rows: Sequence[Written],
    *,
    carried: Mapping[int, Held],
    present: Mapping[int, Held],
    known: Collection[int],
    handed_out: Collection[int] = (),
) -> Merge:
    """Compare what was returned with what the workbook carried and with what is held now.

    A cell that is as it was handed out says nothing. A cell that was emptied clears the opinion.
    A dossier whose row was removed keeps its opinion.

    Args:
        rows: What the workbook says.
        carried: What its author held of each dossier when it was made.
        present: What its author holds now.
        known: Dossiers that may be judged in this workbook.
        handed_out: Dossiers that it had when it was published. One that has left it since holds
            up no other.
    """
    changes, problems, remarks = [], [], []
    for row in rows:
        returned = (row.judgement, row.comment)
        was, now = carried.get(row.number, NOTHING), present.get(row.number, NOTHING)
        if returned in (was, now):
            continue
        if row.number not in known and row.number in handed_out:
            remarks.append(
                f"{row.cells} : le dossier {row.number} a quitté ce classeur depuis qu'il a été"
                " publié (retiré, plus diffusé, ou confié à un autre centre) : l'avis écrit là,"
                f" {_told(returned)}, n'est pas repris. Gardez ce fichier et transmettez l'avis à"
                " l'agence ; si le dossier revient dans ce classeur, importez-le de nouveau"
            )
        elif row.number not in known:
            problems.append(
                f"{row.cells} : le dossier {row.number} n'est pas de ceux de ce classeur"
            )
        elif now != was:
            problems.append(
                f"{row.cells} : l'avis sur le dossier {row.number} a changé depuis que ce classeur"
                f" a été fait ; il est maintenant {_told(now)}. Reportez-le dans le dernier"
                " classeur publié"
            )
        else:
            changes.append(Change(row.number, before=now, after=returned))
    return Merge(tuple(changes), tuple(problems), tuple(remarks))


def _told(held: Held) -> str:
    return " — ".join(f"« {part} »" for part in held if part) or "vide"
