"""Problems of data files are told in French, with their line, whatever they are."""

from decimal import Decimal
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from datafiles.file import DataFile, DataFileError, _parsed, _with_lines, text_of
from datafiles.places import place
from mappings.schema.file import parse_mapping
from settings import ROOT

HEAD = 'form: essai\nversion: "1"\ntitle: Essai\nfields:\n'
LINE = "  {}: {{champ: {}, type: text, title: T, audience: agence, meaning: m}}\n"
_ENGLISH = ("should", "Input", "must", "expected", "found", "Model", "list[", "valid ")


class Short(BaseModel):
    check: Literal["court"]


class Digits(BaseModel):
    check: Literal["chiffres"]
    length: int = Field(ge=1)


class Sample(BaseModel):
    """One key for each kind of value that data files have."""

    model_config = ConfigDict(extra="forbid")
    whole: int = 1
    number: Decimal = Field(default=Decimal(1), gt=0, le=1)
    text: str = Field(default="abc", min_length=2, max_length=5)
    shape: str = Field(default="a.b", pattern=r"^\w+\.\w+$")
    yes: bool = True
    one_of: Literal["a", "b"] = "a"
    several: tuple[str, ...] = Field(default=("a",), min_length=1, max_length=2)
    block: dict[str, int] = {}
    either: bool | str = True
    checks: list[Annotated[Short | Digits, Field(discriminator="check")]] = []
    words: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _sentence(self) -> "Sample":
        if self.whole == 13:
            raise ValueError("treize porte malheur")
        return self


