"""The trial of a rule-set as a terminal shows it."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from cli.terminal.console import table
from french.text import agreed
from mappings.report.display import show
from triage.rules.model import RuleSet
from triage.verdict.trial import Move, Trial
from triage.verdict.trial_causes import VERDICTS

_SHOWN = 40
_FEW = 20


def trial_tables(trial: Trial, candidate: RuleSet) -> Iterator[RenderableType]:
    """Who would change status or priority by a candidate, and why."""
    statuses = [one for one in trial.moves if one.status_changes]
    priorities = [one for one in trial.moves if one.priority_changes and not one.status_changes]
    others = [one for one in trial.moves if not (one.status_changes or one.priority_changes)]
    yield Text(
        f"Référentiel {candidate.version} essayé sur {agreed(trial.compared, 'dossier')}, dont"
        f" {agreed(trial.since, 'déposé')} depuis le {candidate.in_force_from:%d/%m/%Y},"
        f" les seuls qu'il jugerait une fois adopté : {_counted(statuses)}"
        f" {'changeraient' if len(statuses) > 1 else 'changerait'} de statut,"
        f" {_counted(priorities)} de priorité seulement, {_counted(others)} de score ou d'item"
        " seulement. Rien n'a été changé."
    )
    if trial.statuses():
        rows = [(before, after, count) for (before, after), count in trial.statuses().items()]
        yield table("Changements de statut", ["De", "À", "Dossiers"], rows)
    if trial.causes():
        yield table("Ce qui décide", ["Règle", "Dossiers"], list(trial.causes().items()))
    yield from _who("Qui changerait de statut", statuses)
    yield from _who("Qui changerait de priorité seulement", priorities)
    yield from _scores(others)


def _counted(moves: Sequence[Move]) -> str:
    """How many, and how many of them it would judge once adopted where that is not all."""
    since = sum(one.since for one in moves)
    return show(len(moves)) if since == len(moves) else f"{show(len(moves))} (dont {show(since)})"


def _who(title: str, moves: Sequence[Move]) -> Iterator[RenderableType]:
    if moves:
        shown = f"{title} ({show(min(len(moves), _SHOWN))} sur {show(len(moves))})"
        columns = ["Dossier", "Statut", "Priorité", "Score", "Pourquoi"]
        yield table(shown, columns, [_row(one) for one in moves[:_SHOWN]])


def _scores(moves: Sequence[Move]) -> Iterator[RenderableType]:
    if moves:
        title = "Qui changerait de score ou d'item seulement"
        rows = [
            (one.number, _moved(one.before.score, one.after.score), _items(one))
            for one in moves[:_FEW]
        ]
        shown = f"{title} ({show(len(rows))} sur {show(len(moves))})"
        yield table(shown, ["Dossier", "Score", "Items"], rows)


def _items(one: Move) -> str:
    told = (f"{item.id} : {_verdict(item.before)} → {_verdict(item.after)}" for item in one.items)
    return "\n".join(told)


def _verdict(name: str | None) -> str:
    return VERDICTS[name] if name else "pas d'item"


def _row(one: Move) -> tuple[object, ...]:
    before, after = one.before, one.after
    return (
        one.number,
        _moved(before.status, after.status),
        _moved(before.priority or "–", after.priority or "–"),
        _moved(before.score, after.score),
        "\n".join(f"{cause.rule} : {cause.text}" for cause in one.causes),
    )


def _moved(before: object, after: object) -> str:
    told = ["–" if one is None else str(one) for one in (before, after)]
    return " → ".join(told) if before != after else told[1]
