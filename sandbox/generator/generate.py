"""Seeded generator of realistic UNC dossiers: ``generate`` is the whole of what others need.

Same arguments, same dossiers; with a larger count, the first ones stay the same. Situations, French
texts, companies and defects are data files of this folder (``situations.yaml`` and its neighbours).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from sandbox.demarche.seed import SeedCompany, SeedDossier, State
from sandbox.generator import scope, traits
from sandbox.generator.answers import write
from sandbox.generator.data import companies, read, situations
from sandbox.generator.defects import DefectQueue, catalogue
from sandbox.generator.draft import DossierPlan, DraftDossier
from sandbox.generator.plan import GeneratorOptions, plans
from sandbox.generator.verdict import planted

NOW = datetime(2026, 9, 30, 9, 0, tzinfo=UTC)
FIRST_NUMBER = 24_000_001
RECIPE_EVERY = 6
REINDEXED = timedelta(days=20)


def generate(
    count: int,
    *,
    seed: int,
    first_number: int = FIRST_NUMBER,
    now: datetime = NOW,
    spoilt: bool = True,
) -> list[SeedDossier]:
    """Give ``count`` dossiers deposited in the eighteen months before ``now`` (aware).

    Those that are not ``spoilt`` are the same, without the defects: what each declarant meant.
    """
    course = GeneratorOptions(seed=seed, first_number=first_number, now=now)
    writer = DossierWriter(course, spoilt=spoilt)
    for plan in islice(plans(course), count):
        writer.add(plan)
    return writer.made


class DossierWriter:
    """Where dossiers are written one after the other, each knowing those before it."""

    def __init__(self, course: GeneratorOptions, *, spoilt: bool = True) -> None:
        self.course, self.spoilt = course, spoilt
        self.made: list[SeedDossier] = []
        names = list(catalogue())
        Random(f"{course.seed}/defects").shuffle(names)
        self._blocking = DefectQueue([name for name in names if catalogue()[name].blocks])
        self._harmless = DefectQueue([name for name in names if not catalogue()[name].blocks])
        self._recipes = 0

    def add(self, plan: DossierPlan) -> None:
        """Write one more dossier."""
        rng = Random(f"{self.course.seed}/dossier/{len(self.made)}")
        draft = DraftDossier(plan=plan, rng=rng, contact=rng.choice(plan.company.contacts))
        earlier = traits.candidate(draft, self.made)
        if earlier:
            plan = draft.plan = follow(plan, earlier)
            draft.contact = rng.choice(plan.company.contacts)
        elif plan.trait in traits.LINKED + traits.COPIES:
            plan = draft.plan = replace(plan, trait="plain")
        draft.siret = plan.company.siret
        if earlier and plan.trait in traits.COPIES:
            traits.repeat(draft, earlier)
        else:
            write(draft)
            scope.apply(draft)
            traits.apply(draft, earlier)
            if self.spoilt:
                self._spoil(draft)
        self.made.append(finish(draft, self.course.now))

    def _spoil(self, draft: DraftDossier) -> None:
        """Plant the defects that the category of the dossier calls for."""
        rng = draft.rng
        match draft.plan.category:
            case "incomplete":
                self._recipes += 1
                if self._recipes % RECIPE_EVERY == 0 and self._follow_recipe(draft):
                    return
                self._blocking.plant(draft, rng.choice((1, 1, 2, 2, 3, 4)))
                self._harmless.plant(draft, rng.choice((0, 0, 1)))
            case "complete":
                self._harmless.plant(draft, rng.choice((0, 0, 1, 1, 2)))
            case _:
                self._blocking.plant(draft, rng.choice((0, 0, 0, 1, 2)))
                self._harmless.plant(draft, rng.choice((0, 0, 1)))

    def _follow_recipe(self, draft: DraftDossier) -> bool:
        """Plant a set of defects whose score is known; say whether all of it fitted."""
        recipes = read("recipes")
        names = recipes[self._recipes // RECIPE_EVERY % len(recipes)]
        fits = all(catalogue()[name].fits(draft) for name in names)
        for name in names if fits else ():
            catalogue()[name].plant(draft)
        return fits


def follow(plan: DossierPlan, earlier: SeedDossier) -> DossierPlan:
    """Give a plan the subject and the company of the dossier that it follows."""
    known = {company.siret: company for company in companies().values()}
    situation = next(one for one in situations() if one.id == earlier.planted.situation)
    return replace(plan, situation=situation, company=known[earlier.company.siret])


def finish(draft: DraftDossier, now: datetime) -> SeedDossier:
    """Close the draft: state, dates, groupe, and the verdict that it deserves."""
    plan, rng = draft.plan, draft.rng
    state = outcome(draft)
    age = now - plan.deposited_at
    updated = plan.deposited_at + rng.choice((0.0, rng.random(), rng.random() ** 3)) * age
    if age > REINDEXED and draft.chance(0.08):
        updated = now - REINDEXED
    return SeedDossier(
        number=plan.number,
        revision=plan.revision,
        state=state,
        groupe=1 if draft.chance(0.04) else 0,
        deposited_at=plan.deposited_at,
        updated_at=updated.replace(microsecond=0),
        usager_email=draft.contact.email,
        company=SeedCompany(siret=draft.siret, name=plan.company.name),
        answers=draft.answers,
        planted=planted(
            draft.answers,
            draft.items,
            state=state,
            situation=plan.situation.id,
            kind=" ".join([plan.trait, *draft.planted]),
        ),
        archived=plan.category == "closed" and draft.chance(0.4),
        annotations=notes(draft),
    )


def outcome(draft: DraftDossier) -> State:
    """Choose the state of the dossier on DS."""
    closing: tuple[State, ...] = ("accepte", "accepte", "refuse", "sans_suite")
    if draft.plan.category == "closed":
        return draft.pick(closing)
    return "en_instruction" if draft.chance(0.2) else "en_construction"


def notes(draft: DraftDossier) -> dict[int, object]:
    """Write what evaluators wrote by hand: only in revision 2, and never what the bridge writes."""
    if draft.plan.revision == 1 or draft.chance(0.8):
        return {}
    given: dict[int, object] = {924: draft.chance(0.6)}
    if draft.chance(0.5):
        given[922] = draft.pick(read("phrases")["crpv"])
    if draft.chance(0.4):
        given[923] = draft.pick(("Faible", "Modéré", "Élevé"))
    return given
