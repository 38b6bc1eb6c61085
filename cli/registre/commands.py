"""`unc registre`: the situations of the register, and what people do of them."""

from collections.abc import Callable
from dataclasses import asdict

from cyclopts import App

from cli.registre import effect as effects
from cli.registre import pack as packs
from cli.registre import view
from cli.registre.measures import measure
from cli.registre.meetings import meeting
from cli.registre.options import AsOfOptions, Level, SituationTexts, Who, acting, reading
from cli.registre.past_years import import_, template
from cli.registre.questions import question
from cli.registre.signals import signal
from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import Day, DossierNumber, Year
from steps.judge.acts import register_of, today
from steps.registre import acting as steps
from steps.registre.around import Viewpoint, around
from steps.registre.questions import centre_names
from steps.registre.ranking import proposed_level
from triage.registre import lifecycle
from triage.registre.acts import By, Draft, as_known, history
from triage.registre.drafting import When
from triage.registre.lifecycle import find
from triage.registre.lists import Lists
from triage.registre.register import Situation
from triage.registre.sentences import day, head, state_of
from triage.registre.state_from_acts import read
from triage.registre.years.indicator import known_by, year_figure, years_of

registre = App(
    name="registre",
    help="Registre des situations : actes datés, état, mesures de l'agence, indicateur annuel.",
)
registre.command(measure)
registre.command(question)
registre.command(signal)
registre.command(meeting)
registre.command(template)
registre.command(import_, name="import")
effects.register(registre)
packs.register(registre)
_DEFAULT = Common()
_NOW = AsOfOptions()
_NONE = SituationTexts()


@registre.command(name="list")
def list_(*, at: AsOfOptions = _NOW, common: Common = _DEFAULT) -> int:
    """Montrer les situations du registre, aujourd'hui ou un jour passé, tel que connu un autre."""
    with reading() as services:
        found = register_of(services, on=at.au, known=known_by(at.connu_le))
    if common.json:
        every = [view.plain(one, found) for one in found.situations.values()]
        print_json({"au": at.au, "connu_le": at.connu_le, "situations": every})
    else:
        Console().print(view.listed(found))
    return 0


@registre.command
def show(situation: str, *, at: AsOfOptions = _NOW, common: Common = _DEFAULT) -> int:
    """Montrer une situation : état, niveau, mesures, signaux, historique de tous ses actes.

    Args:
        situation: Son identifiant, par exemple SIT-0001.
    """
    known = known_by(at.connu_le)
    with reading() as services:
        kept, centres = services.store.acts.list(services.demarche), centre_names(services)
        register = read(kept, on=at.au, known=known)
        one = find(register, situation)
        every = as_known(kept, on=at.au, known=known)
        acts, proposed = history(every, one.id), proposed_level(services, one.dossiers)
        found = around(services, [one.id], Viewpoint(at.au, known))[one.id].effects
        scores = [
            each
            for each in services.store.scores.list(services.demarche, one.id)
            if known is None or each.scored_at <= known
        ]
    if common.json:
        told = {"proposed_level": asdict(proposed), "acts": [view.plain_act(a) for a in acts]}
        told["effects"] = [effects.plain_effect(each) for each in found]
        told["scores"] = [asdict(each) for each in scores]
        print_json({**view.plain(one, register), **told})
        return 0
    out = Console()
    out.print(table(f"{one.id} · {one.title}", ["", ""], [*head(one, proposed)]))
    if scores:
        out.print(view.scores_table(scores), highlight=False)
    parts = view.parts(one, register, acts, on=at.au or today(), centres=centres)
    for part in (*parts, *effects.effect_tables(found)):
        out.print(part, highlight=False)
    return 0


@registre.command
def validate(
    situation: str,
    *,
    level: Level,
    who: Who,
    texts: SituationTexts = _NONE,
    common: Common = _DEFAULT,
) -> int:
    """Valider une situation : le regroupement proposé garde son identifiant, ses dossiers aussi.

    Titre, usage autorisé, usage constaté, risque, niveau avec sa justification et pilote sont
    demandés.

    Args:
        situation: Son identifiant.
    """
    with acting() as services:
        given = level.given()
        one = steps.validate(services, situation, texts.given(), given, who.acting())
    return _said(common, one, "validée")


@registre.command
def edit(
    situation: str, *, who: Who, texts: SituationTexts = _NONE, common: Common = _DEFAULT
) -> int:
    """Modifier les textes d'une situation validée.

    Args:
        situation: Son identifiant.
    """
    return _do(
        common,
        situation,
        who,
        lambda one, by, when, lists: lifecycle.change(
            one, texts.given(), by=by, when=when, lists=lists
        ),
        told="modifiée",
    )


@registre.command(name="level")
def level_(situation: str, *, level: Level, who: Who, common: Common = _DEFAULT) -> int:
    """Fixer le niveau de risque d'une situation, avec ses critères et sa justification.

    Args:
        situation: Son identifiant.
    """
    with acting() as services:
        one = steps.set_level(services, situation, level.given(), who.acting())
    return _said(common, one, f"niveau {one.level['niveau']}")


