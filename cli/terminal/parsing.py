"""What is wrong with a command line, in French: the parser says it in English."""

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin

from cyclopts import (
    Argument,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    Parameter,
    RepeatArgumentError,
    Token,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
    ValidationError,
)
from cyclopts.validators import Number

from cli.terminal.help import label
from settings_parts import LARGEST_NUMBER, OUR_YEARS, of_our_time

DossierNumber: TypeAlias = Annotated[int, Parameter(validator=Number(gte=1, lte=LARGEST_NUMBER))]
Port: TypeAlias = Annotated[int, Parameter(validator=Number(gte=0, lte=65_535))]
Count: TypeAlias = Annotated[int, Parameter(validator=Number(gte=0, lte=LARGEST_NUMBER))]
"""How many of something, or which one: a larger number is mistyped, and no database holds it."""
Year: TypeAlias = Annotated[int, Parameter(validator=Number(gte=OUR_YEARS[0], lte=OUR_YEARS[-1]))]


def _of_our_time(_: object, given: date | None) -> None:
    if given is not None:
        of_our_time(given)


Day: TypeAlias = Annotated[date, Parameter(validator=_of_our_time)]
"""A day of our time: none that is worked out from another one does not exist."""

_KINDS: Final[dict[Any, str]] = {
    date: "une date (AAAA-MM-JJ, par exemple 2026-12-31)",
    int: "un nombre entier",
    float: "un nombre",
}
_BOUND = re.compile(r"Must be (<=|<|>=|>) (-?\d+(?:\.\d+)?)")
_BOUNDS: Final = {
    "<=": "au plus {}",
    "<": "moins de {}",
    ">=": "au moins {}",
    ">": "plus de {}",
}


def misunderstood(error: CycloptsError) -> str:
    """Say what is wrong with a command line, and where its help is."""
    command = " ".join(("unc", *(error.command_chain or ())))
    return f"Commande incomprise : {_why(error)}\nVoir : {command} --help"


def _why(error: CycloptsError) -> str:
    match error:
        case UnknownCommandError():
            typed = (error.unused_tokens or [""])[0]
            commands = [name for name in error.app or () if not name.startswith("-")]
            hint = _hint(typed, commands) or f" Il y a : {', '.join(commands)}."
            return f"« {typed} » n'est pas une commande.{hint}"
        case UnknownOptionError():
            typed = error.token.keyword or error.token.value
            names = [name for one in error.argument_collection for name in one.names]
            return f"{typed} n'est pas une option de cette commande.{_hint(typed, names)}"
        case MissingArgumentError() if error.keyword and error.argument:
            return f"{error.keyword} demande une valeur."
        case MissingArgumentError():
            return f"il manque {_name(error.argument, None)}."
        case RepeatArgumentError():
            return f"{error.token.keyword} est là plusieurs fois."
        case UnusedCliTokensError():
            listed = ", ".join(f"« {one} »" for one in error.unused_tokens or ())
            return f"{listed} est de trop."
        case CoercionError():
            return _not_taken(error)
        case ValidationError():
            return _out_of_bounds(error)
        case _:
            return "ses options et ses arguments ne vont pas ensemble."


def _not_taken(error: CoercionError) -> str:
    place = _name(error.argument, error.token)
    kind: Any = error.target_type
    if kind is bool:
        return f"{place} s'écrit sans valeur."
    given = f"« {error.token.value} »" if error.token else "ce qui est donné"
    if get_origin(kind) is Literal:
        choices = [str(one) for one in get_args(kind)]
        return f"{place} : {given} n'est pas l'un de {', '.join(choices)}."
    wanted = _KINDS.get(kind)
    return f"{place} : {given} n'est pas {wanted}." if wanted else f"{place} : {given} ne va pas."


def _out_of_bounds(error: ValidationError) -> str:
    token = error.argument.tokens[0] if error.argument and error.argument.tokens else None
    place = _name(error.argument, token)
    typed = " ".join(one.value for one in error.argument.tokens) if error.argument else ""
    given = f"« {typed} »" if typed else "ce qui est donné"
    bound = _BOUND.search(error.exception_message)
    if bound is None:
        return f"{place} : {given} ne va pas ({error.exception_message})."
    return f"{place} : {given} ne va pas ; il faut {_BOUNDS[bound[1]].format(bound[2])}."


def _name(argument: Argument | None, token: Token | None) -> str:
    """An option as it is typed, an argument as the help shows it."""
    if token is not None and token.keyword:
        return token.keyword
    if argument is None:
        return "une valeur"
    named = argument.name
    return named if argument.field_info.is_keyword_only else label(named.lstrip("-").upper())


def _hint(typed: str, names: Iterable[str]) -> str:
    close = get_close_matches(typed, list(names), n=1)
    return f" Vouliez-vous dire {close[0]} ?" if close else ""
