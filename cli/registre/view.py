"""What the commands of the register show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.table import Table

from cli.terminal.console import table
from french.text import agreed
from french.time import PARIS
from mappings.report.display import show_decimal
from store.verdicts.scores import KeptScore
from triage.registre.acts import Act
from triage.registre.questions import Asked, asked
from triage.registre.ranking import Ranked, RankMove, Score, differing
from triage.registre.register import Measure, Register, Situation
from triage.registre.sentences import changes_told, dates_told, day, day_text, state_of
from triage.registre.signals import FIELDS, Likely
from triage.registre.years.indicator import YearFigure


def plain(one: Situation, register: Register) -> dict[str, Any]:
    """A situation for programs, with its measures and its signals."""
    return {
        **asdict(one),
        "measures": [plain_measure(register.measures[name]) for name in one.measures],
        "signals": [asdict(register.signals[name]) for name in one.signals],
        "questions": [asdict(register.questions[name]) for name in one.questions],
    }


def plain_measure(one: Measure) -> dict[str, Any]:
    """A measure for programs."""
    return {**asdict(one), "dates": {str(state): on for state, on in one.dates.items()}}


def plain_act(one: Act) -> dict[str, Any]:
    """An act for programs."""
    return {**asdict(one), "verb": one.verb.value}


def listed(register: Register) -> Table:
    """Every situation, in a table."""
    rows = [
        (
            one.id,
            one.title,
            state_of(one),
            day(one.since),
            one.level.get("niveau", "–"),
            day(one.identified_on),
            len(one.dossiers),
            len(one.signals),
            len(one.measures),
            one.fields.get("pilote", "–"),
        )
        for one in register.situations.values()
    ]
    columns = ["Situation", "Titre", "État", "Depuis", "Niveau", "Identifiée le", "Dossiers"]
    return table(
        agreed(len(rows), "situation"), [*columns, "Autres signaux", "Mesures", "Pilote"], rows
    )


def parts(
    one: Situation,
    register: Register,
    acts: Sequence[Act],
    *,
    on: date,
    centres: Mapping[str, str],
) -> Iterator[Table | str]:
    """Measures, signals, questions and history of a situation, on a day; centres have names."""
    if one.measures:
        found = [register.measures[name] for name in one.measures]
        rows = [
            (
                m.id,
                m.fields["type"],
                m.fields["mode"],
                m.state,
                dates_told(m.dates),
                m.conclusion or "–",
            )
            for m in found
        ]
        columns = ["Mesure", "Type", "Prise ou exigée", "État", "Dates", "Conclusion"]
        yield table("Mesures de l’agence", columns, rows)
    else:
        yield "Aucune mesure de l’agence."
    if one.signals:
        yield signals_table([register.signals[name].fields for name in one.signals], one.signals)
    about = [each for each in asked(register, on=on) if each.question.id in one.questions]
    if about:
        yield questions_table(about, centres)
    yield history_table(acts)


def signals_table(fields: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    """Signals of other sources."""
    shown = ("type", "organisme", "reçu_le", "substance", "résumé", "diffusion")
    rows = [
        (name, *(day_text(one.get(field, "–")) for field in shown))
        for name, one in zip(names, fields, strict=True)
    ]
    columns = ["Signal", *(FIELDS[field] for field in shown)]
    return table("Signaux d’autres sources", columns, rows)


def questions_table(found: Sequence[Asked], names: Mapping[str, str]) -> Table:
    """Questions, centre by centre."""
    rows = [
        (
            one.question.id,
            one.question.dossier or one.question.situation or "–",
            names.get(one.centre, one.centre),
            one.question.text,
            day(one.question.due_on),
            one.told,
            f"{day(one.answer.on)} : {one.answer.text}" if one.answer else "–",
        )
        for one in found
    ]
    columns = ["Question", "Sujet", "Centre", "Texte", "Échéance", "État", "Réponse"]
    return table(agreed(len(rows), "question aux centres", "questions aux centres"), columns, rows)


def plain_asked(one: Asked) -> dict[str, Any]:
    """A question as one centre has it, for programs: nothing of what others answer."""
    told = {name: value for name, value in asdict(one.question).items() if name != "answers"}
    answer = None if one.answer is None else asdict(one.answer)
    centres = {"centres": [one.centre], "centre": one.centre}
    return {**told, **centres, "answer": answer, "late": one.late, "told": one.told}


def history_table(acts: Sequence[Act]) -> Table:
    """Acts, in order of entry."""
    rows = [
        (
            one.id,
            day(one.effect_on),
            f"{one.entered_at:%d/%m/%Y}",
            one.object,
            one.verb,
            one.person,
            one.reason or "–",
            changes_told(one),
        )
        for one in acts
    ]
    columns = ["Acte", "Effet le", "Saisi le", "Objet", "Quoi", "Qui", "Motif", "Avant → après"]
    return table("Historique", columns, rows)


def likely_table(found: Sequence[Likely], titles: Mapping[str, str]) -> Table:
    """Situations that a signal may belong to."""
    rows = [
        (one.situation, show_decimal(one.likeness, places=2), _agreeing(one, titles))
        for one in found
    ]
    return table("Situations les plus proches", ["Situation", "Proximité", "Ce qui concorde"], rows)


def years_table(found: Sequence[YearFigure]) -> Table:
    """The indicator, year by year."""
    rows = [
        (
            one.year,
            len(one.identified),
            len(one.measured),
            "–" if one.share is None else f"{one.share} %",
            one.under_evaluation,
            len(one.closed),
            f"arrêtée le {day(one.frozen_on)}" if one.frozen_on else "provisoire",
        )
        for one in found
    ]
    columns = ["Année", "Identifiées", "Avec une mesure de l’agence", "Part"]
    more = ["En cours d’évaluation au 31 décembre", "Closes sans mesure", ""]
    return table("Situations identifiées dans l’année", [*columns, *more], rows)


def scores_table(found: Sequence[KeptScore]) -> Table:
    """How the score of a situation moved, the last first, and what each rests on."""
    rows = [
        (
            f"{one.scored_at.astimezone(PARIS):%d/%m/%Y %H:%M}",
            one.score.told(),
            _moved(before.score, one.score) if before else _scored(one.score),
            one.score.version,
            one.score.reference or "–",
        )
        for before, one in zip((None, *found), found, strict=False)
    ]
    columns = ["Depuis le", "Score", "Lignes", "classement.yaml", "BDPM"]
    return table("Score, et comment il a bougé", columns, rows[::-1])


def _moved(before: Score, after: Score) -> str:
    lines = (f"{name} {one} → {two}" for name, one, two in differing(before, after))
    told = {line.line: line.evidence for line in before.lines}
    evidence = (
        f"{line.line} ({told[line.line]} → {line.evidence})"
        for line in after.lines
        if line.line in told and told[line.line] != line.evidence
    )
    return " ; ".join((*lines, *evidence)) or "mêmes lignes, autre fichier"


def _scored(score: Score) -> str:
    lines = (f"{one.line} {one.points} ({one.evidence})" for one in score.lines if one.points)
    return " ; ".join(lines) or "aucune ne donne de point"


def ranking_table(found: Sequence[Ranked], register: Register) -> Table:
    """Situations in their order, with the lines that give points."""
    rows = [
        (
            one.rank,
            one.situation,
            register.situations[one.situation].title,
            "oui" if one.first else "",
            one.level or "–",
            one.score.told(),
            ", ".join(f"{line.line} {line.points}" for line in one.score.lines if line.points),
        )
        for one in found
    ]
    columns = ["Rang", "Situation", "Titre", "En hausse ou réveillée", "Niveau", "Score", "Lignes"]
    return table(agreed(len(rows), "situation"), columns, rows)


def moves_table(found: Sequence[RankMove]) -> Table:
    """Situations that another file would move."""
    rows = [
        (
            one.situation,
            f"{one.before.rank} → {one.after.rank}",
            f"{one.before.score.told()} → {one.after.score.told()}",
            ", ".join(f"{name} {before} → {after}" for name, before, after in one.lines) or "–",
        )
        for one in found
    ]
    columns = ["Situation", "Rang", "Score", "Lignes"]
    return table(
        f"{agreed(len(rows), 'situation changerait', 'situations changeraient')}", columns, rows
    )


def plain_year(one: YearFigure) -> dict[str, Any]:
    """The indicator of a year, for programs."""
    return {
        **asdict(one),
        "share": one.share,
        "under_evaluation": one.under_evaluation,
        "provisional": one.frozen_on is None,
    }


def _agreeing(one: Likely, titles: Mapping[str, str]) -> str:
    return ", ".join(titles.get(name, name.capitalize()) for name in one.agreeing)
