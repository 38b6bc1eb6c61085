"""What other forms teach: of a form that taught nothing, it is what finds most of the rest."""

import pytest

from datafiles.file import DataFileError
from mappings.matching.learned import Learned, counted, parse_learned, traits_of_label, written
from mappings.matching.match import match_form
from mappings.matching.offered import Offered
from tests.mappings.matching.examples import taught, unseen
from tests.mappings.matching.perturbed import champs_of, form, names, paths_of, wrong_sure
from tests.mappings.matching.variants import LEARNED, Variant, as_form, the_lexicon

LEAST = {"dgs_questionnaire.yaml": 0.82, "laboratoire_traduit.yaml": 0.77}
"""Of two forms a tenth is asked in ways that no match can say: ranges, rows of situations."""


@pytest.mark.slow
def test_the_file_is_what_the_forms_teach() -> None:
    """Where it is not: ``python -m bench.matching.learn``."""
    assert LEARNED.read_text("utf-8") == written(taught(), form="unc")


@pytest.mark.slow
@pytest.mark.parametrize("name", [one for one in names() if one.endswith(".yaml")])
def test_most_of_a_form_is_found_by_what_the_others_teach(name: str) -> None:
    variant, wants = form(name), unseen(name)
    matching = match_form(wants, variant.revision, samples={})
    found = paths_of(matching) & variant.truth.keys()
    right = [path for path in found if champs_of(path, matching) == variant.truth[path]]
    assert len(right) >= LEAST.get(name, 0.83) * len(variant.truth)
    assert wrong_sure(variant, wants) == {}


def question(label: str, kind: str = "text") -> Offered:
    asked = {"id": 1, "label": label, "type": kind, "required": False}
    (champ,) = Variant(as_form({"champs": [asked], "annotations": []}), {}).revision.champs
    return Offered(champ)


def test_a_question_asks_what_its_words_were_met_with() -> None:
    told = {
        "patients": "Combien de malades",
        "deces": "Combien en sont morts",
        "~": "Numéro de lot",
    }
    learned = Learned(counted((path, traits_of_label(label)) for path, label in told.items()))
    read = parse_learned(written(learned.counts, form="unc"), source="appris.json", form="unc")
    assert read == learned
    likely = read.likely(question("Morts"), ["patients", "deces"])
    assert max(likely, key=lambda path: likely[path]) == "deces"
    assert sum(likely.values()) == pytest.approx(1.0)
    none = read.likely(question("Lot"), ["patients", "deces"])
    assert max(none, key=lambda path: none[path]) == "~"
    assert read.likely(question("Couleur"), ["patients", "deces"]) == {}


def test_what_is_learned_finds_a_question_of_other_words_and_makes_nothing_sure() -> None:
    asked = {"id": 1, "type": "textarea", "required": False}
    asked["label"] = "Cheminement par lequel le chiffre des malades a été établi"
    variant = Variant(as_form({"champs": [asked], "annotations": []}), {})
    wants = unseen("")
    assert wants.lexicon == the_lexicon()
    found = match_form(wants, variant.revision, samples={})
    assert "methode_estimation" in found.matches
    assert not found.sure


def learned_file(traits: str, *, form: str = "unc") -> str:
    return f'{{"form": "{form}", "paths": ["patients", "deces"], "traits": {traits}}}'


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("", "n'est pas un fichier de ce qui a été appris"),
        ("{}", "n'est pas un fichier de ce qui a été appris"),
        ('{"form": "unc", "paths": [], "traits": {}, "voix": 3}', "n'est pas un fichier de ce qui"),
        (learned_file('{"mort": {"1": "deux"}}'), "n'est pas un fichier de ce qui a été appris"),
        (learned_file('{"mort": {"1": 8}}', form="erreurs"), "« form » est « erreurs »"),
        (learned_file("{}"), "rien n'y est compté"),
        (learned_file('{"mort": {}}'), "rien n'y est compté"),
        (learned_file('{"mort": {"1": -4}}'), "« mort », « 1 » vaut -4"),
        (learned_file('{"mort": {"1": 0}}'), "« mort », « 1 » vaut 0"),
        (learned_file('{"mort": {"1": 9000000000}}'), "« mort », « 1 » vaut 9000000000"),
        (learned_file('{"mort": {"2": 4}}'), "« mort », « 2 » n'est le rang d'aucune donnée"),
        (learned_file('{"mort": {"-1": 4}}'), "« mort », « -1 » n'est le rang d'aucune donnée"),
        (learned_file('{"mort": {"x": 4}}'), "« mort », « x » n'est le rang d'aucune donnée"),
    ],
)
def test_a_file_that_cannot_be_so_is_told_in_one_sentence(text: str, entry: str) -> None:
    """Its name, the entry, the remedy: never a count that only fails where it is reckoned with."""
    with pytest.raises(DataFileError) as error:
        parse_learned(text, source="appris.json", form="unc")
    (told,) = error.value.problems
    assert told.startswith("appris.json : ")
    assert entry in told
    assert told.endswith(" ; remettez le fichier livré")
