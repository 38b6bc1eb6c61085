"""What a form that nobody reviewed makes the bridge say, over HTTP: never but what it was told.

What each question truly asks, and what each of its choices means, is told by the form's author
(``tests/data/formulaires``); the bridge only takes what it is sure of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from french.time import PARIS
from mappings.adoption.decisions import FILE_NAME, Decision, Decisions, dump_decisions
from mappings.matching.offered import BOXES
from mappings.report.model import Answer, AnswerState, Report
from mappings.schema.file import parse_mapping
from sandbox.form.model import FormRevision
from sandbox.generator.any_form import dossiers_of
from sandbox.generator.data import read as territories
from tests.mappings.matching.variants import (
    Raw,
    Variant,
    every,
    our_wants,
    the_mapping,
    written_by_another,
)
from tests.steps.adopt.conftest import Contact, MakeContact
from tests.steps.adopt.test_values import plain, reports

pytestmark = pytest.mark.first

COUNT = 12
FORMS = [
    ("pharmacien.yaml", 40, 85),
    ("juriste.yaml", 4, 83),
    ("agent.yaml", 20, 57),
    ("groupement.yaml", 13, 59),
    ("laconique.yaml", 16, 47),
    ("hospitalier.yaml", 7, 62),
    ("chef_de_projet.yaml", 7, 62),
    ("statisticien.yaml", 13, 54),
    ("traducteur.yaml", 12, 58),
    ("caisse.yaml", 33, 84),
    ("cadre_a.yaml", 36, 78),
    ("portail_regional.yaml", 18, 69),
    ("regulateur.yaml", 22, 79),
    ("entreprise.yaml", 7, 68),
    ("ancien.yaml", 18, 53),
    ("citoyen.yaml", 7, 60),
    ("numerique.yaml", 8, 70),
]
"""Each with how many fields are sure, and how many are taken once a person has looked, at least."""


@dataclass(frozen=True)
class Told:
    """What the answers to a form say, by its author."""

    variant: Variant

    def misread(self, report: Report, answers: Mapping[Any, Any]) -> list[Any]:
        """Fields that say what was not told: by path, what was read and what was told."""
        revision = FormRevision.from_json(1, 0, self.variant.form["revisions"][-1])
        shown = {one.stable for one in revision.visible_champs(answers)}
        given = {stable: answer for stable, answer in answers.items() if stable in shown}
        return [
            (name, *found)
            for name, answer in report.fields.items()
            for found in self._field(name, answer, given)
        ]

    def unsaid(self, misread: Sequence[Any]) -> bool:
        """Whether it is of choices of which the author did not tell what each means."""
        _, read, told = misread
        asked = [key for key, _ in told] if isinstance(told, list) else []
        return any(
            "sens" not in self._author(key) and not (isinstance(read, bool) and self._asks_yes(key))
            if self._asked(key).get("options")
            else isinstance(read, list | str)
            and self._asked(key)["type"] in BOXES
            and "vaut" not in self._author(key)
            for key in asked
        )

    def _author(self, key: str) -> Raw:
        return self.variant.told.get(key, {})

    def _field(self, path: str, answer: Answer, given: Mapping[str, Any]) -> Iterator[Any]:
        if answer.state is not AnswerState.ANSWERED:
            return
        told = [(key, given[key]) for key in sorted(self._asking(path)) if key in given]
        value = answer.value
        if isinstance(value, tuple) and value and isinstance(value[0], Mapping):
            yield from self._rows(path, value, told)
        elif not self._says(path, plain(value), told):
            yield plain(value), told

    def _asking(self, path: str) -> frozenset[str]:
        none: frozenset[str] = frozenset()
        return self.variant.truth.get(path, none) | self.variant.accepted.get(path, none)

    def _rows(self, path: str, rows: Any, told: Sequence[tuple[str, Any]]) -> Iterator[Any]:
        given = [row for key, answer in told for row in self._as_rows(key, answer)]
        if any(one is True for _, one in told):  # rows that are asked as boxes
            given = [{key: self._asked(key)["label"]} for key, answer in told if answer is True]
        elif len(self._asking(path)) > 1 and told:
            read = {
                f"{path}.{name}"
                for row in rows
                for name, cell in row.items()
                if cell.state is not AnswerState.NOT_ASKED
            }
            champs = frozenset().union(*map(self._asking, read))
            given = [row for row in self._apart(path, dict(told)) if champs & row.keys()]
        if len(rows) != len(given):
            yield len(rows), given
            return
        for row, one in zip(rows, given, strict=True):
            for name, cell in row.items():
                yield from self._field(f"{path}.{name}", cell, one)

    def _apart(self, path: str, told: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows that are asked as champs of their own: each begins with the column asked first.

        One of which no answer is read is no row: they stay among the answers that nothing takes.
        """
        order = [str(one["id"]) for one in every(self.variant.form["revisions"][-1])]
        columns = [ids for name, ids in self.variant.truth.items() if name.startswith(f"{path}.")]
        first = next(key for key in order if any(key in ids for ids in columns))
        begins = next(ids for ids in columns if first in ids)
        rows: list[dict[str, Any]] = [{}]
        for key in order:
            if key in begins:
                rows.append({})
            if key in told:
                rows[-1][key] = told[key]
        return [row for row in rows if row]

    def _as_rows(self, champ: str, answer: Any) -> list[Mapping[str, Any]]:
        if isinstance(answer, list) and answer and not isinstance(answer[0], Mapping):
            return [{champ: one} for one in answer]
        if isinstance(answer, Mapping):  # a place
            return [{champ: answer}]
        return answer if isinstance(answer, list) else []

    def _says(self, path: str, value: Any, told: Sequence[tuple[str, Any]]) -> bool:
        name, _, inner = path.partition(".")
        spec = the_mapping().fields[name]
        kind = (spec.fields[inner] if inner else spec).type
        boxes = {key for key, _ in told if self._asked(key)["type"] in BOXES}
        if boxes and kind in {"choice", "choices"}:
            means = [
                {*_listed(self._author(key).get("vaut")), *_own_words(self._asked(key)["label"])}
                for key, yes in told
                if key in boxes and yes
            ]
            read = value if isinstance(value, list) else [value]
            return len(read) == len(means) and all(one & {*read} for one in means)
        if kind == "checkbox" and not told:
            return value is False
        if kind in {"yes_no", "checkbox"}:
            return any(value is self._yes(key, answer) for key, answer in told)
        if kind in {"choice", "choices"}:
            chosen = [one for key, answer in told for one in self._meanings(key, answer)]
            read = value if isinstance(value, list) else [value]
            return all(any(one in means for means in chosen) for one in read) and all(
                means & {*read} for means in chosen if len(means) > 1
            )
        parts = [str(self._text(answer)) for _, answer in told]
        named = [asked for asked in told if "sens" in self._author(asked[0])]
        parts += [str(one) for asked in named for means in self._meanings(*asked) for one in means]
        places = {code for code, place in _places() if place in parts}
        return any(_same(value, one) for one in (*parts, *places, " ".join(parts)))

    def _asks_yes(self, key: str) -> bool:
        """Whether it is a list that asks yes or no, whatever else it gives to choose."""
        return {True, False} <= {_begins(one) for one in self._asked(key)["options"]}

    def _yes(self, key: str, answer: Any) -> bool | None:
        """What an answer says of a yes or no; ``None``: neither."""
        author = self._author(key)
        if "sens" in author and answer in self._asked(key).get("options", ()):
            means = author["sens"][self._asked(key)["options"].index(answer)]
            return means if isinstance(means, bool) else _begins(means)
        said = answer if isinstance(answer, bool) else _begins(answer)
        return None if said is None else said is not author.get("inverse", False)

    def _meanings(self, key: str, answer: Any) -> list[set[str]]:
        """For each option that was chosen: itself, and what it may be read as."""
        means = self._author(key).get("sens")
        options = self._asked(key).get("options") or []
        found = []
        for one in answer if isinstance(answer, list) else [answer]:
            if not options:  # a text, which is kept as it is but for its line ends
                found.append({one, " ".join(str(one).split())})
                continue
            ours = means[options.index(one)] if means else []
            found.append({one, *_listed(ours)})
        return found

    def _asked(self, key: str) -> Raw:
        return next(
            one for one in every(self.variant.form["revisions"][-1]) if str(one["id"]) == key
        )

    def _text(self, answer: Any) -> Any:
        match answer:
            case Mapping():
                return answer.get("code") or answer.get("name")
            case [{"filename": _}, *_]:
                return [one["filename"] for one in answer]
            case _:
                return answer


