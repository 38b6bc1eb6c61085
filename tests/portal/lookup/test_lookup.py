"""The look-up of medicines, asked over HTTP as DS asks it."""

import json
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import requests

from cli.app import call
from portal.lookup.access import Access
from portal.lookup.app import make_lookup
from portal.lookup.version_in_use import VersionInUse
from portal.serving import listen, server_of
from steps.wiring.public_data.reference import directory_of, load
from steps.wiring.public_data.version import version_of
from tests.ops.conftest import ROOT

BDPM, OTHER = ROOT / "tests/data/bdpm", ROOT / "cli/demo/bdpm"
SECRETS = ("premier-secret-de-quarante-caracteres-aa", "second-secret-de-quarante-caracteres-bbb")


@dataclass(frozen=True, slots=True)
class Asked:
    """A look-up that is served, and how to ask it."""

    url: str
    version: VersionInUse

    def get(self, path: str, secret: str = SECRETS[0], **options: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        return requests.get(f"{self.url}{path}", headers=headers, timeout=10, **options)  # type: ignore[arg-type]


@contextmanager
def served(home: Path, *, per_second: int = 10_000, max_age: int = 3_600) -> Iterator[Asked]:
    version = VersionInUse(named=lambda: version_of(home), read=lambda: directory_of(home))
    version.look()
    app = make_lookup(version, Access(SECRETS, per_second=per_second), max_age=max_age)
    with listen("127.0.0.1", 0) as sock:
        server = server_of(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            yield Asked(f"http://127.0.0.1:{sock.getsockname()[1]}", version)
        finally:
            server.should_exit = True
            thread.join(timeout=20)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    home = tmp_path_factory.mktemp("annuaire")
    load(BDPM, home)
    with served(home) as one:
        yield one


def test_a_known_code_is_answered_so_that_ds_keeps_it(asked: Asked) -> None:
    answer = asked.get("/v1/specialite?cis=60002283")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.json()["dci_texte"] == "ANASTROZOLE"


@pytest.mark.parametrize(
    "path",
    ["/v1/specialite?cis=60000000", "/v1/specialite?cis=abc", "/v1/specialite?cis=",
     "/v1/specialite", "/v1/presentation?cip13=3400900000000", "/v1/dci?dci=rien",
     f"/v1/specialite?cis={'9' * 500}", "/v1/specialite/60000000", "/ailleurs",
     "/v1/specialite/", "/sante/"],
)  # fmt: skip
def test_what_is_unknown_or_malformed_is_404_and_is_not_kept(asked: Asked, path: str) -> None:
    answer = asked.get(path, allow_redirects=False)  # DS follows none
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert answer.json()["erreur"]


@pytest.mark.parametrize(
    "typed", ["60002283", "CIS 6000 2283", "Code CIS : 60002283", "cis n° 6000.2283"]
)
@pytest.mark.parametrize(
    "place", ["/v1/specialite?cis=", "/v1/specialite/?cis=", "/v1/specialite/"]
)
def test_entries_are_form_encoded_in_the_query_or_in_the_path(
    asked: Asked, place: str, typed: str
) -> None:
    assert "+" in quote_plus("a b")
    answer = asked.get(f"{place}{quote_plus(typed)}")
    assert answer.json()["cis"] == "60002283"


def test_a_slash_or_an_accent_of_an_entry_is_no_part_of_the_address(asked: Asked) -> None:
    found = asked.get(f"/v1/recherche?q={quote_plus('ABACAVIR/LAMIVUDINE')}").json()
    assert [one["cis"] for one in found["resultats"]] == ["62202005"]
    assert asked.get(f"/v1/dci/{quote_plus('aténolol')}").json()["dci"] == "ATÉNOLOL"
    assert asked.get(f"/v1/dci/{quote_plus('aténolol/x')}").status_code == 404


def test_suggestions_stand_in_an_array_that_may_be_empty(asked: Asked) -> None:
    found = asked.get("/v1/recherche?q=accord")
    assert found.status_code == 200
    assert [one["cis"] for one in found.json()["resultats"]] == ["60002283", "65355771"]
    for other in ("/v1/recherche/?q=accord", "/v1/recherche/accord", "/v1/recherche/Acc%C3%B4rd+"):
        assert asked.get(other, allow_redirects=False).json() == found.json(), other
    assert asked.get("/v1/recherche?q=zzzz").json() == {"resultats": []}
    assert asked.get("/v1/recherche-dci?q=aten").json()["resultats"][0]["dci"] == "ATÉNOLOL"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer faux"}, {"Authorization": f"Basic {SECRETS[0]}"},
     {"Authorization": SECRETS[0]}, {"Authorization": "Bearer"}, {"X-API-Key": SECRETS[0]},
     {"Authorization": f"Bearer {SECRETS[0]}x"}, {"Authorization": b"Bearer \xff\xfe"}],
)  # fmt: skip
def test_without_a_secret_nothing_is_looked_up(asked: Asked, headers: dict[str, str]) -> None:
    answer = requests.get(f"{asked.url}/v1/specialite?cis=60002283", headers=headers, timeout=10)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "60002283" not in answer.text


