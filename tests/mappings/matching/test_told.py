"""What help says that « oui » and « non » are for: which way round a question is read from it."""

import pytest

from mappings.dossier.revision import Descriptor
from mappings.matching.likeness import FieldLikeness
from mappings.matching.match import match_form
from mappings.matching.offered import Offered
from mappings.matching.told import without_answers
from tests.mappings.matching.test_matching import as_variant
from tests.mappings.matching.variants import our_wants, the_needs

pytestmark = pytest.mark.first

SAID = {
    "usage_intentionnel": ("Usage voulu", "Erreur de dose", "usage voulu", "erreur, mégarde"),
    "but_medical": ("Visée thérapeutique", "Usage détourné", "soin", "abus, dopage"),
    "territoire_national": (
        "Relevé en France",
        "À l'étranger",
        "faits en France",
        "faits hors de France",
    ),
    "couvert_par_pgr": (
        "Le PGR couvre le risque",
        "Risque hors PGR",
        "risque couvert par le PGR",
        "risque absent du PGR",
    ),
}
"""Of each yes or no that decides the scope: a label that asks it, one that asks the contrary, what
is ours and what is the contrary in a help."""

NO = [
    "{} : Non.",
    "{} : non",
    "{} = non",
    "{} → non",
    "{} (non)",
    "{} (répondre non)",
    "Non : {}.",
    "Non = {}",
    "Non → {}",
    "Non ({})",
    "« Non » : {}.",
    "Non pour {}.",
    "Non si {}",
    "Non, si {}.",
    "Non en cas de {}.",
    "Précision (non si {})",
    "Répondez non si {}.",
    "Répondez « non » en cas de {}.",
    "Répondre par non pour {}",
    "Répondez non uniquement en cas de {}.",
    "Cochez Non en cas de {}.",
    "Cocher la case Non si {}.",
    "Indiquez non lorsque : {}.",
    "Merci de répondre non si {}.",
    "La réponse est non si {}.",
    "Si {}, répondez non.",
    "Si {}, la réponse est « non ».",
    "En cas de {}, cocher « Non ».",
    "Pour {} : répondre non.",
    "Oui, sauf {}.",
    "À lire avec soin. Non si {}.",
]
"""Ways to say what no is for, whatever else is said."""
YES = ["Oui : {}.", "Répondez oui si {}.", "{} : oui", "Ne répondez oui que si {}."]
"""Ways to say what yes is for."""
BOTH = [
    "Oui : {0} / Non : {1}",
    "Oui si {0}, non si {1}.",
    "Oui si {0} ; non si {1}.",
    "Non : {1}. Oui : {0}.",
    "{1} : non ; {0} : oui",
    "{0} → oui, {1} → non",
    "Oui ({0}) ou non ({1})",
    "Choisissez « Oui » si {0} et « Non » si {1}.",
    "oui si {0}, non sinon",
    "Si {0} : oui, sinon non.",
    "Oui si {0}, non dans le cas contraire.",
]
"""Ways to say what yes, then no, is for."""


def asked(path: str, label: str, description: str) -> FieldLikeness:
    """A field beside a question of yes or no."""
    wanted = next(one for one in our_wants().fields if one.path == path)
    champ = Descriptor("1", "1", label, "yes_no", False, description=description)
    return FieldLikeness(wanted, Offered(champ), our_wants())


def ways(path: str, straight: str, turned: str) -> dict[str, tuple[bool, bool]]:
    """Of a label that asks, one that asks the contrary and one that says neither: what is found.

    Args:
        path: The field.
        straight: A help by which yes is yes.
        turned: One by which yes is no.

    Returns:
        Whether each is taken as asking the contrary, and whether that is in doubt.
    """
    ours, contrary, *_ = SAID[path]
    pairs = {
        "ours": asked(path, ours, straight),
        "contrary": asked(path, contrary, turned),
        "bare, ours": asked(path, "Situation", straight),
        "bare, contrary": asked(path, "Situation", turned),
    }
    return {name: (pair.inverse, pair.maybe_contrary) for name, pair in pairs.items()}


RIGHT = {
    "ours": (False, False),
    "contrary": (True, False),
    "bare, ours": (False, False),
    "bare, contrary": (True, False),
}


@pytest.mark.parametrize("path", SAID)
@pytest.mark.parametrize("help_text", NO)
def test_what_no_is_for_tells_which_way_round_it_asks(path: str, help_text: str) -> None:
    *_, ours, contrary = SAID[path]
    assert ways(path, help_text.format(contrary), help_text.format(ours)) == RIGHT


@pytest.mark.parametrize("path", SAID)
@pytest.mark.parametrize("help_text", YES)
def test_what_yes_is_for_tells_it_too(path: str, help_text: str) -> None:
    *_, ours, contrary = SAID[path]
    assert ways(path, help_text.format(ours), help_text.format(contrary)) == RIGHT


@pytest.mark.parametrize("path", SAID)
@pytest.mark.parametrize("help_text", BOTH)
def test_what_each_answer_is_for_tells_it_too(path: str, help_text: str) -> None:
    *_, ours, contrary = SAID[path]
    straight, turned = help_text.format(ours, contrary), help_text.format(contrary, ours)
    assert ways(path, straight, turned) == RIGHT


