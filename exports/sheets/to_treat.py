"""`À traiter`: which dossiers wait for the readers of a workbook, and why now. Pure.

The sheet and the first page of the portal ask the same: what holds of a dossier whatever the news
(:func:`could_wait`, which the portal keeps), then what holds now (:func:`why_now`).

Nothing here looks at a clock: « new » and « answered » are since the last weekly edition, as in
`Changements`, so that a workbook is made again only when what it says moved.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from exports.cells import paris
from exports.readers.facts import DossierFact
from exports.readers.reading import Reading
from exports.sheets.centres import EITHER, AssignmentReason
from exports.sheets.columns import Reason, SheetSpec, Turn
from exports.sheets.tables import COUNTED
from french.text import SEMICOLON, agreed, typographic
from mappings.dossier.model import DossierState
from mappings.report.model import Answer
from mappings.schema.model import MANUAL, Audience
from triage.verdict.model import Status

COULD_WAIT: DossierFact[tuple[Reason, ...]] = DossierFact("could wait", tuple[Reason, ...])
PLACE: DossierFact[tuple[str, float, int]] = DossierFact("place", tuple[str, float, int])
NOTHING = "Rien à traiter cette semaine."
_SINCE: tuple[Reason, ...] = ("nouveau", "reponse", "avis_recu")
"""Reasons that are of what moved since an edition."""
EVERY_CENTRE = "crpv"
"""Author of what all centres read alike: it gives no opinion."""
UNTIL_THE_FIRST = "tant qu'aucune édition hebdomadaire n'est parue, tout dossier ouvert est nouveau"
OWN = frozenset({AssignmentReason.RAPPORTEUR.value, AssignmentReason.TERRITORY.value, EITHER})
"""Why the readers of a workbook have a dossier that is theirs: the others, everyone has."""
_OPEN = frozenset({Status.COMPLET, Status.A_COMPLETER, Status.A_PRECISER})
_WITH_DECLARANT: frozenset[Reason] = frozenset({"a_preciser"})
"""Reasons of the agency that wait for the declarant alone, once something is asked of them."""


@dataclass(frozen=True, slots=True)
class News:
    """What moved since the last weekly edition, for the readers of a workbook.

    Attributes:
        new: Dossiers that it did not have; ``None`` where no edition can be compared with: every
            dossier is new then.
        answered: Dossiers that their declarants sent again.
        opinions: Dossiers on which others gave their opinion; the agency's alone.
    """

    new: Collection[int] | None = ()
    answered: Collection[int] = ()
    opinions: Collection[int] = ()

    def has(self, number: int) -> bool:
        """Whether a dossier is new."""
        return self.new is None or number in self.new


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What beside a dossier says whether it waits: the news, and situations that rise."""

    news: News
    rising: Collection[str]


class Waiting(NamedTuple):
    """A dossier that waits, saying why now and who is to act.

    Attributes:
        urgency: The most urgent is the least.
        reading: The dossier.
    """

    urgency: tuple[str | float, ...]
    reading: Reading


class WaitingFacts(NamedTuple):
    """What decides, beside the news, whether a dossier waits for the readers of a workbook.

    Attributes:
        number: The dossier.
        could: From :func:`could_wait`.
        situation: Its situation, or blank.
        own: Whether it is theirs, and not only because everyone has it.
        judged: Whether they gave their opinion on it.
    """

    number: int
    could: Collection[Reason]
    situation: str
    own: bool
    judged: bool


def could_wait(reading: Reading, words: Collection[Reason]) -> tuple[Reason, ...]:
    """Reasons that hold of the dossier, or will once there is news: the same for all who read it.

    Args:
        reading: The dossier as an audience reads it.
        words: Reasons that this audience may have.
    """
    return tuple(name for name in words if _OF_DOSSIER[name](reading))


def why_now(one: WaitingFacts, around: Circumstances) -> tuple[Reason, ...]:
    """Why a dossier waits now, in the order of ``could``."""
    return tuple(name for name in one.could if _NOW.get(name, _always)(one, around))


