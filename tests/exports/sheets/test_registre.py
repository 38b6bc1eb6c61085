"""The register in workbooks: what each audience reads of a situation, and what it does not."""

import html
import io
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from exports.model import ExportedDossier
from exports.published.workbook_set import WorkbookSet
from exports.sheets.consumption import MOST, consumed_by_year
from exports.sheets.names_known import policy_misfits
from exports.xlsx.former_tables import tables_of
from exports.xlsx.without_rows import without_dossiers
from french.text import typographic
from mappings.dossier.model import Place
from tests.exports.conftest import (
    BLANK,
    MAPPING,
    POLICY,
    answered,
    by_openpyxl,
    context,
    entry,
    parts,
    records,
)
from tests.exports.registered import LIGHT, two_centres, view, workbooks
from tests.triage.consumption.samples import a_profile, hospital_profile
from tests.triage.registre.in_memory import ANNE, RegisterInMemory, day, lists
from triage.registre import lifecycle, measures, signals
from triage.registre.acts import dossier_object
from triage.registre.lifecycle import LevelGiven
from triage.registre.ranking import Ranked, Score
from triage.registre.register import MeasureState
from triage.registre.years.indicator import year_figure

SIT = "SIT-0001"


def dossier(number: int, **changes: Any) -> ExportedDossier:
    """A dossier of the Rhône in the situation: Lyon reads it."""
    rhone = answered(({"departement": answered(Place("departement", "69", "Rhône"))},))
    fields = {
        "etendue": answered("Départementale"),
        "departements": rhone,
        "regions": answered(()),
        **changes.pop("fields", {}),
    }
    return replace(entry(number, fields=fields, **changes), situation=SIT)


def signalled(
    memory: RegisterInMemory, name: str, diffusion: str = "", *, to: str | None = SIT, **told: str
) -> None:
    given = {
        "type": "société savante",
        "organisme": "Société française de la douleur",
        "substance": "Néfopam",
        "résumé": f"Signal {diffusion or 'gardé'}.",
        "diffusion": diffusion,
        **told,
    }
    when = memory.when("12/01")
    memory.enter(signals.enter(name, given, by=ANNE, when=when, lists=lists()))
    if to:
        placed = signals.placing_signal(name, None, to, by=ANNE, when=when, on=when.on)
        memory.enter([placed])


def nine() -> tuple[list[ExportedDossier], RegisterInMemory]:
    """Scenario 6: nine dossiers, two of which stay at the agency, and eight serious cases."""
    serious = (1, 1, 1, 1, 1, 1, 1, 1, 0)
    entries = [
        dossier(
            number,
            fields={"cas_graves": answered(count), "siret": BLANK},
            annotations={"diffusable": answered(False)} if number in {8, 9} else {},
        )
        for number, count in enumerate(serious, start=1)
    ]
    memory = RegisterInMemory()
    name = memory.opened(*range(1, 10), on="05/01")
    memory.validated(name, "10/01", level="Élevé")
    memory.measured(name, decided="01/02")
    memory.measured(name, "communiqué", in_force="02/02")
    signalled(memory, "SIG-0001")
    return entries, memory


def test_6_a_centre_sees_7_dossiers_fewer_than_11_cases_1_measure_and_no_signal() -> None:
    entries, memory = nine()
    made = workbooks(entries, memory, on=day("01/03"))
    for author in ("crpv-lyon", "reseau"):
        content = made.workbook(author)
        (row,) = records(content, "Situations")
        assert row["Dossiers"] == "1, 2, 3, 4, 5, 6, 7"
        assert (row["Signalements"], row["Cas graves"]) == (7, "< 11")
        assert (row["Mesures de l’agence"], row["Signaux hors dossiers"]) == (1, 0)
        assert (row["Titre"], row["État"], row["Niveau"]) == (
            "Néfopam injectable avalé",
            "Suivi de l’impact",
            "Élevé",
        )
        assert not {"Score", "Pilote", "Échéance", "Identifiée le"} & row.keys()
        assert records(content, "Signaux") == []
        (measure,) = records(content, "Mesures agence")
        assert (measure["Mesure"], measure["Type"]) == ("MES-0002", "communiqué")
        assert not {"Décidée le", "Échéance d’évaluation", "Conclusion"} & measure.keys()
        assert not any(b"Signal gard" in part for part in parts(content).values())


