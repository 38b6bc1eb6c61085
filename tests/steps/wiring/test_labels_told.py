"""Labels of a mapping that the bridge never puts are told: mistyped, surely."""

from dataclasses import replace

from steps.wiring.drift import labels_to_see
from tests.triage.replying import the_form

MANAGED = ("Complet", "Urgent", "À examiner", "À relancer")


def test_a_label_that_is_never_put_is_told_with_those_that_are() -> None:
    form = the_form()
    mistyped = replace(form.mapping, labels={**form.mapping.labels, "Complett": "Dossier complet"})
    told = labels_to_see(replace(form, mapping=mistyped), MANAGED)
    assert "« Complett »" in told
    assert all(f"« {name} »" in told for name in MANAGED)
    assert "absents de la démarche" not in told
    assert labels_to_see(form, MANAGED) == ""


def test_it_is_told_beside_those_that_the_demarche_lacks() -> None:
    form = the_form()
    mistyped = replace(form.mapping, labels={"Complett": "Dossier complet"})
    told = labels_to_see(replace(form, mapping=mistyped), MANAGED[1:])
    assert "absents de la démarche : Complet." in told
    assert "« Complett »" in told