def standing(reading: Reading, words: Collection[Reason]) -> WaitingFacts:
    """Where a dossier stands, for the readers of its workbook."""
    return WaitingFacts(
        number=reading.number,
        could=reading.told(COULD_WAIT, lambda one: could_wait(one, words)),
        situation=reading.entry.situation,
        own=reading.why in OWN,
        judged=_has_opinion(reading),
    )


def whose_turn(reading: Reading, why: Collection[Reason]) -> Turn:
    """Who is to act on a dossier that waits.

    The declarant, while something is asked of them. Else a complete dossier is for those who read
    it, until they gave their opinion; the others are the agency's, which writes to declarants and
    decides. Its own workbook leaves to the declarant only what it has no other reason to look at.
    """
    known = reading.summary
    asked = known.asked_at is not None and not known.handed_over
    if reading.audience == "agence":
        return "declarant" if asked and _WITH_DECLARANT.issuperset(why) else "lecteur"
    if asked:
        return "declarant"
    waits = reading.decision.status is Status.COMPLET and not _has_opinion(reading)
    return "lecteur" if waits else "agence"


def waiting(
    readings: Iterable[Reading], sheet: SheetSpec, audience: Audience, around: Circumstances
) -> Sequence[Waiting]:
    """The dossiers that wait, the most urgent first.

    By priority; then those of the centre before national ones; then by reason, in the order of
    the sheet; then the latest deposit first.
    """
    words, turns = sheet.reasons.get(audience, {}), sheet.turns.get(audience, {})
    order = {name: at for at, name in enumerate(words)}
    found = list[Waiting]()
    for reading in readings:
        why = why_now(standing(reading, words), around)
        if why:
            turn, known = whose_turn(reading, why), reading.summary
            sent = max(known.deposited_at, known.champs_modified_at)
            since = (turn == "declarant" and known.asked_at) or sent
            told = reading.copy(
                due=SEMICOLON.join(typographic(words[name]) for name in why),
                turn=typographic(turns.get(turn, "")),
                waits_since=paris(since),  # as DS wrote it, or as it was kept: one same cell
            )
            found.append(Waiting(_urgency(told, order[why[0]]), told))
    return sorted(found, key=lambda one: one.urgency)


def headline(
    treated: Sequence[Reading],
    *,
    whom: str,
    among: int,
    words: Mapping[Reason, str],
    turns: Mapping[Turn, str],
    aside: int,
    since: str,
    first: bool,
) -> str:
    """How many wait, for whom, who is to act, and for what; one may wait for several reasons.

    Args:
        treated: Those of :func:`waiting`.
        whom: Whom they wait for, as they are named.
        among: Dossiers of the workbook.
        words: How each reason is told.
        turns: How who is to act is told.
        aside: Dossiers in quarantine that have no row of their own: the agency is to act.
        since: With what is compared, as it is named; blank where nothing is.
        first: Whether that is because no edition came before.
    """
    total = len(treated) + aside
    if not total:
        return NOTHING
    told = Counter(part for one in treated for part in one.due.split(SEMICOLON))
    told[typographic(words.get("quarantaine", ""))] += aside
    acting = Counter(one.turn for one in treated)
    acting[typographic(turns.get("lecteur", ""))] += aside
    parts = [_counted(turns.values(), acting), _counted(words.values(), told)]
    counted = " — ".join(filter(None, parts))
    of_all = f"{agreed(total, 'dossier')}, sur {among + aside}"
    line = f"À traiter par {whom}{COUNTED}{of_all} — {counted}"
    moved = ", ".join(f"« {words[name]} »" for name in _SINCE if name in words)
    if first and "nouveau" in words:
        line += f" ({UNTIL_THE_FIRST})"
    elif since and moved:
        line += f" ({moved} : depuis {since})"
    return typographic(line)


def _counted(words: Iterable[str], told: Mapping[str, int]) -> str:
    """How many times each of these words is told, in order; no line ends between word and count."""
    shown = [typographic(word) for word in words]
    counts = (f"{word}\u00a0:\u00a0{told[word]}" for word in shown if word and told[word])
    return "\u00a0· ".join(counts)


