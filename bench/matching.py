"""Take each field of each form of the tests away in turn, and tell what is then sure and wrong.

    .venv/bin/python -m bench.matching [FORM…]        (agent.yaml; all of them: some minutes)

What resembles a question that the form does not ask must never be sure. The tests take an eighth
away at a time (``tests/mappings/matching/test_perturbed.py``).
"""

import sys
import time

from tests.mappings.matching.perturbed import form, names, without, wrong_sure


def main() -> int:
    """Tell of each form; 1 where something is sure and wrong."""
    total = 0
    for name in sys.argv[1:] or names():
        variant, began, found = form(name), time.process_time(), 0
        for path in variant.truth:
            for taken, label in wrong_sure(without(variant, [path])).items():
                found += 1
                print(f"   without {path}: {taken} <- {label}")
        took = time.process_time() - began
        print(f"{name}: {found} of {len(variant.truth)} ({took:.0f} s)", flush=True)
        total += found
    print(f"sure and wrong: {total}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
