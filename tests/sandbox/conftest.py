"""Fixtures: a small sandbox over HTTP, with a clock that only moves when told."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.common.clock import MovableClock, micros
from sandbox.common.ids import encode
from sandbox.control.client import Control
from sandbox.demarche.seed import Planted, SeedCompany, SeedDossier
from sandbox.server import Sandbox, running_sandbox

NOON = datetime(2026, 3, 2, 11, 0, 10, tzinfo=UTC)
PLANTED = Planted("Complet", 100, {}, None, (), None, 0, "test")
COMPANY = SeedCompany("73282932000074", "Laboratoires Exemple")
FILE = {"content_type": "application/pdf", "content": "du texte", "scan": "safe"}
ANSWERS: Mapping[int, Any] = {
    1: True,
    3: False,
    6: COMPANY.siret,
    7: "Exploitant",
    8: "Camille O'Brien",
    13: "Initial",
    14: 3,
    15: [{151: "Exemplium", 157: "AMM"}, {151: "Fictivol"}],
    16: [{"filename": "rcp.pdf", **FILE}, {"filename": "virus.pdf", **FILE, "scan": "infected"}],
    18: ["Indication", "Durée"],
    19: ["Indication", "Hors indication"],
    22: "Douleur",
    23: "Orale",
    24: "Dix jours",
    31: "Régionale",
    32: [{321: {"code": "84", "name": "Auvergne-Rhône-Alpes"}}],
    36: "2026-01-31",
    41: True,
    42: 3_000_000_000,
    45: 12.5,
    61: True,
}


def make_seed(number: int, **changes: Any) -> SeedDossier:
    born = datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(minutes=number)
    plain: dict[str, Any] = {
        "number": number,
        "revision": 2,
        "state": "en_construction",
        "groupe": 0,
        "deposited_at": born,
        "updated_at": born,
        "usager_email": "declarant@laboratoire.example",
        "company": COMPANY,
        "answers": ANSWERS,
        "planted": PLANTED,
    }
    return SeedDossier(**{**plain, **changes})


class Stopped(MovableClock):
    """A clock that stands at noon and moves only when told."""

    def __init__(self) -> None:
        super().__init__(machine=lambda: micros(NOON))


@dataclass(frozen=True)
class Api:
    """Asks a sandbox over HTTP."""

    sandbox: Sandbox
    session: requests.Session

    @property
    def control(self) -> Control:
        return self.sandbox.control

    def post(self, query: str, *, token: str | None = None, **variables: Any) -> requests.Response:
        header = {"Authorization": f"Bearer {token or self.sandbox.token}"}
        body = {"query": query, "variables": variables}
        return self.session.post(self.sandbox.url, json=body, headers=header, timeout=30)

    def stored(self, name: str, query_id: str = "ds-query-v2", **variables: Any) -> Any:
        """Ask an operation of a stored document."""
        body = {"queryId": query_id, "operationName": name, "variables": variables}
        header = {"Authorization": f"Bearer {self.sandbox.token}"}
        answer = self.session.post(self.sandbox.url, json=body, headers=header, timeout=30).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def ask(self, query: str, **variables: Any) -> Any:
        answer = self.post(query, **variables)
        body = answer.json()
        assert answer.status_code == 200, body
        assert "errors" not in body, body
        return body["data"]

    def dossier(self, number: int, fields: str) -> Any:
        return self.ask(f"query($n: Int!) {{ dossier(number: $n) {{ {fields} }} }}", n=number)[
            "dossier"
        ]

    def dossiers(self, arguments: str = "", fields: str = "number") -> Any:
        inner = f"dossiers{arguments} {{ nodes {{ {fields} }} pageInfo {{ {PAGE} }} }}"
        return self.ask(f"{{ demarche(number: 48213) {{ {inner} }} }}")["demarche"]["dossiers"]

    def numbers(self, arguments: str = "") -> list[int]:
        return [one["number"] for one in self.dossiers(arguments)["nodes"]]

    def code(self, query: str, **variables: Any) -> str | None:
        error = self.post(query, **variables).json()["errors"][0]
        code: str | None = error.get("extensions", {}).get("code")
        return code

    def robot(self) -> str:
        fields = "groupeInstructeurs { instructeurs { id email } }"
        groupes = self.ask(f"{{ demarche(number: 48213) {{ {fields} }} }}")["demarche"]
        for one in groupes["groupeInstructeurs"][0]["instructeurs"]:
            if one["email"] == self.sandbox.instructeur:
                return str(one["id"])
        raise LookupError(self.sandbox.instructeur)

    def mutate(self, name: str, selection: str, *, token: str | None = None, **given: Any) -> Any:
        kind = name[0].upper() + name[1:]
        inner = f"{name}(input: $i) {{ {selection} errors {{ message }} }}"
        query = f"mutation($i: {kind}Input!) {{ {inner} }}"
        answer = self.post(query, token=token, i=given).json()
        assert "errors" not in answer, answer
        return answer["data"][name]

    def annotate(self, number: int, *annotations: tuple[int, Mapping[str, Any]]) -> Any:
        given = [{"id": encode("Champ", stable), "value": value} for stable, value in annotations]
        return self.mutate(
            "dossierModifierAnnotations",
            "annotations { id stringValue }",
            dossierId=encode("Dossier", number),
            instructeurId=self.robot(),
            annotations=given,
        )

    def send(self, number: int, body: str, **given: Any) -> Any:
        return self.mutate(
            "dossierEnvoyerMessage",
            "message { id body correction { reason dateResolution } }",
            dossierId=encode("Dossier", number),
            instructeurId=self.robot(),
            body=body,
            **given,
        )


PAGE = "hasNextPage hasPreviousPage startCursor endCursor"
Start = Callable[..., AbstractContextManager[Api]]


@pytest.fixture
def seed() -> Callable[..., SeedDossier]:
    """Make a seed with a few answers, changed as asked."""
    return make_seed


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Serve a sandbox whose state is in the test's folder; call it again to serve it again."""

    @contextmanager
    def serve(**options: Any) -> Iterator[Api]:
        given = {"clock": Stopped(), "seeds": [make_seed(n) for n in range(1, 6)], **options}
        with running_sandbox(tmp_path, **given) as sandbox, requests.Session() as session:
            yield Api(sandbox, session)

    return serve


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The same, for the whole module: a test mends what it changes there."""
    seeds = [make_seed(n) for n in range(1, 6)]
    home = tmp_path_factory.mktemp("sandbox")
    with (
        running_sandbox(home, clock=Stopped(), seeds=seeds, rate_limit=100_000) as sandbox,
        requests.Session() as session,
    ):
        yield Api(sandbox, session)


@pytest.fixture
def api(start: Start) -> Iterator[Api]:
    """A sandbox with five dossiers, numbered 1 to 5, one deposited each minute."""
    with start() as one:
        yield one
