"""Time of ``unc rules try`` on 10,000 dossiers that have a verdict (target: 20 s on 2 cores).

python bench/rules_try.py [home]      home: keep the dossiers there, for another time
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import ROOT, load_settings
from steps.judge.judge import judge
from steps.read.poll import poll
from steps.wiring.services import connect
from steps.wiring.summary import Summary

COUNT, TARGET = 10_000, 20.0


def fill(home: Path) -> None:
    """Read and judge the dossiers, once."""
    with running_sandbox(home / "ds", seeds=generate(COUNT, seed=1), rate_limit=100_000) as ds:
        settings = load_settings(
            _env_file=None,
            ds_url=ds.url,
            ds_token=ds.token,
            demarche=ds.demarche,
            instructeur=ds.instructeur,
            home=home,
        )
        with connect(settings, make=True) as services:
            poll(services, Summary())
            judge(services, Summary())


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


def main(home: Path) -> int:
    if not (home / "unc.sqlite").exists():
        fill(home)
    unc = Path(sys.executable).with_name("unc")
    command = [str(unc), "rules", "try", str(candidate(home))]
    environment = {**os.environ, "UNC_HOME": str(home), "UNC_DEMARCHE": "48213"}
    start = perf_counter()
    subprocess.run(command, check=True, env=environment)  # noqa: S603
    seconds = perf_counter() - start
    print(f"unc rules try on {COUNT} dossiers: {seconds:.1f} s (target: {TARGET:.0f} s)")
    return 0 if seconds <= TARGET else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(Path(folder)))
