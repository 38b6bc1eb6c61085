"""What a returned workbook changes, beside what was written since it was handed out. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from exports.returned.reader import Covering, Written

Held: TypeAlias = tuple[str, str]
"""Opinion and comment."""

NOTHING: Held = ("", "")

Spread: TypeAlias = Literal["first", "all"]
"""Whom the text of merged cells is for, as a person says: the first row alone, or all."""
_PARTS = ("avis", "commentaire")
_NOTHING_THERE = "rien n'y est repris ni effacé"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person says what a workbook alone cannot tell, where it was refused for that.

    Attributes:
        rows: Each opinion is in front of its dossier, whatever the cells look like.
        merged: Whom the text of merged cells is for.
        first: That it is for the first row alone.
    """

    rows: str
    merged: str
    first: str


BY_COMMAND = Ways(
    rows="relancez avec --accept-rows",
    merged="relancez avec --merged first (le premier seul) ou --merged all (tous)",
    first="relancez avec --merged first (le premier seul)",
)


@dataclass(frozen=True, slots=True)
class Change:
    """What an evaluator changed on a dossier, and in which cells."""

    number: int
    before: Held
    after: Held
    cells: str = field(default="", compare=False)


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


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Rows once cells that were made one are told apart.

    Attributes:
        rows: What each row says.
        problems: What a person must say first.
        remarks: What was kept under other cells.
    """

    rows: tuple[Written, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]


def uncover(
    rows: Sequence[Written],
    coverings: Sequence[Covering],
    *,
    present: Mapping[int, Held],
    carried: Mapping[int, Held],
    spread: Spread | None,
    ways: Ways = BY_COMMAND,
) -> Uncovered:
    """Tell what merged cells say of each row: nothing is erased by being covered.

    What is shown is what was written; a text that is still there under it, and was not handed out,
    is never taken: only a person knows whether it is meant.

    Args:
        rows: What the workbook says.
        coverings: Evaluators' cells that were made one.
        present: What its author holds now.
        carried: What its author held when the workbook was made.
        spread: Whom their text is for, where a person said.
        ways: How they say it.
    """
    found = {row.number: row for row in rows}
    problems: list[str] = []
    remarks: list[str] = []
    for one in coverings:
        first = found.get(one.first)
        text = (_parts(first)[one.part] or "") if first else ""
        held = {n: present.get(n, NOTHING)[one.part] for n in one.covered if n in found}
        was = present.get(one.first, NOTHING)[one.part]
        new = {
            n: hidden
            for n, hidden in one.covered.items()
            if n in held and hidden not in {"", text, held[n], carried.get(n, NOTHING)[one.part]}
        }
        under = {n: what for n, what in one.covered.items() if n in held and what not in {"", text}}
        hidden = under if text not in {"", was} else new
        kept = [n for n, what in held.items() if what and what != text and n not in new]
        blank = [n for n, what in held.items() if not what and n not in new]
        merged, before = f"{one.cells} : cellules fusionnées", len(remarks) + len(problems)
        if kept:
            remarks.append(
                f"{merged} ; {_PARTS[one.part]} déjà donné sur {_dossiers(kept)} : gardé,"
                " rien n'est effacé"
            )
        if new and spread == "first":
            remarks.append(f"{merged} ; caché dessous, non repris : {_hidden(new)}")
        elif hidden and spread != "first":
            lost = f", et perdu si « {text} » valait pour tous" if text else ""
            problems.append(
                f"{merged} ; caché dessous{lost} :"
                f" {_hidden(hidden)}. Défusionnez-les et écrivez chaque texte là où il vaut, ou"
                f" {ways.first}"
            )
        if text and blank and spread is None:
            problems.append(
                f"{merged} ; « {text} » vaut-il pour le dossier"
                f" {one.first} seul, ou aussi pour {_dossiers(blank)} ? Défusionnez-les et écrivez"
                f" ce texte là où il vaut, ou {ways.merged}"
            )
        elif text and blank and spread == "all":
            for number in blank:
                found[number] = _with(found[number], one.part, text)
        decided = bool(text and blank and spread)  # by a person, who was told
        if len(remarks) + len(problems) == before and not decided:
            what = (
                f"« {text} » n'y vaut que pour le dossier {one.first}" if text else _NOTHING_THERE
            )
            remarks.append(f"{merged} ; {what}")
    return Uncovered(tuple(found.values()), tuple(problems), tuple(remarks))


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
        was, now = carried.get(row.number, NOTHING), present.get(row.number, NOTHING)
        judgement, comment = _parts(row)
        returned = (
            was[0] if judgement is None else judgement,
            was[1] if comment is None else comment,
        )
        if returned in (was, now):
            continue
        if row.number not in known and row.number in handed_out:
            remarks.append(
                f"{row.cells} : le dossier {row.number} a quitté ce classeur depuis qu'il a été"
                " publié (retiré, plus diffusé, ou confié à un autre centre) : l'avis écrit là,"
                f" {_told(returned)}, n'est pas repris. Gardez ce fichier et transmettez l'avis à"
                " l'agence ; si le dossier revient dans ce classeur, importez-le de nouveau"
            )
        elif row.number not in known and row.below:
            remarks.append(
                f"{row.cells} : lu ailleurs, non repris : {_told(returned)} (ligne sous le"
                f" tableau ; {row.number} n'est pas un dossier de ce classeur)"
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
            changes.append(Change(row.number, before=now, after=returned, cells=row.cells))
    return Merge(tuple(changes), tuple(problems), tuple(remarks))


def _hidden(typed: Mapping[int, str]) -> str:
    return ", ".join(f"« {text} » (dossier {number})" for number, text in typed.items())


def _parts(row: Written) -> tuple[str | None, str | None]:
    return row.judgement, row.comment


def _with(row: Written, part: int, text: str) -> Written:
    return replace(row, judgement=text) if part == 0 else replace(row, comment=text)


def _dossiers(numbers: Sequence[int]) -> str:
    return f"{'les dossiers' if len(numbers) > 1 else 'le dossier'} {', '.join(map(str, numbers))}"


def _told(held: Held) -> str:
    return " — ".join(f"« {part} »" for part in held if part) or "vide"
