"""Nobody says yes to what they did not see, over HTTP: words of before, the sense of a question.

A stranger's cases: each says what is right.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.generator.any_form import dossiers_of
from settings import load_settings
from steps.adopt.form import FormAdoption
from steps.judge.verdicts import ASSESSMENT
from steps.wiring.failures import RequestError
from steps.wiring.services import open_services
from tests.conftest import environment_of
from tests.mappings.matching.variants import VARIANTS, Raw
from tests.steps.adopt.conftest import contacted
from tests.steps.adopt.offline import offline
from tests.steps.adopt.test_answered_then import IN_SCOPE, national
from tests.steps.adopt.test_deciding import FIRST
from tests.steps.adopt.test_turned import NATIONAL, AdoptedForm

SAME = ("mapping", "same", NATIONAL, "--by", "A. Martin", "--reason", "La même chose")
HERE = "L'usage est-il constaté sur le territoire national ?"
ABROAD = "L'usage est-il constaté hors du territoire national ?"
ELSEWHERE = "Aucun usage n'est-il constaté en France ?"
THEN, LATER = FIRST, FIRST + 1


@pytest.fixture
def adopted(tmp_path: Path) -> Iterator[AdoptedForm]:
    """A form that was adopted, with two dossiers in scope."""
    variant = VARIANTS["same labels, other ids"]()
    seeds = [replace(one, state="en_construction") for one in dossiers_of(variant.form, 24, seed=3)]
    with contacted(tmp_path, variant, seeds[:2]) as ours:
        form = AdoptedForm(ours)
        for number in (THEN, LATER):
            ours.sandbox.control.edit_champ(
                number,
                {form.champ(path): said for path, said in (IN_SCOPE | {NATIONAL: True}).items()},
            )
        ours.unc("sync")
        ours.unc("mapping", "adapt", "--auto")
        ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
        ours.sandbox.control.clock(advance=60)
        yield form


def asked(form: AdoptedForm, label: str, *, answered: bool | None = None) -> None:
    """Put the question in other words; then the first dossier answers it."""
    control = form.ours.sandbox.control
    control.clock(advance=60)
    form.publish(form.turned(NATIONAL, label=label))
    control.clock(advance=60)
    if answered is not None:
        control.edit_champ(THEN, {form.champ(NATIONAL): answered})


def adopt(form: AdoptedForm, *, inverted: bool | None = None) -> None:
    """Adopt the form as it is, once the mapping was put in a sense by hand."""
    file = form.ours.home / "correspondance" / str(form.ours.sandbox.demarche) / "mapping.yaml"
    if inverted is not None:
        text = file.read_text("utf-8")
        plain, turned = f"champ: {form.champ(NATIONAL)}, ", "inverted: true, "
        text = text.replace(plain + turned, plain)
        file.write_text(text.replace(plain, plain + turned) if inverted else text, "utf-8")
    form.ours.unc("sync")
    form.ours.seen("mapping", "adopt", "--by", "A. Martin")


def codes(form: AdoptedForm) -> list[str]:
    """The codes of the words of before of which nobody said anything, as they are shown."""
    shown = form.ours.unc("mapping", "check")
    return sorted(set(re.findall(rf"same {NATIONAL} --words (\w+)", str(shown))))


@pytest.mark.slow
def test_words_that_nothing_showed_are_not_said_to_ask_the_same(adopted: AdoptedForm) -> None:
    """The only ones there are, and they ask the contrary: no command has shown them yet."""
    asked(adopted, ELSEWHERE, answered=True)
    asked(adopted, HERE)
    adopted.ours.unc("sync")
    adopted.ours.unc(*SAME)
    adopted.ours.unc("assess")
    assert national(THEN).value is not True


@pytest.mark.slow
def test_words_that_were_adopted_upside_down_are_not_said_to_ask_the_same_as_straight_ones(
    adopted: AdoptedForm,
) -> None:
    """« Oui, abroad » was read as no by whoever adopted those words: it is no yes today."""
    asked(adopted, ABROAD)
    adopt(adopted, inverted=True)
    adopted.ours.sandbox.control.edit_champ(THEN, {adopted.champ(NATIONAL): True})
    adopted.ours.unc("sync")
    assert national(THEN).value is False
    asked(adopted, HERE)
    adopt(adopted, inverted=False)
    for code in codes(adopted):
        adopted.ours.unc(*SAME, "--words", code)
    adopted.ours.unc("assess")
    assert national(THEN).value is not True


@pytest.mark.slow
def test_each_wording_has_its_own_word_and_taking_one_back_leaves_the_others(
    adopted: AdoptedForm,
) -> None:
    ours, control = adopted.ours, adopted.ours.sandbox.control
    asked(adopted, ABROAD, answered=False)
    asked(adopted, f"{HERE} (outre-mer compris)")
    control.edit_champ(LATER, {adopted.champ(NATIONAL): True})
    asked(adopted, HERE)
    adopt(adopted)
    both = codes(adopted)
    assert len(both) == 2
    ours.unc(*SAME, code=2)  # which?
    ours.unc(*SAME, "--words", both[0], "--other", code=0)
    ours.unc(*SAME, "--words", both[0], code=2)  # said already: not turned by saying it again
    ours.unc(*SAME, "--words", both[1], code=0)
    ours.unc("assess")
    read = [national(number).value for number in (THEN, LATER)]
    assert read.count(None) == 1, "one wording is read, the other is not"
    ours.unc("mapping", "same", NATIONAL, "--undo", code=2)  # which?
    ours.unc("mapping", "same", NATIONAL, "--undo", "--words", both[1], code=0)
    ours.unc("assess")
    assert [national(number).value for number in (THEN, LATER)] == [None, None]
    assert codes(adopted) == [both[1]], "the other word of a person stays"


@pytest.mark.slow
def test_a_fresh_base_judges_the_same_whatever_was_said_and_taken_back(
    adopted: AdoptedForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answered in words of before, said the same, answered again, taken back, answered again."""
    ours, control, champ = adopted.ours, adopted.ours.sandbox.control, adopted.champ(NATIONAL)
    asked(adopted, f"{HERE} (outre-mer compris)", answered=True)
    ours.unc("sync")
    asked(adopted, HERE)
    adopt(adopted)
    (code,) = codes(adopted)
    said = (*SAME, "--words", code)
    control.edit_champ(LATER, {champ: False})
    ours.unc(*said, code=0)
    ours.unc("sync")
    ours.unc("assess")
    control.edit_champ(THEN, {champ: False})
    control.clock(advance=60)
    control.edit_champ(THEN, {champ: True})
    ours.unc("sync")
    ours.unc("mapping", "same", NATIONAL, "--undo", "--words", code, code=0)
    ours.unc("assess")
    mine = verdicts()
    again = ours.home.with_name("fresh")
    (again / "correspondance").parent.mkdir()
    (ours.home / "correspondance").rename(again / "correspondance")
    for key, value in environment_of(ours.sandbox, again).items():
        monkeypatch.setenv(key, value)
    for command in ("init", "sync", "assess"):
        ours.unc(command)
    assert verdicts() == mine
    assert mine[THEN][0] != "À préciser", "it was answered in the words of today"
    assert mine[LATER][0] == "Hors champ"


