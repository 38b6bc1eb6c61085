"""A form is adopted once a person said so, or where it is the one that was reviewed."""

from dataclasses import replace
from datetime import date

import pytest

from mappings.adoption.absences import absences, silent
from mappings.adoption.in_force import adoption_of, is_adopted, kept_inside, waiting
from mappings.dossier.revision import Revision
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Kind, Severity
from mappings.drift.reviewed import Absence, Adoption, dump_reviewed, parse_reviewed
from mappings.drift.reviewing import review
from tests.mappings.matching.variants import (
    VARIANTS,
    Variant,
    as_form,
    every,
    our_revision,
    the_mapping,
    the_needs,
    the_reviewed,
)


def ours() -> Revision:
    return Variant(as_form(our_revision()), {}).revision


def observed(*revisions: Revision, demarche: int = 7) -> Observed:
    return Observed(revisions, revisions[-1].id, demarche)


def adopted(form: Observed, reviewed: object = None) -> bool:
    drifts = waiting(
        form,
        (),
        mapping=the_mapping(),
        reviewed=reviewed or the_reviewed(),  # type: ignore[arg-type]
        needs=the_needs(),
    )
    assert [one.severity for one in drifts] == [Severity.BLOCKING] * len(drifts)
    assert bool(kept_inside(drifts)) is not is_adopted(drifts)
    return is_adopted(drifts)


def test_the_form_that_was_reviewed_is_adopted_in_any_demarche() -> None:
    assert adopted(observed(ours()))


def test_it_stays_adopted_whatever_is_published_after() -> None:
    drifted = VARIANTS["reworded"]().revision
    assert adopted(observed(ours(), replace(drifted, id="later")))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_form_that_nobody_saw_is_not(name: str) -> None:
    assert not adopted(observed(VARIANTS[name]().revision))


def changed(number: int, **what: object) -> Revision:
    revision = our_revision()
    for one in every(revision):
        if one["id"] == number:
            one.update(what)
    return Variant(as_form(revision), {}).revision


@pytest.mark.parametrize(
    ("number", "what", "stays"),
    [
        (3, {"label": "L'usage est-il constaté hors du territoire national ?"}, False),
        (3, {"label": "3) L’USAGE est il constaté, sur le territoire national"}, True),
        (12, {"label": "Numéro de lot"}, False),
        (901, {"label": "Décision de l'instructeur"}, False),
        (13, {"options": ["Initial", "Suite", "Clôture"]}, False),
    ],
)
def test_the_same_ids_are_not_the_same_form(
    number: int, what: dict[str, object], *, stays: bool
) -> None:
    assert adopted(observed(changed(number, **what))) is stays


def test_two_labels_that_are_swapped_block() -> None:
    revision = our_revision()
    by_id = {one["id"]: one for one in every(revision)}
    by_id[36]["label"], by_id[40]["label"] = by_id[40]["label"], by_id[36]["label"]
    swapped = replace(Variant(as_form(revision), {}).revision, id="later")
    form = observed(ours(), swapped)
    drifts = compare(form, mapping=the_mapping(), reviewed=the_reviewed(), needs=the_needs())
    blocking = {one.field for one in drifts if one.severity is Severity.BLOCKING}
    assert blocking == {"date_connaissance", "date_fin_analyse"}


def test_what_blocks_counts_until_it_is_read_as_what_nobody_adopted() -> None:
    form = observed(ours(), replace(changed(3, label="Hors du territoire ?"), id="later"))
    mapping, needs = the_mapping(), the_needs()
    found = compare(form, mapping=mapping, reviewed=the_reviewed(), needs=needs)
    (first,) = waiting(form, found, mapping=mapping, reviewed=the_reviewed(), needs=needs)
    assert (first.kind, first.severity) == (Kind.TO_REVIEW, Severity.BLOCKING)
    assert is_adopted([first, *found])
    assert "rien n'est écrit sur DS" in kept_inside([first, *found])
    reviewed = review(form.revisions, earlier=the_reviewed())
    found = compare(form, mapping=mapping, reviewed=reviewed, needs=needs)
    assert waiting(form, found, mapping=mapping, reviewed=reviewed, needs=needs) == ()
    assert not kept_inside(found)


def test_an_adoption_is_of_one_revision_of_one_demarche() -> None:
    revision = VARIANTS["reworded"]().revision
    reviewed = review([revision])
    mine = replace(reviewed, adopted=(Adoption("A. Martin", date(2026, 11, 29), 7, "5000"),))
    assert adopted(observed(revision), mine)
    assert not adopted(observed(revision, demarche=8), mine)
    other = replace(revision, id="UHJvY2VkdXJlUmV2aXNpb24tNg==")
    assert not adopted(observed(other), mine)
    found = adoption_of(observed(revision), mapping=the_mapping(), reviewed=mine, needs=the_needs())
    assert found is not None
    assert found.by == "A. Martin"
    assert parse_reviewed(dump_reviewed(mine), source="relu") == mine


def test_a_list_of_absences_without_reasons_settles_nothing_that_rules_read() -> None:
    text = "champs: {}\nabsent: [siret, reference_interne]\n"
    reviewed = parse_reviewed(text, source="relu")
    assert reviewed.settled == frozenset()
    assert dump_reviewed(reviewed).endswith("absent:\n- siret\n- reference_interne\n") or (
        "- reference_interne\n- siret" in dump_reviewed(reviewed)
    )
    told = list(absences(reviewed, the_mapping()))
    assert all("ni raison ni nom" in one.told for one in told)


def test_what_a_revision_does_not_ask_is_silence_until_a_person_says_it() -> None:
    revision = our_revision()
    revision["champs"] = [one for one in revision["champs"] if one["id"] not in {6, 15, 12}]
    read = the_needs().read | the_needs().scope

    def left(*settled: str) -> frozenset[str]:
        return silent(
            the_mapping(),
            Variant(as_form(revision), {}).revision,
            read=read,
            settled=frozenset(settled),
        )

    rows = {one for one in read if one.startswith("specialites")}
    assert left() == {"siret", *rows}
    assert left("specialites") == {"siret"}
    assert left("specialites", "siret") == frozenset()


def test_an_absence_keeps_its_reason_and_its_name() -> None:
    said = {"siret": Absence("Le SIRET du compte suffit", "A. Martin", date(2026, 11, 29))}
    (told,) = absences(review([], absent=said), the_mapping())
    assert told.told == "Exploitant (siret) : Le SIRET du compte suffit — A. Martin le 29/11/2026"
