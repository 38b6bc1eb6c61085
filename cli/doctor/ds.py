"""What `unc doctor` looks at on DS: token, démarche, instructeur, form, annotations, labels."""

from collections.abc import Iterator

from cli.doctor.check import Check
from cli.doctor.form import checks_form
from clients.reading.demarche import DemarcheInfo
from clients.reading.reader import DsReader
from clients.writing.writer import DsWriter
from french.text import agreed
from settings import Settings, SettingsError
from steps.wiring.drift import labels_to_see
from steps.wiring.failures import KNOWN
from steps.wiring.form import Form
from steps.wiring.services import transport_of
from triage.replies.reply import Annotate, AnnotationChange, Outcome

_STATES = {
    "brouillon": "en test",
    "publiee": "publiée",
    "close": "close",
    "depubliee": "dépubliée",
}
NOBODY = "RG9zc2llci0w"
"""``Dossier-0``, which no démarche has: a write that can only be refused."""


def checks_ds(settings: Settings, form: Form | None) -> Iterator[Check]:
    """Access first; the rest when there is one."""
    if missing := _missing(settings):
        yield Check("Accès à DS", "bloquant", missing)
        return
    try:
        number = settings.demarche_number()
        with transport_of(settings) as transport:
            info = DsReader(transport).demarche(number)
            yield Check("Accès à DS", "ok", "le jeton lit la démarche")
            yield Check(
                "Démarche",
                "ok",
                f"{info.number} — {info.title} ({_STATES.get(info.state, info.state)})",
            )
            yield _instructeur(settings, info)
            yield _writing(settings, info, DsWriter(transport))
    except KNOWN as error:
        yield Check("Accès à DS", "bloquant", str(error))
        return
    if form is not None:
        yield from checks_form(settings, info, form)
        yield _labels(info, form)


def _missing(settings: Settings) -> str | None:
    """Everything that is missing, when DS cannot be asked without it."""
    try:
        settings.token()
        settings.demarche_number()
    except SettingsError:
        try:
            settings.require_complete()
        except SettingsError as error:
            return str(error)
    return None


def _instructeur(settings: Settings, info: DemarcheInfo) -> Check:
    name = "Instructeur"
    if not settings.instructeur:
        return Check(name, "bloquant", "UNC_INSTRUCTEUR manque : donnez son courriel.")
    found = info.instructeur(settings.instructeur)
    if found is None:
        return Check(
            name,
            "bloquant",
            f"UNC_INSTRUCTEUR : {settings.instructeur} n'est instructeur d'aucun groupe ;"
            " ajoutez-le à chaque groupe instructeur sur DS.",
        )
    outside = [g.label for g in info.groupes if not g.closed and not g.has(found.id)]
    if outside:
        return Check(
            name,
            "à voir",
            f"{settings.instructeur} n'est pas dans : {', '.join(outside)}. Les dossiers de ces"
            " groupes ne seront pas annotés ; ajoutez-l'y sur DS.",
        )
    return Check(name, "ok", f"{settings.instructeur} est dans chaque groupe")


def _writing(settings: Settings, info: DemarcheInfo, writer: DsWriter) -> Check:
    """Ask for a write on a dossier that does not exist: a read-only token says that it is one."""
    name = "Droit d'écrire"
    found = info.instructeur(settings.instructeur or "")
    if found is None:
        return Check(name, "à voir", "non vérifié : il faut d'abord l'instructeur")
    change = AnnotationChange(name="essai", api_id=NOBODY, kind="text", value="")
    essay = Annotate(key="doctor", number=0, dossier_id=NOBODY, changes=(change,))
    deliveries = writer.deliver([essay], instructeur_id=found.id, labels={})
    for delivery in deliveries:
        receipt = delivery.receipt
        if receipt.outcome is Outcome.REFUSED and "lecture" in receipt.text:
            return Check(
                name,
                "bloquant",
                f"{settings.token_setting} : ce jeton ne fait que lire. Créez sur DS un jeton avec"
                " accès en écriture, ou n'utilisez que « unc sync » et « unc export ».",
            )
    return Check(name, "ok", "le jeton n'est pas limité à la lecture")


def _labels(info: DemarcheInfo, form: Form) -> Check:
    to_see = labels_to_see(form, info.labels)
    if to_see:
        return Check("Labels", "à voir", to_see)
    managed = form.policy.labels.managed
    there = form.mapping.labels_in(managed, info.labels)
    if not there:
        why = "la correspondance n'en pose" if managed else "reponses.yaml n'en demande"
        return Check("Labels", "info", f"{why} aucun")
    return Check("Labels", "ok", f"{agreed(len(there), 'label')} en place")