def _places() -> Iterator[tuple[str, str]]:
    """Codes and names, as DS gives them."""
    for kind in ("regions", "departements"):
        yield from territories("territories")[kind].items()


def _own_words(label: str) -> tuple[str, str]:
    """A box's question, and what it names after it: « Secteur : ambulatoire »."""
    return label, label.rpartition(" : ")[2]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_YES_OR_NO = re.compile(
    r"(?:\[\w{1,3}\][-–—:.) ]*|\w{1,3} ?[-–—:.)] *)?(?:(oui|vrai|yes|y|o)|non|faux|no|n)"
    r"(?:\s*$|\s*[,;:.(/–—-])",
    re.IGNORECASE,
)


def _begins(answer: Any) -> bool | None:
    """What a choice says that is yes or no, or begins with it, whatever code stands before."""
    found = _YES_OR_NO.match(str(answer).strip())
    return bool(found[1]) if found else None


def _same(value: Any, told: str) -> bool:
    if isinstance(value, date) and "T" in told:
        return value == datetime.fromisoformat(told).astimezone(PARIS).date()
    if isinstance(value, Decimal | int) and told.replace(".", "").isdigit():
        return value == Decimal(told)
    return " ".join(str(value).split()) == " ".join(told.split())


def taken_as_sure(there: Contact, _: Variant) -> Any:
    """The form adapted with nobody to ask."""
    return there.unc("mapping", "adapt", "--auto")


