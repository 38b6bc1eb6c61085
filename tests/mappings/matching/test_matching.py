"""Forms that nobody reviewed: most of each is found, and what is called sure is never wrong."""

import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest
from ruamel.yaml import YAML

from french.text import bare_label
from mappings.adoption.choice import ChoiceQuestion
from mappings.adoption.decisions import Decisions
from mappings.adoption.session import Session
from mappings.dossier.revision import flatten
from mappings.matching.lexicon import Lexicon, Wording, no_lexicon
from mappings.matching.match import Match, Matching, match_form
from mappings.matching.options import aligned
from tests.mappings.matching.perturbed import champs_of, paths_of
from tests.mappings.matching.variants import (
    FORMS,
    ROOT,
    VARIANTS,
    Raw,
    Variant,
    as_form,
    every,
    our_wants,
    the_lexicon,
    written_by_another,
)


@dataclass(frozen=True)
class Measured:
    """What came of matching a variant, by path: shares of what the form truly asks."""

    sure: float
    right: float
    wrong_sure: dict[str, str]


def measured(variant: Variant, lexicon: Lexicon | None = None) -> Measured:
    matching = match_form(our_wants(lexicon), variant.revision, samples={})
    found = paths_of(matching)
    right = {p for p in found if champs_of(p, matching) == variant.truth.get(p)}
    total = len(variant.truth)
    return Measured(
        sure=len(right & matching.sure.keys()) / total,
        right=len(right) / total,
        wrong_sure={
            path: one.offered.descriptor.label
            for path, one in matching.sure.items()
            if path not in right
            and not champs_of(path, matching) <= variant.accepted.get(path, frozenset())
        },
    )


def without_its_words(variant: Variant) -> Lexicon:
    """The synonyms but those that this form uses: as if it had never been seen."""
    revision, lexicon = variant.revision, the_lexicon()
    meanings = lexicon.words.meanings
    labels = (one.label for one in flatten((*revision.champs, *revision.annotations)))
    own = {meanings(bare_label(label)) for label in labels}
    wordings = {
        path: replace(
            one, phrases=tuple(p for p in one.phrases if meanings(bare_label(p)) not in own)
        )
        for path, one in lexicon.wordings.items()
    }
    return replace(lexicon, wordings=wordings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sure"),
    [
        ("same labels, other ids", 1.0),
        ("reworded", 0.95),
        ("retyped and flattened", 0.95),
        ("a third absent, ten unknown", 0.95),
        ("written by another", 0.85),
        ("written by a third", 0.79),
        ("written last", 0.73),
        ("unknown", 0.69),
        ("foreign", 0.73),
        ("as one talks", 0.62),
        ("as files are headed", 0.91),
        ("as offices write", 0.26),
    ],
)
def test_most_of_a_form_is_sure_and_nothing_sure_is_wrong(name: str, sure: float) -> None:
    found = measured(VARIANTS[name]())
    assert found.wrong_sure == {}
    assert found.sure >= sure


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sure", "right"),
    [
        ("reworded", 0.36, 0.95),
        ("written by another", 0.17, 0.95),
        ("foreign", 0.09, 0.95),
        ("as one talks", 0.04, 0.8),
        ("as files are headed", 0.29, 0.95),
        ("as offices write", 0.05, 0.95),
    ],
)
def test_a_form_whose_words_are_not_in_the_file_is_found_all_the_same(
    name: str, sure: float, right: float
) -> None:
    variant = VARIANTS[name]()
    found = measured(variant, without_its_words(variant))
    assert found.wrong_sure == {}
    assert (found.sure >= sure, found.right >= right) == (True, True), found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sure", "right"),
    [
        ("etrangere_b.yaml", 0.2, 0.85),
        ("etrangere_c.yaml", 0.16, 0.89),
        ("etrangere_d.yaml", 0.44, 0.96),
        ("etrangere_e.yaml", 0.2, 0.9),
    ],
)
def test_a_form_that_no_wording_was_drawn_from_is_not_misread(
    name: str, sure: float, right: float
) -> None:
    """Written by a stranger, and read by no one who worked on the matching."""
    found = measured(written_by_another(name))
    assert found.wrong_sure == {}
    assert (found.sure >= sure, found.right >= right) == (True, True), found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sure", "right"),
    [
        ("pharmacien.yaml", 0.45, 0.95),
        ("juriste.yaml", 0.05, 0.96),
        ("ergonome.yaml", 0.15, 0.98),
        ("agent.yaml", 0.35, 0.95),
        ("groupement.yaml", 0.2, 0.95),
        ("laconique.yaml", 0.28, 0.89),
        ("hospitalier.yaml", 0.1, 0.74),
        ("chef_de_projet.yaml", 0.09, 0.82),
        ("statisticien.yaml", 0.18, 0.79),
        ("traducteur.yaml", 0.14, 0.75),
        ("portail_regional.yaml", 0.23, 0.86),
        ("intranet.yaml", 0.39, 0.88),
        ("imprime.yaml", 0.34, 0.85),
        ("regulateur.yaml", 0.25, 0.98),
        ("entreprise.yaml", 0.09, 0.82),
        ("ancien.yaml", 0.26, 0.79),
        ("citoyen.yaml", 0.1, 0.78),
        ("hopital.yaml", 0.13, 0.9),
        ("numerique.yaml", 0.1, 0.91),
        ("guichet_unique.yaml", 0.02, 0.83),
        ("hopital_digital.yaml", 0.06, 0.54),
        ("laboratoire_traduit.yaml", 0.0, 0.52),
        ("europeen.yaml", 0.17, 0.9),
    ],
)
def test_a_form_that_was_read_once_measured_is_not_misread(
    name: str, sure: float, right: float
) -> None:
    """What each first gave, unread, is in ``tests/data/README.md``."""
    found = measured(written_by_another(name))
    assert found.wrong_sure == {}
    assert (found.sure >= sure, found.right >= right) == (True, True), found


