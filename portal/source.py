"""What the portal is made from: handed over by whoever starts it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from exports.model import ExportContext, ExportedDossier
from exports.readers.policy import Policy
from exports.readers.reading import Reading
from exports.readers.who_reads import readings
from exports.returned.taken_in import ReadAs, TakenIn
from exports.sheets.centres import Assignment, Centre, concerned
from exports.sheets.columns import ColumnsFile
from exports.sheets.to_treat import News
from mappings.drift.reviewed import SaidOfBefore
from mappings.schema.model import Audience
from steps.follow.state import Health
from steps.wiring.services import Services
from store.repository import Store
from store.staff.opinions import OpinionRow
from store.staff.visits import Visit
from triage.registre.acts import Act
from triage.registre.register import Register
from triage.rules.model import RuleSet
from triage.verdict.trial import Trial

_T = TypeVar("_T")


class WithServices(Protocol):
    """Does a piece of work of a step with the services of the démarche."""

    def __call__(self, work: Callable[[Services], _T], /) -> _T:
        """Do it."""


class MaskedPassage(Protocol):
    """A passage that looks like patient data, see :class:`steps.judge.patients.Passage`."""

    @property
    def code(self) -> str:
        """What a person names it by."""

    @property
    def said_by(self) -> str:
        """Who said that it is no patient's; blank while it is masked."""


class WaitingMatter(Protocol):
    """Things of a kind that wait beside dossiers, see :class:`steps.follow.waiting.Matter`."""

    @property
    def kind(self) -> str:
        """Its name in an address."""

    @property
    def things(self) -> Sequence[object]:
        """What waits."""


class CheckedRules(Protocol):
    """What a check found of a rule-set, see :class:`steps.adopt.rules.ProposedRules`."""

    @property
    def rules(self) -> RuleSet | None:
        """The rule-set, where it can be read."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, one line each."""

    @property
    def unusable(self) -> bool:
        """Whether it cannot be adopted."""

    @property
    def lack(self) -> str:
        """What could not be checked, in French."""


@dataclass(frozen=True, slots=True)
class RulesActs:
    """What is done with a proposed rule-set; each raises ``DataFileError`` where it cannot be.

    Attributes:
        check: What is wrong with a file of this name and text.
        attempt: Who would change by it, and why.
        adopt: Puts the file among those in force.
        closed: Why no file can be put there by the portal, in French; blank where it can.
    """

    check: Callable[[str, str], CheckedRules]
    attempt: Callable[[RuleSet], Trial]
    adopt: Callable[[str, str], None]
    closed: Callable[[], str]


class DossierTexts(Protocol):
    """The texts of a dossier, see :class:`steps.explain.preview.Preview`."""

    @property
    def annotations(self) -> Mapping[str, str]:
        """Text of each annotation, by name."""

    @property
    def messages(self) -> Mapping[str, str]:
        """Text of each message that its declarant could get, by title."""


@dataclass(frozen=True, slots=True)
class TextsShown:
    """What is shown of texts; each raises :class:`portal.errors.RefusedError`, in French.

    Attributes:
        templates: The templates in force, by name.
        of: The texts of a dossier as they read today.
        attempt: Those of some dossiers, by number, with a template (the first) that reads so (the
            second); dossiers that are not in store are left out.
    """

    templates: Callable[[], Mapping[str, str]]
    of: Callable[[int], DossierTexts]
    attempt: Callable[[str, str, Sequence[int]], Mapping[int, DossierTexts]]


class FormQuestion(Protocol):
    """A question of a form, see :class:`mappings.adoption.session.ChoiceQuestion`."""

    @property
    def path(self) -> str:
        """The field, or ``field=option``."""

    @property
    def unsaid_sense(self) -> str:
        """Why the champ that was chosen for it is not taken; "" where that is not so."""


class EarlierShown(Protocol):
    """Words that a question had before, see :class:`mappings.adoption.earlier.EarlierWords`."""

    @property
    def key(self) -> str:
        """What names them."""

    @property
    def title(self) -> str:
        """What the question gives."""

    @property
    def before(self) -> str:
        """Those words."""


class FormShown(Protocol):
    """Where the form stands, see :class:`steps.adopt.form.FormState`."""

    @property
    def adopted(self) -> str:
        """Who adopted it and when."""

    @property
    def moved(self) -> str:
        """What of the mapping was corrected since."""

    @property
    def drifts(self) -> tuple[tuple[str, str], ...]:
        """What differs, and what that does."""

    @property
    def questions(self) -> Sequence[FormQuestion]:
        """What is left to say."""

    @property
    def said(self) -> Mapping[str, str]:
        """What was said of each field."""

    @property
    def absences(self) -> Sequence[str]:
        """What the form does not ask: why, who said so and when."""

    @property
    def revision(self) -> str:
        """The revision in force."""

    @property
    def mapping(self) -> str:
        """Digest of the mapping."""

    @property
    def lists(self) -> Mapping[str, Sequence[str]]:
        """All that may be chosen for a question, by its level."""

    @property
    def blocking(self) -> Sequence[str]:
        """What blocks, and adopting lets go of: before and now."""

    @property
    def seen(self) -> str:
        """What names that, for who adopts."""

    @property
    def earlier(self) -> Sequence[EarlierShown]:
        """Questions that dossiers answered in other words."""

    @property
    def said_before(self) -> Sequence[tuple[SaidOfBefore, str]]:
        """What was said of such words, each with what names it."""


