"""A stop that is asked for: the run ends between two dossiers, and the next one goes on."""

import signal

import pytest

from sandbox.generator.generate import generate
from steps.run import run_once
from steps.wiring import stopping
from steps.wiring.services import connect
from steps.wiring.stopping import StopAsked, stop_if_asked
from steps.wiring.summary import Summary
from store.repository import open_store
from tests.conftest import MakeBridge


@pytest.mark.slow
def test_a_run_that_is_asked_to_stop_ends_between_two_dossiers_and_the_next_goes_on(
    bridge: MakeBridge,
) -> None:
    seen: list[int] = []

    def tell(step: str, done: int, _total: int | None) -> None:
        if step == "Réponses à DS":
            seen.append(done)
            if len(seen) == 2:
                signal.raise_signal(signal.SIGTERM)

    said: list[bool] = []
    with bridge(generate(6, seed=8), batch_size=2) as made:
        with (
            pytest.raises(StopAsked),
            stopping.on(signal.SIGTERM, say=lambda: said.append(True)),
            connect(made.settings, tell=tell, make=True) as services,
        ):
            run_once(services, Summary())
        assert (len(seen), said) == (2, [True])
        shown = made.sandbox.control.snapshots(made.sandbox.demarche)
        written = [number for number, one in shown.items() if one["annotations"].get("901")]
        assert 0 < len(written) < len(shown)
        summary = made.run()
        assert not summary.created
        assert summary.annotated.isdisjoint(written)
        assert summary.annotated
        assert not made.run().annotated
        with open_store(made.settings.database()) as store:
            outcomes = [one.outcome for one in store.runs.last(made.sandbox.demarche)]
        assert outcomes == ["completed", "completed", "interrupted"]


def test_a_second_signal_interrupts_at_once_and_nothing_is_left_asked() -> None:
    with stopping.on(signal.SIGINT, say=lambda: None):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(StopAsked):
            stop_if_asked()
        with pytest.raises(KeyboardInterrupt) as caught:
            signal.raise_signal(signal.SIGINT)
    assert type(caught.value) is KeyboardInterrupt
    stop_if_asked()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