@pytest.mark.slow
def test_without_any_synonym_nothing_sure_is_wrong() -> None:
    for make in VARIANTS.values():
        assert measured(make(), no_lexicon()).wrong_sure == {}


def decoys() -> Mapping[str, Any]:
    text = (FORMS / "leurres.yaml").read_text("utf-8")
    told: Mapping[str, Any] = YAML(typ="safe").load(text)
    return told


def as_variant(champs: list[Raw]) -> Variant:
    numbers = iter(range(5000, 6000))

    def made(one: Raw) -> Raw:
        inner = [made(child) for child in one.get("children", ())]
        children = {"children": inner} if inner else {}
        return {"required": False, **one, "id": next(numbers), **children}

    return Variant(as_form({"champs": [made(one) for one in champs], "annotations": []}), {})


@pytest.mark.slow
def test_what_is_like_a_question_and_is_not_it_is_never_sure() -> None:
    wants = our_wants()
    listed: list[Raw] = decoys()["leurres"]
    alone = [as_variant([one]) for one in listed]
    for variant in (*alone, as_variant(listed)):
        sure = match_form(wants, variant.revision, samples={}).sure
        assert {path: one.offered.descriptor.label for path, one in sure.items()} == {}


def thinned(variant: Variant, chance: random.Random) -> Variant:
    """A form of which a question out of two is gone, and decoys stand between those left."""
    revision = deepcopy(variant.form["revisions"][-1])
    sown: list[Raw] = as_variant(decoys()["leurres"]).form["revisions"][0]["champs"]
    kept = [one for one in revision["champs"] if chance.random() < 1 / 2]
    for one in chance.sample(sown, len(sown) // 2):
        kept.insert(chance.randrange(len(kept) + 1), one)
    revision["champs"] = kept
    there = {str(one["id"]) for one in every(revision)}
    return Variant(as_form(revision), {path: ids & there for path, ids in variant.truth.items()})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["reworded", "written by another", "unknown", "foreign"])
def test_decoys_between_half_of_the_questions_of_a_form_are_never_sure(name: str) -> None:
    variant = thinned(VARIANTS[name](), random.Random(name))
    assert measured(variant).wrong_sure == {}


@pytest.mark.parametrize("heading", decoys()["sections"])
def test_a_question_under_the_heading_of_somebody_else_is_never_sure(heading: str) -> None:
    section = {"type": "header_section", "label": heading}
    variant = as_variant([section, *decoys()["sections"][heading]])
    assert match_form(our_wants(), variant.revision, samples={}).sure == {}


@pytest.mark.parametrize("code", ["Q2.", "Q4h3.", "2b)", "A1c2."])
def test_a_code_before_a_question_changes_no_meaning(code: str) -> None:
    label = "Date de prise de connaissance"
    assert bare_label(f"{code} {label}") == bare_label(label)


def test_answers_tell_a_code_from_another_text() -> None:
    variant = as_variant(
        [
            {
                "type": "repetition",
                "label": "Spécialités concernées",
                "children": [
                    {"type": "text", "label": "Dénomination de la spécialité"},
                    {"type": "text", "label": "Substance active (DCI)"},
                    {"type": "text", "label": "Code"},
                ],
            }
        ]
    )
    code = str(variant.form["revisions"][0]["champs"][0]["children"][2]["id"])
    found = match_form(our_wants(), variant.revision, samples={code: ["61266250", "60002283"]})
    assert found.matches["specialites.cis"].offered.descriptor.id == code


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("territoire_national", "L'usage est-il constaté hors de France ?"),
        ("usage_intentionnel", "L'usage procède-t-il d'une erreur ou d'un accident ?"),
        ("usage_intentionnel", "S'agit-il d'une erreur ?"),
        ("but_medical", "S'agit-il d'un usage détourné ?"),
        ("alternatives", "Le médicament est-il le seul traitement possible ?"),
        ("mesures_prevues", "Avez-vous choisi de ne rien entreprendre ?"),
        ("mesures_prevues", "Aucune action n'est-elle envisagée ?"),
    ],
)
def test_a_contrary_question_is_proposed_as_such(path: str, label: str) -> None:
    variant = as_variant([{"type": "yes_no", "label": label}])
    match = match_form(our_wants(), variant.revision, samples={}).matches[path]
    assert (match.sure, match.inverted) == (False, True)


@pytest.mark.parametrize(
    "label",
    [
        "L'usage est-il volontaire plutôt qu'une erreur ?",
        "L'usage est-il intentionnel ?",
        "Usage délibéré (pas une erreur médicamenteuse)",
    ],
)
def test_a_question_that_sets_the_contrary_aside_is_not_the_contrary(label: str) -> None:
    variant = as_variant([{"type": "yes_no", "label": label}])
    match = match_form(our_wants(), variant.revision, samples={}).matches["usage_intentionnel"]
    assert not match.inverted


@pytest.mark.parametrize(
    ("label", "champ"),
    [
        ("4.5 Si oui, laquelle (n° et intitulé de la mesure)", "textarea"),
        ("Qualité de l'entreprise", "textarea"),
        ("Titre de la mesure", "drop_down_list"),
    ],
)
def test_words_of_another_field_and_a_text_for_a_list_make_no_list_sure(
    label: str, champ: str
) -> None:
    options = {"options": ["a", "b"]} if champ == "drop_down_list" else {}
    variant = as_variant([{"type": champ, "label": label, **options}])
    assert "qualite_entreprise" not in match_form(our_wants(), variant.revision, samples={}).sure


def test_a_code_before_each_choice_and_points_between_initials_change_nothing() -> None:
    wording, codes = Wording(), ("10 – A.M.M.", "20 – A.I.P.", "31 – Autre titre")
    found = aligned(codes, ("AMM", "AIP", "AAC"), wording)
    assert found.means == {"10 – A.M.M.": "AMM", "20 – A.I.P.": "AIP"}
    assert found.left == ("31 – Autre titre",)
    assert aligned(("AB – Non", "AB – Autre"), ("Non", "Autre"), wording).ours == frozenset()


