"""Labels compared as people read them: case, accents, spaces and apostrophes apart."""

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "´": "'", "`": "'", "‘": "'"})
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """``text`` in lower case, without accents, with straight apostrophes and single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SPACES.sub(" ", bare).strip().casefold()


@lru_cache(maxsize=4096)
def normalise_label(label: str) -> str:
    """A label of the form as it is looked up: folded, without final punctuation."""
    return fold(label).rstrip(" ?:.*!")
