"""What was answered while a form asked something else, over HTTP: never read by the words of today.

DS moves open dossiers to each revision that is published, with their answers and their dates.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from mappings.report.model import Answer, AnswerState, Report
from sandbox.generator.any_form import dossiers_of
from settings import load_settings
from steps.wiring.case_files import reports_of
from steps.wiring.services import open_services
from tests.mappings.matching.variants import VARIANTS, Raw
from tests.steps.adopt.conftest import DOSSIERS, code_of, contacted, printed
from tests.steps.adopt.test_deciding import FIRST, in_network, typing
from tests.steps.adopt.test_turned import (
    ABROAD,
    NATIONAL,
    STATUS,
    AdoptedForm,
    above,
    asked_by_a_list,
)

pytestmark = pytest.mark.slow

CONSENT = "annotations.diffusable"
IN_SCOPE = {
    NATIONAL: "Oui",
    "usage_intentionnel": True,
    "but_medical": True,
    "couvert_par_pgr": False,
}
OPEN, LATER, CLOSED, NOTED = FIRST, FIRST + 1, FIRST + 2, FIRST + 3
BEFORE = "posé autrement dans une révision d'avant"


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdoptedForm]:
    variant = asked_by_a_list(VARIANTS["same labels, other ids"](), NATIONAL)
    made = dossiers_of(variant.form, DOSSIERS, seed=3)
    seeds = [replace(one, state="en_construction") for one in made]
    with contacted(tmp_path_factory.mktemp("then"), variant, seeds) as ours:
        form = AdoptedForm(ours)
        within = {form.champ(path): said for path, said in IN_SCOPE.items()}
        for number in (OPEN, LATER, CLOSED, NOTED):
            ours.sandbox.control.edit_champ(number, within)
        ours.unc("sync")
        ours.unc("mapping", "adapt", "--auto")
        ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
        form.publish()  # dated after what was answered
        ours.sandbox.control.annotate(NOTED, {form.champ(STATUS): "Complet"})
        ours.unc("run", code=0)
        yield form


def report(number: int) -> Report:
    with open_services(load_settings()) as services:
        (found,) = reports_of(services, numbers=[number])
    return found


def national(number: int) -> Answer:
    return report(number).fields[NATIONAL]


def consent(number: int) -> Answer:
    return report(number).annotations[CONSENT.partition(".")[2]]


def told(form: AdoptedForm) -> list[str]:
    return [one for one in form.ours.unc("mapping", "check")["drift"] if BEFORE in one]


def status(form: AdoptedForm, number: int) -> str:
    notes = form.ours.sandbox.control.snapshot(number)["annotations"]
    return str(notes[str(form.champ(STATUS))])


def answer(form: AdoptedForm, number: int, said: str) -> None:
    form.ours.sandbox.control.edit_champ(number, {form.champ(NATIONAL): said})


def meanwhile(form: AdoptedForm, turned: Raw) -> None:
    """A form is published that nobody reviewed: nothing of it leaves."""
    form.publish(turned)
    before = form.out
    form.ours.unc("run", code=1)
    assert form.out == before


def test_what_was_answered_while_a_contrary_question_stood_is_not_read_once_it_is_put_back(
    adopted: AdoptedForm,
) -> None:
    assert not told(adopted)
    meanwhile(adopted, adopted.turned(NATIONAL, description=ABROAD))
    answer(adopted, LATER, "Non")
    before = adopted.out
    adopted.ours.unc("run", code=1)
    assert adopted.out == before
    adopted.publish()
    adopted.ours.unc("run", code=0)
    assert national(LATER).state is AnswerState.NOT_ASKED
    assert national(OPEN).value is True, "answered before"
    assert any(NATIONAL in one for one in told(adopted))
    assert status(adopted, LATER) == "À préciser"
    answer(adopted, LATER, "Oui")
    adopted.ours.unc("run", code=0)
    assert national(LATER).value is True, "answered to the words of today"


def test_a_heading_that_was_turned_is_not_read_in_what_was_closed_under_it(
    adopted: AdoptedForm,
) -> None:
    control = adopted.ours.sandbox.control
    meanwhile(adopted, above(adopted, NATIONAL, "Autres traitements du patient"))
    both = {adopted.champ(NATIONAL): "Oui", adopted.champ("usage_intentionnel"): True}
    control.edit_champ(CLOSED, both)
    control.move(CLOSED, "accepte")
    adopted.ours.unc("run", code=1)
    adopted.publish()
    adopted.ours.unc("run", code=0)
    assert national(CLOSED).state is AnswerState.NOT_ASKED
    assert status(adopted, CLOSED) == "Clos"
    (one,) = [one for one in told(adopted) if NATIONAL in one and "Autres traitements" in one]
    assert "et 1 autre" in one
    assert {NATIONAL, "usage_intentionnel"} <= set(re.split("[ ,`]", one)), "one act for both"


def test_a_heading_that_came_and_went_while_nobody_answered_is_not_asked_about(
    adopted: AdoptedForm,
) -> None:
    """Dossiers that were deposited before it said nothing under it, but for who answers there."""
    heading, other = "Ce qui fut consulté", "Ce qui sera consulté"
    meanwhile(adopted, above(adopted, "titre", heading))
    adopted.publish()
    adopted.ours.unc("run", code=0)
    assert not any(heading in one for one in told(adopted))
    meanwhile(adopted, above(adopted, "titre", other))
    adopted.ours.sandbox.control.edit_champ(LATER, {adopted.champ("titre"): "Dans la migraine"})
    adopted.ours.unc("run", code=1)
    adopted.publish()
    adopted.ours.unc("run", code=0)
    (one,) = [one for one in told(adopted) if other in one]
    assert "mapping same titre " in one, "what else stands under it was not answered there"
    adopted.ours.unc(*printed(one), code=0)
    assert not any(other in one for one in told(adopted)), "said, as it was printed"
    assert not any(heading in one for one in told(adopted))


def test_a_consent_that_was_turned_meanwhile_keeps_the_dossier_until_a_person_says_it_again(
    adopted: AdoptedForm,
) -> None:
    control, champ = adopted.ours.sandbox.control, adopted.champ(CONSENT)
    meanwhile(adopted, adopted.turned(CONSENT, description="Oui : ne pas diffuser aux CRPV."))
    control.annotate(NOTED, {champ: True})
    adopted.ours.unc("run", code=1)
    adopted.publish()
    notes = control.snapshot(NOTED)["annotations"]
    adopted.ours.unc("run", code=0)
    assert consent(NOTED).state is AnswerState.UNREADABLE
    assert "sous d'autres mots" in consent(NOTED).raw
    assert NOTED not in in_network(adopted.ours)
    assert control.snapshot(NOTED)["annotations"] == notes
    assert any(CONSENT in one for one in told(adopted))
    control.annotate(NOTED, {champ: True})
    adopted.ours.unc("run", code=0)
    assert (consent(NOTED).value, NOTED in in_network(adopted.ours)) == (True, True)
    assert adopted.ours.unc("run", code=0)["updated"] == 0


def test_an_explication_that_turns_what_follows_lets_nothing_out_until_one_act(
    adopted: AdoptedForm,
) -> None:
    revision, ours = adopted.revision(), adopted.ours
    at = [one["id"] for one in revision["champs"]].index(adopted.champ(NATIONAL))
    note = {"id": 7999, "type": "explication", "label": "Important", "description": ABROAD}
    revision["champs"].insert(at, note)
    meanwhile(adopted, revision)
    (one,) = [one for one in adopted.told() if "sous une autre explication" in one]
    assert "autres" in one
    ours.seen("mapping", "accept")
    ours.unc("run", code=0)
    adopted.publish()
    ours.unc("run", code=1)
    ours.seen("mapping", "accept")
    ours.unc("run", code=0)


def kept(number: int) -> str:
    with open_services(load_settings()) as services:
        rows = services.store.dossiers.light_rows(services.demarche)
        (found,) = [one.status for one in rows if one.number == number]
    return str(found)


@pytest.mark.parametrize(("number", "sent"), [(FIRST + 4, False), (FIRST + 5, True)])
def test_what_is_said_again_in_the_same_words_is_judged_and_stays_so(
    adopted: AdoptedForm, number: int, *, sent: bool
) -> None:
    control, champ = adopted.ours.sandbox.control, adopted.champ(NATIONAL)
    control.edit_champ(number, {adopted.champ(path): said for path, said in IN_SCOPE.items()})
    adopted.ours.unc("run", code=0)
    read = kept(number)
    assert status(adopted, number) == read != "À préciser"
    meanwhile(adopted, adopted.turned(NATIONAL, description=ABROAD))
    control.submit(number, {champ: "Oui"})
    adopted.ours.unc("run", code=1)
    adopted.publish()
    adopted.ours.unc("run", code=0)
    assert (kept(number), status(adopted, number)) == ("À préciser", "À préciser")
    if sent:  # by the declarant, the same day
        control.submit(number, {champ: "Oui"})
    else:
        answer(adopted, number, "Oui")
    for _ in range(2):
        adopted.ours.unc("run", code=0)
        assert (kept(number), status(adopted, number)) == (read, read)


def test_an_open_dossier_is_read_by_the_words_that_it_answered(
    adopted: AdoptedForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    contrary = "L'usage est-il constaté hors du territoire national ?"
    answer(adopted, OPEN, "Oui")
    adopted.ours.unc("run", code=0)
    assert national(OPEN).value is True
    meanwhile(adopted, adopted.turned(NATIONAL, label=contrary))
    assert typing(monkeypatch, ["A. Martin", "c", "o"]) == 0
    adopted.ours.unc("run", code=0)
    assert national(OPEN).state is AnswerState.NOT_ASKED
    assert status(adopted, OPEN) == "À préciser"
    assert any(NATIONAL in one and " --other " in one for one in told(adopted))
    answer(adopted, OPEN, "Non")
    adopted.ours.unc("run", code=0)
    assert national(OPEN).value is True
    moved = report(OPEN).fields[NATIONAL].origin
    assert moved is not None
    assert isinstance(moved.updated_at, datetime)
    signed = ("--by", "A. Martin", "--reason", "Seuls les mots ont changé")
    adopted.ours.unc("mapping", "same", NATIONAL, *signed, code=2)
    each = [one for one in told(adopted) if NATIONAL in one]
    adopted.ours.unc("mapping", "same", NATIONAL, *signed, "--inverted", code=2)  # of which words?
    for one in each:
        words = ("mapping", "same", NATIONAL, *signed, "--words", code_of(one))
        adopted.ours.unc(*words, code=2)  # whether it is adopted or was, in the contrary sense
        if " --other " in one:
            adopted.ours.unc(*words, "--inverted", code=2)
        adopted.ours.unc(*printed(one), code=0)
    adopted.ours.unc("run", code=0)
    assert all("information" in one for one in told(adopted) if NATIONAL in one)
    assert national(LATER).state is AnswerState.NOT_ASKED, "a yes that was adopted is no no"
