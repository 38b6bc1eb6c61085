"""What verdicts are told apart by when the words that patient data is known by change.

It is apart from what searches, whose hundreds of patterns take long to compile: a run that judges
nothing asks no more than this.
"""

from hashlib import sha256
from pathlib import Path

from triage.patient_data.dictionary.known_words import digest

_FOLDER = Path(__file__).parents[1]
PEOPLE, FIRST_NAMES = _FOLDER / "personnes.yaml", _FOLDER / "prenoms.yaml"
LEARNED = _FOLDER / "learned" / "personnes.crf"


def _short(told: bytes) -> str:
    return sha256(told).hexdigest()[:8]


_WORDS = _short(digest().encode() + PEOPLE.read_bytes() + FIRST_NAMES.read_bytes())
DIGEST = _short((_WORDS + sha256(LEARNED.read_bytes()).hexdigest()).encode())
"""Of the words, and of what was learned."""
