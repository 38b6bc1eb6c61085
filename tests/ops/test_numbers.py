"""A number that no column holds, or no dossier has, is its dossier's matter, never the run's."""

from typing import Any

import pytest

from sandbox.generator.generate import generate
from steps.judge.verdicts import ASSESSMENT
from store.dossiers.pages import DossierRow
from store.repository import open_store
from tests.conftest import Bridge, MakeBridge
from tests.stored import current_verdicts

EARLIER = 14
ITEM = "A4"
SEEDS = generate(60, seed=3)
NUMBERS = (2_451_367_890, 24_513_678_902_451_367_890, 2**63, -3, 0)


def earlier_item(made: Bridge, number: int) -> str:
    """What the verdict on a dossier says of its earlier dossier."""
    with open_store(made.settings.database()) as store:
        row = current_verdicts(store, made.sandbox.demarche)[number]
    verdict = ASSESSMENT.validate_json(row.detail)
    return next(one.verdict.value for one in verdict.items if one.id == ITEM)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_number_that_no_dossier_has_is_not_found_and_stops_nothing(
    bridge: MakeBridge, database: dict[str, Any]
) -> None:
    completing = [one for one in SEEDS if one.answers.get(EARLIER) and not one.archived]
    chosen = completing[0]
    others = [one for one in SEEDS[:8] if one.number != chosen.number]
    with bridge([chosen, *others], **database) as made:
        for number in NUMBERS:
            made.sandbox.control.submit(chosen.number, {EARLIER: str(number)})
            told = made.run()
            assert chosen.number in told.assessed
            assert told.workbooks
            assert not told.needs_a_human(), number
            assert earlier_item(made, chosen.number) != "present"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_dossier_that_no_column_holds_is_set_aside_and_the_others_are_handed_out(
    bridge: MakeBridge, database: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = SEEDS[:6]
    odd = seeds[2].number
    with bridge(seeds, **database) as made:
        from steps.read import keeping

        real = keeping.row_of

        def with_what_no_column_holds(raw: Any, **read_by: Any) -> DossierRow:
            row = real(raw, **read_by)
            if row.number != odd:
                return row
            broken = "a\0b" if database else "a\ud800b"
            return DossierRow(
                **{**{n: getattr(row, n) for n in row.__slots__}, "groupe_id": broken}
            )

        monkeypatch.setattr(keeping, "row_of", with_what_no_column_holds)
        told = made.run()
        assert told.quarantined == {odd}
        assert len(told.created) == len(seeds) - 1
        assert told.workbooks
        monkeypatch.undo()
        healed = made.run()
        assert not healed.quarantined
        assert healed.created == {odd}
