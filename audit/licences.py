"""Which licences parts may have, and what each part says of its own."""

from enum import IntEnum
from importlib.metadata import PackageMetadata
from pathlib import Path

from license_expression import AND, OR, ExpressionError, LicenseSymbol, get_spdx_licensing
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

_SPDX = get_spdx_licensing()
_SAY_NOTHING = frozenset({"OSI Approved", "DFSG approved"})


class Judgement(IntEnum):
    """What a licence allows, the worst first."""

    REFUSED = 0
    NOTED = 1
    ACCEPTED = 2


class ReadLicence(BaseModel):
    """A licence that a person read, and where."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    licence: str
    where: str


class LicenceRules(BaseModel):
    """``licences.yaml``: what is accepted, told apart, and how authors write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    accepted: frozenset[str]
    noted: frozenset[str]
    written: dict[str, str]
    read: dict[str, ReadLicence]
    vulnerabilities: dict[str, str]

    def licence_read(self, name: str) -> str:
        """The licence of a package as a person read it, or an empty text."""
        return self.read[name].licence if name in self.read else ""

    def judge(self, licence: str) -> Judgement:
        """Judge an SPDX expression; whatever is not understood is refused."""
        try:
            parsed = _SPDX.parse(licence, validate=True)
        except ExpressionError:
            return Judgement.REFUSED
        return Judgement.REFUSED if parsed is None else self._judge(parsed)

    def _judge(self, parsed: object) -> Judgement:
        match parsed:
            case OR():
                return max(self._judge(one) for one in parsed.args)
            case AND():
                return min(self._judge(one) for one in parsed.args)
            case LicenseSymbol() if parsed.key in self.accepted:
                return Judgement.ACCEPTED
            case LicenseSymbol() if parsed.key in self.noted:
                return Judgement.NOTED
        return Judgement.REFUSED


def load_rules(file: Path) -> LicenceRules:
    """Read the file of licences.

    Raises:
        pydantic.ValidationError: A key is unknown or missing.
    """
    return LicenceRules.model_validate(YAML(typ="safe").load(file))


def said_licence(name: str, told: PackageMetadata, rules: LicenceRules) -> str:
    """The licence that a package says, as an SPDX expression where its words are known.

    Its own expression wins, then what a person read. Failing both, all of its words hold
    together: a field that says one thing and a classifier that says another are both taken.
    """
    if "License-Expression" in told:
        return told["License-Expression"]
    if read := rules.licence_read(name):
        return read
    field = told["License"].strip() if "License" in told else ""
    words = [] if "\n" in field else [field]
    words += [
        one.rpartition(" :: ")[2]
        for one in told.get_all("Classifier") or ()
        if one.startswith("License ::")
    ]
    named = [rules.written.get(one, one) for one in words if one and one not in _SAY_NOTHING]
    return " AND ".join(dict.fromkeys(named))
