"""Tell what each form of the tests gives to who adapts the mapping to it, in one table.

    .venv/bin/python -m bench.matching.forms [--http [--unjudged]] [FORM…]

First the forms that scripts make of the sandbox's own, then those of `tests/data/formulaires`. Of
the fields that a form asks: *right*, the champ that asks it is the one proposed; *sure*, taken
without asking, and right; *sure and wrong*, which must be none; *to confirm*, another champ is
proposed; *left*, none is. With ``--http`` each form is served, and `unc mapping adapt --auto` run
on it; then a person takes each right proposal. *Misread*: values that then say another thing than
was answered, among those read. Choices whose meaning the form's author did not tell are not judged:
with ``--unjudged``, some of them, drawn at random and always the same, are printed for a person.
"""

import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from mappings.matching.match import match_form
from mappings.report.model import AnswerState, Report
from mappings.schema.file import parse_mapping
from sandbox.generator.any_form import dossiers_of
from tests.mappings.matching.examples import unseen
from tests.mappings.matching.perturbed import champs_of, form, names, paths_of, wrong_sure
from tests.mappings.matching.variants import Variant, every
from tests.steps.adopt.conftest import contacted
from tests.steps.adopt.test_strangers import Told, taken_as_sure, taken_by_one_who_knows
from tests.steps.adopt.test_values import reports

_DOSSIERS = 12
_DRAWN, _SEED = 120, 2026
"""Values of which nobody told the meaning that are drawn for a person to judge."""
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


def given(name: str) -> Given:
    """What the matching finds of a form that taught it nothing, no answer being known."""
    variant, wants = form(name), unseen(name)
    matching = match_form(wants, variant.revision, samples={})
    found = paths_of(matching) & variant.truth.keys()
    right = {path for path in found if champs_of(path, matching) == variant.truth[path]}
    return Given(
        asked=len(variant.truth),
        right=len(right),
        sure=len(right & matching.sure.keys()),
        wrong=wrong_sure(variant, wants),
        to_confirm=len(found - right),
    )


Read: TypeAlias = tuple[int, list[Any], list[Any]]
"""Values read, those of choices that are not judged, and those that are misread."""


def read_over_http(variant: Variant) -> list[Read]:
    """What is read of a form: as sure alone, then with a person."""
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


def _read(told: Told, found: Any, sandbox: Any, dossiers: Iterable[Any]) -> Read:
    mapping = parse_mapping(Path(found["file"]).read_text("utf-8"), source="mapping.yaml")
    read = reports(sandbox, mapping)
    odd = [one for made in dossiers for one in told.misread(read[made.number], made.answers)]
    unsaid = [one for one in odd if told.unsaid(one)]
    wrong = [one for one in odd if one not in unsaid]
    return sum(map(_values, read.values())), unsaid, wrong


def _values(report: Report) -> int:
    return sum(one.state is AnswerState.ANSWERED for one in report.fields.values())


def _told(read: Read) -> str:
    values, unsaid, wrong = read
    return f"{len(wrong)} of {values}" + (f", {len(unsaid)} not judged" if unsaid else "")


def _for_a_person(name: str, variant: Variant, unsaid: Iterable[Any]) -> Iterator[str]:
    """A value, and what was answered to get it, as a person judges them."""
    asked = {str(one["id"]): one["label"] for one in every(variant.form["revisions"][-1])}
    for path, read, told in unsaid:
        answers = " ; ".join(f"{asked[key]} : {answer}" for key, answer in told)
        yield f"{name} | {path} = {read} | {answers}"


def main() -> int:
    """Print the table; 1 where something is sure and wrong, or misread."""
    over_http = "--http" in sys.argv
    chosen = [one for one in sys.argv[1:] if not one.startswith("--")] or names()
    titles = ("form", *_TITLES, *(_READ if over_http else ()))
    print(_line(titles), _line("---" for _ in titles), sep="\n", flush=True)
    faults: list[str] = []
    unjudged: list[str] = []
    total: dict[str, int] = dict.fromkeys(("asked", "right", "sure"), 0)
    for name in chosen:
        variant = form(name)
        found = given(name)
        read = read_over_http(variant) if over_http else []
        print(_line([name, *found.cells, *map(_told, read)]), flush=True)
        faults += [f"{name}, sure and wrong: {path} <- {one}" for path, one in found.wrong.items()]
        faults += [f"{name}, misread: {one}" for _, _, wrong in read for one in wrong]
        unjudged += [
            one for _, unsaid, _ in read[1:] for one in _for_a_person(name, variant, unsaid)
        ]
        total = {key: count + getattr(found, key) for key, count in total.items()}
    shares = ", ".join(f"{key} {total[key] / total['asked']:.0%}" for key in ("right", "sure"))
    print(f"\n{len(chosen)} forms, {total['asked']} fields asked: {shares}")
    print("\n".join(faults))
    if "--unjudged" in sys.argv:
        drawn = random.Random(_SEED).sample(unjudged, min(_DRAWN, len(unjudged)))
        print(f"{len(drawn)} of {len(unjudged)} that are not judged:", *drawn, sep="\n")
    return 1 if faults else 0


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
