"""Reports made from answers by stable id, as the form of the sandbox shows them, without any DS."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from mappings.dossier.model import (
    Attachment,
    Champ,
    ChampValue,
    Choice,
    Choices,
    Company,
    Day,
    Dossier,
    DossierState,
    Files,
    Number,
    Place,
    Rows,
    Text,
    Unreadable,
    YesNo,
)
from mappings.dossier.revision import Descriptor, Revision
from mappings.report.mapper import map_report
from mappings.report.model import Report
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from triage.rules.file import parse_ruleset
from triage.rules.model import RuleSet

ROOT = Path(__file__).parents[2]
NUMBER = 24_000_500
DEPOSIT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
Answers = Mapping[Any, Any]


@cache
def form() -> Any:
    return json.loads((ROOT / "sandbox/formulaire.json").read_text("utf-8"))


@cache
def the_mapping() -> FormMapping:
    path = ROOT / "mappings/unc/mapping.yaml"
    return parse_mapping(path.read_text("utf-8"), source=path.name)


@cache
def the_rules_text() -> str:
    return (ROOT / "triage/unc/rules/2026-1.yaml").read_text("utf-8")


@cache
def the_rules() -> RuleSet:
    return parse_ruleset(the_rules_text(), source="2026-1.yaml", mapping=the_mapping())


@cache
def the_second_reading() -> RuleSet:
    """The rule-set 2026.2."""
    path = ROOT / "triage/unc/rules/2026-2.yaml"
    return parse_ruleset(path.read_text("utf-8"), source=path.name, mapping=the_mapping())


@cache
def base_answers() -> Answers:
    text = (Path(__file__).parent / "cases" / "base.yaml").read_text("utf-8")
    loaded: Answers = YAML(typ="safe").load(text)
    return loaded


@cache
def revision_of(number: int) -> Revision:
    asked = form()["revisions"][number - 1]
    return Revision(
        id=f"revision-{number}",
        champs=tuple(_descriptor(one) for one in _listed(asked["champs"])),
        annotations=(),
    )


def _descriptor(raw: Mapping[str, Any]) -> Descriptor:
    return Descriptor(
        id=str(raw["id"]),
        api_id=f"api-{raw['id']}",
        label=raw["label"],
        type=raw["type"],
        required=raw["required"],
        options=tuple(raw.get("options") or ()),
        children=tuple(_descriptor(one) for one in _listed(raw.get("children"))),
    )


def _listed(raw: Any) -> list[Any]:
    return list(raw.values()) if isinstance(raw, dict) else list(raw or ())


def _shown(condition: Mapping[str, Any] | None, answers: Answers) -> bool:
    if condition is None:
        return True
    answer = answers.get(condition["champ"])
    match condition:
        case {"equals": wanted}:
            return bool(answer == wanted)
        case {"not_equals": wanted}:
            return bool(answer != wanted)
        case {"includes": wanted}:
            return wanted in (answer or ())
        case {"includes_any": wanted}:
            return bool(set(wanted) & set(answer or ()))
        case _:
            raise AssertionError(condition)


def _champs(asked: Any, answers: Answers) -> Iterator[Champ]:
    for raw in _listed(asked):
        if raw["type"] in {"header_section", "explication"}:
            continue
        if not _shown(raw.get("condition"), answers):
            continue
        yield Champ(
            id=str(raw["id"]),
            api_id=f"api-{raw['id']}",
            label=raw["label"],
            type=raw["type"],
            value=_value(raw, answers.get(raw["id"])),
            updated_at=None,
        )


def _value(raw: Mapping[str, Any], answer: Any) -> ChampValue | None:
    if answer is None or answer in ("", []):
        return None
    if isinstance(answer, dict) and "unreadable" in answer:
        return Unreadable(raw=answer["unreadable"], reason="valeur inattendue")
    if raw["type"] == "repetition":
        return Rows(tuple(tuple(_champs(raw["children"], row)) for row in answer))
    return MAKERS[raw["type"]](answer)


def _files(names: list[str]) -> Files:
    return Files(
        tuple(
            Attachment(
                filename=f"piece-{at}.pdf",
                size=10,
                checksum=f"sum-{at}",
                content_type="application/pdf",
                scan=scan,
            )
            for at, scan in enumerate(names)
        )
    )


MAKERS: Mapping[str, Callable[[Any], ChampValue]] = {
    "yes_no": YesNo,
    "checkbox": YesNo,
    "text": Text,
    "textarea": Text,
    "email": Text,
    "phone": Text,
    "siret": lambda answer: Company(identifier=answer, name=None),
    "drop_down_list": Choice,
    "multiple_drop_down_list": lambda answer: Choices(tuple(answer)),
    "linked_drop_down_list": lambda answer: Choices(tuple(answer)),
    "integer_number": Number,
    "decimal_number": lambda answer: Number(Decimal(str(answer))),
    "date": lambda answer: Day(answer if isinstance(answer, date) else date.fromisoformat(answer)),
    "regions": lambda answer: Place(kind="region", code=answer[0], name=answer[1]),
    "departements": lambda answer: Place(kind="departement", code=answer[0], name=answer[1]),
    "piece_justificative": _files,
}


def make_report(changes: Answers | None = None, *, revision: int = 2, **others: Any) -> Report:
    """The complete report of ``cases/base.yaml`` with some answers changed."""
    dossier = make_dossier(changes, revision=revision, **others)
    return map_report(dossier, mapping=the_mapping(), revision=revision_of(revision))


def make_dossier(
    changes: Answers | None = None,
    *,
    revision: int = 2,
    state: str = "en_construction",
    number: int = NUMBER,
    deposited_at: datetime = DEPOSIT,
    submitted_at: datetime | None = None,
) -> Dossier:
    """The dossier of that report; submitted when it was deposited, unless said otherwise."""
    answers = {**base_answers(), **(changes or {})}
    if revision == 1 and not isinstance(answers[29], str):
        answers[29] = "Principalement médecine générale et endocrinologie de ville"
    asked = form()["revisions"][revision - 1]
    return Dossier(
        id="D-1",
        number=number,
        state=DossierState(state),
        archived=False,
        revision_id=f"revision-{revision}",
        deposited_at=deposited_at,
        modified_at=submitted_at or deposited_at,
        champs_modified_at=submitted_at or deposited_at,
        passed_en_instruction_at=None,
        decided_at=None,
        correction_pending_since=None,
        usager_email="declarant@exempla.example",
        demandeur=None,
        groupe="défaut",
        groupe_id="g1",
        champs=tuple(_champs(asked["champs"], answers)),
        annotations=(),
        labels=frozenset(),
        messages=(),
    )


@pytest.fixture(scope="session")
def mapping() -> FormMapping:
    return the_mapping()


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    return the_rules()


@pytest.fixture(scope="session")
def second_reading() -> RuleSet:
    return the_second_reading()


@pytest.fixture(scope="session")
def rules_text() -> str:
    return the_rules_text()


@pytest.fixture(scope="session")
def report() -> Callable[..., Report]:
    return make_report
