"""The fiches of a séance: one page for each situation of its agenda, as PDF and as docx.

A set is a folder, ``SEA-0001/agence`` or ``SEA-0001/patients``, replaced in one step where a byte
of it moved.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from datafiles.refusals import refusal
from exports.committee.docx import as_docx
from exports.committee.layout import page_of
from exports.committee.pdf import as_pdf
from exports.published.folders import UNFINISHED, alone, beside, flush, sweep, write_file
from exports.readers.policy import Policy
from exports.readers.who_reads import leaves_agency
from french.text import typographic
from french.time import PARIS
from mappings.dossier.model import Company
from mappings.medicines.reference import Medicine
from mappings.report.model import Report
from steps.follow.consumption import Consumed, consumed
from steps.follow.consumption_sold import Sold
from steps.judge.acts import register_of, today
from steps.publish.circumstances import circumstances
from steps.publish.entries import entries_of
from steps.registre.around import Around, Viewpoint, around, consumption_around
from steps.registre.around_told import availability_told, consumption_told
from steps.registre.committee import known_meetings
from steps.registre.ranking import proposed_level, ranked
from steps.wiring.failures import RequestError
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services
from triage.consumption.profile import Profile
from triage.registre.committee.fiche import (
    CentreAnswer,
    Counted,
    Fiche,
    FicheFacts,
    Reader,
    fiche,
    may_be_shown,
)
from triage.registre.committee.seances import AgendaItem, Meeting, find_meeting
from triage.registre.questions import asked as asked_of_centres
from triage.registre.refused import Refused
from triage.registre.register import Register, Situation
from triage.situations.facts import SituationFacts, value_of
from triage.situations.propose import is_ours


@dataclass(frozen=True, slots=True)
class Pack:
    """What was prepared.

    Attributes:
        meeting: The séance.
        reader: For whom.
        folder: Where it is.
        files: Every file of it.
        written: Whether anything moved there.
        absent: Situations without a fiche for these readers: id and title.
        unjudged: Dossiers that are not counted, for want of a verdict of what they say now.
        cut: What was too long for its page, by situation.
    """

    meeting: str
    reader: Reader
    folder: Path
    files: tuple[Path, ...]
    written: bool
    absent: tuple[tuple[str, str], ...]
    unjudged: tuple[int, ...]
    cut: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Fiches:
    """Fiches of an agenda, in its order.

    Attributes:
        meeting: The séance.
        shown: Each with its place on the agenda, from 1, and the id of its situation.
        absent: Situations without a fiche for these readers: id and title.
        unjudged: Dossiers that are not counted, for want of a verdict of what they say now: none
            of them leaves the agency.
    """

    meeting: Meeting
    shown: tuple[tuple[int, str, Fiche], ...]
    absent: tuple[tuple[str, str], ...]
    unjudged: tuple[int, ...] = ()


def prepare(services: Services, name: str, to: Path, reader: Reader, asked: Viewpoint) -> Pack:
    """Write the fiches of a séance; what is there already is not written again.

    Raises:
        Refused: There is no such séance, or nothing is on its agenda.
        RequestError: The folder cannot be written, or its readers are outside the agency and
            nobody adopted the form as it is.
    """
    found = fiches(services, name, reader, asked)
    files: dict[str, bytes] = {}
    cut: dict[str, tuple[str, ...]] = {}
    for place, situation, one in found.shown:
        page = page_of(one)
        stem = f"{place:02d}-{situation if is_ours(situation) else 'situation'}"
        files |= {f"{stem}.pdf": as_pdf(page), f"{stem}.docx": as_docx(page)}
        if page.cut:
            cut[situation] = page.cut
    folder = to / found.meeting.id / reader
    try:
        written = _replace(folder, files)
    except OSError as error:
        raise RequestError(f"--to {to} : {refusal(error)}.") from error
    return Pack(
        meeting=found.meeting.id,
        reader=reader,
        folder=folder,
        files=tuple(folder / one for one in files),
        written=written,
        absent=found.absent,
        unjudged=found.unjudged,
        cut=cut,
    )


def fiches(services: Services, name: str, reader: Reader, asked: Viewpoint) -> Fiches:
    """The fiches of a séance, as its readers may have them.

    Raises:
        Refused: There is no such séance, or nothing is on its agenda.
    """
    meeting = find_meeting(known_meetings(services, on=asked.on, known=asked.known), name)
    if not meeting.items:
        raise Refused(f"{meeting.id} : aucune situation à l'ordre du jour.")
    register = register_of(services, on=asked.on, known=asked.known)
    merged = register.merged()
    items = [(merged.get(item.situation) or item.situation, item) for item in meeting.items]
    numbers = {
        number
        for name, _ in items
        if name in register.situations
        for number in register.situations[name].dossiers
    }
    unjudged: tuple[int, ...] = ()
    _, policy = hand_out_files(services.inputs.publishing.columns, services.form.mapping)
    if reader != "agence":
        shared, unjudged = _shared(services, numbers, policy)
        asked = replace(asked, shared=shared)
    found = around(services, [name for name, _ in items], asked)
    below = policy.small_counts.below
    gathered = _Gathered.of(services, register, reader=reader, asked=asked, below=below)
    absent = [one.situation for one in found.values() if not may_be_shown(one.situation, reader)]
    shown = [
        (place, name, fiche(gathered.known(found[name], meeting, item), reader))
        for place, (name, item) in enumerate(items, start=1)
        if may_be_shown(found[name].situation, reader)
    ]
    return Fiches(meeting, tuple(shown), tuple((one.id, one.title) for one in absent), unjudged)


def _shared(
    services: Services, numbers: set[int], policy: Policy
) -> tuple[frozenset[int], tuple[int, ...]]:
    """Dossiers that may leave the agency, and those that may not for want of a verdict."""
    context = circumstances(services)
    if context.kept_inside:
        raise RequestError(f"Rien ne sort de l'agence : {context.kept_inside}.")
    entries = [*entries_of(services, numbers=numbers)]
    judged = {one.number for one in entries if one.judged}
    kept = services.store.dossiers.known_numbers(services.demarche)
    shared = (one for one in entries if leaves_agency(one, context=context, policy=policy))
    waiting = sorted((numbers & {*kept}) - judged)
    return frozenset(one.number for one in shared), tuple(waiting)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What all fiches of a pack are worked out of."""

    services: Services
    register: Register
    reader: Reader
    asked: Viewpoint
    below: int
    scores: Mapping[str, str]
    tables: Consumed | None

    @classmethod
    def of(
        cls, services: Services, register: Register, *, reader: Reader, asked: Viewpoint, below: int
    ) -> "_Gathered":
        mine = reader == "agence"
        scores = {
            one.situation: one.score.told() for one in (ranked(services, register) if mine else ())
        }
        tables = consumed(services) if mine else None
        return cls(services, register, reader, asked, below, scores, tables)

    def _profile(self, found: Around) -> Profile | None:
        return None if self.tables is None else consumption_around(self.services, found)

    def known(self, found: Around, meeting: Meeting, item: AgendaItem) -> FicheFacts:
        one, facts, register = found.situation, found.facts, self.register
        on = self.asked.on or today()
        moment = self.asked.known
        counted = {*facts.counted} if facts else set()
        return FicheFacts(
            situation=one,
            meeting=meeting,
            item=item,
            measures=[register.measures[name] for name in one.measures],
            signals=found.signals,
            reports=[_day(each) for each in found.reports if each.number in counted],
            counted=self._counted(facts),
            substances=found.substances,
            companies=[*_companies(found.every)],
            holders=[name for each in found.medicines or () for name in each.holders],
            effects={each.measure: each for each in found.effects},
            proposed=proposed_level(self.services, one.dossiers),
            score=self.scores.get(one.id, ""),
            answers=[*self._answers(one, on)],
            consumption=[*consumption_told(found, self.tables, self._profile(found))],
            availability=[*availability_told(found.medicines)],
            shortage=_shortage(found.medicines),
            erased=len(one.dossiers) - len(found.every),
            unpublished=self.services.form.lists.sanctions,
            below=self.below,
            on=on,
            known_on=moment.astimezone(PARIS).date() if moment else today(),
            versions=self._versions(one, found.sold),
        )

    def _answers(self, one: Situation, on: date) -> Iterator[CentreAnswer]:
        """What centres answered, or where their answer stands."""
        names = {each.code: each.name for each in centres(self.services.inputs.publishing.columns)}
        for each in asked_of_centres(self.register, on=on):
            if each.question.situation == one.id and not each.question.withdrawn:
                told = each.answer.text if each.answer else each.told
                yield CentreAnswer(names.get(each.centre, each.centre), each.question.text, told)

    def _counted(self, facts: SituationFacts | None) -> Counted:
        if facts is None:
            return Counted()
        found = {"patients": facts.patients, "cas_graves": facts.serious, "deces": facts.deaths}
        specs = self.services.form.mapping.fields
        kept = (
            value
            if self.reader == "agence" or (name in specs and specs[name].audience != "agence")
            else None
            for name, value in found.items()
        )
        return Counted(*kept)

    def _versions(self, one: Situation, sold: Sold) -> list[str]:
        form, home = self.services.form, self.services.inputs.home
        bdpm = version_of(home)
        told = [f"registre.yaml {form.lists.version}"]
        if self.reader == "agence":
            told.append(f"classement.yaml {form.ranking.version}")
            told += [*sold.sources.get("Open Medic", ())][-1:]
        told += [f"BDPM {bdpm}" if bdpm else "BDPM non chargée", f"dernier acte {one.last}"]
        return [*told, f"passerelle-unc {version('passerelle-unc')}"]


def _companies(reports: Sequence[Report]) -> Iterator[str]:
    found: dict[str, str] = {}
    for report in reports:
        company = value_of(report, "siret")
        if isinstance(company, Company):
            siren = company.identifier[:9]
            found[siren] = company.name or found.get(siren) or siren
    yield from sorted(map(typographic, found.values()))


def _shortage(medicines: Sequence[Medicine] | None) -> bool | None:
    return None if medicines is None else any(one.shortages for one in medicines)


def _day(report: Report) -> date:
    return report.deposited_at.astimezone(PARIS).date()


def _replace(place: Path, files: Mapping[str, bytes]) -> bool:
    """Put a set in its place, in one step; nothing is done where it is there, byte for byte."""
    root = place.parent
    with alone(root):
        sweep(root)
        if place.is_dir() and _read(place) == files:
            return False
        with beside(root) as made:
            for name, content in files.items():
                write_file(made / name, content)
            flush(made)
            former = root / f"{UNFINISHED}{place.name}"
            if place.exists():
                place.rename(former)
            made.rename(place)
            flush(root)
            if former.exists():
                shutil.rmtree(former)
    return True


def _read(place: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in place.iterdir() if one.is_file()}
