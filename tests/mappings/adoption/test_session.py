"""A person says what nobody is sure of: in order, with a way back, kept, and written for people."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from mappings.adoption.adapted import Adapted, adapted, mapping_text
from mappings.adoption.choice import NO_TO_EACH, champ_of
from mappings.adoption.decisions import Decision, Decisions, dump_decisions, parse_decisions
from mappings.adoption.kept import FileKept
from mappings.adoption.session import Session
from mappings.drift.reviewing import review
from mappings.matching.match import Match, match_form
from mappings.matching.wanted import wants
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from mappings.schema.sentences import particulars
from mappings.schema.sources import FlatRows, TickedBoxes
from tests.mappings.matching.variants import (
    VARIANTS,
    Raw,
    Variant,
    as_form,
    our_wants,
    the_lexicon,
    the_mapping,
    the_needs,
    the_reviewed,
)


@cache
def variant(name: str) -> Variant:
    return VARIANTS[name]()


@cache
def started(name: str) -> Session:
    wants = our_wants()
    matching = match_form(wants, variant(name).revision, samples={})
    return Session(wants, matching, Decisions(7, "A. Martin"))


def begun(champs: Sequence[Raw], annotations: Sequence[Raw] = ()) -> tuple[Session, Variant]:
    """What is found of a form of a few questions, of which nobody said anything, and the form."""
    form = Variant(as_form({"champs": [*champs], "annotations": [*annotations]}), {})
    matching = match_form(our_wants(), form.revision, samples={})
    return Session(our_wants(), matching, Decisions(7, "A. Martin")), form


def made(session: Session, name: str) -> Adapted:
    revision = variant(name).revision
    return adapted(the_mapping(), session, revisions=(revision,), active=revision)


def read(session: Session, name: str) -> FormMapping:
    text = mapping_text(made(session, name), demarche=7, revision="5000")
    return parse_mapping(text, source="mapping.yaml")


THIRD = "a third absent, ten unknown"


def test_a_field_that_nobody_gave_a_champ_has_the_likeliest_written_above_it() -> None:
    session = started(THIRD)
    notes = made(session, THIRD).notes
    asked = [one for one in session.questions() if not one.option]
    proposed = {one.path: one.champs[0].offered.label for one in asked if one.champs}
    assert 0 < len(proposed) < len(asked)
    for one in asked:
        label = proposed.get(one.path)
        told = f"à confirmer, peut-être : « {label} »" if label else "aucun champ trouvé"
        assert notes[one.path].startswith(told)


def test_what_rules_read_is_asked_first_and_nothing_sure_is_asked() -> None:
    session = started(THIRD)
    asked = list(session.questions())
    assert [one.wanted.read for one in asked] == sorted(
        (one.wanted.read for one in asked), reverse=True
    )
    assert session.taken.keys().isdisjoint({one.path for one in asked})
    assert {one.path for one in asked} >= {"territoire_national", "nature_signalement"}


def test_a_person_says_no_takes_one_skips_and_goes_back() -> None:
    session = started("written by a third")
    first = next(session.questions())
    gone = session.decided(first.path, Decision(absent="Demandé par téléphone"))
    assert gone.absent == {first.path: "Demandé par téléphone"}
    assert next(gone.questions()).path != first.path
    assert next(gone.undone().questions()).path == first.path
    later = session.decided(first.path, Decision())
    assert first.path not in {one.path for one in later.questions()}
    assert first.path not in later.taken
    assert next(later.resumed().questions()).path == first.path, "put off, it is asked again"
    assert gone.resumed().absent == gone.absent
    chosen = next(one for one in session.questions() if one.champs)
    taken = session.decided(chosen.path, Decision(champ=chosen.keys[0]))
    assert taken.taken[chosen.path].offered.descriptor.id == chosen.keys[0]


def test_a_champ_that_asks_two_fields_is_taken_for_both() -> None:
    asked: list[Raw] = [
        {"id": 7001, "type": "textarea", "label": "Que prévoit le RCP, et qu'observez-vous ?"},
        {"id": 7002, "type": "text", "label": "Titre de la situation"},
    ]
    champs = [{"required": False, **one} for one in asked]
    session, form = begun(champs)
    for path in ("usage_autorise", "usage_constate"):
        (champ, *_) = next(one for one in session.questions() if one.path == path).keys
        assert champ == "7001"
        session = session.decided(path, Decision(champ=champ))
    made = adapted(the_mapping(), session, revisions=(form.revision,), active=form.revision)
    text = mapping_text(made, demarche=7, revision="5000")
    fields = parse_mapping(text, source="mapping.yaml").fields
    first, second = fields["usage_autorise"], fields["usage_constate"]
    assert (first.champs, first.shared, second.champs) == (("7001",), False, ("7001",))
    assert [name for name, one in fields.items() if one.shared] == ["usage_constate"]


def test_what_was_said_is_kept_and_read_again() -> None:
    session = (
        started(THIRD)
        .decided("siret", Decision())
        .decided("cas", Decision(absent="Pas de cas : « zéro »"))
    )
    text = dump_decisions(session.decisions)
    assert parse_decisions(text, source="adaptation.yaml") == session.decisions


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_the_file_is_readable_and_says_where_each_field_is_asked(name: str) -> None:
    session = started(name)
    mapping = read(session, name)
    assert mapping.fields.keys() == the_mapping().fields.keys()
    for path, match in session.taken.items():
        if "." in path or match.offered.flat:
            continue
        assert mapping.fields[path].champs == (match.offered.descriptor.id,)
    untaken = [p for p, one in mapping.fields.items() if p not in session.taken]
    assert all(mapping.fields[p].champs == () for p in untaken)
    assert read(session, name) == mapping


@pytest.mark.slow
def test_flattened_rows_and_options_are_read_as_ours() -> None:
    mapping = read(started("retyped and flattened"), "retyped and flattened")
    source = mapping.fields["specialites"].source
    assert isinstance(source, FlatRows)
    assert len(source.rows) == 3
    assert source.rows[0].keys() == the_mapping().fields["specialites"].fields.keys()
    asked = mapping.fields["usage_intentionnel"].options
    assert {one.written: one.means for one in asked.values()}["Ne sait pas"] is None
    options = (
        read(started("written by another"), "written by another")
        .fields["nature_signalement"]
        .options
    )
    assert {one.written: one.means for one in options.values()} == {
        "Initiale": "Initial",
        "Suivi": "Complément",
        "Finale": "Clôture",
    }


def test_an_option_that_rules_name_and_nothing_means_is_asked_for() -> None:
    session = started("reworded")
    asked = [one for one in session.questions() if one.option]
    assert all(one.option in one.wanted.needed for one in asked)
    taken = session.taken["niveau_risque"]
    assert taken.options is not None
    assert session.means("niveau_risque")["Haut"] == "Élevé"


def test_options_of_an_annotation_that_the_bridge_writes_are_asked_for_and_kept() -> None:
    name = "annotations.statut"
    asked: Raw = {"id": 9, "type": "drop_down_list", "label": "Statut du triage"}
    asked |= {"options": ["Complet", "Hors champ", "Rien à faire"], "required": False}
    session, form = begun([], [asked])
    if name not in session.taken:
        session = session.decided(name, Decision(champ="9"))
    path = f"{name}=Clos"
    asked_for = next(one for one in session.questions() if one.path == path)
    assert "Rien à faire" in asked_for.options
    assert f"{name}=Complet" not in {one.path for one in session.questions()}
    session = session.decided(path, Decision(champ="Rien à faire"))
    there = adapted(the_mapping(), session, revisions=(form.revision,), active=form.revision)
    text = mapping_text(there, demarche=7, revision="5000")
    statut = parse_mapping(text, source="mapping.yaml").annotations["statut"]
    assert [(one.written, one.means) for one in statut.options.values()] == [
        ("Rien à faire", "Clos")
    ]


def test_options_of_a_form_that_was_reviewed_are_known_by_what_they_mean() -> None:
    name = "foreign"
    asked = next(one for one in started(name).questions() if one.path == "nature_signalement")
    said = started(name).decided(asked.path, Decision(champ=asked.keys[0]))
    mapping, revision = read(said, name), variant(name).revision
    again = wants(
        mapping,
        reviewed=[(mapping, review([revision])), (the_mapping(), the_reviewed())],
        needs=the_needs(),
        lexicon=the_lexicon(),
    )
    session = Session(again, match_form(again, revision, samples={}), Decisions(7))
    assert session.means("nature_signalement")["Première déclaration"] == "Initial"
    assert not {one.path for one in session.questions()} - {
        one.path for one in started(name).questions()
    }


def test_a_list_that_asks_the_contrary_says_so_by_what_its_options_mean() -> None:
    asked: Raw = {
        "id": 1,
        "type": "drop_down_list",
        "label": "L'usage a-t-il lieu hors de France ?",
        "required": True,
        "options": ["Oui", "Non", "Ne se prononce pas"],
    }
    session, form = begun([asked])
    (proposed, *_) = session.matching.likeliest["territoire_national"]
    assert (proposed.inverted, proposed.sure) == (True, False)
    unsaid = session.decided("territoire_national", Decision(champ="1"))
    assert "territoire_national" not in unsaid.taken, "nobody said its sense"
    session = session.decided("territoire_national", Decision(champ="1", inverted=True))
    there = adapted(the_mapping(), session, revisions=(form.revision,), active=form.revision)
    text = mapping_text(there, demarche=7, revision="5000")
    spec = parse_mapping(text, source="mapping.yaml").fields["territoire_national"]
    means = {one.written: one.means for one in spec.options.values()}
    assert means == {"Oui": False, "Non": True, "Ne se prononce pas": None}
    assert not spec.inverted


def test_what_no_to_each_question_of_a_choice_means_is_asked_for_and_written() -> None:
    questions = [
        "Est-ce la première fois que vous nous en parlez ?",
        "Est-ce pour clore le dossier ?",
    ]
    asked: list[Raw] = [
        {"id": at, "type": "yes_no", "label": label, "required": True}
        for at, label in enumerate(questions, 1)
    ]
    session, form = begun(asked)
    (proposed, *_) = session.matching.likeliest["nature_signalement"]
    assert not proposed.sure
    assert proposed.offered.champs == {"1", "2"}
    champ = proposed.offered.descriptor.id
    session = session.decided("nature_signalement", Decision(champ=champ))
    left = next(one for one in session.questions() if one.path == "nature_signalement=Complément")
    assert left.options == (NO_TO_EACH,)
    session = session.decided(left.path, Decision(champ=NO_TO_EACH))
    assert left.path not in {one.path for one in session.questions()}
    there = adapted(the_mapping(), session, revisions=(form.revision,), active=form.revision)
    text = mapping_text(there, demarche=7, revision="5000")
    spec = parse_mapping(text, source="mapping.yaml").fields["nature_signalement"]
    assert spec.source == TickedBoxes({"1": "Initial", "2": "Clôture"}, "Complément")


ABROAD = "L'usage s'étend-il au-delà du territoire ?"


def abroad(kind: str) -> tuple[Session, Variant]:
    asked: Raw = {"id": 1, "type": kind, "label": ABROAD, "required": True}
    if kind == "drop_down_list":
        asked["options"] = ["Oui", "Non"]
    return begun([asked])


@pytest.mark.parametrize("kind", ["yes_no", "checkbox", "drop_down_list"])
def test_a_person_says_that_a_question_asks_the_contrary(kind: str) -> None:
    session, form = abroad(kind)
    name = "territoire_national"
    choice = next(one for one in session.questions() if one.path == name)
    assert choice.champs[0].marks == ("demande peut-être le contraire",)
    assert session.why_not_contrary(choice, "1") == ""
    for inverted in (True, False, None):
        said = session.decided(name, Decision(champ="1", inverted=inverted))
        kept = parse_decisions(dump_decisions(said.decisions), source="adaptation.yaml")
        assert kept == said.decisions
        there = adapted(the_mapping(), said, revisions=(form.revision,), active=form.revision)
        text = mapping_text(there, demarche=7, revision="5000")
        spec = parse_mapping(text, source="mapping.yaml").fields[name]
        means = {one.written: one.means for one in spec.options.values()}
        contrary = bool(inverted)
        assert spec.inverted == (contrary and kind != "drop_down_list")
        assert not means or means == {"Oui": not contrary, "Non": contrary}


def test_only_a_yes_or_no_is_asked_the_other_way_round() -> None:
    session, _ = abroad("yes_no")
    choice = next(one for one in session.questions() if one.path == "territoire_national")
    other = replace(choice, wanted=next(w for w in our_wants().fields if w.path == "patients"))
    assert "oui / non" in session.why_not_contrary(other, "1")
    option = replace(choice, option="Suivi", options=("Complément",), champs=())
    assert "pas d’une option" in session.why_not_contrary(option, "Complément")


def test_questions_that_differ_by_a_number_are_named_as_the_form_writes_them() -> None:
    columns = ("Dénomination de la spécialité", "Code CIS")
    labels = [f"Spécialité concernée n° {row} : {one}" for row in (1, 2) for one in columns]
    asked: list[Raw] = [
        {"id": at, "type": "text", "label": one, "required": False}
        for at, one in enumerate(labels, 1)
    ]
    session, form = begun(asked)
    there = adapted(the_mapping(), session, revisions=(form.revision,), active=form.revision)
    text = mapping_text(there, demarche=7, revision="5000")
    for shown in ("Spécialité concernée", *columns):
        assert f"# « {shown} »\n" in text


LOT = "Le numéro de lot est-il connu, sauf exception ?"


def by_hand() -> Session:
    asked: list[Raw] = [
        {"id": 1, "type": "header_section", "label": "Le produit", "level": 1},
        {"id": 7001, "type": "yes_no", "label": LOT},
        {"id": 7002, "type": "piece_justificative", "label": "Photo du lot"},
        {"id": 7003, "type": "text", "label": "Titre de la situation"},
        {"id": 7004, "type": "checkbox", "label": "Lot déclaré"},
    ]
    champs = [{"required": False, **one} for one in asked]
    return begun(champs)[0]


def test_a_person_finds_any_champ_of_the_form_by_words_and_takes_what_can_be_read() -> None:
    session = by_hand()
    choice = next(one for one in session.questions() if one.path == "but_medical")
    assert "7001" not in choice.keys
    found = session.search(choice, "LOT produit")
    assert [champ_of(one) for one in found] == ["7001", "7002", "7004"]
    assert not isinstance(found[1], Match), "it is shown as what cannot be read"
    assert session.search(choice, "lots") == ()
    assert isinstance(found[0], Match)
    assert "demande peut-être le contraire" in found[0].marks
    assert session.why_not(choice, "7001") == ""
    assert "pièce justificative" in session.why_not(choice, "7002")
    assert session.why_not(choice, "9999")
    assert session.why_which_sense(choice, "7001")
    assert session.why_not_contrary(choice, "7001") == ""
    assert session.why_not_contrary(choice, "7004") == "", "ticked, it says no"
    taken = session.decided(choice.path, Decision(champ="7001", inverted=True))
    assert taken.taken["but_medical"].inverted
    other = next(one for one in taken.questions() if one.path == "usage_intentionnel")
    assert "donne déjà « but_medical »" in taken.why_not(other, "7001")
    gone = session.decided(choice.path, Decision(champ="9999"))
    assert choice.path in {one.path for one in gone.questions()}, "what is gone is asked again"


def test_of_one_question_found_of_a_choice_yes_alone_gives_a_value() -> None:
    asked: Raw = {"id": 1, "type": "yes_no", "label": "Est-ce le premier envoi ?"}
    session, form = begun([asked | {"required": False}])
    path = "nature_signalement"
    choice = next(one for one in session.questions() if one.path == path)
    session = session.decided(path, Decision(champ=choice.keys[0]))
    assert not [one for one in session.questions() if one.path.startswith(f"{path}=")]
    made = adapted(the_mapping(), session, revisions=(form.revision,), active=form.revision)
    spec = made.mapping.fields[path]
    assert spec.source == TickedBoxes({"1": "Initial"})
    assert list(particulars(spec)) == ["cases : « Initial » = 1, sans réponse sinon"]


def test_a_box_that_the_adoption_would_refuse_is_told_when_it_is_chosen() -> None:
    boxes: list[Raw] = [
        {"id": at, "type": "checkbox", "label": label, "required": False}
        for at, label in ((1, "Visée thérapeutique"), (2, "Traitement automatique"))
    ]
    session, _ = begun(boxes[:1], boxes[1:])
    asks = {one.path: one for one in session.questions()}
    told = session.why_not_box(asks["but_medical"], "1", inverted=None)
    assert told.startswith("« Visée thérapeutique » est une case : non cochée, elle ne dit pas")
    assert session.why_not_box(asks["but_medical"], "1", inverted=False) == told
    assert session.why_not_box(asks["but_medical"], "1", inverted=True) == ""
    unread = replace(asks["but_medical"], wanted=replace(asks["but_medical"].wanted, read=False))
    assert session.why_not_box(unread, "1", inverted=None) == ""
    switch = asks["annotations.traitement_manuel"]
    for inverted in (True, None):  # found so
        told = session.why_not_box(switch, "2", inverted=inverted)
        assert "n’arrêterait la passerelle pour aucun dossier" in told
    assert session.why_not_box(switch, "2", inverted=False) == ""
    consent = asks["annotations.diffusable"]
    assert session.why_not_box(consent, "2", inverted=True) == "", "what is not ticked keeps inside"


OFTEN = ["Jamais", "Parfois", "Souvent", "Sans objet"]


@pytest.mark.parametrize("path", ["couvert_par_pgr", "attestation"])
def test_a_yes_or_no_that_is_asked_by_other_words_is_taken_once_a_person_said_what_they_mean(
    path: str,
) -> None:
    asked: Raw = {"id": 7001, "type": "drop_down_list", "label": "Est-ce suivi ?", "options": OFTEN}
    session, form = begun([asked | {"required": True}])
    choice = next(one for one in session.questions() if one.path == path)
    assert champ_of(session.search(choice, "suivi")[0]) == "7001"
    assert session.why_not(choice, "7001") == ""
    session = session.decided(path, Decision(champ="7001"))
    for option, said in zip(OFTEN, ("non", "oui", "oui", "ni oui ni non"), strict=True):
        asks = next(one for one in session.questions() if one.path == f"{path}={option}")
        assert asks.keys == ("oui", "non", "ni oui ni non")
        assert f"« {option} »" in asks.asked
        session = session.decided(asks.path, Decision(champ=said))
    assert path not in {one.path.partition("=")[0] for one in session.questions()}
    there = adapted(the_mapping(), session, revisions=(form.revision,), active=form.revision)
    text = mapping_text(there, demarche=7, revision="5000")
    mapping = parse_mapping(text, source="mapping.yaml")
    means = {one.written: one.means for one in mapping.fields[path].options.values()}
    assert means == dict(zip(OFTEN, (False, True, True, None), strict=True))
    kept = parse_decisions(dump_decisions(session.decisions), source="adaptation.yaml")
    assert kept == session.decisions
    file = FileKept(mapping, session, form.revision, session.decisions.of)
    assert all(file.says_already(f"{path}={option}") for option in OFTEN)
    other = session.decided(f"{path}=Parfois", Decision(champ="non"))
    again = adapted(
        mapping,
        other,
        revisions=(form.revision,),
        active=form.revision,
        again=True,
        before=session.decisions.of,
    )
    assert again.mapping.fields[path].options["parfois"].means is False
    assert again.mapping.fields[path].options["souvent"].means is True


def test_an_answer_beside_yes_and_no_is_asked_for_once_its_list_is_taken() -> None:
    asked: Raw = {"id": 7001, "type": "drop_down_list", "label": "Risque couvert par le PGR"}
    asked |= {"options": ["Oui", "Non", "En partie"], "required": True}
    session, _ = begun([asked])
    assert not [one for one in session.questions() if one.option]
    session = session.decided("couvert_par_pgr", Decision(champ="7001"))
    (left,) = [one for one in session.questions() if one.option]
    session = session.decided(left.path, Decision(champ="oui"))
    assert session.means("couvert_par_pgr") == {"Oui": True, "Non": False, "En partie": True}
