"""Of what workbooks are made: one digest, which moves when any of it does."""

from hashlib import sha256
from importlib.metadata import version

from exports.published.checksum import MADE
from exports.published.editions import EditionKind, editions
from steps.registre.stamp import register_stamp
from steps.wiring import hand_out_texts
from steps.wiring.drift import absences_told, drift_of
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services
from triage.verdict.assess import JUDGED

KIND = "classeurs"
"""Kind of the published workbooks, in the store."""


def source_digest(services: Services) -> str:
    """Hash of all that the workbooks are made from, without reading dossiers one by one."""
    store, demarche = services.store, services.demarche
    state = store.demarches.state(demarche)
    weekly = editions(services.inputs.publishing.folder, EditionKind.WEEKLY, demarche=demarche)
    parts = [
        MADE,
        *(str(one.sequence) for one in weekly[:1]),
        version("passerelle-unc"),
        services.form.mapping.digest,
        services.inputs.publishing.network_default,
        services.inputs.ds_url,
        services.inputs.publishing.portal,
        version_of(services.inputs.home),
        *hand_out_texts.texts(services.inputs.publishing.columns),
        *store.dossiers.states(demarche),
        *map(str, store.outbox.conflicts(demarche)),
        *map(str, store.opinions.latest(demarche)),
        *register_stamp(services),
        *map(str, sorted(store.quarantine.numbers(demarche))),
        *map(str, store.corrections.list(demarche)),
        JUDGED,
        services.form.digest,
        *(rules.digest for rules in services.form.rulesets),
        *(one.advice for one in drift_of(services)),
        *(one.told for one in absences_told(services)),
        str(state.active_revision_id),
        str(state.title),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()
