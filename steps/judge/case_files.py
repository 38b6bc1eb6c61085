"""What dossiers are read and judged by, with the public data that rule-sets ask, if any does."""

from collections.abc import Iterable
from dataclasses import replace

from steps.wiring.case_files import CaseFiles
from steps.wiring.services import Services
from triage.rules.model import RuleSet
from triage.verdict.priority import public_facts_read


def case_files(services: Services, *, rulesets: Iterable[RuleSet] = ()) -> CaseFiles:
    """What dossiers are read and judged by, with the public data that their rule-sets ask.

    Args:
        services: What the process works with.
        rulesets: Others that are tried beside those in use.

    Raises:
        DataFileError: The consumption data cannot be read.
    """
    files = CaseFiles.read(services)
    asked = {
        name for rules in (*files.rulesets, *rulesets) for name in public_facts_read(rules.priority)
    }
    if not asked:
        return files
    from steps.judge.public_facts import gathered  # the register, consumption: where one is asked

    return replace(files, public=gathered(services, frozenset(asked)))
