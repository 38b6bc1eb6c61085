"""What a champ is served as, and what comes of each kind of answer."""

import base64
import hashlib
from typing import Any

import pytest

from sandbox.common.ids import champ_id, encode
from sandbox.control.client import ControlError

ALL = """__typename id champDescriptorId label stringValue updatedAt"""


def champs(api: Any, number: Any, fields: Any) -> Any:
    shown = api.dossier(number, f"champs {{ id {fields} }}")["champs"]
    return {base64.b64decode(one["id"]).decode(): one for one in shown}


def test_a_conditional_champ_is_absent_when_its_condition_is_false(api: Any) -> None:
    shown = champs(api, 1, "stringValue")
    present = {key.removeprefix("Champ-") for key in shown}
    assert {"22", "24", "32", "42"} <= present
    assert not {"14", "23", "33", "44", "5", "28"} & present


def test_an_unanswered_champ_is_present_and_empty(api: Any) -> None:
    assert champs(api, 1, "stringValue")["Champ-9"]["stringValue"] == ""


def test_a_condition_on_an_unanswered_champ_is_false(api: Any) -> None:
    api.control.submit(1, {13: ""})
    assert "Champ-14" not in champs(api, 1, "label")
    api.control.submit(1, {13: "Clôture"})
    assert "Champ-14" in champs(api, 1, "label")


def test_without_its_fragment_a_yes_no_champ_is_a_checkbox_that_reads_no(api: Any) -> None:
    shown = champs(api, 1, "__typename ... on CheckboxChamp { value }")
    assert shown["Champ-2"]["__typename"] == "CheckboxChamp"
    assert shown["Champ-2"]["value"] is False
    shown = champs(
        api, 1, "__typename ... on YesNoChamp { value } ... on CheckboxChamp { checked: value }"
    )
    assert shown["Champ-2"]["__typename"] == "YesNoChamp"
    assert shown["Champ-2"]["value"] is None
    assert shown["Champ-1"]["value"] is True
    assert shown["Champ-61"]["checked"] is True


def test_a_fragment_anywhere_in_the_query_counts(api: Any) -> None:
    query = """{ dossier(number: 1) { champs { __typename id } annotations { ...A } } }
    fragment A on Champ { ... on DropDownListChamp { value } }"""
    shown = {one["id"]: one["__typename"] for one in api.ask(query)["dossier"]["champs"]}
    assert shown[champ_id(7)] == "DropDownListChamp"
    assert shown[champ_id(100)] == "TextChamp", "explication falls back to text"


def test_choices_places_dates_and_headers_fall_back_to_text_and_date(api: Any) -> None:
    fields = (
        "__typename ... on TextChamp { value } ... on RepetitionChamp { champs { __typename } }"
    )
    shown = champs(api, 1, fields)
    assert shown["Champ-7"] == {
        **shown["Champ-7"],
        "__typename": "TextChamp",
        "value": "Exploitant",
    }
    assert shown["Champ-32"]["champs"] == [{"__typename": "TextChamp"}]
    assert shown["Champ-101"]["__typename"] == "TextChamp"
    annotations = api.dossier(1, "annotations { id __typename }")["annotations"]
    assert {"id": champ_id(909), "__typename": "DateChamp"} in annotations


def test_each_kind_of_answer_has_its_own_shape(api: Any) -> None:
    shown = champs(
        api,
        1,
        """... on IntegerNumberChamp { int: value } ... on DecimalNumberChamp { dec: value }
        ... on MultipleDropDownListChamp { values } ... on LinkedDropDownListChamp
        { primaryValue secondaryValue } ... on DateChamp { date } ... on SiretChamp
        { etablissement { siret entreprise { raisonSociale } } } ... on HeaderSectionChamp { level }
        stringValue""",
    )
    assert shown["Champ-42"]["int"] == "3000000000", "BigInt is a string in JSON"
    assert shown["Champ-45"]["dec"] == 12.5
    assert shown["Champ-18"]["values"] == ["Indication", "Durée"]
    assert shown["Champ-19"]["primaryValue"] == "Indication"
    assert shown["Champ-36"]["date"] == "2026-01-31"
    company = shown["Champ-6"]["etablissement"]["entreprise"]
    assert company["raisonSociale"] == "Laboratoires Exemple"
    assert shown["Champ-101"]["level"] == 1