@pytest.mark.parametrize(
    ("path", "description", "inverted"),
    [
        ("usage_intentionnel", "Non si l'usage n'est pas voulu.", False),
        ("usage_intentionnel", "Non s'il n'y a pas d'erreur.", True),
        ("usage_intentionnel", "Oui si rien n'est dû à une erreur.", False),
        ("couvert_par_pgr", "Sans PGR, répondre Non.", False),
        ("couvert_par_pgr", "Non si le plan de gestion des risques prévoit déjà ce risque.", True),
        ("couvert_par_pgr", "Non si le PGR ne comporte rien sur ce risque.", False),
        ("territoire_national", "Oui si aucun fait n'a eu lieu en France.", True),
        ("but_medical", "Abus, dopage, soumission chimique : Non.", False),
        ("but_medical", "L'abus (hors AMM ou non) appelle un non.", False),
        (
            "but_medical",
            "Non si le but est de se droguer ou de maigrir sans raison de soin.",
            False,
        ),
        ("but_medical", "Non si ce n'est pas un soin, mais un abus.", False),
        ("usage_intentionnel", "Non : ni voulu, ni délibéré.", False),
        ("maladie_rare", "Moins d'une personne sur 2 000 : non.", True),
        ("effets_indesirables", "Aucun effet indésirable : répondre non.", False),
        ("alternatives", "Non s'il existe une alternative autorisée.", True),
        ("publication", "Oui en l'absence de publication.", True),
    ],
)
def test_what_is_denied_of_an_answer_turns_it(path: str, description: str, inverted: bool) -> None:
    pair = asked(path, "Situation", description)
    assert (pair.inverse, pair.maybe_contrary) == (inverted, False)


@pytest.mark.parametrize(
    ("label", "description"),
    [
        ("Situation", "Non en cas de doute."),
        ("Situation", "Répondez non si vous n'êtes pas concerné."),
        ("Situation", "Non : erreur volontaire."),
        ("Situation", "Oui, même en cas d'erreur."),
        ("Situation", "Non si l'usage est voulu. Non en cas d'erreur."),
        ("Usage intentionnel", "Répondez non si l'usage est voulu."),
        ("Est-ce une erreur ?", "Répondez non en cas d'erreur."),
    ],
)
def test_where_it_cannot_be_told_a_person_is_told_so(label: str, description: str) -> None:
    pair = asked("usage_intentionnel", label, description)
    assert (pair.inverse, pair.maybe_contrary) == (False, True)


OTHERWISE = [
    "Réponse négative : {}.",
    "Répondre négativement si {}.",
    "La négative vaut pour : {}.",
    "Négatif : {}.",
    "Affirmatif : tout sauf {}.",
    "En cas de non, {}.",
    "Décochez si {}.",
    "À cocher si autre que {}.",
    "0 : {} ; 1 : le reste.",
    "« N » pour {}, « O » sinon.",
    "Option 2 si {}.",
    "Réponse inversée : {}.",
]


@pytest.mark.parametrize("path", SAID)
@pytest.mark.parametrize("help_text", OTHERWISE)
def test_an_answer_that_help_tells_of_in_other_words_is_looked_at_by_a_person(
    path: str, help_text: str
) -> None:
    label, _, ours, _ = SAID[path]
    variant = as_variant(
        [{"type": "yes_no", "label": label, "description": help_text.format(ours)}]
    )
    match = match_form(our_wants(), variant.revision, samples={}).matches[path]
    assert not match.sure
    assert {"demande le contraire", "demande peut-être le contraire"} & {*match.marks}


@pytest.mark.parametrize(
    ("label", "bare"),
    [
        ("Usage délibéré : oui / non", "Usage délibéré"),
        ("Usage délibéré (O/N)", "Usage délibéré"),
        ("Est-ce voulu ? Oui ou non", "Est-ce voulu ?"),
        ("Mesures prises ou non ?", "Mesures prises ?"),
        ("Usage délibéré ou non intentionnel", "Usage délibéré ou non intentionnel"),
        ("Si oui, non renseigné", "Si oui, non renseigné"),
        ("Oui / Non", "Oui / Non"),
    ],
)
def test_the_answers_that_a_label_gives_to_choose_ask_nothing(label: str, bare: str) -> None:
    assert without_answers(label) == bare


@pytest.mark.parametrize(
    ("label", "inverted"),
    [
        ("Caractère délibéré de l'usage déclaré (oui/non)", False),
        ("Usage hors étiquetage intentionnel", False),
        ("S'agit-il d'un usage intentionnel, et non d'une erreur ?", False),
        ("L'usage est-il volontaire et ne relève-t-il d'aucune erreur ?", False),
        ("Usage non intentionnel (oui/non)", True),
        ("Usage hors AMM non intentionnel", True),
        ("Erreur de dispensation : oui / non", True),
    ],
)
def test_neither_its_answers_nor_what_it_sets_apart_turn_a_question(
    label: str, inverted: bool
) -> None:
    variant = as_variant([{"type": "yes_no", "label": label}])
    found = match_form(our_wants(), variant.revision, samples={}).matches["usage_intentionnel"]
    assert found.inverted is inverted


def test_a_list_is_turned_by_no_help_that_says_what_no_is_for() -> None:
    help_text = "Abus, dopage, soumission chimique : Non."
    champ = {
        "type": "drop_down_list",
        "options": ["Oui", "Non"],
        "label": "Visée thérapeutique, préventive ou diagnostique",
        "description": help_text,
    }
    found = match_form(our_wants(), as_variant([champ]).revision, samples={}).matches["but_medical"]
    assert (found.sure, found.inverted, found.contrary) == (False, False, False)


def test_how_a_count_was_made_asks_no_count() -> None:
    asked_for = {"type": "text", "label": "Comment le nombre de patients a-t-il été estimé ?"}
    found = match_form(our_wants(), as_variant([asked_for]).revision, samples={})
    assert "patients" not in found.sure


def test_they_are_the_questions_that_the_scope_reads() -> None:
    assert SAID.keys() == the_needs().scope
