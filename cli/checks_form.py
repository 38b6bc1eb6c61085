"""What `unc doctor` says of the form: its drift, one line for each thing to look at."""

from collections.abc import Iterator

from cli.check import Check, Level
from clients.demarche import DemarcheInfo
from flows.drift import compare_form, in_order
from flows.form import Form
from mappings.compare import Observed
from mappings.data_file import DataFileError
from mappings.decode import decode_revision
from mappings.drift import Drift, Severity
from settings import Settings

_LEVELS: dict[Severity, Level] = {Severity.BLOCKING: "bloquant", Severity.REVIEW: "à voir"}
_CHAMPS, _ANNOTATIONS = "Formulaire", "Annotations privées"


def checks_form(settings: Settings, info: DemarcheInfo, form: Form) -> Iterator[Check]:
    """Compare the démarche as it is now with the mapping: champs, then annotations."""
    revisions = in_order(decode_revision(raw) for raw in info.revisions)
    observed = Observed(revisions, info.active_revision_id)
    try:
        drifts = compare_form(observed, form=form, mapping_file=settings.mapping)
    except DataFileError as error:
        yield Check(_CHAMPS, "bloquant", str(error))
        return
    ours = [one for one in drifts if not one.field.startswith("annotations.")]
    told = sum(one.severity is Severity.INFORMATION for one in ours)
    found = f"{len(form.mapping.fields)} données, {len(revisions)} révision(s)"
    yield from _lines(_CHAMPS, ours, good=f"{found} ; {told} écart(s) pour information")
    annotations = [one for one in drifts if one.field.startswith("annotations.")]
    yield from _lines(_ANNOTATIONS, annotations, good="toutes sont là")


def _lines(name: str, drifts: list[Drift], *, good: str) -> Iterator[Check]:
    serious = [one for one in drifts if one.severity in _LEVELS]
    for one in serious:
        yield Check(name, _LEVELS[one.severity], f"{one.sentence} — {one.remedy}")
    if not serious:
        yield Check(name, "ok", good)
