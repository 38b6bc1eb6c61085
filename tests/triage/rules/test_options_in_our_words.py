"""Conditions compare with our options, whatever the form calls them."""

import pytest

from mappings.dossier.revision import Descriptor, Revision
from mappings.schema.file import parse_mapping
from tests.mappings.report.dossiers import HEAD, mapping
from triage.rules.reachability import form_options

FLAT = (
    "  r:\n    rows: [{etat: 7}, {etat: 8}]\n    type: rows\n    title: T\n    audience: agence\n"
    "    meaning: m\n    fields:\n"
    "      etat: {type: choice, options: {Fait: Prise}, title: T, meaning: m, audience: agence}\n"
)


def asked(number: int, kind: str, *options: str) -> Descriptor:
    return Descriptor(str(number), "", f"Q{number}", kind, False, options)


@pytest.mark.parametrize(
    ("lines", "path", "offered"),
    [
        ("a: champ: 7, type: choice, options: {Suivi: Complément}", "a", {"Initial", "Complément"}),
        ("a: boxes: {Enfant: 8, Adulte: 9, Femme: 99}, type: choices", "a", {"Enfant", "Adulte"}),
        ("a: constant: Initial, type: choice", "a", {"Initial"}),
    ],
)
def test_what_a_form_offers_is_told_in_our_words(lines: str, path: str, offered: set[str]) -> None:
    champs = (
        asked(7, "drop_down_list", "Initial", "Suivi"),
        asked(8, "checkbox"),
        asked(9, "yes_no"),
    )
    found = form_options([Revision("1", champs, ())], mapping(lines))
    assert found[path] == offered


def test_flat_rows_offer_what_their_lists_do() -> None:
    lists = (
        asked(7, "drop_down_list", "Fait", "Prévu"),
        asked(8, "drop_down_list", "Fait", "Abandonné"),
    )
    found = form_options([Revision("1", lists, ())], parse_mapping(HEAD + FLAT, source="m"))
    assert found == {"r.etat": {"Prise", "Prévu", "Abandonné"}}
