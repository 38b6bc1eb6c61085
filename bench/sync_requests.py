"""Requests: a first poll, and a poll of an unchanged démarche.

    .venv/bin/python -m bench.sync_requests [--dossiers 1000]

Targets: 10 + at most 3 for 1,000 dossiers; at most 3 when nothing changed.
"""

import argparse

from bench.sync_serving import sandbox_of, unlimited
from steps.read.poll import poll
from steps.wiring.summary import Summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1000)
    dossiers = parser.parse_args().dossiers
    with sandbox_of(dossiers) as settings:
        for name in ("first poll", "unchanged"):
            with unlimited(settings) as services:
                summary = Summary()
                poll(services, summary)
                sent = services.transport.requests_sent
            print(f"{name}: {sent} requests, {len(summary.created)} dossiers created")


if __name__ == "__main__":
    main()
