"""What the policy lets out no more of single cells and rows: found in what was handed out before.

A count under the bound of today, a list that would give it away, a row in a state that stays at
the agency: each is known by what the former table says. Where the table does not say which rows
those are, and was published under a policy that let out more, the whole column goes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from exports.readers.policy import PolicyRules, WithheldRows
from exports.readers.small_counts import hidden, safe_beside
from french.text import typographic

Place = tuple[str, str]
"""Name of a sheet, header of a column (or its origin)."""
Headers = Mapping[str, Sequence[tuple[str, str]]]
"""Columns of the sheets of a former table: header and origin of each."""
CASES_OF_A_SIGNAL = "signal_cas"
"""The computed column that counts cases row by row."""
_NUMBER = re.compile(r"-?\d{1,30}(?:[.,]\d{1,30})?")
_HIDDEN = re.compile(r"<\s(\d+)")


@dataclass(frozen=True, slots=True)
class SheetRules:
    """What is looked at in the rows of a sheet.

    Attributes:
        below: The first count that is shown.
        mask: What stands in place of what is withheld.
        counts: Headers of counts, and whether what is no number is hidden too.
        told_by: Headers of what would give them away.
        whole: Whether every count stands in the sheet.
        states: Header of a state, states that let a row out, whether a masked one keeps it.
    """

    below: int
    mask: str
    counts: Mapping[str, bool]
    told_by: AbstractSet[str]
    whole: bool
    states: tuple[tuple[str, AbstractSet[str], bool], ...]

    @property
    def looks(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.counts or self.told_by or self.states)

    def keeps_back(self, texts: Mapping[str, str]) -> bool:
        """Whether a row, and its dossier with it, is to stay at the agency."""
        said = (
            (typographic(texts.get(header, "")), shown, new) for header, shown, new in self.states
        )
        return any(one not in shown and (one != self.mask or new) for one, shown, new in said)

    def cells(self, texts: Mapping[str, str]) -> dict[str, str]:
        """What reads otherwise in a row now, by header."""
        if not any(texts.values()):
            return {}  # the blank row of a table that has none
        now = {name: self._count(texts.get(name, ""), new=new) for name, new in self.counts.items()}
        told = dict(now)
        told_counts = [_number(one) for one in now.values()]
        if not (self.whole and safe_beside(told_counts, below=self.below)):
            told |= dict.fromkeys(self.told_by, self.mask)
        return {name: text for name, text in told.items() if text != texts.get(name, "")}

    def _count(self, text: str, *, new: bool) -> str:
        below = _HIDDEN.fullmatch(text)
        number = _number(below[1] if below else text)
        if number is None:
            return self.mask if new and text else text
        return f"< {self.below}" if hidden(number, below=self.below) else text


@dataclass(frozen=True, slots=True)
class WithheldCells:
    """What the policy says of cells and rows, and where they stand.

    Attributes:
        rules: The policy of today.
        places: Where each field stands, ``field.subfield`` in a repetition.
        origins: What `Dictionnaire` says of each.
        titles: What it is called where `Dictionnaire` says nothing, as of a table alone.
        sheets: Sheets of the rows of each repetition.
        mask: What stands in place of what is withheld.
    """

    rules: PolicyRules
    places: Mapping[str, frozenset[Place]]
    origins: Mapping[str, str]
    titles: Mapping[str, str]
    sheets: Mapping[str, frozenset[str]]
    mask: str

    def of(
        self,
        columns: Headers,
        *,
        then: PolicyRules | None,
        masked: AbstractSet[Place] = frozenset(),
    ) -> Mapping[str, SheetRules]:
        """What is looked at in each sheet of a former table.

        Args:
            columns: Its sheets.
            then: What it was published under; ``None`` where nobody noted it: it is then taken to
                be as today wherever the table does not say otherwise.
            masked: Columns that were masked in it before: they tell no count any more.
        """
        counts, new = self.rules.small_counts, self.rules.new_rows(then)
        known = then.small_counts.fields if then else counts.fields
        made = {}
        for sheet in columns:
            secret = {header for name, header in masked if name == sheet}
            found = {one: self.headers(columns, sheet, one) - secret for one in counts.fields}
            signals = self.headers(columns, sheet, CASES_OF_A_SIGNAL)
            told_by = {name for one in counts.told_by for name in self.headers(columns, sheet, one)}
            whole = all(found.values())
            states = (
                (header, {typographic(one) for one in rule.shown}, rule in new)
                for rule in self.rules.rows
                for header in self._state(columns, sheet, rule)
            )
            made[sheet] = SheetRules(
                counts.below,
                self.mask,
                {name: one not in known for one, names in found.items() for name in names}
                | dict.fromkeys(signals, False),
                told_by if whole or self.rules.hides_more_counts(then) else frozenset(),
                whole,
                tuple(states),
            )
        return made

    def untold(self, columns: Headers, *, then: PolicyRules | None) -> frozenset[str]:
        """Fields that leave under a stricter rule, of which the table does not say what is left."""
        fields = {name for rule in self.rules.new_withheld(then) for name in rule.fields}
        for rule in self.rules.new_rows(then):
            sheets = self.sheets.get(rule.field, frozenset()) & {*columns}
            if not sheets or not all(self._state(columns, one, rule) for one in sheets):
                fields.add(rule.field)
        return frozenset(fields)

    def all_of(self, field: str) -> Iterator[str]:
        """A field, and what a repetition holds."""
        return (one for one in self.places if one.partition(".")[0] == field)

    def may_be_in(self, columns: Headers, sheet: str, *, then: PolicyRules | None) -> bool:
        """Whether a table of which headers alone can be read may show what leaves no more."""
        counts = self.rules.small_counts
        names = {*counts.fields, *counts.told_by, CASES_OF_A_SIGNAL}
        if then is not None:
            names = names if self.rules.hides_more_counts(then) else set()
            names |= {
                one
                for rule in self.rules.new_withheld(then)
                for name in rule.fields
                for one in self.all_of(name)
            }
            names |= {one for rule in self.rules.new_rows(then) for one in self.all_of(rule.field)}
        return any(self.headers(columns, sheet, one) for one in names)

    def headers(self, columns: Headers, sheet: str, name: str) -> frozenset[str]:
        """Headers of a sheet under which a field stands."""
        places, origin = self.places.get(name, frozenset()), self.origins.get(name)
        return frozenset(
            header
            for header, told in columns[sheet]
            if (sheet, header) in places
            or (told == origin if told else header == self.titles.get(name))
        )

    def _state(self, columns: Headers, sheet: str, rule: WithheldRows) -> frozenset[str]:
        if sheet not in self.sheets.get(rule.field, frozenset()):
            return frozenset()
        return self.headers(columns, sheet, f"{rule.field}.{rule.decided_by}")


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