def problems(text: str) -> list[str]:
    with pytest.raises(DataFileError) as raised:
        DataFile(text, source="f.yaml").validate(Sample)
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("whole: douze", "f.yaml:1 : whole : un nombre entier est attendu"),
        ("whole: 1.5", "f.yaml:1 : whole : un nombre entier est attendu"),
        ("number: x", "f.yaml:1 : number : un nombre est attendu"),
        ("number: 0", "f.yaml:1 : number : la valeur est trop petite ; plus de 0"),
        ("number: 2", "f.yaml:1 : number : la valeur est trop grande ; au plus 1"),
        (
            "text: a",
            "f.yaml:1 : text : le texte est trop court ; 2 au moins, en caractères",
        ),
        ("text: abcdef", "f.yaml:1 : text : le texte est trop long ; au plus 5 caractères"),
        (
            "text:",
            "f.yaml:1 : text : un texte (entre guillemets s'il ressemble à un nombre) est attendu",
        ),
        (
            "shape: ab",
            "f.yaml:1 : shape : « ab » n'a pas la forme attendue (deux noms séparés par un point)",
        ),
        ("yes: peut-être", "f.yaml:1 : yes : true ou false est attendu"),
        ("one_of: c", "f.yaml:1 : one_of : « c » n'est pas permis ; attendu : 'a' ou 'b'"),
        ("one_of:", "f.yaml:1 : one_of : « (vide) » n'est pas permis ; attendu : 'a' ou 'b'"),
        ("several: a", "f.yaml:1 : several : une liste est attendue"),
        ("several: []", "f.yaml:1 : several : la liste est vide"),
        ("several: [a, b, c]", "f.yaml:1 : several : la liste est trop longue ; au plus 2"),
        ("block: 3", "f.yaml:1 : block : un bloc « clé: valeur » est attendu"),
        ("block:\n  a: x", "f.yaml:2 : block.a : un nombre entier est attendu"),
        ("either: []", "f.yaml:1 : either : true ou false ou un texte (entre guillemets"),
        (
            "checks:\n- check: long",
            "f.yaml:2 : contrôle 1 : « long » n'est pas permis ; attendu : 'court', 'chiffres'",
        ),
        ("checks:\n- {}", "f.yaml:2 : contrôle 1 : il manque la clé « check »"),
        (
            "checks:\n- check: chiffres",
            "f.yaml:2 : contrôle 1, length : il manque la clé « length »",
        ),
        (
            "checks:\n- {check: chiffres, length: 0}",
            "f.yaml:2 : contrôle 1, length : la valeur est trop petite ; au moins 1",
        ),
        ("words: a", "f.yaml:1 : words : une liste est attendue"),
        ("autre: 1", "f.yaml:1 : autre : clé inconnue « autre »"),
        ("1: 2", "f.yaml:1 : 1 : la clé « 1 » doit être un texte, entre guillemets"),
        ("whole: 13", "f.yaml:1 : treize porte malheur"),
        ("", "f.yaml:1 : un bloc « clé: valeur » est attendu"),
        ("- a", "f.yaml:1 : un bloc « clé: valeur » est attendu"),
    ],
)
def test_a_model_s_refusal_is_one_french_sentence(text: str, told: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(told)
    assert not any(word in problem for word in _ENGLISH)


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (LINE.format("a", "1.5"), "fields.a.champ : un nombre entier, un texte"),
        (LINE.format("a", "true"), "fields.a.champ : un nombre entier, un texte"),
        (LINE.format("a", "[1, {champ: 29, revision: abc}]"), "fields.a, champ 2, revision : un"),
        (LINE.format("a", "[1, {champ: 29, revision: true}]"), "fields.a, champ 2, revision : un"),
        (LINE.format("a", "[1, {champ: 29}]"), "fields.a, champ 2, revision : il manque la clé"),
        (LINE.format("a", "[1, true]"), "fields.a, champ 2 : un nombre entier, un texte"),
        (LINE.format("Nom-Bad", "1"), "fields.Nom-Bad : « Nom-Bad » n'a pas la forme attendue"),
    ],
)
def test_a_place_of_several_kinds_is_told_once_without_names_of_our_code(
    lines: str, place: str
) -> None:
    with pytest.raises(DataFileError) as raised:
        parse_mapping(HEAD + lines, source="h.yaml")
    (problem,) = raised.value.problems
    assert problem.startswith(f"h.yaml:5 : {place}")
    assert not any(word in problem for word in _ENGLISH)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: \x07x\n", "x:2 : caractère interdit (U+0007) : l'effacer"),
        ("\ud800: 1", "x:1 : caractère interdit (U+D800) : l'effacer"),
        ("b: 1\na: 2026-13-45", "x:2 : « 2026-13-45 » n'est ni une date ni un nombre"),
        ("a: " + "[" * 500, "x:1 : trop de crochets"),
        ("a: 1\na: 2", "x:2 : ce n'est pas du YAML lisible (la clé « a » est en double)"),
        ("a: 1\nb: x\n  c 2\n  d: 3", "x:4 : ce n'est pas du YAML lisible (il manque « : »"),
        (
            "a:\n  - b: 1\n    penalty 0.10\n    c: 3",
            "x:3 : ce n'est pas du YAML lisible (il manque « : » après une clé)",
        ),
        (
            "penalty 0.10\nb: 3",
            "x:2 : ce n'est pas du YAML lisible (il manque « : » après une clé, ligne 2 ou",
        ),
        ("a: 1\nb: 'x\nc: 2\n", "x:2 : ce n'est pas du YAML lisible (un guillemet"),
        ("a: b: c", "x:1 : ce n'est pas du YAML lisible (« : » est de trop ici"),
        ("a:\n\t- b", "x:2 : ce n'est pas du YAML lisible (caractère mal placé"),
        ("a: !!binary é", "x:1 : ce n'est pas du YAML lisible (guillemets, retraits"),
    ],
)
def test_what_is_not_yaml_is_told_in_french_with_its_line(text: str, told: str) -> None:
    with pytest.raises(DataFileError) as raised:
        DataFile(text, source="x")
    assert str(raised.value).startswith(told)
    assert not any(word in str(raised.value) for word in _ENGLISH)


