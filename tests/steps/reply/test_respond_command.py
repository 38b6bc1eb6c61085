"""`unc respond` as an operator types it, and an instance that is older than ours."""

import json
from typing import Any

import pytest

from cli.app import call
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import some


@pytest.fixture
def unc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command on an exchange; return its exit code, its output and its errors."""

    def run(made: Exchange, *arguments: str) -> tuple[int, str, str]:
        told = {
            **made.bridge.environment,
            "UNC_DECLARANT_CHANNEL": "correction",
            "UNC_QUIET_MINUTES": "0",
            "UNC_MESSAGES_SINCE": "2000-01-01",
        }
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = call(list(arguments))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_a_dry_run_prints_the_plan_as_a_table_and_writes_nothing(
    exchange: MakeExchange, unc: Any
) -> None:
    (seed,) = some("À compléter")
    with exchange([seed]) as made:
        unc(made, "sync")
        code, shown, _ = unc(made, "respond", "--dry-run")
        assert code == 0
        assert str(seed.number) in shown
        assert "demande de correction" in shown
        code, shown, _ = unc(made, "respond", "--dry-run", "--json")
        due = json.loads(shown)["due"]
        assert {one["what"] for one in due} >= {"annotations", "demande de correction"}
        assert made.mutations() == {}


@pytest.mark.slow
def test_the_bridge_reads_what_a_person_just_changed_before_it_writes(
    exchange: MakeExchange, unc: Any
) -> None:
    (seed,) = some("Complet")
    with exchange([seed]) as made:
        unc(made, "sync")
        made.control.annotate(seed.number, {901: "À trier"})
        code, _, errors = unc(made, "respond")
        assert code == 0  # a normal act, told once
        assert "Une personne tient désormais une annotation" in errors
        assert str(seed.number) in errors
        assert made.snapshot(seed.number)["annotations"]["901"] == "À trier"
        _, shown, _ = unc(made, "status", "--json")
        assert json.loads(shown)["conflits"][0]["trouvé"] == "À trier"


@pytest.mark.slow
def test_a_message_is_withdrawn_by_command(exchange: MakeExchange, unc: Any) -> None:
    (seed,) = some("Complet")
    with exchange([seed]) as made:
        assert unc(made, "init")[0] == 0
        assert unc(made, "respond")[0] == 0
        code, shown, _ = unc(made, "respond", "--withdraw", str(seed.number), "--json")
        assert (code, json.loads(shown)["withdrawn"]) == (0, True)
        assert made.ours(seed.number)[0]["body"] == ""
        code, _, errors = unc(made, "respond", "--withdraw", str(seed.number))
        assert code == 1
        assert "Aucun message" in errors
        assert unc(made, "respond")[0] == 0
        assert len(made.ours(seed.number)) == 1


@pytest.mark.slow
def test_a_refusal_is_named_by_the_command_and_by_status(exchange: MakeExchange, unc: Any) -> None:
    (seed,) = some("Complet")
    groupe = "Usage non conforme - vaccins et sang"
    with exchange([seed]) as made:
        sandbox = made.bridge.sandbox
        made.control.remove_instructeur(sandbox.demarche, sandbox.instructeur, groupe)
        code, _, errors = unc(made, "run")
        assert code == 1
        told = [one for one in errors.splitlines() if f"Dossier {seed.number} : non fait" in one]
        assert told
        assert all(groupe in one for one in told)
        _, shown, _ = unc(made, "status", "--json")
        refused = json.loads(shown)["refus"]
        assert {one["dossier"] for one in refused} == {seed.number}
        assert all(groupe in one["raison"] for one in refused)


@pytest.mark.slow
def test_an_older_instance_is_answered_with_one_mutation_for_each_type(
    exchange: MakeExchange,
) -> None:
    seeds = [*some("Complet", 2), *some("À compléter", 2)]
    lacking = ["Mutation.dossierModifierAnnotations", "Dossier.labels", "Demarche.labels"]
    with exchange(seeds, **TO_ALL) as made:
        made.control.switches(hidden_fields=lacking)
        told = made.answer()
        assert told.annotated == {one.number for one in seeds}
        assert told.refused == []
        for one in seeds:
            shown = made.snapshot(one.number)
            assert shown["annotations"]["901"] == one.planted.status
            assert shown["annotations"]["903"] == one.planted.score
        assert "dossierModifierAnnotations" not in made.mutations()
        assert made.answer().nothing_done()
        assert made.mutations() == {}


@pytest.mark.slow
def test_the_last_request_and_its_label_go_out_in_one_run(exchange: MakeExchange) -> None:
    (seed,) = some("À compléter")
    with exchange([seed], **{**TO_ALL, "max_requests": 1}) as made:
        made.answer()
        assert len(made.ours(seed.number)) == 1
        assert "À relancer" in made.snapshot(seed.number)["labels"]


@pytest.mark.slow
def test_a_heavy_batch_is_halved_and_everything_is_written(exchange: MakeExchange) -> None:
    seeds = some("Complet", 6)
    with exchange(seeds) as made:
        made.control.fault(
            "root_error", code="timeout", mutation="dossierModifierAnnotations", count=1
        )
        assert made.answer().annotated == {one.number for one in seeds}
        assert made.answer().nothing_done()
