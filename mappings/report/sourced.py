"""The answer to a field that several champs give, or none: joined, ticked, in rows, from outside.

What cannot be read in one of the champs makes the whole unreadable, with all that was answered: a
part of an answer that passes for the whole would be a wrong one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import assert_never

from msgspec import structs

from mappings.dossier.blank import text_or_none
from mappings.dossier.model import (
    Attachment,
    Champ,
    ChampValue,
    Choice,
    Company,
    Moment,
    Number,
    Text,
    Unlisted,
)
from mappings.report.champ_answer import champ_answer
from mappings.report.champ_index import ChampIndex, DossierChamps
from mappings.report.convert import as_text
from mappings.report.model import Answer, AnswerState, Origin, Row, Value
from mappings.schema.champs import parts
from mappings.schema.model import FieldSpec
from mappings.schema.sources import (
    FACTS,
    Constant,
    EachOption,
    FactName,
    FlatRows,
    Joined,
    OfDossier,
    Source,
    TickedBoxes,
)

_LONG_TEXT = "textarea"
_BOX = "checkbox"


def sourced(spec: FieldSpec, source: Source, shown: ChampIndex, sheet: DossierChamps) -> Answer:
    """The answer to a field of whose candidates none is shown."""
    match source:
        case EachOption() if source.boxes:
            return _row_of_each_box(spec, source, shown, sheet)
        case Joined() | TickedBoxes():
            return _gathered(spec, source, shown, sheet)
        case FlatRows():
            return _rows(spec, source, shown, sheet)
        case EachOption():
            return _row_of_each(spec, source, shown, sheet)
        case Constant():
            return Answer(AnswerState.ANSWERED, source.value)
        case OfDossier():
            return _fact(source.name, spec, sheet)
        case _:
            assert_never(source)


def _gathered(
    spec: FieldSpec, source: Joined | TickedBoxes, shown: ChampIndex, sheet: DossierChamps
) -> Answer:
    found: list[tuple[str, Champ, Answer]] = []
    for part in parts(spec):
        champ = shown.find(part.champs)
        if champ is not None:
            sheet.taken.add(id(champ))
            found.append((part.champs[0], champ, champ_answer(champ, part, sheet.origin(champ))))
    if not found:
        return sheet.absent(key for part in parts(spec) for key in part.champs)
    origin = _origin([champ for _, champ, _ in found], sheet)
    answered = [(key, champ, one) for key, champ, one in found if one.value is not None]
    wrong = next((one for _, _, one in found if one.state is AnswerState.UNREADABLE), None)
    if wrong is not None:
        raw = _as_served((champ for _, champ, _ in found), labelled=True)
        return Answer(AnswerState.UNREADABLE, origin=origin, raw=raw, problem=wrong.problem)
    if isinstance(source, TickedBoxes) and spec.type == "choice":
        asked = all(not sheet.asked.isdisjoint(part.champs) for part in parts(spec))
        raw = _as_served((champ for _, champ, _ in found), labelled=True)
        return _chosen(source, found, origin, raw=raw, every=asked)
    if isinstance(source, TickedBoxes):
        ticked = tuple(source.options[key] for key, _, one in answered if one.value is True)
        return _answered(ticked or None, origin)
    values = [one.value for _, _, one in answered]
    raw = _as_served(champ for _, champ, one in answered if one.raw)
    return _answered(_together(values, spec, source.separator), origin, raw=raw)


def _chosen(
    source: TickedBoxes,
    found: Sequence[tuple[str, Champ, Answer]],
    origin: Origin,
    *,
    raw: str,
    every: bool,
) -> Answer:
    """The one option that several yes/no questions say; two of them say none.

    No to all of them says what is left only where each was asked, be it hidden by its condition,
    and by questions: a box that is not ticked says nothing.
    """
    said = [source.options[key] for key, _, one in found if one.value is True]
    if len(said) > 1:
        problem = f"un seul choix attendu : {' ; '.join(said)}"
        return Answer(AnswerState.UNREADABLE, origin=origin, raw=raw, problem=problem)
    denied = all(one.value is False and champ.type != _BOX for _, champ, one in found)
    left = source.otherwise if every and denied else ""
    return _answered(said[0] if said else left or None, origin, raw=raw)


def _answered(value: Value | None, origin: Origin, *, raw: str = "") -> Answer:
    state = AnswerState.BLANK if value is None else AnswerState.ANSWERED
    return Answer(state, value, origin, raw=raw)


def _together(values: Sequence[Value | None], spec: FieldSpec, separator: str) -> Value | None:
    """The parts of a value that are answered, in order, as one."""
    if not values:
        return None
    if spec.type == "text":
        return separator.join(str(one) for one in values)
    if spec.type == "choices":
        options = (str(one) for part in values if isinstance(part, tuple) for one in part)
        return tuple(dict.fromkeys(options))
    files = tuple(
        one
        for part in values
        if isinstance(part, tuple)
        for one in part
        if isinstance(one, Attachment)
    )
    return files or Unlisted()


def _rows(spec: FieldSpec, source: FlatRows, shown: ChampIndex, sheet: DossierChamps) -> Answer:
    """Rows that are asked one after the other; one of which nothing is answered is no row."""
    champs: list[Champ] = []
    rows: list[Row] = []
    for row in source.rows:
        given = {name: shown.find(keys) for name, keys in row.items()}
        here = [champ for champ in given.values() if champ is not None]
        champs += here
        if any(champ.value is not None for champ in here):
            rows.append(
                {
                    name: _cell(inner, given.get(name), row.get(name, ()), sheet)
                    for name, inner in spec.fields.items()
                }
            )
    sheet.taken.update(map(id, champs))
    if not champs:
        return sheet.absent(chain.from_iterable(chain(*row.values()) for row in source.rows))
    return _answered(tuple(rows) or None, _origin(champs, sheet))


def _row_of_each(
    spec: FieldSpec, source: EachOption, shown: ChampIndex, sheet: DossierChamps
) -> Answer:
    """Rows that are asked as one list: each option that was chosen is one."""
    (part,) = parts(spec)
    champ = shown.find(part.champs)
    if champ is None:
        return sheet.absent(part.champs)
    sheet.taken.add(id(champ))
    origin = sheet.origin(champ)
    answer = champ_answer(champ, part, origin)
    if not isinstance(answer.value, tuple):
        return answer
    options = [structs.replace(champ, value=Choice(str(one))) for one in answer.value]
    return _answered(_rows_of(options, spec, source, sheet), origin)


def _row_of_each_box(
    spec: FieldSpec, source: EachOption, shown: ChampIndex, sheet: DossierChamps
) -> Answer:
    """Rows that are asked as boxes: each that is ticked is one."""
    boxes = TickedBoxes(source.boxes)
    ticked = _gathered(replace(spec, source=boxes), boxes, shown, sheet)
    if not isinstance(ticked.value, tuple):
        return ticked
    champs = {source.boxes[key]: shown.find((key,)) for key in source.boxes}
    options = [
        structs.replace(champ, value=Choice(str(one)))
        for one in ticked.value
        if (champ := champs[str(one)]) is not None
    ]
    return structs.replace(ticked, value=_rows_of(options, spec, source, sheet))


def _rows_of(
    options: Sequence[Champ], spec: FieldSpec, source: EachOption, sheet: DossierChamps
) -> tuple[Row, ...] | None:
    rows = [
        {
            name: _cell(inner, one if name == source.name else None, (), sheet)
            for name, inner in spec.fields.items()
        }
        for one in options
    ]
    return tuple(rows) or None


def _cell(
    spec: FieldSpec, champ: Champ | None, keys: tuple[str, ...], sheet: DossierChamps
) -> Answer:
    if champ is not None:
        return champ_answer(champ, spec, sheet.origin(champ))
    match spec.source:
        case Constant():
            return Answer(AnswerState.ANSWERED, spec.source.value)
        case OfDossier():
            return _fact(spec.source.name, spec, sheet)
        case _:
            return sheet.absent(keys)


def _fact(name: FactName, spec: FieldSpec, sheet: DossierChamps) -> Answer:
    origin = Origin("", FACTS[name], "", sheet.dossier.revision_id, None)
    served = _served(name, sheet)
    if isinstance(served, Company) and spec.type == "text":
        served = Text(served.identifier)
    champ = Champ("", "", FACTS[name], "", served, None)
    return champ_answer(champ, spec, origin)


def _served(name: FactName, sheet: DossierChamps) -> ChampValue | None:
    """A fact of the dossier as the value of a champ; ``None`` when DS does not know it."""
    dossier, company = sheet.dossier, sheet.dossier.demandeur
    match name:
        case "demandeur.siret":
            return company if company and company.identifier else None
        case "demandeur.entreprise.raisonSociale":
            return Text(company.name) if company and company.name else None
        case "dossier.number":
            return Number(dossier.number)
        case "dossier.dateDepot":
            return Moment(dossier.deposited_at)
        case "dossier.dateDerniereModificationChamps":
            return Moment(dossier.champs_modified_at)
        case "dossier.groupeInstructeur.label":
            return text_or_none(dossier.groupe)
        case "dossier.usager.email":
            return text_or_none(dossier.usager_email)
        case _:
            assert_never(name)


def _origin(champs: Sequence[Champ], sheet: DossierChamps) -> Origin:
    """Where an answer comes from that several champs give: all of them, in order."""
    types = dict.fromkeys(champ.type for champ in champs)
    moved = [champ.updated_at for champ in champs if champ.updated_at is not None]
    return Origin(
        champ_id=", ".join(champ.id for champ in champs),
        label=" ; ".join(champ.label for champ in champs),
        champ_type=_LONG_TEXT if _LONG_TEXT in types else next(iter(types)),
        revision_id=sheet.dossier.revision_id,
        updated_at=max(moved, default=None),
    )


def _as_served(champs: Iterable[Champ], *, labelled: bool = False) -> str:
    return " ; ".join(
        f"{champ.label} : {as_text(champ.value)}" if labelled else as_text(champ.value)
        for champ in champs
        if champ.value is not None
    )
