"""Whatever is odd in what DS serves is set aside and named; the rest is read and handed out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update

from clients.errors import DsIntermediary, DsTokenRefused
from mappings.dossier.decode import stable_id
from sandbox.control.client import Control
from sandbox.generator.generate import generate
from steps.run import run_once
from steps.wiring.summary import Summary
from store.database.tables import dossiers, facts
from tests.steps.answering import Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.syncing import mirrored

pytestmark = pytest.mark.slow

EVERY = tuple(one for one in generate(60, seed=5) if one.state == "en_construction")
SEEDS = EVERY[:10]
"""Open dossiers, of both revisions, one of a single region."""
ODD = SEEDS[4].number
ALL = {one.number for one in SEEDS}
OTHERS = ALL - {ODD}
IN_SCOPE = {one.number for one in EVERY if one.planted.out_of_scope_champ is None}
SIRET, REGION = 6, 321


def whole_run(exchange: Exchange, **changes: Any) -> Summary:
    """Everything once, as `unc run` does it."""
    summary = Summary()
    with exchange.services(**changes) as services:
        run_once(services, summary)
    return summary


def published(exchange: Exchange) -> set[int]:
    """Dossiers in the agency's workbook."""
    path = max(
        (exchange.bridge.home / "exports").rglob("agence.xlsx"), key=lambda p: p.stat().st_mtime
    )
    book = openpyxl.load_workbook(path, read_only=True)
    rows = book["Dossiers"].iter_rows(values_only=True)
    numbers = {one.number for one in EVERY}
    found: set[int] = {
        cell for row in rows for cell in row if isinstance(cell, int) and cell in numbers
    }
    book.close()
    return found


def judged(exchange: Exchange) -> set[int]:
    return set(exchange.verdicts())


def answered(exchange: Exchange) -> set[int]:
    """Dossiers that carry the score that the bridge writes."""
    snapshots = exchange.control.snapshots(exchange.bridge.sandbox.demarche)
    return {number for number, one in snapshots.items() if "903" in one["annotations"]}


def assert_the_others_went_through(exchange: Exchange, summary: Summary, others: set[int]) -> None:
    assert summary.needs_a_human()
    assert judged(exchange) >= others
    assert answered(exchange) >= others & IN_SCOPE
    assert published(exchange) >= others


ODDITIES: dict[str, tuple[tuple[str | int, ...], Any, str]] = {
    "a state never seen": (("state",), "en_pause", "state"),
    "no usager": (("usager",), None, "usager"),
    "no e-mail": (("usager", "email"), None, "usager.email"),
    "no date of submission": (
        ("dateDerniereModificationChamps",),
        None,
        "dateDerniereModificationChamps",
    ),
    "no date of deposit": (("dateDepot",), None, "dateDepot"),
    "a date of deposit that is none": (("dateDepot",), "hier", "dateDepot"),
    "a date without a zone": (("dateDepot",), "2026-01-02T03:04:05", "dateDepot"),
    "a date at the end of time": (
        ("dateDerniereModification",),
        "9999-12-31T23:59:59-01:00",
        "dateDerniereModification",
    ),
    "no demandeur": (("demandeur",), None, "demandeur"),
    "no groupe": (("groupeInstructeur",), None, "groupeInstructeur"),
    "no revision": (("demarche", "revision"), None, "demarche.revision"),
    "no champs": (("champs",), None, "champs"),
    "a champ that is null": (("champs", 3), None, "champs[3]"),
    "a champ without an id": (("champs", 3, "id"), None, "champs[3].id"),
    "a champ without a label": (("champs", 3, "label"), None, "champs[3].label"),
    "annotations that are no list": (("annotations",), "rien", "annotations"),
    "a message without a date": (
        ("messages",),
        [{"id": "m", "createdAt": None, "discardedAt": None, "correction": None}],
        "messages[0].createdAt",
    ),
    "a label without a name": (("labels",), [{"id": "l", "name": None}], "labels[0].name"),
    "a number where a flag is": (("archived",), 2**40, "archived"),
}


