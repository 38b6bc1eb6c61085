"""What the base says of the substances of situations, beside who their licence expects."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mappings.medicines.reference import Medicine
from steps.follow.consumption import Consumed
from steps.follow.consumption_profile import opened, profile_in
from steps.wiring.public_data.consumption import classes_of
from steps.wiring.public_data.reference import matcher_of
from steps.wiring.services import Services
from triage.consumption.expected import expected_of, hospital_only
from triage.consumption.open_medic import AXES
from triage.consumption.profile import Profile
from triage.consumption.receivers import receivers
from triage.consumption.signals import growth_of
from triage.situations.declared import DeclaredFacts
from triage.situations.words.without_salts import Salts


@dataclass(frozen=True, slots=True)
class WantedConsumption:
    """Whose consumption is asked for.

    Attributes:
        substances: In normal form, as matching has them.
        reports: What its reports declare: who its licence expects.
    """

    substances: Collection[str]
    reports: Sequence[DeclaredFacts]


def situation_profiles(
    services: Services, wanted: Mapping[str, WantedConsumption], tables: Consumed
) -> dict[str, Profile]:
    """What the base says of the substances of situations; none at all when nothing was loaded.

    Args:
        services: Store and data files.
        wanted: What is asked for, by situation.
        tables: What the years foretell of each substance.

    Raises:
        DataFileError: The base cannot be read.
    """
    matching = services.form.matching
    salts = matching.salts if matching else Salts()
    with opened(services.inputs.home) as base:
        if base is None:
            return {}
        named = classes_of(base, salts)
        return {
            name: _beside(
                services,
                profile_in(
                    base,
                    ", ".join(sorted(one.substances)),
                    classes=sorted({code for each in one.substances for code in named[each]}),
                ),
                one,
                tables,
            )
            for name, one in wanted.items()
        }


def _beside(
    services: Services, found: Profile, one: WantedConsumption, tables: Consumed
) -> Profile:
    """The profile beside who is expected, and what was foreseen."""
    rules = services.form.expectations
    medicines = medicines_among(services, one.reports)
    expected = expected_of(one.reports, medicines, rules)
    last = found.last
    year = {} if last is None else {axis: found.axes[axis].get(last, {}) for axis in AXES}
    return replace(
        found,
        expected=expected,
        receivers=receivers(year, expected, rules, clustered=found.clustered),
        growth=growth_of(tables.foreseen, one.substances),
        hospital=hospital_only(medicines),
    )


def medicines_among(services: Services, reports: Iterable[DeclaredFacts]) -> list[Medicine]:
    """Medicines of reports that BDPM has, once each."""
    matcher = matcher_of(services.inputs.home)
    known = matcher.reference.medicines if matcher else {}
    codes = dict.fromkeys(cis for one in reports for cis in one.medicines)
    return [known[cis] for cis in codes if cis in known]
