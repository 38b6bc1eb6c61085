"""Where each part of a fiche is on its page, and how much of it the page can hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.committee.page import FichePage, FittedText, PageCell, PageRow, Style, lay, rows_of
from french.text import agreed
from triage.registre.committee.fiche import Fiche

_INK, _SOFT, _PALE = "1B3A5C", "5A6470", "EEF2F7"
_STRONG = "FFF4DC"
_LINE = "C9D2DC"
_TITLE = Style(15, 18, bold=True, colour=_INK)
_BAND = Style(8, 10.5, colour="FFFFFF", bold=True, grows=False)
_HEAD = Style(8.5, 12, bold=True, colour=_INK)
_BODY = Style(8.5, 10.6)
_BOLD = Style(8.5, 10.6, bold=True)
_NOTE = Style(7.6, 9.4, colour=_SOFT)
_FIGURE = Style(13, 16, bold=True, colour=_INK)
_LABEL = Style(7.2, 9, colour=_SOFT)
_FOOT = Style(6.8, 8.4, colour=_SOFT)


@dataclass(frozen=True, slots=True)
class Limits:
    """Most lines of each part, and most rows of each table.

    Attributes:
        summary: Lines of *Résumé en langage clair*.
        uses: Lines of each use.
        question: Lines of the question.
        justification: Lines of the justification of the level.
        beside: Lines of consumption and availability.
        sources: Rows of signals.
        measures: Rows of measures.
        of_measure: Lines of each of them.
        answers: Rows of answers.
        caution: Lines of what must be read with the figures.
    """

    summary: int
    uses: int
    question: int
    justification: int
    beside: int
    sources: int
    measures: int
    of_measure: int
    answers: int
    caution: int


AGENCY = (
    Limits(6, 6, 4, 6, 3, 8, 8, 4, 5, 3),
    Limits(4, 4, 3, 4, 2, 7, 5, 3, 4, 3),
    Limits(3, 3, 3, 3, 2, 6, 4, 3, 3, 3),
    Limits(3, 3, 2, 3, 1, 5, 4, 2, 2, 2),
)
"""From what suits most fiches to what always holds: the first that holds is taken."""
_LARGER = (1.25, 1.12)
REPRESENTATIVES = (
    Limits(20, 10, 5, 0, 1, 3, 10, 2, 0, 2),
    Limits(16, 6, 4, 0, 1, 2, 8, 2, 0, 2),
    Limits(12, 5, 3, 0, 1, 2, 6, 2, 0, 2),
)


def page_of(fiche: Fiche) -> FichePage:
    """The fiche, laid out on one page: larger where all of it holds, cut where it is too long."""
    name = " · ".join(filter(None, (fiche.situation, fiche.title)))
    agency = fiche.reader == "agence"
    parts, every = (_agency, AGENCY) if agency else (_representatives, REPRESENTATIVES)

    def laid(limits: Limits, scale: float) -> FichePage:
        rows = rows_of(_band(fiche), *parts(fiche, limits))
        return lay(rows, rows_of(*_foot(fiche, limits)), title=name, scale=scale)

    for scale in _LARGER:
        page = laid(every[0], scale)
        if page.holds and not page.cut:
            return page
    return next(page for limits in every if (page := laid(limits, 1.0)).holds)


def _agency(fiche: Fiche, limits: Limits) -> Iterator[PageRow | Iterator[PageRow]]:
    yield _whole(FittedText(fiche.title, _TITLE, 2, "titre public"), gap=6)
    yield _pairs(fiche.head[:4])
    yield _pairs(fiche.head[4:], gap=1)
    yield _figures(fiche)
    yield _question(fiche, limits)
    yield _uses(fiche, limits)
    yield _titled("Résumé en langage clair", fiche.summary, most=limits.summary)
    yield _titled("Justification du niveau", fiche.justification, most=limits.justification)
    yield _table(fiche, limits)
    beside = limits.beside
    yield _titled("Entreprises", fiche.companies, most=1, inline=True, gap=5)
    yield _titled("Consommation", " ; ".join(fiche.consumption), most=beside, inline=True)
    yield _titled("Disponibilité", " ; ".join(fiche.availability), most=beside, inline=True)
    yield _measures(fiche, limits)
    yield _answers(fiche, limits)


def _representatives(fiche: Fiche, limits: Limits) -> Iterator[PageRow | Iterator[PageRow]]:
    yield _whole(FittedText(fiche.title, _TITLE, 2, "titre public"), gap=6)
    yield _pairs(fiche.head)
    yield _figures(fiche)
    yield _titled("Résumé en langage clair", fiche.summary, most=limits.summary, larger=True)
    yield _question(fiche, limits)
    yield _uses(fiche, limits)
    named = ", ".join(line.source for line in fiche.sources)
    yield _titled("Sources des signalements", named, most=limits.sources)
    yield _titled("Disponibilité", " ; ".join(fiche.availability), most=limits.beside)
    yield _measures(fiche, limits)


def _band(fiche: Fiche) -> PageRow:
    whose = "Représentants des patients" if fiche.reader == "patients" else "Agence : confidentiel"
    left = "Formation restreinte « signal »"
    right = " · ".join(filter(None, (fiche.situation, fiche.meeting)))
    return PageRow(
        (
            PageCell(0.29, (FittedText(left, _BAND),), fill=_INK),
            PageCell(0.46, (FittedText(right, _BAND, 1, "séance"),), fill=_INK, centred=True),
            PageCell(0.25, (FittedText(whose, _BAND),), fill=_INK, centred=True),
        ),
        gap=0,
    )


def _whole(*texts: FittedText, gap: float = 5.0, fill: str = "", line: str = "") -> PageRow:
    return PageRow((PageCell(1.0, texts, fill=fill),), gap=gap, line=line)


def _pairs(pairs: Sequence[tuple[str, str]], *, gap: float = 4.0) -> PageRow:
    """Names over values, side by side."""
    share = 1 / len(pairs)
    return PageRow(
        tuple(
            PageCell(share, (FittedText(name, _LABEL), FittedText(value, _BOLD, 2, name.lower())))
            for name, value in pairs
        ),
        gap=gap,
    )


def _figures(fiche: Fiche) -> PageRow:
    weights = {name: 1.8 if "à" in value else 1.0 for name, value in fiche.figures}
    whole = sum(weights.values())
    return PageRow(
        tuple(
            PageCell(
                weights[name] / whole,
                (FittedText(value, _FIGURE, 1, name.lower()), FittedText(name, _LABEL)),
                _PALE,
                True,
            )
            for name, value in fiche.figures
        ),
        gap=6,
    )


def _question(fiche: Fiche, limits: Limits) -> PageRow:
    who = f" (rapporteur\u00a0: {fiche.rapporteur})" if fiche.rapporteur else ""
    title = f"Question posée au comité{who}" if fiche.question else ""
    return _whole(
        FittedText(title, _HEAD, 1, "rapporteur"),
        FittedText(fiche.question, _BODY, limits.question, "question"),
        gap=6,
        fill=_STRONG,
    )


def _uses(fiche: Fiche, limits: Limits) -> PageRow:
    return PageRow(
        tuple(
            PageCell(
                0.5,
                (
                    FittedText(title if text else "", _HEAD),
                    FittedText(text, _BODY, limits.uses, title.lower()),
                ),
            )
            for title, text in (
                ("Usage autorisé", fiche.authorised),
                ("Usage constaté", fiche.observed),
            )
        )
    )


def _titled(
    title: str,
    text: str,
    *,
    most: int,
    inline: bool = False,
    larger: bool = False,
    gap: float = 1.0,
) -> Iterator[PageRow]:
    """A text under its title, or beside it; nothing without a text."""
    if not text:
        return
    style = Style(10, 13) if larger else _BODY
    if inline:
        yield PageRow(
            (
                PageCell(0.17, (FittedText(title, _HEAD),)),
                PageCell(0.83, (FittedText(text, style, most, title.lower()),)),
            ),
            gap=gap,
        )
        return
    yield _whole(FittedText(title, _HEAD), FittedText(text, style, most, title.lower()))


def _table(fiche: Fiche, limits: Limits) -> Iterator[PageRow]:
    """Signals by source and year."""
    shown = fiche.sources[: limits.sources]
    if not shown:
        return
    share = 0.62 / max(len(fiche.years) + 1, 1)
    yield PageRow(
        (
            PageCell(0.38, (FittedText("Signaux par source et par année", _HEAD),)),
            *(
                PageCell(share, (FittedText(name, _LABEL),), centred=True)
                for name in (*fiche.years, "En tout")
            ),
        ),
        line=_LINE,
    )
    for line in shown:
        yield PageRow(
            (
                PageCell(0.38, (FittedText(line.source, _BODY),)),
                *(
                    PageCell(share, (FittedText(each, _BODY),), centred=True)
                    for each in (*line.years, line.total)
                ),
            ),
            gap=1,
        )
    yield from _others(len(fiche.sources) - len(shown), "autre source")


def _measures(fiche: Fiche, limits: Limits) -> Iterator[PageRow]:
    most = limits.of_measure
    yield _whole(FittedText("Mesures de l’agence", _HEAD), line=_LINE)
    if not fiche.measures:
        yield _whole(FittedText("Aucune mesure de l’agence.", _BODY), gap=1)
    for line in fiche.measures[: limits.measures]:
        yield PageRow(
            (
                PageCell(0.30, (FittedText(line.name, _BOLD, most, "mesures"),)),
                PageCell(0.22, (FittedText(line.state, _BODY, most, "mesures"),)),
                PageCell(0.48, (FittedText(line.effect or "–", _NOTE, most, "effet des mesures"),)),
            ),
            gap=1,
        )
    yield from _others(len(fiche.measures) - limits.measures, "autre mesure")


def _answers(fiche: Fiche, limits: Limits) -> Iterator[PageRow]:
    yield _whole(FittedText("Réponses des centres", _HEAD), line=_LINE)
    if not fiche.answers:
        yield _whole(FittedText("Aucune question aux centres.", _BODY), gap=1)
    for each in fiche.answers[: limits.answers]:
        yield PageRow(
            (
                PageCell(0.16, (FittedText(each.centre, _BOLD, 1, "réponses des centres"),)),
                PageCell(0.38, (FittedText(each.question, _NOTE, 2, "questions aux centres"),)),
                PageCell(0.46, (FittedText(each.answer, _BODY, 2, "réponses des centres"),)),
            ),
            gap=1,
        )
    yield from _others(len(fiche.answers) - limits.answers, "autre réponse")


def _others(count: int, what: str) -> Iterator[PageRow]:
    if count > 0:
        yield _whole(FittedText(f"et {agreed(count, what)}, au registre", _NOTE), gap=1)


def _foot(fiche: Fiche, limits: Limits) -> Iterator[PageRow]:
    yield _whole(
        FittedText(" ".join(fiche.cautions), _FOOT, limits.caution, "mises en garde"),
        FittedText(f"{fiche.state_on}. {fiche.versions}", _FOOT, 2, "versions"),
        gap=4,
    )
