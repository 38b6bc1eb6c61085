"""A trouble is told once as new; then it is counted, for as long as it lasts."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.run.summary import finish, name_troubles
from cli.terminal.output import Common
from mappings.drift.model import Drift, Kind, Severity
from steps.wiring.summary import Summary
from steps.wiring.troubles import Told, counted, key_of

FIRST = datetime(2026, 11, 12, 9, tzinfo=UTC)


def _drift(champ: str, severity: Severity = Severity.REVIEW) -> Drift:
    return Drift(severity, Kind.RENAMED, champ, "Libellé", "donnee", "a", "b", ("1",), "relire")


def _troubled() -> Summary:
    return Summary(
        quarantined={12, 7},
        refused=[(3, "Le champ est fermé.")],
        still_refused={3, 4},
        conflicts={9},
        newly_held={9},
        set_aside=["La liste des dossiers supprimés n'a pas pu être lue."],
        missing_labels={"Urgent"},
        form_drift=(_drift("101"), _drift("102", Severity.BLOCKING)),
    )


def _said(summary: Summary, capsys: pytest.CaptureFixture[str]) -> str:
    assert name_troubles(summary) == 1
    return capsys.readouterr().err


def test_a_run_with_nothing_new_says_whether_writes_wait_for_the_form(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waits = Summary(seen={1, 2}, form_drift=(_drift("102", Severity.BLOCKING),))
    for summary, told in (
        (waits, "Rien n'est écrit : 2 dossiers relus, ce qui est dû sur DS attend le formulaire."),
        (Summary(seen={1, 2}), "Rien à faire : 2 dossiers relus, aucun changement."),
    ):
        finish(summary, Common())
        assert " ".join(capsys.readouterr().out.split()) == told


def test_what_the_former_run_told_is_one_line_the_next_day(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = Told().after(_troubled(), at=FIRST, whole=True)
    first = _said(_troubled(), capsys)
    assert "En quarantaine (DS ne peut pas les servir) : 7, 12\n" in first
    assert "connu" not in first
    again = _troubled()
    again.told_before = told.since
    again.newly_held = set()
    assert _said(again, capsys) == (
        "8 connus depuis le 12/11, dont 1 bloquant : unc status --tout\n"
    )


def test_only_what_is_new_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    before = Told().after(_troubled(), at=FIRST, whole=True).since
    again = _troubled()
    again.told_before = before
    again.quarantined.add(15)
    again.refused = [(3, "Le champ est fermé."), (3, "Une autre raison.")]
    again.form_drift = (*again.form_drift, _drift("103"))
    said = _said(again, capsys).splitlines()
    assert "En quarantaine (DS ne peut pas les servir) : 15" in said
    assert "Dossier 3 : non fait : Une autre raison." in said
    assert sum(line.startswith("Formulaire : ") for line in said) == 1
    assert not any("7" in line.split(":")[-1] or "12," in line for line in said[:-1])


def test_what_is_over_and_comes_back_is_new() -> None:
    quarantine = Summary(quarantined={7})
    key = key_of("quarantined", 7)
    told = Told().after(quarantine, at=FIRST, whole=True)
    over = told.after(Summary(), at=FIRST + timedelta(days=1), whole=True)
    assert key not in over.since
    back = over.after(quarantine, at=FIRST + timedelta(days=2), whole=True)
    assert back.since[key] == FIRST + timedelta(days=2)
    assert key not in back.before_last()


def test_a_run_that_looks_at_a_part_or_fails_makes_nothing_new() -> None:
    told = Told().after(Summary(quarantined={7}), at=FIRST, whole=True)
    night = told.after(Summary(unfetched={8}), at=FIRST + timedelta(hours=1), whole=False)
    assert night.since.keys() == {key_of("quarantined", 7), key_of("unfetched", 8)}
    later = night.after(Summary(quarantined={7}), at=FIRST + timedelta(hours=2), whole=True)
    assert later.since == told.since
    assert later.before_last() == told.since


def test_what_is_kept_has_no_word_of_a_trouble_and_comes_back() -> None:
    told = Told().after(_troubled(), at=FIRST, whole=True)
    kept = told.kept()
    assert "fermé" not in str(kept)
    assert Told.of(kept) == told
    assert Told.of({}) == Told()


def test_one_is_told_as_one() -> None:
    line = counted(["a"], {"a": FIRST}, command="unc doctor --tout")
    assert line == "1 connu depuis le 12/11 : unc doctor --tout"
