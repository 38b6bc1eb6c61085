"""`unc rules`: check a rule-set, explain a verdict, try a change, compare two rule-sets."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.rules.trial_view import trial_tables
from cli.rules.view import explained_tree, history_table
from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json, progress, say
from cli.terminal.parsing import Count, Day, DossierNumber
from french.text import agreed
from mappings.schema.model import FormMapping
from settings import Settings, load_settings
from steps.explain.past_verdicts import explain_past, history
from steps.explain.present_verdict import Explained, explain_now
from steps.explain.rules_check import check_rulesets
from steps.explain.rules_files import read_named
from steps.explain.trial import try_ruleset
from steps.wiring.failures import RequestError
from steps.wiring.form import read_mapping, read_ruleset
from steps.wiring.inputs import rules_places
from steps.wiring.services import open_services
from triage.rules.diff import differences
from triage.rules.model import RuleSet

rules = App(name="rules", help="Référentiels de complétude et de triage.")
_DEFAULT = Common()


@rules.command
def check(file: Path | None = None, *, common: Common = _DEFAULT) -> int:
    """Vérifier les référentiels : valides, champs connus, conditions qui peuvent être vraies.

    Sans argument, les réponses, les rapprochements et les textes qui vont avec le sont aussi :
    chaque texte est essayé sur des exemples.

    Code 2 : un référentiel est inutilisable, ou a la date d'effet ou la version d'un autre.
    Code 1 : une condition ne peut jamais être vraie avec les réponses que le formulaire propose,
    un niveau n'est jamais atteint, ou la base ne peut pas être lue. Code 0 : rien à faire.

    Args:
        file: Référentiel à vérifier ; par défaut, tous ceux de UNC_RULES.
    """
    found = check_rulesets(rules_places(load_settings()), file)
    if common.json:
        files = [
            {"file": str(one.file), "version": one.version, "problems": list(one.problems)}
            for one in found.files
        ]
        print_json({"files": files, "options_known": found.options_known, "lack": found.lack})
        return found.code
    for one in found.files:
        for problem in one.problems:
            say(problem)
        if not one.problems:
            Console().print(f"{one.file} : valide.", highlight=False, soft_wrap=True)
    if found.lack:
        say(f"{found.lack} Les options n'ont pas été vérifiées.")
    return found.code


@rules.command
def explain(
    dossier: DossierNumber,
    *,
    at: Day | None = None,
    past: Count | None = None,
    verdicts: Annotated[bool, Parameter(negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Montrer tout le raisonnement sur un dossier : item, réponse, champ, verdict, pénalité.

    Les réponses sont montrées : cette commande est pour le personnel de l'agence.

    Args:
        dossier: Numéro du dossier sur DS.
        at: Juger par le référentiel en vigueur ce jour-là, plutôt que le jour du dépôt.
        past: Montrer le énième verdict de l'historique, avec le référentiel qui l'a donné.
        verdicts: Montrer l'historique des verdicts, avec leurs référentiels.
    """
    with open_services(load_settings()) as services:
        if verdicts:
            seen = history(services, dossier)
            if common.json:
                print_json({"dossier": dossier, "verdicts": [asdict(one) for one in seen]})
            else:
                Console().print(history_table(dossier, seen))
            return 0
        found = (
            explain_now(services, dossier, on=at)
            if past is None
            else explain_past(services, dossier, which=past)
        )
        if common.json:
            print_json(_explained(found))
        else:
            Console().print(explained_tree(found))
    return 0


@rules.command(name="try")
def try_(file: Path, *, common: Common = _DEFAULT) -> int:
    """Évaluer tous les dossiers lus par un référentiel candidat, sans rien changer.

    Une fois adopté, il ne jugerait que ceux déposés depuis sa date d'effet.

    Args:
        file: Le référentiel candidat.
    """
    with progress() as tell, open_services(load_settings(), tell=tell) as services:
        candidate, _ = read_named(file, mapping=services.form.mapping)
        trial = try_ruleset(services, candidate)
    if common.json:
        print_json(
            {
                "candidate": candidate.version,
                "in_force_from": candidate.in_force_from.isoformat(),
                "compared": trial.compared,
                "deposited_since": trial.since,
                "unjudged": trial.unjudged,
                "statuses": [
                    {"before": before, "after": after, "dossiers": count}
                    for (before, after), count in trial.statuses().items()
                ],
                "causes": dict(trial.causes()),
                "moves": _plain(trial.moves),
            }
        )
        return 0
    out = Console()
    for one in trial_tables(trial, candidate):
        out.print(one)
    return 0


@rules.command
def diff(one: str, other: str, *, common: Common = _DEFAULT) -> int:
    """Montrer ce qui diffère entre deux référentiels.

    Args:
        one: Version (« 2026.1 ») ou fichier.
        other: Version ou fichier.
    """
    settings = load_settings()
    mapping = read_mapping(settings.mapping)
    before, after = (_named(name, settings, mapping) for name in (one, other))
    found = differences(before, after)
    if common.json:
        print_json({"differences": _plain(found)})
        return 0
    if not found:
        Console().print("Aucune différence.")
        return 0
    rows = [(line.place, line.before or "–", line.after or "–") for line in found]
    Console().print(table(agreed(len(rows), "différence"), ["Où", one, other], rows))
    return 0


def _plain(values: Any) -> list[dict[str, Any]]:
    return [asdict(value) for value in values]


def _explained(found: Explained) -> dict[str, Any]:
    return {
        "assessment": asdict(found.assessment),
        "ruleset_digest": found.digest,
        "scope": _plain(found.scope),
        "items": _plain(found.items),
        "priority_level": found.level.model_dump(exclude_defaults=True) if found.level else None,
        "notes": list(found.notes),
    }


def _named(name: str, settings: Settings, mapping: FormMapping) -> RuleSet:
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        return read_named(path, mapping=mapping)[0]
    for one in sorted((settings.rules / "rules").glob("*.yaml")):
        loaded, _ = read_ruleset(one, mapping=mapping)
        if loaded.version == name:
            return loaded
    raise RequestError(f"Aucun référentiel n'a la version « {name} ».")
