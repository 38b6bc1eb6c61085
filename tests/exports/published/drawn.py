"""Sets of dossiers drawn at random: national ones among those of a few centres, with their news."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from exports.model import ExportContext, ExportedDossier, Opinion
from exports.published.changes import Changes, Comparison, FieldChange, first_edition, since
from exports.published.workbook_set import NOT_COMPARED, WorkbookSet
from exports.sheets.columns import ColumnsFile, ColumnSpec
from mappings.dossier.model import Company, Place
from mappings.report.model import Answer
from tests.exports.conftest import (
    BLANK,
    COLUMNS,
    MAPPING,
    PDF,
    POLICY,
    answered,
    context,
    entry,
    item,
)
from tests.exports.published.test_digest import CENTRES
from tests.triage.situations.planted import the_matching
from triage.situations.description import describe
from triage.verdict.model import Status, Verdict

_T = TypeVar("_T")
Pick = Callable[[Sequence[_T]], _T]
"""Draws one of several."""
AUTHORS = ("crpv-lyon", "crpv-nice", "crpv-lille")
PORTAL = "https://portail.example.gouv.fr"
SENT = datetime(2026, 2, 3, 22, 30, tzinfo=UTC)
_DEPARTMENTS: Mapping[str, tuple[str, ...]] = {
    "crpv-lyon": ("69",),
    "crpv-nice": ("06",),
    "lyon et nice": ("69", "06"),
    "aucun": (),
    "outre-mer": ("976",),
    "étranger": ("99",),
}
_SHOWN = (
    *("Dossier", "Statut", "Priorité", "Complétude", "Pourquoi vous l’avez", "Date de dépôt"),
    *("Titre de la situation", "Avis du centre", "Commentaire", "Nature de la non-conformité"),
    *("Substance", "Situation", "SIRET", "CRPV", "CRPV rapporteur", "Archivé"),
    *("Dernière modification", "Correction demandée le"),
)
"""Columns of `Dossiers`: those that figures are counted again from."""
_MORE = (
    ColumnSpec(name="Cas", field="cas"),
    ColumnSpec(name="Connaissance", field="date_connaissance"),
)
_SHEETS = frozenset(
    {"À traiter", "Synthèse", "Dossiers", "Spécialités", "Complétude", "Situations", "Mesures"}
    | {"Pièces jointes", "Changements", "Dictionnaire", "À propos"}
)


def _few() -> ColumnsFile:
    dossiers = COLUMNS.dossiers_sheet
    columns = (*(one for one in dossiers.columns if one.name in _SHOWN), *_MORE)
    few = dossiers.model_copy(update={"columns": columns, "first": {}, "rest": False})
    shown = (few if one.name == few.name else one for one in COLUMNS.sheets)
    return COLUMNS.model_copy(update={"sheets": tuple(one for one in shown if one.name in _SHEETS)})


FEW = _few()
_MEDICINE = MAPPING.fields["specialites"].fields


@dataclass(frozen=True)
class Drawn:
    """What a set of workbooks is made of.

    Attributes:
        entries: The dossiers.
        news: What moved, by author.
        context: Circumstances.
    """

    entries: Sequence[ExportedDossier]
    news: Mapping[str, Comparison] = field(default_factory=dict)
    context: ExportContext = field(default_factory=lambda: context(matching=the_matching()))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Few words where an example fails: all that they say has 300 kB."""
        printer.text(f"<{[(one.number, one.situation, one.held) for one in self.entries]}>")

    def made(self, apart: Path | None = None, **changes: Any) -> WorkbookSet:
        """A fresh set of workbooks."""
        found = {"entries": self.entries, "columns": FEW, "centres": CENTRES, **changes}
        return WorkbookSet(
            context=self.context,
            policy=POLICY,
            compare=lambda author: self.news.get(author, NOT_COMPARED),
            apart=apart,
            **found,
        )


