"""Mutations on annotations: which value fits, what is refused, which dates move."""

from typing import Any

import pytest

from sandbox.common.ids import champ_id, encode

DATES = (
    "dateDerniereModification dateDerniereModificationAnnotations dateDerniereModificationChamps"
)
LATER = "2026-03-02T12:00:10+01:00"


def values(api: Any, number: Any) -> Any:
    shown = api.dossier(number, "annotations { id stringValue }")["annotations"]
    return {one["id"]: one["stringValue"] for one in shown}


def errors(done: Any) -> Any:
    return [one["message"] for one in done["errors"] or ()]


def test_many_annotations_of_one_dossier_are_written_at_once(api: Any) -> None:
    done = api.annotate(
        1,
        (901, {"dropDownList": "Complet"}),
        (903, {"integerNumber": 85}),
        (904, {"textarea": "M1 Spécialité : absente\nM2"}),
        (907, {"text": "S-12"}),
        (909, {"datetime": "2026-03-02T10:00:00Z"}),
    )
    assert done["errors"] is None
    assert len(done["annotations"]) == 5
    assert values(api, 1)[champ_id(909)] == "2026-03-02T11:00:00+01:00"


def test_an_integer_annotation_is_written_as_int_and_read_as_text(api: Any) -> None:
    api.annotate(1, (903, {"integerNumber": 85}))
    fields = "annotations { id ... on IntegerNumberChamp { value } }"
    assert {"id": champ_id(903), "value": "85"} in api.dossier(1, fields)["annotations"]


def test_the_key_must_be_the_exact_type_and_the_others_are_written(api: Any) -> None:
    done = api.annotate(
        1,
        (904, {"text": "x"}),
        (901, {"text": "Complet"}),
        (921, {"checkbox": True}),
        (907, {"text": "S"}),
    )
    assert [one["id"] for one in done["annotations"]] == [champ_id(907)]
    assert len(errors(done)) == 3
    assert values(api, 1)[champ_id(904)] == ""


def test_an_option_that_is_not_offered_is_refused(api: Any) -> None:
    done = api.annotate(1, (901, {"dropDownList": "Peut-être"}), (907, {"text": "S"}))
    assert "Statut du triage" in errors(done)[0]
    assert [one["id"] for one in done["annotations"]] == [champ_id(907)]


def test_text_and_choices_can_be_cleared(api: Any) -> None:
    api.annotate(1, (901, {"dropDownList": "Complet"}), (904, {"textarea": "x"}))
    api.annotate(1, (901, {"dropDownList": ""}), (904, {"textarea": ""}))
    assert values(api, 1)[champ_id(901)] == values(api, 1)[champ_id(904)] == ""


def test_an_annotation_of_another_revision_is_an_error_or_silence(start: Any, seed: Any) -> None:
    with start(seeds=[seed(1, revision=1)]) as api:
        done = api.annotate(1, (922, {"text": "x"}), (907, {"text": "S"}))
        assert "n’existe pas" in errors(done)[0]
        api.control.switches(silent_annotations=True)
        done = api.annotate(1, (922, {"text": "x"}), (907, {"text": "S"}))
        assert done["errors"] is None
        assert [one["id"] for one in done["annotations"]] == [champ_id(907)]


@pytest.mark.parametrize("value", [{"integerNumber": None}, {"integerNumber": 2**31}, {}])
def test_a_value_that_is_null_too_big_or_missing_refuses_the_whole_request(
    api: Any, value: Any
) -> None:
    query = """mutation($i: DossierModifierAnnotationsInput!) {
      dossierModifierAnnotations(input: $i) { annotations { id } errors { message } } }"""
    given = {
        "dossierId": encode("Dossier", 1),
        "instructeurId": api.robot(),
        "annotations": [
            {"id": champ_id(907), "value": {"text": "S"}},
            {"id": champ_id(903), "value": value},
        ],
    }
    answer = api.post(query, i=given)
    assert answer.status_code == 200
    assert "data" not in answer.json()
    assert values(api, 1)[champ_id(907)] == ""


def test_writing_moves_the_update_date_but_not_that_of_annotations(api: Any) -> None:
    api.annotate(1, (907, {"text": "S"}))
    dates = api.dossier(1, DATES)
    assert dates["dateDerniereModification"] == LATER
    assert dates["dateDerniereModificationAnnotations"] < LATER
    assert dates["dateDerniereModificationChamps"] < LATER