def test_two_questions_that_ask_one_thing_are_a_doubt() -> None:
    asked = {"type": "integer_number", "label": "Nombre de patients exposés"}
    variant = as_variant([asked, {**asked, "label": "Nombre de patients traités"}])
    assert "patients" not in match_form(our_wants(), variant.revision, samples={}).sure


@pytest.mark.parametrize(
    "parts",
    [
        ("Nom du contact", "Prénom du contact"),
        ("Prénom de l'interlocuteur", "Nom de famille de l'interlocuteur"),
        ("Prénom du contact",),
    ],
)
def test_a_name_that_is_asked_in_parts_is_a_doubt(parts: Sequence[str]) -> None:
    variant = as_variant([{"type": "text", "label": label} for label in parts])
    assert "contact_nom" not in match_form(our_wants(), variant.revision, samples={}).sure


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("contact_nom", ("Nom du contact", "Prénom du contact")),
        ("contact_nom", ("Prénom de l'interlocuteur", "Nom de famille de l'interlocuteur")),
        ("dose_duree", ("Dose administrée", "Durée du traitement")),
    ],
)
def test_a_field_that_is_asked_in_two_parts_is_proposed_as_both(
    path: str, parts: Sequence[str]
) -> None:
    variant = as_variant([{"type": "text", "label": label} for label in parts])
    match = match_form(our_wants(), variant.revision, samples={}).matches[path]
    assert (match.sure, match.offered.joined) == (
        False,
        tuple(one.id for one in variant.revision.champs),
    )


@pytest.mark.parametrize(
    ("label", "paths"),
    [
        ("Comment vous joindre ? (e-mail et téléphone)", {"contact_courriel", "contact_telephone"}),
        ("Données d'efficacité / données de tolérance", {"donnees_efficacite", "donnees_securite"}),
        ("Usage autorisé, usage constaté", {"usage_autorise", "usage_constate"}),
        ("Que prévoit le RCP, et qu'observez-vous ?", {"usage_autorise", "usage_constate"}),
        ("Indication visée ; contexte clinique", {"indication_visee", "contexte_clinique"}),
        ("Dose et durée utilisées", {"dose_duree"}),
        ("Nom et prénom du contact", {"contact_nom"}),
    ],
)
def test_a_text_that_asks_two_fields_is_proposed_for_both(label: str, paths: set[str]) -> None:
    variant = as_variant([{"type": "textarea", "label": label}])
    found = match_form(our_wants(), variant.revision, samples={})
    (champ,) = variant.revision.champs
    asking = {path: one for path, one in found.matches.items() if one.offered.descriptor == champ}
    assert asking.keys() == paths
    assert all(one.shared and not one.sure for one in asking.values()) is (len(paths) > 1)


def test_a_list_that_is_asked_in_two_is_a_doubt_and_is_proposed_as_both() -> None:
    ages: Raw = {
        "type": "multiple_drop_down_list",
        "label": "Population concernée",
        "options": ["Adultes", "Moins de 2 ans", "2 à 11 ans", "65 ans et plus"],
    }
    others = {**ages, "options": ["Femmes enceintes", "Femmes allaitantes", "Autres"]}
    others["label"] = "Population particulière"
    variant = as_variant([ages, others])
    match = match_form(our_wants(), variant.revision, samples={}).matches["population"]
    assert (match.sure, match.offered.joined) == (
        False,
        tuple(one.id for one in variant.revision.champs),
    )
    between: Raw = {"type": "textarea", "label": "Contexte clinique"}
    apart = match_form(our_wants(), as_variant([ages, between, others]).revision, samples={})
    assert "population" not in apart.sure
    alone = match_form(our_wants(), as_variant([ages, between]).revision, samples={})
    assert alone.matches["population"].offered.single


@pytest.mark.parametrize(
    ("path", "theirs", "ours"),
    [
        ("specialites.statut_reglementaire", "1° Accès précoce (art. L. 5121-12)", "AAP"),
        ("specialites.statut_reglementaire", "Une AMM", "AMM"),
        ("nature_non_conformite", "Les contre-indications", "Contre-indication"),
        ("population", "Des femmes enceintes", "Femme enceinte"),
        ("etape_circuit", "Lors de l'administration", "Administration"),
        ("etape_circuit", "Hors prescription", None),
        ("population", "Adulte (sauf 65 ans et plus)", None),
        ("population", "Ni adulte", None),
        ("etendue", "Non régionale", None),
        ("mesures.etat", "Pas prise", None),
    ],
)
def test_an_option_is_ours_whatever_its_article_number_and_law(
    path: str, theirs: str, ours: str | None
) -> None:
    wanted = next(one for one in our_wants().every if one.path == path)
    found = aligned([theirs], wanted.options, wanted.wording)
    assert (found.means.get(theirs), found.left) == (ours, () if ours else (theirs,))


@pytest.mark.parametrize("label", ["Forme pharmaceutique", "Dosage"])
def test_a_part_of_a_field_alone_is_a_doubt(label: str) -> None:
    columns = ["Nom de la spécialité", "Substance active", "Code CIS", label]
    inner = [{"type": "text", "label": one} for one in columns]
    rows: Raw = {"type": "repetition", "label": "Spécialités concernées", "children": inner}
    sure = match_form(our_wants(), as_variant([rows]).revision, samples={}).sure
    assert "specialites.cis" in sure
    assert "specialites.forme_dosage" not in sure


def test_the_name_and_the_first_name_of_two_people_are_not_put_together() -> None:
    variant = as_variant(
        [{"type": "text", "label": one} for one in ("Nom du contact", "Prénom du second contact")]
    )
    match = match_form(our_wants(), variant.revision, samples={}).matches["contact_nom"]
    assert match.offered.joined == ()


