"""Debian in a folder, from its packages, and a machine of it with its own systemd.

What is slow to make (a minimal Debian, its packages, those of Python) is kept between runs under
the user's cache. No test reaches the network: each is alone with its loopback.
"""

import ctypes
import fcntl
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

from tests.ops.conftest import ROOT, descendants
from tests.ops.conftest import wait_for as wait_seconds

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "passerelle-unc"
PYTHON = "3.11"
"""Of Debian 12."""
PACKAGES = ("systemd-sysv", "dbus", "exim4-daemon-light", "git", "postgresql")
PATIENCE = 1_200
"""Seconds after which what was waited for is believed not to come."""
_NEW_NETWORK = 0x40000000
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Look until a condition holds, however loaded this machine is."""
    wait_seconds(condition, seconds=PATIENCE, what=what)


def told(start: str) -> str:
    """The one command line of the operator's guide that begins so, without its comment."""
    page = (ROOT / "docs/exploitation.md").read_text("utf-8")
    found = {re.sub(r"\s+#.*$", "", line).strip() for line in page.splitlines()
             if line.startswith(start)}  # fmt: skip
    assert len(found) == 1, (start, found)
    return found.pop()


def deploying(tree: Path) -> str:
    """The commands between Prefect's start and its worker's, as the guide of a tree gives them."""
    page = (tree / "docs/exploitation.md").read_text("utf-8")
    enable = "systemctl enable --now unc-"
    found = re.findall(f"(?ms)^{enable}prefect$\n(.+?)^{enable}worker@1", page)
    assert len(found) == 1, found
    return str(found[0])


def require(*tools: str) -> None:
    """Skip, or fail where everything has to be tried, unless we are root and have these tools."""
    lost = [
        tool for tool in tools if shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin") is None
    ]
    missing = " and ".join(lost) + " not installed" if lost else ""
    if os.getuid() != 0:
        missing = "we are not root"
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(f"NOT tried: {missing}")


def call(command: Sequence[str | Path], **more: str) -> str:
    """Run a command of the preparations; what it printed."""
    done = subprocess.run(  # noqa: S603
        list(map(str, command)), check=False, text=True, cwd=ROOT, env={**os.environ, **more},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def wheels() -> Path:
    """What `deploy/wheels.sh` makes for Debian's Python."""
    folder = CACHE / "wheels"
    with _alone():
        call(["deploy/wheels.sh", folder], PYTHON_VERSION=PYTHON)
    return folder


def release_before(to: Path) -> None:
    """A clone at the newest tree with fewer migrations, that `git pull` brings to ours.

    The packages of that tree are kept. A tree with a migration that was numbered otherwise since is
    nobody's release.
    """
    git, versions = ["git", "-C", str(ROOT)], "store/migrations/versions"
    ours = {one.name for one in (ROOT / versions).glob("r*.py")}
    changed = call([*git, "log", "--first-parent", "-m", "--format=%H", "--", versions]).split()
    for commit in changed:
        there = call([*git, "ls-tree", "--name-only", f"{commit}~1:{versions}"]).split()
        if {name for name in there if re.match(r"r\d", name)} < ours:
            break
    else:
        pytest.fail("the history of this clone is cut: no release before can be made")
    call(["git", "clone", "--quiet", "--no-local", ROOT, to])
    call(["git", "-C", to, "checkout", "--quiet", "-B", "essai", f"{commit}~1"])
    for name, value in {"remote.origin.url": "/mnt/depot", "branch.essai.remote": "origin",
                        "branch.essai.merge": "HEAD"}.items():  # fmt: skip
        call(["git", "-C", to, "config", name, value])
    assets = Path("portal/static/dsfr")  # of `make portal-assets`, in no clone
    if (ROOT / assets).exists():
        shutil.copytree(ROOT / assets, to / assets)
    folder = CACHE / "wheels-avant"
    with _alone():
        if _packages(to) <= _packages(ROOT):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(CACHE / "wheels", folder, copy_function=os.link)
        else:
            call([to / "deploy/wheels.sh", folder], PYTHON_VERSION=PYTHON)


def _packages(tree: Path) -> set[str]:
    text = (tree / "requirements-prod.lock").read_text("utf-8")
    return set(re.findall(r"^[a-z0-9.-]+==\S+", text, re.MULTILINE))


def minimal() -> Path:
    """A minimal Debian with Python, as `deploy/base.sh` makes it; never written to."""
    folder, made = CACHE / f"debian-{_mark()}", CACHE / "debian.en-cours"
    with _alone():
        if not folder.exists():
            shutil.rmtree(made, ignore_errors=True)
            call(["deploy/base.sh", made])
            made.rename(folder)
    return folder


def _mark() -> str:
    """What tells a minimal Debian from one that another `deploy/base.sh` made."""
    return sha256((ROOT / "deploy/base.sh").read_bytes()).hexdigest()[:8]


def with_packages() -> tuple[Path, Path]:
    """Layers of a Debian that can boot, the upper one first."""
    base = minimal()
    folder = CACHE / f"machine-{_mark()}-{'-'.join(PACKAGES)}"
    made = CACHE / "machine.en-cours"
    with _alone():
        if not folder.exists():
            for old in CACHE.glob("machine*"):
                shutil.rmtree(old)
            with overlay(made, [base]) as root:
                shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
                install = f"apt-get install -yq --no-install-recommends {' '.join(PACKAGES)}"
                script = f"apt-get update -q && {install} && apt-get clean"
                call(["chroot", root, "sh", "-c", script], DEBIAN_FRONTEND="noninteractive")
                # It shares no network with a DNS; its database listens on its socket.
                (root / "etc/resolv.conf").write_text("")
                conf = root / "etc/postgresql/15/main/postgresql.conf"
                conf.write_text(conf.read_text() + "listen_addresses = ''\nfsync = off\n")
            (made / "upper").rename(folder)
            shutil.rmtree(made)
    return folder, base


@contextmanager
def _alone() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "verrou"):
        yield


