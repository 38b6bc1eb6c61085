"""A question to a person on the way to an adoption."""

from collections.abc import Sequence
from dataclasses import dataclass

from mappings.adoption.decisions import YES_OR_NO, digest_of
from mappings.matching.match import Match
from mappings.matching.offered import Offered
from mappings.matching.wanted import LABELS, Wanted
from mappings.schema.names import FIELD_NAMES

ABSENT = "Ce formulaire ne le demande pas"
"""The reason where a person gives no other."""

UNREAD = "d’un type qui ne s’y lit pas"
"""What is told beside a champ that cannot be taken for a field."""

NO_TO_EACH = "« non » à chacune de ces questions"
"""What is chosen for an option that no question of a choice asks, and that is left by them."""


def champ_of(found: Match | Offered) -> str:
    """Id of a champ that was found."""
    return (found.offered if isinstance(found, Match) else found).descriptor.id


def about(changed: Sequence[str]) -> str:
    """What names how a question changed; "" where it did not."""
    return digest_of(" ; ".join(changed))


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """A question to a person: which champ asks a field, or which option means one of ours.

    Attributes:
        path: Field, or ``field=option``; ``annotations.name``, ``labels.name``.
        wanted: The field.
        champs: Champs that may ask it, the likeliest first.
        option: Our option, where it is asked of one; of yes or no, the form's; "" else.
        options: Options of the form that may mean it; of yes or no, what it may mean.
        changed: What the form says of it otherwise than when it was reviewed, in French.
        alike: Whether the first of those options is clearly the one.
        unsaid_sense: Why the champ that was chosen for it is not taken: it may ask the contrary,
            and nobody said whether it does; in French, "" where that is not so.
    """

    path: str
    wanted: Wanted
    champs: tuple[Match, ...] = ()
    option: str = ""
    options: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    alike: bool = False
    unsaid_sense: str = ""

    @property
    def about(self) -> str:
        """Names that change, where it changed: what is said of it was said of this."""
        return about(self.changed)

    @property
    def of_label(self) -> bool:
        """Whether it asks a label of the démarche, and no champ."""
        return self.path.startswith(f"{LABELS}.")

    @property
    def level(self) -> str:
        """Where its champs stand: annotations, labels, some rows; "" for the form itself."""
        return self.path.rpartition(".")[0]

    @property
    def kind(self) -> str:
        """What answers it, in French."""
        return "label posé par la passerelle" if self.of_label else FIELD_NAMES[self.wanted.type]

    @property
    def of_answer(self) -> bool:
        """Whether it asks what an option of the form means to a yes or no: each has its own."""
        return bool(self.option) and self.wanted.type in YES_OR_NO

    @property
    def asked(self) -> str:
        """What is asked of an option, in French."""
        if self.of_answer:
            return f"que veut dire, pour cette donnée, la réponse « {self.option} » ?"
        return f"quelle option veut dire « {self.option} » ?"

    @property
    def takes_first(self) -> bool:
        """Whether the first that is proposed may be taken without being named."""
        return self.alike or not self.option

    @property
    def nothing_near(self) -> str:
        """What is told where nothing is proposed, in French."""
        if self.option:
            one = "la réponse" if self.of_answer else "aucune option ne veut dire"
            return f"{one} « {self.option} »" + (", oui ou non ?" if self.of_answer else "")
        return "aucun label ressemblant" if self.of_label else "aucune question ressemblante"

    @property
    def keys(self) -> tuple[str, ...]:
        """What may be chosen, in the order shown."""
        return (
            self.options if self.option else tuple(one.offered.descriptor.id for one in self.champs)
        )