@pytest.mark.parametrize("label", ["Impact économique", "Impact sur les ventes"])
def test_a_question_that_is_narrower_is_a_doubt_even_where_the_field_stands(label: str) -> None:
    around: list[Raw] = [
        {"type": "integer_number", "label": "Dont décès"},
        {"type": "textarea", "label": "Références des cas (sans donnée patient)"},
        {"type": "textarea", "label": label},
        {"type": "yes_no", "label": "Existe-t-il des alternatives autorisées ?"},
    ]
    found = match_form(our_wants(), as_variant(around).revision, samples={})
    assert found.matches["impact"].offered.descriptor.label == label
    assert "impact" not in found.sure


@pytest.mark.parametrize(
    ("label", "sure"), [("Faite ou prévue ?", False), ("Prévue le", True), ("Date", True)]
)
def test_a_text_that_asks_no_day_is_no_date(label: str, sure: bool) -> None:
    columns = ["Type de mesure", "Description de la mesure", "Public visé", label]
    inner = [{"type": "text", "label": one} for one in columns]
    rows: Raw = {"type": "repetition", "label": "Mesures prises ou prévues", "children": inner}
    found = match_form(our_wants(), as_variant([rows]).revision, samples={}).sure
    assert ("mesures.date_mesure" in found) is sure


def test_cases_that_are_told_are_not_counted() -> None:
    asked = as_variant([{"type": "textarea", "label": "Nombre de cas"}])
    assert "cas" not in match_form(our_wants(), asked.revision, samples={}).sure


def test_places_that_are_asked_as_one_list_are_rows() -> None:
    asked = {"type": "multiple_drop_down_list", "options": ["Bretagne", "Corse"]}
    variant = as_variant([{**asked, "label": "Régions concernées"}])
    match = match_form(our_wants(), variant.revision, samples={}).matches["regions"]
    assert (match.sure, match.listed) == (False, True)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("regions", ("Bretagne", "Corse", "Île-de-France", "Outre-mer", "Normandie", "Occitanie")),
        ("departements", ("01 - Ain", "Corrèze", "Département du Rhône", "Paris")),
    ],
)
def test_places_that_are_asked_as_boxes_are_rows(rows: str, names: Sequence[str]) -> None:
    asked: list[Raw] = [{"type": "checkbox", "label": one} for one in names]
    section: Raw = {"type": "header_section", "label": "Cochez ce qui convient"}
    variant = as_variant([section, *asked])
    match = match_form(our_wants(), variant.revision, samples={}).matches[rows]
    assert (match.sure, match.listed, tuple(match.offered.boxes)) == (False, True, tuple(names))


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("Une estimation du nombre de patients est-elle possible ?", "patients"),
        ("Des effets indésirables ont-ils été rapportés ?", "cas"),
        ("Le produit est-il en rupture de stock ?", ""),
    ],
)
def test_how_many_goes_on_with_the_question_before(before: str, path: str) -> None:
    around: list[Raw] = [
        {"type": "date", "label": "Date de fin de l'analyse de risque"},
        {"type": "yes_no", "label": before},
        {"type": "integer_number", "label": "Combien de personnes ?"},
        {"type": "textarea", "label": "Données d'efficacité dans cet usage"},
    ]
    variant = as_variant(around)
    count = variant.revision.champs[2].id
    sure = match_form(our_wants(), variant.revision, samples={}).sure
    found = {one for one, match in sure.items() if match.offered.descriptor.id == count}
    assert found == ({path} if path else set())


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("Risque couvert par un PGR", "Si oui, lesquelles ?", "mesure_pgr"),
        ("S'agit-il d'une maladie rare ?", "Laquelle ?", "maladie_rare_nom"),
        ("Une estimation du nombre de patients est-elle possible ?", "Sinon, pourquoi ?",
         "raison_absence_estimation"),
    ],
)  # fmt: skip
def test_a_question_that_follows_up_is_sure_just_after_the_other(
    before: str, after: str, path: str
) -> None:
    asked: Raw = {"type": "yes_no", "label": before}
    follows: Raw = {"type": "textarea", "label": after}
    there = match_form(our_wants(), as_variant([asked, follows]).revision, samples={})
    assert there.matches[path].sure
    between: Raw = {"type": "text", "label": "Numéro de lot"}
    apart = match_form(our_wants(), as_variant([asked, between, follows]).revision, samples={})
    assert path not in apart.sure


def test_a_list_that_is_asked_as_boxes_is_one_question() -> None:
    options = ("Adulte", "Moins de 2 ans", "Femme enceinte", "Autre")
    variant = as_variant(
        [{"type": "checkbox", "label": f"Population concernée : {one}"} for one in options]
    )
    match = match_form(our_wants(), variant.revision, samples={}).matches["population"]
    assert tuple(match.offered.boxes) == options


def test_a_list_that_is_asked_as_boxes_between_other_questions_is_proposed() -> None:
    asked = [
        "Des enfants de 2 à 11 ans ?",
        "Et des femmes enceintes ?",
        "Et des personnes de 65 ans et plus ?",
        "Vous a-t-on écrit à ce sujet ?",
    ]
    variant = as_variant([{"type": "yes_no", "label": one} for one in asked])
    match = match_form(our_wants(), variant.revision, samples={}).matches["population"]
    ids = [one.id for one in variant.revision.champs[:3]]
    assert (match.sure, sorted(match.offered.champs)) == (False, ids)


def matched(*champs: Raw) -> tuple[Matching, list[str]]:
    """What is found of a form, and the ids of its champs."""
    revision = as_variant(list(champs)).revision
    return match_form(our_wants(), revision, samples={}), [one.id for one in revision.champs]


def asking(*labels: str, kind: str = "yes_no") -> list[Raw]:
    return [{"type": kind, "label": one} for one in labels]


