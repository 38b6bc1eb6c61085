"""What a form asks is turned after it was adopted, over HTTP: nothing leaves until a person looked.

Each change is published, and the form put back after it: what was last reviewed is what is asked.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from mappings.drift.reviewed import ReviewedChamp, dump_reviewed, parse_reviewed
from mappings.report.model import Answer, AnswerState
from sandbox.generator.any_form import dossiers_of
from settings import load_settings
from steps.wiring.case_files import reports_of
from steps.wiring.services import open_services
from tests.mappings.matching.variants import VARIANTS, Raw, Variant
from tests.steps.adopt.conftest import DOSSIERS, Contact, MakeContact, code_of, contacted
from tests.steps.adopt.test_deciding import FIRST, in_network, relabelled, typing

pytestmark = pytest.mark.slow

NATIONAL, SECRET, STATUS = "territoire_national", "secret_affaires", "annotations.statut"
ABROAD = "Répondez non si l'usage a été constaté en France, oui s'il l'a été à l'étranger."


@dataclass(frozen=True)
class AdoptedForm:
    """A form that a person adopted, of which dossiers were handed to the network."""

    ours: Contact

    def champ(self, path: str) -> int:
        (found,) = self.ours.variant.truth[path]
        return int(found)

    def revision(self) -> Raw:
        return deepcopy(dict(self.ours.variant.form["revisions"][-1]))

    def publish(self, revision: Raw | None = None) -> None:
        control, number = self.ours.sandbox.control, self.ours.sandbox.demarche
        control.publish(number, revision=revision or self.revision())

    def turned(self, path: str, **changes: Any) -> Raw:
        """The form with one question of it changed."""
        revision, champ = self.revision(), self.champ(path)
        for one in (*revision["champs"], *revision["annotations"]):
            if one["id"] == champ:
                one.update(changes)
        return revision

    @property
    def out(self) -> tuple[Mapping[str, int], int]:
        """All that left: what was written on DS, and the moment of the network's workbook."""
        book = self.ours.home / "exports" / "courant" / "reseau.xlsx"
        return self.ours.sandbox.control.stats()["mutations"], book.stat().st_mtime_ns

    def told(self) -> list[str]:
        checks = self.ours.unc("doctor")["checks"]
        return [one["text"].replace("’", "'") for one in checks if one["level"] == "bloquant"]


def asked_by_a_list(variant: Variant, path: str) -> Variant:
    """The same form, of which one yes or no is asked by a list."""
    form = deepcopy(dict(variant.form))
    (champ,) = variant.truth[path]
    for one in form["revisions"][-1]["champs"]:
        if str(one["id"]) == champ:
            one.update(type="drop_down_list", options=["Oui", "Non"])
    return replace(variant, form=form)


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdoptedForm]:
    variant = asked_by_a_list(VARIANTS["same labels, other ids"](), NATIONAL)
    seeds = dossiers_of(variant.form, DOSSIERS, seed=3)
    with contacted(tmp_path_factory.mktemp("turned"), variant, seeds) as ours:
        ours.unc("sync")
        ours.unc("mapping", "adapt", "--auto")
        ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
        form = AdoptedForm(ours)
        for number in (FIRST, FIRST + 1):
            ours.sandbox.control.annotate(number, {form.champ(STATUS): "Complet"})
        ours.unc("run")
        yield form


def above(form: AdoptedForm, path: str, label: str) -> Raw:
    """The form with another heading above a question."""
    revision = form.revision()
    at = [one["id"] for one in revision["champs"]].index(form.champ(path))
    heading = next(
        one for one in reversed(revision["champs"][:at]) if one["type"] == "header_section"
    )
    heading["label"] = label
    return revision


def heading_of_scope(form: AdoptedForm) -> Raw:
    return above(form, NATIONAL, "Autres traitements du patient")


def options_of(form: AdoptedForm, path: str, change: Callable[[list[str]], list[str]]) -> Raw:
    revision, champ = form.revision(), form.champ(path)
    every = (*revision["champs"], *revision["annotations"])
    options = next(one["options"] for one in every if one["id"] == champ)
    return form.turned(path, options=change(options))


def renamed(options: list[str]) -> list[str]:
    return ["Hors périmètre" if one == "Hors champ" else one for one in options]