def test_a_human_hand_moves_both_dates(api: Any) -> None:
    api.control.annotate(1, {907: "S-1", 921: True})
    dates = api.dossier(1, DATES)
    assert dates["dateDerniereModification"] == LATER
    assert dates["dateDerniereModificationAnnotations"] == LATER


def test_archived_dossiers_take_annotations(api: Any) -> None:
    api.control.archive(1)
    assert api.annotate(1, (907, {"text": "S"}))["errors"] is None


@pytest.mark.parametrize(
    ("name", "stable", "value", "shown"),
    [
        ("Text", 904, "du texte", "du texte"),
        ("Text", 907, "S-1", "S-1"),
        ("Checkbox", 921, True, "true"),
        ("Datetime", 909, "2026-03-02T10:00:00Z", "2026-03-02T11:00:00+01:00"),
        ("IntegerNumber", 903, 85, "85"),
        ("DropDownList", 901, "Complet", "Complet"),
    ],
)
def test_older_instances_write_one_annotation_of_a_type_at_a_time(
    api: Any, name: Any, stable: Any, value: Any, shown: Any
) -> None:
    given = {"dossierId": encode("Dossier", 1), "instructeurId": api.robot(), "value": value}
    mutation = f"dossierModifierAnnotation{name}"
    done = api.mutate(
        mutation, "annotation { id stringValue }", annotationId=champ_id(stable), **given
    )
    assert done["annotation"] == {"id": champ_id(stable), "stringValue": shown}
    done = api.mutate(mutation, "annotation { id }", annotationId=champ_id(999), **given)
    assert done["annotation"] is None
    assert "n’existe pas" in errors(done)[0]


def test_a_repeated_annotation_gets_rows_each_time(api: Any) -> None:
    question = {
        "id": 950,
        "label": "Suivi",
        "type": "repetition",
        "children": [{"id": 951, "label": "Note", "type": "text"}],
    }
    api.control.publish(48213, edits=[{"op": "add", "annotation": True, "champ": question}])
    api.annotate(1, (950, {"repetition": 2}))
    api.annotate(1, (950, {"repetition": 1}))
    fields = "annotations { ... on RepetitionChamp { rows { champs { id } } } }"
    rows = next(one["rows"] for one in api.dossier(1, fields)["annotations"] if one)
    assert len(rows) == 3
    given = {"dossierId": encode("Dossier", 1), "instructeurId": api.robot()}
    written = [{"id": rows[1]["champs"][0]["id"], "value": {"text": "vu"}}]
    api.mutate("dossierModifierAnnotations", "annotations { id }", annotations=written, **given)
    fields = "annotations { ... on RepetitionChamp { rows { champs { stringValue } } } }"
    rows = next(one["rows"] for one in api.dossier(1, fields)["annotations"] if one)
    assert [row["champs"][0]["stringValue"] for row in rows] == ["", "vu", ""]


def test_a_groupe_without_the_robot_refuses_it_and_the_other_goes_on(start: Any, seed: Any) -> None:
    with start(seeds=[seed(1), seed(2, groupe=1)]) as api:
        robot = api.robot()
        groupe = "Usage non conforme - vaccins et sang"
        api.control.remove_instructeur(48213, api.sandbox.instructeur, groupe)
        assert api.annotate(1, (907, {"text": "S"}))["errors"] is None
        done = api.annotate(2, (907, {"text": "S"}))
        assert done["annotations"] is None
        assert "droits" in errors(done)[0]
        assert robot == api.robot()


def test_aliased_mutations_run_in_order_and_a_failure_leaves_the_earlier_done(api: Any) -> None:
    one = (
        'dossierModifierAnnotations(input: {dossierId: "%s", instructeurId: "%s", annotations:'
        ' [{id: "%s", value: {text: "%s"}}]}) { errors { message } }'
    )
    robot = api.robot()
    parts = [
        "a: " + one % (encode("Dossier", 1), robot, champ_id(907), "first"),
        "b: " + one % (encode("Dossier", 99), robot, champ_id(907), "lost"),
        "c: " + one % (encode("Dossier", 1), robot, champ_id(907), "last"),
    ]
    answer = api.post(f"mutation {{ {' '.join(parts)} }}").json()
    assert answer["data"]["b"] is None
    assert answer["errors"][0]["path"] == ["b"]
    assert answer["errors"][0]["extensions"]["code"] == "not_found"
    assert values(api, 1)[champ_id(907)] == "last"
