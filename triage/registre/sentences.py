"""The register in French, the same in commands and on pages."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from triage.registre.acts import Act
from triage.registre.lifecycle import TEXTS
from triage.registre.register import MeasureState, Situation
from triage.registre.risk_level import ProposedLevel


def state_of(one: Situation) -> str:
    """A state as people read it."""
    if one.merged_into:
        return f"{one.state} dans {one.merged_into}"
    return f"{one.state} (Réveillée)" if one.woken else str(one.state)


def head(one: Situation, proposed: ProposedLevel) -> Iterator[tuple[str, str]]:
    """What is known of a situation, name by name."""
    yield "État", f"{state_of(one)}, depuis le {day(one.since)}"
    yield "Identifiée le", day(one.identified_on)
    for name, title in TEXTS.items():
        if text := one.fields.get(name):
            yield title, str(text)
    level = str(one.level.get("niveau", ""))
    if level:
        yield "Niveau", f"{level} : {one.level['justification']}"
        criteria: Mapping[str, str] = one.level["critères"]
        yield "Critères", ", ".join(f"{name} : {answer}" for name, answer in criteria.items())
    if proposed.level:
        apart = ", différent de celui de l’agence" if proposed.disagrees_with(level) else ""
        yield "Niveau proposé", f"{proposed.level} ({proposed.source}){apart}"
    for name, text in one.ended.items():
        yield name.capitalize(), str(text)
    if one.split_from:
        yield "Scindée de", one.split_from
    waiting = sorted({*one.dossiers} - {*one.confirmed})
    yield "Dossiers", ", ".join(map(str, one.dossiers)) or "aucun"
    if waiting:
        yield "À confirmer", ", ".join(map(str, waiting))
    yield "Dernier acte", str(one.last)


def day(found: date | None) -> str:
    """A day as people write it."""
    return "–" if found is None else f"{found:%d/%m/%Y}"


def day_text(text: object) -> str:
    """A day that was entered as ISO text, as people write it; another text as it is."""
    try:
        return day(date.fromisoformat(str(text)))
    except ValueError:
        return str(text)


def dates_told(dates: Mapping[MeasureState, date]) -> str:
    """The first day of each state of a measure."""
    return ", ".join(f"{state} le {day(on)}" for state, on in dates.items())


def changes_told(one: Act) -> str:
    """What an act changed, by the names that its form gave: before, then after."""
    told = {name: (_shown(one.former.get(name)), _shown(new)) for name, new in one.new.items()}
    return " ; ".join(
        f"{TEXTS.get(name, name.replace('_', ' '))} : {before} → {after}"
        for name, (before, after) in told.items()
        if before != after
    )


def _shown(value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return "oui" if value else "non"
        case list():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name} {text}" for name, text in value.items())
        case str() if value[4:5] == "-":  # digits alone are a number
            return day_text(value)
        case _:
            return str(value)
