"""What BDPM adds to each medicine of a report: columns as data, and what a person should see."""

from collections.abc import Mapping

from french.text import SEMICOLON, typographic
from mappings.medicines.columns import FACTS, MATCHED, NO_REFERENCE
from mappings.medicines.companies import same_company
from mappings.medicines.match import Declared, Match, Matcher
from mappings.medicines.reference import Medicine
from mappings.report.model import Report, Row
from mappings.schema.model import FormMapping, MedicineRows

_BY = {"cis": "code CIS", "cip": "code CIP", None: "non trouvée"}


def medicines_of(
    report: Report, *, mapping: FormMapping, matcher: Matcher | None
) -> tuple[Match | None, ...]:
    """What BDPM has for each row of medicines of a report, in order; ``None`` without BDPM."""
    where = mapping.medicines
    if where is None or where.rows not in report.fields:
        return ()
    value = report.fields[where.rows].value
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, tuple) else []
    return tuple(matcher.match(_declared(row, where)) if matcher else None for row in rows)


def facts_of(match: Match | None) -> dict[str, str]:
    """Every column of a medicine, by name: its facts, how it was found and with which score."""
    if match is None:
        shown = dict.fromkeys((fact.name for fact in FACTS), "")
        return {**shown, MATCHED: NO_REFERENCE}
    found = match.medicine
    shown = {fact.name: typographic(fact.shown(found)) if found else "" for fact in FACTS}
    told = list(match.remarks)
    if match.by != "nom":  # else the first remark says so, with the score
        score = f", ressemblance {match.score:.0f} %" if match.score is not None else ""
        told.insert(0, f"{_BY[match.by]}{score}")
    return {**shown, MATCHED: SEMICOLON.join(map(typographic, told))}


def to_look_at(report: Report, *, mapping: FormMapping, matcher: Matcher | None) -> tuple[str, ...]:
    """What a person should look at about the medicines of a report; nothing without BDPM."""
    where, remarks = mapping.medicines, []
    for number, match in enumerate(medicines_of(report, mapping=mapping, matcher=matcher), start=1):
        if match is None:
            continue
        told = list(match.remarks)
        if match.medicine and (match.medicine.withdrawn or match.medicine.suspended):
            told.append(f"« {match.medicine.name} » : {match.medicine.status.lower()}")
        company = _company(report, where)
        if match.medicine and match.by != "nom" and company and not _holds(company, match.medicine):
            holders = " ; ".join(match.medicine.holders)
            told.append(f"l'entreprise n'est pas le titulaire selon la BDPM ({holders})")
        remarks += [f"ligne {number} : {one}" for one in told]
    return tuple(remarks)


def _declared(row: Row, where: MedicineRows) -> Declared:
    return Declared(
        cis=_text(row, where.cis),
        cip=_text(row, where.cip),
        name=_text(row, where.name),
        substance=_text(row, where.substance),
    )


def _text(row: Row, name: str) -> str:
    value = row[name].value if name in row else None
    return value if isinstance(value, str) else ""


def _company(report: Report, where: MedicineRows | None) -> str:
    value = report.fields[where.company].value if where and where.company else None
    return getattr(value, "name", None) or ""


def _holds(company: str, medicine: Medicine) -> bool:
    """Whether it is the holder; of a medicine without any, nothing says that it is not."""
    return not medicine.holders or any(same_company(company, one) for one in medicine.holders)
