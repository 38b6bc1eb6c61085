"""Columns that are worked out: one small function each, by the name that columns.yaml uses."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from exports.cells import Content, Link
from exports.model import ExportContext
from exports.readers.reading import Reading
from exports.sheets.values import SCANS, STATES, joined
from french.text import typographic
from mappings.dossier.model import Attachment
from mappings.report.model import SAYING_SO
from mappings.schema.model import Audience, FieldSpec
from triage.verdict.model import ItemResult, Verdict
from triage.verdict.trial_causes import VERDICTS

JUDGEMENT, COMMENT = "avis", "commentaire"
"""Columns that evaluators fill in."""

NO_PRIORITY = "sans priorité"
"""Shown where no priority is in force, or none that the readers may know: it does not say which."""
_TO_DO = {
    Verdict.MISSING: "à compléter",
    Verdict.INVALID: "à corriger",
    Verdict.INSUFFICIENT: "à développer",
}
"""What is asked of an item whose reason is withheld: words that agree with any name."""

_QUESTION, _SCOPE, _EXPECTED = "–", "Éligibilité", "Oui ou non."
"""How a question that says whether the report is in scope is told among items."""

_AGENCY_SAYS = "l'agence doit dire si c'est la même question"
"""What readers outside the agency are told where it has a page and a command."""

UNREADABLE = "En quarantaine : DS ne sert pas ce dossier, ou pas en entier ; dernier état lu."

OfDossier: TypeAlias = Callable[[Reading], Content]
OfItem: TypeAlias = Callable[[Reading, ItemResult], Content]
OfFile: TypeAlias = Callable[[Reading, FieldSpec, Attachment], Content]


def link_of(number: int, *, context: ExportContext, audience: Audience) -> Content:
    """A number that leads to its dossier: on DS for the agency, on the portal for others.

    Centres cannot open DS: without a portal the number leads nowhere.
    """
    if audience == "agence":
        return Link(value=number, url=context.dossier_url.format(number=number))
    return (
        Link(value=number, url=f"{context.portal}/dossiers/{number}") if context.portal else number
    )


def dossier_link(reading: Reading) -> Content:
    """Number of the dossier, leading to where its readers can open it."""
    return reading.once(
        "link", lambda one: link_of(one.number, context=one.context, audience=one.audience)
    )


def band_of(reading: Reading) -> str:
    """Level of completeness, in words that no status has."""
    band = reading.entry.assessment.band
    return typographic(reading.context.bands.get(band, band))


def level(reading: Reading) -> Content:
    """Level of completeness, and on how many mandatory items it stands where not on all."""
    reach = typographic(reading.entry.assessment.reach)
    return ", ".join(filter(None, (band_of(reading), reach))) or None


def missing_items(reading: Reading) -> Content:
    """What keeps the report from being complete, one a line; « Aucun » when nothing does.

    Why is what annotation 904 and the message say: the rule-set's own words; nothing is lacking of
    what is no non-compliant use, by the verdict unless a person decided otherwise.
    """
    assessment = reading.entry.assessment
    if reading.decision.excluded:
        return "Sans objet"
    lines = [
        f"{item.id} {item.name} : {reason_of(reading, item)}"
        for item in assessment.items
        if item.blocking
    ]
    questions = [
        f"{reason.label} : {reason.text}"
        if reading.may_tell((reason.field,))
        else f"{_asked(reading, (reason.field,))} à préciser ({reading.mask.text})"
        for reason in assessment.unanswered_scope
    ]
    return typographic("\n".join([*questions, *lines])) or "Aucun"


def items_of(reading: Reading) -> tuple[ItemResult, ...]:
    """What the report is read for: the questions to clear up, as items, then those of the guide."""
    questions = tuple(
        ItemResult(
            id=_QUESTION,
            name=reason.label if reading.may_tell(fields) else _asked(reading, fields),
            section=_SCOPE,
            expected=_EXPECTED,
            mandatory=True,
            verdict=reason.verdict,
            reason=reason.text,
            fields=fields,
            lost=Decimal(0),
        )
        for reason in reading.entry.assessment.unanswered_scope
        for fields in [(reason.field,)]
    )
    return questions + reading.entry.assessment.items


def reason_of(reading: Reading, item: ItemResult) -> str:
    """Why an item is not whole; where that stays at the agency, what is to be done all the same."""
    told, to_do = reading.derived(item.reason, item.fields), _TO_DO.get(item.verdict, "")
    if not item.reason or told == item.reason or not to_do:
        return told if reading.audience == "agence" else told.replace(SAYING_SO, _AGENCY_SAYS)
    asked = _asked(reading, [one.rows or one.field for one in item.faults] or item.fields)
    return f"{asked} {to_do} (détail {told})" if asked else f"{to_do} (détail {told})"


def _asked(reading: Reading, fields: Sequence[str]) -> str:
    """Which questions, by the titles that `Dictionnaire` or `À propos` give to all readers."""
    known = reading.context.mapping.fields
    titles = dict.fromkeys(known[one].title for one in fields if one in known)
    return ", ".join(f"« {title} »" for title in titles)


def out_of_scope(reading: Reading) -> Content:
    """Why the report is out of scope: the option that a person chose, else the verdict's reason."""
    decision = reading.decision
    if decision.exclusion:  # an annotation: it stays at the agency
        return (
            typographic(decision.exclusion) if reading.audience == "agence" else reading.mask.text
        )
    reason = reading.entry.assessment.out_of_scope
    if reason is None or not decision.excluded:
        return None
    return typographic(reading.derived(reason.text, (reason.field,)))


