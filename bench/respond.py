"""Answer dossiers: HTTP requests and seconds, beside one request a dossier and one an annotation.

    .venv/bin/python bench/respond.py [--dossiers 1000] [--slow-dossiers 1000]

Target: at most 45 requests for 1,000 dossiers of 6 annotations, no 429 under a limit of 400
requests a minute. The server is the sandbox, in a process of its own, with 20 ms of latency. The
two slow ways are measured without a limit on either side; what the limit alone would add is told
beside. Nothing is extrapolated: fewer --slow-dossiers are printed as they are.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.serving import in_a_process, settings_of, told_of
from clients.limiter import DS_REQUESTS_PER_MINUTE, Limiter
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from clients.writing.writer import DsWriter, Pace
from sandbox.common.ids import encode
from sandbox.control.client import Control
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from steps.read.poll import poll
from steps.reply.respond import respond
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from triage.replies.reply import Annotate, AnnotationChange, Outcome

LATENCY = 0.020
CHANGES = (
    ("statut", 901, "dropDownList", ("À compléter", "Complet")),
    ("completude", 903, "integerNumber", (41, 62)),
    ("elements_manquants", 904, "textarea", ("M5 RCP : absent", "Aucun")),
    ("priorite", 905, "dropDownList", ("P2", "P3")),
    ("motifs_priorite", 906, "textarea", ("Maladie rare", "Aucun critère")),
    ("version_referentiel", 908, "text", ("2026.1", "2026.2")),
)


@dataclass(frozen=True)
class SandboxPlace:
    """Where the sandbox listens, as plain values that travel between processes."""

    base_url: str
    url: str
    token: str
    demarche: int
    instructeur: str


def serve(home: str, dossiers: int, told: Any) -> None:
    with running_sandbox(Path(home), seeds=generate(dossiers, seed=1)) as one:
        told.put(SandboxPlace(one.base_url, one.url, one.token, one.demarche, one.instructeur))
        time.sleep(7200)


@contextmanager
def sandbox(dossiers: int) -> Iterator[tuple[SandboxPlace, Control]]:
    with (
        tempfile.TemporaryDirectory() as home,
        in_a_process(serve, home, dossiers) as place,
        closing(Control(place.base_url)) as control,
    ):
        control.fault("latency", seconds=LATENCY)
        yield place, control


def replies(numbers: Sequence[int], at: int) -> list[Annotate]:
    """Six annotations for each dossier; ``at`` chooses the value, so that each way writes anew."""
    return [
        Annotate(
            key=f"{number}",
            number=number,
            dossier_id=encode("Dossier", number),
            changes=tuple(
                AnnotationChange(name, encode("Champ", champ), kind, values[at % 2])  # type: ignore[arg-type]
                for name, champ, kind, values in CHANGES
            ),
        )
        for number in numbers
    ]


def one_by_one(all_of_them: Sequence[Annotate]) -> list[list[Annotate]]:
    """Each annotation as a reply of its own, to be sent alone."""
    return [
        [Annotate(f"{one.key} {change.name}", one.number, one.dossier_id, (change,))]
        for one in all_of_them
        for change in one.changes
    ]


def timed(
    name: str, place: SandboxPlace, work: Callable[[DsWriter, str], int], *, free: bool
) -> None:
    limiter = Limiter(10**9) if free else None
    with DsTransport(place.url, place.token, limiter=limiter) as transport:
        robot = DsReader(transport).demarche(place.demarche).instructeur(place.instructeur)
        if robot is None:
            raise SystemExit("the sandbox has no instructeur of ours")
        before, start = transport.requests_sent, time.perf_counter()
        dossiers = work(DsWriter(transport), robot.id)
        seconds, requests = time.perf_counter() - start, transport.requests_sent - before
    per_thousand = 1000 * requests / dossiers
    limit = 60 * requests / DS_REQUESTS_PER_MINUTE
    print(
        f"{name:28} {dossiers:5} dossiers {requests:6} requests ({per_thousand:6.0f} for 1,000)"
        f" {seconds:7.1f} s, {1000 * seconds / dossiers:6.1f} ms a dossier;"
        f" the limit alone would take {limit:4.0f} s"
    )


def send(writer: DsWriter, robot: str, batch: Sequence[Annotate], size: int) -> None:
    for delivery in writer.deliver(batch, instructeur_id=robot, labels={}, pace=Pace(size)):
        if delivery.receipt.outcome is not Outcome.DONE:
            raise SystemExit(delivery.receipt.text)


def whole_flow(place: SandboxPlace, control: Control, home: Path) -> None:
    """The real steps, under the server's real limit: poll, judge, annotations and labels."""
    settings = settings_of(told_of(place), home)
    summary = Summary()
    with connect(settings, make=True) as services:
        poll(services, summary)
        control.stats(reset=True)
        before, start = services.transport.requests_sent, time.perf_counter()
        respond(services, summary)
        seconds = time.perf_counter() - start
        requests = services.transport.requests_sent - before
        stats = control.stats(reset=True)
        poll(services, Summary())
        respond(services, Summary())
        again = control.stats(reset=True)["mutations_total"]
    refused = stats["statuses"].get("429", 0)
    count = len(summary.annotated)
    print(
        f"whole step, labels included  {count:5} dossiers {requests:6} requests"
        f" ({1000 * requests / count:6.0f} for 1,000) {seconds:7.1f} s, judging included;"
        f" {refused} answers 429; {stats['mutations_total']} mutations, second run {again}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1000)
    parser.add_argument("--slow-dossiers", type=int, default=1000)
    asked = parser.parse_args()
    with sandbox(asked.dossiers) as (place, control), tempfile.TemporaryDirectory() as home:
        whole_flow(place, control, Path(home))
        numbers = sorted(control.snapshots(place.demarche))
        few = numbers[: asked.slow_dossiers]
        control.stats(reset=True)

        def batched(writer: DsWriter, robot: str) -> int:
            send(writer, robot, replies(numbers, 0), 25)
            return len(numbers)

        def each_dossier(writer: DsWriter, robot: str) -> int:
            send(writer, robot, replies(few, 1), 1)
            return len(few)

        def each_annotation(writer: DsWriter, robot: str) -> int:
            for batch in one_by_one(replies(few, 0)):
                send(writer, robot, batch, 1)
            return len(few)

        timed("25 dossiers a request", place, batched, free=False)
        print(f"{'':28} {control.stats(reset=True)['statuses'].get('429', 0)} answers 429")
        control.rate_limit(10**9)
        timed("25 a request, no limit", place, batched, free=True)
        timed("one request a dossier", place, each_dossier, free=True)
        timed("one request an annotation", place, each_annotation, free=True)


if __name__ == "__main__":
    main()