@contextmanager
def overlay(home: Path, layers: Sequence[Path]) -> Iterator[Path]:
    """A folder that shows these layers, the first on top; what is written goes to ``home``."""
    for name in ("upper", "work", "root"):
        (home / name).mkdir(parents=True, exist_ok=True)
    lower = ":".join(map(str, layers))
    options = f"lowerdir={lower},upperdir={home / 'upper'},workdir={home / 'work'}"
    call(["mount", "-t", "overlay", "overlay", "-o", options, home / "root"])
    try:
        yield home / "root"
    finally:
        call(["umount", home / "root"])


@contextmanager
def private_network() -> Iterator[None]:
    """Let this thread, and what it starts, be alone with a loopback: every port is free."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        assert libc.unshare(_NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        try:
            with socket.socket() as any_socket:
                up = struct.pack("16sh22x", b"lo", _UP_AND_RUNNING)
                fcntl.ioctl(any_socket, _SET_FLAGS, up)
            yield
        finally:
            assert libc.setns(before, _NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
    finally:
        os.close(before)


@dataclass
class Machine:
    """A Debian with a systemd of its own, on our loopback."""

    home: Path
    root: Path
    boots: int = field(default=0)
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def boot(self) -> None:
        """Start it, and wait until it is up."""
        (self.root / "etc/hostname").write_text("passerelle\n")
        self.boots += 1
        with (self.home / f"boot-{self.boots}.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                ["systemd-nspawn", "--quiet", "--directory", str(self.root), "--boot",  # noqa: S607
                 "--register=no", "--keep-unit", f"--machine=unc-{os.getpid()}-{id(self)}",
                 "--link-journal=no", "--resolv-conf=off",
                 "--timezone=off", f"--bind-ro={ROOT}:/mnt/depot",
                 f"--bind-ro={CACHE / 'wheels'}:/mnt/wheels",
                 f"--bind-ro={CACHE / 'wheels-avant'}:/mnt/wheels-avant"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        wait_for(self._is_up, "a machine that boots")

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.home / f"boot-{self.boots}.log").read_text()
        if not descendants(self._process.pid):
            return False
        asked = self._inside(["systemctl", "is-system-running"])
        return asked.stdout.strip() in {"running", "degraded"}

    def _inside(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        assert self._process is not None
        leader = descendants(self._process.pid)[0]
        entered = ["nsenter", "--target", str(leader), "--all", "--wdns=/root", "env", "-i", _PATH]
        return subprocess.run(  # noqa: S603
            [*entered, *command], check=False, capture_output=True, text=True, timeout=PATIENCE
        )

    def sh(self, script: str, *, code: int = 0) -> str:
        """Run a script in it as root; what it printed on both outputs."""
        done = self._inside(["bash", "-euc", f"exec 2>&1\n{script}"])
        assert done.returncode == code, f"{script}\n{done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def cut_power(self) -> None:
        """End everything in it at once."""
        assert self._process is not None
        for pid in descendants(self._process.pid)[:1]:
            os.kill(pid, signal.SIGKILL)
        self._process.wait(60)
        self._process = None

    def off(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.cut_power()


_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@contextmanager
def machine(home: Path, layers: Sequence[Path]) -> Iterator[Machine]:
    """A new machine of these layers, booted."""
    with overlay(home, layers) as root:
        made = Machine(home, root)
        try:
            made.boot()
            yield made
        finally:
            made.off()
