"""A form that nobody knows: what is found of it, and what a person said of it before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mappings.adoption.adapted import Adapted, adapted
from mappings.adoption.choice import ChoiceQuestion, about
from mappings.adoption.decisions import (
    FILE_NAME,
    Decision,
    Decisions,
    digest_of,
    parse_decisions,
)
from mappings.adoption.kept import ADAPTED, FileKept, copied
from mappings.adoption.session import Session
from mappings.adoption.standing import FormerFile, of_this_form, taken_up
from mappings.dossier.model import Champ, Rows
from mappings.dossier.revision import Revision
from mappings.drift.model import Kind
from mappings.drift.proposals import Likely
from mappings.drift.reviewed import Absence, ReviewedForm
from mappings.matching.labels import match_labels, wanted_labels, with_labels
from mappings.matching.match import Matching, match_form
from mappings.matching.wanted import Wants, wants
from mappings.report.display import show_champ
from mappings.schema.model import FormMapping
from steps.adopt.subject import MAPPINGS, words_of
from steps.wiring.case_files import CaseFiles
from steps.wiring.drift import drift_of, form_adopted, form_adoption
from steps.wiring.failures import RequestError
from steps.wiring.form import read_mapping, read_text, reviewed_form
from steps.wiring.observed import needs_now, observed_form
from steps.wiring.services import Services

_LOOKED_AT = 40
"""Dossiers whose answers are shown as examples."""
_SAMPLES = 6
_SURE = 100.0


@dataclass(frozen=True)
class Adaptation:
    """A form that is being adapted.

    Attributes:
        session: What was found of it, and what a person said.
        target: The mapping file that is written.
        revisions: The form's revisions, from the oldest.
        active: The one in force.
        base: The mapping that gives the internal schema.
        again: Whether that is the file to write: what it says of this form stays.
        unsaid: Fields of which it says only what the bridge's own mapping does, of another form.
        reviewed: The form as it was reviewed with the mapping in use, where that is not the file to
            write and the form was adopted with it; else nothing.
        before: What a person said when it was written.
        refused: What they said elsewhere that the form does not ask, and the file leaves so.
        doubtful: Fields of which the form changed so that verdicts may be wrong; "" where what
            stands above several did.
        changed: How, in French: what was reviewed beside what it has now.
    """

    session: Session
    target: Path
    revisions: tuple[Revision, ...]
    active: Revision
    base: FormMapping
    again: bool = False
    before: Mapping[str, Decision] = field(default_factory=dict)
    refused: Mapping[str, Absence] = field(default_factory=dict)
    doubtful: frozenset[str] = frozenset()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsaid: frozenset[str] = frozenset()
    reviewed: ReviewedForm = ReviewedForm()  # noqa: RUF009 (frozen)

    @property
    def to_review(self) -> tuple[Revision, ...]:
        """The form's revisions, the one in force last."""
        return (*(one for one in self.revisions if one.id != self.active.id), self.active)

    @property
    def says_more(self) -> bool:
        """Whether a person says something, this time, that the file made before does not yet."""
        return self.again and bool(self._kept.new)

    def questions(self) -> Iterator[ChoiceQuestion]:
        """What is left to say, but for what that file says already and nothing makes doubtful."""
        left, kept = self.session.questions(), self._kept
        return (
            replace(one, changed=self.changed.get(one.path, ()))
            for one in left
            if not (self.again and kept.says_already(one.path))
            or one.path.partition("=")[0] in self.doubtful
        )

    @property
    def _kept(self) -> FileKept:
        earlier = tuple(one for one in self.revisions if one.id != self.active.id)
        base = self.base
        return FileKept(base, self.session, self.active, self.before, earlier, self.unsaid)

    @property
    def decisions_file(self) -> Path:
        """Where what a person said is kept."""
        return self.target.with_name(FILE_NAME)

    @property
    def made(self) -> Adapted:
        """The mapping as it is now."""
        return adapted(
            self.base,
            self.session,
            revisions=self.revisions,
            active=self.active,
            again=self.again,
            before=self.before,
            unsaid=self.unsaid,
        )

    def saying(self, session: Session) -> "Adaptation":
        """The same with another state of what a person said."""
        return replace(self, session=session)


