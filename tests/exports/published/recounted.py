"""What a workbook of a centre is to say, counted again from its dossiers by the plainest code."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from exports.cells import Link
from exports.model import ExportedDossier
from exports.published.workbook import AudienceWorkbook
from exports.sheets.tables import Table
from french.text import SEMICOLON, agreed, fold, typographic
from tests.exports.conftest import MAPPING
from tests.exports.published.drawn import Drawn
from triage.verdict.model import Status

_PARIS = ZoneInfo("Europe/Paris")
_REASONS = (
    *("nouveau", "réponse du déclarant", "priorité P1", "situation en hausse"),
    "attend votre avis",
)
_TURNS = ("à vous", "au déclarant", "à l’agence")
_OPEN = {"Complet", "À compléter", "À préciser"}
_NAMED = {
    "Lyon": {"crpv-lyon"},
    "CRPV de Nice": {"crpv-nice"},
    "Lille et Nice": {"crpv-lille", "crpv-nice"},
}
_CENTRES = {"69": "crpv-lyon", "06": "crpv-nice"}
_COUNTED = (
    *("Signalements", "Entreprises", "Priorité la plus haute", "Dernier dépôt", "Dossiers"),
    *("Dossiers avec mesure", "Premier dépôt"),
)
Cells = Mapping[str, Any]


def plain(cell: Any) -> Any:
    """What a cell shows."""
    return cell.value if isinstance(cell, Link) else cell


def lines_of(table: Table) -> list[Cells]:
    """Rows of a table by header."""
    names = [one.name for one in table.columns]
    return [dict(zip(names, map(plain, row), strict=True)) for row in table.rows]


def day(moment: datetime) -> date:
    """Day in Paris."""
    return moment.astimezone(_PARIS).date()


def share(flags: Sequence[bool]) -> int | None:
    """How many in a hundred, halves up."""
    return int(100 * sum(flags) / len(flags) + 0.5) if flags else None


def middle(values: Sequence[float]) -> int | None:
    """The median, halves up."""
    return int(median(values) + 0.5) if values else None


@dataclass(frozen=True)
class Expected:
    """What the workbook of a centre is to say of a set that was drawn."""

    drawn: Drawn
    book: AudienceWorkbook

    @property
    def author(self) -> str:
        return self.book.author

    @cached_property
    def dossiers(self) -> Mapping[int, Cells]:
        """Rows of `Dossiers`, by number, in their order."""
        return {one["Dossier"]: one for one in lines_of(self.book.tables["Dossiers"])}

    @cached_property
    def entries(self) -> Mapping[int, ExportedDossier]:
        return {one.number: one for one in self.drawn.entries if one.number in self.dossiers}

    @cached_property
    def measured(self) -> frozenset[int]:
        rows = lines_of(self.book.tables["Mesures"])
        return frozenset(one["Dossier"] for one in rows if one["État"] == "Prise")

    def is_national(self, number: int) -> bool:
        return bool(self.dossiers[number]["Pourquoi vous l’avez"] == "national")

    @property
    def read(self) -> Mapping[int, str]:
        """Numbers of the dossiers that the centre is to have, and why."""
        found = ((one.number, self._why(one)) for one in self.drawn.entries if self._leaves(one))
        return {number: why for number, why in found if why}

    @staticmethod
    def _leaves(one: ExportedDossier) -> bool:
        refused = one.report.annotations["diffusable"].value is False
        status = one.held.get("statut", one.assessment.status)
        return one.judged and not refused and status != Status.HORS_CHAMP

    def _why(self, one: ExportedDossier) -> str:
        named = _NAMED.get(str(one.report.annotations["crpv_rapporteur"].value), set())
        if self.author in named:
            return "rapporteur"
        if one.report.fields["etendue"].value == "Nationale":
            return "national"
        rows: Any = one.report.fields["departements"].value
        here = {_CENTRES.get(row["departement"].value.code) for row in rows}
        return "territoire" if not named and self.author in here else ""

    @property
    def figures(self) -> Mapping[str, Any]:
        """Figures of `Synthèse`."""
        rows, statuses = self.dossiers.values(), [one["Statut"] for one in self.dossiers.values()]
        days = [day(one["Date de dépôt"]) for one in rows]
        late = [
            (day(one["Date de dépôt"]) - one["Connaissance"]).days
            for one in rows
            if one["Connaissance"]
        ]
        placed = {one["Situation"] for one in rows} - {None}
        cases = [one["Cas"] for one in rows]
        checked = [one.first_checked_at for one in self.entries.values() if one.first_checked_at]
        answered = [one for it in self.entries.values() for one in it.corrected]
        hidden = any(not isinstance(one, int) for one in cases)
        told = {
            "Premier dépôt": min(days, default=None),
            "Dernier dépôt": max(days, default=None),
            "Dossiers": len(rows),
            "Dossiers complets": statuses.count("Complet"),
            "Dossiers à compléter ou à préciser par le déclarant": sum(
                one["Statut"] in {"À compléter", "À préciser"}
                and not self.entries[one["Dossier"]].assessment.for_agency
                for one in rows
            ),
            "Dossiers sans centre": 0,
            "Dossiers de priorité P1": sum(one["Priorité"] == "P1" for one in rows),
            "Complétude médiane": middle([one["Complétude"] for one in rows]),
            "Délai médian entre connaissance et dépôt (jours)": middle(
                [one for one in late if one >= 0]
            ),
            "Délai médian entre dépôt et première vérification (heures)": 5 if checked else None,
            "Délai médian entre demande de correction et nouveau dépôt (jours)": 4
            if answered
            else None,
            "Part des dossiers avec une mesure prise": share(
                [one in self.measured for one in self.dossiers]
            ),
            "Situations": len(placed),
            "Part des situations avec une mesure prise": share(
                [
                    any(
                        n in self.measured
                        for n, it in self.dossiers.items()
                        if name == it["Situation"]
                    )
                    for name in placed
                ]
            ),
            "Cas d'effets indésirables rapportés"
            + (", hors dossiers à moins de 11 cas" if hidden else ""): sum(
                one for one in cases if isinstance(one, int)
            ),
        }
        return {typographic(name): value for name, value in told.items()}

    def _placed(self, name: str) -> list[int]:
        return [number for number, row in self.dossiers.items() if row["Situation"] == name]

    @property
    def blocks(self) -> Mapping[str, Any]:
        """Lines of the charts, those of months by month."""
        rows = self.dossiers.values()
        levels = ("P1", "P2", "P3", "P4", "sans priorité")
        pairs = Counter((one["Statut"], one["Priorité"]) for one in rows)
        statuses = {name: tuple(pairs[name, it] for it in levels) for name, _ in pairs}
        natures: Counter[str] = Counter()
        for one in self.entries.values():
            value: Any = one.report.fields["nature_non_conformite"].value
            natures.update(value)
        months = Counter(f"{day(one['Date de dépôt']):%m/%Y}" for one in rows)
        return {
            "Statut et priorité": statuses,
            "Nature de la non-conformité": {name: (count,) for name, count in natures.items()},
            "Dépôts par mois": {name: (count,) for name, count in months.items()},
        }

    @property
    def situations(self) -> Counter[tuple[Any, ...]]:
        """Rows of `Situations`: id, substances, natures, then what is counted."""
        placed: dict[str, list[int]] = {}
        alone: dict[tuple[str, str], list[int]] = {}
        for number in sorted(self.dossiers):
            if name := self.dossiers[number]["Situation"]:
                placed.setdefault(name, []).append(number)
                continue
            for key in self._spelt([number]) or {"": ""}:
                for nature in self._natures([number]) or ("",):
                    alone.setdefault((key, nature), []).append(number)
        spelt = {"": "", **self._spelt(sorted({it for of in alone.values() for it in of}))}
        rows = [
            (_ours(name), *self._spelt(of).values(), *self._natures(of), *self._counted(of))
            for name, of in placed.items()
        ]
        rows += [
            ("", *filter(None, (spelt[key], nature)), *self._counted(of))
            for (key, nature), of in alone.items()
        ]
        return Counter(rows)

    def _spelt(self, numbers: Sequence[int]) -> dict[str, str]:
        """Substances of dossiers, as the first of them spells each."""
        found: dict[str, str] = {}
        for one in numbers:
            rows: Any = self.entries[one].report.fields["specialites"].value
            for row in rows:
                text = row["substance"].value.strip()
                found.setdefault(fold(text), text)
        return found

    def _natures(self, numbers: Sequence[int]) -> tuple[str, ...]:
        told: list[Any] = [
            self.entries[one].report.fields["nature_non_conformite"].value for one in numbers
        ]
        return tuple(dict.fromkeys(nature for of in told for nature in of))

    def _counted(self, numbers: list[int]) -> tuple[Any, ...]:
        rows = [self.dossiers[one] for one in numbers]
        days = [day(one["Date de dépôt"]) for one in rows]
        levels = [one["Priorité"] for one in rows if one["Priorité"] != "sans priorité"]
        return (
            len(numbers),
            len({one["SIRET"][:9] for one in rows}),
            min(levels, default="sans priorité"),
            max(days),
            ", ".join(map(str, numbers)),
            sum(one in self.measured for one in numbers),
            min(days),
        )

    @property
    def waiting(self) -> Mapping[int, Cells]:
        """Rows of `À traiter`, in order."""
        told = {number: self._waits(number) for number in self.dossiers}
        found = {number: why for number, why in told.items() if why}

        def urgency(number: int) -> tuple[Any, ...]:
            row, first = self.dossiers[number], _REASONS.index(found[number][0])
            level = row["Priorité"].replace("sans priorité", "P9")
            sent = row["Date de dépôt"].timestamp()
            return level, self.is_national(number), first, -sent, number

        return {
            number: {
                "Pourquoi maintenant": SEMICOLON.join(map(typographic, found[number])),
                **self._turn(number),
            }
            for number in sorted(found, key=urgency)
        }

    def _waits(self, number: int) -> list[str]:
        row, judged = self.dossiers[number], self._judged(number)
        if row["Statut"] not in _OPEN or row["Archivé"] == "Oui":
            return []
        news = self.drawn.news.get(self.author)
        changes = news.changes if news else None
        first = news is None or (changes is None and news.first)
        new = {one.number for one in changes.new} if changes else set()
        moved = {one.number for one, _ in changes.changed} if changes else set()
        rising = self.book.trends.get(self.entries[number].situation)
        complete = row["Statut"] == "Complet"
        holds = {
            "nouveau": first or number in new,
            "réponse du déclarant": number in moved,
            "priorité P1": row["Priorité"] == "P1" and not judged,
            "situation en hausse": rising is not None and rising.direction == "up" and not judged,
            "attend votre avis": complete and not self.is_national(number) and not judged,
        }
        return [name for name in _REASONS if holds[name]]

    def _judged(self, number: int) -> bool:
        row = self.dossiers[number]
        return bool(row["Avis du centre"] or row["Commentaire"])

    def _turn(self, number: int) -> Cells:
        row, one = self.dossiers[number], self.entries[number]
        sent = max(one.report.deposited_at, one.report.champs_modified_at)
        if one.asked_at:
            return {"À qui d’agir": "au déclarant", "Depuis le": day(one.asked_at)}
        mine = row["Statut"] == "Complet" and not self._judged(number)
        return {"À qui d’agir": "à vous" if mine else "à l’agence", "Depuis le": day(sent)}

    @property
    def headline(self) -> Mapping[str, int]:
        """What stands over `À traiter`: how many, of how many, for whom and for what."""
        rows = self.waiting.values()
        if not rows:
            return {}
        told = Counter(one["À qui d’agir"] for one in rows)
        told.update(why for one in rows for why in one["Pourquoi maintenant"].split(SEMICOLON))
        return {"": len(rows), "sur": len(self.dossiers), **told}

    @property
    def withheld(self) -> Mapping[str, str]:
        """Lines of `À propos` that count what is kept back."""
        entries = self.entries.values()
        secret = sum(one.report.fields["secret_affaires"].value is not None for one in entries)
        planned = [_planned(one) for one in entries]
        among = agreed(sum(one > 0 for one in planned), "dossier")
        names = ("donnees_efficacite", "donnees_securite")
        return {
            f"« {MAPPING.fields[one].title} »": f"réponse retenue dans {agreed(secret, 'dossier')}"
            for one in names
        } | {
            f"{MAPPING.fields['mesures'].title} non diffusées": (
                f"{agreed(sum(planned), 'ligne retenue')} dans {among} : celles dont l'état n'est"
                " pas « Prise »"
            )
        }


def _planned(one: ExportedDossier) -> int:
    rows: Any = one.report.fields["mesures"].value
    return sum(row["etat"].value != "Prise" for row in rows)


def counted_over(above: str) -> Mapping[str, int]:
    """What is counted in the sentence over `À traiter`."""
    found = re.search(r"(\d+)\sdossiers?, sur (\d+)", above)
    if found is None:
        return {}
    words = "|".join((*_TURNS, *_REASONS))
    told = re.findall(rf"({words})\s:\s(\d+)", above.replace("'", "’"))
    return {"": int(found[1]), "sur": int(found[2]), **{one: int(count) for one, count in told}}


def of_situations(rows: Iterable[Cells]) -> Counter[tuple[Any, ...]]:
    """Rows of `Situations` as :attr:`Expected.situations` has them."""
    found = []
    for row in rows:
        substances = (
            row["Substance"].replace("non renseignée", ""),
            row["Nature de la non-conformité"],
        )
        told = [one for text in substances if text for one in text.split(SEMICOLON)]
        found.append((_ours(row["Situation"]), *told, *(row[name] for name in _COUNTED)))
    return Counter(found)


def _ours(name: str | None) -> str:
    """The id of a situation, blank of those that people named otherwise: outside they have none."""
    return name if name and name.startswith("SIT-") else ""