def test_rows_are_named_in_the_ids_of_their_champs(api: Any) -> None:
    fields = "... on RepetitionChamp { rows { id champs { id champDescriptorId stringValue } } }"
    rows = champs(api, 1, fields)["Champ-15"]["rows"]
    assert len(rows) == 2
    first = rows[0]["champs"][0]
    assert base64.b64decode(first["id"]).decode().startswith("Champ-151|01SANDBOX")
    assert first["champDescriptorId"] == champ_id(151)
    assert len({one["id"] for row in rows for one in row["champs"]}) == 16


def test_one_champ_can_be_asked_by_its_id(api: Any) -> None:
    shown = api.dossier(1, f'champs(id: "{champ_id(7)}") {{ label }}')
    assert shown["champs"] == [{"label": "Qualité de l'entreprise"}]


def test_an_infected_file_has_left_the_list_and_checksums_are_md5(api: Any) -> None:
    fields = """... on PieceJustificativeChamp { files
      { filename checksum byteSizeBigInt contentType virusScanResult url createdAt } }"""
    (file,) = champs(api, 1, fields)["Champ-16"]["files"]
    assert file["filename"] == "rcp.pdf"
    assert file["virusScanResult"] == "safe"
    digest = hashlib.md5(b"du texte", usedforsecurity=False).digest()
    assert file["checksum"] == base64.b64encode(digest).decode()
    assert file["byteSizeBigInt"] == "8"


def test_a_file_link_lives_an_hour_and_a_fresh_one_is_given_each_time(api: Any) -> None:
    fields = "... on PieceJustificativeChamp { files { url } }"

    def link() -> Any:
        return champs(api, 1, fields)["Champ-16"]["files"][0]["url"]

    url = link()
    assert api.session.get(url, timeout=10).content == b"du texte"
    api.control.clock(advance=3601)
    assert api.session.get(url, timeout=10).status_code == 403
    assert api.session.get(link(), timeout=10).status_code == 200
    assert api.session.get(url[:-3] + "abc", timeout=10).status_code == 404
    api.control.switches(expired_file_status=404)
    assert api.session.get(url, timeout=10).status_code == 404


def test_the_demandeur_is_incomplete_while_the_registry_is_down(api: Any) -> None:
    fields = "demandeur { __typename ... on PersonneMoraleIncomplete { siret } }"
    assert api.dossier(1, fields)["demandeur"]["__typename"] == "PersonneMorale"
    api.control.switches(registry_down=True)
    assert api.dossier(1, fields)["demandeur"]["__typename"] == "PersonneMoraleIncomplete"


def test_dates_have_the_offset_of_paris(start: Any, seed: Any) -> None:
    with start(seeds=[seed(1)]) as api:
        assert api.dossier(1, "dateDepot")["dateDepot"] == "2026-01-01T09:01:00+01:00"


def test_a_deleted_account_is_seen_on_the_usager(api: Any) -> None:
    api.control.delete_account(1)
    told = api.dossier(1, "connectionUsager usager { id }")
    assert told == {"connectionUsager": "deleted", "usager": {"id": "<deleted>"}}


def test_descriptors_tell_labels_types_options_and_children(api: Any) -> None:
    query = """{ demarche(number: 48213) { activeRevision { champDescriptors { id label required
      __typename ... on DropDownListChampDescriptor { options }
      ... on RepetitionChampDescriptor { champDescriptors { id __typename } } } } } }"""
    told = api.ask(query)["demarche"]["activeRevision"]["champDescriptors"]
    by_id = {one["id"]: one for one in told}
    assert by_id[champ_id(13)]["options"] == ["Initial", "Complément", "Clôture"]
    assert by_id[champ_id(1)]["__typename"] == "YesNoChampDescriptor"
    inner = by_id[champ_id(32)]["champDescriptors"]
    assert inner == [{"id": champ_id(321), "__typename": "RegionChampDescriptor"}]


def test_a_demarche_can_be_described_by_number_or_id(api: Any) -> None:
    one = api.ask("{ demarcheDescriptor(demarche: { number: 48213 }) { id number } }")
    key = one["demarcheDescriptor"]["id"]
    two = api.ask(f'{{ demarcheDescriptor(demarche: {{ id: "{key}" }}) {{ number }} }}')
    assert two["demarcheDescriptor"]["number"] == 48213


