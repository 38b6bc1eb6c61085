"""Files of an answer, and their names as others than the agency read them."""

from dataclasses import replace
from pathlib import PurePosixPath

from mappings.dossier import Attachment
from mappings.report import Value

_APART = str.maketrans("_", " ")


def attachments(value: Value | None) -> tuple[Attachment, ...]:
    """Return the files of a value, none when it holds no files."""
    if not isinstance(value, tuple):
        return ()
    return tuple(item for item in value if isinstance(item, Attachment))


def without_patient(file: Attachment, *, mask: str) -> Attachment:
    """Return the file under a name that can be read: the mask and the extension where it holds one.

    A name is not an answer: no verdict marks it, so that it is looked at here.
    """
    from triage.patient_data import FINDERS  # telephones of the world: 8 MiB, where they are used

    text = file.filename.translate(_APART)
    if not any(True for find in FINDERS.values() for _ in find(text)):
        return file
    return replace(file, filename=f"{mask}{PurePosixPath(file.filename).suffix}")
