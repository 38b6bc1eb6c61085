"""What declarants are written: once for each set of items, never to flood them."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from datafiles.file import DataFileError
from mappings.dossier.model import DossierState, MessageSeen
from tests.triage.replying import (
    DEPOSIT,
    FINE,
    NOW,
    NUMBER,
    QUESTION,
    RCP,
    ROOT,
    SIRET,
    assessment,
    dossier,
    due,
    judged,
    labelled,
    message,
    reply_rules,
    sent,
    the_form,
    written,
)
from triage.replies.inputs import Memory, ReplyRules
from triage.replies.messages import asked_since, kind_of_reference, message_key
from triage.replies.plan import Plan
from triage.replies.reply import Outcome, SendMessage, SetLabel
from triage.replies.text_samples import OPTIONAL, SAMPLES
from triage.replies.texts import Texts
from triage.verdict.model import Fault, Status, Verdict


@cache
def asks() -> ReplyRules:
    return reply_rules(channel="correction")


@cache
def writes() -> ReplyRules:
    return reply_rules(channel="message")


INCOMPLETE = judged(verdict=assessment(Status.A_COMPLETER))


def plain(asked: SendMessage | None) -> str:
    """The text with plain spaces and apostrophes."""
    assert asked is not None
    return asked.body.translate(str.maketrans("\u00a0\u202f’", "  '"))


def lacking(*items: Any, **changes: Any) -> Any:
    return judged(dossier(**changes), assessment(Status.A_COMPLETER, items=items))


def test_nobody_is_written_to_while_the_channel_is_off() -> None:
    for status in Status:
        assert message(due(judged(verdict=assessment(status)))) is None


def test_a_request_quotes_section_item_and_question_of_the_form() -> None:
    asked = message(due(INCOMPLETE, rules=asks()))
    assert asked is not None
    assert (asked.kind, asked.items) == ("request", ("A1:invalid:siret", "M5:missing:rcp"))
    body = plain(asked)
    for quoted in (
        "2 points sont à compléter ou à corriger, au plus tard le 10 avril 2026.",
        "2. Déclarant",
        "- « SIRET » : SIRET invalide. Attendu : SIRET valide.",
        "3. Médicaments",
        "- « RCP en vigueur » : absent. Attendu : le RCP en pièce jointe.",
        "cliquez sur « Déposer les modifications »",
    ):
        assert quoted in body
    assert f"nº {NUMBER}" in asked.body
    assert "de nouveau ouvert" in asked.body
    assert asked.body.endswith(asked.reference)


def test_a_plain_message_does_not_say_that_the_form_is_open_again() -> None:
    asked = message(due(INCOMPLETE, rules=writes()))
    assert asked is not None
    assert asked.correction is None
    assert "de nouveau ouvert" not in asked.body


def test_the_reason_of_a_correction_is_incomplete_if_anything_is_missing() -> None:
    both, wrong = (message(due(one, rules=asks())) for one in (INCOMPLETE, lacking(SIRET, FINE)))
    assert both is not None
    assert wrong is not None
    assert (both.correction, wrong.correction) == ("incomplete", "incorrect")


def test_an_open_scope_asks_for_its_questions_only() -> None:
    verdict = assessment(Status.A_PRECISER, items=(SIRET, RCP))
    asked = message(due(judged(verdict=verdict), rules=asks()))
    assert asked is not None
    assert asked.items == ("but_medical:missing",)
    assert "« L'usage vise-t-il à soigner ? »" in plain(asked)
    assert "SIRET" not in asked.body
    assert asked.correction == "incomplete"


def test_what_the_form_does_not_ask_is_asked_of_nobody() -> None:
    """A person said that a scope question is not asked: they decide, and not the declarant."""
    unasked = replace(QUESTION, field="territoire_national", asked=False)
    alone = assessment(Status.A_PRECISER, items=(SIRET, RCP), unanswered_scope=(unasked,))
    made = due(judged(verdict=alone), rules=asks())
    assert message(made) is None
    assert written(made)["statut"] == "À préciser"
    assert unasked.text in written(made)["elements_manquants"]
    both = assessment(Status.A_PRECISER, unanswered_scope=(unasked, QUESTION))
    asked = message(due(judged(verdict=both), rules=asks()))
    assert asked is not None
    assert asked.items == ("but_medical:missing",)
    assert plain(asked).count("oui ou par non") == 1


def test_an_item_that_only_the_agency_can_look_at_is_named_to_it_and_asked_of_nobody() -> None:
    fault = replace(RCP.faults[0], reason="aucun champ ne la donne", asked=False)
    unread = replace(RCP, reason=fault.reason, faults=(fault,))
    alone = assessment(Status.A_PRECISER, items=(unread,), unanswered_scope=(), priority="P1")
    made = due(judged(verdict=alone), rules=asks())
    assert message(made) is None
    told = written(made)
    assert (told["statut"], told["priorite"]) == ("À préciser", "P1"), "its scope is known"
    assert told["elements_manquants"] == f"M5 RCP : {fault.reason}"
    assert {"À examiner", "Urgent"} <= set(labelled(made))


def test_a_complete_report_is_acknowledged_once() -> None:
    first = message(due(judged(), rules=asks()))
    assert first is not None
    assert (first.kind, first.correction) == ("received", None)
    memory = Memory(messages=sent(first))
    assert message(due(judged(), memory, rules=asks())) is None
    asked = message(due(INCOMPLETE, memory, rules=asks()))
    memory = Memory(messages=sent(first, asked))
    assert message(due(judged(), memory, rules=asks())) is None


def test_a_complete_report_of_a_form_that_does_not_ask_everything_is_told_so_once() -> None:
    verdict = assessment(not_asked=1)
    less = replace(asks(), asks_all=False)
    first = message(due(judged(verdict=verdict), rules=less))
    asked = message(due(INCOMPLETE, rules=less))
    memory = Memory(messages=sent(asked))
    for one in (first, message(due(judged(verdict=verdict), memory, rules=less))):
        assert one is not None
        assert plain(one).count("obligatoires que demande ce formulaire y sont") == 1


@pytest.mark.parametrize("status", [Status.HORS_CHAMP, Status.CLOS, Status.A_TRIER])
def test_other_verdicts_are_told_by_humans(status: Status) -> None:
    assert message(due(judged(verdict=assessment(status)), rules=asks())) is None


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.UNKNOWN])
def test_the_same_set_of_items_is_asked_once_whatever_became_of_the_answer(
    outcome: Outcome,
) -> None:
    first = message(due(INCOMPLETE, rules=asks()))
    memory = Memory(messages=sent(first, outcome=outcome))
    assert message(due(INCOMPLETE, memory, rules=asks())) is None
    assert message(due(lacking(RCP, SIRET), memory, rules=asks())) is None
    other = message(due(lacking(RCP), memory, rules=asks()))
    assert other is not None
    assert first is not None
    assert other.key != first.key
    assert other.reference != first.reference


def test_after_the_last_request_a_label_calls_a_human() -> None:
    rules = reply_rules(channel="correction", max_requests=2)
    sets = [(RCP,), (SIRET,), (RCP, SIRET)]
    memory = Memory()
    for items in sets[:2]:
        made = due(lacking(*items), memory, rules=rules)
        assert labelled(made) == {}
        memory = Memory(messages=(*memory.messages, *sent(message(made))))
    made = due(lacking(*sets[2]), memory, rules=rules)
    assert message(made) is None
    assert labelled(made) == {"À relancer": True}
    complete = due(judged(), replace(memory, labels=frozenset({"À relancer"})), rules=rules)
    assert labelled(complete) == {"À relancer": False, "Complet": True}


@pytest.mark.parametrize(
    ("changes", "heeded"),
    [
        ({}, True),
        ({"passed_en_instruction_at": DEPOSIT + timedelta(days=1, seconds=2)}, False),
        ({"passed_en_instruction_at": DEPOSIT - timedelta(hours=1)}, True),
        (
            {
                "passed_en_instruction_at": DEPOSIT + timedelta(days=1),
                "champs_modified_at": DEPOSIT + timedelta(hours=2),
            },
            True,
        ),
    ],
    ids=["submitted", "taken up", "taken up before", "submitted, then taken up"],
)
def test_humans_are_called_when_the_declarant_answered_not_when_an_instructeur_took_it_up(
    changes: dict[str, Any], heeded: bool
) -> None:
    rules = reply_rules(channel="correction", max_requests=3)
    (first,) = sent(message(due(lacking(RCP), rules=rules)))
    asked = MessageSeen(
        id="M-1",
        created_at=DEPOSIT + timedelta(hours=1),
        correction="incomplete",
        resolved_at=DEPOSIT + timedelta(days=1),
        discarded=False,
    )
    memory = Memory(messages=(replace(first, message_id="M-1"),))
    made = due(lacking(RCP, messages=(asked,), **changes), memory, rules=rules)
    assert labelled(made) == ({"À relancer": True} if heeded else {})
    assert message(made) is None


def test_a_dossier_waits_for_its_declarant_since_what_was_asked_last() -> None:
    (first,) = sent(message(due(lacking(RCP), rules=writes())))
    said = (replace(first, message_id="M-1"),)
    asked = MessageSeen("M-1", DEPOSIT + timedelta(hours=1), None, None, discarded=False)
    at = asked.created_at
    assert asked_since(dossier(messages=(asked,)), said) == at
    assert asked_since(dossier(messages=(asked,)), ()) is None, "another's message asks nothing"
    assert asked_since(dossier(messages=(replace(asked, discarded=True),)), said) is None
    again: dict[str, Any] = {"messages": (asked,), "champs_modified_at": at + timedelta(days=1)}
    assert asked_since(dossier(**again), said) is None, "the declarant sent it again"
    told = (*said, replace(first, kind="received", message_id="M-2"))
    assert asked_since(dossier(messages=(asked,)), told) is None, "the last word asks nothing"
    reminded = (*said, replace(first, kind="reminder", message_id="M-2"))
    assert asked_since(dossier(messages=(asked,)), reminded) == at
    waits = dossier(correction_pending_since=at + timedelta(days=2))
    assert asked_since(waits, ()) == at + timedelta(days=2), "whoever asked"


def test_the_quiet_period_counts_from_the_last_submission() -> None:
    edited = NOW - timedelta(minutes=20)
    made = due(lacking(RCP, champs_modified_at=edited), rules=asks())
    assert message(made) is None
    assert made.again_at == edited + timedelta(hours=1)
    assert len(made.replies) == 1
    assert message(
        due(lacking(RCP, champs_modified_at=edited), rules=asks(), now=edited + timedelta(hours=1))
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"archived": True},
        {"state": DossierState.ACCEPTE},
        {"deposited_at": DEPOSIT - timedelta(days=2)},
        {"correction_pending_since": DEPOSIT},
    ],
    ids=["archived", "decided", "backlog", "a correction waits"],
)
@pytest.mark.parametrize("status", [Status.A_COMPLETER, Status.COMPLET])
def test_some_dossiers_are_never_written_to(changes: dict[str, Any], status: Status) -> None:
    case = judged(dossier(**changes), assessment(status))
    assert message(due(case, rules=asks())) is None


def test_a_pilot_list_keeps_everyone_else_out() -> None:
    assert message(due(INCOMPLETE, rules=reply_rules(channel="message", pilot={NUMBER})))
    assert message(due(INCOMPLETE, rules=reply_rules(channel="message", pilot={1, 2}))) is None


def test_a_message_that_ds_refuses_is_not_tried_again() -> None:
    first = message(due(INCOMPLETE, rules=asks()))
    assert first is not None
    assert message(due(INCOMPLETE, Memory(refused=frozenset({first.key})), rules=asks())) is None


def templates(**changes: str) -> dict[str, str]:
    folder = ROOT / "triage/unc/textes"
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.j2")} | changes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Bonjour {{ nom }} {{ reference }}", "nom"),
        ("Bonjour {% if %}", "message_request.j2:1"),
        ("Bonjour", "{{ reference }}"),
    ],
    ids=["unknown value", "syntax", "no reference"],
)
def test_a_wrong_text_is_told_when_it_is_loaded(text: str, told: str) -> None:
    with pytest.raises(DataFileError) as refused:
        Texts(templates(message_request=text))
    assert told in str(refused.value)


def test_a_missing_text_is_told() -> None:
    for name in SAMPLES.keys() - OPTIONAL:
        given = templates()
        del given[name]
        with pytest.raises(DataFileError, match=f"{name}.j2 : ce modèle manque"):
            Texts(given)


def test_a_template_cannot_reach_behind_the_values() -> None:
    with pytest.raises(DataFileError):
        Texts(templates(message_request="{{ ''.__class__.__mro__ }} {{ reference }}"))


def test_keys_of_messages_are_those_of_the_versions_before() -> None:
    """What was sent under a key is never sent again after an upgrade."""
    assert message_key(7, "request", items=("M5", "A1"), count=2) == (
        sha256(b"7\nrequest\nA1\nM5\n2").hexdigest()
    )
    first = message(due(INCOMPLETE, rules=asks()))
    assert first is not None
    assert first.key == message_key(first.number, "request", items=first.items, count=0)
    assert first.reference == f"UNC-{first.key[:4]}-{first.key[4:8]}".upper()


def test_what_a_message_said_is_known_by_its_reference_alone() -> None:
    asked = message(due(INCOMPLETE, rules=asks()))
    assert asked is not None
    assert kind_of_reference(asked.number, asked.reference) == "request"
    left = tuple(replace(one, items=None) for one in sent(asked))
    assert message(due(INCOMPLETE, Memory(messages=left), rules=asks())) is None
    complete = message(due(judged(), Memory(messages=left), rules=asks()))
    assert complete is not None
    assert kind_of_reference(complete.number, complete.reference) == "received"


def test_a_text_that_the_policy_sends_is_needed() -> None:
    given = templates()
    del given["message_reminder"]
    Texts(given)
    with pytest.raises(DataFileError, match=r"message_reminder\.j2 : ce modèle manque"):
        Texts(given, needed=the_form().policy.messages)


def test_spaces_are_those_of_french_print_and_the_reference_stays_last() -> None:
    asked = message(due(INCOMPLETE, rules=asks()))
    assert asked is not None
    assert "«\u00a0SIRET\u00a0»\u00a0: SIRET invalide" in asked.body
    assert "d’usage" in asked.body
    assert asked.body.endswith(asked.reference)


def test_the_second_request_thanks_and_counts_what_is_left() -> None:
    first = message(due(INCOMPLETE, rules=asks()))
    left = message(due(lacking(RCP, FINE), Memory(messages=sent(first)), rules=asks()))
    assert "Merci pour votre envoi. Il reste 1 point à compléter" in plain(left)
    done = message(due(judged(), Memory(messages=sent(first)), rules=asks()))
    assert "est maintenant complet" in plain(done)


WEAK = replace(
    SIRET,
    verdict=Verdict.INSUFFICIENT,
    at_fault=(),
    faults=(Fault("siret", Verdict.INSUFFICIENT, "réponse sans contenu", "SIRET valide."),),
)


@pytest.mark.parametrize("beside", [(FINE,), (RCP, FINE)], ids=["complete", "incomplete"])
def test_an_answer_that_says_too_little_is_mentioned_though_nothing_asks_for_it(
    beside: tuple[Any, ...],
) -> None:
    status = Status.A_COMPLETER if RCP in beside else Status.COMPLET
    told = message(due(judged(verdict=assessment(status, items=(WEAK, *beside))), rules=asks()))
    assert "- « SIRET » : réponse sans contenu." in plain(told).partition("Si vous le pouvez")[2]


class TestReminder:
    """Twenty days after a request that nobody answered; the declarant has thirty."""

    asked = message(due(INCOMPLETE, rules=asks()))
    at = NOW

    def shown(self, **changes: Any) -> Any:
        assert self.asked is not None
        seen = MessageSeen(
            id="M-1", created_at=self.at, correction="incomplete", resolved_at=None, discarded=False
        )
        given = {"messages": (seen,), "correction_pending_since": self.at, **changes}
        return judged(dossier(**given), assessment(Status.A_COMPLETER))

    def memory(self, *more: SendMessage | None) -> Memory:
        ours = tuple(replace(one, message_id="M-1") for one in sent(self.asked))
        return Memory(messages=(*ours, *sent(*more)))

    def plan(self, days: int, *more: SendMessage | None, **changes: Any) -> Plan:
        at = self.at + timedelta(days=days)
        return due(self.shown(**changes), self.memory(*more), rules=asks(), now=at)

    def test_it_waits_for_its_day_and_says_when_to_look_again(self) -> None:
        early = self.plan(19)
        assert message(early) is None
        assert early.again_at == self.at + timedelta(days=20)

    def test_it_is_sent_once_beside_the_correction_and_keeps_the_day_that_was_told(self) -> None:
        reminder = message(self.plan(20))
        assert reminder is not None
        assert (reminder.kind, reminder.correction, reminder.items) == ("reminder", None, ())
        assert "attend encore 2 points" in plain(reminder)
        assert "au plus tard le 10 avril 2026" in plain(reminder)
        again = self.plan(25, reminder)
        assert message(again) is None
        assert again.again_at == self.at + timedelta(days=30)

    def test_after_the_last_day_nothing_is_sent_and_humans_take_over(self) -> None:
        over = self.plan(30, message(self.plan(20)))
        assert message(over) is None
        assert over.again_at is None
        assert "À relancer" in {one.name for one in over.replies if isinstance(one, SetLabel)}
        assert message(self.plan(31)) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"champs_modified_at": NOW + timedelta(days=2), "correction_pending_since": None},
            {"messages": ()},
            {"archived": True},
            {"state": DossierState.SANS_SUITE},
        ],
        ids=["submitted", "not on DS", "archived", "decided"],
    )
    def test_nobody_is_reminded_who_answered_or_was_not_asked(self, changes: Any) -> None:
        assert message(self.plan(20, **changes)) is None

    def test_its_reference_alone_tells_that_it_is_no_request(self) -> None:
        reminder = message(self.plan(20))
        assert reminder is not None
        assert kind_of_reference(NUMBER, reminder.reference) == "reminder"

    def test_the_same_request_is_not_made_again_after_it(self) -> None:
        reminder = message(self.plan(20))
        later = self.plan(21, reminder, correction_pending_since=None)
        assert message(later) is None


def test_only_a_person_sends_a_declarant_elsewhere() -> None:
    rules = asks()
    policy = rules.policy.statuses[Status.HORS_CHAMP].model_copy(update={"message": "out_of_scope"})
    statuses = {**rules.policy.statuses, Status.HORS_CHAMP: policy}
    rules = replace(rules, policy=rules.policy.model_copy(update={"statuses": statuses}))
    verdict = assessment(Status.HORS_CHAMP)
    assert message(due(judged(verdict=verdict), rules=rules)) is None
    chosen = judged(dossier({902: "Usage non intentionnel"}), verdict)
    told = message(due(chosen, rules=rules))
    assert told is not None
    assert told.kind == "out_of_scope"
    assert message(due(chosen, Memory(messages=sent(told)), rules=rules)) is None
