"""`unc mapping adapt`: from a form that nobody knows to one that a person adopted."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from rich.table import Table

from cli.mapping.new import new
from cli.mapping.question import found_lines, question_lines
from cli.mapping.view import show_adopted
from cli.terminal.console import ERROR, Console
from cli.terminal.output import Common, print_json
from datafiles.file import text_of
from french.text import agreed
from mappings.adoption.choice import ABSENT, ChoiceQuestion, champ_of
from mappings.adoption.decisions import Decision
from mappings.adoption.session import Session
from mappings.drift.model import Drift, Kind, Severity
from mappings.matching.match import Match
from mappings.schema.file import parse_mapping
from settings import ROOT, Settings, load_settings
from steps.adopt import review
from steps.adopt.adapt import Adaptation, begin
from steps.adopt.examples import examples
from steps.adopt.write import alone, keep_decisions, write
from steps.wiring.drift import drift_of, form_adopted
from steps.wiring.failures import RequestError
from steps.wiring.services import open_services

_DEFAULT = Common()
_SHOWN: Final = 3
_PLAIN: Final[Any] = {"markup": False, "highlight": False, "soft_wrap": True}
_DOSSIERS: Final = 5
_ANSWERS: Final = {"o": "oui", "n": "non"}
_TAKEN: Final = re.compile(r"(?P<sense>[cm]?)(?P<at>[1-9]\d{0,2})?")
"""A proposal, the first by default; before it, whether it asks the contrary."""
_LOOK: Final = ("?", "/")
"""What words that are looked for come after."""
_REFUSED: Final = (
    "l'adoption serait refusée, pour ce qui est dit ci-dessus ; répondez-y, puis relancez"
    " `unc mapping adapt`."
)
_ADOPTED: Final = "Rien n'a changé : formulaire et correspondance sont adoptés, tels qu'ils sont."
_ANOTHER: Final = (
    "La correspondance ou le formulaire a changé depuis qu'il est montré ci-dessus : rien n'est"
    " adopté, le voici tel qu'il est maintenant."
)
_HELP = (
    "Entrée : la première ; un numéro : celle-là ; + : d'autres ; ? et des mots : toutes les"
    " questions du formulaire qui les ont ; n : ce formulaire ne le demande"
    " pas ; c, ou c2 : la première, ou la deuxième, demande le contraire ; m, ou m2 : elle ne le"
    " demande pas ; s : plus tard ; r : revenir ; q : arrêter (tout est gardé)"
)


def adapt(
    *,
    auto: Annotated[bool, Parameter(negative=())] = False,
    by: str = "",
    output: Path | None = None,
    anew: Annotated[bool, Parameter(negative=())] = False,
    new_folder: Annotated[Path | None, Parameter(name="--new")] = None,
    common: Common = _DEFAULT,
) -> int:
    """Adapter la correspondance à un formulaire inconnu, question après question.

    Ce qui est sûr est fait ; le reste est demandé, l'obligatoire d'abord, et peut s'arrêter et se
    reprendre à tout moment. Le fichier est écrit et vérifié, cinq dossiers sont montrés, puis
    l'adoption est proposée, sauf si elle serait refusée : avant elle, rien n'est écrit sur DS ni
    diffusé au réseau. Code 1 : une donnée que lit le référentiel n'a pas encore de champ,
    ou l'adoption, proposée, n'a pas été faite.

    Args:
        auto: Faire ce qui est sûr et dire le reste, sans rien demander.
        by: Qui décide ; son nom reste avec les absences et l'adoption.
        output: Fichier à écrire ; par défaut celui de UNC_MAPPING, ou un fichier sous UNC_HOME
            que la passerelle lira désormais pour cette démarche.
        anew: Recommencer, sans reprendre ce qui avait été décidé.
        new_folder: Démarche d'une autre sorte : dossier à faire, où toutes ses questions sont
            reprises (« unc mapping new »).
    """
    if new_folder is not None:
        return new(new_folder, common=common)
    settings = load_settings()
    target = output or _target(settings)
    if target.is_dir():
        raise RequestError(f"{target} est un dossier : donnez un fichier.")
    with ExitStack() as held:
        with open_services(settings) as services:
            held.enter_context(alone(target))
            adaptation = begin(services, target=target, by=by, anew=anew)
        return _adapt(settings, adaptation, auto=auto, common=common)


def _adapt(settings: Settings, adaptation: Adaptation, *, auto: bool, common: Common) -> int:
    """Ask what is left, write, show, and ask to adopt; the code."""
    asked = not (auto or common.json)
    if asked:
        adaptation, ended = _ask(adaptation)
        keep_decisions(adaptation)
    write(adaptation)
    after = settings.model_copy(update={"mapping": adaptation.target})
    told = _told(after, adaptation)
    if common.json:
        print_json(told)
    elif asked and not ended:
        ERROR.print(f"Gardé dans {adaptation.decisions_file} : relancez pour reprendre.", **_PLAIN)
    else:
        _show(after, told)
        if asked:
            return 0 if _adopted(after, adaptation, told) else 1
    return 1 if any(one["read"] for one in told["left"]) or told["against"] else 0


def _target(settings: Settings) -> Path:
    """The file in use, unless it is one of those that come with the bridge."""
    ours = (ROOT / "mappings").resolve()
    if settings.mapping.resolve().is_relative_to(ours):
        return settings.adapted_mapping()
    return settings.mapping


def _told(settings: Settings, adaptation: Adaptation) -> dict[str, Any]:
    """What was written, what is sure, what is left, and what the file still lacks."""
    session, file = adaptation.session, adaptation.target
    parse_mapping(text_of(file.read_bytes(), source=file.name), source=file.name)
    with open_services(settings) as services:
        drifts, adopted = drift_of(services), form_adopted(services)
        shown, moved = review.state_shown(services), bool(review.to_look_at(services))
    taken = _fields(session)
    used = {champ for match in taken.values() for champ in match.offered.champs}
    asked = {one.id: one for one in adaptation.active.champs}
    return {
        "file": str(file),
        "revision": adaptation.active.id,
        "sure": [_matched(session, path) for path in taken],
        "absent": dict(session.absent),
        "labels": {name: their for name, their in adaptation.made.mapping.labels.items() if their},
        "left": [_choice(one, drifts) for one in adaptation.questions()],
        "unknown": [
            {"champ": one.id, "label": one.label, "type": one.type}
            for one in asked.values()
            if one.id not in used and one.type not in {"header_section", "explication"}
        ],
        "against": [
            {"field": one.field, "advice": one.advice}
            for one in review.against(drifts)
            if not one.around_several
        ],
        "reread": [one.advice for one in drifts if _reread(one)],
        "adopted": adopted,
        "shown": shown,
        "moved": moved,
    }


def _reread(one: Drift) -> bool:
    """Whether a person reads it before they adopt, and nothing is asked of it."""
    return one.kind is Kind.EARLIER or one.around_several


def _fields(session: Session) -> dict[str, Match]:
    """What was found of the form, labels of the démarche apart."""
    labels = {one.path for one in session.wants.labels}
    return {path: one for path, one in session.taken.items() if path not in labels}


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
        "changed": any(not one.lost for one in against),
    }


def _ask(adaptation: Adaptation) -> tuple[Adaptation, bool]:
    """Ask until nothing is left; whether it ended, and not by a person who stopped."""
    out = Console()
    session = adaptation.session
    sure = len(_fields(session))
    out.print(f"{agreed(sure, 'donnée sûre')}, {len(list(adaptation.questions()))} à voir.")
    out.print(_HELP, style="dim", highlight=False)
    try:
        while not session.decisions.by:
            name = input("Votre nom (gardé avec ce que vous décidez ; q : arrêter) : ").strip()
            if name.lower() == "q":
                return adaptation, False
            session = session.signed(name)
        while choice := next(adaptation.saying(session).questions(), None):
            answered = _answer(session, choice, out)
            if answered is None:
                return adaptation.saying(session.resumed()), False
            session = answered
            keep_decisions(adaptation.saying(session.resumed()))
    except (EOFError, KeyboardInterrupt):
        return adaptation.saying(session.resumed()), False
    return adaptation.saying(session.resumed()), True


def _answer(session: Session, choice: ChoiceQuestion, out: Console) -> Session | None:
    """The session after a question; ``None`` when the person stops."""
    shown = _SHOWN
    while True:
        for line in question_lines(choice, shown):
            out.print(line, **_PLAIN)
        said = input("> ").strip().lower()
        keys = choice.keys if choice.option else choice.keys[:shown]
        match said:
            case "q":
                return None
            case "r" if session.decisions.of:
                return session.undone()
            case "s":
                return session.decided(choice.path, Decision())
            case "o" | "oui" | "n" | "non" if choice.of_answer:
                return session.decided(choice.path, Decision(champ=_ANSWERS[said[0]]))
            case "n":
                reason = input(f"Pourquoi ? [{ABSENT}] ").strip() or ABSENT
                return session.decided(choice.path, Decision(absent=reason))
            case "+" if len(keys) < len(choice.keys):
                shown += _SHOWN
            case _:
                looked_for = said.startswith(_LOOK) and not choice.option
                decision = (
                    _looked_for(session, choice, said[1:], out)
                    if looked_for
                    else _taken(session, choice, said, keys, out)
                )
                if decision is not None:
                    return session.decided(choice.path, decision)


def _looked_for(
    session: Session, choice: ChoiceQuestion, words: str, out: Console
) -> Decision | None:
    """The champ that a person takes among those that have some words; ``None``: none."""
    found = session.search(choice, words)
    keys = tuple(map(champ_of, found))
    if not found:
        out.print(f"Rien n'a « {words.strip()} » dans ce formulaire.", **_PLAIN)
        return None
    while True:
        for line in found_lines(choice, found):
            out.print(line, **_PLAIN)
        said = input("> ").strip().lower()
        if said.startswith(_LOOK):
            return _looked_for(session, choice, said[1:], out)
        if not said[-1:].isdigit():
            return None
        if decision := _taken(session, choice, said, keys, out):
            return decision


def _taken(
    session: Session, choice: ChoiceQuestion, said: str, keys: Sequence[str], out: Console
) -> Decision | None:
    """The champ or option that a person takes; ``None``, once they read why, where they cannot."""
    decision = _chosen(said, keys)
    if decision is None:
        out.print(_refused(said, len(keys)), markup=False, highlight=False)
        out.print(_HELP, style="dim", highlight=False)
        return None
    why = session.why_not(choice, decision.champ)
    if not why and decision.inverted is not None:
        why = session.why_not_contrary(choice, decision.champ)
    why = why or session.why_not_box(choice, decision.champ, inverted=decision.inverted)
    if why:
        out.print(why, **_PLAIN)
    return None if why else decision


def _chosen(said: str, keys: Sequence[str]) -> Decision | None:
    """The proposal that a person takes, and in which sense; ``None`` where they said none."""
    found = _TAKEN.fullmatch(said)
    if found is None or not 1 <= int(found["at"] or 1) <= len(keys):
        return None
    inverted = {"c": True, "m": False}.get(found["sense"])
    return Decision(champ=keys[int(found["at"] or 1) - 1], inverted=inverted)


def _refused(said: str, proposed: int) -> str:
    """Why the question is asked again."""
    match said:
        case "" | "+" if not proposed:
            return "Rien n'est proposé ici : répondez n, ou s."
        case "+":
            return "Il n'y a pas d’autre proposition."
        case "r":
            return "Il n'y a encore rien à reprendre."
        case _ if said.isdigit():
            return f"Il n'y a pas de proposition {said} à l’écran."
        case _:
            return f"« {said} » n'est pas une réponse."


def _show(settings: Settings, told: dict[str, Any]) -> None:
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
        for number, lines in examples(services, services.form.mapping, count=_DOSSIERS):
            table = Table("Question", "Réponse", "Donnée", "Valeur", title=f"Dossier {number}")
            for line in lines:
                table.add_row(*(one[:80] for one in line))
            out.print(table)


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
        for why in one["blocked"] if one["changed"] else ():  # of what has no champ, it is told
            ERROR.print(f"    {why}", **_PLAIN)
        for at in one["likeliest"]:
            if at["help"]:
                ERROR.print(f"    « {at['label']} », aide : {at['help']}", **_PLAIN)


def _marked(champ: dict[str, Any]) -> str:
    """A champ that is proposed, with the doubts that a person reads beside it."""
    doubts = f" ({', '.join(champ['marks'])})" if champ["marks"] else ""
    return f"« {champ['label']} »{doubts}"


def _adopted(settings: Settings, adaptation: Adaptation, told: dict[str, Any]) -> bool:
    """Ask to adopt what was shown, unless that would be refused; whether it is adopted."""
    out = Console()
    if told["against"]:
        asked = {one["field"] for one in told["left"]}
        for one in told["against"]:
            if one["field"] in asked:  # of the others it is told already
                ERROR.print(f"Contre l'adoption : {one['advice']}", **_PLAIN)
        out.print(f"Non adopté : {_REFUSED}", highlight=False, soft_wrap=True)
        return False
    if told["adopted"] and not told["moved"]:
        out.print(_ADOPTED, **_PLAIN)
        return True
    try:
        said = input("Adopter ce formulaire ? La passerelle écrira dès lors sur DS. [o/N] ")
    except (EOFError, KeyboardInterrupt):
        said = ""
    if said.strip().lower() not in {"o", "oui"}:
        out.print("Non adopté, vous ne l'avez pas demandé : `unc mapping adopt` le fera.", **_PLAIN)
        return False
    by = adaptation.session.decisions.by
    with open_services(settings) as services:
        same = review.state_shown(services) == told["shown"]
        if not same:
            adaptation = begin(services, target=adaptation.target, by=by)
        done = review.adopt(services, by=by) if same else None
    if done is None:
        ERROR.print(_ANOTHER, **_PLAIN)
        told = _told(settings, adaptation)
        _show(settings, told)
        return _adopted(settings, adaptation, told)
    left = [one.advice for one in done.left if one.severity is not Severity.INFORMATION]
    show_adopted(done.adoption, str(done.file), left, moved=done.moved)
    return done.adoption is not None
