"""Likely patient data is found in the labelled sentences, and what only looks like it is not."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from triage.patient_data.finders import FINDERS

CORPUS = YAML(typ="safe").load((Path(__file__).parent / "corpus.yaml").read_text("utf-8"))


@pytest.mark.parametrize("labelled", CORPUS, ids=lambda one: one["texte"])
def test_each_sentence_gives_what_its_label_says(labelled: dict[str, Any]) -> None:
    text = labelled["texte"]
    found = {
        kind: text[spans[0][0] : spans[0][1]]
        for kind, find in FINDERS.items()
        if (spans := list(find(text)))
    }
    assert found == labelled.get("trouve", {})
