"""Consumption and availability around a situation, in French."""

from collections.abc import Iterator, Sequence

from french.text import agreed
from mappings.medicines.reference import Medicine
from mappings.report.display import show, show_decimal
from steps.follow.consumption import Consumed
from steps.registre.around import Around
from store.consumption.base import OPEN_MEDIC, PERSONS
from triage.consumption.profile import Profile
from triage.consumption.sentences import standing_out

_SHOWN_YEARS = 4
_SHOWN_SHORTAGES = 3


def consumption_told(
    found: Around, tables: Consumed | None, profile: Profile | None = None
) -> Iterator[str]:
    """Boxes and patients of the last years, with their edition, and what stands out of them.

    Args:
        found: What is known around the situation.
        tables: What consumption says beside it; ``None``: not told.
        profile: What public data say of its substances; ``None``: not told.
    """
    sold = found.sold
    if not (sold.years or sold.patients):
        if not sold.sources.get(OPEN_MEDIC):
            yield "inconnue (aucune édition d'Open Medic chargée)"
        elif sold.months or sold.counted:
            yield "inconnue : Open Medic n'en a pas, d'autres fichiers en ont"
        else:
            yield "hors champ : rien de publié en ville et remboursé, ce n'est pas zéro"
    for what, family, years in (
        ("boîtes remboursées", OPEN_MEDIC, sold.years),
        ("patients", PERSONS, sold.patients),
    ):
        shown = [*years.items()][-_SHOWN_YEARS:]
        if shown:
            told = ", ".join(f"{show(round(value))} en {year}" for year, value in shown)
            yield f"{what} : {told} ({family}, Assurance maladie, éditions de ces années)"
    if profile is not None:
        yield from standing_out(profile)
    if tables is None or found.facts is None:
        return
    for gap in tables.about(found.facts.substances).gaps:
        if gap.ratio is not None:
            ratio = show_decimal(gap.ratio, places=1)
            yield f"population rejointe : {ratio} fois la cible ({gap.substance})"


def availability_told(medicines: Sequence[Medicine] | None) -> Iterator[str]:
    """What BDPM says of medicines: of major interest, watched, short; ``None``: unknown."""
    if medicines is None:
        yield "inconnue (BDPM)"
        return
    major = [one.major for one in medicines]
    told = "oui" if any(major) else "inconnu" if None in major else "non"
    yield f"MITM : {told}"
    if any(one.reinforced for one in medicines):
        yield "surveillance renforcée (triangle noir)"
    lines = [(one, each) for one in medicines for each in one.shortages]
    for one, each in lines[:_SHOWN_SHORTAGES]:
        since = f" depuis le {each.since:%d/%m/%Y}" if each.since else ""
        yield f"{each.status or 'tension'}{since} ({one.name})"
    if len(lines) > _SHOWN_SHORTAGES:
        yield f"et {agreed(len(lines) - _SHOWN_SHORTAGES, 'autre')}"
    if not lines:
        yield "ni rupture ni tension en cours"
