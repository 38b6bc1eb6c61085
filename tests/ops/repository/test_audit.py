"""What the audit of the parts made by others says, and refuses."""

import json
from email.message import Message
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import responses
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from audit.__main__ import ROOT, audit_licences, audit_vulnerabilities
from audit.advisories import OSV, PYPI, known_vulnerabilities
from audit.licences import Judgement, load_rules, said_licence
from audit.parts import LockedPart, NotInstalledError, npm_parts, python_parts
from audit.sbom import sbom_of

RULES = load_rules(ROOT / "audit" / "licences.yaml")
LOCK = ROOT / "requirements.lock"


def part(name: str, licence: str = "MIT", **told: Any) -> LockedPart:
    return LockedPart(PackageURL("pypi", None, name, "1"), licence, "required", **told)


@pytest.fixture(scope="module")
def python() -> tuple[LockedPart, ...]:
    return python_parts(LOCK, RULES)


@pytest.mark.slow
def test_every_part_of_the_lock_files_has_a_licence_that_is_accepted(
    python: tuple[LockedPart, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assets = [one for one in npm_parts(ROOT / "package-lock.json") if one.scope != "excluded"]
    assert [one.purl.to_string().split("@")[0] for one in assets] == ["pkg:npm/%40gouvfr/dsfr"]
    assert audit_licences([*python, *assets], RULES)
    noted = capsys.readouterr().out.partition("told apart")[2]
    assert "LGPL-3.0-only" in noted
    of = {one.purl.name: one for one in python}
    assert [of[name].scope for name in ("openpyxl", "psycopg-binary", "pyarrow", "pytest")] == [
        "required",
        "required",
        "optional",
        "excluded",
    ]


def test_a_forbidden_licence_is_refused_and_named(
    python: tuple[LockedPart, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert not audit_licences([*python, part("planted", "AGPL-3.0-only")], RULES)
    assert "planted 1 (AGPL-3.0-only)" in capsys.readouterr().out.partition("REFUSED")[2]


@pytest.mark.parametrize(
    ("licence", "judgement"),
    [
        ("MIT", Judgement.ACCEPTED),
        ("GPL-3.0-only OR MIT", Judgement.ACCEPTED),
        ("GPL-3.0-only AND MIT", Judgement.REFUSED),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", Judgement.NOTED),
        ("LGPL-3.0-only", Judgement.NOTED),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Judgement.REFUSED),
        ("UNLICENSED", Judgement.REFUSED),
        ("Proprietary", Judgement.REFUSED),
        ("MIT AND (", Judgement.REFUSED),
        ("", Judgement.REFUSED),
    ],
)
def test_an_expression_is_as_good_as_it_lets_one_choose(licence: str, judgement: Judgement) -> None:
    assert RULES.judge(licence) is judgement


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"License-Expression": "ISC", "License": "GPL"}, "ISC"),
        ({"License": "MIT License"}, "MIT"),
        ({"License": "MIT", "Classifier": "License :: OSI Approved :: BSD License"},
         "MIT AND BSD-3-Clause"),
        ({"License": "Copyright\nall of a text", "Classifier": "License :: OSI Approved"}, ""),
        ({"License": "MIT", "Classifier": "License :: Other/Proprietary License"},
         "MIT AND Other/Proprietary License"),
        ({}, ""),
    ],
)  # fmt: skip
def test_all_that_a_package_says_of_its_licence_holds(told: dict[str, str], said: str) -> None:
    message = Message()
    for key, value in told.items():
        message[key] = value
    assert said_licence("x", cast("Any", message), RULES) == said
    read = RULES.read["python-dateutil"].licence
    assert said_licence("python-dateutil", cast("Any", message), RULES) == (
        told.get("License-Expression") or read
    )


def test_a_part_for_another_system_is_told_as_not_judged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert audit_licences([part("elsewhere", "", here=False)], RULES)
    assert "elsewhere 1 (no licence told)" in capsys.readouterr().out.partition("not judged")[2]
    assert not audit_licences([part("silent", "")], RULES)


def test_an_environment_that_is_not_the_locked_one_is_told(tmp_path: Path) -> None:
    for line in ("requests==0.0.1 \\", "no-such-part==1"):
        (tmp_path / "lock").write_text(line)
        with pytest.raises(NotInstalledError, match="make setup"):
            python_parts(tmp_path / "lock", RULES)


