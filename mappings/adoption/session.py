"""The questions that lead to an adoption, one after the other: no terminal, no page, only logic."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

from french.text import bare_label
from mappings.adoption.choice import NO_TO_EACH, ChoiceQuestion, champ_of
from mappings.adoption.decisions import SENSES, YES_OR_NO, Decision, Decisions, option_said
from mappings.matching.match import Confidence, Match, Matching, any_match, match_rows
from mappings.matching.offered import Offered
from mappings.matching.options import ranked
from mappings.matching.question import marks
from mappings.matching.wanted import ANNOTATIONS, LABELS, Wanted, Wants
from mappings.schema.model import MANUAL
from mappings.schema.names import champ_type


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

    def why_not_contrary(self, choice: ChoiceQuestion, champ: str, *, inverted: bool = True) -> str:
        """Why a champ cannot be taken in a sense that is said, and what to do; "" where it can.

        A box that was said to attest what it should is taken, whatever its words.
        """
        match = self._chosen(choice, champ)
        if match is None:
            return "Le contraire se dit d’une question, pas d’une option : choisissez l’option."
        if choice.wanted.type == "checkbox":
            if not inverted:
                return ""
            return (
                f"« {match.offered.label} » dit le contraire de ce qui serait attesté : cochée,"
                " elle ne l’atteste pas, et rien d’autre ne le fait. Dites que le formulaire ne le"
                " demande pas, ou prenez une autre question."
            )
        if choice.wanted.type != "yes_no":
            return (
                "Seule une donnée « oui / non » peut être demandée à l’envers : prenez une autre"
                " question, ou dites que le formulaire ne la demande pas."
            )
        return ""

    def absent_instead(self, choice: ChoiceQuestion, champ: str) -> str:
        """Why the form does not ask what a champ denies: the reason to keep; "" where it may."""
        match = self._chosen(choice, champ)
        manual = choice.path == f"{ANNOTATIONS}.{MANUAL}"
        if match is None or not (manual or choice.wanted.type == "checkbox"):
            return ""
        return f"Sa question dit le contraire : « {match.offered.label} »"

    def why_which_sense(self, choice: ChoiceQuestion, champ: str) -> str:
        """Why a person must say in which sense a champ asks; "" where nothing doubts it.

        To take it is not enough: what is marked is easily passed over, and is then misread.
        """
        match = self._chosen(choice, champ)
        if match is None or not _in_doubt(choice.wanted, match):
            return ""
        return f"« {match.offered.label} » {_told(match)} : dites aussi le sens de la question."

    def yes_of(self, choice: ChoiceQuestion, champ: str) -> str:
        """How a champ says yes: the first option that does, « oui » where it has none."""
        match = self._chosen(choice, champ)
        means = match.options.means if match and match.options else {}
        return next((option for option, yes in means.items() if yes is True), "oui")

    def why_not_box(self, choice: ChoiceQuestion, champ: str, *, inverted: bool | None) -> str:
        """Why a box cannot answer a yes or no in this sense, and what to do; "" where it can."""
        match = self._chosen(choice, champ)
        if match is None or choice.wanted.type != "yes_no":
            return ""
        if match.offered.descriptor.type != "checkbox":
            return ""
        told = f"« {match.offered.label} » est une case"
        contrary = match.inverted if inverted is None else inverted
        if choice.wanted.read and not contrary:
            return (
                f"{told} : non cochée, elle ne dit pas « non », et l’adoption serait refusée."
                " Faites-en une question oui / non sur DS, prenez-en une autre, ou dites qu’elle"
                " demande le contraire, si cochée elle veut dire « non »."
            )
        if contrary and choice.path == f"{ANNOTATIONS}.{MANUAL}":
            return (
                f"{told} : à l’envers, elle ne dirait jamais « oui », et n’arrêterait la passerelle"
                " pour aucun dossier. Prenez une question oui / non, ou dites que le formulaire"
                " n’en a pas."
            )
        return ""

    def decided(self, path: str, decision: Decision) -> "Session":
        """The session once a person said something."""
        of = {**self.decisions.of, path: decision}
        return replace(self, decisions=replace(self.decisions, of=of))

    def unsure(self, left: AbstractSet[str]) -> "Session":
        """The session where some fields are asked of a person, however sure their champs are."""
        if not left:
            return self

        def seen(match: Match) -> Match:
            return replace(match, confidence=Confidence.TO_CHECK) if match.path in left else match

        found = self.matching
        likeliest = {path: tuple(map(seen, some)) for path, some in found.likeliest.items()}
        matches = {path: seen(one) for path, one in found.matches.items()}
        return replace(self, matching=replace(found, matches=matches, likeliest=likeliest))

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
        for one in (*self.wants.fields, *self.wants.annotations, *self.wants.labels):
            match = self._taken(one, self.matching, self.offers(one.path))
            if match is None:
                continue
            found[one.path] = match
            if one.rows and not match.listed:
                inner = self._inside(one, match)
                found |= {
                    child.path: there
                    for child in one.rows
                    if (there := self._taken(child, inner, match.offered.rows)) is not None
                }
        return _once(found)

    @property
    def found(self) -> Mapping[str, Match]:
        """What was found of the form, labels of the démarche apart."""
        labels = {one.path for one in self.wants.labels}
        return {path: one for path, one in self.taken.items() if path not in labels}

    def _taken(self, one: Wanted, matching: Matching, offers: Sequence[Offered]) -> Match | None:
        said = self.decisions.of.get(one.path)
        if said is None:
            return matching.sure.get(one.path)
        match = self._said(one, matching, offers)
        if match is None or (said.inverted and one.type == "checkbox"):
            return None  # what a box denies is not attested
        if said.inverted is not None:
            return replace(match, inverted=said.inverted, contrary=False)
        return match if match.sure or not _in_doubt(one, match) else None

    def _said(self, one: Wanted, matching: Matching, offers: Sequence[Offered]) -> Match | None:
        """The champ that a person said, in whatever sense; ``None`` where it is gone."""
        said = self.decisions.of.get(one.path, Decision())
        likeliest = matching.likeliest.get(one.path, ())
        match = next((m for m in likeliest if m.offered.descriptor.id == said.champ), None)
        if match is None:  # one that is not proposed, and that a person looked for
            offer = next((o for o in offers if o.descriptor.id == said.champ), None)
            match = any_match(self.wants, one, offer) if offer else None
        return match

    def _unsaid_sense(self, one: Wanted, matching: Matching) -> str:
        """Why a champ that was chosen is not taken, and how to say its sense; "" if it is gone."""
        match = self._said(one, matching, self.offers(one.path))
        if match is None:
            return ""
        if self.decisions.of[one.path].inverted:  # of a box, which then attests nothing
            return self.why_not_contrary(ChoiceQuestion(one.path, one), champ_of(match))
        return (
            f"« {match.offered.label} », choisie sans son sens, {_told(match)} : rien n’en est lu."
            " Dites-le : « inverted: true » (son oui veut dire non) ou « inverted: false », à côté"
            " de « champ », dans adaptation.yaml ; c ou m dans adapt ; « Sens de la question » au"
            " portail."
        )

    def offers(self, path: str) -> tuple[Offered, ...]:
        """Every champ that may be chosen for a field, in the form's order: those of its level."""
        outer, _, inner = path.partition(".")
        if not inner:
            return tuple(one for one in self.matching.champs if one.single)
        if outer in {ANNOTATIONS, LABELS}:
            every = self.matching.annotations if outer == ANNOTATIONS else self.matching.labels
            return tuple(one for one in every if one.single)
        rows = self.taken.get(outer)
        return rows.offered.rows if rows else ()

    def search(self, choice: ChoiceQuestion, words: str) -> tuple[Match | Offered, ...]:
        """The champs whose label or heading has some words: as matches where they could be read."""
        wanted = bare_label(words).split()
        return tuple(
            self._as_match(choice.wanted, offer) or offer
            for offer in self.offers(choice.path)
            if all(one in bare_label(f"{offer.label} {offer.section}") for one in wanted)
        )

    def named(self, path: str) -> Mapping[str, str]:
        """Every champ that may be chosen for a field, by how a list of them names it."""
        found: dict[str, str] = {}
        for one in self.offers(path):
            told = f"{one.label} ({one.section})" if one.section else one.label
            found[f"{told}, n° {one.descriptor.id}" if told in found else told] = one.descriptor.id
        return found

    def _chosen(self, choice: ChoiceQuestion, champ: str) -> Match | None:
        """A champ as it is proposed for a question, or as any may be; ``None``: an option."""
        proposed = (one for one in choice.champs if one.offered.descriptor.id == champ)
        offers = () if choice.option else self.offers(choice.path)
        offer = next((one for one in offers if one.descriptor.id == champ), None)
        return next(proposed, None) or (self._as_match(choice.wanted, offer) if offer else None)

    def _as_match(self, one: Wanted, offer: Offered) -> Match | None:
        """A champ as it is proposed for a field, or as any may be."""
        likeliest = self.matching.likeliest.get(one.path, ())
        found = next((match for match in likeliest if match.offered == offer), None)
        return found or any_match(self.wants, one, offer)

    def why_not(self, choice: ChoiceQuestion, champ: str) -> str:
        """Why a champ of the form cannot be taken for a field; "" where it can."""
        if champ in choice.keys:
            return ""
        offer = next((o for o in self.offers(choice.path) if o.descriptor.id == champ), None)
        if choice.option or offer is None:
            return "Choisissez une des réponses proposées."
        told = f"« {offer.label} »"
        if self._as_match(choice.wanted, offer) is None:
            return (
                f"{told} est de type « {champ_type(offer.descriptor.type)} » : rien ne s’y lirait"
                f" comme « {choice.kind} ». Prenez une autre question."
            )
        other = next(
            (
                match.path
                for path, match in self.taken.items()
                if path != choice.path and champ in match.offered.champs and not match.shared
            ),
            "",
        )
        if other:
            return (
                f"{told} donne déjà « {other} » : reprenez d’abord cette réponse, ou dites dans le"
                " fichier qu’il sert deux fois (shared: true)."
            )
        return ""

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
        kind = next((one.type for one in self.wants.every if one.path == path), "text")
        known = dict(match.options.means) if match and match.options else {}
        if match and match.inverted:  # its yes is our no
            known = {one: None if our is None else not our for one, our in known.items()}
        said = dict(
            option_said(key, one, kind=kind)
            for key, one in self.decisions.of.items()
            if key.startswith(f"{path}=") and one.champ
        )
        return {**known, **said}

    def questions(self) -> Iterator[ChoiceQuestion]:
        """What is left to say: what rules read first, in the mapping's order, options with it."""
        taken = self.taken
        every = (*self.wants.fields, *self.wants.annotations)
        first = [one for one in every if one.read or any(child.read for child in one.rows)]
        rest = [one for one in every if one not in first]
        rest.sort(key=lambda one: one.path.startswith(f"{ANNOTATIONS}."))
        for one in (*first, *rest, *self.wants.labels):
            yield from self._about(one, self.matching, taken)
            match = taken.get(one.path)
            if match and one.rows and not match.listed:
                inner = self._inside(one, match)
                for child in one.rows:
                    yield from self._about(child, inner, taken)

    @cached_property
    def likeliest(self) -> Mapping[str, Match]:
        """The first champ that is proposed for each field that is asked about."""
        asked = (one for one in self.questions() if one.champs and not one.option)
        return {one.path: one.champs[0] for one in asked}

    def _about(
        self, one: Wanted, matching: Matching, taken: Mapping[str, Match]
    ) -> Iterator[ChoiceQuestion]:
        match = taken.get(one.path)
        if match is None:
            chosen = self.decisions.of.get(one.path)
            if chosen is None or chosen.champ:  # what was chosen is gone, or in a sense unsaid
                free, unsaid = self._free(one, matching, taken), self._unsaid_sense(one, matching)
                yield ChoiceQuestion(one.path, one, free, unsaid_sense=unsaid)
            return
        if one.type in YES_OR_NO:
            for option in match.options.left if match.options and not match.sure else ():
                if f"{one.path}={option}" not in self.decisions.of:
                    key = f"{one.path}={option}"
                    yield ChoiceQuestion(key, one, option=option, options=tuple(SENSES))
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
                first, alike = self._ranked(one, option, left)
                yield ChoiceQuestion(key, one, option=option, options=first, alike=alike)

    def _ranked(
        self, one: Wanted, option: str, theirs: Sequence[str]
    ) -> tuple[tuple[str, ...], bool]:
        """Options of the form, the likeliest to mean one of ours first; whether it clearly does."""
        found, alike = ranked(option, theirs, one.wording)
        contrary = marks(self.wants.lexicon.contrary)
        no = [frozenset(contrary.findall(bare_label(text))) for text in (option, *found[:1])]
        return found, alike and len({*no}) == 1

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


def _in_doubt(one: Wanted, match: Match) -> bool:
    """Whether a champ of a yes or no, or a box, is marked as asking the contrary, or maybe."""
    return one.type in YES_OR_NO and (match.inverted or match.contrary)


def _told(match: Match) -> str:
    return "demande le contraire" if match.inverted else "demande peut-être le contraire"


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
