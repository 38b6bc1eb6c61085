"""What a template may do, so that none can stop a run: show values, choose, repeat.

Whatever makes a text longer than what it is given (products, calls, macros, variables that are
rebound) is left out; what repeats is counted.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import TemplateRuntimeError, nodes, pass_context
from jinja2.runtime import Context

LONGEST = 20_000
"""Characters of a template, and of the text that comes of it."""
MOST_TURNS = 20_000
"""Turns of all the loops of one text."""
_DEEPEST = 4
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr,
    nodes.Getitem, nodes.Slice, nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Add, nodes.Sub, nodes.Concat, nodes.Filter,
    nodes.Test, nodes.Keyword, nodes.Tuple, nodes.List,
)  # fmt: skip
_FILTERS = frozenset(
    {
        "capitalize", "count", "d", "default", "first", "groupby", "int", "join", "last", "length",
        "list", "lower", "map", "reject", "rejectattr", "reverse", "select", "selectattr", "sort",
        "string", "title", "trim", "truncate", "unique", "upper",
    }
)  # fmt: skip
_WORDS: dict[type[nodes.Node], str] = {
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.With: "with",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.Call: "( )",
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Mod: "%",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
}
COUNTED = "counted"
"""Name of the filter that loops go through; no template may name it."""
_GROWING: tuple[type[nodes.Node], ...] = (nodes.List, nodes.Tuple, nodes.Concat, nodes.Add)
"""What a loop may not go over: a variable would be rebound to something longer than itself."""
_DEFAULTS = frozenset({"d", "default"})


def forbidden(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Each thing that a template must not do: its line, and a sentence."""
    yield from _forbidden(tree, depth=0, joined=False)


def _forbidden(node: nodes.Node, *, depth: int, joined: bool) -> Iterator[tuple[int, str]]:
    if not isinstance(node, _ALLOWED):
        word = _WORDS.get(type(node), type(node).__name__.lower())
        yield node.lineno, f"« {word} » n'est pas permis dans un texte"
        return
    if isinstance(node, nodes.Filter):
        yield from _filter(node, joined=joined)
        joined = joined or node.name == "join"
    if isinstance(node, nodes.For):
        depth += 1
        if node.recursive:
            yield node.lineno, "« recursive » n'est pas permis dans un texte"
        if isinstance(node.iter, _GROWING) or any(
            True for kind in _GROWING for _ in node.iter.find_all(kind)
        ):
            yield node.lineno, "une boucle « for » parcourt une valeur donnée, telle quelle"
        if depth > _DEEPEST:
            yield node.lineno, f"plus de {_DEEPEST} boucles « for » l'une dans l'autre"
            return
    for child in node.iter_child_nodes():
        yield from _forbidden(child, depth=depth, joined=joined)


def _filter(node: nodes.Filter, *, joined: bool) -> Iterator[tuple[int, str]]:
    if node.name not in _FILTERS or (node.name == "map" and node.args):
        yield node.lineno, f"le filtre « {node.name} » n'est pas permis dans un texte"
    given = (*node.args, *(one.value for one in node.kwargs))
    if node.name not in _DEFAULTS and not all(isinstance(one, nodes.Const) for one in given):
        yield node.lineno, f"le filtre « {node.name} » n'accepte que des valeurs écrites là"
    if node.name == "join" and joined:
        yield node.lineno, "« join » est employé deux fois l'un sur l'autre"


def counting_turns(tree: nodes.Template) -> nodes.Template:
    """The same template, whose loops go through :func:`counted`."""
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None, lineno=loop.lineno)
    return tree


@pass_context
def counted(context: Context, values: Iterable[Any]) -> list[Any]:
    """What a loop goes over, if all loops together stay within bounds.

    Raises:
        TemplateRuntimeError: They do not.
    """
    items = list(values)
    turns = context.vars[COUNTED] = context.vars.get(COUNTED, 0) + len(items)
    if turns > MOST_TURNS:
        raise TemplateRuntimeError(f"les boucles « for » font plus de {MOST_TURNS} tours")
    return items
