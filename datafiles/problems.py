"""What a model refuses in a data file, told in French: one sentence for each place of the file."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from pydantic_core import PydanticCustomError

Path: TypeAlias = tuple[int | str, ...]
_Problem: TypeAlias = dict[str, Any]

_LONGEST = 40
_PLACED = "placed"
_QUOTE = "'"
_NUMBER, _WHOLE, _DAY = "un nombre", "un nombre entier", "une date AAAA-MM-JJ"
_TEXT = "un texte (entre guillemets s'il ressemble à un nombre)"
_LIST, _BLOCK, _YES = "une liste", "un bloc « clé: valeur »", "true ou false"
_EXPECTED = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("decimal_type", "decimal_parsing", "float_type", "float_parsing"), _NUMBER),
    **dict.fromkeys(("finite_number", "decimal_max_digits", "decimal_max_places"), _NUMBER),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), _DAY),
    **dict.fromkeys(("date_from_datetime_inexact", "datetime_parsing", "datetime_type"), _DAY),
    **dict.fromkeys(("bool_type", "bool_parsing"), _YES),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), _LIST),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), _BLOCK),
    **dict.fromkeys(("string_type", "string_unicode"), _TEXT),
}
"""What a place should hold, by the type of the problem."""
_SENTENCES = {
    "missing": "il manque la clé « {key} »",
    "extra_forbidden": "clé inconnue « {key} »",
    "invalid_key": "la clé « {key} » doit être un texte, entre guillemets",
    "literal_error": "« {value} » n'est pas permis ; attendu : {expected}",
    "enum": "« {value} » n'est pas permis ; attendu : {expected}",
    "greater_than_equal": "la valeur est trop petite ; au moins {ge}",
    "less_than_equal": "la valeur est trop grande ; au plus {le}",
    "greater_than": "la valeur est trop petite ; plus de {gt}",
    "less_than": "la valeur est trop grande ; moins de {lt}",
    "string_too_short": "le texte est trop court ; {min_length} au moins, en caractères",
    "string_too_long": "le texte est trop long ; au plus {max_length} caractères",
    "too_long": "la liste est trop longue ; au plus {max_length}",
    "union_tag_invalid": "« {tag} » n'est pas permis ; attendu : {expected}",
    "recursion_loop": "ce bloc se contient lui-même",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "minuscules sans accent, chiffres et « _ », une lettre d'abord",
    r"^\w+\.\w+$": "deux noms séparés par un point",
}
"""Patterns that staff meet, in words."""


def wrong_at(place: Path, sentence: str) -> PydanticCustomError:
    """What a validator raises for a place inside of what it validates.

    Args:
        place: Steps from there.
        sentence: What is wrong, in French.
    """
    return PydanticCustomError(_PLACED, "{sentence}", {"sentence": sentence, "place": place})


def told(errors: Iterable[Any], data: Any) -> list[tuple[Path, str]]:
    """Each place of the file where something is wrong, with one sentence.

    A value that may be of several kinds fails once for each kind, under names of our code: they are
    left out of the place, and the kinds are told together. A kind that was refused further inside
    is the one that was meant, and only that is told. A list whose entries were refused is not
    empty, whatever the model counts.

    Args:
        errors: Problems of a pydantic ``ValidationError``, as ``errors()`` gives them.
        data: Content of the file.
    """
    found: dict[Path, list[_Problem]] = {}
    kinds: set[Path] = set()
    for problem in errors:
        path = _place(problem, data)
        found.setdefault(path, []).append(problem)
        if problem["type"] == "too_short" or (
            len(path) < len(problem["loc"]) and problem["loc"][-1] != "[key]"
        ):
            kinds.add(path)
    return [
        (path, _sentence(path, problems))
        for path, problems in found.items()
        if path not in kinds or not any(_inside(other, path) for other in found)
    ]


def _place(problem: _Problem, data: Any) -> Path:
    """Where a problem is, in steps that the file has; a missing key is the last of them."""
    node, path = data, []
    inside = problem["ctx"]["place"] if problem["type"] == _PLACED else ()
    for step in (*problem["loc"], *inside):
        if not _has(node, step):
            continue
        node = node[step]
        path.append(step)
    if problem["type"] == "missing":
        path.append(problem["loc"][-1])
    return tuple(path)


def _has(node: Any, step: int | str) -> bool:
    if isinstance(node, dict):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and step < len(node)


def _inside(path: Path, outer: Path) -> bool:
    return len(path) > len(outer) and path[: len(outer)] == outer


def _sentence(path: Path, problems: Sequence[_Problem]) -> str:
    expected = list(dict.fromkeys(_EXPECTED.get(one["type"], "") for one in problems))
    if all(expected):
        return f"{_or(expected)} est attendu{_feminine(expected)}"
    said = dict.fromkeys(_one(path, one) for one in problems if one["type"] not in _EXPECTED)
    return " ; ".join(said)


def _one(path: Path, problem: _Problem) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    key = path[-1] if path else "?"
    value = _shown(key if problem["loc"][-1:] == ("[key]",) else problem["input"])
    if kind == "value_error":  # a sentence of our own models
        return str(problem["msg"]).removeprefix("Value error, ")
    if kind == _PLACED:
        return str(context["sentence"])
    if kind == "string_pattern_mismatch":
        form = _PATTERNS.get(context["pattern"], f"motif {context['pattern']}")
        return f"« {value} » n'a pas la forme attendue ({form})"
    if kind == "union_tag_not_found":
        return f"il manque la clé « {str(context['discriminator']).strip(_QUOTE)} »"
    if kind == "too_short":
        least = context["min_length"]
        return "la liste est vide" if least == 1 else f"la liste est trop courte ; au moins {least}"
    template = _SENTENCES.get(kind)
    if template is None:
        return f"« {value} » ne convient pas ici"
    wanted = str(context.get("expected", context.get("expected_tags", "")))
    named = {**context, "key": key, "value": value, "expected": wanted.replace(" or ", " ou ")}
    return template.format(**named)


def _shown(value: Any) -> str:
    written = str(value).lower() if isinstance(value, bool) else str(value)
    text = "(vide)" if value is None else " ".join(written.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _or(words: Sequence[str]) -> str:
    return " ou ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _feminine(words: Sequence[str]) -> str:
    return "e" if all(word.startswith("une ") for word in words) else ""
