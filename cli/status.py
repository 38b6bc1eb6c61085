"""`unc status`: where the bridge stands, from the store alone."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from cli.output import ERROR, Common, print_json, table
from flows.drift import drift_of
from flows.export import KIND, entries_of
from flows.reference import version_of
from flows.services import Services, now, open_services
from flows.token_age import token_warning
from mappings.display import show
from mappings.medicine_facts import NO_REFERENCE
from settings import load_settings
from store.stages import Stage

_DEFAULT = Common()
_OUTCOMES = {
    "completed": "terminé",
    "with errors": "terminé, à regarder",
    "failed": "interrompu",
    "killed": "tué",
    "running": "en cours",
}


def status(*, stalled_after: int | None = None, common: Common = _DEFAULT) -> int:
    """Montrer où en est la passerelle : lecture, verdicts, attente, quarantaine, exports.

    Args:
        stalled_after: Finir en erreur (1) si la démarche n'a pas été lue depuis tant de minutes.
    """
    with open_services(load_settings()) as services:
        state = _state(services)
    if common.json:
        print_json(state)
    else:
        _show(state)
    since = state["minutes_depuis"]
    if stalled_after is not None and (since is None or since > stalled_after):
        told = "jamais lue" if since is None else f"lue il y a {since} minutes"
        ERROR.print(f"La démarche {state['demarche']} n'avance plus : {told}.", highlight=False)
        return 1
    return 0


def _show(state: Mapping[str, Any]) -> None:
    out = Console()
    rows = [(name, _shown(value)) for name, value in state.items() if not isinstance(value, list)]
    out.print(table(f"Démarche {state['demarche']}", ["", ""], rows))
    for name in (
        "passages",
        "exports",
        "quarantaine",
        "conflits",
        "refus",
        "derive_du_formulaire",
        "champs_sans_correspondance",
    ):
        if state[name]:
            columns = list(state[name][0])
            out.print(
                table(
                    name.replace("_", " "),
                    columns,
                    [[_shown(cell) for cell in r.values()] for r in state[name]],
                )
            )


def _state(services: Services) -> dict[str, Any]:
    store, demarche = services.store, services.demarche
    known = store.demarches.state(demarche)
    entries = list(entries_of(services))
    unmapped = Counter(
        (one.champ_id, one.label) for entry in entries for one in entry.report.unmapped
    )
    published = store.exports.last(demarche, kind=KIND)
    return {
        "demarche": demarche,
        "titre": known.title,
        "lu_jusqu_au": known.watermark,
        "derniere_lecture": known.last_polled_at,
        "minutes_depuis": _minutes_since(known.last_polled_at),
        "dossiers": len(entries),
        "statuts": dict(Counter(entry.assessment.status.value for entry in entries)),
        "priorites": dict(sorted(Counter(e.assessment.priority or "–" for e in entries).items())),
        "ecritures_en_attente": len(store.outbox.pending(demarche)),
        "dernier_export": published.folder if published else None,
        "jeton": token_warning(services.settings),
        "passages": [
            {
                "passage": run.id,
                "début": run.started_at,
                "fin": run.finished_at,
                "issue": _OUTCOMES.get(run.outcome, run.outcome),
            }
            for run in store.runs.last(demarche, limit=5)
        ],
        "exports": [
            {"publié": one.published_at, "dossier": one.folder}
            for one in store.exports.list(demarche, kind=KIND, limit=5)
        ],
        "quarantaine": [
            {"dossier": one.number, "raison": one.reason, "essais": one.tries}
            for one in store.quarantine.list(demarche)
        ],
        "conflits": [
            {
                "dossier": one.number,
                "annotation": one.annotation,
                "voulu": one.wanted,
                "trouvé": one.found,
            }
            for one in store.outbox.conflicts(demarche)
        ],
        "refus": [
            {"dossier": one.reply.number, "raison": one.text}
            for one in (
                *store.outbox.recorded(demarche, stages=[Stage.REFUSED]),
                *store.outbox.remarks(demarche),
            )
        ],
        "bdpm": version_of(services.settings) or NO_REFERENCE,
        "derive_du_formulaire": [
            {"gravité": one.severity.value, "écart": one.sentence, "que_faire": one.remedy}
            for one in drift_of(services)
        ],
        "champs_sans_correspondance": [
            {"champ": champ, "libellé": label, "dossiers": count}
            for (champ, label), count in unmapped.most_common()
        ],
    }


def _minutes_since(moment: Any) -> int | None:
    return None if moment is None else int((now() - moment).total_seconds() // 60)


def _shown(value: Any) -> str:
    match value:
        case None:
            return "–"
        case dict():
            return ", ".join(f"{name} : {count}" for name, count in value.items()) or "–"
        case _:
            return show(value)
