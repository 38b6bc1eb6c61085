"""What the form asks, beside the mapping: which drift is told, how bad it is, what to do."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mappings.dossier.revision import Descriptor, Revision
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import Absence, ReviewedForm
from mappings.drift.reviewing import review
from mappings.schema.file import parse_mapping

HEAD = 'form: essai\nversion: "1"\ntitle: Essai\n'
NOTHING = Needs()
FIELD = "  {}: {{champ: {}, type: {}, title: T, audience: agence, meaning: m}}\n"


def champ(
    number: int,
    label: str = "Question",
    kind: str = "text",
    *,
    options: Sequence[str] = (),
    children: Sequence[Descriptor] = (),
) -> Descriptor:
    return Descriptor(str(number), str(number), label, kind, True, tuple(options), tuple(children))


def form(*revisions: Sequence[Descriptor], annotations: Sequence[Descriptor] = ()) -> Observed:
    """Revisions 1, 2, … of these champs, the last one in force."""
    made = [
        Revision(str(number), tuple(champs), tuple(annotations))
        for number, champs in enumerate(revisions, start=1)
    ]
    return Observed(made, made[-1].id)


def drifts(
    observed: Observed,
    *fields: tuple[str, str, str],
    needs: Needs = NOTHING,
    reviewed: ReviewedForm | None = None,
    annotations: str = "",
) -> tuple[Drift, ...]:
    lines = "".join(FIELD.format(*one) for one in fields)
    text = f"{HEAD}fields:\n{lines}" if lines else f"{HEAD}fields: {{}}\n"
    mapping = parse_mapping(text + annotations, source="m")
    return compare(observed, mapping=mapping, reviewed=reviewed, needs=needs)


def told(found: Sequence[Drift]) -> list[tuple[Kind, Severity, str, str]]:
    return [(one.kind, one.severity, one.champ, one.field) for one in found]


def test_a_drift_of_two_revisions_keeps_what_to_do_now() -> None:
    needs = Needs(scope=frozenset({"a"}))
    (one,) = drifts(form([champ(1)], [], []), ("a", "1", "text"), needs=needs)
    (now,) = drifts(form([champ(1)], []), ("a", "1", "text"), needs=needs)
    assert one.severity is Severity.BLOCKING
    assert one.advice == now.advice
    assert one.revisions == ("2", "3")
    assert "rien" not in one.remedy


def test_options_that_changed_before_the_last_publication_are_still_named() -> None:
    old = champ(1, kind="drop_down_list", options=["Oui", "Non"])
    new = champ(1, kind="drop_down_list", options=["Oui", "Peut-être"])
    (one,) = drifts(form([old], [new], [new]), ("a", "1", "choice"))
    assert one.sentence.endswith("« Non » en moins, « Peut-être » en plus")
    assert "accept" in one.remedy


BY_LABEL = ("a", "Date de survenue", "text")
READ = Needs(read=frozenset({"a"}))
SAID = {"a": Absence("Ce formulaire ne le demande plus", "A. Martin")}


@pytest.mark.parametrize(
    ("needs", "severity"), [(READ, Severity.BLOCKING), (Needs(), Severity.REVIEW)]
)
def test_a_champ_known_by_its_label_that_is_reworded_is_told_as_renamed(
    needs: Needs, severity: Severity
) -> None:
    before, after = champ(5, "Date de survenue"), champ(5, "Survenue le")
    reviewed = review([Revision("1", (before,), ())])
    found = drifts(form([before], [after]), BY_LABEL, needs=needs, reviewed=reviewed)
    assert told(found) == [(Kind.RENAMED, severity, "5", "a")]
    assert (found[0].before, found[0].after) == ("Date de survenue", "Survenue le")
    assert "ajouter 5" in found[0].remedy
    assert found[0].lost
    later = review([Revision("2", (after,), ())], absent=SAID, earlier=reviewed)
    accepted = drifts(form([before], [after]), BY_LABEL, needs=needs, reviewed=later)
    assert told(accepted) == [(Kind.RENAMED, Severity.INFORMATION, "5", "a")]


@pytest.mark.parametrize("needs", [READ, Needs(scope=frozenset({"a"}))])
@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ({}, Severity.BLOCKING),
        ({"a": Absence()}, Severity.BLOCKING),  # a list of names settles nothing that rules read
        (SAID, Severity.INFORMATION),
    ],
)
def test_what_rules_read_blocks_until_a_person_said_why_it_is_not_asked(
    needs: Needs, said: dict[str, Absence], severity: Severity
) -> None:
    reviewed = review([Revision("1", (champ(1),), ())], absent=said)
    found = drifts(form([champ(1)]), ("a", "2", "text"), needs=needs, reviewed=reviewed)
    assert (Kind.MISSING, severity, "2", "a") in told(found)


@pytest.mark.parametrize(
    ("needs", "severity"), [(READ, Severity.BLOCKING), (Needs(), Severity.REVIEW)]
)
def test_a_champ_that_takes_the_label_of_another_is_told(needs: Needs, severity: Severity) -> None:
    before, reworded = champ(5, "Date de survenue"), champ(5, "Ancienne date")
    taker = champ(6, "Date de survenue ?")
    reviewed = review([Revision("1", (before,), ())])
    observed = form([before], [reworded, taker])
    found = drifts(observed, BY_LABEL, needs=needs, reviewed=reviewed)
    assert (Kind.REPLACED, severity, "6", "a") in told(found)
    assert (Kind.RENAMED, Severity.REVIEW, "5", "") in told(found)
    assert not any("déjà relu" in one.advice for one in found)
    later = review(observed.revisions, earlier=reviewed)
    assert {one.kind for one in drifts(observed, BY_LABEL, reviewed=later)} == {Kind.UNMAPPED}


@pytest.mark.parametrize("needs", [READ, NOTHING])
def test_two_questions_with_the_label_of_a_field_block(needs: Needs) -> None:
    one = champ(5, "Date de survenue")
    reviewed = review([Revision("1", (one,), ())])
    observed = form([one], [one, champ(6, "Date de survenue :")])
    found = drifts(observed, BY_LABEL, needs=needs, reviewed=reviewed)
    assert (Kind.AMBIGUOUS, Severity.BLOCKING, "5, 6", "a") in told(found)
    by_id = drifts(observed, ("a", "5", BY_LABEL[2]), needs=needs, reviewed=reviewed)
    assert not any(one.blocks for one in by_id), "named by its id, it is the one that it was"


def test_an_annotation_or_a_row_with_the_label_of_a_field_takes_nothing_from_it() -> None:
    label = "Date de survenue"
    rows = champ(7, "Lignes", "repetition", children=[champ(8, label)])
    note = champ(9, label)
    reviewed = review([Revision("1", (rows,), (note,))])
    observed = form([rows], [rows, champ(6, label)], annotations=[note])
    found = drifts(observed, BY_LABEL, needs=READ, reviewed=reviewed)
    assert Kind.REPLACED not in {one.kind for one in found}


DECIDES = Needs(decide=frozenset({"annotations.n"}))


@pytest.mark.parametrize(
    ("named", "needs", "label", "severity"),
    [
        ("Avis", NOTHING, "Avis rendu", Severity.REVIEW),
        ("Avis", DECIDES, "Avis rendu", Severity.BLOCKING),
        ("9", NOTHING, "Sans avis", Severity.REVIEW),
        ("9", DECIDES, "Sans avis", Severity.BLOCKING),
        ("9", DECIDES, "3) AVIS :", Severity.INFORMATION),
    ],
)
def test_an_annotation_that_is_reworded_blocks_where_a_person_decides_by_it(
    named: str, needs: Needs, label: str, severity: Severity
) -> None:
    line = f"annotations:\n  n: {{champ: {named}, type: text, title: Avis, written: true}}\n"
    reviewed = review([Revision("1", (), (champ(9, "Avis"),))])
    observed = form([], annotations=[champ(9, label)])
    found = drifts(observed, reviewed=reviewed, annotations=line, needs=needs)
    assert told(found) == [(Kind.RENAMED, severity, "9", "annotations.n")]


@pytest.mark.parametrize(
    ("kind", "needs", "said", "severity"),
    [
        ("yes_no", DECIDES, {}, Severity.BLOCKING),
        ("yes_no", DECIDES, {"annotations.n": SAID["a"]}, Severity.INFORMATION),
        ("yes_no", NOTHING, {}, Severity.INFORMATION),
        ("text", DECIDES, {}, Severity.INFORMATION),
    ],
)
@pytest.mark.parametrize("recreated", [False, True])
def test_an_annotation_that_is_gone_blocks_where_a_person_decided_by_it(
    kind: str, needs: Needs, said: dict[str, Absence], severity: Severity, recreated: bool
) -> None:
    line = f"annotations:\n  n: {{champ: 9, type: {kind}, title: Avis}}\n"
    reviewed = replace(review([Revision("1", (), (champ(9, "Avis", kind),))]), absent=said)
    there = [champ(10, "Une autre", kind)] if recreated else []
    found = drifts(form([], annotations=there), reviewed=reviewed, annotations=line, needs=needs)
    assert told(found) == [(Kind.MISSING, severity, "9", "annotations.n")]
    assert ("unc mapping absent" in found[0].remedy) is (severity is Severity.BLOCKING)


def test_an_annotation_that_was_never_there_blocks_nothing() -> None:
    line = "annotations:\n  n: {champ: 9, type: yes_no, title: Avis}\n"
    found = drifts(
        form([]), reviewed=review([Revision("1", (), ())]), annotations=line, needs=DECIDES
    )
    assert [one.severity for one in found] == [Severity.INFORMATION]


def test_a_list_that_loses_all_the_options_that_rules_name_blocks() -> None:
    needs = Needs(read=frozenset({"a"}), options={"a": frozenset({"Oui"})})
    old = champ(1, kind="drop_down_list", options=["Oui", "Non"])
    (one,) = drifts(
        form([old], [champ(1, kind="drop_down_list")]), ("a", "1", "choice"), needs=needs
    )
    assert (one.kind, one.severity) == (Kind.OPTIONS, Severity.BLOCKING)
    assert one.sentence.endswith("options changées : « Non ; Oui » en moins")


@pytest.mark.parametrize("kind", ["choice", "text"])
def test_a_list_that_becomes_text_blocks_when_rules_name_its_options(kind: str) -> None:
    needs = Needs(read=frozenset({"a"}), options={"a": frozenset({"Oui"})})
    old = champ(1, kind="drop_down_list", options=["Oui", "Non"])
    observed = form([old], [champ(1)])
    (one,) = drifts(observed, ("a", "1", kind), needs=needs)
    assert (one.kind, one.severity) == (Kind.RETYPED, Severity.BLOCKING)
    assert one.sentence.endswith("« choix simple » → « texte court »")
    (mild,) = drifts(observed, ("a", "1", kind))
    assert mild.severity is Severity.REVIEW
    reviewed = review(observed.revisions)
    assert drifts(observed, ("a", "1", kind), needs=needs, reviewed=reviewed) == ()


def test_a_new_champ_in_a_reviewed_repetition_that_nothing_maps_is_told() -> None:
    before = champ(7, "Lignes", "repetition", children=[champ(8, "Une")])
    after = champ(7, "Lignes", "repetition", children=[champ(8, "Une"), champ(81, "Deux")])
    reviewed = review([Revision("1", (before,), ())])
    found = drifts(form([before], [after]), reviewed=reviewed)
    assert told(found) == [
        (Kind.NEW, Severity.REVIEW, "81", ""),
        (Kind.UNMAPPED, Severity.INFORMATION, "7", ""),
    ]


def test_a_new_champ_is_told_with_the_french_name_of_its_type() -> None:
    (one,) = drifts(form([champ(4, "Pièce", "piece_justificative")]))
    assert one.sentence == "champ 4 « Pièce » nouveau (pièce justificative)"


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("Dont décès", "3.2 - DONT DECES :", True),
        ("Q12 - Date de connaissance", "Date de connaissance", True),
        ("L'usage est-il intentionnel ?", "1) L’usage est il intentionnel", True),
        ("Usage sur le territoire", "Usage hors du territoire", False),
        ("Spécialité 1", "Spécialité 2", False),
        ("5 patients ou plus", "50 patients ou plus", False),
        ("A-t-il été constaté ?", "T-il été constaté ?", False),
    ],
)
def test_what_changes_nothing_of_a_question_is_told_from_a_rewording(
    before: str, after: str, *, same: bool
) -> None:
    reviewed = review([Revision("1", (champ(1, before),), ())])
    (one,) = drifts(form([champ(1, after)]), ("a", "1", "text"), needs=READ, reviewed=reviewed)
    wanted = Severity.INFORMATION if same else Severity.BLOCKING
    assert (one.kind, one.severity) == (Kind.RENAMED, wanted)