def test_options_that_are_asked_each_by_yes_or_no_are_proposed_as_one_list() -> None:
    found, ids = matched(
        *asking("Le prescrit-on pour une autre maladie que prévu ?"),
        *asking("Laquelle ?", kind="text"),
        *asking("Le donne-t-on d'une façon nouvelle ?", "Et plus longtemps que prévu ?"),
        *asking("Est-il interdit à ces personnes ?", "Est-ce une maladie courante ?"),
    )
    match = found.matches["nature_non_conformite"]
    assert not match.sure
    assert match.offered.boxes == {
        "Indication": ids[0],
        "Le donne-t-on d'une façon nouvelle ?": ids[2],
        "Durée": ids[3],
        "Contre-indication": ids[4],
    }


def test_one_question_may_ask_one_option_of_a_choice() -> None:
    found, (first, _) = matched(*asking("Est-ce votre premier envoi ?", "Est-ce urgent ?"))
    match = found.matches["nature_signalement"]
    assert (match.sure, match.offered.boxes) == (False, {"Initial": first})


def test_boxes_that_differ_by_their_number_are_one_list_and_sure_if_all_are_ours() -> None:
    told = ["Q4a. Étape du circuit : prescription", "Q4b. Étape du circuit : dispensation"]
    found, ids = matched(*asking(*told, "Q4c. Étape du circuit : administration", kind="checkbox"))
    match = found.matches["etape_circuit"]
    assert (match.sure, match.offered.champs) == (True, frozenset(ids))
    odd, _ = matched(*asking(*told, "Q4c. Étape du circuit : transport", kind="checkbox"))
    assert "etape_circuit" not in odd.sure


def test_rows_are_known_by_columns_of_bare_words() -> None:
    columns = asking("Quoi", "Pour qui", kind="text") + asking("Quand", kind="date")
    found, _ = matched({"type": "repetition", "label": "Liste", "children": columns})
    assert {"mesures", "mesures.cible", "mesures.date_mesure"} <= found.matches.keys()
    assert not found.sure


def test_the_two_parts_of_a_field_may_stand_apart() -> None:
    found, (first, _, last) = matched(
        *asking("Dose prise chaque jour (mg)", kind="decimal_number"),
        *asking("Est-ce plus longtemps que prévu ?"),
        *asking("Durée moyenne (jours)", kind="integer_number"),
    )
    assert found.matches["dose_duree"].offered.joined == (first, last)


MEASURES = [
    *asking("Date de la mesure", kind="date"),
    *asking("Indicateur de suivi", "Pour qui du patient", kind="text"),
]


@pytest.mark.parametrize(
    "champs",
    [
        asking("Effets indésirables de l'usage signalé", kind="header_section")
        + asking("Nom de l'étude", "Titre", kind="text"),
        asking("Combien de patients, à peu près ?", kind="integer_number")
        + asking("Justification", kind="textarea"),
        [{"type": "repetition", "label": "Mesures proposées", "children": MEASURES}],
        asking("Qui le prescrit à l'origine ?", kind="textarea"),
    ],
)
def test_a_bare_word_or_a_question_set_to_another_thing_is_never_sure(champs: list[Raw]) -> None:
    last = champs[-1].get("children", champs)[-1]["label"]
    found, _ = matched(*champs)
    assert last not in {one.offered.descriptor.label for one in found.sure.values()}


@pytest.mark.parametrize(
    ("label", "description", "inverted"),
    [
        ("L'a-t-on décidé ?", "Répondez non si c'est une erreur.", False),
        ("L'a-t-on fait par mégarde ?", "Répondez non si c'était un usage voulu.", True),
    ],
)
def test_what_no_is_for_tells_which_way_round_a_question_is(
    label: str, description: str, inverted: bool
) -> None:
    found, _ = matched({"type": "yes_no", "label": label, "description": description})
    (match, *_) = found.likeliest["usage_intentionnel"]
    assert (match.sure, match.inverted) == (False, inverted)


def test_rows_that_a_form_asks_once_are_proposed_as_one_row() -> None:
    asked = ["Dénomination", "DCI", "Code CIS", "Code ATC", "Titulaire du brevet"]
    variant = as_variant([{"type": "text", "label": one} for one in asked])
    found = match_form(our_wants(), variant.revision, samples={})
    ids = [one.id for one in variant.revision.champs[:4]]
    assert sorted(found.matches["specialites"].offered.champs) == ids
    assert not any(path.startswith("specialites") for path in found.sure)
    columns = ("denomination", "substance", "cis", "atc")
    labels = [found.matches[f"specialites.{one}"].offered.descriptor.label for one in columns]
    assert labels == asked[:4]


@pytest.mark.slow
def test_a_form_is_matched_the_same_whatever_the_order_of_sets() -> None:
    script = (
        "from tests.mappings.matching.variants import our_wants, written_by_another as form;"
        "from mappings.matching.match import match_form;"
        "found = match_form(our_wants(), form('statisticien.yaml').revision, samples={});"
        "print([(path, [(one.offered.descriptor.id, one.score) for one in there])"
        " for path, there in found.likeliest.items()])"
    )
    told = [
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1] != b""


@pytest.mark.parametrize(
    ("path", "label"),
    [("regions", "Dans quelle région ?"), ("departements", "Dans quel département ?")],
)
def test_a_place_that_is_asked_once_is_one_row_to_confirm(path: str, label: str) -> None:
    asked: Raw = {"type": path, "label": label}
    other: Raw = {"type": "repetition", "label": "Spécialités"}
    other["children"] = [{"type": "text", "label": "Dénomination"}]
    variant = as_variant([other, asked])
    found = match_form(our_wants(), variant.revision, samples={})
    champ = variant.revision.champs[1].id
    assert champs_of(path, found) == champs_of(f"{path}.{path[:-1]}", found) == {champ}
    assert path not in found.sure
    rows: Raw = {"type": "repetition", "label": "Lieux", "children": [dict(asked)]}
    there = match_form(our_wants(), as_variant([rows, asked]).revision, samples={})
    assert path not in there.matches or not there.matches[path].offered.flat


