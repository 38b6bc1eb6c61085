"""Labels of a démarche beside those that the bridge puts."""

from mappings.matching.labels import match_labels, wanted_labels
from mappings.matching.match import Matching
from tests.mappings.matching.variants import the_lexicon

OURS = ("Complet", "Urgent", "À examiner", "À relancer")


def matched(*there: str) -> Matching:
    return match_labels(wanted_labels(OURS, the_lexicon()), there)


def likeliest(name: str, *there: str) -> list[str]:
    return [one.offered.label for one in matched(*there).likeliest[f"labels.{name}"]]


def test_the_same_name_when_folded_is_sure_and_no_other() -> None:
    found = matched("COMPLET", "a  examiner", "Très urgent", "À relancer par téléphone")
    assert {path: one.offered.label for path, one in found.sure.items()} == {
        "labels.Complet": "COMPLET",
        "labels.À examiner": "a  examiner",
    }
    assert "labels.Urgent" not in found.matches, "a person confirms it"


def test_a_wording_is_proposed_and_what_denies_is_not() -> None:
    there = ("Dossier incomplet", "Pas complet", "Dossier complet", "Prioritaire", "À signer")
    assert likeliest("Complet", *there) == ["Dossier complet"]
    assert likeliest("Urgent", *there) == ["Prioritaire"]
    assert likeliest("À relancer", *there) == []
    assert not matched(*there).sure


def test_what_is_still_to_be_done_is_not_done() -> None:
    there = ("À compléter", "Dossier à compléter", "Dossier complet")
    assert likeliest("Complet", *there) == ["Dossier complet"]
    assert likeliest("À examiner", "Dossier à examiner", "Examiné") == ["Dossier à examiner"]


def test_of_two_names_alike_the_one_to_the_letter_is_sure_or_none() -> None:
    assert matched("Complet", "COMPLET").sure["labels.Complet"].offered.label == "Complet"
    assert not matched("complet", "COMPLET").sure
    assert likeliest("Complet", "complet", "COMPLET") == ["complet", "COMPLET"]
