"""Dossiers that are held together: the same answers and verdicts, in less room."""

from msgspec.structs import replace

from mappings.report.model import Answer, AnswerState, Origin
from steps.publish.entries import HeldDossiers
from tests.exports.conftest import answered, entry

FROM = Origin("1", "Question", "text", "r1", None)


def test_only_where_answers_come_from_is_left_out() -> None:
    row = {"nom": replace(answered("A"), origin=FROM)}
    fields = {
        "un": replace(answered(1), origin=FROM),
        "oui": replace(answered(True), origin=FROM),
        "texte": replace(answered("court"), origin=FROM),
        "encore": replace(answered("court"), origin=FROM),
        "vide": Answer(AnswerState.BLANK, None, FROM),
        "illisible": Answer(AnswerState.UNREADABLE, None, FROM, "x", "pourquoi"),
        "lignes": replace(answered((row,)), origin=FROM),
    }
    one = entry(1, fields=fields)
    held = HeldDossiers()
    found = held.report(one.report)
    assert {name: found.fields[name] for name in fields} == {
        **{name: replace(answer, origin=None) for name, answer in fields.items()},
        "lignes": answered(({"nom": answered("A")},)),
    }
    assert (found.fields["un"].value, found.fields["oui"].value) == (1, True)
    assert found.fields["oui"].value is True
    assert found.fields["texte"] is found.fields["encore"]
    assert held.verdict(one.assessment) == one.assessment
