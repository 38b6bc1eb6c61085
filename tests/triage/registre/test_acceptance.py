"""Acceptance scenarios of the contract of the register, with their numbers."""

from datetime import date

import pytest

from tests.triage.registre.in_memory import ANNE, RegisterInMemory, day, lists
from triage.registre import lifecycle, measures
from triage.registre.acts import history
from triage.registre.lifecycle import LevelGiven
from triage.registre.refused import Refused
from triage.registre.register import MeasureState, State
from triage.registre.stale import refuse_stale_of


def test_1_the_indicator_of_2017_is_that_which_was_published() -> None:
    memory = RegisterInMemory(today=date(2018, 3, 1))
    names = [memory.opened(number, on="05/01/2017") for number in range(1, 83)]
    identified, discarded = names[:74], names[74:77]
    for name in identified:
        memory.validated(name, "10/02/2017")
    for name in discarded:
        memory.discarded(name, "11/02/2017")
    for name in identified[:52]:
        memory.measured(name, in_force="01/06/2017")
    # The measures of four others are those of companies: their dossiers tell them, not the register
    assert memory.figure(2017).told() == "74 ; 52 ; 70 % ; 22 en cours ; 0 close"
    memory.measured(identified[60], decided="20/12/2017", in_force="10/01/2018")
    assert memory.figure(2017).told() == "74 ; 52 ; 70 % ; 22 en cours ; 0 close"
    assert memory.of(identified[60], on="31/12/2017").state is State.DECIDED
    assert memory.of(identified[60]).state is State.FOLLOWED
    assert sum(one.state is State.TO_VALIDATE for one in memory.read().situations.values()) == 5


def test_a_measure_that_reduces_no_risk_and_one_that_is_only_decided_do_not_count() -> None:
    memory = RegisterInMemory(today=date(2018, 3, 1))
    one, other, third = (memory.opened(n, on="05/01/2017") for n in (1, 2, 3))
    for name in (one, other, third):
        memory.validated(name, "10/02/2017")
    memory.measured(one, "étude", in_force="01/06/2017")
    memory.measured(other, decided="01/06/2017")
    memory.closed(third, "01/12/2017")
    assert memory.figure(2017).told() == "3 ; 0 ; 0 % ; 2 en cours ; 1 close"
    assert memory.of(one).state is State.FOLLOWED


def test_3_a_merge_leaves_a_frozen_year_and_takes_one_from_the_other() -> None:
    memory = RegisterInMemory(today=date(2026, 1, 10))
    a, b = memory.opened(1, 2, on="03/03/2025"), memory.opened(3, on="05/01/2026")
    memory.validated(a, "10/03/2025")
    memory.validated(b, "08/01/2026")
    memory.frozen(2025)
    frozen = memory.figure(2025)
    memory.today = date(2026, 6, 1)
    before = memory.of(b).last
    memory.merged(b, a, "01/06")
    assert memory.of(b).state is State.MERGED
    assert memory.of(a).dossiers == (1, 2, 3)
    assert memory.of(b, on="31/05").dossiers == (3,)
    assert memory.figure(2025) == frozen
    assert memory.figure(2026).identified == ()
    verbs = [one.verb for one in history(memory.acts, b)]
    assert verbs == ["ouverture", "rattachement", "validation", "niveau", "fusion"]
    assert history(memory.acts, b)[:4] == tuple(
        one for one in history(memory.acts, b) if one.id <= before
    )
    assert history(memory.acts, a)[-1].verb == "fusion"
    memory.today = date(2026, 6, 15)
    memory.undone(b, "15/06")
    assert (memory.of(a).dossiers, memory.of(b).dossiers) == ((1, 2), (3,))
    assert (memory.of(a).state, memory.of(b).state) == (State.ASSESSED, State.ASSESSED)
    assert memory.of(b, on="10/06").state is State.MERGED, "what was is not rewritten"
    assert memory.figure(2026).identified == (b,)
    assert memory.figure(2025) == frozen
    assert [history(memory.acts, name)[-1].verb for name in (a, b)] == ["annulation"] * 2


def test_4_a_closed_situation_is_woken_and_counted_once() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    memory.validated(name, "10/01")
    memory.closed(name, "01/02")
    assert not memory.of(name).woken
    memory.joined(name, 2, on="10/04")
    assert (memory.of(name).state, memory.of(name).woken) == (State.CLOSED, True)
    memory.reopened(name, "12/04")
    assert not memory.of(name).woken
    assert memory.of(name, on="01/03").state is State.CLOSED
    assert not memory.of(name, on="01/03").woken
    assert memory.of(name, on="11/04").woken
    assert memory.of(name, on="01/05").state is State.ASSESSED
    assert memory.of(name).since == day("12/04")
    assert memory.figure(2026).identified == (name,)


