"""`unc status`: where the bridge stands, from the store alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import orjson
from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from cli.terminal.console import ERROR, Console, table
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Count
from cli.terminal.printable import printable
from mappings.drift.model import Severity
from mappings.medicines.columns import NO_REFERENCE
from mappings.report.display import show
from steps.publish.source import KIND
from steps.wiring.drift import drift_of, form_adoption_told
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services, each_demarche, now, open_services
from steps.wiring.summary import OUTCOMES
from steps.wiring.token_age import token_warning
from steps.wiring.troubles import Told, counted, key_of
from store.outbox.stages import Stage

_DEFAULT = Common()
_UNCOUNTED = "à compter au prochain passage"
"""A base of an older version, that no run has judged since: it counted nothing."""
_TITLES = {
    "titre": "Titre",
    "lu_jusqu_au": "Lue jusqu'au",
    "derniere_lecture": "Dernière lecture",
    "minutes_depuis": "Soit",
    "dossiers": "Dossiers lus",
    "evalues": "Dossiers évalués",
    "statuts": "Statuts",
    "priorites": "Priorités",
    "ecritures_en_attente": "Écritures en attente",
    "dernier_export": "Dernier export",
    "formulaire_adopte": "Formulaire adopté",
    "jeton": "Jeton",
    "bdpm": "Base des médicaments",
}
_HOUR, _DAY = 60, 24 * 60
_HEADS = {"passage": "Nº", "que_faire": "Que faire", "libellé": "Libellé", "dossiers": "Dossiers"}
_LISTS = {
    "quarantaine": "En quarantaine : DS ne peut pas les servir",
    "refus": "Écritures refusées",
    "conflits": "Annotations tenues par une personne",
    "derive_du_formulaire": "Le formulaire a changé",
    "champs_sans_correspondance": "Champs sans correspondance",
    "passages": "Derniers passages",
    "exports": "Derniers exports",
}


def status(
    *,
    stalled_after: Count | None = None,
    all_: Annotated[bool, Parameter(name="--tout", negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Montrer où en est la passerelle : lecture, verdicts, attente, quarantaine, exports.

    Args:
        stalled_after: Finir en erreur (1) si la démarche n'a pas été lue depuis tant de minutes.
        all_: Montrer aussi ce que le dernier passage n'était pas le premier à dire.
    """
    states = []
    for settings in each_demarche(complete=False):
        with open_services(settings) as services:
            state = _state(services)
            told = Told.of(services.store.runs.told(services.demarche))
        states.append(state)
        if not common.json:
            _show(state, told=Told() if all_ else told)
    if common.json:
        print_json(states[0] if len(states) == 1 else {"demarches": states})
    late = [] if stalled_after is None else states
    stalled = [one for one in late if _is_stalled(one, minutes=stalled_after or 0)]
    for state in stalled:
        since = state["minutes_depuis"]
        when = "jamais lue" if since is None else f"lue il y a {since} minutes"
        ERROR.print(f"La démarche {state['demarche']} n'avance plus : {when}.", highlight=False)
    return 1 if stalled else 0


def _is_stalled(state: Mapping[str, Any], *, minutes: int) -> bool:
    since = state["minutes_depuis"]
    return since is None or since > minutes


def _show(state: Mapping[str, Any], *, told: Told) -> None:
    """How things are, then each list; what runs before the last one told is counted at the end."""
    out, before = Console(), told.before_last()
    lines = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for name, title in _TITLES.items():
        lines.add_row(out.typeset(title), Text(printable(out.typeset(_worded(name, state[name])))))
    out.print(f"Démarche {state['demarche']}", style="bold", highlight=False)
    out.print(lines)
    known: dict[str, bool] = {}
    for name, title in _LISTS.items():
        keys = [_key(name, one, told.since) for one in state[name]]
        known |= {
            key: one.get("gravité") == Severity.BLOCKING.value
            for key, one in zip(keys, state[name], strict=True)
            if key in before
        }
        new = [one for key, one in zip(keys, state[name], strict=True) if key not in before]
        if new:
            cells = [[_cell(value) for value in one.values()] for one in new]
            out.print()
            out.print(table(title, [_HEADS.get(head, head.capitalize()) for head in new[0]], cells))
    if known:
        blocking = sum(known.values())
        line = counted(known, before, command="unc status --tout", blocking=blocking)
        out.print(f"\n{line}", highlight=False)


