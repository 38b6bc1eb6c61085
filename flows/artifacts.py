"""What a run leaves in the Prefect interface: a summary, who needs a human, links, progress.

Numbers of dossiers, counts and paths only: artifacts are stored by Prefect and seen by operators.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

from mappings.drift.model import COLUMNS, table
from mappings.report.display import show
from steps.publish.circumstances import dossier_url
from steps.wiring.services import Services
from steps.wiring.summary import COUNTS, Summary
from steps.wiring.token_age import token_warning
from steps.wiring.troubles import counted, key_of, troubles_of

_QUIET_SECONDS = 5.0
"""No progress is shown for what is quicker, nor more often than this."""


def leave(services: Services, summary: Summary, *, title: str, outcome: str) -> None:
    """Leave the summary of a run, which may have failed on its way: one page with every link."""
    from prefect.artifacts import create_markdown_artifact

    text = summary_text(services, summary, title=title, outcome=outcome, again=_again())
    key = f"resume-{services.demarche}"
    create_markdown_artifact(text, key=key, description=f"{title} : {outcome}")


def _again() -> str:
    """The command that starts another run of this deployment; "" outside of one."""
    from prefect.runtime import deployment, flow_run

    return (
        f"prefect deployment run '{flow_run.flow_name}/{deployment.name}'" if deployment.id else ""
    )


def summary_text(
    services: Services, summary: Summary, *, title: str, outcome: str, again: str = ""
) -> str:
    """The run in French markdown.

    Args:
        services: Those of the démarche.
        summary: What the run did.
        title: What it was.
        outcome: How it ended.
        again: The command that starts another.
    """
    parts = (
        [f"# {title} — démarche {services.demarche}", f"**{outcome}**"],
        _links(services),
        ["## Ce qui a été fait", _table(("", "Nombre"), _counted(summary))],
        _published(services, summary),
        _to_look_at(services, summary),
        _form(summary),
        _aside(services, summary),
        [f"Lancer un autre passage : `{again}`"] if again else [],
    )
    return "\n\n".join(text for part in parts for text in part) + "\n"


def human_rows(summary: Summary) -> list[tuple[int, str]]:
    """Dossiers that a person must look at, and why; DS's own words stay in `unc status`.

    What the runs before told already is left out.
    """
    why = [
        *(
            (n, "quarantined", "en quarantaine : DS ne peut pas le servir")
            for n in summary.quarantined
        ),
        *((n, "unfetched", "pièce jointe non téléchargée") for n in summary.unfetched),
        *((n, "unknown", "réponse de DS perdue, à relire") for n in summary.unknown),
    ]
    found = [(n, text) for n, kind, text in why if key_of(kind, n) not in summary.told_before]
    found += [
        (number, "écriture refusée (raison : unc status)")
        for number, text in summary.refused
        if key_of("refused", number, text) not in summary.told_before
    ]
    return sorted(set(found))


def _links(services: Services) -> list[str]:
    portal, ds = (
        services.inputs.publishing.portal,
        dossier_url(services).rpartition("/dossiers/")[0],
    )
    if not portal:
        return [
            f"[La démarche sur DS]({ds}) · pour des liens vers le portail, donnez UNC_PORTAL_URL."
        ]
    pages = {"Classeurs": "exports", "Ce qui a changé": "changements", "Dossiers": "dossiers"}
    links = [f"[{name}]({portal}/{page})" for name, page in pages.items()]
    return [" · ".join([*links, f"[La démarche sur DS]({ds})"])]


def _counted(summary: Summary) -> list[tuple[str, str]]:
    counts = summary.json()
    rows = [
        (label, show(counts[name]))
        for name, label in COUNTS.items()
        if name != "unchanged"  # of no use to whoever reads one run
    ]
    return [*rows, ("Écarts réparés", show(len(summary.drift)))] if summary.drift else rows


def _published(services: Services, summary: Summary) -> list[str]:
    """The workbooks by name; who may fetch one does it in the portal."""
    heading, paths = "## Classeurs publiés", [Path(path) for path in summary.workbooks]
    if not paths:
        return [heading, "Aucun : les données sont les mêmes."]
    portal = services.inputs.publishing.portal
    named = ", ".join(path.name for path in paths)
    fetched = f", [à prendre dans le portail]({portal}/exports)" if portal else ""
    return [heading, f"{show(len(paths))} dans `{paths[0].parent}`{fetched} : {named}."]


def _to_look_at(services: Services, summary: Summary) -> list[str]:
    found, portal = human_rows(summary), services.inputs.publishing.portal
    if not found:
        return []
    link = dossier_url(services)
    rows = [
        (
            f"[{number}]({link.format(number=number)})",
            why,
            f"[fiche]({portal}/dossiers/{number})" if portal else "",
        )
        for number, why in found
    ]
    heading = f"## À regarder par une personne : {show(len(found))}"
    return [heading, _table(("Dossier sur DS", "Pourquoi", "Portail"), rows)]


def _form(summary: Summary) -> list[str]:
    new = [
        one for one in summary.form_drift if key_of("form", one.sentence) not in summary.told_before
    ]
    return ["## Le formulaire a changé", _table(COLUMNS, table(new))] if new else []


def _aside(services: Services, summary: Summary) -> list[str]:
    told = []
    if summary.newly_held:
        listed = ", ".join(map(str, sorted(summary.newly_held)))
        told.append(f"Une personne tient désormais une annotation de : {listed}.")
    texts = dict.fromkeys(summary.set_aside)
    new = [one for one in texts if key_of("aside", one) not in summary.told_before]
    if new:
        told += ["## Mis de côté", "\n".join(f"- {one}" for one in new)]
    known = {one.key for one in troubles_of(summary)} & summary.told_before.keys()
    if known:
        told.append(counted(known, summary.told_before, command="`unc status --tout`"))
    warning = token_warning(services.inputs.token)
    return [*told, f"⚠️ {warning}"] if warning else told


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    """A cell keeps to its place whatever stands in it."""
    return text.replace("|", "\\|").replace("\n", " ")


class Progress:
    """Shows the progress of long steps as artifacts of the run."""

    def __init__(self, demarche: int) -> None:
        self._demarche = demarche
        self._told: dict[str, float] = {}
        self._made: dict[str, UUID] = {}

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Tell how far a step is; a step without a known total is shown by its count."""
        moment = time.monotonic()
        last = self._told.setdefault(step, moment)
        ended = total is not None and done >= total
        if (moment - last < _QUIET_SECONDS and not ended) or (ended and step not in self._made):
            return
        self._told[step] = moment
        text = f"{step} : {show(done)}" + (f" sur {show(total)}" if total else "")
        self._show(step, 100.0 * done / total if total else 0.0, text=text)

    def _show(self, step: str, percent: float, *, text: str) -> None:
        from prefect.artifacts import create_progress_artifact, update_progress_artifact

        if step in self._made:
            update_progress_artifact(self._made[step], progress=percent, description=text)
            return
        key = f"progression-{self._demarche}"
        made = create_progress_artifact(progress=percent, key=key, description=text)
        self._made[step] = cast("UUID", made)  # we are not in an event loop