def test_a_dossier_that_came_late_wakes_too_until_somebody_looks() -> None:
    memory = RegisterInMemory(today=date(2026, 2, 2))
    name = memory.opened(1, on="05/01")
    memory.validated(name, "10/01")
    memory.closed(name, "02/02")
    memory.joined(name, 2, on="30/01")
    assert memory.of(name).woken, "who closed it had not read that dossier"
    memory.enter(lifecycle.look(memory.of(name), by=ANNE, when=memory.when()))
    assert not memory.of(name).woken
    memory.joined(name, 3, on="02/02")
    assert memory.of(name).woken
    memory.today = date(2026, 2, 5)
    memory.enter(lifecycle.look(memory.of(name), by=ANNE, when=memory.when()))
    with pytest.raises(Refused, match="n'est pas réveillée"):
        lifecycle.look(memory.of(name), by=ANNE, when=memory.when())


def test_5_a_measure_counts_from_the_day_it_was_known() -> None:
    memory = RegisterInMemory(today=date(2025, 12, 20))
    name = memory.opened(1, on="05/03/2025")
    memory.validated(name, "10/03/2025")
    memory.today = date(2026, 1, 15)
    measure = memory.measured(name, in_force="28/12/2025")
    assert measure not in memory.read(on="31/12/2025", known="31/12/2025").measures
    assert memory.read(on="31/12/2025", known="20/01/2026").measures[measure]
    assert memory.figure(2025, known="31/12/2025").measured == ()
    assert memory.figure(2025, known="20/01/2026").measured == (name,)
    assert memory.of(name, on="31/12/2025", known="31/12/2025").state is State.ASSESSED
    assert memory.of(name, on="31/12/2025", known="20/01/2026").state is State.FOLLOWED


def test_7_a_level_is_a_person_s_with_its_justification() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, 2, 3, on="05/01")
    memory.validated(name, "10/01")
    one, when = memory.of(name), memory.when()
    given = LevelGiven("modere", "Trop court", proposed="Élevé")
    with pytest.raises(Refused, match=r"10 caractère.* au moins 30"):
        lifecycle.set_level(one, given, by=ANNE, when=when, lists=lists())
    given = LevelGiven(
        "modere", "Exposition limitée à quelques services.", {"Exposition": "non"}, "Élevé"
    )
    memory.enter(lifecycle.set_level(one, given, by=ANNE, when=when, lists=lists()))
    level = memory.of(name).level
    assert (level["niveau"], level["proposé"]) == ("Modéré", "Élevé")
    assert level["critères"]["exposition"] == "non"
    assert level["critères"]["vulnérabilité"] == "inconnu"
    assert memory.acts[-1].former["niveau"] == "Modéré"


def test_a_validation_says_what_is_missing_and_is_never_before_the_first_signal() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    with pytest.raises(Refused, match="Usage autorisé"):
        memory.validated(name, "10/01", usage_autorise=" ")
    with pytest.raises(Refused, match=r"Risque .* avéré, potentiel"):
        memory.validated(name, "10/01", risque="grand")
    with pytest.raises(Refused, match="Titre public : ressemble à une donnée de patient"):
        memory.validated(name, "10/01", titre="Cas de Mme Martin, 06 12 34 56 78")
    with pytest.raises(Refused, match="premier signal est du 05/01/2026"):
        memory.validated(name, "04/01")
    with pytest.raises(Refused, match="pas encore venu"):
        memory.validated(name, date(2027, 1, 1))
    given, when = LevelGiven("Faible", "x" * 30), memory.when("10/01", reason=" ")
    with pytest.raises(Refused, match="Motif de la date antérieure"):
        lifecycle.validate(memory.of(name), {}, given, by=ANNE, when=when, lists=lists())
    assert memory.of(name).state is State.TO_VALIDATE


