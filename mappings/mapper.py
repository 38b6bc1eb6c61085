"""A dossier to a report, by the form's mapping. Pure; never raises on what DS can serve."""

from collections.abc import Iterable, Iterator, Mapping

from mappings.convert import NotConvertibleError, as_text, convert
from mappings.decode import NO_ANSWER
from mappings.dossier import Champ, Descriptor, Dossier, Revision, Rows, Unreadable
from mappings.labels import normalise_label
from mappings.mapping import AnnotationSpec, FieldSpec, FormMapping
from mappings.report import Answer, AnswerState, Origin, Report, Row, Unmapped


class _Shown:
    """The champs of a dossier, or of one row, found by id or by label."""

    def __init__(self, champs: Iterable[Champ]) -> None:
        self.champs = tuple(champs)
        self._by_id = {champ.id: champ for champ in self.champs}
        self._by_label: dict[str, Champ] | None = None

    def find(self, candidates: tuple[str, ...]) -> Champ | None:
        """The first candidate with an answer, else the first that is shown."""
        shown = [champ for one in candidates if (champ := self._get(one)) is not None]
        answered = (champ for champ in shown if champ.value is not None)
        return next(answered, shown[0] if shown else None)

    def _get(self, candidate: str) -> Champ | None:
        if candidate.isdigit():
            return self._by_id.get(candidate)
        if self._by_label is None:
            self._by_label = {normalise_label(champ.label): champ for champ in self.champs}
        return self._by_label.get(candidate)


def map_report(dossier: Dossier, *, mapping: FormMapping, revision: Revision | None) -> Report:
    """The report that a dossier states.

    Args:
        dossier: The dossier.
        mapping: Mapping of its form.
        revision: Revision that it follows: tells a hidden champ from one that was never asked.
    """
    asked = _asked(revision.champs) if revision else frozenset()
    shown = _Shown(dossier.champs)
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
        fields={
            name: _answer(spec, shown, asked=asked, revision_id=dossier.revision_id)
            for name, spec in mapping.fields.items()
        },
        annotations=_annotations(dossier, mapping=mapping, revision=revision),
        unmapped=tuple(_unmapped(dossier.champs, mapping.fields.values())),
        correction_pending_since=dossier.correction_pending_since,
    )


def _annotations(
    dossier: Dossier, *, mapping: FormMapping, revision: Revision | None
) -> Mapping[str, Answer]:
    asked = _asked(revision.annotations) if revision else frozenset()
    shown = _Shown(dossier.annotations)
    return {
        name: _answer(spec, shown, asked=asked, revision_id=dossier.revision_id)
        for name, spec in mapping.annotations.items()
    }


def _asked(descriptors: tuple[Descriptor, ...]) -> frozenset[str]:
    """Ids and normalised labels of all that a revision asks."""
    found: set[str] = set()
    for descriptor in descriptors:
        found |= {descriptor.id, normalise_label(descriptor.label)}
        found |= _asked(descriptor.children)
    return frozenset(found)


def _answer(
    spec: FieldSpec | AnnotationSpec, shown: _Shown, *, asked: frozenset[str], revision_id: str
) -> Answer:
    champ = shown.find(spec.champs)
    if champ is None:
        hidden = any(candidate in asked for candidate in spec.champs)
        return Answer(AnswerState.HIDDEN if hidden else AnswerState.NOT_ASKED)
    origin = Origin(
        champ_id=champ.id,
        label=champ.label,
        champ_type=champ.type,
        revision_id=revision_id,
        updated_at=champ.updated_at,
    )
    match champ.value:
        case None:
            return Answer(AnswerState.BLANK, origin=origin)
        case Unreadable(raw=raw, reason=reason):
            return Answer(AnswerState.UNREADABLE, origin=origin, raw=raw, problem=reason)
        case Rows() if isinstance(spec, FieldSpec) and spec.type == "rows":
            rows = tuple(
                _row(spec, row, asked=asked, revision_id=revision_id) for row in champ.value.rows
            )
            return Answer(AnswerState.ANSWERED, value=rows, origin=origin)
        case value:
            try:
                converted = convert(value, spec.type)
            except (NotConvertibleError, KeyError) as error:
                return Answer(
                    AnswerState.UNREADABLE, origin=origin, raw=as_text(value), problem=str(error)
                )
            return Answer(AnswerState.ANSWERED, value=converted, origin=origin)


def _row(
    spec: FieldSpec, champs: tuple[Champ, ...], *, asked: frozenset[str], revision_id: str
) -> Row:
    shown = _Shown(champs)
    return {
        name: _answer(child, shown, asked=asked, revision_id=revision_id)
        for name, child in spec.fields.items()
    }


def _unmapped(champs: Iterable[Champ], specs: Iterable[FieldSpec]) -> Iterator[Unmapped]:
    """Answered champs that no field takes; in rows too."""
    by_candidate = {candidate: spec for spec in specs for candidate in spec.champs}
    for champ in champs:
        if champ.value is None or champ.type in NO_ANSWER:
            continue
        spec = by_candidate.get(champ.id) or by_candidate.get(normalise_label(champ.label))
        if spec is None:
            yield Unmapped(champ_id=champ.id, label=champ.label, text=as_text(champ.value))
        elif isinstance(champ.value, Rows):
            for row in champ.value.rows:
                yield from _unmapped(row, spec.fields.values())
