"""The circumstances in which dossiers are shown, without what takes reading their reports."""

from hashlib import sha256
from importlib.metadata import version
from urllib.parse import urlsplit

from exports.model import ExportContext
from mappings.adoption.in_force import kept_inside
from steps.read.poll import BEGINNING
from steps.wiring import handed_out_files
from steps.wiring.drift import absences_told, adoption_told, drift_of, observed_form
from steps.wiring.public_data.reference import version_of
from steps.wiring.services import Services
from triage.rules.sentences import terms_of
from triage.verdict.assess import JUDGED

KIND = "classeurs"
"""Kind of the published workbooks, in the store."""


def circumstances(services: Services) -> ExportContext:
    """Those of what is shown now; situations and years are left out."""
    state, drift = services.store.demarches.state(services.demarche), drift_of(services)
    watermark = state.watermark or BEGINNING
    return ExportContext(
        demarche=services.demarche,
        title=state.title or "",
        dossier_url=dossier_url(services),
        mapping=services.form.mapping,
        ruleset=", ".join(rules.version for rules in services.form.rulesets),
        software=f"passerelle-unc {version('passerelle-unc')}",
        watermark=watermark,
        read_at=state.last_polled_at or watermark,
        network_default=services.inputs.publishing.network_default,
        drift=tuple(one.advice for one in drift),
        reference=version_of(services.inputs.home),
        kept_inside=kept_inside(drift),
        adoption=adoption_told(
            observed_form(services),
            form=services.form,
            mapping_file=services.inputs.mapping_file,
            columns=services.inputs.publishing.columns,
        ),
        absences=absences_told(services),
        portal=services.inputs.publishing.portal,
        live_since=min(
            services.store.assessments.first_checks(services.demarche).values(), default=None
        ),
        aside=services.store.quarantine.numbers(services.demarche),
        matching=services.form.matching,
        bands=handed_out_files.bands(services.inputs.publishing.columns),
        terms=terms_of(services.form.rulesets, services.form.mapping),
    )


def line_stamps(services: Services) -> dict[int, str]:
    """What lines of each dossier that has a verdict are made from, by number; none is read."""
    store, demarche = services.store, services.demarche
    around = _digest(
        version("passerelle-unc"),
        services.form.mapping.digest,
        services.inputs.publishing.network_default,
        services.inputs.ds_url,
        version_of(services.inputs.home),
        *handed_out_files.texts(services.inputs.publishing.columns),
        JUDGED,
        *(rules.digest for rules in services.form.rulesets),
        str(bool(kept_inside(drift_of(services)))),
    )
    beside: dict[int, str] = {}
    for conflict in store.outbox.conflicts(demarche):
        beside[conflict.number] = f"{beside.get(conflict.number, '')}{conflict}"
    for opinion in store.opinions.latest(demarche):
        beside[opinion.number] = f"{beside.get(opinion.number, '')}{opinion}"
    aside = store.quarantine.numbers(demarche)
    return {
        row.number: _digest(
            around,
            row.content_hash,
            row.assessed_fingerprint,
            str(row.assessed_basis),
            str(row.status),
            str(row.situation),
            beside.get(row.number, ""),
            str(row.number in aside),
        )
        for row in store.dossiers.light_rows(demarche)
        if row.assessed_fingerprint is not None
    }


def dossier_url(services: Services) -> str:
    """Page of a dossier for instructeurs, on the instance that serves the API."""
    parts = urlsplit(services.inputs.ds_url)
    path = f"procedures/{services.demarche}/dossiers/{{number}}"
    return f"{parts.scheme}://{parts.netloc}/{path}"


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:20]