def verdicts() -> dict[int, tuple[str, int | None, str | None]]:
    """What each dossier is judged to be."""
    with open_services(load_settings()) as services:
        found = [
            (one.number, ASSESSMENT.validate_json(one.assessment.detail))
            for one in services.store.dossiers.iterate(services.demarche)
            if one.assessment
        ]
    return {number: (one.status, one.score, one.priority) for number, one in found}


DENIED = "Le déclarant ne certifie pas l'exactitude de ce qui précède"
CERTIFIED = "Le déclarant certifie exact ce qui précède, sans donnée identifiant un patient"
NO_CARE = "L'emploi du produit était-il dépourvu de toute visée de soin ou de diagnostic ?"


def _form(kind: str, *labels: str) -> Raw:
    champs = [
        {"id": 1 + at, "type": kind, "label": label, "required": False}
        for at, label in enumerate(labels)
    ]
    return {"champs": champs, "annotations": []}


@pytest.mark.slow
def test_a_box_that_denies_is_never_taken_by_enter_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = offline(tmp_path, monkeypatch, _form("checkbox", DENIED, CERTIFIED))
    left = [one["field"] for one in there.told("mapping", "adapt", "--auto")["left"]]
    later = ["s"] * left.index("attestation")
    there.unc("mapping", "adapt", typed=["A. Martin", *later, "", "q"])
    assert "attestation: {champ: 1," not in there.mapping
    _, shown = there.unc("mapping", "adapt", typed=["A. Martin", *later, "", "n", "o", "q"])
    assert "est-ce attester" in shown
    assert "attestation: {champ: 1," not in there.mapping, "it denies, and was said to"
    assert "Ce formulaire ne le demande donc pas ?" in shown


