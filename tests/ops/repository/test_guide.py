"""Every command line of the operator's guide was run by a test that is named, or says why not."""

import ast
import re
from functools import cache
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
        re.sub(r"(^|\s+)#.*$", "", line).strip() for block in blocks for line in block.splitlines()
    ]
    return [line for line in lines if line and not SETTING.match(line)]


def test_each_command_of_the_guide_is_in_the_table_and_no_other() -> None:
    assert set(commands()) == {row["run"] for row in TABLE}
    assert len(TABLE) == len({row["run"] for row in TABLE})


@cache
def parts(path: str) -> dict[str, ast.stmt]:
    """What a file of tests defines, by name."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node
    return found


def reached(path: str, name: str) -> str:
    """The words of a test, and of what it uses of its own file: functions, fixtures, constants."""
    known, seen, queue = parts(path), set[str](), [name]
    while queue:
        one = queue.pop()
        if one not in known or one in seen:
            continue
        seen.add(one)
        words = list(ast.walk(known[one]))
        queue += [node.id for node in words if isinstance(node, ast.Name)]
        queue += [node.arg for node in words if isinstance(node, ast.arg)]
    assert name in seen, f"{path} has no {name}"
    return "\n".join(ast.unparse(known[one]) for one in sorted(seen))


def run_by_the_gate() -> str:
    """Lines of the gate that run something, not those that say so."""
    lines = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not re.match(r"\s*(#|step |skipped\+=)", line))


TOLD = re.compile(r"""told\(f?(?P<sign>["'])(.*?)(?P=sign)\)""")
"""A command that a test takes from the page itself, by its beginning."""


def test_each_test_that_is_named_runs_that_command() -> None:
    """Its very words, those of `as`, or the page's own, asked for by their beginning."""
    for row in TABLE:
        assert ("by" in row) != ("not" in row), row
        if "by" not in row:
            continue
        path, _, name = row["by"].partition("::")
        text = reached(path, name) if name else run_by_the_gate()
        assert name or path == ".ci/run", row
        words = str(row.get("as", row["run"]))
        plain = ast.unparse(ast.parse(words)) if name and "(" in words else words
        asked = [one[1].partition("{")[0] for one in TOLD.findall(text)]
        assert plain in text or any(row["run"].startswith(one) for one in asked), row


def test_what_was_not_run_is_little_and_the_guide_says_so() -> None:
    page = (ROOT / "docs/exploitation.md").read_text("utf-8")
    told = page.count("**non exécuté**")
    unproved = [row["run"] for row in TABLE if "not" in row]
    assert all(word.split()[0] in {"podman", "age", "mkdir", "for", "curl", "done"}
               for word in unproved)  # fmt: skip
    assert told == 3  # compose, encryption, the download of the medicines


def test_no_setting_is_written_with_a_comment_after_it() -> None:
    """systemd would take it for a part of the value."""
    for file in [*(ROOT / "docs").glob("*.md"), *(ROOT / "deploy").rglob("*.env")]:
        lines = file.read_text("utf-8").splitlines()
        assert not [one for one in lines if re.match(r"UNC_[A-Z_]+=.*\s#", one)], file
