"""Consumption and availability around a situation, in French."""

from collections.abc import Iterator, Sequence

from french.text import agreed
from mappings.medicines.reference import Medicine
from mappings.report.display import show
from steps.follow.consumption import Consumed
from steps.registre.around import Around

_SHOWN_YEARS = 4
_SHOWN_SHORTAGES = 3


def consumption_told(found: Around, tables: Consumed | None) -> Iterator[str]:
    """Boxes and patients of the last years, and what stands out of them.

    Args:
        found: What is known around the situation.
        tables: What consumption says beside it; ``None``: not told.
    """
    sold = found.sold
    if not (sold.years or sold.patients):
        yield "inconnue (aucune édition d'Open Medic chargée n'a ces substances)"
    for what, years in (("boîtes remboursées", sold.years), ("patients", sold.patients)):
        shown = [*years.items()][-_SHOWN_YEARS:]
        if shown:
            told = ", ".join(f"{show(round(value))} en {year}" for year, value in shown)
            yield f"{what} : {told}"
    if tables is None or found.facts is None:
        return
    about = tables.about(found.facts.substances)
    for signal in about.signals:
        side = "au-dessus" if signal.boxes > signal.high else "au-dessous"
        yield f"{signal.substance} {side} de l'intervalle attendu en {signal.year}"
    for gap in about.gaps:
        if gap.ratio is not None:
            ratio = f"{gap.ratio:.1f}".replace(".", ",")
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
