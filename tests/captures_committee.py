"""A séance on what the demo leaves, and the fiches of its first situation: for docs/comite.md."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

UNC = Path(sys.executable).parent / "unc"
BY = ("--by", "Anne Durand", "--motif", "Séance du comité")
_LEVEL = (
    *("--niveau", "Élevé", "--criteres", "gravité et réversibilité=oui; exposition=oui"),
    *("--justification", "Effets graves rapportés hors de tout suivi, exposition en hausse."),
)
_TEXTS = (
    *("--usage-autorise", "Traitement de l'affection pour laquelle il est autorisé."),
    *("--usage-constate", "Prise sans indication, pour un effet recherché hors de l'autorisation."),
    *("--risque", "avéré", "--qualification", "mésusage", "--pilote", "Anne Durand"),
)
_CLEAR = (
    "Ce médicament soigne une maladie précise. Des personnes le prennent sans avoir cette maladie,"
    " sur le conseil de proches ou de sites. Il peut alors faire plus de mal que de bien. L'agence"
    " en a parlé aux médecins et aux pharmaciens."
)
_ASKED = "Faut-il encadrer la prescription, en plus du courrier déjà envoyé ?"


def fiches(environment: Mapping[str, str], to: Path, *, but: str) -> dict[str, Path]:
    """Play the séance; gives the PDF of the first fiche, by reader.

    Args:
        environment: Settings of the demo.
        to: Folder for the fiches.
        but: A situation on which people acted already.
    """

    def unc(*words: str) -> Any:
        told = subprocess.run(  # noqa: S603
            [UNC, *words, "--json"], env=environment, capture_output=True, text=True, check=True
        )
        return json.loads(told.stdout)

    every = unc("situations", "list")["situations"]
    left = (each for each in every if each["id"] != but)
    one = max(left, key=lambda each: len(each["numbers"]))
    day = date.today() - timedelta(days=5)  # noqa: DTZ011 (the demo ends today)
    title = ("--titre", one["title"])
    unc("registre", "validate", one["id"], *title, *_LEVEL, *_TEXTS, "--resume-clair", _CLEAR, *BY)
    sent = ("--type", "courrier aux professionnels", "--cible", "prescripteurs, pharmaciens")
    unc("registre", "measure", "add", one["id"], *sent, "--en-oeuvre-le", day.isoformat(), *BY)
    unc("registre", "measure", "add", one["id"], "--type", "conditions de prescription", *BY)
    told: tuple[str, ...] = (
        "--type",
        "CRPV",
        "--organisme",
        "CRPV de Lyon",
        "--substance",
        one["substances"][0],
    )
    told += ("--resume", "Deux cas en ville.", "--diffusion", "réseau", "--situation", one["id"])
    unc("registre", "signal", "add", *told, *BY)
    meeting = unc("registre", "meeting", "plan", date.today().isoformat(), *BY)["id"]  # noqa: DTZ011
    asked = ("--question", _ASKED, "--rapporteur", "B. Martin")
    unc("registre", "meeting", "agenda", meeting, one["id"], *asked, *BY)
    return {
        reader: next(
            Path(file)
            for file in unc("registre", "pack", meeting, "--to", str(to), "--for", reader)["files"]
            if file.endswith(".pdf")
        )
        for reader in ("agence", "patients")
    }
