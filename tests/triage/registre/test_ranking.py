"""A score is explained line by line, and another file is tried before it is adopted."""

from pathlib import Path

import pytest

from datafiles.file import DataFileError
from tests.triage.registre.in_memory import lists
from triage.registre.ranking import Inputs, RankBasis, Ranking, moves, parse_ranking, rank, score
from triage.registre.risk_level import propose_level

FILE = Path(__file__).parents[3] / "triage/unc/classement.yaml"
NEFOPAM: Inputs = {
    "patients": 12_000,
    "cas_graves": 2,
    "vulnerable": 1,
    "entreprises": 2,
    "sources": 2,
    "mitm": 1,
    "rupture": 1,
    "triangle_noir": 0,
    "hausse": 0,
}


def ranking() -> Ranking:
    text = FILE.read_text("utf-8")
    return parse_ranking(text, source="classement.yaml")


def with_shortage(points: int) -> Ranking:
    text = FILE.read_text("utf-8").replace(
        "{input: rupture, points: 2}", f"{{input: rupture, points: {points}}}"
    )
    return parse_ranking(text, source="essai.yaml")


def test_8_the_score_is_13_of_20_and_15_of_22_with_a_shortage_at_4() -> None:
    found = score(NEFOPAM, ranking())
    assert found.told() == "13/20"
    lines = {one.line: (one.points, one.evidence) for one in found.lines}
    assert lines["Exposition"] == (3, "patients : 12\u202f000")
    grave = "risque élevé selon l’entreprise : inconnu, cas graves : 2, décès : inconnu"
    assert lines["Gravité"] == (3, grave)
    points, told = lines["Consommation"]
    assert points == 0
    assert told.count("inconnu") == len(told.split(", ")) == 2
    assert lines["Triangle noir"] == (0, "triangle noir : non")
    assert sum(points for points, _ in lines.values()) == 13
    assert score(NEFOPAM, with_shortage(4)).told() == "15/22"


def test_rise_or_waking_goes_before_level_and_level_before_score() -> None:
    told = [
        RankBasis("A", "Élevé", woken=False, inputs={}),
        RankBasis("B", "Faible", woken=True, inputs={}),
        RankBasis("C", "Faible", woken=False, inputs={"hausse": 1}),
        RankBasis("D", "Élevé", woken=False, inputs={"deces": 1}),
        RankBasis("E", "", woken=False, inputs=NEFOPAM),
    ]
    found = rank(told, ranking(), levels=lists().niveaux)
    assert [one.situation for one in found] == ["C", "B", "D", "A", "E"]


def test_8_trying_a_file_lists_what_moves_line_by_line() -> None:
    told = [
        RankBasis("A", "Modéré", woken=False, inputs={"deces": 1, "patients": 10_000}),
        RankBasis("B", "Modéré", woken=False, inputs={"mitm": 1, "cas_graves": 1, "rupture": 1}),
        RankBasis("C", "Faible", woken=False, inputs={}),
    ]
    now = rank(told, ranking(), levels=lists().niveaux)
    then = rank(told, with_shortage(4), levels=lists().niveaux)
    assert [one.situation for one in now] == ["A", "B", "C"]
    moved = {one.situation: one for one in moves(now, then)}
    assert moved["B"].lines == (("Rupture ou tension", 2, 4),)
    assert (moved["B"].before.rank, moved["B"].after.rank) == (2, 1)
    assert (moved["A"].before.rank, moved["A"].after.rank, moved["A"].lines) == (1, 2, ())
    assert moves(now, now) == ()


def test_an_unknown_input_is_told_with_its_line() -> None:
    text = FILE.read_text("utf-8").replace("input: rupture", "input: penurie")
    with pytest.raises(DataFileError, match=r"classement.yaml:\d+ : .*penurie"):
        parse_ranking(text, source="classement.yaml")


def test_7_the_highest_level_that_annotations_hold_is_proposed() -> None:
    levels = lists().niveaux
    found = propose_level(["Élevé", "Modéré", ""], ["Faible"], levels)
    assert (found.level, found.source) == ("Élevé", "annotation des dossiers")
    assert found.disagrees_with("Modéré")
    assert not found.disagrees_with("Élevé")
    declared = propose_level(["", ""], ["Faible", "modéré", "Non évaluable"], levels)
    assert (declared.level, declared.source) == ("Modéré", "selon l’entreprise")
    assert propose_level([], [], levels).level == ""
