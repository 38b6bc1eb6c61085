"""What prefect.yaml says holds: each entrypoint loads, each deployment can be run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:  # it costs two seconds: imported where it is used, by one of the processes
    from prefect.flows import Flow

ROOT = Path(__file__).parents[2]
DEPLOYMENTS: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]
BY_NAME = {one["name"]: one for one in DEPLOYMENTS}
each_deployment = pytest.mark.parametrize("name", list(BY_NAME))


def flow_of(name: str) -> "Flow[..., Any]":
    from prefect.flows import load_flow_from_entrypoint

    return load_flow_from_entrypoint(BY_NAME[name]["entrypoint"], use_placeholder_flow=False)


@each_deployment
def test_the_entrypoint_is_a_flow_named_by_module(name: str) -> None:
    assert ":" not in BY_NAME[name]["entrypoint"]
    assert flow_of(name).name.endswith("-unc")


@each_deployment
def test_the_parameters_are_those_of_the_flow(name: str) -> None:
    flow = flow_of(name)
    flow.validate_parameters(dict(BY_NAME[name]["parameters"]))
    for field in flow.parameters.properties.values():
        assert field["title"]
        assert field["description"], f"{name}: the form of the interface explains nothing"


@each_deployment
def test_a_run_never_overlaps_another_of_the_same_deployment(name: str) -> None:
    from prefect.client.schemas.objects import ConcurrencyLimitStrategy

    limit = BY_NAME[name]["concurrency_limit"]
    assert limit["limit"] == 1
    assert ConcurrencyLimitStrategy(limit["collision_strategy"]).name == "CANCEL_NEW"


@each_deployment
def test_a_person_can_read_what_it_is_for(name: str) -> None:
    assert BY_NAME[name]["description"].endswith(".")
    assert "unc" in BY_NAME[name]["tags"]
    assert BY_NAME[name]["work_pool"]["name"] == "unc"


@each_deployment
def test_the_schedule_is_one_that_prefect_takes(name: str) -> None:
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule

    [schedule] = BY_NAME[name]["schedules"]
    made = (CronSchedule if "cron" in schedule else IntervalSchedule).model_validate(schedule)
    DeploymentScheduleCreate(schedule=made)
    assert made.timezone == "Europe/Paris"


@each_deployment
def test_no_dossier_is_kept_by_prefect(name: str) -> None:
    flow = flow_of(name)
    assert flow.persist_result is False
    assert not flow.retries, "a whole flow is not tried again: its steps are"


def test_the_weekly_and_the_monthly_deployment_publish_their_edition() -> None:
    from flows.maintenance import DEPLOYMENTS as OF_BEFORE

    assert {name: BY_NAME[name]["parameters"]["edition"] for name in OF_BEFORE} == OF_BEFORE
