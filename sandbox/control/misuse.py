"""What was wrong with a call of the control API, in one French sentence."""

from pydantic import ValidationError

_SAID = {
    "missing": "manque",
    "missing_argument": "manque",
    "missing_keyword_only_argument": "manque",
    "unexpected_keyword_argument": "n’existe pas",
    "literal_error": "doit être l’un de {expected}",
    "string_type": "doit être un texte",
    "list_type": "doit être une liste",
    "dict_type": "doit être un objet",
    "mapping_type": "doit être un objet",
}
_KINDS = {
    "int": "doit être un nombre entier",
    "float": "doit être un nombre",
    "bool": "doit être true ou false",
}


def misuse(error: Exception) -> str:
    """Say what is wrong with the arguments of an action, without a final stop."""
    if isinstance(error, ValidationError):
        return " ; ".join(dict.fromkeys(_of_argument(one) for one in error.errors()))
    if isinstance(error, KeyError):
        return f"il manque « {error.args[0]} », ou sa valeur n’est pas connue"
    if isinstance(error, StopIteration | IndexError):
        return "un numéro ou un rang ne désigne rien"
    if type(error) is ValueError:
        return str(error).rstrip(".")
    return "une valeur n’est pas de la sorte attendue"


def _of_argument(told: object) -> str:
    one = dict(told)  # type: ignore[call-overload]
    place = [f"{step}" for step in one["loc"] if step != "function-after"]
    kind = str(one["type"])
    said = _SAID.get(kind) or _KINDS.get(kind.partition("_")[0], "ne convient pas")
    expected = str(one.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    return f"« {'.'.join(place)} » {said.format(expected=expected)}"
