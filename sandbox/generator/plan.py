"""What each dossier will be, decided in order from the seed, so that a prefix stays a prefix."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Literal

from sandbox.generator.data import CompanyProfile, DocumentedUse, companies, situations
from sandbox.generator.draft import PARIS, DossierPlan, T

CATEGORIES = {"complete": 35, "incomplete": 40, "unclear": 8, "out": 10, "closed": 7}
TRAITS = {
    "plain": 38,
    "hostile": 20,
    "complement": 7,
    "closing": 2,
    "duplicate": 4,
    "near_duplicate": 3,
    "two_products": 6,
    "generics": 6,
    "beyond": 5,
    "stale": 3,
    "patient_data": 3,
    "midnight": 3,
}
WINDOW_DAYS = 540
FIRST_REVISION = 0.7
NUMBER_STEP = 7
BATCHES = (95, 210, 400)
BATCH_SHARE = 0.06
THREE = 3
CAREFUL = 0.5


@dataclass(frozen=True, slots=True)
class GeneratorOptions:
    """What a run of the generator was asked."""

    seed: int
    first_number: int
    now: datetime


def plans(course: GeneratorOptions) -> Iterator[DossierPlan]:
    """Give the plans of the dossiers without end, in the order of their numbers."""
    categories = deck(course.seed, "category", CATEGORIES)
    traits = deck(course.seed, "trait", TRAITS)
    order = deck(course.seed, "situation", {one.id: 1 for one in situations()})
    known = {one.id: one for one in situations()}
    dealt: Counter[str] = Counter()
    for at in count():
        rng = Random(f"{course.seed}/plan/{at}")
        category, trait = next(categories), next(traits)
        turn = dealt[trait]
        situation, company = subject(rng, known[next(order)], trait, turn)
        revision: Literal[1, 2] = 1 if rng.random() > FIRST_REVISION else 2
        yield DossierPlan(
            number=course.first_number
            + NUMBER_STEP * at
            + (rng.randrange(NUMBER_STEP) if at else 0),
            revision=revision,
            category=category,
            trait=trait,
            deposited_at=deposit(rng, course.now, revision, trait),
            situation=situation,
            company=company,
            careful=rng.random() < CAREFUL,
            trait_turn=turn,
            category_turn=dealt[category],
        )
        dealt.update((category, trait))


def deck(seed: int, name: str, sizes: dict[T, int]) -> Iterator[T]:
    """Deal shuffled decks without end, each holding every card as often as asked."""
    cards = [card for card, size in sizes.items() for _ in range(size)]
    for turn in count():
        shuffled = list(cards)
        Random(f"{seed}/{name}/{turn}").shuffle(shuffled)
        yield from shuffled


def subject(
    rng: Random, situation: DocumentedUse, trait: str, turn: int
) -> tuple[DocumentedUse, CompanyProfile]:
    """Choose situation and company; generics go by three companies of one substance."""
    if trait == "generics":
        shared = [one for one in situations() if len(one.companies) >= THREE]
        chosen = shared[turn // THREE % len(shared)]
        return chosen, companies()[chosen.companies[turn % THREE]]
    if trait == "two_products":
        situation = rng.choice([one for one in situations() if len(one.products) > 1])
    return situation, companies()[rng.choice(situation.companies)]


def deposit(rng: Random, now: datetime, revision: int, trait: str) -> datetime:
    """Choose the moment of the deposit: revision 1 was open first, then revision 2."""
    change = round(WINDOW_DAYS * FIRST_REVISION)
    youngest, oldest = (1, change) if revision > 1 else (change, WINDOW_DAYS)
    batches = [days for days in BATCHES if youngest <= days < oldest]
    if batches and rng.random() < BATCH_SHARE:
        return (now - timedelta(days=rng.choice(batches))).astimezone(UTC)
    day = now.astimezone(PARIS) - timedelta(days=rng.uniform(youngest, oldest))
    if trait == "midnight":
        local = day.replace(hour=0, minute=rng.randint(5, 50))
    else:
        local = day.replace(hour=rng.randint(7, 19), minute=rng.randint(0, 59))
    return local.replace(second=rng.randint(0, 59), microsecond=0).astimezone(UTC)
