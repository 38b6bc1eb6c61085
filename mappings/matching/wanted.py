"""What the mapping wants of a form: each field with the words that ask for it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from math import log

from french.text import bare_label
from mappings.drift.model import Needs
from mappings.drift.reviewed import ReviewedChamp, ReviewedForm
from mappings.matching.french_words import FRENCH
from mappings.matching.lexicon import Lexicon, Wording
from mappings.matching.wordings.abridged import Spelling
from mappings.matching.words import NEGATED, Meanings, Words, near
from mappings.schema.champs import in_our_words
from mappings.schema.model import AnnotationSpec, FieldSpec, FieldType, FormMapping

ANNOTATIONS, LABELS = "annotations", "labels"
_ANY = " ".join(FRENCH.questions.any_option)
"""Words of the options that any list has."""
PLACES = frozenset({"region", "departement", "commune", "epci"})
_YES, _NO = FRENCH.answers.yes[0], FRENCH.answers.no[0]
_TYPICAL = 0.25
"""Share of the phrases of a field from which a meaning is one that speaks of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field, or an annotation, to find in a form.

    Attributes:
        path: ``field``, ``rows.field``, ``annotations.name`` or ``labels.name``.
        type: Type of its value.
        title: Its name in French.
        labels: Bare labels that a person reviewed.
        champs: Ids of the champs that had them.
        phrases: What its title, its labels and each other way to ask it mean, without doubles.
        inverse: The same, of the contrary; each has a meaning that no phrase has.
        denied: The rest of them: a phrase names them too, to set them aside.
        typical: Meanings that a good part of its phrases have.
        vocabulary: Every meaning of its phrases.
        shared: Phrases that ask another field of its level as well, but its own title and labels.
        borrowed: Phrases, but its own, whose every word speaks rather of other fields of its level.
        worded: Its phrases word for word, bare.
        light: What it is asked by, each with the light words beside it; its headings' with none.
        ways: Its title, labels and phrases: the meanings of each, doubles kept, with its light
            words.
        as_text: Whether it was asked, when reviewed, as a text.
        after: What it is asked by just after another field, by that field.
        wording: Its words.
        own: How many of its phrases, the first ones, are its title and its labels.
        options: Our options, those that a person reviewed.
        named: What names each of them, other than « Autre »: its name, what means it elsewhere.
        questions: What asks each of them alone, by yes or no.
        needed: Those of them that rules name.
        must_have: Options that the bridge writes; empty where nobody knows.
        read: Whether rules read it: it is asked for first.
        written: Whether the bridge writes it.
        decides: Whether a person decides by it what leaves, or what the bridge does.
        narrated: Whether it was asked, when reviewed, as a text of several lines only.
        rows: What its rows want.
        unit: Of what it counts; "" for none.
    """

    path: str
    type: FieldType
    title: str
    labels: frozenset[str]
    phrases: tuple[Meanings, ...]
    inverse: tuple[Meanings, ...]
    vocabulary: Meanings
    wording: Wording
    champs: frozenset[str] = frozenset()
    denied: tuple[Meanings, ...] = ()
    typical: Meanings = frozenset()
    own: int = 0
    after: Mapping[str, frozenset[Meanings]] = field(default_factory=dict)
    shared: frozenset[Meanings] = frozenset()
    borrowed: frozenset[Meanings] = frozenset()
    worded: frozenset[str] = frozenset()
    light: tuple[tuple[Meanings, Meanings], ...] = ()
    ways: Mapping[tuple[str, ...], tuple[Meanings, ...]] = field(default_factory=dict)
    as_text: bool = False
    options: tuple[str, ...] = ()
    named: Mapping[str, frozenset[Meanings]] = field(default_factory=dict)
    questions: Mapping[str, frozenset[Meanings]] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    must_have: frozenset[str] = frozenset()
    read: bool = False
    written: bool = False
    decides: bool = False
    narrated: bool = False
    rows: tuple["Wanted", ...] = ()
    unit: str = ""

    @property
    def lists_places(self) -> bool:
        """Whether its rows are places, and nothing else."""
        return len(self.rows) == 1 and self.rows[0].type in PLACES


@dataclass(frozen=True, slots=True)
class Wants:
    """Everything that is wanted, and how much each meaning tells.

    Attributes:
        fields: Fields of the form in the mapping's order.
        annotations: Annotations.
        labels: Labels that the bridge puts on dossiers.
        lexicon: The words.
        rarity: Weight of each meaning: the fewer fields use it, the more it tells.
        others: Meanings that speak of other fields of the level rather than of each, by path.
        headings: Every meaning that a heading may have.
        spelling: Words that questions cut short, spelled out.
        proper: What the title and the labels of one field alone say, by path: « SIRET ».
    """

    fields: tuple[Wanted, ...]
    annotations: tuple[Wanted, ...]
    lexicon: Lexicon
    rarity: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, Meanings] = field(default_factory=dict)
    headings: Meanings = frozenset()
    labels: tuple[Wanted, ...] = ()
    proper: Mapping[str, Meanings] = field(default_factory=dict)
    spelling: Spelling = field(init=False, repr=False, compare=False)
    _weights: dict[Meanings, float] = field(init=False, default_factory=dict, repr=False)
    _heard: dict[Meanings, Meanings] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Know the words of all fields whole."""
        spelling = Spelling(self.lexicon.words, self.rarity, self.lexicon.learned.counts)
        object.__setattr__(self, "spelling", spelling)

    def weight(self, meanings: Meanings) -> float:
        """How much some meanings tell together; one that no field uses tells the most."""
        if meanings not in self._weights:
            # sorted: sums of floats depend on the order, and that of a set on the process
            self._weights[meanings] = sum(self.rarity.get(one, 1.0) for one in sorted(meanings))
        return self._weights[meanings]

    def heard(self, said: Meanings) -> Meanings:
        """What is said, with what of the fields' words it says with a fault of spelling."""
        if said not in self._heard:
            self._heard[said] = said | near(self.rarity, said)
        return self._heard[said]

    def content(self, meanings: Meanings) -> Meanings:
        """Those that may not stand in any question."""
        return meanings - self.lexicon.general

    @property
    def every(self) -> tuple[Wanted, ...]:
        """Fields, each followed by those of its rows, then annotations."""
        fields = (one for spec in self.fields for one in (spec, *spec.rows))
        return (*fields, *self.annotations)

    def rivals(self, wanted: Wanted) -> tuple[Wanted, ...]:
        """What a question taken for a field may ask instead: columns of the same rows, or any."""
        notes, (rows, _, _) = f"{ANNOTATIONS}.", wanted.path.rpartition(".")
        return tuple(
            one
            for one in self.every
            if one.path != wanted.path
            and one.path.startswith(notes) is wanted.path.startswith(notes)
            and (one.path.rpartition(".")[0] == rows or not rows)
        )


