"""The fault drill: what an operator reads, what is kept, and the next run that heals."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.generator.generate import generate
from steps.judge.verdicts import ASSESSMENT
from store.repository import open_store
from tests.conftest import Bridge, MakeBridge, said
from tests.ops.conftest import BIN, ROOT, Cluster, wait_for
from tests.stored import current_verdicts

pytestmark = pytest.mark.timeout(400)
on_postgresql = [pytest.mark.debian]


def environment(made: Bridge, **changes: str) -> dict[str, str]:
    """A process of its own, with the tree under test."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",  # a limit on files would leave half of one
        "HOME": str(made.home.parent),
        **made.environment,
        **changes,
    }


def unc(env: Mapping[str, str], *arguments: str, blocks: int | None = None) -> tuple[int, str]:
    """Call `unc`; with ``blocks``, no file may grow past so many kilobytes."""
    command = [str(BIN / "unc"), *arguments]
    if blocks is not None:
        command = ["bash", "-c", f'ulimit -f {blocks}; exec "$@"', "unc", *command]
    done = subprocess.run(  # noqa: S603
        command, env=dict(env), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


@contextmanager
def started(env: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A call of `unc` under way."""
    command = [str(BIN / "unc"), *arguments]
    with subprocess.Popen(  # noqa: S603
        command,
        env=dict(env),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def everything_is_answered(made: Bridge, url: str) -> None:
    """The annotations on DS are the verdicts in the store, and nothing is left to send."""
    shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    with open_store(url) as store:
        kept = current_verdicts(store, made.sandbox.demarche)
        assert not store.outbox.pending(made.sandbox.demarche)
    assert kept.keys() == shown.keys()
    for number, row in kept.items():
        status = ASSESSMENT.validate_json(row.detail).status.value
        if status != "Clos":
            assert shown[number]["annotations"]["901"] == status


def annotated(made: Bridge) -> int:
    shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    return sum(1 for one in shown.values() if one["annotations"].get("901"))


class TestPostgresqlStops:
    pytestmark = on_postgresql

    def test_during_a_poll_and_comes_back(self, bridge: MakeBridge, cluster: Cluster) -> None:
        with bridge(generate(250, seed=3)) as made:
            url = cluster.url(cluster.new_database())
            env = environment(made, UNC_DATABASE_URL=url)
            made.sandbox.control.fault("latency", seconds=1.0, operation="query")
            with started(env, "run") as process:
                wait_for(lambda: read_so_far(made, url) >= 100, seconds=120, what="a first page")
                cluster.stop()
                _, told = process.communicate(timeout=120)
                assert process.returncode == 2
                assert "base de données est injoignable" in told
                assert "Traceback" not in told
                assert unc(env, "status")[0] == 2
                cluster.start()
            assert 100 <= read_so_far(made, url) < 250, "what was read is kept"
            made.sandbox.control.clear_faults()
            assert unc(env, "run")[0] == 0
            everything_is_answered(made, url)


def read_so_far(made: Bridge, url: str) -> int:
    with open_store(url) as store:
        if store.is_empty():
            return 0
        return len(store.dossiers.known_numbers(made.sandbox.demarche))


class TestTheDiskOfTheExportsIsFull:
    pytestmark = on_postgresql

    def test_and_the_earlier_workbooks_stay(self, bridge: MakeBridge, cluster: Cluster) -> None:
        with bridge(generate(30, seed=4)) as made:
            url = cluster.url(cluster.new_database())
            env = environment(made, UNC_DATABASE_URL=url)
            code, told = unc(env, "run", blocks=8)
            assert code == 2
            assert "UNC_EXPORT_DIR" in told
            assert "précédents restent en place" in told
            exports = made.home / "exports"
            assert not (exports / "courant").exists()
            assert not list(exports.glob(".courant*"))
            assert not list(exports.glob(".en-cours*"))
            everything_is_answered(made, url)
            assert unc(env, "run")[0] == 0
            assert list(exports.glob("courant/agence.xlsx"))


@pytest.mark.slow
def test_the_token_is_revoked_in_mid_run(bridge: MakeBridge) -> None:
    with bridge(generate(30, seed=4)) as made:
        env = environment(made, UNC_BATCH_SIZE="2")
        made.sandbox.control.fault("latency", seconds=0.4, operation="mutation")
        with started(env, "run") as process:
            wait_for(lambda: annotated(made) > 3, seconds=120, what="annotations")
            made.sandbox.control.revoke_token(made.sandbox.token)
            _, told = process.communicate(timeout=120)
        assert process.returncode == 2
        assert "UNC_DS_TOKEN" in told
        assert "Traceback" not in told
        assert made.sandbox.token not in told
        done = annotated(made)
        made.sandbox.control.add_token(made.sandbox.token)
        made.sandbox.control.clear_faults()
        assert unc(env, "run")[0] == 0
        assert annotated(made) > done
        everything_is_answered(made, f"sqlite:///{made.home / 'unc.sqlite'}")


@pytest.mark.slow
def test_no_prefect_server_while_unc_run_is_called_by_hand(bridge: MakeBridge) -> None:
    with bridge(generate(6, seed=4)) as made:
        env = environment(
            made, PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_HOME=str(made.home / "prefect")
        )
        assert unc(env, "run")[0] == 0
        everything_is_answered(made, f"sqlite:///{made.home / 'unc.sqlite'}")
        code, _ = unc(env, "doctor")
        assert code == 2
        code, _ = unc(env, "doctor", "--sans-prefect")
        assert code != 2


class TestTwoWorkersOnOneDemarche:
    pytestmark = on_postgresql

    def test_do_no_double_work_and_lose_nothing(self, bridge: MakeBridge, cluster: Cluster) -> None:
        with bridge(generate(40, seed=9)) as made:
            url = cluster.url(cluster.new_database())
            env = environment(
                made,
                UNC_DATABASE_URL=url,
                UNC_DECLARANT_CHANNEL="message",
                UNC_QUIET_MINUTES="0",
                UNC_MESSAGES_SINCE="2000-01-01",
            )
            with open_store(url) as store:
                store.upgrade()
            made.sandbox.control.fault("latency", seconds=0.1)
            with ThreadPoolExecutor(2) as both:
                done = list(both.map(lambda _: unc(env, "run"), range(2)))
            assert sorted(code for code, _ in done) == [0, 2], done
            refused = next(told for code, told in done if code == 2)
            assert "Un passage est déjà en cours" in refused
            made.sandbox.control.clear_faults()
            everything_is_answered(made, url)
            messages = at_most_one_each(made)
            assert unc(env, "run")[0] == 0
            assert at_most_one_each(made) == messages > 0


def at_most_one_each(made: Bridge) -> int:
    shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    sent = [len(said(one)) for one in shown.values()]
    assert max(sent) == 1
    return sum(sent)


@pytest.mark.slow
def test_the_disk_of_the_base_is_full(bridge: MakeBridge) -> None:
    """A disk of its own, so small that the first reading does not fit."""
    if os.getuid() != 0:
        pytest.skip("NOT tried: only root mounts a disk")
    with bridge(generate(40, seed=4)) as made, small_disk(made.home, "1m"):
        env = environment(made)
        code, told = unc(env, "run")
        assert code == 2
        assert "est plein : libérez de la place" in told
        assert str(made.home) in told
        for command in ("status", "backup"):
            code, said = unc(env, command)
            assert "imprévue" not in said
        mount("mount", "-o", "remount,size=256m", str(made.home))
        assert unc(env, "run")[0] == 0
        everything_is_answered(made, f"sqlite:///{made.home / 'unc.sqlite'}")
        assert unc(env, "reconcile")[0] == 0


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    mount("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield
    finally:
        mount("umount", "--lazy", str(folder))


def mount(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603
