"""The form changes between two polls: the bridge notices, misreads nothing, and says what to do."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

import pytest

from cli.app import call
from mappings.dossier.decode import decode_revision
from mappings.dossier.revision import Revision
from mappings.drift.compare import Observed
from mappings.drift.model import Drift, Kind, Severity, blocks
from mappings.drift.proposals import propose
from mappings.report.display import show
from mappings.report.model import Answer, AnswerState, Report
from sandbox.api.views import descriptors
from sandbox.common.ids import encode
from sandbox.form.edits import edited
from sandbox.form.model import FormRevision
from sandbox.generator.generate import generate
from sandbox.server import default_form
from settings import Settings, load_settings
from steps.judge.judge import judge
from steps.read.poll import poll
from steps.wiring.case_files import reports_of
from steps.wiring.drift import drift_of
from steps.wiring.form import Form, load_form
from steps.wiring.observed import compare_form, observed_form
from steps.wiring.services import Services, connect
from steps.wiring.summary import Summary
from tests.conftest import Bridge, MakeBridge, bridge_on

pytestmark = pytest.mark.slow

RETYPED = "changé de type"
POPULATIONS = [
    "Adulte",
    "Moins de 2 ans",
    "2 à 11 ans",
    "12 à 17 ans",
    "65 ans et plus",
    "Femme enceinte",
    "Femme allaitante",
    "Insuffisance rénale",
    "Insuffisance hépatique",
    "Autre",
]
NEW = {"id": 77, "label": "Numéro d'AMM européen", "type": "text", "required": False}
WAYS: list[tuple[str, dict[str, Any], str, Severity]] = [
    ("absent", {"op": "remove", "champ": 2}, "but_medical", Severity.BLOCKING),
    ("absent", {"op": "remove", "champ": 20}, "usage_autorise", Severity.BLOCKING),
    ("absent", {"op": "remove", "champ": 12}, "reference_interne", Severity.REVIEW),
    ("absent", {"op": "remove", "champ": 152}, "specialites.cis", Severity.BLOCKING),
    ("absent", {"op": "remove", "champ": 903}, "annotations.completude", Severity.REVIEW),
    ("nouveau", {"op": "add", "champ": NEW, "after": 15}, "", Severity.REVIEW),
    (
        "renommé",
        {"op": "reword", "champ": 21, "label": "Usage réel"},
        "usage_constate",
        Severity.BLOCKING,
    ),
    (
        "renommé",
        {"op": "reword", "champ": 12, "label": "Votre référence"},
        "reference_interne",
        Severity.REVIEW,
    ),
    (
        "renommé",
        {"op": "reword", "champ": 3, "label": "L'usage est-il constaté hors du territoire ?"},
        "territoire_national",
        Severity.BLOCKING,
    ),
    (
        "renommé",
        {
            "op": "reword",
            "champ": 3,
            "label": "1.3 - L’usage est-il constaté sur le territoire national",
        },
        "territoire_national",
        Severity.INFORMATION,
    ),
    (
        "renommé",
        {"op": "reword", "champ": 54, "label": "EXISTE-T-IL DES ALTERNATIVES AUTORISÉES  ?"},
        "alternatives",
        Severity.INFORMATION,
    ),
    (
        RETYPED,
        {"op": "retype", "champ": 1, "type": "checkbox"},
        "usage_intentionnel",
        Severity.BLOCKING,
    ),
    (RETYPED, {"op": "retype", "champ": 42, "type": "text"}, "patients", Severity.REVIEW),
    (
        RETYPED,
        {"op": "retype", "champ": 36, "type": "text"},
        "date_connaissance",
        Severity.REVIEW,
    ),
    (
        RETYPED,
        {"op": "retype", "champ": 154, "type": "textarea"},
        "specialites.substance",
        Severity.INFORMATION,
    ),
    (
        "options changées",
        {"op": "retype", "champ": 13, "type": "drop_down_list", "options": ["Premier", "Suite"]},
        "nature_signalement",
        Severity.BLOCKING,
    ),
    (
        "options changées",
        {
            "op": "retype",
            "champ": 26,
            "type": "multiple_drop_down_list",
            "options": [*POPULATIONS, "Nourrisson"],
        },
        "population",
        Severity.REVIEW,
    ),
    (
        "options changées",
        {"op": "retype", "champ": 7, "type": "drop_down_list", "options": ["Exploitant"]},
        "qualite_entreprise",
        Severity.INFORMATION,
    ),
    (
        "options changées",
        {"op": "retype", "champ": 13, "type": "drop_down_list", "options": []},
        "nature_signalement",
        Severity.BLOCKING,
    ),
    (
        RETYPED,
        {"op": "retype", "champ": 31, "type": "text"},
        "etendue",
        Severity.BLOCKING,
    ),
    (
        RETYPED,
        {"op": "retype", "champ": 18, "type": "textarea"},
        "nature_non_conformite",
        Severity.BLOCKING,
    ),
    (
        RETYPED,
        {"op": "retype", "champ": 49, "type": "text"},
        "effets_indesirables",
        Severity.REVIEW,
    ),
    (
        "obligation changée",
        {"op": "require", "champ": 12, "required": True},
        "reference_interne",
        Severity.INFORMATION,
    ),
    (  # no rule names it, but the policy: efficacy and safety would leave the agency
        "options changées",
        {
            "op": "retype",
            "champ": 60,
            "type": "multiple_drop_down_list",
            "options": ["Ventes", "Résultats non publiés", "Stratégie", "Autre"],
        },
        "secret_affaires",
        Severity.BLOCKING,
    ),
]

OTHER_FORMS = [
    ({"op": "retype", "champ": 36, "type": "piece_justificative"}, "date_connaissance"),
    ({"op": "retype", "champ": 1, "type": "siret"}, "usage_intentionnel"),
]
"""What DS never makes of a published form, but a form of another démarche can be."""


def reports(services: Services) -> dict[int, Report]:
    return {one.number: one for one in reports_of(services)}


def flat(answers: Mapping[str, Answer], place: str = "") -> dict[str, Answer]:
    """Every answer by its path, those of rows included."""
    found = {}
    for name, answer in answers.items():
        found[f"{place}{name}"] = answer
        for number, row in enumerate(answer.value if isinstance(answer.value, tuple) else ()):
            if isinstance(row, Mapping):
                found |= flat(row, f"{place}{name}[{number}].")
    return found


DEMARCHES = count(60_000)
NUMBERS = count(900_000)


@dataclass(frozen=True)
class Drifting:
    """A démarche of its own for each test, on one sandbox and in one store."""

    shared: Bridge
    settings: Settings

    @property
    def demarche(self) -> int:
        return self.settings.demarche_number()

    def publish(self, *edits: Mapping[str, Any]) -> None:
        self.shared.sandbox.control.publish(self.demarche, edits=edits)

    def observed(self) -> Observed:
        """The form as the API serves it; revisions are numbered as in :func:`seen`."""
        with connect(self.settings, make=True) as services:
            found = observed_form(services)
        made = [replace(one, id=revision_id(n)) for n, one in enumerate(found.revisions)]
        return Observed(made, made[-1].id)

    def read_again(self) -> tuple[Summary, tuple[Drift, ...], dict[int, Report]]:
        """Poll and judge; the drift and every report as they are then."""
        summary = Summary()
        with connect(self.settings, make=True) as services:
            poll(services, summary)
            judge(services, summary)
            return summary, drift_of(services), reports(services)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with bridge_on(tmp_path_factory.mktemp("derive")) as ours:
        yield ours


@pytest.fixture
def drifting(shared: Bridge) -> Callable[[int], Drifting]:
    """Publish the démarche UNC once more, with so many dossiers."""

    def deposit(size: int) -> Drifting:
        number = next(DEMARCHES)
        shared.sandbox.control.add_demarche({**default_form(), "number": number})
        for seed in generate(size, seed=5):
            shared.sandbox.control.create(number, replace(seed, number=next(NUMBERS)))
        return Drifting(shared, shared.settings.model_copy(update={"demarche": number}))

    return deposit


def revision_id(number: int) -> str:
    return encode("ProcedureRevision", 1000 + number)


def as_read(raw: Mapping[str, Any], number: int) -> Revision:
    """A revision of a form file, as it is read once the sandbox has served it."""
    made = FormRevision.from_json(number, 0, raw)
    return decode_revision(
        {
            "id": revision_id(number),
            "champDescriptors": served(made.champs),
            "annotationDescriptors": served(made.annotations),
        }
    )


def served(champs: Sequence[Any]) -> list[dict[str, Any]]:
    """Descriptors as the official instance serves them: without conditions."""
    rest = "conditionExpression"
    return [
        {
            **{key: value for key, value in one.items() if key != rest},
            "champDescriptors": [
                {key: value for key, value in inner.items() if key != rest}
                for inner in one["champDescriptors"] or ()
            ],
        }
        for one in descriptors(champs)
    ]


def seen(*edits: Mapping[str, Any]) -> Observed:
    """The form of the démarche UNC once it was published again with these edits."""
    published = default_form()["revisions"]
    every = (*published, edited(published[-1], edits))
    made = [as_read(raw, number) for number, raw in enumerate(every)]
    return Observed(made, made[-1].id)


@pytest.fixture(scope="module")
def our_form() -> Form:
    settings = load_settings(_env_file=None)
    return load_form(mapping=settings.mapping, rules=settings.rules)


def severities(drifts: Iterable[Drift], kind: str, field: str) -> list[Severity]:
    return [one.severity for one in drifts if one.field == field and one.kind is Kind(kind)]


def test_the_form_that_was_reviewed_shows_no_drift(drifting: Callable[[int], Drifting]) -> None:
    summary, drifts, _ = drifting(4).read_again()
    assert [one for one in drifts if one.severity is not Severity.INFORMATION] == []
    assert [one for one in summary.form_drift if one.severity is Severity.BLOCKING] == []


@pytest.mark.parametrize(
    ("kind", "edit", "field", "severity"),
    [*WAYS, *((RETYPED, *one, Severity.BLOCKING) for one in OTHER_FORMS)],
)
def test_each_way_that_a_form_changes_is_told_with_its_severity(
    our_form: Form, kind: str, edit: dict[str, Any], field: str, severity: Severity
) -> None:
    settings = load_settings(_env_file=None)
    told = partial(
        compare_form, form=our_form, mapping_file=settings.mapping, columns=settings.columns
    )
    observed = seen(edit)
    drifts = told(observed)
    assert severities(drifts, kind, field) == [severity], [one.advice for one in drifts]
    assert blocks(drifts) is (severity is Severity.BLOCKING)
    last = replace(observed.revisions[-1], id=revision_id(2000))
    unchanged = Observed([*observed.revisions, last], last.id)
    again = told(unchanged)
    assert [one.advice for one in again] == [one.advice for one in drifts]


TOGETHER = {
    "nothing that blocks": (4, 5, 7, 9, 10, 12, 13, 14, 16, 17, 21, 22),
    "champs that go": (0, 1, 2, 3, 11, 15),
    "other questions, lists that become text or have no options": (6, 8, 18, 19, 20, 23),
}
"""Ways, by their place in ``WAYS``, that one publication can have together."""


def test_every_way_is_also_told_over_http() -> None:
    assert sorted(place for places in TOGETHER.values() for place in places) == [*range(len(WAYS))]


@pytest.mark.parametrize("places", TOGETHER.values(), ids=TOGETHER)
def test_what_a_form_loses_is_told_and_no_answer_is_made_of_it(
    drifting: Callable[[int], Drifting], places: Sequence[int]
) -> None:
    ways = [WAYS[place] for place in places]
    edits = [edit for _, edit, _, _ in ways]
    ours = drifting(8)
    _, _, before = ours.read_again()
    ours.publish(*edits)
    summary, drifts, after = ours.read_again()
    assert ours.observed() == seen(*edits), "what is compared elsewhere is what the API serves"
    ours.publish()
    _, again, _ = ours.read_again()
    assert sorted(one.advice for one in again) == sorted(one.advice for one in drifts)
    for kind, _, field, severity in ways:
        assert severities(drifts, kind, field) == [severity], [one.advice for one in drifts]
    assert summary.form_drift == drifts
    assert summary.needs_a_human() is any(way[3] is Severity.BLOCKING for way in ways)
    assert len({report.revision_id for report in after.values()}) > 1, "old and new are mixed"
    assert_no_answer_out_of_nothing(before, after)
    assert_what_ds_casts_is_still_read(before, after, [way[2] for way in ways if way[0] == RETYPED])


def assert_no_answer_out_of_nothing(before: dict[int, Report], after: dict[int, Report]) -> None:
    for number, report in after.items():
        earlier = flat(before[number].fields)
        for path, answer in flat(report.fields).items():
            if answer.state is AnswerState.ANSWERED and path in earlier:
                was = earlier[path]
                assert was.value is not None, f"{number} {path} has an answer out of nothing"
                assert answer.value is not None
                rows = path in {"specialites", "regions", "departements", "mesures"}
                assert rows or show(answer.value) == show(was.value)


def assert_what_ds_casts_is_still_read(
    before: dict[int, Report], after: dict[int, Report], retyped: Sequence[str]
) -> None:
    for number, report in after.items():
        earlier, now = flat(before[number].fields), flat(report.fields)
        for path in set(retyped) & now.keys() - {
            "usage_intentionnel"
        }:  # a box not ticked is no "no"
            assert earlier[path].state is now[path].state, f"{number} {path} is lost"


def test_a_question_that_becomes_a_box_is_not_read_as_no(
    drifting: Callable[[int], Drifting],
) -> None:
    ours = drifting(12)
    _, _, before = ours.read_again()
    ours.publish({"op": "retype", "champ": 1, "type": "checkbox"})
    _, _, after = ours.read_again()
    for number, report in after.items():
        answer, was = (
            report.fields["usage_intentionnel"],
            before[number].fields["usage_intentionnel"],
        )
        if was.value is not True and answer.origin and answer.origin.champ_type == "checkbox":
            assert answer.state is AnswerState.UNREADABLE
            assert "non cochée" in answer.problem


def test_a_new_champ_is_kept_and_a_line_is_proposed_for_it(
    drifting: Callable[[int], Drifting],
) -> None:
    ours = drifting(6)
    ours.read_again()
    edits: list[dict[str, Any]] = [
        {"op": "add", "champ": NEW, "after": 15},
        {"op": "remove", "champ": 17},
        {"op": "add", "champ": {**NEW, "id": 170, "label": "Titre de la situation"}},
    ]
    ours.publish(*edits)
    open_one = next(n for n, r in ours.read_again()[2].items() if not r.state.decided)
    ours.shared.sandbox.control.submit(open_one, {77: "EU/1/26/1", 170: "Usage en ville"})
    _, drifts, after = ours.read_again()
    with connect(ours.settings, make=True) as services:
        proposals = propose(
            drifts,
            mapping=services.form.mapping,
            revisions=observed_form(services).revisions,
        )
    kept = {(one.champ_id, one.label, one.text) for one in after[open_one].unmapped}
    assert ("77", "Numéro d'AMM européen", "EU/1/26/1") in kept
    assert ("170", "Titre de la situation", "Usage en ville") in kept
    by_champ = {one.champ: one for one in proposals}
    assert by_champ["170"].line.startswith("titre: {champ: [17, 170], type: text, title: ")
    assert by_champ["170"].replaces == "titre"
    assert by_champ["170"].likeness == 100
    assert by_champ["77"].line.startswith("numero_d_amm_europeen: {champ: 77, type: text")


ASKED = {one["id"]: one for one in default_form()["revisions"][-1]["champs"]}
BLOCKS: dict[str, tuple[list[dict[str, Any]], set[str]]] = {
    "two labels swapped": (
        [
            {"op": "reword", "champ": 36, "label": ASKED[40]["label"]},
            {"op": "reword", "champ": 40, "label": ASKED[36]["label"]},
        ],
        {"date_connaissance", "date_fin_analyse"},
    ),
    "a scope question removed": ([{"op": "remove", "champ": 3}], {"territoire_national"}),
    "a champ made again": (
        [{"op": "remove", "champ": 21}, {"op": "add", "champ": {**ASKED[21], "id": 210}}],
        {"usage_constate"},
    ),
}
"""What a new publication does, and the fields of which it makes verdicts doubtful."""


@pytest.mark.parametrize("way", BLOCKS)
def test_what_turns_a_question_into_another_blocks_until_a_person_looked(
    drifting: Callable[[int], Drifting], way: str
) -> None:
    edits, fields = BLOCKS[way]
    ours = drifting(2)
    ours.read_again()
    ours.publish(*edits)
    _, drifts, _ = ours.read_again()
    first, *others = drifts
    assert first.kind is Kind.TO_REVIEW
    found = {one.field for one in others if one.severity is Severity.BLOCKING}
    assert found == fields


def test_doctor_tells_drift_as_the_form_is_now(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(2, seed=5)) as ours:
        for name, value in ours.environment.items():
            monkeypatch.setenv(name, value)
        edits: list[dict[str, Any]] = [
            {"op": "remove", "champ": 2},
            {"op": "add", "champ": NEW},
            {"op": "require", "champ": 12, "required": True},
        ]
        ours.sandbox.control.publish(ours.sandbox.demarche, edits=edits)
        code = call(["doctor", "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    told = {(one["level"], one["text"]) for one in checks if one["name"] == "Formulaire"}
    assert code == 2
    assert any(level == "bloquant" and "but_medical" in text for level, text in told)
    assert any(level == "à voir" and "Numéro d'AMM européen" in text for level, text in told)
    assert any(level == "ok" and "1 bloquant, 1 à revoir, 1 information" in t for level, t in told)
    assert any(level == "info" and "reference_interne) obligation" in text for level, text in told)
