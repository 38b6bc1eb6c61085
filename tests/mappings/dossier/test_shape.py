"""Any change of a dossier's JSON is told with its place, or leaves a dossier that can be read."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.dossier.content import hashes
from mappings.dossier.decode import decode_dossier, decode_revision, odd_descriptors
from mappings.dossier.shape import ShapeError, check_dossier, check_storable, number_of, shown
from mappings.report.display import show
from mappings.report.mapper import map_report
from mappings.report.provenance import card
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping

_ROOT = Path(__file__).parents[3]
DAY = "2026-01-02T03:04:05+01:00"


def champ(kind: str, stable: int, **value: Any) -> dict[str, Any]:
    common = {"__typename": kind, "id": f"Champ-{stable}", "champDescriptorId": f"Champ-{stable}"}
    return {**common, "label": f"Question {stable}", "updatedAt": DAY, "stringValue": "x", **value}


FILE = {
    "filename": "a.pdf",
    "byteSizeBigInt": "12",
    "checksum": "abc=",
    "contentType": "application/pdf",
    "createdAt": DAY,
    "virusScanResult": "safe",
    "url": "https://ds.example/a",
}
REGION = {"name": "Bretagne", "code": "53"}
SOUND: dict[str, Any] = {
    "number": 12,
    "id": "Dossier-12",
    "state": "en_construction",
    "archived": False,
    "dateDepot": DAY,
    "datePassageEnInstruction": None,
    "dateTraitement": None,
    "dateDerniereModification": DAY,
    "dateDerniereModificationChamps": DAY,
    "dateDerniereCorrectionEnAttente": None,
    "groupeInstructeur": {"id": "g", "number": 1, "label": "G"},
    "demarche": {"revision": {"id": "r"}},
    "usager": {"email": "a@b.example"},
    "demandeur": {
        "__typename": "PersonneMorale",
        "siret": "1",
        "entreprise": {"raisonSociale": "E", "siren": "1"},
    },
    "champs": [
        champ("TextChamp", 8, value="texte"),
        champ("YesNoChamp", 1, yesNo=True),
        champ("IntegerNumberChamp", 42, integerNumber="12"),
        champ("DecimalNumberChamp", 45, decimalNumber=1.5),
        champ("DateChamp", 36, date="2026-01-02"),
        champ("DropDownListChamp", 13, value="Initial"),
        champ("MultipleDropDownListChamp", 18, values=["a", "b"]),
        champ("SiretChamp", 6, etablissement={"siret": "1", "entreprise": {"raisonSociale": "E"}}),
        champ("PieceJustificativeChamp", 16, files=[FILE]),
        champ("CiviliteChamp", 9, civilite="M"),
        champ(
            "RepetitionChamp",
            32,
            rows=[{"id": "l", "champs": [champ("RegionChamp", 321, region=REGION)]}],
        ),
    ],
    "annotations": [champ("TextChamp", 902, value="motif")],
    "labels": [{"id": "l", "name": "Urgent"}],
    "messages": [
        {
            "id": "m",
            "createdAt": DAY,
            "discardedAt": None,
            "correction": {"reason": "incomplete", "dateResolution": None},
        }
    ],
}
_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["", "\x00", "a\ud800", "9999-12-31T23:59:59-01:00", "0001-01-01", 10**30]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@cache
def _mapping() -> FormMapping:
    path = _ROOT / "mappings" / "unc" / "mapping.yaml"
    return parse_mapping(path.read_text("utf-8"), source=path.name)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, one in inner if isinstance(value, dict | list) else ():
        found.append((*path, key))
        if isinstance(one, dict | list):
            found += _places(one, (*path, key))
    return found


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A sound dossier of which some parts are dropped or replaced by anything."""
    raw = copy.deepcopy(SOUND)
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(_places(raw)))
        holder: Any = raw
        for key in path:
            holder = holder[key]
        if draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = draw(_ANY)
        if not _places(raw):
            break
    return raw


def _odd(raw: Any) -> ShapeError | None:
    try:
        check_dossier(raw)
    except ShapeError as error:
        return error
    return None


def test_a_sound_dossier_passes() -> None:
    check_dossier(SOUND)
    assert number_of(SOUND) == 12


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoilt())
def test_what_passes_can_be_hashed_decoded_mapped_and_shown(raw: dict[str, Any]) -> None:
    if odd := _odd(raw):
        assert shown(odd.path) in str(odd)
        assert odd.problem
        return
    hashes(raw)
    dossier = decode_dossier(raw, revision=None)
    report = map_report(dossier, mapping=_mapping(), revision=None)
    for answer in report.fields.values():
        if answer.value is not None:
            show(answer.value)
    assert card(report, mapping=_mapping())
    assert number_of(raw) == raw["number"]


@pytest.mark.parametrize(
    ("value", "place"),
    [({"a": [1, 2**70]}, "a[1]"), ({"a": {"b": "\ud800"}}, "a.b"), ({"a": 1.5}, "")],
)
def test_what_nothing_can_keep_is_told_with_its_place(value: Any, place: str) -> None:
    if not place:
        check_storable(value)
        return
    with pytest.raises(ShapeError) as caught:
        check_storable(value)
    assert shown(caught.value.path) == place


def _descriptor(**changes: Any) -> dict[str, Any]:
    return {
        "__typename": "TextChampDescriptor",
        "id": "Champ-1",
        "label": "Nom",
        "required": True,
        **changes,
    }


@pytest.mark.parametrize(
    ("odd", "place"),
    [
        (_descriptor(label=None), "champDescriptors[1].label"),
        (_descriptor(options=[None]), "champDescriptors[1].options[0]"),
        (_descriptor(options="oui"), "champDescriptors[1].options"),
        (None, "champDescriptors[1]"),
        (_descriptor(champDescriptors=[None]), "champDescriptors[1].champDescriptors[0]"),
    ],
)
def test_an_odd_descriptor_is_named_and_the_others_are_read(odd: Any, place: str) -> None:
    sound = _descriptor()
    raw = {"id": "r", "champDescriptors": [sound, odd, sound], "annotationDescriptors": [sound]}
    assert [shown(one.path) for one in odd_descriptors(raw)] == [place]
    revision = decode_revision(raw)
    assert len(revision.champs) == 2 + bool(odd and odd.get("champDescriptors"))
    assert len(revision.annotations) == 1
