"""Situations: describe what changed, propose anew, keep what people decide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from flows.reference import matcher_of, version_of
from flows.services import Services, now
from mappings.decode import decode_dossier
from mappings.dossier import Dossier
from mappings.mapper import map_report
from mappings.medicine_facts import medicines_of
from mappings.report import Report
from mappings.revision import Revision
from store.kept import StoredDossier
from store.situations import DecidedBy, SituationReport
from triage.annotations import canonical, shown
from triage.checks import PARIS
from triage.dci import substances
from triage.description import Description, describe
from triage.duplicates import Link, find_links
from triage.priority import out_of_scope
from triage.ruleset import in_force
from triage.situations import Placed, changed, members_of, propose

CHUNK = 200
"""Dossiers described in one transaction."""

_DESCRIPTION: TypeAdapter[Description] = TypeAdapter(Description)


def place_reports(services: Services, revisions: Mapping[str, Revision]) -> Mapping[int, str]:
    """Propose a situation for every report, where something changed, and keep the proposals.

    Returns:
        Id of the situation of each report that is in one, by number.
    """
    rows = services.store.situations.reports(services.demarche)
    wanted = _wanted(services)
    stale = sorted(number for number, basis in wanted.items() if _is_stale(rows, number, basis))
    gone = any(number not in wanted and one.description for number, one in rows.items())
    if stale:
        _describe(services, stale, wanted=wanted, revisions=revisions)
        rows = services.store.situations.reports(services.demarche)
    live = {number: one for number, one in rows.items() if number in wanted}
    if stale or gone:
        live = _propose(services, live)
    return {number: one.situation for number, one in live.items() if one.situation}


def members(services: Services) -> Mapping[str, tuple[int, ...]]:
    """Reports of each situation, by id, as they were last placed."""
    return members_of(_placed(_live(services)))


def decided(services: Services) -> frozenset[int]:
    """Reports whose situation a person decided."""
    return frozenset(n for n, one in _live(services).items() if one.decided_by != "bridge")


def descriptions(services: Services) -> Mapping[int, Description]:
    """Every report in sight as matching sees it, by number."""
    return {number: _description(one) for number, one in _live(services).items()}


def links(services: Services) -> tuple[Link, ...]:
    """Duplicates and complements among the reports that were described."""
    return find_links(descriptions(services).values(), services.form.matching.duplicates)


def _live(services: Services) -> dict[int, SituationReport]:
    """Described reports that are still in sight."""
    here = services.store.dossiers.known_numbers(services.demarche)
    rows = services.store.situations.reports(services.demarche)
    return {number: one for number, one in rows.items() if number in here}


def _wanted(services: Services) -> dict[int, str]:
    """What each report's description must be drawn from, by number."""
    form = services.form
    versions = "/".join(
        [
            version_of(services.settings),
            form.mapping.digest,
            form.matching.digest,
            *(rules.digest for rules in form.rulesets),
        ]
    )
    rows = services.store.dossiers.light_rows(services.demarche)
    return {row.number: f"{row.content_hash}/{versions}" for row in rows}


def _is_stale(rows: Mapping[int, SituationReport], number: int, basis: str) -> bool:
    return number not in rows or rows[number].basis != basis


def _describe(
    services: Services,
    numbers: Sequence[int],
    *,
    wanted: Mapping[int, str],
    revisions: Mapping[str, Revision],
) -> None:
    """Draw the descriptions of some reports again, keeping where they are."""
    store, demarche = services.store, services.demarche
    before = store.situations.reports(demarche)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        ours = store.outbox.written_annotations(demarche, numbers=chunk)
        rows = []
        for stored in store.dossiers.iterate(demarche, numbers=chunk):
            written = ours.get(stored.number, {}).get(_annotation(services), ())
            one = _of(services, stored, revisions, ours=frozenset(map(canonical, written)))
            was = before.get(stored.number)
            rows.append(
                SituationReport(
                    number=stored.number,
                    basis=wanted[stored.number],
                    situation=was.situation if was else None,
                    decided_by=was.decided_by if was else "bridge",
                    since=was.since if was else now(),
                    description=_DESCRIPTION.dump_json(one).decode(),
                )
            )
        store.situations.save(demarche, rows)


def _of(
    services: Services,
    stored: StoredDossier,
    revisions: Mapping[str, Revision],
    *,
    ours: frozenset[str],
) -> Description:
    form, revision = services.form, revisions.get(stored.revision_id)
    dossier = decode_dossier(stored.raw, revision=revision)
    report = map_report(dossier, mapping=form.mapping, revision=revision)
    rules = in_force(form.rulesets, stored.deposited_at.astimezone(PARIS).date())
    written = _written(services, dossier)
    return describe(
        report,
        form.matching,
        in_scope=out_of_scope(rules, report) is None,
        confirmed="" if written in ours else written,
        by_cis=_by_cis(services, report),
    )


def _by_cis(services: Services, report: Report) -> dict[str, str]:
    """Substances of the report's medicines by CIS code, where the reference is sure of them."""
    matcher, salts = matcher_of(services.settings), services.form.matching.salts
    if matcher is None:
        return {}
    found = medicines_of(report, mapping=services.form.mapping, matcher=matcher)
    return {
        match.medicine.cis: "+".join(
            sorted({one for name in match.medicine.substances for one in substances(name, salts)})
        )
        for match in found
        if match is not None and match.sure and match.medicine is not None
    }


def _annotation(services: Services) -> str:
    return services.form.matching.situations.annotation


def _written(services: Services, dossier: Dossier) -> str:
    """What the annotation of situations shows; empty when blank."""
    spec = services.form.mapping.annotations.get(_annotation(services))
    for champ in dossier.annotations:
        if spec is not None and champ.id in spec.champs:
            return shown(champ.value)
    return ""


def _propose(services: Services, rows: Mapping[int, SituationReport]) -> dict[int, SituationReport]:
    """Propose anew for all reports, and keep what moved."""
    store, demarche = services.store.situations, services.demarche
    before = _placed(rows)
    found = propose(
        [_description(one) for one in rows.values()],
        before,
        merged=store.known(demarche),
        matching=services.form.matching,
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
    with services.store.transaction() as kept:
        kept.situations.open(demarche, found.opened, at=moment)
        kept.situations.save(demarche, list(moved.values()))
    return {**rows, **moved}


def _decided_by(row: SituationReport, placed: Placed) -> DecidedBy:
    if not placed.by_person:
        return "bridge"
    return "command" if row.decided_by == "command" else "annotation"


def _placed(rows: Mapping[int, SituationReport]) -> dict[int, Placed]:
    return {
        number: Placed(one.situation, by_person=one.decided_by != "bridge")
        for number, one in rows.items()
    }


def _description(row: SituationReport) -> Description:
    return _DESCRIPTION.validate_json(row.description)
