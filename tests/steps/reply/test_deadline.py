"""The time that a declarant has, on a démarche whose clock and ours move on together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.observed_runs import clock_ahead
from tests.steps.reply.test_second_reading import ANALYSED, complete, today

pytestmark = pytest.mark.slow

DAY = 86_400
RULES = Path(__file__).parents[3] / "triage/unc"


@dataclass
class Calendar:
    """Days that went by since the test began, on both sides."""

    exchange: Exchange
    days: int = 0
    told: list[int] = field(default_factory=list)

    def wait(self, days: int) -> None:
        self.exchange.control.clock(advance=days * DAY)
        self.days += days

    def answer(self, number: int) -> list[dict[str, Any]]:
        """What a run of that day sends to the declarant; the run after it sends nothing."""
        before = len(self.exchange.ours(number))
        with clock_ahead(lambda: self.days * DAY):
            self.exchange.answer()
            sent = self.exchange.ours(number)[before:]
            assert self.exchange.answer().messages == 0
        return sent


@pytest.fixture
def asked(exchange: MakeExchange) -> Callable[..., Any]:
    """Open an exchange whose only dossier was asked for the date that it lacks."""

    @contextmanager
    def opened(**changes: Any) -> Iterator[tuple[Calendar, int]]:
        (seed,) = complete()
        answers = {one: v for one, v in seed.answers.items() if one != ANALYSED}
        lacking = type(seed)(
            **{**{n: getattr(seed, n) for n in seed.__slots__}, "answers": answers}
        )
        with exchange([lacking], **{**TO_ALL, **changes}) as made:
            calendar = Calendar(made)
            (request,) = calendar.answer(seed.number)
            assert request["reason"] == "incomplete"
            yield calendar, seed.number

    return opened


def labels(calendar: Calendar, number: int) -> list[str]:
    shown: list[str] = calendar.exchange.snapshot(number)["labels"]
    return shown


def test_a_declarant_is_reminded_once_then_left_to_the_staff(asked: Callable[..., Any]) -> None:
    with asked() as (calendar, number):
        calendar.wait(19)
        assert calendar.answer(number) == []
        calendar.wait(2)
        (reminder,) = calendar.answer(number)
        assert reminder["body"].startswith("Bonjour,\n\nRappel")
        assert "attend encore 1 point" in reminder["body"].replace("\u00a0", " ")
        assert "À relancer" not in labels(calendar, number)
        calendar.wait(10)
        assert calendar.answer(number) == []
        assert "À relancer" in labels(calendar, number)
        calendar.wait(60)
        assert calendar.answer(number) == []


def test_who_answers_in_time_is_neither_reminded_nor_chased(asked: Callable[..., Any]) -> None:
    with asked() as (calendar, number):
        calendar.wait(5)
        calendar.exchange.control.submit(number, {ANALYSED: today()})
        (thanks,) = calendar.answer(number)
        assert "est maintenant complet" in thanks["body"]
        calendar.wait(40)
        assert calendar.answer(number) == []
        assert labels(calendar, number) == ["Complet"]


def test_who_answers_after_the_reminder_is_no_more_chased(asked: Callable[..., Any]) -> None:
    with asked() as (calendar, number):
        calendar.wait(21)
        assert len(calendar.answer(number)) == 1
        calendar.wait(10)
        calendar.answer(number)
        assert "À relancer" in labels(calendar, number)
        calendar.exchange.control.submit(number, {ANALYSED: today()})
        assert len(calendar.answer(number)) == 1
        assert labels(calendar, number) == ["Complet"]


def test_a_person_who_says_out_of_scope_may_have_the_declarant_told_where(
    exchange: MakeExchange, tmp_path: Path
) -> None:
    rules = copytree(RULES, tmp_path / "regles")
    replies = rules / "reponses.yaml"
    text = replies.read_text("utf-8")
    assert "    # message: out_of_scope" in text
    replies.write_text(
        text.replace("    # message: out_of_scope", "    message: out_of_scope"), "utf-8"
    )
    (seed,) = complete()
    with exchange([seed], **TO_ALL, rules=rules) as made:
        made.answer()
        before = len(made.ours(seed.number))
        made.control.annotate(seed.number, {901: "Hors champ"})
        made.answer()
        (told,) = made.ours(seed.number)[before:]
        assert "Où le déclarer" in told["body"]
        assert made.answer().messages == 0
