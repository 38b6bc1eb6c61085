"""Saving pages of new dossiers, beside the raw driver's executemany of the same rows.

    .venv/bin/python -m bench.sync.store [--dossiers 2000] [--rounds 20]

Target: at most 1.25 times. Both write the same columns, JSON as text, a transaction a page, with
the same settings of SQLite (WAL, every commit on disk). Hashes are computed before, for both. The
disk is shared: what is compared is each pair of neighbouring rounds, and the median pair counts.
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

import orjson

from bench.serving import PAGE, sandbox_of
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from mappings.dossier.days_of_answers import DaysOfAnswers
from steps.read.keeping import row_of
from steps.wiring.form import read_mapping
from store.dossiers.pages import DossierRow
from store.repository import Store, open_store

COLUMNS = (
    "demarche",
    "number",
    "dossier_id",
    "content_hash",
    "fingerprint",
    "state",
    "revision_id",
    "groupe_id",
    "deposited_at",
    "modified_at",
    "changed_at",
    "raw",
)
NOW = datetime.now(UTC)


def pages_of(rows: Sequence[DossierRow]) -> list[Sequence[DossierRow]]:
    return [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]


def floor(connection: sqlite3.Connection, rows: Sequence[DossierRow], demarche: int) -> float:
    names, marks = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
    updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[2:])
    statement = (
        f"INSERT INTO dossiers ({names}) VALUES ({marks})"  # noqa: S608
        f" ON CONFLICT (demarche, number) DO UPDATE SET {updates}"
    )
    start = time.perf_counter()
    for page in pages_of(rows):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            statement,
            [
                (
                    demarche,
                    row.number,
                    row.dossier_id,
                    row.content_hash,
                    row.fingerprint,
                    row.state,
                    row.revision_id,
                    row.groupe_id,
                    row.deposited_at.isoformat(),
                    row.modified_at.isoformat(),
                    NOW.isoformat(),
                    orjson.dumps(row.raw).decode(),
                )
                for row in page
            ],
        )
        connection.execute("COMMIT")
    return time.perf_counter() - start


def ours(store: Store, rows: Sequence[DossierRow], demarche: int) -> float:
    start = time.perf_counter()
    for page in pages_of(rows):
        mark = max(row.modified_at for row in page)
        store.dossiers.save_page(demarche, page, watermark=mark, seen_at=NOW)
    return time.perf_counter() - start


def measured(rows: Sequence[DossierRow], rounds: int) -> list[tuple[float, float]]:
    """Seconds of the floor and of ours, each in a file of its own, rounds alternating."""
    demarche = count(1)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("floor", "ours"):
            with open_store(f"sqlite:///{Path(folder) / name}") as made:
                made.upgrade()
        raw = sqlite3.connect(Path(folder) / "floor", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("PRAGMA secure_delete=ON")
        with open_store(f"sqlite:///{Path(folder) / 'ours'}") as store:
            pairs = []
            for _ in range(rounds):
                number = next(demarche)
                pairs.append((floor(raw, rows, number), ours(store, rows, number)))
        raw.close()
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    with sandbox_of(asked.dossiers) as settings:
        token = settings.token().get_secret_value()
        with DsTransport(settings.ds_url, token) as transport:
            pages = DsReader(transport).pages(settings.demarche_number(), updated_since=None)
            mapping = read_mapping(settings.mapping)
            days = DaysOfAnswers(())
            rows = [
                row_of(raw, mapping=mapping, days=days) for page in pages for raw in page.dossiers
            ]
    pairs = measured(rows, asked.rounds)
    least, mine = (min(one) for one in zip(*pairs, strict=True))
    ratio = median(ours / floor for floor, ours in pairs)
    size = sum(len(orjson.dumps(row.raw)) for row in rows) // len(rows)
    print(f"{len(rows)} dossiers of {size} bytes: executemany {least:.2f} s, store {mine:.2f} s:")
    print(f"median of {len(pairs)} pairs: {ratio:.2f} times (≤ 1.25)")


if __name__ == "__main__":
    main()
