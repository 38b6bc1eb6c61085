"""A dossier to a report, by the form's mapping. Pure; never raises on what DS can serve."""

from collections.abc import Iterable, Iterator, Mapping

from mappings.dossier.decode import stable_id
from mappings.dossier.model import Champ, Dossier, Rows
from mappings.dossier.revision import NO_ANSWER, Revision
from mappings.report.champ_answer import champ_answer
from mappings.report.champ_index import ChampIndex, DossierChamps
from mappings.report.display import show_champ
from mappings.report.model import Answer, AnswerState, Report, Row, Unmapped
from mappings.report.sourced import sourced
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping


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


def _sheet(dossier: Dossier, asked: frozenset[str]) -> DossierChamps:
    return DossierChamps(dossier=dossier, asked=asked, revision=stable_id(dossier.revision_id))


def _answers(
    specs: Mapping[str, FieldSpec] | Mapping[str, AnnotationSpec],
    champs: Iterable[Champ],
    sheet: DossierChamps,
) -> Row:
    shown = ChampIndex(champs)
    return {name: _answer(spec, shown, sheet) for name, spec in specs.items()}


def _answer(spec: FieldSpec | AnnotationSpec, shown: ChampIndex, sheet: DossierChamps) -> Answer:
    candidates = spec.candidates(sheet.revision)
    champ = shown.find(candidates)
    if champ is None:
        if spec.source is not None:
            found = sourced(spec, spec.source, shown, sheet)
            if found.state is not AnswerState.NOT_ASKED:
                return found
        return sheet.absent(candidates)
    sheet.taken.add(id(champ))
    if isinstance(champ.value, Rows) and isinstance(spec, FieldSpec) and spec.type == "rows":
        sheet.opened.add(id(champ))
        rows = tuple(_answers(spec.fields, row, sheet) for row in champ.value.rows)
        return Answer(AnswerState.ANSWERED, value=rows, origin=sheet.origin(champ))
    return champ_answer(champ, spec, sheet.origin(champ))


def _unmapped(champs: Iterable[Champ], sheet: DossierChamps) -> Iterator[Unmapped]:
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
