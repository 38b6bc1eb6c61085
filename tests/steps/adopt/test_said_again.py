"""What was answered before the words of its question changed, and is said again as it stood.

On DS and in workbooks, over HTTP, a run after each act: verdicts agree, and stay what they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sandbox.generator.any_form import dossiers_of
from tests.exports.conftest import records
from tests.mappings.matching.variants import VARIANTS, Raw
from tests.steps.adopt.conftest import code_of, contacted
from tests.steps.adopt.test_answered_then import CONSENT, IN_SCOPE
from tests.steps.adopt.test_deciding import FIRST
from tests.steps.adopt.test_turned import NATIONAL, STATUS, AdoptedForm, asked_by_a_list

pytestmark = pytest.mark.slow

AGAIN, TURNED, EARLY, LATE, NEVER, COUNTED, TITLED = (FIRST + at for at in (0, 2, 3, 5, 6, 7, 8))
"""Dossiers that lack nothing."""
COMPLETE, UNREAD = ("Complet", "Complet"), ("À préciser", "À préciser")
TITLE = "titre"
WORDS = "Répondez pour le territoire français, outre-mer compris."


def asked(form: AdoptedForm, **changes: str) -> Raw:
    """The form as it was adopted; with changes, its title is asked otherwise."""
    revision = form.turned(NATIONAL, description=WORDS)
    for one in revision["champs"]:
        if one["id"] == form.champ(TITLE):
            one.update(changes)
    return revision


@dataclass(frozen=True)
class ReadBothWays:
    """A form, and what its dossiers are said to be on DS and in the agency's workbook."""

    form: AdoptedForm

    def run(self) -> None:
        self.form.ours.unc("run", code=0)

    def answer(self, number: int, said: str) -> None:
        self.form.ours.sandbox.control.edit_champ(number, {self.form.champ(NATIONAL): said})

    def status(self, number: int) -> tuple[str, str]:
        home, control = self.form.ours.home, self.form.ours.sandbox.control
        book = (home / "exports" / "courant" / "agence.xlsx").read_bytes()
        (here,) = [one for one in records(book, "Dossiers") if one["Dossier"] == number]
        shown = control.snapshot(number)["annotations"][str(self.form.champ(STATUS))]
        return str(shown), here["Statut"]


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadBothWays]:
    """A form that was adopted once its words had changed: dossiers answered others."""
    variant = asked_by_a_list(VARIANTS["same labels, other ids"](), NATIONAL)
    made = dossiers_of(variant.form, 24, seed=3)[:9]
    seeds = [replace(one, state="en_construction") for one in made]
    with contacted(tmp_path_factory.mktemp("again"), variant, seeds) as ours:
        form = AdoptedForm(ours)
        within = {form.champ(path): said for path, said in IN_SCOPE.items()}
        for seed in seeds:
            ours.sandbox.control.edit_champ(seed.number, within)
        ours.unc("run", code=1)  # nobody adopted it yet
        form.publish(asked(form))
        ours.unc("sync")
        ours.unc("mapping", "adapt", "--auto", code=0)
        ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
        yield ReadBothWays(form)


def test_what_is_said_again_as_it_stood_is_read_everywhere_and_stays_so(
    adopted: ReadBothWays,
) -> None:
    adopted.run()
    assert adopted.status(AGAIN) == UNREAD
    adopted.answer(AGAIN, "Oui")
    for _ in range(3):
        adopted.run()
        assert adopted.status(AGAIN) == COMPLETE
    assert adopted.status(TURNED) == UNREAD, "not said again"


def test_what_was_changed_then_put_back_is_read_as_it_was_last_said(adopted: ReadBothWays) -> None:
    """It says what it said when nothing of it was read: that verdict is not taken up again."""
    adopted.run()
    assert adopted.status(TURNED) == UNREAD
    adopted.answer(TURNED, "Non")
    adopted.run()
    assert adopted.status(TURNED) == ("Hors champ", "Hors champ")
    adopted.answer(TURNED, "Oui")
    for _ in range(2):
        adopted.run()
        assert adopted.status(TURNED) == COMPLETE


