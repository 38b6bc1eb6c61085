"""Learn what patient data looks like from the labelled texts, or measure what is learned.

    .venv/bin/python -m bench.patient_data.learn                    write the model of the product
    .venv/bin/python -m bench.patient_data.learn --without serie-q  learn without a series, and say
                                                                    what is then found in it

A series says something of texts never seen only if the rules were not mended with it either.
The lists of words are among what is learned from: one that changes makes another model.
"""

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pycrfsuite import Trainer

from bench.second_reading import SEED
from bench.serving import judged_demarche
from sandbox.generator.generate import generate
from steps.wiring.case_files import CaseFiles
from tests.triage.patient_data.corpus import FOLDER, KEPT_ASIDE, Form, forms, read, shown_of
from tests.triage.patient_data.grammar import grown
from triage.patient_data.finders import FINDERS, Span, found_with
from triage.patient_data.free_text import free_texts
from triage.patient_data.learned.tagger import MODEL
from triage.patient_data.learned.traits import tokens, traits
from triage.patient_data.learned.weights import FIRST, NEXT, OTHER
from triage.patient_data.plain import plain

GROWN, OTHERS = "grammaire", "autres"
SEEDS = 2
GENERATED = 400
"""Reports of the sandbox whose texts are learned, of another seed than those that are searched."""
IN_ANOTHER_CASE = 0.3
"""Share of the texts that are learned in small letters too, and in capitals."""
TIMES = 2
"""How often a text of nobody counts."""
SETTINGS = {"c1": 0.01, "c2": 0.2, "max_iterations": 200, "feature.minfreq": 2}


def of_people(without: Iterable[str]) -> Iterator[Form]:
    """Texts that designate somebody."""
    for name in _names():
        if not name.endswith(OTHERS) and name not in without:
            for texts in forms(name).values():
                yield from texts
    for seed in range(SEEDS):
        for texts in grown(seed).values():
            yield from texts


def of_nobody(without: Iterable[str]) -> Iterator[str]:
    """Texts that designate nobody."""
    for name in _names():
        if name.endswith(OTHERS) and name.removesuffix(f"-{OTHERS}") not in without:
            for texts in read(name).values():
                yield from texts
    yield from (text for text in dict.fromkeys(_of_sandbox()) if not _by_rules(text))


def _of_sandbox() -> Iterator[str]:
    """Texts of generated reports: the patients that are planted there are those of the rules."""
    with judged_demarche(generate(GENERATED, seed=SEED + 1)) as services:
        files = CaseFiles.read(services)
        for stored in services.store.dossiers.iterate(services.demarche):
            for answer in files.of(stored).report.fields.values():
                yield from (text for _, text in free_texts(answer))


def _names() -> Sequence[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != GROWN)


def _by_rules(text: str) -> list[Span]:
    return [span for find in FINDERS.values() for span in find(text)]


def learn(model: Path, without: Iterable[str] = ()) -> tuple[int, int]:
    """Write the model, without some series; gives how many texts of people, and of nobody."""
    without = (*KEPT_ASIDE, *without)
    trainer = Trainer(verbose=False)
    trainer.set_params(SETTINGS)
    people, nobody = [*of_people(without)], [*of_nobody(without)]
    for form in (*people, *(Form(text, ()) for text in nobody for _ in range(TIMES))):
        shown = plain(form.text)
        marked = {at for start, end in form.hidden for at in range(start, end)}
        places = [next(shown.typed([(at, at + 1)]))[0] in marked for at in range(len(shown.text))]
        for text in _in_cases(shown.text):
            words = tokens(text)
            if words:
                trainer.append(
                    traits(text, words), _labels([any(places[slice(*one[1:])]) for one in words])
                )
    trainer.train(str(model))
    return len(people), len(nobody)


def _in_cases(text: str) -> Iterator[str]:
    yield text
    drawn = random.Random(text).random()
    for changed, share in ((text.lower(), IN_ANOTHER_CASE), (text.upper(), 2 * IN_ANOTHER_CASE)):
        if drawn < share:
            if len(changed) == len(text):
                yield changed
            return


def _labels(hidden: Sequence[bool]) -> list[str]:
    return [
        OTHER if not one else NEXT if at and hidden[at - 1] else FIRST
        for at, one in enumerate(hidden)
    ]


def measure(name: str, model: Path) -> None:
    """Print what rules find in a series, and what they do with what was learned."""

    def both(text: str) -> list[Span]:
        return [span for _, span in found_with(model, text)]

    people = [one for texts in forms(name).values() for one in texts]
    nobody = [one for texts in read(f"{name}-{OTHERS}").values() for one in texts]
    for said, find in (("règles seules", _by_rules), ("avec ce qui est appris", both)):
        right = sum(not shown_of(one, find(one.text)) for one in people) / len(people)
        wrong = sum(bool(find(one)) for one in nobody)
        print(f"{name}, {said} : {right:.3f} de {len(people)}, à tort {wrong} sur {len(nobody)}")


def main() -> None:
    """Write the model, or measure one that lacks some series."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", nargs="+", default=[], metavar="SERIE")
    asked = parser.parse_args()
    if not asked.without:
        people, nobody = learn(MODEL)
        print(f"{MODEL.name} : {people} textes de personnes, {nobody} de personne")
        return
    with TemporaryDirectory() as folder:
        model = Path(folder) / MODEL.name
        learn(model, asked.without)
        for name in asked.without:
            measure(name, model)


if __name__ == "__main__":
    main()