def test_6_the_agency_sees_all_of_it() -> None:
    entries, memory = nine()
    content = workbooks(entries, memory, on=day("01/03")).workbook("agence")
    (row,) = records(content, "Situations")
    assert (row["Signalements"], row["Mesures de l’agence"], row["Signaux hors dossiers"]) == (
        9,
        2,
        1,
    )
    assert (row["Identifiée le"].date(), row["Pilote"]) == (day("10/01"), "Anne Durand")
    assert [one["Signal"] for one in records(content, "Signaux")] == ["SIG-0001"]
    assert len(records(content, "Mesures agence")) == 2
    told = {(one["Feuille"], one["Colonne"]): one for one in records(content, "Dictionnaire")}
    for sheet in ("Situations", "Signaux", "Mesures agence", "Questions"):
        for column in by_openpyxl(content, sheet)[sheet in {"Situations", "Questions"}]:
            assert told[sheet, column]["Sens"], (sheet, column)
    assert told["Situations", "Score"]["Diffusion"] == "agence seulement"
    assert told["Situations", "Niveau"]["Diffusion"] == "agence et réseau"


_EMPTY = {
    "Signaux": "Aucun signal dans ce classeur.",
    "Mesures agence": "Aucune mesure de l’agence dans ce classeur.",
    "Questions": "Aucune question dans ce classeur.",
    "Consommation": "Aucune donnée de consommation sur ces situations : l’exploitant de la"
    " passerelle charge celles de l’Assurance maladie.",
}


@pytest.mark.parametrize("author", ["agence", "reseau"])
def test_a_sheet_of_the_register_without_a_row_says_so_over_its_headers(author: str) -> None:
    content = workbooks([entry(1)], RegisterInMemory(), on=day("01/03")).workbook(author)
    for sheet, said in _EMPTY.items():
        if sheet == "Consommation" and author == "reseau":
            continue
        (above, *rest), headers, *rows = by_openpyxl(content, sheet)
        assert (above, {*rest}) == (typographic(said), {None})
        assert None not in headers
        assert not any(cell for row in rows for cell in row)
    tables = {one.name: one for one in tables_of(parts(content)).values()}
    for sheet in _EMPTY.keys() & tables.keys():
        assert (tables[sheet].top, "Situation" in tables[sheet].headers.values()) == (2, True)
    left = without_dossiers(content, {1}, told=lambda *_: "le 1er mars")
    assert left is not None
    assert by_openpyxl(left.content, "Signaux")[0][0] == _EMPTY["Signaux"]
    assert records(left.content, "Signaux") == []


def test_a_situation_that_a_centre_may_not_read_is_absent_from_sheets_and_totals() -> None:
    entries, memory = nine()
    content = workbooks(entries, memory, on=day("01/03")).workbook("crpv-lille")
    assert records(content, "Situations") == records(content, "Mesures agence") == []
    assert not any("Néfopam injectable".encode() in part for part in parts(content).values())
    signalled(memory, "SIG-0002", "réseau", cas="4")
    content = workbooks(entries, memory, on=day("01/03")).workbook("crpv-lille")
    (row,) = records(content, "Situations")
    assert (row["Situation"], row["Signalements"], row["Signaux hors dossiers"]) == (SIT, 0, 1)
    assert (row["Dossiers"], row["Cas graves"]) == (None, None)
    (signal,) = records(content, "Signaux")
    assert (signal["Situation"], signal["Nombre de cas"]) == (SIT, "< 11")
    assert len(records(content, "Mesures agence")) == 1


def test_a_centre_reads_the_signals_that_it_gave() -> None:
    entries, memory = nine()
    given = {"type": "CRPV", "organisme": "CRPV de Lille"}
    signalled(memory, "SIG-0002", to=None, **given)
    made = workbooks(entries, memory, on=day("01/03"))
    (mine,) = records(made.workbook("crpv-lille"), "Signaux")
    assert (mine["Signal"], mine["Situation"]) == ("SIG-0002", "À rattacher")
    assert records(made.workbook("crpv-lyon"), "Signaux") == []


def test_a_sanction_is_told_once_it_is_published() -> None:
    entries, memory = nine()
    memory.measured(SIT, "sanction financière", in_force="03/02")
    made = workbooks(entries, memory, on=day("01/03"))
    assert len(records(made.workbook("crpv-lyon"), "Mesures agence")) == 1
    assert len(records(made.workbook("agence"), "Mesures agence")) == 3


