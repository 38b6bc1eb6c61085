"""Audit the parts made by others: ``python -m audit``.

Ends with 1 if a licence is refused or a vulnerability is known; what could not be looked up is
told as such, and fails nothing.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from audit.advisories import UnreachableError, known_vulnerabilities, sources, told_by_pypi
from audit.licences import Judgement, LicenceRules, load_rules
from audit.parts import LockedPart, npm_parts, python_parts
from audit.sbom import sbom_of

ROOT = Path(__file__).parents[1]
SBOM = ROOT / "build" / "sbom.json"


def main() -> int:
    """Print what was found, write the list of parts, return the exit code."""
    rules = load_rules(ROOT / "audit" / "licences.yaml")
    python = python_parts(ROOT / "requirements.lock", rules)
    npm = npm_parts(ROOT / "package-lock.json")
    handed_out = [one for one in npm if one.scope != "excluded"]
    good = audit_licences([*python, *handed_out], rules)
    tools = [str(one) for one in npm if one.scope == "excluded"]
    _tell("not judged: npm tools of tests, which nobody is handed", tools)
    good &= audit_vulnerabilities([*python, *npm], rules)
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(sbom_of([*python, *npm]), "utf-8")
    print(f"parts: {SBOM.relative_to(ROOT)} (CycloneDX 1.6, valid)")
    return 0 if good else 1


def audit_licences(parts: Sequence[LockedPart], rules: LicenceRules) -> bool:
    """Print which licences are told apart or refused; return whether none is refused."""
    judged = [one for one in parts if one.here or one.licence]
    of = {kind: [one for one in judged if rules.judge(one.licence) is kind] for kind in Judgement}
    print(f"licences: {len(judged)} parts, {len(of[Judgement.ACCEPTED])} accepted")
    _tell("told apart (sources go with a changed copy)", [str(o) for o in of[Judgement.NOTED]])
    _tell("REFUSED (see audit/licences.yaml)", [str(o) for o in of[Judgement.REFUSED]])
    elsewhere = [str(one) for one in parts if one not in judged]
    _tell("not judged: for another system or Python, not installed here", elsewhere)
    return not of[Judgement.REFUSED]


def audit_vulnerabilities(
    parts: Sequence[LockedPart],
    rules: LicenceRules,
    ask: Callable[
        [Sequence[LockedPart]], dict[LockedPart, tuple[str, ...]]
    ] = known_vulnerabilities,
) -> bool:
    """Print which vulnerabilities are known; return whether none is, or none could be looked up."""
    asked = list(parts)
    try:
        found = ask(asked)
    except UnreachableError as silent:
        print(f"vulnerabilities: {sources()[0]} gave no answer ({silent}), PyPI is asked")
        asked = [one for one in parts if one.purl.type == "pypi"]
        try:
            found = told_by_pypi(asked)
        except UnreachableError as error:
            print(
                "vulnerabilities: SKIPPED, nothing was looked up:"
                f" {sources()[1]} gave no answer either ({error})"
            )
            return True
        _tell("not looked up: PyPI knows no others", [str(o) for o in parts if o not in asked])
    ours = [
        f"{part}: {', '.join(left)}"
        for part, ids in found.items()
        if (left := [one for one in ids if one not in rules.vulnerabilities])
    ]
    print(f"vulnerabilities: {len(asked)} parts looked up, {len(ours)} with some")
    _tell("KNOWN (raise the version, or give a reason in audit/licences.yaml)", ours)
    return not ours


def _tell(title: str, lines: Sequence[str]) -> None:
    if lines:
        print(f"  {title}:", *lines, sep="\n    ")


if __name__ == "__main__":
    sys.exit(main())
