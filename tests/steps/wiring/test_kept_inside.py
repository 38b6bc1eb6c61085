"""A form that changed so that verdicts may be wrong: nothing leaves the agency until it is read."""

import shutil
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from exports.published.editions import EditionKind, editions
from sandbox.generator.generate import generate
from settings import ROOT
from steps.adopt.review import accept, blocking
from steps.publish.edition import publish_edition
from steps.publish.requested import Request, hand_out
from steps.reply.respond import due_replies
from steps.wiring.drift import form_in_force
from steps.wiring.failures import RequestError
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, MakeBridge

pytestmark = pytest.mark.slow

WORDS = "L'usage est-il constaté hors du territoire national ?"


def written(ours: Bridge) -> dict[str, int]:
    """Writes that DS was asked for, by mutation."""
    found: dict[str, int] = ours.sandbox.control.stats()["mutations"]
    return found


def workbooks(ours: Bridge) -> dict[str, bytes]:
    folder = ours.settings.exports() / "courant"
    return {one.name: one.read_bytes() for one in folder.glob("*.xlsx")}


def about(workbook: bytes) -> dict[str, str]:
    sheet = openpyxl.load_workbook(BytesIO(workbook))["À propos"]
    return {str(row[0]): str(row[1]) for row in sheet.values}


def dossiers(workbook: bytes) -> set[str]:
    rows = openpyxl.load_workbook(BytesIO(workbook))["Dossiers"].iter_rows(min_row=2)
    return {str(row[0].value) for row in rows if str(row[0].value).isdecimal()}


@pytest.fixture
def own_mapping(tmp_path: Path) -> Path:
    """A mapping that a person may review: the shipped one is everybody's."""
    folder = tmp_path / "correspondance" / "unc"
    shutil.copytree(ROOT / "mappings" / "unc", folder)
    return folder / "mapping.yaml"


def test_nothing_leaves_the_agency_while_drift_blocks_and_all_does_after(
    bridge: MakeBridge, own_mapping: Path
) -> None:
    channel = {"declarant_channel": "message", "quiet_minutes": 0}
    sent = {**channel, "messages_since": "2000-01-01", "mapping": own_mapping}
    with bridge(generate(12, seed=5), **sent) as ours:
        control, demarche = ours.sandbox.control, ours.sandbox.demarche
        first = ours.run()
        assert first.messages > 0
        before, asked = workbooks(ours), written(ours)
        outside = {name: one for name, one in before.items() if name != "agence.xlsx"}
        assert outside
        control.publish(demarche, edits=[{"op": "reword", "champ": 3, "label": WORDS}])
        open_one, hidden, kept, *_ = sorted(
            number
            for number in first.seen
            if control.snapshot(number)["state"] == "en_construction"
        )
        control.submit(open_one, {17: "Un autre titre"})
        control.hide(hidden, by="administration")
        control.annotate(kept, {924: False})

        held = ours.run()
        assert held.needs_a_human()
        assert (held.annotated, held.labelled, held.messages) == (set(), set(), 0)
        assert written(ours) == asked
        now = workbooks(ours)
        assert now.keys() == before.keys()
        assert now["agence.xlsx"] != before["agence.xlsx"], "the agency goes on"
        told = about(now["agence.xlsx"])["Écarts du formulaire"]
        assert told.startswith("bloquant\N{NO-BREAK SPACE}: formulaire à relire")
        shown = dossiers(now["reseau.xlsx"])
        assert shown.isdisjoint({str(hidden), str(kept)}), "what people took out is out"
        assert shown | {str(hidden), str(kept)} >= dossiers(before["reseau.xlsx"])
        again = ours.run()
        assert (again.workbooks, written(ours), workbooks(ours)) == ([], asked, now)
        with open_services(ours.settings) as services:
            assert due_replies(services) == ()
            with pytest.raises(RequestError, match="à relire"):
                hand_out(services, Summary(), request=Request(centre="lyon"))
            with services.store.lock(services.demarche):
                publish_edition(services, Summary(), kind=EditionKind.WEEKLY)
            root, number = services.inputs.publishing.folder, services.demarche
            (edition,) = editions(root, EditionKind.WEEKLY, demarche=number)
            assert {one.name for one in edition.paths} == {"agence.xlsx"}
            assert workbooks(ours).keys() == before.keys()
            accept(services, seen=blocking(services).code)

        done = ours.run()
        assert not any(one.blocks for one in done.form_drift)
        assert open_one in done.annotated or done.messages
        assert written(ours) != asked
        after = workbooks(ours)
        assert after.keys() == before.keys()
        assert about(after["agence.xlsx"])["Écarts du formulaire"].count("bloquant") == 0
        assert dossiers(after["reseau.xlsx"]) == shown


def test_what_only_looks_otherwise_keeps_nothing_inside(
    bridge: MakeBridge, own_mapping: Path
) -> None:
    with bridge(generate(4, seed=5), mapping=own_mapping) as ours:
        ours.run()
        words = "1.3 - L’usage est-il constaté SUR LE TERRITOIRE national"
        ours.sandbox.control.publish(
            ours.sandbox.demarche, edits=[{"op": "reword", "champ": 3, "label": words}]
        )
        done = ours.run()
        assert not any(one.blocks for one in done.form_drift)
        with open_services(ours.settings) as services:
            assert form_in_force(services)
