"""Mutation test of the rules engine: which small changes of the code does no test see?

    pip install mutmut==3.8.1             (in a copy of the environment: it is not a dependency)
    python bench/mutants.py FOLDER        FOLDER: made anew; the mutated copy lives there

mutmut makes the mutants; they are run here, each in a process of its own, because mutmut 3.8 calls
"killed" some that every test passes. The survivors are explained in docs/decisions.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

PROCESSES = 2
ROOT = Path(__file__).parents[1]
MUTATED = (
    "verdict/completeness",
    "rules/conditions",
    "rules/checks",
    "patient_data/phones",
    "verdict/priority",
    "verdict/assess",
)
TESTS = (
    "verdict/test_rules_labelled",
    "verdict/test_completeness",
    "rules/test_conditions",
    "rules/test_checks",
    "patient_data/test_phones",
    "verdict/test_plausibility",
)
CONFIGURATION = """
[tool.pytest.ini_options]
addopts = "--import-mode=importlib -p no:cacheprovider"
pythonpath = ["."]
[tool.mutmut]
source_paths = ["triage"]
only_mutate = [{mutated}]
also_copy = ["french", "datafiles", "mappings", "sandbox", "tests"]
pytest_add_cli_args_test_selection = ["tests/triage"]
"""


def prepare(folder: Path) -> Path:
    """Copy what is mutated and tested, and let mutmut write the mutants."""
    shutil.rmtree(folder, ignore_errors=True)
    tests = folder / "tests" / "triage"
    tests.mkdir(parents=True)
    for name in ("french", "datafiles", "mappings", "triage"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "sandbox").mkdir()
    shutil.copy(ROOT / "sandbox" / "formulaire.json", folder / "sandbox")
    shutil.copytree(ROOT / "tests/triage/cases", tests / "cases")
    for name in ("conftest", *TESTS):
        (tests / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "tests" / "triage" / f"{name}.py", tests / f"{name}.py")
    mutated = ", ".join(f'"triage/{name}.py"' for name in MUTATED)
    (folder / "pyproject.toml").write_text(CONFIGURATION.format(mutated=mutated))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", "no.such.mutant"]
    subprocess.run(command, cwd=folder, check=False, capture_output=True)  # noqa: S603
    return folder / "mutants"


def mutants(place: Path) -> list[str]:
    """Names of the mutants that mutmut wrote."""
    found = []
    for name in MUTATED:
        text = (place / "triage" / f"{name}.py").read_text("utf-8")
        named = re.findall(r"^def (x_\w+__mutmut_\d+)\(", text, re.MULTILINE)
        found += [f"triage.{name.replace('/', '.')}.{one}" for one in dict.fromkeys(named)]
    return found


def labelled(place: Path) -> Callable[[], bool]:
    """What says whether the labelled set agrees: quick, and kills most mutants."""
    conftest = _load(place / "tests/triage/conftest.py")
    cases = _load(place / "tests/triage/verdict/test_rules_labelled.py")
    told = []
    for case in cases.LABELLED:
        others = {"revision": int, "state": str, "deposited_at": datetime.fromisoformat}
        given = {key: make(str(case[key])) for key, make in others.items() if key in case}
        told.append((case, conftest.make_report(case.get("set"), **given)))
    rules, mapping = conftest.the_rules(), conftest.the_mapping()
    engine = importlib.import_module("triage.verdict.assess")

    def agrees() -> bool:
        for case, report in told:
            found = engine.assess(
                report,
                rules,
                mapping=mapping,
                fingerprint="f",
                earlier_exists=case.get("earlier_exists", True),
            )
            items = {item.id: item.verdict.value for item in found.items}
            expected = (case["status"], case["score"], case["priority"])
            if items != cases.expected_items(case, rules):
                return False
            if (found.status.value, found.score, found.priority) != expected:
                return False
        return True

    return agrees


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(mutant: str, agrees: Callable[[], bool]) -> int:
    """Start a process that ends with 0 when every test passes with the mutant; give its id."""
    child = os.fork()
    if child:
        return child
    os.environ["MUTANT_UNDER_TEST"] = mutant
    signal.alarm(90)  # a mutant that never ends is killed
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    try:
        if not agrees():
            os._exit(1)
    except BaseException:  # noqa: BLE001 (whatever it raises, the mutant is seen)
        os._exit(1)
    code = pytest.main(["-x", "-q", "--no-header", "tests/triage"])
    os._exit(0 if code == 0 else 1)


def main(folder: Path) -> int:
    place = prepare(folder)
    os.chdir(place)
    sys.path.insert(0, str(place))
    os.environ["MUTANT_UNDER_TEST"] = "none"
    agrees = labelled(place)
    if not agrees():
        print("the labelled set does not agree without any mutant")
        return 1
    waiting, running, left = mutants(place), {}, []
    names = list(waiting)
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            mutant = waiting.pop()
            running[start(mutant, agrees)] = mutant
        child, status = os.wait()
        mutant = running.pop(child)
        if status == 0:
            left.append(mutant)
            print("survives:", mutant, flush=True)
    print(f"{len(names)} mutants, {len(names) - len(left)} killed, {len(left)} survive")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