class FoundMatches:
    """What is asked and which champs ask it, for as long as nothing that this rests on moves."""

    def __init__(self) -> None:
        self._kept: tuple[object, tuple[Wants, Matching]] | None = None

    def of(self, services: Services, active: Revision, *, anew: bool) -> tuple[Wants, Matching]:
        """What is asked of a form, and what was found of it."""
        form = services.form
        reviewed = _reviewed(services, anew=anew)
        lexicon = words_of(form.mapping.form, services.inputs.mapping_file)
        needs = needs_now(form, services.inputs.publishing.columns)
        samples = samples_of(services)
        there = tuple(services.store.demarches.state(services.demarche).labels or ())
        managed = form.policy.labels.managed if there else ()
        rests_on = (form.mapping, reviewed, needs, lexicon, active, samples, managed, there)
        kept = self._kept
        if kept is None or kept[0] != rests_on:
            found = wants(form.mapping, reviewed=reviewed, needs=needs, lexicon=lexicon)
            found = replace(found, labels=wanted_labels(managed, lexicon))
            matching = match_form(found, active, samples=samples)
            matching = with_labels(matching, match_labels(found.labels, there))
            kept = self._kept = (rests_on, (found, matching))
        return kept[1]


def begin(
    services: Services,
    *,
    target: Path,
    by: str = "",
    anew: bool = False,
    known: FoundMatches | None = None,
) -> Adaptation:
    """Look at the form as it was last read, and take up what a person said of it before.

    Args:
        services: Store and data files.
        target: The mapping file to write.
        by: Who decides; the one who did before where it is blank.
        anew: Whether to forget what was said before.
        known: What was found of it before.

    Raises:
        RequestError: The démarche was never read, or the decisions are those of another one.
        DataFileError: A data file is wrong.
    """
    observed, form = observed_form(services), services.form
    if observed.active is None:
        raise RequestError("La démarche n'a pas encore été lue : `unc sync`, puis réessayez.")
    found, matching = (known or FoundMatches()).of(services, observed.active, anew=anew)
    decisions = Decisions(services.demarche)
    file = target.with_name(FILE_NAME)
    if file.exists() and not anew:
        decisions = parse_decisions(read_text(file, "adaptation"), source=file.name)
        if decisions.demarche != services.demarche:
            raise RequestError(
                f"{file} est d'une autre démarche ({decisions.demarche}) : donnez un autre fichier"
                " (--output), ou recommencez (--anew)."
            )
    decisions = replace(decisions, by=by.strip() or decisions.by)
    there = read_text(target, "UNC_MAPPING") if target.exists() else ""
    corrected = file.exists() and _is_corrected(decisions, target, there)
    changed = _changed(services)
    former = _former(services, target=target, anew=anew, corrected=corrected)
    shown = changed if former.adopted else _changed(services, but=Kind.OPTIONS)
    former = replace(former, changes={path: about(changed[path]) for path in shown})
    session, gone = taken_up(Session(found, matching, decisions), former, observed.active)
    return Adaptation(
        session=session,
        target=target,
        revisions=tuple(observed.revisions),
        active=observed.active,
        base=form.mapping,
        again=former.again,
        before=session.decisions.of,
        refused=gone,
        doubtful=former.doubtful,
        changed=changed,
        unsaid=_unsaid(services, former) if former.again else frozenset(),
        reviewed=ReviewedForm()
        if former.again
        else replace(former.reviewed, absent={}, adopted=()),
    )


def _is_corrected(decisions: Decisions, target: Path, text: str) -> bool:
    """Whether a mapping file was corrected since what was said was put in it.

    Where its digest was not kept, as before or by who wrote what was said, the newer file tells.
    """
    if decisions.written is not None or not text:
        return decisions.written != digest_of(text)
    said = target.with_name(FILE_NAME)
    return target.stat().st_mtime_ns > said.stat().st_mtime_ns


