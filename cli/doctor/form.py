"""What `unc doctor` says of the form: its drift, one line for each thing to look at."""

from collections.abc import Iterator

from cli.doctor.check import Check, Level
from clients.reading.demarche import DemarcheInfo
from datafiles.file import DataFileError
from french.text import agreed, normalise_label
from mappings.dossier.decode import decode_revision
from mappings.drift.compare import Observed, from_the_oldest
from mappings.drift.model import Drift, Severity, counts
from settings import Settings
from steps.wiring.drift import absences_of, adoption_told
from steps.wiring.form import Form
from steps.wiring.observed import compare_form
from steps.wiring.troubles import key_of

_LEVELS: dict[Severity, Level] = {Severity.BLOCKING: "bloquant", Severity.REVIEW: "à voir"}
_CHAMPS, _ANNOTATIONS = "Formulaire", "Annotations privées"
_FOR_DECLARANTS = ("statut", "completude", "version_referentiel", "motif_hors_champ")
"""Annotations that may be read by who declares; the others serve evaluation."""


def checks_form(settings: Settings, info: DemarcheInfo, form: Form) -> Iterator[Check]:
    """Compare the démarche as it is now with the mapping: champs, then annotations."""
    revisions = from_the_oldest(decode_revision(raw) for raw in info.revisions)
    observed = Observed(revisions, info.active_revision_id, info.number)
    try:
        drifts = compare_form(
            observed, form=form, mapping_file=settings.mapping, columns=settings.columns
        )
    except DataFileError as error:
        yield Check(_CHAMPS, "bloquant", str(error))
        return
    ours = [one for one in drifts if not one.field.startswith("annotations.")]
    adopted = adoption_told(
        observed, form=form, mapping_file=settings.mapping, columns=settings.columns
    )
    if adopted:
        yield Check(_CHAMPS, "ok", f"adopté : {adopted}")
    for absence in absences_of(
        observed, form=form, mapping_file=settings.mapping, columns=settings.columns
    ):
        yield Check(_CHAMPS, "info", f"non demandé : {absence.told}")
    found = f"{agreed(len(form.mapping.fields), 'donnée')}, {agreed(len(revisions), 'révision')}"
    yield from _lines(_CHAMPS, ours, found=found)
    annotations = [one for one in drifts if one.field.startswith("annotations.")]
    yield from _lines(
        _ANNOTATIONS, annotations, found=agreed(len(form.mapping.annotations), "annotation")
    )
    yield _tags(settings, observed, form)


def _tags(settings: Settings, observed: Observed, form: Form) -> Check:
    """What an administrator can have DS's own e-mails say (docs/courriels.md)."""
    name = "Courriels de DS"
    there = observed.active.annotations if observed.active else ()
    asked = {one.id: one.label for one in there}
    asked |= {normalise_label(one.label): one.label for one in there}
    tags = [
        next(
            (asked[one] for one in form.mapping.annotations[annotation].champs if one in asked), ""
        )
        for annotation in _FOR_DECLARANTS
        if annotation in form.mapping.annotations
    ]
    told = ", ".join(f"« {one} »" for one in tags if one)
    if not told:
        return Check(name, "info", "aucune annotation de la passerelle à y mettre en balise")
    passing = "par la passerelle" if settings.pass_en_instruction else "par un instructeur seul"
    return Check(
        name,
        "info",
        f"au passage en instruction (fait {passing}) et à la décision, l'administrateur peut y"
        f" mettre en balise : {told} (docs/courriels.md). DS ne dit pas si c'est fait.",
    )


def _lines(name: str, drifts: list[Drift], *, found: str) -> Iterator[Check]:
    """The drifts that somebody must look at, how many of each there are, then the others."""
    for one in drifts:
        if one.severity in _LEVELS:
            text = f"{one.sentence} — {one.remedy}"
            trouble = key_of("form", one.sentence)
            yield Check(name, _LEVELS[one.severity], text, trouble=trouble, stops=False)
    told = ", ".join(f"{count} {what}" for what, count in counts(drifts).items() if count)
    yield Check(name, "ok", f"{found} ; écarts : {told or 'aucun'}")
    for one in drifts:
        if one.severity not in _LEVELS:
            yield Check(name, "info", f"{one.sentence} — {one.remedy}")
