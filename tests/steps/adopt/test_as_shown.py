"""An adoption is of the form and of the mapping that were shown, and of no other."""

import os
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from mappings.adoption.decisions import (
    Decision,
    Decisions,
    digest_of,
    dump_decisions,
    parse_decisions,
)
from mappings.adoption.in_force import kept_inside
from mappings.drift.reviewed import dump_reviewed
from settings import load_settings
from steps.adopt.adopted_mapping import keep_adopted_mapping
from steps.adopt.form import FormAdoption
from steps.adopt.write import alone
from steps.wiring.drift import drift_of
from steps.wiring.failures import RequestError
from steps.wiring.form import reviewed_file, reviewed_form
from steps.wiring.services import open_services
from tests.mappings.matching.variants import VARIANTS, Raw
from tests.steps.adopt.offline import DEMARCHE, OfflineForm, offline
from tests.steps.adopt.terminal import Terminal

pytestmark = pytest.mark.slow
FIELD = "couvert_par_pgr"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OfflineForm:
    """A form that was adapted and adopted."""
    revision = VARIANTS["same labels, other ids"]().form["revisions"][-1]
    made = offline(tmp_path, monkeypatch, revision)
    assert made.unc("mapping", "adapt", "--auto")[0] == 0
    assert made.unc("mapping", "adopt", "--by", "A. Martin")[0] == 0
    return made


def corrected(there: OfflineForm, old: str, new: str) -> None:
    text, found = re.subn(old, new, there.mapping, count=1, flags=re.MULTILINE)
    assert found == 1
    (there.folder / "mapping.yaml").write_text(text, "utf-8")


def why_inside() -> str:
    with open_services(load_settings()) as services:
        return kept_inside(drift_of(services))


def test_a_mapping_that_says_otherwise_since_was_adopted_by_nobody(there: OfflineForm) -> None:
    corrected(there, rf"^  {FIELD}: {{", f"  # relu\n\n  {FIELD}:  {{ ")
    assert why_inside() == "", "a comment and white space say nothing else"
    corrected(there, rf"(  {FIELD}:  {{ champ: \d+,)", r"\1 inverted: true,")
    corrected(there, r"(  contact_nom: {.*audience:) agence", r"\1 reseau")
    told = why_inside()
    assert "corrigée depuis l'adoption" in told
    assert f"({FIELD})" in told
    assert "(contact_nom)" in told
    assert "siret" not in told
    code, said = there.unc("mapping", "adopt", "--by", "B. Petit")
    assert (code, "et adopté : " in said, FIELD in said) == (0, True, True)
    assert why_inside() == ""


def test_what_was_adopted_before_mappings_were_kept_counts_as_it_is_and_is_told_once(
    there: OfflineForm,
) -> None:
    file = there.folder / "mapping.yaml"
    before = reviewed_form(file)
    assert before is not None
    bare = replace(before, adopted=tuple(replace(one, mapping={}) for one in before.adopted))
    reviewed_file(file).write_text(dump_reviewed(bare), "utf-8")
    corrected(there, rf"(  {FIELD}: {{champ: \d+,)", r"\1 inverted: true,")
    assert why_inside() == ""
    with open_services(load_settings()) as services:
        assert "compte, tel qu'il est, comme adopté" in keep_adopted_mapping(services)
    with open_services(load_settings()) as services:
        assert keep_adopted_mapping(services) == ""
    for command in (("mapping", "check"), ("status",)):
        assert "version d'avant : ce qu'elle ne gardait pas compte" in there.unc(*command)[1]
    corrected(there, "inverted: true, ", "")
    assert f"({FIELD})" in why_inside()


def turned(revision: Raw) -> Raw:
    """A form of which the help of one question that rules read says the contrary."""
    found = deepcopy(revision)
    for one in found["champs"]:
        if one["label"].startswith("L'usage est-il constaté sur le territoire"):
            one["description"] = "Répondez non si l'usage a été constaté en France."
    return found