def test_a_description_that_sets_the_contrary_aside_asks_no_contrary() -> None:
    asked: Raw = {"type": "yes_no", "label": "Finalité"}
    asked["description"] = "Dites si l'usage vise à soigner. L'abus relève d'autres vigilances."
    turned = {**asked, "description": "Dites s'il s'agit d'un usage récréatif."}
    for one, inverted in ((asked, False), (turned, True)):
        found = match_form(our_wants(), as_variant([one]).revision, samples={})
        assert found.likeliest["but_medical"][0].inverted is inverted


def test_a_count_that_is_asked_by_ranges_is_not_a_number() -> None:
    ranges = ["1 à 10", "11 à 100", "plus de 100"]
    asked = {"type": "drop_down_list", "label": "Nombre de patients", "options": ranges}
    assert (
        "patients" not in match_form(our_wants(), as_variant([asked]).revision, samples={}).matches
    )


def test_the_stranger_was_read_whole() -> None:
    assert len(written_by_another().truth) > 80


@pytest.mark.parametrize(
    "label", ["Principe(s) actif(s)", "Principes actifs", "principe·s actif·s"]
)
def test_endings_that_say_one_or_several_change_no_meaning(label: str) -> None:
    words = our_wants().lexicon.words
    assert words.meanings(bare_label(label)) == words.meanings("Substance active")
    assert words.meanings(label) == words.meanings("Substance active")


@pytest.mark.parametrize(
    "sign",
    [
        "‰",
        "[‰]",
        "(k)",
        "(M)",
        "(k€)",
        "[M]",
        "♀",
        "≠",
        "±",
        "−",
        "en k",
        "en milliers",
        "en M",
        "x 1000",
    ],
)
def test_a_sign_that_changes_what_is_asked_is_looked_at_by_a_person(sign: str) -> None:
    numbers = {"patients", "part_prescriptions", "cas", "ventes_declarant"}
    revision = VARIANTS["same labels, other ids"]().revision
    sure = match_form(our_wants(), revision, samples={}).sure
    asked = {sure[path].offered.descriptor.id for path in numbers & sure.keys()}
    assert len(asked) >= 3
    signed = tuple(
        replace(one, label=f"{one.label} {sign}") if one.id in asked else one
        for one in revision.champs
    )
    found = match_form(our_wants(), replace(revision, champs=signed), samples={}).sure
    assert found
    assert asked.isdisjoint(one.offered.descriptor.id for one in found.values())


_COUNT, _USE = "Nombre de cas", "Usage constaté"


def told_of(label: str, kind: str, description: str, *, above: str = "", between: str = "") -> Raw:
    """What is sure of a question, with its help, that of its heading, and a text between them."""
    heading = {"type": "header_section", "label": "Effets indésirables", "description": above}
    text = {"type": "explication", "label": "À savoir", "description": between}
    asked = {"type": kind, "label": label, "description": description}
    same = [
        {"type": "integer_number", "label": "Nombre de cas graves"},
        {"type": "integer_number", "label": "Nombre de décès"},
    ]
    variant = as_variant([heading, text, asked, *same] if above or between else [asked])
    return {
        path: one.offered.descriptor.label
        for path, one in match_form(our_wants(), variant.revision, samples={}).sure.items()
    }


@pytest.mark.parametrize(
    ("label", "kind", "description"),
    [
        (_COUNT, "integer_number", "Nombre de cas de maladie rare observés"),
        (_COUNT, "integer_number", "Nombre de cas graves."),
        (_COUNT, "integer_number", "Précisez. Chutes à domicile."),
        (_COUNT, "integer_number", "Les seuls cas confirmés"),
        (_COUNT, "integer_number", "Depuis le 1er janvier 2026"),
        (_COUNT, "integer_number", "N'indiquez ici que les cas publiés."),
        (_USE, "textarea", "Recopiez la rubrique 4.1 du RCP"),
        (_USE, "textarea", "Rappelez l'usage autorisé."),
        (_USE, "textarea", "Exemple : pour dormir. Reprenez les termes de l'AMM."),
        ("Nom du contact", "text", "Ne donnez pas le nom."),
        ("Titre de la situation", "text", "Celui de la publication"),
    ],
)
def test_help_that_bounds_a_question_or_asks_another_leaves_it_to_a_person(
    label: str, kind: str, description: str
) -> None:
    assert label in told_of(label, kind, "").values()
    assert told_of(label, kind, description) == {}


@pytest.mark.parametrize(
    ("label", "kind", "description"),
    [
        (_COUNT, "integer_number", "Un seul nombre, en chiffres."),
        (_COUNT, "integer_number", "Exemple : 12."),
        (_USE, "textarea", "Précisez, en quelques lignes. 2000 caractères maximum."),
        (
            _USE,
            "textarea",
            "Décrivez l'usage tel qu'il vous a été rapporté. Aucun nom de personne.",
        ),
        (_USE, "textarea", "Ex. : « pris le soir, par des enfants, contre l'insomnie »"),
        ("Nom du contact", "text", "Prénom et nom. C'est vous que nous contacterons."),
    ],
)
def test_ordinary_help_changes_nothing(label: str, kind: str, description: str) -> None:
    assert label in told_of(label, kind, description).values()


@pytest.mark.parametrize(
    ("above", "between"),
    [
        ("Uniquement pour les vaccins.", ""),
        ("Chutes survenues à domicile.", ""),
        ("Ne comptez pas ceux de la ville.", ""),
        ("", "Les questions suivantes ne portent que sur les vaccins."),
    ],
)
def test_help_of_a_heading_that_bounds_it_bounds_what_stands_below(
    above: str, between: str
) -> None:
    usual = told_of(_COUNT, "integer_number", "", above="Précisez ici les cas.")
    assert _COUNT in usual.values()
    assert told_of(_COUNT, "integer_number", "", above=above, between=between) == {}


def listed(label: str, *options: str) -> Raw:
    return {"type": "drop_down_list", "label": label, "options": list(options)}


