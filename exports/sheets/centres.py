"""Which regional centres a dossier concerns: an editable table, and what an instructeur decided."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from datafiles.file import DataFileError
from exports.excel_names import file_code
from exports.readers.facts import DossierFact
from exports.readers.policy import Mask
from exports.readers.reading import Reading
from exports.sheets.centre_names import centres_named
from exports.sheets.columns import Territory
from exports.sheets.values import shown_content
from french.text import SEMICOLON
from mappings.dossier.model import Place
from mappings.report.model import Answer
from triage.registre.register import Register

OF_CENTRES = "CRPV"
"""Type of the signals that centres give."""
_NEEDED = ("code", "crpv", "city", "department_code", "region_code", "confirmed")


@dataclass(frozen=True, slots=True)
class Centre:
    """A regional pharmacovigilance centre.

    Attributes:
        code: Short name, also of its file (``crpv-<code>.xlsx``), repaired where it needs to be.
        name: Name that staff read.
        city: City that names it.
        departments: Codes of its départements.
        regions: Codes of the régions of these départements.
        confirmed: How many of its départements are confirmed in the table.
    """

    code: str
    name: str
    city: str
    departments: frozenset[str]
    regions: frozenset[str]
    confirmed: int


def author_of(centre: Centre) -> str:
    """Under which name the opinions of a centre are kept; also its file, without ``.xlsx``."""
    return f"crpv-{centre.code}"


class AssignmentReason(StrEnum):
    """Why a dossier concerns a centre, or none."""

    RAPPORTEUR = "rapporteur"
    EVERYWHERE = "national"
    TERRITORY = "territoire"
    OVERSEAS = "outre-mer"
    ABROAD = "étranger"
    NOWHERE = "aucun centre"


EITHER = "territoire ou rapporteur"
"""What readers are told who may not know that an instructeur named a centre."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """The centres that a dossier concerns.

    Attributes:
        reason: Why.
        centres: Codes, in the table's order; all of them for a national dossier.
        unknown: What an instructeur wrote as rapporteur that names no centre of the table.
        rapporteurs: Codes of the centres that an instructeur named.
        places: Territories that are in charge of no centre, as staff read them.
    """

    reason: AssignmentReason
    centres: tuple[str, ...]
    unknown: str = ""
    rapporteurs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def told(self, centre: str = "") -> str:
        """Why the readers of a centre's workbook have it; of the whole network's, without one."""
        return (AssignmentReason.RAPPORTEUR if centre in self.rapporteurs else self.reason).value


ASSIGNED: DossierFact[tuple[Assignment, bool]] = DossierFact("assigned", tuple[Assignment, bool])


def parse_centres(text: str, *, source: str) -> tuple[Centre, ...]:
    """Parse and check the table of centres: one line a département, commas or semicolons.

    Raises:
        DataFileError: With the line and what is wrong.
    """
    reader = csv.DictReader(io.StringIO(text), delimiter=_separator(text))
    lacking = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
    if lacking:
        raise DataFileError([f"{source}:1 : il manque la colonne {', '.join(lacking)}"])
    problems, lines, spelled = [], list(enumerate(reader, start=2)), dict[str, str]()
    for number, line in lines:
        written = (line["code"] or "").strip()
        line["code"] = file_code(written)
        if not line["code"]:
            problems.append(f"{source}:{number} : le code « {written} » n'a ni lettre ni chiffre")
        elif spelled.setdefault(line["code"], written) != written:
            problems.append(
                f"{source}:{number} : les codes « {spelled[line['code']]} » et « {written} » "
                f"donnent le même fichier (crpv-{line['code']}.xlsx)"
            )
        if not (line["crpv"] or "").strip() or not (line["department_code"] or "").strip():
            problems.append(f"{source}:{number} : il manque le nom du centre ou le département")
        if line["confirmed"] not in {"yes", "no"}:
            problems.append(f"{source}:{number} : « confirmed » doit être yes ou no")
    if problems or not lines:
        raise DataFileError(problems or [f"{source}:1 : la table est vide"])
    codes = dict.fromkeys(line["code"] for _, line in lines)
    return tuple(_centre([line for _, line in lines if line["code"] == code]) for code in codes)


def assign(reading: Reading, *, centres: Sequence[Centre], territory: Territory) -> Assignment:
    """Return the centres of a dossier: the rapporteur has the last word, but on national ones."""
    reading = reading.copy(audience="agence")
    everyone = tuple(centre.code for centre in centres)
    extent = shown_content(reading.answer(territory.extent))
    named, unknown = _written(reading, centres=centres, territory=territory)
    if extent in territory.everywhere:
        return Assignment(AssignmentReason.EVERYWHERE, everyone, unknown, named)
    if named:
        return Assignment(AssignmentReason.RAPPORTEUR, named, unknown, named)
    places = {_place_code(one.code): one.name for one in _places(reading, territory.departments)}
    departments = set(places)
    regions = {_place_code(one.code) for one in _places(reading, territory.regions)}
    found = tuple(
        centre.code
        for centre in centres
        if centre.departments & departments or centre.regions & regions
    )
    if found:
        return Assignment(AssignmentReason.TERRITORY, found, unknown)
    for reason, codes in (
        (AssignmentReason.OVERSEAS, territory.overseas),
        (AssignmentReason.ABROAD, territory.abroad),
    ):
        beyond = tuple(name for code, name in places.items() if code in codes)
        if beyond:
            return Assignment(reason, (), unknown, places=beyond)
    return Assignment(AssignmentReason.NOWHERE, (), unknown)


def _written(
    reading: Reading, *, centres: Sequence[Centre], territory: Territory
) -> tuple[tuple[str, ...], str]:
    """Codes of the centres that an instructeur wrote, and what names none, as it may be read."""
    written = str(shown_content(reading.annotation(territory.rapporteur)) or "").strip()
    names = {one.code: (one.code, one.name, one.city) for one in centres}
    named, strangers = centres_named(written, names)
    return named, ", ".join(strangers)


def shown_centres(assignment: Assignment, centres: Sequence[Centre]) -> str:
    """Say which centres a dossier concerns, as staff read it."""
    unknown = (
        f" («\u00a0{assignment.unknown}\u00a0» n’est pas dans la table)"
        if assignment.unknown
        else ""
    )
    match assignment.reason:
        case AssignmentReason.EVERYWHERE:
            return f"Tous{unknown}"
        case AssignmentReason.NOWHERE:
            return f"Non attribué{unknown}"
        case AssignmentReason.OVERSEAS | AssignmentReason.ABROAD:
            return f"Sans centre\u00a0: {', '.join(assignment.places)}{unknown}"
        case AssignmentReason.TERRITORY | AssignmentReason.RAPPORTEUR:
            names = [centre.name for centre in centres if centre.code in assignment.centres]
            return SEMICOLON.join(names) + unknown


def concerned(
    readings: Sequence[Reading], *, centres: Sequence[Centre], territory: Territory | None
) -> tuple[tuple[Reading, Assignment], ...]:
    """Return each dossier, now saying its centres, with the centres themselves.

    What an instructeur wrote is told to those only who may read the annotation.
    """
    if not centres or territory is None:
        nowhere = Assignment(AssignmentReason.NOWHERE, ())
        return tuple((reading, nowhere) for reading in readings)
    found = []
    for reading in readings:
        work = partial(_assigned, centres=centres, territory=territory)
        assignment, hidden = reading.told(ASSIGNED, work)
        either = hidden and assignment.reason in {
            AssignmentReason.RAPPORTEUR,
            AssignmentReason.TERRITORY,
        }
        beyond = assignment.reason in {AssignmentReason.OVERSEAS, AssignmentReason.ABROAD}
        named = reading.copy(
            crpv=shown_centres(assignment, centres),
            nowhere=assignment.reason is AssignmentReason.NOWHERE,
            beyond=assignment.reason.value if beyond else "",
            why=EITHER if either else assignment.told(),
        )
        found.append((named, assignment))
    return tuple(found)


def _assigned(
    reading: Reading, *, centres: Sequence[Centre], territory: Territory
) -> tuple[Assignment, bool]:
    """The centres as the reader may know them, and whether who named them is hidden."""
    assignment = assign(reading, centres=centres, territory=territory)
    hidden = isinstance(reading.annotation(territory.rapporteur), Mask)
    if hidden:
        assignment = replace(assignment, unknown="", rapporteurs=())
    elif assignment.unknown:
        _, unknown = _written(reading, centres=centres, territory=territory)
        assignment = replace(assignment, unknown=unknown)
    return assignment, hidden


def _separator(text: str) -> str:
    """What stands between the columns: a French Excel saves a CSV with semicolons."""
    header = text.partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _centre(lines: Sequence[dict[str, str]]) -> Centre:
    first = lines[0]
    return Centre(
        code=first["code"],
        name=first["crpv"].strip(),
        city=first["city"].strip(),
        departments=frozenset(_place_code(line["department_code"]) for line in lines),
        regions=frozenset(
            _place_code(line["region_code"]) for line in lines if line["region_code"]
        ),
        confirmed=sum(line["confirmed"] == "yes" for line in lines),
    )


def _places(reading: Reading, path: str) -> Iterator[Place]:
    field, _, name = path.partition(".")
    for row in reading.rows(field):
        shown = reading.cell(row, field=field, name=name)
        if isinstance(shown, Answer) and isinstance(shown.value, Place):
            yield shown.value


def _place_code(code: str) -> str:
    return code.strip().upper().zfill(2)


def given_by(centre: Centre, centres: Iterable[Centre], register: Register) -> frozenset[str]:
    """Signals that a centre gave, by the organisme that they name."""
    names = {one.code: (one.code, one.name, one.city) for one in centres}
    return frozenset(
        one.id
        for one in register.signals.values()
        if one.fields.get("type") == OF_CENTRES
        and centres_named(str(one.fields.get("organisme", "")), names)[0] == (centre.code,)
    )
