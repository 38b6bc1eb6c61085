"""Annotations, labels and passages that are due: the table of the requirements."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from mappings.dossier.model import ChampValue, Dossier, DossierState, Number, Text, Unreadable
from tests.triage.replying import (
    DEPOSIT,
    JUDGED_AT,
    NOW,
    OPTION,
    assessment,
    dossier,
    due,
    judged,
    labelled,
    ours,
    reply_rules,
    written,
)
from triage.replies.inputs import Memory
from triage.replies.reply import Conflict, PassEnInstruction
from triage.verdict.model import Status

AT = "2026-03-10T12:00:00+00:00"
COMPLETE = {
    901: "Complet",
    903: 62,
    904: "Aucun",
    905: "P3",
    906: "Maladie rare",
    908: "2026.1",
}


def shown_as(value: ChampValue | None, updated_at: datetime | None) -> Dossier:
    """A dossier whose status DS shows in another way than it was written."""
    before = dossier()
    return replace(
        before,
        annotations=tuple(
            structs.replace(one, value=value, updated_at=updated_at) if one.id == "901" else one
            for one in before.annotations
        ),
    )


@pytest.mark.parametrize(
    "value", [None, Text('["Complet"]'), Unreadable("12", "pas une option"), Number(12)], ids=str
)
def test_what_ds_confirmed_and_shows_otherwise_is_not_written_again(
    value: ChampValue | None,
) -> None:
    memory = Memory(written=ours(statut="Complet"), confirmed={"statut": "Complet"})
    made = due(judged(shown_as(value, DEPOSIT + timedelta(hours=4))), memory)
    assert "statut" not in written(made)
    assert "statut" not in made.ours
    assert made.conflicts == ()


def test_what_a_person_cleared_is_written_again() -> None:
    memory = Memory(written=ours(statut="Complet"), confirmed={"statut": "Complet"})
    assert written(due(judged(shown_as(None, DEPOSIT)), memory))["statut"] == "Complet"


def test_what_was_written_after_the_base_was_copied_is_written_again() -> None:
    memory = Memory(written=ours(statut="Complet"), confirmed={"statut": "Complet"})
    newer = shown_as(Text("À compléter"), DEPOSIT + timedelta(hours=4))
    newer = replace(
        newer,
        annotations=tuple(
            structs.replace(one, value=Text(AT), updated_at=DEPOSIT + timedelta(hours=4))
            if one.id == "909"
            else one
            for one in newer.annotations
        ),
    )
    assert written(due(judged(newer), memory))["statut"] == "Complet"


def test_a_complete_report_shows_score_priority_and_reasons() -> None:
    made = due(judged())
    assert written(made) == {
        "statut": "Complet",
        "completude": "62",
        "elements_manquants": "Aucun",
        "priorite": "P3",
        "motifs_priorite": "Maladie rare",
        "version_referentiel": "2026.1",
        "controle_le": AT,
    }
    assert labelled(made) == {"Complet": True}
    assert made.conflicts == ()


def test_an_incomplete_report_lists_each_defect_on_a_line() -> None:
    made = due(judged(verdict=assessment(Status.A_COMPLETER)))
    assert written(made)["elements_manquants"] == "A1 Entreprise : SIRET invalide\nM5 RCP : absent"
    assert labelled(made) == {}


@pytest.mark.parametrize(
    ("status", "before"),
    [
        (Status.COMPLET, "Aucun"),
        (Status.A_COMPLETER, "A1 Entreprise : SIRET invalide\nM5 RCP : absent"),
        (Status.A_PRECISER, "L'usage vise-t-il à soigner ? : question sans réponse"),
    ],
)
def test_on_what_a_score_stands_is_told_where_the_form_does_not_ask_everything(
    status: Status, before: str
) -> None:
    verdict = assessment(status, not_asked=1)
    made = written(due(judged(verdict=verdict), rules=replace(reply_rules(), asks_all=False)))
    assert made["elements_manquants"] == f"{before}\nComplétude calculée {verdict.reach}."
    assert made["completude"] == "62"
    for whole in (due(judged(verdict=assessment(status))), due(judged(verdict=verdict))):
        assert written(whole)["elements_manquants"] == before, "of an earlier revision too"


def test_an_unanswered_scope_question_is_quoted_as_the_form_asks_it() -> None:
    made = due(judged(verdict=assessment(Status.A_PRECISER)))
    assert written(made) == {
        "statut": "À préciser",
        "completude": "62",
        "elements_manquants": "L'usage vise-t-il à soigner ? : question sans réponse",
        "version_referentiel": "2026.1",
        "controle_le": AT,
    }
    assert labelled(made) == {"À examiner": True}


def test_a_report_out_of_scope_shows_why_and_no_score() -> None:
    made = due(judged(verdict=assessment(Status.HORS_CHAMP)))
    assert written(made) == {
        "statut": "Hors champ",
        "motif_hors_champ": OPTION,
        "version_referentiel": "2026.1",
        "controle_le": AT,
    }
    assert labelled(made) == {"À examiner": True}


def test_what_no_longer_applies_is_cleared_and_a_number_that_cannot_be_is_told() -> None:
    memory = Memory(
        written=ours(
            statut="Complet",
            completude="62",
            elements_manquants="Aucun",
            priorite="P3",
            motifs_priorite="Maladie rare",
        )
    )
    case = judged(dossier(COMPLETE), assessment(Status.HORS_CHAMP))
    changes = written(due(case, memory))
    assert changes["priorite"] == ""
    assert changes["motifs_priorite"] == ""
    assert "completude" not in changes
    assert "ne s'applique plus" in changes["elements_manquants"]


@pytest.mark.parametrize("status", [Status.COMPLET, Status.A_COMPLETER, Status.A_PRECISER])
def test_a_score_that_stays_where_there_is_none_any_more_is_told_beside_what_lacks(
    status: Status,
) -> None:
    memory = Memory(written=ours(statut="Complet", completude="62", elements_manquants="Aucun"))
    lost = assessment(status, score=None, band="")
    lines = written(due(judged(dossier(COMPLETE), lost), memory))["elements_manquants"].split("\n")
    before = written(due(judged(verdict=lost)))["elements_manquants"].split("\n")
    assert lines[:-1] == before, "where no score was ever shown, nothing is said of one"
    assert lines[-1].startswith("La complétude affichée ne s'applique plus")


def test_a_report_that_is_back_in_scope_loses_its_reason() -> None:
    memory = Memory(written=ours(statut="Hors champ", motif_hors_champ=OPTION))
    case = judged(dossier({901: "Hors champ", 902: OPTION}))
    assert written(due(case, memory))["motif_hors_champ"] == ""


def test_nothing_is_due_where_ds_shows_what_is_wanted() -> None:
    case = judged(dossier(COMPLETE, labels=frozenset({"Complet"})))
    assert due(case).replies == ()


def test_the_date_of_the_check_alone_is_no_reason_to_write() -> None:
    later = judged(dossier(COMPLETE), assessed_at=JUDGED_AT + timedelta(days=3))
    assert written(due(later)) == {}
    newer = replace(later, assessment=assessment(ruleset="2026.2"))
    assert written(due(newer, Memory(written=ours(version_referentiel="2026.1")))) == {
        "version_referentiel": "2026.2",
        "controle_le": "2026-03-13T12:00:00+00:00",
    }


def test_a_value_of_ours_is_replaced() -> None:
    case = judged(dossier({901: "À compléter"}))
    assert written(due(case, Memory(written=ours(statut="À compléter"))))["statut"] == "Complet"


def test_a_value_whose_answer_was_lost_is_ours_too() -> None:
    memory = Memory(written={"statut": frozenset({"Complet", "À compléter"})})
    made = due(judged(dossier({901: "À compléter"})), memory)
    assert written(made)["statut"] == "Complet"
    assert made.conflicts == ()


def test_what_a_human_wrote_is_left_and_told() -> None:
    memory = Memory(written=ours(statut="Complet"))
    made = due(judged(dossier({901: "À trier"})), memory)
    assert "statut" not in written(made)
    assert "priorite" in written(made)
    (conflict,) = made.conflicts
    assert conflict == Conflict(
        number=conflict.number, annotation="statut", wanted="Complet", found="À trier"
    )


def test_the_bridge_takes_up_again_what_the_human_clears() -> None:
    made = due(judged(dossier({901: ""})), Memory(written=ours(statut="Complet")))
    assert written(made)["statut"] == "Complet"
    assert made.conflicts == ()


def test_a_situation_is_proposed_and_a_humans_one_kept_without_conflict() -> None:
    proposed = due(judged(situation="S-12"))
    assert written(proposed)["situation"] == "S-12"
    confirmed = due(judged(dossier({907: "S-7"}), situation="S-12"))
    assert "situation" not in written(confirmed)
    assert confirmed.conflicts == ()
    moved = due(
        judged(dossier({907: "S-12"}), situation="S-7"), Memory(written=ours(situation="S-12"))
    )
    assert written(moved)["situation"] == "S-7"
    assert "situation" not in written(due(judged(dossier({907: "S-7"}))))


def test_the_manual_switch_stops_the_bridge_for_this_dossier() -> None:
    rules = reply_rules(channel="correction")
    made = due(judged(dossier({921: True}), assessment(Status.A_COMPLETER)), rules=rules)
    assert made.replies == ()
    assert due(judged(dossier({921: False})), rules=rules).replies


@pytest.mark.parametrize("state", ["accepte", "refuse", "sans_suite"])
def test_a_decided_dossier_is_closed_only_where_the_bridge_had_written(state: str) -> None:
    verdict = assessment(Status.CLOS)
    shown = dossier({901: "Complet", 902: OPTION, 903: 12}, state=DossierState(state))
    rules = reply_rules(channel="correction", pass_en_instruction=True)
    assert due(judged(shown, verdict), rules=rules).replies == ()
    memory = Memory(written=ours(statut="Complet"), labels=frozenset({"Complet"}))
    made = due(judged(shown, verdict), memory, rules=rules)
    assert written(made) == {"statut": "Clos"}
    assert len(made.replies) == 1


def test_annotations_that_the_revision_lacks_are_not_written() -> None:
    assert written(due(judged(annotations=()))) == {}


def test_a_value_that_ds_refuses_is_not_sent_again_and_the_others_are() -> None:
    memory = Memory(refused_values=ours(priorite="P3"))
    made = due(judged(), memory)
    assert "priorite" not in written(made)
    assert written(made)["statut"] == "Complet"


def test_labels_follow_the_verdict_and_only_ours_are_removed() -> None:
    shown = dossier(labels=frozenset({"Complet", "À examiner", "À signer"}))
    memory = Memory(labels=frozenset({"Complet"}))
    made = due(judged(shown, assessment(Status.A_COMPLETER, priority="P1")), memory)
    assert labelled(made) == {"Complet": False, "Urgent": True}


def test_a_label_that_a_human_took_off_is_left_off() -> None:
    memory = Memory(labels=frozenset({"Complet"}))
    assert labelled(due(judged(), memory)) == {}
    uncertain = replace(memory, uncertain_labels=frozenset({"Complet"}))
    assert labelled(due(judged(), uncertain)) == {"Complet": True}


def test_a_label_that_the_demarche_lacks_is_told_not_planned() -> None:
    made = due(judged(), rules=reply_rules(labels=frozenset({"Urgent"})))
    assert labelled(made) == {}
    assert made.missing_labels == {"Complet"}


def test_labels_that_the_demarche_names_otherwise_are_told_by_its_names() -> None:
    there = frozenset({"Dossier complet", "URGENT"})
    rules = reply_rules(labels=there)
    named = {"Complet": "Dossier complet", "À examiner": "", "À relancer": "Relance"}
    rules = replace(rules, mapping=replace(rules.mapping, labels=named))
    urgent = judged(verdict=assessment(priority="P1"))
    assert labelled(due(urgent, rules=rules)) == {"Complet": True, "Urgent": True}
    worn = replace(urgent, dossier=dossier(labels=there))
    memory = Memory(labels=frozenset({"Complet", "Urgent"}))
    assert labelled(due(worn, memory, rules=rules)) == {}
    to_complete = replace(worn, assessment=assessment(Status.A_COMPLETER))
    assert labelled(due(to_complete, memory, rules=rules)) == {"Complet": False, "Urgent": False}
    doubtful = due(judged(verdict=assessment(Status.A_PRECISER)), rules=rules)
    assert (labelled(doubtful), doubtful.missing_labels) == ({}, frozenset())
    lacking = replace(rules, labels=frozenset({"Complet"}))
    assert due(judged(), rules=lacking).missing_labels == {"Dossier complet"}


def test_a_complete_dossier_is_passed_en_instruction_once_for_each_submission() -> None:
    rules = reply_rules(pass_en_instruction=True)

    def passages(**changes: Any) -> list[str]:
        made = due(judged(dossier(**changes)), rules=rules)
        return [one.key for one in made.replies if isinstance(one, PassEnInstruction)]

    (first,) = passages()
    assert passages() == [first]
    (again,) = passages(champs_modified_at=DEPOSIT + timedelta(hours=3))
    assert again != first
    assert passages(champs_modified_at=NOW - timedelta(minutes=59)) == []  # the quiet hour
    assert passages(state=DossierState.EN_INSTRUCTION) == []
    assert passages(correction_pending_since=DEPOSIT) == []
    assert not any(isinstance(one, PassEnInstruction) for one in due(judged()).replies)
    incomplete = due(judged(verdict=assessment(Status.A_COMPLETER)), rules=rules)
    assert not any(isinstance(one, PassEnInstruction) for one in incomplete.replies)
