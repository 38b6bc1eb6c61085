"""The words of a form's subject, and what other forms taught of it: which files say them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mappings.matching.learned import FILE_NAME as LEARNED
from mappings.matching.learned import parse_learned
from mappings.matching.lexicon import FILE_NAME as SYNONYMS
from mappings.matching.lexicon import Lexicon, no_lexicon, parse_lexicon
from steps.wiring.form import read_text

MAPPINGS = Path(__file__).parents[2] / "mappings"
"""What the bridge ships, a folder for each form."""


def words_of(form: str, mapping_file: Path) -> Lexicon:
    """The words beside the mapping in use, else those of the bridge, else none.

    Raises:
        DataFileError: A file cannot be read, or is of another form.
    """
    lexicon = no_lexicon()
    if file := _file(SYNONYMS, form, mapping_file):
        lexicon = parse_lexicon(read_text(file, "UNC_MAPPING"), source=file.name)
    if file := _file(LEARNED, form, mapping_file):
        learned = parse_learned(read_text(file, "UNC_MAPPING"), source=file.name, form=form)
        lexicon = replace(lexicon, learned=learned)
    return lexicon


def files_of(form: str, mapping_file: Path) -> list[Path]:
    """The files that say them."""
    found = (_file(name, form, mapping_file) for name in (SYNONYMS, LEARNED))
    return [one for one in found if one]


def missing(form: str, mapping_file: Path) -> Iterator[Path]:
    """The files that the bridge ships for a form, and that are nowhere.

    A form that it does not ship has none: its fields are named after the questions themselves.
    """
    shipped = MAPPINGS / form
    for name in (SYNONYMS, LEARNED) if shipped.is_dir() else ():
        if _file(name, form, mapping_file) is None:
            yield shipped / name


def _file(name: str, form: str, mapping_file: Path) -> Path | None:
    """A file beside the mapping in use, else the bridge's own."""
    beside, shipped = mapping_file.with_name(name), MAPPINGS / form / name
    return next((one for one in (beside, shipped) if one.exists()), None)
