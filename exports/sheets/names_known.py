"""Whether columns and policy fit the mapping of a form: which names they have that it has not."""

from collections.abc import Iterator

from exports.errors import MappingMismatchError
from exports.readers.policy import Policy, WithheldRows
from exports.sheets.columns import ColumnsFile, ColumnSpec, SheetSpec
from exports.sheets.computed import OF_DOSSIER, OF_FILE, OF_ITEM
from exports.sheets.registre import OF_REGISTER
from exports.sheets.situations.columns import OF_SITUATION
from mappings.medicines.columns import BDPM_COLUMNS
from mappings.schema.model import FieldSpec, FormMapping

_COMPUTED = frozenset({*OF_DOSSIER, *OF_ITEM, *OF_FILE, *BDPM_COLUMNS, *OF_REGISTER, *OF_SITUATION})
_PARTS = frozenset({"name", "identifier"})
"""What a column may show of a company."""


def columns_misfits(columns: ColumnsFile, mapping: FormMapping) -> list[str]:
    """Names of the columns file that the mapping does not have, each once; blank ones are none."""
    names = [*_of_sheets(columns, mapping), *_of_origins(columns, mapping)]
    return list(dict.fromkeys(names))


def policy_misfits(policy: Policy, mapping: FormMapping) -> list[str]:
    """Names of the policy that the mapping does not have, each once.

    Only whole fields can be withheld: a name within a repetition would not be enforced.
    """
    fields = [name for rule in policy.withheld for name in (*rule.fields, rule.decided_by)]
    fields += [*policy.small_counts.fields, *policy.small_counts.told_by]
    annotations = [*filter(None, [policy.consent]), *sorted(policy.annotations)]
    unknown = [
        *(name for name in fields if name not in mapping.fields),
        *(f"{one.field}.{one.decided_by}" for one in policy.rows if not _has_rows(one, mapping)),
        *(name for name in annotations if name not in mapping.annotations),
        *sorted(policy.computed - _COMPUTED),
    ]
    return list(dict.fromkeys(unknown))


def _has_rows(rule: WithheldRows, mapping: FormMapping) -> bool:
    spec = mapping.fields.get(rule.field)
    return spec is not None and spec.type == "rows" and rule.decided_by in spec.fields


def check_policy(policy: Policy, mapping: FormMapping) -> None:
    """Check that every name in the policy exists in the mapping: a typo would let secrets out.

    Raises:
        MappingMismatchError: Names what the mapping does not have.
    """
    unknown = policy_misfits(policy, mapping)
    if unknown:
        raise MappingMismatchError(
            "La politique de confidentialité nomme des données que la correspondance du "
            f"formulaire n'a pas : {', '.join(sorted(unknown))}. Rien n'est publié : corrigez "
            "policy.yaml (UNC_COLUMNS)."
        )


def _of_sheets(columns: ColumnsFile, mapping: FormMapping) -> Iterator[str]:
    for sheet in columns.sheets:
        yield from _unknown([sheet.field], mapping)
        for column in sheet.columns:
            if column.annotation and column.annotation not in mapping.annotations:
                yield column.annotation
            if column.field:
                yield from _unknown([_path(sheet, column)], mapping)
            if column.computed in BDPM_COLUMNS and not _of_medicines(sheet, mapping):
                yield column.computed


def _path(sheet: SheetSpec, column: ColumnSpec) -> str:
    return f"{sheet.field}.{column.field}" if sheet.kind == "lignes" else column.field


def _of_medicines(sheet: SheetSpec, mapping: FormMapping) -> bool:
    return mapping.medicines is not None and mapping.medicines.rows == sheet.field


def _of_origins(columns: ColumnsFile, mapping: FormMapping) -> Iterator[str]:
    figures, territory = columns.figures, columns.territory
    yield from _unknown(
        [
            figures.title,
            figures.nature,
            figures.substance,
            figures.company,
            figures.awareness,
            figures.cases,
            f"{figures.measures}.{figures.measure_state}" if figures.measures else "",
            *((territory.extent, territory.regions, territory.departments) if territory else ()),
        ],
        mapping,
    )
    if territory and territory.rapporteur and territory.rapporteur not in mapping.annotations:
        yield territory.rapporteur


def _unknown(paths: list[str], mapping: FormMapping) -> Iterator[str]:
    return (path for path in paths if path and not _leads(path.split("."), mapping))


def _leads(path: list[str], mapping: FormMapping) -> bool:
    """Whether a path of names leads to a field, or to a part of a company."""
    spec: FieldSpec | None = mapping.fields.get(path[0])
    for name in path[1:]:
        if spec is None:
            return False
        if spec.type == "company":
            return name in _PARTS
        spec = spec.fields.get(name)
    return spec is not None