def test_cases_are_not_added_up_where_that_would_give_small_ones_away() -> None:
    memory = RegisterInMemory()
    memory.opened(1, 2, on="05/01")
    fields = {"siret": BLANK}
    both = [
        dossier(number, fields={**fields, "cas_graves": answered(count)})
        for number, count in ((1, 20), (2, 3))
    ]
    (row,) = records(workbooks(both, memory, on=day("01/03")).workbook("reseau"), "Situations")
    assert row["Cas graves"] == "11 ou plus"
    large = [both[0], dossier(2, fields={**fields, "cas_graves": answered(30)})]
    (row,) = records(workbooks(large, memory, on=day("01/03")).workbook("reseau"), "Situations")
    assert row["Cas graves"] == "30 à 50"


def test_a_policy_that_does_not_name_a_column_keeps_it_at_the_agency() -> None:
    entries, memory = nine()
    register = {"registre_niveau", "mesure_type", "question_texte"}
    policy = POLICY.model_copy(update={"computed": POLICY.computed - register})
    made = WorkbookSet(entries, context(register=view(memory, on=day("01/03"))), LIGHT, policy)
    content = made.workbook("reseau")
    assert "Niveau" not in records(content, "Situations")[0]
    assert "Type" not in records(content, "Mesures agence")[0]
    assert "Texte" not in by_openpyxl(content, "Questions")[1]
    unknown = POLICY.model_copy(update={"computed": POLICY.computed | {"registre_nivau"}})
    assert policy_misfits(unknown, MAPPING) == ["registre_nivau"]


def test_what_a_dossier_says_no_more_is_still_a_row_and_what_is_out_of_scope_is_none() -> None:
    entries, memory = nine()
    out = [replace(one, held={"statut": "Hors champ"}) for one in entries[:1]]
    content = workbooks(out, memory, on=day("01/03")).workbook("agence")
    (row,) = records(content, "Situations")
    assert (row["Situation"], row["Signalements"], row["Dossiers"]) == (SIT, 0, None)
    assert row["Premier dépôt"] is None
    other = memory.opened(20, on="06/01")
    memory.merged(other, SIT, "11/01")
    assert (
        len(records(workbooks([], memory, on=day("01/03")).workbook("agence"), "Situations")) == 1
    )


def test_the_agency_reads_situations_in_their_rank_with_their_score() -> None:
    memory = RegisterInMemory()
    one, other = memory.opened(1, on="05/01"), memory.opened(2, on="05/01")
    score = Score(points=13, most=20, lines=(), version="2026.1", reference="")
    ranked = {
        other: Ranked(other, 1, first=True, level="", score=score),
        one: Ranked(one, 2, first=False, level="", score=replace(score, points=2)),
    }
    entries = [replace(dossier(n), situation=name) for n, name in ((1, one), (2, other))]
    made = context(register=view(memory, on=day("01/03"), ranked=ranked))
    content = WorkbookSet(entries, made, LIGHT, POLICY, two_centres()).workbook("agence")
    told = [(row["Situation"], row["Score"]) for row in records(content, "Situations")]
    assert told == [(other, "13/20"), (one, "2/20")]


def test_the_indicator_comes_from_the_register_and_dictionnaire_defines_it() -> None:
    memory = RegisterInMemory(today=date(2018, 3, 1))
    names = [memory.opened(number, on="05/01/2017") for number in range(1, 5)]
    for name in names:
        memory.validated(name, "10/02/2017")
    memory.measured(names[0], in_force="01/06/2017")
    memory.closed(names[1], "01/12/2017")
    years = (year_figure(memory.acts, 2017, lists=lists()),)
    made = context(register=view(memory, on=day("01/03"), years=years))
    content = WorkbookSet([], made, LIGHT, POLICY).workbook("agence")
    figures = {line[0]: line[1] for line in by_openpyxl(content, "Synthèse") if line[0]}
    assert figures["Situations identifiées en 2017"] == 4
    assert figures["Part des situations de 2017 avec une mesure de l’agence dans l’année"] == 25
    assert figures["Situations de 2017 en cours d’évaluation au 31 décembre"] == 2
    assert figures["Situations de 2017 closes sans mesure"] == 1
    told = {row["Colonne"]: row["Sens"] for row in records(content, "Dictionnaire")}
    assert "Provisoire" in told["Situations identifiées en 2017"]
    assert "Situations identifiées, par année" in told
    network = WorkbookSet([], made, LIGHT, POLICY).workbook("reseau")
    assert not any("2017" in str(line) for line in by_openpyxl(network, "Synthèse"))


