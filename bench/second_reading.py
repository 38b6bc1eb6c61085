"""Who changes between two rule-sets, and why: every verdict on generated dossiers, as a table.

python -m bench.second_reading [count] [candidate]      2000 dossiers, triage/unc/rules/2026-2.yaml
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.serving import judged_demarche
from sandbox.generator.generate import generate
from settings import ROOT
from steps.explain.trial import try_ruleset
from triage.rules.file import parse_ruleset
from triage.verdict.trial import Trial
from triage.verdict.trial_causes import PRIORITY, VERDICTS

SEED = 1


def trial(count: int, candidate: Path) -> Trial:
    """Judge generated dossiers by the rule-set of their day, then by the candidate."""
    with judged_demarche(generate(count, seed=SEED)) as services:
        text = candidate.read_text("utf-8")
        rules = parse_ruleset(text, source=candidate.name, mapping=services.form.mapping)
        return try_ruleset(services, rules)


def tables(found: Trial) -> Iterator[str]:
    """The trial as Markdown."""
    moves = found.moves
    yield f"{found.compared} dossiers, {len(moves)} verdicts autres."
    statuses = {f"{one} → {other}": count for (one, other), count in found.statuses().items()}
    yield from _table("Statut", statuses)
    why = Counter(cause.text for one in moves for cause in one.causes if cause.rule == PRIORITY)
    yield from _table("Priorité, et pourquoi", why)
    items = Counter(
        f"{item.id} : {_word(item.before)} → {_word(item.after)} ({item.reason or '–'})"
        for one in moves
        for item in one.items
    )
    yield from _table("Item", items)


def _word(verdict: str | None) -> str:
    return VERDICTS[verdict] if verdict else "–"


def _table(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    yield ""
    yield f"| {title} | Dossiers |"
    yield "|---|---:|"
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        yield f"| {name} | {count} |"


if __name__ == "__main__":
    default = ("2000", ROOT / "triage/unc/rules/2026-2.yaml")
    asked, file = (*sys.argv[1:], *default[len(sys.argv) - 1 :])
    print("\n".join(tables(trial(int(asked), Path(file)))))
