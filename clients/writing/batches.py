"""Mutations of many dossiers in one request, under aliases.

The text of a batch is made of names from this file only; every value travels as a variable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias, assert_never

from graphql import OperationDefinitionNode, parse

from clients.capabilities import Capabilities
from clients.documents import Document, assemble
from triage.replies.reply import Annotate, AnnotationChange, AnnotationKind, SetLabel

StateReply: TypeAlias = Annotate | SetLabel
"""A reply that can be written twice without harm."""

_ANSWERS = {
    "dossierModifierAnnotations": ("DossierModifierAnnotationsInput", "ReponseAnnotations"),
    "dossierModifierAnnotationText": (
        "DossierModifierAnnotationTextInput",
        "ReponseAnnotationTexte",
    ),
    "dossierModifierAnnotationCheckbox": (
        "DossierModifierAnnotationCheckboxInput",
        "ReponseAnnotationCase",
    ),
    "dossierModifierAnnotationDate": (
        "DossierModifierAnnotationDateInput",
        "ReponseAnnotationDate",
    ),
    "dossierModifierAnnotationDatetime": (
        "DossierModifierAnnotationDatetimeInput",
        "ReponseAnnotationDateHeure",
    ),
    "dossierModifierAnnotationIntegerNumber": (
        "DossierModifierAnnotationIntegerNumberInput",
        "ReponseAnnotationEntier",
    ),
    "dossierModifierAnnotationDecimalNumber": (
        "DossierModifierAnnotationDecimalNumberInput",
        "ReponseAnnotationDecimal",
    ),
    "dossierModifierAnnotationDropDownList": (
        "DossierModifierAnnotationDropDownListInput",
        "ReponseAnnotationChoix",
    ),
    "dossierAjouterLabel": ("DossierAjouterLabelInput", "ReponseLabelAjoute"),
    "dossierSupprimerLabel": ("DossierSupprimerLabelInput", "ReponseLabelRetire"),
}
"""Mutation → type of its input, fragment of its answer."""

_ONE_BY_ONE: dict[AnnotationKind, str] = {
    "text": "dossierModifierAnnotationText",
    "textarea": "dossierModifierAnnotationText",
    "checkbox": "dossierModifierAnnotationCheckbox",
    "yesNo": "dossierModifierAnnotationCheckbox",
    "date": "dossierModifierAnnotationDate",
    "datetime": "dossierModifierAnnotationDatetime",
    "integerNumber": "dossierModifierAnnotationIntegerNumber",
    "decimalNumber": "dossierModifierAnnotationDecimalNumber",
    "dropDownList": "dossierModifierAnnotationDropDownList",
}

_INT_32 = 2**31


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mutation of a batch.

    Attributes:
        name: Field of ``Mutation``.
        input: Its input.
        reply: The reply that it delivers, wholly or in part.
        changes: The annotations that it writes.
    """

    name: str
    input: dict[str, Any]
    reply: StateReply
    changes: tuple[AnnotationChange, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteContext:
    """What writing to a démarche needs to know.

    Attributes:
        instructeur_id: GraphQL id of the account that writes.
        labels: Name of a label → its id.
        capabilities: What the instance knows.
    """

    instructeur_id: str
    labels: Mapping[str, str]
    capabilities: Capabilities


def mutations_of(reply: StateReply, context: WriteContext) -> tuple[list[Mutation], list[str]]:
    """Return the mutations that deliver a reply, and why some part of it cannot be sent at all."""
    match reply:
        case Annotate():
            return _annotating(reply, context)
        case SetLabel():
            return _labelling(reply, context)
        case _:
            assert_never(reply)


def _annotating(reply: Annotate, context: WriteContext) -> tuple[list[Mutation], list[str]]:
    whys = {change.name: unsendable(change) for change in reply.changes}
    if not context.capabilities.grouped_annotations:
        for change in reply.changes:
            if change.kind not in _ONE_BY_ONE:
                whys[change.name] = f"cette instance de DS ne sait pas l'écrire ; {_RETYPE}"
    refusals = [f"{name} : {why}" for name, why in whys.items() if why]
    changes = tuple(change for change in reply.changes if not whys[change.name])
    common = {"dossierId": reply.dossier_id, "instructeurId": context.instructeur_id}
    if not changes:
        return [], refusals
    if context.capabilities.grouped_annotations:
        annotations = [{"id": one.api_id, "value": {one.kind: _sent(one)}} for one in changes]
        grouped = {**common, "annotations": annotations}
        return [Mutation("dossierModifierAnnotations", grouped, reply, changes)], refusals
    return [
        Mutation(
            _ONE_BY_ONE[one.kind],
            {**common, "annotationId": one.api_id, "value": one.value},
            reply,
            (one,),
        )
        for one in changes
    ], refusals


def _labelling(reply: SetLabel, context: WriteContext) -> tuple[list[Mutation], list[str]]:
    if not context.capabilities.labels:
        return [], ["Cette instance de DS ne gère pas les labels."]
    label_id = context.labels.get(reply.name)
    if label_id is None:
        why = (
            f"Le label « {reply.name} » n'existe pas dans la démarche :"
            " un administrateur peut l'y créer."
        )
        return [], [why]
    name = "dossierAjouterLabel" if reply.present else "dossierSupprimerLabel"
    return [Mutation(name, {"dossierId": reply.dossier_id, "labelId": label_id}, reply)], []


def unsendable(change: AnnotationChange) -> str:
    """Say why DS would refuse the whole request for this value; empty when it would not."""
    value = change.value
    match change.kind:
        case "text" | "textarea" | "dropDownList" | "multipleDropDownList":
            return "" if isinstance(value, str) else _wants("un texte", value)
        case "checkbox" | "yesNo":
            return "" if isinstance(value, bool) else _wants("oui ou non", value)
        case "integerNumber" | "decimalNumber":
            whole = isinstance(value, int) and not isinstance(value, bool)
            if whole and -_INT_32 <= int(value) < _INT_32:
                return ""
            return _wants("un nombre", value)
        case "date" | "datetime":
            return "" if _is_moment(value, change.kind) else _wants("une date", value)
        case "other":
            return f"la passerelle n'écrit pas ce type d'annotation ; {_RETYPE}"
        case _:
            assert_never(change.kind)


def _wants(what: str, value: str | int | bool) -> str:
    if value == "":
        return f"la valeur attendue est {what}, et DS ne permet pas de l'effacer"
    return f"la valeur attendue est {what} ; {_RETYPE}"


_RETYPE = (
    "rendez à cette annotation, dans le formulaire sur DS, le type que la passerelle attend"
    " (unc mapping check)"
)


def _sent(change: AnnotationChange) -> str | int | bool | list[str]:
    """The value as ``AnnotationValueInput`` takes it: a multiple list takes a list."""
    if change.kind == "multipleDropDownList":
        return [str(change.value)] if change.value else []
    return change.value


def _is_moment(value: str | int | bool, kind: str) -> bool:
    try:
        (datetime if kind == "datetime" else date).fromisoformat(str(value))
    except ValueError:
        return False
    return True


def batch_document(mutations: Sequence[Mutation], *, without: frozenset[str]) -> Document:
    """Return the document that runs mutations in order, the i-th under the alias ``m<i>``."""
    return _batch(tuple(mutation.name for mutation in mutations), without)


@lru_cache(maxsize=64)
def _batch(names: tuple[str, ...], without: frozenset[str]) -> Document:
    variables = ", ".join(f"$m{i}: {_ANSWERS[name][0]}!" for i, name in enumerate(names))
    fields = "\n".join(
        f"m{i}: {name}(input: $m{i}) {{ ...{_ANSWERS[name][1]} }}" for i, name in enumerate(names)
    )
    tree = parse(f"mutation Lot({variables}) {{ {fields} }}", no_location=True)
    operation = tree.definitions[0]
    if not isinstance(operation, OperationDefinitionNode):
        raise TypeError(operation.kind)
    return assemble("Lot", operation, without=without)


def batch_variables(mutations: Sequence[Mutation]) -> dict[str, Any]:
    """Return the values that go with :func:`batch_document`."""
    return {f"m{i}": mutation.input for i, mutation in enumerate(mutations)}
