"""`unc mapping`: check the mapping, see drift, propose and accept changes, trace a value."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from cyclopts import App, Parameter

from cli.mapping.adapt import adapt
from cli.mapping.new import new
from cli.mapping.seen import said_seen
from cli.mapping.view import (
    before_line,
    drift_lines,
    origin_lines,
    proposed,
    reading_lines,
    show_adopted,
)
from cli.terminal.console import ERROR, Console
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import DossierNumber
from datafiles.file import DataFile, DataFileError, text_of
from datafiles.refusals import refusal
from french.text import agreed, excerpt
from mappings.dossier.revision import flatten
from mappings.drift.model import COLUMNS, Drift, Severity, blocks, counts
from mappings.drift.model import table as drift_table
from mappings.drift.proposals import propose as proposals
from mappings.report.document import report_page, report_schema
from mappings.report.provenance import annotated
from mappings.report.provenance import card as card_of
from mappings.schema.file import parse_mapping
from mappings.schema.yaml_model import mapping_schema
from settings import ROOT, Settings, load_settings
from steps.adopt import review
from steps.adopt.adapt import likely
from steps.wiring.case_files import CaseFiles
from steps.wiring.drift import absences_told, drift_of, form_adoption_told, labels_advice
from steps.wiring.failures import RequestError
from steps.wiring.form import reviewed_form
from steps.wiring.observed import observed_form
from steps.wiring.services import Services, open_services
from store.repository import is_new

mapping = App(name="mapping", help="Correspondance entre le formulaire et le schéma interne.")
mapping.command(adapt)
mapping.command(new)
_DEFAULT = Common()
_SAME = "demandait la même chose"
_PLAIN: Final[Any] = {"markup": False, "highlight": False, "soft_wrap": True}


@mapping.command
def check(file: Path | None = None, *, common: Common = _DEFAULT) -> int:
    """Vérifier le fichier de correspondance, puis le comparer au formulaire de la démarche.

    Les données qui ne sont pas lues telles que leur champ les dit sont montrées aussi.

    Chaque problème est montré avec son fichier et sa ligne. Code 2 : le fichier est inutilisable ;
    1 : le formulaire a changé d'une façon à regarder ; 0 : rien à faire.

    Args:
        file: Fichier à vérifier ; par défaut celui de UNC_MAPPING.
    """
    settings = load_settings()
    settings = settings.model_copy(update={"mapping": file or settings.mapping})
    try:
        text = text_of(settings.mapping.read_bytes(), source=settings.mapping.name)
        form = parse_mapping(text, source=settings.mapping.name)
        reviewed_form(settings.mapping)
    except OSError as error:
        named = f"{'' if file else 'UNC_MAPPING : '}{settings.mapping}"
        return _problems([f"{named} ne peut pas être lu ({refusal(error)})"], common)
    except DataFileError as error:
        return _problems(list(error.problems), common)
    data = DataFile(text, source=settings.mapping.name)
    drifts, labels, adopted = _drifts(settings)
    lines, readings = drift_lines(drifts, data), reading_lines(form, data)
    lines += [data.problem(("labels",), f"à revoir : labels {labels}")] if labels else []
    if common.json:
        told = {"file": str(settings.mapping), "problems": []}
        print_json({**told, "adopted": adopted, "drift": lines, "readings": readings})
    else:
        for one in lines:
            ERROR.print(one, markup=False, highlight=False, soft_wrap=True)
        for one in readings:
            Console().print(one, markup=False, highlight=False, soft_wrap=True)
        if adopted:
            Console().print(f"Formulaire adopté : {adopted}.", **_PLAIN)
        Console().print(f"{settings.mapping} : valide.", highlight=False, soft_wrap=True)
    looked_at = any(one.severity is not Severity.INFORMATION for one in drifts)
    return 1 if looked_at or labels else 0


@mapping.command
def propose(*, common: Common = _DEFAULT) -> int:
    """Montrer les écarts du formulaire, et les lignes proposées pour les champs nouveaux."""
    with open_services(load_settings()) as services:
        drifts = drift_of(services)
        revisions = observed_form(services).revisions
        found = proposals(
            drifts,
            mapping=services.form.mapping,
            revisions=revisions,
            likely=likely(services) if revisions else {},
        )
    if common.json:
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in drift_table(drifts)]
        print_json({"drift": rows, "proposals": [asdict(one) for one in found]})
        return 0
    out = Console()
    out.print(f"{agreed(len(drifts), 'écart')} entre le formulaire et la correspondance.")
    for drift in drifts:
        out.print(f"- {drift.advice}", markup=False, highlight=False, soft_wrap=True)
    for one in found:
        out.print(proposed(one), markup=False, highlight=False, soft_wrap=True)
    return 0


@mapping.command
def accept(*, seen: str = "", common: Common = _DEFAULT) -> int:
    """Accepter le formulaire tel qu'il est : ses libellés, types et options sont relus.

    Ce qui bloque est montré, ligne par ligne, et n'est relu que si vous le dites. Ce qu'il ne
    demande pas se dit donnée par donnée : `unc mapping absent`.

    Args:
        seen: Hors d'un terminal, code de ce qui bloque, tel que la commande l'a montré.
    """
    with open_services(load_settings()) as services:
        done = review.accept(services, seen=seen)
        if done.unseen.drifts and (code := said_seen(done.unseen, asks=not common.json)):
            done = review.accept(services, seen=code)
    if common.json:
        print_json({"file": str(done.file), "drift": counts(done.left), **_unseen(done.unseen)})
    elif not done.unseen.drifts:
        count = sum(not one.of_the_form for one in done.before)
        told = f"{done.file} : {agreed(count, 'écart relu')}."
        Console().print(told, highlight=False, soft_wrap=True)
        for one in done.left:
            if one.severity is not Severity.INFORMATION:
                ERROR.print(f"Reste {one.advice}", markup=False, highlight=False)
    return 1 if blocks(done.left) else 0


@mapping.command
def absent(field: str, *, reason: str, by: str, common: Common = _DEFAULT) -> int:
    """Dire que ce formulaire ne demande pas une donnée : la raison et le nom restent affichés.

    Args:
        field: Donnée de la correspondance ; dans une répétition, « lignes.donnée ».
        reason: Pourquoi elle n'est pas demandée.
        by: Qui le dit.
    """
    with open_services(load_settings()) as services:
        path = review.say_absent(services, field, reason=reason, by=by)
        left = drift_of(services)
        told = next((one.told for one in absences_told(services) if one.path == field), "")
    told = told or (
        f"{field} : la correspondance la donne, rien n'est listé ; pour ne plus la lire, mettre"
        " `absent: true` à sa ligne, au lieu de ce qui la donne"
    )
    if common.json:
        print_json({"file": str(path), "field": field, "told": told, "drift": counts(left)})
    else:
        out = Console()
        out.print(f"{path} : {field}, absence relue.", highlight=False, soft_wrap=True)
        out.print(f"{told}.", markup=False, highlight=False, soft_wrap=True)
    return 0


@mapping.command
def same(
    field: str,
    *,
    reason: str = "",
    by: str = "",
    words: str = "",
    other: Annotated[bool, Parameter(negative=())] = False,
    inverted: Annotated[bool, Parameter(negative=())] = False,
    undo: Annotated[bool, Parameter(negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Dire qu'une question demandait la même chose quand elle était posée autrement.

    Sans cela, ce qui y a été répondu dans une révision d'avant, en d'autres mots ou avec une autre
    aide, n'est pas lu si le référentiel ou la diffusion en dépendent. La raison et le nom restent.

    Args:
        field: Donnée de la correspondance ; dans une répétition, « lignes.donnée ».
        reason: Pourquoi.
        by: Qui le dit.
        words: De quels mots d'alors : leur code, que montre chaque ligne (`unc mapping check`) ;
            sans lui, rien n'est dit, et chaque façon dont elle a été posée est montrée.
        other: Elle demandait autre chose : ses réponses d'avant restent non lues, et ce n'est
            plus demandé.
        inverted: Elle demandait déjà le contraire, comme la correspondance la lit aujourd'hui.
        undo: Reprendre ce qui en a été dit.
    """
    with open_services(load_settings()) as services:
        if undo:
            done = review.take_back_before(services, field, key=words)
        else:
            done = review.said_of_before(
                services,
                field,
                by=by,
                reason=reason,
                same=not other,
                inverted=inverted,
                key=words,
            )
        left = drift_of(services)
    what = "de nouveau à dire" if undo else "demandait autre chose" if other else _SAME
    told = list(map(before_line, done.words))
    if common.json:
        given = {"file": str(done.file), "field": field, "said": what, "words": told}
        print_json({**given, "drift": counts(left)})
    else:
        Console().print(f"{done.file} : {field}, {what}.", highlight=False, soft_wrap=True)
        for one in told:
            Console().print(f"  {one}", **_PLAIN)
    return 0


