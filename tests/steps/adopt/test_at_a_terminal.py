"""A person at a terminal, from first contact with a stranger's form to the first right run."""

from collections.abc import Sequence
from typing import Any

import pytest

from mappings.schema.file import parse_mapping
from sandbox.generator.any_form import dossiers_of
from tests.mappings.matching.variants import written_by_another
from tests.steps.adopt.conftest import Contact, MakeContact
from tests.steps.adopt.terminal import Person, Terminal, answered
from tests.steps.adopt.test_strangers import Told
from tests.steps.adopt.test_values import reports

COUNT = 12
BEFORE = ("sync", "mapping adapt", "doctor", "respond --dry-run")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "most"), [("caisse.yaml", 125)])
def test_five_commands_lead_from_a_strangers_form_to_a_right_run(
    contact: MakeContact, name: str, most: int
) -> None:
    variant = written_by_another(name)
    given = dossiers_of(variant.form, COUNT, seed=11)
    there, person = contact(variant, given), Person(variant)
    before = shown_on_ds(there, given)
    ended = {command: answered(person, command) for command in BEFORE}
    assert shown_on_ds(there, given) == before, ended["mapping adapt"].screen
    assert not (there.home / "exports").exists()
    codes = {command: one.code for command, one in ended.items() if command != "doctor"}
    assert {*codes.values()} == {0}, codes
    run = answered(person, "run")
    assert run.code == 0, run.screen
    assert shown_on_ds(there, given) != before
    assert (there.home / "exports" / "courant" / "reseau.xlsx").exists()
    file = there.home / "correspondance" / str(there.sandbox.demarche) / "mapping.yaml"
    read = reports(there.sandbox, parse_mapping(file.read_text("utf-8"), source=file.name))
    told = Told(variant)
    assert [odd for one in given for odd in told.misread(read[one.number], one.answers)] == []
    assert sum(one.keys for one in ended.values()) <= most


def shown_on_ds(there: Contact, given: Sequence[Any]) -> list[Any]:
    return [there.sandbox.control.snapshot(one.number) for one in given]


@pytest.mark.slow
def test_a_person_goes_back_puts_off_stops_and_takes_up_again(contact: MakeContact) -> None:
    variant = written_by_another("pharmacien.yaml")
    there = contact(variant)
    there.unc("sync")
    left = [one["field"] for one in there.unc("mapping", "adapt", "--auto")["left"]]
    first, second, third = left[:3]
    with Terminal("mapping", "adapt") as terminal:
        assert terminal.shown().endswith("arrêter) : ")
        assert f"[{first}]" in terminal.press("A. Martin\n")
        assert "rien à reprendre" in terminal.press("r\n")
        assert "n’est pas une réponse" in terminal.press("zz\n")
        assert "proposition 99" in terminal.press("99\n")
        terminal.press("n\n")
        assert f"[{second}]" in terminal.press("Au téléphone\n")
        assert f"[{first}]" in terminal.press("r\n"), "back to the first"
        assert f"[{second}]" in terminal.press("s\n"), "put off"
        assert f"[{third}]" in terminal.press("1\n")
        while terminal.code < 0:
            terminal.press("q\n")
        assert (terminal.code, "Gardé dans" in terminal.screen) == (1, True)
    again = there.unc("mapping", "adapt")
    still = [one["field"] for one in again["left"]]
    assert (first in still, second in still, again["absent"]) == (True, False, {})
    taken = next(one for one in again["sure"] if one["field"] == second)
    assert frozenset(taken["champs"])
    with Terminal("mapping", "adapt") as terminal:
        assert f"[{first}]" in terminal.shown(), "what was put off is asked again"
        terminal.press("n\n")
        assert f"[{third}]" in terminal.press("\n")
        while terminal.code < 0:
            terminal.press("q\n")
    reason = there.unc("mapping", "adapt")["absent"]
    assert reason == {first: "Ce formulaire ne le demande pas"}
