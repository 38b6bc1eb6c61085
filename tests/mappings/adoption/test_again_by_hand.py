"""What a person wrote by hand in an adapted file stays, whatever is adapted again.

Written from ``docs/correspondance.md`` alone: the same form gives the same file; of a form that
changed, only what changed moves.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from mappings.adoption.adapted import adapted, mapping_text
from mappings.adoption.decisions import Decision, Decisions
from mappings.adoption.session import Session
from mappings.drift.model import Needs
from mappings.drift.reviewed import review
from mappings.matching.match import match_form
from mappings.matching.wanted import Wants, wants
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from mappings.schema.sources import Constant
from tests.mappings.matching.variants import (
    ROOT,
    Raw,
    Variant,
    as_form,
    the_lexicon,
    the_mapping,
    the_needs,
    the_reviewed,
)

ABROAD = "L'emploi a-t-il lieu au-delà de nos frontières ?"


def asks(number: int, label: str, kind: str = "text", **more: Any) -> Raw:
    return {"id": number, "label": label, "type": kind, "required": False, **more}


def the_champs() -> list[Raw]:
    """A form by another hand: no field is asked as we ask it."""
    lines = [
        asks(61, "Nom commercial"),
        asks(62, "Code du produit"),
        asks(63, "Autre code"),
    ]
    return [
        asks(1, ABROAD, "yes_no"),
        asks(2, "Est-ce volontaire ?", "yes_no"),
        asks(3, "À quoi sert le produit, soigner ?", "yes_no"),
        asks(4, "Suivi prévu ?", "drop_down_list", options=["Oui", "Non", "Je ne sais pas"]),
        asks(5, "Prénom"),
        asks(6, "Nom de famille"),
        asks(7, "Envoi", "drop_down_list", options=["Premier envoi", "Suivi", "Fin"]),
        asks(8, "Numéro SIRET", "siret"),
        asks(9, "Lignes", "repetition", children=lines),
        asks(21, "Produit 1"),
        asks(22, "Code 1"),
        asks(23, "Produit 2"),
        asks(31, "Des enfants ?", "yes_no"),
        asks(32, "Des adultes ?", "yes_no"),
        asks(41, "Réactions", "drop_down_list", options=["Aucune", "Sérieuses", "Autres"]),
        asks(51, "Territoires", "multiple_drop_down_list", options=["84 - Auvergne-Rhône-Alpes"]),
        asks(71, "Médecins de ville", "multiple_drop_down_list", options=["Généraliste"]),
        asks(72, "Médecins d'hôpital", "multiple_drop_down_list", options=["Interne"]),
        asks(81, "Première fois ?", "yes_no"),
        asks(82, "Dernière fois ?", "yes_no"),
    ]


def the_annotations() -> list[Raw]:
    return [
        asks(901, "Bilan", "drop_down_list", options=["Rien ne manque", "Il manque", "Ailleurs"]),
        asks(902, "Note de l'agent"),
        asks(903, "Pourcentage", "integer_number"),
    ]


def form(champs: list[Raw] | None = None, annotations: list[Raw] | None = None) -> Variant:
    raw = {
        "champs": the_champs() if champs is None else champs,
        "annotations": the_annotations() if annotations is None else annotations,
    }
    return Variant(as_form(raw), {})


FIELDS = (
    *("usage_intentionnel", "but_medical", "territoire_national", "couvert_par_pgr", "siret"),
    *("contact_nom", "nature_signalement", "dossier_precedent", "specialites", "titre"),
    *("population", "maladie_rare", "maladie_rare_nom", "prescripteurs", "regions"),
    "effets_indesirables",
)
NOTED = ("statut", "elements_manquants", "completude")
"""What is enough of the mapping: matching all of it takes a second."""


@cache
def small_mapping() -> FormMapping:
    ours = the_mapping()
    return replace(
        ours,
        fields={name: ours.fields[name] for name in FIELDS},
        annotations={name: ours.annotations[name] for name in NOTED},
        medicines=None,
    )


@cache
def needed() -> Needs:
    ours = the_needs()
    mine = {path for path in ours.read if path.partition(".")[0] in FIELDS}
    options = {path: one for path, one in ours.options.items() if path in mine}
    return Needs(ours.scope & {*FIELDS}, frozenset(mine), options)


def wanted(*adopted: FormMapping) -> Wants:
    before = review([form().revision])
    reviewed = [*((one, before) for one in adopted), (small_mapping(), the_reviewed())]
    base = adopted[0] if adopted else small_mapping()
    return wants(base, reviewed=reviewed, needs=needed(), lexicon=the_lexicon())


@cache
def wanted_by(text: str) -> Wants:
    return wanted(parse_mapping(text, source="mapping.yaml"))


@cache
def the_text() -> str:
    """What `unc mapping adapt` writes of the form before anybody says anything."""
    matching = match_form(wanted(), form([], []).revision, samples={})
    session = Session(wanted(), matching, Decisions(7, "A. Martin"))
    revision = form().revision
    made = adapted(small_mapping(), session, revisions=(revision,), active=revision)
    return mapping_text(made, demarche=7, revision="5000")


def by_hand(said: Mapping[str, str]) -> str:
    """The file once a person wrote in it how these fields are read (``rows.field`` in rows)."""
    text = the_text()
    for path, reading in said.items():
        name = path.rpartition(".")[2]
        start = text.index("\nfields:")
        if path.startswith("annotations."):
            start = text.index("\nannotations:")
        elif "." in path:
            start = re.compile(rf"^  {path.partition('.')[0]}:$", re.MULTILINE).search(text).start()  # type: ignore[union-attr]
        found = re.compile(rf"^ +{name}:\s*\{{?(absent: true)", re.MULTILINE).search(text, start)
        assert found, path
        text = f"{text[: found.start(1)]}{reading}{text[found.end(1) :]}"
    return text


def again(
    text: str,
    one: Variant,
    *,
    now: Mapping[str, Decision] | None = None,
    before: Mapping[str, Decision] | None = None,
    adopted_since: bool = True,
) -> tuple[FormMapping, str]:
    """The file as it is written the second time.

    Args:
        text: The file.
        one: The form as it is now.
        now: What a person has said of it.
        before: What they had said when the file was written.
        adopted_since: Whether it was adopted: its champs were reviewed.
    """
    mapping = parse_mapping(text, source="mapping.yaml")
    asked = wanted_by(text) if adopted_since else wanted()
    matching = match_form(asked, one.revision, samples={})
    session = Session(asked, matching, Decisions(7, "A. Martin", now or before or {}))
    made = adapted(
        mapping,
        session,
        revisions=(one.revision,),
        active=one.revision,
        again=True,
        before=before,
    )
    told = mapping_text(made, demarche=7, revision="5000", former=(text, mapping))
    return parse_mapping(told, source="mapping.yaml"), told


CASES: dict[str, dict[str, str]] = {
    "the contrary, by id": {"territoire_national": "champ: 1, inverted: true"},
    "the contrary, by label": {"territoire_national": f'champ: "{ABROAD}", inverted: true'},
    "a question that is no likeness, by id": {"usage_intentionnel": "champ: 2"},
    "a question that is no likeness, by label": {
        "usage_intentionnel": 'champ: "Est-ce volontaire ?"'
    },
    "a constant": {"but_medical": "constant: oui"},
    "a constant beside a champ that asks it": {"siret": 'fact: "demandeur.siret"'},
    "a fact of the dossier": {"dossier_precedent": 'fact: "dossier.number"'},
    "champs joined, by id": {"contact_nom": "joined: [5, 6]"},
    "champs joined, by label, otherwise separated": {
        "contact_nom": 'joined: ["Prénom", "Nom de famille"], separator: " / "'
    },
    "lists joined": {"prescripteurs": "joined: [71, 72]"},
    "options renamed": {
        "nature_signalement": (
            'champ: 7, options: {"Premier envoi": Initial, Suivi: Complément, Fin: Clôture}'
        )
    },
    "options that mean what their words do not": {
        "nature_signalement": (
            'champ: 7, options: {"Premier envoi": Initial, Suivi: Clôture, Fin: Complément}'
        )
    },
    "yes and no by a list": {
        "couvert_par_pgr": 'champ: 4, options: {"Je ne sais pas": inconnu}',
    },
    "yes and no by a list, the contrary": {
        "couvert_par_pgr": 'champ: 4, options: {Oui: non, Non: oui, "Je ne sais pas": inconnu}',
    },
    "one champ for two fields": {
        "maladie_rare": "champ: 41, options: {Aucune: non, Sérieuses: oui, Autres: non}",
        "effets_indesirables": (
            "champ: 41, shared: true, options: {Aucune: non, Sérieuses: oui, Autres: oui}"
        ),
    },
    "candidates, some of other revisions": {
        "titre": 'champ: [{champ: 99, revision: 1}, "Produit 1", 98]'
    },
    "columns of a repetition": {
        "specialites": "champ: 9",
        "specialites.denomination": "champ: 61",
        "specialites.cis": 'champ: "Code du produit"',
        "specialites.statut_reglementaire": "constant: AMM",
    },
    "columns that are not the likeliest": {
        "specialites": "champ: 9",
        "specialites.denomination": "champ: 61",
        "specialites.cis": "champ: 63",
        "specialites.cip13": "champ: 62",
    },
    "rows asked one after the other": {
        "specialites": "rows: [{denomination: 21, cis: 22}, {denomination: 23}]"
    },
    "rows asked one after the other, by label, beside a repetition": {
        "specialites": (
            'champ: 9\n    rows: [{denomination: "Produit 1", cis: "Code 1"},'
            ' {denomination: "Produit 2"}]'
        ),
        "specialites.denomination": "champ: 61",
    },
    "a row for each option": {"regions": "each: {region: 51}"},
    "boxes": {"population": "boxes: {Enfant: 31, Adulte: 32}"},
    "a choice by yes/no questions": {
        "nature_signalement": "boxes: {Initial: 81, Clôture: 82}, otherwise: Complément"
    },
    "an annotation in their words": {
        "annotations.statut": (
            'champ: 901, options: {"Rien ne manque": Complet, "Il manque": "À compléter"}'
        )
    },
    "annotations by label": {
        "annotations.statut": 'champ: "Bilan"',
        "annotations.elements_manquants": 'champ: "Note de l\'agent"',
        "annotations.completude": "champ: 903",
    },
}
"""What a person wrote, by field."""
BY_LABEL = {"columns of a repetition", "candidates, some of other revisions"}
"""Those that also name a champ by its label."""


def both(text: str, one: Variant) -> tuple[FormMapping, FormMapping]:
    return parse_mapping(text, source="mapping.yaml"), again(text, one)[0]


@pytest.mark.parametrize("case", CASES)
def test_the_same_form_gives_what_was_written_by_hand(case: str) -> None:
    said = CASES[case]
    before, after = both(by_hand(said), form())
    for path in said:
        name = path.removeprefix("annotations.").partition(".")[0]
        if path.startswith("annotations."):
            assert after.annotations[name] == before.annotations[name]
        else:
            assert after.fields[name] == before.fields[name]


@pytest.mark.parametrize("case", CASES)
def test_nothing_else_is_read_from_a_champ_that_it_takes(case: str) -> None:
    before, after = both(by_hand(CASES[case]), form())
    mine = {path.partition(".")[0] for path in CASES[case]}
    taken = {key for name in mine & before.fields.keys() for key in before.fields[name].champs}
    for name, spec in after.fields.items():
        assert name in mine or taken.isdisjoint(spec.champs)


@pytest.mark.parametrize("case", CASES)
def test_a_new_question_moves_nothing_of_it(case: str) -> None:
    said = CASES[case]
    more = form([*the_champs(), asks(500, "L'usage a-t-il un but médical ?", "yes_no")])
    before, after = both(by_hand(said), more)
    for name in {path.partition(".")[0] for path in said} & before.fields.keys():
        assert after.fields[name] == before.fields[name]


@pytest.mark.parametrize(
    "case", [one for one in CASES if "label" not in one and one not in BY_LABEL]
)
def test_what_is_named_by_its_id_outlives_its_label(case: str) -> None:
    said = CASES[case]
    other = [one | {"label": f"{one['label']} (nouvelle rédaction)"} for one in the_champs()]
    before, after = both(by_hand(said), form(other))
    for name in {path.partition(".")[0] for path in said} & before.fields.keys():
        left = after.fields[name]
        for key in before.fields[name].champs:
            assert not key.isdigit() or key in left.champs
        assert (left.inverted, left.options) == (
            before.fields[name].inverted,
            before.fields[name].options,
        )
        assert isinstance(left.source, type(before.fields[name].source))


def test_written_again_and_again_the_file_stays_the_same() -> None:
    said = {
        "territoire_national": "champ: 1, inverted: true",
        "but_medical": "constant: oui",
        "contact_nom": "joined: [5, 6]",
        "population": "boxes: {Enfant: 31, Adulte: 32}",
        "annotations.statut": 'champ: 901, options: {"Rien ne manque": Complet}',
    }
    _, once = again(by_hand(said), form())
    _, twice = again(once, form())
    assert twice == once


def test_a_champ_that_is_gone_moves_its_own_field_alone() -> None:
    said = {
        "territoire_national": "champ: 1, inverted: true",
        "usage_intentionnel": "champ: 2",
        "but_medical": "constant: oui",
        "nature_signalement": 'champ: 7, options: {"Premier envoi": Initial, Suivi: Clôture}',
    }
    left = [one for one in the_champs() if one["id"] != 2]
    before, after = both(again(by_hand(said), form())[1], form(left))
    moved = {name for name in before.fields if before.fields[name] != after.fields[name]}
    assert moved <= {"usage_intentionnel"}


def test_what_a_person_said_absent_stays_absent_beside_a_champ_that_asks_it() -> None:
    said = {"but_medical": Decision(absent="Hors sujet ici")}
    more = form([*the_champs(), asks(500, "L'usage a-t-il un but médical ?", "yes_no")])
    after, text = again(the_text(), more, now=said)
    assert after.fields["but_medical"].champs == ()
    assert "Hors sujet ici" in text


def test_who_may_read_a_field_is_what_the_file_says() -> None:
    text = by_hand({"titre": "champ: 21"})
    before = re.search(r"^  titre: .*$", text, re.MULTILINE)
    assert before
    line = (
        before[0]
        .replace("audience: reseau", "audience: agence")
        .replace('title: "Titre de la situation"', 'title: "Sujet"')
    )
    after, _ = again(text.replace(before[0], line), form())
    assert (after.fields["titre"].audience, after.fields["titre"].title) == ("agence", "Sujet")


def test_a_field_of_their_own_stays_and_one_that_was_struck_out_does_not_come_back() -> None:
    text = by_hand({"titre": "champ: 21"})
    own = '  lot: {champ: 22, type: text, title: "Lot", audience: agence, meaning: "Lot."}\n'
    text = text.replace("\nfields:\n", f"\nfields:\n{own}")
    text = re.sub(r"  # [^\n]*\n  maladie_rare_nom: .*\n", "", text)
    after, _ = again(text, form())
    before = parse_mapping(text, source="mapping.yaml")
    assert after.fields["lot"] == before.fields["lot"]
    assert "maladie_rare_nom" not in after.fields


HAND = {
    "territoire_national": "champ: 1, inverted: true",
    "usage_intentionnel": 'champ: "Est-ce volontaire ?"',
    "but_medical": "constant: oui",
    "nature_signalement": 'champ: 7, options: {"Premier envoi": Initial, Suivi: Clôture}',
    "annotations.completude": "champ: 903",
}


def commented() -> str:
    """The file with the remarks of a person, one entry over several lines."""
    text = again(by_hand(HAND), form())[1]
    line = next(one for one in text.splitlines() if one.startswith("  but_medical:"))
    keys = line.partition("{")[2].rstrip("}").replace(", ", "\n    ")
    text = text.replace(line, f"  # vu avec le juriste\n  but_medical:\n    {keys}")
    return text.replace("  completude:", "  # en pourcentage\n  completude:")


def test_the_same_form_gives_the_same_file_to_the_letter() -> None:
    text = commented()
    assert parse_mapping(text, source="m").fields["but_medical"].source == Constant(True)
    assert again(text, form())[1] == text


def test_of_a_form_that_changed_the_other_entries_stay_to_the_letter() -> None:
    text = commented()
    left = [one for one in the_champs() if one["id"] != 2]
    told = again(text, form(left))[1]
    former, now = text.splitlines(), told.splitlines()
    gone = [one for one in former if one not in now]
    assert [one.partition(":")[0].strip() for one in gone if not one.startswith("  #")] == [
        "usage_intentionnel"
    ]
    assert "  # vu avec le juriste" in now
    assert "  # en pourcentage" in now


def test_what_a_person_wrote_at_the_head_and_above_what_changed_stays() -> None:
    text = commented()
    head = "# Relu avec le juriste.\n#\n# À revoir en mars.\n"
    text = text.replace("form: unc", f"{head}form: unc", 1)
    text = text.replace("  usage_intentionnel:", "  # 1. Éligibilité\n  usage_intentionnel:", 1)
    text = text.replace("\nannotations:\n", "\n# Ce que voient les instructeurs\nannotations:\n", 1)
    first = text.index("  # en pourcentage")
    text = f"{text[:first]}# au bord\n{text[first:]}# La fin\n"
    assert again(text, form())[1] == text
    left = [one for one in the_champs() if one["id"] != 2]
    told = again(text, form(left))[1]
    assert told.startswith(text[: text.index("form: unc")])
    lines = told.splitlines()
    at = next(n for n, one in enumerate(lines) if one.startswith("  usage_intentionnel:"))
    assert lines[at - 2] == "  # 1. Éligibilité"
    for one in ("# Ce que voient les instructeurs\nannotations:", "# au bord\n", "# La fin\n"):
        assert told.count(one) == 1
    assert again(told, form(left))[1] == told


def test_the_head_of_a_copy_of_ours_stays_below_what_says_who_wrote_the_file() -> None:
    ours = (ROOT / "mappings/unc/mapping.yaml").read_text("utf-8")
    told = again(ours, form())[1]
    head = ours[: ours.index("\nform:")]
    assert told.count(head) == 1
    assert told.startswith("# Correspondance écrite par `unc mapping adapt`")
    for one in (
        "  # 1. Éligibilité\n",
        "  # 7. Pièces et engagement\n",
        "# Où le signalement nomme",
    ):
        assert told.count(one) == 1
    assert again(told, form())[1] == told


@pytest.mark.parametrize("before", [Decision(champ="2"), Decision(absent="Jamais"), Decision()])
def test_what_was_said_before_does_not_undo_what_was_written_since(before: Decision) -> None:
    said = {"usage_intentionnel": before, "territoire_national": Decision(champ="1")}
    text = by_hand({**HAND, "usage_intentionnel": "champ: 3, inverted: true"})
    after = again(text, form(), before=said)[0].fields["usage_intentionnel"]
    assert (after.champs, after.inverted) == (("3",), True)


@pytest.mark.parametrize(
    ("now", "champs"),
    [
        ({"siret": Decision(absent="Jamais")}, ()),
        ({"siret": Decision(champ="8")}, ("8",)),
    ],
)
def test_what_is_said_this_time_wins_over_the_file(
    now: Mapping[str, Decision], champs: tuple[str, ...]
) -> None:
    text = by_hand({"siret": "champ: 6", "contact_nom": "champ: 5"})
    before = {"siret": Decision(champ="6")}
    after = again(text, form(), now=now, before=before)[0]
    assert after.fields["siret"].champs == champs
    assert after.fields["contact_nom"].champs == ("5",)


def test_what_is_taken_back_of_a_file_that_nobody_adopted_leaves_it() -> None:
    text = by_hand({"usage_intentionnel": "champ: 3", "contact_nom": "champ: 5"})
    before, now = {"usage_intentionnel": Decision(champ="3")}, {"titre": Decision()}
    after = again(text, form(), now=now, before=before, adopted_since=False)[0]
    assert after.fields["usage_intentionnel"].champs != ("3",)
    assert after.fields["contact_nom"].champs == ("5",)


def test_an_option_that_is_said_this_time_leaves_the_others() -> None:
    text = by_hand({"nature_signalement": 'champ: 7, options: {"Premier envoi": Initial}'})
    now = {"nature_signalement=Clôture": Decision(champ="Fin")}
    options = again(text, form(), now=now, before={})[0].fields["nature_signalement"].options
    assert {one.written: one.means for one in options.values()} == {
        "Premier envoi": "Initial",
        "Fin": "Clôture",
    }


def test_a_champ_that_a_person_gives_to_another_field_leaves_the_one_that_had_it() -> None:
    text = by_hand({"titre": "champ: 8"})
    after = again(text, form(), now={"siret": Decision(champ="8")}, before={})[0]
    assert (after.fields["siret"].champs, after.fields["titre"].champs) == (("8",), ())