def proposed_status(reading: Reading) -> Content:
    """Status of the verdict where a person decided otherwise; it stays at the agency."""
    return _of_agency(reading, reading.decision.proposed)


def proposed_priority(reading: Reading) -> Content:
    """Priority of the verdict where a person decided otherwise; it stays at the agency."""
    return _of_agency(reading, reading.decision.proposed_priority)


def _of_agency(reading: Reading, text: str) -> Content:
    return (text or None) if reading.audience == "agence" else reading.mask.text


def priority_reasons(reading: Reading) -> Content:
    """Criteria that hold, each with the facts it rests on; then what is to be verified."""
    assessment = reading.assessment
    told = [(criterion.name, criterion.evidence) for criterion in assessment.criteria]
    told += [("À vérifier", assessment.to_verify)] if assessment.to_verify else []
    lines = []
    for name, evidence in told:
        facts = [reading.evidence(fact) for fact in evidence]
        if None in facts:  # that it holds would already tell what is withheld
            continue
        shown = joined(fact for fact in facts if fact)
        lines.append(f"{name} ({shown})" if shown else name)
    return typographic(joined(lines, separator="\n")) or None


def warnings_text(reading: Reading) -> Content:
    """What a human should look at, one a line; at the agency, that the dossier may be older."""
    warnings = reading.entry.assessment.warnings
    # Of one drawn from what is withheld nothing is told: that it is raised would tell of that.
    texts = [one.text for one in warnings if reading.may_tell(one.fields)]
    if reading.entry.unreadable and reading.audience == "agence":
        texts.insert(0, UNREADABLE)
    return typographic(joined(texts, separator="\n")) or None


def conflicts_text(reading: Reading) -> Content:
    """Annotations that a human changed; they stay at the agency."""
    if reading.audience != "agence":
        return reading.mask.text
    titles = reading.context.mapping.annotations
    lines = [
        f"{titles[one.annotation].title if one.annotation in titles else one.annotation} : "
        f"« {one.found} » (proposé : « {one.wanted} »)"
        for one in reading.entry.conflicts
    ]
    return typographic("\n".join(lines)) or None


