"""A démarche whose labels have other names than ours, over HTTP: found, put on, taken off, told."""

from collections import Counter
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from cli.app import call
from sandbox.generator.any_form import dossiers_of
from tests.mappings.matching.variants import VARIANTS
from tests.steps.adopt.conftest import Contact, MakeContact

NAMED = ("complet", "Prioritaire", "Pour avis", "À signer")
SIGNED = ("--by", "A. Martin")


def snapshots(ours: Contact) -> dict[int, Any]:
    return ours.sandbox.control.snapshots(ours.sandbox.demarche)


def worn(ours: Contact) -> Counter[str]:
    """How many dossiers have each label."""
    return Counter(name for one in snapshots(ours).values() for name in one["labels"])


@pytest.mark.slow
def test_labels_of_other_names_are_asked_for_put_on_and_taken_off_once(
    contact: MakeContact, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alike = VARIANTS["same labels, other ids"]()
    labels = [{"name": name, "color": "green_menthe"} for name in NAMED]
    form = {**alike.form, "labels": labels}
    ours = contact(replace(alike, form=form), dossiers_of(form, 16, seed=3))
    ours.unc("sync")

    found = ours.unc("mapping", "adapt", "--auto", code=0)
    assert found["labels"] == {"Complet": "complet"}
    near = {one["field"]: [at["label"] for at in one["likeliest"]] for one in found["left"]}
    assert near == {
        "labels.Urgent": ["Prioritaire"],
        "labels.À examiner": [],
        "labels.À relancer": [],
    }
    assert any("labels absents" in one for one in ours.unc("mapping", "check", code=1)["drift"])

    typed = ("A. Martin", "", "?avis", "1", "n", "Nul ne relance ici", "o")
    monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in typed)))
    assert call(["mapping", "adapt"]) == 0
    shown = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Label « Urgent » [labels.Urgent] — label posé par la passerelle" in shown
    file = ours.home / "correspondance" / str(ours.sandbox.demarche) / "mapping.yaml"
    text = file.read_text("utf-8")
    for line in (
        '  "Complet": {label: "complet"}',
        '  "Urgent": {label: "Prioritaire"}',
        '  "À examiner": {label: "Pour avis"}',
        '  # aucun label : Nul ne relance ici\n  "À relancer": {absent: true}',
    ):
        assert line in text, text
    checked = ours.unc("mapping", "check")
    assert not any("labels absents" in one for one in checked["drift"])
    assert any("label de la démarche : « Pour avis »" in one for one in checked["readings"])

    assert ours.unc("run")["labelled"] > 0
    first = worn(ours)
    assert first.keys() <= {"complet", "Prioritaire", "Pour avis"}
    assert first
    assert ours.unc("run")["labelled"] == 0, "twice is once"
    assert worn(ours) == first
    told = [(one["level"], one["text"]) for one in ours.unc("doctor")["checks"]]
    assert ("ok", "3 labels en place") in told
    assert any("non demandé : label « À relancer »" in text for _, text in told)
    assert any("Nul ne relance ici — A. Martin" in text for _, text in told)

    chosen = next(n for n, one in snapshots(ours).items() if "Pour avis" in one["labels"])
    (status,) = ours.variant.truth["annotations.statut"]
    ours.sandbox.control.label(chosen, "À signer")
    for decided, names in (("Complet", {"complet", "À signer"}), ("À compléter", {"À signer"})):
        ours.sandbox.control.annotate(chosen, {int(status): decided})
        assert ours.unc("run")["labelled"] == 1
        assert set(snapshots(ours)[chosen]["labels"]) == names, "what a person put stays"
        assert ours.unc("run")["labelled"] == 0

    ours.sandbox.control.delete_label(ours.sandbox.demarche, "Prioritaire")
    ours.sandbox.control.add_label(ours.sandbox.demarche, "Urgence")
    ours.unc("sync")
    told = [one["text"] for one in ours.unc("doctor")["checks"] if one["name"] == "Labels"]
    assert "Urgent (« Prioritaire »)" in told[0]
    assert "`unc mapping adapt`" in told[0]
    left = ours.unc("mapping", "adapt", "--auto")["left"]
    assert [(one["field"], one["likeliest"][0]["label"]) for one in left] == [
        ("labels.Urgent", "Urgence")
    ]
    assert '"À examiner": {label: "Pour avis"}' in file.read_text("utf-8"), "the others stay"
