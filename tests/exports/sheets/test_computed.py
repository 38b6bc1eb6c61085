"""What all workbooks of an audience share of a dossier's row is what none of them has alone."""

from dataclasses import replace

import pytest

from exports.model import Opinion
from exports.readers.reading import Reading
from exports.sheets.computed import OF_DOSSIER, OF_WORKBOOK
from mappings.schema.model import Audience
from tests.exports.conftest import POLICY, context, entry


def opinion(author: str, number: int) -> Opinion:
    return Opinion(who=author, judgement=f"Avis {number}", comment=f"De {author}", id=number)


@pytest.mark.parametrize("audience", ["agence", "reseau"])
def test_a_column_that_differs_between_workbooks_is_worked_out_for_each(audience: Audience) -> None:
    dossier = entry(1, opinions={name: opinion(name, at) for at, name in enumerate("ab", 1)})
    one = Reading(
        dossier, context(), POLICY, audience, crpv="Lille", why="rapporteur", due="P1", author="a"
    )
    other = replace(
        one, crpv="Lyon", nowhere=True, beyond="outre-mer", why="", due="", author="b", _known={}
    )
    differ = {name for name, of in OF_DOSSIER.items() if of(one) != of(other)}
    assert differ <= OF_WORKBOOK
    assert {"avis", "commentaire", "crpv", "attribution", "pourquoi_maintenant"} <= differ
