"""Keys that say what forms do: each mistake is told at its line, each field is written as read."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datafiles.file import DataFileError
from french.text import normalise_label
from mappings.schema.champs import given as given_fields
from mappings.schema.file import parse_mapping
from mappings.schema.model import FieldSpec, FieldType
from mappings.schema.sentences import origin, particulars
from mappings.schema.sources import (
    FACTS,
    Constant,
    EachOption,
    FlatRows,
    Joined,
    OfDossier,
    Option,
    Source,
    TickedBoxes,
)
from mappings.schema.written import field_text
from settings import ROOT
from tests.mappings.report.dossiers import HEAD, field, mapping

ROWS = """\
  a:
    rows: {rows}
    type: rows
    title: T
    audience: reseau
    meaning: m
    fields:
      nom: {{type: text, title: T, audience: reseau, meaning: m}}
"""

EACH = ROWS.replace("rows: {rows}", "each: {each}") + (
    "      jour: {{type: date, absent: true, title: T, audience: reseau, meaning: m}}\n"
)


@pytest.mark.parametrize(
    ("lines", "line", "sentence"),
    [
        (
            [field("a: type: text")],
            5,
            "donner « champ », ou joined, boxes, rows, each, constant ou fact",
        ),
        ([field("a: joined: [8], type: text")], 5, "réunir au moins deux champs"),
        ([field("a: joined: [8, 8], type: text")], 5, "le champ 8 est déjà pris par « a »"),
        ([field("a: joined: [8, 9], type: date")], 5, "« joined » ne va pas avec le type « date »"),
        ([field('a: champ: 8, separator: "-", type: text')], 5, "ne va qu'avec « joined »"),
        ([field("a: joined: [], type: text")], 5, "« joined » est vide"),
        ([field("a: boxes: {A: 1}, type: text")], 5, "« boxes » ne va pas avec le type « texte »"),
        ([field("a: boxes: {A: 1, B: 1}, type: choices")], 5, "le champ 1 est déjà pris"),
        ([field("a: champ: 1, otherwise: A, type: choice")], 5, "ne va qu'avec « boxes »"),
        ([field("a: boxes: {A: 1}, otherwise: B, type: choices")], 5, "« otherwise » ne va pas"),
        ([field("a: boxes: {A: 1}, otherwise: a, type: choice")], 5, "a déjà sa question"),
        ([field('a: boxes: {A: 1}, otherwise: "", type: choice')], 5, "« otherwise » est vide"),
        ([field("a: boxes: {A: 1}, joined: [2, 3], type: choices")], 5, "s'excluent"),
        ([field("a: champ: 1, constant: x, type: text")], 5, "« constant » et « champ »"),
        ([field("a: constant: peut-être, type: yes_no")], 5, "écrire oui ou non"),
        ([field("a: constant: 1.5, type: integer")], 5, "écrire un nombre entier"),
        ([field('a: constant: "1", type: date')], 5, "AAAA-MM-JJ"),
        ([field("a: constant: oui, type: checkbox")], 5, "ne va pas avec le type « case »"),
        ([field("a: fact: demandeur.nom, type: text")], 5, "« demandeur.nom » n'est pas permis"),
        ([field("a: fact: demandeur.siret, type: date")], 5, "est une donnée de type company"),
        ([field("a: fact: dossier.usager.email, type: text")], 5, "donnée personnelle"),
        ([field("a: champ: 1, type: text, options: {A: B}")], 5, "« options » ne va pas"),
        ([field("a: champ: 1, type: choice, options: {A: B, a: C}")], 5, "sont la même option"),
        ([field("a: champ: 1, type: choice, options: {A: null}")], 5, "une option de la donnée"),
        ([field("a: champ: 1, type: yes_no, options: {A: bof}")], 5, "écrire oui, non ou inconnu"),
        (
            [field("a: champ: 1, type: yes_no, inverted: true, options: {A: oui}")],
            5,
            "enlever « inverted »",
        ),
        ([field("a: champ: 1, type: text, inverted: true")], 5, "« inverted » ne va pas"),
        (
            [field("a: champ: 1, type: text"), field("b: champ: 1, type: text")],
            6,
            "ajouter « shared: true » ici",
        ),
        (
            [field("a: champ: 1, type: text"), field("b: boxes: {A: 1}, type: choices")],
            6,
            "le champ 1 est déjà pris par « a »",
        ),
        ([ROWS.format(rows="[{nom: 1}, {autre: 2}]")], 6, "n'est pas une donnée de « fields »"),
        ([ROWS.format(rows="[{nom: 1}, {nom: 1}]")], 6, "le champ 1 est déjà pris par « a »"),
        ([ROWS.format(rows="[{nom: 1}, {}]")], 6, "cette ligne ne nomme aucun champ"),
        ([ROWS.format(rows="[{nom: 1}, {nom: []}]")], 6, "il manque l'id ou le libellé"),
        ([ROWS.format(rows="[]")], 6, "« rows » est vide"),
        ([EACH.format(each="{autre: 1}")], 6, "« autre » n'est pas une donnée de « fields »"),
        ([EACH.format(each="{nom: 1, jour: 2}")], 6, "n'en nommer qu'une"),
        ([EACH.format(each="{jour: 1}")], 6, "une option n'est pas une donnée de type « date »"),
        ([field("a: each: {nom: 1}, type: text")], 5, "« each » ne va pas avec le type « texte »"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_remedy(
    lines: list[str], line: int, sentence: str
) -> None:
    with pytest.raises(DataFileError) as raised:
        parse_mapping(HEAD + "".join(lines), source="mapping.yaml")
    told = raised.value.problems
    assert any(one.startswith(f"mapping.yaml:{line} :") and sentence in one for one in told), told


NOTE = "fields: {{}}\nannotations:\n  statut: {{champ: 9, type: {kind}, title: T, {means}}}\n"


@pytest.mark.parametrize(
    ("kind", "means", "sentence"),
    [
        ("text", "options: {A: B}", "« options » ne va pas"),
        ("choice", "options: {A: B, a: C}", "sont la même option"),
        ("choice", "options: {A: null}", "une option de la donnée"),
        ("yes_no", "options: {A: bof}", "écrire oui, non ou inconnu"),
        ("choice", "inverted: true", "« inverted » ne va pas avec le type « choix » ; attendu"),
        ("yes_no", "inverted: true, options: {A: oui}", "enlever « inverted »"),
    ],
)
def test_a_mistake_in_what_an_annotation_means_is_told(
    kind: str, means: str, sentence: str
) -> None:
    text = HEAD.replace("fields:\n", NOTE.format(kind=kind, means=means))
    with pytest.raises(DataFileError) as raised:
        parse_mapping(text, source="mapping.yaml")
    assert all(
        one.startswith("mapping.yaml:6 :") and sentence in one for one in raised.value.problems
    )


def test_a_champ_may_be_shared_when_it_is_said() -> None:
    form = mapping("a: champ: 1, type: text", "b: champ: 1, type: text, shared: true")
    assert [spec.champs for spec in form.fields.values()] == [("1",), ("1",)]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
LABEL = TEXT.filter(lambda text: normalise_label(text) and not normalise_label(text).isdigit())
CHAMP = st.integers(1, 999).map(str) | LABEL
NAMED = st.lists(CHAMP, min_size=2, max_size=4, unique_by=normalise_label)
FLAT: st.SearchStrategy[Source] = NAMED.map(
    lambda keys: FlatRows(tuple({"nom": (normalise_label(one),)} for one in keys))
)
BOXES = NAMED.map(lambda keys: {normalise_label(one): f"option {one}" for one in keys})
SOURCES: dict[FieldType, st.SearchStrategy[Source]] = {
    "text": st.one_of(
        st.builds(Joined, NAMED.map(lambda keys: tuple(map(normalise_label, keys))), TEXT),
        TEXT.map(Constant),
        st.just(OfDossier("dossier.number")),
    ),
    "yes_no": st.booleans().map(Constant),
    "integer": st.integers(-9, 9).map(Constant),
    "decimal": st.decimals(-9, 9, places=2).map(lambda number: Constant(Decimal(number))),
    "date": st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(Constant),
    "choice": st.one_of(
        TEXT.map(Constant),
        st.builds(TickedBoxes, BOXES, st.sampled_from(["", "Complément"])),
    ),
    "choices": st.builds(TickedBoxes, BOXES),
    "rows": st.one_of(
        FLAT,
        CHAMP.map(lambda key: EachOption("nom", normalise_label(key))),
        NAMED.map(
            lambda keys: EachOption(
                "nom", boxes={normalise_label(one): f"option {one}" for one in keys}
            )
        ),
    ),
}


@st.composite
def fields(draw: st.DrawFn) -> FieldSpec:
    """Any field that a mapping file can hold."""
    kind = draw(st.sampled_from(sorted(SOURCES)))
    source = draw(SOURCES[kind] | st.none()) if kind != "rows" else draw(SOURCES[kind])
    beside = not isinstance(source, Constant | OfDossier)
    means: st.SearchStrategy[str | bool | None] = (
        st.none() | st.booleans() if kind == "yes_no" else LABEL
    )
    aligned = kind in {"choice", "yes_no"} and source is None and draw(st.booleans())
    written = draw(st.lists(LABEL, max_size=3, unique_by=normalise_label)) if aligned else []
    options = {normalise_label(one): Option(one, draw(means)) for one in written}
    number = str(draw(st.integers(1000, 1999)))
    nom = FieldSpec("nom", "text", "T", "m", "", "reseau", (), {})
    return FieldSpec(
        name="a",
        type=kind,
        title=draw(TEXT),
        meaning=draw(TEXT),
        unit="",
        audience="agence",
        champs=(number,) if source is None or (beside and draw(st.booleans())) else (),
        fields={"nom": nom} if kind == "rows" else {},
        source=source,
        options=options,
        inverted=kind == "yes_no" and source is None and not options and draw(st.booleans()),
        shared=draw(st.booleans()),
    )


@given(fields())
def test_a_field_is_read_as_it_was_written_and_told(spec: FieldSpec) -> None:
    text = "\n".join(f"  {line}" for line in field_text(spec).splitlines())
    again = parse_mapping(f"{HEAD}{text}\n", source="m").fields["a"]
    assert again == FieldSpec(
        **{name: getattr(spec, name) for name in FieldSpec.__slots__ if name != "written"},
        written=again.written,
    )
    assert field_text(again) == field_text(spec)
    assert all(one.strip() for one in particulars(again))
    assert origin(again)


def test_each_fact_is_told_in_french() -> None:
    form = mapping(*(f"a{at}: {_fact(name)}" for at, name in enumerate(FACTS)))
    assert {next(particulars(one)) for one in form.fields.values()} == {
        f"hors formulaire : {name}" for name in FACTS.values()
    }
    assert form.facts == tuple(sorted(FACTS))


def _fact(name: str) -> str:
    kind = {"number": "integer", "siret": "company"}.get(name.rpartition(".")[2], "text")
    kind = "date" if "date" in name else kind
    return f"fact: {name}, type: {kind}, audience: agence"


def test_what_a_revision_gives_is_known_whatever_the_way() -> None:
    form = parse_mapping(
        HEAD
        + field("a: joined: [1, 2], type: text")
        + field("b: boxes: {A: 3}, type: choices")
        + field("c: constant: oui, type: yes_no")
        + field("d: fact: dossier.number, type: integer")
        + field("e: champ: 9, type: text")
        + ROWS.format(rows="[{nom: 7}, {nom: 8}]").replace("  a:", "  f:"),
        source="m",
    )
    everywhere = {"c", "d"}
    assert given_fields(form, {"2"}, revision="1") == {"a", *everywhere}
    assert given_fields(form, {"3", "9"}, revision="1") == {"b", "e", *everywhere}
    assert given_fields(form, {"8"}, revision="1") == {"f", "f.nom", *everywhere}


def test_each_example_of_the_documentation_is_a_mapping() -> None:
    page = (ROOT / "docs" / "correspondance.md").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    told = set()
    for text in examples:
        indented = "".join(f"  {line}\n" for line in text.splitlines())
        beside = field("a: champ: 1, type: text") + text
        given = beside if text.startswith(("labels:", "annotations:")) else indented
        for spec in parse_mapping(HEAD + given, source="m").fields.values():
            told |= {one.split(" :")[0] for one in particulars(spec)}
    assert {*told} == {
        "une ligne par option",
        "options",
        "question inverse",
        "lignes à plat",
        "cases",
        "champ partagé avec une autre donnée",
        "champs réunis",
        "constante",
        "hors formulaire",
    }
    assert all(f"`{name}`" in page for name in FACTS)
