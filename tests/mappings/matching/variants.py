"""Forms that nobody reviewed, made of the sandbox's by scripts or written by hand, with the truth.

A variant is a form of the sandbox (JSON), with the champs that truly ask each field.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from mappings.dossier.decode import decode_revision
from mappings.dossier.revision import Revision
from mappings.drift.model import Needs
from mappings.drift.reviewed import ReviewedForm, parse_reviewed
from mappings.matching.learned import FILE_NAME, parse_learned
from mappings.matching.lexicon import Lexicon, parse_lexicon
from mappings.matching.wanted import Wants, wants
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from sandbox.api.views import descriptors
from sandbox.common.ids import encode
from sandbox.form.model import FormRevision
from sandbox.server import default_form
from triage.rules.file import parse_ruleset
from triage.rules.needs import needs_of

ROOT = Path(__file__).parents[3]
LEARNED = ROOT / "mappings" / "unc" / FILE_NAME
FORMS = ROOT / "tests" / "data" / "formulaires"
Raw = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """A form, and what it truly asks.

    Attributes:
        form: The form as the sandbox reads it, of one revision.
        truth: Ids of the champs that ask each field, by path; fields that none asks are not there.
        accepted: Ids of champs that may be taken for a field though they do not quite ask it.
        told: How the form's author answers, by champ: ``sens``, of each option the option of ours
            (a list: any of them, none); ``inverse``, yes means no; ``vaut``, the option of ours
            that a yes stands for (a list: either).
    """

    form: Raw
    truth: Mapping[str, frozenset[str]]
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    told: Mapping[str, Raw] = field(default_factory=dict)

    @property
    def revision(self) -> Revision:
        """Its revision, as it is read once the sandbox has served it."""
        made = FormRevision.from_json(0, 0, self.form["revisions"][-1])
        return decode_revision(
            {
                "id": encode("ProcedureRevision", 5000),
                "champDescriptors": descriptors(made.champs),
                "annotationDescriptors": descriptors(made.annotations),
            }
        )


@cache
def the_mapping() -> FormMapping:
    path = ROOT / "mappings/unc/mapping.yaml"
    return parse_mapping(path.read_text("utf-8"), source=path.name)


@cache
def the_lexicon() -> Lexicon:
    path = ROOT / "mappings/unc/synonymes.yaml"
    lexicon = parse_lexicon(path.read_text("utf-8"), source=path.name)
    learned = parse_learned(LEARNED.read_text("utf-8"), source=LEARNED.name, form="unc")
    return replace(lexicon, learned=learned)


DECIDE = ("diffusable", "traitement_manuel")
"""Annotations of yes or no by which a person decides."""


@cache
def the_needs() -> Needs:
    text = (ROOT / "triage/unc/rules/2026-1.yaml").read_text("utf-8")
    needs = needs_of(parse_ruleset(text, source="2026-1.yaml", mapping=the_mapping()))
    return replace(needs, decide=frozenset(f"annotations.{name}" for name in DECIDE))


@cache
def the_reviewed() -> ReviewedForm:
    text = (ROOT / "mappings/unc/formulaire-relu.yaml").read_text("utf-8")
    return parse_reviewed(text, source="formulaire-relu.yaml")


def our_wants(lexicon: Lexicon | None = None) -> Wants:
    return _our_wants() if lexicon is None else _wants_in(lexicon)


@cache
def _our_wants() -> Wants:
    return _wants_in(the_lexicon())


def _wants_in(lexicon: Lexicon) -> Wants:
    return wants(
        the_mapping(),
        reviewed=[(the_mapping(), the_reviewed())],
        needs=the_needs(),
        lexicon=lexicon,
    )


def own_paths() -> dict[int, str]:
    """The field of each champ of the sandbox's own form."""
    found: dict[int, str] = {}
    for name, spec in the_mapping().fields.items():
        found |= {int(one): name for one in spec.champs}
        for key, child in spec.fields.items():
            found |= {int(one): f"{name}.{key}" for one in child.champs}
    for name, note in the_mapping().annotations.items():
        found |= {int(one): f"annotations.{name}" for one in note.champs}
    return found


def our_revision() -> Raw:
    return deepcopy(default_form()["revisions"][-1])


def every(revision: Raw) -> Iterator[Raw]:
    """Each champ and annotation, those of rows too."""
    for one in (*revision["champs"], *revision["annotations"]):
        yield one
        yield from one.get("children", ())


def as_form(revision: Raw) -> Raw:
    return {**default_form(), "revisions": [revision]}


def _truth(revision: Raw, path_of: Mapping[int, str]) -> dict[str, frozenset[str]]:
    return {
        path_of[one["was"]]: frozenset({str(one["id"])})
        for one in every(revision)
        if one.get("was") in path_of
    }


def _renumbered(revision: Raw, seed: int) -> Raw:
    """Other ids, in another order than the champs'; each champ remembers which one it was."""
    ids = list(range(3_000_000, 3_000_000 + 500))
    random.Random(seed).shuffle(ids)
    given: dict[int, int] = {}
    for one in every(revision):
        one["was"] = one["id"]
        one["id"] = given[one["was"]] = ids.pop()
    for one in every(revision):
        condition = one.get("condition")
        if condition:
            condition["champ"] = given[condition["champ"]]
    return revision


def _made(revision: Raw) -> Variant:
    truth = _truth(revision, own_paths())
    ours = {one["id"]: one.get("options") for one in every(our_revision())}
    told = {
        str(one["id"]): {"sens": ours[was]}
        for one in every(revision)
        if isinstance(ours.get(was := one.pop("was", None)), list)
    }
    return Variant(as_form(revision), truth, told=told)


def other_ids() -> Variant:
    """The same questions, other ids."""
    return _made(_renumbered(our_revision(), 1))


