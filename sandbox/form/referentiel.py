"""A référentiel champ: the service that its administrator configured, and what its answers give.

Told in docs/annuaire.md; the rules are those of DS in 2026 (`models/champs/referentiel_champ.rb`,
`lib/json_path_util.rb`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlsplit

FOUND, NOT_FOUND, REFUSED, FAILING = "found", "not_found", "refused", "failing"
"""What becomes of a look-up: the last one is asked again."""
FILLED = "rempli"
"""After the stable id and a dot: beside an answer, its ``value`` and what it ``filled`` in."""
UNKNOWN = "Résultat introuvable. Vérifiez vos informations."
TELLS = {
    NOT_FOUND: UNKNOWN,
    REFUSED: "n’a pas pu être vérifié : le service refuse la demande",
    FAILING: "n’a pas pu être vérifié : le service ne répond pas, réessayez",
}
_MENTION = re.compile(r"\{(id|query|tdc([0-9]+))\}")
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
_TEXTS = frozenset({"text", "textarea", "formatted", "email", "phone", "siret", "referentiel"})


@dataclass(frozen=True, slots=True)
class Service:
    """What an administrator typed.

    Attributes:
        url: Address, with ``{query}`` (or ``{id}``) for the entry and ``{tdc<id>}`` for another
            answer.
        header: Name of the header of authentication, if there is one.
        value: Its value.
        source: Path of the array of suggestions; none: an exact match.
        label: Property of a suggestion that is its label, which is the answer that is kept.
        prefill: Stable id of a target by the path of what fills it, from an object.
    """

    url: str
    header: str = ""
    value: str = field(default="", repr=False)
    source: str = ""
    label: str = ""
    prefill: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> "Service | None":
        """Read it from a form file."""
        if raw is None:
            return None
        targets = {path: str(stable) for path, stable in raw.get("prefill", {}).items()}
        told = {name: str(value) for name, value in raw.items() if name != "prefill"}
        return cls(**told, prefill=targets)

    @property
    def suggests(self) -> bool:
        """Whether the declarant chooses among suggestions."""
        return bool(self.source)

    def address(self, entry: str, answers: Mapping[str, Any]) -> str | None:
        """The address to ask, form-encoded; nothing where a mention is blank or is in the host."""
        scheme, _, rest = self.url.partition("://")
        if _MENTION.search(re.split(r"[/?#]", rest, maxsplit=1)[0]):
            return None
        told = {
            found[0]: entry if found[2] is None else str(answers.get(found[2]) or "")
            for found in _MENTION.finditer(rest)
        }
        if not told or not all(value.strip() for value in told.values()):
            return None
        return f"{scheme}://{_MENTION.sub(lambda one: quote_plus(told[one[0]]), rest)}"

    @property
    def allowed(self) -> bool:
        """Whether DS may ask this host: those of the State, and this machine for training."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if host in {"127.0.0.1", "localhost"}:
            return True
        ours = host.endswith(".gouv.fr") and not host.endswith(".beta.gouv.fr")
        return ours and parts.scheme == "https"

    def suggestions(self, answer: Any) -> Sequence[Mapping[str, Any]]:
        """The objects to choose from."""
        listed = at(answer, self.source)
        return [one for one in listed if isinstance(one, Mapping)] if _is_list(listed) else []

    def filled(self, found: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
        """The answers that an object fills in, by stable id; what does not fit leaves it empty.

        Args:
            found: The object of the answer, or that was chosen.
            kinds: The questions beside the champ, by stable id.
        """
        given: dict[str, Any] = {}
        for path, stable in self.prefill.items():
            if stable in kinds:
                value = at(found, path)
                given[stable] = _fitting(kinds[stable], value)
        return given


def at(answer: Any, path: str) -> Any:
    """What is at a path of a JSON value (``$.resultats[0].cis``); nothing where there is none."""
    for name, place in _STEP.findall(path.removeprefix("$")):
        if place:
            answer = answer[int(place)] if _is_list(answer) and int(place) < len(answer) else None
        else:
            answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer


def is_nothing(answer: Any) -> bool:
    """Whether an answer says that there is none."""
    return answer is None or (isinstance(answer, str | list | dict) and not answer)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _fitting(one: Any, value: Any) -> Any:
    """A value as the answer of a question; ``None`` when it does not fit it."""
    first = next(iter(value), None) if _is_list(value) else value
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    match one.kind:
        case kind if kind in _TEXTS:
            return str(value) if plain else None
        case "drop_down_list":
            offered = isinstance(first, str) and (one.other or first in _offered(one))
            return first if offered else None
        case "multiple_drop_down_list":
            return [each for each in _several(value) if each in _offered(one)] or None
        case "yes_no" | "checkbox":
            return value if isinstance(value, bool) else None
        case "integer_number":
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case "decimal_number":
            return value if plain and not isinstance(value, str) else None
        case "date" | "datetime":
            return value if isinstance(value, str) else None
        case _:
            return None


def _offered(one: Any) -> Sequence[str]:
    return list(one.rows) if one.rows is not None else one.choices()


def _several(value: Any) -> Iterator[str]:
    yield from (one for one in (value if _is_list(value) else ()) if isinstance(one, str))
