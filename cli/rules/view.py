"""Verdicts and histories as a terminal shows them."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from cli.terminal.console import table
from cli.terminal.printable import printable
from french.time import PARIS
from mappings.report.display import show
from mappings.schema.model import FormMapping
from steps.explain.past_verdicts import PastVerdict
from steps.explain.present_verdict import Explained
from triage.rules.sentences import title_of, wanted, words
from triage.verdict.explanation import ItemExplained, PartExplained, QuestionExplained
from triage.verdict.model import Assessment, Mark, Verdict
from triage.verdict.model import Warning as TriageWarning
from triage.verdict.trial_causes import VERDICTS

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
    "not_read": "réponse donnée à d'autres mots que ceux qui ont été relus",
}
_LONGEST = 200


def explained_tree(found: Explained) -> Tree:
    """The whole reasoning on a dossier."""
    verdict, mapping = found.assessment, found.mapping
    tree = Tree(Text(_summary(found), style="bold"))
    for note in found.notes:
        tree.add(Text(note, style="yellow"))
    scope = tree.add("Champ d'application")
    for question in found.scope:
        scope.add(_question_line(question))
    if not found.scope:  # the reasoning is not known any more
        for reason in (verdict.out_of_scope, *verdict.unanswered_scope):
            if reason is not None:
                scope.add(Text(f"{reason.label} : {reason.text}"))
    items = tree.add("Complétude")
    for item in found.items:
        _add_item(items, item, mapping)
    _add_reasons(tree.add(Text(_priority(found))), verdict)
    looks = tree.add("À regarder" if verdict.warnings else "À regarder : rien")
    for warning in verdict.warnings:
        looks.add(Text(_warning(warning, mapping)))
    return tree


def _add_reasons(tree: Tree, verdict: Assessment) -> None:
    """The criteria that hold, and what is not known."""
    for criterion in verdict.criteria:
        node = tree.add(Text(criterion.name))
        for fact in criterion.evidence:
            node.add(Text(printable(f"{fact.label} = {fact.value}")))
    for fact in verdict.to_verify:
        tree.add(Text(f"à vérifier : {fact.label} ({fact.value})"))


def _summary(found: Explained) -> str:
    verdict = found.assessment
    priority = f", priorité {verdict.priority}" if verdict.priority else ""
    since = f", en vigueur depuis le {found.rules.in_force_from:%d/%m/%Y}" if found.rules else ""
    score = "sans score" if verdict.score is None else f"{verdict.score}/100 ({verdict.band})"
    score += f", {verdict.reach}" if verdict.reach else ""
    before = f" ({verdict.open_status.value} d'après ses réponses)" if verdict.open_status else ""
    return (
        f"Dossier {verdict.number} : {verdict.status.value}{before}, {score}{priority}"
        f" – référentiel {verdict.ruleset} ({found.digest}){since}"
    )


def _question_line(question: QuestionExplained) -> Text:
    value = question.value or _no_value(question.source)
    told = dict.fromkeys(one for one in (value, question.reason) if one)
    line = Text(f"{question.title} : {' – '.join(told)}")
    source = _SOURCES.get(question.source, question.source)
    return line.append(f"\n{source}", style="italic dim") if source else line


def _no_value(source: str) -> str:
    return "non lue" if source == "not_read" else "sans réponse"


def _priority(found: Explained) -> str:
    """The level and what it wants."""
    proposed = found.assessment.priority
    if proposed is None:
        return "Priorité : aucune (seulement pour un signalement dans le champ)"
    if found.level is None or found.rules is None:
        return f"Priorité : {proposed}"
    return f"Priorité : {proposed}, {wanted(found.level, found.rules, found.mapping)}"


def _warning(warning: TriageWarning, mapping: FormMapping) -> str:
    titles = ", ".join(title_of(name, mapping) for name in warning.fields)
    places = "".join(f" [{_place(mark, mapping)}]" for mark in warning.marks)
    return f"{warning.text} ({titles}){places}"


def _place(mark: Mark, mapping: FormMapping) -> str:
    characters = f"caractères {mark.start + 1} à {mark.end}"
    if not mark.row:
        return f"{title_of(mark.field, mapping)}, {characters}"
    spec = mapping.fields.get(mark.field)
    column = spec.fields.get(mark.column) if spec else None
    title = column.title if column else mark.column
    return f"{title_of(mark.field, mapping)}, ligne {mark.row}, {title}, {characters}"


def _add_item(tree: Tree, item: ItemExplained, mapping: FormMapping) -> None:
    result = item.result
    lost = f", pénalité {show(result.lost)}" if result.lost else ""
    line = Text(f"{result.id} {result.name} : ")
    line.append(VERDICTS[result.verdict], style=_COLOURS[result.verdict])
    line.append(lost)
    node = tree.add(line)
    if item.condition is not None and not item.asked:
        node.add(Text(f"demandé si {words(item.condition, mapping)}", style="dim"))
        return
    if result.reason and not item.parts:  # a past verdict, without its reasoning
        node.add(Text(result.reason))
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
    shown = f"« {printable(value)} »" if value else _no_value(part.source)
    source = _SOURCES.get(part.source, part.source)
    line.append(f"\n{shown} – {source}" if source else f"\n{shown}", style="italic dim")
    return line


def history_table(dossier: int, seen: Sequence[PastVerdict]) -> RenderableType:
    """Every verdict on a dossier, with its rule-set."""
    rows = [
        (
            rank,
            f"{one.since.astimezone(PARIS):%d/%m/%Y %H:%M}",
            one.assessment.status.value,
            "–" if one.assessment.score is None else one.assessment.score,
            one.assessment.priority or "–",
            f"{one.assessment.ruleset} ({one.digest})",
            "oui" if one.kept else "non",
        )
        for rank, one in enumerate(seen, start=1)
    ]
    columns = ["N°", "Depuis", "Statut", "Score", "Priorité", "Référentiel", "Textes conservés"]
    return table(f"Verdicts sur le dossier {dossier}", columns, rows)
