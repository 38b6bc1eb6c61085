"""deploy/install.sh on Debian machines with their own systemd, as docs/exploitation.md tells it.

One machine gets the release before, works under its units, is upgraded with its data, fails, is
stopped and loses its power; a second one takes its backup over and is cleared; a third is a server,
of the release before too, upgraded with what people wrote.
"""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from sandbox.generator.generate import generate
from sandbox.server import Sandbox, default_form, running_sandbox
from tests.conftest import said
from tests.installed import debian
from tests.installed.debian import Machine, wait_for
from tests.steps.registre.test_register import BY, LEVEL, TEXTS
from tests.steps.returning import fill

pytestmark = [
    pytest.mark.machine,
    pytest.mark.timeout(5400),
    pytest.mark.usefixtures("debian_machines"),
]

DOSSIERS = 12
INSTALL = "/mnt/depot/deploy/install.sh --wheels /mnt/wheels"
ONE_MACHINE = ("passage", "rapprochement", "purge", "sauvegarde", "surveillance")
ENABLE = debian.told("systemctl enable --now unc-passage.timer")
TIMERS = ENABLE.removeprefix("systemctl enable --now ")
EXAMPLE = "unc-2026-01-31-013000"
OPERATOR = "exploitation@localhost"
SECOND = 59000
FORMS = [
    {**default_form(), "title": "Une démarche"},
    {**default_form(), "number": SECOND, "title": "Une autre"},
]
UNC = "cd /; unc"
BEFORE = "/root/passerelle-unc/deploy/install.sh --wheels /mnt/wheels-avant"
UPGRADE = (
    f"cd /root/passerelle-unc; {debian.told('git pull')}; deploy/install.sh --wheels /mnt/wheels"
)
UNC_BEFORE = ("cd /opt/passerelle-unc; set -a; . /etc/passerelle-unc/unc.env; set +a;"
              " runuser -u unc -- .venv/bin/unc")  # fmt: skip
"""The command of the release before, which may have put none in the path."""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("ds")
    with running_sandbox(
        home, seeds=generate(DOSSIERS, seed=9), rate_limit=100_000, forms=FORMS
    ) as served:
        yield served


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with debian.machine(tmp_path_factory.mktemp("premiere"), debian.with_packages()) as made:
        yield made


