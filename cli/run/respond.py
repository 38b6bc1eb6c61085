"""What is written to DS: done, shown before, taken back."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter

from cli.run.stepping import local, with_ds
from cli.terminal.console import ERROR, Console, table
from cli.terminal.output import Common, print_json, progress
from cli.terminal.parsing import DossierNumber
from french.text import agreed
from mappings.report.display import show
from mappings.schema.model import AnnotationSpec
from settings import load_settings
from steps.explain.preview import preview as texts_of
from steps.judge.judge import judge
from steps.reply.respond import due_replies
from steps.reply.respond import respond as deliver
from steps.reply.withdrawal import withdraw as withdraw_message
from steps.run import gather
from steps.wiring.services import Connected, connect
from steps.wiring.summary import Summary
from triage.replies.reply import Annotate, Outcome, PassEnInstruction, Reply, SendMessage, SetLabel

_DEFAULT = Common()


def respond(
    *,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    preview: DossierNumber | None = None,
    withdraw: DossierNumber | None = None,
    common: Common = _DEFAULT,
) -> int:
    """Écrire sur DS ce qui est dû : annotations, labels, messages.

    La démarche est relue avant d'écrire : ce qu'une personne vient d'y changer est respecté.

    Args:
        dry_run: Montrer ce qui serait écrit, sans rien écrire.
        preview: Montrer les textes de ce dossier tels que les fichiers les font aujourd'hui : ses
            annotations, et ce que lirait le déclarant ; rien n'est envoyé.
        withdraw: Retirer de DS le dernier message envoyé au déclarant de ce dossier.
    """
    if withdraw is not None:
        return _withdraw(withdraw, common)
    if preview is not None:
        return _preview(preview, common)
    if not dry_run:
        return with_ds(_read_and_deliver, common)
    summary = Summary()
    with local(load_settings()) as services:
        judge(services, summary)
        due = due_replies(services)
        annotations = services.form.mapping.annotations
    for drift in summary.form_drift:
        if drift.of_the_form:
            ERROR.print(f"Formulaire : {drift.advice}", markup=False, highlight=False)
    if common.json:
        print_json({"due": [_described(reply) for reply in due]})
    else:
        rows = [_for_people(reply, annotations) for reply in due]
        Console().print(
            table(agreed(len(due), "écriture due"), ["Dossier", "Quoi", "Détail"], rows)
        )
    return 0


def _read_and_deliver(services: Connected, summary: Summary) -> None:
    gather(services, summary)
    deliver(services, summary)


def _preview(number: int, common: Common) -> int:
    with local(load_settings()) as services:
        found = texts_of(services, number)
        annotations = services.form.mapping.annotations
    if common.json:
        print_json(
            {"dossier": number, "annotations": found.annotations, "messages": found.messages}
        )
        return 0
    console = Console()
    console.rule("Annotations", align="left")
    for name, text in found.annotations.items():
        told = _value(text, annotations[name].unit)
        console.print(f"{annotations[name].title} : {told}", markup=False, highlight=False)
    for title, text in found.messages.items():
        console.rule(title, align="left")
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    return 0


def _withdraw(number: int, common: Common) -> int:
    with progress() as tell, connect(load_settings(), tell=tell) as services:
        act = withdraw_message(services, number)
    done = act.outcome is Outcome.DONE
    if common.json:
        print_json({"dossier": number, "withdrawn": done, "reason": act.text})
    elif done:
        Console().print(f"Dossier {number} : le dernier message est retiré.", highlight=False)
    if not done:
        reason = act.text or "la réponse de DS s'est perdue : vérifiez sur DS avant de recommencer."
        ERROR.print(f"Dossier {number} : {reason}", markup=False, highlight=False)
    return 0 if done else 1


def _for_people(reply: Reply, annotations: Mapping[str, AnnotationSpec]) -> list[object]:
    """A reply as instructeurs will see it: titles, Paris time, units."""
    told = _described(reply)
    if isinstance(reply, Annotate):
        told["detail"] = "\n".join(
            f"{annotations[one.name].title} : {_value(one.value, annotations[one.name].unit)}"
            for one in reply.changes
        )
    return list(told.values())


def _value(value: str | int | bool, unit: str) -> str:
    if value == "":
        return "(vidée)"
    if isinstance(value, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return show(moment) if moment.tzinfo else show(moment.date())
    return f"{show(value)}\N{NO-BREAK SPACE}{unit}" if unit else show(value)


def _described(reply: Reply) -> dict[str, object]:
    match reply:
        case Annotate():
            what = "annotations"
            detail = "\n".join(f"{change.name} = {change.value}" for change in reply.changes)
        case SetLabel():
            what = "label ajouté" if reply.present else "label retiré"
            detail = reply.name
        case SendMessage():
            what = "demande de correction" if reply.correction else "message"
            detail = reply.body
        case PassEnInstruction():
            what, detail = "passage en instruction", ""
    return {"dossier": reply.number, "what": what, "detail": detail}