def dossier(number: int, pick: Pick[Any], *, where: str = "", **changes: Any) -> ExportedDossier:
    """A dossier of anywhere, in any state; it says its number in all texts.

    Args:
        number: Its number.
        pick: Draws.
        where: ``national``, or one of where the others are from; blank for any.
        changes: As of :func:`tests.exports.conftest.entry`.
    """
    where = where or pick(("national", "national", *_DEPARTMENTS))
    status = pick((*Status, Status.COMPLET))
    named = pick(("", "", "Lyon", "CRPV de Nice", "Lille et Nice", "Dr Martin"))
    spelt = pick((("Néfopam",), ("NEFOPAM ",), ("fentanyl", "néfopam"), ()))
    states = pick((("Prise",), ("En projet",), ("Prise", "En projet"), ()))
    fields: dict[str, Answer] = {
        **place(where),
        "titre": answered(f"titre {number}"),
        "siret": answered(Company(f"{pick((1, 2))}2345678200010", "Exempla")),
        "nature_non_conformite": answered(pick((("Durée",), ("Durée", "Voie"), ()))),
        "specialites": answered(
            tuple(
                dict.fromkeys(_MEDICINE, BLANK)
                | {"substance": answered(one), "denomination": answered(f"produit {number}")}
                for one in spelt
            )
        ),
        "mesures": answered(
            tuple({"etat": answered(one), "cible": answered(f"cible {number}")} for one in states)
        ),
        "cas": answered(pick((0, 3, 40))),
        "cas_graves": answered(pick((0, 2, 30))),
        "date_connaissance": pick((BLANK, answered(date(2026, 1, number % 20 + 1)))),
        "rcp": answered(pick(((), (PDF,)))),
        "usage_constate": answered(pick(("dose doublée", "par voie orale"))),
        "secret_affaires": pick((BLANK, answered(("Études non publiées",)))),
    }
    level = pick(("P1", "P2", "P3", None))
    items = pick(((item(),), (item(Verdict.MISSING, reason=f"absente de {number}"),)))
    sent = SENT + timedelta(days=pick((0, 1, 40)))
    opinions = {
        author: Opinion(author, pick(("", "À surveiller")), pick(("", f"avis de {author}")))
        for author in (*AUTHORS, "reseau", "agence")
        if pick((False, False, True))
    }
    told: dict[str, Any] = {
        "fields": fields,
        "annotations": {"crpv_rapporteur": answered(named) if named else BLANK}
        | pick(({}, {}, {}, {}, {"diffusable": answered(False)})),
        "verdict": {"status": status, "priority": level, "score": pick((40, 92)), "items": items},
        "held": pick(({}, {}, {}, {"statut": "Complet"}, {"statut": "À revoir"})),
        "deposited_at": sent,
        "champs_modified_at": sent + timedelta(days=pick((0, 2))),
        "archived": pick((False, False, False, True)),
        "correction_pending_since": pick((None, sent + timedelta(days=3))),
        "situation": pick(("", "SIT-0001", "SIT-0002", "Labo X")),
        "opinions": opinions,
        "first_checked_at": pick((None, sent + timedelta(hours=5))),
        "corrected": pick(((), ((sent, sent + timedelta(days=4)),))),
    } | changes
    made = entry(number, **told)
    made = replace(made, judged=pick((True, True, True, True, True, False)))
    made = replace(made, asked_at=pick((None, None, sent + timedelta(days=1))))
    return replace(made, description=describe(made.report, the_matching(), in_scope=True))


def place(where: str) -> dict[str, Answer]:
    """What a dossier says of where it is from."""
    if where == "national":
        return {"etendue": answered("Nationale"), "regions": BLANK, "departements": BLANK}
    rows = [{"departement": answered(Place("departement", it, it))} for it in _DEPARTMENTS[where]]
    extent, found = answered("Départementale"), answered(tuple(rows))
    return {"etendue": extent, "regions": answered(()), "departements": found}


def news(entries: Sequence[ExportedDossier], pick: Pick[Any]) -> Mapping[str, Comparison]:
    """What moved for each author, of what it reads."""
    made = Drawn(entries).made()
    rows = {one.number: one for one in made.handed("reseau")}
    changed = (FieldChange("Dernière modification", "01/02/2026 10:00", "03/02/2026 23:30"),)
    found = {}
    for author in AUTHORS:
        kind = pick(("none", "first", "since", "since", "same"))
        mine = sorted(made.numbers(author))
        new = tuple(rows[one] for one in mine if one % 2 or pick((False, True)))
        moved = tuple((rows[one], changed) for one in mine if rows[one] not in new)
        if kind == "first":
            found[author] = first_edition("aucune édition n'est encore publiée")
        elif kind in {"since", "same"}:
            told = Changes((), moved, (999,)) if kind == "same" else Changes(new, moved[:1], ())
            found[author] = since("édition 2026-S11 du lundi 9 mars 2026", told)
    return found


def drawn(pick: Pick[Any], *, most: int = 8) -> Drawn:
    """A set of some dossiers, with its news."""
    total = pick(range(most + 1))
    entries = [dossier(number, pick) for number in range(1, total + 1)]
    portal = pick(("", PORTAL))
    return Drawn(entries, news(entries, pick), context(matching=the_matching(), portal=portal))