@pytest.mark.parametrize(
    ("path", "asked", "more"),
    [
        ("etendue", listed("Étendue", "Locale", "Régionale", "Nationale"), "Internationale"),
        ("maladie_rare", listed("Maladie rare", "Oui", "Non"), "En partie"),
    ],
)
def test_an_option_that_none_of_ours_covers_is_shown_to_a_person(
    path: str, asked: Raw, more: str
) -> None:
    heading = {"type": "header_section", "label": "Usage constaté"}
    found = match_form(our_wants(), as_variant([heading, asked]).revision, samples={})
    assert (path in found.sure, found.matches[path].marks) == (True, ())
    asked = {**asked, "options": [*asked["options"], more]}
    match = match_form(our_wants(), as_variant([heading, asked]).revision, samples={}).matches[path]
    assert (match.sure, match.marks) == (False, (f"sans équivalent : {more}",))


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("territoire_national", "L'usage a-t-il lieu en dehors du territoire ?"),
        ("territoire_national", "L'usage s'étend-il au-delà du territoire ?"),
        ("territoire_national", "L'usage est-il constaté ailleurs qu'en France ?"),
        ("but_medical", "L'usage a-t-il un but autre que médical ?"),
        ("but_medical", "Le but est-il défavorable au but médical ?"),
        ("publication", "L'usage va-t-il contre une publication ?"),
        ("publication", "L'usage est-il constaté sauf publication ?"),
        ("alternatives", "Manque-t-on d'alternatives autorisées ?"),
        ("alternatives", "Les alternatives autorisées sont-elles absentes ?"),
        ("alternatives", "Les alternatives sont-elles exclues ?"),
        ("maladie_rare", "Maladie rare : à l'exclusion de toute autre ?"),
        ("mesures_prevues", "L'entreprise n'a-t-elle pris aucune mesure ?"),
        ("effets_indesirables", "Les effets indésirables sont-ils inexistants ?"),
        ("usage_intentionnel", "L'usage n'est-il pas intentionnel ?"),
        ("couvert_par_pgr", "Le risque échappe-t-il au plan de gestion des risques ?"),
    ],
)
def test_a_word_that_sets_apart_is_marked_as_perhaps_the_contrary(path: str, label: str) -> None:
    found = match_form(
        our_wants(), as_variant([{"type": "yes_no", "label": label}]).revision, samples={}
    )
    (match, *_) = found.likeliest[path]
    assert not match.sure
    assert set(match.marks) & {"demande le contraire", "demande peut-être le contraire"}


def of_annotation(label: str, path: str) -> Match | None:
    revision = {"champs": [], "annotations": [{"id": 1, "type": "yes_no", "label": label}]}
    variant = Variant(as_form(revision), {}, {}, {})
    found = match_form(our_wants(), variant.revision, samples={})
    (match,) = found.likeliest[f"annotations.{path}"][:1] or (None,)
    return match


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("traitement_manuel", "Traitement automatique"),
        ("traitement_manuel", "Traité automatiquement"),
        ("traitement_manuel", "Laisser à l'automate"),
        ("traitement_manuel", "Suivi automatique du dossier"),
        ("traitement_manuel", "Pas de traitement manuel"),
        ("traitement_manuel", "Ne pas reprendre à la main"),
        ("diffusable", "Ne pas diffuser aux CRPV"),
        ("diffusable", "Ne pas transmettre au réseau"),
        ("diffusable", "Diffusion interdite"),
        ("diffusable", "Interdire la diffusion aux CRPV"),
        ("diffusable", "Diffusion au réseau refusée"),
        ("diffusable", "Non communicable aux CRPV"),
        ("diffusable", "À garder à l'agence"),
        ("diffusable", "Bloquer la diffusion"),
        ("diffusable", "Retenir la diffusion aux CRPV"),
        ("diffusable", "Geler la transmission au réseau"),
        ("traitement_manuel", "Traitement automatisé"),
        ("traitement_manuel", "Traitement par la passerelle"),
        ("traitement_manuel", "Traité par la passerelle"),
        ("traitement_manuel", "Sortir du traitement manuel"),
        ("traitement_manuel", "Fin du traitement manuel"),
    ],
)
def test_an_annotation_that_decides_the_contrary_is_never_sure(path: str, label: str) -> None:
    if (match := of_annotation(label, path)) is not None:
        assert not match.sure
        wanted = next(one for one in our_wants().annotations if one.path == match.path)
        session = Session(our_wants(), Matching({}, {match.path: (match,)}), Decisions(7))
        assert not session.why_not_contrary(ChoiceQuestion(match.path, wanted, (match,)), "1")
        assert set(match.marks) & {"demande le contraire", "demande peut-être le contraire"}


def test_no_way_of_asking_is_read_as_one_of_asking_the_contrary() -> None:
    wants = our_wants()
    both = {
        one.path: set(one.phrases) & set(one.inverse)
        for one in (*wants.every, *wants.annotations)
        if one.type in {"yes_no", "checkbox"}
    }
    assert not {path: told for path, told in both.items() if told}


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("traitement_manuel", "Traitement manuel"),
        ("traitement_manuel", "Ne pas traiter automatiquement"),
        ("traitement_manuel", "Reprise par un évaluateur"),
        ("diffusable", "Diffusable au réseau des CRPV"),
        ("diffusable", "Communicable aux CRPV"),
    ],
)
def test_an_annotation_that_decides_is_sure_word_for_word(path: str, label: str) -> None:
    match = of_annotation(label, path)
    assert match is not None
    assert (match.sure, match.marks) == (True, ())


def test_what_every_report_is_and_what_a_field_asks_for_are_not_marked() -> None:
    asked = [
        {"type": "yes_no", "label": "L'usage hors AMM est-il intentionnel ?"},
        {"type": "textarea", "label": "Motif de l'absence de mesure de l'entreprise"},
    ]
    found = match_form(our_wants(), as_variant(asked).revision, samples={})
    for path in ("usage_intentionnel", "motif_absence_mesure"):
        assert found.likeliest[path][0].marks == ()


