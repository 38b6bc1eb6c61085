"""Reconcile: the whole démarche, listed without champs, is compared with the store, both ways."""

from datetime import datetime

from clients.errors import TO_ISOLATE, DsNotFound, DsOutOfScope, DsUnavailable
from mappings.dossier.model import RawDossier
from mappings.report.display import show
from steps.read.comparing import differs
from steps.read.deletions import lists, mark_lost
from steps.read.demarche_info import refresh_form
from steps.read.erasure import erase
from steps.read.keeping import modified_at, read_again, tell_quarantine
from steps.read.poll import poll, read_everything
from steps.read.retention import Keeping
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary
from store.dossiers.absences import Deletion

CHUNK = 100

ASKED_AT_MOST = 300
"""Unexplained absences that are confirmed by number, a request each; of more, nothing is believed.
DS allows 400 requests a minute."""
FEW, SHARE = 3, 0.05
"""Absences beyond both, of all the dossiers in sight, are told to a person."""


def reconcile(services: Connected, summary: Summary) -> None:
    """Poll, then find and repair what polling cannot see: ``summary.drift``, healthy when empty.

    A dossier that changed since the poll is left to the next one: it is not drift.

    Raises:
        DsError: DS refused, or did not answer; what was repaired is kept.
        StoreError: The database failed.
    """
    services.store.absences.forget_doubts(services.demarche)  # asked for again, once a night
    poll(services, summary)
    refresh_form(services, summary)
    before = _counted(summary)
    stored = services.store.dossiers.known_numbers(services.demarche)
    listed, suspects, complete = _compare(services)
    _repair(services, summary, suspects, listed=len(listed))
    if complete:
        _follow_missing(services, summary, stored - listed)
    summary.drift = _counted(summary) - before
    services.store.facts.unsettle_all(
        services.demarche
    )  # judging looks at all of them, once a night
    tell_quarantine(services, summary)


def _counted(summary: Summary) -> set[int]:
    return summary.created | summary.updated | summary.deleted | summary.restored


def _compare(services: Connected) -> tuple[set[int], set[int], bool]:
    """Numbers that DS lists, and those of them that the store does not hold as DS shows them.

    The last says whether each dossier listed has a number: else none can be told missing.
    """
    store, demarche = services.store, services.demarche
    watermark = store.demarches.state(demarche).watermark
    aside = {one.number for one in store.quarantine.list(demarche)}
    listed: set[int] = set()
    suspects: set[int] = set()
    complete = True
    for page in services.reader.listing(demarche):
        rows = page.dossiers
        broken = {one.number for one in page.broken if one.number is not None}
        complete = complete and len(broken) == len(page.broken)
        numbers = {row["number"] for row in rows}
        kept = store.dossiers.iterate(demarche, numbers=numbers, pending=True)
        held = {one.number: one for one in kept}
        keeping = Keeping.of(services, numbers)
        left_out = {
            n for row in rows if (n := row["number"]) not in held and not keeping.keeps(row)
        }
        store.absences.pass_over(demarche, left_out, at=now())
        suspects |= {
            row["number"]
            for row in rows
            if row["number"] not in aside
            and row["number"] not in left_out
            and not _is_new(row, watermark)
            and differs(row, held.get(row["number"]))
        }
        suspects |= broken - aside
        listed |= numbers | broken
        services.tell("Rapprochement", len(listed), None)
    return listed, suspects, complete


def _is_new(row: RawDossier, watermark: datetime | None) -> bool:
    """Whether it changed since the poll, which is no drift: the next poll reads it."""
    return watermark is None or modified_at(row) > watermark


def _repair(services: Connected, summary: Summary, suspects: set[int], *, listed: int) -> None:
    """Read again what differs: one by one, or the whole démarche when that takes fewer requests."""
    if len(suspects) > max(listed // CHUNK, 1):
        read_everything(services, summary)
    else:
        read_again(services, summary, suspects)


def _follow_missing(services: Connected, summary: Summary, missing: set[int]) -> None:
    """Follow dossiers that DS lists no more: those it names as deleted, then those in no list."""
    store, demarche = services.store, services.demarche
    unexplained = missing | store.absences.lost(demarche)
    if not unexplained:
        return
    hidden, purged = lists(services, summary, since=None)
    pending = {
        one.number: one.deleted_at
        for one in (hidden.found if hidden else ())
        if one.number in unexplained
    }
    gone = [
        Deletion(one.number, one.deleted_at, one.reason)
        for one in (purged.found if purged else ())
        if one.number in unexplained
    ]
    summary.deleted |= {*store.absences.mark_pending(demarche, pending), *erase(services, gone)}
    named = {*pending, *(one.number for one in gone)}
    mark_lost(services, summary, _confirmed(services, summary, missing - named))


def _confirmed(services: Connected, summary: Summary, unlisted: set[int]) -> frozenset[int]:
    """Those of some dossiers that DS lists no more, unexplained, that it does not have either.

    A listing that comes back empty or short says nothing of the dossiers: each one is asked for.
    """
    if not unlisted:
        return frozenset()
    known = len(services.store.dossiers.known_numbers(services.demarche))
    counted = f"{show(len(unlisted))} sur {show(known)}"
    told = f"liste des dossiers : {counted} n'y sont plus, sans suppression dite"
    if len(unlisted) > ASKED_AT_MOST:
        summary.set_aside.append(
            f"{told} par DS ; c'est trop pour les demander un à un : aucun n'est retiré. Relancez"
            " « unc reconcile » ; si cela dure, signalez-le au support de DS."
        )
        return frozenset()
    gone = _gone(services, unlisted)
    if len(gone) < len(unlisted) or len(gone) > max(FEW, known * SHARE):
        summary.set_aside.append(
            f"{told} par DS ; demandés un à un, {show(len(gone))} sont introuvables et retirés,"
            f" {show(len(unlisted) - len(gone))} restent. Vérifiez-en quelques-uns sur DS."
        )
    return gone


def _gone(services: Connected, numbers: set[int]) -> frozenset[int]:
    """Those of some dossiers that DS says it does not have; what it does not say is no."""
    gone: set[int] = set()
    for number in sorted(numbers):
        try:
            services.reader.demarche_of(number)
        except DsNotFound:
            gone.add(number)
        except (DsOutOfScope, *TO_ISOLATE):
            continue
        except DsUnavailable:
            break
    return frozenset(gone)
