"""What the sheet `À propos` says: where the data is from, by which rules, and what was withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from exports.cells import paris
from exports.identity import IDENTITY, WorkbookIdentity
from exports.model import ExportContext, ExportedDossier
from exports.readers.dossiers import Dossiers
from exports.readers.facts import DossierFact
from exports.readers.policy import Mask, Policy
from exports.readers.reading import Reading
from exports.sheets.dictionary import unmapped_champs
from french.text import agreed
from mappings.adoption.absences import every_field
from mappings.medicines.columns import NO_REFERENCE
from mappings.report.display import show
from mappings.schema.model import Audience

_MAPPING, _POLICY = "Correspondance", "Politique de confidentialité"
_NOT_ASKED = "Données non demandées"

_COUNTED = (
    "Signalements, entreprises, dates et mesures : ceux des dossiers de ce classeur, et non de"
    " toute la situation. Tendance : sur tous les dossiers que l'agence peut lire, ou, dans les"
    " classeurs"
    " du réseau et des centres, sur tous ceux que le réseau peut lire"
)
AUDIENCES: dict[Audience, str] = {
    "agence": "l'agence seulement : contient des données personnelles et le secret des affaires",
    "reseau": "le réseau des CRPV",
}


class WithheldParts(NamedTuple):
    """What a reader does not find in a dossier.

    Attributes:
        masked: Fields whose answer is withheld, of those that may be.
        rows: How many rows of each repetition are, where any is.
        marks: How many passages are masked as a patient's.
    """

    masked: tuple[str, ...]
    rows: Mapping[str, int]
    marks: int


WITHHELD: DossierFact[WithheldParts] = DossierFact("withheld", WithheldParts)


class Section(StrEnum):
    """The headings under which lines stand, in order."""

    ABOUT = "Ce classeur"
    KEPT_BACK = "Ce qui n’y est pas"
    COUNTED = "Compté sur ses dossiers"
    OPERATOR = "Pour l’exploitant"


@dataclass(frozen=True, slots=True)
class AboutLine:
    """One line of the sheet.

    Attributes:
        name: What it is about.
        text: What it says.
        section: Under which heading; ``COUNTED`` holds all that counts or dates dossiers, which
            goes when some of them are taken out.
        passing: Whether it is true of when the file was made, and nothing new when it moves.
    """

    name: str
    text: str
    section: Section = Section.ABOUT
    passing: bool = False


def about_lines(
    *,
    context: ExportContext,
    audience: str,
    held: str,
    changed: datetime | None,
    compared: str,
    digests: Sequence[AboutLine],
    withheld: Sequence[AboutLine],
) -> tuple[AboutLine, ...]:
    """Return what the sheet says, but for its identity.

    Args:
        context: Circumstances of the export.
        audience: Who reads it.
        held: Which dossiers it holds.
        changed: Latest change of them.
        compared: What `Changements` compares with.
        digests: Versions of the data files.
        withheld: What is not in it.
    """
    kept_current = not (context.edition or context.on_request)
    kind = "aucune\u00a0: classeur courant, refait quand son contenu change"
    if context.on_request:
        kind = "aucune\u00a0: classeur fait à la demande"
    read = f"{moment_of(context.read_at)} (Paris)"
    if kept_current:
        read += (
            ", quand ce classeur a été fait. Il reste à jour tant qu'aucun classeur courant plus"
            " récent n'est paru ; le portail, page « Exports », dit quand la démarche a été lue"
            " pour la dernière fois"
        )
    return (
        AboutLine("Démarche", f"{context.demarche} — {context.title}"),
        AboutLine("Destiné à", audience),
        AboutLine("Édition", context.edition or kind),
        AboutLine("Données lues jusqu'au", read, passing=kept_current),
        AboutLine(
            "Dernier changement",
            f"{moment_of(changed)} (Paris)" if changed else "aucun\u00a0: aucun dossier",
            Section.COUNTED,
        ),
        AboutLine("Filtres", context.filters or held),
        AboutLine("Comparé à", compared),
        AboutLine("Référentiel", context.ruleset, Section.OPERATOR),
        *digests,
        AboutLine("« Situations »", _COUNTED),
        AboutLine(
            "BDPM",
            context.reference or f"{NO_REFERENCE} : ses colonnes sont vides",
            Section.OPERATOR,
        ),
        AboutLine("Logiciel", context.software, Section.OPERATOR),
        *withheld,
    )


def identity_lines(identity: WorkbookIdentity, *, digest: str) -> tuple[AboutLine, ...]:
    """Return what tells the workbook from any other."""
    return (
        AboutLine("Somme de contrôle du contenu", f"SHA-256 {digest}", Section.OPERATOR),
        AboutLine(
            IDENTITY,
            f"{identity} (ne pas modifier : le classeur rendu est reconnu à cela)",
            Section.OPERATOR,
        ),
    )


def moment_of(moment: datetime) -> str:
    """A moment as staff read it."""
    return f"{paris(moment):%d/%m/%Y à %H:%M}"


def digest_lines(context: ExportContext, policy: Policy, *, columns: str) -> tuple[AboutLine, ...]:
    """Return the versions of the data files that decide the workbook."""
    mapping = context.mapping
    return (
        AboutLine(
            _MAPPING, f"{mapping.form} {mapping.version} ({mapping.digest})", Section.OPERATOR
        ),
        AboutLine("Colonnes", columns, Section.OPERATOR),
        AboutLine(_POLICY, f"{policy.version} ({policy.digest})", Section.OPERATOR),
    )


def withheld_lines(
    kept: Sequence[ExportedDossier] | None,
    readings: Sequence[Reading],
    *,
    context: ExportContext,
    policy: Policy,
) -> tuple[AboutLine, ...]:
    """Say what the network does not see.

    Args:
        kept: Dossiers that stay at the agency, of those of the export; ``None`` for a centre, whose
            workbook does not say how many of which centre do.
        readings: Dossiers of the workbook.
        context: Circumstances of the export.
        policy: What leaves the agency.
    """
    fields = context.mapping.fields
    titles = [spec.title for spec in fields.values() if spec.audience == "agence"]
    lines = [
        AboutLine("Colonnes réservées à l'agence", ", ".join(titles), Section.KEPT_BACK),
        AboutLine(_NOT_ASKED, _not_asked(context), Section.KEPT_BACK),
        AboutLine("Dossiers non diffusés", _kept_back(kept, context, policy), Section.COUNTED),
    ]
    withheld = Dossiers.of(readings).each("withheld", lambda one: one.told(WITHHELD, _withheld))
    for rule in policy.withheld:
        for field in rule.fields:
            masked = sum(field in one.masked for one in withheld)
            lines.append(
                AboutLine(
                    f"« {fields[field].title} »",
                    f"réponse retenue dans {agreed(masked, 'dossier')}",
                    Section.COUNTED,
                )
            )
    for rows in policy.rows:
        hidden = sum(one.rows.get(rows.field, 0) for one in withheld)
        name = f"{fields[rows.field].title} non diffusées"
        among = sum(rows.field in one.rows for one in withheld)
        shown = " ou ".join(f"« {state} »" for state in rows.shown)
        told = f"{agreed(hidden, 'ligne retenue')} dans {agreed(among, 'dossier')} : celles dont"
        told += f" l'état n'est pas {shown}"
        lines.append(AboutLine(name, told, Section.COUNTED))
    marks = sum(one.marks for one in withheld)
    among = sum(one.marks > 0 for one in withheld)
    told = f"{agreed(marks, 'passage masqué')} dans {agreed(among, 'dossier')}"
    lines.append(AboutLine("Données de patient", told, Section.COUNTED))
    below = policy.small_counts.below
    small = f"de 1 à {below - 1}, affichés « < {below} »"
    lines.append(AboutLine("Nombres de cas", small, Section.KEPT_BACK))
    return tuple(lines)


def _withheld(reading: Reading) -> WithheldParts:
    policy = reading.policy
    fields = {field for rule in policy.withheld for field in rule.fields}
    rows = {rule.field: reading.rows_kept_back(rule.field) for rule in policy.rows}
    return WithheldParts(
        masked=tuple(sorted(one for one in fields if isinstance(reading.answer(one), Mask))),
        rows={field: count for field, count in rows.items() if count},
        marks=reading.patient_marks,
    )


def _not_asked(context: ExportContext) -> str:
    """What the form does not ask, of what its readers may read; why and who stay at the agency."""
    known = every_field(context.mapping)
    titles = [
        one.title
        for one in context.absences
        if (path := one.path.partition("=")[0]) in known
        and {known[path].audience, known[path.partition(".")[0]].audience} == {"reseau"}
    ]
    return ", ".join(titles) or "aucune"


def _kept_back(
    kept: Sequence[ExportedDossier] | None, context: ExportContext, policy: Policy
) -> str:
    if kept is None:
        return "leur nombre est dans le classeur du réseau"
    scope = sum(1 for one in kept if _out_of_scope(one, policy))
    among = ", parmi ceux que le filtre retient" if context.filters else ""
    return f"{show(len(kept))}, dont {show(scope)} hors champ{among}"


def form_lines(
    readings: Sequence[Reading], context: ExportContext, *, listed: str
) -> tuple[AboutLine, ...]:
    """Say what the mapping does not take of the form; for the agency, which follows the form.

    Args:
        readings: Dossiers of the workbook.
        context: Circumstances of the export.
        listed: Name of the sheet that lists the champs themselves.
    """
    count = len(unmapped_champs(readings))
    return (
        AboutLine(
            "Champs non repris",
            f"{show(count)}, à la fin de « {listed} »" if count else "aucun",
            Section.COUNTED,
        ),
        AboutLine("Écarts du formulaire", "\n".join(context.drift) or "aucun", Section.OPERATOR),
        AboutLine("Formulaire adopté", context.adoption or "non", Section.OPERATOR),
        AboutLine(
            _NOT_ASKED,
            "\n".join(one.told for one in context.absences) or "aucune",
            Section.OPERATOR,
        ),
    )


def _out_of_scope(entry: ExportedDossier, policy: Policy) -> bool:
    known = entry.summary
    return known.out_of_scope or known.status.value in policy.agency_only_statuses
