"""Duplicates that a person confirms: the same report sent twice counts once, everywhere."""

from collections.abc import Iterable
from datetime import date, datetime

from triage.registre.acts import Act, By, Draft, Verb, as_known, dossier_number, dossier_object
from triage.registre.drafting import When, draft
from triage.registre.refused import Refused
from triage.registre.register import Register

_OF = "doublon_de"


def copies(
    acts: Iterable[Act], *, on: date | None = None, known: datetime | None = None
) -> dict[int, int]:
    """The dossier that each duplicate is a copy of.

    Args:
        acts: All acts.
        on: « État au »; without it, all effects.
        known: « Tel que connu le » (aware); without it, every act.
    """
    found: dict[int, int] = {}
    for act in as_known((one for one in acts if one.verb is Verb.COPY), on=on, known=known):
        number, of = dossier_number(act.object), act.new.get(_OF)
        if number is not None:
            found.pop(number, None)
            if of is not None:
                found[number] = int(of)
    return found


def confirm_copy(
    register: Register, now: dict[int, int], number: int, of: int, *, by: By, when: When
) -> list[Draft]:
    """Say that a dossier is the same report as another; no act where that is known.

    Args:
        register: The register.
        now: Duplicates so far (:func:`copies`).
        number: The dossier that counts no more.
        of: The one that it is a copy of.
        by: Who says so.
        when: Day of effect and reason.

    Raises:
        Refused: One of them is unknown, or the second is a copy of the first.
    """
    for one in (number, of):
        _situation_of(register, one)
    above: int | None = of
    while above is not None:
        if above == number:
            raise Refused(f"Le dossier {of} est lui-même un doublon du dossier {number}.")
        above = now.get(above)
    return [] if now.get(number) == of else [_draft(register, now, number, of, by=by, when=when)]


def withdraw_copy(
    register: Register, now: dict[int, int], number: int, *, by: By, when: When
) -> list[Draft]:
    """Say that a dossier is no duplicate after all.

    Raises:
        Refused: Nobody said that it was.
    """
    if number not in now:
        raise Refused(f"Personne n'a dit que le dossier {number} est un doublon.")
    return [_draft(register, now, number, None, by=by, when=when)]


def _draft(
    register: Register, now: dict[int, int], number: int, of: int | None, *, by: By, when: When
) -> Draft:
    former = {_OF: now.get(number)}
    new = {_OF: of, "situation": _situation_of(register, number)}
    return draft(dossier_object(number), Verb.COPY, by=by, when=when, former=former, new=new)


def _situation_of(register: Register, number: int) -> str:
    for one in register.situations.values():
        if number in one.dossiers:
            return one.id
    raise Refused(f"Le dossier {number} n'est dans aucune situation du registre.")
