"""What `unc mapping adapt` shows of what it wrote: to scripts, and to a person at a terminal."""

from collections.abc import Sequence
from typing import Any, Final

from rich.table import Table

from cli.terminal.console import ERROR, Console
from datafiles.file import text_of
from french.text import agreed
from mappings.adoption.choice import ChoiceQuestion, about
from mappings.adoption.session import Session
from mappings.drift.model import Drift, Kind
from mappings.matching.match import Match
from mappings.schema.file import parse_mapping
from settings import Settings, load_settings
from steps.adopt import review
from steps.adopt.adapt import Adaptation
from steps.adopt.examples import examples
from steps.wiring.drift import drift_of, form_adopted
from steps.wiring.services import open_services

_SHOWN: Final = 3
_PLAIN: Final[Any] = {"markup": False, "highlight": False, "soft_wrap": True}
_DOSSIERS: Final = 5


def told_of(settings: Settings, adaptation: Adaptation) -> dict[str, Any]:
    """What was written, what is sure, what is left, and what the file still lacks."""
    session, file = adaptation.session, adaptation.target
    parse_mapping(text_of(file.read_bytes(), source=file.name), source=file.name)
    with open_services(settings) as services:
        drifts, adopted = drift_of(services), form_adopted(services)
        shown, moved = review.state_shown(services), bool(review.to_look_at(services))
        blocking = review.blocking(services)
    left = [_choice(one, drifts) for one in adaptation.questions()]
    asked_of = {one["field"].partition("=")[0] for one in left}
    answered = {
        path
        for path, one in session.decisions.of.items()
        if one.about and one.about == about(adaptation.changed.get(path, ()))
    }
    let_go = [one for one in blocking.drifts if one.field not in asked_of | answered]
    taken = session.found
    used = {champ for match in taken.values() for champ in match.offered.champs}
    asked = {one.id: one for one in adaptation.active.champs}
    return {
        "file": str(file),
        "revision": adaptation.active.id,
        "sure": [_matched(session, path) for path in taken],
        "absent": dict(session.absent),
        "labels": {name: their for name, their in adaptation.made.mapping.labels.items() if their},
        "left": left,
        "unknown": [
            {"champ": one.id, "label": one.label, "type": one.type}
            for one in asked.values()
            if one.id not in used and one.type not in {"header_section", "explication"}
        ],
        "against": [
            {"field": one.field, "advice": one.advice}
            for one in review.against(drifts)
            if one not in let_go and one.field not in answered
        ],
        "blocking": [one.sentence for one in let_go],
        "seen": blocking.code,
        "reread": [one.advice for one in drifts if _reread(one) and one not in let_go],
        "adopted": adopted,
        "shown": shown,
        "moved": moved,
    }


def _reread(one: Drift) -> bool:
    """Whether a person reads it before they adopt, and nothing is asked of it."""
    return one.kind is Kind.EARLIER or one.around_several


def _matched(session: Session, path: str) -> dict[str, Any]:
    match = session.taken[path]
    return {
        "field": path,
        **_champ(match),
        "options": dict(session.means(path)),
    }


def _champ(match: Match) -> dict[str, Any]:
    descriptor = match.offered.descriptor
    return {
        "champ": descriptor.id,
        "champs": sorted(match.offered.champs),
        "label": match.offered.label,
        "help": match.help,
        "type": match.offered.parted or descriptor.type,
        "section": match.offered.section,
        "inverted": match.inverted,
        "marks": list(match.marks),
        "confidence": match.confidence.value,
        "score": round(match.score, 2),
    }


def _choice(choice: ChoiceQuestion, drifts: Sequence[Drift]) -> dict[str, Any]:
    field = choice.path.partition("=")[0]
    against = [one for one in review.against(drifts) if one.field == field]
    return {
        "field": choice.path,
        "title": choice.wanted.title,
        "read": choice.wanted.read,
        "likeliest": [_champ(one) for one in choice.champs[:_SHOWN]],
        "options": list(choice.options),
        "nothing": choice.nothing_near,
        "blocked": [one.advice for one in against],
        "since": list(choice.changed),
        "sense": choice.unsaid_sense,
        "changed": any(not one.lost for one in against),
    }


def show_adapted(settings: Settings, told: dict[str, Any]) -> None:
    """What was written, what is left to say, what stands against it, and how dossiers are read."""
    out = Console()
    out.print(
        f"{told['file']} : {agreed(len(told['sure']), 'donnée')} avec leur champ,"
        f" {agreed(len(told['absent']), 'non demandée', 'non demandées')},"
        f" {len(told['left'])} à voir.",
        highlight=False,
        soft_wrap=True,
    )
    for name, their in told["labels"].items():
        if name != their:
            out.print(f"Label « {name} » : « {their} » dans la démarche.", **_PLAIN)
    _show_left(told["left"])
    asked = {one["field"] for one in told["left"]}
    for problem in (one["advice"] for one in told["against"] if one["field"] not in asked):
        ERROR.print(f"Contre l'adoption : {problem}", markup=False, highlight=False, soft_wrap=True)
    for one in told["reread"]:
        ERROR.print(f"À relire : {one}", **_PLAIN)
    if settings.mapping != load_settings().mapping:
        out.print(f"À lire désormais : export UNC_MAPPING={settings.mapping}", soft_wrap=True)
    with open_services(settings) as services:
        for number, lines in examples(services, count=_DOSSIERS):
            table = Table("Question", "Réponse", "Donnée", "Valeur", title=f"Dossier {number}")
            for line in lines:
                table.add_row(*(one[:80] for one in line))
            out.print(table)
    for one in told["blocking"]:
        ERROR.print(f"Bloque, jusqu'à ce qu'une personne l'ait relu : {one}", **_PLAIN)


def _show_left(left: Sequence[dict[str, Any]]) -> None:
    """What is left to say: what is proposed with its doubts and its help, and what blocks."""
    for one in left:
        mark = "à voir, lue par le référentiel" if one["read"] else "à voir"
        near = " ; ".join(map(_marked, one["likeliest"]))
        ERROR.print(
            f"{mark} : {one['title']} ({one['field']}) — {near or one['nothing']}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        if one["sense"]:
            ERROR.print(f"    {one['sense']}", **_PLAIN)
        for why in one["blocked"] if one["changed"] else ():  # of what has no champ, it is told
            ERROR.print(f"    {why}", **_PLAIN)
        for at in one["likeliest"]:
            if at["help"]:
                ERROR.print(f"    « {at['label']} », aide : {at['help']}", **_PLAIN)


def _marked(champ: dict[str, Any]) -> str:
    """A champ that is proposed, with the doubts that a person reads beside it."""
    doubts = f" ({', '.join(champ['marks'])})" if champ["marks"] else ""
    return f"« {champ['label']} »{doubts}"
