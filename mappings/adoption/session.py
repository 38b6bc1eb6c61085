"""The questions that lead to an adoption, one after the other: no terminal, no page, only logic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from mappings.adoption.decisions import Decision, Decisions
from mappings.matching.match import Confidence, Match, Matching, match_rows
from mappings.matching.wanted import Wanted, Wants

ABSENT = "Ce formulaire ne le demande pas"
"""The reason where a person gives no other."""

NO_TO_EACH = "« non » à chacune de ces questions"
"""What is chosen for an option that no question of a choice asks, and that is left by them."""


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """A question to a person: which champ asks a field, or which option means one of ours.

    Attributes:
        path: Field, or ``field=option``.
        wanted: The field.
        champs: Champs that may ask it, the likeliest first.
        option: Our option, where it is asked of one; "" else.
        options: Options of the form that may mean it.
    """

    path: str
    wanted: Wanted
    champs: tuple[Match, ...] = ()
    option: str = ""
    options: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What may be chosen, in the order shown."""
        return (
            self.options if self.option else tuple(one.offered.descriptor.id for one in self.champs)
        )


@dataclass(frozen=True)
class Session:
    """A form on the way to its adoption.

    Attributes:
        wants: What the mapping wants.
        matching: What was found of it.
        decisions: What a person said.
    """

    wants: Wants
    matching: Matching
    decisions: Decisions
    _rows: dict[tuple[str, str], Matching] = field(default_factory=dict, repr=False, compare=False)

    def why_not_contrary(self, choice: ChoiceQuestion, champ: str) -> str:
        """Why a champ cannot be taken as asking the contrary, and what to do; "" where it can."""
        match = next((one for one in choice.champs if one.offered.descriptor.id == champ), None)
        if match is None:
            return "Le contraire se dit d’une question, pas d’une option : choisissez l’option."
        if choice.wanted.type != "yes_no":
            return (
                "Seule une donnée « oui / non » peut être demandée à l’envers : prenez une autre"
                " question, ou dites que le formulaire ne la demande pas."
            )
        if match.offered.descriptor.type == "checkbox":
            return (
                "Une case non cochée ne dit pas « non » : elle ne peut pas être lue à l’envers."
                " Demandez-la sur DS par une question oui / non, ou dites que le formulaire ne la"
                " demande pas."
            )
        return ""

    def decided(self, path: str, decision: Decision) -> "Session":
        """The session once a person said something."""
        of = {**self.decisions.of, path: decision}
        return replace(self, decisions=replace(self.decisions, of=of))

    def signed(self, by: str) -> "Session":
        """The session with the name of who decides."""
        return replace(self, decisions=replace(self.decisions, by=by))

    def undone(self) -> "Session":
        """The session without the last thing that was said."""
        of = dict(list(self.decisions.of.items())[:-1])
        return replace(self, decisions=replace(self.decisions, of=of))

    def resumed(self) -> "Session":
        """The session as it goes on another time: what was put off is asked again."""
        of = {
            path: one
            for path, one in self.decisions.of.items()
            if one != Decision() or path in self.matching.sure
        }
        return replace(self, decisions=replace(self.decisions, of=of))

    @cached_property
    def taken(self) -> Mapping[str, Match]:
        """The champ of each field that is sure, or that a person chose; rows with their fields."""
        found: dict[str, Match] = {}
        fields = {one.path: one for one in (*self.wants.fields, *self.wants.annotations)}
        for one in fields.values():
            match = self._taken(one, self.matching)
            if match is None:
                continue
            found[one.path] = match
            if one.rows and not match.listed:
                inner = self._inside(one, match)
                found |= {
                    child.path: there
                    for child in one.rows
                    if (there := self._taken(child, inner)) is not None
                }
        return _once(found)

    def _taken(self, one: Wanted, matching: Matching) -> Match | None:
        said = self.decisions.of.get(one.path)
        if said is None:
            return matching.sure.get(one.path)
        likeliest = matching.likeliest.get(one.path, ())
        match = next((m for m in likeliest if m.offered.descriptor.id == said.champ), None)
        if match is None or said.inverted is None:
            return match
        return replace(match, inverted=said.inverted, contrary=False)

    def _inside(self, one: Wanted, match: Match) -> Matching:
        """What was found in the rows of the repetition that a field takes."""
        if match.sure:
            return self.matching
        key = (one.path, match.offered.descriptor.id)
        if key not in self._rows:
            self._rows[key] = match_rows(self.wants, one, match.offered)
        return self._rows[key]

    @property
    def absent(self) -> Mapping[str, str]:
        """Why the form does not ask a field, or lacks an option, by what a person said."""
        return {path: one.absent for path, one in self.decisions.of.items() if one.absent}

    def means(self, path: str) -> Mapping[str, str | bool | None]:
        """What options of the form mean to a field: what is known, and what a person said."""
        match = self.taken.get(path)
        known = dict(match.options.means) if match and match.options else {}
        if match and match.inverted:  # its yes is our no
            known = {one: None if our is None else not our for one, our in known.items()}
        said = {
            one.champ: key.partition("=")[2]
            for key, one in self.decisions.of.items()
            if key.startswith(f"{path}=") and one.champ
        }
        return {**known, **said}

    def questions(self) -> Iterator[ChoiceQuestion]:
        """What is left to say: what rules read first, in the mapping's order, options with it."""
        taken = self.taken
        every = (*self.wants.fields, *self.wants.annotations)
        first = [one for one in every if one.read or any(child.read for child in one.rows)]
        rest = [one for one in every if one not in first]
        for one in (*first, *sorted(rest, key=lambda one: one.path.startswith("annotations."))):
            yield from self._about(one, self.matching, taken)
            match = taken.get(one.path)
            if match and one.rows and not match.listed:
                inner = self._inside(one, match)
                for child in one.rows:
                    yield from self._about(child, inner, taken)

    def _about(
        self, one: Wanted, matching: Matching, taken: Mapping[str, Match]
    ) -> Iterator[ChoiceQuestion]:
        match = taken.get(one.path)
        if match is None:
            if one.path not in self.decisions.of:
                yield ChoiceQuestion(one.path, one, self._free(one, matching, taken))
            return
        for option in sorted(self._unmeant(one, match)):
            key = f"{one.path}={option}"
            if key not in self.decisions.of:
                given = match.offered.descriptor.options
                if _one_of_several(one, match):
                    given = (*given, NO_TO_EACH)
                said = self.means(one.path)
                left = tuple(
                    their for their in given if their not in said and their not in one.options
                )
                yield ChoiceQuestion(key, one, option=option, options=left)

    def _unmeant(self, one: Wanted, match: Match) -> frozenset[str]:
        """Options that rules name, or the bridge writes, and that nothing in the form means yet."""
        if not match.offered.descriptor.options or match.options is None:
            return frozenset()
        named = one.must_have or frozenset(one.options) if one.written else one.needed
        left = frozenset(one.options) - match.options.ours
        if _one_of_several(one, match) and len(left) == 1:
            named |= left
        return named - match.options.ours

    def _free(
        self, one: Wanted, matching: Matching, taken: Mapping[str, Match]
    ) -> tuple[Match, ...]:
        """The likeliest champs that serve no other field, or that ask both."""
        used = frozenset().union(
            *(match.offered.champs for path, match in taken.items() if path != one.path)
        )
        likeliest = matching.likeliest.get(one.path, ())
        return tuple(
            match for match in likeliest if match.shared or used.isdisjoint(match.offered.champs)
        )


def _one_of_several(one: Wanted, match: Match) -> bool:
    """Whether it is a single choice, of which yes/no questions ask each one option."""
    return one.type == "choice" and bool(match.offered.asks)


def _once(found: Mapping[str, Match]) -> dict[str, Match]:
    """Without what is only sure of a champ that a person gave to another field."""
    chosen = {
        id(match.offered): path
        for path, match in found.items()
        if match.confidence is not Confidence.SURE and not match.shared
    }
    return {
        path: match for path, match in found.items() if chosen.get(id(match.offered), path) == path
    }
