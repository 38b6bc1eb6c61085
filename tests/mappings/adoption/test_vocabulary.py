"""A word that an option means and that nobody knows is told; people's own words are not."""

from dataclasses import replace

import pytest

from mappings.adoption.vocabulary import KnownWords, options_known, unknown_words
from mappings.drift.compare import Observed
from mappings.drift.model import Needs, Severity
from mappings.schema.sources import Option
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
