"""How DS keeps what people type: as text, without the control characters that nothing prints."""

import json
import re
from collections.abc import Mapping
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def normalised(answer: Any) -> Any:
    """Return an answer with its texts as DS keeps them; what is not text stays as it is."""
    if isinstance(answer, str):
        return answer if answer.isprintable() else _CONTROL.sub("", answer)
    return [normalised(one) for one in answer] if isinstance(answer, list) else answer


def as_number(text: str, kind: str) -> str:
    """Return the text of a number as DS keeps it: without spaces, a decimal with a dot."""
    plain = "".join(text.split())
    return plain.replace(",", ".") if kind == "decimal_number" else plain


def kept_text(answer: Any) -> str:
    """Return the text that DS keeps of an answer, whatever the type of its question."""
    match answer:
        case None | Mapping():
            return ""
        case bool():
            return "true" if answer else "false"
        case list():
            plain = [str(one) for one in answer if not isinstance(one, Mapping)]
            return json.dumps(plain, ensure_ascii=False, separators=(",", ":")) if plain else ""
        case _:
            return f"{answer}"
