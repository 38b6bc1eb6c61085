"""What a run leaves in the Prefect interface: a summary, who needs a human, links, progress.

Numbers of dossiers, counts and paths only: artifacts are stored by Prefect and seen by operators.
"""

import time
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from exports.published.editions import Kind
from mappings.drift.model import COLUMNS, table
from mappings.report.display import show
from steps.publish.export import dossier_url
from steps.wiring.services import Services
from steps.wiring.summary import COUNTS, Summary
from steps.wiring.token_age import token_warning

_QUIET_SECONDS = 5.0
"""No progress is shown for what is quicker, nor more often than this."""


def leave(services: Services, summary: Summary, *, title: str, outcome: str) -> None:
    """Leave the artifacts of a run, which may have failed on its way."""
    from prefect.artifacts import (
        create_link_artifact,
        create_markdown_artifact,
        create_table_artifact,
    )

    demarche = services.demarche
    text = summary_text(services, summary, title=title, outcome=outcome)
    create_markdown_artifact(text, key=f"resume-{demarche}", description=title)
    rows = human_rows(services, summary)
    if rows:
        create_table_artifact(
            rows, key=f"a-regarder-{demarche}", description="Dossiers à regarder par une personne"
        )
    if summary.form_drift:
        create_table_artifact(
            [dict(zip(COLUMNS, row, strict=True)) for row in table(summary.form_drift)],
            key=f"derive-du-formulaire-{demarche}",
            description="Écarts entre le formulaire et la correspondance",
        )
    for path in map(Path, summary.workbooks):
        kind = path.parent.parent.name if path.parent.parent.name in set(Kind) else ""
        name = f"{kind}-{path.stem}".strip("-").lower().replace("_", "-")
        create_link_artifact(
            path.as_uri(),
            link_text=f"{path.parent.name}/{path.name}",
            key=f"classeur-{demarche}-{name}",
            description=f"Classeur publié : {path}",
        )


def summary_text(services: Services, summary: Summary, *, title: str, outcome: str) -> str:
    """The run in French markdown."""
    counts = summary.json()
    lines = [f"# {title} — démarche {services.demarche}", "", f"**{outcome}**", ""]
    lines += ["| | |", "|---|---:|"]
    lines += [
        f"| {label} | {show(counts[name])} |"
        for name, label in COUNTS.items()
        if name != "unchanged"  # of no use to whoever reads one run
    ]
    if summary.drift:
        lines.append(f"| Écarts réparés | {len(summary.drift)} |")
    lines += ["", "## Classeurs publiés", ""]
    lines += [f"- `{path}`" for path in summary.workbooks] or [
        "Aucun : les données sont les mêmes."
    ]
    needing = human_rows(services, summary)
    if needing:
        lines += ["", f"## À regarder par une personne : {len(needing)}", ""]
        lines += [f"- [{r['Dossier']}]({r['Lien']}) : {r['Pourquoi']}" for r in needing]
    if summary.newly_held:
        listed = ", ".join(map(str, sorted(summary.newly_held)))
        lines += ["", f"Une personne tient désormais une annotation de : {listed}."]
    if summary.set_aside:
        lines += [
            "",
            "## Mis de côté",
            "",
            *(f"- {one}" for one in dict.fromkeys(summary.set_aside)),
        ]
    warning = token_warning(services.inputs.token)
    if warning:
        lines += ["", f"⚠️ {warning}"]
    return "\n".join(lines) + "\n"


def human_rows(services: Services, summary: Summary) -> list[dict[str, Any]]:
    """Dossiers that a person must look at, and why; DS's own words stay in `unc status`."""
    why: list[tuple[int, str]] = [
        *((number, "en quarantaine : DS ne peut pas le servir") for number in summary.quarantined),
        *((number, "écriture refusée (raison : unc status)") for number, _ in summary.refused),
        *((number, "pièce jointe non téléchargée") for number in summary.unfetched),
        *((number, "réponse de DS perdue, à relire") for number in summary.unknown),
    ]
    link = dossier_url(services)
    return [
        {"Dossier": number, "Pourquoi": reason, "Lien": link.format(number=number)}
        for number, reason in sorted(set(why))
    ]


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
        text = f"{step} : {done}" + (f" sur {total}" if total else "")
        self._show(step, 100.0 * done / total if total else 0.0, text=text)

    def _show(self, step: str, percent: float, *, text: str) -> None:
        from prefect.artifacts import create_progress_artifact, update_progress_artifact

        if step in self._made:
            update_progress_artifact(self._made[step], progress=percent, description=text)
            return
        key = f"progression-{self._demarche}"
        made = create_progress_artifact(progress=percent, key=key, description=text)
        self._made[step] = cast("UUID", made)  # we are not in an event loop
