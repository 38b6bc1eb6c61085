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