def test_what_the_state_does_not_allow_is_refused_with_what_it_asks() -> None:
    memory = RegisterInMemory()
    name, other = memory.opened(1, on="05/01"), memory.opened(2, on="05/01")
    with pytest.raises(Refused, match="« À valider » : « Clore » demande « En évaluation » ou"):
        memory.closed(name, "10/01")
    with pytest.raises(Refused, match="situation validée et ouverte"):
        memory.measured(name, decided="10/01")
    memory.validated(name, "10/01")
    with pytest.raises(Refused, match="« Écarter » demande « À valider »"):
        memory.discarded(name, "11/01")
    with pytest.raises(Refused, match="ni fondue ni scindée"):
        memory.undone(name, "11/01")
    memory.merged(other, name, "12/01")
    with pytest.raises(Refused, match="fondue dans SIT-0001"):
        memory.merged(other, name, "13/01")
    with pytest.raises(Refused, match="un acte a effet le 12/01/2026"):
        memory.closed(name, "11/01")
    memory.closed(name, "13/01")
    memory.reopened(name, "14/01")
    assert memory.of(name).identified_on == day("10/01")
    memory.enter(lifecycle.identify(memory.of(name), day("06/01"), by=ANNE, when=memory.when()))
    assert memory.of(name).identified_on == day("06/01")
    with pytest.raises(Refused, match="avant le 06/01/2026"):
        lifecycle.identify(memory.of(name), day("04/01"), by=ANNE, when=memory.when())


def test_a_split_opens_one_to_validate_and_undoing_it_brings_its_dossiers_back() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, 2, 3, on="05/01")
    memory.validated(name, "10/01")
    with pytest.raises(Refused, match="Dossiers absents de SIT-0001 : 9"):
        memory.split(name, 9, on="12/01")
    memory.situations -= 1
    new = memory.split(name, 2, 3, on="12/01")
    assert (memory.of(new).state, memory.of(new).split_from) == (State.TO_VALIDATE, name)
    assert (memory.of(name).dossiers, memory.of(new).dossiers) == ((1,), (2, 3))
    assert memory.of(name, on="11/01").dossiers == (1, 2, 3)
    memory.undone(new, "15/01")
    assert (memory.of(new).state, memory.of(name).dossiers) == (State.MERGED, (1, 2, 3))
    memory.undone(new, "16/01")
    assert (memory.of(new).state, memory.of(new).dossiers) == (State.TO_VALIDATE, (2, 3))


def test_measures_go_from_state_to_state_and_give_the_situation_its_own() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    memory.validated(name, "10/01")
    measure = memory.measured(name)
    assert memory.of(name).state is State.ASSESSED
    with pytest.raises(Refused, match="peut suivre « décidée » ou « mise en œuvre »"):
        measures.move(memory.read().measures[measure], "terminée", by=ANNE, when=memory.when())
    memory.today = date(2027, 1, 5)
    for state, told in (
        ("décidée", State.DECIDED),
        ("mise en oeuvre", State.FOLLOWED),
        ("terminée", State.FOLLOWED),
    ):
        one = memory.read().measures[measure]
        memory.enter(measures.move(one, state, by=ANNE, when=memory.when()))
        assert memory.of(name).state is told
    one = memory.read().measures[measure]
    memory.enter(
        measures.conclude(one, "non concluant", by=ANNE, when=memory.when(), lists=lists())
    )
    assert memory.read().measures[measure].conclusion == "non concluant"
    with pytest.raises(Refused, match="n'est pas l'un de"):
        memory.measured(name, "prière")
    with pytest.raises(Refused, match="avant d'être décidée"):
        memory.measured(name, decided="10/02", in_force="09/02")
    assert MeasureState.PROPOSED in memory.read().measures[measure].dates


def test_a_form_older_than_the_last_act_is_refused_with_what_changed() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    seen = memory.of(name).last
    memory.validated(name, "10/01")
    refuse_stale_of(memory.acts, memory.of(name), seen=None)
    refuse_stale_of(memory.acts, memory.of(name), seen=memory.of(name).last)
    with pytest.raises(Refused, match=r"10/01/2026 validation \(Anne Durand\)"):
        refuse_stale_of(memory.acts, memory.of(name), seen=seen)


def test_a_year_is_frozen_once_and_when_it_is_over() -> None:
    memory = RegisterInMemory(today=date(2026, 12, 31))
    memory.validated(memory.opened(1, on="05/01"), "10/01")
    with pytest.raises(Refused, match="à partir du 01/01/2027"):
        memory.frozen(2026)
    memory.today = date(2027, 1, 2)
    memory.frozen(2026)
    with pytest.raises(Refused, match="arrêtée depuis le 02/01/2027"):
        memory.frozen(2026)
    assert memory.figure(2026).frozen_on == day("02/01/2027")
    assert memory.figure(2026, known="01/01/2027").frozen_on is None
