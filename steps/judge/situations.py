"""Situations: describe what changed, propose anew, keep what moved."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from steps.judge.acts import anchors, come_back, placing
from steps.judge.situation_descriptions import (
    Drawing,
    OnRead,
    declared_by,
    declared_of,
    description_of,
    read_description,
    settled,
)
from steps.judge.verdicts_due import matching_versions
from steps.read.retention import is_number
from steps.wiring.case_files import CaseFiles, reports_of
from steps.wiring.services import Services, now
from store.repository import StoreMemory
from store.verdicts.situations import DecidedBy, SituationReport
from triage.situations.declared import DeclaredFacts
from triage.situations.description import Description
from triage.situations.description import settled as settled_among
from triage.situations.duplicates import ReportLink, find_links
from triage.situations.families import differences
from triage.situations.matching import MatchingRules
from triage.situations.propose import Placed, changed, members_of, propose
from triage.situations.titles import title_of


def place_reports(
    services: Services,
    files: CaseFiles | None = None,
    *,
    told: list[str] | None = None,
    numbers: Collection[int] | None = None,
    on_read: OnRead | None = None,
) -> bool:
    """Propose a situation for every report, where something changed, and keep the proposals.

    Nothing is done where reports of the form are not matched.

    Args:
        services: Store and data files.
        files: What dossiers are read by, where it was gathered already.
        told: Where reports that cannot be described are named; the journal by default.
        numbers: Dossiers of which something moved; by default all are looked at.
        on_read: Hears each dossier that is read, while its parts are decoded.

    Returns:
        Whether something changed.
    """
    matching = services.form.matching
    if matching is None:
        return False
    dossiers, situations = services.store.dossiers, services.store.situations
    rows = situations.reports(services.demarche, numbers=numbers)
    versions = matching_versions(services)
    lights = dossiers.light_rows(services.demarche, numbers=numbers)
    wanted = {row.number: f"{row.content_hash}/{versions}" for row in lights}
    stale = sorted(number for number, basis in wanted.items() if _is_stale(rows, number, basis))
    moved = any(number not in wanted and one.description for number, one in rows.items())
    if stale:
        files = files or CaseFiles.read(services)
        drawing = Drawing(services, files, matching=matching, wanted=wanted)
        moved |= drawing.describe_anew(stale, told=told, on_read=on_read)
    if moved:
        _propose(services, _live(services), matching)
    return moved


def propose_again(services: Services) -> None:
    """Propose anew though no report moved: a person placed a signal of another source."""
    if services.form.matching is not None:
        _propose(services, _live(services), services.form.matching)


def members(services: Services) -> Mapping[str, tuple[int, ...]]:
    """Reports of each situation, by id, as they were last placed."""
    placed = services.store.situations.placed(services.demarche)
    return members_of({number: _place(*one) for number, one in placed.items()})


def decided(services: Services) -> frozenset[int]:
    """Reports whose situation a person decided."""
    placed = services.store.situations.placed(services.demarche)
    return frozenset(number for number, (_, by) in placed.items() if by != "bridge")


def descriptions(services: Services, *, answers: bool = True) -> Mapping[int, Description]:
    """Every report in sight as matching sees it, by number.

    Args:
        services: What the process works with.
        answers: Whether they are held with what duplicates share, half of their memory.
    """
    matching = services.form.matching
    if matching is None:
        return {}
    kept = map(read_description, services.store.situations.described(services.demarche))
    drawn = (one if answers else replace(one, answers={}) for one in kept)
    return {one.number: one for one in settled_among(drawn, matching)}


def declared_facts(services: Services, numbers: Iterable[int]) -> dict[int, DeclaredFacts]:
    """What some reports in sight declare of their situation, in order of number.

    It is what was kept with their descriptions; a report that says something else since, or that
    other data files would read otherwise, is read. One that cannot be read again is left out: those
    who read it name it.
    """
    wanted, versions = {*numbers}, matching_versions(services)
    rows = services.store.situations.declared(services.demarche, numbers=wanted)
    found = {
        number: facts
        for number, row in rows.items()
        if (facts := declared_by(row, versions)) is not None
    }
    if unknown := wanted - found.keys():
        for report in reports_of(services, numbers=unknown):
            found[report.number] = declared_of(services, report)
    return dict(sorted(found.items()))


def titles_of(services: Services, numbers: Collection[int]) -> Mapping[int, str]:
    """What each of some reports is about, in a few words: substance, use and what sets it apart."""
    matching = services.form.matching
    if matching is None:
        return {}
    rows = services.store.situations.reports(services.demarche, numbers=numbers)
    return {
        number: title_of([description_of(row)], matching)
        for number, row in rows.items()
        if row.situation and row.description
    }


def by_substance(services: Services) -> Mapping[str, Sequence[str]]:
    """Situations of each substance (of each combination, where a medicine has several)."""
    told = descriptions(services)
    found: dict[str, list[str]] = defaultdict(list)
    for situation, numbers in members(services).items():
        for name in sorted({name for number in numbers for name in told[number].medicines}):
            found[name].append(situation)
    return found


def links(services: Services) -> tuple[ReportLink, ...]:
    """Duplicates and complements among the reports that were described."""
    matching = services.form.matching
    if matching is None:
        return ()
    return find_links(descriptions(services).values(), matching)


def differs_from(services: Services, number: int, earlier: object) -> frozenset[str]:
    """What a report and the dossier that it completes have not in common, as described."""
    matching = services.form.matching
    if matching is None or not is_number(earlier):
        return frozenset()
    rows = services.store.situations.reports(services.demarche, numbers=[number, earlier])
    if not all(each in rows and rows[each].description for each in (number, earlier)):
        return frozenset()
    one, other = (description_of(rows[each]) for each in (number, earlier))
    return differences(one, other, matching) if not one.initial else frozenset()


def _live(services: Services) -> dict[int, SituationReport]:
    """Described reports that are still in sight."""
    return services.store.situations.in_sight(services.demarche)


def _is_stale(rows: Mapping[int, SituationReport], number: int, basis: str) -> bool:
    return number not in rows or rows[number].basis != basis


def _propose(
    services: Services, rows: Mapping[int, SituationReport], matching: MatchingRules
) -> None:
    """Propose anew for all reports, and keep what moved."""
    store, demarche = services.store.situations, services.demarche
    stored, rows = rows, {**rows, **come_back(services, rows)}
    before, merged = _placed(rows), store.known(demarche)
    found = propose(
        [description_of(one) for one in rows.values()],
        before,
        merged=merged,
        matching=matching,
        anchors=anchors(services, matching),
    )
    moment = now()
    moved = {
        number: replace(
            rows[number],
            situation=found.placed[number].situation,
            decided_by=_decided_by(rows[number], found.placed[number]),
            since=moment,
        )
        for number in changed(before, found.placed)
    }
    acts = placing(
        services,
        {n: (before[n], found.placed[n], row.decided_by) for n, row in moved.items()},
        found.opened,
        merged=merged,
    )
    placed = {number: settled(row) for number, row in {**rows, **moved}.items()}

    def write(kept: StoreMemory) -> None:
        kept.situations.open(demarche, found.opened, at=moment)
        kept.situations.save(demarche, [row for n, row in placed.items() if row != stored[n]])
        kept.acts.enter(demarche, acts, at=moment)

    services.store.together(write)


def _decided_by(row: SituationReport, placed: Placed) -> DecidedBy:
    if not placed.by_person:
        return "bridge"
    return "annotation" if description_of(row).confirmed else row.decided_by


def _placed(rows: Mapping[int, SituationReport]) -> dict[int, Placed]:
    return {number: _place(one.situation, one.decided_by) for number, one in rows.items()}


def _place(situation: str | None, by: DecidedBy) -> Placed:
    return Placed(situation, by_person=by != "bridge")
