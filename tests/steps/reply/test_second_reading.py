"""The second reading on the sandbox: no dead end, no contradiction, nothing lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.portal.source import source_of
from portal.dossiers.card import make_card
from portal.dossiers.lines import lines_of
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from steps.wiring.services import open_services
from tests.conftest import MakeBridge
from tests.steps.answering import TO_ALL
from tests.steps.conftest import MakeExchange
from tests.steps.judge.test_decided_by_people import row

pytestmark = pytest.mark.slow

ANALYSED, SERIOUS = 40, {49: True, 50: 4, 501: 2, 502: 1, 51: "FR-EXE-2026-0001"}
DEPOSIT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
"""The rule-set 2026.2 is in force."""


def complete(count: int = 1) -> list[SeedDossier]:
    """Dossiers that lack nothing, deposited in November 2026."""
    kept = [
        one
        for one in generate(90, seed=8)
        if (one.revision, one.planted.status, one.planted.score) == (2, "Complet", 100)
        and one.answers[13] == "Initial"
    ]
    assert len(kept) >= count
    moved = {36: "2026-10-01", ANALYSED: "2026-10-20", 41: True, 42: 300, 43: "Ventes"}
    return [
        replace(
            one,
            deposited_at=DEPOSIT,
            updated_at=DEPOSIT,
            state="en_construction",
            archived=False,
            answers={**one.answers, **moved},
        )
        for one in kept[:count]
    ]


def today(shift: int = 0) -> str:
    return (datetime.now(tz=UTC) + timedelta(days=shift)).date().isoformat()


def test_a_date_that_was_missing_is_given_and_the_report_is_complete(
    exchange: MakeExchange,
) -> None:
    (seed,) = complete()
    seed = replace(seed, answers={one: v for one, v in seed.answers.items() if one != ANALYSED})
    with exchange([seed], **TO_ALL) as made:
        made.answer()
        assert made.snapshot(seed.number)["annotations"]["904"] == "R1 Fin de l'analyse : absente"
        made.control.submit(seed.number, {ANALYSED: today(shift=40)})
        made.answer()
        made.control.submit(seed.number, {ANALYSED: today()})
        made.answer()
        made.answer()
        shown = made.snapshot(seed.number)
        letters = made.ours(seed.number)
    assert shown["annotations"]["901"] == "Complet"
    assert shown["annotations"]["908"] == "2026.2"
    assert [one["reason"] for one in letters] == ["incomplete", "incorrect", None]
    assert "de l’analyse de risque\u00a0»\u00a0: absente." in letters[0]["body"]
    assert ": postérieure à l’envoi." in letters[1]["body"].replace("\u00a0", " ")
    assert "est maintenant complet" in letters[2]["body"]


def test_a_complement_told_complete_is_not_asked_again_when_its_earlier_dossier_goes(
    exchange: MakeExchange,
) -> None:
    seeds = complete(6)
    pairs = [
        (first, replace(second, answers={**second.answers, 13: "Complément", 14: first.number}))
        for first, second in zip(seeds[::2], seeds[1::2], strict=True)
    ]
    linked = [second.number for _, second in pairs]
    with exchange([one for pair in pairs for one in pair], **TO_ALL) as made:
        made.answer()
        warned = made.verdicts()
        for first, second in pairs:
            told = {one.id for one in warned[second.number].warnings}
            other = second.answers[6][:9] != first.answers[6][:9]
            assert ("suite_autre_entreprise" in told) is other
            substances = [one.answers[15][0][154] for one in (first, second)]
            assert ("suite_autre_substance" in told) is (len({*substances}) > 1)
        goes = (made.control.hide, made.control.expire, made.control.purge)
        for go, (first, _) in zip(goes, pairs, strict=True):
            go(first.number)
        assert made.answer().messages == 0
        for number in linked:
            made.control.submit(number, {17: "Un titre un peu plus précis que le premier"})
        assert made.answer().messages == 0
        letters = [made.ours(number) for number in linked]
        shown = [made.snapshot(number)["annotations"]["901"] for number in linked]
    assert [[one["reason"] for one in told] for told in letters] == [[None]] * 3
    assert shown == ["Complet"] * 3


def test_a_decided_dossier_keeps_its_priority_and_its_verdict(bridge: MakeBridge) -> None:
    (seed,) = complete()
    seed = replace(seed, answers={**seed.answers, **SERIOUS})
    with bridge([seed]) as made:
        control = made.sandbox.control
        made.run()
        assert control.snapshot(seed.number)["annotations"]["905"] == "P1"
        control.move(seed.number, "en_instruction")
        control.move(seed.number, "accepte")
        made.run()
        shown, cells = control.snapshot(seed.number), row(made, "agence", seed.number)
        with open_services(made.settings) as services:
            source = source_of(services)
            context, entries = source.circumstances(), tuple(source.entries(None))
            ((reading, _),) = source.read(entries, context=context, audience="agence")
            card = make_card(reading, columns=source.columns)
            lines = tuple(lines_of(source, entries, context))
    assert (shown["annotations"]["901"], shown["annotations"]["905"]) == ("Clos", "P1")
    assert cells is not None
    assert [cells[name] for name in ("Statut", "Statut proposé", "Priorité", "Complétude")] == [
        "Clos",
        "Complet",
        "P1",
        100,
    ]
    (line,) = (one for one in lines if one.audience == "agence")
    assert line.priority == "P1"
    assert (card.status, card.proposed, card.priority) == ("Clos", "Complet", "P1")