def _nested(opening: str, item: str, closing: str) -> str:
    """Nine lines that unfold to 9 to the power of 9 values."""
    lines = [f"a0: &a0 {opening}{item}{closing}"]
    for level in range(1, 10):
        inner = ", ".join(item.replace("x", f"*a{level - 1}", 1) for _ in range(9))
        if opening == "{":
            inner = ", ".join(f"k{n}: *a{level - 1}" for n in range(9))
        lines.append(f"a{level}: &a{level} {opening}{inner}{closing}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        _nested("[", "x", "]"),
        _nested("{", "k: x", "}"),
        "a: &a " + "x" * 50_000 + "\nb: [" + ", ".join(["*a"] * 1_000) + "]",
        "a: &a [" + "x, " * 2_000 + "]\nb: &b [" + "*a, " * 100 + "]",
    ],
    ids=["lists", "mappings", "a long text", "wide"],
)
def test_aliases_that_unfold_without_end_are_refused_with_their_line(text: str) -> None:
    with pytest.raises(DataFileError) as raised:
        DataFile(text, source="x").validate(Sample)
    assert "les alias (« * ») répètent trop de lignes" in str(raised.value)
    assert not str(raised.value).startswith("x:1 ")


def test_a_file_of_another_kind_of_size_is_refused() -> None:
    with pytest.raises(DataFileError, match="x:1 : le fichier est trop gros"):
        DataFile("a: 1\n" * 200_001, source="x")


def test_a_plain_alias_is_what_it_stands_for() -> None:
    read = DataFile("a: &a [1, 2]\nb: {c: *a, d: *a}\ne: &a 3\nf: *a", source="x")
    assert read.data["b"]["d"] == [1, 2]
    assert read.data["f"] == 3


def test_a_file_that_is_not_utf_8_says_so_with_its_line() -> None:
    with pytest.raises(DataFileError) as raised:
        text_of("a: 1\ntitre: Été".encode("cp1252"), source="x")
    assert str(raised.value).startswith("x:2 : le fichier n'est pas en UTF-8")
    assert text_of("a: é\r\nb: 1\r\n".encode(), source="x") == "a: é\nb: 1\n"


_pieces = st.sampled_from(
    [
        "a",
        ": ",
        "\n",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "!!int ",
        "1",
        "2026-99-99",
        "#",
        "&a",
        "*a",
        "|",
        ">",
        "? ",
        "\t",
        "\x00",
        "---\n",
        "%",
        "<<",
        "é",
        "\\",
        ", ",
        "  ",
    ]
)


@given(st.lists(_pieces, max_size=25).map("".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused_with_its_lines(text: str) -> None:
    assert all(one.startswith("x:") for one in refusals(text))


def refusals(text: str) -> tuple[str, ...]:
    try:
        DataFile(text, source="x").validate(Sample)
    except DataFileError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (("items", 0, "parts", 0, "checks", 1), "élément A1, partie 1, contrôle 2"),
        (("items", 1, "when", "any", 0, "field"), "élément n° 2, when, condition 1, field"),
        (("priority", "criteria", 0, "when"), "priority, critère rare, when"),
        (("empty_phrases", 2), "empty_phrases, n° 3"),
        (("fields", "titre", "champ"), "fields.titre.champ"),
        (("fields", 1), "fields.1"),
        ((0, 1), "n° 1, n° 2"),
        (("items", 9, "parts", 0), "élément n° 10, parts.0"),
    ],
)
def test_a_place_is_told_in_words_counted_from_1(path: tuple[int | str, ...], told: str) -> None:
    data = {
        "items": [
            {"id": "A1", "parts": [{"checks": [{}, {}]}]},
            {"name": "sans id", "when": {"any": [{"field": "x"}]}},
        ],
        "priority": {"criteria": [{"id": "rare", "when": {}}]},
        "empty_phrases": ["a", "b", "c"],
        "fields": {"titre": {"champ": 1}, 1: {}},
    }
    assert place(path, data if path[0] else [[0, 1]]) == told


@pytest.mark.slow
def test_what_parses_soon_reads_every_file_of_the_project_as_what_remembers_lines() -> None:
    for path in [*ROOT.glob("mappings/**/*.yaml"), *ROOT.glob("triage/**/*.yaml")]:
        text = path.read_text("utf-8")
        assert _parsed(text, source=path.name) == _with_lines(text, source=path.name), path
