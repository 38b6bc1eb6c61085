"""Sentences of a consumption profile, in French, for every place that shows it. Pure."""

from collections.abc import Iterator

from mappings.report.display import show, show_chance, show_decimal
from triage.consumption.codes import label_of
from triage.consumption.expected import Expected
from triage.consumption.profile import Profile
from triage.consumption.receivers import Receiver
from triage.consumption.signals import FEWEST_YEARS, ConsumptionSignal

_AXES = {"age": "Âge", "sexe": "Sexe", "prescripteur": "Prescripteur"}
_WHO = {
    "autorisation": "que l'autorisation n'attend pas",
    "signalement": "que les signalements ne nomment pas",
}


def boxes_told(found: Profile, year: int) -> str:
    """Boxes of a year; « hors champ » where its edition has none, « inconnu » without one."""
    if year in found.boxes:
        return show(round(found.boxes[year]))
    return "hors champ" if found.out_in(year) else "inconnu"


def absent_told(found: Profile, year: int) -> str:
    """Why a year has no boxes; never « hors champ » where another file of it has some."""
    if year in found.elsewhere:
        return "inconnu : un autre fichier de cette année en a"
    return "hors champ" if found.out_in(year) else "édition non chargée"


def expected_told(found: Profile) -> Iterator[str]:
    """Who is expected, axis by axis, and what says so; unknown where nothing does."""
    known = {one.axis: one for one in found.expected}
    for axis, title in _AXES.items():
        one = next((each for name, each in known.items() if name == axis), None)
        if one is None:
            yield f"{title} attendu : inconnu (ni l'usage autorisé ni le signalement ne le disent)."
        else:
            yield f"{title} attendu : {_named(one)} ({one.because})."


def _named(one: Expected) -> str:
    codes = sorted(one.codes, key=lambda code: (len(code), code))
    return ", ".join(label_of(one.axis, code) for code in codes)


def receiver_told(one: Receiver) -> str:
    """What is judged of a group that nobody expects."""
    tolerated = f"{show_decimal(100 * (one.tolerated or 0), places=0)} % tolérés"
    if one.apart:
        return f"au-delà des {tolerated} ({q_told(one.q_value)})"
    return f"pas au-delà des {tolerated} et du hasard"


def growth_told(found: Profile) -> Iterator[str]:
    """The last year of each substance beside what its past foretells, in a sentence."""
    for one in found.growth:
        yield f"{one.substance} : {foreseen_told(one)}."
    if found.boxes and not found.growth:
        yield f"Croissance non jugée : {_why_unjudged(found)}."


def _why_unjudged(found: Profile) -> str:
    """The first of the reasons that is true."""
    if found.is_presentation:
        classes = "".join(f" (unc conso show {one})" for one in found.classes[:1] if one)
        return f"elle l'est par substance, et non par présentation{classes}"
    if found.last != max(found.years, default=found.last):
        return f"rien en {max(found.years)}, la dernière année chargée"
    past = [boxes for year, boxes in found.boxes.items() if year != found.last]
    if len(past) < FEWEST_YEARS:
        return (
            f"il faut au moins {FEWEST_YEARS} années avant la dernière, et il y en a {len(past)}"
            " avec des boîtes (unc conso load)"
        )
    if max(past) <= 0:
        return f"aucune boîte avant {found.last}"
    return f"aucune de ses substances n'a à elle seule {FEWEST_YEARS} années avant la dernière"


def regions_told(found: Profile) -> str:
    """What is said of regions where none is apart: that none is, or that they were not judged."""
    if not found.regions_judged:
        return f"Régions non jugées : moins de cinq ont assez de boîtes en {found.last}."
    return f"Aucune région à part en {found.last}, sur {found.regions_judged} jugées."


def foreseen_told(one: ConsumptionSignal) -> str:
    """A last year beside its interval."""
    boxes = f"{show(one.boxes)} boîtes en {one.year}"
    expected = f"{show(one.low)} à {show(one.high)} prévues (95 %)"
    if one.low <= one.boxes <= one.high:
        return f"{boxes}, {expected} : dans l'intervalle"
    side = "au-dessus" if one.boxes > one.high else "au-dessous"
    sure = "" if one.established else ", peut-être le hasard"
    return f"{boxes}, {expected} : {side} de l'intervalle{sure} ({q_told(one.q_value)})"


def q_told(value: float | None) -> str:
    """A rate of false alarms as it is read: « q = 0,012 », « q < 0,001 », « q inconnu »."""
    return "q inconnu" if value is None else show_chance("q", value)


def standing_out(found: Profile) -> Iterator[str]:
    """What stands out of it, a line each; nothing where nothing does."""
    for group in found.unexpected:
        if group.apart:
            share = show_decimal(100 * group.share, places=1)
            yield (
                f"{_AXES[group.axis]} : {label_of(group.axis, group.code)}, {share} % des boîtes"
                f" en {found.last}, {_WHO[group.by]}, {receiver_told(group)}"
            )
    for region in found.apart:
        yield (
            f"Région : {label_of('region', region.region)}, {show(round(region.boxes))} boîtes en"
            f" {found.last}, {show(round(region.expected))} attendues ({q_told(region.q_value)})"
        )
    for one in found.growth:
        if one.established:
            yield f"{one.substance} : {foreseen_told(one)}"