@pytest.fixture(scope="module")
def installed(first: Machine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Layers of a machine where install.sh was run, and no more.

    The software that the first machine made is taken from there: install.sh finds it whole.
    """
    home = tmp_path_factory.mktemp("installee")
    with debian.machine(home, debian.with_packages()) as made:
        software_of(first, made)
        assert "Donnez les réglages dans /etc/passerelle-unc/unc.env" in made.sh(INSTALL)
    return (home / "upper", *debian.with_packages())


def software_of(one: Machine, other: Machine) -> None:
    """Give another machine the versions that one made, if it did."""
    versions = one.root / "opt/passerelle-unc/versions"
    if versions.exists():
        (other.root / "opt/passerelle-unc").mkdir(exist_ok=True)
        debian.call(["cp", "-a", versions, other.root / "opt/passerelle-unc"])


def clone_of(tree: Path, machine: Machine) -> None:
    """Put the operator's clone on a machine."""
    shutil.copytree(tree, machine.root / "root/passerelle-unc", symlinks=True)
    machine.sh("git config --system safe.directory '*'")


@contextmanager
def like(installed: tuple[Path, ...], home: Path) -> Iterator[Machine]:
    """A new machine with the software on it."""
    with debian.machine(home, installed) as made:
        yield made


def set_up(machine: Machine, sandbox: Sandbox) -> None:
    """Give the settings and the token, as an operator does."""
    file = machine.root / "etc/passerelle-unc/unc.env"
    text = file.read_text("utf-8")
    for name, value in {
        "UNC_DEMARCHE": str(sandbox.demarche),
        "UNC_INSTRUCTEUR": sandbox.instructeur,
        "UNC_ALERT_TO": OPERATOR,
        "UNC_SMTP_FROM": "unc@localhost",
    }.items():
        text = re.sub(f"(?m)^{name}=.*$", f"{name}={value}", text)
    # One at a time, so that a run can be met in its middle.
    file.write_text(f"{text}UNC_DS_URL={sandbox.url}\nUNC_BATCH_SIZE=1\n", "utf-8")
    token(machine, sandbox.token)
    machine.sh("id exploitation >/dev/null 2>&1 || useradd --create-home exploitation")


def token(machine: Machine, value: str) -> None:
    (machine.root / "root/ds-token").write_text(value)
    machine.sh(debian.told("install -m 0400"))


def unc(machine: Machine, command: str, *, code: int = 0, by: str = UNC) -> dict[str, Any]:
    """Run `unc` by hand, as the page says; its JSON."""
    told = machine.sh(f"{by} {command} --json 2>/dev/null", code=code)
    found: dict[str, Any] = orjson.loads(told)
    return found


def start(machine: Machine, unit: str) -> None:
    """Start a unit under its own systemd; a oneshot one is over when this returns."""
    machine.sh(f"systemctl reset-failed; systemctl start {unit}"
               f" || {{ journalctl --no-pager -n 30 -u {unit}; exit 1; }}")  # fmt: skip


def annotated(sandbox: Sandbox) -> int:
    shown = sandbox.control.snapshots(sandbox.demarche)
    return sum(1 for one in shown.values() if one["annotations"].get("901"))


def everything_is_answered(machine: Machine, sandbox: Sandbox, *, by: str = UNC) -> None:
    shown = sandbox.control.snapshots(sandbox.demarche)
    told = unc(machine, "status", by=by)
    assert told["dossiers"] == len(shown)
    waiting = [n for n, one in shown.items() if not one["annotations"].get("901")]
    assert all(shown[n]["state"] not in {"en_construction", "en_instruction"} for n in waiting)
    assert annotated(sandbox)
    assert max(len(said(one)) for one in shown.values()) <= 1


def test_the_release_before_is_installed_and_works_under_its_units(
    first: Machine, sandbox: Sandbox, debian_machines: Path
) -> None:
    clone_of(debian_machines, first)
    told = first.sh(BEFORE)
    assert "Donnez les réglages dans /etc/passerelle-unc/unc.env" in told
    set_up(first, sandbox)
    told = first.sh(BEFORE)
    assert "Base prête : /var/lib/passerelle-unc/unc.sqlite" in told
    assert "Un passage peut se faire" in told
    start(first, "unc-passage")
    assert len(TIMERS.split()) == len(ONE_MACHINE)
    first.sh(ENABLE)
    everything_is_answered(first, sandbox, by=UNC_BEFORE)
    assert first.sh("stat -c %U:%a /var/lib/passerelle-unc/unc.sqlite").strip() == "unc:600"


def test_it_is_upgraded_with_its_data_and_what_ran_runs_again(
    first: Machine, sandbox: Sandbox
) -> None:
    before = annotated(sandbox)
    told = first.sh(UPGRADE)
    assert "Arrêt, le temps de la mise à jour : " in told
    assert "La base est à jour (/var/lib/passerelle-unc/unc.sqlite" in told
    assert "Copie d'avant : /var/lib/passerelle-unc/sauvegardes/" in told
    assert "Relancé : " in told
    assert first.sh(f"systemctl is-active {TIMERS}").split() == ["active"] * len(ONE_MACHINE)
    everything_is_answered(first, sandbox)
    start(first, "unc-passage")
    assert annotated(sandbox) == before
    links = "readlink /opt/passerelle-unc/.venv; ls /opt/passerelle-unc/versions"
    there = first.sh(links)
    assert "Logiciel :" not in first.sh(INSTALL), "run twice is run once"
    assert first.sh(links) == there
    assert len(there.split()) == 3, "the release before stays, to go back to"


@pytest.mark.parametrize("unit", ONE_MACHINE)
def test_each_unit_of_one_machine_does_its_work(first: Machine, unit: str) -> None:
    start(first, f"unc-{unit}")
    told = first.sh(f"systemctl show unc-{unit} -p Result -p ExecMainStatus -p NRestarts")
    assert "Result=success" in told


def test_the_editions_of_the_week_and_the_month_are_published(first: Machine) -> None:
    first.sh(debian.told("systemctl enable --now unc-edition-hebdomadaire.timer"))
    for kind in ("hebdomadaire", "mensuelle"):
        start(first, f"unc-edition-{kind}")
        assert "Result=success" in first.sh(f"systemctl show unc-edition-{kind} -p Result")
        published = first.root / "var/lib/passerelle-unc/exports/editions" / kind
        assert len(list(published.glob("[!.]*"))) == 1


def test_the_portal_answers_and_is_told_when_it_dies_though_it_starts_again(
    first: Machine,
) -> None:
    first.sh(debian.told("systemctl enable --now unc-portail "))
    wait_for(lambda: is_served("http://127.0.0.1:8214/connexion"), "the portal")
    first.sh("systemctl kill --signal=KILL unc-portail")
    wait_for(lambda: mails(first, "unc-portail"), "a mail")
    wait_for(lambda: is_served("http://127.0.0.1:8214/connexion"), "the portal")
    first.sh("systemctl disable --now unc-portail")
    assert "Result=success" in first.sh("systemctl show unc-portail -p Result")


def test_the_lookup_answers(first: Machine) -> None:
    there = debian.told("mkdir -p /var/lib/passerelle-unc/bdpm-fichiers")
    first.sh(f"{there}; cp /mnt/depot/tests/data/bdpm/* .")  # the page downloads them
    first.sh(debian.told("unc bdpm load"))
    (first.root / "root/lookup").write_text("s" * 40)
    first.sh("install -m 0400 -o unc /root/lookup /etc/passerelle-unc/lookup")
    first.sh("echo UNC_LOOKUP_SECRETS_FILE=/etc/passerelle-unc/lookup"
             " >> /etc/passerelle-unc/unc.env")  # fmt: skip
    start(first, "unc-annuaire")
    wait_for(lambda: is_served("http://127.0.0.1:8215/sante"), "the look-up")
    first.sh("systemctl stop unc-annuaire")


def is_served(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


def mails(machine: Machine, unit: str) -> list[str]:
    """Subjects of what the operator received about a unit."""
    box = machine.root / "var/mail/exploitation"
    text = box.read_bytes() if box.exists() else b""
    received = [message_from_bytes(one) for one in re.split(rb"(?m)^From .*\n", text)[1:]]
    told = [str(make_header(decode_header(one["Subject"]))) for one in received]
    return [one for one in told if unit in one]


def is_over(machine: Machine, unit: str) -> bool:
    return "inactive" in machine.sh(f"systemctl show {unit} -p ActiveState")


def remembered(machine: Machine, unit: str) -> dict[str, Any]:
    """What is known of a unit that fails."""
    file = machine.root / f"var/lib/passerelle-unc/alertes/{unit}.json"
    known: dict[str, Any] = orjson.loads(file.read_bytes()) if file.exists() else {}
    return known


def test_a_unit_that_fails_is_told_once_by_the_mail_of_the_host_and_when_it_works_again(
    first: Machine, sandbox: Sandbox
) -> None:
    sandbox.control.revoke_token(sandbox.token)
    failed = "unc-passage.service"
    first.sh("systemctl start unc-passage", code=1)
    wait_for(lambda: remembered(first, failed).get("told"), "an alert")
    wait_for(lambda: is_over(first, f"unc-courriel@{failed}"), "the end of the alert")
    first.sh("systemctl start unc-passage", code=1)
    wait_for(lambda: remembered(first, failed).get("untold"), "no alert")
    wait_for(lambda: mails(first, failed), "a mail")
    assert len(mails(first, failed)) == 1
    sandbox.control.add_token(sandbox.token)
    # What failed in a loop starts well each time: it works once it has done so for a while.
    at_once = "/etc/systemd/system/unc-retour@.service.d"
    first.sh(f"mkdir '{at_once}'; printf '[Service]\\nExecStartPre=\\n' > '{at_once}/attente.conf'")
    first.sh("systemctl daemon-reload")
    file = first.root / "var/lib/passerelle-unc/alertes/unc-passage.service.json"
    file.write_text(re.sub(r'"last":"\d{4}', '"last":"2020', file.read_text()))
    start(first, "unc-passage")
    wait_for(lambda: not remembered(first, failed), "a second alert")
    wait_for(lambda: len(mails(first, failed)) == 2, "a second mail")
    assert "marche de nouveau" in mails(first, failed)[1]


def test_an_alert_is_tried_once(first: Machine) -> None:
    assert "Alerte envoyée à" in first.sh(debian.told("systemctl start unc-courriel@essai"))
    wait_for(lambda: mails(first, "essai a"), "a mail")


ASKING = f"""
from datetime import UTC, datetime
from store.repository import open_store
from store.staff.accounts import Account
at = datetime.now(UTC)
with open_store("sqlite:////var/lib/passerelle-unc/unc.sqlite") as store:
    store.accounts.add(Account("{OPERATOR}", "agence", at, at, None))
    store.digests.choose("{OPERATOR}", wanted=True, at=at)
"""
"""Somebody asks for the digest, as in the page of her account."""


def test_the_digest_goes_to_who_asked_for_it_once_and_says_what_it_did(first: Machine) -> None:
    first.sh(debian.told("systemctl enable --now unc-resume.timer"))
    start(first, "unc-resume")
    journal = "journalctl --no-pager -o cat -n 20 -u unc-resume"
    assert "personne ne l'a demandé" in first.sh(journal)
    (first.root / "srv/demande.py").write_text(ASKING)
    first.sh("cd /; runuser -u unc -- /opt/passerelle-unc/.venv/bin/python /srv/demande.py")
    for expected in ("1 résumé envoyé.", "celui de la semaine est déjà parti"):
        start(first, "unc-resume")
        assert expected in first.sh(journal)
    wait_for(lambda: mails(first, "votre semaine"), "the digest")
    assert len(mails(first, "votre semaine")) == 1
    assert "Result=success" in first.sh("systemctl show unc-resume -p Result")


def deposit(sandbox: Sandbox, count: int) -> None:
    """Deposit new dossiers now."""
    moment, known = datetime.now(UTC), sandbox.control.snapshots(sandbox.demarche)
    new = [seed for seed in generate(90, seed=6) if seed.number not in known][:count]
    for seed in new:
        dated = replace(seed, deposited_at=moment, updated_at=moment)
        sandbox.control.create(sandbox.demarche, dated)


def mid_run(
    machine: Machine,
    sandbox: Sandbox,
    then: Callable[[], object],
    *,
    begin: str = "systemctl start --no-block unc-passage",
) -> None:
    """Act on a run that has begun to write, and is far from its end."""
    done = annotated(sandbox)
    sandbox.control.fault("latency", seconds=5.0, operation="mutation")
    deposit(sandbox, 15)
    machine.sh(begin)
    wait_for(lambda: annotated(sandbox) > done + 1, "a run that writes")
    assert annotated(sandbox) < done + 10
    then()
    sandbox.control.clear_faults()


def test_a_run_that_is_stopped_finishes_its_dossier_and_the_next_goes_on(
    first: Machine, sandbox: Sandbox
) -> None:
    mid_run(first, sandbox, lambda: first.sh("systemctl stop unc-passage"))
    last = unc(first, "status")["passages"][:2]  # its timer may have begun another
    assert "interrompu" in {one["issue"] for one in last}, last
    assert "Result=success" in first.sh("systemctl show unc-passage -p Result")
    start(first, "unc-passage")
    everything_is_answered(first, sandbox)


def test_a_host_that_loses_its_power_in_mid_run_goes_on_after_it_boots(
    first: Machine, sandbox: Sandbox
) -> None:
    mid_run(first, sandbox, first.cut_power)
    first.boot()
    assert first.sh(f"systemctl is-active {TIMERS}").split() == ["active"] * len(ONE_MACHINE)
    start(first, "unc-passage")
    everything_is_answered(first, sandbox)


def test_another_machine_takes_the_backup_over_and_is_cleared(
    first: Machine, sandbox: Sandbox, installed: tuple[Path, ...], tmp_path: Path
) -> None:
    start(first, "unc-sauvegarde")
    copies = sorted((first.root / "var/lib/passerelle-unc/sauvegardes").glob("unc-*.sqlite"))
    shown = sandbox.control.snapshots(sandbox.demarche)
    with like(installed, tmp_path / "seconde") as second:
        set_up(second, sandbox)
        shutil.copyfile(copies[-1], second.root / f"root/{EXAMPLE}.sqlite")
        second.sh(debian.told("systemctl stop 'unc-*.timer'"))
        second.sh(debian.told("rm -f /var/lib"))
        second.sh("cd /root; " + debian.told("install -m 0600"))
        assert "Un passage peut se faire" in second.sh(INSTALL)
        unc(second, "doctor")
        told = unc(second, "run")
        assert (told["created"], told["annotated"]) == (0, 0), told
        assert sandbox.control.snapshots(sandbox.demarche) == shown
        unc(second, "reconcile")
        everything_is_answered(second, sandbox)
        kept = second.sh("/mnt/depot/deploy/uninstall.sh")
        assert "Gardés : /etc/passerelle-unc, /var/lib/passerelle-unc" in kept
        second.sh("test ! -e /opt/passerelle-unc; test ! -e /usr/local/bin/unc")
        second.sh("test -s /var/lib/passerelle-unc/unc.sqlite")
        assert not list((second.root / "etc/systemd/system").rglob("unc-*"))
        second.sh("/mnt/depot/deploy/uninstall.sh --effacer-les-donnees")
        second.sh("test ! -e /var/lib/passerelle-unc; test ! -e /etc/passerelle-unc; ! id unc")


SERVER = [debian.told(f"runuser -u postgres -- create{what}")
          for what in ("user unc", "db --owner unc unc", "db --owner unc prefect")]  # fmt: skip
PREFECT = debian.told("export PREFECT_API_URL=") + "; "


def asked_for(server: Machine, run: str) -> None:
    """Ask Prefect for a run and wait until it is done; again where one that it planned was on."""
    wait_for(lambda: "fait" in server.sh(f"{PREFECT}{run} --watch && echo fait || true"), run)


@pytest.fixture(scope="module")
def server(
    first: Machine, installed: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A machine with the databases of a server."""
    with like(installed, tmp_path_factory.mktemp("serveur")) as made:
        software_of(first, made)
        made.sh("\n".join(SERVER))
        made.sh("rm /etc/passerelle-unc/unc.env")
        yield made


def test_a_server_is_prepared_and_what_is_left_to_start_is_said(
    server: Machine, sandbox: Sandbox
) -> None:
    assert "Donnez les réglages" in server.sh(f"{INSTALL} --serveur")
    set_up(server, sandbox)
    told = server.sh(f"{INSTALL} --serveur")
    assert "Base prête : " in told
    assert "Un passage peut se faire" in told
    assert "systemctl enable --now unc-prefect ; unc deploy ;" in told


PREFECT_UNIT = debian.told("systemctl enable --now unc-prefect")
WORKER = debian.told("systemctl enable --now unc-worker@1")
ALIVE = f"{UNC} worker --name passerelle-1 --alive"
PASSAGE = debian.told(".venv/bin/prefect deployment run 'passerelle-unc/passerelle'")


def rows(server: Machine) -> dict[str, list[dict[str, Any]]]:
    """All that the base of a server holds, by table."""
    ask = "cd /; runuser -u postgres -- psql -qAt unc -c"
    names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    told = server.sh(f'{ask} "{names}"').split()
    held = "SELECT coalesce(json_agg(t), '[]') FROM {} t"
    return {one: orjson.loads(server.sh(f'{ask} "{held.format(one)}"')) for one in told}


def of_prefect(kind: str) -> dict[str, str]:
    """What its server holds of a kind: id by name, one of each."""
    told = requests.post(f"http://127.0.0.1:4200/api/{kind}/filter", json={}, timeout=60).json()
    found = {one["name"]: one["id"] for one in told}
    assert len(found) == len(told), told
    return found


def test_a_server_of_the_release_before_is_upgraded_and_nothing_that_people_wrote_is_lost(
    server: Machine, sandbox: Sandbox, debian_machines: Path
) -> None:
    clone_of(debian_machines, server)
    server.sh(f"cd /; runuser -u postgres -- dropdb unc; {SERVER[1]}")
    server.sh(f"{BEFORE} --serveur || true")  # it may say that its Prefect is not started
    server.sh(PREFECT_UNIT)
    wait_for(lambda: is_served("http://127.0.0.1:4200/api/health"), "Prefect")
    server.sh(debian.deploying(debian_machines))
    deployed = of_prefect("deployments")
    server.sh(WORKER)
    asked_for(server, PASSAGE)
    everything_is_answered(server, sandbox, by=UNC_BEFORE)
    situation = unc(server, "registre list", by=UNC_BEFORE)["situations"][0]["id"]
    validated, by = shlex.join((*LEVEL, *TEXTS)), shlex.join(BY)
    for written in (f"registre validate {situation} {validated} {by}",
                    f"registre identify {situation} 2026-11-02 {by}",
                    f"registre event {situation} 'Vu en réunion' {by}",
                    "users add anne.essai@exemple.fr --role agence --no-password"):  # fmt: skip
        server.sh(f"{UNC_BEFORE} {written}")
    current = server.root / "var/lib/passerelle-unc/exports/courant/reseau.xlsx"
    returned = server.root / "srv/reseau.xlsx"
    fill(current, returned, judgement="À surveiller", comment="Avis d'avant")
    server.sh(f"chmod 0644 /srv/reseau.xlsx; {UNC_BEFORE} import /srv/reseau.xlsx")
    before = rows(server)
    assert before["opinions"]
    told = server.sh(f"{UPGRADE} --serveur")
    assert "La base est à jour" in told
    assert all(f"unc-{one}.service" in told.partition("Relancé : ")[2]
               for one in ("prefect", "worker@1"))  # fmt: skip
    assert "À faire : unc deploy ; une minute après, unc doctor." in told
    assert "Copie d'avant : /var/lib/passerelle-unc/sauvegardes/" in told
    copies = server.root / "var/lib/passerelle-unc/sauvegardes"
    assert list(copies.glob("avant-mise-a-jour-*.dump"))
    after = rows(server)
    for table, held in before.items():
        assert len(after[table]) >= len(held), table
    for table in ("accounts", "acts", "opinions"):
        for row in before[table]:
            assert any(row.items() <= one.items() for one in after[table]), table
    for _ in range(2):
        server.sh(debian.told("unc deploy"))
        assert of_prefect("deployments").items() >= deployed.items()
        assert list(of_prefect("work_pools")) == ["unc"]
    asked_for(server, PASSAGE)
    everything_is_answered(server, sandbox)
    shown = unc(server, f"registre show {situation}")
    assert "Vu en réunion" in orjson.dumps(shown).decode()


def test_a_server_with_postgresql_and_prefect_runs_and_drains(
    server: Machine, sandbox: Sandbox
) -> None:
    assert "Prefect" in requests.get("http://127.0.0.1:4200/", timeout=60).text
    assert "Failed to create" not in server.sh(
        'journalctl --no-pager -u unc-prefect --since "@$(stat -c %Y /opt/passerelle-unc/.venv)"'
    )
    wait_for(lambda: "oui" in server.sh(f"{ALIVE} > /dev/null && echo oui || true"), "a worker")
    asked_for(server, PASSAGE)
    everything_is_answered(server, sandbox)
    for other in ("rapprochement-unc", "export-unc", "purge-unc"):
        by_hand = debian.told(f".venv/bin/prefect deployment run '{other}")
        asked_for(server, by_hand)
    mid_run(server, sandbox, lambda: server.sh("systemctl restart unc-prefect"),
            begin=PREFECT + PASSAGE)  # fmt: skip
    wait_for(lambda: is_served("http://127.0.0.1:4200/api/health"), "Prefect")
    asked_for(server, PASSAGE)
    everything_is_answered(server, sandbox)
    server.sh("systemctl stop unc-worker@1")
    assert "pas vivant" in server.sh(ALIVE, code=1)
    assert "Result=success" in server.sh("systemctl show unc-worker@1 -p Result")
    start(server, "unc-sauvegarde")
    dumps = sorted((server.root / "var/lib/passerelle-unc/sauvegardes").glob("unc-*.dump"))
    assert dumps[-1].stat().st_size
    shutil.copyfile(dumps[-1], server.root / f"srv/{EXAMPLE}.dump")
    server.sh("chmod 0644 /srv/*.dump; " + debian.told("systemctl stop 'unc-*.timer'"))
    server.sh("cd /srv; " + debian.told("runuser -u postgres -- dropdb"))
    server.sh(f"cd /srv; {SERVER[1]}; " + debian.told("runuser -u unc -- pg_restore"))
    assert "déjà à jour" in server.sh(f"{INSTALL} --serveur")
    everything_is_answered(server, sandbox)
    server.sh(PREFECT_UNIT)
    server.sh("systemctl stop postgresql")
    assert "La base de données est injoignable" in server.sh(f"{UNC} run", code=2)
    server.sh("systemctl start postgresql")
    server.sh(f"{UNC} run")
    server.sh("systemctl stop unc-prefect")
    checks = unc(server, "doctor", code=2)["checks"]
    blocking = [one["text"] for one in checks if one["level"] == "bloquant"]
    assert any("PREFECT_API_URL : le serveur ne répond pas" in one for one in blocking)
    server.sh(f"{UNC} run")


OWN_PORT = 8216


def test_a_server_follows_two_demarches_each_with_its_runs_and_its_portal(
    server: Machine, sandbox: Sandbox
) -> None:
    both = (sandbox.demarche, SECOND)
    company = {"siret": "73282932000074", "name": "Ex"}
    sandbox.control.create(SECOND, {"number": 901, "company": company, "mandatory": False})
    listed = "".join(f"[d{one}]\nUNC_DEMARCHE = {one}\n" for one in both)
    (server.root / "root/demarches.toml").write_text(listed)
    server.sh("cd /root; " + debian.told("install -m 0640 -g unc demarches.toml"))
    settings = server.root / "etc/passerelle-unc/unc.env"
    named = "UNC_DEMARCHES=/etc/passerelle-unc/demarches.toml"
    settings.write_text(re.sub("(?m)^UNC_DEMARCHE=.*$", named, settings.read_text()))
    server.sh(PREFECT_UNIT)
    wait_for(lambda: is_served("http://127.0.0.1:4200/api/health"), "Prefect")
    server.sh(debian.told("systemctl restart unc-worker@1"))
    server.sh(debian.told("unc deploy"))
    deployed = of_prefect("deployments")
    assert len(deployed) == 10
    assert {name.rpartition("-")[2] for name in deployed} == {str(one) for one in both}
    of_one = debian.told(".venv/bin/prefect deployment run 'passerelle-unc/passerelle-12345'")
    for one in both:
        asked_for(server, of_one.replace("12345", str(one)))
        shown = sandbox.control.snapshots(one)
        assert unc(server, f"status --demarche {one}")["dossiers"] == len(shown)
    own = debian.told("echo PORT_DU_PORTAIL=").replace("67890", str(SECOND))
    server.sh(own)
    portals = debian.told("systemctl enable --now unc-portail@")
    server.sh(portals.replace("12345", str(both[0])).replace("67890", str(SECOND)))
    titles = [str(form["title"]) for form in FORMS]
    for one, port, title in zip(both, (8214, OWN_PORT), titles, strict=True):
        page = f"http://127.0.0.1:{port}/connexion"
        wait_for(partial(is_served, page), f"the portal of {one}")
        assert title in requests.get(page, timeout=60).text
    server.sh("systemctl stop 'unc-*.service'")
