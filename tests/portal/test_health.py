"""What a supervision is told: open, in counts only, and true when the base or the reading stops."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from portal.app import make_app
from portal.metrics import exposition
from portal.serving import listen, server_of
from settings import ROOT
from store.database.errors import StoreUnreachable
from tests.portal.conftest import ROLES, SECRET, Portal

FOLDER = ROOT / "deploy" / "supervision"
RULES: list[dict[str, Any]] = YAML(typ="safe").load(FOLDER / "alertes.yaml")["groups"][0]["rules"]
METRIC = re.compile(r"\bunc_[a-z_]+")
NOT_SEEN = {
    "sans effet, car inconnu": "dit par chaque commande tapée",
    "L'alerte n'est pas partie": "dit par le journal de l'unité",
    "Un dossier dont DS ne dit pas le numéro a été passé": "nommé par le résumé du passage",
    "La liste des dossiers en cours de suppression": "le rapprochement de la nuit le répare",
    "Une personne tient désormais une annotation": "un acte normal, compté",
    "une pièce jointe n'a pas pu être téléchargée": "redemandée à chaque passage",
    "que UNC_ATTACHMENT_HOSTS ne nomme pas": "redemandée à chaque passage",
    "fait pour une démarche qui n'est plus suivie": "dit par « doctor », ôté par « deploy »",
    "ce worker suit la démarche": "dit par le passage refusé ; Prefect en alerte",
    "posé autrement dans une révision d'avant": "dit par « doctor » et le portail",
    "posée alors en d'autres mots": "dit par dossier, où il se lit, et par « doctor »",
    "Aucun résumé à envoyer": "rien n'est en panne",
    "Sans copie, la base n'est pas mise à jour": "dit par la commande tapée, qui n'a rien changé",
}
"""Failures of the guide that no rule watches, and why."""


@pytest.fixture(scope="module")
def watched(portal: Portal) -> Iterator[str]:
    site = replace(portal.site, metrics=True)
    with listen("127.0.0.1", 0) as sock:
        server = server_of(make_app(portal.source, site))
        thread = Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


def test_whoever_asks_is_told_that_it_works_and_nothing_personal(watched: str) -> None:
    answer = requests.get(f"{watched}/sante", timeout=30)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["etat"], told["base"]) == ("bon", True)
    assert set(told) == {
        "etat", "base", "derniere_lecture", "ecritures_en_attente", "versions"
    }  # fmt: skip
    read = datetime.fromisoformat(told["derniere_lecture"])
    assert datetime.now(UTC) - read < timedelta(hours=1)
    assert "set-cookie" not in answer.headers


def test_metrics_are_counts_and_moments_alone(portal: Portal, watched: str) -> None:
    text = requests.get(f"{watched}/metrics", timeout=30).text
    values = {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }
    assert values["unc_database_up",] == 1
    assert values["unc_dossiers",] == portal.source.store.dossiers.count(portal.source.demarche)
    assert values["unc_disk_free_bytes", "base"] > 0
    assert sum(value for key, value in values.items() if key[0] == "unc_last_run") == 1
    for word in (SECRET, *ROLES, str(portal.source.exports), portal.site.secret):
        assert word not in text


def test_metrics_are_shown_where_the_setting_asks_for_them_only(portal: Portal) -> None:
    assert portal.visitor().get("/metrics").status_code == 404


def test_a_base_that_does_not_answer_and_a_reading_that_stopped_are_503(portal: Portal) -> None:
    def down() -> Any:
        raise StoreUnreachable

    late = replace(portal.source.health(), read_at=datetime.now(UTC) - timedelta(minutes=61))
    never = replace(late, read_at=None)
    for health, state in (
        (down, "base injoignable"),
        (lambda: late, "lecture arrêtée"),
        (lambda: never, "lecture arrêtée"),
    ):
        app = make_app(replace(portal.source, health=health), portal.site)
        with listen("127.0.0.1", 0) as sock:
            server = server_of(app)
            thread = Thread(target=server.run, kwargs={"sockets": [sock]})
            thread.start()
            answer = requests.get(f"http://127.0.0.1:{sock.getsockname()[1]}/sante", timeout=30)
            server.should_exit = True
            thread.join(timeout=20)
        assert (answer.status_code, answer.json()["etat"]) == (503, state)
    assert b"unc_database_up 0.0" in exposition(None)


def exposed(portal: Portal) -> set[str]:
    """Every metric that can be told."""
    now = datetime.now(UTC)
    full = replace(portal.source.health(), token_ends_at=now, backed_up_at=now)
    return set(METRIC.findall(exposition(full).decode()))


def test_each_metric_that_the_dashboard_and_the_rules_ask_for_is_told(portal: Portal) -> None:
    dashboard = json.loads((FOLDER / "grafana.json").read_text("utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    shown = {name for one in asked for name in METRIC.findall(one)}
    watched = {name for rule in RULES for name in METRIC.findall(rule["expr"])}
    told = exposed(portal)
    assert watched <= told
    assert shown == told
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_each_failure_of_the_guide_has_its_rule_or_the_reason_why_not() -> None:
    page = (ROOT / "docs" / "exploitation.md").read_text("utf-8")
    table = page.partition("## 8. ")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")][1:]
    covered = {
        line.replace("`", "")
        for rule in RULES
        for line in rule["annotations"].get("lignes", "").splitlines()
    }
    known = covered | NOT_SEEN.keys()
    for row in rows:
        assert any(row.replace("`", "").startswith(one) for one in known), row
    for one in known:
        assert any(row.replace("`", "").startswith(one) for row in rows), one


def promtool(*words: str | Path) -> str:
    """What promtool says of our rules, which it must take."""
    found = shutil.which("promtool")
    if found is None:
        missing = "promtool is not installed here (apt-get install prometheus)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    done = subprocess.run(  # noqa: S603
        [found, *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.debian
def test_promtool_takes_the_rules_and_the_configuration() -> None:
    assert f"{len(RULES)} rules found" in promtool("check", "config", FOLDER / "prometheus.yml")


STEP = 5
"""Minutes between two readings; what is told as a moment below is the present one."""
NOW = f"0+{STEP * 60}x300"
WELL = {
    'up{job="unc"}': "1x300",
    "unc_database_up": "1x300",
    "unc_last_reading_timestamp_seconds": NOW,
    "unc_last_run_start_timestamp_seconds": NOW,
    "unc_last_export_timestamp_seconds": NOW,
    "unc_last_backup_timestamp_seconds": NOW,
    "unc_token_end_timestamp_seconds": "99999999x300",
    'unc_last_run{outcome="completed"}': "1x300",
    'unc_last_run{outcome="failed"}': "0x300",
    'unc_last_run{outcome="killed"}': "0x300",
    'unc_last_run{outcome="interrupted"}': "0x300",
    'unc_last_run{outcome="running"}': "0x300",
    "unc_dossiers": "3x300",
    "unc_writes_waiting": "0x300",
    "unc_writes_refused": "0x300",
    "unc_annotations_held": "4x300",
    "unc_dossiers_quarantined": "0x300",
    "unc_form_adopted": "1x300",
    'unc_form_differences{severity="bloquant"}': "0x300",
    'unc_form_differences{severity="info"}': "2x300",
    'unc_disk_free_bytes{folder="base"}': "9e9x300",
    'unc_disk_free_bytes{folder="exports"}': "9e9x300",
}
"""What a bridge tells that is well."""
ILL: dict[str, list[tuple[str, dict[str, str | None]]]] = {
    "UncPortailMuet": [("10m", {'up{job="unc"}': "0x300"})],
    "UncBaseInjoignable": [("10m", {"unc_database_up": "0x300"})],
    "UncLectureArretee": [("75m", {"unc_last_reading_timestamp_seconds": "0x300"})],
    "UncJamaisLue": [("65m", {"unc_last_reading_timestamp_seconds": None})],
    "UncPassageEchoue": [("20m", {'unc_last_run{outcome="failed"}': "1x300"})],
    "UncPassageInterrompu": [
        ("35m", {'unc_last_run{outcome="killed"}': "1x300"}),
        ("35m", {'unc_last_run{outcome="interrupted"}': "1x300"}),
    ],
    "UncPassageSansFin": [
        ("135m", {'unc_last_run{outcome="running"}': "1x300",
                  "unc_last_run_start_timestamp_seconds": "0x300"}),
    ],
    "UncEcrituresEnAttente": [("365m", {"unc_writes_waiting": "1x300"})],
    "UncEcrituresRefusees": [("65m", {"unc_writes_refused": "1x300"})],
    "UncQuarantaine": [("1445m", {"unc_dossiers_quarantined": "1x300"})],
    "UncFormulaireNonAdopte": [("65m", {"unc_form_adopted": "0x300"})],
    "UncFormulaireBloquant": [
        ("20m", {'unc_form_differences{severity="bloquant"}': "1x300"}),
    ],
    "UncDisquePresquePlein": [("15m", {'unc_disk_free_bytes{folder="exports"}': "5e8x300"})],
    "UncClasseursAnciens": [("65m", {"unc_last_export_timestamp_seconds": "-777600x300"})],
    "UncSauvegardeAncienne": [
        ("365m", {"unc_last_backup_timestamp_seconds": "-172800x300"}),
        ("365m", {"unc_last_backup_timestamp_seconds": None}),
    ],
    "UncJetonFinit": [("65m", {"unc_token_end_timestamp_seconds": "0x300"})],
}  # fmt: skip
"""What each alert must tell, and when it does at the latest."""


def firing(at: str, changes: dict[str, str | None], *, alerts: list[str]) -> dict[str, Any]:
    """A case of promtool: what fires then of a bridge that is well but for these."""
    told = {name: value for name, value in (WELL | changes).items() if value is not None}
    return {
        "interval": f"{STEP}m",
        "input_series": [
            {
                "series": re.sub(r"\{?([^{}]*)\}?$", r'{instance="a",\1}', name, count=1)
                if "{" in name
                else f'{name}{{instance="a"}}',
                "values": value,
            }
            for name, value in told.items()
        ],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": at,
                "exp_samples": [{"labels": f'{{alertname="{one}"}}', "value": 1} for one in alerts],
            }
        ],
    }


@pytest.mark.debian
def test_each_rule_tells_its_own_failure_and_none_what_is_well(tmp_path: Path) -> None:
    assert ILL.keys() == {rule["alert"] for rule in RULES}
    cases = [
        firing(at, changes, alerts=[name]) for name, ills in ILL.items() for at, changes in ills
    ]
    file = tmp_path / "cases.yaml"
    content = {
        "rule_files": [str(FOLDER / "alertes.yaml")],
        "evaluation_interval": f"{STEP}m",
        "tests": [*cases, firing("1445m", {}, alerts=[])],
    }
    file.write_text(json.dumps(content), "utf-8")
    promtool("test", "rules", file)
