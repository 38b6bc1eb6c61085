"""What a human should look at: out-of-range numbers, and likely patient data in free text.

A warning names the field, never the text: what looks like patient data is not sent on.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

import phonenumbers
from stdnum.fr import nir

from mappings.mapping import FormMapping
from mappings.report import Report
from triage.assessment import Warning as TriageWarning
from triage.ruleset import RuleSet, WarningRule

_NIR = re.compile(r"\b[1-478](?:[ .]?\d){4}[ .]?(?:\d{2}|2[AB])(?:[ .]?\d){6}[ .]?(?:\d[ .]?\d)\b")
_BIRTH = re.compile(
    r"\b[A-Z]\.? ?-?[A-Z]\.?\W.{0,20}?\bn[ée]e?\b.{0,6}?\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"
)
_DIGITS_OF_A_PHONE = re.compile(r"\d(?:[ .()-]{0,2}\d){8}")


def warnings(rules: RuleSet, report: Report, *, mapping: FormMapping) -> tuple[TriageWarning, ...]:
    """The warnings that a report raises, in the rule-set's order."""
    found = []
    for rule in rules.warnings:
        fields = tuple(name for name in _fields(rule, mapping) if _raises(rule, report, name))
        if fields:
            found.append(TriageWarning(id=rule.id, text=rule.text, fields=fields))
    return tuple(found)


def _fields(rule: WarningRule, mapping: FormMapping) -> Iterator[str]:
    if rule.fields != "all_text":
        yield from rule.fields
        return
    for name, spec in mapping.fields.items():
        if spec.type == "text" and name not in rule.exclude:
            yield name


def _raises(rule: WarningRule, report: Report, name: str) -> bool:
    value = report.value(name)
    match rule.check:
        case "outside":
            return isinstance(value, int | Decimal) and not _inside(rule, Decimal(value))
        case "nir":
            return isinstance(value, str) and _has_nir(value)
        case "phone_in_text":
            return isinstance(value, str) and _has_phone(value)
        case "birth_with_initials":
            return isinstance(value, str) and bool(_BIRTH.search(value))


def _inside(rule: WarningRule, value: Decimal) -> bool:
    return (rule.low is None or rule.low <= value) and (rule.high is None or value <= rule.high)


def _has_nir(text: str) -> bool:
    """A social security number with a right key (python-stdnum), spaces and dots apart."""
    return any(nir.is_valid(re.sub(r"[ .]", "", match.group())) for match in _NIR.finditer(text))


def _has_phone(text: str) -> bool:
    """A telephone number, French or international (phonenumbers)."""
    if not _DIGITS_OF_A_PHONE.search(text):
        return False
    return any(True for _ in phonenumbers.PhoneNumberMatcher(text, "FR"))