def test_each_of_several_secrets_opens_it(asked: Asked) -> None:
    for secret in SECRETS:
        assert asked.get("/v1/specialite?cis=60002283", secret).status_code == 200


def test_each_secret_has_its_own_rate(tmp_path: Path) -> None:
    load(BDPM, tmp_path)
    with served(tmp_path, per_second=2) as one:
        codes = [one.get("/v1/specialite?cis=60002283").status_code for _ in range(30)]
        refused = one.get("/v1/specialite?cis=60002283")
        other = one.get("/v1/specialite?cis=60002283", SECRETS[1])
    assert codes[:4] == [200] * 4
    assert 429 in codes
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert other.status_code == 200


def test_what_is_asked_is_bounded(asked: Asked) -> None:
    assert asked.get(f"/v1/recherche?q={'a' * 3_000}").status_code == 414
    bodies: tuple[object, ...] = ("x" * 20_000, iter([b"x"]))
    for body in bodies:
        assert asked.get("/v1/recherche?q=a", data=body).status_code == 413
    assert len(asked.get("/v1/recherche?q=a").content) <= 100_000
    post = requests.post(f"{asked.url}/v1/recherche?q=a", timeout=10)
    assert post.status_code == 405


def test_its_health_needs_no_secret_and_says_what_is_served(asked: Asked) -> None:
    answer = asked.get("/sante", secret="")
    told = answer.json()
    assert (answer.status_code, told["etat"], told["specialites"]) == (200, "ok", 13)
    assert (told["version"], told["base_du"]) == (asked.version.directory.version, "2026-05-18")  # type: ignore[union-attr]


def test_without_a_base_it_asks_to_come_back(tmp_path: Path) -> None:
    with served(tmp_path, max_age=0) as one:
        before = one.get("/v1/specialite?cis=60002283")
        health = one.get("/sante", secret="")
        load(BDPM, tmp_path)
        one.version.look()
        after = one.get("/v1/specialite?cis=60002283")
    assert (before.status_code, health.status_code) == (503, 503)
    assert before.headers["retry-after"]
    assert (after.status_code, after.headers["cache-control"]) == (200, "no-store")


