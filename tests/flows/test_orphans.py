"""Which runs are gone, as Prefect knows them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.flows.test_deployments import DEPLOYMENTS

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("alone_on", "minutes", "gone"),
    [
        (12, 1, True),  # it held our lock, which we hold
        (13, 600, False),  # it holds another's
        (None, 1, False),  # it waits for the lock, or starts
        (None, 29, False),
        (None, 41, True),  # it waited for longer than any run does
    ],
)
def test_a_run_is_gone_when_it_held_what_we_hold_or_waited_for_too_long(
    alone_on: int | None, minutes: int, gone: bool
) -> None:
    from prefect.client.schemas.objects import FlowRun, State, StateType

    from flows.orphans import ALONE_ON, _is_gone

    state = State(type=StateType.RUNNING, timestamp=NOW - timedelta(minutes=minutes))
    run = FlowRun(flow_id=uuid4(), state=state)
    if alone_on is not None:
        run.labels[ALONE_ON] = alone_on
    assert _is_gone(run, 12, before=NOW - timedelta(minutes=40)) is gone


def test_every_deployment_has_the_tag_by_which_its_runs_are_found() -> None:
    from flows.orphans import TAG

    assert all(TAG in one["tags"] for one in DEPLOYMENTS)
