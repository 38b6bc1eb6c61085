"""What the register does not take."""


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


_OF_COLLEAGUES = frozenset({"name", "email", "phone_in_text"})
"""What designates a professional too."""


def without_patients(text: str, what: str, *, of_colleague: bool = False) -> str:
    """A text of the register, which keeps nothing of a patient.

    Args:
        text: What was typed.
        what: French name of the field.
        of_colleague: Whether it names a professional: a name, an address of mail, a telephone
            are what is asked.

    Raises:
        Refused: It looks like patient data; with its kinds.
    """
    from triage.patient_data.finders import TOLD, found_in  # its patterns take long to compile

    left = _OF_COLLEAGUES if of_colleague else frozenset[str]()
    kinds = dict.fromkeys(TOLD[kind] for kind, _ in found_in(text) if kind not in left)
    if kinds:
        raise Refused(
            f"{what} : ressemble à une donnée de patient ({', '.join(kinds)}) ;"
            " retirez-la, le registre n'en garde aucune."
        )
    return text
