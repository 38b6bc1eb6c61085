"""Rank and proposed level of situations, from reports, signals, consumption and BDPM."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from french.text import agreed
from mappings.medicines.priority_facts import PriorityFact, WeighingFact, weighed
from mappings.medicines.reference import Medicine
from mappings.report.display import show_chance
from mappings.report.model import Report
from steps.follow.consumption import Consumed, consumed
from steps.follow.followup import Followed, followed
from steps.wiring.case_files import reports_of
from steps.wiring.public_data.reference import matcher_of
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services
from triage.consumption.signals import abnormal
from triage.registre.ranking import (
    InputName,
    Inputs,
    RankBasis,
    Ranked,
    Ranking,
    RankMove,
    moves,
    rank,
)
from triage.registre.register import Register, Situation, State
from triage.registre.risk_level import ProposedLevel, propose_level
from triage.situations.declared import DeclaredFacts, value_of
from triage.situations.facts import SituationFacts
from triage.situations.followup import FollowUp

_GONE = frozenset({State.DISCARDED, State.MERGED})
_HIGH = "Élevé"
_OF_BDPM: tuple[WeighingFact, ...] = ("mitm", "rupture", "triangle_noir")


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a situation beside the register."""

    facts: SituationFacts
    follow_up: FollowUp
    reports: Sequence[DeclaredFacts]
    medicines: Sequence[Medicine | None]
    sold: Consumed

    def weighed(self, fact: WeighingFact) -> PriorityFact:
        """What BDPM says of its medicines, found by a code or by a name."""
        found = [one for one in self.medicines if one]
        return weighed(fact, found, unfound=len(self.medicines) - len(found))


def candidates(
    services: Services, register: Register, *, found: Followed | None = None
) -> tuple[RankBasis, ...]:
    """Every situation that can be ranked, with what its score is worked out of.

    Args:
        services: Store and data files.
        register: The register.
        found: Situations with their follow-up, where they are known already.
    """
    found, sold = found or followed(services), consumed(services)
    matcher = matcher_of(services.inputs.home)
    known = matcher.reference.medicines if matcher else {}
    told: dict[str, _Told] = {}
    for facts, follow_up in zip(found.facts, found.follow_ups, strict=True):
        here = [found.reports[number] for number in facts.numbers]
        medicines = [known.get(cis) for one in here for cis in one.medicines]
        told[facts.id] = _Told(facts, follow_up, here, medicines, sold.about(facts.substances))
    return tuple(
        RankBasis(
            situation=one.id,
            level=str(one.level.get("niveau", "")),
            woken=one.woken,
            inputs=_inputs(one, register, told.get(one.id)),
            shown_by=_shown_by(told[one.id]) if one.id in told else {},
        )
        for one in register.situations.values()
        if one.state not in _GONE
    )


def ranked(
    services: Services, register: Register, *, found: Followed | None = None
) -> tuple[Ranked, ...]:
    """Situations in order, each with its score; see :func:`candidates`."""
    told = candidates(services, register, found=found)
    return _ranked(services, told, services.form.ranking)


def tried(services: Services, register: Register, ranking: Ranking) -> tuple[RankMove, ...]:
    """Situations that another file would move; nothing is written."""
    found = candidates(services, register)
    now = _ranked(services, found, services.form.ranking)
    return moves(now, _ranked(services, found, ranking))


def _ranked(services: Services, found: Sequence[RankBasis], ranking: Ranking) -> tuple[Ranked, ...]:
    levels, version = services.form.lists.niveaux, version_of(services.inputs.home)
    return rank(found, ranking, levels=levels, reference=version)


def proposed_level(
    services: Services, numbers: Iterable[int], *, known: Mapping[int, Report] | None = None
) -> ProposedLevel:
    """The level that the dossiers of a situation give; those erased say nothing any more.

    Args:
        services: Store and data files.
        numbers: The dossiers.
        known: Reports that were read already, by number; others say nothing then.
    """
    if known is None:
        reports = list(reports_of(services, numbers=numbers))
    else:
        reports = [known[number] for number in numbers if number in known]
    held = [
        str(answer.value)
        for one in reports
        if (answer := one.annotations.get("risque_retenu")) and answer.value is not None
    ]
    declared = [str(value) for one in reports if (value := value_of(one, "niveau_risque"))]
    return propose_level(held, declared, services.form.lists.niveaux)


def _inputs(one: Situation, register: Register, told: _Told | None) -> Inputs:
    types = {str(register.signals[name].fields.get("type")) for name in one.signals}
    program = {"oui": 1.0, "non": 0.0}.get(str(one.fields.get("surveillance", "")))
    known: Inputs = {
        "sources": float(len(types) + bool(one.dossiers)),
        "surveillance": program,
    }
    return {**known, **_of_reports(told), **_of_medicines(told)} if told else known


def _of_reports(told: _Told) -> Inputs:
    facts, trend = told.facts, told.follow_up.trend
    return {
        "patients": float(facts.patients[0]) if facts.patients else None,
        "cas_graves": float(facts.serious[0]) if facts.serious else None,
        "deces": float(facts.deaths[0]) if facts.deaths else None,
        "risque_eleve": _any(
            [None if one.risk is None else one.risk == _HIGH for one in told.reports]
        ),
        "vulnerable": _any([yes for one in told.reports for yes in one.vulnerable]),
        "hausse": None if trend.tau is None else float(trend.direction == "up"),
        "entreprises": float(len(facts.companies)) if facts.companies else None,
    }


def _of_medicines(told: _Told) -> Inputs:
    names = {one.substance for one in told.sold.foreseen if one.grows}
    ratios = [one.ratio for one in told.sold.gaps if one.ratio is not None]
    return {
        "boites": float(bool(names)) if told.sold.can_judge and told.sold.foreseen else None,
        "rejointe_cible": max(ratios, default=None),
        **{name: _number(told.weighed(name).holds) for name in _OF_BDPM},
    }


def _shown_by(told: _Told) -> Mapping[InputName, str]:
    """What shows the inputs that come of public data, and the trend."""
    trend, source = told.follow_up.trend, next(reversed(told.sold.sources), "")
    found: dict[InputName, str] = {
        name: weighed.text for name in _OF_BDPM if (weighed := told.weighed(name)).holds
    }
    shown = abnormal(told.sold.foreseen, source=source).values()
    found["boites"] = " ; ".join(one for one in shown if one)
    if trend.direction == "up" and trend.p_value is not None:
        found["hausse"] = (
            f"{agreed(sum(trend.counts), 'signalement')}, {show_chance('p', trend.p_value)}"
        )
    return found


def _number(holds: bool | None) -> float | None:
    return None if holds is None else float(holds)


def _any(found: Sequence[bool | None]) -> float | None:
    """Yes where one says yes; no where all that is said is no; else unknown."""
    if any(found):
        return 1.0
    return 0.0 if found and all(one is not None for one in found) else None
