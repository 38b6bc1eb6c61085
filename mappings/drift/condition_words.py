"""The condition of a question in words: which answers to which other questions show it.

DS writes it in prefix notation (``(and (= (champ "Q2hhbXAtMQ==") true) …)``, FACTS-2026.md, « 3.
Behaviours »). What is not known of it is shown as DS writes it: a person still sees all of it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import orjson

from mappings.dossier.decode import stable_id

_Term: TypeAlias = "str | int | float | bool | tuple[_Term, ...] | None"
_TOKEN: Final = re.compile(r'\s*(?:([()])|("(?:[^"\\]|\\.)*")|([^\s()"]+))')
_COMPARED: Final = {
    "=": "est {}",
    "!=": "n'est pas {}",
    "<": "est inférieur à {}",
    "<=": "est inférieur ou égal à {}",
    ">": "est supérieur à {}",
    ">=": "est supérieur ou égal à {}",
    "includes": "comporte {}",
    "excludes": "ne comporte pas {}",
    "in-departement": "est dans le département {}",
    "not-in-departement": "n'est pas dans le département {}",
    "in-region": "est dans la région {}",
    "not-in-region": "n'est pas dans la région {}",
}
_JOINED: Final = {"and": " et ", "or": " ou "}
_EMPTY: Final = "empty?"


class _UnknownTermError(Exception):
    """Something of a condition that has no words here."""


def in_words(condition: str, questions: Mapping[str, str]) -> str:
    """A condition as a person reads it, or as DS writes it where something of it is not known.

    Args:
        condition: As DS writes it.
        questions: Label of each champ, by its id.
    """
    try:
        term, *rest = _read(condition)
        if rest:
            return condition
        return _said(term, questions)
    except (_UnknownTermError, ValueError, RecursionError):
        return condition


def _read(text: str) -> list[_Term]:
    """The terms of a text; a name is a tuple of its own within one."""
    levels: list[list[_Term]] = [[]]
    for paren, quoted, atom in _tokens(text):
        if paren == "(":
            levels.append([])
        elif paren:
            if len(levels) == 1:
                raise _UnknownTermError
            whole = tuple(levels.pop())
            levels[-1].append(whole)
        else:
            levels[-1].append(orjson.loads(quoted) if quoted else _atom(atom))
    if len(levels) > 1 or not levels[0]:
        raise _UnknownTermError
    return levels[0]


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    text, at = text.rstrip(), 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _UnknownTermError
        yield found[1] or "", found[2] or "", found[3] or ""
        at = found.end()


def _atom(word: str) -> _Term:
    """A number, a boolean or nothing; else the name of what is done."""
    try:
        value: _Term = orjson.loads(word)
    except ValueError:
        return (word,)
    return value


def _said(term: _Term, questions: Mapping[str, str]) -> str:
    match term:
        case ((str(name),), *terms) if name in _JOINED and terms:
            return _JOINED[name].join(_within(one, questions) for one in terms)
        case ((str(name),), left, right) if name in _COMPARED:
            return (
                f"{_question(left, questions)} {_COMPARED[name].format(_value(right, questions))}"
            )
        case ((str(name),), left, *_) if name == _EMPTY:
            return f"{_question(left, questions)} n'a pas de réponse"
    raise _UnknownTermError


def _within(term: _Term, questions: Mapping[str, str]) -> str:
    said = _said(term, questions)
    joined = isinstance(term, tuple) and term[0] in {(name,) for name in _JOINED}
    return f"({said})" if joined else said


def _question(term: _Term, questions: Mapping[str, str]) -> str:
    match term:
        case (("champ",), str(api_id)):
            return _named(api_id, questions)
        case (("column",), str(api_id), str(column)):
            return f"{_named(api_id, questions)} ({column})"
    raise _UnknownTermError


def _named(api_id: str, questions: Mapping[str, str]) -> str:
    number = stable_id(api_id)
    return f"« {questions[number]} »" if number in questions else f"le champ {number}"


def _value(term: _Term, questions: Mapping[str, str]) -> str:
    match term:
        case bool():
            return "« Oui »" if term else "« Non »"
        case str():
            return f"« {term} »"
        case int() | float():
            return str(term).replace(".", ",")
        case None:
            return "sans réponse"
    return _question(term, questions)
