"""What the mapping says that options and boxes of the form mean, beside what the form has."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from french.text import fold, normalise_label
from mappings.dossier.revision import Descriptor
from mappings.drift import severity
from mappings.drift.form_champs import DriftBaseline, FormLevel, matched
from mappings.drift.model import Drift, Kind, Needs
from mappings.drift.retyping import LISTS
from mappings.drift.reviewed import options_of
from mappings.schema.champs import parts
from mappings.schema.model import FieldSpec
from mappings.schema.sources import ANSWERS, TickedBoxes

_NOT_OFFERED = "corriger « options » dans la correspondance : le formulaire n'a pas cette option"
_NO_ANSWER = "dire dans « options » si elle veut dire oui, non ou inconnu : réponses illisibles"
_NO_BOX = (
    "ajouter sa case à « boxes » dans la correspondance (ou « otherwise », si un choix unique est"
    " ainsi dit par « non » à toutes), ou mettre le référentiel d'accord"
)

_SAYS_NO_NO = "enlever « otherwise » de la correspondance : une case non cochée ne dit pas « non »"
_BOX = "checkbox"


def meanings(
    level: FormLevel, specs: Iterable[FieldSpec], baseline: DriftBaseline
) -> Iterator[Drift]:
    """What does not agree in the form in force, fields in order."""
    if not level.active:
        return
    for spec in specs:
        champs = matched(level, spec)
        for one in champs:
            yield from _options(level, spec, one, baseline)
        if not champs and isinstance(spec.source, TickedBoxes):
            yield from _boxes(level, spec, spec.source, baseline.needs)


def _options(
    level: FormLevel, spec: FieldSpec, one: Descriptor, baseline: DriftBaseline
) -> Iterator[Drift]:
    """Options that the mapping names in vain, and those that a yes/no field cannot read."""
    offered = options_of(one)
    if one.type not in LISTS or not offered:
        return
    told = _drift(level, spec, one.id, one.label)
    known = baseline.offered.get(one.id, frozenset())
    vain = [option.written for key, option in spec.options.items() if key not in known]
    if vain:
        yield replace(told, before=" ; ".join(vain), remedy=_NOT_OFFERED)
    if spec.type in {"yes_no", "checkbox"}:
        said = {option: _says(spec, option) for option in offered}
        odd = [option for option, meant in said.items() if meant is _NOTHING]
        if odd:
            mute = not {True, False} <= set(said.values()) and baseline.needs.acted_on(told.field)
            how_bad = severity.of_meaning(lost=mute)
            yield replace(told, severity=how_bad, after=" ; ".join(odd), remedy=_NO_ANSWER)


_NOTHING = "rien"


def _says(spec: FieldSpec, option: str) -> str | bool | None:
    """What an option says to a yes or no: ``None`` neither; :data:`_NOTHING` where nobody knows."""
    named = spec.options.get(normalise_label(option))
    return named.means if named else ANSWERS.get(fold(option), _NOTHING)


def _boxes(level: FormLevel, spec: FieldSpec, source: TickedBoxes, needs: Needs) -> Iterator[Drift]:
    """Options that rules name and that no box of the form stands for."""
    path = f"{level.place}{spec.name}"
    found = {one.champs[0] for one in parts(spec) if matched(level, one)}
    offered = {option for champ, option in source.options.items() if champ in found}
    if len(found) == len(source.options):
        offered.add(source.otherwise)
    told = _drift(level, spec, ", ".join(source.options), spec.title)
    boxes = [one.label for part in parts(spec) for one in matched(level, part) if one.type == _BOX]
    if source.otherwise and boxes:
        yield replace(told, before=" ; ".join(boxes), remedy=_SAYS_NO_NO)
    lost = sorted(needs.options.get(path, frozenset()) - offered)
    if lost:
        before = " ; ".join(lost)
        how_bad = severity.of_meaning(lost=True)
        yield replace(told, severity=how_bad, before=before, remedy=_NO_BOX)


def _drift(level: FormLevel, spec: FieldSpec, champ: str, label: str) -> Drift:
    return Drift(
        severity=severity.of_meaning(lost=False),
        kind=Kind.OPTIONS,
        champ=champ,
        label=label,
        field=f"{level.place}{spec.name}",
        before="",
        after="",
        revisions=(level.revision,),
        remedy="",
    )
