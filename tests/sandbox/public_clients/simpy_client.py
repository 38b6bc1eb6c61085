"""What a user of `demarches-simpy` (PyPI) does; the last line printed tells it as JSON."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from demarches_simpy import Demarche, Dossier, DossierState, Profile
from demarches_simpy.actions import (
    AnnotationModifier,
    FileUploader,
    MessageSender,
    StateModifier,
)


def main(url: str, token: str, demarche: int, instructeur: str) -> dict[str, Any]:
    """Read the démarche and a dossier, then write to it."""
    Profile.get_url = lambda _self: url
    profile = Profile(token, instructeur)
    numbers = [one[1] for one in Demarche(demarche, profile).get_dossier_infos(limit=-1)]
    dossier = Dossier(numbers[0], profile)
    told: dict[str, Any] = {
        "numbers": numbers,
        "state": str(dossier.get_dossier_state()),
        "pdf": dossier.get_pdf_url(),
        "fields": {one.label: one.stringValue for one in dossier.get_fields()},
    }
    situation: Any = dossier.get_annotations()["Situation"]
    uploader = FileUploader(profile, dossier)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "note.txt"
        path.write_text("fictif", encoding="utf-8")
        told["upload"] = uploader.perform(str(path), "note.txt", "text/plain")
    file = uploader.get_last_file_uploaded()
    told["message"] = MessageSender(profile, dossier).perform("Bonjour", file)
    told["annotation"] = AnnotationModifier(profile, dossier).perform(situation, "S-1")
    told["instruction"] = StateModifier(profile, dossier).perform(DossierState.INSTRUCTION)
    return told


if __name__ == "__main__":
    given = sys.argv
    told = main(given[1], given[2], int(given[3]), given[4])
    sys.stdout.write("\n" + json.dumps(told) + "\n")
