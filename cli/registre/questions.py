"""`unc registre question`: questions to the centres, and what they answer."""

from dataclasses import asdict
from typing import Any

from cyclopts import App

from cli.registre import view
from cli.registre.options import AsOfOptions, Who, acting, reading
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Day
from steps.judge.acts import register_of, today
from steps.registre import questions as steps
from triage.registre.questions import asked
from triage.registre.register import Question
from triage.registre.sentences import day
from triage.registre.years.indicator import known_by

question = App(name="question", help="Questions aux centres, échéances et réponses.")
_DEFAULT = Common()
_NOW = AsOfOptions()


@question.command
def add(
    sujet: str,
    *,
    texte: str,
    centres: str,
    echeance: Day,
    who: Who,
    common: Common = _DEFAULT,
) -> int:
    """Poser une question à des centres, sur une situation ou un dossier.

    Chaque centre la lit dans la feuille « Questions » de son classeur, y répond, et ne voit jamais
    la réponse d'un autre.

    Args:
        sujet: Situation (SIT-0001) ou numéro de dossier.
        texte: La question, sans donnée de patient.
        centres: Centres interrogés, par leur ville ou leur code : « Lyon ; Lille ».
        echeance: Dernier jour pour répondre.
    """
    with acting() as services:
        given = {"texte": texte}
        one = steps.ask(services, sujet, given, centres, due=echeance, acting=who.acting())
        names = steps.centre_names(services)
    told = ", ".join(names.get(code, code) for code in one.centres)
    return _said(common, one, f"posée à {told}, réponse attendue le {day(one.due_on)}")


@question.command
def answer(question: str, *, centre: str, texte: str, who: Who, common: Common = _DEFAULT) -> int:
    """Saisir la réponse d'un centre ; un texte vide la retire, ses actes restent.

    Args:
        question: Son identifiant, par exemple QUE-0001.
        centre: Le centre qui répond.
        texte: Sa réponse, sans donnée de patient.
    """
    with acting() as services:
        one = steps.answer(services, question, centre, texte, who.acting())
    return _said(common, one, f"réponse enregistrée ({len(one.answers)} sur {len(one.centres)})")


@question.command
def withdraw(question: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Retirer une question, avec un motif : plus personne n'est en retard.

    Args:
        question: Son identifiant.
    """
    with acting() as services:
        one = steps.withdraw(services, question, who.acting())
    return _said(common, one, "retirée")


@question.command(name="list")
def list_(*, centre: str = "", at: AsOfOptions = _NOW, common: Common = _DEFAULT) -> int:
    """Montrer les questions, celles qui sont en retard d'abord.

    Args:
        centre: Celles d'un seul centre.
    """
    with reading() as services:
        register = register_of(services, on=at.au, known=known_by(at.connu_le))
        code = steps.code_of(services, centre) if centre else None
        found, names = (
            asked(register, on=at.au or today(), centre=code),
            steps.centre_names(services),
        )
    if common.json:
        print_json({"questions": [view.plain_asked(one) for one in found]})
    else:
        Console().print(view.questions_table(found, names))
    return 0


def _said(common: Common, one: Question, what: str) -> int:
    if common.json:
        told: dict[str, Any] = asdict(one)
        print_json(told)
    else:
        Console().print(f"{one.id} : {what}.", highlight=False)
    return 0