@pytest.mark.parametrize(
    "columns",
    [
        ("CIS du médicament n° {}", "Spécialité ({})", "Médicament {} – dosage"),
        ("{}. Nom du médicament", "{}. Code CIS", "{}. Dosage"),
        ("Nom du médicament #{}", "Code CIS #{}"),
        ("Médicament n° {} — Dénomination", "CIS (médicament n° {})"),
        ("Médicament {0}e : nom", "Médicament {0}e : code CIS"),
    ],
)
def test_questions_that_differ_by_a_number_anywhere_are_offered_as_rows(
    columns: Sequence[str],
) -> None:
    asked = [one.format(number) for number in (1, 2, 3) for one in columns]
    assert [len(row) for row in in_rows(asked)] == [len(columns)] * 3


@pytest.mark.parametrize(
    ("label", "sure"),
    [
        ("Autre médicament", False),
        ("Autres spécialités", False),
        ("Médicaments suivants", False),
        ("Dernier médicament", False),
        ("Médicament supplémentaire", False),
        ("Autres remarques", True),
    ],
)
def test_numbered_rows_beside_which_more_may_be_asked_are_looked_at_by_a_person(
    label: str, sure: bool
) -> None:
    noun = "Spécialité" if "spécialité" in label else "Médicament"
    asked: list[Raw] = [{"type": "text", "label": f"{noun} {number}"} for number in (1, 2)]
    variant = as_variant([*asked, {"type": "text", "label": label}])
    match = match_form(our_wants(), variant.revision, samples={}).matches["specialites"]
    assert len(match.offered.flat) == 2
    assert match.sure is sure
    assert any(label in one for one in match.marks) is not sure


def test_ordinals_and_columns_one_after_the_other_are_offered_as_rows() -> None:
    ordinals = [
        "Premier médicament",
        "Code CIS du premier médicament",
        "2e médicament",
        "Code CIS du 2e médicament",
    ]
    assert [len(row) for row in in_rows(ordinals)] == [2, 2]
    second = [one.replace("2e", "Second" if one[0] == "2" else "second") for one in ordinals]
    assert [len(row) for row in in_rows(second)] == [2, 2]
    columns = ["Nom du médicament n°1", "Nom du médicament n°2", "Code CIS n°1", "Code CIS n°2"]
    assert [len(row) for row in in_rows(columns)] == [2, 2]


def in_rows(labels: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """The rows that are proposed for the medicines."""
    variant = as_variant([{"type": "text", "label": one} for one in labels])
    found = match_form(our_wants(), variant.revision, samples={})
    return found.likeliest["specialites"][0].offered.flat


def test_what_several_questions_ask_is_shown_by_their_words() -> None:
    asked = [{"type": "checkbox", "label": f"Chez {one}"} for one in ("l'adulte", "l'enfant", "A")]
    for path, champs in (
        ("population", asked),
        ("specialites", [{"type": "text", "label": one} for one in ("DCI", "CIS", "ATC", "Nom")]),
    ):
        found = match_form(our_wants(), as_variant(champs).revision, samples={})
        for match in found.likeliest[path]:
            assert match.offered.descriptor.label


def test_a_no_in_the_help_of_a_question_is_a_doubt_and_turns_nothing() -> None:
    label = "Existe-t-il une publication au soutien de cet usage ?"
    help_text = "Une publication qui le déconseille n'est pas à retenir ici."
    found, _ = matched({"type": "yes_no", "label": label, "description": help_text})
    match = found.likeliest["publication"][0]
    assert (match.sure, match.inverted, match.contrary) == (False, False, True)


def test_a_box_that_asks_for_an_absence_is_not_said_to_ask_the_contrary() -> None:
    label = "Le signataire certifie l'exactitude, et l'absence de donnée identifiant un patient"
    found, _ = matched({"type": "checkbox", "label": label})
    assert not found.likeliest["attestation"][0].inverted


@pytest.mark.parametrize(
    ("path", "champ"),
    [
        (
            "references_bibliographiques",
            {"type": "textarea", "label": "Lesquels ?", "description": "Auteurs, revue, année."},
        ),
        (
            "dossier_precedent",
            {"type": "text", "label": "Lequel ?", "description": "Le numéro du dossier précédent."},
        ),
        (
            "departements",
            {
                "type": "repetition",
                "label": "Lesquels ?",
                "children": [{"type": "departements", "label": "Le 75, le 69…"}],
            },
        ),
    ],
)
def test_help_or_a_type_says_what_a_bare_label_asks_for_a_person_to_look_at(
    path: str, champ: Raw
) -> None:
    found, _ = matched(champ)
    assert found.matches[path].offered.descriptor.label == champ["label"]
    assert path not in found.sure


@pytest.mark.parametrize(
    ("label", "path", "inverted"),
    [
        ("Usage délibéré, à l'exclusion d'une erreur médicamenteuse", "usage_intentionnel", False),
        ("Usage hors de tout but médical (abus)", "but_medical", True),
    ],
)
def test_what_a_question_sets_apart_after_what_it_asks_does_not_turn_it(
    label: str, path: str, inverted: bool
) -> None:
    found, _ = matched({"type": "drop_down_list", "label": label, "options": ["Y", "N"]})
    match = found.matches[path]
    assert (match.sure, match.inverted) == (False, inverted)


def test_options_that_only_begin_with_yes_or_no_are_proposed_and_never_sure() -> None:
    label = "Des effets indésirables ont-ils été rapportés ?"
    options = ["Non, personne", "Oui, mais sans gravité", "Oui, dont des cas graves"]
    found, _ = matched({"type": "drop_down_list", "label": label, "options": options})
    match = found.matches["effets_indesirables"]
    assert match.options is not None
    assert list(match.options.means.values()) == [False, True, True]
    assert not match.sure
