"""Tell what is sure and wrong of the forms of the tests, each attacked in every way.

    .venv/bin/python -m bench.matching [FORM…]             (agent.yaml; all of them: some minutes)
    .venv/bin/python -m bench.matching --attacks [FORM…]

What resembles a question that the form does not ask must never be sure. Without ``--attacks``, each
field of each form is taken away in turn; with it, every kind of other question and of surroundings
is tried on each. The tests take a part of both (``tests/mappings/matching/test_perturbed.py``).
"""

import random
import sys
import time
from collections.abc import Iterator

from tests.mappings.matching.attacks import ATTACKS
from tests.mappings.matching.perturbed import KINDS, form, names, otherwise, without, wrong_sure
from tests.mappings.matching.variants import Variant, every


def less_a_field(_: str, variant: Variant) -> Iterator[tuple[str, Variant]]:
    """The form without each of its fields."""
    for path in variant.truth:
        yield f"without {path}", without(variant, [path])


def attacked(name: str, variant: Variant) -> Iterator[tuple[str, Variant]]:
    """The form with each kind of other questions, then of surroundings."""
    for kind in KINDS:
        yield kind, otherwise(variant, kind, random.Random(f"{name}{kind}"))
    for kind, made in ATTACKS.items():
        yield kind, made(variant, random.Random(f"{name}{kind}"))


def main() -> int:
    """Tell of each form; 1 where something is sure and wrong."""
    total = asked = 0
    made = attacked if "--attacks" in sys.argv else less_a_field
    for name in [one for one in sys.argv[1:] if one != "--attacks"] or names():
        began, found, questions = time.process_time(), 0, 0
        for kind, variant in made(name, form(name)):
            questions += sum(1 for _ in every(variant.form["revisions"][-1]))
            for taken, label in wrong_sure(variant).items():
                found += 1
                print(f"   {kind}: {taken} <- {label}")
        took = time.process_time() - began
        print(f"{name}: {found} of {questions} questions ({took:.0f} s)", flush=True)
        total, asked = total + found, asked + questions
    print(f"sure and wrong: {total} of {asked} questions")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
