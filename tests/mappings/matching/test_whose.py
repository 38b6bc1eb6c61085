"""Whom a question is about, by all that stands around it; a part of the territory; a box's no."""

import pytest
from ruamel.yaml import YAML

from datafiles.file import DataFileError
from mappings.matching.lexicon import parse_lexicon
from mappings.matching.match import Match, match_form
from tests.mappings.matching.variants import ROOT, Raw, Variant, as_form, our_wants

ANOTHER: list[Raw] = YAML(typ="safe").load((ROOT / "tests/data/autour.yaml").read_text("utf-8"))
_ASKED = "50"


def likeliest(asked: Raw) -> dict[str, Match]:
    """What a question is proposed for, under its heading, after the question before it."""
    before = {"label": asked.get("avant", ""), "type": "text"}
    heading = {"label": asked.get("titre", ""), "type": "header_section"}
    question = {"label": asked["label"], "type": asked["type"], "id": int(_ASKED)}
    champs: list[Raw] = [
        {"label": "Signalement", "type": "header_section"},
        {"label": "Description de l'usage constaté", "type": "textarea"},
        {"label": "Titre de la situation", "type": "text"},
        *(one for one in (heading, before) if one["label"]),
        {**question, "description": asked.get("aide", "")},
    ]
    listed = [{"id": at, "required": False, **one} for at, one in enumerate(champs, start=1)]
    variant = Variant(as_form({"champs": listed, "annotations": []}), {})
    found = match_form(our_wants(), variant.revision, samples={}).likeliest
    return {
        path: one
        for path, some in found.items()
        for one in some[:1]
        if _ASKED in one.offered.champs
    }


def sure_of(asked: Raw) -> set[str]:
    return {path for path, one in likeliest(asked).items() if one.sure}


@pytest.mark.parametrize("asked", ANOTHER, ids=lambda one: " | ".join(map(str, one.values())))
def test_what_another_party_or_a_part_is_asked_is_never_sure(asked: Raw) -> None:
    assert sure_of(asked) == set()


@pytest.mark.parametrize(
    ("label", "kind", "heading", "path"),
    [
        ("Téléphone professionnel", "phone", "Déclarant", "contact_telephone"),
        ("Courriel professionnel", "email", "Personne à contacter", "contact_courriel"),
        ("Nom et prénom", "text", "Pharmacien responsable", "contact_nom"),
        ("SIRET de l'établissement", "siret", "Votre entreprise", "siret"),
        ("SIRET de l'établissement", "siret", "", "siret"),
        ("Nombre de cas graves", "integer_number", "Effets indésirables", "cas_graves"),
        ("Constaté en France", "yes_no", "Champ d'application", "territoire_national"),
        ("Survenu en France ou outre-mer", "yes_no", "", "territoire_national"),
        ("Lu et certifié exact", "checkbox", "Signature", "attestation"),
    ],
)
def test_the_same_is_sure_where_nothing_speaks_of_another(
    label: str, kind: str, heading: str, path: str
) -> None:
    assert sure_of({"label": label, "type": kind, "titre": heading}) == {path}


@pytest.mark.parametrize(
    ("label", "contrary"),
    [
        ("J'atteste de l'exactitude des informations", False),
        ("Je certifie que tout est exact et qu'aucun malade n'est identifiable", False),
        ("J'atteste que tout est exact et ne permet pas d'identifier un patient", False),
        ("Je n'ai pas relu ma déclaration", True),
        ("Cochez si vous n'attestez pas l'exactitude des informations", True),
        ("Je ne certifie pas l'exactitude des informations", True),
        ("Refus d'attester l'exactitude", True),
        ("J'atteste que les informations ne sont pas exactes", True),
        ("Je n'atteste pas l'absence de donnée identifiante", True),
        ("Je certifie l'exactitude des informations, sauf celles du patient", True),
        ("Attestation : non fournie", True),
    ],
)
def test_a_box_that_denies_what_it_would_attest_is_marked(label: str, contrary: bool) -> None:
    match = likeliest({"label": label, "type": "checkbox"})["attestation"]
    assert ("demande peut-être le contraire" in match.marks, match.sure and contrary) == (
        contrary,
        False,
    )


def test_a_party_of_no_field_is_told_with_its_line() -> None:
    text = "parties:\n  of: [siret,\n    sirt]\nfields:\n  siret: {phrases: [SIRET]}\n"
    with pytest.raises(DataFileError) as error:
        parse_lexicon(text, source="synonymes.yaml")
    assert [one.partition(" ")[0] for one in error.value.problems] == ["synonymes.yaml:3"]
