"""« Ce n'est pas un patient » : what a person says of a passage holds, and can be taken back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from exports.readers.who_reads import readings
from mappings.report.model import Answer
from sandbox.generator.generate import generate
from steps.judge.judge import judge
from steps.publish.current_workbooks import export_context
from steps.publish.entries import entries_of
from steps.publish.source import source_digest
from steps.read.poll import poll
from steps.wiring.handed_out_files import hand_out_files
from steps.wiring.services import connect, open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on

PLAIN = next(one for one in generate(20, seed=3) if one.planted.kind.startswith("plain"))
NUMBER, OTHER = 24_000_201, 24_000_202
TEXT = "Avis recueilli auprès de Mme Exempla, et du patient Paul Lefebvre, 72 ans."
SEEDS = [
    replace(PLAIN, number=number, answers={**PLAIN.answers, 25: TEXT}) for number in (NUMBER, OTHER)
]


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    with bridge_on(tmp_path, SEEDS) as made:
        with connect(made.settings, make=True) as services:
            poll(services, Summary())
        yield made


def shown(bridge: Bridge, *, judged: bool = True) -> dict[int, str]:
    """What the network reads of the text, by dossier."""
    with open_services(bridge.settings) as services:
        if judged:
            judge(services, Summary())
        entries = tuple(entries_of(services))
        context = export_context(services, entries)
        _, policy = hand_out_files(services.inputs.publishing.columns, services.form.mapping)
        read = readings(entries, context=context, policy=policy, audience="reseau")
        found = {one.number: one.answer("contexte_clinique") for one in read}
    return {n: str(one.value) for n, one in found.items() if isinstance(one, Answer)}


def unc(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, Any]:
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    code = call(["patients", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_a_passage_that_is_no_patient_s_is_shown_from_then_on(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    masked = "Avis recueilli auprès de [donnée de patient masquée], et du patient"
    assert all(text.startswith(masked) for text in shown(bridge).values())
    number = str(NUMBER)
    _, told = unc(bridge, monkeypatch, capsys, "show", number)
    codes = {one["text"]: one["code"] for one in told["passages"]}
    assert set(codes) == {"Mme Exempla", "Paul Lefebvre"}
    assert {one["field"] for one in told["passages"]} == {"Contexte clinique"}
    with open_services(bridge.settings) as services:
        before = source_digest(services)

    code = codes["Mme Exempla"]
    assert unc(bridge, monkeypatch, capsys, "clear", number, code)[0] == 0
    found = shown(bridge)
    assert found[NUMBER].startswith("Avis recueilli auprès de Mme Exempla, et du patient [donnée")
    assert found[OTHER].startswith(masked), "of this dossier only"
    with open_services(bridge.settings) as services:
        assert source_digest(services) != before, "the next run publishes"
        (line,) = services.store.visits.list(services.demarche, limit=5)
        said = services.store.not_patients.of(services.demarche, NUMBER)
    assert (line.event, line.file) == ("not a patient", f"dossier {NUMBER}, passage {code}")
    assert "Exempla" not in repr((line, said))
    _, told = unc(bridge, monkeypatch, capsys, "show", number)
    assert [bool(one["said_by"]) for one in told["passages"] if one["code"] == code] == [True]

    assert unc(bridge, monkeypatch, capsys, "restore", number, code)[0] == 0
    assert NUMBER not in shown(bridge, judged=False), "it waits until it is masked again"
    assert shown(bridge)[NUMBER].startswith(masked)


def test_what_was_said_goes_with_the_dossier_and_a_wrong_code_is_refused(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = unc(bridge, monkeypatch, capsys, "clear", str(NUMBER), "0123456789")
    assert code == 2
    assert "unc patients show" in told["error"]