def wants(
    mapping: FormMapping,
    *,
    reviewed: Iterable[tuple[FormMapping, ReviewedForm]],
    needs: Needs,
    lexicon: Lexicon,
) -> Wants:
    """What a mapping wants, in the words of every reviewed revision and of the lexicon.

    Args:
        mapping: The internal schema.
        reviewed: Forms that were reviewed, each with the mapping that reads it.
        needs: What the rules read.
        lexicon: Synonyms.
    """
    make = _Maker(_seen(reviewed), needs, lexicon)
    fields = _told_apart(make.field(spec) for spec in mapping.fields.values())
    annotations = _told_apart(make.annotation(spec) for spec in mapping.annotations.values())
    every = Wants(fields, annotations, lexicon).every
    others = _others(every)
    return Wants(
        tuple(_not_borrowing(one, others, lexicon) for one in fields),
        tuple(_not_borrowing(one, others, lexicon) for one in annotations),
        lexicon,
        _rarity(every, lexicon),
        others,
        _headings(every, lexicon),
        proper=_proper(every, lexicon),
    )


def _proper(every: Iterable[Wanted], lexicon: Lexicon) -> dict[str, Meanings]:
    """Meanings that one field alone has in its title and its labels, and that speak of it."""
    own = {one.path: frozenset().union(*one.phrases[: one.own]) for one in every}
    used = Counter(chain.from_iterable(own.values()))
    return {
        one.path: frozenset(
            meaning
            for meaning in own[one.path] & one.typical - lexicon.general
            if used[meaning] == 1
        )
        for one in every
    }


