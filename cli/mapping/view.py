"""What `unc mapping` writes: proposals, drift at its line of the file, where a value comes from."""

from collections.abc import Iterator, Sequence
from typing import Any

from cli.terminal.console import ERROR, Console
from datafiles.file import DataFile
from mappings.drift.model import Drift
from mappings.drift.proposals import Proposal
from mappings.drift.reviewed import Adoption, SaidOfBefore
from mappings.report.display import show
from mappings.schema.model import FormMapping
from mappings.schema.sentences import particulars, sense


def proposed(one: Proposal) -> str:
    """A proposal with, above it, where it goes; the spaces that it needs there are in it."""
    how = "à ajouter"
    if one.replaces:
        what = "le bloc" if "\n" in one.line else "la ligne"
        how = f"remplace {what} « {one.replaces} » (ressemblance {one.likeness:.0f} %)"
    head = f"# sous {one.place}, {how} : champ {one.champ} « {one.label} »"
    head += f"\n# aide : {one.help}" if one.help else ""
    depth = "  " * len(one.place.split("."))
    return "\n".join([head, *(f"{depth}{line}" for line in one.line.splitlines()), ""])


def drift_lines(drifts: tuple[Drift, ...], file: DataFile) -> list[str]:
    """Each drift as a problem of the mapping file, at the line of its field."""
    return [file.problem(_path(one.field), one.advice) for one in drifts]


def before_line(one: Drift | SaidOfBefore) -> str:
    """Words that a question had before, of which a person just spoke, beside those of now."""
    if isinstance(one, SaidOfBefore):
        return f"{one.path} : « {one.words} » ({one.told})"
    return f"{one.field} : « {one.before} » → « {one.after} »"


def _path(field: str) -> tuple[str, ...]:
    match field.split("."):
        case ["annotations", name]:
            return ("annotations", name)
        case [rows, name]:
            return ("fields", rows, "fields", name)
        case [""]:
            return ("fields",)
        case names:
            return ("fields", *names)


def origin_lines(line: dict[str, Any]) -> Iterator[str]:
    """One field in two or three lines: what it says, where from, and how that was read."""
    why = f" — {line['problem']}" if line["problem"] else ""
    why += f" — le formulaire dit « {line['served']} »" if line["served"] else ""
    name = line["field"] or "–"
    yield f"{line['title']} [{name}] : {line['value'] or line['state']}{why}"
    if line["champ"]:
        moved = f", modifié le {show(line['updated_at'])}" if line["updated_at"] else ""
        origin = f"champ {line['champ']} « {line['label']} »"
        yield f"    {origin}, révision {line['revision']}{moved}"
    if line.get("help"):
        yield f"    aide : {line['help']}"
    if line["reading"]:
        yield f"    {line['reading']}"


def reading_lines(mapping: FormMapping, file: DataFile) -> list[str]:
    """Each field that is not read as its champ says it, at its line of the file."""
    told = []
    for name, spec in mapping.fields.items():
        told += [file.problem(("fields", name), one) for one in particulars(spec)]
        for child, inner in spec.fields.items():
            path = ("fields", name, "fields", child)
            told += [file.problem(path, one) for one in particulars(inner)]
    for name, note in mapping.annotations.items():
        told += [file.problem(("annotations", name), one) for one in sense(note)]
    for name, their in mapping.labels.items():
        said = f"label de la démarche : « {their} »" if their else "label que la démarche n'a pas"
        told += [file.problem(("labels", name), said)] if their != name else []
    return told


def show_adopted(
    adoption: Adoption | None, file: str, left: Sequence[str], *, moved: Sequence[str] = ()
) -> None:
    """What came of an adoption, what the mapping says otherwise since, and what is left."""
    for one in left:
        ERROR.print(f"Reste {one}", markup=False, highlight=False, soft_wrap=True)
    if adoption is None:
        told = "Formulaire non adopté : ce qui bloque est ci-dessus. Rien n'a été écrit."
    else:
        told = (
            f"{file} : révision {adoption.revision} adoptée par {adoption.by}"
            f" le {adoption.on:%d/%m/%Y}."
        )
        if moved:
            told += f" Corrigé depuis l'adoption précédente, et adopté : {', '.join(moved)}."
    Console().print(told, markup=False, highlight=False, soft_wrap=True)
