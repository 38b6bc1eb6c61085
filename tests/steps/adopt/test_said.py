"""What a person said of a form holds: an adoption, an absence, whatever is looked at again."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mappings.adoption.absences import every_field
from mappings.adoption.decisions import Decision, Decisions, dump_decisions
from mappings.dossier.model import Rows, Text, YesNo
from mappings.report.mapper import map_report
from mappings.schema.file import parse_mapping
from settings import load_settings
from steps.adopt.adapt import Adaptation, begin
from steps.adopt.examples import compared
from steps.adopt.form import FormAdoption
from steps.adopt.write import write
from steps.wiring.failures import RequestError
from steps.wiring.services import open_services
from tests.mappings.matching.variants import ROOT, VARIANTS, Raw, our_revision, the_mapping
from tests.mappings.report.dossiers import HEAD, champ, dossier
from tests.steps.adopt.offline import DEMARCHE, OfflineForm, offline

STATUS = "annotations.statut"
SIGNED = ("--by", "A. Martin")


def test_a_form_whose_status_lacks_options_is_adopted_once_a_person_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mapping.yaml"
    shutil.copy(ROOT / "mappings/unc/mapping.yaml", file)
    monkeypatch.setenv("UNC_MAPPING", str(file))
    revision = our_revision()
    status = next(one for one in revision["annotations"] if one["label"] == "Statut du triage")
    status["options"] = [one for one in status["options"] if one != "Clos"]
    there = offline(tmp_path, monkeypatch, revision)
    refused, told = there.unc("mapping", "adopt", *SIGNED)
    assert (refused, "sans option pour" in told) == (1, True)
    there.unc("mapping", "absent", f"{STATUS}=Clos", "--reason", "Jamais", *SIGNED)
    adopted, told = there.unc("mapping", "adopt", *SIGNED)
    assert (adopted, "sans option pour" in told) == (0, False), told


def test_a_box_that_denies_what_it_would_attest_is_said_absent_where_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = "Je n'atteste pas l'exactitude des informations transmises"
    box = {"id": 1, "type": "checkbox", "label": label, "required": False}
    there = offline(tmp_path, monkeypatch, {"champs": [box], "annotations": []})
    left = [one["field"] for one in there.told("mapping", "adapt", "--auto")["left"]]
    later = ["s"] * left.index("attestation")
    _, told = there.unc("mapping", "adapt", typed=["A. Martin", *later, "c", "n", "c", "o", "q"])
    assert told.count("dit le contraire de ce qui serait attesté") == 2
    assert told.count("Ce formulaire ne le demande donc pas ?") == 2
    said = there.told("mapping", "adapt", "--auto")["absent"]
    assert said == {"attestation": f"Sa question dit le contraire : « {label} »"}


def test_what_a_person_corrected_in_a_copy_of_our_mapping_stays_and_the_rest_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mapping.yaml"
    ours = (ROOT / "mappings/unc/mapping.yaml").read_text("utf-8")
    by_hand = f"usage_intentionnel: {{champ: {NATIONAL}, inverted: true, type"
    file.write_text(ours.replace("usage_intentionnel: {champ: 1, type", by_hand), "utf-8")
    monkeypatch.setenv("UNC_MAPPING", str(file))
    asked = [ASKED | {"label": "Est-ce une erreur ?"}, ASKED | {"id": 2, "label": "Est-il noir ?"}]
    there = offline(tmp_path, monkeypatch, {"champs": asked, "annotations": []})
    for _ in range(2):
        there.unc("mapping", "adapt", "--auto")
        text = file.read_text("utf-8")
        assert by_hand in text
        assert "but_medical: {absent: true" in text, "an id that is there by chance"


def test_what_a_person_took_out_of_a_copy_of_our_mapping_stays_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mapping.yaml"
    text = (ROOT / "mappings/unc/mapping.yaml").read_text("utf-8")
    out = ("rcp", "volume_ventes")
    for name in out:
        text, found = re.subn(rf"(?m)^(  {name}: \{{)champ: \d+", r"\1absent: true", text)
        assert found == 1
    file.write_text(text, "utf-8")
    monkeypatch.setenv("UNC_MAPPING", str(file))
    revision = VARIANTS["same labels, other ids"]().form["revisions"][-1]
    there = offline(tmp_path, monkeypatch, revision)
    for _ in range(2):
        told = there.told("mapping", "adapt", "--auto")
        written = file.read_text("utf-8")
        for name in out:
            assert f"  {name}: {{absent: true" in written
            assert any(name in str(one) for one in told["left"])
        assert "  usage_intentionnel: {champ: " in written


def test_what_lets_a_dossier_out_blocks_once_it_is_asked_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = our_revision()
    there = offline(tmp_path, monkeypatch, revision)
    assert "bloquant" not in there.unc("mapping", "check")[1]
    consent = next(one for one in revision["annotations"] if one["id"] == CONSENT_ID)
    for label, blocks in (("Diffusable au réseau des C.R.P.V.", False), ("Ne pas diffuser", True)):
        notes = [
            {**one, "label": label} if one is consent else one for one in revision["annotations"]
        ]
        there.publish(2, {**revision, "annotations": notes})
        told = there.unc("mapping", "check")[1]
        assert ("bloquant : champ 924" in told) is blocks, told
        assert ("à relire" in told) is blocks


LINES = """\
  nom: {joined: [1, 2], type: text, title: Nom, audience: reseau, meaning: m}
  lots:
    champ: 15
    type: rows
    title: Lots
    audience: reseau
    meaning: m
    fields:
      cis: {champ: 151, type: text, title: Code, audience: reseau, meaning: m}
