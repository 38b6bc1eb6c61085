"""Conditions as the newer API writes them: prefix notation in JSON arrays, or as a text."""

from collections.abc import Mapping
from typing import Any

import orjson

from sandbox.common.ids import champ_id


def expression(condition: Mapping[str, Any] | None) -> Any:
    """Return a condition of a form file as DS serves it; ``None`` if the question has none."""
    if condition is None:
        return None
    champ = ["champ", champ_id(condition["champ"])]
    if "equals" in condition:
        return ["=", champ, condition["equals"]]
    if "not_equals" in condition:
        return ["!=", champ, condition["not_equals"]]
    wanted = condition.get("includes_any", [condition.get("includes")])
    terms = [["includes", champ, one] for one in wanted]
    return terms[0] if len(terms) == 1 else ["or", *terms]


def written(term: Any) -> str | None:
    """Return an expression as a text; ``None`` if there is none."""
    if term is None:
        return None
    if not isinstance(term, list):
        return orjson.dumps(term).decode()
    return f"({term[0]} {' '.join(written(one) or '' for one in term[1:])})"
