"""`Dictionnaire`: what each column of the other sheets means, where it is from, who reads it.

It ends with the champs of the form that the mapping does not take: their answers are kept, and
nobody said what they mean.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from exports.readers.dossiers import Dossiers
from exports.readers.facts import DossierFact
from exports.readers.reading import Reading
from exports.sheets.figures import Synthesis
from exports.sheets.tables import CALCULATED, Column, Table
from french.text import agreed, typographic
from mappings.schema.model import Audience
from triage.rules.sentences import BAND, Term

_HEADERS = (
    ("Feuille", 16),
    ("Colonne", 28),
    ("Sens", 58),
    ("Origine", 25),
    ("Diffusion", 27),
)
UNMAPPED: DossierFact[tuple[tuple[str, str], ...]] = DossierFact(
    "unmapped", tuple[tuple[str, str], ...]
)
_OWN = "ceux qui le remplissent, et l'agence"
_FILE, _AT_LENGTH = "vocabulaire", 60
_WORDS, _FIGURES, _FORM = "Mots employés", "Synthèse", "Formulaire"
_AUDIENCES = {"agence": "agence seulement", "reseau": "agence et réseau"}


class DefinedWords(NamedTuple):
    """Words of the workbooks that need a sentence.

    Attributes:
        terms: Those of the rules.
        bands: See :class:`exports.model.ExportContext`.
        words: See :class:`exports.sheets.columns.ColumnsFile`.
        audience: Who reads them.
    """

    terms: Sequence[Term]
    bands: Mapping[str, str]
    words: Mapping[str, str]
    audience: Audience


def dictionary(
    tables: Sequence[Table],
    synthesis: Synthesis,
    readings: Sequence[Reading],
    *,
    vocabulary: DefinedWords,
    sheet: str,
    name: str,
) -> Table:
    """Return the table that explains words, figures and the columns of the other sheets.

    Args:
        tables: The other sheets.
        synthesis: What `Synthèse` shows.
        readings: The dossiers, for the champs that the mapping does not take.
        vocabulary: Words that stand first.
        sheet: Name of the tab.
        name: Name of the Excel table.
    """
    rows = (
        *_terms(vocabulary),
        *(
            (_FIGURES, name, meaning, CALCULATED, _AUDIENCES["agence" if alone else "reseau"])
            for name, meaning, alone in (
                *((one.name, one.meaning, False) for one in synthesis.figures),
                *((one.title, one.meaning, one.agency_alone) for one in synthesis.blocks),
            )
        ),
        *_columns(tables),
        *_unmapped(readings),
    )
    columns = tuple(
        Column(name=header, width=width, format="texte", meaning="", origin="", audience="reseau")
        for header, width in _HEADERS
    )
    printed = tuple(
        (*row[:2], *map(typographic, row[2:])) for row in rows
    )  # names stay as they are
    return Table(sheet=sheet, name=name, columns=columns, rows=printed, printed=len(columns))


def _columns(tables: Sequence[Table]) -> Iterator[tuple[str, ...]]:
    """Every column; what was said at length of the same one in a former sheet stands there."""
    said: dict[tuple[str, str], str] = {}
    for table in tables:
        for column in table.columns:
            first = said.setdefault((column.name, column.meaning), table.sheet)
            again = first != table.sheet and len(column.meaning) > _AT_LENGTH
            meaning = f"Comme dans « {first} »." if again else column.meaning
            yield (table.sheet, column.name, meaning, column.origin, _whom(column))


def _terms(vocabulary: DefinedWords) -> Iterator[tuple[str, ...]]:
    """The words that verdicts are told in, then others."""
    whom, bands = _AUDIENCES["reseau"], vocabulary.bands
    for term in vocabulary.terms:
        name = bands.get(term.name, term.name) if term.subject == BAND else term.name
        meaning = f"{term.subject} : {term.meaning}."
        if term.kept and vocabulary.audience != "agence":
            meaning += f" Hors de l'agence, sans ce qui y reste ({', '.join(term.kept)})."
        yield (_WORDS, name, meaning, f"référentiel {', '.join(term.versions)}", whom)
    for word, meaning in vocabulary.words.items():
        yield (_WORDS, word, meaning, _FILE, whom)


def unmapped_champs(readings: Sequence[Reading]) -> Counter[tuple[str, str]]:
    """How many dossiers answered each champ that the mapping does not take, by id and label."""
    told = Dossiers.of(readings).each("unmapped", lambda one: one.told(UNMAPPED, _unmapped_of))
    return Counter(champ for champs in told for champ in champs)


def _unmapped_of(reading: Reading) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({(one.champ_id, one.label) for one in reading.unmapped}))


def _unmapped(readings: Sequence[Reading]) -> Iterator[tuple[str, ...]]:
    for (champ, label), count in sorted(unmapped_champs(readings).items()):
        meaning = "Champ que la correspondance ne reprend pas ; rempli dans"
        meaning += f" {agreed(count, 'dossier')}."
        yield (_FORM, label, meaning, f"champ {champ}", _AUDIENCES["agence"])


def _whom(column: Column) -> str:
    if column.filled:
        return _OWN
    whom = _AUDIENCES[column.audience]
    open_ = column.audience == "reseau" and column.condition
    return f"{whom}, {column.condition}" if open_ else whom
