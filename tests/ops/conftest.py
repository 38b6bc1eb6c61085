"""The real parts: a PostgreSQL cluster, a Prefect server, a worker, the sandbox over HTTP.

Each is a process of its own, under a folder of its own, and ends with the test session.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and theirs, as /proc tells."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        children.setdefault(int(told[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        new = children.get(queue.pop(), [])
        found += new
        queue += new
    return found


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started at once, as a power cut does."""
    for pid in [process.pid, *descendants(process.pid)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait(30)


@contextmanager
def running(command: list[str], *, env: Mapping[str, str], log: Path) -> Iterator[object]:
    """Run a program while the block lasts; nothing that it started is left behind."""
    log.parent.mkdir(parents=True, exist_ok=True)
    stream: IO[bytes]
    with log.open("ab") as stream:
        process = subprocess.Popen(command, env=dict(env), stdout=stream, stderr=stream, cwd=ROOT)  # noqa: S603
    try:
        yield process
    finally:
        left = descendants(process.pid)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                kill_tree(process)
        for pid in left:
            with_pid_gone(pid)


def with_pid_gone(pid: int) -> None:
    """Wait for a process to end, and end it when it does not."""
    for _ in range(50):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_for(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Look until a condition holds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.2)
    pytest.fail(f"{what}: not within {seconds:.0f} s")


@dataclass
class Cluster:
    """A PostgreSQL of our own on a Unix socket, under the account that it may run as."""

    home: Path
    binaries: Path
    account: str
    made: int = field(default=0)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://unc@/{database}?host={self.home}"

    def new_database(self) -> str:
        """Name of a new, empty database."""
        self.made += 1
        name = f"unc_{self.made}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    def call(self, *command: str) -> None:
        change = ["runuser", "-u", self.account, "--"] if os.getuid() == 0 else []
        subprocess.run(  # noqa: S603
            [*change, *command], check=True, stdout=subprocess.DEVNULL, cwd=self.home
        )

    def initialise(self) -> None:
        initdb = str(self.binaries / "initdb")
        data = str(self.home / "data")
        self.call(initdb, "-D", data, "-U", "unc", "-A", "trust", "-E", "UTF8", "--no-sync")

    def control(self, *action: str) -> None:
        data = str(self.home / "data")
        self.call(str(self.binaries / "pg_ctl"), "-D", data, "-s", "-w", *action)

    def start(self) -> None:
        quiet = f"-c listen_addresses='' -c unix_socket_directories={self.home} -c fsync=off"
        self.control("-l", str(self.home / "log"), "-o", quiet, "start")

    def stop(self) -> None:
        self.control("-m", "immediate", "stop")

    def dump(self, database: str) -> str:
        """Everything that a database holds, as text."""
        command = [str(self.binaries / "pg_dump"), self.url(database)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    account = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if not binaries or account not in {entry.pw_name for entry in pwd.getpwall()}:
        missing = "PostgreSQL is not installed here (apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    # A short path: the address of a socket has at most 107 characters.
    home = Path(tempfile.mkdtemp(prefix="unc-pg-", dir="/tmp"))
    shutil.chown(home, account)
    made = Cluster(home=home, binaries=binaries[-1].parent, account=account)
    try:
        made.initialise()
        made.start()
        yield made
    finally:
        if (home / "data" / "postmaster.pid").exists():
            made.stop()
        shutil.rmtree(home)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.debian)])
def database(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Settings of the database: the one beside us, or a server's."""
    if request.param == "sqlite":
        return {}
    cluster: Cluster = request.getfixturevalue("cluster")
    return {"database_url": cluster.url(cluster.new_database())}