@mapping.command
def adopt(*, by: str, seen: str = "", common: Common = _DEFAULT) -> int:
    """Adopter le formulaire : la passerelle peut dès lors écrire sur DS et diffuser au réseau.

    Refusé (code 1) tant qu'une donnée que lit le référentiel n'a pas de champ et que personne n'a
    dit pourquoi, ou qu'un champ serait illisible. Ce qui bloque et serait relu par là est montré,
    ligne par ligne : rien n'est adopté si vous ne le dites pas.

    Args:
        by: Qui l'adopte.
        seen: Hors d'un terminal, code de ce qui bloque, tel que la commande l'a montré.
    """
    with open_services(load_settings()) as services:
        done = review.adopt(services, by=by, seen=seen)
        if done.unseen.drifts and (code := said_seen(done.unseen, asks=not common.json)):
            done = review.adopt(services, by=by, seen=code)
    told = [one.advice for one in done.left if one.severity is not Severity.INFORMATION]
    if common.json:
        adopted = asdict(replace(done.adoption, mapping={})) if done.adoption else {}
        adopted.pop("mapping", None)
        given = {"file": str(done.file), "adopted": adopted or None, "moved": done.moved}
        print_json({**given, "left": told, **_unseen(done.unseen)})
    elif not done.unseen.drifts:
        show_adopted(done.adoption, str(done.file), told, moved=done.moved)
    return 0 if done.adoption else 1


