"""What a set that was handed out is known to be without, and whether a file shows more."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from exports.published.flat import flat_rows, plain_name
from exports.readers.policy import PolicyRules
from exports.sheets.withheld.cells import Place
from exports.sheets.withheld.columns import WithheldColumns
from exports.xlsx.former_tables import columns_in
from exports.xlsx.without_rows import without_dossiers
from french.text import typographic

RULES = "rules"


def noted(manifest: Mapping[str, Any]) -> PolicyRules | None:
    """The rules that a set was published under; ``None`` for one of before they were noted."""
    return PolicyRules.noted(manifest.get(RULES))


def withdrawn_of(manifest: Mapping[str, Any]) -> Mapping[str, frozenset[int]]:
    """Dossiers that each file of a set was made again without, by name of file."""
    told = manifest.get("remade", {}).get("without", {})
    return {str(name): frozenset(numbers) for name, numbers in told.items()}


def masked_of(manifest: Mapping[str, Any], *, what: str = "masked") -> dict[str, frozenset[Place]]:
    """Columns that each file of a set was masked of, by name of file.

    Args:
        manifest: Of the set.
        what: ``masked`` for whole columns, ``reworded`` for those of which some cells are.
    """
    told = manifest.get("remade", {}).get(what, {})
    return {
        str(name): frozenset((typographic(sheet), typographic(one)) for sheet, one in places)
        for name, places in told.items()
    }


@dataclass(frozen=True, slots=True)
class Former:
    """A file of a set.

    Attributes:
        name: Its name.
        content: Its bytes.
        then: The rules that it was published under, where they were noted.
    """

    name: str
    content: bytes
    then: PolicyRules | None

    def shows(self, withheld: WithheldColumns, known: AbstractSet[Place]) -> bool:
        """Whether it shows columns, rows or cells that the network may read no more.

        Raises:
            BadZipFile: It is no workbook.
            ValueError: It is none of ours.
        """
        if self.name.endswith(".xlsx"):
            made = without_dossiers(
                self.content,
                frozenset(),
                told=lambda *_: "",
                withheld=withheld,
                known=known,
                then=self.then,
            )
            return made is not None or bool(withheld.found(columns_in(self.content)) - known)
        rows = flat_rows(self.name, self.content)
        if rows is None:
            return self._may_show(withheld)
        headers = [typographic(one) for one in rows[0]] if rows else []
        sheet = self._sheet(withheld)
        columns = {sheet: [(one, "") for one in headers]}
        withheld = withheld.since(columns, then=self.then)
        if withheld.found(columns) or sheet in withheld.whole:
            return True
        rules = withheld.cells.of(columns, then=self.then)[sheet]
        texts = (dict(zip(headers, map(typographic, row), strict=False)) for row in rows[1:])
        return any(rules.keeps_back(one) or rules.cells(one) for one in texts)

    def _sheet(self, withheld: WithheldColumns) -> str:
        """The sheet of a table, by the name of its file; blank for none of today."""
        stem = self.name.rpartition(".")[0]
        found = [one for one in withheld.kinds if stem.endswith(f"-{plain_name(one)}")]
        return max(found, key=len, default="")

    def _may_show(self, withheld: WithheldColumns) -> bool:
        """By its headers: they stand as texts in the last bytes of a file of Parquet."""
        cells, sheet = withheld.cells, self._sheet(withheld)
        every = {one for _, one in withheld.hidden | withheld.shown} | {*cells.titles.values()}
        headers = {one for one in every if self._says(one)}
        columns = {sheet: [(one, "") for one in headers]}
        return bool(withheld.found(columns)) or cells.may_be_in(columns, sheet, then=self.then)

    def _says(self, header: str) -> bool:
        return any(one.encode() in self.content for one in (header, header.replace("’", "'")))
