"""`unc rules`: check a rule-set, explain a verdict, try a change, compare two rule-sets."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console

from cli.output import ERROR, Common, print_json, progress, table
from cli.rules_view import explained_tree, history_table, trial_tables
from flows.failures import RequestError
from flows.form import read_mapping, read_ruleset
from flows.judge import stored_revisions
from flows.rules import explain_now, explain_past, history
from flows.services import open_services
from flows.trial import try_ruleset
from mappings.data_file import DataFile, DataFileError
from mappings.mapping import FormMapping
from settings import Settings, load_settings
from store.errors import StoreError
from triage.reachability import Options, form_options, unreachable
from triage.ruleset import RuleSet
from triage.ruleset_diff import differences

rules = App(name="rules", help="Référentiels de complétude et de triage.")
_DEFAULT = Common()


@rules.command
def check(file: Path | None = None, *, common: Common = _DEFAULT) -> int:
    """Vérifier les référentiels : valides, champs connus, conditions qui peuvent être vraies.

    Code 2 : un référentiel est inutilisable ; 1 : une condition ne peut jamais être vraie avec les
    réponses que le formulaire propose ; 0 : rien à faire.

    Args:
        file: Référentiel à vérifier ; par défaut, tous ceux de UNC_RULES.
    """
    settings = load_settings()
    mapping = read_mapping(settings.mapping)
    paths = [file] if file else sorted((settings.rules / "rules").glob("*.yaml"))
    options = _options(settings, mapping)
    code, checked = 0, []
    for path in paths:
        try:
            loaded, text = read_ruleset(path, mapping=mapping)
        except DataFileError as error:
            checked.append({"file": str(path), "problems": list(error.problems)})
            code = 2
            continue
        source = DataFile(text.text, source=path.name)
        told = [source.problem(place, why) for place, why in unreachable(loaded, options)]
        checked.append({"file": str(path), "version": loaded.version, "problems": told})
        code = max(code, 1 if told else 0)
    if common.json:
        print_json({"files": checked, "options_known": bool(options)})
        return code
    for one in checked:
        for problem in one["problems"]:
            ERROR.print(problem, markup=False, highlight=False, soft_wrap=True)
        if not one["problems"]:
            Console().print(f"{one['file']} : valide.", highlight=False, soft_wrap=True)
    if not options:
        ERROR.print(
            "Le formulaire n'a pas encore été lu (unc sync) : les options n'ont pas été vérifiées."
        )
    return code


@rules.command
def explain(
    dossier: int,
    *,
    at: date | None = None,
    past: int | None = None,
    verdicts: Annotated[bool, Parameter(negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Montrer tout le raisonnement sur un dossier : item, réponse, champ, verdict, pénalité.

    Les réponses sont montrées : cette commande est pour le personnel de l'agence.

    Args:
        dossier: Numéro du dossier sur DS.
        at: Juger par le référentiel en vigueur ce jour-là, plutôt que le jour du dépôt.
        past: Expliquer le énième verdict de l'historique, par le référentiel qui l'a donné.
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
            print_json({"assessment": asdict(found.assessment), "items": _plain(found.items)})
        else:
            Console().print(explained_tree(found, mapping=services.form.mapping))
    return 0


@rules.command(name="try")
def try_(file: Path, *, common: Common = _DEFAULT) -> int:
    """Évaluer tous les dossiers lus par un référentiel candidat, sans rien changer.

    Args:
        file: Le référentiel candidat.
    """
    with progress() as tell, open_services(load_settings(), tell=tell) as services:
        candidate, _ = read_ruleset(file, mapping=services.form.mapping)
        trial = try_ruleset(services, candidate)
    if common.json:
        print_json(
            {
                "candidate": candidate.version,
                "compared": trial.compared,
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
    Console().print(table(f"{len(rows)} différence(s)", ["Où", one, other], rows))
    return 0


def _plain(values: Any) -> list[dict[str, Any]]:
    return [asdict(value) for value in values]


def _options(settings: Settings, mapping: FormMapping) -> Options:
    """Options of the form as it was read; none when it was not, or the store is not there."""
    try:
        with open_services(settings) as services:
            return form_options(stored_revisions(services).values(), mapping)
    except (DataFileError, StoreError):
        return {}


def _named(name: str, settings: Settings, mapping: FormMapping) -> RuleSet:
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        return read_ruleset(path, mapping=mapping)[0]
    for one in sorted((settings.rules / "rules").glob("*.yaml")):
        loaded, _ = read_ruleset(one, mapping=mapping)
        if loaded.version == name:
            return loaded
    raise RequestError(f"Aucun référentiel n'a la version « {name} ».")
