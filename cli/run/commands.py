"""The commands that do the work: everything once, or one step."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from signal import SIGINT, SIGTERM
from typing import Annotated

from cyclopts import Parameter

from cli.run.several import Finish, for_each
from cli.run.summary import finish, name_troubles
from cli.terminal.output import ERROR, Common, Console, print_json, progress, say, table
from cli.terminal.parsing import Day, DossierNumber
from exports.published.editions import EditionKind
from french.text import agreed
from mappings.report.display import show
from mappings.schema.model import AnnotationSpec
from settings import Settings, load_settings
from steps.explain.preview import preview as texts_of
from steps.judge.judge import judge
from steps.publish import export as exporting
from steps.publish.edition import publish_edition
from steps.publish.joining import join_publication
from steps.publish.requested import FileFormat, Request, hand_out
from steps.reply.respond import due_replies
from steps.reply.respond import respond as deliver
from steps.reply.withdrawal import withdraw as withdraw_message
from steps.run import gather, run_once
from steps.wiring import logs, stopping
from steps.wiring.failures import RequestError
from steps.wiring.memory import place_of
from steps.wiring.services import Connected, Services, connect, each_demarche, open_services
from steps.wiring.summary import Summary
from steps.wiring.troubles import Told
from store.repository import is_new
from triage.replies.reply import Annotate, Outcome, PassEnInstruction, Reply, SendMessage, SetLabel

_DEFAULT = Common()
_LONGEST_TITLE = 80


def run(
    *, new_base: Annotated[bool, Parameter(negative=())] = False, common: Common = _DEFAULT
) -> int:
    """Tout faire une fois : lire la démarche, évaluer, répondre, exporter.

    Args:
        new_base: Partir d'une base neuve, alors que des exports ou un témoin montrent que la
            démarche a déjà été lue (sinon, le passage s'arrête).
    """
    return _with_ds(run_once, common, new_base=new_base, make=True)


def sync(*, common: Common = _DEFAULT) -> int:
    """Lire ce qui a changé sur la démarche, sans rien écrire sur DS."""
    return _with_ds(gather, common, make=True)


def assess(*, common: Common = _DEFAULT) -> int:
    """Évaluer les dossiers déjà lus, sans rien écrire sur DS."""
    return _locally(judge, common)


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
        return _with_ds(_read_and_deliver, common)
    summary = Summary()
    with _local(load_settings()) as services:
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
    with _local(load_settings()) as services:
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


def export(
    *,
    centre: str | None = None,
    since: Day | None = None,
    format: FileFormat = "xlsx",  # noqa: A002 (the name of the option)
    edition: str | None = None,
    join: Annotated[bool, Parameter(negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Tenir à jour les classeurs courants, publier une édition, ou faire des fichiers à la demande.

    Sans option, seuls les classeurs dont le contenu a changé sont remplacés. Avec --centre, --since
    ou --format, les fichiers sont faits à part, sous « sur-demande » : ce qui est publié reste ;
    rien n'est fait quand aucun dossier ne répond à --since. Les dossiers dont le verdict n'est plus
    à jour sont d'abord évalués.

    Args:
        centre: Le classeur d'un seul centre, par son code dans crpv.csv ou son nom.
        since: Les dossiers déposés, modifiés ou décidés depuis ce jour (AAAA-MM-JJ).
        format: Classeurs (xlsx), ou leurs tables en csv ou en parquet.
        edition: Titre d'une édition à publier maintenant, qu'il y ait ou non du nouveau ;
            « hebdomadaire » ou « mensuelle » : celle de la semaine ou du mois.
        join: Prendre part à la publication qu'un autre worker a commencée sur la même base et le
            même dossier d'exports : faire les classeurs que personne ne fait, sans rien publier.
    """
    request = Request(centre=centre, since=since, format=format)
    if join:
        if request != Request() or edition is not None:
            raise RequestError("--join va seul : la publication commencée dit ce qu'elle est.")
        return _join(common)
    if edition is not None:
        if request != Request():
            raise RequestError("--edition ne va pas avec --centre, --since ni --format.")
        return _locally(partial(_publish_edition, title=_title(edition)), common)
    if request == Request():
        return _locally(_export, common)
    return _locally(partial(_hand_out, request=request), common, finish=_finish_request)


def _join(common: Common) -> int:
    made: dict[str, list[str]] = {}
    for settings in each_demarche():
        with progress() as tell, open_services(settings, tell=tell) as services:
            made[str(services.demarche)] = [*join_publication(services)]
    if common.json:
        print_json({"made": made})
    else:
        count = sum(map(len, made.values()))
        told = f"{agreed(count, 'classeur fait', 'classeurs faits')} pour un autre worker."
        Console().print(told if count else "Rien à faire : aucune publication à partager.")
    return 0


def _title(edition: str) -> str:
    title = " ".join(edition.split())
    if not title or len(title) > _LONGEST_TITLE or not title.isprintable():
        raise RequestError(
            f"--edition : donnez un titre de 1 à {_LONGEST_TITLE} caractères imprimables, ou"
            " hebdomadaire, ou mensuelle."
        )
    return title


def _publish_edition(services: Services, summary: Summary, *, title: str) -> None:
    _require_reading(services)
    kind = (
        EditionKind(title)
        if title in (EditionKind.WEEKLY, EditionKind.MONTHLY)
        else EditionKind.BY_HAND
    )
    publish_edition(services, summary, kind=kind, title=title)


def _export(services: Services, summary: Summary) -> None:
    _require_reading(services)
    exporting.export(services, summary)


def _hand_out(services: Services, summary: Summary, *, request: Request) -> None:
    _require_reading(services)
    hand_out(services, summary, request=request)


def _finish_request(summary: Summary, common: Common) -> int:
    if summary.workbooks or common.json:
        return finish(summary, common)
    Console().print("Rien à faire : aucun dossier ne répond à ce filtre.", highlight=False)
    return 0


def _require_reading(services: Services) -> None:
    """Refuse to make the workbooks of a démarche that was not read yet: they would look empty.

    A démarche that was read and that has no dossier has its workbooks.

    Raises:
        RequestError: What to run first.
    """
    store, demarche = services.store, services.demarche
    if any(True for _ in store.dossiers.light_rows(demarche)):
        return
    if store.demarches.state(demarche).last_polled_at is None:
        raise RequestError("Aucun dossier n'a encore été lu : lancez unc sync, ou unc run.")


@contextmanager
def _local(settings: Settings) -> Iterator[Services]:
    """Services without DS, alone on the démarche."""
    with (
        progress() as tell,
        open_services(settings, tell=tell) as services,
        services.store.lock(services.demarche),
    ):
        yield services


def _locally(
    step: Callable[[Services, Summary], None], common: Common, *, finish: Finish = finish
) -> int:
    def work(settings: Settings, summary: Summary) -> None:
        with _local(settings) as services:
            step(services, summary)

    return for_each(work, common, finish=finish, troubles=name_troubles)


def _with_ds(
    step: Callable[[Connected, Summary], None],
    common: Common,
    *,
    new_base: bool = False,
    make: bool = False,
) -> int:
    def work(settings: Settings, summary: Summary) -> None:
        if make and is_new(settings.database()):
            say(f"Première lecture : une base neuve est préparée ({place_of(settings)}).")
        with (
            stopping.on(SIGINT, SIGTERM, say=_say_that_it_stops),
            progress() as tell,
            logs.on_stderr(settings.log_format),
            connect(settings, tell=tell, new_base=new_base, make=make) as services,
        ):
            told = Told.of(services.store.runs.told(services.demarche))
            summary.told_before = told.since
            step(services, summary)
            summary.requests = services.transport.requests_sent

    return for_each(work, common, finish=finish, troubles=name_troubles)


def _say_that_it_stops() -> None:
    say("Arrêt demandé : le passage s'arrête au dossier suivant ; Ctrl-C encore, tout de suite.")


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