SCENES: dict[str, tuple[Callable[[AdoptedForm], Raw], str]] = {
    "help of a question of scope": (
        lambda form: form.turned(NATIONAL, description=ABROAD),
        "expliqué autrement",
    ),
    "help of what decides what leaves": (
        lambda form: form.turned(SECRET, description="Cochez ce qui peut être diffusé au réseau."),
        "expliqué autrement",
    ),
    "label of what decides what leaves": (
        lambda form: form.turned(SECRET, label="Ce qui ne relève pas du secret des affaires"),
        "renommé",
    ),
    "option more of what decides what leaves": (
        lambda form: options_of(form, SECRET, lambda some: [*some, "Toutes les études"]),
        "options changées",
    ),
    "heading": (heading_of_scope, "sous un autre titre"),
    "help of a consent": (
        lambda form: form.turned("annotations.diffusable", description="Oui : ne pas diffuser."),
        "expliqué autrement",
    ),
    "status made again": (lambda form: form.turned(STATUS, id=7777), "absent"),
    "status with an option renamed": (
        lambda form: options_of(form, STATUS, renamed),
        "sans option pour",
    ),
    "yes and no that are none any more": (
        lambda form: form.turned(
            NATIONAL,
            options=["Oui, sur le territoire", "Non, à l'étranger", "Ne sait pas"],
        ),
        "options changées",
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_what_is_turned_lets_nothing_out_until_it_is_put_back(
    scene: str, adopted: AdoptedForm
) -> None:
    turn, said = SCENES[scene]
    adopted.publish(turn(adopted))
    before = adopted.out
    run = adopted.ours.unc("run", code=1)
    assert (run["annotated"], run["messages"], adopted.out) == (0, 0, before)
    assert any(said in one for one in adopted.told()), adopted.told()
    adopted.publish()
    adopted.ours.unc("run", code=0)


def test_cosmetic_changes_keep_nothing_inside(adopted: AdoptedForm) -> None:
    revision = adopted.revision()
    for one in (*revision["champs"], *revision["annotations"]):
        numbered = one["type"] == "header_section"
        one["label"] = f"{'' if numbered else '1. '}{one['label'].upper()} :"
        if one.get("description"):
            one["description"] = f"Merci de {one['description']}"
    adopted.publish(revision)
    adopted.ours.unc("run", code=0)
    assert adopted.told() == []
    adopted.publish()


def test_a_person_is_shown_what_it_was_and_what_they_say_holds_from_the_next_run_on(
    adopted: AdoptedForm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, file = adopted.ours, Path(adopted.ours.unc("mapping", "check")["file"])
    help_of_before = "Oui si l'usage a eu lieu en France."
    adopted.publish(adopted.turned(NATIONAL, description=help_of_before))
    ours.unc("run", code=1)
    ours.seen("mapping", "accept")
    ours.unc("run", code=0)
    adopted.publish(adopted.turned(NATIONAL, description=ABROAD))
    ours.unc("run", code=1)
    ours.unc("mapping", "adapt", "--auto")
    ours.unc("run", code=1)
    capsys.readouterr()
    assert typing(monkeypatch, ["A. Martin", "c", "o"]) == 0
    shown = " ".join(capsys.readouterr().out.replace("’", "'").split())
    assert f"depuis la relecture, expliqué autrement : « {help_of_before} » → « {ABROAD}" in shown

    def line() -> str:
        lines = file.read_text("utf-8").splitlines()
        return next(one for one in lines if one.startswith(f"  {NATIONAL}: "))

    assert '"Oui": non' in line()
    ours.unc("run", code=0)
    adopted.publish(adopted.turned(NATIONAL, description=help_of_before))
    before = adopted.out
    ours.unc("run", code=1)
    assert adopted.out == before, "what was last reviewed is the contrary"
    assert typing(monkeypatch, ["A. Martin", "1", "o"]) == 0
    assert '"Oui": non' not in line()
    ours.unc("run", code=0)
    assert in_network(ours)


def test_a_heading_is_accepted_in_one_act(adopted: AdoptedForm) -> None:
    ours = adopted.ours
    adopted.publish()
    ours.unc("run")
    ours.seen("mapping", "accept")
    ours.unc("run", code=0)
    adopted.publish(heading_of_scope(adopted))
    ours.unc("run", code=1)
    (told,) = [one for one in adopted.told() if "sous un autre titre" in one]
    assert "autres" in told
    ours.seen("mapping", "adopt", "--by", "A. Martin")
    ours.unc("run", code=0)


def test_what_blocks_is_named_line_by_line_and_let_go_of_by_who_says_that_they_saw_it(
    adopted: AdoptedForm,
) -> None:
    ours, adopt = adopted.ours, ("mapping", "adopt", "--by", "B. Petit")
    adopted.publish()
    ours.unc("run")
    ours.seen(*adopt)
    ours.unc("run", code=0)
    adopted.publish(adopted.turned(NATIONAL, description=ABROAD))
    ours.unc("run", code=1)
    before, refused = adopted.out, ours.unc(*adopt, code=1)
    (told,) = refused["unseen"]
    assert ABROAD in told
    assert "→" in told
    assert refused["adopted"] is None
    assert ours.unc("mapping", "accept", code=1)["unseen"] == [told]
    found = ours.unc("mapping", "adapt", "--auto", code=1)
    assert [one["field"] for one in found["left"]] == [NATIONAL]
    assert found["blocking"] == [], "it is asked as a question"
    for wrong in ("", "00000000"):
        ours.unc(*adopt, "--seen", wrong, code=1)
    seen = ours.unc(*adopt, code=1)["seen"]
    turned = adopted.turned(NATIONAL, description=f"{ABROAD} Merci.", label="Usage")
    adopted.publish(turned)
    ours.unc("run", code=1)
    ours.unc(*adopt, "--seen", seen, code=1)
    assert adopted.out == before, "what they saw is not what is there"
    ours.seen(*adopt)
    ours.unc("run", code=0)
    adopted.publish()


def last(one: ReviewedChamp) -> tuple[str, str, str, str | None]:
    return one.labels[-1], one.helps[-1], one.sections[-1], one.read


def test_a_form_adopted_before_helps_were_reviewed_stays_so_and_is_told_once(
    adopted: AdoptedForm,
) -> None:
    ours = adopted.ours
    adopted.publish()
    ours.unc("run")
    ours.seen("mapping", "adopt", "--by", "A. Martin")
    file = ours.home / "correspondance" / str(ours.sandbox.demarche) / "formulaire-relu.yaml"
    full = parse_reviewed(file.read_text("utf-8"), source=file.name)
    before = {
        number: replace(one, helps=(), sections=(), conditions=(), read=None)
        for number, one in full.champs.items()
    }
    file.write_text(dump_reviewed(replace(full, champs=before)), "utf-8")

    def told() -> str:
        with redirect_stdout(StringIO()) as out, redirect_stderr(out):
            assert call(["run"]) == 0
        return " ".join(out.getvalue().replace("’", "'").split())

    assert "tenus pour relus tels qu'ils sont dans la révision" in told()
    found = parse_reviewed(file.read_text("utf-8"), source=file.name)
    (*earlier, one) = found.adopted
    assert (*earlier, replace(one, since=None)) == full.adopted
    assert "version d'avant" in " ".join(ours.unc("mapping", "check")["adopted"].split())
    assert {number: last(one) for number, one in found.champs.items()} == {
        number: last(one) for number, one in full.champs.items()
    }
    assert "tenus pour relus" not in told()
    adopted.publish(adopted.turned(NATIONAL, description=ABROAD))
    ours.unc("run", code=1)


def national(number: int) -> Answer:
    with open_services(load_settings()) as services:
        (report,) = reports_of(services, numbers=[number])
    return report.fields[NATIONAL]


def test_what_a_closed_dossier_answered_to_a_contrary_question_is_not_read_as_the_present_one(
    contact: MakeContact,
) -> None:
    variant = VARIANTS["same labels, other ids"]()
    contrary = "L'usage est-il constaté hors du territoire national ?"
    ours = contact(relabelled(NATIONAL, contrary)[0], dossiers_of(variant.form, DOSSIERS, seed=3))
    form, closed = AdoptedForm(replace(ours, variant=variant)), FIRST
    ours.sandbox.control.move(closed, "accepte")
    ours.unc("sync")
    form.publish()
    ours.unc("sync")
    found = ours.unc("mapping", "adapt", "--auto")
    assert any(f"unc mapping same {NATIONAL}" in one for one in found["reread"])
    done = ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
    assert any("posé autrement dans une révision d'avant" in one for one in done["left"])
    ours.unc("run", code=0)
    assert national(closed).state is AnswerState.NOT_ASKED
    assert national(FIRST + 1).state is AnswerState.NOT_ASKED, "open: moved with its answers"
    told = ours.unc("mapping", "check")["drift"]
    assert any(contrary in one for one in told)
    same = ("mapping", "same", NATIONAL)
    ours.unc(*same, code=2)
    signed = (*same, "--by", "A. Martin", "--reason", "Seuls les mots ont changé")
    form.publish(form.turned(NATIONAL, label=contrary))
    ours.unc("sync")
    ours.unc(*signed, code=2)
    form.publish()
    ours.unc("sync")
    (told,) = [one for one in ours.unc("mapping", "check")["drift"] if contrary in one]
    words = ("--words", code_of(told))
    ours.unc(*signed, code=2)  # the only words that there are, and yet unnamed
    said = ours.unc(*signed, *words, code=0)
    assert contrary in str(said["words"]), "what they said yes to is told"
    ours.unc("run", code=0)
    assert national(closed).state is AnswerState.ANSWERED
    assert national(FIRST + 1).state is AnswerState.ANSWERED
    assert not any(contrary in one for one in ours.unc("mapping", "check")["drift"])
    ours.unc(*same, "--undo", code=0)
    assert national(closed).state is AnswerState.NOT_ASKED
    ours.unc(*same, "--undo", code=2)
    ours.unc(*signed, "--other", code=2)
    ours.unc(*signed, *words, "--other", code=0)
    ours.unc("run", code=0)
    assert national(closed).state is AnswerState.NOT_ASKED
    (told,) = [one for one in ours.unc("mapping", "check")["drift"] if contrary in one]
    assert "information" in told
    assert "demandait autre chose : Seuls les mots ont changé — A. Martin" in told
    again = ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
    assert not any(contrary in one for one in again["left"]), "it was said"
    lacking = str(ours.sandbox.control.snapshot(FIRST + 1)["annotations"])
    assert "personne n'a dit" not in lacking.replace("’", "'")