annotations:
  sort: {champ: 9, inverted: true, type: yes_no, title: Diffusable}
"""


def test_each_row_is_shown_with_its_own_answers_and_an_annotation_as_it_is_read() -> None:
    rows = Rows(tuple((champ(151, Text(code)),) for code in ("un", "deux")))
    said = dossier(champ(1, Text("Ada")), champ(2, Text("Bel")), champ(15, rows, kind="repetition"))
    said = replace(said, annotations=(champ(9, YesNo(yes=True), label="Ne pas diffuser"),))
    mapping = parse_mapping(HEAD + LINES, source="m")
    shown = compared(said, map_report(said, mapping=mapping, revision=None), mapping=mapping)
    assert [line[1:] for line in shown] == [
        ("Ada ; Bel", "Nom", "Ada Bel"),
        ("2 lignes", "Lots", "2 lignes"),
        ("un", "Code", "un"),
        ("deux", "Code", "deux"),
        ("oui", "Diffusable", "non"),
    ]


@pytest.mark.parametrize(
    ("put_off", "typed", "code", "asked"),
    [("usage_intentionnel", ["s", "n"], 1, False), ("mesure_pgr", ["s", "n"], 1, True)],
    ids=["a scope question", "what nothing reads"],
)
def test_an_adoption_that_would_be_refused_is_not_proposed(
    put_off: str,
    typed: list[str],
    code: int,
    *,
    asked: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = offline(tmp_path, monkeypatch, {"champs": [], "annotations": []})
    said = {
        path: Decision(absent="Jamais") for path in every_field(the_mapping()) if path != put_off
    }
    said |= {f"annotations.{name}": Decision(absent="Jamais") for name in the_mapping().annotations}
    there.folder.mkdir(parents=True)
    text = dump_decisions(Decisions(DEMARCHE, "A. Martin", said))
    (there.folder / "adaptation.yaml").write_text(text, "utf-8")
    found, told = there.unc("mapping", "adapt", typed=typed)
    assert found == code, told
    assert ("Adopter ce formulaire ?" in told) is asked
    assert ("Contre l'adoption" in told.replace("’", "'")) is not asked
    assert "Non adopté" in told


NATIONAL, STATUS_ID, CONSENT_ID = 7001, 7901, 924
ASKED: Raw = {
    "id": NATIONAL,
    "type": "yes_no",
    "label": "L'usage est-il constaté sur le territoire ?",
    "required": False,
}
NOTE: Raw = {
    "id": STATUS_ID,
    "type": "drop_down_list",
    "label": "Statut du triage",
    "options": ["Complet", "À compléter", "À préciser", "Hors champ", "Clos"],
    "required": False,
}


def small(**changes: str) -> Raw:
    return {"champs": [ASKED | changes], "annotations": [NOTE]}


def adapt(there: OfflineForm) -> Adaptation:
    with open_services(load_settings()) as services:
        adaptation = begin(services, target=there.folder / "mapping.yaml")
        write(adaptation)
    return adaptation


@pytest.mark.slow
def test_what_a_person_refused_stays_so_until_its_question_reads_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = offline(tmp_path, monkeypatch, small())
    found = adapt(there)
    assert {"territoire_national", STATUS} <= found.session.taken.keys()
    text = there.mapping
    for path, number in (("territoire_national", NATIONAL), (STATUS, STATUS_ID)):
        told = there.unc("mapping", "absent", path, "--reason", "Non", *SIGNED)[1]
        assert "`absent: true`" in told
        text = text.replace(f"champ: {number}", "absent: true")
    (there.folder / "mapping.yaml").write_text(text, "utf-8")
    reviewed = there.folder / "formulaire-relu.yaml"
    adopted = f"adopted: [{{by: A. Martin, on: 2026-11-30, demarche: {DEMARCHE}, revision: '1'}}]\n"
    reviewed.write_text(reviewed.read_text("utf-8") + adopted, "utf-8")
    adapt(there)
    said = there.mapping
    assert (f"champ: {NATIONAL}" in said, f"champ: {STATUS_ID}" in said) == (False, False)
    there.publish(2, small())
    adapt(there)
    assert "révision 2." in there.mapping
    assert "adopted:" in reviewed.read_text("utf-8"), "what is read did not change"
    there.unc("mapping", "absent", "but_medical", "--reason", "Jamais", *SIGNED)
    assert "but_medical" not in {one.path for one in adapt(there).questions()}, "nor asked again"
    with open_services(load_settings()) as services:
        page = FormAdoption(services)
        assert page.state().said["but_medical"] == "Jamais"
        page.take_back("but_medical", by="A. Martin")
        assert "but_medical" in {one.path for one in page.state().questions}
    assert "but_medical" not in reviewed.read_text("utf-8")
    there.publish(3, small(label="L'usage est-il constaté en France ?"))
    asked = {one.path: one for one in adapt(there).questions()}
    assert "territoire_national" in asked, (
        "asked again, as it reads otherwise: nobody answered that"
    )
    (offered,) = asked["territoire_national"].champs
    assert (set(offered.offered.champs), offered.sure) == ({str(NATIONAL)}, False)
    assert f"champ: {NATIONAL}" not in there.mapping, "nothing is read of it before"
    assert f"champ: {STATUS_ID}" not in there.mapping


def test_at_the_terminal_any_question_is_found_by_words_and_taken_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot: Raw = {**ASKED, "label": "Le lot est-il connu, sauf exception ?"}
    photo: Raw = {"id": 7002, "type": "piece_justificative", "label": "Lot", "required": False}
    there = offline(tmp_path, monkeypatch, {"champs": [lot, photo], "annotations": []})
    typed = ["A. Martin", "?rien de tel", "/LOT", "2", "zz", "?", "?connu", "c1", "q"]
    _, shown = there.unc("mapping", "adapt", typed=typed)
    assert "Rien n'a « rien de tel » dans ce formulaire." in shown
    assert "« Le lot est-il connu, sauf exception ? » — demande peut-être le contraire" in shown
    assert "« Lot » — d’un type qui ne s’y lit pas" in shown
    assert "« Lot » est de type « pièce justificative » : rien ne s’y lirait" in shown
    assert shown.splitlines()[-1].startswith("> Gardé dans"), "and no dossier after that"
    kept = (there.folder / "adaptation.yaml").read_text("utf-8")
    assert f"champ: '{NATIONAL}'\n    inverted: true" in kept
    assert f"champ: {NATIONAL}, inverted: true" in there.mapping


@pytest.mark.slow
def test_which_answers_mean_yes_and_which_no_is_said_at_the_terminal_and_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    often: Raw = {"id": NATIONAL, "type": "drop_down_list", "label": "Est-ce vu ici ?"}
    often |= {"options": ["Jamais", "Parfois", "Souvent"], "required": True}
    there = offline(tmp_path, monkeypatch, {"champs": [often], "annotations": []})
    typed = ["A. Martin", "?vu ici", "1", "n", "zz", "o", "q"]
    _, shown = there.unc("mapping", "adapt", typed=typed)
    path = re.search(r"\[(\w+)\] —", shown)
    assert path is not None
    assert "que veut dire, pour cette donnée, la réponse « Jamais » ?" in shown
    assert f"{path[1]}: {{champ: {NATIONAL}, options: " in there.mapping
    assert '{"Jamais": non, "Parfois": oui}' in there.mapping
    _, shown = there.unc("mapping", "adapt", "--auto")
    assert f"({path[1]}=Souvent) — la réponse « Souvent », oui ou non ?" in shown
    with open_services(load_settings()) as services:
        page, left = FormAdoption(services), f"{path[1]}=Souvent"
        assert left in {one.path for one in page.state().questions}
        with pytest.raises(RequestError, match="oui, non, ni oui ni non"):
            page.decide(left, champ="", absent="Jamais", by="A. Martin")
        page.decide(left, champ="oui", absent="", by="A. Martin")
        assert left not in {one.path for one in page.state().questions}
    assert '{"Jamais": non, "Parfois": oui, "Souvent": oui}' in there.mapping


def test_scripts_and_who_reads_what_auto_says_are_told_each_doubt_and_what_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = offline(tmp_path, monkeypatch, small(label="L'usage s'étend-il au-delà de la France ?"))
    _, shown = there.unc("mapping", "adapt", "--auto")
    doubt = "« L'usage s'étend-il au-delà de la France ? » (demande peut-être le contraire)"
    assert doubt in shown.replace("’", "'")
    told = {one["field"]: one for one in there.told("mapping", "adapt", "--auto")["left"]}
    assert "absent" in str(told["but_medical"]["blocked"])
    assert not told["but_medical"]["changed"]


@pytest.mark.slow
def test_of_a_question_that_changed_auto_says_what_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = offline(tmp_path, monkeypatch, small())
    there.unc("mapping", "adapt", "--auto", *SIGNED)
    reviewed = there.folder / "formulaire-relu.yaml"
    adopted = f"adopted: [{{by: A. Martin, on: 2026-11-30, demarche: {DEMARCHE}, revision: '1'}}]\n"
    reviewed.write_text(reviewed.read_text("utf-8") + adopted, "utf-8")
    there.publish(2, small(label="L'usage est-il constaté hors du territoire ?"))
    _, shown = there.unc("mapping", "adapt", "--auto")
    blocks = f"    bloquant : champ {NATIONAL} « L'usage est-il constaté hors du territoire ? »"
    assert blocks in shown.replace("’", "'")
    told = {one["field"]: one for one in there.told("mapping", "adapt", "--auto")["left"]}
    assert told["territoire_national"]["changed"]
    assert "hors du territoire" in told["territoire_national"]["blocked"][0]


def test_a_box_taken_for_a_yes_or_no_is_refused_where_it_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box: Raw = {"id": NATIONAL, "type": "checkbox", "label": "Visée thérapeutique"}
    there = offline(tmp_path, monkeypatch, {"champs": [box], "annotations": []})
    _, shown = there.unc("mapping", "adapt", typed=["A. Martin", "?visée", "1", "", "q"])
    assert "« Visée thérapeutique » est une case : non cochée, elle ne dit pas « non »" in shown
    assert f"champ: {NATIONAL}" not in there.mapping
    with open_services(load_settings()) as services, pytest.raises(RequestError, match="une case"):
        FormAdoption(services).decide(
            "but_medical", champ=str(NATIONAL), absent="", by="A. Martin", inverted=False
        )


def test_what_a_person_took_out_of_their_file_is_asked_and_never_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = offline(tmp_path, monkeypatch, small())
    adapt(there)
    text = there.mapping
    for number in (NATIONAL, STATUS_ID):
        text = text.replace(f"champ: {number}", "absent: true")
    (there.folder / "mapping.yaml").write_text(text, "utf-8")
    told = there.told("mapping", "adapt", "--auto")
    assert [one["field"] for one in told["sure"]] == []
    left = {one["field"]: [at["champ"] for at in one["likeliest"]] for one in told["left"]}
    assert (left["territoire_national"], left[STATUS]) == ([str(NATIONAL)], [str(STATUS_ID)])
    assert "territoire_national" in {one["field"] for one in told["against"]}
    assert f"champ: {NATIONAL}" not in there.mapping
    with open_services(load_settings()) as services:
        page = FormAdoption(services)
        page.decide("territoire_national", champ=str(NATIONAL), absent="", by="A. Martin")
    assert f"territoire_national: {{champ: {NATIONAL}" in there.mapping
    assert f"champ: {STATUS_ID}" not in there.mapping
    there.publish(2, small(label="L'usage est-il constaté en France ?"))
    adapt(there)
    assert f"territoire_national: {{champ: {NATIONAL}" in there.mapping
