"""What `unc situations` shows to people of a situation and of links between reports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from cli.terminal.console import table
from french.text import agreed
from mappings.report.display import show, show_decimal
from store.verdicts.situations import SituationReport
from triage.situations.declared import NamedMeasure
from triage.situations.description import Description
from triage.situations.duplicates import Copies, ReportLink
from triage.situations.evidence import Line
from triage.situations.facts import SituationFacts

_KINDS = {"duplicate": "doublon", "complement": "complément"}
_WHO = {
    "bridge": "la passerelle (proposition)",
    "annotation": "une personne (annotation)",
    "command": "une personne (unc situations)",
}


@dataclass(frozen=True, slots=True)
class SituationParts:
    """What is shown of a situation.

    Attributes:
        facts: What is known of it.
        rows: Who put each report there, by number.
        told: Description of each report, by number.
        links: Duplicates and complements of its reports.
        titles: Title of each field.
    """

    facts: SituationFacts
    rows: Mapping[int, SituationReport]
    told: Mapping[int, Description]
    links: Sequence[ReportLink]
    titles: Mapping[str, str]


def situation_tables(parts: SituationParts) -> Iterator[Table]:
    """A situation: what is known of it, its reports, its measures, its links."""
    one = parts.facts
    yield table(one.id, ["", ""], _facts(one))
    placed = [(number, *_placed(parts, number)) for number in one.numbers]
    yield table("Signalements", ["Dossier", "Regroupé par", "Depuis"], placed)
    if one.measures:
        listed = [_measure(measure) for measure in one.measures]
        yield table("Mesures", ["Dossier", "Type", "État", "Date"], listed)
    if parts.links:
        yield links_table(parts.links, parts.titles)


def links_table(found: Sequence[ReportLink], titles: Mapping[str, str]) -> Table:
    """Duplicates and complements, with what agrees."""
    rows = [
        (
            link.number,
            _KINDS[link.kind] + (" (deux entreprises)" if link.across else ""),
            link.earlier,
            show_decimal(link.score, places=2),
            ", ".join(titles.get(name, name) for name in link.agreeing),
            "\n".join(_line(line, titles) for line in link.lines),
        )
        for link in found
    ]
    columns = [
        "Dossier",
        "Lien",
        "Avec",
        "Score",
        "Ce qui concorde",
        "Ligne : ressemblance × poids",
    ]
    return table(f"{agreed(len(rows), 'lien')}", columns, rows)


def copies_table(found: Sequence[Copies]) -> Table:
    """Groups of copies, the best documented apart."""
    rows = [(one.master, ", ".join(map(str, one.others))) for one in found]
    columns = ["Le mieux documenté", "Doublons probables"]
    return table(f"{agreed(len(rows), 'groupe')} de doublons", columns, rows)


def _line(line: Line, titles: Mapping[str, str]) -> str:
    alike, weight = (show_decimal(one, places=2) for one in (line.alike, line.weight))
    return f"{titles.get(line.field, line.field)} : {alike} × {weight}"


def show_range(both: tuple[int, int] | None) -> str:
    """A range of what a number can be; a dash when nobody estimates it."""
    if both is None:
        return "–"
    low, high = both
    return show(low) if low == high else f"{show(low)} à {show(high)}"


def _facts(one: SituationFacts) -> list[tuple[str, str]]:
    return [
        ("Titre proposé", one.title or "–"),
        ("Signalements", show(len(one.counted))),
        ("Substances", ", ".join(one.substances)),
        ("Entreprises (SIREN)", ", ".join(one.companies)),
        ("Patients estimés", show_range(one.patients)),
        ("Cas graves", show_range(one.serious)),
        ("Décès", show_range(one.deaths)),
        ("Premier signalement", show(one.first)),
        ("Dernier signalement", show(one.last)),
        ("Première connaissance", show(one.known_on) if one.known_on else "–"),
    ]


def _placed(parts: SituationParts, number: int) -> tuple[str, str]:
    """Who put a report there, and since when; an annotation that says otherwise is told."""
    row, told = parts.rows[number], parts.told.get(number)
    older = f" ; annotation plus ancienne « {told.overruled} »" if told and told.overruled else ""
    return _WHO[row.decided_by] + older, show(row.since)


def _measure(one: NamedMeasure) -> tuple[int, str, str, str]:
    state = "prise" if one.taken else "en projet"
    return one.number, one.kind, state, show(one.day) if one.day else "–"
