"""Acceptance scenarios of the contract of the register, with their numbers."""

from datetime import date

import pytest

from tests.triage.registre.desk import ANNE, Desk, day, lists
from triage.registre import life, measures
from triage.registre.acts import history
from triage.registre.life import LevelGiven
from triage.registre.refused import Refused
from triage.registre.register import MeasureState, State


def test_1_the_indicator_of_2017_is_that_which_was_published() -> None:
    desk = Desk(today=date(2018, 3, 1))
    names = [desk.opened(number, on="05/01/2017") for number in range(1, 83)]
    identified, discarded = names[:74], names[74:77]
    for name in identified:
        desk.validated(name, "10/02/2017")
    for name in discarded:
        desk.discarded(name, "11/02/2017")
    for name in identified[:52]:
        desk.measured(name, in_force="01/06/2017")
    # The measures of four others are those of companies: their dossiers tell them, not the register
    assert desk.figure(2017).told() == "74 ; 52 ; 70 % ; 22 en cours ; 0 close"
    desk.measured(identified[60], decided="20/12/2017", in_force="10/01/2018")
    assert desk.figure(2017).told() == "74 ; 52 ; 70 % ; 22 en cours ; 0 close"
    assert desk.of(identified[60], on="31/12/2017").state is State.DECIDED
    assert desk.of(identified[60]).state is State.FOLLOWED
    assert sum(one.state is State.TO_VALIDATE for one in desk.read().situations.values()) == 5


def test_a_measure_that_reduces_no_risk_and_one_that_is_only_decided_do_not_count() -> None:
    desk = Desk(today=date(2018, 3, 1))
    one, other, third = (desk.opened(n, on="05/01/2017") for n in (1, 2, 3))
    for name in (one, other, third):
        desk.validated(name, "10/02/2017")
    desk.measured(one, "étude", in_force="01/06/2017")
    desk.measured(other, decided="01/06/2017")
    desk.closed(third, "01/12/2017")
    assert desk.figure(2017).told() == "3 ; 0 ; 0 % ; 2 en cours ; 1 close"
    assert desk.of(one).state is State.FOLLOWED


def test_3_a_merge_leaves_a_frozen_year_and_takes_one_from_the_other() -> None:
    desk = Desk(today=date(2026, 1, 10))
    a, b = desk.opened(1, 2, on="03/03/2025"), desk.opened(3, on="05/01/2026")
    desk.validated(a, "10/03/2025")
    desk.validated(b, "08/01/2026")
    desk.frozen(2025)
    frozen = desk.figure(2025)
    desk.today = date(2026, 6, 1)
    before = desk.of(b).last
    desk.merged(b, a, "01/06")
    assert desk.of(b).state is State.MERGED
    assert desk.of(a).dossiers == (1, 2, 3)
    assert desk.of(b, on="31/05").dossiers == (3,)
    assert desk.figure(2025) == frozen
    assert desk.figure(2026).identified == ()
    verbs = [one.verb for one in history(desk.acts, b)]
    assert verbs == ["ouverture", "rattachement", "validation", "niveau", "fusion"]
    assert history(desk.acts, b)[:4] == tuple(
        one for one in history(desk.acts, b) if one.id <= before
    )
    assert history(desk.acts, a)[-1].verb == "fusion"
    desk.today = date(2026, 6, 15)
    desk.undone(b, "15/06")
    assert (desk.of(a).dossiers, desk.of(b).dossiers) == ((1, 2), (3,))
    assert (desk.of(a).state, desk.of(b).state) == (State.ASSESSED, State.ASSESSED)
    assert desk.of(b, on="10/06").state is State.MERGED, "what was is not rewritten"
    assert desk.figure(2026).identified == (b,)
    assert desk.figure(2025) == frozen
    assert [history(desk.acts, name)[-1].verb for name in (a, b)] == ["annulation"] * 2


def test_4_a_closed_situation_is_woken_and_counted_once() -> None:
    desk = Desk()
    name = desk.opened(1, on="05/01")
    desk.validated(name, "10/01")
    desk.closed(name, "01/02")
    assert not desk.of(name).woken
    desk.joined(name, 2, on="10/04")
    assert (desk.of(name).state, desk.of(name).woken) == (State.CLOSED, True)
    desk.reopened(name, "12/04")
    assert not desk.of(name).woken
    assert desk.of(name, on="01/03").state is State.CLOSED
    assert not desk.of(name, on="01/03").woken
    assert desk.of(name, on="11/04").woken
    assert desk.of(name, on="01/05").state is State.ASSESSED
    assert desk.of(name).since == day("12/04")
    assert desk.figure(2026).identified == (name,)


