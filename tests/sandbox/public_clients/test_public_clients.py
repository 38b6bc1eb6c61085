"""Two public clients of DS do against the sandbox what they do against DS.

They run in processes of their own: one prints, one is in another language.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.common.ids import champ_id, encode

HERE = Path(__file__).parent
PACKAGE = Path(__file__).parents[3] / "node_modules" / "@dnum-mi" / "ds-api-client"


def run(*command: str) -> Any:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  ours
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_demarches_simpy_reads_sends_files_messages_annotations_and_moves(shared: Any) -> None:
    robot = shared.robot()
    where = (shared.sandbox.url, shared.sandbox.token, str(shared.sandbox.demarche), robot)
    told = run(sys.executable, str(HERE / "simpy_client.py"), *where)
    assert told["numbers"] == [1, 2, 3, 4, 5]
    assert told["state"] == "en_construction"
    assert told["pdf"].startswith(shared.sandbox.base_url)
    assert told["fields"]["Étendue géographique"] == "Régionale"
    assert {told[name] for name in ("upload", "message", "annotation", "instruction")} == {0}
    kept = shared.control.snapshot(1)
    assert kept["state"] == "en_instruction"
    assert kept["annotations"]["907"] == "S-1"
    assert [one["files"][0]["filename"] for one in kept["messages"] if one.get("files")] == [
        "note.txt"
    ]


@pytest.mark.debian
@pytest.mark.skipif(
    not PACKAGE.exists() and os.environ.get("CI") != "true", reason="see make test-tools"
)
def test_ds_api_client_reads_everything_and_annotates(shared: Any) -> None:
    node = shutil.which("node")
    assert node is not None
    ids = (encode("Dossier", 2), shared.robot(), champ_id(907))
    where = (shared.sandbox.url, shared.sandbox.token, str(shared.sandbox.demarche))
    told = run(node, str(HERE / "ds_api_client.cjs"), *where, *ids)
    assert told["written"] is True
    assert shared.control.snapshot(2)["annotations"]["907"] == "S-2"
    nodes = told["dossiers"]["demarche"]["dossiers"]["nodes"]
    assert [one["number"] for one in nodes] == [1, 2, 3, 4, 5]
    assert told["dossier"]["dossier"]["champs"]
    assert told["custom"]
