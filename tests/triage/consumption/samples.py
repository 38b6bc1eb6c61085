"""A consumption profile, of an invented substance."""

from tests.triage.conftest import ROOT
from triage.consumption.expected import Expected, parse_expectations
from triage.consumption.profile import Profile
from triage.consumption.receivers import receivers
from triage.consumption.regions import RegionApart
from triage.consumption.signals import ConsumptionSignal

ADULTS = Expected("age", frozenset({"20", "60"}), "usage autorisé, dossier 1 : « Adulte »")
YEAR = {
    "age_sexe": {"20/2": 90_000.0, "0/1": 9_000.0, "99/9": -3.0},
    "region": {"53": 80_000.0, "11": 18_997.0},
    "prescripteur": {"1": 98_997.0},
}
SOURCES = {
    "Open Medic": (
        "Open Medic, Assurance maladie, édition 2024",
        "Open Medic, Assurance maladie, édition 2025",
    ),
    "Open Medic (personnes)": ("Open Medic (personnes), Assurance maladie, édition 2025, atc5",),
    "Medic'AM": ("Medic'AM, Assurance maladie, édition 2025-01 à 2025-02, tous",),
}


def a_profile() -> Profile:
    """Children who receive a medicine for adults, a region apart, a growth."""
    text = (ROOT / "triage/unc/attendus.yaml").read_text("utf-8")
    rules = parse_expectations(text, source="attendus.yaml")
    return Profile(
        code="zetaloxine",
        classes=("Z99AA01",),
        labels={"3400999000116": "ZETALOX"},
        years=(2023, 2024, 2025),
        boxes={2024: 50_000.0, 2025: 98_997.0},
        axes={axis: {2025: cells} for axis, cells in YEAR.items()},
        persons={(2025, ""): {"": 12_000}, (2025, "age/sexe"): {"20/2": 11_000, "0/1": 7}},
        months={"2025-01": 120_000.0, "2025-02": -5.0},
        apart=(RegionApart("53", 80_000, 20_000, 0.01),),
        sources=SOURCES,
        expected=(ADULTS,),
        receivers=receivers(YEAR, (ADULTS,), rules),
        growth=(ConsumptionSignal("zetaloxine", 2025, 98_997, 40_000, 60_000, 1e-6, 1e-4, 40),),
    )


def hospital_profile() -> Profile:
    """Nothing published of a medicine for hospitals."""
    return Profile("orvetrine", (), {}, (2025,), {}, {}, {}, {}, (), SOURCES, hospital=True)