def test_a_dossier_that_came_late_wakes_too_until_somebody_looks() -> None:
    desk = Desk(today=date(2026, 2, 2))
    name = desk.opened(1, on="05/01")
    desk.validated(name, "10/01")
    desk.closed(name, "02/02")
    desk.joined(name, 2, on="30/01")
    assert desk.of(name).woken, "who closed it had not read that dossier"
    desk.enter(life.look(desk.of(name), by=ANNE, when=desk.when()))
    assert not desk.of(name).woken
    desk.joined(name, 3, on="02/02")
    assert desk.of(name).woken
    desk.today = date(2026, 2, 5)
    desk.enter(life.look(desk.of(name), by=ANNE, when=desk.when()))
    with pytest.raises(Refused, match="n'est pas réveillée"):
        life.look(desk.of(name), by=ANNE, when=desk.when())


def test_5_a_measure_counts_from_the_day_it_was_known() -> None:
    desk = Desk(today=date(2025, 12, 20))
    name = desk.opened(1, on="05/03/2025")
    desk.validated(name, "10/03/2025")
    desk.today = date(2026, 1, 15)
    measure = desk.measured(name, in_force="28/12/2025")
    assert measure not in desk.read(on="31/12/2025", known="31/12/2025").measures
    assert desk.read(on="31/12/2025", known="20/01/2026").measures[measure]
    assert desk.figure(2025, known="31/12/2025").measured == ()
    assert desk.figure(2025, known="20/01/2026").measured == (name,)
    assert desk.of(name, on="31/12/2025", known="31/12/2025").state is State.ASSESSED
    assert desk.of(name, on="31/12/2025", known="20/01/2026").state is State.FOLLOWED


def test_7_a_level_is_a_person_s_with_its_justification() -> None:
    desk = Desk()
    name = desk.opened(1, 2, 3, on="05/01")
    desk.validated(name, "10/01")
    one, when = desk.of(name), desk.when()
    given = LevelGiven("modere", "Trop court", proposed="Élevé")
    with pytest.raises(Refused, match=r"10 caractère.* au moins 30"):
        life.set_level(one, given, by=ANNE, when=when, lists=lists())
    given = LevelGiven(
        "modere", "Exposition limitée à quelques services.", {"Exposition": "non"}, "Élevé"
    )
    desk.enter(life.set_level(one, given, by=ANNE, when=when, lists=lists()))
    level = desk.of(name).level
    assert (level["niveau"], level["proposé"]) == ("Modéré", "Élevé")
    assert level["critères"]["exposition"] == "non"
    assert level["critères"]["vulnérabilité"] == "inconnu"
    assert desk.acts[-1].former["niveau"] == "Modéré"


def test_a_validation_says_what_is_missing_and_is_never_before_the_first_signal() -> None:
    desk = Desk()
    name = desk.opened(1, on="05/01")
    with pytest.raises(Refused, match="Usage autorisé"):
        desk.validated(name, "10/01", usage_autorise=" ")
    with pytest.raises(Refused, match=r"Risque .* avéré, potentiel"):
        desk.validated(name, "10/01", risque="grand")
    with pytest.raises(Refused, match="Titre public : ressemble à une donnée de patient"):
        desk.validated(name, "10/01", titre="Cas de Mme Martin, 06 12 34 56 78")
    with pytest.raises(Refused, match="premier signal est du 05/01/2026"):
        desk.validated(name, "04/01")
    with pytest.raises(Refused, match="pas encore venu"):
        desk.validated(name, date(2027, 1, 1))
    given, when = LevelGiven("Faible", "x" * 30), desk.when("10/01", reason=" ")
    with pytest.raises(Refused, match="Motif de la date antérieure"):
        life.validate(desk.of(name), {}, given, by=ANNE, when=when, lists=lists())
    assert desk.of(name).state is State.TO_VALIDATE


