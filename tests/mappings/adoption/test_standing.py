"""A form that is adapted again: what was said and reviewed of it stands, or does not, and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from mappings.adoption.decisions import Decision, Decisions
from mappings.adoption.session import Session
from mappings.adoption.standing import (
    FormerFile,
    absences_kept,
    kept_review,
    of_this_form,
    taken_up,
)
from mappings.drift.reviewed import Absence, Adoption, ReviewedForm, review
from mappings.matching.match import match_form
from mappings.schema.file import parse_mapping
from tests.mappings.matching.variants import Variant, as_form, our_wants, the_mapping

DAY = date(2026, 11, 30)
SAID = Absence("Jamais demandé", "A. Martin", DAY)
OURS, THEIRS = Adoption("A. Martin", DAY), Adoption("A. Martin", DAY, 7, "5000")
FIELD, LABEL = "territoire_national", "L'usage est-il constaté sur le territoire ?"
HEAD = 'form: essai\nversion: "1"\ntitle: Essai\nfields:\n'
LINE = "  but: {{champ: {}, type: text, title: But, audience: reseau, meaning: m}}\n"
ONE, OTHER = HEAD + LINE.format(1), HEAD + LINE.format(2)
NOTED = ONE.replace("  but", "  # « Une note »\n  but")
YES: Mapping[str, Decision] = {FIELD: Decision(champ="1")}


def form() -> Variant:
    asked = {"id": 1, "type": "yes_no", "label": LABEL, "required": True}
    return Variant(as_form({"champs": [asked], "annotations": []}), {})


def up(former: FormerFile, **said: Decision) -> tuple[Session, Mapping[str, Absence]]:
    revision = form().revision
    matching = match_form(our_wants(), revision, samples={})
    decisions = Decisions(7, "A. Martin", said)
    return taken_up(Session(our_wants(), matching, decisions), former, revision)


def read_by(champ: str) -> FormerFile:
    """The file of an adoption that took a champ for the field."""
    mapping = the_mapping()
    fields = {name: replace(one, champs=()) for name, one in mapping.fields.items()}
    fields[FIELD] = replace(fields[FIELD], champs=(champ,) if champ else ())
    reviewed = replace(review([form().revision]), adopted=(THEIRS,))
    return FormerFile(replace(mapping, fields=fields), reviewed, adopted=True, again=True)


def test_what_was_said_beside_a_copy_of_the_bridges_own_mapping_was_of_another_form() -> None:
    told = ReviewedForm(absent={"but": SAID}, adopted=(THEIRS,))
    assert of_this_form(told) == told
    copied = replace(told, adopted=(OURS, THEIRS))
    assert of_this_form(copied) == ReviewedForm()
    assert of_this_form(None) == ReviewedForm()


def test_a_question_that_the_form_asks_otherwise_is_asked_again_whatever_was_said_of_it() -> None:
    former = read_by("1")
    session, _ = up(former, **YES)
    assert session.decisions.of == YES
    assert FIELD in session.taken
    session, _ = up(replace(former, doubtful=frozenset({FIELD})), **YES)
    assert not session.decisions.of
    assert FIELD not in session.taken
    # Before any adoption, what was said was said of the form as it is.
    session, _ = up(replace(former, adopted=False, doubtful=frozenset({FIELD})), **YES)
    assert session.decisions.of == YES


def test_what_was_refused_beside_the_file_stays_unless_the_question_is_new() -> None:
    former = read_by("")
    told = replace(former, reviewed=replace(former.reviewed, absent={FIELD: SAID}))
    session, gone = up(told)
    assert gone == {FIELD: SAID}
    assert session.absent == {FIELD: SAID.reason}
    session, gone = up(replace(told, reviewed=replace(told.reviewed, champs={})))
    assert FIELD not in gone
    assert FIELD in session.taken


def test_what_a_person_took_out_of_a_copy_is_asked_and_not_taken() -> None:
    former = replace(read_by(""), reviewed=ReviewedForm(), adopted=False)
    assert FIELD in up(former)[0].taken
    copy = replace(former, shipped=the_mapping())
    assert FIELD not in up(copy)[0].taken
    assert FIELD in up(replace(copy, again=False))[0].taken


@pytest.mark.parametrize(
    ("files", "said", "doubtful", "adopted", "stands"),
    [
        ((ONE, NOTED), (YES, YES), frozenset(), True, True),
        ((ONE, NOTED), ({}, YES), frozenset(), True, False),
        ((ONE, OTHER), (YES, YES), frozenset(), False, False),
        ((ONE, OTHER), (YES, YES), frozenset({"but"}), False, True),
        (
            (ONE, OTHER),
            (YES, {**YES, "but": Decision(champ="2")}),
            frozenset({"but"}),
            False,
            False,
        ),
    ],
    ids=["notes alone", "more is said", "another champ", "unseen", "looked at"],
)
def test_an_adoption_goes_with_what_the_file_says_and_nothing_unseen_is_reviewed(
    files: tuple[str, str],
    said: tuple[Mapping[str, Decision], Mapping[str, Decision]],
    doubtful: frozenset[str],
    *,
    adopted: bool,
    stands: bool,
) -> None:
    earlier = ReviewedForm(accepted=True, adopted=(THEIRS,))
    kept, whole = kept_review(earlier, files, said=said, doubtful=doubtful)
    assert (bool(kept.adopted), whole) == (adopted, stands)
    assert parse_mapping(files[1], source="m").fields["but"].champs


def test_an_absence_that_is_taken_back_or_found_goes_and_a_new_one_has_its_day() -> None:
    later = date(2026, 12, 1)
    session, _ = up(read_by("1"), but_medical=Decision(absent="Non"), **YES)
    before = {"siret": Decision(absent="Jamais demandé")}
    earlier = {"siret": SAID, FIELD: SAID, "rcp": SAID}
    kept = absences_kept(session, earlier, before=before, today=later)
    assert kept == {"rcp": SAID, "but_medical": Absence("Non", "A. Martin", later)}
