"""What is answered to a dossier of each status, as data: ``triage/unc/reponses.yaml``."""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from mappings.data_file import DataFile, DataFileError
from mappings.mapping import FormMapping
from triage.assessment import Status

Channel: TypeAlias = Literal["off", "message", "correction"]


class _Policy(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StatusPolicy(_Policy):
    """Annotations kept, labels wanted and message due for one status."""

    annotations: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    message: Literal["received", "request"] | None = None
    only_if_written: bool = False


class LabelPolicy(_Policy):
    """Labels that the bridge adds and removes."""

    managed: tuple[str, ...]
    by_priority: dict[str, str] = {}
    after_last_request: str = ""


class ReplyPolicy(_Policy):
    """The whole table."""

    version: str
    managed_annotations: tuple[str, ...]
    never_alone: tuple[str, ...] = ()
    labels: LabelPolicy
    statuses: dict[Status, StatusPolicy]
    digest: str = ""


class Sending(_Policy):
    """When declarants are written to, from the settings.

    Attributes:
        channel: ``off``, ``message`` or ``correction``.
        since: Dossiers deposited before are not written to.
        quiet: Time to wait after the declarant's last submission.
        max_requests: Automatic requests for one dossier.
        pilot: Dossiers written to; empty for all.
    """

    channel: Channel
    since: datetime
    quiet: timedelta
    max_requests: int
    pilot: frozenset[int] = frozenset()


def parse_reply_policy(text: str, *, source: str, mapping: FormMapping) -> ReplyPolicy:
    """The policy that a file's text states, every annotation being one of the mapping.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    policy = file.validate(ReplyPolicy)
    uses: list[tuple[tuple[str, ...], str]] = [
        (("managed_annotations",), name) for name in policy.managed_annotations
    ]
    uses += [
        (("statuses", status.value, "annotations"), name)
        for status, one in policy.statuses.items()
        for name in one.annotations
    ]
    problems = [
        file.problem(path, f"l'annotation « {name} » n'est pas écrite dans la correspondance")
        for path, name in uses
        if name not in mapping.annotations or not mapping.annotations[name].written
    ]
    if problems:
        raise DataFileError(problems)
    return policy.model_copy(update={"digest": file.digest})
