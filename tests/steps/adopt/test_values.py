"""Each value read through an adapted form is that of the original, or is told to be unreadable.

The same dossiers are served through the sandbox's own form and through a variant of it: their
answers are put in the variant's words and types, as its declarants would have given them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clients.reading.reader import DsReader
from clients.transport import DsTransport
from french.time import PARIS
from mappings.dossier.decode import decode_dossier, decode_revision
from mappings.dossier.model import Attachment, Company, Place
from mappings.report.mapper import map_report
from mappings.report.model import Answer, AnswerState, Report
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from sandbox.demarche.intake import NewDossier
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from sandbox.server import Sandbox, default_form, running_sandbox
from tests.mappings.matching.variants import (
    VARIANTS,
    Raw,
    Variant,
    as_form,
    every,
    our_revision,
    own_paths,
    the_mapping,
)
from tests.steps.adopt.conftest import MakeContact

Lossy = Mapping[str, Callable[[Any], Any]]
"""What a form cannot be told, by field: what is left of our value."""
COUNT = 24
FLAT = 3
LEAST = 50
"""Fields that are compared."""
LAST = len(default_form()["revisions"])


@dataclass(frozen=True)
class Translation:
    """A variant of our form, and how an answer to ours is given to it."""

    variant: Variant

    def dossier(self, seed: SeedDossier) -> NewDossier:
        given: dict[Any, Any] = {}
        for stable, answer in seed.answers.items():
            self._put(given, own_paths()[stable], stable, answer)
        return deposited(seed, given)

    def _put(self, given: dict[Any, Any], path: str, stable: int, answer: Any) -> None:
        ids = sorted(map(int, self.variant.truth.get(path, ())))
        old = OURS[stable]
        if not ids or answer is None:
            return
        if old["type"] != "repetition":
            (new,) = ids
            given[new] = put(answer, old, self.asked[new])
        elif self.asked[ids[0]]["type"] == "repetition":
            given[ids[0]] = [self._row(row) for row in answer]
        else:
            for at, row in enumerate(answer[:FLAT]):
                for child, told in row.items():
                    new = sorted(map(int, self.variant.truth[own_paths()[child]]))[at]
                    given[new] = put(told, OURS[child], self.asked[new])

    def _row(self, row: Mapping[int, Any]) -> dict[int, Any]:
        made: dict[int, Any] = {}
        for stable, answer in row.items():
            self._put(made, own_paths()[stable], stable, answer)
        return made

    @property
    def asked(self) -> dict[int, Raw]:
        return {one["id"]: one for one in every(self.variant.form["revisions"][-1])}


def unconditional(revision: Raw) -> None:
    """Show every question: conditions are of the types that questions had."""
    for one in every(revision):
        one.pop("condition", None)


def deposited(seed: SeedDossier, answers: Mapping[Any, Any]) -> NewDossier:
    return NewDossier(
        number=seed.number,
        revision=1,
        state="en_construction",
        groupe=0,
        deposited_at=seed.deposited_at,
        updated_at=seed.updated_at,
        usager_email=seed.usager_email,
        company=seed.company,
        answers=answers,
        mandatory=False,
    )


OURS = {one["id"]: one for one in every(default_form()["revisions"][-1])}


def put(answer: Any, old: Raw, new: Raw) -> Any:
    """An answer to one of our questions as it is given to the same in other types and options."""
    if isinstance(old.get("options"), list) and new.get("options") not in (None, old["options"]):
        words = dict(zip(old["options"], new["options"], strict=False))
        answer = [words[one] for one in answer] if isinstance(answer, list) else words.get(answer)
    match old["type"], new["type"]:
        case ("yes_no", "drop_down_list"):
            return "Oui" if answer else "Non"
        case ("multiple_drop_down_list", "drop_down_list"):
            return answer[0] if answer else None
        case ("date", "datetime"):
            return datetime.fromisoformat(f"{answer}T10:00").replace(tzinfo=PARIS).isoformat()
        case ("decimal_number", "text"):
            return str(answer).replace(".", ",")
        case (_, "text" | "textarea"):
            return str(answer)
        case _:
            return answer


def reports(sandbox: Sandbox, mapping: FormMapping) -> dict[int, Report]:
    with DsTransport(sandbox.url, sandbox.token) as transport:
        reader = DsReader(transport)
        info = reader.demarche(sandbox.demarche)
        since = datetime(2000, 1, 1, tzinfo=PARIS)
        raws = [raw for page in reader.pages(sandbox.demarche, updated_since=since)
                for raw in page.dossiers]  # fmt: skip
    revisions = {one.id: one for one in map(decode_revision, info.revisions)}
    found = {}
    for raw in raws:
        revision = revisions[raw["demarche"]["revision"]["id"]]
        dossier = decode_dossier(raw, revision=revision)
        found[dossier.number] = map_report(dossier, mapping=mapping, revision=revision)
    return found


def plain(value: Any) -> Any:
    """A value as what it says: the same whatever the type that it was asked in."""
    match value:
        case Company():
            return value.identifier
        case Place():
            return value.code or value.name
        case Decimal() | float():
            return Decimal(value).normalize()
        case datetime():
            return value.astimezone(PARIS).date()
        case date() | bool() | int():
            return value
        case str():
            return " ".join(value.split())
        case tuple() if value and isinstance(value[0], Mapping):
            return [{name: told(cell) for name, cell in row.items()} for row in value]
        case tuple():
            return [one.filename if isinstance(one, Attachment) else plain(one) for one in value]
        case _:
            return value


def told(answer: Answer) -> Any:
    return plain(answer.value) if answer.state is AnswerState.ANSWERED else None


def differences(ours: Report, theirs: Report, sure: set[str], lossy: Lossy) -> list[Any]:
    """Fields whose value is neither that of our form nor told to be unreadable."""
    found = []
    for path in sure:
        name, _, inner = path.partition(".")
        if inner or path.startswith("annotations"):
            continue
        one, other = told(ours.fields[name]), told(theirs.fields[name])
        if theirs.fields[name].state is AnswerState.UNREADABLE:
            continue
        if name in lossy and one is not None:
            one = lossy[name](one)
        if isinstance(one, list) and one and isinstance(one[0], dict):
            columns = {key.partition(".")[2] for key in sure if key.startswith(f"{name}.")}
            one = [{key: row[key] for key in columns} for row in one]
            other = [{key: row[key] for key in columns} for row in other or []]
        if one != other:
            found.append((name, one, other))
    return found


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sequence[SeedDossier], Any]:
    seeds = [one for one in generate(4 * COUNT, seed=17) if one.revision == LAST][:COUNT]
    revision = our_revision()
    unconditional(revision)
    made = [deposited(one, one.answers) for one in seeds]
    folder = tmp_path_factory.mktemp("original")
    forms = [as_form(revision)]
    with running_sandbox(folder, forms=forms, seeds=made, rate_limit=100_000) as sandbox:
        return seeds, reports(sandbox, the_mapping())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "lossy"),
    [
        ("same labels, other ids", {}),
        ("reworded", {"niveau_risque": lambda one: None if one == "Non évaluable" else one}),
        (
            "retyped and flattened",
            {
                "specialites": lambda rows: rows[:FLAT],
                "mesures": lambda rows: rows[:FLAT],
                "cadre_soins": lambda options: options[:1],
            },
        ),
        ("a third absent, ten unknown", {}),
    ],
)
def test_each_value_is_that_of_the_original_form_or_is_told_unreadable(
    contact: MakeContact,
    original: tuple[Sequence[SeedDossier], Mapping[int, Report]],
    name: str,
    lossy: Lossy,
) -> None:
    seeds, ours = original
    translation = Translation(VARIANTS[name]())
    unconditional(translation.variant.form["revisions"][-1])
    there = contact(translation.variant, [translation.dossier(one) for one in seeds])
    there.unc("sync")
    found = there.unc("mapping", "adapt", "--auto")
    file = Path(found["file"])
    text = file.read_text("utf-8")
    assert there.unc("mapping", "adapt", "--auto")["left"] == found["left"]
    assert file.read_text("utf-8") == text, "asked again, the same form is found the same"
    mapping = parse_mapping(text, source="mapping.yaml")
    sure = {one["field"] for one in found["sure"]}
    theirs = reports(there.sandbox, mapping)
    assert theirs.keys() == ours.keys()
    wrong = [
        (number, *one)
        for number, report in theirs.items()
        for one in differences(ours[number], report, sure, lossy)
    ]
    assert wrong == []
    assert len(sure) > LEAST
