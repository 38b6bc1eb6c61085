"""How much each thing counts by which a question is held to ask a field, and from what on.

Likenesses and shares are between 0 and 1; those that are more stand before any likeness. They were
set on the forms of the tests (`python -m bench.matching.forms`).
"""

from typing import Final

# Of a field beside a champ
OF_ANOTHER: Final = 0.5
WHOLE: Final = 1.2
"""Both parts of a field together, or all the boxes of a list: more than any of them alone."""
IN_BARE_WORDS: Final = 0.9
"""« Pour qui ? », word for word, though each of its words may stand in any question."""
ABRIDGED: Final = 0.9
"""What it is worth that the words which a question cuts short may be the field's."""
IN_OUR_OPTIONS: Final = 0.5
"""What it is worth that a list is of our options, whatever its question."""
HELPED: Final = 0.9
HEADED: Final = 0.6
"""What a sentence of help, or a heading, is worth where the label says nothing of its own."""
OF_PLACES: Final = 0.7
"""A list of departments asks departments, whatever its label."""
OF_ITS_OWN: Final = 0.9
"""Questions that ask each one option of a choice."""
ALONE: Final = 0.7
"""One such question."""

# Of several champs that ask one thing
CLAUSE: Final = 0.6
"""Likeness from which a clause of a question asks a field."""
COLUMN: Final = 0.5
"""Likeness from which a question asks a column of rows that are asked once, with no repetition."""
PER_COLUMN: Final = 0.01
"""By how much rows that are asked flat are worth more for a column that is found than without."""

# Of what other forms teach
UNSEEN: Final = 0.03
"""How often a trait is held to have been met with a field with which it never was."""
SHARED: Final = 1.5
"""Traits speak for one another, and so say less together than each by itself."""

# Of a form: what is proposed, and what counts beside words
WORTH: Final = 0.3
"""Likeness from which a champ is proposed to a person."""
BY_WORDS: Final = 0.36
"""The same, of its words alone, whatever other forms teach."""
LEARNED: Final = 0.6
"""What it counts for, beside its words, how other forms asked the field."""
SURELY: Final = 0.5
"""How likely a list that answers yes or no in other words must ask a field to be proposed."""
OPPOSED: Final = 0.5
"""What is left of what other forms teach where a question names what is set against the field."""
NAMES: Final = 0.6
"""Likeness of words from which a question that names a field is held to ask it."""
AHEAD: Final = 0.15
"""How much more a question must be like a field than another to be named rather."""
AFTER_NAMED: Final = 0.9
"""What is left to a question of what another one, that names the field, is worth."""
NEIGHBOUR: Final = 0.12
"""What it counts for that the champs beside are those of the fields beside."""
OF_ROWS: Final = 0.5
"""What it is worth that one of several questions, which differ by a number, asks a field alone."""
CERTAIN: Final = 10.0

# Of what stands around a question that is sure
LIKELY: Final = 0.5
"""Likeness from which a question tells what the next speaks of."""
UNLIKE: Final = 0.48
"""Likeness under which a question asks nothing of ours."""
OUTDONE: Final = 1.5
"""By how much another champ, or another field, must be likelier for nothing to be sure.

Of the forms of the tests, one right champ in 1,404 is then asked of a person, and four more are
proposed right.
"""
