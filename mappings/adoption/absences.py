"""What a person said that the form does not ask, and what it does not ask by silence."""

from collections.abc import Iterator, Mapping

from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Revision
from mappings.drift.reviewed import Absence, ReviewedForm
from mappings.schema.champs import given
from mappings.schema.model import FieldSpec, FormMapping


def absences(reviewed: ReviewedForm, mapping: FormMapping) -> Iterator[str]:
    """Each absence as staff read it: the field, the reason, who said so and when."""
    titles = {path: one.title for path, one in every_field(mapping).items()}
    titles |= {f"annotations.{name}": one.title for name, one in mapping.annotations.items()}
    for said, one in sorted(reviewed.absent.items()):
        path, _, option = said.partition("=")
        title = titles.get(path, path)
        named = f", option « {option} »" if option else ""
        yield f"{title}{named} ({path}) : {_said(one)}"


def _said(one: Absence) -> str:
    if not one.signed:
        return "ni raison ni nom : `unc mapping absent`"
    day = f" le {one.on:%d/%m/%Y}" if one.on else ""
    return f"{one.reason} — {one.by}{day}"


def every_field(mapping: FormMapping) -> Mapping[str, FieldSpec]:
    """Every field by its path, those of rows as ``rows.field``."""
    found: dict[str, FieldSpec] = {}
    for name, spec in mapping.fields.items():
        found |= {name: spec, **{f"{name}.{key}": one for key, one in spec.fields.items()}}
    return found


def silent(
    mapping: FormMapping,
    revision: Revision | None,
    *,
    read: frozenset[str],
    settled: frozenset[str],
) -> frozenset[str]:
    """Fields that rules read, that a revision does not ask, and of which nobody said so.

    Args:
        mapping: Champs to fields.
        revision: The revision; ``None`` asks nothing that is known.
        read: Fields that rules read.
        settled: Those that a person said that the form does not ask.
    """
    asked = revision.asked if revision else frozenset()
    number = stable_id(revision.id) if revision else ""
    known = every_field(mapping).keys()
    said = {path for path in known if path in settled or path.split(".")[0] in settled}
    return (read & known) - said - given(mapping, asked, revision=number)
