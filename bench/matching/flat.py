"""Tell what is found of rows that are asked flat, and of words cut short, in each style.

    .venv/bin/python -m bench.matching.flat [-v] [FORM…]   (all of them: minutes)

Each form of the tests is made so (``tests/mappings/matching/wordings/abridged.py``), and read by
what other hands teach. *Right*: of the fields of its rows, or of all where every question is cut
short.
"""

import random
import sys
from collections import Counter

from mappings.matching.match import match_form
from tests.mappings.matching.examples import unseen
from tests.mappings.matching.perturbed import champs_of, form, names, paths_of, wrong_sure
from tests.mappings.matching.variants import Variant
from tests.mappings.matching.wordings.abridged import STYLES, cut_short, flat, flattened_in

_SHORT = "tout abrégé"


def made(name: str, style: str) -> tuple[Variant, list[str]]:
    """A form in a style, and the fields of it that are looked at."""
    if style == _SHORT:
        variant = cut_short(form(name), random.Random(name))
        return variant, sorted(variant.truth)
    variant = flat(form(name), random.Random(f"{name}{style}"), style=style)
    return variant, flattened_in(variant)


def main() -> int:
    """Print a line a style; 1 where something is sure and wrong."""
    chosen = [one for one in sys.argv[1:] if one != "-v"] or names()
    bad = 0
    for style in (*STYLES, _SHORT):
        counts: Counter[str] = Counter()
        for name in chosen:
            variant, asked = made(name, style)
            if not asked:
                continue
            wants = unseen(name)
            matching = match_form(wants, variant.revision, samples={})
            found = paths_of(matching).intersection(asked)
            right = {path for path in found if champs_of(path, matching) == variant.truth[path]}
            wrong = wrong_sure(variant, wants)
            counts.update(
                asked=len(asked),
                right=len(right),
                sure=len(right & matching.sure.keys()),
                wrong=len(wrong),
                to_confirm=len(found - right),
            )
            if "-v" in sys.argv:
                print(f"{name}, {style}: {', '.join(sorted(set(asked) - right))}")
            for path, label in wrong.items():
                print(f"{name}, {style}, sure and wrong: {path} <- {label}")
        bad += counts["wrong"]
        print(f"{style}: {dict(counts)}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
