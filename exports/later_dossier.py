"""A dossier of which only what a former publication kept is at hand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from exports.model import DossierSummary, ExportedDossier
from mappings.schema.model import Audience


class ReadsWhole(Protocol):
    """Reads dossiers whole."""

    def __call__(self, number: int) -> ExportedDossier:
        """The dossier of a number."""

    def ahead(self, numbers: Sequence[int]) -> None:
        """Read several at once, each to be asked for next: much less work than one by one."""


class LaterDossier(ExportedDossier):
    """A dossier whose content is read once something asks for it, which most sheets do not.

    Attributes:
        number: Its number.
        summary: What is counted and ordered of it.
        facts: What sheets say of it by audience, see :class:`exports.readers.facts.DossierFact`; an
            audience that is not there may not read it. What its readings work out is put there.
    """

    __slots__ = ("_read", "facts", "number", "summary")

    _read: ReadsWhole
    number: int
    summary: DossierSummary
    facts: Mapping[Audience, dict[str, Any]]

    def __init__(
        self,
        number: int,
        summary: DossierSummary,
        facts: Mapping[Audience, dict[str, Any]],
        *,
        read: ReadsWhole,
        **beside: Any,
    ) -> None:
        """Say what is at hand.

        Args:
            number: See above, as the next two.
            summary: See above.
            facts: See above.
            read: Reads it whole.
            beside: Those attributes of :class:`exports.model.ExportedDossier` that are at hand.
        """
        known = {"number": number, "summary": summary, "facts": facts, "_read": read, **beside}
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        """What is not at hand, of the whole dossier; never called for what is."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._read(self.number), name)


def read_ahead(entries: Iterable[ExportedDossier]) -> None:
    """Read whole those of some dossiers that are not, all at once: something asks for each next."""
    asked: dict[int, tuple[ReadsWhole, list[int]]] = {}
    for one in entries:
        if isinstance(one, LaterDossier):
            read = one._read  # noqa: SLF001 (its own)
            asked.setdefault(id(read), (read, []))[1].append(one.number)
    for read, numbers in asked.values():
        read.ahead(numbers)