def _former(services: Services, *, target: Path, anew: bool, corrected: bool) -> FormerFile:
    """The mapping in use, and what was said beside it, as far as it is of this form."""
    used = services.inputs.mapping_file
    again = not anew and target.exists() and target.resolve() == used.resolve()
    beside = of_this_form(reviewed_form(used))
    reviewed = beside if again else ReviewedForm()
    if not anew and form_adoption(services):
        reviewed = reviewed_form(used) or ReviewedForm()
    return FormerFile(
        mapping=services.form.mapping,
        reviewed=reviewed,
        adopted=bool(beside.adopted),
        shipped=_copied_from(services),
        again=again,
        corrected=again and corrected,
        doubtful=frozenset(
            one.field for one in drift_of(services) if one.blocks and not one.of_the_form
        )
        if again or (not anew and form_adopted(services))
        else frozenset(),
    )


def _changed(services: Services, *, but: Kind | None = None) -> Mapping[str, tuple[str, ...]]:
    """How each field is asked otherwise than when the form was reviewed, in French.

    Args:
        services: Store and data files.
        but: A kind of change that is left out: of options, a form that nobody adopted lacks them
            since it was first seen.
    """
    found: dict[str, tuple[str, ...]] = {}
    for one in drift_of(services):
        if one.field and one.kind is not but and one.before + one.after:
            found[one.field] = (*found.get(one.field, ()), f"{one.kind.value}{one.change}")
    return found


def _unsaid(services: Services, former: FormerFile) -> frozenset[str]:
    """Fields of which the mapping in use says no more than the bridge's own, of another form.

    None of a file that this command wrote, or of which a person adopted the form: it is of this
    one. An id that this form has by chance would be another question.
    """
    if former.shipped is None or form_adoption(services):
        return frozenset()
    return copied(former.mapping, former.shipped)


def _copied_from(services: Services) -> FormMapping | None:
    """The bridge's own mapping of this name, where this command did not write the one in use."""
    shipped = MAPPINGS / services.form.mapping.form / "mapping.yaml"
    adapted_here = read_text(services.inputs.mapping_file, "UNC_MAPPING").startswith(ADAPTED)
    return None if adapted_here or not shipped.exists() else read_mapping(shipped)


def likely(services: Services) -> Likely:
    """What each champ of the form in force may ask, and how likely, for a person to look at."""
    adaptation = begin(services, target=services.inputs.mapping_file, anew=True)
    return {
        match.offered.descriptor.id: (path, _SURE if match.sure else _SURE * match.score)
        for path, match in adaptation.session.matching.matches.items()
        if len(match.offered.champs) == 1 and not match.inverted and not path.startswith("labels.")
    }


def samples_of(services: Services) -> Mapping[str, Sequence[str]]:
    """A few answers to each champ, those of rows too, from dossiers in store."""
    found: dict[str, list[str]] = {}

    def look(champs: Sequence[Champ]) -> None:
        for one in champs:
            if isinstance(one.value, Rows):
                for row in one.value.rows:
                    look(row)
            elif one.value is not None:
                told = " ".join(show_champ(one.value).split())
                seen = found.setdefault(one.id, [])
                if told and told not in seen and len(seen) < _SAMPLES:
                    seen.append(told)

    numbers = sorted(services.store.dossiers.known_numbers(services.demarche))[-_LOOKED_AT:]
    files = CaseFiles.read(services)
    stored = services.store.dossiers.iterate(services.demarche, numbers=numbers)
    for dossier in files.each(stored, lambda _, case: case.dossier, told=None, done="relu"):
        look(dossier.champs)
    return found


def _reviewed(services: Services, *, anew: bool) -> list[tuple[FormMapping, ReviewedForm]]:
    """The forms that persons reviewed: that of the mapping in use, and that of the bridge.

    What this command wrote and nobody adopted was reviewed by nobody: a wrong choice that is taken
    back must not come back as sure.
    """
    found = []
    file = services.inputs.mapping_file
    ours = reviewed_form(file)
    written = read_text(file, "UNC_MAPPING").startswith(ADAPTED)
    if ours is not None and not (written and (anew or not ours.adopted)):
        found.append((services.form.mapping, ours))
    shipped = MAPPINGS / services.form.mapping.form / "mapping.yaml"
    if shipped.exists() and shipped != file:
        theirs = reviewed_form(shipped)
        if theirs is not None:
            found.append((read_mapping(shipped), theirs))
    return found
