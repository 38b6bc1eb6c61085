"""Every command line of the operator's guide was run by a test that is named, or says why not."""

import re
from typing import Any

from ruamel.yaml import YAML

from tests.ops.conftest import ROOT

TABLE: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / "tests/ops/repository/guide.yaml")
SETTING = re.compile(r"UNC_[A-Z_]+=")


def commands() -> list[str]:
    """Command lines of the page's shell blocks, without their comments."""
    page = (ROOT / "docs/exploitation.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lines = [
        re.sub(r"\s+#.*$", "", line).strip() for block in blocks for line in block.splitlines()
    ]
    return [line for line in lines if line and not SETTING.match(line)]


def test_each_command_of_the_guide_is_in_the_table_and_no_other() -> None:
    assert set(commands()) == {row["run"] for row in TABLE}
    assert len(TABLE) == len({row["run"] for row in TABLE})


def test_the_tests_that_ran_them_are_there() -> None:
    for row in TABLE:
        assert ("by" in row) != ("not" in row), row
        path, _, name = row.get("by", "tests/ops/repository/test_guide.py").partition("::")
        text = (ROOT / path).read_text("utf-8")
        assert not name or f"\ndef {name}(" in text, row


def test_what_was_not_run_is_little_and_the_guide_says_so() -> None:
    page = (ROOT / "docs/exploitation.md").read_text("utf-8")
    told = page.count("**non exécuté**")
    unproved = [row["run"] for row in TABLE if "not" in row]
    assert all(word.split()[0] in {"podman", "age", "git", "mkdir", "for", "curl", "done"}
               for word in unproved)  # fmt: skip
    assert told == 3  # compose, encryption, the download of the medicines
