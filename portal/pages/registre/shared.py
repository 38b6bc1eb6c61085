"""What pages of the register share: the day that is asked for, a situation by its id."""

from collections.abc import Mapping
from datetime import date

from fastapi import Request

from french.time import calendar_day
from portal.errors import UnknownError
from portal.registre.access import At, RegisterAccess, RegisterRead
from triage.registre.register import Situation


def access_of(request: Request) -> RegisterAccess:
    """The access of this portal."""
    access: RegisterAccess = request.app.state.access
    return access


def at_of(params: Mapping[str, str]) -> tuple[At, tuple[str, ...]]:
    """« État au … tel que connu le … », and which of them is no day, in French."""
    days: dict[str, date | None] = {}
    wrong = []
    for name, title in (("au", "État au"), ("connu", "Tel que connu le")):
        text = params.get(name, "").strip()
        try:
            days[name] = calendar_day(text) if text else None
        except ValueError:
            wrong.append(f"{title}\u00a0: «\u00a0{text[:40]}\u00a0» n’est pas une date")
    return At(days.get("au"), days.get("connu")), tuple(wrong)


def find(read: RegisterRead, name: str) -> Situation:
    """A situation that a person may read; the agency reads those that were merged too.

    Raises:
        UnknownError: There is none, for them.
    """
    reading = read.reading
    found = reading.situations.get(name)
    if found is None and reading.is_agency:
        found = read.register.situations.get(name)
    if found is None or reading.shown(name) != name:
        raise UnknownError
    return found
