"""What an audience may read of the register; the sheets of the register ask nothing else.

A situation is read by who may read one of its dossiers, or one of its signals; any other is absent,
from totals too. What is decided column by column is in the policy, as for dossiers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from exports.cells import Content
from exports.model import ExportContext
from exports.readers.policy import Mask, Policy
from exports.readers.small_counts import hidden
from mappings.schema.model import Audience
from triage.consumption.profile import Profile
from triage.consumption.rows import ConsumptionRow, rows_of
from triage.registre.questions import Asked
from triage.registre.register import Measure, Signal, Situation, State
from triage.situations.propose import is_ours

_NETWORK = "réseau"


@dataclass(frozen=True, slots=True)
class SituationRecords:
    """Signals, measures and questions of a situation that an audience may read."""

    signals: list[Signal] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


@dataclass(frozen=True)
class RegisterReading:
    """The register, read by an audience.

    Attributes:
        context: Circumstances of the export, with the register.
        policy: What leaves the agency.
        audience: Who reads.
        held: Situations of the dossiers that it may read.
        numbers: These dossiers.
        centres: Name of each centre, by code.
        centre: Code of the centre that reads; blank for the agency and the whole network.
        own: Signals that this centre gave.
    """

    context: ExportContext
    policy: Policy
    audience: Audience
    held: frozenset[str]
    numbers: frozenset[int] = frozenset()
    centres: Mapping[str, str] = field(default_factory=dict)
    centre: str = ""
    own: frozenset[str] = frozenset()

    @property
    def is_agency(self) -> bool:
        """Whether it reads all."""
        return self.audience == "agence"

    @property
    def mask(self) -> str:
        """What stands in place of what is withheld."""
        return self.policy.mask

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """Signals of other sources that it may read."""
        return tuple(
            one
            for one in self.context.register.register.signals.values()
            if self._may_read(one) and self._kept(one.situation)
        )

    @cached_property
    def situations(self) -> Mapping[str, Situation]:
        """Situations that it may read, but those that stand for others, by id."""
        told = self.held | {one.situation for one in self.signals if one.situation}
        every = self.is_agency and not self.context.filters
        return {
            name: one
            for name, one in self.context.register.register.situations.items()
            if one.state is not State.MERGED and (every or name in told)
        }

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Measures of the agency that it may read: outside, those that are in force or over."""
        sanctions = self.context.register.sanctions
        return tuple(
            one
            for one in self.context.register.register.measures.values()
            if one.situation in self.situations and (self.is_agency or one.is_public(sanctions))
        )

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Questions: of a centre, its own alone; of the whole network, none."""
        return tuple(
            one
            for one in self.context.register.asked
            if (self.is_agency or one.centre == self.centre)
            and (self._kept(one.question.situation) or one.question.dossier in self.numbers)
        )

    @cached_property
    def consumption(self) -> Mapping[str, Profile]:
        """What public data say of each situation, for the agency alone."""
        known = self.context.register.consumption if self.is_agency else {}
        return {name: known[name] for name in self.situations if name in known}

    @cached_property
    def consumed(self) -> tuple[tuple[str, ConsumptionRow], ...]:
        """Their figures, one a row."""
        return tuple((name, row) for name, one in self.consumption.items() for row in rows_of(one))

    def beside(self, name: str) -> SituationRecords:
        """What of these is of a situation."""
        return self._beside.get(name) or SituationRecords()

    @cached_property
    def _beside(self) -> Mapping[str, SituationRecords]:
        found: defaultdict[str, SituationRecords] = defaultdict(SituationRecords)
        for signal in self.signals:
            found[signal.situation or ""].signals.append(signal)
        for measure in self.measures:
            found[measure.situation].measures.append(measure)
        for asked in self.asked:
            found[asked.question.situation or ""].asked.append(asked)
        return found

    def named(self, name: str | None) -> Content:
        """The id of a situation, or what stands in its place."""
        if not name:
            return None
        return self.shown(name) if name in self.situations else self.mask

    def titled(self, name: str | None) -> Content:
        """The public title of a situation, or what stands in its place."""
        one = self.situations.get(name or "")
        if one is None:
            return self.mask if name else None
        return str(one.fields.get("titre", "")) or None

    def shown(self, name: str) -> str:
        """An id as it is read, blank where there is none: a name typed stays at the agency."""
        return name if self.is_agency or not name or is_ours(name) else self.mask

    def count(self, number: int | None) -> Content:
        """A number of cases: small ones are hidden outside the agency."""
        below = self.policy.small_counts.below
        if self.is_agency or number is None or not hidden(number, below=below):
            return number
        return f"< {below}"

    def cases(self, counts: Sequence[object], total: tuple[int, int] | None) -> Content:
        """A number of cases over several dossiers, from the lowest to the highest that can be.

        Outside the agency it is not told in full where a part of it is hidden: what is told of the
        others would give that part away.

        Args:
            counts: What the audience may read of each dossier.
            total: The lowest and the highest number.
        """
        if total is None or Mask(self.mask) in counts:
            return None
        low, high = total
        below = self.policy.small_counts.below
        if not self.is_agency:
            if hidden(high, below=below):
                return f"< {below}"
            if any(isinstance(one, Mask) for one in counts):
                return f"{below} ou plus"
        return low if low == high else f"{low} à {high}"

    def _may_read(self, one: Signal) -> bool:
        shared = one.fields.get("diffusion") == _NETWORK
        return self.is_agency or shared or one.id in self.own

    def _kept(self, situation: str | None) -> bool:
        """Whether an export that is restricted to some dossiers has what is of a situation."""
        return not self.context.filters or situation in self.held