def test_a_person_at_a_terminal_is_shown_what_blocks_and_lets_go_of_it_by_saying_so(
    there: OfflineForm,
) -> None:
    there.publish(2, turned(VARIANTS["same labels, other ids"]().form["revisions"][-1]))
    assert "à relire" in why_inside()
    adopt = ("mapping", "adopt", "--by", "B. Petit")
    code, said = there.unc(*adopt)
    assert (code, "--seen " in said, "« sans aide » → « Répondez non" in said) == (1, True, True)
    for keys, ended in (("n\n", 1), ("\n", 1), ("o\n", 0)):
        with Terminal(*adopt) as terminal:
            shown = terminal.shown()
            assert "Répondez non si l’usage a été constaté en France." in shown
            assert shown.endswith("[o/N] ")
            terminal.press(keys)
            assert terminal.code == ended
        assert ("à relire" in why_inside()) == bool(ended)


def test_a_heading_that_changed_with_a_question_is_not_reviewed_by_answering_that_one(
    there: OfflineForm,
) -> None:
    found = turned(VARIANTS["same labels, other ids"]().form["revisions"][-1])
    heading = next(one for one in found["champs"] if one["type"] == "header_section")
    heading["label"] = "Autres traitements du patient"
    there.publish(2, found)
    code, said = there.unc("mapping", "adapt", typed=["A. Martin", "c", "n"])
    (told,) = [one for one in said.splitlines() if "sous un autre titre" in one]
    assert told.startswith("Bloque, jusqu'à ce qu'une personne l'ait relu")
    assert (code, "et tenir pour relu ce qui bloque" in said) == (1, True)
    assert "sous un autre titre" in there.unc("mapping", "check")[1]
    code, said = there.unc("mapping", "adapt", typed=["o"])
    assert (code, "depuis la relecture" in said) == (0, False), "what they answered stays so"
    assert why_inside() == ""
    there.publish(3, turned(found))
    assert there.unc("mapping", "adapt", typed=["o"])[0] == 0
    for one in found["champs"]:
        if one.get("description", "").startswith("Répondez non"):
            one["description"] = "Répondez non si l'usage a été constaté à l'étranger."
    there.publish(4, found)
    _, said = there.unc("mapping", "adapt", typed=["q"])
    assert "depuis la relecture, expliqué autrement" in said, "said of another change"


class _Meanwhile(StringIO):
    """What a person types; something happens before their last word but one."""

    def __init__(self, lines: str, act: Callable[[], None]) -> None:
        super().__init__(lines)
        self._act, self._left = act, lines.count("\n")

    def readline(self, *args: int) -> str:  # type: ignore[override]
        self._left -= 1
        if self._left == 1:
            self._act()
        return super().readline(*args)


