"""Checks that a rule-set names: is an answer right? Each takes the value and what surrounds it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator
from stdnum import ean
from stdnum.fr import siret

from french.text import fold
from french.time import PARIS
from mappings.dossier.model import Company
from mappings.report.model import Report, Value
from triage.rules.conditions import Answers

_CIP_PREFIX = "34009"
"""GS1 prefix of French medicines (Club Inter Pharmaceutique)."""


class _Check(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str


class SimpleCheck(_Check):
    """A check of the value alone, or against the dossier."""

    check: Literal[
        "siret",
        "email",
        "phone",
        "cip13",
        "positive",
        "not_negative",
        "not_after_deposit",
        "not_after_submission",
        "not_itself",
        "earlier_dossier",
    ]
    lenient: bool = False
    """Whether what stands around the value is read too: « Nom <courriel> », « poste 12 », a second
    number, a CIP7, hyphens."""

    @model_validator(mode="after")
    def _can_be_lenient(self) -> "SimpleCheck":
        if self.lenient and self.check not in _LENIENT:
            raise ValueError(f"« lenient » ne va qu'avec {', '.join(_LENIENT)}")
        return self


class DayCheck(_Check):
    """The value is a day from ``earliest`` on."""

    check: Literal["not_earlier_than"]
    earliest: date


class DigitsCheck(_Check):
    """The value is exactly ``length`` digits, blanks apart."""

    check: Literal["digits"]
    length: int = Field(ge=1)


class OtherCheck(_Check):
    """The value beside another field; true when that one has no answer.

    ``unless_wrong``: true also when that one is a day after the submission, which is told there.
    """

    check: Literal["differs_from", "differs_in_words", "not_before", "at_most"]
    other: str
    unless_wrong: bool = False


Check: TypeAlias = Annotated[
    SimpleCheck | DigitsCheck | DayCheck | OtherCheck, Field(discriminator="check")
]


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What checks may look at beside the value.

    Attributes:
        report: The whole report.
        earlier_exists: Whether the démarche has the dossier that this one completes.
        earlier_differs: What that dossier has not in common with this one: ``company``,
            ``substance``.
    """

    report: Report
    earlier_exists: bool
    earlier_differs: frozenset[str] = frozenset()

    @property
    def deposit_day(self) -> date:
        """Day of the deposit in Paris, where the form's dates live."""
        return self.report.deposited_at.astimezone(PARIS).date()

    @property
    def submission_day(self) -> date:
        """Day in Paris of the declarant's last submission; that of the deposit without another."""
        last = max(self.report.deposited_at, self.report.champs_modified_at)
        return last.astimezone(PARIS).date()


def passes(check: Check, value: Value, *, answers: Answers, facts: CheckFacts) -> bool:
    """Whether ``value`` passes. A value of another type than the check wants does not."""
    match check:
        case DigitsCheck():
            text = value.identifier if isinstance(value, Company) else value
            return isinstance(text, str) and bool(
                re.fullmatch(rf"[0-9]{{{check.length}}}", _without_blanks(text))
            )
        case DayCheck():
            return isinstance(value, date) and _day(value) >= check.earliest
        case OtherCheck():
            return _beside(check, value, answers[check.other].value, facts)
        case SimpleCheck(check="not_after_submission"):
            return isinstance(value, date) and _day(value) <= facts.submission_day
        case SimpleCheck(check="not_after_deposit"):
            return isinstance(value, date) and value <= facts.deposit_day
        case SimpleCheck(check="not_itself"):
            return value != facts.report.number
        case SimpleCheck(check="earlier_dossier"):
            return facts.earlier_exists
        case SimpleCheck(lenient=True):
            return _LENIENT[check.check](str(value))
        case SimpleCheck():
            return _ALONE[check.check](value)


def _beside(check: OtherCheck, value: Value, other: Value | None, facts: CheckFacts) -> bool:
    """Whether a value passes beside another; nothing is compared with what is not there."""
    late = isinstance(other, date) and _day(other) > facts.submission_day
    return other is None or (check.unless_wrong and late) or _BESIDE[check.check](value, other)


@lru_cache(maxsize=1024)
def _is_email(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email  # long to load

    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


_ADDRESS = re.compile(r"[^\s<>(),;:/]*@[^\s<>(),;:/]*")
_LONGEST = 200
"""No answer of one line is longer: the library would look for a number in a whole text."""


def _has_emails(text: str) -> bool:
    """Whether each address in a text is one: « Nom <courriel> », or several."""
    found = [one.strip(".:'\"") for one in _ADDRESS.findall(text)]
    return bool(found) and all(map(_is_email, found))


def _is_phone(value: Value) -> bool:
    from triage.patient_data.phones import is_phone  # its patterns take long to compile

    return is_phone(str(value))


def _has_phone(text: str) -> bool:
    """Whether a text is a number, or holds one: with « poste 12 », a name, a second number."""
    from triage.patient_data.phones import is_phone, phones_in

    if is_phone(text):
        return True
    spans = phones_in(text) if len(text) <= _LONGEST else ()
    return any(is_phone(text[start:end]) for start, end in spans)


def _is_cip(text: str) -> bool:
    """A CIP13, whatever separates its groups, or a CIP7, which 34009 and a key complete."""
    digits = re.sub(r"[\s.-]", "", text)
    return bool(re.fullmatch(r"[0-9]{7}", digits)) or _is_cip13(digits)


def _without_blanks(text: str) -> str:
    """A code as its digits: boxes and documents print it in groups (34009 494 972 9 4)."""
    return "".join(text.split())


def _is_siret(value: Value) -> bool:
    """SIRET by its key; La Poste's establishments have a rule of their own (python-stdnum)."""
    text = value.identifier if isinstance(value, Company) else str(value)
    return _is_valid_siret(_without_blanks(text))


@lru_cache(maxsize=1024)
def _is_valid_siret(identifier: str) -> bool:
    return bool(siret.is_valid(identifier))


def _is_cip13(value: Value) -> bool:
    digits = _without_blanks(str(value))
    return (
        bool(re.fullmatch(r"[0-9]{13}", digits))
        and digits.startswith(_CIP_PREFIX)
        and bool(ean.is_valid(digits))
    )


def _at_most(value: Any, other: Any) -> bool:
    """Whether one number is at most another; what is no number is not."""
    return all(isinstance(one, int | Decimal) for one in (value, other)) and value <= other


def _day(value: date) -> date:
    """A day, of a moment that of Paris."""
    return value.astimezone(PARIS).date() if isinstance(value, datetime) else value


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _not_before(value: Any, other: Any) -> bool:
    return isinstance(value, date) and isinstance(other, date) and value >= other


_ALONE: dict[str, Callable[[Value], bool]] = {
    "siret": _is_siret,
    "email": lambda value: _is_email(str(value).strip()),
    "phone": _is_phone,
    "cip13": _is_cip13,
    "positive": lambda value: not _at_most(value, 0) and _at_most(0, value),
    "not_negative": lambda value: _at_most(0, value),
}
_LENIENT: dict[str, Callable[[str], bool]] = {
    "email": _has_emails,
    "phone": _has_phone,
    "cip13": _is_cip,
}
_BESIDE: dict[str, Callable[[Any, Any], bool]] = {
    "differs_from": lambda value, other: fold(str(value)) != fold(str(other)),
    "differs_in_words": lambda value, other: _words(str(value)) != _words(str(other)),
    "not_before": _not_before,
    "at_most": _at_most,
}
