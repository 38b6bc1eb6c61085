"""Two dossiers have one hash when they differ in nothing but what moves by itself."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mappings.dossier.content import hashes
from settings import ROOT
from steps.wiring.form import read_mapping

VOLATILE = {"url", "updatedAt"}
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(['"url":"x"', '","updatedAt":"', '\\"url\\":\\"', "url", '"updatedAt":null,']),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "label", "files", "rows"]), inner, max_size=3),
        st.builds(
            lambda kept, link: {**kept, "url": link, "updatedAt": link},
            st.dictionaries(st.sampled_from(["a", "z"]), inner, max_size=2),
            st.one_of(st.none(), TEXTS),
        ),
    ),
    max_leaves=8,
)


def dossier(champs: Any, rest: Any) -> dict[str, Any]:
    return {
        "state": "en_construction",
        "dateDepot": "2026-01-01",
        "dateDerniereModification": "2026-01-02",
        "demarche": {"revision": {"id": "r"}},
        "champs": champs,
        "annotations": rest,
    }


def still(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: still(one) for key, one in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [still(one) for one in value]
    return (type(value).__name__, value)


def moved(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "ailleurs" if key in VOLATILE else moved(one) for key, one in value.items()}
    return [moved(one) for one in value] if isinstance(value, list) else value


@given(first=VALUES, second=VALUES, rest=VALUES)
def test_contents_that_differ_have_two_hashes(first: Any, second: Any, rest: Any) -> None:
    if still(first) == still(second):
        return
    one, other = hashes(dossier(first, rest)), hashes(dossier(second, rest))
    assert one.content != other.content
    assert one.fingerprint != other.fingerprint
    one, other = hashes(dossier(rest, first)), hashes(dossier(rest, second))
    assert one.content != other.content
    assert one.fingerprint == other.fingerprint


@given(champs=VALUES, rest=VALUES)
def test_links_and_dates_of_writing_move_no_hash(champs: Any, rest: Any) -> None:
    before = dossier(champs, rest)
    after = moved(deepcopy(before)) | {"dateDerniereModification": "2026-03-03"}
    assert hashes(before) == hashes(after)


def test_a_mapping_that_reads_champs_alone_leaves_fingerprints_as_they_were_stored() -> None:
    raw = {
        **dossier([{"id": "c", "stringValue": "é"}], []),
        "number": 1,
        "demandeur": {"siret": "1"},
    }
    mapping = read_mapping(ROOT / "mappings" / "unc" / "mapping.yaml")
    stored = "cb1b4c995d4aa236818a6caada21113cf9bbcfeea44d619beb8e17ed4acbb4dc"
    assert mapping.facts == ()
    assert hashes(raw, facts=mapping.facts).fingerprint == stored


def test_what_a_mapping_reads_of_the_demandeur_is_judged_again_when_it_moves() -> None:
    facts = ("demandeur.entreprise.raisonSociale", "demandeur.siret", "dossier.number")
    raw = {**dossier([], []), "number": 1, "demandeur": {"siret": "1", "entreprise": None}}
    other = {**raw, "demandeur": {"siret": "2", "entreprise": {"raisonSociale": "LABO"}}}
    assert hashes(raw).fingerprint == hashes(other).fingerprint
    assert hashes(raw, facts=facts).fingerprint != hashes(other, facts=facts).fingerprint


def test_the_day_of_a_submission_counts_and_its_hour_does_not() -> None:
    def submitted(moment: Any) -> str:
        return hashes(dossier([], []) | {"dateDerniereModificationChamps": moment}).fingerprint

    day = submitted("2026-11-29T00:30:00+01:00")
    assert day == submitted("2026-11-29T21:00:00+01:00") == submitted("2026-11-28T23:30:00+00:00")
    assert day != submitted("2026-11-30T00:30:00+01:00")
    assert len({submitted(odd) for odd in ("rien", "0001-01-01T00:00:00+05:00")}) == 2
