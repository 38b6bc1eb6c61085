"""Verdicts, trials and histories as a terminal shows them."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from cli.output import table
from flows.rules import Explained, PastVerdict
from mappings.mapping import FormMapping
from triage.assessment import Verdict
from triage.conditions import Condition
from triage.explanation import ItemExplained, PartExplained
from triage.ruleset import RuleSet
from triage.trial import Move, Trial

VERDICTS = {
    Verdict.PRESENT: "présent",
    Verdict.INSUFFICIENT: "insuffisant",
    Verdict.MISSING: "absent",
    Verdict.INVALID: "invalide",
    Verdict.NOT_APPLICABLE: "sans objet",
}
_COLOURS = {
    Verdict.PRESENT: "green",
    Verdict.INSUFFICIENT: "yellow",
    Verdict.MISSING: "red",
    Verdict.INVALID: "red",
    Verdict.NOT_APPLICABLE: "dim",
}
_SOURCES = {
    "hidden": "champ masqué par sa condition",
    "not_asked": "question absente de cette révision du formulaire",
}
_LONGEST = 200
_MOVES_SHOWN = 40


def explained_tree(found: Explained, *, mapping: FormMapping) -> Tree:
    """The whole reasoning on a dossier."""
    verdict = found.assessment
    priority = f", priorité {verdict.priority}" if verdict.priority else ""
    tree = Tree(
        Text(
            f"Dossier {verdict.number} : {verdict.status.value}, {verdict.score}/100"
            f" ({verdict.band}){priority} – référentiel {found.rules.version}"
            f" ({found.rules.digest}), en vigueur depuis le"
            f" {found.rules.in_force_from:%d/%m/%Y}",
            style="bold",
        )
    )
    scope = tree.add("Champ d'application")
    for reason in (verdict.out_of_scope, *verdict.unanswered_scope):
        if reason is not None:
            scope.add(Text(f"{reason.label} : {reason.text}"))
    if not scope.children:
        scope.add("dans le champ")
    items = tree.add("Complétude")
    for item in found.items:
        _add_item(items, item, mapping)
    reasons = tree.add("Priorité")
    for criterion in verdict.criteria:
        node = reasons.add(Text(criterion.name))
        for fact in criterion.evidence:
            node.add(Text(f"{fact.label} = {fact.value}"))
    looks = tree.add("À regarder")
    for warning in verdict.warnings:
        places = "".join(
            f" [{mark.field}, caractères {mark.start + 1} à {mark.end}]" for mark in warning.marks
        )
        looks.add(Text(f"{warning.text} ({', '.join(warning.fields)}){places}"))
    return tree


def _add_item(tree: Tree, item: ItemExplained, mapping: FormMapping) -> None:
    result = item.result
    lost = f", pénalité {result.lost}" if result.lost else ""
    line = Text(f"{result.id} {result.name} : ")
    line.append(VERDICTS[result.verdict], style=_COLOURS[result.verdict])
    line.append(lost)
    node = tree.add(line)
    if item.condition is not None and not item.asked:
        node.add(Text(f"demandé si {words(item.condition, mapping)}", style="dim"))
        return
    for part in item.parts:
        node.add(_part_line(part, mapping))


def _part_line(part: PartExplained, mapping: FormMapping) -> Text:
    line = Text(f"{part.title} : ")
    line.append(VERDICTS[part.verdict], style=_COLOURS[part.verdict])
    if part.reason:
        line.append(f" ({part.reason})")
    if part.condition is not None:
        holds = "vrai" if part.asked else "faux"
        line.append(f" – demandé si {words(part.condition, mapping)} : {holds}", style="dim")
    value = part.value if len(part.value) <= _LONGEST else part.value[:_LONGEST] + "…"
    shown = f"« {value} »" if value else "sans réponse"
    source = _SOURCES.get(part.source, part.source)
    line.append(f"\n{shown} – {source}" if source else f"\n{shown}", style="italic dim")
    return line


def words(condition: Condition, mapping: FormMapping) -> str:
    """A condition in French."""
    for parts, joint in ((condition.all, " et "), (condition.any, " ou ")):
        if parts is not None:
            return "(" + joint.join(words(part, mapping) for part in parts) + ")"
    spec = mapping.fields.get(condition.field)
    title = spec.title if spec else condition.field
    match condition:
        case Condition(equals=bool(answer)):
            return f"{title} = {'oui' if answer else 'non'}"
        case Condition(equals=str(answer)):
            return f"{title} = {answer}"
        case Condition(at_least=least) if least is not None:
            return f"{title} ≥ {least}"
        case Condition(more_than=str(other)):
            return f"{title} > {mapping.fields[other].title}"
        case _:
            return f"{title} {_listed(condition)}"


def _listed(condition: Condition) -> str:
    tests = (
        ("est parmi", condition.is_in),
        ("répondu, hors de", condition.not_in),
        ("comprend", condition.includes_any),
        ("comprend autre chose que", condition.includes_other_than),
        ("ne comprend aucun de", condition.includes_none),
        ("ne comprend que", condition.only),
    )
    return next(
        (f"{word} {', '.join(options)}" for word, options in tests if options is not None), ""
    )


def history_table(dossier: int, seen: Sequence[PastVerdict]) -> RenderableType:
    """Every verdict on a dossier, with its rule-set."""
    rows = [
        (
            rank,
            f"{one.since:%d/%m/%Y %H:%M} UTC",
            one.assessment.status.value,
            one.assessment.score,
            one.assessment.priority or "–",
            f"{one.assessment.ruleset} ({one.digest})",
            "oui" if one.kept else "non",
        )
        for rank, one in enumerate(seen, start=1)
    ]
    columns = ["N°", "Depuis", "Statut", "Score", "Priorité", "Référentiel", "Texte conservé"]
    return table(f"Verdicts sur le dossier {dossier}", columns, rows)


def trial_tables(trial: Trial, candidate: RuleSet) -> Iterator[RenderableType]:
    """Who would change status by a candidate, and why."""
    moves = [one for one in trial.moves if one.status_changes]
    yield Text(
        f"Référentiel {candidate.version} essayé sur {trial.compared} dossier(s) ;"
        f" {len(moves)} changerai(en)t de statut, {len(trial.moves) - len(moves)} de score,"
        f" de priorité ou d'item seulement. Rien n'a été changé."
    )
    if trial.statuses():
        rows = [(before, after, count) for (before, after), count in trial.statuses().items()]
        yield table("Changements de statut", ["De", "À", "Dossiers"], rows)
    if trial.causes():
        yield table("Items en cause", ["Item", "Dossiers"], list(trial.causes().items()))
    if moves:
        moved = [_move_row(one) for one in moves[:_MOVES_SHOWN]]
        title = f"Qui changerait de statut ({min(len(moves), _MOVES_SHOWN)} sur {len(moves)})"
        yield table(title, ["Dossier", "De", "À", "Score", "Pourquoi"], moved)


def _move_row(one: Move) -> tuple[object, ...]:
    why = "\n".join(
        f"{item.id} : {_word(item.before)} → {_word(item.after)}"
        + (f" ({item.reason})" if item.reason else "")
        for item in one.items
    )
    scores = f"{one.before.score} → {one.after.score}"
    return one.number, one.before.status, one.after.status, scores, why


def _word(verdict: str | None) -> str:
    return "–" if verdict is None else VERDICTS[Verdict(verdict)]