def test_a_known_vulnerability_fails_unless_a_reason_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parts = [part("sound"), part("holed")]
    with responses.RequestsMock() as osv:
        osv.post(OSV, json={"results": [{}, {"vulns": [{"id": "GHSA-x"}]}]})
        assert not audit_vulnerabilities(parts, RULES)
        asked = json.loads(osv.calls[0].request.body or "")
        excused = RULES.model_copy(update={"vulnerabilities": {"GHSA-x": "not called"}})
        assert audit_vulnerabilities(parts, excused)
    assert asked["queries"][1] == {"package": {"purl": "pkg:pypi/holed@1"}}
    assert "holed 1 (MIT): GHSA-x" in capsys.readouterr().out


@pytest.mark.parametrize(
    "answer",
    [
        {"body": requests.ConnectionError()},
        {"status": 403},
        {"body": "<html>"},
        {"json": []},
        {"json": {"results": []}},
        {"json": {"results": [None]}},
    ],
)
def test_a_source_that_does_not_answer_is_told_as_skipped(
    answer: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with responses.RequestsMock() as osv:
        osv.post(OSV, **answer)
        osv.get(f"{PYPI}/x/1/json", status=503)
        assert audit_vulnerabilities([part("x")], RULES)
    assert "SKIPPED, nothing was looked up" in capsys.readouterr().out


def test_what_fills_more_than_a_page_is_asked_for_to_the_end() -> None:
    with responses.RequestsMock() as osv:
        osv.post(OSV, json={"results": [{"vulns": [{"id": "A"}], "next_page_token": "t"}]})
        osv.post(OSV, json={"results": [{"vulns": [{"id": "B"}]}]})
        assert known_vulnerabilities([part("x")]) == {part("x"): ("A", "B")}
        asked = json.loads(osv.calls[1].request.body or "")
    assert asked["queries"] == [{"package": {"purl": "pkg:pypi/x@1"}, "page_token": "t"}]


def test_pypi_is_asked_where_osv_is_silent_and_other_parts_are_told_as_not_looked_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    npm = LockedPart(PackageURL("npm", None, "asset", "2"), "MIT", "optional")
    told = [{"id": "PYSEC-1", "withdrawn": None}, {"id": "PYSEC-2", "withdrawn": "2026-01-01"}]
    with responses.RequestsMock() as registry:
        registry.post(OSV, status=403)
        registry.get(f"{PYPI}/sound/1/json", json={"vulnerabilities": []})
        registry.get(f"{PYPI}/holed/1/json", json={"vulnerabilities": told})
        assert not audit_vulnerabilities([part("sound"), part("holed"), npm], RULES)
    out = capsys.readouterr().out
    assert "2 parts looked up, 1 with some" in out
    assert "holed 1 (MIT): PYSEC-1\n" in out
    assert "asset 2 (MIT)" in out.partition("not looked up")[2]


def test_a_mirror_is_asked_in_place_of_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_OSV_URL", "https://osv.example/query")
    monkeypatch.setenv("AUDIT_PYPI_URL", "https://pypi.example/pypi/")
    with responses.RequestsMock() as mirror:
        mirror.post("https://osv.example/query", json={"results": [{}]})
        assert audit_vulnerabilities([part("x")], RULES)
        mirror.post("https://osv.example/query", status=500)
        mirror.get("https://pypi.example/pypi/x/1/json", json={"vulnerabilities": []})
        assert audit_vulnerabilities([part("x")], RULES)


@pytest.mark.slow
def test_the_list_of_parts_is_cyclonedx_with_all_that_a_reader_asks_of_one(
    python: tuple[LockedPart, ...],
) -> None:
    text = sbom_of(python)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = json.loads(text)
    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == (
        "CycloneDX",
        "passerelle-unc",
    )
    assert told["metadata"]["timestamp"]
    assert len(told["components"]) == sum(one.here for one in python)
    for one in told["components"]:
        assert one["version"], one
        assert one["licenses"], one
        assert one["purl"].startswith("pkg:pypi/"), one
    needs = {one["ref"].split("@")[0]: one.get("dependsOn", []) for one in told["dependencies"]}
    direct = {one.split("@")[0] for one in needs["pkg:pypi/passerelle-unc"]}
    assert {"pkg:pypi/openpyxl", "pkg:pypi/defusedxml"} <= direct
    assert "pkg:pypi/pytest" not in direct
    assert any(one.startswith("pkg:pypi/et-xmlfile@") for one in needs["pkg:pypi/openpyxl"])


def test_no_lock_file_names_where_its_parts_were_fetched_from() -> None:
    for name in ("requirements.lock", "package-lock.json"):
        assert "://" not in (ROOT / name).read_text("utf-8"), name
