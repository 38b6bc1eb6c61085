"""What a person wrote on a dossier is what the declarant, labels, workbooks and portal see."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.portal.source import source_of
from cli.run.status import _state
from portal.dossiers.card import make_card
from portal.dossiers.figures import counted_of
from portal.dossiers.lines import lines_of
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, MakeBridge, said
from tests.steps.answering import TO_ALL
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import some

pytestmark = pytest.mark.slow

STATUS, REASON, PRIORITY, MANUAL = 901, 902, 905, 921


def hold(made: Bridge, number: int, annotations: dict[int, Any]) -> Summary:
    """A run without a channel, an instructeur's act, then a run with the channel on."""
    made.run(declarant_channel="off")
    made.sandbox.control.annotate(number, annotations)
    return made.run()


def row(made: Bridge, name: str, number: int) -> dict[str, Any] | None:
    """Cells of a dossier in the last published workbook of that name; ``None`` without any."""
    (*_, path) = sorted(Path(made.settings.exports()).glob(f"courant/{name}.xlsx"))
    head, *rows = openpyxl.load_workbook(path)["Dossiers"].values
    found = [dict(zip(map(str, head), one, strict=True)) for one in rows if one[0] == number]
    return found[0] if found else None


def test_a_status_set_by_hand_is_the_one_that_answers(bridge: MakeBridge) -> None:
    held, other = some("À compléter", 2)
    with bridge([held, other], **TO_ALL, pass_en_instruction=True) as made:
        control = made.sandbox.control
        told = hold(made, held.number, {STATUS: "Complet"})
        shown = control.snapshot(held.number)
        assert shown["annotations"]["901"] == "Complet"
        assert not shown["pending_correction"], "nothing is asked of the declarant"
        (received,) = said(shown)
        assert "transmis pour évaluation" in received["body"]
        assert "Complet" in shown["labels"]
        assert shown["state"] == "en_instruction"
        assert control.snapshot(other.number)["pending_correction"]
        assert not told.needs_a_human()
        cells = row(made, "agence", held.number)
        assert cells is not None
        assert (cells["Statut"], cells["Statut proposé"]) == ("Complet", "À compléter")
        assert "Complet" in str(cells["Écarts d’annotation"])
        again = made.run()
        assert again.nothing_done()

        control.annotate(held.number, {STATUS: None})
        made.run()
        shown = control.snapshot(held.number)
        assert shown["annotations"]["901"] == "À compléter"
        assert "Complet" not in shown["labels"]


@pytest.mark.parametrize(
    "annotations", [{STATUS: "Hors champ"}, {REASON: "Sans but médical"}], ids=["status", "reason"]
)
def test_an_exclusion_by_hand_silences_labels_and_keeps_the_dossier_at_the_agency(
    bridge: MakeBridge, annotations: dict[int, str]
) -> None:
    held, other = some("À compléter", 2)
    with bridge([held, other], **TO_ALL) as made:
        made.run(declarant_channel="off")
        assert row(made, "reseau", held.number)
        made.sandbox.control.annotate(held.number, annotations)
        assert not made.run().needs_a_human()
        shown = made.sandbox.control.snapshot(held.number)
        assert said(shown) == []
        assert shown["labels"] == ["À examiner"]
        assert shown["annotations"]["901"] == "Hors champ"
        assert row(made, "reseau", held.number) is None
        assert row(made, "reseau", other.number)
        cells = row(made, "agence", held.number)
        assert cells is not None
        assert cells["Statut"] == "Hors champ"
        assert cells["Priorité"] == "sans priorité"
        with open_services(made.settings) as services:
            assert (
                held.number not in services.store.situations.reports(services.demarche)
                or not services.store.situations.reports(services.demarche)[held.number].situation
            )
            state = _state(services)
        assert state["statuts"] == {"Hors champ": 1, "À compléter": 1}


def test_a_priority_set_by_hand_decides_the_label_the_order_and_the_counts(
    bridge: MakeBridge,
) -> None:
    held = next(one for one in some("Complet", 3) if one.planted.priority != "P1")
    with bridge([held]) as made:
        hold(made, held.number, {PRIORITY: "P1"})
        assert "Urgent" in made.sandbox.control.snapshot(held.number)["labels"]
        with open_services(made.settings) as services:
            source = source_of(services)
            context = source.circumstances()
            entries = tuple(source.entries(None))
            ((reading, _),) = source.read(entries, context=context, audience="agence")
            card = make_card(reading, columns=source.columns)
            lines = [one for one in lines_of(source, entries, context) if one.audience == "agence"]
            told = counted_of(source).indicators["agence"].figures
        (line,) = lines
        assert line.priority == card.priority == "P1"
        assert card.proposed_priority == held.planted.priority
        figures = {one.name: one.value for one in told}
        assert figures["Dossiers de priorité P1"] == 1


def test_a_word_that_is_no_status_is_kept_shown_and_silences(bridge: MakeBridge) -> None:
    (held,) = some("À compléter")
    options = ["À compléter", "En cours d'expertise"]
    edit = {"op": "retype", "champ": STATUS, "type": "drop_down_list", "options": options}
    with bridge([held], **TO_ALL) as made:
        made.sandbox.control.publish(made.sandbox.demarche, edits=[edit])
        hold(made, held.number, {STATUS: "En cours d'expertise"})
        shown = made.sandbox.control.snapshot(held.number)
        assert shown["annotations"]["901"] == "En cours d'expertise"
        assert said(shown) == []
        cells = row(made, "agence", held.number)
        assert cells is not None
        assert (cells["Statut"], cells["Statut proposé"]) == (options[1], "À compléter")


def test_a_status_that_asks_for_what_the_verdict_does_not_miss_asks_nothing(
    exchange: MakeExchange,
) -> None:
    (held,) = some("Complet")
    with exchange([held], **TO_ALL) as made:
        made.answer(declarant_channel="off")
        made.control.annotate(held.number, {STATUS: "À compléter"})
        made.answer()
        shown = made.snapshot(held.number)
        assert said(shown) == []
        assert shown["labels"] == []


def test_the_manual_switch_silences_everything(exchange: MakeExchange) -> None:
    (held,) = some("À compléter")
    with exchange([held], **TO_ALL) as made:
        made.answer(declarant_channel="off")
        made.control.annotate(held.number, {MANUAL: True, STATUS: "Complet"})
        before = made.snapshot(held.number)
        made.mutations()
        made.answer()
        assert made.mutations() == {}
        assert made.snapshot(held.number) == before


def test_a_held_annotation_is_told_once_and_is_no_trouble(exchange: MakeExchange) -> None:
    (held,) = some("Complet")
    with exchange([held]) as made:
        made.answer()
        made.control.annotate(held.number, {STATUS: "À trier"})
        first, second = made.answer(), made.answer()
        assert (first.newly_held, second.newly_held) == ({held.number}, set())
        assert first.conflicts == second.conflicts == {held.number}
        assert first.json()["conflicts"] == 1
        assert not first.needs_a_human()
        with made.services() as services:
            (listed,) = _state(services)["conflits"]
        assert (listed["dossier"], listed["trouvé"]) == (held.number, "À trier")