@registre.command
def close(situation: str, *, conclusion: str, who: Who, common: Common = _DEFAULT) -> int:
    """Clore une situation, avec une conclusion et un motif.

    Args:
        situation: Son identifiant.
        conclusion: Conclusion (registre.yaml).
    """
    return _do(
        common,
        situation,
        who,
        lambda one, by, when, lists: lifecycle.close(
            one, conclusion, by=by, when=when, lists=lists
        ),
        told="close",
    )


@registre.command
def discard(situation: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Écarter un regroupement à valider, avec un motif.

    Args:
        situation: Son identifiant.
    """
    return _do(
        common,
        situation,
        who,
        lambda one, by, when, _: lifecycle.discard(one, by=by, when=when),
        told="écartée",
    )


@registre.command
def reopen(situation: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Rouvrir une situation close ou écartée, avec un motif.

    Args:
        situation: Son identifiant.
    """
    return _do(
        common,
        situation,
        who,
        lambda one, by, when, _: lifecycle.reopen(one, by=by, when=when),
        told="rouverte",
    )


@registre.command
def seen(situation: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Dire « Vu, sans suite » d'une situation réveillée : elle reste close.

    Args:
        situation: Son identifiant.
    """
    return _do(
        common,
        situation,
        who,
        lambda one, by, when, _: lifecycle.look(one, by=by, when=when),
        told="vue, sans suite",
    )


@registre.command
def identify(situation: str, jour: Day, *, who: Who, common: Common = _DEFAULT) -> int:
    """Dater d'avant l'identification d'une situation, avec un motif.

    Args:
        situation: Son identifiant.
        jour: Jour où elle a été identifiée, pas avant son premier signal.
    """
    return _do(
        common,
        situation,
        who,
        lambda one, by, when, _: lifecycle.identify(one, jour, by=by, when=when),
        told=f"identifiée le {day(jour)}",
    )


@registre.command
def merge(situation: str, dans: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Fondre une situation dans une autre, avec un motif ; « unc registre undo » la rétablit.

    Args:
        situation: Situation qui disparaît ; sa page garde ses actes.
        dans: Situation qui reste.
    """
    with acting() as services:
        one = steps.merge(services, situation, dans, who.acting())
    return _said(common, one, f"reçoit {situation}")


@registre.command
def split(situation: str, *dossiers: DossierNumber, who: Who, common: Common = _DEFAULT) -> int:
    """Scinder une situation, avec un motif : des dossiers ouvrent une situation à valider.

    Args:
        situation: Situation à scinder.
        dossiers: Dossiers qui en sortent.
    """
    with acting() as services:
        one = steps.split(services, situation, dossiers, who.acting())
    return _said(common, one, f"scindée de {situation}")


@registre.command
def undo(situation: str, *, who: Who, common: Common = _DEFAULT) -> int:
    """Défaire, avec un motif : rétablir une situation fondue, ou rendre une situation scindée.

    Args:
        situation: Situation fondue, ou née d'une scission.
    """
    with acting() as services:
        one = steps.undo(services, situation, who.acting())
    return _said(common, one, "défaite")


@registre.command
def years(*annees: Year, connu_le: Day | None = None, common: Common = _DEFAULT) -> int:
    """Montrer l'indicateur annuel, arrêté ou provisoire.

    Situations identifiées dans l'année, ni écartées ni fondues au 31 décembre ; celles qui ont une
    mesure de l'agence qui réduit le risque, mise en œuvre dans l'année.

    Args:
        annees: Années ; toutes par défaut.
        connu_le: Tel que connu le.
    """
    with reading() as services:
        acts, lists = services.store.acts.list(services.demarche), services.form.lists
        known = known_by(connu_le)
        found = [year_figure(acts, y, lists=lists, known=known) for y in annees or years_of(acts)]
    if common.json:
        print_json({"years": [view.plain_year(one) for one in found]})
    else:
        Console().print(view.years_table(found))
    return 0


@registre.command
def freeze(annee: Year, *, who: Who, common: Common = _DEFAULT) -> int:
    """Arrêter une année finie : rien ne changera plus ses listes.

    Args:
        annee: Année.
    """
    with acting() as services:
        found = steps.freeze(services, annee, who.acting())
    if common.json:
        print_json(view.plain_year(found))
    else:
        Console().print(f"{annee} arrêtée : {found.told()}.", highlight=False)
    return 0


def _do(
    common: Common,
    situation: str,
    who: Who,
    draw: Callable[[Situation, By, When, Lists], list[Draft]],
    *,
    told: str,
) -> int:
    """Do one thing of a situation, and say that it is done."""
    given = who.acting()
    with acting() as services:
        lists = services.form.lists
        one = steps.act_on(
            services, situation, given, lambda one, when: draw(one, given.by, when, lists)
        )
    return _said(common, one, told)


def _said(common: Common, one: Situation, what: str) -> int:
    if common.json:
        print_json(asdict(one))
    else:
        state = f"{state_of(one)} ; dernier acte {one.last}"
        Console().print(f"{one.id} : {what} ({state}).", highlight=False)
    return 0
