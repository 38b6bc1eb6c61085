"""Public consumption on the page of a situation, for the agency: charts, then tables of figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.sheets.consumption import upright
from exports.sheets.figures import Block
from exports.sheets.values import content_text
from french.text import typographic
from mappings.report.display import show, show_decimal
from portal.dossiers.charts import Chart, draw
from triage.consumption.codes import label_of
from triage.consumption.open_medic import AGE_SEX, PRESCRIBER, REGION
from triage.consumption.profile import NOT_ADDED, SCOPE, Profile
from triage.consumption.receivers import RECEIVER_METHOD
from triage.consumption.regions import REGION_METHOD
from triage.consumption.rows import rows_of
from triage.consumption.sentences import expected_told, growth_told, regions_told, standing_out
from triage.consumption.signals import METHOD

_MONTHS = 36
_BARS = 12
_AXES = {AGE_SEX: "Âge et sexe", REGION: "Région", PRESCRIBER: "Prescripteur"}
HEADERS = ("Axe", "Période", "Groupe", "Boîtes", "Part", "Personnes", "Attendu", "Jugement")


@dataclass(frozen=True, slots=True)
class ConsumptionShown:
    """What the page shows.

    Attributes:
        source: Editions and scope of every figure.
        absent: Why there is none; empty where there are.
        apart: What stands out, a line each.
        expected: Who is expected, and what says so.
        growth: The last year beside what its past foretells; that no region is apart.
        charts: Drawings, each with its source in its title.
        rows: Every figure, as the workbook has it.
        headers: What each cell of a row is.
        methods: How it is judged.
    """

    source: str
    absent: str = ""
    apart: Sequence[str] = ()
    expected: Sequence[str] = ()
    growth: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    rows: Sequence[tuple[str, ...]] = ()
    headers: Sequence[str] = HEADERS
    methods: Sequence[str] = ()


def consumption_shown(found: Profile | None) -> ConsumptionShown | None:
    """What the page shows of a profile; ``None`` where nothing was loaded."""
    if found is None:
        return None
    source = typographic(f"Source : {found.cited}. {SCOPE}")
    if found.out_of_scope:
        return ConsumptionShown(source, absent=typographic(found.why_out))
    return ConsumptionShown(
        source=source,
        apart=[typographic(text) for text in standing_out(found)],
        expected=[typographic(text) for text in expected_told(found)],
        growth=[typographic(text) for text in _judged(found)],
        charts=[draw(block) for block in _blocks(found)],
        rows=[*_rows(found)],
        methods=[typographic(f"{text}.") for text in (RECEIVER_METHOD, REGION_METHOD, METHOD)]
        + [typographic(NOT_ADDED)],
    )


def _judged(found: Profile) -> Iterator[str]:
    yield from growth_told(found)
    if found.boxes and not found.apart:
        yield regions_told(found)


def _blocks(found: Profile) -> Iterator[Block]:
    """Years, months, then who received in the last year."""
    if found.boxes:
        years = {str(year): boxes for year, boxes in found.boxes.items()}
        yield _upright("Boîtes par an (Open Medic)", "Année", years)
    if found.months:
        last = dict([*found.months.items()][-_MONTHS:])
        told = {f"{month[5:]}/{month[:4]}" if month[4:] else month: n for month, n in last.items()}
        yield _upright("Boîtes par mois (Medic’AM)", "Mois", told)
    for axis, title in _AXES.items() if found.last else ():
        cells = found.axes[axis].get(found.last or 0, {})
        ordered = sorted(cells.items(), key=lambda one: (-one[1], one[0]))
        lines = [(typographic(label_of(axis, code)), _whole(n)) for code, n in ordered[:_BARS]]
        if rest := sum(_whole(n) for _, n in ordered[_BARS:]):
            lines.append(("Autres", rest))
        yield Block(
            f"{title}, boîtes de {found.last} (Open Medic)", (title, "Boîtes"), tuple(lines)
        )


def _upright(title: str, name: str, values: dict[str, float]) -> Block:
    return upright(title, name, {key: _whole(boxes) for key, boxes in values.items()})


def _whole(boxes: float) -> int:
    """Boxes as they are drawn: a total below zero (regularisations) has no bar."""
    return max(0, round(boxes))


def _rows(found: Profile) -> Iterator[tuple[str, ...]]:
    for one in rows_of(found):
        yield (
            one.axis,
            one.period,
            typographic(one.group),
            "–" if one.boxes is None else show(one.boxes),
            "" if one.share is None else f"{show_decimal(100 * one.share, places=1)}\u00a0%",
            content_text(one.persons),
            one.expected,
            typographic(one.judgement),
        )
