"""Provenance: for each field of a report, the champ, label, revision and date it came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from french.text import agreed, normalise_label
from mappings.dossier.decode import stable_id
from mappings.report.display import show
from mappings.report.model import NOT_READ, Answer, AnswerState, Report, Unmapped
from mappings.schema.champs import keys_of
from mappings.schema.model import AnnotationSpec, Audience, FieldSpec, FormMapping
from mappings.schema.sentences import particulars, sense

_STATES = {
    AnswerState.ANSWERED: "répondu",
    AnswerState.BLANK: "sans réponse",
    AnswerState.HIDDEN: "masqué par sa condition",
    AnswerState.NOT_ASKED: "absent de cette révision",
    AnswerState.UNREADABLE: "illisible",
}
_NOT_READ = "non lu"


@dataclass(frozen=True, slots=True)
class CardLine:
    """One field of a report and where its value comes from.

    Attributes:
        field: Name of the field; ``rows[1].field`` in the first row.
        title: Its French name.
        state: Whether it is answered, in French.
        value: Value as shown; what was served, when it is unreadable.
        problem: Why it is unreadable.
        audience: Who may read it.
        champ: Stable id of the champ, or "".
        label: Label of the champ in the dossier's revision.
        champ_type: Type of the champ in that revision.
        revision: Number of that revision.
        updated_at: Last change of the champ (aware).
        served: What the form says, where the mapping says it in other words.
        reading: How the mapping reads it, where it is not as the champ says it.
    """

    field: str
    title: str
    state: str
    value: str
    problem: str
    audience: Audience
    champ: str
    label: str
    champ_type: str
    revision: str
    updated_at: datetime | None
    served: str = ""
    reading: str = ""


def card(report: Report, *, mapping: FormMapping) -> tuple[CardLine, ...]:
    """Every field of a report with its provenance, rows one by one, then what nothing maps.

    What was answered to a question that is not read stands beside its field.
    """
    revision = stable_id(report.revision_id)
    unread = {
        key: name
        for name in report.not_read & mapping.fields.keys()
        for key in keys_of(mapping.fields[name])
    }
    given = {
        unread[key]: one
        for one in report.unmapped
        for key in (one.champ_id, normalise_label(one.label))
        if key in unread
    }
    unmapped = tuple(
        CardLine(
            field="",
            title="(sans correspondance)",
            state=_STATES[AnswerState.ANSWERED],
            value=one.text,
            problem="",
            audience="agence",
            champ=one.champ_id,
            label=one.label,
            champ_type="",
            revision=revision,
            updated_at=one.updated_at,
        )
        for one in report.unmapped
        if one not in given.values()
    )
    lines = _lines(mapping.fields, report.fields, revision=revision)
    return (*(_beside(line, given.get(line.field)) for line in lines), *unmapped)


def _beside(line: CardLine, given: Unmapped | None) -> CardLine:
    """A field that is not read, with what was answered there."""
    if given is None:
        return line
    return replace(
        line,
        champ=given.champ_id,
        label=given.label,
        updated_at=given.updated_at,
        served=given.text,
    )


def annotated(report: Report, *, mapping: FormMapping) -> tuple[CardLine, ...]:
    """What a person wrote in annotations that the bridge only reads, where they wrote any."""
    revision = stable_id(report.revision_id)
    return tuple(
        _line(spec, answer, field=f"annotations.{name}", revision=revision, counted=None)
        for name, spec in mapping.annotations.items()
        for answer in [report.annotations[name]]
        if not spec.written and (answer.value is not None or answer.raw)
    )


def _lines(
    specs: Mapping[str, FieldSpec], answers: Mapping[str, Answer], *, revision: str, place: str = ""
) -> Iterator[CardLine]:
    for name, spec in specs.items():
        answer = answers[name]
        rows = answer.value if spec.type == "rows" and isinstance(answer.value, tuple) else None
        yield _line(spec, answer, field=f"{place}{name}", revision=revision, counted=rows)
        for number, row in enumerate(rows or (), start=1):
            if isinstance(row, Mapping):
                inner = f"{place}{name}[{number}]."
                yield from _lines(spec.fields, row, revision=revision, place=inner)


def _line(
    spec: FieldSpec | AnnotationSpec,
    answer: Answer,
    *,
    field: str,
    revision: str,
    counted: tuple[object, ...] | None,
) -> CardLine:
    origin = answer.origin
    value = answer.raw
    if counted is not None:
        value = agreed(len(counted), "ligne")
    elif answer.value is not None:
        value = show(answer.value)
    return CardLine(
        field=field,
        title=spec.title,
        state=_NOT_READ if answer == NOT_READ else _STATES[answer.state],
        value=value,
        problem=answer.problem,
        audience=spec.audience if isinstance(spec, FieldSpec) else "agence",
        champ=origin.champ_id if origin else "",
        label=origin.label if origin else "",
        champ_type=origin.champ_type if origin else "",
        revision=stable_id(origin.revision_id) if origin else revision,
        updated_at=origin.updated_at if origin else None,
        served=answer.raw if answer.value is not None else "",
        reading=" ; ".join(particulars(spec) if isinstance(spec, FieldSpec) else sense(spec)),
    )