def in_order(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Those of the centre before national ones, then by priority, then the latest deposit first."""
    return tuple(sorted(readings, key=lambda one: (is_national(one), *one.told(PLACE, _place))))


def _urgency(reading: Reading, reason: int) -> tuple[str | float, ...]:
    priority, *last = reading.told(PLACE, _place)
    return (priority, is_national(reading), reason, *last)


def _place(reading: Reading) -> tuple[str, float, int]:
    """By priority, then the latest deposit first."""
    deposited = reading.summary.deposited_at.timestamp()
    return (reading.decision.priority or "P9", -deposited, reading.number)


def is_national(reading: Reading) -> bool:
    """Whether a centre has it only because everyone does."""
    return reading.author not in {"", "agence", "reseau"} and reading.why not in OWN


def _is_open(reading: Reading) -> bool:
    """Whether something may still be done: in scope, and not decided on the démarche."""
    decision = reading.decision
    return decision.status in _OPEN and not decision.excluded and not reading.entry.report.archived


def _has_opinion(reading: Reading) -> bool:
    own = reading.opinion
    return own is not None and bool(own.judgement or own.comment)


def _by_hand(reading: Reading) -> bool:
    """Whether an instructeur has it already."""
    shown = reading.annotation(MANUAL)
    return isinstance(shown, Answer) and shown.value is True


def _only_by_bridge(reading: Reading) -> bool:
    """Whether the bridge alone says that it is out of scope."""
    entry = reading.entry
    verdict = entry.assessment.status is Status.HORS_CHAMP
    return verdict and reading.decision.excluded and not entry.held and not _by_hand(reading)


def _is_theirs(reading: Reading) -> bool:
    """Whether an answer is for its readers: at the agency, the bridge itself reads most."""
    taken = _by_hand(reading) or reading.entry.report.state is DossierState.EN_INSTRUCTION
    return _is_open(reading) and (reading.audience != "agence" or taken)


def _starts(reading: Reading) -> bool:
    """Whether it is complete and nobody took it up."""
    state = reading.entry.report.state
    return (
        reading.decision.status is Status.COMPLET
        and state is DossierState.EN_CONSTRUCTION
        and _is_open(reading)
        and not _by_hand(reading)
    )


def _to_clear_up(reading: Reading) -> bool:
    return reading.decision.status is Status.A_PRECISER and _is_open(reading)


def _undecided(reading: Reading) -> bool:
    decision = reading.decision
    return decision.status in {Status.A_TRIER, None} and not _by_hand(reading)


_OF_DOSSIER: Mapping[Reason, Callable[[Reading], bool]] = {
    "quarantaine": lambda one: one.entry.unreadable,
    "conflit": lambda one: bool(one.entry.conflicts),
    "a_relancer": lambda one: one.entry.handed_over and _is_open(one),
    "a_preciser": lambda one: _to_clear_up(one) and not one.entry.assessment.for_agency,
    "a_regarder": lambda one: _to_clear_up(one) and one.entry.assessment.for_agency,
    "hors_champ": _only_by_bridge,
    "a_trier": _undecided,
    "sans_centre": lambda one: one.nowhere and _is_open(one),
    "avis_recu": lambda _: True,
    "nouveau": _is_open,
    "reponse": _is_theirs,
    "p1": lambda one: one.decision.priority == "P1" and _is_open(one),
    "hausse": lambda one: bool(one.entry.situation) and _is_open(one),
    "avis": lambda one: one.decision.status is Status.COMPLET and _is_open(one),
    "complet": _starts,
}
_NOW: Mapping[Reason, Callable[[WaitingFacts, Circumstances], bool]] = {
    "avis_recu": lambda one, around: one.number in around.news.opinions,
    "nouveau": lambda one, around: around.news.has(one.number),
    "reponse": lambda one, around: one.number in around.news.answered,
    "p1": lambda one, _: not one.judged,
    "hausse": lambda one, around: one.situation in around.rising and not one.judged,
    "avis": lambda one, _: one.own and not one.judged,
}


def _always(_one: WaitingFacts, _around: Circumstances) -> bool:
    return True


def quarantined_alone(aside: Collection[int], readings: Sequence[Reading]) -> Iterator[int]:
    """Numbers of the dossiers in quarantine that were never read: no row says anything of them."""
    known = {one.number for one in readings}
    yield from sorted(number for number in aside if number not in known)
