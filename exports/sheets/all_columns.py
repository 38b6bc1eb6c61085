"""The text of a columns file that shows all: a sheet of dossiers, and one of each repetition."""

from collections.abc import Iterator, Mapping

from exports.excel_names import header_name, sheet_name
from mappings.schema.model import FieldSpec, FormMapping
from mappings.schema.names import FIELD_NAMES
from mappings.schema.written import quoted

_NUMBER = "{name: Dossier, computed: dossier, width: 11, format: lien, meaning: Numéro du dossier.}"
_FILES = """\
  - name: Pièces jointes
    kind: fichiers
    table: tPieces
    columns:
      - {name: Dossier, computed: dossier, width: 11, format: lien, meaning: Numéro du dossier.}
      - {name: Pièce, computed: champ, width: 28, meaning: "Question à laquelle le fichier répond."}
      - {name: Fichier, computed: fichier, width: 48, meaning: Nom donné par le déclarant.}
      - {name: Type, computed: type, width: 26, meaning: Type de fichier.}
      - {name: Antivirus, computed: antivirus, width: 16, meaning: "Résultat de l'antivirus."}
"""
_LAST = """\
  - {name: Changements, kind: changements, table: tChangements}
  - {name: Dictionnaire, kind: dictionnaire, table: tDictionnaire}
  - {name: À propos, kind: a_propos}
"""
_OURS = ("Dossiers", "Pièces jointes", "Changements", "Dictionnaire", "À propos")
_FIRST = (
    "Dossier",
    "Statut",
    "État sur la démarche",
    "Date de dépôt",
    "Avis du centre",
    "Commentaire",
    "Réponses non reprises",
)
_WIDTH = 28
_LONGEST = 28
"""Characters of a name that is counted: those of a sheet have 31."""


def columns_text(template: str, mapping: FormMapping) -> str:
    """The text of ``columns.yaml``.

    Args:
        template: Its start, up to the sheet of dossiers, with ``TITLE`` for the title.
        mapping: The mapping.
    """
    head = template.replace("TITLE", quoted(mapping.title))
    return head + "".join(f"{line}\n" for line in _sheets(mapping)) + _last(mapping)


def _last(mapping: FormMapping) -> str:
    files = any(spec.type == "files" for spec in mapping.fields.values())
    return (_FILES if files else "") + _LAST


def _sheets(mapping: FormMapping) -> Iterator[str]:
    """Annotations at the end of the sheet of dossiers, then a sheet for each repetition."""
    taken = {name.casefold() for name in (*_FIRST, *_titles(mapping.fields))}
    for name, annotation in mapping.annotations.items():
        told = header_name(f"{annotation.title} ({FIELD_NAMES[annotation.type]})")
        header = _free(header_name(annotation.title), told, taken)
        yield f"      - {{name: {quoted(header)}, annotation: {name}, width: {_WIDTH}}}"
    sheets = {name.casefold() for name in _OURS}
    for name, spec in mapping.fields.items():
        if spec.type == "rows":
            yield from _rows(name, spec, _free(sheet_name(spec.title), sheet_name(name), sheets))


def _rows(name: str, spec: FieldSpec, sheet: str) -> Iterator[str]:
    yield f"  - name: {quoted(sheet)}"
    yield "    kind: lignes"
    yield f"    field: {name}"
    yield f"    table: t_{name}"
    yield "    columns:"
    yield f"      - {_NUMBER}"
    taken = {"dossier"}
    for child, inner in spec.fields.items():
        header = _free(header_name(inner.title), child, taken)
        yield f"      - {{name: {quoted(header)}, field: {child}, width: {_WIDTH}}}"


def _titles(fields: Mapping[str, FieldSpec]) -> Iterator[str]:
    yield from (header_name(spec.title) for spec in fields.values())


def _free(wanted: str, otherwise: str, taken: set[str]) -> str:
    """A name that no other has, counted where both are taken."""
    found, count = wanted, 2
    if found.casefold() in taken:
        found = otherwise
    while found.casefold() in taken:
        found, count = f"{otherwise[:_LONGEST]} {count}", count + 1
    taken.add(found.casefold())
    return found