def unmapped_text(reading: Reading) -> Content:
    """Answers that the mapping does not take; nobody said who may read them."""
    if reading.audience != "agence":
        return reading.mask.text
    return (
        "\n".join(f"{one.label}\u00a0: {one.text}" for one in reading.entry.report.unmapped) or None
    )


def usager(reading: Reading) -> Content:
    """E-mail of the declarant's account (personal)."""
    return reading.entry.report.usager_email if reading.audience == "agence" else reading.mask.text


def demandeur(reading: Reading) -> Content:
    """Company of the declarant's account; it stays at the agency."""
    if reading.audience != "agence":
        return reading.mask.text
    company = reading.entry.report.demandeur
    return None if company is None else company.name or company.identifier


def own_judgement(reading: Reading) -> Content:
    """Opinion that the readers of the workbook gave."""
    return reading.opinion.judgement or None if reading.opinion else None


def own_comment(reading: Reading) -> Content:
    """Comment that the readers of the workbook wrote."""
    return reading.opinion.comment or None if reading.opinion else None


def received(reading: Reading) -> Content:
    """What others wrote, one a line; only the agency reads it."""
    lines = [
        f"{one.who}\u00a0: {' — '.join(part for part in (one.judgement, one.comment) if part)}"
        for one in reading.opinions
        if one.judgement or one.comment
    ]
    return "\n".join(lines) or None


OF_DOSSIER: Mapping[str, OfDossier] = {
    JUDGEMENT: own_judgement,
    COMMENT: own_comment,
    "avis_recus": received,
    "dossier": dossier_link,
    "statut": lambda one: one.decision.shown,
    "priorite": lambda one: one.decision.priority or NO_PRIORITY,
    "statut_propose": proposed_status,
    "priorite_proposee": proposed_priority,
    "completude": lambda one: one.entry.assessment.score,
    "niveau_completude": level,
    "elements_manquants": missing_items,
    "depot": lambda one: one.entry.report.deposited_at,
    "etat_ds": lambda one: STATES[one.entry.report.state],
    "archive": lambda one: "Oui" if one.entry.report.archived else "Non",
    "groupe": lambda one: _of_agency(one, one.entry.report.groupe),
    "modification": lambda one: one.entry.report.champs_modified_at,
    "decision": lambda one: one.entry.report.decided_at,
    "correction": lambda one: one.entry.report.correction_pending_since,
    "usager": usager,
    "demandeur": demandeur,
    "hors_champ": out_of_scope,
    "motifs_priorite": priority_reasons,
    "alertes": warnings_text,
    "conflits": conflicts_text,
    "non_repris": unmapped_text,
    "crpv": lambda one: one.crpv or None,
    "attribution": lambda one: one.why or None,
    "pourquoi_maintenant": lambda one: one.due or None,
    "tour": lambda one: one.turn or None,
    "attente": lambda one: one.waits_since,
    "situation": lambda one: one.situation or None,
    "referentiel": lambda one: one.entry.assessment.ruleset,
}
OF_ITEM: Mapping[str, OfItem] = {
    "element": lambda _, item: item.id,
    "nom": lambda _, item: typographic(item.name),
    "section": lambda _, item: typographic(item.section),
    "verdict": lambda _, item: VERDICTS[item.verdict],
    "attendu": lambda _, item: typographic(item.expected),
    "constat": lambda one, item: typographic(reason_of(one, item)),
    "obligatoire": lambda _, item: "Oui" if item.mandatory else "Non",
}
OF_FILE: Mapping[str, OfFile] = {
    "champ": lambda _one, spec, _file: typographic(spec.title),
    "fichier": lambda _one, _spec, file: file.filename,
    "type": lambda _one, _spec, file: file.content_type,
    "taille": lambda _one, _spec, file: file.size // 1024 + (file.size % 1024 > 0),
    "antivirus": lambda _one, _spec, file: SCANS.get(file.scan.lower(), file.scan),
    "depose_le": lambda _one, _spec, file: file.created_at,
}
