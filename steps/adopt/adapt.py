"""A form that nobody knows: what is found of it, what a person says of it, and the file of both."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from datafiles.file import DataFileError
from french.time import PARIS
from mappings.adoption.absences import every_field, every_spec, left_out, refused
from mappings.adoption.adapted import ADAPTED, Adapted, adapted, mapping_text
from mappings.adoption.decisions import (
    FILE_NAME,
    Decision,
    Decisions,
    dump_decisions,
    parse_decisions,
)
from mappings.adoption.kept import FileKept, copied
from mappings.adoption.session import ChoiceQuestion, Session
from mappings.dossier.decode import stable_id
from mappings.dossier.model import Champ, Rows
from mappings.dossier.revision import Revision, flatten
from mappings.drift.proposals import Likely
from mappings.drift.reviewed import Absence, ReviewedForm, dump_reviewed, review
from mappings.matching.labels import match_labels, wanted_labels, with_labels
from mappings.matching.lexicon import FILE_NAME as SYNONYMS
from mappings.matching.lexicon import Lexicon, no_lexicon, parse_lexicon
from mappings.matching.match import Matching, match_form
from mappings.matching.wanted import Wants, wants
from mappings.report.display import show_champ
from mappings.schema.champs import keys_of
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from steps.wiring.case_files import CaseFiles
from steps.wiring.drift import drift_of, form_adopted, needs_now, observed_form
from steps.wiring.failures import RequestError
from steps.wiring.form import read_mapping, read_text, reviewed_file, reviewed_form
from steps.wiring.services import Services, now

_MAPPINGS = Path(__file__).parents[2] / "mappings"
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
        before: What a person said when it was written.
        refused: What they said elsewhere that the form does not ask, and the file leaves so.
        doubtful: Fields of which the form changed so that verdicts may be wrong.
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
    unsaid: frozenset[str] = frozenset()

    @property
    def overrules(self) -> bool:
        """Whether a person says otherwise, this time, than the file that was adapted before."""
        return self.again and self._kept.overrules

    def questions(self) -> Iterator[ChoiceQuestion]:
        """What is left to say, but for what that file says already and nothing makes doubtful."""
        left, kept = self.session.questions(), self._kept
        return (
            one
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
        reviewed, lexicon = _reviewed(services, anew=anew), _lexicon(services)
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
    used = services.inputs.mapping_file
    again = not anew and target.exists() and target.resolve() == used.resolve()
    # The mapping in use, and what was said beside it, are of this form.
    reviewed = ReviewedForm()
    if not anew and form_adopted(services):
        reviewed = reviewed_form(used) or reviewed
    elif again:
        reviewed = _beside(used)
    gone = refused(reviewed, form.mapping, observed.active, matching.sure)
    # One of adaptation.yaml that says otherwise was said before the file was left so.
    gone = {path: one for path, one in gone.items() if not _absent(decisions, path)}
    doubtful = frozenset(one.field for one in drift_of(services) if one.blocks and one.field)
    asked_otherwise = doubtful & _read_of(form.mapping, observed.active) if again else frozenset()
    # What was said of a question that asks another thing since it was adopted was not said of it.
    past = gone.keys() | (asked_otherwise if _beside(used).adopted else frozenset())
    said = {path: one for path, one in decisions.of.items() if path not in past}
    said = {path: Decision(absent=one.reason) for path, one in gone.items()} | said
    decisions = replace(decisions, by=by.strip() or decisions.by, of=said)
    session = Session(found, matching, decisions)
    if again:
        left = left_out(reviewed, form.mapping, observed.active, session.taken)
        session = session.unsure((left | _taken_out(services) | asked_otherwise) - said.keys())
    return Adaptation(
        session=session,
        target=target,
        revisions=tuple(observed.revisions),
        active=observed.active,
        base=form.mapping,
        again=again,
        before=decisions.of,
        refused=gone,
        doubtful=doubtful,
        unsaid=_unsaid(services) if again else frozenset(),
    )


def _absent(decisions: Decisions, path: str) -> bool:
    return bool(decisions.of.get(path, Decision()).absent)


def _unsaid(services: Services) -> frozenset[str]:
    """Fields of which the mapping in use says no more than the bridge's own, of another form.

    None of a file that this command wrote, or of which a person adopted the form: it is of this
    one. An id that this form has by chance would be another question.
    """
    shipped = None if form_adopted(services) else _copied_from(services)
    return copied(services.form.mapping, shipped) if shipped else frozenset()


def _copied_from(services: Services) -> FormMapping | None:
    """The bridge's own mapping of this name, where this command did not write the one in use."""
    shipped = _MAPPINGS / services.form.mapping.form / "mapping.yaml"
    adapted_here = read_text(services.inputs.mapping_file, "UNC_MAPPING").startswith(ADAPTED)
    return None if adapted_here or not shipped.exists() else read_mapping(shipped)


def _read_of(mapping: FormMapping, active: Revision) -> frozenset[str]:
    """Fields and annotations that a mapping reads of champs that the form has."""
    asked = {one.id for one in flatten((*active.champs, *active.annotations))}
    specs = every_spec(mapping).items()
    return frozenset(path for path, spec in specs if not asked.isdisjoint(keys_of(spec)))


def _taken_out(services: Services) -> frozenset[str]:
    """Fields that a copy of the bridge's own mapping leaves absent, and the bridge's own asks."""
    shipped = _copied_from(services)
    asked = every_field(shipped) if shipped else {}
    return frozenset(
        path
        for path, spec in every_field(services.form.mapping).items()
        if not keys_of(spec) and spec.source is None and path in asked and keys_of(asked[path])
    )


