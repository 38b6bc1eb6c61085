"""What an act, and a page of the register, cost on a large base; and what it adds to workbooks.

    .venv/bin/python -m bench.register [--dossiers 2000] [--situations 500] [--home DIR]

The base is that of `bench.at_size`; situations of past years are imported until there are as many
as asked. CPU seconds, imports apart; the floor is the same process that opens the base and places
what is new. With --home a base that was made before is measured again.
"""

import argparse
import contextlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl

from bench.at_size import made
from cli.app import call
from cli.registre.options import reading
from settings import load_settings
from steps.follow.followup import followed
from steps.judge.acts import register_of
from steps.registre.exported import register_view
from steps.registre.past_years import import_past_years, write_template
from steps.wiring.services import open_services
from triage.registre.acts import By

_BY = By("Banc d'essai", "commande")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=2_000)
    parser.add_argument("--situations", type=int, default=500)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unc-register-") as folder:
        home = asked.home or Path(folder)
        settings = made(home, asked.dossiers)
        os.environ |= {
            "UNC_HOME": str(home),
            "UNC_DEMARCHE": str(settings.demarche),
            "UNC_DS_URL": settings.ds_url,
            "UNC_DS_TOKEN": "jeton",
            "UNC_INSTRUCTEUR": str(settings.instructeur),
        }
        largest = fill(home, asked.situations)
        by = ("--by", "Banc")
        due = ("--centres", "Lyon", "--texte", "Connu ?", "--echeance", "2099-01-01")
        for _ in range(2):  # the second time, all is imported
            show("floor", _floor)
            show("registre show, the largest", lambda: unc("show", largest))
            show("registre list", lambda: unc("list"))
            show("registre years", lambda: unc("years"))
            show("an act: question add", lambda: unc("question", "add", largest, *due, *by))
        _exporting()


def fill(home: Path, situations: int) -> str:
    """Import past years until there are so many situations; the one with most dossiers."""
    with reading() as services:
        there = register_of(services).situations
        file = home / f"annees-{len(there)}.xlsx"
        if len(there) < situations:
            write_template(services, file)
            _write(file, situations - len(there))
            import_past_years(services, file.read_bytes(), by=_BY, dry_run=False)
        print(f"{len(register_of(services).situations)} situations,", end=" ")
        print(f"{services.store.acts.last(services.demarche)} acts")
    return max(there.values(), key=lambda one: len(one.dossiers)).id


def _write(file: Path, count: int) -> None:
    book = openpyxl.load_workbook(file)
    level = "Exposition limitée à quelques services."
    for at in range(count):
        name, first = f"{file.stem}-{at}", date(2017, 1, 5)
        texts = (name, f"Situation {at}", "Selon l’AMM", "Hors AMM", "avéré", None, "Banc")
        book["Situations"].append((*texts, "Faible", level, first, date(2017, 2, 1)))
        book["Mesures"].append((name, "communiqué", "prise", None, None, date(2017, 6, 1)))
        book["Signaux"].append((name, "CRPV", "CRPV de Lyon", first, f"Substance {at}", "Un cas."))
    book.save(file)


def unc(*words: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        if call(["registre", *words, "--json"]):
            raise SystemExit(" ".join(words))


def show(name: str, do: Callable[[], object]) -> None:
    began = time.process_time()
    do()
    print(f"{name:32} {time.process_time() - began:.2f} CPU-s")


def _floor() -> None:
    with reading():
        pass


def _exporting() -> None:
    with open_services(load_settings()) as services:
        began = time.process_time()
        found = followed(services)
        middle = time.process_time()
        view = register_view(services, found)
        print(f"followed, before workbooks        {middle - began:.2f} CPU-s")
        print(f"the register, beside it           {time.process_time() - middle:.2f} CPU-s", end="")
        print(f" ({len(view.ranked)} scores)")


if __name__ == "__main__":
    main()
