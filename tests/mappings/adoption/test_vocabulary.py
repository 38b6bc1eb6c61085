"""A word that an option means and that nobody knows is told; people's own words are not."""

from dataclasses import replace

import pytest

from mappings.adoption.vocabulary import KnownWords, options_known, unknown_words
from mappings.drift.compare import Observed
from mappings.drift.model import Needs, Severity
from mappings.schema.model import FormMapping
from mappings.schema.sources import Constant, Option, Source, TickedBoxes
from tests.mappings.matching.variants import (
    Variant,
    as_form,
    our_revision,
    the_mapping,
    the_needs,
    the_reviewed,
)

FIELD = "nature_signalement"
KNOWN = options_known(the_mapping(), the_reviewed())


def told(word: str, needs: Needs, known: KnownWords) -> list[Severity]:
    mapping, revision = the_mapping(), Variant(as_form(our_revision()), {}).revision
    spec = replace(mapping.fields[FIELD], options={"suivi": Option("Suivi", word)})
    mapping = replace(mapping, fields={**mapping.fields, FIELD: spec})
    found = unknown_words(Observed((revision,), revision.id), mapping, needs, lambda: known)
    return [one.severity for one in found]


@pytest.mark.parametrize(
    ("word", "severities"),
    [("Complément", []), ("Complémant", [Severity.BLOCKING])],
)
def test_a_word_of_the_form_is_known_and_another_blocks_where_rules_read_it(
    word: str, severities: list[Severity]
) -> None:
    assert "Complément" in KNOWN[FIELD]
    assert told(word, the_needs(), KNOWN) == severities


def test_it_is_only_told_where_no_rule_reads_it_and_people_may_have_words_of_their_own() -> None:
    assert told("Complémant", Needs(), KNOWN) == [Severity.REVIEW]
    assert told("Complémant", the_needs(), {}) == []


RISK, STATUS = "niveau_risque", "statut"


def told_of(mapping: FormMapping, needs: Needs) -> list[tuple[str, Severity, str]]:
    revision = Variant(as_form(our_revision()), {}).revision
    found = unknown_words(Observed((revision,), revision.id), mapping, needs, lambda: KNOWN)
    return [(one.field, one.severity, one.remedy) for one in found]


def read_from(field: str, source: Source) -> FormMapping:
    mapping = the_mapping()
    spec = replace(mapping.fields[field], champs=(), source=source)
    return replace(mapping, fields={**mapping.fields, field: spec})


@pytest.mark.parametrize(
    ("field", "key", "known", "mistyped"),
    [
        (RISK, "constant", Constant("Élevé"), Constant("Elevée")),
        (
            FIELD,
            "otherwise",
            TickedBoxes({"7": "Initial"}, "Complément"),
            TickedBoxes({"7": "Initial"}, "Complémant"),
        ),
    ],
)
def test_a_word_that_a_mapping_says_for_every_dossier_or_for_no_to_all_is_one_that_is_known(
    field: str, key: str, known: Source, mistyped: Source
) -> None:
    assert told_of(read_from(field, known), the_needs()) == []
    ((path, severity, remedy),) = told_of(read_from(field, mistyped), the_needs())
    assert (path, severity) == (field, Severity.BLOCKING)
    assert f"« {key} »" in remedy


def test_a_text_that_is_true_of_every_dossier_is_whatever_people_write() -> None:
    assert told_of(read_from("titre", Constant("Tout autre chose")), the_needs()) == []


def test_what_an_option_of_an_annotation_means_is_a_word_that_the_bridge_writes_there() -> None:
    mapping, path = the_mapping(), f"annotations.{STATUS}"
    written = Needs(written={path: frozenset({"Complet", "À compléter"})})
    for word, severities in (("Complet", []), ("Complette", [Severity.BLOCKING])):
        spec = replace(mapping.annotations[STATUS], options={"rien": Option("Rien", word)})
        changed = replace(mapping, annotations={**mapping.annotations, STATUS: spec})
        found = told_of(changed, written)
        assert [severity for _, severity, _ in found] == severities
        assert all("À compléter" in remedy for *_, remedy in found)