def test_odd_dossiers_are_set_aside_with_their_places_and_heal(exchange: MakeExchange) -> None:
    odd = {one.number: oddity for one, oddity in zip(EVERY[4:], ODDITIES.values(), strict=False)}
    assert len(odd) == len(ODDITIES)
    seeds = EVERY[: len(odd) + 6]
    others = {one.number for one in seeds} - odd.keys()
    with exchange(seeds) as here:
        for number, (path, value, _) in odd.items():
            here.control.patch(number, *path, value=value)
        summary = whole_run(here)
        assert summary.quarantined == odd.keys()
        for number, (_, _, place) in odd.items():
            (told,) = [one for one in summary.set_aside if f"Dossier {number} :" in one]
            assert f"({place} : " in told
        assert_the_others_went_through(here, summary, others)
        assert judged(here) == published(here) == others
        assert whole_run(here).quarantined == odd.keys(), "tried at each run"
        here.control.clear_faults()
        healed = whole_run(here)
        assert not healed.quarantined
        assert not healed.set_aside
        assert judged(here) == published(here) == {*odd, *others}
        assert answered(here) >= {*odd, *others} & IN_SCOPE


def test_a_dossier_without_a_number_is_told_and_holds_nothing_up(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        here.control.patch(ODD, "number", value=None)
        summary = whole_run(here)
        assert any("ne dit pas le numéro" in one for one in summary.set_aside)
        assert_the_others_went_through(here, summary, OTHERS)


def test_a_dossier_beyond_the_columns_of_the_store_spoils_no_page(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        here.control.patch(ODD, "number", value=2**40)
        summary = whole_run(here)
        assert_the_others_went_through(here, summary, OTHERS)
        assert ODD not in judged(here)


def test_a_page_that_holds_a_null_is_read_dossier_by_dossier(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        here.control.patch(None, "demarche", "dossiers", "nodes", 2, value=None, name="Page")
        whole_run(here)
        assert judged(here) == published(here) == ALL


def test_a_dossier_that_cannot_be_selected_is_named_from_its_cursor(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        here.control.broken(ODD, unlistable=True)
        summary = whole_run(here)
        assert summary.quarantined == {ODD}
        assert_the_others_went_through(here, summary, OTHERS)
        assert whole_run(here).quarantined == {ODD}
        here.control.broken()
        assert not whole_run(here).quarantined
        assert judged(here) == published(here) == ALL


def test_the_newest_dossier_that_cannot_be_selected_does_not_hold_the_watermark(
    exchange: MakeExchange,
) -> None:
    newest = max(SEEDS, key=lambda one: one.updated_at).number
    with exchange(SEEDS) as here:
        here.control.broken(newest, unlistable=True)
        whole_run(here)
        with here.services() as services:
            kept = services.store.demarches.state(services.demarche).watermark
        expected = max(one.updated_at for one in SEEDS)
        assert kept is not None
        assert kept >= expected
        here.control.broken()
        assert not whole_run(here).quarantined
        assert judged(here) == ALL


def test_a_dossier_whose_cursor_says_nothing_is_stepped_over(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        here.control.switches(opaque_cursors=True)
        here.control.broken(ODD, unlistable=True)
        summary = whole_run(here)
        assert any("ne dit pas le numéro" in one for one in summary.set_aside)
        assert not summary.quarantined
        assert_the_others_went_through(here, summary, OTHERS)


@pytest.mark.parametrize(
    ("stable", "path"),
    [(SIRET, ("etablissement", "siret")), (REGION, ("region", "name"))],
    ids=["its own", "in a row"],
)
def test_a_champ_that_cannot_be_served_is_named_and_the_rest_is_judged(
    exchange: MakeExchange, stable: int, path: tuple[str, str]
) -> None:
    regional = next(one.number for one in SEEDS if one.answers.get(32))
    with exchange(SEEDS) as here:
        here.control.hole(regional, stable, *path)
        summary = whole_run(here)
        assert summary.quarantined == {regional}
        (told,) = [one for one in summary.set_aside if f"Dossier {regional} :" in one]
        assert ".".join(path) in told
        assert judged(here) == published(here) == ALL
        (kept,) = unserved(here, regional)
        assert f"« {kept['label']} »" in told
        assert whole_run(here).quarantined == {regional}
        here.control.clear_faults()
        assert not whole_run(here).quarantined
        assert not unserved(here, regional)


def unserved(exchange: Exchange, number: int) -> list[dict[str, Any]]:
    """Champs of a dossier that DS could not serve when it was kept."""
    with exchange.services() as services:
        stored = services.store.dossiers.get(services.demarche, number)
    assert stored is not None
    champs = list(stored.raw["champs"])
    for champ in champs:
        for row in champ.get("rows") or ():
            champs += row["champs"]
    return [one for one in champs if one.get("unserved")]


def test_a_required_part_that_breaks_is_quarantined_with_its_path(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        champs = here.shown()[ODD]["champs"]
        at = next(i for i, one in enumerate(champs) if one["__typename"] == "TextChamp")
        here.control.hole(ODD, int(stable_id(champs[at]["id"])), "label")
        summary = whole_run(here)
        assert summary.quarantined == {ODD}
        (told,) = [one for one in summary.set_aside if str(ODD) in one]
        assert f"(champs[{at}].label)" in told
        assert_the_others_went_through(here, summary, OTHERS)


def _pending_slow(control: Control) -> None:
    control.slow("pendingDeletedDossiers")


def _deleted_slow(control: Control) -> None:
    control.slow("deletedDossiers")


def _deletions_down(control: Control) -> None:
    control.fault("http", status=403, name="Deletions")


def _description_down(control: Control) -> None:
    control.fault("root_error", name="Demarche", code="timeout")


def _description_broken(control: Control) -> None:
    control.fault("root_error", name="Demarche")


def _null_groupe(control: Control) -> None:
    control.patch(None, "demarche", "groupeInstructeurs", 1, value=None, name="Demarche")


def _mailless(control: Control) -> None:
    path = ("demarche", "groupeInstructeurs", 1, "instructeurs")
    control.patch(None, *path, value=[{"id": "x", "email": None}], name="Demarche")


def _odd_descriptor(control: Control) -> None:
    path = ("demarche", "revisions", 0, "champDescriptors", 0, "label")
    control.patch(None, *path, value=None, name="Demarche")


def _odd_label(control: Control) -> None:
    control.patch(None, "demarche", "labels", 0, "name", value=None, name="Demarche")


LISTS: dict[str, tuple[Callable[[Control], None], str]] = {
    "pending deletions time out": (_pending_slow, "en cours de suppression"),
    "deletions time out": (_deleted_slow, "supprimés"),
    "a proxy refuses deletions": (_deletions_down, "Un intermédiaire a refusé"),
    "a groupe that is null": (_null_groupe, "groupeInstructeurs[1]"),
    "an instructeur without e-mail": (_mailless, "instructeurs[0].email"),
    "a descriptor without a label": (_odd_descriptor, "champDescriptors[0].label"),
    "a label without a name": (_odd_label, "labels[0].name"),
}


@pytest.mark.parametrize(("break_it", "told"), LISTS.values(), ids=LISTS.keys())
def test_a_list_that_ds_does_not_give_is_told_and_the_main_work_goes_on(
    exchange: MakeExchange, break_it: Callable[[Control], None], told: str
) -> None:
    with exchange(SEEDS) as here:
        break_it(here.control)
        summary = whole_run(here)
        assert any(told in one for one in summary.set_aside)
        assert summary.needs_a_human()
        assert judged(here) == published(here) == ALL
        assert answered(here) >= OTHERS & IN_SCOPE
        here.control.clear_faults()
        whole_run(here)
        assert not whole_run(here).set_aside


@pytest.mark.parametrize("break_it", [_description_down, _description_broken])
def test_a_description_that_ds_does_not_give_later_is_told_and_the_work_goes_on(
    exchange: MakeExchange, break_it: Callable[[Control], None]
) -> None:
    with exchange(SEEDS) as here:
        whole_run(here)
        here.control.add_groupe(here.bridge.sandbox.demarche, "Nouveau")
        here.control.change_groupe(ODD, "Nouveau")
        break_it(here.control)
        summary = whole_run(here)
        assert any("La description de la démarche" in one for one in summary.set_aside)
        assert judged(here) == published(here) == ALL
        here.control.clear_faults()
        here.control.submit(SEEDS[0].number, {22: "autre"})
        assert not whole_run(here).set_aside


def test_hidden_dossiers_are_found_by_reconciliation_when_their_list_times_out(
    tmp_path: Path,
) -> None:
    with mirrored(tmp_path, SEEDS) as mirror:
        mirror.poll()
        hidden = next(one.number for one in SEEDS if one.state == "en_construction")
        mirror.control.hide(hidden)
        mirror.control.slow("pendingDeletedDossiers")
        assert hidden in mirror.kept()
        mirror.poll()
        assert mirror.reconcile().deleted == {hidden}
        assert hidden not in mirror.kept()
        mirror.control.clear_faults()
        mirror.control.restore(hidden)
        mirror.poll()
        mirror.reconcile()
        mirror.assert_same()


def test_reconciliation_goes_around_a_dossier_that_cannot_be_selected(tmp_path: Path) -> None:
    with mirrored(tmp_path, SEEDS) as mirror:
        mirror.poll()
        mirror.control.broken(ODD, unlistable=True)
        summary = mirror.reconcile()
        assert not summary.deleted, "what cannot be read is not gone"
        assert summary.quarantined == {ODD}
        mirror.control.broken()
        mirror.reconcile()
        mirror.assert_same()


@pytest.mark.parametrize("pending", [True, False])
def test_an_odd_entry_of_a_list_of_deletions_is_named_and_the_others_followed(
    exchange: MakeExchange, pending: bool
) -> None:
    ours = [one.number for one in SEEDS if one.state == "en_construction"][:3]
    name = "pendingDeletedDossiers" if pending else "deletedDossiers"
    with exchange(SEEDS) as here:
        whole_run(here)
        for number in ours:
            (here.control.hide if pending else here.control.purge)(number)
        here.control.patch(None, "demarche", name, "nodes", 1, "dateSupression", value="9999")
        summary = whole_run(here)
        assert any(f"{name}[1].dateSupression" in one for one in summary.set_aside)
        assert summary.deleted >= {ours[0], ours[2]}
        here.control.clear_faults()
        healed = whole_run(here)
        assert not healed.set_aside
        assert judged(here) == ALL - set(ours)


def test_a_page_that_a_proxy_refuses_is_read_around_what_it_dislikes(
    exchange: MakeExchange,
) -> None:
    with exchange(SEEDS) as here:
        here.control.fault("http", status=403, number=ODD)
        summary = whole_run(here)
        assert summary.quarantined == {ODD}
        (told,) = [one for one in summary.set_aside if str(ODD) in one]
        assert "Un intermédiaire a refusé" in told
        assert "HTTP 403" in told
        assert "127.0.0.1" in told
        assert_the_others_went_through(here, summary, OTHERS)
        here.control.clear_faults()
        assert not whole_run(here).quarantined
        assert judged(here) == published(here) == ALL


def test_pages_that_a_proxy_refuses_are_read_dossier_by_dossier(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        here.control.fault("http", status=403, name="Page")
        whole_run(here)
        assert judged(here) == published(here) == ALL


def test_a_proxy_that_refuses_everything_says_nothing_of_the_token(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as here:
        here.control.fault("http", status=403)
        with pytest.raises(DsIntermediary, match="intermédiaire"):
            whole_run(here)
        here.control.clear_faults()
        here.control.revoke_token(here.bridge.sandbox.token)
        with pytest.raises(DsTokenRefused):
            whole_run(here)


def test_a_dossier_that_an_older_version_kept_and_nobody_can_read_stops_no_one(
    exchange: MakeExchange,
) -> None:
    with exchange(SEEDS) as here:
        whole_run(here)
        with here.services() as services, services.store._scope.write() as connection:
            spoilt = update(dossiers).filter_by(number=ODD)
            connection.execute(spoilt.values(raw='{"number": 1}', fingerprint="x"))
            connection.execute(update(facts).values(settled=""))  # as `unc upgrade` leaves them
        here.control.submit(SEEDS[0].number, {22: "autre"})
        summary = whole_run(here)
        told = [one for one in summary.set_aside if str(ODD) in one]
        assert any("évalué" in one for one in told)
        assert any("classeurs" in one for one in told)
        assert published(here) == OTHERS
