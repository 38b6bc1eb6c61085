"""JSON as text: fast for what DS sends, and never stopped by what hostile text may hold."""

import json
from typing import Any

import orjson


def dump(value: Any) -> str:
    """JSON text of a value; dataclasses become objects.

    A lone surrogate or an integer above 64 bits, which orjson refuses, is written by the standard
    library, escaped.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def load(text: str) -> Any:
    """Value of a JSON text written by :func:`dump`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