def test_another_version_is_taken_while_it_serves_and_half_of_one_never(tmp_path: Path) -> None:
    load(BDPM, tmp_path)
    with served(tmp_path) as one, one.version.watched(every=0.05):
        first = one.get("/sante", secret="").json()["version"]
        broken = tmp_path / "coupee"
        shutil.copytree(OTHER, broken)
        (broken / "CIS_bdpm.txt").write_bytes((OTHER / "CIS_bdpm.txt").read_bytes()[:-40])
        assert call_load(broken, tmp_path) == 2
        assert one.get("/v1/specialite?cis=60002283").status_code == 200
        second = load(OTHER, tmp_path, accepted=[file.name for file in OTHER.iterdir()]).version
        for _ in range(400):
            if one.get("/sante", secret="").json()["version"] == second:
                break
        assert one.get("/v1/specialite?cis=99010007").status_code == 200
        assert one.get("/v1/specialite?cis=60002283").status_code == 404
    assert first != second


def call_load(folder: Path, home: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNC_HOME", str(home))
        return call(["bdpm", "load", str(folder), "--json"])


def test_a_version_that_was_touched_is_not_taken(tmp_path: Path) -> None:
    load(BDPM, tmp_path)
    with served(tmp_path) as one:
        other = load(OTHER, tmp_path, accepted=[file.name for file in OTHER.iterdir()]).version
        file = tmp_path / "bdpm" / other / "CIS_bdpm.txt"
        file.write_bytes(file.read_bytes()[:-40])
        one.version.look()
        told = one.get("/sante", secret="").json()
        kept = one.get("/v1/specialite?cis=60002283")
    assert kept.status_code == 200
    assert other in told["refus"]
    assert told["version"] != other


def test_nothing_that_was_typed_nor_any_secret_is_written_down(
    asked: Asked, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.MonkeyPatch.context() as patch:
        asked.get("/v1/recherche?q=Jeanne-Martin", "secret-errone")
        patch.setattr(asked.version.directory, "_by_name", None)  # what nobody foresaw
        failed = asked.get("/v1/recherche?q=Jeanne-Martin")
    said = capfd.readouterr()
    # Requests made here are ours; uvicorn's own journal has a handler under pytest alone.
    ours = [
        one.getMessage() for one in caplog.records if one.name in {"unc.lookup", "uvicorn.error"}
    ]
    written = f"{ours}{said.out}{said.err}{failed.text}"
    assert failed.status_code == 500
    assert ours == ["look-up failed: AttributeError"]
    for secret in (*SECRETS, "secret-errone", "Jeanne", "Martin"):
        assert secret not in written


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "UNC_LOOKUP_SECRETS manque"),
        ({"UNC_LOOKUP_SECRETS": "court"}, "le secret nº 1 a moins de 32"),
        ({"UNC_LOOKUP_SECRETS": f"{'a' * 40},court"}, "le secret nº 2"),
        ({"UNC_LOOKUP_SECRETS_FILE": "/nulle/part"}, "UNC_LOOKUP_SECRETS_FILE"),
        ({"UNC_LOOKUP_MAX_AGE": "-1"}, "UNC_LOOKUP_MAX_AGE"),
    ],
)
def test_it_does_not_start_without_secrets(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert call(["lookup", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["error"]
    assert named in told
    assert "court" not in told.replace("courte", "")


@pytest.mark.slow
def test_the_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    load(BDPM, tmp_path / "home")
    file = tmp_path / "secrets"
    file.write_text("\n".join(SECRETS), encoding="utf-8")
    environment = {"UNC_HOME": str(tmp_path / "home"), "UNC_LOOKUP_SECRETS_FILE": str(file)}
    unc = str(Path(sys.executable).with_name("unc"))
    with subprocess.Popen(  # noqa: S603 (our own command)
        [unc, "lookup", "--port", "0", "--json"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout
        told = ""
        while "}" not in told:
            told += server.stdout.readline()
        url = json.loads(told)["url"]
        header = {"Authorization": f"Bearer {SECRETS[1]}"}
        found = requests.get(f"{url}/v1/recherche?q=anastrozole", headers=header, timeout=10)
        server.terminate()
        _, said = server.communicate(timeout=20)
    assert found.status_code == 200
    assert not any(one in f"{told}{said}" for one in (*SECRETS, "anastrozole"))
