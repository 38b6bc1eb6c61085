"""Questions that dossiers answered in other words than those that were reviewed.

A person says of each whether it asked the same: its answers of then are read, or stay unread and
are asked about no more. Either can be taken back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mappings.adoption.absences import every_spec
from mappings.dossier.answered import Otherwise
from mappings.drift.compare import asked_otherwise
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import ReviewedChamp, ReviewedForm, SaidOfBefore, key_of_words
from mappings.schema.champs import reads_contrary
from mappings.schema.model import FormMapping

_WORDS = frozenset(
    {
        Kind.RENAMED,
        Kind.EXPLAINED,
        Kind.MOVED,
        Kind.INTRODUCED,
        Kind.CONDITION,
        Kind.RETYPED,
        Kind.OPTIONS,
    }
)
"""What changed of a question as it is asked now."""


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """Words in which dossiers answered, and of which nobody said what they asked.

    Attributes:
        key: Names the words.
        fields: The fields that their questions give, with commas between.
        title: How staff call those.
        labels: The questions, as they were asked then.
        before: What was said then.
        now: What was last reviewed.
        revisions: The revisions that asked so.
        unread: Whether the answers of then are not read meanwhile.
        contrary: Whether the mapping reads it as asking the contrary: then so are they, once read.
        other_sense: Whether they were adopted in the other sense than it is read in: nobody can say
            that they asked the same.
    """

    key: str
    fields: str
    title: str
    labels: tuple[str, ...]
    before: str
    now: str
    revisions: tuple[str, ...]
    unread: bool
    contrary: bool
    other_sense: bool = False


def earlier_words(
    drifts: Iterable[Drift], mapping: FormMapping, needs: Needs
) -> Iterator[EarlierWords]:
    """What is left to say of words of before; what stood above several questions, once."""
    specs = every_spec(mapping)
    found: dict[tuple[str, str, tuple[str, ...], bool, bool, bool], dict[str, str]] = {}
    for one in drifts:
        if one.kind is Kind.EARLIER and is_unsaid(one):
            contrary = one.field in specs and reads_contrary(specs[one.field])
            told = one.before, one.after, one.revisions
            acted_on = needs.acted_on(one.field) or one.other_sense
            words = *told, acted_on, contrary, one.other_sense
            found.setdefault(words, {})[one.field] = one.label
    for (before, now, revisions, unread_now, contrary, turned), paths in found.items():
        titles = (specs[path].title if path in specs else path for path in paths)
        yield EarlierWords(
            key=key_of_words(before, now),
            fields=",".join(paths),
            title=", ".join(titles),
            labels=tuple(paths.values()),
            before=before,
            now=now,
            revisions=revisions,
            unread=unread_now,
            contrary=contrary,
            other_sense=turned,
        )


def is_unsaid(one: Drift) -> bool:
    """Whether nobody said yet what a question of before asked."""
    return one.severity is not Severity.INFORMATION


def key_of(one: Drift | SaidOfBefore) -> str:
    """A short name of words of before, as they are shown."""
    if isinstance(one, SaidOfBefore):
        return one.key or key_of_words(one.words)
    return key_of_words(one.before, one.after)


def why_not_same(drifts: Iterable[Drift], field: str, title: str) -> str:
    """Why nobody can say yet that a question asked the same before, and what to do; "" if they can.

    What it asks now was reviewed by nobody: the same as what?
    """
    for one in drifts:
        about = one.field == field or one.around_several
        if about and one.kind in _WORDS and one.severity is not Severity.INFORMATION:
            return (
                f"« {title} » a changé depuis la relecture ({one.kind.value}{one.change}) : dites"
                " d'abord ce qu'elle demande maintenant (`unc mapping adapt`, ou « Formulaire » du"
                " portail), puis ce qu'elle demandait avant."
            )
    return ""


def why_not_in_these_options(drift: Drift, title: str) -> str:
    """Why nobody can say « the same » of options that rules do not know; "" if they can."""
    if not drift.unsaid:
        return ""
    options = ", ".join(f"« {one} »" for one in drift.unsaid)
    return (
        f"« {title} » avait alors des options que les règles ne connaissent pas : {options}. Dites"
        " d'abord dans « options » de la correspondance ce que veut dire chacune, et adoptez-la"
        " (`unc mapping adopt`) ; si la question demandait autre chose, dites-le (--other)."
    )


def why_not_turned(drift: Drift, title: str) -> str:
    """Why nobody can say « the same » of words adopted in the other sense; "" if they can."""
    if not drift.other_sense:
        return ""
    return (
        f"« {title} » a été adoptée dans l'autre sens quand elle était posée ainsi («"
        f" {drift.before} ») : ses réponses d'alors seraient lues au contraire. Dites --other :"
        " elles restent non lues, et ce n'est plus demandé ; une réponse donnée de nouveau est lue."
    )


def which_words(drifts: Iterable[Drift | SaidOfBefore], title: str) -> str:
    """Which words of before there are to speak of, each as it is shown, with its code.

    Nobody says yes to what they did not see: that there is one wording only does not name it.
    """
    shown = {
        key_of(one): f"« {one.words} »"
        if isinstance(one, SaidOfBefore)
        else f"« {one.before} » (maintenant « {one.after} »)"
        for one in drifts
    }
    each = " ; ".join(f"{words} --words {key}" for key, words in shown.items())
    return f"Dites de quels mots de « {title} » vous parlez, tels qu'ils étaient alors : {each}."


def why_not_contrary(title: str) -> str:
    """Why who says « the same » of a question that is read upside down must say which sense."""
    return (
        f"« {title} » est lue à l'envers : ses réponses d'avant le seraient aussi. Si elle"
        " demandait déjà le contraire, dites-le (--inverted) ; si elle demandait autre chose,"
        " dites-le aussi (--other) : elles restent non lues."
    )


def with_said(reviewed: ReviewedForm, drift: Drift, said: SaidOfBefore) -> ReviewedForm:
    """What was reviewed, once a person said what a question asked in the words of a drift."""
    of_these = replace(said, champ=drift.champ, wording=drift.words, key=key_of(drift))
    return replace(reviewed, before=(*reviewed.before, of_these))


def without_said(reviewed: ReviewedForm, said: SaidOfBefore) -> ReviewedForm:
    """What was reviewed, once a person took back what they said of words of before."""
    champs = dict(reviewed.champs)
    for champ, some in said.added.items():
        if known := champs.get(champ):
            left: dict[str, Any] = {name: _left(known, name, gone) for name, gone in some.items()}
            champs[champ] = replace(known, **left)
    return replace(
        reviewed, champs=champs, before=tuple(one for one in reviewed.before if one != said)
    )


def _left(known: ReviewedChamp, name: str, gone: tuple[str, ...]) -> tuple[str, ...]:
    """A list of what was reviewed without some of it; what was reviewed since stays."""
    values: tuple[str, ...] = getattr(known, name)
    if name in {"options", "removed"}:
        return tuple(one for one in values if one not in gone or one not in known.removed)
    return (*(one for one in values[:-1] if one not in gone), *values[-1:])


def settled(found: Iterable[Drift], reviewed: ReviewedForm | None) -> Iterator[Drift]:
    """Differences, of which words of before that were said to ask something else ask no more."""
    before = reviewed.before if reviewed else ()
    other = {(one.path, one.wording or one.words): one for one in before if not one.same}
    for one in found:
        said = None
        if one.kind is Kind.EARLIER:
            said = other.get((one.field, one.words)) or other.get((one.field, one.before))
        if said is None:
            yield one
        else:
            why = f"rien à faire, ses réponses ne sont pas lues : {said.told}"
            yield replace(one, severity=Severity.INFORMATION, remedy=why)


def unread(drifts: Sequence[Drift], needs: Needs) -> Otherwise:
    """What is not read of what was answered under a revision of before, by its number.

    What matters and of which nobody said that it asked the same, what was adopted in the other
    sense, and what somebody said that it asked something else.
    """
    return asked_otherwise(
        one
        for one in drifts
        if one.kind is Kind.EARLIER
        and (needs.acted_on(one.field) or one.other_sense or not is_unsaid(one))
    )