def test_what_changed_while_it_was_shown_is_shown_again_before_it_is_adopted(
    there: OfflineForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected(there, r"(  contact_nom: {.*audience:) agence", r"\1 reseau")  # something to adopt

    def act() -> None:
        corrected(there, rf"(  {FIELD}: {{champ: \d+,)", r"\1 inverted: true,")

    def typing(_lines: str) -> StringIO:
        return _Meanwhile("A. Martin\no\nn\n", act)

    monkeypatch.setattr("tests.steps.adopt.offline.StringIO", _once(typing))
    code, said = there.unc("mapping", "adapt")
    assert code == 1
    assert said.count("a changé depuis qu'il est montré") == 1, said
    assert said.count("données avec leur champ") == 2
    assert f"({FIELD})" in why_inside(), "nothing was adopted"


def _once(make: Callable[[str], StringIO]) -> Callable[..., StringIO]:
    """Of the two files that a shell needs: what is typed, then what is shown."""
    return lambda *lines: make(*lines) if lines else StringIO()


def test_nothing_that_moved_asks_for_no_adoption(there: OfflineForm) -> None:
    code, said = there.unc("mapping", "adapt", typed=["A. Martin"])
    assert (code, "Rien n'a changé" in said, "[o/N]" in said) == (0, True, False)


def test_a_field_left_without_a_champ_by_hand_stays_so_whatever_was_chosen_before(
    there: OfflineForm,
) -> None:
    champ = re.search(rf"  {FIELD}: {{champ: (\d+)", there.mapping)
    assert champ
    (there.folder / "adaptation.yaml").write_text(
        f"demarche: 140\nby: A. Martin\ndecisions:\n  {FIELD}: {{champ: '{champ[1]}'}}\n", "utf-8"
    )
    corrected(there, rf"  {FIELD}: {{champ: \d+", f"  {FIELD}: {{absent: true")
    for _ in range(2):
        told = there.told("mapping", "adapt", "--auto")
        assert [one["field"] for one in told["left"]] == [FIELD]
        assert f"  {FIELD}: {{absent: true" in there.mapping
    code, _ = there.unc("mapping", "adapt", typed=["n", "Jamais demandé"])
    assert (code, f"  {FIELD}: {{absent: true" in there.mapping) == (1, True)
    assert there.told("mapping", "adapt", "--auto")["absent"] == {FIELD: "Jamais demandé"}


def test_what_was_said_is_known_to_be_in_the_file_by_what_the_file_says_not_by_its_date(
    there: OfflineForm,
) -> None:
    champ = re.search(rf"  {FIELD}: {{champ: (\d+)", there.mapping)
    assert champ
    corrected(there, rf"  {FIELD}: {{champ: \d+", f"  {FIELD}: {{absent: true")
    said = there.folder / "adaptation.yaml"
    one = Decisions(DEMARCHE, "A. Martin", {FIELD: Decision(champ[1])}, digest_of(there.mapping))
    said.write_text(dump_decisions(one), "utf-8")
    os.utime(said, (0, 0))
    told = there.told("mapping", "adapt", "--auto")
    assert FIELD in {each["field"] for each in told["sure"]}, "said after the file was written so"
    kept = parse_decisions(said.read_text("utf-8"), source=said.name)
    assert kept.written == digest_of(there.mapping)


def test_only_one_adapts_a_form_at_a_time(there: OfflineForm) -> None:
    with alone(there.folder / "mapping.yaml"):
        code, said = there.unc("mapping", "adapt", "--auto")
        assert (code, "adapte déjà ce formulaire" in said) == (2, True)
        with (
            open_services(load_settings()) as services,
            pytest.raises(RequestError, match="adapte déjà"),
        ):
            FormAdoption(services).take_back(FIELD, by="B. Petit")
    assert there.unc("mapping", "adapt", "--auto")[0] == 0


def test_a_word_that_an_option_means_and_nobody_knows_is_told_and_blocks_where_rules_read_it(
    there: OfflineForm,
) -> None:
    line = r"(  nature_signalement: {champ: \d+,)"
    corrected(there, line, r'\1 options: {"Suite": "Complément"},')
    assert not [one for one in there.unc("mapping", "check")[1].splitlines() if "ce mot" in one]
    corrected(there, '"Complément"}', '"Complémant"}')
    code, said = there.unc("mapping", "check")
    (told,) = [one for one in said.splitlines() if "Complémant" in one and "bloquant" in one]
    assert code == 1
    for word in ("nature_signalement", "« Complément »", "« Initial »"):
        assert word in told


def test_an_annotation_that_a_person_said_absent_asks_for_nothing_more(there: OfflineForm) -> None:
    corrected(there, r"(  situation: {)champ: \d+", r"\1absent: true")
    assert "l'ajouter" in _about_it(there)
    reason = ("--reason", "Jamais prévue", "--by", "A. Martin")
    assert there.unc("mapping", "absent", "annotations.situation", *reason)[0] == 0
    told = _about_it(there)
    assert "information" in told
    assert "raison donnée : Jamais prévue — A. Martin" in told
    assert "l'ajouter" not in told


def _about_it(there: OfflineForm) -> str:
    lines = there.unc("mapping", "check")[1].splitlines()
    return next(one for one in lines if "(annotations.situation) absent" in one)
