"""The list of situations: its lines, its filters, and what is counted above it. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from exports.sheets.registre import day_of
from exports.sheets.values import content_text
from french.text import fold, typographic
from portal.dossiers.search import page_number
from portal.registre.access import RegisterRead, holds
from triage.registre.register import MeasureState, Situation, State

RECENT = timedelta(days=90)
PER_PAGE = 50
ORDERS = {
    "rang": "Rang proposé",
    "etat": "État depuis, du plus récent",
    "signaux": "Signaux des 90 derniers jours",
    "echeance": "Échéance, de la plus proche",
    "titre": "Titre",
}


@dataclass(frozen=True, slots=True)
class SituationRow:
    """A situation in the list, as its reader may know it.

    Attributes:
        id: Its id.
        name: Its id as it is read.
        title: What people call it.
        state: Its state.
        since: Day since which it is in this state.
        woken: Whether a signal came after its closure.
        rises: Whether its reports rise.
        level: Level of risk.
        score: Points of the most; blank where it is not known or not told.
        recent: Reports and signals of the last 90 days.
        signals: All of them.
        patients: Patients; blank where nobody estimates, or they are not told.
        measures: Measures of the agency that its reader may know.
        due: Nearest last day.
        late: Questions that are late.
        pilot: Who follows it up.
        rank: Place in the proposed order.
    """

    id: str
    name: str
    title: str
    state: State
    since: date
    woken: bool
    rises: bool
    level: str
    score: str
    recent: int
    signals: int
    patients: str
    measures: int
    due: date | None
    late: int
    pilot: str
    rank: int


@dataclass(frozen=True, slots=True)
class RegisterSearch:
    """What was asked for, as it stands in the address; blank means any."""

    q: str = ""
    etat: str = ""
    niveau: str = ""
    pilote: str = ""
    tri: str = "rang"
    page: int = 1

    def address(self, **changes: Any) -> str:
        """Address of the same list with other choices."""
        every = {name: getattr(self, name) for name in RegisterSearch.__dataclass_fields__}
        default = RegisterSearch()
        told = {
            name: value
            for name, value in {**every, **changes}.items()
            if name not in every or value != getattr(default, name)
        }
        kept = {name: value for name, value in told.items() if value}
        return f"/situations?{urlencode(kept)}" if kept else "/situations"


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list.

    Attributes:
        rows: Its lines.
        total: How many situations answer.
        every: How many there are.
        pages: How many pages.
        states: How many situations of each state there are.
        woken: How many are Réveillées.
        late: How many questions are late.
        pilots: Who follows situations up.
        waiting: Groupings that wait for a person.
        validated: Whether one was ever validated.
    """

    rows: Sequence[SituationRow]
    total: int
    every: int
    pages: int
    states: Mapping[State, int]
    woken: int
    late: int
    pilots: Sequence[str]
    waiting: int
    validated: bool


WOKEN = "Réveillée"


def refused(
    params: Mapping[str, str], levels: Sequence[str]
) -> tuple[RegisterSearch, tuple[str, ...]]:
    """What an address asks for, and the filters whose value is none, in French."""
    allowed: dict[str, tuple[str, Sequence[str]]] = {
        "etat": ("état", [*map(str, State), WOKEN]),
        "niveau": ("niveau", levels),
        "tri": ("ordre", [*ORDERS]),
    }
    kept: dict[str, Any] = {}
    wrong = []
    for name in ("q", "etat", "niveau", "pilote", "tri"):
        text = params.get(name, "").strip()[:200]
        title, options = allowed.get(name, ("", ()))
        if text and title and text not in options:
            wrong.append(f"«\u00a0{text}\u00a0» n’est pas un {title}")
        elif text:
            kept[name] = text
    return RegisterSearch(**kept, page=page_number(params.get("page", ""))), tuple(wrong)


