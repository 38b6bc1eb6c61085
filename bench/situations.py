"""Precision and recall of situations and duplicates on generated dossiers, and time to group many.

    .venv/bin/python -m bench.situations      2,000 generated dossiers, then 20,000 descriptions
    .venv/bin/python -m bench.situations --alone    2,000 reports on one substance, and no more

The generator plants situations and copies; the truth is its plan, never the bridge's own rules.
Pairs of reports are compared: precision is the share of proposed pairs that were planted, recall
the share of planted pairs that are proposed. Reports out of scope are in no situation. A line of
the public list that the generator draws from holds several uses (cyproterone for acne, for
contraception): situations are held to precision only. Recall is held by the reports that people
planted (``python -m tests.triage.situations.planted``).
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from random import Random
from time import perf_counter, process_time

from bench.serving import judged_demarche
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from settings import Settings
from steps.wiring.case_files import reports_of
from steps.wiring.form import load_form
from triage.situations.description import Description, describe
from triage.situations.duplicates import find_links
from triage.situations.grouping import group, signature
from triage.situations.matching import Matching
from triage.verdict.priority import out_of_scope

COUNT, MANY = 2_000, 20_000
PRECISION, RECALL = 0.98, 0.95
Pairs = set[tuple[int, int]]


def described(seeds: list[SeedDossier]) -> tuple[list[Description], Matching]:
    """Descriptions of the dossiers, as the bridge reads them over HTTP."""
    with judged_demarche(seeds) as services:
        rules, matching = services.form.rulesets[-1], services.form.matching
        told = [
            describe(one, matching, in_scope=out_of_scope(rules, one) is None)
            for one in reports_of(services)
        ]
    return told, matching


def one_substance(matching: Matching, count: int) -> list[Description]:
    """As many reports on one substance, each of a use told in other words, some in none."""
    draw, vocabulary = Random(1), matching.vocabulary
    uses = sorted(vocabulary.uses)
    known = sorted({word for said in vocabulary.uses.values() for word in said.split()})
    options = {
        "nature_non_conformite": ("Indication", "Population", "Posologie", "Durée", "Autre"),
        "population": ("Adulte", "65 ans et plus", "Femme enceinte", "12 à 17 ans", "2 à 11 ans"),
        "voie_utilisee": ("Orale", "Intraveineuse", "Sous-cutanée", "Autre", "Intrathécale"),
    }
    found = []
    for number in range(1, count + 1):
        words = [draw.choice(uses)] if draw.random() < 0.5 else []  # noqa: PLR2004
        words += draw.choices(known, k=draw.randint(0, 3))
        words += ["".join(draw.choices("abcdefghilmnoprstuv", k=8)) for _ in range(2)]
        facets = {
            name: tuple(draw.sample(told, draw.randint(0, 2))) for name, told in options.items()
        }
        answered = draw.random() < 0.9  # noqa: PLR2004
        facets["indication_visee"] = vocabulary.uses_of(" ".join(words)) if answered else ()
        found.append(
            Description(
                number=number,
                in_scope=True,
                company=str(number),
                medicines=("nefopam",),
                codes={},
                unnamed=(),
                facets=facets,
                answers={},
                initial=True,
                earlier=None,
            )
        )
    return found


def pairs(groups: Iterable[Iterable[int]]) -> Pairs:
    return {pair for members in groups for pair in combinations(sorted(members), 2)}


def planted_copies(seeds: list[SeedDossier]) -> list[set[int]]:
    """Families of reports that are one report."""
    family: dict[int, set[int]] = {}
    for seed in seeds:
        found = re.match(r"(?:near_)?duplicate of (\d+)", seed.planted.kind)
        if found:
            earlier = int(found.group(1))
            members = family.setdefault(earlier, {earlier})
            members.add(seed.number)
            family[seed.number] = members
    return [set(one) for one in {id(one): one for one in family.values()}.values()]


def show(name: str, proposed: Pairs, truth: Pairs, *, least: float = RECALL) -> bool:
    right = len(proposed & truth)
    precision, recall = right / max(1, len(proposed)), right / max(1, len(truth))
    print(
        f"{name:<28} precision {precision:.4f}  recall {recall:.4f}"
        f"  ({len(truth)} planted pairs, {len(proposed)} proposed)"
    )
    return precision >= PRECISION and recall >= least


def _again(one: Description, *, number: int, turn: int) -> Description:
    """A report of another company on the same use, with references of its own."""
    named = {"reference_interne", "references_cas"}
    answers = {
        name: re.sub(r"(\d{3,})", rf"\g<1>{turn:03}", text) if name in named else text
        for name, text in one.answers.items()
    }
    return replace(one, number=number, company=f"{turn}{one.company}", answers=answers)


def alone(matching: Matching) -> None:
    """As many distinct reports on one substance, beside saying once what each answers."""
    told = one_substance(matching, COUNT)
    start = process_time()
    for one in told:
        signature(one, matching)
    least = process_time() - start
    start = process_time()
    groups = group(told, matching)
    took = process_time() - start
    print(
        f"{COUNT} distinct reports on one substance: {len(groups)} groups in {took:.2f} CPU-s"
        f" (target: 0.5 s; their signatures alone {least:.2f})"
    )


def main() -> int:
    if "--alone" in sys.argv:
        settings = Settings.model_construct()
        matching = load_form(mapping=settings.mapping, rules=settings.rules).matching
        assert matching  # noqa: S101
        alone(matching)
        return 0
    seeds = generate(COUNT, seed=7)
    told, matching = described(seeds)
    planted = {seed.number: seed.planted for seed in seeds}
    truth: dict[int, list[int]] = defaultdict(list)
    for one in told:
        if one.in_scope:
            truth[planted[one.number].situation].append(one.number)
    good = show("situations", pairs(group(told, matching)), pairs(truth.values()), least=0)
    bare = matching.model_copy(update={"classes": {}})
    show("… by substance alone", pairs(group(told, bare)), pairs(truth.values()))
    links = find_links(told, matching)
    copies = {(one.earlier, one.number) for one in links if one.kind == "duplicate"}
    good &= show("duplicates", copies, pairs(planted_copies(seeds)))
    follows = {
        (int(found.group(1)), seed.number)
        for seed in seeds
        if (found := re.match(r"(?:complement|closing) .*?of (\d+)", seed.planted.kind))
    }
    linked = {(one.earlier, one.number) for one in links if one.kind == "complement"}
    good &= show("complements", linked, follows)
    alone(matching)
    many = [_again(told[at % len(told)], number=at, turn=at // len(told)) for at in range(MANY)]
    start = perf_counter()
    groups = group(many, matching)
    grouping = perf_counter() - start
    start = perf_counter()
    found = find_links(many, matching)
    print(
        f"{MANY} reports: {len(groups)} groups in {grouping:.2f} s,"
        f" {len(found)} links in {perf_counter() - start:.2f} s (target: 30 s)"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
