"""Tell what each form of the tests gives to who adapts the mapping to it, in one table.

    .venv/bin/python -m bench.matching.forms [--http] [FORM…]

First the forms that scripts make of the sandbox's own, then those of `tests/data/formulaires`. Of
the fields that a form asks: *right*, the champ that asks it is the one proposed; *sure*, taken
without asking, and right; *sure and wrong*, which must be none; *to confirm*, another champ is
proposed; *left*, none is. With ``--http`` each form is served, and `unc mapping adapt --auto` run
on it; then a person takes each right proposal. *Misread*: values that then say another thing than
was answered, among those read. Choices whose meaning the form's author did not tell are not judged.
"""

import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.matching.match import match_form
from mappings.report.model import AnswerState, Report
from mappings.schema.file import parse_mapping
from sandbox.generator.any_form import dossiers_of
from tests.mappings.matching.perturbed import champs_of, form, names, paths_of, wrong_sure
from tests.mappings.matching.variants import Variant, our_wants
from tests.steps.adopt.conftest import contacted
from tests.steps.adopt.test_strangers import Told, taken_as_sure, taken_by_one_who_knows
from tests.steps.adopt.test_values import reports

_DOSSIERS = 12
_TITLES = ("asked", "right", "sure", "sure and wrong", "to confirm", "left")
_READ = ("misread, sure alone", "misread, once a person took what is right")


@dataclass(frozen=True, slots=True)
class Given:
    """What a form gives, in fields that it asks."""

    asked: int
    right: int
    sure: int
    wrong: Mapping[str, str]
    to_confirm: int

    @property
    def cells(self) -> tuple[str, ...]:
        """It as a line of the table."""
        share = (f"{one} ({one / self.asked:.0%})" for one in (self.right, self.sure))
        left = self.asked - self.right - self.to_confirm
        return (str(self.asked), *share, str(len(self.wrong)), str(self.to_confirm), str(left))


def given(variant: Variant) -> Given:
    """What the matching finds of a form, no answer being known."""
    matching = match_form(our_wants(), variant.revision, samples={})
    found = paths_of(matching) & variant.truth.keys()
    right = {path for path in found if champs_of(path, matching) == variant.truth[path]}
    return Given(
        asked=len(variant.truth),
        right=len(right),
        sure=len(right & matching.sure.keys()),
        wrong=wrong_sure(variant),
        to_confirm=len(found - right),
    )


def read_over_http(variant: Variant) -> list[tuple[int, int, list[Any]]]:
    """Values read, choices not judged, and misread values: as sure alone, then with a person."""
    dossiers = dossiers_of(variant.form, _DOSSIERS, seed=11)
    told = Told(variant)
    with (
        tempfile.TemporaryDirectory() as folder,
        contacted(Path(folder), variant, dossiers) as there,
    ):
        there.unc("sync")
        return [
            _read(told, adapt(there, variant), there.sandbox, dossiers)
            for adapt in (taken_as_sure, taken_by_one_who_knows)
        ]


def _read(
    told: Told, found: Any, sandbox: Any, dossiers: Iterable[Any]
) -> tuple[int, int, list[Any]]:
    mapping = parse_mapping(Path(found["file"]).read_text("utf-8"), source="mapping.yaml")
    read = reports(sandbox, mapping)
    odd = [one for made in dossiers for one in told.misread(read[made.number], made.answers)]
    wrong = [one for one in odd if not told.unsaid(one)]
    return sum(map(_values, read.values())), len(odd) - len(wrong), wrong


def _values(report: Report) -> int:
    return sum(one.state is AnswerState.ANSWERED for one in report.fields.values())


def _told(read: tuple[int, int, list[Any]]) -> str:
    values, unsaid, wrong = read
    return f"{len(wrong)} of {values}" + (f", {unsaid} not judged" if unsaid else "")


def main() -> int:
    """Print the table; 1 where something is sure and wrong, or misread."""
    over_http = "--http" in sys.argv
    chosen = [one for one in sys.argv[1:] if one != "--http"] or names()
    titles = ("form", *_TITLES, *(_READ if over_http else ()))
    print(_line(titles), _line("---" for _ in titles), sep="\n", flush=True)
    faults: list[str] = []
    total: dict[str, int] = dict.fromkeys(("asked", "right", "sure"), 0)
    for name in chosen:
        variant = form(name)
        found = given(variant)
        read = read_over_http(variant) if over_http else []
        print(_line([name, *found.cells, *map(_told, read)]), flush=True)
        faults += [f"{name}, sure and wrong: {path} <- {one}" for path, one in found.wrong.items()]
        faults += [f"{name}, misread: {one}" for _, _, wrong in read for one in wrong]
        total = {key: count + getattr(found, key) for key, count in total.items()}
    shares = ", ".join(f"{key} {total[key] / total['asked']:.0%}" for key in ("right", "sure"))
    print(f"\n{len(chosen)} forms, {total['asked']} fields asked: {shares}")
    print("\n".join(faults))
    return 1 if faults else 0


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
