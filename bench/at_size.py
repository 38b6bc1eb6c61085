"""What a run, an edition, `unc status` and the portal cost beside how many dossiers are stored.

    .venv/bin/python -m bench.at_size [--dossiers 10000] [--changed 20] [--home DIR] [--published]

Dossiers of the generator are read once from a sandbox, then kept again under other numbers with
another text, and judged: each measure is a process of its own on a base that holds them. Beside
`status` and the portal, the floor is what a process costs that imports the same and opens the base;
beside judging, that of as many new dossiers judged in a base that holds nothing else. Targets:
`status` under 1 s and 150 MiB at 10,000; the portal's first page under 3 s; a pass of judging with
20 changes reads what moved; `rules try` under 20 s. With --published the workbooks are made too,
after 20 changes at most 1.5 times as long at 10,000 as at 2,000, and an edition by one worker, then
by several. A run is one without its answers: the sandbox has the generator's dossiers alone. With
--home a base that was made before is measured again; --only names the measures that are made, and
UNC_DATABASE_URL a base of PostgreSQL.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import event

from bench.serving import keep_settings, kept_settings, settings_of, told_of
from mappings.dossier.days_of_answers import DaysOfAnswers
from sandbox.common.ids import encode
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import ROOT, Settings
from steps.judge.judge import judge
from steps.read.keeping import row_of
from steps.run import gather
from steps.wiring.services import Services, connect, open_services
from steps.wiring.summary import Summary
from store.dossiers.pages import DossierRow

DIFFERENT, PAGE, FIRST = 400, 500, 30_000_000
_TOLD = (
    "\nimport os; from pathlib import Path\n"
    "peak = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
    "print(sum(os.times()[:4]), int(peak) / 1024, file=sys.stderr)"
)
"""Not ``ru_maxrss``: a process begins with that of the one that started it."""
_COMMAND = f"import sys; from cli.app import call; call(sys.argv[1:]){_TOLD}"
RUN = (
    "import gc, sys; gc.disable()\n"
    "from settings import load_settings; from steps.judge.judge import judge\n"
    "from steps.publish.export import export; from steps.run import gather\n"
    "from steps.wiring.services import connect; from steps.wiring.summary import Summary\n"
    "gc.freeze(); gc.enable(); summary = Summary()\n"
    "with connect(load_settings()) as services:\n"
    f"    for step in (gather, judge, export): step(services, summary){_TOLD}"
)
"""A run without its answers; what is imported is not looked through, as by ``unc``."""
_JOINING = (
    "import sys, time; from pathlib import Path; from cli.app import call\n"
    "from exports.published.folders import is_held; from settings import load_settings\n"
    "from steps.wiring.inputs import inputs_of\n"
    "root = inputs_of(load_settings()).publishing.folder\n"
    "while sys.argv[2] == '--join' and not is_held(root): time.sleep(0.1)\n"
    f"call(sys.argv[1:]){_TOLD}"
)
"""Joins once a publisher has begun: until then there is nothing to join."""
TITLE = 17
REFERENCES = frozenset({"Référence", "Références"})
_FLOOR = (
    "import sys; import cli.run.status; from steps.wiring.services import open_services;"
    " from settings import load_settings\n"
    f"with open_services(load_settings()): pass{_TOLD}"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=10_000)
    parser.add_argument("--changed", type=int, default=20)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--published", action="store_true", help="the workbooks too")
    parser.add_argument("--workers", type=int, default=2, help="who share an edition")
    parser.add_argument("--only", default="", help="measures, by the beginnings of their names")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unc-size-") as folder:
        home = asked.home or Path(folder)
        measure = Measures(made(home, asked.dossiers), asked.changed, asked.workers)
        wanted = tuple(asked.only.split(",")) if asked.only else ("",)
        for name, one in measure.all(published=asked.published).items():
            if name.startswith(wanted):
                one()


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured on a base.

    Attributes:
        settings: Those of the base.
        changed: How many dossiers change.
        workers: How many share an edition.
    """

    settings: Settings
    changed: int
    workers: int

    def all(self, *, published: bool) -> dict[str, Callable[[], None]]:
        """Each by its name, in order."""
        found: dict[str, Callable[[], None]] = {
            "base": lambda: size(self.settings.home),
            "judging": lambda: judging(self.settings, self.changed),
            "floor": lambda: self._show("floor: imports, base opened", _FLOOR, tries=3),
            "status": lambda: self._command("unc status", "status", "--json", tries=3),
            "portal": lambda: first_page(self.environment),
            "rules": self._rules,
            "situations": lambda: self._command("situations list", "situations", "list", "--json"),
        }
        return found | ({"runs": self._runs, "edition": self._editions} if published else {})

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that works on it."""
        given = self.settings
        return {
            **os.environ,
            "UNC_HOME": str(given.home),
            "UNC_DEMARCHE": str(given.demarche),
            "UNC_DS_URL": given.ds_url,
            "UNC_DS_TOKEN": given.token().get_secret_value(),
            "UNC_INSTRUCTEUR": str(given.instructeur),
        }

    def _show(self, name: str, code: str, *arguments: str, tries: int = 1) -> None:
        cpu, peak, _ = measured(self.environment, code, *arguments, tries=tries)
        print(f"{name:32} {cpu:6.2f} CPU-s {peak:6.0f} MiB", flush=True)

    def _command(self, name: str, *arguments: str, tries: int = 1) -> None:
        self._show(name, _COMMAND, *arguments, tries=tries)

    def _rules(self) -> None:
        self._command("rules try", "rules", "try", str(candidate(self.settings.home)))

    def _runs(self) -> None:
        """The first workbooks, then as many as some changes replace, then none."""
        port = urlsplit(self.settings.ds_url).port or 0
        with running_sandbox(self.settings.home / "sandbox", port=port) as sandbox:
            self._show("run, first workbooks", RUN)
            self._show("run, idle", RUN)
            shown = sandbox.control.snapshots(sandbox.demarche)
            open_ = sorted(n for n, one in shown.items() if one["state"] == "en_construction")
            for number in open_[: self.changed]:
                sandbox.control.submit(number, {TITLE: f"Changé le {datetime.now(UTC)}"})
            self._show(f"run, {self.changed} changed", RUN)
            self._show("run, idle again", RUN)

    def _editions(self) -> None:
        """An edition by one worker, then by several: the clock, and the processor of each."""
        self._command("current workbooks", "export", "--json")
        self._command("an edition by 1", "export", "--edition", "seul", "--json")
        begun = time.perf_counter()
        with ThreadPoolExecutor(self.workers) as pool:
            tried = (("export", "--edition", "ensemble", "--json"), ("export", "--join", "--json"))
            asked = [tried[0], *[tried[1]] * (self.workers - 1)]
            each = [
                pool.submit(measured, self.environment, _JOINING, *one, tries=1) for one in asked
            ]
            found = [one.result() for one in each]
        took = time.perf_counter() - begun
        told = ", ".join(
            f"{cpu:.1f} CPU-s {peak:.0f} MiB {text.count('.xlsx')} workbooks named"
            for cpu, peak, text in found
        )
        print(f"an edition by {self.workers:<18} {took:6.1f} s by the clock: {told}", flush=True)


def size(home: Path) -> None:
    """What the home takes on the disk."""
    for name, found in (("the base", home.glob("unc.sqlite*")), ("workbooks", books(home))):
        print(f"{name:32} {sum(one.stat().st_size for one in found) / 1e6:6.0f} MB")


def books(home: Path) -> Iterator[Path]:
    """Files of the current set."""
    return (home / "exports" / "courant").glob("*")


def made(home: Path, count: int, *, different: int = DIFFERENT) -> Settings:
    """A base of that many dossiers, all judged; the one that is there, if it was made before.

    Args:
        home: Where it is.
        count: How many.
        different: How many the generator makes; the others are these again.
    """
    if kept := kept_settings(home):
        return kept
    home.mkdir(parents=True, exist_ok=True)
    with running_sandbox(home / "sandbox", seeds=generate(different, seed=3)) as sandbox:
        told = told_of(sandbox)
        settings = settings_of(told, home)
        with connect(settings, make=True) as services:
            gather(services, Summary())
    with open_services(settings) as services:
        fill(services, count - different)
        timed("judging all of them", services)
    keep_settings(told, home)
    return settings


def fill(services: Services, count: int, *, begin: int = 0) -> None:
    """Keep the dossiers that are there again, under other numbers, each with a text of its own.

    Args:
        services: Of the base.
        count: How many are added.
        begin: How many were added before.
    """
    models = [one.raw for one in services.store.dossiers.iterate(services.demarche)]
    for start in range(begin, begin + max(0, count), PAGE):
        numbers = range(start, min(start + PAGE, begin + count))
        rows = [other(services, models[n % len(models)], n) for n in numbers]
        services.store.dossiers.save_page(
            services.demarche, rows, watermark=None, seen_at=datetime.now(UTC)
        )


def other(services: Services, model: Any, at: int) -> DossierRow:
    raw = orjson.loads(orjson.dumps(model))
    raw["number"], raw["id"] = FIRST + at, encode("Dossier", FIRST + at)
    added = f" ({at})"
    for champ in raw["champs"]:
        text = champ.get("stringValue") or ""
        if champ["__typename"] != "TextChamp":
            continue
        if REFERENCES & {*champ["label"].split()}:  # else every copy would look like a duplicate
            text = re.sub(r"(\d{3,})", rf"\g<1>{at:05}", text)
        if added and len(text) > 40:  # noqa: PLR2004
            text, added = text + added, ""
        champ["stringValue"] = champ["value"] = text
    return row_of(raw, mapping=services.form.mapping, days=DaysOfAnswers(()))


def timed(name: str, services: Services) -> Summary:
    summary = Summary()
    begun = time.process_time()
    judge(services, summary)
    took = time.process_time() - begun
    print(f"{name:32} {took:6.2f} CPU-s, {len(summary.assessed)} assessed")
    return summary


def judging(settings: Settings, changed: int) -> None:
    """Nothing changed; then some dossiers did; rows are counted apart, for counting costs."""
    with open_services(settings) as services:
        timed("judging, nothing changed", services)
        numbers = sorted(services.store.dossiers.known_numbers(services.demarche))[:changed]
        for name, work in (("judging, changed", timed), ("rows read, changed", counted)):
            touch(services, numbers, salt=name)
            work(name, services)


def touch(services: Services, numbers: list[int], *, salt: str) -> None:
    rows = []
    for stored in services.store.dossiers.iterate(services.demarche, numbers=numbers):
        raw = stored.raw
        for champ in raw["champs"]:
            if champ["__typename"] == "TextChamp" and len(champ.get("stringValue") or "") > 40:  # noqa: PLR2004
                champ["stringValue"] = champ["value"] = f"{champ['stringValue']} {salt}"
                break
        rows.append(row_of(raw, mapping=services.form.mapping, days=DaysOfAnswers(())))
    services.store.dossiers.save_page(
        services.demarche, rows, watermark=None, seen_at=datetime.now(UTC)
    )


def counted(name: str, services: Services) -> None:
    rows = Counter[str]()

    def look(_: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            raw, table = cursor.connection.cursor(), statement.partition("FROM ")[2].split()[0]
            query = f"SELECT count(*) FROM ({statement})"  # noqa: S608
            rows[table] += raw.execute(query, parameters).fetchone()[0]

    engine = services.store._engine  # noqa: SLF001
    event.listen(engine, "before_cursor_execute", look)
    judge(services, Summary())
    event.remove(engine, "before_cursor_execute", look)
    print(f"{name:32} {dict(filter(itemgetter(1), rows.items()))}")


def candidate(home: Path) -> Path:
    """A stricter rule-set: short texts under 60 characters, and an item that weighs more."""
    text = (ROOT / "triage/unc/rules/2026-1.yaml").read_text("utf-8")
    path = home / "candidat.yaml"
    path.write_text(
        text.replace('version: "2026.1"', 'version: "essai"')
        .replace("short_text: 30", "short_text: 60")
        .replace("{check: digits, length: 8", "{check: digits, length: 7"),
        encoding="utf-8",
    )
    return path


def measured(
    environment: dict[str, str], code: str, *arguments: str, tries: int
) -> tuple[float, float, str]:
    """CPU seconds, peak MiB and output of a process, the best of some."""
    found = []
    for _ in range(tries):
        done = subprocess.run(  # noqa: S603 (ours)
            [sys.executable, "-c", code, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        cpu, peak = done.stderr.split()[-2:]
        found.append((float(cpu), float(peak), done.stdout))
    return min(found)


def first_page(environment: dict[str, str]) -> None:
    """Seconds from the start of `unc serve` to a page, of the process and by the clock."""
    unc, begun = Path(sys.executable).with_name("unc"), time.perf_counter()
    server = subprocess.Popen(  # noqa: S603 (our own command)
        [unc, "serve", "--port", "0", "--json"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        url = next(lines_with_address(server))
        import requests

        answer = requests.get(f"{url}/connexion", timeout=60)
        answer.raise_for_status()
        print(f"{'portal, start to first page':32} {time.perf_counter() - begun:6.2f} s")
    finally:
        server.terminate()
        server.wait(timeout=60)


def lines_with_address(server: "subprocess.Popen[str]") -> Iterator[str]:
    assert server.stdout  # noqa: S101
    for line in server.stdout:
        if found := re.search(r"http://[^\"]+", line):
            yield found[0]


if __name__ == "__main__":
    main()