@dataclass(frozen=True, slots=True)
class FormActs:
    """What is done with the form; each raises :class:`portal.errors.RefusedError`, in French.

    Attributes:
        state: Where it stands.
        decide: Says which champ or option (the second) answers a question (the first), whether it
            asks the contrary (the third; ``None``: as proposed), or why none does, under a name.
        take_back: Forgets what was said of a question, under a name.
        adopt: Adopts it under a name, with what names the blocking changes that were seen (the
            second); what stands against it.
        say_of_before: Says whether a field (the first) asked the same in the words that are named
            (the second), the third; whether it asked the contrary already; why, under a name.
        take_back_before: Forgets what was said of such words.
    """

    state: Callable[[], FormShown]
    decide: Callable[[str, str, bool | None, str, str], None]
    take_back: Callable[[str, str], None]
    adopt: Callable[[str, str], Sequence[str]]
    say_of_before: Callable[[str, str, bool, bool, str, str], None]
    take_back_before: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that is planned: its name, and when it is expected."""

    name: str
    at: datetime


class ShownEvent(Protocol):
    """One thing that happened to a dossier, see :class:`steps.explain.past_events.PastEvent`."""

    @property
    def agency(self) -> bool:
        """Whether the agency alone may know."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is shown, and how to read it.

    Attributes:
        demarche: Number of the démarche.
        store: What is remembered.
        exports: Folder of the published workbooks.
        columns: Sheets and columns.
        policy: What may leave the agency.
        centres: The regional centres.
        entries: Reads every dossier that has a verdict, or those of these numbers.
        context: The circumstances of an export of these dossiers.
        circumstances: The same, without what takes reading reports: situations and years.
        stamps: What the lines of each listed dossier must be made from, by number.
        passages: What looks like patient data in a dossier, for the agency's eyes.
        health: How the bridge is now; raises ``StoreError`` where the base does not answer.
        planned: The next runs, where a server plans them.
        outcomes: How a run may end, as people read it.
        rules: What is done with a proposed rule-set.
        form: What is done with the form.
        texts: What is shown of texts to declarants and of annotations.
        say_of_passage: Keeps what a person says of one: number of the dossier, code, whether it is
            no patient's, and who says so. Raises errors of :mod:`portal.errors`.
        news: What is new to the readers of a workbook since the last weekly edition.
        register: Every act of the register, in order of entry, and what they come to today.
        matters: What waits for them beside dossiers.
        past_events: What happened to a dossier, the latest first.
        sections: Heading of the form under which each champ is asked, by stable id, in order.
        attachment: Where the content of a checksum is on disk; ``None`` where it is not kept.
        give_opinion: Keeps an opinion, unless another was given since the last that was seen (by
            its place among all), with its line in the journal. Raises ``Superseded``.
        compare_returned: What a workbook that came back would change, see
            :func:`steps.publish.opinions.compare`; nothing is kept. Raises ``ExportError``.
        keep_returned: Keeps it, as ``give_opinion``.
        look_up: Reads with the steps of the register.
        enter: Acts with them, alone on the démarche. Raises ``BusyError``.
        stamp: Tells whether anything changed, without reading a dossier.
    """

    demarche: int
    store: Store
    exports: Path
    columns: ColumnsFile
    policy: Policy
    centres: tuple[Centre, ...]
    entries: Callable[[Iterable[int] | None], Iterable[ExportedDossier]]
    context: Callable[[Sequence[ExportedDossier]], ExportContext]
    circumstances: Callable[[], ExportContext]
    stamps: Callable[[], Mapping[int, str]]
    news: Callable[[str], News]
    register: Callable[[], tuple[tuple[Act, ...], Register]]
    matters: Callable[[str], Sequence[WaitingMatter]]
    past_events: Callable[[int], Sequence[ShownEvent]]
    sections: Callable[[], Mapping[str, str]]
    attachment: Callable[[str], Path | None]
    give_opinion: Callable[[OpinionRow, int, Visit], None]
    compare_returned: Callable[[bytes, str, ReadAs, Callable[[str], bool]], TakenIn]
    keep_returned: Callable[[TakenIn, Visit], None]
    stamp: Callable[[], str]
    passages: Callable[[int], Sequence[MaskedPassage]]
    say_of_passage: Callable[[int, str, bool, str], None]
    look_up: WithServices
    enter: WithServices
    health: Callable[[], Health]
    planned: Callable[[], Sequence[Planned] | None]
    outcomes: Mapping[str, str]
    rules: RulesActs
    form: FormActs
    texts: TextsShown

    def read(
        self, entries: Sequence[ExportedDossier], *, context: ExportContext, audience: Audience
    ) -> tuple[tuple[Reading, Assignment], ...]:
        """Dossiers as an audience may read them, with the centres that each concerns."""
        read = readings(entries, context=context, policy=self.policy, audience=audience)
        return concerned(read, centres=self.centres, territory=self.columns.territory)


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)
