"""What a mapping says, in short: it moves with what is read, written or shown, and nothing else."""

import pytest

from mappings.adoption.in_force import moved_told
from mappings.adoption.meaning import meanings_of, moved_since
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from tests.mappings.matching.variants import the_mapping

TEXT = """\
form: essai
version: "1"
title: Essai
fields:
  but: {champ: 1, type: yes_no, title: But, audience: agence, meaning: m}
  usage: {champ: Usage visé, type: choice, title: Usage, audience: reseau, meaning: m,
    options: {Soins: soin, Autre: abus}}
  lieu: {constant: oui, type: yes_no, title: Lieu, audience: reseau, meaning: m}
annotations:
  statut: {champ: 9, type: choice, title: Statut}
labels:
  Complet: {label: Dossier complet}
"""


def read(text: str) -> FormMapping:
    return parse_mapping(text, source="m")


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("type: yes_no, title: But", "title: Le but, type: yes_no", ()),
        ("meaning: m}", "meaning: tout autre}  # relu", ()),
        ("options: {Soins: soin, Autre: abus}", "options: {Autre: abus, Soins: soin}", ()),
        ("champ: Usage visé", "champ: usage visé", ()),
        ("Soins: soin", "SOINS: soin", ()),
        ("title: Statut}", "title: Statut, written: true}", ("annotations.statut",)),
        ("champ: 1,", "champ: 2,", ("but",)),
        ("champ: 1,", "absent: true,", ("but",)),
        ("champ: 1,", "champ: 1, inverted: true,", ("but",)),
        ("audience: agence", "audience: reseau", ("but",)),
        ("audience: reseau", "audience: agence", ()),
        ("Autre: abus", "Autre: soin", ("usage",)),
        ("constant: oui", "constant: non", ("lieu",)),
        ("champ: 9", "champ: 10", ("annotations.statut",)),
        ("label: Dossier complet", "absent: true", ("labels.Complet",)),
    ],
)
def test_only_what_is_read_written_or_shown_moves(
    old: str, new: str, moved: tuple[str, ...]
) -> None:
    assert old in TEXT
    assert moved_since(meanings_of(read(TEXT)), read(TEXT.replace(old, new, 1))) == moved


def test_software_that_is_renewed_withdraws_no_adoption() -> None:
    told = meanings_of(read(TEXT))
    assert told == {
        "but": "03b640ef",
        "usage": "9db33e6b reseau",
        "lieu": "ecacbc83 reseau",
        "annotations.statut": "f3437497",
        "labels.Complet": "2141da4d",
    }
    assert moved_since({}, read(TEXT)) == (), "nothing was kept"


def test_what_moved_is_named_a_few_at_most() -> None:
    mapping = the_mapping()
    told = moved_told([*meanings_of(mapping)][:8], mapping)
    assert "et 2 de plus" in told
    assert f"({next(iter(mapping.fields))})" in told
