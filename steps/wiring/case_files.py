"""The one way from a stored dossier to what it says: its report, its revision, its rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Self, TypeVar

from mappings.adoption.absences import silent
from mappings.dossier.answered import AnswersGiven, Otherwise
from mappings.dossier.decode import decode_dossier, stable_id
from mappings.dossier.model import Dossier, RawDossier
from mappings.dossier.revision import Revision
from mappings.drift.compare import from_the_oldest
from mappings.report.mapper import map_report
from mappings.report.model import NOT_READ, Report, Value
from mappings.schema.champs import without
from mappings.schema.model import FormMapping
from steps.wiring.failures import apart
from steps.wiring.form import reviewed_form
from steps.wiring.observed import observed_form, otherwise_asked, rules_at
from steps.wiring.public_data.facts import PublicFacts
from steps.wiring.services import Services
from store.dossiers.models import DossierPast, StoredDossier
from triage.replies.recollection import unreadable
from triage.rules.model import RuleSet
from triage.rules.needs import needs_of
from triage.verdict.assess import assess
from triage.verdict.model import Assessment

EARLIER = "dossier_precedent"
"""Field that names the dossier which this one completes."""

Found = TypeVar("Found")


@dataclass(frozen=True)
class CaseFile:
    """A dossier as it is, or was, kept: each part is made when it is first asked for.

    Attributes:
        raw: Its JSON.
        revision: The revision of the form that it follows; ``None`` when it was never read.
        files: What all dossiers are read and judged by.
    """

    raw: RawDossier
    revision: Revision | None
    files: "CaseFiles"

    @cached_property
    def dossier(self) -> Dossier:
        """The decoded dossier; what a person wrote in other words is not readable in it."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[Dossier, frozenset[str]]:
        """The dossier, and what of it is not read."""
        dossier = decode_dossier(self.raw, revision=self.revision)
        unread = self.files.given.unread(dossier)
        if not unread:
            return dossier, unread
        return unreadable(dossier, unread, mapping=self.files.mapping), unread

    @cached_property
    def report(self) -> Report:
        """What it declares, by the mapping."""
        dossier, unread = self._read
        mapping = self.files.mapping_without(unread)
        report = map_report(dossier, mapping=mapping, revision=self.revision)
        if unread:
            passed = dict.fromkeys(unread & report.fields.keys(), NOT_READ)
            report = replace(report, fields={**report.fields, **passed}, not_read=unread)
        rules = self.files.rules_of(report.deposited_at)
        unasked = self.files.unasked(self.revision, rules, unread=unread)
        if not unasked:
            return report
        silent = self.files.unasked(self.revision, rules, unread=frozenset())
        return replace(report, unasked=unasked, silent=silent)

    @property
    def rules(self) -> RuleSet:
        """The rule-set in force on the day that it was deposited."""
        return self.files.rules_of(self.dossier.deposited_at)

    @property
    def earlier(self) -> Value | None:
        """What it names as the dossier that it completes."""
        return self.report.fields[EARLIER].value if EARLIER in self.report.fields else None

    def verdict(
        self,
        rules: RuleSet,
        *,
        fingerprint: str,
        known: Callable[[object], bool],
        differs: frozenset[str] = frozenset(),
    ) -> Assessment:
        """The verdict of a rule-set on it.

        Args:
            rules: The rule-set, that of its day or another.
            fingerprint: Of its content.
            known: Whether a number is that of a dossier of the démarche.
            differs: What the dossier that it completes has not in common with it.
        """
        return assess(
            self.report,
            rules,
            mapping=self.files.mapping,
            fingerprint=fingerprint,
            earlier_exists=known(self.earlier),
            cleared=self.files.cleared.get(self.dossier.number, frozenset()),
            earlier_differs=differs,
            public=self.files.public.of(self.report),
        )


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """What stored dossiers are read and judged by, gathered once.

    Attributes:
        mapping: Champs to fields.
        revisions: Revisions of the form that were read, by id.
        rulesets: Rule-sets, one in force at a time.
        settled: Fields that a person said that the form does not ask.
        otherwise: What revisions of before asked in other words, and nobody said that they ask the
            same.
        cleared: Codes of passages that a person said are no patient's, by dossier.
        public: Public data that rule-sets ask; none where they were not gathered.
        given: What of each dossier is not read, for it answered those words.
    """

    mapping: FormMapping
    revisions: Mapping[str, Revision]
    rulesets: tuple[RuleSet, ...]
    settled: frozenset[str] = frozenset()
    otherwise: Otherwise = field(default_factory=dict)
    cleared: Mapping[int, frozenset[str]] = field(default_factory=dict)
    public: PublicFacts = field(default_factory=PublicFacts)
    given: AnswersGiven = field(init=False, repr=False, compare=False)
    _reading: dict[frozenset[str], FormMapping] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    _unasked: dict[tuple[str, str, frozenset[str]], frozenset[str]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Work out, once for all dossiers, in which words each of them may have answered."""
        given = AnswersGiven(from_the_oldest(self.revisions.values()), self.otherwise)
        object.__setattr__(self, "given", given)

    @classmethod
    def read(cls, services: Services) -> Self:
        """Those of a démarche, as they are now."""
        form, reviewed = services.form, reviewed_form(services.inputs.mapping_file)
        settled = reviewed.settled if reviewed else frozenset()
        cleared = services.store.not_patients.codes(services.demarche)
        observed, columns = observed_form(services), services.inputs.publishing.columns
        otherwise = otherwise_asked(
            observed, form=form, mapping_file=services.inputs.mapping_file, columns=columns
        )
        return cls(
            mapping=form.mapping,
            revisions={one.id: one for one in observed.revisions},
            rulesets=form.rulesets,
            settled=settled,
            otherwise=otherwise,
            cleared=cleared,
        )

    def of(self, stored: StoredDossier | DossierPast) -> CaseFile:
        """The case file of a dossier, or of a content that it had."""
        return CaseFile(stored.raw, self.revisions.get(stored.revision_id), self)

    def each(
        self,
        stored: Iterable[StoredDossier],
        work: Callable[[StoredDossier, CaseFile], Found | None],
        *,
        told: list[str] | None,
        done: str,
    ) -> Iterator[Found]:
        """Work on dossiers one after the other: one that fails is told, and the others go on.

        Args:
            stored: The dossiers.
            work: Makes something of a dossier, or nothing.
            told: Where failures are told; the journal when there is no such place.
            done: What is being done to a dossier, as a French participle.
        """
        for one in stored:
            found = None
            with apart(told, one.number, done):
                found = work(one, self.of(one))
            if found is not None:
                yield found

    def mapping_without(self, unread: frozenset[str]) -> FormMapping:
        """The mapping, but for fields that are not read."""
        if not unread:
            return self.mapping
        if unread not in self._reading:
            self._reading[unread] = without(self.mapping, unread)
        return self._reading[unread]

    def unasked(
        self, revision: Revision | None, rules: RuleSet, *, unread: frozenset[str]
    ) -> frozenset[str]:
        """Fields that rules read, that a revision does not ask, and of which nobody said so.

        Args:
            revision: The revision.
            rules: The rules.
            unread: Fields that are not read where it is followed.
        """
        key = (revision.id if revision else "", rules.digest, unread)
        if key not in self._unasked:
            needs = needs_of(rules)
            self._unasked[key] = silent(
                self.mapping_without(unread),
                revision,
                read=needs.read | needs.scope,
                settled=self.settled,
            )
        return self._unasked[key]

    def all_unasked(self, rules: RuleSet) -> frozenset[str]:
        """The same of all revisions together: verdicts rest on it."""
        unread = {one: frozenset(some) for one, some in self.otherwise.items()}
        return frozenset().union(
            *(
                self.unasked(one, rules, unread=unread.get(stable_id(one.id), frozenset()))
                for one in self.revisions.values()
            )
        )

    def rules_of(self, moment: datetime) -> RuleSet:
        """The rule-set in force at a moment."""
        return rules_at(self.rulesets, moment)


def reports_of(services: Services, *, numbers: Iterable[int] | None = None) -> Iterator[Report]:
    """Reports by number of dossier; of some dossiers only, when they are named."""
    stored = services.store.dossiers.iterate(services.demarche, numbers=numbers)
    files = CaseFiles.read(services)
    return files.each(stored, lambda _, case: case.report, told=None, done="relu")
