"""Several démarches on a real Prefect server: a set of deployments each, that follows its file."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from ruamel.yaml import YAML

from sandbox.server import default_form
from tests.ops.conftest import ROOT, Cluster, wait_for
from tests.ops.prefect.stack import Stack, prefect_stack
from tests.steps.syncing import seeds

pytestmark = [pytest.mark.first, pytest.mark.debian, pytest.mark.slow, pytest.mark.timeout(900)]

BOTH = FIRST, SECOND = 48213, 59000
SHIPPED = {one["name"] for one in YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]}
OF_HAND = "passerelle-a-la-main"


def set_of(*numbers: int) -> set[str]:
    return {f"{name}-{number}" for name in SHIPPED for number in numbers}


def follow(stack: Stack, *numbers: int) -> None:
    """Name these démarches, as an operator does: in a file; the environment names none."""
    file = stack.home / "demarches.toml"
    tables = (f'[d{one}]\nUNC_DEMARCHE = {one}\nUNC_DS_TOKEN = "jeton-{one}"\n' for one in numbers)
    file.write_text("".join(tables), "utf-8")
    given = {name: value for name, value in stack.environment.items() if name != "UNC_DEMARCHE"}
    stack.environment = {**given, "UNC_DEMARCHES": str(file)}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Stack]:
    """One démarche is deployed; then a second is named, without a word to Prefect."""
    forms = [default_form(), {**default_form(), "number": SECOND, "title": "Une autre"}]
    home = tmp_path_factory.mktemp("plusieurs")
    with prefect_stack(home, cluster, seeds=seeds(6), forms=forms) as made:
        control = made.sandbox.control
        for number in BOTH:
            control.add_token(f"jeton-{number}", demarches=[number])
        for number in (901, 902):
            company = {"siret": "73282932000074", "name": "Ex"}
            control.create(SECOND, {"number": number, "company": company, "mandatory": False})
        # Their runs would begin meanwhile.
        made.schedule("passerelle-unc", "passerelle")
        follow(made, *BOTH)
        yield made


def deploy(stack: Stack) -> dict[str, Any]:
    done = stack.unc("deploy", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def held(stack: Stack, kind: str) -> dict[str, dict[str, Any]]:
    """What the server has of a kind, by name."""
    found = stack.call(f"{kind}/filter")
    by_name = {one["name"]: one for one in found}
    assert len(by_name) == len(found)
    return by_name


def doctor(stack: Stack, *options: str) -> dict[int, dict[str, tuple[str, str]]]:
    """Checks by their name, of each démarche that is looked at."""
    told = json.loads(stack.unc("doctor", "--json", *options).stdout)
    return {
        int(one["settings"]["UNC_DEMARCHE"]): {
            check["name"]: (check["level"], check["text"]) for check in one["checks"]
        }
        for one in told.get("demarches", [told])
    }


def test_before_it_is_deployed_each_set_is_missed_and_the_old_one_is_told(stack: Stack) -> None:
    for number, checks in doctor(stack).items():
        for name in SHIPPED:
            level, text = checks[f"Déploiement {name}-{number}"]
            assert (level, text[:20]) == ("bloquant", "inconnu du serveur, ")
            assert "« unc deploy » l'ôte" in checks[f"Déploiement {name}"][1]


def test_each_demarche_gets_its_set_and_the_one_without_a_demarche_is_gone(stack: Stack) -> None:
    told = deploy(stack)
    assert set(told["deployments"]) == set_of(*BOTH)
    assert set(told["removed"]) == SHIPPED
    assert {"unc-perdu"} == set(told["automations"])
    assert {"unc-arret-48213", "unc-arret-59000"} < set(told["missing"])
    found = held(stack, "deployments")
    assert found.keys() == set_of(*BOTH)
    for name, one in found.items():
        assert one["parameters"]["demarche"] == int(name.rpartition("-")[2])
    assert found[f"export-mensuel-{SECOND}"]["parameters"]["edition"] == "mensuelle"


def test_a_second_time_changes_nothing_and_what_is_of_hand_stays(stack: Stack) -> None:
    """Schedules and pauses go back to those of prefect.yaml, as with one démarche."""
    before = held(stack, "deployments")
    of_hand = before[f"passerelle-{FIRST}"]
    made = {"flow_id": of_hand["flow_id"], "name": OF_HAND, "tags": ["unc"]}
    stack.call("deployments/", **made, entrypoint=of_hand["entrypoint"], work_pool_name="unc")
    paused = before[f"purge-{SECOND}"]["id"]
    stack.call(f"deployments/{paused}/pause_deployment")
    told = deploy(stack)
    assert told["removed"] == []
    after = held(stack, "deployments")
    assert {name: one["id"] for name, one in before.items()} == {
        name: one["id"] for name, one in after.items() if name != OF_HAND
    }
    assert not after[f"purge-{SECOND}"]["paused"]


def test_a_planned_run_of_each_is_completed_on_its_own_demarche(stack: Stack) -> None:
    for number in BOTH:
        stack.schedule_soon("passerelle-unc", f"passerelle-{number}")
    with stack.worker():
        for number in BOTH:
            done = partial(stack.runs, f"passerelle-{number}", "COMPLETED", "FAILED")
            wait_for(done, seconds=300, what=f"a planned run of {number}")
        checks = doctor(stack)
    for number in BOTH:
        run = stack.runs(f"passerelle-{number}", "COMPLETED", "FAILED")[0]
        assert (run["auto_scheduled"], run["state"]["name"]) == (True, "Completed"), run["state"]
        assert (
            f"'passerelle-unc/passerelle-{number}'"
            in (stack.artifacts(run["id"])[f"resume-{number}"]["data"])
        )
        told = json.loads(stack.unc("status", "--json", "--demarche", str(number)).stdout)
        assert told["dossiers"] == len(stack.sandbox.control.snapshots(number))
        level, text = checks[number][f"Déploiement passerelle-{number}"]
        assert level == "ok", text
        assert "Dernier passage terminé le" in text
        named = {name for name in checks[number] if name.startswith("Déploiement ")}
        assert named == {f"Déploiement {one}" for one in set_of(number) | {OF_HAND}}
    assert doctor(stack, "--demarche", str(SECOND)).keys() == {SECOND}


def test_a_demarche_that_is_gone_takes_its_set_with_it(stack: Stack) -> None:
    follow(stack, SECOND)
    for checks in doctor(stack).values():
        assert "« unc deploy » l'ôte" in checks[f"Déploiement passerelle-{FIRST}"][1]
    assert set(deploy(stack)["removed"]) == set_of(FIRST)
    assert held(stack, "deployments").keys() == {*set_of(SECOND), OF_HAND}


def test_one_of_several_cannot_be_deployed_alone(stack: Stack) -> None:
    done = stack.unc("deploy", "--demarche", str(SECOND))
    assert done.returncode == 2
    assert "relancez-la sans --demarche" in done.stderr


def test_one_demarche_again_has_the_names_of_the_file(stack: Stack) -> None:
    given = dict(stack.environment)
    del given["UNC_DEMARCHES"]
    stack.environment = {
        **given,
        "UNC_DEMARCHE": str(FIRST),
        "UNC_ALERT_WEBHOOK": "http://[::1]:9/",
    }
    told = deploy(stack)
    assert set(told["removed"]) == set_of(SECOND)
    assert held(stack, "deployments").keys() == {*SHIPPED, OF_HAND}
    assert {one["parameters"].get("demarche") for one in held(stack, "deployments").values()} == {
        None
    }
    assert "unc-arret" in held(stack, "automations")
    follow(stack, *BOTH)
    deploy(stack)
    arret = {name for name in held(stack, "automations") if name.startswith("unc-arret")}
    assert arret == {f"unc-arret-{number}" for number in BOTH}