@mapping.command
def card(dossier: DossierNumber, *, common: Common = _DEFAULT) -> int:
    """Montrer d'où vient chaque donnée d'un dossier : champ, libellé, révision, date.

    Args:
        dossier: Numéro du dossier.
    """
    with open_services(load_settings()) as services:
        lines = _card(services, dossier)
    if lines is None:
        raise RequestError(f"Le dossier {dossier} n'est pas connu : `unc sync`, puis réessayez.")
    if common.json:
        print_json({"dossier": dossier, "fields": lines})
        return 0
    out = Console()
    for line in lines:
        for text in origin_lines(line):
            out.print(text, markup=False, highlight=False, soft_wrap=True)
    return 0


@mapping.command
def document(folder: Path = ROOT / "docs", *, common: Common = _DEFAULT) -> int:
    """Écrire le schéma interne dans rapport.md et rapport.schema.json, pour les lecteurs.

    Args:
        folder: Dossier où écrire.
    """
    settings = load_settings()
    text = text_of(settings.mapping.read_bytes(), source=settings.mapping.name)
    form = parse_mapping(text, source=settings.mapping.name)
    written = {
        folder / "rapport.md": report_page(form),
        folder / "rapport.schema.json": _json(report_schema(form)),
        ROOT / "mappings" / "mapping.schema.json": _json(mapping_schema()),
    }
    for path, content in written.items():
        path.write_text(content, encoding="utf-8")
    if common.json:
        print_json({"files": [str(path) for path in written]})
    return 0


def _unseen(unseen: review.Blocking) -> dict[str, Any]:
    """What blocks and nobody said that they saw, for scripts; nothing where nothing does."""
    if not unseen.drifts:
        return {}
    return {"unseen": [one.sentence for one in unseen.drifts], "seen": unseen.code}


def _problems(problems: list[str], common: Common) -> int:
    if common.json:
        print_json({"problems": problems})
    for problem in problems:
        ERROR.print(problem, markup=False, highlight=False, soft_wrap=True)
    return 2


def _drifts(settings: Settings) -> tuple[tuple[Drift, ...], str, str]:
    """Drift of the form in store, of its labels, and who adopted it.

    None before the démarche was read.
    """
    if settings.demarche is None or is_new(settings.database()):
        return (), "", ""
    with open_services(settings) as services:
        return drift_of(services), labels_advice(services), form_adoption_told(services)


def _card(services: Services, number: int) -> list[dict[str, Any]] | None:
    stored = services.store.dossiers.get(services.demarche, number)
    if stored is None:
        return None
    case = CaseFiles.read(services).of(stored)
    every = flatten(case.revision.champs) if case.revision else ()
    helps = {one.id: excerpt(one.description) for one in every}
    form = services.form.mapping
    lines = (*card_of(case.report, mapping=form), *annotated(case.report, mapping=form))
    return [{**asdict(line), "help": helps.get(line.champ, "")} for line in lines]


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"