def test_what_is_made_again_without_a_dossier_says_nothing_of_situations() -> None:
    entries, memory = nine()
    memory.asked(dossier_object(3), "lyon", on="20/01", due="15/02")
    memory.asked(dossier_object(4), "lyon", on="20/01", due="15/02")
    signalled(memory, "SIG-0002", "réseau")
    content = workbooks(entries, memory, on=day("01/03")).workbook("crpv-lyon")
    left = without_dossiers(content, {3}, told=lambda *_: "le 1er mars")
    assert left is not None
    assert left.removed == {3}
    counted = {name: left.rows[name] for name in ("Situations", "Signaux", "Mesures agence")}
    assert counted == {"Situations": 0, "Signaux": 0, "Mesures agence": 0}
    assert [row["Dossier"] for row in records(left.content, "Questions")] == [4]
    assert without_dossiers(content, {1_000}, told=lambda *_: "") is None


def test_nothing_that_stays_at_the_agency_is_in_any_part_of_the_files_of_others() -> None:
    entries, memory = nine()
    one, when = memory.of(SIT), memory.when("03/02")
    told = {"pilote": "PILOTE-SECRET"}
    memory.enter(lifecycle.change(one, told, by=ANNE, when=when, lists=lists()))
    level = LevelGiven("Modéré", "JUSTIFICATION-SECRETE, en trente caractères au moins.")
    memory.enter(lifecycle.set_level(memory.of(SIT), level, by=ANNE, when=when, lists=lists()))
    given = {"type": "publicité", "mode": "exigée", "cible": "CIBLE-SECRETE"}
    dates = {MeasureState.DECIDED: day("04/02")}
    decided = measures.add(one, "MES-0003", given, dates=dates, by=ANNE, when=when, lists=lists())
    shown = {"type": "CPC", "mode": "prise", "séance": "SEANCE-SECRETE"}
    shown |= {"indicateur": "INDICE-SECRET"}
    dates = {MeasureState.IN_FORCE: day("04/02")}
    memory.enter(decided)
    memory.enter(
        measures.add(one, "MES-0004", shown, dates=dates, by=ANNE, when=when, lists=lists())
    )
    signalled(memory, "SIG-0002", "réseau", suite="SUITE-SECRETE")
    signalled(memory, "SIG-0003", résumé="SIGNAL-SECRET")
    memory.asked(SIT, "lille", on="05/02", due="01/03")
    memory.answered("QUE-0001", "lille", "REPONSE-SECRETE", on="06/02")
    score = Score(points=13, most=20, lines=(), version="", reference="")
    ranked = {SIT: Ranked(SIT, 1, first=False, level="", score=score)}
    made = context(register=view(memory, on=day("01/03"), ranked=ranked))
    books = WorkbookSet(entries, made, LIGHT, POLICY, two_centres())
    secrets = ("PILOTE", "JUSTIFICATION", "CIBLE", "SEANCE", "INDICE", "SUITE", "SIGNAL", "REPONSE")
    for author in ("crpv-lyon", "reseau"):
        content = b"".join(parts(books.workbook(author)).values())
        for secret in (*(f"{one}-SECRET" for one in secrets), "13/20", "MES-0003", "SIG-0003"):
            assert secret.encode() not in content, (author, secret)
        assert b"MES-0004" in content
    agency = b"".join(parts(books.workbook("agence")).values())
    kept = {"JUSTIFICATION"}  # told by `unc registre show` alone
    assert all(f"{one}-SECRET".encode() in agency for one in secrets if one not in kept)