def likely(services: Services) -> Likely:
    """What each champ of the form in force may ask, and how likely, for a person to look at."""
    adaptation = begin(services, target=services.inputs.mapping_file, anew=True)
    return {
        match.offered.descriptor.id: (path, _SURE if match.sure else _SURE * match.score)
        for path, match in adaptation.session.matching.matches.items()
        if len(match.offered.champs) == 1 and not match.inverted and not path.startswith("labels.")
    }


def keep_decisions(adaptation: Adaptation) -> None:
    """Keep what a person said: they may stop, and go on another day.

    The file says it first where it says otherwise: what it says stands against what was said
    before.
    """
    if adaptation.overrules:
        write(adaptation)
    decisions, elsewhere = adaptation.session.decisions, adaptation.refused
    of = {
        path: one
        for path, one in decisions.of.items()
        if path not in elsewhere or one.absent != elsewhere[path].reason
    }
    adaptation.target.parent.mkdir(parents=True, exist_ok=True)
    _replace(adaptation.decisions_file, dump_decisions(replace(decisions, of=of)))


def write(adaptation: Adaptation) -> None:
    """Write the mapping, and the form as it is reviewed with it; it is not adopted by that.

    The mapping that was there is kept beside, under ``.avant``. Writing the same again, notes above
    fields apart, changes nothing: an adoption stands. An absence that was taken back goes.
    """
    session, target = adaptation.session, adaptation.target
    decisions, revision = session.decisions, stable_id(adaptation.active.id)
    there = read_text(target, "UNC_MAPPING") if adaptation.again else ""
    former = (there, parse_mapping(there, source=target.name)) if there else None
    text = mapping_text(
        adaptation.made, demarche=decisions.demarche, revision=revision, former=former
    )
    earlier, stands = _said_before(target, text, adaptation)
    back = {path for path, one in adaptation.before.items() if one.absent} - decisions.of.keys()
    gone = session.taken.keys() | back
    every = {**adaptation.refused, **earlier.absent}
    absent = {path: one for path, one in every.items() if path not in gone}
    for path, reason in session.absent.items():
        if path not in absent or absent[path].reason != reason:
            absent[path] = Absence(reason, decisions.by, _today())
    form = earlier if stands else review(adaptation.revisions)
    reviewed = replace(form, absent=absent, adopted=earlier.adopted)
    target.parent.mkdir(parents=True, exist_ok=True)
    for file in (target, reviewed_file(target)):
        before = file.with_name(f"{file.name}.avant")
        if file.exists() and not before.exists():
            before.write_bytes(file.read_bytes())
    # The adoption goes before the mapping changes: killed between, nothing is written to DS.
    _replace(reviewed_file(target), dump_reviewed(reviewed))
    _replace(target, text)


def _said_before(target: Path, text: str, adaptation: Adaptation) -> tuple[ReviewedForm, bool]:
    """What a person said beside the file that is replaced; whether it stands, whole.

    Its adoption goes with what the file says, unless only notes above fields move. What was
    reviewed stands where both say the same and nobody says more, and as long as nobody said
    anything of what the form made doubtful since: nothing was reviewed then.
    """
    before = read_text(target, "UNC_MAPPING") if target.exists() else ""
    if not (adaptation.again or before.startswith(ADAPTED)):
        return ReviewedForm(), False  # of another form
    earlier = _beside(target)
    decisions, before_that = adaptation.session.decisions.of, adaptation.before
    said = {**decisions} != {**before_that}
    if earlier.adopted and not said and _say_the_same(before, text):
        return earlier, True
    # Nobody looked at what the form made doubtful: it is not reviewed by what was said of the rest.
    unseen = any(decisions.get(one) == before_that.get(one) for one in adaptation.doubtful)
    stands = unseen and earlier.accepted
    if _without_notes(before) == _without_notes(text):
        return earlier, stands
    return replace(earlier, adopted=()), stands


def _without_notes(text: str) -> list[str]:
    return [one for one in text.splitlines() if not re.match(r" +#", one)]


def _say_the_same(*texts: str) -> bool:
    """Whether files are read alike, whatever is noted in them."""
    with suppress(DataFileError):
        one, other = (replace(parse_mapping(text, source=""), digest="") for text in texts)
        return one == other
    return False


def _beside(file: Path) -> ReviewedForm:
    """What a person said beside a mapping; nothing beside a copy of the bridge's own.

    That was said of another form, unless it is adopted as it is.
    """
    reviewed = reviewed_form(file) or ReviewedForm()
    theirs = all(one.demarche is not None for one in reviewed.adopted)
    return reviewed if theirs else replace(reviewed, adopted=(), absent={})


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
    shipped = _MAPPINGS / services.form.mapping.form / "mapping.yaml"
    if shipped.exists() and shipped != file:
        theirs = reviewed_form(shipped)
        if theirs is not None:
            found.append((read_mapping(shipped), theirs))
    return found


def _lexicon(services: Services) -> Lexicon:
    """The synonyms beside the mapping in use, else those of the bridge, else none."""
    beside = services.inputs.mapping_file.with_name(SYNONYMS)
    shipped = _MAPPINGS / services.form.mapping.form / SYNONYMS
    path = next((one for one in (beside, shipped) if one.exists()), None)
    if path is None:
        return no_lexicon()
    return parse_lexicon(read_text(path, "UNC_MAPPING"), source=path.name)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _today() -> date:
    return now().astimezone(PARIS).date()
