"""Every dossier at once, as little of each as its workbooks read."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mappings.report.model import Answer, Report, Row
from triage.verdict.model import Assessment

_Part = TypeVar("_Part", bound=Hashable)
_SHORT = 64
"""Characters of a text that others may have too."""


@dataclass(frozen=True, slots=True)
class HeldDossiers:
    """What dossiers that are held together share: parts that are equal are held once."""

    _parts: dict[Any, Any] = field(default_factory=dict)

    def report(self, report: Report) -> Report:
        """A report without where its answers come from, which no workbook tells."""
        return replace(
            report,
            fields=self._answers(report.fields),
            annotations=self._answers(report.annotations),
        )

    def verdict(self, verdict: Assessment) -> Assessment:
        """A verdict whose items are those of the others that say the same."""
        items = tuple(map(self._once, verdict.items))
        return replace(verdict, items=items)

    def _once(self, part: _Part) -> _Part:
        found: _Part = self._parts.setdefault(part, part)
        return found

    def _answers(self, answers: Row) -> Row:
        return {name: self._answer(one) for name, one in answers.items()}

    def _answer(self, answer: Answer) -> Answer:
        value = answer.value
        if isinstance(value, tuple) and value and isinstance(value[0], Mapping):
            value = tuple(self._answers(row) for row in value)
        bare = Answer(answer.state, value, None, answer.raw, answer.problem)
        # Of numbers, those that are equal may read otherwise: 1, 1.0, True.
        alike = value is None or (type(value) is str and len(value) < _SHORT)
        return self._once(bare) if alike else bare
