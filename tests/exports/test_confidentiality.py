"""Nothing that the policy keeps at the agency is in any part of the network's file."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from exports.errors import MappingMismatchError
from exports.model import ExportedDossier
from exports.readers.policy import Policy
from exports.sheets.names_known import check_policy
from mappings.dossier.model import Attachment, Company, Place
from mappings.report.model import Answer, AnswerState, Unmapped, Value
from mappings.schema.model import FieldSpec
from tests.exports.conftest import (
    BLANK,
    MAPPING,
    NOT_ASKED,
    PDF,
    POLICY,
    answered,
    build,
    by_openpyxl,
    context,
    entry,
    item,
    parts,
    records,
)
from tests.triage.conftest import the_rules
from triage.replies.reply import Conflict
from triage.rules.checks import CheckFacts
from triage.verdict.model import Criterion, Evidence, Mark, ScopeReason, Status, Verdict
from triage.verdict.model import Warning as TriageWarning
from triage.verdict.warnings import warnings

MASK = POLICY.mask
RULES = the_rules()


def secret(spec: FieldSpec, mark: str) -> Answer:
    """An answer that cannot be mistaken: even a number or a date says its mark when illegible."""
    values: dict[str, Value] = {
        "text": mark,
        "choice": mark,
        "choices": (mark,),
        "company": Company(mark, mark),
        "files": (structs.replace(PDF, filename=mark),),
        "region": Place("region", mark, mark),
    }
    if spec.type in values:
        return answered(values[spec.type])
    return Answer(AnswerState.UNREADABLE, None, raw=mark, problem=mark)


def planted() -> Iterator[tuple[str, ExportedDossier]]:
    """Dossiers with a sentinel in every confidential place, and the sentinel."""
    every = (*POLICY.withheld[0].fields,)
    confidential = [name for name, spec in MAPPING.fields.items() if spec.audience == "agence"]
    small = list(POLICY.small_counts.fields)
    for number, name in enumerate((*confidential, *every, *small), start=1):
        mark = f"SENTINELLE{number:03}"
        spec = MAPPING.fields[name]
        fields = {name: secret(spec, mark), "secret_affaires": NOT_ASKED}
        verdict = {
            "items": (item(Verdict.INVALID, reason=mark, fields=(name, "titre")),),
            "criteria": (Criterion("c", "Critère", (Evidence(name, "Donnée", mark),)),),
            "warnings": (TriageWarning("w", mark, ("titre", name)),),
            "unanswered_scope": (ScopeReason(name, mark, "", mark),),
        }
        yield mark, entry(number, fields=fields, verdict=verdict)
    planned = {"etat": answered("En projet"), "cible": answered("SENTINELLE901")}
    yield "SENTINELLE901", entry(901, fields={"mesures": answered((planned,))})
    yield "SENTINELLE902", entry(902, usager_email="SENTINELLE902@exemple.fr")
    yield "SENTINELLE903", entry(903, unmapped=(Unmapped("1", "SENTINELLE903", "SENTINELLE903"),))
    conflict = Conflict(904, "statut", "Complet", "SENTINELLE904")
    yield "SENTINELLE904", entry(904, conflicts=(conflict,))
    yield "SENTINELLE905", entry(905, annotations={"risque_retenu": answered("SENTINELLE905")})
    refused = {"diffusable": answered(False)}
    yield (
        "SENTINELLE906",
        entry(906, annotations=refused, fields={"titre": answered("SENTINELLE906")}),
    )
    yield (
        "SENTINELLE907",
        entry(
            907, verdict={"status": Status.HORS_CHAMP}, fields={"titre": answered("SENTINELLE907")}
        ),
    )


def judged(one: ExportedDossier) -> ExportedDossier:
    """The dossier with the warnings that its report raises."""
    found = warnings(
        RULES, CheckFacts(report=one.report, earlier_exists=True), kept=MAPPING.agency_only
    )
    return replace(one, assessment=replace(one.assessment, warnings=found))


def holding(content: bytes, mark: str) -> list[str]:
    return [name for name, part in parts(content).items() if mark.encode() in part]


def test_no_sentinel_is_in_any_part_of_the_network_file_and_all_are_in_the_agency_file() -> None:
    marks, entries = zip(*planted(), strict=True)
    network, agency = build(entries, audience="reseau"), build(entries)
    for mark in marks:
        assert holding(network, mark) == [], mark
        assert holding(agency, mark), mark


def test_confidential_columns_are_not_even_named_in_the_network_file() -> None:
    network = build([entry(1)], audience="reseau")
    header = records(network, "Dossiers")[0]
    secret_titles = {spec.title for spec in MAPPING.fields.values() if spec.audience == "agence"}
    kept = {"Compte du déclarant", "Réponses non reprises", "Écarts d’annotation"}
    assert not (secret_titles | kept) & set(header)
    explained = {row["Colonne"] for row in records(network, "Dictionnaire")}
    assert not (secret_titles | kept) & explained


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (BLANK, True),
        (answered(("Ventes",)), True),
        (answered(("Ventes", "Études non publiées")), False),
        (NOT_ASKED, False),
        (Answer(AnswerState.UNREADABLE, raw="?", problem="?"), False),
    ],
)
def test_studies_leave_only_where_the_form_asked_and_no_one_objected(
    answer: Answer, *, shown: bool
) -> None:
    fields = {"secret_affaires": answer, "donnees_securite": answered("profil connu")}
    row = records(build([entry(1, fields=fields)], audience="reseau"), "Dossiers")[0]
    assert row["Données de sécurité"] == ("profil connu" if shown else MASK)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, "< 11"), (10, "< 11"), (11, 11), (-3, "< 11"), (4000, 4000)]
)
def test_small_counts_are_hidden_outside_the_agency(count: int, shown: object) -> None:
    entries = [entry(1, fields={"deces": answered(count), "cas": answered(Decimal(count))})]
    network = records(build(entries, audience="reseau"), "Dossiers")[0]
    agency = records(build(entries), "Dossiers")[0]
    assert network["Décès"] == shown
    assert network["Cas"] == shown
    assert agency["Décès"] == count


def test_the_evidence_of_a_small_count_is_hidden_too() -> None:
    criterion = Criterion("expose", "Expose les patients", (Evidence("deces", "Décès", "3"),))
    entries = [entry(1, fields={"deces": answered(3)}, verdict={"criteria": (criterion,)})]
    network = records(build(entries, audience="reseau"), "Dossiers")[0]
    agency = records(build(entries), "Dossiers")[0]
    assert network["Motifs de priorité"] == "Expose les patients (Décès\u00a0: < 11)"
    assert agency["Motifs de priorité"] == "Expose les patients (Décès\u00a0: 3)"


def test_a_list_of_the_cases_does_not_give_a_hidden_count_away() -> None:
    listed = {"references_cas": answered("FR-2026-1, FR-2026-2"), "cas": answered(2)}
    others = {"cas_graves": answered(0), "deces": answered(0)}
    few = entry(1, fields=listed | others)
    many = entry(2, fields=listed | others | {"cas": answered(12)})
    network = records(build([few, many], audience="reseau"), "Dossiers")
    assert [row["Références des cas"] for row in network] == [MASK, "FR-2026-1, FR-2026-2"]
    agency = records(build([few]), "Dossiers")
    assert agency[0]["Références des cas"] == "FR-2026-1, FR-2026-2"


def test_a_withheld_fact_of_a_criterion_is_not_even_hinted_at() -> None:
    shared, secret = (
        Evidence("etendue", "Étendue", "Nationale"),
        Evidence("part_prescriptions", "Part", "30 %"),
    )
    told = []
    for facts in ((shared, secret), (shared,), (secret,)):
        one = entry(1, verdict={"criteria": (Criterion("c", "Usage étendu", facts),)})
        (row,) = records(build([one], audience="reseau"), "Dossiers")
        told.append(row["Motifs de priorité"])
    assert told == [None, "Usage étendu (Étendue\u00a0: Nationale)", None]


def test_likely_patient_data_never_leave_the_agency() -> None:
    text = "Rappeler le 06 39 98 12 34, née le 04/05/1948."
    row = {"denomination": answered("A"), "conditions_delivrance": answered("J.D. 04/05/1948")}
    marks = (
        Mark("usage_constate", 12, 26),
        Mark("usage_constate", 12, 20),
        Mark("usage_constate", 28, 46),
        Mark("specialites", 0, 15, row=2, column="conditions_delivrance"),
    )
    one = entry(
        1,
        fields={
            "usage_constate": answered(text),
            "specialites": answered(({**row, "conditions_delivrance": BLANK}, row)),
        },
        verdict={
            "warnings": (TriageWarning("nir", "Donnée de patient", ("usage_constate",), marks),),
            "criteria": (Criterion("c", "Critère", (Evidence("usage_constate", "Usage", text),)),),
        },
    )
    network, agency = build([one], audience="reseau"), build([one])
    for trace in (b"06 39", b"1948", b"J.D."):
        assert not any(trace in part for part in parts(network).values()), trace
        assert any(trace in part for part in parts(agency).values()), trace
    mask = POLICY.patient_mask
    assert records(network, "Dossiers")[0]["Usage constaté"] == f"Rappeler le {mask}, {mask}"
    assert records(network, "Spécialités")[1]["Conditions de délivrance"] == mask
    about = {line[0]: line[1] for line in by_openpyxl(network, "À propos")}
    assert about["Données de patient"] == "3 passages masqués dans 1 dossier", "two are one"


@pytest.mark.parametrize("name", ["CR D.M. né le 03-04-1952.pdf", "rappel_06_12_34_56_78.pdf"])
def test_a_file_named_after_a_patient_leaves_without_its_name(name: str) -> None:
    files = answered(tuple(structs.replace(PDF, filename=one) for one in (name, "RCP.pdf")))
    one = judged(entry(1, fields={"autres_pieces": files}))
    network = build([one], audience="reseau")
    assert not holding(network, name)
    shown = [row["Fichier"] for row in records(network, "Pièces jointes")]
    assert f"{POLICY.patient_mask}.pdf" in shown
    assert "RCP.pdf" in shown
    assert holding(build([one]), name)


def test_an_answer_that_cannot_be_read_leaves_without_what_was_typed() -> None:
    raw = "3 patients, M. Dupont 06 12 34 56 78"
    unreadable = Answer(AnswerState.UNREADABLE, None, raw=raw, problem="attendu : un nombre entier")
    rows = answered(({"denomination": unreadable},))
    one = entry(1, fields={"patients": unreadable, "specialites": rows})
    network = build([one], audience="reseau")
    assert not any(b"Dupont" in part for part in parts(network).values())
    assert records(network, "Dossiers")[0]["Patients estimés"] == "attendu\u00a0: un nombre entier"
    assert raw in records(build([one]), "Dossiers")[0]["Patients estimés"]


@pytest.mark.parametrize(
    "change",
    [
        {"small_counts": {"fields": ("mesures.indicateur",), "below": 11}},
        {"small_counts": {"fields": ("cas",), "told_by": ("mesures.cible",), "below": 11}},
        {"withheld": ({"fields": ("specialites.cis",), "decided_by": "titre", "options": ("a",)},)},
        {"withheld": ({"fields": ("titre",), "decided_by": "mesures.etat", "options": ("a",)},)},
        {"rows": ({"field": "siret", "decided_by": "name", "shown": ("a",)},)},
    ],
)
def test_a_name_that_would_not_be_enforced_is_refused(change: dict[str, Any]) -> None:
    policy = Policy.model_validate(POLICY.model_dump() | change)
    with pytest.raises(MappingMismatchError, match="Rien n'est publié"):
        check_policy(policy, MAPPING)


def test_a_dossier_that_moved_since_its_verdict_waits_for_the_next_one() -> None:
    entries = [entry(1), replace(entry(2), judged=False)]
    assert [one["Dossier"] for one in records(build(entries), "Dossiers")] == [1, 2]
    assert [one["Dossier"] for one in records(build(entries, audience="reseau"), "Dossiers")] == [1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "whom"),
    [
        ("Données de sécurité", "agence et réseau, selon «\u00a0Secret des affaires\u00a0»"),
        ("Cas", "agence et réseau, «\u00a0< 11\u00a0» de 1 à 10"),
        ("Références des cas", "agence et réseau, sauf où un nombre de cas est sous 11"),
        ("Cible", "agence et réseau, lignes à l’état Prise"),
        ("Volume de ventes", "agence seulement"),
        ("Titre de la situation", "agence et réseau"),
    ],
)
def test_the_dictionary_says_what_leaves_the_agency(column: str, whom: str) -> None:
    told = {one["Colonne"]: one["Diffusion"] for one in records(build([]), "Dictionnaire")}
    assert told[column] == whom


def test_the_sum_of_cases_leaves_out_what_is_hidden_and_says_so() -> None:
    entries = [entry(n, fields={"cas": answered(count)}) for n, count in enumerate((7, 40, 2), 1)]
    figures = figures_of(build(entries, audience="reseau"))
    assert figures["Cas d’effets indésirables rapportés, hors dossiers à moins de 11 cas"] == 40
    assert figures_of(build(entries))["Cas d’effets indésirables rapportés"] == 49


def test_only_measures_that_were_taken_leave_the_agency() -> None:
    rows = tuple(
        {"type_mesure": answered(kind), "etat": state}
        for kind, state in (
            ("Lettre", answered("Prise")),
            ("Étude", answered("En projet")),
            ("Communiqué", BLANK),
        )
    )
    content = build([entry(1, fields={"mesures": answered(rows)})], audience="reseau")
    assert [row["Type de mesure"] for row in records(content, "Mesures")] == ["Lettre"]
    assert records(content, "Dossiers")[0]["Mesures"] == f"Lettre — Prise\n{MASK}"


def test_a_reason_drawn_from_planned_measures_stays_at_the_agency() -> None:
    rows = ({"type_mesure": answered("Étude"), "etat": answered("En projet")},)
    verdict = {"items": (item(Verdict.INVALID, id="S1", reason="motif", fields=("mesures",)),)}
    content = build(
        [entry(1, fields={"mesures": answered(rows)}, verdict=verdict)], audience="reseau"
    )
    assert (
        records(content, "Complétude")[0]["Motif"]
        == f"«\u00a0Mesures\u00a0» à corriger (détail {MASK})"
    )


@pytest.mark.parametrize("fields", [(), ("inconnu",), ("specialites.inconnu",), ("usager_email",)])
def test_a_text_of_unknown_origin_stays_at_the_agency(fields: tuple[str, ...]) -> None:
    verdict = {"items": (item(Verdict.INVALID, reason="motif", fields=fields),)}
    content = build([entry(1, verdict=verdict)], audience="reseau")
    assert records(content, "Complétude")[0]["Motif"] == f"à corriger (détail {MASK})"


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields",
    [
        ("titre",),
        ("prescripteurs", "population"),
        ("specialites", "rcp"),
        ("specialites.cis",),
        ("specialites[2].cis",),
        ("cis",),
        ("date_connaissance", "deposited_at"),
    ],
)
def test_a_text_of_shared_origin_is_shown(fields: tuple[str, ...]) -> None:
    verdict = {"items": (item(Verdict.INVALID, reason="motif", fields=fields),)}
    content = build([entry(1, verdict=verdict)], audience="reseau")
    assert records(content, "Complétude")[0]["Motif"] == "motif"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["statut", "motif_hors_champ"])
def test_what_a_person_decided_and_cannot_be_read_keeps_the_dossier_inside(name: str) -> None:
    unread = Answer(AnswerState.UNREADABLE, raw="Hors champ (écrit sous d'autres mots)")
    inside = entry(1, annotations={name: unread, "diffusable": answered(True)})
    book = build([inside, entry(2)], audience="reseau")
    assert [one["Dossier"] for one in records(book, "Dossiers")] == [2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("consent", "default", "shown"),
    [
        (BLANK, "include", True),
        (BLANK, "exclude", False),
        (NOT_ASKED, "include", True),
        (NOT_ASKED, "exclude", False),
        (answered(True), "exclude", True),
        (answered(False), "include", False),
        (Answer(AnswerState.UNREADABLE, raw="?", problem="?"), "include", False),
    ],
)
def test_consent_decides_and_its_absence_follows_the_setting(
    consent: Answer, default: str, *, shown: bool
) -> None:
    one = entry(1, annotations={"diffusable": consent})
    network = build([one], audience="reseau", network_default=default)
    assert bool(records(network, "Dossiers")) is shown
    assert records(build([one]), "Dossiers")[0]["Dossier"] == 1


def test_a_closed_dossier_that_was_out_of_scope_stays_at_the_agency() -> None:
    reason = ScopeReason("usage_intentionnel", "Usage intentionnel", "o", "Non intentionnel")
    one = entry(1, verdict={"status": Status.CLOS, "out_of_scope": reason})
    assert records(build([one], audience="reseau"), "Dossiers") == []


def test_a_policy_that_names_an_unknown_field_stops_the_export() -> None:
    typo = POLICY.model_copy(update={"consent": "difusable"})
    with pytest.raises(MappingMismatchError, match="difusable"):
        check_policy(typo, context().mapping)


def figures_of(content: bytes) -> dict[str, Any]:
    from tests.exports.conftest import by_openpyxl

    return {row[0]: row[1] for row in by_openpyxl(content, "Synthèse") if row[0]}


def test_files_of_a_masked_field_are_not_listed() -> None:
    hidden = replace(MAPPING.fields["autres_pieces"], audience="agence")
    mapping = replace(MAPPING, fields={**MAPPING.fields, "autres_pieces": hidden})
    file = Attachment("SENTINELLE.pdf", 1, "x", "application/pdf", "safe")
    one = entry(1, fields={"autres_pieces": answered((file,))})
    assert holding(build([one], audience="reseau", mapping=mapping), "SENTINELLE") == []


def test_a_count_that_holds_patient_data_is_withheld_whole() -> None:
    marks = (Mark("cas", 0, 13),)
    warned = TriageWarning("nir", "Donnée de patient", ("cas",), marks)
    one = entry(1, fields={"cas": answered(1_850_578_006_084)}, verdict={"warnings": (warned,)})
    assert records(build([one], audience="reseau"), "Dossiers")[0]["Cas"] == MASK
