"""What the register does not take."""

from triage.patient_data.finders import TOLD, found_in


class Refused(ValueError):  # noqa: N818 (named by what is told)
    """An act that cannot be; a French sentence says why and what to do."""


def needed(text: str, what: str) -> str:
    """A text that must be given.

    Raises:
        Refused: It is blank.
    """
    given = " ".join(text.split())
    if not given:
        raise Refused(f"{what} : à donner.")
    return given


def without_patients(text: str, what: str) -> str:
    """A text of the register, which keeps nothing of a patient.

    Raises:
        Refused: It looks like patient data; with its kinds.
    """
    kinds = dict.fromkeys(TOLD[kind] for kind, _ in found_in(text))
    if kinds:
        raise Refused(
            f"{what} : ressemble à une donnée de patient ({', '.join(kinds)}) ;"
            " retirez-la, le registre n'en garde aucune."
        )
    return text
