"""`Situations`: reports on one use of one substance, counted across companies.

A row is a situation as `unc situations` and annotation 907 have it, so that what a person
confirmed, merged or split is what the workbook shows. Reports in scope that are in none (not yet
placed, or without a substance) are counted by substance and nature of the non-conformity, without
an id. What is out of scope is no situation.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from operator import itemgetter

from exports.cells import paris
from exports.model import ExportContext, latest_change
from exports.readers.dossiers import Dossiers
from exports.readers.facts import DossierFact
from exports.readers.patient_marks import marked
from exports.readers.reading import Reading
from exports.readers.registre import RegisterReading
from exports.sheets.blocks import natures
from exports.sheets.columns import Figures, SheetSpec
from exports.sheets.figures import deposited_on
from exports.sheets.situations.cells import Group
from exports.sheets.situations.columns import PRINTED, counts_told, shown_to
from exports.sheets.tables import Table
from french.text import normalise_label
from mappings.report.model import Answer
from mappings.schema.model import Audience
from triage.situations.matching import MatchingRules
from triage.situations.propose import is_ours
from triage.situations.titles import Naming, title_of
from triage.situations.trends import Trend, monthly
from triage.situations.words.vocabulary import labels_of

NAMING: DossierFact[Naming | None] = DossierFact("naming", Naming | None)
SUBSTANCES: DossierFact[Mapping[str, str]] = DossierFact("substances", dict[str, str])


def situations(
    readings: Sequence[Reading],
    *,
    origins: Figures,
    sheet: SheetSpec,
    registered: RegisterReading,
    trends: Mapping[str, Trend],
) -> Table:
    """Return the table of situations: as they rank, where their rank is known and may be read.

    Else those that rise come first, then those with most reports.
    """
    readings = Dossiers.of(readings)
    placed = (
        *_placed(readings, origins, registered, trends),
        *_unplaced(readings, origins, registered),
    )
    groups = (*placed, *_without_reports({one.situation for one in placed}, origins, registered))
    ordered = sorted(groups, key=lambda one: (not one.situation, *_order(one), _name(one)))
    shown = shown_to(registered.audience, registered.policy)
    return Table(
        sheet=sheet.name,
        name=sheet.table,
        columns=tuple(column for column, _ in shown),
        rows=tuple(tuple(of(group) for _, of in shown) for group in ordered),
        printed=PRINTED,
        above=counts_told(registered.audience),
        lines=sheet.lines,
    )


def trends_of(
    readings: Sequence[Reading], *, audience: Audience, context: ExportContext
) -> Mapping[str, Trend]:
    """How the reports of each situation move, of what an audience may read.

    Of the agency, as the follow-up has it. Of the network, of the dossiers that it may read and of
    nothing else; an export that is filtered says nothing of it.
    """
    if audience == "agence":
        return {name: view.follow_up.trend for name, view in context.situations.items()}
    read = [one for one in readings if not one.decision.excluded]
    until = latest_change(one.entry for one in read)
    if context.filters or until is None:
        return {}
    days = days_of_new(read, context=context)
    first = min(map(deposited_on, read))
    end = paris(until).date() + timedelta(days=1)
    return {name: monthly(found, first=first, until=end) for name, found in days.items()}


def days_of_new(read: Iterable[Reading], *, context: ExportContext) -> dict[str, list[date]]:
    """Days of deposit of the dossiers that count as new in each situation, by id."""
    counted = {name: {*view.facts.counted} for name, view in context.situations.items()}
    days = defaultdict[str, list[date]](list)
    for one in read:
        name = one.entry.situation
        if name and (name not in counted or one.number in counted[name]):
            days[name].append(deposited_on(one))
    return days


def _order(group: Group) -> tuple[int, bool, int]:
    ranked = group.registered.context.register.ranked
    place = ranked.get(group.situation) if group.registered.is_agency else None
    rises = group.trend is not None and group.trend.direction == "up"
    return (place.rank if place else len(ranked) + 1, not rises, -len(group.readings))


def _name(group: Group) -> tuple[str, ...]:
    return (group.situation, *map(normalise_label, group.substances), *group.natures)


def _placed(
    readings: Dossiers,
    origins: Figures,
    registered: RegisterReading,
    trends: Mapping[str, Trend],
) -> Iterator[Group]:
    for situation, members in readings.grouped("situation", _situation).items():
        natured = members.each("natures by number", lambda one: (one.number, natures(one, origins)))
        yield Group(
            situation,
            tuple(_spelling(members, origins).values()),
            tuple(dict.fromkeys(nature for _, several in sorted(natured) for nature in several)),
            members,
            origins,
            registered.context.situations.get(situation),
            registered,
            title=_public(situation, registered) or _title(members, origins, name=situation),
            trend=trends.get(situation),
        )


def _without_reports(
    placed: AbstractSet[str], origins: Figures, registered: RegisterReading
) -> Iterator[Group]:
    """Situations that no dossier here is in: of other signals, or whose dossiers were erased."""
    for name, one in registered.situations.items():
        if name in placed or not (one.signals or one.identified_on):
            continue
        here = registered.beside(name).signals
        substances = dict.fromkeys(str(each.fields["substance"]) for each in here)
        natures = dict.fromkeys(filter(None, (str(each.fields.get("nature", "")) for each in here)))
        yield Group(
            name,
            tuple(substances),
            tuple(natures),
            Dossiers(()),
            origins,
            None,
            registered,
            title=_public(name, registered),
        )


def _public(name: str, registered: RegisterReading) -> str:
    return str(registered.titled(name) or "") if name in registered.situations else ""


def _situation(reading: Reading) -> tuple[str, ...]:
    """The situation of a dossier in scope, if it is in one."""
    name = reading.entry.situation
    return (name,) if name and not reading.decision.excluded else ()


def _in_none(reading: Reading) -> tuple[bool, ...]:
    """Whether a dossier in scope is in no situation."""
    return () if reading.entry.situation or reading.decision.excluded else (True,)


def _spelling(readings: Dossiers, origins: Figures) -> Mapping[str, str]:
    """How the first dossier that has a substance spells it, in order."""
    told = readings.each("spelt", lambda one: (one.number, _substances(one, origins)))
    first: dict[str, str] = {}
    for _, spelt in sorted(told, key=itemgetter(0)):
        for key, text in spelt.items():
            first.setdefault(key, text)
    return first


def _unplaced(readings: Dossiers, origins: Figures, registered: RegisterReading) -> Iterator[Group]:
    def keys(one: Reading) -> Iterator[tuple[str, str]]:
        for key in _substances(one, origins) or ("",):
            for nature in natures(one, origins) or ("",):
                yield key, nature

    unplaced = readings.grouped("in none", _in_none).get(True)
    if unplaced is None:
        return
    spelling = {"": "", **_spelling(unplaced, origins)}
    for (key, nature), members in unplaced.grouped("substance and nature", keys).items():
        named = tuple(filter(None, (spelling[key],))), tuple(filter(None, (nature,)))
        title = _title(members, origins)
        yield Group("", *named, members, origins, None, registered, title=title)


def _title(readings: Dossiers, origins: Figures, *, name: str = "") -> str:
    """What people call a situation: the name that they gave, else the one that is proposed.

    Outside the agency it is drawn of what may be read there alone: no word of a declarant's.
    """
    first = next(iter(readings))
    if name and not is_ours(name) and first.audience == "agence":
        return name
    view = first.context.situations.get(name)
    if view is not None and first.audience == "agence":
        return view.facts.title
    matching = first.context.matching
    if matching is None:
        return ""

    def named(one: Reading) -> tuple[datetime, int, Naming | None]:
        described = one.told(NAMING, lambda it: _naming(it, origins, matching))
        return one.summary.deposited_at, one.number, described

    def titled(those: Dossiers) -> str:
        told = sorted(those.each("named", named), key=itemgetter(0, 1))
        described = [one for _, _, one in told if one]
        return title_of(described, matching) if described else ""

    return readings.once("title", titled)


def _naming(reading: Reading, origins: Figures, matching: MatchingRules) -> Naming | None:
    """What names a situation, without what its readers may not know, nor what may be a patient's.

    The agency may know all of it; it is asked there only where no view gives the situation a name.
    """
    description = reading.entry.description
    if description is None:
        return None
    mine = reading.audience == "agence"

    def open_(*fields: str) -> bool:
        verdict = reading.entry.assessment
        return mine or (
            reading.may_tell(fields)
            and not any(marked(verdict, one.partition(".")[0]) for one in fields)
        )

    place = matching.situations.medicines
    columns = (place.cis, place.substance, place.name)
    named = open_(*(f"{place.rows}.{one}" for one in columns if one))
    typed, told_in = set(_substances(reading, origins).values()), matching.situations.told_in
    return Naming(
        initial=description.initial,
        medicines=description.medicines if named else (),
        spelt={key: one for key, one in description.spelt.items() if mine or one in typed},
        facets={
            key: labels_of(one) if open_(key, *told_in) else ()
            for key, one in description.facets.items()
        },
        title=description.title if mine else "",
        use=description.use if mine else "",
    )


def _substances(reading: Reading, origins: Figures) -> Mapping[str, str]:
    """How a dossier spells each of its substances, by the substance as it is compared."""
    field, _, name = origins.substance.partition(".")

    def found(one: Reading) -> Mapping[str, str]:
        spelt: dict[str, str] = {}
        for row in one.rows(field):
            shown = one.cell(row, field=field, name=name)
            text = shown.value if isinstance(shown, Answer) else None
            if isinstance(text, str) and (key := normalise_label(text)):
                spelt.setdefault(key, text.strip())
        return spelt

    return reading.told(SUBSTANCES, found)
