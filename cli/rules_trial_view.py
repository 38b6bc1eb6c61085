"""The trial of a rule-set as a terminal shows it."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from cli.output import table
from triage.ruleset import RuleSet
from triage.trial import Move, Trial

_SHOWN = 40


def trial_tables(trial: Trial, candidate: RuleSet) -> Iterator[RenderableType]:
    """Who would change status or priority by a candidate, and why."""
    statuses = [one for one in trial.moves if one.status_changes]
    priorities = [one for one in trial.moves if one.priority_changes and not one.status_changes]
    others = len(trial.moves) - len(statuses) - len(priorities)
    yield Text(
        f"Référentiel {candidate.version} essayé sur {trial.compared} dossier(s) :"
        f" {len(statuses)} changerai(en)t de statut, {len(priorities)} de priorité seulement,"
        f" {others} de score ou d'item seulement. Rien n'a été changé."
    )
    if trial.statuses():
        rows = [(before, after, count) for (before, after), count in trial.statuses().items()]
        yield table("Changements de statut", ["De", "À", "Dossiers"], rows)
    if trial.causes():
        yield table("Ce qui décide", ["Règle", "Dossiers"], list(trial.causes().items()))
    yield from _who("Qui changerait de statut", statuses)
    yield from _who("Qui changerait de priorité seulement", priorities)


def _who(title: str, moves: Sequence[Move]) -> Iterator[RenderableType]:
    if moves:
        shown = f"{title} ({min(len(moves), _SHOWN)} sur {len(moves)})"
        columns = ["Dossier", "Statut", "Priorité", "Score", "Pourquoi"]
        yield table(shown, columns, [_row(one) for one in moves[:_SHOWN]])


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
    return f"{before} → {after}" if before != after else str(after)
