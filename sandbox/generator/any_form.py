"""Fictional dossiers that fit any form: each question answered by its type and its words.

A required question is always answered, as DS wants, but for a map. Where a form still asks all that
the démarche UNC asks, its dossiers are those of `sandbox.generator.generate`.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import orjson

from sandbox.demarche.intake import NewDossier
from sandbox.demarche.seed import SeedCompany, SeedDossier
from sandbox.form.model import DECORATIVE, FormRevision, TypeDeChamp
from sandbox.generator.data import (
    HERE,
    CompanyProfile,
    Contact,
    DocumentedUse,
    FictionalMedicine,
    companies,
    medicine,
    read,
    situations,
)
from sandbox.generator.files import attachment
from sandbox.generator.generate import FIRST_NUMBER, NOW, generate

Form = Mapping[str, Any]

OPTIONAL_ANSWERED = 0.6
_STATES = (*["en_construction"] * 6, *["en_instruction"] * 2, "accepte", "refuse", "sans_suite")
_EVERY_HOURS = (2, 60)
_EXAMPLES_AMONG = 300


def shipped_form() -> dict[str, Any]:
    """Return the form of the démarche UNC that comes with the package."""
    form: dict[str, Any] = orjson.loads((HERE / "formulaire.json").read_bytes())
    return form


def dossiers_of(
    form: Form, count: int, *, seed: int, now: datetime = NOW
) -> Sequence[SeedDossier | NewDossier]:
    """Give ``count`` dossiers that fit a form.

    Args:
        form: the form, as `sandbox.demarche.form_file.read_form` gives it.
        count: how many.
        seed: the same gives the same dossiers.
        now: aware; all are deposited before.
    """
    if _still_asks(form["revisions"], shipped_form()["revisions"]):
        return generate(count, seed=seed, now=now)
    return list(_written(form, count, Random(f"{seed}/any"), now))


def example(revision: FormRevision, at: int) -> dict[str, Any]:
    """Give who deposits and what they answer, well, in a revision; another for each rank."""
    if _still_asks([revision.raw], shipped_form()["revisions"][-1:]):
        return deepcopy(_shipped_examples()[at % len(_shipped_examples())])
    rng = Random(f"{at}/example")
    writer = AnyFormWriter.draw(rng, NOW, FIRST_NUMBER)
    company, answers = writer.company, writer.answers(revision)
    return _deposit(company.siret, company.name, writer.contact.email, answers)


@cache
def _shipped_examples() -> list[dict[str, Any]]:
    made = generate(_EXAMPLES_AMONG, seed=16)
    last = len(shipped_form()["revisions"])
    return [
        _deposit(one.company.siret, one.company.name, one.usager_email, one.answers)
        for one in made
        if one.planted.status == "Complet" and one.planted.kind == "plain" and one.revision == last
    ]


def _deposit(siret: str, name: str, email: str, answers: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "company": {"siret": siret, "name": name},
        "usager_email": email,
        "answers": {str(stable): answer for stable, answer in answers.items()},
    }


def _still_asks(revisions: Sequence[Form], shipped: Sequence[Form]) -> bool:
    """Say whether answers to the shipped form answer this one, whatever its words."""
    if len(revisions) != len(shipped):
        return False
    for new, old in zip(revisions, shipped, strict=True):
        asked = _asked(old["champs"])
        more = [one for one in new["champs"] if one["id"] not in asked]
        if any(one.get("required") for one in more) or not all(
            _asked(new[name]).items() >= _asked(old[name]).items()
            for name in ("champs", "annotations")
        ):
            return False
    return True


def _asked(questions: Sequence[Form]) -> dict[int, Any]:
    return {
        one["id"]: (
            one["type"],
            one.get("options"),
            one.get("condition"),
            _asked(one.get("children", ())),
        )
        for one in questions
    }


def _written(form: Form, count: int, rng: Random, now: datetime) -> Iterator[NewDossier]:
    revisions = [FormRevision.from_json(at, 0, raw) for at, raw in enumerate(form["revisions"], 1)]
    hours = [rng.randint(*_EVERY_HOURS) for _ in range(count)]
    born = now - timedelta(hours=sum(hours))
    for at, wait in enumerate(hours):
        born += timedelta(hours=wait, minutes=-rng.randint(0, 59))
        state = rng.choice(_STATES)
        decided = state not in {"en_construction", "en_instruction"}
        revision = rng.choice(revisions) if decided else revisions[-1]
        writer = AnyFormWriter.draw(rng, born.replace(microsecond=0), FIRST_NUMBER + at)
        answers = writer.answers(revision)
        moved = born + rng.random() * (now - born)
        yield NewDossier(
            number=FIRST_NUMBER + at,
            revision=revision.id,
            state=state,
            groupe=rng.choice((0, 0, 0, rng.randrange(len(form["groupes"])))),
            deposited_at=born.replace(microsecond=0),
            updated_at=moved.replace(microsecond=0),
            usager_email=writer.contact.email,
            company=SeedCompany(writer.company.siret, writer.company.name),
            answers=answers,
            archived=decided and rng.random() < 0.3,  # noqa: PLR2004
            mandatory=not any(one.required and one.kind == "carte" for one in revision.champs),
        )


@dataclass(frozen=True, slots=True)
class AnyFormWriter:
    """Who answers one dossier, about what."""

    rng: Random
    born: datetime
    number: int
    company: CompanyProfile
    contact: Contact
    situation: DocumentedUse
    medicine: FictionalMedicine

    @classmethod
    def draw(cls, rng: Random, born: datetime, number: int) -> "AnyFormWriter":
        """Choose a company, one of its people, and what the dossier is about."""
        situation = rng.choice(situations())
        key = rng.choice(situation.companies)
        company = companies()[key]
        product = medicine(situation.id, rng.randrange(len(situation.products)), key)
        return cls(rng, born, number, company, rng.choice(company.contacts), situation, product)

    def answers(self, revision: FormRevision) -> dict[str, Any]:
        """Answer the questions that show, in their order: an answer may make another one show."""
        given: dict[str, Any] = {}
        for one in revision.champs:
            if one in revision.visible_champs(given):
                self._put(given, one)
        return given

    def _put(self, given: dict[str, Any], one: TypeDeChamp) -> None:
        if one.kind in DECORATIVE:
            return
        if one.required or self.rng.random() < OPTIONAL_ANSWERED:
            answer = self._answer(one, len(given))
            if answer is not None:
                given[one.stable] = answer

    def _answer(self, one: TypeDeChamp, place: int) -> Any:
        rng = self.rng
        match one.kind:
            case "text" | "textarea" | "formatted":
                return self.text(one)
            case "yes_no":
                return rng.random() < 0.6  # noqa: PLR2004
            case "checkbox":
                return True if one.required else rng.random() < 0.5  # noqa: PLR2004
            case "integer_number" | "number":
                return self._integer(one)
            case "decimal_number":
                return round(rng.uniform(0.1, 99.9), 1)
            case "date" | "datetime":
                return self._date(one.kind, place)
            case "drop_down_list" | "multiple_drop_down_list" | "linked_drop_down_list":
                return self._chosen(one)
            case "repetition":
                return [self._row(one) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
            case "piece_justificative" | "titre_identite":
                return [attachment(f"piece-{one.stable}.pdf", [one.label, self.company.name])]
            case _:
                return self._known(one)

    def _chosen(self, one: TypeDeChamp) -> Any:
        rng = self.rng
        if one.kind == "linked_drop_down_list":
            primary = rng.choice(list(one.options))
            return [primary, rng.choice(one.options[primary] or [""])]
        listed = list(one.rows) if one.rows else one.choices()
        if one.kind == "drop_down_list":
            return rng.choice(listed)
        return rng.sample(listed, min(len(listed), rng.choice((1, 1, 2, 3))))

    def _known(self, one: TypeDeChamp) -> Any:
        """Answer what is the same whatever the words of the question; ``None``: not known."""
        data = read("any_form")
        if one.known:
            return self.rng.choice(list(one.known))
        match kind := one.kind:
            case "email":
                return self.contact.email
            case "phone":
                return self.contact.phone
            case "siret":
                return self.company.siret
            case "civilite":
                return self.rng.choice(data["civilite"])
            case "address":
                return dict(data["address"])
            case "regions" | "departements":
                code, name = self.rng.choice(list(read("territories")[kind].items()))
                return {"code": code, "name": name}
            case "communes" | "pays" | "epci":
                return dict(data["places"][kind])
            case "dossier_link":
                return str(max(FIRST_NUMBER, self.number - 1))
            case _:
                return data["codes"].get(kind)

    def _row(self, one: TypeDeChamp) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for child in one.children:
            self._put(row, child)
        if not row:  # a row with nothing in it says nothing
            for child in one.children[:1]:
                answer = self._answer(child, 0)
                row |= {} if answer is None else {child.stable: answer}
        return row

    def _integer(self, one: TypeDeChamp) -> int:
        if "dossier" in plain(one.label):
            return max(FIRST_NUMBER, self.number - 1)
        return self.rng.choice((0, 1, 2, 3, 5, 8, 12, 40, 150, 1200))

    def _date(self, kind: str, place: int) -> str:
        """A later question has a later date; all are before the deposit."""
        days = max(1, 200 - 2 * place) + self.rng.randint(0, 1)
        when = self.born - timedelta(days=days)
        return when.isoformat() if kind == "datetime" else when.date().isoformat()

    def text(self, one: TypeDeChamp) -> str:
        """Answer in words, by the words of the question."""
        data, label = read("any_form"), plain(one.label)
        if one.kind == "formatted":
            return self._say(data["formatted"], one)
        for line in data["texts"]:
            if any(word in label for word in line["words"]):
                said = self._say(line["says"], one)
                if said.strip():
                    return said
        return self._say(self.rng.choice(data["long" if one.kind == "textarea" else "short"]), one)

    def _say(self, template: str, one: TypeDeChamp) -> str:
        about = self.situation
        words = {"of": about.of, "the": about.the, "substance": about.substance}
        lists = {
            name: self.rng.choice(getattr(about, name) or ("",)).format(**words)
            for name in _LISTS
            if f"{{situation.{name}}}" in template
        }
        said: str = template.format(
            medicine=self.medicine,
            contact=self.contact,
            company=self.company,
            situation=_Words(lists),
            label=one.label,
            year=self.born.year,
            digits=self.rng.randint(100, 999),
        )
        return said


_LISTS = (
    "references",
    "routes",
    "doses",
    "indications",
    "titles",
    "authorised",
    "observed",
    "contexts",
    "efficacy",
    "safety",
    "impacts",
    "justifications",
)


@dataclass(frozen=True, slots=True)
class _Words:
    chosen: Mapping[str, str]

    def __getattr__(self, name: str) -> str:
        return self.chosen[name]


def plain(text: str) -> str:
    """Return a label in lower case, without accents."""
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in folded if not unicodedata.combining(character))
