"""`unc mapping adapt`: from a form that nobody knows to one that a person adopted."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from cli.mapping.adapted import show_adapted, told_of
from cli.mapping.asking import ask
from cli.mapping.new import new
from cli.mapping.seen import agreed_to
from cli.mapping.view import show_adopted
from cli.terminal.console import ERROR, Console
from cli.terminal.output import Common, print_json
from mappings.drift.model import Severity
from settings import ROOT, Settings, load_settings
from steps.adopt import review
from steps.adopt.adapt import Adaptation, begin
from steps.adopt.write import alone, keep_decisions, write
from steps.wiring.failures import RequestError
from steps.wiring.services import open_services

_DEFAULT = Common()
_PLAIN: Final[Any] = {"markup": False, "highlight": False, "soft_wrap": True}
_REFUSED: Final = (
    "l'adoption serait refusée, pour ce qui est dit ci-dessus ; répondez-y, puis relancez"
    " `unc mapping adapt`."
)
_ADOPTED: Final = "Rien n'a changé : formulaire et correspondance sont adoptés, tels qu'ils sont."
_ANOTHER: Final = (
    "La correspondance ou le formulaire a changé depuis qu'il est montré ci-dessus : rien n'est"
    " adopté, le voici tel qu'il est maintenant."
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
        adaptation, ended = ask(adaptation)
        keep_decisions(adaptation)
    write(adaptation)
    after = settings.model_copy(update={"mapping": adaptation.target})
    told = told_of(after, adaptation)
    if common.json:
        print_json(told)
    elif asked and not ended:
        ERROR.print(f"Gardé dans {adaptation.decisions_file} : relancez pour reprendre.", **_PLAIN)
    else:
        show_adapted(after, told)
        if asked:
            return 0 if _adopted(after, adaptation, told) else 1
    left = any(one["read"] for one in told["left"])
    return 1 if left or told["against"] or told["blocking"] else 0


def _target(settings: Settings) -> Path:
    """The file in use, unless it is one of those that come with the bridge."""
    ours = (ROOT / "mappings").resolve()
    if settings.mapping.resolve().is_relative_to(ours):
        return settings.adapted_mapping()
    return settings.mapping


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
    with_it = ", et tenir pour relu ce qui bloque ci-dessus" if told["blocking"] else ""
    if not agreed_to(f"Adopter ce formulaire{with_it} ? La passerelle écrira dès lors sur DS."):
        out.print("Non adopté, vous ne l'avez pas demandé : `unc mapping adopt` le fera.", **_PLAIN)
        return False
    by = adaptation.session.decisions.by
    with open_services(settings) as services:
        same = review.state_shown(services) == told["shown"]
        if not same:
            adaptation = begin(services, target=adaptation.target, by=by)
        done = review.adopt(services, by=by, seen=told["seen"]) if same else None
    if done is None or done.unseen.drifts:
        ERROR.print(_ANOTHER, **_PLAIN)
        told = told_of(settings, adaptation)
        show_adapted(settings, told)
        return _adopted(settings, adaptation, told)
    left = [one.advice for one in done.left if one.severity is not Severity.INFORMATION]
    show_adopted(done.adoption, str(done.file), left, moved=done.moved)
    return done.adoption is not None
