"""What is answered to a dossier of each status, as data: ``triage/unc/reponses.yaml``."""

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from datafiles.file import DataFile, DataFileError
from mappings.schema.model import FormMapping
from triage.verdict.model import Status


class _Policy(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StatusPolicy(_Policy):
    """Annotations kept, labels wanted and message due for one status."""

    annotations: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    message: Literal["received", "request", "out_of_scope"] | None = None
    only_if_written: bool = False
    pass_en_instruction: bool = False


class Deadline(_Policy):
    """Time that a request leaves to the declarant, in days from the day it is sent.

    Attributes:
        days: Told in the request; once it is over, humans take over. 0: none is told.
        remind_after: Without a submission since then, a reminder is sent; 0: never.
        reminders: Reminders of one request, at most.
    """

    days: int = Field(default=0, ge=0, le=3650)
    remind_after: int = Field(default=0, ge=0, le=3650)
    reminders: int = Field(default=1, ge=0, le=10)

    @model_validator(mode="after")
    def _in_time(self) -> "Deadline":
        """A reminder leaves time to answer."""
        last = self.remind_after * self.reminders
        if self.days and self.remind_after and last >= self.days:
            raise ValueError(f"le dernier rappel ({last} jours) vient après le délai ({self.days})")
        return self


class LabelPolicy(_Policy):
    """Labels that the bridge adds and removes."""

    managed: tuple[str, ...]
    by_priority: dict[str, str] = {}
    after_last_request: str = ""


class ReplyPolicy(_Policy):
    """The whole table.

    Attributes:
        proposals: Annotations where a human's value confirms or corrects the bridge's proposal:
            it is kept, and is no conflict.
        deadline: Time that a request leaves to the declarant.
    """

    version: str
    managed_annotations: tuple[str, ...]
    never_alone: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    labels: LabelPolicy
    deadline: Deadline = Deadline()
    statuses: dict[Status, StatusPolicy]
    digest: str = ""

    @property
    def messages(self) -> frozenset[str]:
        """Names of the texts of the messages that it can send."""
        reminds = self.deadline.remind_after and self.deadline.reminders
        kinds = {one.message for one in self.statuses.values() if one.message}
        return frozenset(f"message_{one}" for one in {*kinds, *(("reminder",) if reminds else ())})

    @field_validator("statuses")
    @classmethod
    def _every_status(cls, statuses: dict[Status, StatusPolicy]) -> dict[Status, StatusPolicy]:
        """Every status that a verdict can have says what is written for it."""
        missing = [one.value for one in Status if one not in {*statuses, Status.A_TRIER}]
        if missing:
            raise ValueError(f"il manque le statut « {missing[0]} »")
        return statuses


def parse_reply_policy(text: str, *, source: str, mapping: FormMapping) -> ReplyPolicy:
    """The policy that a file's text states, every name in it being known.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    policy = file.validate(ReplyPolicy)
    problems = [
        file.problem(path, f"l'annotation « {name} » n'est pas écrite dans la correspondance")
        for path, name in _annotations_used(policy)
        if name not in mapping.annotations or not mapping.annotations[name].written
    ]
    problems += [
        file.problem(path, f"le label « {name} » n'est pas dans la liste labels / managed")
        for path, name in _labels_used(policy)
        if name and name not in policy.labels.managed
    ]
    if problems:
        raise DataFileError(problems)
    return policy.model_copy(update={"digest": file.digest})


_Use: TypeAlias = tuple[tuple[str, ...], str]


def _annotations_used(policy: ReplyPolicy) -> list[_Use]:
    uses: list[_Use] = []
    for key in ("managed_annotations", "never_alone", "proposals"):
        uses += [((key,), name) for name in getattr(policy, key)]
    for status, one in policy.statuses.items():
        uses += [(("statuses", status.value, "annotations"), name) for name in one.annotations]
    return uses


def _labels_used(policy: ReplyPolicy) -> list[_Use]:
    uses: list[_Use] = [(("labels", "after_last_request"), policy.labels.after_last_request)]
    uses += [(("labels", "by_priority"), name) for name in policy.labels.by_priority.values()]
    for status, one in policy.statuses.items():
        uses += [(("statuses", status.value, "labels"), name) for name in one.labels]
    return uses