def _not_borrowing(one: Wanted, others: Mapping[str, Meanings], lexicon: Lexicon) -> Wanted:
    """A field with the phrases that synonyms leave no word of its own: « intervient » an action."""

    def taken(phrase: Meanings) -> bool:
        content = phrase - lexicon.general - {NEGATED}
        return bool(content) and content <= others[one.path]

    return replace(
        one,
        borrowed=frozenset(phrase for phrase in one.phrases[one.own :] if taken(phrase)),
        rows=tuple(_not_borrowing(child, others, lexicon) for child in one.rows),
    )


def _told_apart(level: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """The fields of a level, each with the phrases that it shares with another."""
    level = tuple(level)
    used = Counter(phrase for one in level for phrase in one.phrases)
    return tuple(
        replace(
            one,
            shared=frozenset(phrase for phrase in one.phrases[one.own :] if used[phrase] > 1),
            rows=_told_apart(one.rows),
        )
        for one in level
    )


def _seen(
    reviewed: Iterable[tuple[FormMapping, ReviewedForm]],
) -> dict[str, list[tuple[str, ReviewedChamp]]]:
    """What was reviewed of the champs of each field, with their ids; options in our words."""
    found: dict[str, list[tuple[str, ReviewedChamp]]] = {}
    for mapping, form in reviewed:
        inner = {
            f"{spec.name}.{one.name}": one
            for spec in mapping.fields.values()
            for one in spec.fields.values()
        }
        notes = {f"{ANNOTATIONS}.{name}": one for name, one in mapping.annotations.items()}
        specs: dict[str, FieldSpec | AnnotationSpec] = {**mapping.fields, **inner, **notes}
        for path, spec in specs.items():
            if asks_the_contrary(spec):
                continue  # its label is none of the field's own words: taken anew, its yes is no
            known = ((one, form.champs[one]) for one in spec.champs if one in form.champs)
            found.setdefault(path, []).extend(
                (champ, replace(one, options=tuple(_ours(spec, one.options))))
                for champ, one in known
            )
    return found


def asks_the_contrary(spec: FieldSpec | AnnotationSpec) -> bool:
    """Whether the yes of what a mapping reads is our no, or one of its options says so."""
    if spec.type != "yes_no":
        return False
    meant = ((key, one.means) for key, one in spec.options.items())
    return spec.inverted or any(
        (key.startswith(_YES) and means is False) or (key.startswith(_NO) and means is True)
        for key, means in meant
    )


def _ours(spec: FieldSpec | AnnotationSpec, options: Iterable[str]) -> Iterator[str]:
    for option in options:
        yield from in_our_words(spec, (option,))


@dataclass(frozen=True, slots=True)
class _Maker:
    known: Mapping[str, Sequence[tuple[str, ReviewedChamp]]]
    needs: Needs
    lexicon: Lexicon

    def field(self, spec: FieldSpec, place: str = "") -> Wanted:
        path = f"{place}{spec.name}"
        rows = tuple(self.field(one, f"{path}.") for one in spec.fields.values())
        read = path in self.needs.read or path in self.needs.scope
        return self._wanted(spec, path, rows=rows, read=read)

    def annotation(self, spec: AnnotationSpec) -> Wanted:
        return self._wanted(spec, f"{ANNOTATIONS}.{spec.name}", written=spec.written)

    def _wanted(
        self,
        spec: FieldSpec | AnnotationSpec,
        path: str,
        *,
        rows: tuple[Wanted, ...] = (),
        read: bool = False,
        written: bool = False,
    ) -> Wanted:
        known = self.known.get(path, ())
        seen = [one for _, one in known]
        labels = [label for one in seen for label in one.labels]
        wording, words = self.lexicon.of(path), self.lexicon.words
        told = {words.meanings(bare_label(one)) for one in (spec.title, *labels)} - {frozenset()}
        asked = (words.meanings(bare_label(one)) for one in wording.phrases)
        phrases = (*told, *dict.fromkeys(one for one in asked if one and one not in told))
        vocabulary: Meanings = frozenset().union(*phrases) if phrases else frozenset()
        contrary = [words.meanings(one) for one in wording.inverse]
        inverse = tuple(one for one in contrary if one - vocabulary or NEGATED in one)
        options = tuple(dict.fromkeys(option for one in seen for option in one.options))
        return Wanted(
            path=path,
            type=spec.type,
            title=spec.title,
            labels=frozenset(map(bare_label, labels)),
            champs=frozenset(champ for champ, _ in known),
            phrases=phrases,
            inverse=inverse,
            denied=tuple(one for one in contrary if one and one not in inverse),
            typical=_typical(phrases),
            vocabulary=vocabulary,
            wording=wording,
            own=len(told),
            after={
                before: frozenset(words.meanings(bare_label(one)) for one in asked)
                for before, asked in wording.after.items()
            },
            options=options,
            named=_named(options, wording, words),
            questions={
                option: frozenset(words.meanings(bare_label(one)) for one in asked)
                for option, asked in wording.questions.items()
            },
            needed=self.needs.options.get(path, frozenset()),
            must_have=self.needs.written.get(path, frozenset()),
            read=read,
            unit=spec.unit,
            written=written,
            decides=path in self.needs.decide,
            worded=frozenset(map(bare_label, wording.phrases)),
            light=_light(
                (spec.title, *labels, *wording.phrases, *chain(*wording.after.values())),
                wording.sections,
                words,
            ),
            ways=_ways((spec.title, *labels, *wording.phrases), words),
            as_text=any("text" in kind for one in seen for kind in one.types),
            narrated={kind for one in seen for kind in one.types} == {"textarea"},
            rows=rows,
        )


def _named(
    options: Iterable[str], wording: Wording, words: Words
) -> dict[str, frozenset[Meanings]]:
    """What names each of our options that says something: « Autre » names any other thing."""
    empty = words.meanings(_ANY)
    ours = {bare_label(one): one for one in options if words.meanings(bare_label(one)) - empty}
    also = ((name, bare_label(option)) for name, option in wording.options.items())
    found: dict[str, set[Meanings]] = defaultdict(set)
    for name, option in (*((one, one) for one in ours), *also):
        if option in ours and words.meanings(bare_label(name)) - empty:
            found[ours[option]].add(words.meanings(bare_label(name)))
    return {option: frozenset(names) for option, names in found.items()}


def _rarity(every: Sequence[Wanted], lexicon: Lexicon) -> dict[str, float]:
    used = Counter(meaning for one in every for meaning in one.vocabulary)
    most = log(1 + len(every))
    return {
        meaning: log(1 + len(every) / count) / most * (0.4 if meaning in lexicon.general else 1.0)
        for meaning, count in used.items()
    }


def _headings(every: Sequence[Wanted], lexicon: Lexicon) -> Meanings:
    known = (lexicon.words.meanings(bare_label(on)) for one in every for on in one.wording.sections)
    said = (one.vocabulary for one in every)
    return frozenset().union(lexicon.headings, lexicon.general, *known, *said)


def _others(every: Sequence[Wanted]) -> dict[str, Meanings]:
    typical = {one.path: one.typical for one in every}
    levels: dict[str, list[str]] = defaultdict(list)
    for path in typical:
        levels[path.rpartition(".")[0]].append(path)
    return {
        path: frozenset().union(*(typical[other] for other in level)) - typical[path]
        for level in levels.values()
        for path in level
    }


def _light(
    asked: Iterable[str], sections: Iterable[str], words: Words
) -> tuple[tuple[Meanings, Meanings], ...]:
    """The light words of each way of asking a field, and those of its headings."""
    ways = ((words.meanings(bare_label(one)), words.light(bare_label(one))) for one in asked)
    heads: Meanings = frozenset().union(*map(words.light, sections))
    return (*dict.fromkeys(one for one in ways if one[1]), (frozenset(), heads))


def _ways(asked: Iterable[str], words: Words) -> dict[tuple[str, ...], tuple[Meanings, ...]]:
    """The light words of each way of asking a field, by what it says however ordered."""
    found: dict[tuple[str, ...], tuple[Meanings, ...]] = {}
    for one in map(bare_label, asked):
        said = said_of(words.read(one))
        found[said] = (*found.get(said, ()), words.light(one))
    return found


def said_of(read: Sequence[str]) -> tuple[str, ...]:
    """What is said, in any order after the first: « Téléphone du responsable » asks a telephone."""
    return (*read[:1], *sorted(read[1:]))


def _typical(phrases: Sequence[Meanings]) -> Meanings:
    """Meanings that a good part of the phrases of a field has."""
    said = Counter(meaning for phrase in phrases for meaning in phrase)
    return frozenset(key for key, count in said.items() if count >= _TYPICAL * len(phrases))
