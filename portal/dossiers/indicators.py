"""Counts that the page of indicators adds to those of the workbook. Pure.

Only numbers of dossiers, of measures and of situations that the reader may see: no case counts.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from exports.cells import paris
from exports.readers.reading import Reading
from exports.sheets.columns import Figures
from exports.sheets.figures import Block
from exports.sheets.values import column_text, content_text, shown_content
from mappings.report.model import Answer
from portal.dossiers.lines import situation_id

_STEPS = (7, 15, 30, 60, 90, 180)
_MOST = 12
SITUATION = "Situation"
"""Header of lines that begin with the id of a situation."""


def more_blocks(readings: Sequence[Reading], *, origins: Figures) -> tuple[Block, ...]:
    """Completeness, delays, situations and measures; none of what a form does not ask."""
    return (
        _completeness(readings),
        *([_delays(readings, origins)] if origins.awareness else ()),
        _situations(readings),
        *(_measures(readings, origins) if origins.measures else ()),
    )


def _completeness(readings: Sequence[Reading]) -> Block:
    """Dossiers by tenths of the score; 100 stands with the last."""
    scores = (one.entry.assessment.score for one in readings)
    counts = Counter(min(score // 10, 9) for score in scores if score is not None)
    lines = tuple(
        (f"{tenth * 10} à {tenth * 10 + 9 if tenth < 9 else 100} %", counts[tenth])  # noqa: PLR2004
        for tenth in range(10)
    )
    return Block("Complétude des dossiers", ("Score", "Dossiers"), lines, bars="col")


def _delays(readings: Sequence[Reading], origins: Figures) -> Block:
    """Days from awareness to deposit."""
    counts: Counter[str] = Counter()
    for reading in readings:
        shown = reading.answer(origins.awareness)
        known = shown.value if isinstance(shown, Answer) else None
        if isinstance(known, date) and not isinstance(known, datetime):
            days = (paris(reading.entry.report.deposited_at).date() - known).days
            counts.update([_step(days)] if days >= 0 else [])
    names = [_step(days) for days in (*_STEPS, _STEPS[-1] + 1)]
    return Block(
        "Délai entre connaissance et dépôt",
        ("Délai", "Dossiers"),
        tuple((name, counts[name]) for name in names),
        bars="col",
    )


def _step(days: int) -> str:
    return next((f"≤ {step} jours" for step in _STEPS if days <= step), f"> {_STEPS[-1]} jours")


def _situations(readings: Sequence[Reading]) -> Block:
    """The situations with most reports, of those whose names the reader may know."""
    known = [(name, one) for one in readings if (name := situation_id(one))]
    counts = Counter(name for name, _ in known)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST]
    names = {name: told for name, one in reversed(known) if (told := _substances(one))}
    lines = tuple((f"{one} {names.get(one, '')}".strip(), count) for one, count in ordered)
    return Block("Situations les plus signalées", (SITUATION, "Dossiers"), lines)


def _substances(reading: Reading) -> str:
    """Substances of a dossier, to name its situation by."""
    medicines = reading.context.mapping.medicines
    if medicines is None or not medicines.substance:
        return ""
    return column_text(reading, field=medicines.rows, name=medicines.substance)


def _measures(readings: Sequence[Reading], origins: Figures) -> tuple[Block, ...]:
    """Measures by each of their choices."""
    if not readings:
        return ()
    spec = readings[0].context.mapping.fields[origins.measures]
    blocks = []
    for name, inner in spec.fields.items():
        if inner.type == "choice":
            counts: Counter[str] = Counter()
            for reading in readings:
                for row in reading.rows(origins.measures):
                    shown = reading.cell(row, field=origins.measures, name=name)
                    counts.update([content_text(shown_content(shown)) or "Sans réponse"])
            ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST]
            title = f"{spec.title}\u00a0: {inner.title.lower()}"
            blocks.append(Block(title, (inner.title, spec.title), tuple(ordered)))
    return tuple(blocks)
