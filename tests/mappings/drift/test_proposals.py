"""Every proposal can be pasted: the mapping file is then valid, and takes the champ."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from datafiles.file import DataFile
from mappings.dossier.revision import NO_ANSWER, Descriptor, Revision
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Needs, Severity
from mappings.drift.proposals import Proposal, propose
from mappings.drift.retyping import Fit, fit
from mappings.drift.reviewed import parse_reviewed
from mappings.drift.reviewing import review
from mappings.schema.file import parse_mapping
from mappings.schema.model import FieldSpec
from mappings.schema.names import CHAMP_TYPES

UNC = Path(__file__).parents[3] / "mappings" / "unc"
TEXT = (UNC / "mapping.yaml").read_text("utf-8")
MAPPING = parse_mapping(TEXT, source="mapping.yaml")
REVIEWED = parse_reviewed((UNC / "formulaire-relu.yaml").read_text("utf-8"), source="f")


LABELS = (
    'form: essai\nversion: "1"\ntitle: Essai\nfields:\n'
    '  a: {champ: [{champ: 29, revision: [1, 2]}, "L\'Âge exact ?"], type: text, title: Âge,'
    " audience: agence, meaning: m, unit: ans}\n"
)


def champ(number: int, label: str, kind: str = "text", *children: Descriptor) -> Descriptor:
    return Descriptor(str(number), str(number), label, kind, False, (), children)


def asked(spec: FieldSpec) -> Descriptor:
    """A champ that a field of the mapping reads as it is."""
    known = REVIEWED.champs[spec.champs[0]]
    children = tuple(asked(inner) for inner in spec.fields.values())
    return champ(int(spec.champs[0]), known.labels[-1], known.types[-1], *children)


FORM = tuple(asked(spec) for spec in MAPPING.fields.values())


def without(number: int, *more: Descriptor, rows: int = 0) -> tuple[Descriptor, ...]:
    """The form without a champ, with others, at its end or in the rows of a repetition."""
    kept = [one for one in FORM if one.id != str(number)]
    if not rows:
        return (*kept, *more)
    left = {one.id: [c for c in one.children if c.id != str(number)] for one in kept}
    return tuple(
        replace(one, children=(*left[one.id], *more)) if one.id == str(rows) else one
        for one in kept
    )


def paste(text: str, one: Proposal) -> str:
    """The file as it is when a person has pasted a proposal where it says."""
    lines = text.splitlines()
    keys = one.place.split(".")
    file = DataFile(text, source="m")
    depth = "  " * len(keys)
    at = file.line(keys)
    if one.replaces:
        at = file.line([*keys, one.replaces]) - 1
        inner = takewhile(lambda line: line.startswith(f"{depth} "), lines[at + 1 :])
        del lines[at : at + 1 + len(list(inner))]
    lines[at:at] = [f"{depth}{line}" for line in one.line.splitlines()]
    return "\n".join(lines) + "\n"


def proposed(text: str, *revisions: Sequence[Descriptor]) -> tuple[Proposal, ...]:
    """The proposals for a form of these revisions, after each was pasted and parsed."""
    mapping = parse_mapping(text, source="m")
    made = [Revision(str(n), tuple(champs), ()) for n, champs in enumerate(revisions, 1)]
    observed = Observed(made, made[-1].id)
    reviewed = review(made[:1])
    drifts = compare(observed, mapping=mapping, reviewed=reviewed, needs=Needs())
    found = propose(drifts, mapping=mapping, revisions=made)
    together = text
    for one in found:
        parse_mapping(paste(text, one), source="m")
        together = paste(together, one)
    after = parse_mapping(together, source="m")
    left = list(compare(observed, mapping=after, reviewed=reviewed, needs=Needs()))
    serious = [one for one in left if one.severity is not Severity.INFORMATION]
    untaken = [one.advice for one in serious if one.lost or not one.field]
    assert [advice for advice in untaken if "(annotations." not in advice] == []
    return found


def test_a_field_that_lost_its_champ_gets_its_whole_line_with_the_new_one() -> None:
    (one,) = proposed(TEXT, FORM, without(17, champ(170, "Titre de la situation")))
    assert (one.field, one.replaces, one.place) == ("titre", "titre", "fields")
    spec = parse_mapping(paste(TEXT, one), source="m").fields["titre"]
    assert replace(spec, champs=("17",)) == MAPPING.fields["titre"]
    assert spec.champs == ("17", "170")


def test_a_field_of_rows_that_lost_its_champ_gets_its_whole_line() -> None:
    (one,) = proposed(TEXT, FORM, without(152, champ(1520, "Code CIS"), rows=15))
    assert (one.field, one.place) == ("specialites.cis", "fields.specialites.fields")
    spec = parse_mapping(paste(TEXT, one), source="m").fields["specialites"].fields["cis"]
    assert spec.champs == ("152", "1520")


def test_a_new_repetition_gets_its_fields_and_one_that_asks_nothing_nothing() -> None:
    rows = champ(78, "Essais", "repetition", champ(781, "Numéro"), champ(782, "Numéro", "date"))
    (one,) = proposed(TEXT, FORM, without(0, rows))
    fields = parse_mapping(paste(TEXT, one), source="m").fields["essais"].fields
    assert {name: spec.type for name, spec in fields.items()} == {
        "numero": "text",
        "numero_782": "date",
    }
    empty = champ(79, "Rien", "repetition", champ(791, "Titre", "header_section"))
    revision = Revision("1", (empty,), ())
    drifts = compare(Observed([revision], "1"), mapping=MAPPING, reviewed=None, needs=Needs())
    assert propose(drifts, mapping=MAPPING, revisions=[revision]) == ()


def test_a_repetition_that_another_takes_over_keeps_its_fields() -> None:
    old = next(one for one in FORM if one.id == "15")
    moved = [replace(one, id=f"9{one.id}") for one in old.children]
    rows = champ(150, "Spécialités", "repetition", *moved, champ(99, "Lot"))
    (one,) = proposed(TEXT, FORM, without(15, rows))
    spec = parse_mapping(paste(TEXT, one), source="m").fields["specialites"]
    assert spec.champs == ("15", "150")
    assert spec.fields["cis"].champs == ("152", "9152")
    assert "lot" in spec.fields


def test_a_new_champ_of_rows_that_nothing_maps_is_proposed_with_them() -> None:
    before = champ(78, "Essais", "repetition", champ(781, "Numéro"))
    after = champ(78, "Essais", "repetition", champ(781, "Numéro"), champ(783, "Pays", "pays"))
    (one,) = proposed(TEXT, (*FORM, before), (*FORM, after))
    assert one.champ == "78"
    assert "783" in one.line


@pytest.mark.parametrize(
    "label",
    ["2024", "Titre", 'Un "guillemet" \\ et # : {x}', "Ligne\nsuivante\u200b", "²", "Champ", "🩺"],
)
def test_any_label_makes_a_line_that_can_be_pasted(label: str) -> None:
    age = champ(5, "L'âge exact")
    found = proposed(LABELS, [age], [age, champ(770, label), champ(771, label)])
    assert [one.champ for one in found] == ["770", "771"]


@pytest.mark.parametrize("label", ["Null", "True", "False", "Yes", "No", "Oui", "Non", "ON", "Y"])
def test_a_name_is_a_text_for_every_reader_of_yaml(label: str) -> None:
    age = champ(5, "L'âge exact")
    (one,) = proposed(LABELS, [age], [age, champ(770, label)])
    name = one.line.partition(":")[0]
    for version in ("1.1", "1.2"):
        reader = YAML(typ="safe", pure=True)
        reader.version = version
        assert reader.load(f"{name}: 1\n") == {name: 1}
    assert parse_mapping(paste(LABELS, one), source="m").fields[name].champs == ("770",)


@pytest.mark.parametrize("kind", sorted(CHAMP_TYPES.keys() - NO_ANSWER - {"repetition"}))
def test_a_new_champ_of_any_type_gets_a_type_that_reads_it(kind: str) -> None:
    age = champ(5, "L'âge exact")
    (one,) = proposed(LABELS, [age], [age, champ(770, "Tout autre chose", kind)])
    spec = parse_mapping(paste(LABELS, one), source="m").fields["tout_autre_chose"]
    assert fit(spec.type, kind) is not Fit.UNREADABLE


def test_candidates_stay_as_they_are_written() -> None:
    (one,) = proposed(LABELS, [champ(5, "L'âge exact")], [champ(6, "Âge exact")])
    assert one.line.startswith(
        'a: {champ: [{champ: 29, revision: [1, 2]}, "L\'Âge exact ?", 6], type: text, title: "Âge"'
    )
    assert 'unit: "ans"' in one.line


def test_a_champ_that_was_reworded_is_proposed_for_the_field_that_knew_its_label() -> None:
    (one,) = proposed(LABELS, [champ(5, "L'âge exact")], [champ(5, "Combien d'années ?")])
    assert (one.field, one.likeness, one.champ) == ("a", 100, "5")
    assert '"L\'Âge exact ?", 5]' in one.line