def test_a_link_to_a_dossier_out_of_scope_breaks_the_answer(api: Any) -> None:
    api.control.publish(
        48213, edits=[{"op": "add", "champ": {"id": 700, "label": "Lien", "type": "dossier_link"}}]
    )
    api.control.submit(1, {700: "2"})
    fields = "... on DossierLinkChamp { stringValue dossier { number } }"
    assert champs(api, 1, fields)["Champ-700"]["dossier"] == {"number": 2}
    api.control.submit(1, {700: "999"})
    query = f"{{ dossier(number: 1) {{ champs {{ {fields} }} }} }}"
    assert api.code(query) == "not_found"
    assert champs(api, 1, "stringValue")["Champ-700"]["stringValue"] == "999"


def test_ids_are_opaque_but_stable(api: Any) -> None:
    assert api.dossier(1, "id")["id"] == encode("Dossier", 1)


def added(api: Any, *questions: dict[str, Any]) -> None:
    """Publish the form with more questions."""
    edits = [{"op": "add", "champ": {"label": f"Q{one['id']}", **one}} for one in questions]
    api.control.publish(48213, edits=edits)


def scanned(*scans: str) -> list[dict[str, str]]:
    return [
        {"filename": f"{scan}.pdf", "content_type": "text/plain", "content": "x", "scan": scan}
        for scan in scans
    ]


def test_a_file_champ_has_no_text_when_files_were_given_and_an_empty_one_when_not(api: Any) -> None:
    added(
        api,
        {"id": 710, "type": "titre_identite"},
        {"id": 711, "type": "piece_justificative", "nature": "TITRE_IDENTITE"},
        {"id": 712, "type": "piece_justificative"},
    )
    given = {710: scanned("safe"), 711: scanned("safe"), 16: scanned("infected")}
    api.control.submit(1, {**given, 58: scanned("pending", "infected")})
    fields = "__typename stringValue ... on PieceJustificativeChamp { files { filename } }"
    shown = champs(api, 1, fields)
    texts = {key: shown[f"Champ-{key}"]["stringValue"] for key in (16, 58, 710, 711, 712, 59)}
    assert texts == {16: None, 58: None, 710: None, 711: None, 712: "", 59: ""}
    assert shown["Champ-58"]["files"] == [{"filename": "pending.pdf"}]
    for guarded in ("Champ-710", "Champ-711", "Champ-16"):
        assert shown[guarded]["__typename"] == "PieceJustificativeChamp"
        assert shown[guarded]["files"] == []
    shown = champs(api, 1, "__typename ... on TitreIdentiteChamp { filled }")
    assert shown["Champ-710"] == {**shown["Champ-711"], "id": champ_id(710)}
    assert shown["Champ-710"]["filled"] is True
    assert shown["Champ-712"]["__typename"] == "PieceJustificativeChamp"


def test_a_list_fed_by_a_csv_is_answered_by_ids_shown_by_labels_and_offers_nothing(
    api: Any,
) -> None:
    rows = {
        "101": {"Voie": "Orale", "Code": "PO"},
        "102": {"Voie": "Rectale, hors AMM", "Code": "R"},
    }
    simple = {"id": 720, "type": "drop_down_list", "rows": rows}
    several = {"id": 721, "type": "multiple_drop_down_list", "rows": {"7": "Ville", "8": "Hôpital"}}
    added(api, simple, several)
    with pytest.raises(ControlError, match="doit être dans les options proposées"):
        api.control.submit(1, {720: "Orale"})
    api.control.submit(1, {720: "102", 721: ["7", "8"]})
    fields = """stringValue columns { label stringValue } ... on DropDownListChamp { value }
      ... on MultipleDropDownListChamp { values }"""
    shown = champs(api, 1, fields)
    assert (shown["Champ-720"]["value"], shown["Champ-720"]["stringValue"]) == (
        "102",
        "Rectale, hors AMM",
    )
    assert [one["stringValue"] for one in shown["Champ-720"]["columns"]] == [
        "Rectale, hors AMM",
        "R",
    ]
    assert shown["Champ-721"]["values"] == ["7", "8"]
    assert shown["Champ-721"]["stringValue"] == "Ville, Hôpital"
    query = """{ demarche(number: 48213) { activeRevision { champDescriptors { id
      ... on DropDownListChampDescriptor { options otherOption } } } } }"""
    told = api.ask(query)["demarche"]["activeRevision"]["champDescriptors"]
    assert {"id": champ_id(720), "options": [], "otherOption": False} in told


