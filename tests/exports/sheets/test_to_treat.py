"""`À traiter`: who reads it finds what waits for them, why they have it, and why now."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from datafiles.file import DataFileError
from exports.model import ExportedDossier, Opinion, SituationView
from exports.published.workbook_set import WorkbookSet
from exports.sheets.centres import EITHER, AssignmentReason
from exports.sheets.columns import parse_columns
from mappings.dossier.model import DossierState, Place
from mappings.report.model import Answer
from tests.exports.conftest import (
    BLANK,
    COLUMNS,
    POLICY,
    ROOT,
    after,
    answered,
    build,
    by_openpyxl,
    context,
    entry,
    item,
    records,
)
from tests.exports.sheets.test_centres import CENTRES, local
from tests.exports.sheets.test_situations import about
from tests.triage.situations.planted import the_matching
from triage.replies.reply import Conflict
from triage.situations.declared import declared
from triage.situations.facts import facts_of
from triage.situations.followup import follow_up
from triage.verdict.model import ScopeReason, Status, Verdict

SHEET = "À traiter"
NATIONAL: dict[str, Answer] = {
    "etendue": answered("Nationale"),
    "regions": BLANK,
    "departements": BLANK,
}
LYON = {"crpv_rapporteur": answered("Lyon")}
OURS = {"crpv-lyon": Opinion("CRPV Lyon", "À surveiller", "")}
ASKED = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
SENT = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
OPEN = {
    "status": Status.A_PRECISER,
    "priority": None,
    "unanswered_scope": (ScopeReason("but_medical", "But médical", "", "sans réponse"),),
}
CLOSED = {"status": Status.CLOS, "priority": None}


def made(entries: list[ExportedDossier], **changes: Any) -> WorkbookSet:
    return WorkbookSet(entries, context(**changes), COLUMNS, POLICY, CENTRES)


def rows(content: bytes) -> dict[int, dict[str, Any]]:
    return {one["Dossier"]: one for one in records(content, SHEET, header=2)}


def head(content: bytes) -> str:
    return str(by_openpyxl(content, SHEET)[0][0])


def day(of_march: int) -> datetime:
    """A day as a cell has it."""
    return datetime(2026, 3, of_march)  # noqa: DTZ001


def low(number: int, **changes: Any) -> ExportedDossier:
    """A dossier of Lyon that nothing makes urgent."""
    verdict = {"status": Status.A_COMPLETER, "priority": "P3"} | changes.pop("verdict", {})
    fields = local("01") | changes.pop("fields", {})
    return entry(number, fields=fields, verdict=verdict, **changes)


BEFORE = [
    low(1),
    low(2),
    low(3),
    low(4, verdict={"status": Status.COMPLET}),
    low(5, verdict={"status": Status.COMPLET}, opinions=OURS),
    low(6, verdict={"priority": "P1"}, fields=NATIONAL),
    replace(low(7, verdict={"priority": "P1"}, annotations=LYON), asked_at=ASKED),
    low(8, verdict=CLOSED),
]
NOW = [
    *(one for one in BEFORE if one.report.number != 2),
    low(2, champs_modified_at=SENT),
    low(9, fields=NATIONAL),
    low(10, verdict=CLOSED),
]
LATER = after(made(NOW), made(BEFORE))


def test_a_centre_reads_which_dossiers_need_it_why_it_has_them_and_why_now() -> None:
    content = LATER.workbook("crpv-lyon")
    found = rows(content)
    told = [
        (n, one["Pourquoi maintenant"], one["Pourquoi vous l’avez"]) for n, one in found.items()
    ]
    assert told == [
        (7, "priorité P1", "rapporteur"),
        (6, "priorité P1", "national"),
        (2, "réponse du déclarant", "territoire"),
        (4, "attend votre avis", "territoire"),
        (9, "nouveau", "national"),
    ], "the most urgent first; given opinions, old and closed dossiers need nobody"
    assert head(content) == (
        "À traiter par votre centre\u00a0: 5 dossiers, sur 10"
        " — à vous\u00a0:\u00a01\u00a0· au déclarant\u00a0:\u00a01\u00a0· à l’agence\u00a0:\u00a03"
        " — nouveau\u00a0:\u00a01\u00a0· réponse du déclarant\u00a0:\u00a01"
        "\u00a0· priorité P1\u00a0:\u00a02\u00a0· attend votre avis\u00a0:\u00a01"
        " («\u00a0nouveau\u00a0», «\u00a0réponse du déclarant\u00a0»\u00a0: depuis l’édition"
        " 2026-S11 du lundi 9 mars 2026)"
    )
    acting = {n: (one["À qui d’agir"], one["Depuis le"]) for n, one in found.items()}
    assert acting[7] == ("au déclarant", day(8)), "since what was asked, in Paris"
    assert (acting[4][0], acting[2][0]) == ("à vous", "à l’agence")
    assert acting[2][1] == day(11), "since what the declarant sent"


def test_nothing_to_treat_is_said() -> None:
    old = [low(1), low(8, verdict=CLOSED)]
    content = after(made(old), made(old)).workbook("crpv-lyon")
    assert head(content) == "Rien à traiter cette semaine."
    assert rows(content) == {}
    assert head(build([])) == "Rien à traiter cette semaine."


def test_before_any_edition_every_open_dossier_is_new_and_it_says_so() -> None:
    content = made([low(1), low(8, verdict=CLOSED)]).workbook("crpv-lyon")
    assert list(rows(content)) == [1]
    assert "aucune édition hebdomadaire" in head(content)


def test_the_agency_reads_what_waits_for_a_person_with_conflicts_and_quarantine() -> None:
    entries = [
        entry(1, verdict={"priority": "P3"}, fields=local("01")),
        low(2, conflicts=(Conflict(2, "statut", "Complet", "À revoir"),)),
        replace(low(3), unreadable=True),
        replace(low(4), handed_over=True),
        low(5, verdict={"status": Status.HORS_CHAMP, "priority": None}),
        low(6),
        entry(7, state=DossierState.EN_INSTRUCTION, fields=local("01")),
        low(8, fields={"departements": BLANK, "regions": BLANK}),
        low(9, fields=local("978")),
        replace(low(10, verdict=OPEN), asked_at=ASKED),
        replace(low(11, verdict={"status": Status.A_PRECISER}), asked_at=ASKED),
    ]
    made_now = made(entries, aside=frozenset({3, 4242}))
    content = made_now.workbook("agence")
    told = {n: one["Pourquoi maintenant"] for n, one in rows(content).items()}
    assert told == {
        1: "complet, à instruire",
        2: "écart d’annotation",
        3: "en quarantaine",
        4: "déclarant à relancer",
        5: "hors champ à confirmer",
        8: "aucun centre",
        10: "éligibilité à préciser",
        11: "question non posée ou non lue",
        4242: "en quarantaine",
    }
    assert "en quarantaine\u00a0:\u00a02" in head(content)
    turns = {n: one["À qui d’agir"] for n, one in rows(content).items()}
    assert (turns[10], turns[11]) == ("au déclarant", "à l’agence"), "who alone can look"
    assert not {3, 4242} & rows(made_now.workbook("reseau")).keys() - {3}
    assert "quarantaine" not in head(made_now.workbook("reseau"))


def test_a_reason_of_the_agency_cannot_be_given_to_the_network() -> None:
    text = (ROOT / "exports" / "unc" / "columns.yaml").read_text("utf-8")
    wrong = text.replace("        nouveau: nouveau\n", "        conflit: écart\n")
    with pytest.raises(DataFileError, match="reste à l'agence"):
        parse_columns(wrong, source="columns.yaml")


def test_why_a_dossier_was_given_to_a_centre_follows_the_annotation() -> None:
    kept = POLICY.model_copy(update={"annotations": frozenset()})
    hidden = WorkbookSet(BEFORE, context(), COLUMNS, kept, CENTRES)
    found = records(hidden.workbook("crpv-lyon"), "Dossiers")
    assert {row["Pourquoi vous l’avez"] for row in found} == {
        "territoire ou rapporteur",
        "national",
    }


def test_numbers_lead_centres_to_the_portal_where_there_is_one() -> None:
    without, with_portal = (made(BEFORE, portal=one) for one in ("", "https://portail.example"))
    for author, url in (("agence", "https://demarche.example.gouv.fr/dossiers/1"), ("reseau", "")):
        assert url in _links(without, author)
    assert _links(without, "reseau") == {""}
    assert "https://portail.example/dossiers/1" in _links(with_portal, "crpv-lyon")
    assert "https://demarche.example.gouv.fr/dossiers/1" in _links(with_portal, "agence")


def _links(of: WorkbookSet, author: str) -> set[str]:
    cells = [row[0] for row in of.tables(author)["Dossiers"].rows]
    return {getattr(one, "url", "") for one in cells}


def rising(numbers: range) -> list[ExportedDossier]:
    """Reports of one use, more of them each month."""
    months = [(2025, 10), *[(2025, 11)] * 2, *[(2025, 12)] * 3, *[(2026, 1)] * 4, *[(2026, 2)] * 5]
    return [
        low(
            number,
            situation="SIT-0001",
            fields=about("Néfopam", "12345678200010", "Durée") | NATIONAL,
            deposited_at=datetime(*month, 3, tzinfo=UTC) + timedelta(hours=number),
        )
        for number, month in zip(numbers, months, strict=True)
    ]


def test_the_four_questions_are_answered_from_the_cells_of_a_centre() -> None:
    """Which dossiers need me, why is this one incomplete, what is rising, what changed."""
    phone = item(Verdict.MISSING, id="A2", name="Contact", reason="téléphone absent")
    up = rising(range(101, 116))
    alone = low(50, situation="SIT-0002", fields=about("fentanyl", "12345678200010", "Durée"))
    before = [low(1, verdict={"items": (phone,)}), alone, *up[:-1]]
    now = [*before[:1], low(50, champs_modified_at=SENT, situation="SIT-0002"), *up]
    views = {
        name: _view(name, [one for one in now if one.situation == name])
        for name in ("SIT-0001", "SIT-0002")
    }
    content = after(made(now, situations=views), made(before)).workbook("crpv-lyon")

    needs_me = rows(content)
    assert needs_me[50]["Pourquoi maintenant"] == "réponse du déclarant"
    assert "nouveau" in needs_me[115]["Pourquoi maintenant"]
    assert "situation en hausse" in needs_me[115]["Pourquoi maintenant"]

    dossiers = {one["Dossier"]: one for one in records(content, "Dossiers")}
    assert dossiers[1]["Éléments manquants"] == "A2 Contact\u00a0: téléphone absent"

    first, *others = records(content, "Situations", header=2)
    assert (first["Situation"], first["Tendance"]) == ("SIT-0001", "en hausse")
    told = {one["Situation"]: one["Tendance"] for one in others}
    assert told["SIT-0002"] == "trop peu pour conclure"

    changed = {
        (one["Dossier"], one["Changement"]) for one in records(content, "Changements", header=2)
    }
    assert {(115, "Nouveau"), (50, "Modifié")} <= changed
    assert "1 nouveau, 1 modifié" in str(by_openpyxl(content, "Changements")[0][0])


def _view(name: str, entries: list[ExportedDossier]) -> SituationView:
    reports = [declared(one.report) for one in entries]
    facts = facts_of(name, reports, {}, matching=the_matching())
    first, until = datetime(2025, 1, 1, tzinfo=UTC).date(), datetime(2026, 3, 13, tzinfo=UTC).date()
    return SituationView(facts, follow_up(facts, reports, first=first, until=until), decided=0)


def test_the_trend_of_the_network_rests_on_nothing_that_it_cannot_read() -> None:
    shared = rising(range(101, 116))
    refused = {"diffusable": answered(False)}
    kept = [
        replace(one, report=replace(one.report, annotations={**one.report.annotations, **refused}))
        for one in shared[3:]
    ]
    views = {"SIT-0001": _view("SIT-0001", shared)}
    both = made([*shared[:3], *kept], situations=views)
    (row,) = records(both.workbook("reseau"), "Situations", header=2)
    assert row["Tendance"] != "en hausse"
    (row,) = records(both.workbook("agence"), "Situations", header=2)
    assert row["Tendance"] == "en hausse"


def test_every_dossier_in_scope_is_in_a_row_of_situations_and_no_other() -> None:
    bare = {"specialites": BLANK, "nature_non_conformite": BLANK}
    entries = [
        low(1, fields=bare),
        low(2, situation="SIT-0001"),
        low(3, verdict={"status": Status.HORS_CHAMP}, fields=about("néfopam", "1", "Durée")),
        low(4, fields={"specialites": BLANK}),
    ]
    found = records(made(entries).workbook("agence"), "Situations", header=2)
    numbers = {int(one) for row in found for one in row["Dossiers"].split(", ")}
    assert numbers == {1, 2, 4}
    assert {row["Substance"] for row in found if row["Situation"] is None} == {"non renseignée"}


def test_overseas_and_abroad_are_told_apart_from_what_lacks_a_centre() -> None:
    abroad = {"departements": answered(({"departement": answered(Place("d", "99", "Étranger"))},))}
    entries = [low(1, fields=local("987")), low(2, fields=abroad), low(3, fields=local("x"))]
    content = made(entries).workbook("agence")
    figures = {row[0]: row[1] for row in by_openpyxl(content, "Synthèse")}
    assert figures["Dossiers sans centre"] == 1
    assert figures["Dossiers d’outre-mer sans centre"] == 1
    assert figures["Dossiers de l’étranger"] == 1
    shown = {row["Dossier"]: row["CRPV"] for row in records(content, "Dossiers")}
    assert shown[2] == "Sans centre\u00a0: Étranger"


def test_delays_count_from_the_day_the_bridge_went_live() -> None:
    live = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    old = entry(1, deposited_at=live - timedelta(days=296), first_checked_at=live)
    new = entry(2, deposited_at=live, first_checked_at=live + timedelta(hours=4))
    shown = {row[0]: row[1] for row in by_openpyxl(build([old, new], live_since=live), "Synthèse")}
    assert shown["Délai médian entre dépôt et première vérification (heures)"] == 2


def test_about_25_rows_stand_on_a_screen() -> None:
    long = {"titre": answered("mot " * 60), "usage_constate": answered("texte long. " * 90)}
    faults = tuple(item(Verdict.MISSING, id=f"A{n}") for n in range(8))
    content = build([entry(n, fields=long, verdict={"items": faults}) for n in range(1, 31)])
    sheet = openpyxl.load_workbook(BytesIO(content))["Dossiers"]
    heights = [sheet.row_dimensions[row].height or 15 for row in range(1, 26)]
    zoom = (sheet.sheet_view.zoomScale or 100) / 100
    assert sum(heights) * zoom < 600, "what Excel shows of a screen of 1080 lines, in points"


def test_the_dictionary_has_every_reason_why_a_reader_has_a_dossier() -> None:
    told = [
        one.meaning or ""
        for sheet in COLUMNS.sheets
        for one in sheet.columns
        if one.computed == "attribution"
    ]
    assert len(told) > 1
    for meaning in told:
        for why in (*AssignmentReason, EITHER):
            assert re.search(rf"(^|; |, ){why}(,| :|\u00a0:)", meaning), why
