"""A dossier to a report, by the form's mapping. Pure; never raises on what DS can serve."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from french.text import normalise_label
from mappings.dossier.decode import stable_id
from mappings.dossier.model import Champ, Dossier, Rows, Unreadable
from mappings.dossier.revision import NO_ANSWER, Revision
from mappings.report.convert import NotConvertibleError, as_text, convert
from mappings.report.display import show_champ
from mappings.report.model import Answer, AnswerState, Origin, Report, Row, Unmapped
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping

_HIDDEN = Answer(AnswerState.HIDDEN)
_NOT_ASKED = Answer(AnswerState.NOT_ASKED)
_UNTICKED = "case non cochée : « non », ou sans réponse"


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Champs of one dossier by id and label, and which of them a field has used.

    Attributes:
        asked: Ids and labels of the champs of its revision.
        revision_id: GraphQL id of the revision.
        revision: Its number.
        taken: Champs that a field took, by identity.
        opened: Repetitions among them that were read row by row.
    """

    asked: frozenset[str]
    revision_id: str
    revision: str
    taken: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)


class _ChampIndex:
    """The champs of a dossier, or of one row, found by id or by label."""

    __slots__ = ("_by_id", "_by_label", "_champs")

    def __init__(self, champs: Iterable[Champ]) -> None:
        self._champs = [champ for champ in champs if champ.type not in NO_ANSWER]
        self._by_id = {champ.id: champ for champ in self._champs}
        self._by_label: dict[str, Champ] | None = None

    def find(self, candidates: tuple[str, ...]) -> Champ | None:
        """The first candidate with an answer, else the first that is shown."""
        if len(candidates) == 1:
            return self._get(candidates[0])
        shown = [champ for one in candidates if (champ := self._get(one)) is not None]
        answered = (champ for champ in shown if champ.value is not None)
        return next(answered, shown[0] if shown else None)

    def _get(self, candidate: str) -> Champ | None:
        if candidate.isdigit():
            return self._by_id.get(candidate)
        if self._by_label is None:
            # Of two champs with one label the first is taken; the other stays unmapped, and drift
            # tells that the label is ambiguous.
            self._by_label = {normalise_label(one.label): one for one in reversed(self._champs)}
        return self._by_label.get(candidate)


def map_report(dossier: Dossier, *, mapping: FormMapping, revision: Revision | None) -> Report:
    """The report that a dossier states.

    Args:
        dossier: The dossier.
        mapping: Mapping of its form.
        revision: Revision that it follows: tells a hidden champ from one that was never asked.
    """
    sheet = _sheet(dossier, revision.asked if revision else frozenset())
    fields = _answers(mapping.fields, dossier.champs, sheet)
    return Report(
        number=dossier.number,
        dossier_id=dossier.id,
        state=dossier.state,
        archived=dossier.archived,
        revision_id=dossier.revision_id,
        deposited_at=dossier.deposited_at,
        champs_modified_at=dossier.champs_modified_at,
        decided_at=dossier.decided_at,
        groupe=dossier.groupe,
        usager_email=dossier.usager_email,
        demandeur=dossier.demandeur,
        fields=fields,
        annotations=_answers(
            mapping.annotations,
            dossier.annotations,
            _sheet(dossier, revision.asked_annotations if revision else frozenset()),
        ),
        unmapped=tuple(_unmapped(dossier.champs, sheet)),
        correction_pending_since=dossier.correction_pending_since,
    )


def _sheet(dossier: Dossier, asked: frozenset[str]) -> _Lookup:
    return _Lookup(
        asked=asked, revision_id=dossier.revision_id, revision=stable_id(dossier.revision_id)
    )


def _answers(
    specs: Mapping[str, FieldSpec] | Mapping[str, AnnotationSpec],
    champs: Iterable[Champ],
    sheet: _Lookup,
) -> Row:
    shown = _ChampIndex(champs)
    return {name: _answer(spec, shown, sheet) for name, spec in specs.items()}


def _answer(spec: FieldSpec | AnnotationSpec, shown: _ChampIndex, sheet: _Lookup) -> Answer:
    candidates = spec.candidates(sheet.revision)
    champ = shown.find(candidates)
    if champ is None:
        return _NOT_ASKED if sheet.asked.isdisjoint(candidates) else _HIDDEN
    sheet.taken.add(id(champ))
    origin = Origin(champ.id, champ.label, champ.type, sheet.revision_id, champ.updated_at)
    value = champ.value
    if value is None:
        return Answer(AnswerState.BLANK, None, origin)
    if isinstance(value, Unreadable):
        return Answer(AnswerState.UNREADABLE, origin=origin, raw=value.raw, problem=value.reason)
    if isinstance(value, Rows) and isinstance(spec, FieldSpec) and spec.type == "rows":
        sheet.opened.add(id(champ))
        rows = tuple(_answers(spec.fields, row, sheet) for row in value.rows)
        return Answer(AnswerState.ANSWERED, value=rows, origin=origin)
    try:
        converted = convert(value, spec.type)
    except NotConvertibleError as error:
        return Answer(AnswerState.UNREADABLE, origin=origin, raw=as_text(value), problem=str(error))
    if converted is False and spec.type == "yes_no" and champ.type == "checkbox":
        # The question was retyped: an unticked box does not say that the answer is no.
        return Answer(AnswerState.UNREADABLE, origin=origin, raw="non cochée", problem=_UNTICKED)
    return Answer(AnswerState.ANSWERED, converted, origin)


def _unmapped(champs: Iterable[Champ], sheet: _Lookup) -> Iterator[Unmapped]:
    """Answered champs that no field took, a second candidate included; in rows too."""
    for champ in champs:
        if champ.value is None or champ.type in NO_ANSWER:
            continue
        if id(champ) not in sheet.taken:
            text = show_champ(champ.value)
            yield Unmapped(champ.id, champ.label, text, champ.updated_at)
        elif isinstance(champ.value, Rows) and id(champ) in sheet.opened:
            for row in champ.value.rows:
                yield from _unmapped(row, sheet)
