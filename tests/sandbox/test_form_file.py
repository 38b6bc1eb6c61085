"""A form of one's own: what is refused with which words, and dossiers that fit whatever it asks."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.common.ids import champ_id
from sandbox.demarche.intake import NewDossier
from sandbox.form.file import FormFileError, read_form
from sandbox.form.kinds import KINDS, described_as
from sandbox.form.model import DECORATIVE, FormRevision
from sandbox.generator.any_form import dossiers_of, example
from sandbox.generator.generate import generate
from sandbox.server import INSTRUCTEUR, default_form, running_sandbox
from tests.sandbox.conftest import Api

Json = dict[str, Any]
UNKNOWN = {"carte"}


def read(tmp_path: Path, form: Any, name: str = "formulaire.json") -> Json:
    path = tmp_path / name
    path.write_text(form if isinstance(form, str) else json.dumps(form), encoding="utf-8")
    return read_form(path, robot=INSTRUCTEUR)


def question(identifier: int, kind: str, **more: Any) -> Json:
    options: Any = {
        "drop_down_list": ["A", "B"],
        "multiple_drop_down_list": ["A", "B", "C"],
        "linked_drop_down_list": {"A": ["a1", "a2"], "B": []},
    }.get(kind)
    child = {"id": identifier * 100 + 1, "label": "Ligne", "type": "text", "required": True}
    return {
        "id": identifier,
        "label": f"Question {identifier} ({kind})",
        "type": kind,
        **({"options": options} if options else {}),
        **({"children": [child]} if kind == "repetition" else {}),
        **more,
    }


OPEN = ("A", "B", "")  # primaries of linked lists; one of them has nothing under it
EVERY_KIND = [question(at, kind, required=True) for at, kind in enumerate(sorted(KINDS), 1)]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("{", "n’est ni du JSON ni du YAML lisible"),
        ([], "un objet est attendu"),
        ({"champs": []}, "« champs » est une liste"),
        ({"champs": [question(1, "text"), question(1, "date")]}, "deux questions"),
        ({"champs": [question(1, "texte")]}, "question 1 .* type 'texte' inconnu"),
        ({"champs": [{**question(1, "text"), "id": "un"}]}, "« id » est un nombre"),
        ({"champs": [{**question(1, "drop_down_list"), "options": []}]}, "« options »"),
        (
            {"champs": [{**question(1, "drop_down_list"), "options": ["A", {"B": "c"}]}]},
            "le choix {'B': 'c'} n’est pas lu comme un texte",
        ),
        ({"champs": [{**question(1, "drop_down_list"), "options": [2024]}]}, "entre guillemets"),
        ({"champs": [question(1, "repetition", children=[])]}, "« children »"),
        (
            {"champs": [question(1, "text", condition={"champ": 7, "equals": True})]},
            "condition porte sur un champ 7",
        ),
        ({"champs": [question(1, "text")], "number": "x"}, "« number »"),
        (
            {"champs": [question(1, "text")], "instructeurs": [{"email": "a@b", "groupes": [3]}]},
            "un instructeur a une adresse",
        ),
    ],
)
def test_a_form_that_cannot_be_served_is_told_with_its_question(
    tmp_path: Path, form: Any, told: str
) -> None:
    with pytest.raises(FormFileError, match=told) as caught:
        read(tmp_path, form)
    assert "formulaire.json" in str(caught.value)


def test_what_a_short_file_leaves_out_is_what_a_new_demarche_has(tmp_path: Path) -> None:
    text = "title: Ma démarche\nchamps:\n  - {id: 1, label: Nom, type: text}\nlabels: [Vu]\n"
    form = read(tmp_path, text, "court.yaml")
    assert form["groupes"] == ["défaut"]
    assert form["instructeurs"] == [{"email": INSTRUCTEUR, "groupes": [0]}]
    assert form["labels"] == [{"name": "Vu", "color": "green_menthe"}]
    assert len(form["revisions"]) == 1


def test_what_ds_answers_of_a_demarche_is_a_form(tmp_path: Path) -> None:
    descriptors = [
        {
            "__typename": described_as(one["type"]),
            "id": champ_id(one["id"]),
            "label": one["label"],
            "required": True,
            "options": ["--A--", "a1"] if one["type"] == "linked_drop_down_list" else ["A", "B"],
            "champDescriptors": [{"id": champ_id(990), "label": "Ligne", "__typename": "Nouveau"}],
        }
        for one in EVERY_KIND
        if one["type"] != "number"
    ]
    answer = {
        "data": {
            "demarche": {
                "number": 7,
                "title": "Autre",
                "activeRevision": {"champDescriptors": descriptors},
            }
        }
    }
    form = read(tmp_path, answer)
    kinds = [one["type"] for one in form["revisions"][0]["champs"]]
    assert (form["number"], form["title"]) == (7, "Autre")
    assert kinds == [one["type"] for one in EVERY_KIND if one["type"] != "number"]
    block = next(one for one in form["revisions"][0]["champs"] if one["type"] == "repetition")
    assert block["children"][0]["type"] == "text"


def test_dossiers_answer_every_required_question_that_shows_with_what_it_offers(
    tmp_path: Path,
) -> None:
    conditional = question(60, "text", required=True, condition={"champ": 61, "equals": True})
    form = read(
        tmp_path,
        {"champs": [*EVERY_KIND, question(61, "yes_no", required=True), conditional]},
    )
    revision = FormRevision.from_json(1, 0, form["revisions"][0])
    made = dossiers_of(form, 40, seed=3)
    assert made == dossiers_of(form, 40, seed=3)
    for dossier in made:
        assert isinstance(dossier, NewDossier)
        answers = dossier.answers
        for one in revision.champs:
            asked = one in revision.visible_champs(answers) and one.kind not in DECORATIVE
            assert (one.stable in answers) == (asked and one.kind not in UNKNOWN), one
        for one in (question for question in revision.champs if question.options):
            chosen = answers[one.stable]
            assert set(chosen if isinstance(chosen, list) else [chosen]) <= {*one.choices(), *OPEN}


def test_a_form_that_asks_the_same_in_other_words_gets_the_dossiers_of_the_shipped_one() -> None:
    form = json.loads(json.dumps(default_form()))
    form["revisions"][1]["champs"][2]["label"] = "Est-ce voulu ?"
    same = [one.answers for one in generate(5, seed=1)]
    assert [one.answers for one in dossiers_of(form, 5, seed=1)] == same
    del form["revisions"][1]["champs"][2]
    other = dossiers_of(form, 5, seed=1)
    assert [one.answers for one in other] != same


def test_the_words_of_a_question_choose_its_answer(tmp_path: Path) -> None:
    labels = ["Code CIS", "Substance (DCI)", "Nom du médicament", "Téléphone"]
    champs = [question(at, "text", required=True, label=name) for at, name in enumerate(labels, 1)]
    form = read(tmp_path, {"champs": champs})
    (dossier,) = dossiers_of(form, 1, seed=5)
    cis, substance, name, _phone = (dict(dossier.answers)[str(at)] for at in range(1, 5))
    assert re.fullmatch(r"\d{8}", cis)
    assert substance.upper() in name


def test_a_form_of_every_kind_is_served_with_its_dossiers(tmp_path: Path) -> None:
    form = read(tmp_path, {"champs": EVERY_KIND, "annotations": [question(900, "text")]})
    seeds = dossiers_of(form, 12, seed=1)
    fragments = "... on RepetitionChamp { rows { champs { stringValue } } } "
    fragments += "... on AddressChamp { address { label cityName } } ... on CiviliteChamp { value }"
    champs = f"champs {{ __typename label stringValue {fragments} }}"
    with (
        running_sandbox(tmp_path / "home", forms=[form], seeds=seeds) as served,
        requests.Session() as session,
    ):
        shown = Api(served, session).dossiers(fields=f"number {champs}")["nodes"]
    assert len(shown) == 12
    for dossier in shown:
        blanks = {one["label"] for one in dossier["champs"] if one["stringValue"] == ""}
        assert all(any(f"({kind})" in label for kind in UNKNOWN) for label in blanks), blanks


def test_an_example_that_somebody_emptied_is_whole_for_the_next() -> None:
    revision = FormRevision.from_json(1, 0, default_form()["revisions"][-1])
    whole = example(revision, 0)["answers"]
    example(revision, 0)["answers"].clear()
    example(revision, 0).pop("company")
    assert example(revision, 0)["answers"] == whole != {}
    assert example(revision, 0)["company"]["siret"]
