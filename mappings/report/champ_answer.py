"""The answer that one champ gives to a field: converted, its options and its sense put in ours."""

from typing import Final

from msgspec.structs import replace

from french.text import normalise_label
from mappings.dossier.model import Champ, ChampValue, Choice, Choices, Text, Unreadable
from mappings.report.convert import NotConvertibleError, as_text, convert
from mappings.report.model import Answer, AnswerState, Origin, Value
from mappings.schema.champs import in_our_word
from mappings.schema.model import AnnotationSpec, FieldSpec

_UNTICKED: Final = "case non cochée : « non », ou sans réponse"
_NO_ANSWER: Final = "ni oui ni non"


def champ_answer(champ: Champ, spec: FieldSpec | AnnotationSpec, origin: Origin) -> Answer:
    """What a champ says to a field, rows apart."""
    value = champ.value
    if value is None:
        return Answer(AnswerState.BLANK, None, origin)
    if isinstance(value, Unreadable):
        return Answer(AnswerState.UNREADABLE, origin=origin, raw=value.raw, problem=value.reason)
    if spec.options or spec.inverted:
        return _in_our_words(champ, value, spec, origin)
    return _as_it_is(champ, value, spec, origin)


def _as_it_is(
    champ: Champ, value: ChampValue, spec: FieldSpec | AnnotationSpec, origin: Origin
) -> Answer:
    try:
        converted = convert(value, spec.type)
    except NotConvertibleError as error:
        return Answer(AnswerState.UNREADABLE, origin=origin, raw=as_text(value), problem=str(error))
    if converted is False and spec.type == "yes_no" and champ.type == "checkbox":
        if spec.inverted:  # ticked is our no; unticked is never our yes
            return Answer(AnswerState.BLANK, None, origin, raw="non cochée", problem=_NO_ANSWER)
        # The question was retyped: an unticked box does not say that the answer is no.
        return Answer(AnswerState.UNREADABLE, origin=origin, raw="non cochée", problem=_UNTICKED)
    return Answer(AnswerState.ANSWERED, converted, origin)


def _in_our_words(
    champ: Champ, value: ChampValue, spec: FieldSpec | AnnotationSpec, origin: Origin
) -> Answer:
    """The same, with the words that were served wherever ours are others."""
    served = as_text(value)
    if spec.type in {"yes_no", "checkbox"}:
        named = _option_of(value)
        option = spec.options.get(normalise_label(named)) if named is not None else None
        if option is not None and option.means is None:
            return Answer(AnswerState.BLANK, None, origin, raw=served, problem=_NO_ANSWER)
        if option is not None:
            return Answer(AnswerState.ANSWERED, option.means, origin, raw=served)
    answer = _as_it_is(champ, value, spec, origin)
    if answer.state is not AnswerState.ANSWERED:
        return answer
    if spec.inverted and isinstance(answer.value, bool):
        return replace(answer, value=not answer.value, raw=served)
    ours = aligned(answer.value, spec)
    return answer if ours == answer.value else replace(answer, value=ours, raw=served)


def aligned(value: Value | None, spec: FieldSpec | AnnotationSpec) -> Value | None:
    """Options of the form in ours: those that the mapping does not name stay as they are."""
    if isinstance(value, str):
        return in_our_word(spec, value)
    if isinstance(value, tuple) and spec.type == "choices":
        return tuple(dict.fromkeys(in_our_word(spec, str(one)) for one in value))
    return value


def _option_of(value: ChampValue) -> str | None:
    match value:
        case Choice() | Text() | Choices(options=(_,)):
            return as_text(value)
        case _:
            return None