def _key(name: str, one: Mapping[str, Any], told: Mapping[str, datetime]) -> str:
    """The fingerprint of a line, among the troubles that runs tell; "" for what is none."""
    match name:
        case "quarantaine":
            return key_of("quarantined", one["dossier"])
        case "conflits":
            return key_of("held", one["dossier"])
        case "refus":
            exact = key_of("refused", one["dossier"], one["raison"])
            return exact if exact in told else key_of("refused", one["dossier"])
        case "derive_du_formulaire":
            return key_of("form", one["écart"])
        case "champs_sans_correspondance":
            return key_of("champ", one["champ"])
        case _:
            return ""


def _worded(name: str, value: Any) -> str:
    match name, value:
        case "minutes_depuis", int():
            return f"il y a {_duration(value)}"
        case "priorites", dict():
            named = {"sans" if key == "–" else key: count for key, count in value.items()}
            return _shown(named)
        case "jeton", None:
            return "rien à signaler"
        case "bdpm", str() if value != NO_REFERENCE:
            return f"BDPM, version {value}"
        case _:
            return _shown(value)


def _duration(minutes: int) -> str:
    """A time in the largest units that tell it."""
    if minutes < _HOUR:
        return f"{minutes} min"
    if minutes < _DAY:
        return f"{minutes // _HOUR} h {minutes % _HOUR:02} min"
    return f"{minutes // _DAY} j {minutes % _DAY // _HOUR} h"


def _cell(value: Any) -> str:
    """A number in a list names a dossier, a champ or a run: digits as they are."""
    return str(value) if isinstance(value, int) else _shown(value)


def _state(services: Services) -> dict[str, Any]:
    store, demarche = services.store, services.demarche
    known = store.demarches.state(demarche)
    totals = store.facts.totals(demarche)
    published = store.exports.last(demarche, kind=KIND)
    return {
        "demarche": demarche,
        "titre": known.title,
        "lu_jusqu_au": known.watermark,
        "derniere_lecture": known.last_polled_at,
        "minutes_depuis": _minutes_since(known.last_polled_at),
        "dossiers": store.dossiers.count(demarche),
        "evalues": totals.judged,
        "statuts": {status or _UNCOUNTED: count for status, count in totals.statuses.items()},
        "priorites": dict(sorted((name or "–", n) for name, n in totals.priorities.items())),
        "ecritures_en_attente": store.outbox.waiting(demarche),
        "dernier_export": published.folder if published else None,
        "formulaire_adopte": form_adoption_told(services) or "non",
        "jeton": token_warning(services.inputs.token),
        "passages": [
            {
                "passage": run.id,
                "début": run.started_at,
                "fin": run.finished_at,
                "issue": OUTCOMES.get(run.outcome, run.outcome),
                "pourquoi": run.counts.get("error"),
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
                *store.outbox.put_off(demarche),
                *store.outbox.remarks(demarche),
            )
        ],
        "bdpm": version_of(services.inputs.home) or NO_REFERENCE,
        "derive_du_formulaire": [
            {"gravité": one.severity.value, "écart": one.sentence, "que_faire": one.remedy}
            for one in drift_of(services)
        ],
        "champs_sans_correspondance": [
            {"champ": champ, "libellé": label, "dossiers": count}
            for (champ, label), count in _unmapped(totals.unmapped)
        ],
    }


def _unmapped(
    counted: Mapping[str | None, int],
) -> Iterable[tuple[tuple[str, str], int]]:
    """Champs that are not mapped, by id and label, and in how many dossiers; most first."""
    found: Counter[tuple[str, str]] = Counter()
    for champs, dossiers in counted.items():
        for champ, label in orjson.loads(champs or "[]"):
            found[champ, label] += dossiers
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _minutes_since(moment: Any) -> int | None:
    return None if moment is None else int((now() - moment).total_seconds() // 60)


def _shown(value: Any) -> str:
    match value:
        case None:
            return "–"
        case dict():
            return (
                ", ".join(f"{name}\N{NO-BREAK SPACE}: {one}" for name, one in value.items()) or "–"
            )
        case _:
            return show(value)
