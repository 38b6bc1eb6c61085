"""What a person said that a form does not ask is listed as long as it holds, and no longer."""

from datetime import date

import pytest

from mappings.adoption.absences import ToldAbsence, absences
from mappings.dossier.revision import Descriptor, Revision
from mappings.drift.reviewed import Absence, ReviewedForm
from mappings.schema.file import parse_mapping

SAID = Absence("Jamais demandé", "A. Martin", date(2026, 11, 30))
SAYS = "Jamais demandé — A. Martin le 30/11/2026"
HEAD = 'form: essai\nversion: "1"\ntitle: Essai\nfields:\n'
REST = "type: {}, title: But, audience: reseau, meaning: m"
ROWS = """\
  but:
    {}
    type: rows
    title: Lignes
    audience: reseau
    meaning: m
    fields:
      nom: {{absent: true, type: text, title: Nom, audience: reseau, meaning: m}}
"""


def revision(number: str, *champs: Descriptor) -> Revision:
    return Revision(number, champs, ())


def champ(number: str, label: str, *options: str) -> Descriptor:
    return Descriptor(number, number, label, "drop_down_list" if options else "text", True, options)


ASKED = revision("2", champ("1", "Question", "Suite", "Fin"), champ("2", "Autre"))


def listed(
    line: str, *revisions: Revision, path: str = "but", scope: frozenset[str] = frozenset()
) -> list[ToldAbsence]:
    mapping = parse_mapping(f"{HEAD}{line}\n", source="m")
    reviewed = ReviewedForm(absent={path: SAID})
    return list(absences(reviewed, mapping, revisions=revisions, scope=scope))


def field(origin: str, kind: str = "text") -> str:
    return f"  but: {{{origin}, {REST.format(kind)}}}"


def test_what_no_champ_gives_is_listed() -> None:
    (one,) = listed(field("absent: true"), ASKED)
    assert (one.path, one.title, one.told) == ("but", "But", f"But (but) : {SAYS}")
    (one,) = listed(field("champ: 99"), ASKED)
    assert one.told == f"But (but) : {SAYS}"


@pytest.mark.parametrize(
    "line",
    [
        field("constant: oui", "yes_no"),
        field("fact: dossier.number", "integer"),
        field("champ: 1"),
        field('champ: "Question"'),
        field("joined: [1, 2]"),
        field("boxes: {Enfant: 1, Adulte: 2}", "choices"),
        ROWS.format("rows: [{nom: 1}, {nom: 2}]"),
        ROWS.format("each: {nom: 1}"),
    ],
)
def test_what_the_mapping_gives_since_is_listed_no_more(line: str) -> None:
    assert listed(line, ASKED) == []


def test_what_an_earlier_revision_lacks_names_it() -> None:
    (one,) = listed(field("champ: 1"), revision("1", champ("2", "Autre")), ASKED)
    assert (one.title, one.told) == ("But (révision 1)", f"But (but), révision 1 : {SAYS}")


@pytest.mark.parametrize(
    ("origin", "left"),
    [
        ("champ: 1", True),
        ("champ: 1, options: {Fin: Clôture}", False),
        ("boxes: {Clôture: 1, Suite: 2}", False),
        ("boxes: {Suite: 2}, otherwise: Clôture", False),
    ],
)
def test_an_option_that_the_mapping_names_since_is_listed_no_more(
    origin: str, *, left: bool
) -> None:
    found = listed(field(origin, "choice"), ASKED, path="but=Clôture")
    assert [one.title for one in found] == ["But, option « Clôture »"] * left


def test_a_scope_question_that_is_not_asked_says_what_becomes_of_dossiers() -> None:
    (one,) = listed(field("absent: true", "yes_no"), ASKED, scope=frozenset({"but"}))
    assert one.told.startswith(f"But (but) : {SAYS} ; ")
    assert "aucun dossier n'est « Complet »" in one.told
    assert "`constant`" in one.told
    assert listed(field("constant: oui", "yes_no"), ASKED, scope=frozenset({"but"})) == []
