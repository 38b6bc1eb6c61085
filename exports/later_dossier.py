"""A dossier of which only what a former publication kept is at hand."""

from collections.abc import Callable, Mapping
from typing import Any

from exports.model import DossierSummary, ExportedDossier
from mappings.schema.model import Audience


class LaterDossier(ExportedDossier):
    """A dossier whose content is read once something asks for it, which most sheets do not.

    Attributes:
        number: Its number.
        summary: What is counted and ordered of it.
        facts: What sheets say of it by audience, see :class:`exports.readers.facts.DossierFact`; an
            audience that is not there may not read it.
    """

    __slots__ = ("_read", "facts", "number", "summary")

    number: int
    summary: DossierSummary
    facts: Mapping[Audience, Mapping[str, Any]]

    def __init__(
        self,
        number: int,
        summary: DossierSummary,
        facts: Mapping[Audience, Mapping[str, Any]],
        *,
        read: Callable[[int], ExportedDossier],
        **beside: Any,
    ) -> None:
        """Say what is at hand.

        Args:
            number: See above, as the next two.
            summary: See above.
            facts: See above.
            read: Reads the whole dossier of a number.
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
