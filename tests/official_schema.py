"""The official schema of API v2, as its introspection tells it."""

import gzip
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "introspection.json.gz"


def official_introspection() -> Any:
    """What `build_client_schema` takes: every type of the API, descriptions left out."""
    return json.loads(gzip.decompress(FILE.read_bytes()))
