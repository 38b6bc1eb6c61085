# ruff: noqa: N815 (fields have the names of the JSON)
"""Map and assess dossiers beside pydantic's bare validation of the same JSON into flat models.

    .venv/bin/python -m bench.mapping [COUNT]        (10000 for issue 4's figure; target: 4 times)

The floor: ``TypeAdapter.validate_json`` on the bytes of one dossier, into flat models with a typed
value for each kind of champ. Ours: the same bytes parsed by orjson, decoded, mapped to a report and
judged by the rule-set in force. Dossiers are those of the generator, read over HTTP, over again.
What looks for patient data in their texts is told apart, for no model of pydantic does as much: by
rules, then with what was learned beside them.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from datetime import date as day
from datetime import datetime as moment
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, TypeAdapter

from clients.reading.reader import DsReader
from clients.transport import DsTransport
from mappings.dossier.decode import decode_dossier, decode_revision
from mappings.report.mapper import map_report
from mappings.report.model import Report
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import Settings
from steps.wiring.form import Form, load_form
from triage.patient_data.finders import FINDERS, Span, found_in
from triage.verdict import warnings
from triage.verdict.assess import assess

BATCH = 250
DIFFERENT = 2000
"""More than any cache of ours holds."""


class File(BaseModel):
    filename: str
    byteSizeBigInt: int
    checksum: str
    contentType: str
    createdAt: datetime
    virusScanResult: str


class FloorPlace(BaseModel):
    name: str
    code: str


class FloorChamp(BaseModel):
    id: str
    champDescriptorId: str
    label: str
    updatedAt: moment
    stringValue: str | None = None
    value: str | None = None
    yesNo: bool | None = None
    checked: bool | None = None
    integerNumber: int | None = None
    decimalNumber: float | None = None
    date: day | None = None
    datetime: moment | None = None
    values: list[str] | None = None
    primaryValue: str | None = None
    secondaryValue: str | None = None
    files: list[File] | None = None
    etablissement: dict[str, Any] | None = None
    region: FloorPlace | None = None
    departement: FloorPlace | None = None
    rows: "list[FloorRow] | None" = None


class FloorRow(BaseModel):
    id: str
    champs: list[FloorChamp]


class FloorDossier(BaseModel):
    id: str
    number: int
    state: str
    archived: bool
    dateDepot: datetime
    dateDerniereModification: datetime
    dateDerniereModificationChamps: datetime
    champs: list[FloorChamp]
    annotations: list[FloorChamp]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    raws, revisions = served(min(count, DIFFERENT))
    texts = [orjson.dumps(raw) for raw in raws]
    texts = (texts * (count // len(texts) + 1))[:count]
    champs = sum(_champs(raw["champs"]) for raw in raws) / len(raws)
    size = sum(map(len, texts)) / count
    del raws  # what is kept is walked when memory is tidied
    print(f"{count} dossiers, {champs:.0f} champs each (rows included), {size / 1024:.0f} KiB each")
    settings = Settings.model_construct()
    form = load_form(mapping=settings.mapping, rules=settings.rules)
    stages = {
        "decode and map": mapped(form, revisions),
        "assess, patient data apart": judged(form, revisions, lambda _text: ()),
        "with patient data by rules": judged(form, revisions, by_rules),
        "and by what was learned": judged(form, revisions, found_in),
    }
    for work in stages.values():
        work(texts[0])  # what is read once is not counted
    floor, *took = side_by_side([validation(), *stages.values()], texts)
    print(f"{'pydantic, flat models':27}: {1e6 * floor / count:7.0f} µs a dossier")
    for name, seconds in zip(stages, took, strict=True):
        print(f"{name:27}: {1e6 * seconds / count:7.0f} µs a dossier, {seconds / floor:6.2f} ×")
    print("target: at most 4 ×")


def served(count: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Dossiers of the generator as the client reads them, and the revisions of their form."""
    with (
        tempfile.TemporaryDirectory() as home,
        running_sandbox(Path(home), seeds=generate(count, seed=3), rate_limit=10**6) as sandbox,
        DsTransport(sandbox.url, sandbox.token) as transport,
    ):
        reader = DsReader(transport)
        info = reader.demarche(sandbox.demarche)
        since = datetime(2000, 1, 1, tzinfo=UTC)
        pages = list(reader.pages(sandbox.demarche, updated_since=since))
    raws = [raw for page in pages for raw in page.dossiers]
    return raws, {raw["id"]: decode_revision(raw) for raw in info.revisions}


def validation() -> Callable[[bytes], object]:
    return TypeAdapter(FloorDossier).validate_json


def mapped(form: Form, revisions: dict[str, Any]) -> Callable[[bytes], Report]:
    def work(text: bytes) -> Report:
        raw = orjson.loads(text)
        revision = revisions[raw["demarche"]["revision"]["id"]]
        dossier = decode_dossier(raw, revision=revision)
        return map_report(dossier, mapping=form.mapping, revision=revision)

    return work


def judged(
    form: Form, revisions: dict[str, Any], find: Callable[[str], Sequence[tuple[str, Span]]]
) -> Callable[[bytes], object]:
    """Map and assess, patient data looked for by this, which is asked of a text once in a while."""
    report_of, rules, kept = mapped(form, revisions), form.rulesets[-1], lru_cache(2048)(find)

    def work(text: bytes) -> object:
        report = report_of(text)
        warnings._found_in = kept  # noqa: SLF001 (each stage its own)
        return assess(report, rules, mapping=form.mapping, fingerprint="", earlier_exists=True)

    return work


def by_rules(text: str) -> Sequence[tuple[str, Span]]:
    return [(kind, span) for kind, find in FINDERS.items() for span in find(text)]


def side_by_side(works: list[Callable[[bytes], object]], texts: list[bytes]) -> list[float]:
    """Processor seconds of each, in turns of a batch, so that a busy machine is busy for all."""
    seconds = [0.0] * len(works)
    for start in range(0, len(texts), BATCH):
        for at, work in enumerate(works):
            gc.collect()
            began = time.process_time()
            for text in texts[start : start + BATCH]:
                work(text)
            seconds[at] += time.process_time() - began
    return seconds


def _champs(champs: list[dict[str, Any]]) -> int:
    rows = (row for champ in champs for row in champ.get("rows") or ())
    return len(champs) + sum(len(row["champs"]) for row in rows)


if __name__ == "__main__":
    main()
