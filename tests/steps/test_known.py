"""What exists is never said not to: nor what was erased here, hidden, broken or never kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from sandbox.control.client import Control
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from steps.read.reconcile import reconcile
from steps.read.retention import purge
from steps.wiring.summary import Summary
from store.dossiers.absences import Why
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.test_second_form import FORM

pytestmark = pytest.mark.slow

SEEDS = generate(60, seed=3)
COMPLETE = [
    one
    for one in SEEDS
    if one.planted.status == "Complet" and one.state == "en_construction" and not one.archived
]
EARLIER, OTHER = COMPLETE[:2]
NOWHERE = 1_999_999_999
TOLD = "aucun dossier de la démarche ne porte ce numéro"


def naming(number: int) -> SeedDossier:
    """A complete report that names this one as the earlier."""
    return replace(OTHER, answers={**OTHER.answers, 13: "Complément", 14: number})


def story(*, state: str = "en_construction", number: int = EARLIER.number) -> list[SeedDossier]:
    """An earlier dossier, handled years ago if it is, and one that names a number."""
    changes: dict[str, Any] = {"state": state}
    return [replace(EARLIER, **changes), naming(number)]


def verdict(made: Exchange) -> str:
    (item,) = [one for one in made.verdicts()[OTHER.number].items if one.id == "A4"]
    return item.verdict.value


def denied(made: Exchange) -> bool:
    """Whether the declarant was told that the earlier dossier does not exist."""
    return any(TOLD in one["body"] for one in made.ours(OTHER.number))


def requests(made: Exchange, **changes: Any) -> int:
    return made.answer(**changes).requests


def assert_known(made: Exchange, **changes: Any) -> None:
    """The earlier dossier exists: the report that names it is complete, and nobody heard else."""
    first, second = requests(made, **changes), requests(made, **changes)
    assert verdict(made) == "present"
    assert not denied(made)
    assert made.snapshot(OTHER.number)["labels"] == ["Complet"]
    assert second <= first


def hide(control: Control) -> None:
    control.hide(EARLIER.number)


def expire(control: Control) -> None:
    control.expire(EARLIER.number)


def delete(control: Control) -> None:
    control.hide(EARLIER.number)
    control.purge(EARLIER.number)


def break_it(control: Control) -> None:
    control.broken(EARLIER.number)


def break_all_of_it(control: Control) -> None:
    control.broken(EARLIER.number, unlistable=True)


@pytest.mark.parametrize("leave", [hide, delete, break_it, break_all_of_it])
def test_an_earlier_dossier_that_was_never_read_exists(
    exchange: MakeExchange, leave: Callable[[Control], None]
) -> None:
    with exchange(story(), **TO_ALL) as made:
        leave(made.control)
        assert_known(made)
        if made.control.snapshots(made.bridge.sandbox.demarche).keys() >= {EARLIER.number}:
            delete(made.control)
        made.control.broken()
        assert_known(made)


@pytest.mark.parametrize("leave", [hide, expire, delete, break_it])
def test_an_earlier_dossier_that_leaves_existed(
    exchange: MakeExchange, leave: Callable[[Control], None]
) -> None:
    with exchange(story(), **TO_ALL) as made:
        assert_known(made)
        before = made.verdicts()[OTHER.number].fingerprint
        leave(made.control)
        made.control.clock(advance=6 * 3600)
        made.control.edit_champ(OTHER.number, {25: "une précision sur le contexte clinique"})
        assert_known(made)
        assert made.verdicts()[OTHER.number].fingerprint != before


def test_a_dossier_handled_while_nobody_read_is_known_as_such_then_erased(
    exchange: MakeExchange,
) -> None:
    with exchange(story(), **TO_ALL) as made:
        assert_known(made)
        present = made.control.clock()["now"]
        made.control.clock(to="2025-01-05T09:00:00+01:00")
        for state in ("en_instruction", "accepte"):
            made.control.move(EARLIER.number, state)
        made.control.clock(to=present)
        with made.services(retention_months=3) as services:
            reconcile(services, Summary())
            stored = services.store.dossiers.get(services.demarche, EARLIER.number)
            assert stored is not None
            assert stored.state == "accepte"
            summary = Summary()
            purge(services, summary)
            assert summary.deleted == {EARLIER.number}
        assert_known(made, retention_months=3)


@pytest.mark.parametrize("first_read", [True, False])
def test_a_report_is_not_judged_again_because_another_one_was_erased(
    exchange: MakeExchange, first_read: bool
) -> None:
    old = handled_long_ago()
    with exchange([old, naming(old.number)], **TO_ALL) as made:
        if first_read:
            assert_known(made)
        with made.services(retention_months=3) as services:
            purge(services, Summary())
        assert_known(made, retention_months=3)
        judged = made.answer(retention_months=3).assessed
        with made.services() as services:
            (absent,) = services.store.absences.list(services.demarche)
            assert services.store.dossiers.get(services.demarche, old.number) is None
    assert judged == set()
    assert (absent.number, absent.why) == (
        old.number,
        Why.ERASED if first_read else Why.PASSED_OVER,
    )


def handled_long_ago() -> SeedDossier:
    found = [one for one in SEEDS if one.state in {"accepte", "refuse", "sans_suite"}]
    return min(found, key=lambda one: one.deposited_at)


def test_a_number_that_ds_does_not_have_is_asked_for_once(exchange: MakeExchange) -> None:
    with exchange(story(number=NOWHERE), **TO_ALL) as made:
        made.answer()
        assert verdict(made) == "invalid"
        assert denied(made)
        made.control.stats(reset=True)
        idle = requests(made)
        assert requests(made) == idle <= 4
        made.control.create(made.bridge.sandbox.demarche, replace(EARLIER, number=NOWHERE))
        with made.services() as services:
            reconcile(services, Summary())
        made.answer()
        assert verdict(made) == "present", "deposited since: what DS shows is worth more"


def test_a_number_is_not_denied_while_ds_does_not_list_what_left(exchange: MakeExchange) -> None:
    with exchange(story(number=NOWHERE), **TO_ALL) as made:
        made.control.fault("root_error", name="Deletions")
        made.answer()
        assert verdict(made) == "present"
        assert not denied(made)
        made.control.clear_faults()
        again = requests(made)
        assert requests(made) <= again
        with made.services() as services:
            services.store.absences.forget_doubts(services.demarche)
        made.answer()
        assert verdict(made) == "invalid"


@pytest.mark.parametrize(("allowed", "wanted"), [(True, "invalid"), (False, "present")])
def test_a_dossier_of_another_demarche_is_denied_only_where_ds_says_so(
    exchange: MakeExchange, allowed: bool, wanted: str
) -> None:
    with exchange(story(number=555_555), **TO_ALL) as made:
        made.control.add_demarche({**FORM, "number": 999})
        made.control.create(999, replace(EARLIER, number=555_555, answers={}, revision=1, groupe=0))
        token = "un-jeton"
        demarches = [made.bridge.sandbox.demarche] + ([999] if allowed else [])
        made.control.add_token(token, demarches=demarches)
        limited = {"ds_token": SecretStr(token)}
        first, second = requests(made, **limited), requests(made, **limited)
        assert verdict(made) == wanted
        assert denied(made) == (wanted == "invalid")
        assert requests(made, **limited) == second < first


def test_one_that_ds_cannot_serve_by_number_is_in_doubt_and_asked_for_once(
    exchange: MakeExchange,
) -> None:
    with exchange(story(number=NOWHERE), **TO_ALL) as made:
        made.control.fault("root_error", name="DemarcheDuDossier")
        first, second = requests(made), requests(made)
        assert verdict(made) == "present"
        assert second < first
