"""An annotation that decides what leaves, asked the contrary: read and written so, over HTTP."""

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import pytest
from openpyxl import load_workbook

from cli.app import call
from tests.mappings.matching.variants import VARIANTS, Variant
from tests.steps.adopt.conftest import Contact, MakeContact

CONSENT = "annotations.diffusable"
FIRST = 24_000_001


def relabelled(path: str, label: str, kind: str = "yes_no") -> tuple[Variant, int]:
    """Our form with other ids, one question or annotation of it in other words; its id."""
    alike = VARIANTS["same labels, other ids"]()
    (champ,) = alike.truth[path]
    revision = alike.form["revisions"][-1]
    turned = {
        place: [
            {**one, "label": label, "type": kind} if str(one["id"]) == champ else one
            for one in revision[place]
        ]
        for place in ("champs", "annotations")
    }
    revisions = [*alike.form["revisions"][:-1], {**revision, **turned}]
    return replace(alike, form={**alike.form, "revisions": revisions}), int(champ)


def typing(patch: pytest.MonkeyPatch, said: Sequence[str]) -> int:
    patch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in said)))
    return call(["mapping", "adapt"])


def in_network(ours: Contact) -> set[int]:
    """Numbers of the dossiers of which the network's workbook has the row."""
    book = load_workbook(ours.home / "exports" / "courant" / "reseau.xlsx", read_only=True)
    head, *rows = book["Dossiers"].iter_rows(values_only=True)
    return {int(str(row[head.index("Dossier")])) for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["yes_no", "checkbox"])
def test_a_consent_asked_the_contrary_keeps_what_it_should_and_lets_the_rest_out(
    kind: str, contact: MakeContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant, champ = relabelled(CONSENT, "Ne pas diffuser aux CRPV", kind)
    ours = contact(variant)
    ours.unc("sync")
    ours.unc("mapping", "adapt", "--auto")
    assert typing(monkeypatch, ["A. Martin", "", "n", "o"]) == 0
    file = ours.home / "correspondance" / str(ours.sandbox.demarche) / "mapping.yaml"
    assert f"diffusable: {{champ: {champ}, inverted: true, type: yes_no" in file.read_text("utf-8")
    readings = ours.unc("mapping", "check")["readings"]
    assert any("oui est lu non" in one for one in readings)
    ours.unc("run")
    (status,) = variant.truth["annotations.statut"]
    kept, let_out, unsaid = range(FIRST, FIRST + 3)
    for number in (kept, let_out, unsaid):
        ours.sandbox.control.annotate(number, {int(status): "Complet"})
    ours.unc("run")
    assert in_network(ours) == {kept, let_out, unsaid}
    ours.sandbox.control.annotate(kept, {champ: True})
    ours.sandbox.control.annotate(let_out, {champ: False})
    ours.unc("run")
    assert in_network(ours) == {let_out, unsaid}


@pytest.mark.slow
@pytest.mark.parametrize("recreated", [False, True])
def test_a_consent_that_is_gone_lets_nothing_out_until_a_person_said_so(
    recreated: bool, contact: MakeContact
) -> None:
    ours = contact("same labels, other ids")
    ours.unc("sync")
    ours.unc("mapping", "adapt", "--auto")
    ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
    (champ,), (status,) = (ours.variant.truth[one] for one in (CONSENT, "annotations.statut"))
    for number in (FIRST, FIRST + 1):
        ours.sandbox.control.annotate(number, {int(status): "Complet"})
    ours.sandbox.control.annotate(FIRST, {int(champ): False})
    ours.unc("run")
    assert in_network(ours) == {FIRST + 1}
    gone = [{"op": "remove", "annotation": True, "champ": int(champ)}]
    if recreated:
        new = {"id": 7777, "label": "Diffusable au réseau des CRPV", "type": "yes_no"}
        gone.append({"op": "add", "annotation": True, "champ": new})
    ours.sandbox.control.publish(ours.sandbox.demarche, edits=gone)
    before = ours.sandbox.control.stats()["mutations"]
    ours.unc("run", code=1)
    assert in_network(ours) == {FIRST + 1}
    assert ours.sandbox.control.stats()["mutations"] == before
    told = [one["text"] for one in ours.unc("doctor")["checks"] if one["level"] == "bloquant"]
    assert any("unc mapping absent annotations.diffusable" in one for one in told)
    said = ("--reason", "Retirée du formulaire", "--by", "A. Martin")
    ours.unc("mapping", "absent", CONSENT, *said, code=0)
    ours.unc("run", code=0)
    assert in_network(ours) == {FIRST, FIRST + 1}


@pytest.mark.slow
def test_a_consent_that_is_asked_straight_again_is_asked_of_a_person_and_blocks_until_then(
    contact: MakeContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant, champ = relabelled(CONSENT, "Ne pas diffuser aux CRPV")
    ours = contact(variant)
    ours.unc("sync")
    ours.unc("mapping", "adapt", "--auto")
    assert typing(monkeypatch, ["A. Martin", "", "n", "o"]) == 0
    (status,) = variant.truth["annotations.statut"]
    for number in (FIRST, FIRST + 1):
        ours.sandbox.control.annotate(number, {int(status): "Complet"})
    ours.sandbox.control.annotate(FIRST, {champ: True})
    ours.unc("run")
    assert in_network(ours) == {FIRST + 1}
    edit = {"op": "reword", "annotation": True, "champ": champ, "label": "Diffuser aux CRPV"}
    ours.sandbox.control.publish(ours.sandbox.demarche, edits=[edit])
    ours.unc("run", code=1)
    for answers in (["n"], ["q"], ["s", "n"]):
        ours.unc("mapping", "adapt", "--auto")
        typing(monkeypatch, ["A. Martin", *answers])
        ours.unc("run", code=1)
        assert in_network(ours) == {FIRST + 1}
    file = ours.home / "correspondance" / str(ours.sandbox.demarche) / "mapping.yaml"
    assert f"diffusable: {{champ: {champ}, inverted: true" in file.read_text("utf-8")
    assert typing(monkeypatch, ["A. Martin", "1", "o"]) == 0
    assert f"diffusable: {{champ: {champ}, type: yes_no" in file.read_text("utf-8")
    ours.sandbox.control.annotate(FIRST + 1, {champ: False})
    ours.unc("run")
    assert in_network(ours) == set(), "what was said of « Ne pas diffuser » is no consent"
    ours.sandbox.control.annotate(FIRST, {champ: True})
    ours.unc("run")
    assert in_network(ours) == {FIRST}