def test_what_the_state_does_not_allow_is_refused_with_what_it_asks() -> None:
    desk = Desk()
    name, other = desk.opened(1, on="05/01"), desk.opened(2, on="05/01")
    with pytest.raises(Refused, match="« À valider » : « Clore » demande « En évaluation » ou"):
        desk.closed(name, "10/01")
    with pytest.raises(Refused, match="situation validée et ouverte"):
        desk.measured(name, decided="10/01")
    desk.validated(name, "10/01")
    with pytest.raises(Refused, match="« Écarter » demande « À valider »"):
        desk.discarded(name, "11/01")
    with pytest.raises(Refused, match="ni fondue ni scindée"):
        desk.undone(name, "11/01")
    desk.merged(other, name, "12/01")
    with pytest.raises(Refused, match="fondue dans SIT-0001"):
        desk.merged(other, name, "13/01")
    with pytest.raises(Refused, match="un acte a effet le 12/01/2026"):
        desk.closed(name, "11/01")
    desk.closed(name, "13/01")
    desk.reopened(name, "14/01")
    assert desk.of(name).identified_on == day("10/01")
    desk.enter(life.identify(desk.of(name), day("06/01"), by=ANNE, when=desk.when()))
    assert desk.of(name).identified_on == day("06/01")
    with pytest.raises(Refused, match="avant le 06/01/2026"):
        life.identify(desk.of(name), day("04/01"), by=ANNE, when=desk.when())


def test_a_split_opens_one_to_validate_and_undoing_it_brings_its_dossiers_back() -> None:
    desk = Desk()
    name = desk.opened(1, 2, 3, on="05/01")
    desk.validated(name, "10/01")
    with pytest.raises(Refused, match="Dossiers absents de SIT-0001 : 9"):
        desk.split(name, 9, on="12/01")
    desk.situations -= 1
    new = desk.split(name, 2, 3, on="12/01")
    assert (desk.of(new).state, desk.of(new).split_from) == (State.TO_VALIDATE, name)
    assert (desk.of(name).dossiers, desk.of(new).dossiers) == ((1,), (2, 3))
    assert desk.of(name, on="11/01").dossiers == (1, 2, 3)
    desk.undone(new, "15/01")
    assert (desk.of(new).state, desk.of(name).dossiers) == (State.MERGED, (1, 2, 3))
    desk.undone(new, "16/01")
    assert (desk.of(new).state, desk.of(new).dossiers) == (State.TO_VALIDATE, (2, 3))


def test_measures_go_from_state_to_state_and_give_the_situation_its_own() -> None:
    desk = Desk()
    name = desk.opened(1, on="05/01")
    desk.validated(name, "10/01")
    measure = desk.measured(name)
    assert desk.of(name).state is State.ASSESSED
    with pytest.raises(Refused, match="peut suivre « décidée » ou « mise en œuvre »"):
        measures.move(desk.read().measures[measure], "terminée", by=ANNE, when=desk.when())
    desk.today = date(2027, 1, 5)
    for state, told in (
        ("décidée", State.DECIDED),
        ("mise en oeuvre", State.FOLLOWED),
        ("terminée", State.FOLLOWED),
    ):
        one = desk.read().measures[measure]
        desk.enter(measures.move(one, state, by=ANNE, when=desk.when()))
        assert desk.of(name).state is told
    one = desk.read().measures[measure]
    desk.enter(measures.conclude(one, "non concluant", by=ANNE, when=desk.when(), lists=lists()))
    assert desk.read().measures[measure].conclusion == "non concluant"
    with pytest.raises(Refused, match="n'est pas l'un de"):
        desk.measured(name, "prière")
    with pytest.raises(Refused, match="avant d'être décidée"):
        desk.measured(name, decided="10/02", in_force="09/02")
    assert MeasureState.PROPOSED in desk.read().measures[measure].dates


def test_a_form_older_than_the_last_act_is_refused_with_what_changed() -> None:
    desk = Desk()
    name = desk.opened(1, on="05/01")
    seen = desk.of(name).last
    desk.validated(name, "10/01")
    life.refuse_stale_of(desk.acts, desk.of(name), seen=None)
    life.refuse_stale_of(desk.acts, desk.of(name), seen=desk.of(name).last)
    with pytest.raises(Refused, match=r"10/01/2026 validation \(Anne Durand\)"):
        life.refuse_stale_of(desk.acts, desk.of(name), seen=seen)


def test_a_year_is_frozen_once_and_when_it_is_over() -> None:
    desk = Desk(today=date(2026, 12, 31))
    desk.validated(desk.opened(1, on="05/01"), "10/01")
    with pytest.raises(Refused, match="à partir du 01/01/2027"):
        desk.frozen(2026)
    desk.today = date(2027, 1, 2)
    desk.frozen(2026)
    with pytest.raises(Refused, match="arrêtée depuis le 02/01/2027"):
        desk.frozen(2026)
    assert desk.figure(2026).frozen_on == day("02/01/2027")
    assert desk.figure(2026, known="01/01/2027").frozen_on is None
