"""Signals of other sources than companies: what is entered, where it goes, what it attracts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from french.text import fold
from french.time import calendar_day
from triage.registre.acts import By, Draft, Verb
from triage.registre.drafting import When, draft
from triage.registre.lists import Lists, choice
from triage.registre.refused import Refused, needed, without_patients
from triage.registre.register import Register, Signal, Situation, State
from triage.situations.description import Description
from triage.situations.facets import compare
from triage.situations.grouping import signature
from triage.situations.likeness import Likeness
from triage.situations.matching import Facet, MatchingRules
from triage.situations.words.other_names import canonical
from triage.situations.words.vocabulary import labels_of

FIELDS: Mapping[str, str] = {
    "type": "Type de source",
    "organisme": "Organisme",
    "reçu_le": "Reçu le",
    "période": "Période",
    "substance": "Substance",
    "cis": "Code CIS",
    "nature": "Nature de la non-conformité",
    "population": "Population",
    "voie": "Voie utilisée",
    "résumé": "Résumé",
    "cas": "Nombre de cas",
    "référence": "Référence ou lien",
    "diffusion": "Diffusion",
    "suite": "Suite",
}
"""What is entered of a signal, with its French name; « ; » separates several options."""
_DAY = "date de réception"
_LIKELIEST = 3
_CIS = 8


@dataclass(frozen=True, slots=True)
class Likely:
    """A situation that a signal may belong to.

    Attributes:
        situation: Its id.
        likeness: From 0 to 1.
        agreeing: What agrees: ``substance``, and fields of the reports.
    """

    situation: str
    likeness: float
    agreeing: tuple[str, ...]


def enter(name: str, given: Mapping[str, str], *, by: By, when: When, lists: Lists) -> list[Draft]:
    """Enter a signal, « À rattacher »; it holds from the day on which it was received.

    Raises:
        Refused: A company is its source, something is missing or wrong, or a text looks like
            patient data; the field is named.
    """
    values = {field: " ".join(given.get(field, "").split()) for field in FIELDS}
    if fold(values["type"]) == "entreprise":
        raise Refused("Type de source : une entreprise signale par la démarche, jamais ici.")
    values["type"] = choice(needed(values["type"], FIELDS["type"]), lists.sources, FIELDS["type"])
    diffusion = values["diffusion"] or lists.diffusions[0]
    values["diffusion"] = choice(diffusion, lists.diffusions, FIELDS["diffusion"])
    for field in ("organisme", "substance", "résumé"):
        needed(values[field], FIELDS[field])
    _refuse_numbers(values)
    for field in ("organisme", "période", "substance", "résumé", "référence", "suite"):
        without_patients(values[field], FIELDS[field])
    received = _received(values["reçu_le"] or when.on.isoformat())
    kept = {**values, "reçu_le": received.isoformat()}
    new = {field: text for field, text in kept.items() if text}
    return [draft(name, Verb.SIGNAL, by=by, when=when, new=new, on=received, why_then=_DAY)]


def place_signal(
    name: str, former: str | None, one: Situation, *, by: By, when: When, on: date
) -> list[Draft]:
    """Place a signal in a situation.

    Raises:
        Refused: That situation was merged, or the signal is there.
    """
    if one.state is State.MERGED:
        raise Refused(f"{one.id} est fondue dans {one.merged_into} : choisissez celle-ci.")
    if former == one.id:
        raise Refused(f"{name} est déjà dans {one.id}.")
    return [placing_signal(name, former, one.id, by=by, when=when, on=on)]


def placing_signal(
    name: str, former: str | None, situation: str, *, by: By, when: When, on: date
) -> Draft:
    """A signal joins a situation."""
    values = {"situation": former}, {"situation": situation, "confirmé": True}
    return draft(
        name,
        Verb.PLACED,
        by=by,
        when=when,
        former=values[0],
        new=values[1],
        on=on,
        why_then=_DAY,
    )


def find_signal(register: Register, name: str) -> Signal:
    """A signal by its id, whatever its case.

    Raises:
        Refused: There is none.
    """
    found = register.signals.get(name.strip().upper())
    if found is None:
        raise Refused(f"Aucun signal {name} : voir « unc registre signal list ».")
    return found


def described(one: Signal, matching: MatchingRules, lists: Lists) -> Description:
    """A signal as matching sees it; its number is negative: that of no dossier."""
    fields = {name: str(text) for name, text in one.fields.items()}
    answers = {
        field: tuple(
            sorted(part.strip() for part in fields.get(name, "").split(";") if part.strip())
        )
        for name, field in lists.donnees.items()
    }
    substance = canonical(
        fields.get("substance", ""),
        salts=matching.salts,
        names=matching.names,
        companions=matching.companions,
    )
    return Description(
        number=-int(one.id.rsplit("-", 1)[-1]),
        in_scope=True,
        company="",
        medicines=(substance,) if substance else (),
        codes={},
        unnamed=(),
        facets={
            facet.field: _answer(facet, answers, fields.get("résumé", ""), matching)
            for facet in matching.situations.facets
        },
        answers={},
        initial=True,
        earlier=None,
    )


def anchors(
    register: Register, matching: MatchingRules, lists: Lists
) -> dict[str, list[Description]]:
    """Signals of each situation, as they would be described."""
    found: dict[str, list[Description]] = {}
    for one in register.signals.values():
        if one.situation:
            found.setdefault(one.situation, []).append(described(one, matching, lists))
    return found


def likeliest(
    signal: Description, situations: Mapping[str, Sequence[Description]], matching: MatchingRules
) -> tuple[Likely, ...]:
    """The three situations that a signal most likely belongs to, the likeliest first.

    Args:
        signal: The signal.
        situations: Reports and signals of each situation.
        matching: How they are compared.
    """
    likeness, mine = Likeness(matching), signature(signal, matching)
    found = [
        max(
            ((likeness(mine, signature(one, matching)), -one.number, name, one) for one in members),
            key=lambda each: each[:2],
        )
        for name, members in situations.items()
        if members
    ]
    best = sorted(found, key=lambda each: (-each[0], each[2]))
    return tuple(
        Likely(name, round(value, 2), tuple(_agreeing(signal, one, matching)))
        for value, _, name, one in best[:_LIKELIEST]
        if value > 0
    )


def _agreeing(one: Description, other: Description, matching: MatchingRules) -> Iterable[str]:
    if {*one.medicines} & {*other.medicines}:
        yield "substance"
    for field, share in compare(one.facets, other.facets, matching).items():
        if share:
            yield field


def _answer(
    facet: Facet, answers: Mapping[str, tuple[str, ...]], summary: str, matching: MatchingRules
) -> tuple[str, ...]:
    told = answers.get(facet.field, ())
    match facet.kind:
        case "use":
            asked = all(option in answers.get(name, ()) for name, option in facet.asked_by.items())
            return labels_of(matching.vocabulary.uses_of(summary)) if asked else ()
        case "route" if set(told) & facet.vague:
            return (matching.vocabulary.route_of(summary) or next(iter(facet.vague)),)
        case _:
            return tuple(one for one in told if one not in facet.vague)


def _received(text: str) -> date:
    try:
        return calendar_day(text)
    except ValueError as error:
        raise Refused(f"{FIELDS['reçu_le']} : « {text} » n'est pas une date.") from error


def _refuse_numbers(values: Mapping[str, str]) -> None:
    cases, code = values["cas"], values["cis"]
    if cases and not cases.isdecimal():
        raise Refused(f"{FIELDS['cas']} : « {cases} » n'est pas un nombre entier.")
    if code and not (code.isdecimal() and len(code) == _CIS):
        raise Refused(f"{FIELDS['cis']} : « {code} » n'a pas {_CIS} chiffres.")
