"""What a person decided of a form on the way to its adoption: kept, so that they may stop.

``adaptation.yaml`` stands beside the mapping that is being written; `unc mapping adapt` reads it
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import StringIO
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from ruamel.yaml import YAML

from datafiles.file import DataFile

FILE_NAME = "adaptation.yaml"
YES_OR_NO = frozenset({"yes_no", "checkbox"})
"""Types of what is answered by yes or no."""
SENSES: Mapping[str, bool | None] = MappingProxyType(
    {"oui": True, "non": False, "ni oui ni non": None}
)
"""What a person may say that an answer of the form means to them."""
_DIGEST = 12
_HEADER = """\
# Ce qu'une personne a décidé du formulaire, question après question : `unc mapping adapt` reprend
# là. Une ligne effacée est demandée de nouveau. « written » est l'empreinte du mapping.yaml qui le
# dit : corrigé depuis, c'est lui qui vaut.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of a field, or of an option of ours (``field=option``).

    Of a yes or no, of an option of the form: that one means something to the field.

    Attributes:
        champ: The champ that asks it, the option of the form that means it; of yes or no, which of
            :data:`SENSES` the option means; "" for none.
        absent: Why the form does not ask it; "" where a champ does, or nothing was said.
        inverted: Whether the champ asks the contrary; ``None``: as it was found.
        about: Digest of how the form had changed of it since it was reviewed, as it was shown
            (:func:`digest_of`); "" where it had not. It was not said of another change.
    """

    champ: str = ""
    absent: str = ""
    inverted: bool | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that was decided of a form.

    Attributes:
        demarche: Its démarche.
        by: Who decides.
        of: Decision on each field or option.
        written: Digest of the mapping file that says it (:func:`digest_of`); ``None`` where that
            was not kept. One that differs was corrected since.
    """

    demarche: int
    by: str = ""
    of: Mapping[str, Decision] = field(default_factory=dict)
    written: str | None = None


def digest_of(text: str) -> str:
    """Names what is said, in a mapping file or of a change of the form; "" where nothing is."""
    return sha256(text.encode()).hexdigest()[:_DIGEST] if text else ""


def option_said(key: str, one: Decision, *, kind: str) -> tuple[str, str | bool | None]:
    """An option of the form, and what a person said that it means to a field of some type."""
    named = key.partition("=")[2]
    return (named, SENSES.get(one.champ)) if kind in YES_OR_NO else (one.champ, named)


class _DecisionModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    champ: str = ""
    absent: str = ""
    inverted: bool | None = None
    about: str = ""

    @model_validator(mode="after")
    def _one(self) -> "_DecisionModel":
        if self.champ and self.absent:
            raise ValueError("« champ » ou « absent », l'un des deux")
        if self.inverted is not None and not self.champ:
            raise ValueError("« inverted » va avec « champ »")
        return self


class _DecisionsModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    demarche: int
    by: str = ""
    written: str | None = None
    decisions: dict[str, _DecisionModel] = {}


def parse_decisions(text: str, *, source: str) -> Decisions:
    """The decisions that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    model = DataFile(text, source=source).validate(_DecisionsModel)
    found = {
        path: Decision(one.champ, one.absent, one.inverted, one.about)
        for path, one in model.decisions.items()
    }
    return Decisions(model.demarche, model.by, found, model.written)


def dump_decisions(decisions: Decisions) -> str:
    """The text of the file."""
    told: dict[str, Any] = {
        path: {
            **{
                name: value
                for name, value in (
                    ("champ", one.champ),
                    ("absent", one.absent),
                    ("about", one.about),
                )
                if value
            },
            **({} if one.inverted is None else {"inverted": one.inverted}),
        }
        for path, one in decisions.of.items()
    }
    out = StringIO()
    yaml = YAML()
    yaml.width = 4096
    written = {} if decisions.written is None else {"written": decisions.written}
    head = {"demarche": decisions.demarche, "by": decisions.by, **written}
    yaml.dump({**head, "decisions": told}, out)
    return _HEADER + out.getvalue()
