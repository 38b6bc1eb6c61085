"""Signals of other sources, as those that attract reports to their situation."""

from collections.abc import Mapping, Sequence

from steps.judge.acts import register_of
from steps.wiring.services import Services
from triage.registre.acts import Verb
from triage.registre.signals import anchors as anchors_of
from triage.situations.description import Description
from triage.situations.matching import MatchingRules


def anchors(services: Services, matching: MatchingRules) -> Mapping[str, Sequence[Description]]:
    """Signals of each situation, described; nothing is read where there is none."""
    if not services.store.acts.has(services.demarche, Verb.SIGNAL):
        return {}
    return anchors_of(register_of(services), matching, services.form.lists)
