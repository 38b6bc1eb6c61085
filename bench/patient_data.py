"""How much patient data the search finds in texts, and what it takes for some: figures by kind.

    .venv/bin/python -m bench.patient_data [corpus]       recall on formes.yaml, or another file of
                                                          tests/data/patient_data, and false masks
    .venv/bin/python -m bench.patient_data --reports 300  masks in generated reports, each shown

Targets: recall at least 0.97 on texts that designate a person, at most one false mask for 100
generated reports.
"""

import argparse
import tempfile
from pathlib import Path

from bench.second_reading import SEED
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import load_settings
from steps.read.poll import poll
from steps.wiring.case_files import CaseFiles
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from tests.triage.patient_data.corpus import forms, found_in, others, shown_of
from triage.patient_data.finders import FINDERS
from triage.patient_data.free_text import free_texts

_CONTEXT = 40


def measure(name: str) -> None:
    """Print recall by kind with what was missed, then what was found where nothing is."""
    right = total = 0
    for kind, texts in forms(name).items():
        missed = [
            (one.text, left)
            for one in texts
            if (left := shown_of(one, found_in(one.text, FINDERS.values())))
        ]
        right, total = right + len(texts) - len(missed), total + len(texts)
        print(f"{kind:22} {1 - len(missed) / len(texts):.3f}  ({len(texts)} textes)")
        for text, left in missed:
            print(f"    manque « {left} » : {text!r}")
    print(f"{'tous':22} {right / total:.3f}  ({total} textes)")
    wrong = count = 0
    for kind, plain in others().items():
        false = [(text, spans) for text in plain if (spans := found_in(text, FINDERS.values()))]
        wrong, count = wrong + len(false), count + len(plain)
        print(f"{kind:22} {len(false)} masque(s) à tort sur {len(plain)} textes")
        for text, spans in false:
            print(f"    à tort {[text[start:end] for start, end in spans]} : {text!r}")
    print(f"précision : {right / (right + wrong):.3f} ; à tort : {wrong} sur {count} textes")


def reports(count: int) -> None:
    """Print every mask in the texts of generated reports."""
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        seeds = generate(count, seed=SEED)
        with running_sandbox(home / "ds", seeds=seeds, rate_limit=100_000) as ds:
            settings = load_settings(
                _env_file=None,
                ds_url=ds.url,
                ds_token=ds.token,
                demarche=ds.demarche,
                instructeur=ds.instructeur,
                home=home,
            )
            with connect(settings, make=True) as services:
                poll(services, Summary())
                files = CaseFiles.read(services)
                fields = files.mapping.fields
                for stored in services.store.dossiers.iterate(services.demarche):
                    report = files.of(stored).report
                    for name, answer in report.fields.items():
                        if fields[name].audience == "agence":
                            continue
                        for _, text in free_texts(answer):
                            for kind, find in FINDERS.items():
                                for start, end in find(text):
                                    found += 1
                                    around = text[max(0, start - _CONTEXT) : end + _CONTEXT]
                                    print(f"{stored.number} {name} {kind} : {around!r}")
    print(f"{found} masque(s) dans {count} signalements")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", default="formes")
    parser.add_argument("--reports", type=int, default=0)
    asked = parser.parse_args()
    if asked.reports:
        reports(asked.reports)
    else:
        measure(asked.corpus)


if __name__ == "__main__":
    main()
