"""Séances, agenda and advice: what a person may do of them, and what they change."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

import pytest

from tests.triage.registre.in_memory import ANNE, RegisterInMemory, day, lists
from triage.registre.acts import history
from triage.registre.committee import seances as committee
from triage.registre.committee.seances import Meeting, MeetingState, meetings
from triage.registre.refused import Refused
from triage.registre.register import MeasureState, State

TEXT = {"texte": "Informer les prescripteurs.", "suite": "Courrier", "qui": "Pôle douleur"}


class RegisterWithCommittee(RegisterInMemory):
    """A memory with a committee."""

    def meeting(self) -> Meeting:
        return meetings(self.acts)["SEA-0001"]

    def planned(self, on: str) -> None:
        known = meetings(self.acts)
        self.enter(committee.plan(known, day(on), by=ANNE, when=self.when()))

    def put_on_agenda(
        self, name: str, question: str = "Faut-il informer ?", who: str = "A. Durand"
    ) -> None:
        one, when = self.of(name), self.when()
        self.enter(committee.put_on_agenda(self.meeting(), one, question, who, by=ANNE, when=when))

    def held(self) -> None:
        self.enter(committee.hold(self.meeting(), by=ANNE, when=self.when()))

    def advised(
        self, name: str, given: Mapping[str, str] = TEXT, measure: Mapping[str, str] | None = None
    ) -> None:
        self.enter(
            committee.advise(
                self.read(),
                self.meeting(),
                name,
                given,
                measure,
                by=ANNE,
                when=self.when(),
                lists=lists(),
            )
        )


@pytest.fixture
def table() -> RegisterWithCommittee:
    table = RegisterWithCommittee(today=day("01/03"))
    for number in (1, 2):
        name = table.opened(number, on="05/01")
        table.validated(name, "10/01")
    table.planned("15/03")
    return table


def test_11_an_advice_proposes_a_measure_and_leaves_the_state(table: RegisterWithCommittee) -> None:
    table.put_on_agenda("SIT-0001")
    table.today = day("16/03")
    table.held()
    before = table.of("SIT-0001")
    table.advised("SIT-0001", measure={"type": "point d'information", "mode": "prise"})
    after = table.of("SIT-0001")
    assert (before.state, after.state) == (State.ASSESSED, State.ASSESSED)
    (measure,) = after.measures
    one = table.read().measures[measure]
    assert (one.state, one.fields["séance"]) == (MeasureState.PROPOSED, "SEA-0001")
    assert one.fields["type"] == "point d’information"
    advice = table.meeting().advice["SIT-0001"]
    assert (advice.measure, advice.fields["suite"]) == (measure, "Courrier")
    assert {one.verb for one in history(table.acts, "SIT-0001")} >= {"ordre du jour", "avis"}
    assert table.figure(2026).measured == ()


def test_a_seance_is_prepared_then_held_then_its_minutes_validated(
    table: RegisterWithCommittee,
) -> None:
    with pytest.raises(Refused, match="SEA-0001 est déjà la séance du 15/03/2026"):
        table.planned("15/03")
    with pytest.raises(
        Refused, match="« préparée » : « Valider le compte rendu » demande « tenue »"
    ):
        committee.validate_minutes(table.meeting(), by=ANNE, when=table.when())
    with pytest.raises(Refused, match="n'a pas encore eu lieu"):
        table.held()
    table.today = day("15/03")
    with pytest.raises(Refused, match="aucune situation à l'ordre du jour"):
        table.held()
    table.put_on_agenda("SIT-0001")
    table.put_on_agenda("SIT-0002")
    with pytest.raises(Refused, match="« préparée » : « Avis » demande « tenue »"):
        table.advised("SIT-0001")
    table.held()
    with pytest.raises(Refused, match="« tenue » : « Ordre du jour » demande « préparée »"):
        table.put_on_agenda("SIT-0002", "Autre")
    table.advised("SIT-0001")
    with pytest.raises(Refused, match="aucun avis n'est saisi pour SIT-0002"):
        committee.validate_minutes(table.meeting(), by=ANNE, when=table.when())
    table.advised("SIT-0002", {"texte": "Poursuivre."})
    table.advised("SIT-0002", {"texte": "Poursuivre la surveillance.", "échéance": "2026-09-01"})
    table.enter(committee.validate_minutes(table.meeting(), by=ANNE, when=table.when()))
    one = table.meeting()
    assert (one.state, one.since) == (MeetingState.VALIDATED, day("15/03"))
    assert one.advice["SIT-0002"].fields["texte"] == "Poursuivre la surveillance."
    assert table.acts[-2].former["texte"] == "Poursuivre.", "what was said first is kept"


def test_an_agenda_says_what_is_wrong(table: RegisterWithCommittee) -> None:
    table.merged("SIT-0002", "SIT-0001", "01/03")
    with pytest.raises(Refused, match="« Fondue »"):
        table.put_on_agenda("SIT-0002")
    for question, who, told in (
        (" ", "A", "Question : à donner"),
        ("Q ?", "", "Rapporteur : à donner"),
        ("Mme Martin, 06 12 34 56 78 ?", "A", "donnée de patient"),
        ("Question ?", "A. Durand, IPP 8001234567", "donnée de patient"),
    ):
        with pytest.raises(Refused, match=told):
            table.put_on_agenda("SIT-0001", question, who)
    table.put_on_agenda("SIT-0001")
    acts = len(table.acts)
    table.put_on_agenda("SIT-0001")
    assert len(table.acts) == acts, "twice is once"
    table.put_on_agenda("SIT-0001", "Une autre question ?")
    assert [one.question for one in table.meeting().items] == ["Une autre question ?"]
    when = table.when()
    table.enter(committee.take_off_agenda(table.meeting(), "sit-0001", by=ANNE, when=when))
    assert table.meeting().items == ()
    with pytest.raises(Refused, match="pas à l'ordre du jour de SEA-0001"):
        committee.take_off_agenda(table.meeting(), "SIT-0001", by=ANNE, when=when)
    with pytest.raises(Refused, match="un acte a effet le 01/03/2026"):
        committee.postpone(table.meeting(), day("20/03"), by=ANNE, when=table.when("28/02"))


def test_a_measure_goes_to_the_situation_that_a_merged_one_stands_for(
    table: RegisterWithCommittee,
) -> None:
    table.put_on_agenda("SIT-0002")
    table.merged("SIT-0002", "SIT-0001", "01/03")
    table.today = day("16/03")
    table.held()
    table.advised("SIT-0002", measure={"type": "PGR", "mode": "exigée"})
    assert table.of("SIT-0001").measures == ("MES-0001",)


def test_a_seance_of_the_past_is_as_it_was_known(table: RegisterWithCommittee) -> None:
    table.put_on_agenda("SIT-0001")
    before = asdict(meetings(table.acts, on=date(2026, 3, 1))["SEA-0001"])
    table.today = day("10/03")
    table.enter(committee.postpone(table.meeting(), day("12/03"), by=ANNE, when=table.when()))
    table.today = day("12/03")
    table.held()
    assert asdict(meetings(table.acts, on=date(2026, 3, 1))["SEA-0001"]) == before
    assert (table.meeting().on, table.meeting().state) == (day("12/03"), MeetingState.HELD)
