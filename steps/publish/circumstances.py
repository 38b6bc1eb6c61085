"""The circumstances in which dossiers are shown, without what takes reading their reports."""

from collections import defaultdict
from collections.abc import Collection
from hashlib import sha256
from importlib.metadata import version
from urllib.parse import urlsplit

from exports.model import ExportContext
from exports.published.checksum import MADE
from mappings.adoption.in_force import kept_inside
from steps.judge.verdicts_due import matching_versions
from steps.read.poll import BEGINNING
from steps.wiring import hand_out_texts, handed_out_files
from steps.wiring.drift import absences_told, asks_all, drift_of, form_adoption_told
from steps.wiring.form import reviewed_form
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services
from triage.replies.plan import PLANNED
from triage.rules.sentences import terms_of
from triage.verdict.assess import JUDGED


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
        adoption=form_adoption_told(services),
        absences=absences_told(services),
        asks_all=asks_all(services),
        portal=services.inputs.publishing.portal,
        live_since=min(
            services.store.assessments.first_checks(services.demarche).values(), default=None
        ),
        aside=services.store.quarantine.numbers(services.demarche),
        matching=services.form.matching,
        bands=handed_out_files.bands(services.inputs.publishing.columns),
        terms=terms_of(services.form.rulesets, services.form.mapping),
    )


def dossier_stamps(services: Services, *, numbers: Collection[int] | None = None) -> dict[int, str]:
    """What lists and workbooks show of each dossier that has a verdict, by number; none is read.

    Two stamps that are equal are of the same lines and the same rows.

    Args:
        services: Store and data files.
        numbers: Only of those.
    """
    store, demarche, form = services.store, services.demarche, services.form
    reviewed = reviewed_form(services.inputs.mapping_file)
    around = _digest(
        version("passerelle-unc"),
        MADE,
        form.mapping.digest,
        services.inputs.publishing.network_default,
        services.inputs.ds_url,
        services.inputs.publishing.portal,
        version_of(services.inputs.home),
        *hand_out_texts.texts(services.inputs.publishing.columns),
        JUDGED,
        PLANNED,
        matching_versions(services),
        *(rules.digest for rules in form.rulesets),
        form.digest,
        *sorted(store.demarches.revision_texts(demarche).values()),
        *(sorted(reviewed.settled) if reviewed else ()),
        str(bool(kept_inside(drift_of(services)))),
    )
    beside = defaultdict[int, list[str]](list)
    for conflict in store.outbox.conflicts(demarche):
        beside[conflict.number].append(str(conflict))
    for opinion in store.opinions.latest(demarche):
        beside[opinion.number].append(str(opinion))
    for correction in store.corrections.list(demarche):
        beside[correction.number].append(str(correction))
    for number, first in store.assessments.first_checks(demarche).items():
        beside[number].append(str(first))
    for number, codes in store.not_patients.codes(demarche).items():
        beside[number] += sorted(codes)
    aside = store.quarantine.numbers(demarche)
    return {
        row.number: _digest(
            around,
            row.content_hash,
            row.fingerprint,
            row.assessed_fingerprint,
            str(row.assessed_basis),
            str(row.status),
            str(row.situation),
            *beside.get(row.number, ()),
            str(row.number in aside),
        )
        for row in store.dossiers.light_rows(demarche, numbers=numbers)
        if row.assessed_fingerprint is not None
    }


def dossier_url(services: Services) -> str:
    """Page of a dossier for instructeurs, on the instance that serves the API."""
    parts = urlsplit(services.inputs.ds_url)
    path = f"procedures/{services.demarche}/dossiers/{{number}}"
    return f"{parts.scheme}://{parts.netloc}/{path}"


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:20]
