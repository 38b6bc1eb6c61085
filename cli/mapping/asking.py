"""What `unc mapping adapt` asks of a person at a terminal, question after question."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from cli.mapping.question import found_lines, question_lines
from cli.mapping.seen import agreed_to
from cli.terminal.console import Console
from french.text import agreed
from mappings.adoption.choice import ABSENT, ChoiceQuestion, champ_of
from mappings.adoption.decisions import Decision
from mappings.adoption.session import Session
from steps.adopt.adapt import Adaptation
from steps.adopt.write import keep_decisions

_SHOWN: Final = 3
_PLAIN: Final[Any] = {"markup": False, "highlight": False, "soft_wrap": True}
_ANSWERS: Final = {"o": "oui", "n": "non"}
_TAKEN: Final = re.compile(r"(?P<sense>[cm]?)(?P<at>[1-9]\d{0,2})?")
"""A proposal, the first by default; before it, whether it asks the contrary."""
_LOOK: Final = ("?", "/")
"""What words that are looked for come after."""
_HELP = (
    "Entrée : la première ; un numéro : celle-là ; + : d'autres ; ? et des mots : toutes les"
    " questions du formulaire qui les ont ; n : ce formulaire ne le demande"
    " pas ; c, ou c2 : la première, ou la deuxième, demande le contraire ; m, ou m2 : elle ne le"
    " demande pas ; s : plus tard ; r : revenir ; q : arrêter (tout est gardé)"
)


def ask(adaptation: Adaptation) -> tuple[Adaptation, bool]:
    """Ask until nothing is left; whether it ended, and not by a person who stopped."""
    out = Console()
    session = adaptation.session
    sure = len(session.found)
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
                return session.decided(choice.path, Decision(absent=reason, about=choice.about))
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
                    return session.decided(choice.path, replace(decision, about=choice.about))


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
    decision = _chosen(said, keys) if said or choice.takes_first else None
    if decision is None:
        out.print(_refused(said, len(keys)), markup=False, highlight=False)
        out.print(_HELP, style="dim", highlight=False)
        return None
    why = session.why_not(choice, decision.champ)
    if not why and decision.inverted is None:
        doubt = session.why_which_sense(choice, decision.champ)
        decision = _in_a_sense(session, choice, decision, out, doubt) if doubt else decision
        if decision is None:
            return None
    if not why and decision.inverted is not None:
        inverted = decision.inverted
        why = session.why_not_contrary(choice, decision.champ, inverted=inverted)
    why = why or session.why_not_box(choice, decision.champ, inverted=decision.inverted)
    if not why:
        return decision
    out.print(why, **_PLAIN)
    reason = session.absent_instead(choice, decision.champ) if decision.inverted else ""
    if reason and agreed_to("Ce formulaire ne le demande donc pas ?"):
        return Decision(absent=reason)
    return None


def _in_a_sense(
    session: Session, choice: ChoiceQuestion, decision: Decision, out: Console, doubt: str
) -> Decision | None:
    """The champ with the sense that a person says; ``None`` where they say none."""
    out.print(doubt, **_PLAIN)
    yes = session.yes_of(choice, decision.champ)
    title = choice.wanted.title
    asked = f"Y répondre « {yes} », est-ce oui à « {title} » ?"
    if choice.wanted.type == "checkbox":
        asked = f"La cocher (ou y répondre « {yes} »), est-ce attester « {title} » ?"
    said = input(f"{asked} [o/n] ")
    sense = {"o": False, "oui": False, "n": True, "non": True}.get(said.strip().lower())
    return None if sense is None else replace(decision, inverted=sense)


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
        case "":
            return "Aucune n'est clairement la même : donnez un numéro, ou répondez n, ou s."
        case "+":
            return "Il n'y a pas d’autre proposition."
        case "r":
            return "Il n'y a encore rien à reprendre."
        case _ if said.isdigit():
            return f"Il n'y a pas de proposition {said} à l’écran."
        case _:
            return f"« {said} » n'est pas une réponse."
