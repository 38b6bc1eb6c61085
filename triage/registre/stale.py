"""An act decided while reading something older than the last act is refused.

The forms of the portal refuse it by what they showed, too (``portal/pages/writing.py``).
"""

from collections.abc import Sequence

from triage.registre.acts import Act, history
from triage.registre.refused import Refused
from triage.registre.register import Situation


def refuse_stale(acts: Sequence[Act], last: int, *, seen: int | None) -> None:
    """Refuse what a person decided while reading something older than the last act.

    Args:
        acts: Acts of the situation.
        last: Its last act.
        seen: The last act that the person saw; ``None`` when that is not known.

    Raises:
        Refused: With what changed since.
    """
    if seen is None or seen >= last:
        return
    newer = [one for one in acts if one.id > seen]
    told = " ; ".join(f"{one.effect_on:%d/%m/%Y} {one.verb} ({one.person})" for one in newer)
    raise Refused(
        f"Depuis l'acte {seen} que vous avez lu, la situation a changé : {told}. Relisez-la, puis"
        f" recommencez avec l'acte {last}."
    )


def refuse_stale_of(acts: Sequence[Act], one: Situation, *, seen: int | None) -> None:
    """The same for a situation."""
    refuse_stale(history(acts, one.id), one.last, seen=seen)
