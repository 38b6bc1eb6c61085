"""Which of two questions asks which of two fields: their own words say it, whatever was learned."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mappings.matching.learned import Learned, counted, traits_of_label
from mappings.matching.match import Matching, match_form
from mappings.matching.wanted import Wants
from tests.mappings.matching.test_matching import as_variant
from tests.mappings.matching.variants import Raw, our_wants

HEADING: Raw = {"type": "header_section", "level": 1, "label": "Analyse"}


def asked(kind: str, *labels: str) -> list[Raw]:
    return [HEADING, *({"type": kind, "label": one} for one in labels)]


def taken(champs: Sequence[Raw], wants: Wants | None = None) -> dict[str, str]:
    found = match_form(wants or our_wants(), as_variant(list(champs)).revision, samples={})
    return {path: one.offered.label for path, one in found.matches.items()}


def found(champs: Sequence[Raw]) -> Matching:
    return match_form(our_wants(), as_variant(list(champs)).revision, samples={})


def taught(**labels: str) -> Wants:
    """What is wanted, by one whom other forms taught these words of each field, and no others."""
    told = [(path, traits_of_label(label)) for path, label in labels.items() for _ in range(50)]
    wants = our_wants()
    return replace(wants, lexicon=replace(wants.lexicon, learned=Learned(counted(told))))


@pytest.mark.parametrize(
    ("one", "other", "labels", "kind"),
    [
        (
            "donnees_efficacite",
            "donnees_securite",
            ("Synthèse sur l'efficacité", "Synthèse sur la sécurité"),
            "textarea",
        ),
        (
            "donnees_efficacite",
            "donnees_securite",
            ("Arguments quant au bénéfice", "Arguments quant à la tolérance"),
            "textarea",
        ),
        (
            "deces",
            "cas",
            ("Décès rapportés à ce jour", "Cas rapportés à ce jour"),
            "integer_number",
        ),
        ("siret", "reference_interne", ("SIRET firme", "N° firme"), "text"),
    ],
)
def test_learning_swaps_no_questions_that_name_their_fields(
    one: str, other: str, labels: tuple[str, str], kind: str
) -> None:
    first, second = labels
    swapped = taught(**{one: second, other: first})
    for wants in (our_wants(), swapped):
        for order in (labels, labels[::-1]):
            there = taken(asked(kind, *order), wants)
            assert there.get(one) == first
            assert there.get(other) in {second, None}


@pytest.mark.parametrize(
    ("path", "label", "kind"),
    [
        ("date_fin_analyse", "Date d'ouverture de l'analyse de risque", "date"),
        ("donnees_efficacite", "Données de tolérance", "textarea"),
        ("deces", "Guérisons", "integer_number"),
    ],
)
def test_a_question_of_what_is_set_against_a_field_is_marked_where_it_is_shown(
    path: str, label: str, kind: str
) -> None:
    matching = found(asked(kind, label))
    shown = [one for one in matching.likeliest[path] if one.offered.label == label]
    assert all("parle peut-être d'autre chose" in one.marks for one in shown)
    assert path not in matching.sure


@pytest.mark.parametrize("rows", ["{} {} – {}", "{2} ({0} {1})", "{2} de la {0} {1}"])
@pytest.mark.parametrize("letters", ["AB", "ABC"])
def test_rows_told_apart_by_a_letter_are_rows(rows: str, letters: str) -> None:
    columns = ("Nom", "CIS", "Substance active", "Dosage")
    labels = [rows.format("Spécialité", one, column) for one in letters for column in columns]
    match = found(asked("text", *labels)).matches["specialites"]
    assert [len(row) for row in match.offered.flat] == [len(columns)] * len(letters)
    ids = [one for row in match.offered.flat for one in row.values()]
    assert ids == sorted(ids, key=int), "a column of one medicine goes with no other"


def test_medicines_that_are_asked_by_a_letter_alone_are_medicines() -> None:
    match = found(asked("text", "Médicament A", "Médicament B", "Médicament C")).matches
    assert len(match["specialites"].offered.flat) == 3
    alone = found(asked("text", "Hépatite B", "Vitamine A")).matches
    assert "specialites" not in alone


def test_one_row_takes_no_column_of_another_and_tells_that_there_is_one() -> None:
    """« a) Nom », « a) CIS », « b) Nom »… and two headings: only the first can be read."""
    columns = ("Nom du médicament", "CIS", "Substance active", "Forme et dosage")
    twice = [f"{letter}) {one}" for letter in "ab" for one in columns]
    under = [{**HEADING, "label": f"Spécialité {one}"} for one in "AB"]
    apart = [one for head in under for one in (head, *asked("text", *columns)[1:])]
    for champs in (asked("text", *twice), apart):
        match = found(champs).matches["specialites"]
        (row,) = match.offered.flat
        ids = sorted(map(int, row.values()))
        assert ids[-1] - ids[0] == len(ids) - 1, "all of one medicine"
        assert any(one.startswith("d'autres lignes, peut-être") for one in match.marks)
        assert not match.sure


@pytest.mark.parametrize(
    ("label", "description"),
    [
        ("Volume de ventes annuel", "en k boîtes"),
        ("Volume de ventes annuel", "En milliers."),
        ("Volume de ventes annuel (k)", ""),
        ("Volume de ventes annuel (k€)", ""),
        ("Volume de ventes annuel, k boîtes", ""),
        ("Volume de ventes annuel (×10³)", ""),
        ("Volume de ventes annuel (x 1 000)", ""),
        ("Volume de ventes annuel (000 boîtes)", ""),
        ("Volume de ventes annuel (millions)", ""),
        ("Volume de ventes annuel en kilo-unités", ""),
    ],
)
def test_a_count_in_thousands_is_never_sure_and_says_so(label: str, description: str) -> None:
    champ: Raw = {"type": "integer_number", "label": label, "description": description}
    match = found([HEADING, champ]).matches["volume_ventes"]
    assert not match.sure
    assert "compte peut-être en milliers, ou en millions" in match.marks


@pytest.mark.parametrize(
    "label",
    ["Volume de ventes annuel", "K.2 Volume de ventes annuel", "k) Volume de ventes annuel"],
)
def test_a_count_in_ones_is_not_said_to_be_in_thousands(label: str) -> None:
    match = found(asked("integer_number", label)).matches["volume_ventes"]
    assert match.marks == ()


def test_thousands_said_once_for_a_part_of_the_form_count_for_each_question_below() -> None:
    heading = {**HEADING, "label": "Ventes (en milliers)"}
    champ: Raw = {"type": "integer_number", "label": "Volume de ventes annuel"}
    match = found([heading, champ]).matches["volume_ventes"]
    assert not match.sure
    assert "compte peut-être en milliers, ou en millions" in match.marks


@pytest.mark.parametrize("own", ["Votre n° de dossier", "Votre numéro de dossier"])
def test_what_another_champ_asks_far_likelier_is_not_sure(own: str) -> None:
    """What a declarant types of their own would be read as the dossier that this one completes."""
    origin = "Si suite ou clôture : n° du dossier DS d'origine"
    champs = [
        *asked("text", own),
        {
            "type": "drop_down_list",
            "label": "Il s'agit",
            "options": ["d'un premier signalement", "d'une suite"],
        },
        {"type": "integer_number", "label": origin},
    ]
    matching = found(champs)
    assert "dossier_precedent" not in matching.sure
    assert matching.matches["dossier_precedent"].offered.label == origin
    assert matching.matches["reference_interne"].offered.label == own
