"""What matching looks at in a report: a small value, kept so that reports are not read again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from french.text import fold
from mappings.dossier.model import Company
from mappings.report.display import show
from mappings.report.model import Answer, Report
from triage.situations.dci import joined
from triage.situations.matching import Matching

_SIREN = 9
_LONGEST = 300
_TITLE, _SHORTEST_TITLE = "titre", 10

DRAWN = "3"
"""How descriptions are drawn: raised when this code draws others from the same report."""

CisSubstances: TypeAlias = Mapping[str, str]
"""Substances of each CIS code in normal form (:mod:`triage.situations.dci`), sorted and joined by
``+``."""


@dataclass(frozen=True, slots=True)
class Description:
    """One report as matching sees it.

    Attributes:
        number: Dossier.
        in_scope: Whether it may belong to a situation.
        company: SIREN of the company.
        medicines: Substances of each speciality, joined by ``+``, without repeats.
        codes: Substances by CIS code, where both are given.
        unnamed: CIS codes of specialities whose substance is not named.
        facets: Answers of each facet, by field.
        answers: Answers that duplicates share, by field, folded.
        initial: Whether it is a first report.
        earlier: Dossier that it completes or closes.
        confirmed: Situation that a person wrote on the dossier; empty when none did, and when a
            later decision overruled it.
        overruled: What the dossier showed when a later decision overruled it, while it still does.
        title: Title of the report, when it tells something.
    """

    number: int
    in_scope: bool
    company: str
    medicines: tuple[str, ...]
    codes: Mapping[str, str]
    unnamed: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, str]
    initial: bool
    earlier: int | None
    confirmed: str = ""
    overruled: str = ""
    title: str = ""


def describe(
    report: Report,
    matching: Matching,
    *,
    in_scope: bool,
    by_cis: CisSubstances | None = None,
) -> Description:
    """Describe a report.

    Args:
        report: The report.
        matching: What to look at.
        in_scope: Whether it may belong to a situation.
        by_cis: Substances by CIS code, preferred to what was typed.
    """
    rules = matching.duplicates
    earlier = report.value(rules.earlier)
    company = report.value(rules.company)
    rows = list(_medicines(report, matching, by_cis or {}))
    return Description(
        number=report.number,
        in_scope=in_scope,
        company=company.identifier[:_SIREN] if isinstance(company, Company) else "",
        medicines=tuple(sorted({name for _, name in rows if name})),
        codes={code: name for code, name in rows if code and name},
        unnamed=tuple(sorted({code for code, name in rows if code and not name})),
        facets={
            facet.field: _options(report.fields[facet.field])
            for facet in matching.situations.facets
        },
        answers={
            field.field: text
            for field in rules.fields
            if (text := _text(report.fields[field.field]))
        },
        initial=report.value(rules.nature) in {rules.initial, None},
        earlier=earlier if isinstance(earlier, int) else None,
        title=_title(report, matching),
    )


def annotated(
    description: Description,
    text: str,
    *,
    ours: frozenset[str],
    before: Description | None,
    settled: bool = True,
) -> Description:
    """The description with what a person wrote of the situation on the dossier.

    What a person overruled counts again only once the annotation changed.

    Args:
        description: As the report is described.
        text: What the annotation shows; empty when blank.
        ours: What the bridge wrote there.
        before: The description that was kept, if any.
        settled: Whether the report was placed by that description. Else a kill came between, and
            what a person said in it is still to be done.
    """
    typed = (before.confirmed or before.overruled) if before else ""
    # The bridge writes over nobody: its own text is a person's when it took a person's place.
    waits = before is not None and not settled and before.confirmed == text
    by_bridge = text in ours and typed in {"", text} and not waits
    confirmed = replace(description, confirmed="" if by_bridge else text)
    overruled = before is not None and text == before.overruled
    return overrule(confirmed) if overruled else confirmed


def overrule(description: Description) -> Description:
    """The description once a person decided otherwise than what its dossier shows."""
    if not description.confirmed:
        return description
    return replace(description, confirmed="", overruled=description.confirmed)


def learnt(descriptions: Iterable[Description]) -> CisSubstances:
    """Substances by CIS code, as most reports name them: fills in for those that do not."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in descriptions:
        for code, name in one.codes.items():
            counted[code][name] += 1
    return {
        code: max(sorted(names), key=lambda name: names[name]) for code, names in counted.items()
    }


def named(description: Description, by_cis: CisSubstances) -> Description:
    """The description with the substances that its CIS codes are known for."""
    found = {by_cis[code] for code in description.unnamed if code in by_cis}
    if not found:
        return description
    return replace(description, medicines=tuple(sorted({*description.medicines, *found})))


def _medicines(
    report: Report, matching: Matching, by_cis: CisSubstances
) -> Iterator[tuple[str, str]]:
    """Code and substances of each speciality; either may be empty."""
    place = matching.situations.medicines
    value = report.value(place.rows)
    for row in value if isinstance(value, tuple) else ():
        if isinstance(row, dict):
            code = str(row[place.cis].value or "").strip()
            typed = row[place.substance].value
            text = typed if isinstance(typed, str) else ""
            name = "" if _says_nothing(text, matching) else text
            yield code, by_cis.get(code) or joined(name, matching.salts)


def _says_nothing(text: str, matching: Matching) -> bool:
    folded = fold(text)
    return folded in matching.no_names or folded.rstrip(" .!") in matching.no_names


def _title(report: Report, matching: Matching) -> str:
    """Title of a report: more than one word, and no way of saying nothing."""
    answer = report.fields.get(_TITLE)
    text = " ".join(answer.value.split()) if answer and isinstance(answer.value, str) else ""
    tells = len(text) >= _SHORTEST_TITLE and " " in text and not _says_nothing(text, matching)
    return text if tells else ""


def _options(answer: Answer) -> tuple[str, ...]:
    match answer.value:
        case str() as option:
            return (option,)
        case tuple() as options:
            return tuple(sorted(str(option) for option in options))
        case _:
            return ()


def _text(answer: Answer) -> str:
    return fold(show(answer.value))[:_LONGEST] if answer.value is not None else ""