def reworded() -> Variant:
    """The same questions in other words, options too."""
    told = YAML(typ="safe").load((FORMS / "reformule.yaml").read_text("utf-8"))
    revision = _renumbered(our_revision(), 2)
    for one in every(revision):
        one["label"] = told["libelles"].get(one["was"], one["label"])
        if one["was"] in told["options"]:
            one["options"] = told["options"][one["was"]]
    return _made(revision)


_RETYPED: Mapping[int, Raw] = {
    1: {"type": "drop_down_list", "options": ["Oui", "Non", "Ne sait pas"]},
    27: {"type": "drop_down_list", "options": ["Oui", "Non"]},
    6: {"type": "text"},
    10: {"type": "text"},
    11: {"type": "text"},
    14: {"type": "text"},
    17: {"type": "textarea"},
    30: {"type": "drop_down_list"},
    36: {"type": "datetime"},
    42: {"type": "decimal_number"},
    45: {"type": "text"},
    46: {"type": "decimal_number"},
    50: {"type": "text"},
    54: {"type": "drop_down_list", "options": ["Oui", "Non", "Ne sait pas"]},
}


def retyped() -> Variant:
    """Other types; medicines and measures asked one after the other instead of in rows."""
    revision = _renumbered(our_revision(), 3)
    truth = _truth(revision, own_paths())
    numbers = iter(range(3_100_000, 3_200_000))
    champs = []
    for one in revision["champs"]:
        one.update(_RETYPED.get(one["was"], {}))
        if one["was"] not in {15, 56}:
            champs.append(one)
            continue
        rows = own_paths()[one["was"]]
        flat: dict[str, set[str]] = {path: set() for path in truth if path.startswith(f"{rows}.")}
        for number in (1, 2, 3):
            for child in one["children"]:
                made = {
                    **child,
                    "id": next(numbers),
                    "label": f"{one['label']} {number} : {child['label']}",
                    "required": False,
                }
                champs.append(made)
                flat[own_paths()[child["was"]]].add(str(made["id"]))
        truth |= {path: frozenset(ids) for path, ids in flat.items()}
        truth[rows] = frozenset().union(*flat.values())
    revision["champs"] = champs
    for one in every(revision):
        one.pop("was", None)
    return Variant(as_form(revision), truth)


_UNKNOWN = (
    ("text", "Numéro d'AMM européen"),
    ("date", "Date de l'AMM"),
    ("integer_number", "Nombre de lots concernés"),
    ("yes_no", "Le produit est-il en rupture de stock ?"),
    ("yes_no", "Un essai clinique est-il en cours hors du territoire national ?"),
    ("text", "Nom du second contact"),
    ("email", "Courriel du médecin prescripteur"),
    ("integer_number", "Nombre de patients de moins de 18 ans"),
    ("textarea", "Commentaire libre"),
    ("checkbox", "J'accepte d'être recontacté"),
)


def a_third_absent() -> Variant:
    """One question out of three is not asked, and ten are that nobody knows."""
    revision = _renumbered(our_revision(), 4)
    chance = random.Random(4)
    revision["champs"] = [
        one
        for one in revision["champs"]
        if one["type"] == "header_section" or chance.random() > 1 / 3
    ]
    there = {one["id"] for one in every(revision)}
    for one in every(revision):
        if one.get("condition") and one["condition"]["champ"] not in there:
            del one["condition"]
    for number, (kind, label) in enumerate(_UNKNOWN):
        at = chance.randrange(1, len(revision["champs"]))
        unknown = {"id": 3_200_000 + number, "label": label, "type": kind, "required": False}
        revision["champs"].insert(at, unknown)
    return _made(revision)


def written_by_another(name: str = "autre_plume.yaml") -> Variant:
    """A form written from the guide alone."""
    written = YAML(typ="safe").load((FORMS / name).read_text("utf-8"))
    truth: dict[str, frozenset[str]] = {}
    accepted: dict[str, frozenset[str]] = {}
    told: dict[str, Raw] = {}

    def read(one: Raw, place: str) -> Raw:
        asked, may_answer = _listed(one.pop("donnee", [])), _listed(one.pop("accepte", []))
        for found, paths in ((truth, asked), (accepted, may_answer)):
            for path in {part for each in paths for part in (each, each.partition(".")[0])}:
                there = found.get(f"{place}{path}", frozenset())
                found[f"{place}{path}"] = there | {str(one["id"])}
        told[str(one["id"])] = {key: one.pop(key) for key in _TOLD if key in one}
        if "children" in one:
            rows = f"{asked[0]}." if asked else "."
            one["children"] = [read(child, rows) for child in one["children"]]
        return {"required": False, **one}

    revision = {
        "champs": [read(one, "") for one in written["champs"]],
        "annotations": [read(one, "annotations.") for one in written["annotations"]],
    }
    form = {**as_form(revision), "title": written["title"]}
    return Variant(form, truth, accepted, told)


_TOLD = ("sens", "inverse", "vaut")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


VARIANTS: Mapping[str, Callable[[], Variant]] = {
    "same labels, other ids": other_ids,
    "reworded": reworded,
    "retyped and flattened": retyped,
    "a third absent, ten unknown": a_third_absent,
    "written by another": written_by_another,
    "written by a third": lambda: written_by_another("troisieme_plume.yaml"),
    "written last": lambda: written_by_another("quatrieme_plume.yaml"),
    "unknown": lambda: written_by_another("inconnue.yaml"),
    "foreign": lambda: written_by_another("etrangere_a.yaml"),
    "as one talks": lambda: written_by_another("causerie.yaml"),
    "as files are headed": lambda: written_by_another("rubrique.yaml"),
    "as offices write": lambda: written_by_another("industriel.yaml"),
}
