"""What matching looks at in a report: a small value, kept so that reports are not read again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from french.phrases import is_made_of
from french.text import fold
from mappings.dossier.model import Company
from mappings.report.display import show
from mappings.report.model import Answer, Report
from triage.situations.matching import Facet, MatchingRules
from triage.situations.words.other_names import SubstanceNames, canonical, head, learnt_names
from triage.situations.words.vocabulary import BESIDE, STEM, labels_of, stems_of

_SIREN = 9
_LONGEST = 300
_TITLE, _SHORTEST_TITLE = "titre", 10

CisSubstances: TypeAlias = Mapping[str, str]
"""Substances of each CIS code in normal form (:mod:`triage.situations.words.without_salts`), sorted
and joined by ``+``."""


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
        facets: Answers of each facet, by field; of a use, what the vocabulary reads in it.
        answers: Answers that duplicates share, by field, folded.
        initial: Whether it is a first report.
        earlier: Dossier that it completes or closes.
        confirmed: Situation that a person wrote on the dossier; empty when none did, and when a
            later decision overruled it.
        overruled: What the dossier showed when a later decision overruled it, while it still does.
        title: Title of the report, when it tells something.
        brands: Substances that stand beside the name of each speciality.
        spelt: Each substance as it was typed.
        use: The use sought, as it was typed.
        answered: How many answers the report has.
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
    brands: Mapping[str, str] = field(default_factory=dict)
    spelt: Mapping[str, str] = field(default_factory=dict)
    use: str = ""
    answered: int = 0


def describe(
    report: Report,
    matching: MatchingRules,
    *,
    in_scope: bool,
    by_cis: CisSubstances | None = None,
    names: SubstanceNames | None = None,
) -> Description:
    """Describe a report.

    Args:
        report: The report.
        matching: What to look at.
        in_scope: Whether it may belong to a situation.
        by_cis: Substances by CIS code, for what was not typed or is no substance.
        names: Names of substances, BDPM's too where it is loaded; those of ``matching`` else.
    """
    rules = matching.duplicates
    earlier = report.value(rules.earlier)
    company = report.value(rules.company)
    rows = list(_medicines(report, matching, by_cis=by_cis or {}, names=names or matching.names))
    return Description(
        number=report.number,
        in_scope=in_scope,
        company=company.identifier[:_SIREN] if isinstance(company, Company) else "",
        medicines=tuple(sorted({row.substances for row in rows if row.substances})),
        codes={row.code: row.substances for row in rows if row.code and row.substances},
        unnamed=tuple(sorted({row.code for row in rows if row.code and not row.substances})),
        facets={
            facet.field: _facet(report, facet, matching) for facet in matching.situations.facets
        },
        answers={
            field.field: text
            for field in rules.fields
            if (text := _text(report.fields[field.field])) and not _says_nothing(text, matching)
        },
        initial=report.value(rules.nature) in {rules.initial, None},
        earlier=earlier if isinstance(earlier, int) else None,
        title=_title(report, matching),
        brands={row.brand: row.substances for row in rows if row.brand and row.substances},
        spelt={row.substances: row.typed for row in rows if row.substances and row.typed},
        use=_use_as_typed(report, matching),
        answered=sum(one.value is not None for one in report.fields.values()),
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


def settled(
    descriptions: Iterable[Description], matching: MatchingRules
) -> tuple[Description, ...]:
    """The descriptions with what they say of one another's medicines.

    A code that is named elsewhere names the substance; a brand typed for a substance is what the
    others hold it for; a lone misspelling is the name that it misspells.
    """
    known = tuple(descriptions)
    by_cis = learnt(known)
    filled = [_filled(one, by_cis) for one in known]
    others = learnt_names(
        ((brand, name) for one in filled for brand, name in one.brands.items()),
        Counter(part for one in filled for name in one.medicines for part in name.split("+")),
        names=matching.names,
    )
    return tuple(_renamed(one, others) for one in filled) if others else tuple(filled)


def _filled(description: Description, by_cis: CisSubstances) -> Description:
    found = {by_cis[code] for code in description.unnamed if code in by_cis}
    if not found:
        return description
    return replace(description, medicines=tuple(sorted({*description.medicines, *found})))


def _renamed(description: Description, others: Mapping[str, str]) -> Description:
    def renamed(name: str) -> str:
        parts = {part for one in name.split("+") for part in others.get(one, one).split("+")}
        return "+".join(sorted(parts))

    medicines = tuple(sorted({renamed(name) for name in description.medicines}))
    return (
        description
        if medicines == description.medicines
        else replace(description, medicines=medicines)
    )


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    brand: str
    substances: str
    typed: str


def _medicines(
    report: Report, matching: MatchingRules, *, by_cis: CisSubstances, names: SubstanceNames
) -> Iterator[_Row]:
    """Each speciality; what it does not say is empty."""
    place = matching.situations.medicines
    for row in _rows(report, place.rows):
        code, typed, name = (
            text if column and isinstance(text := row[column].value, str) else ""
            for column in (place.cis, place.substance, place.name)
        )
        code = code.strip()
        told = "" if _says_nothing(typed, matching) else typed

        def substances(text: str) -> str:
            return canonical(
                text, salts=matching.salts, names=names, companions=matching.companions
            )

        found = substances(told)
        sure = {*found.split("+")} <= names.known
        if not sure:
            brand = names.others.get(head(name), "")
            found = substances(by_cis.get(code, "")) or brand or found
        yield _Row(code, head(name), found, " ".join(told.split()) if sure else "")


def _rows(report: Report, field: str) -> Sequence[Mapping[str, Answer]]:
    value = report.value(field)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, tuple) else []


def _facet(report: Report, facet: Facet, matching: MatchingRules) -> tuple[str, ...]:
    answers = _options(report.fields[facet.field])
    told = [text for name in matching.situations.told_in if (text := _said(report, name))]
    match facet.kind:
        case "use":
            text = _use_as_typed(report, matching)
            found = matching.vocabulary.uses_of(text)
            asked = all(
                option in _options(report.fields[name]) for name, option in facet.asked_by.items()
            )
            if asked and not found:  # the title often says it
                others = (labels_of(matching.vocabulary.uses_of(other)) for other in told)
                found = next((labels for labels in others if labels), ())
            if told and (found or asked):
                beside = matching.vocabulary.uses_of(told[0])
                # What is observed may be an effect of the medicine: only its words count.
                more = stems_of(w for text in told[1:] for w in matching.vocabulary.uses_of(text))
                found += tuple(f"{BESIDE}{one}" for one in dict.fromkeys((*beside, *more)))
            short = matching.vocabulary.initials_of(text)
            return (*found, *(f"{BESIDE}{STEM}{one}" for one in short))
        case "route" if set(answers) & facet.vague:
            route = matching.vocabulary.route_of(" ; ".join(told))
            return (route or next(iter(facet.vague)),)
        case "route" if not answers and told:  # not asked, or left: the title may say it
            route = matching.vocabulary.only_route_of(told[0])
            return (route,) if route else ()
        case _:
            return tuple(one for one in answers if one not in facet.vague)


def _use_as_typed(report: Report, matching: MatchingRules) -> str:
    """The use sought; empty where it says nothing."""
    for facet in matching.situations.facets:
        if facet.kind == "use":
            text = _said(report, facet.field)
            return "" if _says_nothing(text, matching) else text
    return ""


def _said(report: Report, field: str) -> str:
    answer = report.fields.get(field)
    return " ".join(answer.value.split()) if answer and isinstance(answer.value, str) else ""


def _says_nothing(text: str, matching: MatchingRules) -> bool:
    return is_made_of(text, matching.says_nothing)


def _title(report: Report, matching: MatchingRules) -> str:
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
