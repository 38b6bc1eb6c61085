"""Public data that a priority may rest on, as they are known of each dossier.

Read only where a rule-set names them: until staff adopt one, a run reads none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from french.text import fold
from mappings.report.model import Answer, Report, Row
from mappings.schema.model import FormMapping
from triage.rules.public_facts import CONSUMPTION, MITM, RISING, RUPTURE, TRIANGLE, public_answer
from triage.situations.words.without_salts import Salts, substances

PUBLIC = "public-"
"""Begins the part of a verdict's basis that tells which public facts it rests on."""


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """What public data say, as far as rule-sets ask.

    Attributes:
        asked: Names of the facts that are asked.
        home: ``UNC_HOME``, where BDPM is.
        mapping: Mapping of the form.
        salts: How names of substances are compared.
        consumed: What shows that a substance is consumed abnormally, by substance that was judged,
            blank where it is not; ``None`` when none can be judged.
        consumption: Version of the consumption data.
        rising: By dossier, whether its situation rises, and what shows it; of one that is not
            there it cannot be said.
    """

    asked: frozenset[str] = frozenset()
    home: Path = Path()
    mapping: FormMapping | None = None
    salts: Salts = field(default_factory=Salts)
    consumed: Mapping[str, str] | None = None
    consumption: str = ""
    rising: Mapping[int, tuple[bool, str]] = field(default_factory=dict)

    def of(self, report: Report) -> Mapping[str, Answer]:
        """What is known of a report, by name of the fact."""
        return {name: self._one(name, report) for name in sorted(self.asked)}

    def version(self, number: int | None) -> str:
        """What a verdict rests on beside its report and BDPM; of all dossiers without a number."""
        parts = []
        if CONSUMPTION in self.asked:
            parts.append(self.consumption)
        if RISING in self.asked:
            told = self.rising.get(number) if number is not None else sorted(self.rising.items())
            parts.append(repr(told))
        return f"{PUBLIC}{sha256(' '.join(parts).encode()).hexdigest()[:12]}" if parts else ""

    def _one(self, name: str, report: Report) -> Answer:
        if name in {RUPTURE, MITM, TRIANGLE}:
            from steps.wiring.public_data.medicine_facts import answer  # BDPM: where it is asked

            return answer(name, report, home=self.home, mapping=self.mapping)
        if name == CONSUMPTION:
            return self._of_consumption(report)
        if report.number not in self.rising:
            return public_answer(None, "inconnu : trop peu de signalements pour conclure")
        return public_answer(*self.rising[report.number])

    def _of_consumption(self, report: Report) -> Answer:
        if self.consumed is None:
            why = "inconnu : aucune donnée de consommation, ou moins de six années"
            return public_answer(None, why)
        rows = self._substances(report)
        if not rows:
            return public_answer(None, "inconnu : aucune substance déclarée")
        judged = self.consumed
        named = sorted({name for row in rows for name in (*row, "+".join(row))})
        showing = [judged[one] for one in named if judged.get(one)]
        if showing:
            return public_answer(True, " ; ".join(showing))
        unknown = sorted(
            "+".join(row)
            for row in rows
            if "+".join(row) not in judged and not all(one in judged for one in row)
        )
        if unknown:
            why = f"inconnu : la consommation de {', '.join(unknown)} ne peut être jugée"
            return public_answer(None, f"{why} (aucune boîte, ou pas chaque année)")
        return public_answer(False, "non")

    def _substances(self, report: Report) -> set[tuple[str, ...]]:
        """Substances that each row of a report declares, in normal form."""
        where = self.mapping.medicines if self.mapping else None
        value = report.fields[where.rows].value if where and where.rows in report.fields else None
        rows: list[Row] = (
            [one for one in value or () if isinstance(one, Mapping)]
            if isinstance(value, tuple)
            else []
        )
        cells = [row.get(where.substance) if where else None for row in rows]
        return {
            tuple(named)
            for cell in cells
            if cell is not None and isinstance(cell.value, str)
            if (named := substances(fold(cell.value), self.salts))
        }