def test_consumption_is_a_sheet_of_the_agency_alone() -> None:
    entries, memory = nine()
    (name,) = set(view(memory, on=day("01/03")).register.situations)
    register = replace(
        view(memory, on=day("01/03")), consumption={name: a_profile(), "SIT-9999": a_profile()}
    )
    made = WorkbookSet(entries, context(register=register), LIGHT, POLICY, two_centres())
    rows = records(made.workbook("agence"), "Consommation")
    assert {one["Situation"] for one in rows} == {name}
    (region,) = [one for one in rows if one["Groupe"] == "Bretagne"]
    assert (region["Axe"], region["Boîtes"], region["Part (%)"]) == ("région", 80_000, 80.8)
    assert "à part" in region["Jugement"]
    assert "édition" in region["Source"]
    (absent,) = [one for one in rows if one["Période"] == "2023"]
    assert (absent["Boîtes"], absent["Jugement"]) == (None, "hors champ")
    for author in ("crpv-lyon", "reseau"):
        content = made.workbook(author)
        assert b'name="Consommation"' not in parts(content)["xl/workbook.xml"]
        assert not any(b"zetaloxine" in part for part in parts(content).values())
    assert any(b"zetaloxine" in part for part in parts(made.workbook("agence")).values())


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_boxes_by_year_are_drawn_for_the_agency_alone_with_their_source() -> None:
    entries, memory = nine()
    (name,) = set(view(memory, on=day("01/03")).register.situations)
    register = replace(view(memory, on=day("01/03")), consumption={name: a_profile()})
    made = WorkbookSet(entries, context(register=register), LIGHT, POLICY, two_centres())
    content = made.workbook("agence")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Synthèse"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=2)]
    (at,) = [at for at, row in enumerate(rows) if str(row[0]).startswith(f"{name}, ")]
    assert rows[at + 1 : at + 4] == [["Année", "Boîtes"], ["2024", 50_000], ["2025", 98_997]]
    note = plain(str(rows[at + 4][0]))
    assert note.startswith("Source : Open Medic, Assurance maladie, édition 2024 ; ")
    assert note.endswith("2023 : hors champ, et non zéro.")
    *_, chart = sheet._charts  # type: ignore[attr-defined]
    (one,) = chart.series
    assert [point.v for point in one.val.numRef.numCache.pt] == [50_000, 98_997]
    assert one.val.numRef.f == f"'Synthèse'!$B${at + 3}:$B${at + 4}"
    last = range_boundaries(str(sheet.print_area).split("!")[1])[2]
    assert last is not None
    assert chart.anchor.to.col < last
    drawing = html.unescape(parts(content)["xl/drawings/drawing1.xml"].decode())
    *_, told = re.findall(r'descr="([^"]*)"', drawing)
    assert "2024 : 50000 ; 2025 : 98997. Source : Open Medic" in plain(told)
    meant = [one for one in records(content, "Dictionnaire") if one["Colonne"] == rows[at][0]]
    assert [one["Diffusion"] for one in meant] == ["agence seulement"]
    for author in ("crpv-lyon", "reseau"):
        assert not any(b"Open Medic" in part for part in parts(made.workbook(author)).values())


def test_at_most_six_situations_are_drawn_what_stands_out_first() -> None:
    few = replace(a_profile(), apart=(), receivers=(), growth=(), boxes={2025: 900_000.0})
    known = {
        "SIT-0002": hospital_profile(),
        **{f"SIT-{place:04}": replace(few, boxes={2025: place}) for place in range(11, 18)},
        "SIT-0003": a_profile(),
        "SIT-0004": few,
    }

    view = SimpleNamespace(facts=SimpleNamespace(title="Zétaloxine : fatigue"))

    class Read:
        context = SimpleNamespace(situations={"SIT-0004": view})
        consumption = known
        titled = staticmethod({"SIT-0003": "Un titre " * 12}.get)

    drawn = consumed_by_year(Read())  # type: ignore[arg-type]
    starts = [one.title.split(",")[0] for one in drawn]
    assert starts == ["SIT-0003", "SIT-0004", "SIT-0017", "SIT-0016", "SIT-0015", "SIT-0014"]
    assert len(drawn) == MOST
    assert drawn[0].title.endswith("…, boîtes par an")
    assert drawn[1].title.startswith("SIT-0004, Zétaloxine : fatigue, boîtes")
    assert drawn[2].title == "SIT-0017, zetaloxine, boîtes par an"
    assert (drawn[1].title[-13:], drawn[1].lines) == (", en milliers", (("2025", 900),))
    assert drawn[-1].note.endswith("3 autres situations : feuille « Consommation ».")
    assert not any("autre" in one.note for one in drawn[:-1])