@pytest.mark.slow
def test_a_script_that_says_no_sense_takes_no_question_whose_sense_is_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = offline(tmp_path, monkeypatch, _form("yes_no", NO_CARE))
    (doubted,) = [
        one["likeliest"][0]
        for one in there.told("mapping", "adapt", "--auto")["left"]
        if one["field"] == "but_medical"
    ]
    assert doubted["marks"], "in doubt"
    file = there.folder / "adaptation.yaml"
    text = file.read_text("utf-8") if file.exists() else "demarche: 140\nby: A. Martin\n"
    head = text.partition("decisions:")[0]
    file.write_text(f"{head}decisions:\n  but_medical:\n    champ: '1'\n", "utf-8")
    there.unc("mapping", "adapt", "--auto")
    assert "but_medical: {champ: 1, type" not in there.mapping


@pytest.mark.slow
@pytest.mark.parametrize("sense", ["", "true", "false"])
@pytest.mark.parametrize(
    ("field", "kind", "label"),
    [("but_medical", "yes_no", NO_CARE), ("attestation", "checkbox", DENIED)],
)
def test_a_sense_is_left_to_say_with_how_and_taken_as_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, kind: str, label: str, sense: str
) -> None:
    there = offline(tmp_path, monkeypatch, _form(kind, label))
    there.unc("mapping", "adapt", "--auto", "--by", "A. Martin")
    told = f"\n    inverted: {sense}" if sense else ""
    text = f"demarche: 140\nby: A. Martin\ndecisions:\n  {field}:\n    champ: '1'{told}\n"
    (there.folder / "adaptation.yaml").write_text(text, "utf-8")
    left = {one["field"]: one for one in there.told("mapping", "adapt", "--auto")["left"]}
    taken = sense == "false" or (sense == "true" and kind == "yes_no")
    assert (f"{field}: {{champ: 1," in there.mapping, field in left) == (taken, not taken)
    assert ("inverted: true" in there.mapping) is (taken and sense == "true")
    if sense or taken:
        return
    assert label in left[field]["sense"]
    for where in ("adaptation.yaml", "c ou m dans adapt", "« Sens de la question » au portail"):
        assert where in left[field]["sense"]
    with open_services(load_settings()) as services:
        page = FormAdoption(services)
        with pytest.raises(RequestError, match="dites aussi le sens"):
            page.decide(field, champ="1", absent="", by="A. Martin")
        page.decide(field, champ="1", absent="", by="A. Martin", inverted=False)
    assert f"{field}: {{champ: 1," in there.mapping


REASONS = ["Défaut d'intention", "Pratique hors de France", "But non médical", "Déjà couvert"]


@pytest.mark.slow
def test_no_option_is_taken_by_enter_where_none_is_clearly_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The likeliest is shown first all the same."""
    note = {"id": 9, "type": "drop_down_list", "label": "Motif hors champ", "options": REASONS}
    there = offline(tmp_path, monkeypatch, {"champs": [], "annotations": [note]})
    left = there.told("mapping", "adapt", "--auto")["left"]
    asked = [one["field"] for one in left]
    path = "annotations.motif_hors_champ"
    later = ["s"] * (asked.index(path) if path in asked else len(asked))
    taken = [""] if path in asked else []
    _, shown = there.unc("mapping", "adapt", typed=["A. Martin", *later, *taken, "", "", "q"])
    _, abroad, *_ = shown.split("quelle option veut dire « Hors du territoire national » ?")
    assert abroad.split("\n")[1].strip() == "1. Pratique hors de France"
    assert "donnez un numéro" in abroad
    assert '"Défaut d\'intention"' not in there.mapping


@pytest.mark.slow
def test_a_sense_in_doubt_is_not_taken_by_enter_nor_left_behind_by_going_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = offline(tmp_path, monkeypatch, _form("yes_no", NO_CARE))
    left = [one["field"] for one in there.told("mapping", "adapt", "--auto")["left"]]
    later = ["s"] * left.index("but_medical")
    for keys in (["", ""], ["1", "o", "r", "", ""], ["c", "r", "1", ""]):
        there.unc("mapping", "adapt", typed=["A. Martin", *later, *keys, "q"])
        assert "but_medical: {champ" not in there.mapping
