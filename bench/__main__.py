"""The benches that tell most in a short time, in small: each beside its floor.

    .venv/bin/python -m bench        (make bench)

Ratios of few dossiers are higher than those of many, where fixed costs weigh less: figures to
compare with an earlier run of the same command, not with the targets of README.md.
"""

import subprocess
import sys
import time

CHOSEN = (
    ("mapping", "300"),
    ("sync.read", "--requests", "--dossiers", "200"),
    ("sync.page_cpu", "--pages", "10", "--rounds", "3"),
    ("sync.store", "--dossiers", "500", "--rounds", "7"),
    ("situations", "--alone"),
    ("cycle", "--dossiers", "60"),
)
MOST_SECONDS = 110


def main() -> int:
    """Run each; whether all ended well, in time."""
    begin, failed = time.monotonic(), []
    for name, *arguments in CHOSEN:
        at = time.monotonic()
        print(f"== bench.{name} {' '.join(arguments)}", flush=True)
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", f"bench.{name}", *arguments], check=False
        )
        print(f"   ({time.monotonic() - at:.0f} s)", flush=True)
        if done.returncode:
            failed.append(name)
    took = time.monotonic() - begin
    print(f"{len(CHOSEN)} benches in {took:.0f} s (meant for less than {MOST_SECONDS})")
    print("\n".join(f"FAILED: bench.{name}" for name in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