def test_what_was_said_again_stays_read_once_what_a_person_said_of_before_is_taken_back(
    adopted: ReadBothWays,
) -> None:
    unc, control = adopted.form.ours.unc, adopted.form.ours.sandbox.control
    signed = ("--by", "A. Martin", "--reason", "Seule l'aide a changé")
    adopted.answer(EARLY, "Oui")
    adopted.run()
    (words,) = [one for one in unc("mapping", "check")["drift"] if f"same {NATIONAL} " in one]
    unc("mapping", "same", NATIONAL, *signed, "--words", code_of(words), code=0)
    adopted.run()
    assert adopted.status(NEVER) == COMPLETE, "as the person said"
    adopted.answer(LATE, "Oui")  # while nothing hangs on when it was said
    control.annotate(EARLY, {adopted.form.champ(CONSENT): True})  # it is read again
    adopted.run()
    unc("mapping", "same", NATIONAL, "--undo", *signed, code=0)
    for _ in range(2):
        adopted.run()
        assert adopted.status(NEVER) == UNREAD
        assert adopted.status(EARLY) == COMPLETE
        assert adopted.status(LATE) == COMPLETE


def test_what_a_declarant_said_and_nobody_reads_is_for_the_agency_to_look_at(
    adopted: ReadBothWays,
) -> None:
    """They cannot complete it: « À préciser », and never a request."""
    form, control = adopted.form, adopted.form.ours.sandbox.control
    adopted.answer(TITLED, "Oui")
    adopted.run()
    assert adopted.status(TITLED) == COMPLETE
    title, shown = form.champ(TITLE), control.snapshot(TITLED)["annotations"]
    priority = str(form.champ("annotations.priorite"))
    form.publish(asked(form, description="Celui de la publication."))
    control.submit(TITLED, {title: "Usage dans la migraine"})
    form.ours.unc("run", code=1)  # nobody looked at it
    form.publish(asked(form))
    adopted.run()
    assert adopted.status(TITLED) == UNREAD
    now = control.snapshot(TITLED)
    lacking = now["annotations"][str(form.champ("annotations.elements_manquants"))]
    assert "D0" in lacking
    assert "posée alors en d'autres mots" in lacking.replace("’", "'")
    assert now["annotations"][priority] == shown[priority], "its scope is known"
    control.submit(TITLED, {title: "Usage dans la migraine"})
    adopted.run()
    assert adopted.status(TITLED) == COMPLETE


def test_grave_cases_that_nobody_reads_lower_no_priority_and_a_score_that_stays_is_told(
    adopted: ReadBothWays,
) -> None:
    """Counted again under other words that were put back since: unknown, never none."""
    form, control = adopted.form, adopted.form.ours.sandbox.control
    cases, grave, dead = (form.champ(one) for one in ("cas", "cas_graves", "deces"))
    told = {form.champ("effets_indesirables"): True, cases: 12, grave: 3, dead: 2}
    control.edit_champ(COUNTED, {**told, form.champ(NATIONAL): "Oui"})
    adopted.run()
    assert adopted.status(COUNTED) == COMPLETE

    def shown(name: str) -> Any:
        return control.snapshot(COUNTED)["annotations"][str(form.champ(f"annotations.{name}"))]

    assert (shown("priorite"), shown("completude")) == ("P1", 100)
    turned = asked(form)
    for one in turned["champs"]:
        if one["id"] in {grave, dead}:
            one["description"] = "Ceux des six derniers mois, les autres exclus."
    form.publish(turned)
    control.edit_champ(COUNTED, {grave: 4, dead: 1})
    control.edit_champ(COUNTED, {grave: 3, dead: 2})
    form.ours.unc("run", code=1)  # nobody looked at it
    form.publish(asked(form))
    for _ in range(2):
        adopted.run()
        assert adopted.status(COUNTED) == UNREAD
        assert shown("priorite") == "P1"
        assert "Urgent" in control.snapshot(COUNTED)["labels"]
        assert "Décès (réponse non lue" in shown("motifs_priorite")
        assert (shown("completude"), "ne s'applique plus" in shown("elements_manquants")) == (
            100,
            True,
        )