def test_a_referentiel_takes_the_codes_that_its_service_knows_and_fills_in_the_others(
    api: Any,
) -> None:
    known = {"60001": {"731": "Exemplium 10 mg", "732": "exemplol"}}
    inner = [
        {"id": 730, "label": "CIS", "type": "referentiel", "known": known},
        {"id": 731, "label": "Nom", "type": "text"},
        {"id": 732, "label": "DCI", "type": "text"},
    ]
    added(api, {"id": 733, "type": "repetition", "children": inner})
    with pytest.raises(ControlError, match="Résultat introuvable"):
        api.control.submit(1, {733: [{730: "60002"}]})
    api.control.submit(1, {733: [{730: "60001", 732: "corrigée"}]})
    fields = """... on RepetitionChamp { rows { champs { __typename stringValue prefilled
      ... on TextChamp { value } } } }"""
    cis, name, dci = champs(api, 1, fields)["Champ-733"]["rows"][0]["champs"]
    assert cis == {
        "__typename": "TextChamp",
        "stringValue": "60001",
        "value": "60001",
        "prefilled": False,
    }
    assert (name["value"], name["prefilled"]) == ("Exemplium 10 mg", True)
    assert (dci["value"], dci["prefilled"]) == ("corrigée", True)
    api.control.switches(dates=True)
    fields = "... on RepetitionChamp { rows { champs { prefilledValueModified } } }"
    shown = champs(api, 1, fields)["Champ-733"]["rows"][0]["champs"]
    assert [one["prefilledValueModified"] for one in shown] == [False, False, True]
    query = """{ demarche(number: 48213) { activeRevision { champDescriptors { __typename
      ... on RepetitionChampDescriptor { champDescriptors { __typename } } } } } }"""
    told = api.ask(query)["demarche"]["activeRevision"]["champDescriptors"][-1]
    assert told["champDescriptors"][0]["__typename"] == "ReferentielChampDescriptor"


def test_columns_repeat_the_value_of_each_kind_of_champ(api: Any) -> None:
    inner = """__typename label stringValue ... on IntegerColumn { integer: value }
      ... on DecimalColumn { decimal: value } ... on BooleanColumn { yes: value }
      ... on EnumsColumn { several: value } ... on DateColumn { day: value }
      ... on EnumColumn { option: value } ... on AttachmentsColumn { files: value { filename } }"""
    shown = champs(api, 1, f"columns {{ {inner} }}")
    (patients,) = shown["Champ-42"]["columns"]
    assert patients == {
        "__typename": "IntegerColumn",
        "label": "Nombre de patients estimé en France",
        "stringValue": "3000000000",
        "integer": "3000000000",
    }
    assert shown["Champ-45"]["columns"][0]["decimal"] == 12.5
    assert shown["Champ-1"]["columns"][0] == {**shown["Champ-1"]["columns"][0], "yes": True}
    assert shown["Champ-2"]["columns"][0]["yes"] is None
    assert shown["Champ-18"]["columns"][0]["several"] == ["Indication", "Durée"]
    assert shown["Champ-36"]["columns"][0]["day"] == "2026-01-31"
    assert shown["Champ-16"]["columns"][0]["files"] == [{"filename": "rcp.pdf"}]
    assert [one["stringValue"] for one in shown["Champ-19"]["columns"]] == [
        "Indication / Hors indication",
        "Indication",
        "Hors indication",
    ]
    assert shown["Champ-101"]["columns"] == shown["Champ-15"]["columns"] == []
    api.control.submit(1, {32: [{321: {"code": "11", "name": "Île-de-France"}}]})
    fields = "... on RepetitionChamp { rows { champs { columns { id stringValue } } } }"
    (row,) = champs(api, 1, fields)["Champ-32"]["rows"]
    assert [one["stringValue"] for one in row["champs"][0]["columns"]] == ["11"]


def test_a_natural_person_deposits_too(api: Any) -> None:
    person = {"civilite": "Mme", "nom": "Martin", "prenom": "Alix", "email": "a@exemple.example"}
    number = api.control.create(48213, {"person": person, "mandatory": False})
    fields = "demandeur { __typename ... on PersonnePhysique { civilite nom prenom email } }"
    told = api.dossier(number, fields)["demandeur"]
    assert told == {"__typename": "PersonnePhysique", **person}
