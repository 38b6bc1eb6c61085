"""A passage of a dossier by its code: what a person said of it is kept, never its text."""

from hashlib import sha256

from triage.patient_data.plain import plain

_LENGTH = 10


def passage_code(number: int, text: str) -> str:
    """Code of a passage of a dossier: the same words in another dossier have another."""
    said = plain(text.replace("_", " ")).text.casefold()  # names of files have no blanks
    return sha256(f"{number}\0{said}".encode()).hexdigest()[:_LENGTH]
