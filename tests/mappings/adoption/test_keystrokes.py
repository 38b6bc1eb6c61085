"""How many keys an operator presses from first contact to an adopted form, answering rightly."""

import pytest

from mappings.adoption.choice import ChoiceQuestion
from mappings.adoption.decisions import Decision, Decisions
from mappings.adoption.session import Session
from mappings.matching.match import match_form
from tests.mappings.matching.variants import VARIANTS, Variant, our_wants

NAME = len("A. Martin\n")
ADOPTED = len("o\n")


def pressed(name: str) -> int:
    """Keys of the questions that `unc mapping adapt` asks, the name and the adoption included."""
    variant = VARIANTS[name]()
    wants = our_wants()
    matching = match_form(wants, variant.revision, samples={})
    session = Session(wants, matching, Decisions(7, "A. Martin"))
    keys = NAME + ADOPTED
    while (choice := next(session.questions(), None)) is not None:
        decision, count = answered(session, choice, variant)
        session, keys = session.decided(choice.path, decision), keys + count
    return keys


def answered(session: Session, choice: ChoiceQuestion, variant: Variant) -> tuple[Decision, int]:
    """The right answer to a question: Enter, a number, or « n » and Enter for the usual reason.

    Where its sense is doubted, it is said as well.
    """
    if choice.of_answer:
        return Decision(champ="non"), len("n\n")
    if choice.option:
        return Decision(absent="Pas d'équivalent"), len("n\n\n")
    truth = variant.truth.get(choice.path)
    for rank, match in enumerate(choice.champs, start=1):
        if match.offered.champs == truth:
            keys = "\n" if rank == 1 else f"{rank}\n" if rank <= 3 else f"+\n{rank}\n"
            champ = choice.keys[rank - 1]
            sense = "o\n" if session.why_which_sense(choice, champ) else ""
            return Decision(champ=champ, inverted=False if sense else None), len(keys + sense)
    return Decision(absent="Jamais demandé"), len("n\n\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("same labels, other ids", 12),
        ("reworded", 12),
        ("retyped and flattened", 12),
        ("a third absent, ten unknown", 90),
        ("foreign", 54),
        ("unknown", 62),
    ],
)
def test_a_form_is_adopted_in_few_keys(name: str, most: int) -> None:
    assert pressed(name) <= most
