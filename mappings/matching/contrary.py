"""Whether some word of a question may make it ask the contrary, for a person to look at."""

from french.text import bare_label
from mappings.matching.likeness import FieldLikeness
from mappings.matching.question import OF_EVERY_REPORT


def maybe_contrary(pair: FieldLikeness) -> bool:
    """Whether it has a word that sets apart or says no, and that no way of asking explains.

    Of a yes or no, any such word; of another field, one that none of its ways of asking has:
    « Motif de l'absence de mesure » asks for an absence.
    """
    label = bare_label(pair.offered.question)
    ways = {bare_label(pair.wanted.title), *pair.wanted.labels, *pair.wanted.worded}
    if pair.inverse or (label in ways and not pair.unclear):
        return False
    if pair.wanted.type == "yes_no" and (
        pair.unclear or any(one <= pair.explained for one in pair.wanted.inverse)
    ):
        return True
    said = pair.contrary_marks(OF_EVERY_REPORT.sub(" ", label))
    if pair.wanted.type != "yes_no":
        said -= frozenset().union(*map(pair.contrary_marks, ways))
    return bool(said)
