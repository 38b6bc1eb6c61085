"""Acts of the register: what the bridge placed, and what people did, kept with all that follows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeAlias

from french.time import PARIS
from steps.judge.situation_descriptions import description_of, dumped
from steps.wiring.services import Services, now
from store.repository import StoreMemory
from store.verdicts.situations import DecidedBy, SituationReport
from triage.registre.acts import BRIDGE, Act, By, Draft, Verb, dossier_number, dossier_object
from triage.registre.drafting import When
from triage.registre.duplicates import copies
from triage.registre.lifecycle import confirm, opening, place, touched
from triage.registre.register import Register, State
from triage.registre.signals import anchors as anchors_of
from triage.registre.state_from_acts import read
from triage.situations.description import Description, overrule
from triage.situations.matching import MatchingRules
from triage.situations.propose import Placed, resolve

Draw: TypeAlias = Callable[[Register, Sequence[Act]], list[Draft]]
"""What a person does, drawn up from the register as it is and all acts."""

INSTRUCTEUR = By("instructeur (annotation « Situation »)", "annotation")
_HOLDS = frozenset({Verb.VALIDATED, Verb.CONFIRMED, Verb.MERGED, Verb.SPLIT, Verb.UNDONE})
"""Acts after which the dossiers of both sides are where a person wants them."""


def today() -> date:
    """The present day in Paris."""
    return now().astimezone(PARIS).date()


def register_of(
    services: Services, *, on: date | None = None, known: datetime | None = None
) -> Register:
    """The register, of the present or of a past day, as it was known at a moment."""
    return read(services.store.acts.list(services.demarche), on=on, known=known)


def copies_of(
    services: Services, *, on: date | None = None, known: datetime | None = None
) -> Mapping[int, int]:
    """The dossier that each duplicate is a copy of, as people confirmed."""
    said = services.store.acts.list(services.demarche, verb=Verb.COPY)
    return copies(said, on=on, known=known)


def perform(services: Services, by: By, draw: Draw, *, hold: Collection[str] = ()) -> Register:
    """Enter what a person does, with all that follows from it, or nothing.

    Args:
        services: Store, whose démarche is held by this process.
        by: Who.
        draw: Draws the acts up; what it raises leaves everything as it was.
        hold: Situations whose dossiers a person wants where they are, act or not.

    Returns:
        The register after it.
    """
    demarche, moment = services.demarche, now()

    def write(kept: StoreMemory) -> Register:
        acts = kept.acts.list(demarche)
        drafts = draw(read(acts), acts)
        kept.acts.enter(demarche, drafts, at=moment)
        after = read(kept.acts.list(demarche))
        if any(one.verb in {*_HOLDS, Verb.OPENED} for one in drafts):
            kept.situations.open(demarche, after.situations, at=moment)
            kept.situations.stand_for(demarche, after.merged())
        alone = [one for one in drafts if one.verb is Verb.PLACED and one.new.get("confirmé")]
        if alone:
            _hold_alone(kept, demarche, alone)
        held = touched(one for one in drafts if one.verb in _HOLDS) | {*hold}
        if held:
            _hold(kept, demarche, after, held, by=by)
            after = read(kept.acts.list(demarche))
        return after

    return services.store.together(write)


def _hold(
    kept: StoreMemory, demarche: int, register: Register, names: Collection[str], *, by: By
) -> None:
    """Let the dossiers of some situations be where the register has them, confirmed."""
    rows, moment, day = kept.situations.reports(demarche), now(), today()
    for name in sorted(names):
        one = register.situations.get(name)
        if one is None or one.state is State.MERGED:
            continue
        here = [number for number in one.dossiers if number in rows]
        kept.situations.save(demarche, [_decided(rows[n], name, moment) for n in here])
        reason = "Présent lors de la décision"
        held = confirm(one, here, by=by, when=When(day, day, reason))
        kept.acts.enter(demarche, held, at=moment)


def _hold_alone(kept: StoreMemory, demarche: int, drafts: Sequence[Draft]) -> None:
    """Let some dossiers be where a person placed them, confirmed; the others of it stay free."""
    placed = {dossier_number(one.object): str(one.new["situation"]) for one in drafts}
    rows, moment = kept.situations.reports(demarche), now()
    kept.situations.save(
        demarche, [_decided(rows[n], name, moment) for n, name in placed.items() if n in rows]
    )


def _decided(row: SituationReport, situation: str, moment: datetime) -> SituationReport:
    """A report where a person wants it: what its dossier shows is older."""
    description = dumped(overrule(description_of(row)))
    same = row.situation == situation and row.decided_by == "command"
    return replace(
        row,
        situation=situation,
        decided_by="command",
        since=row.since if same else moment,
        description=description,
    )


def come_back(
    services: Services, rows: Mapping[int, SituationReport]
) -> dict[int, SituationReport]:
    """Dossiers that were erased and that DS shows again, where a person had confirmed them."""
    new = {dossier_object(n): n for n, one in rows.items() if _is_new(one)}
    known = services.store.acts.named(services.demarche, new)
    if not known:
        return {}
    numbers = {new[name] for name in known}
    return {
        number: replace(rows[number], situation=one.id, decided_by="command")
        for one in register_of(services).situations.values()
        for number in one.confirmed
        if number in numbers
    }


def _is_new(row: SituationReport) -> bool:
    return row.situation is None and row.decided_by == "bridge"


def placing(
    services: Services,
    moved: Mapping[int, tuple[Placed, Placed, DecidedBy]],
    opened: Collection[str],
    *,
    merged: Mapping[str, str | None],
) -> list[Draft]:
    """Acts of reports that the bridge, or an annotation, put in another place.

    A dossier joins its first situation on the day of its deposit, others on the day of the act.

    Args:
        services: Store, as it was before.
        moved: Where each report was, where it is, and who decided so.
        opened: Situations that are new.
        merged: Every situation, and the one that it was merged into.
    """
    demarche, day = services.demarche, today()
    known = services.store.acts.named(demarche, map(dossier_object, moved))
    days = {
        row.number: row.deposited_at.astimezone(PARIS).date()
        for row in services.store.dossiers.light_rows(demarche, numbers=[*moved])
    }
    acts: list[Draft] = []
    first: dict[str, tuple[date, By]] = {}
    for number, (former, placed, decided_by) in sorted(moved.items()):
        before = resolve(former.situation, merged) if former.situation else None
        if Placed(before, by_person=former.by_person) == placed:
            continue
        by = INSTRUCTEUR if placed.by_person and decided_by == "annotation" else BRIDGE
        on = day if dossier_object(number) in known else days.get(number, day)
        name = placed.situation
        if name and name in opened:
            first[name] = min(first.get(name, (on, by)), (on, by), key=lambda one: one[0])
        acts.append(
            place(number, before, placed.situation, by=by, on=on, confirmed=placed.by_person)
        )
    openings = ((name, *first.get(name, (day, BRIDGE))) for name in opened)
    return [*(opening(name, by=by, on=on) for name, on, by in openings), *acts]


def anchors(services: Services, matching: MatchingRules) -> Mapping[str, Sequence[Description]]:
    """Signals of each situation, described; nothing is read where there is none."""
    if not services.store.acts.has(services.demarche, Verb.SIGNAL):
        return {}
    return anchors_of(register_of(services), matching, services.form.lists)
