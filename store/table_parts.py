"""What tables have in common: keys, and what goes with a dossier."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer

SERIAL = BigInteger().with_variant(Integer, "sqlite")
NUMBER = SERIAL
"""A dossier's number, or what a declarant gave for one: 64 bits on both databases."""


def of_demarche() -> Column[int]:
    """The démarche that a row belongs to."""
    return Column("demarche", Integer, primary_key=True, autoincrement=False)


def of_dossier() -> tuple[Column[int], Column[int]]:
    """The dossier that a row belongs to."""
    return of_demarche(), Column("number", NUMBER, primary_key=True, autoincrement=False)


def erased_with_the_dossier() -> ForeignKeyConstraint:
    """A purge of the dossier erases the row."""
    return ForeignKeyConstraint(
        ["demarche", "number"], ["dossiers.demarche", "dossiers.number"], ondelete="CASCADE"
    )