def taken_by_one_who_knows(there: Contact, variant: Variant) -> Any:
    """The form adapted as by a person who takes each right proposal, and says nothing else.

    Where its sense is doubted, they say it: nobody may take it without.
    """
    found = taken_as_sure(there, variant)
    file, said = Path(found["file"]).with_name(FILE_NAME), 0
    of: dict[str, Decision] = {}
    while True:
        for one in found["left"]:
            right = variant.truth.get(one["field"])
            for offered in one["likeliest"]:
                if frozenset(offered["champs"]) == right:
                    doubted = is_doubted(one["field"], offered)
                    sense = asks_the_contrary(variant, offered["champ"]) if doubted else None
                    of.setdefault(one["field"], Decision(offered["champ"], inverted=sense))
        if len(of) == said:
            return found
        said = len(of)
        decisions = Decisions(there.sandbox.demarche, "A. Martin", of)
        file.write_text(dump_decisions(decisions), encoding="utf-8")
        found = taken_as_sure(there, variant)


def is_doubted(path: str, offered: Mapping[str, Any]) -> bool:
    """Whether a person is asked in which sense a question asks before they may take it."""
    (kind,) = {one.type for one in our_wants().every if one.path == path}
    return kind == "yes_no" and any("le contraire" in mark for mark in offered["marks"])


def asks_the_contrary(variant: Variant, champ: str) -> bool:
    """Whether the yes of a question is our no, by its author."""
    asked = next(one for one in every(variant.form["revisions"][-1]) if str(one["id"]) == champ)
    yes = next((one for one in asked.get("options", ()) if _begins(one)), True)
    return Told(variant)._yes(champ, yes) is False


@pytest.mark.parametrize(
    ("options", "author", "read", "odd"),
    [
        (["Oui", "Non"], {}, True, "Non"),
        (["Oui", "Non"], {"inverse": True}, False, "Non"),
        (["1 - Oui", "2 - Non", "3 - Ne sait pas"], {"inverse": True}, True, "1 - Oui"),
        (["[N] Non", "[O] Oui."], {}, True, "[N] Non"),
        (["Y", "N"], {}, False, "Y"),
        (["Oui, au moins un", "Non", "Non déterminé"], {}, False, "Non déterminé"),
        (["Oui", "Non"], {"sens": ["Non", "Oui"]}, True, "Oui"),
        (["Ici", "Ailleurs"], {"sens": [True, False]}, True, "Ailleurs"),
    ],
)
def test_a_yes_or_no_that_is_asked_as_a_list_is_judged(
    options: list[str], author: Raw, read: bool, odd: str
) -> None:
    """Of the choices, those that say the contrary, or neither, are misread: one of them here."""
    asked = {"id": 1, "type": "drop_down_list", "options": options}
    form = {"revisions": [{"champs": [asked], "annotations": []}]}
    told = Told(Variant(form, {"maladie_rare": frozenset({"1"})}, told={"1": author}))
    answer = Answer(AnswerState.ANSWERED, read)
    wrong = {one: [*told._field("maladie_rare", answer, {"1": one})] for one in options}
    right = [one for one, found in wrong.items() if not found]
    assert (len(right), odd in right) == (1, False)
    assert not told.unsaid(("maladie_rare", *wrong[odd][0]))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sure", "with_help"), FORMS)
def test_nothing_says_another_thing_than_it_was_told(
    contact: MakeContact, name: str, sure: int, with_help: int
) -> None:
    variant = written_by_another(name)
    given = dossiers_of(variant.form, COUNT, seed=11)
    there, told = contact(variant, given), Told(variant)
    there.unc("sync")
    for adapt, least in ((taken_as_sure, sure), (taken_by_one_who_knows, with_help)):
        found = adapt(there, variant)
        mapping = parse_mapping(Path(found["file"]).read_text("utf-8"), source="mapping.yaml")
        read = reports(there.sandbox, mapping)
        wrong = [
            (one.number, *each)
            for one in given
            for each in told.misread(read[one.number], one.answers)
            if not told.unsaid(each)
        ]
        assert wrong == []
        assert len(found["sure"]) >= least
