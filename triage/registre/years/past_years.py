"""Years before the register, from a table that a person filled in: all of it, or nothing.

A situation that was imported is known by the reference that its row gives: the same row is not
imported twice, and one that says something else is refused.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TypeAlias

from triage.registre import lifecycle, measures, signals
from triage.registre.acts import Act, By, Draft, Verb
from triage.registre.drafting import When
from triage.registre.lifecycle import LevelGiven
from triage.registre.lists import Lists, choice
from triage.registre.refused import Refused
from triage.registre.register import MeasureState, Register, Situation
from triage.registre.state_from_acts import read
from triage.registre.years.past_columns import (
    CLOSED,
    DISCARDED,
    MEASURES,
    OPENED,
    REFERENCE,
    SHEETS,
    SIGNALS,
    SITUATIONS,
    PastSheet,
)


@dataclass(frozen=True, slots=True)
class PastCell:
    """What stands in a cell.

    Attributes:
        ways: How it may be written, the way in which a person reads it first.
        where: Its reference, with its sheet.
    """

    ways: tuple[str, ...]
    where: str


PastRow: TypeAlias = Mapping[str, PastCell]
"""Cells of a row by key; a blank cell is there too, with a blank text."""


@dataclass(slots=True)
class Past:
    """What a table brings.

    Attributes:
        drafts: Acts to be entered.
        made: Situation that each reference becomes.
        unchanged: References that were imported before.
        problems: Why nothing is entered, each with its cell.
        remarks: What to know of the rest.
    """

    drafts: list[Draft] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def past_years(
    rows: Mapping[str, Sequence[PastRow]],
    acts: Sequence[Act],
    *,
    by: By,
    today: date,
    lists: Lists,
    new_id: Callable[[], str],
) -> Past:
    """Draw up the acts of the situations of a table, with their measures and signals.

    Args:
        rows: Rows of each sheet, by its name.
        acts: All acts.
        by: Who imports them.
        today: The present day (Paris).
        lists: What may be entered.
        new_id: Gives the id of a new situation.
    """
    return _Importer(acts, by=by, today=today, lists=lists, new_id=new_id).take(rows)


class _Importer:
    """Takes situations one by one, each with what refers to it."""

    def __init__(
        self,
        acts: Sequence[Act],
        *,
        by: By,
        today: date,
        lists: Lists,
        new_id: Callable[[], str],
    ) -> None:
        register = read(acts)
        self._known = {
            str(act.new[REFERENCE]): (act.object, str(act.new.get("empreinte", "")))
            for act in acts
            if act.verb is Verb.OPENED and REFERENCE in act.new
        }
        self._numbers = {"MES": [*register.measures], "SIG": [*register.signals]}
        self._frozen = register.frozen
        self._by = by
        self._today = today
        self._lists = lists
        self._new_id = new_id
        self._past = Past()

    def take(self, rows: Mapping[str, Sequence[PastRow]]) -> Past:
        """Everything, or what is wrong."""
        read_rows = {
            sheet.name: [self._values(sheet, row) for row in rows.get(sheet.name, ())]
            for sheet in SHEETS
        }
        if self._past.problems:
            return self._past
        beside: dict[str, dict[str, list[tuple[PastRow, dict[str, str]]]]] = {}
        for sheet in (MEASURES, SIGNALS):
            for row, values in read_rows[sheet.name]:
                of = beside.setdefault(values[REFERENCE], {MEASURES.name: [], SIGNALS.name: []})
                of[sheet.name].append((row, values))
        seen: dict[str, str] = {}
        for row, values in read_rows[SITUATIONS.name]:
            name = values[REFERENCE]
            if name in seen:
                self._wrong(row[REFERENCE], f"« {name} » est déjà en {seen[name]}")
                continue
            seen[name] = row[REFERENCE].where
            of = beside.pop(name, {MEASURES.name: [], SIGNALS.name: []})
            self._situation(row, values, of[MEASURES.name], of[SIGNALS.name])
        for name, of in beside.items():
            for row, _ in (*of[MEASURES.name], *of[SIGNALS.name]):
                self._wrong(row[REFERENCE], f"« {name} » n'est la référence d'aucune situation")
        if self._past.problems:
            self._past.drafts, self._past.made = [], {}
        return self._past

    def _values(self, sheet: PastSheet, row: PastRow) -> tuple[PastRow, dict[str, str]]:
        """The cells of a row, read: days as ISO, choices as the list spells them."""
        found: dict[str, str] = {}
        for column in sheet.columns:
            cell = row[column.key]
            text = " ".join(cell.ways[0].split())
            if not text:
                if column.needed:
                    self._wrong(cell, f"« {column.name} » est à donner")
            elif column.kind == "date":
                day = _day(cell.ways)
                if day is None:
                    self._wrong(cell, f"« {text} » n'est pas une date (31/12/2017)")
                elif day > self._today:
                    self._wrong(cell, f"le {day:%d/%m/%Y} n'est pas encore venu")
                text = day.isoformat() if day else ""
            elif column.kind == "choice":
                try:
                    text = choice(text, column.options(self._lists), column.name)
                except Refused as error:
                    self._wrong(cell, str(error))
            found[column.key] = text
        return row, found

    def _situation(
        self,
        row: PastRow,
        values: dict[str, str],
        own_measures: Sequence[tuple[PastRow, dict[str, str]]],
        own_signals: Sequence[tuple[PastRow, dict[str, str]]],
    ) -> None:
        reference = values[REFERENCE]
        print_ = _fingerprint(values, *(each for _, each in (*own_measures, *own_signals)))
        if reference in self._known:
            name, before = self._known[reference]
            if before == print_:
                self._past.unchanged.append(reference)
            else:
                self._wrong(
                    row[REFERENCE],
                    f"« {reference} » a été importée avec d'autres valeurs ({name}) : corrigez-la"
                    " par « unc registre edit » ou « unc registre measure », ou rendez-lui les"
                    " siennes",
                )
            return
        name, local = self._new_id(), _Local()
        opened = date.fromisoformat(values["premier"])
        local.add([self._opening(name, opened, {REFERENCE: reference, "empreinte": print_})])
        reason = f"Reprise des années passées, référence {reference}"
        try:
            self._signals(local, name, own_signals)
            self._live(local, name, row, values, reason)
            self._measures(local, name, own_measures, reason)
            self._end(local, name, row, values)
        except _Wrong as wrong:
            self._past.problems.append(str(wrong))
            return
        self._past.made[reference] = name
        self._past.drafts += local.drafts
        year = local.of(name).identified_on
        if year and year.year in self._frozen:
            self._past.remarks.append(
                f"{row[REFERENCE].where} : {year.year} est arrêtée ; « {reference} » n'y comptera"
                " pas"
            )

    def _opening(self, name: str, on: date, new: Mapping[str, str]) -> Draft:
        person, door = self._by.person, self._by.door
        return Draft(object=name, verb=Verb.OPENED, effect_on=on, person=person, door=door, new=new)

    def _live(
        self, local: "_Local", name: str, row: PastRow, values: dict[str, str], reason: str
    ) -> None:
        """Its validation, where it has one."""
        if values["état"] == DISCARDED:
            if values["identifiée"]:
                raise _Wrong(row["identifiée"], "une situation écartée n'a pas été identifiée")
            return
        if not values["identifiée"]:
            raise _Wrong(row["identifiée"], "« Identifiée le » est à donner")
        if values["identifiée"] < values["premier"]:
            raise _Wrong(row["identifiée"], "avant son premier signal")
        texts = {key: values[key] for key in lifecycle.TEXTS if values.get(key)}
        given = LevelGiven(values["niveau"], values["justification"])
        when = self._when(values["identifiée"], reason)
        titles = {key: title for key, title in lifecycle.TEXTS.items() if key in values}
        with _told(row, {**titles, "niveau": "Niveau", "justification": "Justification"}):
            local.add(
                lifecycle.validate(
                    local.of(name), texts, given, by=self._by, when=when, lists=self._lists
                )
            )

    def _end(self, local: "_Local", name: str, row: PastRow, values: dict[str, str]) -> None:
        """Its closing, or its being set aside."""
        state = values["état"] or OPENED
        if state == OPENED:
            return
        for key in ("fin", "motif", *(("conclusion",) if state == CLOSED else ())):
            if not values[key]:
                title = next(one.name for one in SITUATIONS.columns if one.key == key)
                raise _Wrong(row[key], f"« {title} » est à donner d'une situation {state}")
        if values["fin"] < (values["identifiée"] or values["premier"]):
            raise _Wrong(row["fin"], "avant son premier signal, ou avant d'être identifiée")
        when, one = self._when(values["fin"], values["motif"]), local.of(name)
        with _told(row, {"fin": one.id}):
            if state == DISCARDED:
                local.add(lifecycle.discard(one, by=self._by, when=when))
            else:
                conclusion = values["conclusion"]
                local.add(
                    lifecycle.close(one, conclusion, by=self._by, when=when, lists=self._lists)
                )

    def _measures(
        self,
        local: "_Local",
        name: str,
        rows: Sequence[tuple[PastRow, dict[str, str]]],
        reason: str,
    ) -> None:
        states = (MeasureState.PROPOSED, MeasureState.DECIDED, MeasureState.IN_FORCE)
        for row, values in rows:
            dates = {state: date.fromisoformat(values[state]) for state in states if values[state]}
            if not dates:
                raise _Wrong(row["mise en œuvre"], "une mesure a au moins une date")
            when = self._when(min(dates.values()).isoformat(), reason)
            with _told(row, {"mise en œuvre": "Mise en œuvre", "décidée": "Décidée"}):
                local.add(
                    measures.add(
                        local.of(name),
                        self._number("MES"),
                        values,
                        dates=dates,
                        by=self._by,
                        when=when,
                        lists=self._lists,
                    )
                )

    def _signals(
        self, local: "_Local", name: str, rows: Sequence[tuple[PastRow, dict[str, str]]]
    ) -> None:
        titles = {key: title for key, title in signals.FIELDS.items() if key != REFERENCE}
        titles["référence du signal"] = signals.FIELDS["référence"]
        for row, values in rows:
            signal = self._number("SIG")
            when = self._when(values["reçu_le"], "date de réception")
            given = {**values, "référence": values["référence du signal"]}
            with _told(row, titles):
                entered = signals.enter(signal, given, by=self._by, when=when, lists=self._lists)
                placed = signals.placing_signal(
                    signal, None, name, by=self._by, when=when, on=when.on
                )
                local.add([*entered, placed])

    def _when(self, day: str, reason: str) -> When:
        return When(date.fromisoformat(day), self._today, reason)

    def _number(self, prefix: str) -> str:
        found = measures.next_number(prefix, self._numbers[prefix])
        self._numbers[prefix].append(found)
        return found

    def _wrong(self, cell: PastCell, why: str) -> None:
        self._past.problems.append(f"{cell.where} : {why}")


class _Wrong(Exception):  # noqa: N818 (named by what is told)
    """What is wrong in a cell."""

    def __init__(self, cell: PastCell, why: str) -> None:
        super().__init__(f"{cell.where} : {why}")


@contextmanager
def _told(row: PastRow, titles: Mapping[str, str]) -> Iterator[None]:
    """Name the cell that a refusal is about: the one whose title it begins with, else the first."""
    try:
        yield
    except Refused as error:
        named = (key for key, title in titles.items() if str(error).startswith(title))
        raise _Wrong(row[next(named, REFERENCE)], str(error)) from error


class _Local:
    """One situation on paper, before anything of it is entered."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []

    def add(self, drafts: Sequence[Draft]) -> None:
        """Acts of it, in order."""
        self.drafts += drafts

    def of(self, name: str) -> Situation:
        """The situation as these acts make it."""
        return self._read().situations[name]

    def _read(self) -> Register:
        moment = datetime.min.replace(tzinfo=UTC)  # of no matter: nothing is asked as known
        return read(
            Act(id=at, entered_at=moment, **{key: getattr(one, key) for key in _FIELDS})
            for at, one in enumerate(self.drafts, start=1)
        )


_FIELDS = tuple(Draft.__dataclass_fields__)


def _day(ways: Sequence[str]) -> date | None:
    for text in ways:
        for shape in ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y"):
            try:
                return datetime.strptime(text.strip()[:10], shape).date()  # noqa: DTZ007 (a day)
            except ValueError:
                continue
    return None


def _fingerprint(*rows: Mapping[str, str]) -> str:
    told = "\n".join(
        sorted("\t".join(f"{key}={text}" for key, text in sorted(row.items())) for row in rows)
    )
    return sha256(told.encode()).hexdigest()[:16]
