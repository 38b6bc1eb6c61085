"""The words of the rules, as people read them beside verdicts."""

from datetime import date

from tests.triage.conftest import the_mapping, the_rules, the_second_reading
from triage.rules.sentences import BAND, CRITERION, PRIORITY, terms_of

RULES = [the_second_reading(), the_rules()]


def test_each_level_is_defined_by_the_rules_in_force() -> None:
    told = {
        (one.subject, one.name): one.meaning
        for one in terms_of(RULES, the_mapping())
        if the_second_reading().version in one.versions
    }
    assert told[PRIORITY, "P1"] == (
        "Décès ≥ 1 ; ou Cas graves ≥ 1 et un critère parmi : Usage étendu, Patients vulnérables"
    )
    assert told[PRIORITY, "P3"] == "au moins 1 critère"
    assert told[CRITERION, "Maladie rare"] == "Maladie rare = oui"
    assert told[BAND, "bien documenté"] == "score de 80 à 100"
    assert told[BAND, "insuffisant"] == "score de 0 à 49"


def test_what_older_rules_said_otherwise_says_until_when() -> None:
    found = [one for one in terms_of(RULES, the_mapping()) if one.name == "P2"]
    until = f"(dossiers déposés avant le {the_second_reading().in_force_from:%d/%m/%Y})"
    assert [one.meaning.endswith(until) for one in found] == [False, True]
    later = the_rules().model_copy(update={"version": "2027.1", "in_force_from": date(2027, 1, 1)})
    versions = [one.versions for one in terms_of([later], the_mapping()) if one.name == "P4"]
    assert versions == [("2027.1",)]


def test_what_only_the_agency_reads_is_named() -> None:
    kept = {one.name: one.kept for one in terms_of(RULES, the_mapping())}
    assert kept["Usage étendu"] == ("Part des prescriptions",)
    assert kept["Patients vulnérables"] == ()
