"""Questions to the centres: each reads and answers its own, and those that are late come first."""

import pytest

from tests.triage.registre.in_memory import ANNE, RegisterInMemory, day
from triage.registre import questions
from triage.registre.acts import dossier_object, history
from triage.registre.questions import acts_of, answer_at, asked
from triage.registre.refused import Refused


def test_12_lille_is_late_and_lyon_never_sees_what_it_answers() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    memory.validated(name, "10/01")
    one = memory.asked(name, "lyon", "lille", on="20/01", due="15/02")
    memory.answered(one, "lyon", "Deux cas, en 2025.", on="10/02")
    told = {each.centre: each.told for each in asked(memory.read(), on=day("15/02"))}
    assert told == {"lyon": "répondu", "lille": "à répondre"}
    late, done = asked(memory.read(), on=day("16/02"))
    assert (late.centre, late.late, late.told) == ("lille", True, "en retard")
    assert (done.centre, done.late, done.told) == ("lyon", False, "répondu")
    memory.answered(one, "lille", "Aucun cas.", on="20/02")
    (mine,) = asked(memory.read(), on=day("21/02"), centre="lyon")
    assert mine.answer is not None
    assert mine.answer.text == "Deux cas, en 2025."
    known = [act.new.get("texte") for act in acts_of(memory.acts, one, "lyon")]
    assert "Aucun cas." not in known
    (theirs,) = asked(memory.read(), on=day("21/02"), centre="lille")
    assert (theirs.told, theirs.late) == ("répondu hors délai", False)
    assert asked(memory.read(on="12/02"), on=day("12/02"))[1].answer is not None
    assert [act.verb for act in history(memory.acts, name)][-3:] == ["question", *["réponse"] * 2]


def test_late_ones_head_the_list_then_those_that_wait_by_their_last_day() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    for due in ("30/03", "10/02", "20/02"):
        memory.asked(name, "lyon", on="20/01", due=due)
    memory.answered("QUE-0002", "lyon", "Oui.", on="01/02")
    found = [one.question.id for one in asked(memory.read(), on=day("01/03"))]
    assert found == ["QUE-0003", "QUE-0001", "QUE-0002"]


def test_a_question_follows_its_dossier_and_its_situation_through_merges() -> None:
    memory = RegisterInMemory()
    one, other = memory.opened(1, on="05/01"), memory.opened(2, on="05/01")
    of_dossier = memory.asked(dossier_object(1), "lyon", on="06/01", due="10/01")
    of_one = memory.asked(one, "lyon", on="06/01", due="10/01")
    elsewhere = memory.asked(dossier_object(9), "lyon", on="06/01", due="10/01")
    memory.merged(one, other, "08/01")
    found = memory.read().questions
    assert [found[name].situation for name in (of_dossier, of_one)] == [other, other]
    assert (found[elsewhere].situation, found[elsewhere].dossier) == (None, 9)
    assert memory.of(other).questions == (of_dossier, of_one)
    assert memory.of(one, on="07/01").questions == (of_dossier, of_one)
    assert memory.of(one).questions == ()


def test_an_answer_that_is_taken_back_or_changed_leaves_its_acts() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    one = memory.asked(name, "lyon", on="06/01", due="10/01")
    memory.answered(one, "lyon", "Un cas.", on="07/01")
    first = memory.acts[-1].id
    memory.answered(one, "lyon", "Un cas. ", on="07/01")
    assert memory.acts[-1].id == first, "the same words are no act"
    memory.answered(one, "lyon", "Deux cas.", on="08/01")
    assert memory.acts[-1].former == {"centre": "lyon", "texte": "Un cas."}
    memory.answered(one, "lyon", "", on="09/01")
    assert memory.read().questions[one].answers == {}
    assert answer_at(memory.acts, one, "lyon", until=first) == "Un cas."
    assert answer_at(memory.acts, one, "lyon", until=memory.acts[-1].id) == ""
    assert asked(memory.read(), on=day("11/01"))[0].late


def test_what_cannot_be_asked_or_answered_is_refused_with_its_reason() -> None:
    memory = RegisterInMemory()
    name, gone = memory.opened(1, on="05/01"), memory.opened(2, on="05/01")
    memory.merged(gone, name, "06/01")
    for about, centres, due, told in (
        ("SIT-0009", ["lyon"], "10/02", "Aucune situation SIT-0009"),
        (gone, ["lyon"], "10/02", "fondue dans SIT-0001"),
        (name, [], "10/02", "Centres : nommez-en"),
        (name, ["lyon"], "06/01", "Échéance : le 06/01/2026 est avant"),
    ):
        with pytest.raises(Refused, match=told):
            memory.asked(about, *centres, on="20/01", due=due)
    when, given = memory.when("20/01"), {"texte": "Que devient Mme Martin, 06 12 34 56 78 ?"}
    with pytest.raises(Refused, match="Question : ressemble à une donnée de patient"):
        questions.ask(
            memory.read(), "QUE-1", name, given, ["lyon"], due=day("10/02"), by=ANNE, when=when
        )
    one = memory.asked(name, "lyon", on="20/01", due="10/02")
    for centre, text, on, told in (
        ("lille", "Oui.", "21/01", "n'est pas posée au centre « lille »"),
        ("lyon", "Oui.", "19/01", "ne peut être datée d'avant"),
        ("lyon", "Appeler Mme Martin au 06 12 34 56 78.", "21/01", "Réponse : ressemble"),
    ):
        with pytest.raises(Refused, match=told):
            memory.answered(one, centre, text, on=on)
    memory.enter(
        questions.withdraw(memory.read().questions[one], by=ANNE, when=memory.when("22/01"))
    )
    (row,) = asked(memory.read(), on=day("01/03"))
    assert (row.told, row.late) == ("retirée", False)
    with pytest.raises(Refused, match="a été retirée : Décidé en séance"):
        memory.answered(one, "lyon", "Oui.", on="23/01")
    with pytest.raises(Refused, match="Aucune question QUE-7"):
        questions.find_question(memory.read(), "QUE-7")
