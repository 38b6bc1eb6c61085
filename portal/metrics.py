"""How the bridge is, as Prometheus reads it: counts and moments, nothing of a dossier."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from steps.follow.state import BASE, SOFTWARE, Health

OUTCOMES = ("completed", "with errors", "failed", "interrupted", "killed", "running")


def exposition(health: Health | None) -> bytes:
    """The metrics as text; without health the base did not answer, which is all that is told."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_BridgeMetrics(health))
    return generate_latest(registry)


class _BridgeMetrics(Collector):
    """What is told of one moment."""

    def __init__(self, health: Health | None) -> None:
        self._health = health

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every metric that has a value now."""
        info = GaugeMetricFamily("unc_info", "Versions ; toujours 1", labels=["version", "base"])
        info.add_metric([SOFTWARE, BASE], 1)
        yield info
        health = self._health
        yield GaugeMetricFamily(
            "unc_database_up", "1 si la base répond, 0 sinon", value=float(health is not None)
        )
        if health is None:
            return
        yield from _moments(health)
        yield from _counts(health)
        ended = {one: float(one == health.run_outcome) for one in OUTCOMES}
        yield _by("unc_last_run", "1 pour l'issue du dernier passage", "outcome", ended)
        yield _by(
            "unc_form_differences",
            "Écarts du formulaire, par gravité",
            "severity",
            health.differences,
        )
        yield _by("unc_disk_free_bytes", "Place libre, par dossier", "folder", health.free)


def _moments(health: Health) -> Iterator[GaugeMetricFamily]:
    moments: dict[str, tuple[str, datetime | None]] = {
        "unc_last_reading_timestamp_seconds": ("Dernière lecture de la démarche", health.read_at),
        "unc_last_run_start_timestamp_seconds": (
            "Début du dernier passage",
            health.run_started_at,
        ),
        "unc_last_export_timestamp_seconds": ("Dernière publication", health.exported_at),
        "unc_last_backup_timestamp_seconds": ("Dernière sauvegarde", health.backed_up_at),
        "unc_token_end_timestamp_seconds": ("Fin du jeton, si elle est dite", health.token_ends_at),
    }
    for name, (told, at) in moments.items():
        if at is not None:
            yield GaugeMetricFamily(name, told, value=at.timestamp())


def _counts(health: Health) -> Iterator[GaugeMetricFamily]:
    counts = {
        "unc_dossiers": ("Dossiers gardés", health.dossiers),
        "unc_writes_waiting": ("Écritures vers DS en attente", health.waiting),
        "unc_writes_refused": ("Écritures que DS a refusées", health.refused),
        "unc_annotations_held": ("Annotations qu'une personne tient", health.held),
        "unc_dossiers_quarantined": ("Dossiers que DS ne peut pas servir", health.quarantined),
        "unc_form_adopted": ("1 si une personne a adopté le formulaire", int(health.adopted)),
        "unc_reference_loaded": ("1 si une BDPM est chargée", int(bool(health.reference))),
    }
    for name, (told, value) in counts.items():
        yield GaugeMetricFamily(name, told, value=value)


def _by(name: str, told: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family
