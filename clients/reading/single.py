"""Reads one dossier, around the parts of it that DS cannot serve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, Node, SelectionSetNode

from clients.answers import unservable
from clients.documents import document, library, spreads
from clients.errors import DsUnservable
from clients.transport import DsTransport, Retry
from mappings.dossier.champs import UNSERVED
from mappings.dossier.model import RawDossier
from mappings.dossier.shape import Path, ShapeError, check_dossier, shown


@dataclass(frozen=True, slots=True)
class ServedDossier:
    """A dossier as DS could serve it.

    Attributes:
        raw: Its JSON; a champ that DS could not serve says so.
        lacking: What is not in it, in French; empty when it is whole.
    """

    raw: RawDossier
    lacking: str = ""


def read_single(
    transport: DsTransport, number: int, *, without: frozenset[str], retry: Retry, name: str
) -> ServedDossier:
    """Read one dossier; what breaks its answer and can be done without is not asked for again.

    Args:
        transport: The way to DS.
        number: Its number.
        without: Optional fragments that the instance lacks.
        retry: What may be asked again.
        name: Name of the query.

    Raises:
        DsNotFound: It does not exist (any more).
        DsUnservable: A part that it cannot do without breaks, or is odd; says which.
        DsServerError: DS cannot serve it.
    """
    broken: list[Path] = []
    while True:
        asked = document(name, without=without)
        try:
            served = transport.execute(asked, {"number": number}, retry=retry).get("dossier")
        except DsUnservable as error:
            dropped = _breaking(error.path, asked.node.definitions[0]) - without
            if not dropped:
                raise unservable(error.path[1:]) from error
            without |= dropped
            broken.append(error.path[1:])
        else:
            raw = checked(served)
            return ServedDossier(raw, _lacking(raw, broken))


def checked(raw: Any, *, whole: bool = True) -> RawDossier:
    """Return a dossier as it was served, once its shape is known to be sound.

    Raises:
        DsUnservable: It is not; says where.
    """
    try:
        check_dossier(raw, whole=whole)
    except ShapeError as error:
        raise DsUnservable(
            f"DS sert ce dossier sous une forme inattendue ({error}) : signalez-le au support de"
            " DS, ou au mainteneur de ce logiciel ; il est redemandé à chaque passage.",
            path=error.path,
        ) from error
    served: RawDossier = raw
    return served


def _lacking(raw: RawDossier, broken: Sequence[Path]) -> str:
    """Mark the champs that DS could not serve, and name their questions."""
    told = []
    for path in broken:
        champ = _champ_at(raw, path)
        if champ is not None:
            champ[UNSERVED] = True
        question = f"à la question « {champ['label']} » " if champ is not None else ""
        told.append(f"la réponse {question}({shown(path)})" if question else shown(path))
    if not told:
        return ""
    return (
        f"DS ne peut pas servir {', ni '.join(told)} : le reste du dossier est lu et jugé ;"
        " signalez-le au support de DS, c'est redemandé à chaque passage."
    )


def _champ_at(raw: RawDossier, path: Path) -> dict[str, Any] | None:
    """The innermost champ on a path."""
    found: dict[str, Any] | None = None
    holder: Any = raw
    for key in path:
        try:
            holder = holder[key]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(holder, dict) and "champDescriptorId" in holder:
            found = holder
    return found


@cache
def _dispensable() -> frozenset[str]:
    """Fragments that a dossier can be read without: the optional ones, the values of champs."""
    champs = (library().fragments[name] for name in ("ChampComplet", "ChampSimple"))
    values = frozenset(name for fragment in champs for name in spreads(fragment))
    return (library().optional | values) - {"ChampSimple"}


def _breaking(path: Path, operation: Node) -> frozenset[str]:
    """The innermost dispensable fragments by which a query asks for what is at a path."""
    places: list[tuple[SelectionSetNode, str]] = [
        (operation.selection_set, "")  # type: ignore[attr-defined]
    ]
    met: frozenset[str] = frozenset()
    for key in path:
        if isinstance(key, int):
            continue
        found = [
            (field, through)
            for selections, before in places
            for field, through in _fields(selections, before)
            if (field.alias or field.name).value == key
        ]
        met = frozenset(through for _, through in found if through)
        places = [(one.selection_set, through) for one, through in found if one.selection_set]
    return met


def _fields(selections: SelectionSetNode, through: str) -> Iterator[tuple[FieldNode, str]]:
    for one in selections.selections:
        match one:
            case FieldNode():
                yield one, through
            case InlineFragmentNode():
                yield from _fields(one.selection_set, through)
            case FragmentSpreadNode():
                name = one.name.value
                further = name if name in _dispensable() else through
                yield from _fields(library().fragments[name].selection_set, further)
