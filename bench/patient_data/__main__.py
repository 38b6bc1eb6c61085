"""How much patient data the search finds in texts, and what it takes for some: figures by kind.

    .venv/bin/python -m bench.patient_data [corpus]       recall on formes.yaml, or another file of
                                                          tests/data/patient_data, and false masks
    .venv/bin/python -m bench.patient_data --reports 300  masks in generated reports, each shown
    .venv/bin/python -m bench.patient_data --size 20000   how the search grows with the text

Targets: recall at least 0.97 on texts that designate a person, at most one false mask for 100
generated reports; at most 6 times for a text 4 times as long, on texts made to slow the search down
(one that starts again at each character makes it sixteen times). Of each length the best of several
is taken, so that other jobs of the machine count little.
"""

import argparse
import time
from collections.abc import Callable, Iterator

from bench.second_reading import SEED
from bench.serving import judged_demarche
from sandbox.generator.generate import generate
from steps.wiring.case_files import CaseFiles
from tests.triage.patient_data.corpus import forms, others, read, shown_of, spans_in
from tests.triage.patient_data.grammar import grown
from triage.patient_data.finders import FINDERS, Span, found_in
from triage.patient_data.free_text import free_texts

_CONTEXT = 40
GROWN = "grammaire"
"""The corpus whose names and numbers are drawn."""
SERIES, OTHERS = "serie-", "-autres"
"""What the files are called that were written in one go, and their texts of nobody."""
HOSTILE = (
    "1 ",
    "A.",
    "né ",
    "0",
    "J.D. né 1/1/11 ",
    "06 12 34 56 78 ",
    "1 85 05  ",
)
TRIES = 3
TIMES = 4
SHORTEST = 0.001
"""Seconds under which a clock says nothing."""


def measure(name: str) -> None:
    """Print recall by kind with what was missed, then what was found where nothing is."""
    right = total = 0
    for kind, texts in (grown(SEED) if name == GROWN else forms(name)).items():
        missed = [(one.text, left) for one in texts if (left := shown_of(one, spans_in(one.text)))]
        right, total = right + len(texts) - len(missed), total + len(texts)
        print(f"{kind:22} {1 - len(missed) / len(texts):.3f}  ({len(texts)} textes)")
        for text, left in missed:
            print(f"    manque « {left} » : {text!r}")
    print(f"{'tous':22} {right / total:.3f}  ({total} textes)")
    wrong = count = 0
    plain_texts = read(f"{name}{OTHERS}") if name.startswith(SERIES) else others()
    for kind, plain in plain_texts.items():
        false = [(text, spans) for text in plain if (spans := spans_in(text))]
        wrong, count = wrong + len(false), count + len(plain)
        print(f"{kind:22} {len(false)} masque(s) à tort sur {len(plain)} textes")
        for text, spans in false:
            print(f"    à tort {[text[start:end] for start, end in spans]} : {text!r}")
    print(f"précision : {right / (right + wrong):.3f} ; à tort : {wrong} sur {count} textes")


def reports(count: int) -> None:
    """Print every mask in the texts of generated reports."""
    found = 0
    with judged_demarche(generate(count, seed=SEED)) as services:
        files = CaseFiles.read(services)
        for stored in services.store.dossiers.iterate(services.demarche):
            for name, answer in files.of(stored).report.fields.items():
                if files.mapping.fields[name].audience == "agence":
                    continue
                for _, text in free_texts(answer):
                    for kind, (start, end) in found_in(text):
                        found += 1
                        around = text[max(0, start - _CONTEXT) : end + _CONTEXT]
                        print(f"{stored.number} {name} {kind} : {around!r}")
    print(f"{found} masque(s) dans {count} signalements")


def seconds(find: Callable[[str], Iterator[Span]], text: str) -> float:
    """Processor time of one search, the best of several."""
    measured = []
    for _ in range(TRIES):
        started = time.process_time()
        for _span in find(text):
            pass
        measured.append(time.process_time() - started)
    return min(measured)


def growth(size: int) -> None:
    """Print the worst ratio of each finder, and the text that it is of."""
    for name, find in FINDERS.items():
        ratios = {}
        for piece in HOSTILE:
            short, long = (piece * (length // len(piece)) for length in (size, size * TIMES))
            ratios[piece] = seconds(find, long) / max(seconds(find, short), SHORTEST)
        piece, worst = max(ratios.items(), key=lambda one: one[1])
        print(f"{name}: {worst:.1f} times for {TIMES} times the text (« {piece} »)")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", default="formes")
    parser.add_argument("--reports", type=int, default=0)
    parser.add_argument("--size", type=int, default=0, help="characters of the shorter text")
    asked = parser.parse_args()
    if asked.size:
        growth(asked.size)
    elif asked.reports:
        reports(asked.reports)
    else:
        measure(asked.corpus)


if __name__ == "__main__":
    main()
