"""Workbooks: the current ones kept up to date, editions, files on request."""

from functools import partial
from typing import Annotated

from cyclopts import Parameter

from cli.run.stepping import locally
from cli.run.summary import finish
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json, progress
from cli.terminal.parsing import Day
from exports.published.editions import EditionKind
from french.text import agreed
from steps.publish import export as exporting
from steps.publish.edition import publish_edition
from steps.publish.joining import join_publication
from steps.publish.requested import FileFormat, Request, hand_out
from steps.wiring.failures import RequestError
from steps.wiring.services import Services, each_demarche, open_services
from steps.wiring.summary import Summary

_DEFAULT = Common()
_LONGEST_TITLE = 80


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
        return locally(partial(_publish_edition, title=_title(edition)), common)
    if request == Request():
        return locally(_export, common)
    return locally(partial(_hand_out, request=request), common, finish=_finish_request)


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