def listed(read: RegisterRead, asked: RegisterSearch) -> Listed:
    """The page that was asked for, or the last one."""
    rows = [row_of(read, one) for one in _shown(read)]
    found = sorted(filter(_filter(asked), rows), key=_ORDER[asked.tri])
    pages = max(1, -(-len(found) // PER_PAGE))
    first = (min(asked.page, pages) - 1) * PER_PAGE
    states = Counter(one.state for one in rows)
    return Listed(
        rows=found[first : first + PER_PAGE],
        total=len(found),
        every=len(rows),
        pages=pages,
        states={state: states[state] for state in State if states[state]},
        woken=sum(one.woken for one in rows),
        late=sum(one.late for one in read.reading.asked),
        pilots=sorted({one.pilot for one in rows if one.pilot}, key=fold),
        waiting=states[State.TO_VALIDATE],
        validated=any(one.state not in {State.TO_VALIDATE, State.DISCARDED} for one in rows),
    )


def row_of(read: RegisterRead, one: Situation) -> SituationRow:
    """The line of a situation."""
    reading, figures = read.reading, read.figures
    beside, cells = reading.beside(one.id), figures.cells.get(one.id, {})
    ranked = reading.context.register.ranked.get(one.id) if reading.is_agency else None
    days = [
        *(day for day in figures.days.get(one.id, ()) if day <= read.day),
        *(day_of(signal.fields["reçu_le"]) for signal in beside.signals),
    ]
    tells = reading.is_agency
    return SituationRow(
        id=one.id,
        name=reading.shown(one.id),
        title=title_of(read, one),
        state=one.state,
        since=one.since,
        woken=one.woken,
        rises=cells.get("Tendance") == "en hausse",
        level=str(one.level.get("niveau", "")) if tells or "registre_niveau" in read.named else "",
        score=ranked.score.told() if ranked else "",
        recent=sum(day is not None and read.day - RECENT < day for day in days),
        signals=len(days),
        patients=content_text(cells.get("Patients estimés")),
        measures=sum(each.state is not MeasureState.DROPPED for each in beside.measures),
        due=due_of(read, one) if tells else None,
        late=sum(each.late for each in beside.asked),
        pilot=str(one.fields.get("pilote", "")) if tells else "",
        rank=ranked.rank if ranked else len(reading.context.register.ranked) + 1,
    )


def title_of(read: RegisterRead, one: Situation) -> str:
    """What people call a situation: its public title, else what is proposed to its reader."""
    public = str(one.fields.get("titre", ""))
    proposed = content_text(read.figures.cells.get(one.id, {}).get("Titre"))
    told = next(_substance(read, one.id))
    return typographic(public) or proposed or told or read.reading.shown(one.id)


def _substance(read: RegisterRead, name: str) -> Iterator[str]:
    for signal in read.reading.beside(name).signals:
        yield str(signal.fields.get("substance", ""))
    yield ""


def due_of(read: RegisterRead, one: Situation) -> date | None:
    """The nearest last day: to evaluate a measure, or for a centre to answer."""
    beside = read.reading.beside(one.id)
    measures = (
        day_of(each.fields.get("échéance"))
        for each in beside.measures
        if not each.conclusion and each.state is not MeasureState.DROPPED
    )
    questions = (
        each.question.due_on
        for each in beside.asked
        if each.answer is None and not each.question.withdrawn
    )
    return min((day for day in (*measures, *questions) if day), default=None)


def _shown(read: RegisterRead) -> Iterator[Situation]:
    for name, one in read.reading.situations.items():
        if holds(read, name):
            yield one


def _filter(asked: RegisterSearch) -> Callable[[SituationRow], bool]:
    words = fold(asked.q).split()

    def keeps(one: SituationRow) -> bool:
        text = fold(f"{one.name} {one.title} {one.pilot}")
        state = one.woken if asked.etat == WOKEN else asked.etat in {"", str(one.state)}
        return (
            state
            and asked.niveau in {"", one.level}
            and asked.pilote in {"", one.pilot}
            and all(word in text for word in words)
        )

    return keeps


_ORDER: Mapping[str, Callable[[SituationRow], Any]] = {
    "rang": lambda one: (not one.woken, one.rank, -one.recent, one.id),
    "etat": lambda one: (-one.since.toordinal(), one.id),
    "signaux": lambda one: (-one.recent, -one.signals, one.id),
    "echeance": lambda one: (one.due or date.max, one.id),
    "titre": lambda one: (fold(one.title), one.id),
}
