"""Life of a situation: what a person may do of it, in which state, and the acts that it makes.

Nobody chooses what is only worked out: whether a closed one wakes (:func:`wakes`, here), Décidée
and Suivie, which its measures give, and the day of each state
(:mod:`triage.registre.state_from_acts`), the level that its reports propose
(:mod:`triage.registre.risk_level`). Who may act is decided in ``portal/people/roles.py``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from french.text import agreed
from triage.registre.acts import (
    Act,
    By,
    Draft,
    Values,
    Verb,
    dossier_object,
    situations_of,
)
from triage.registre.drafting import When, check_day, draft
from triage.registre.lists import Lists, choice
from triage.registre.refused import Refused, needed, without_patients
from triage.registre.register import OPEN, Register, Situation, State, resolve_in
from triage.situations.propose import no_such

TEXTS: Mapping[str, str] = {
    "titre": "Titre public",
    "usage_autorise": "Usage autorisé",
    "usage_constate": "Usage constaté",
    "risque": "Risque (avéré ou potentiel)",
    "pilote": "Pilote",
    "qualification": "Qualification",
    "resume_clair": "Résumé en langage clair",
    "surveillance": "Programme de surveillance renforcée",
}
"""What people enter of a situation, with its French name."""
_FREE = frozenset({"titre", "usage_autorise", "usage_constate", "resume_clair"})  # may leave
REQUIRED = ("titre", "usage_autorise", "usage_constate", "risque", "pilote")


@dataclass(frozen=True, slots=True)
class LevelGiven:
    """A level of risk as a person gives it.

    Attributes:
        level: One of ``niveaux``.
        justification: Why.
        criteria: Answer to each criterion; one that is not given is « inconnu ».
        proposed: What was proposed then, kept beside it.
    """

    level: str
    justification: str
    criteria: Mapping[str, str] = field(default_factory=dict)
    proposed: str = ""


def find(register: Register, name: str) -> Situation:
    """A situation by its id, whatever its case; a merged one is itself.

    Raises:
        Refused: There is none.
    """
    folded = name.strip().casefold()
    for one in register.situations.values():
        if one.id.casefold() == folded:
            return one
    raise Refused(no_such(name, where=" au registre", listed_by="unc registre list"))


def validate(
    one: Situation,
    given: Mapping[str, str],
    level: LevelGiven,
    *,
    by: By,
    when: When,
    lists: Lists,
) -> list[Draft]:
    """*Valider*: the grouping becomes a situation, under the same id; its dossiers are confirmed.

    Raises:
        Refused: It is not to be validated, or something required is missing.
    """
    _require(one, {State.TO_VALIDATE}, "Valider")
    if when.on < one.opened_on:
        raise Refused(
            f"{one.id} : son premier signal est du {one.opened_on:%d/%m/%Y}, elle ne peut être"
            " identifiée avant."
        )
    drawn = _life(one, Verb.VALIDATED, by=by, when=when)
    values = _texts({**dict.fromkeys(REQUIRED, ""), **given}, lists)
    leveled = set_level(one, level, by=by, when=when, lists=lists, required=False)
    return [replace(drawn, new={**values, "dossiers": list(one.dossiers)}), *leveled]


def change(
    one: Situation, given: Mapping[str, str], *, by: By, when: When, lists: Lists
) -> list[Draft]:
    """Enter other texts of a validated situation; no act where nothing differs."""
    _require(one, {*OPEN, State.CLOSED}, "Modifier")
    values = _texts(given, lists)
    new = {name: text for name, text in values.items() if one.fields.get(name, "") != text}
    former = {name: one.fields.get(name, "") for name in new}
    if not new:
        return []
    return [draft(one.id, Verb.CHANGED, by=by, when=when, former=former, new=new)]


def set_level(
    one: Situation,
    given: LevelGiven,
    *,
    by: By,
    when: When,
    lists: Lists,
    required: bool = True,
) -> list[Draft]:
    """Set the level of risk, with its criteria and its justification.

    Raises:
        Refused: It is not validated, an answer is none of the list, or the justification is short.
    """
    if required:
        _require(one, OPEN, "Niveau")
    justification = " ".join(given.justification.split())
    if len(justification) < lists.justification:
        raise Refused(
            f"Justification du niveau : {agreed(len(justification), 'caractère')},"
            f" il en faut au moins {lists.justification}."
        )
    without_patients(justification, "Justification du niveau")
    criteria = {
        choice(name, lists.criteres, "Critère"): choice(answer, lists.reponses, f"Critère {name}")
        for name, answer in given.criteria.items()
    }
    new: Values = {
        "niveau": choice(given.level, lists.niveaux, "Niveau"),
        "critères": {name: criteria.get(name, lists.reponses[-1]) for name in lists.criteres},
        "justification": justification,
        "proposé": given.proposed,
    }
    return [draft(one.id, Verb.LEVEL, by=by, when=when, former=one.level, new=new)]


def close(one: Situation, conclusion: str, *, by: By, when: When, lists: Lists) -> list[Draft]:
    """*Clore*."""
    _require(one, OPEN, "Clore")
    needed(when.reason, "Motif")
    new = {"conclusion": choice(conclusion, lists.clotures, "Conclusion")}
    former = {"état": one.state}
    return [_life(one, Verb.CLOSED, by=by, when=when, former=former, new=new)]


def discard(one: Situation, *, by: By, when: When) -> list[Draft]:
    """*Écarter*."""
    _require(one, {State.TO_VALIDATE}, "Écarter")
    needed(when.reason, "Motif")
    return [_life(one, Verb.DISCARDED, by=by, when=when, former={"état": one.state})]


def reopen(one: Situation, *, by: By, when: When) -> list[Draft]:
    """*Rouvrir*: back to the state that its measures give."""
    _require(one, {State.CLOSED, State.DISCARDED}, "Rouvrir")
    needed(when.reason, "Motif")
    return [_life(one, Verb.REOPENED, by=by, when=when, former={"état": one.state})]


def wakes(joined: Act, closing: Act, *, looks: Iterable[Act]) -> bool:
    """Whether a signal wakes a closed situation.

    It does where who closed it cannot have known the signal, and nobody looked since.

    Args:
        joined: The act that placed the signal there.
        closing: The one that closed it.
        looks: Those that say « Vu, sans suite » since.
    """
    later = joined.effect_on > closing.effect_on or joined.id > closing.id
    looked = any(look.id > joined.id and look.effect_on >= joined.effect_on for look in looks)
    return later and not looked


def look(one: Situation, *, by: By, when: When) -> list[Draft]:
    """« Vu, sans suite »: what came since it was closed changes nothing."""
    if not one.woken:
        raise Refused(f"{one.id} n'est pas réveillée : rien n'est à voir.")
    return [draft(one.id, Verb.SEEN, by=by, when=when)]


def identify(one: Situation, day: date, *, by: By, when: When) -> list[Draft]:
    """Date *Identifiée le* back: the act holds from that day."""
    if one.identified_on is None:
        raise Refused(f"{one.id} n'a pas été validée : elle n'est pas encore identifiée.")
    _require(one, {*OPEN, State.CLOSED}, "Dater")
    needed(when.reason, "Motif")
    if not one.opened_on <= day < one.identified_on:
        raise Refused(
            f"{one.id} : la date doit être avant le {one.identified_on:%d/%m/%Y}, et pas avant le"
            f" premier signal ({one.opened_on:%d/%m/%Y})."
        )
    former, new = ({"identifiée_le": each.isoformat()} for each in (one.identified_on, day))
    return [draft(one.id, Verb.IDENTIFIED, by=by, when=when, on=day, former=former, new=new)]


def confirm(one: Situation, numbers: Iterable[int], *, by: By, when: When) -> list[Draft]:
    """Confirm dossiers where they are; no act where they all were."""
    new = sorted(set(numbers) - {*one.confirmed})
    drawn = draft(one.id, Verb.CONFIRMED, by=by, when=when, new={"dossiers": new})
    return [drawn] if new else []


def confirm_alone(one: Situation, numbers: Iterable[int], *, by: By, when: When) -> list[Draft]:
    """Confirm some dossiers where they are, and the others no more than they were.

    Raises:
        Refused: Those are not dossiers of it that wait for that.
    """
    _require(one, {*State} - {State.MERGED}, "Confirmer")
    check_day(when.on, by=by, when=when)
    asked, waiting = {*numbers}, {*one.dossiers} - {*one.confirmed}
    if strangers := sorted(asked - waiting):
        told = ", ".join(map(str, strangers))
        raise Refused(f"Dossiers : {told} n'attend pas de confirmation dans {one.id}.")
    if not asked:
        raise Refused("Dossiers : choisissez-en au moins un.")
    reason = " ".join(when.reason.split())
    return [
        place(number, one.id, one.id, by=by, on=when.on, confirmed=True, reason=reason)
        for number in sorted(asked)
    ]


def merge(one: Situation, into: Situation, *, by: By, when: When) -> list[Draft]:
    """*Fondre dans*: the first stands for the second from then on.

    Raises:
        Refused: They are the same, one is merged, or the effect is before an act of their life.
    """
    for side in (one, into):
        if side.state is State.MERGED:
            raise Refused(f"{side.id} est fondue dans {side.merged_into} : choisissez celle-ci.")
    if one.id == into.id:
        raise Refused(f"{one.id} ne peut être fondue dans elle-même.")
    needed(when.reason, "Motif")
    later = max(one.life_on, into.life_on, one.opened_on, into.opened_on)
    former, new = {"dans": None, "état": one.state}, {"dans": into.id}
    return [_life(one, Verb.MERGED, by=by, when=when, later=later, former=former, new=new)]


def split(one: Situation, new: str, numbers: Sequence[int], *, by: By, when: When) -> list[Draft]:
    """*Scinder*: some dossiers open a situation À valider.

    Raises:
        Refused: It is merged, or those are not a part of its dossiers.
    """
    _require(one, {*State} - {State.MERGED}, "Scinder")
    needed(when.reason, "Motif")
    taken = sorted(set(numbers))
    strangers = sorted({*taken} - {*one.dossiers})
    if strangers:
        raise Refused(f"Dossiers absents de {one.id} : {', '.join(map(str, strangers))}.")
    if not taken or (len(taken) == len(one.dossiers) and not one.signals):
        raise Refused(f"Indiquez une partie des {len(one.dossiers)} dossiers de {one.id}.")
    drawn = _life(one, Verb.SPLIT, by=by, when=when)
    opened = replace(drawn, object=new, new={"de": one.id, "dossiers": taken})
    moved = [
        place(number, one.id, new, by=by, on=when.on, confirmed=True, reason=drawn.reason)
        for number in taken
    ]
    return [opened, *moved]


def undo(register: Register, one: Situation, *, by: By, when: When) -> list[Draft]:
    """*Défaire*: what was merged is restored; what was taken out goes back where it came from.

    Raises:
        Refused: It was neither merged nor split off, or the effect is before an act of its life.
    """
    needed(when.reason, "Motif")
    target = one.merged_into or one.split_from
    if target is None:
        raise Refused(f"{one.id} n'a été ni fondue ni scindée : il n'y a rien à défaire.")
    home = register.situations[target]
    back = None if one.merged_into else resolve_in(register.situations, target)
    if back == one.id:
        raise Refused(f"{target} est fondue dans {one.id} : défaites d'abord cette fusion.")
    other = home if back is None else register.situations[back]
    later = max(one.life_on, other.life_on)
    former, new = {"dans": one.merged_into, "de": target}, {"dans": back}
    return [_life(one, Verb.UNDONE, by=by, when=when, later=later, former=former, new=new)]


def place(
    number: int,
    former: str | None,
    new: str | None,
    *,
    by: By,
    on: date,
    confirmed: bool,
    reason: str = "",
) -> Draft:
    """A dossier joins a situation, or leaves one."""
    return Draft(
        object=dossier_object(number),
        verb=Verb.PLACED,
        effect_on=on,
        person=by.person,
        door=by.door,
        former={"situation": former},
        new={"situation": new, "confirmé": confirmed},
        reason=reason,
    )


def opening(name: str, *, by: By, on: date) -> Draft:
    """A grouping that is new, À valider."""
    return Draft(object=name, verb=Verb.OPENED, effect_on=on, person=by.person, door=by.door)


def touched(drafts: Iterable[Draft]) -> frozenset[str]:
    """Situations that acts are about."""
    return frozenset(name for one in drafts for name in situations_of(one))


def _require(one: Situation, states: Iterable[State], act: str) -> None:
    allowed = [state for state in State if state in {*states}]
    if one.state not in allowed:
        raise Refused(
            f"{one.id} est dans l'état « {one.state} » : « {act} » demande"
            f" {' ou '.join(f'« {state} »' for state in allowed)}."
        )


def _texts(given: Mapping[str, str], lists: Lists) -> dict[str, str]:
    values = {name: " ".join(text.split()) for name, text in given.items()}
    for name in REQUIRED:
        if name in values:
            needed(values[name], TEXTS[name])
    for name in _FREE & values.keys():
        without_patients(values[name], TEXTS[name])
    options = {
        "risque": lists.risque,
        "qualification": lists.qualifications,
        "surveillance": lists.reponses,
    }
    for name, among in options.items():
        if values.get(name):
            values[name] = choice(values[name], among, TEXTS[name])
    return values


def _life(
    one: Situation,
    verb: Verb,
    *,
    by: By,
    when: When,
    later: date | None = None,
    former: Values | None = None,
    new: Values | None = None,
) -> Draft:
    """An act of its life, which goes before none of the others."""
    last = later or one.life_on
    if when.on < last:
        raise Refused(
            f"{one.id} : un acte a effet le {last:%d/%m/%Y}, celui-ci ne peut être daté d'avant."
        )
    return draft(one.id, verb, by=by, when=when, former=former, new=new)
