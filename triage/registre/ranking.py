"""Score and rank of situations: proposed from ``classement.yaml``, explained line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from datafiles.file import DataFile
from mappings.report.display import show

InputName: TypeAlias = Literal[
    "patients",
    "risque_eleve",
    "cas_graves",
    "deces",
    "vulnerable",
    "hausse",
    "entreprises",
    "sources",
    "boites",
    "rejointe_cible",
    "mitm",
    "rupture",
    "triangle_noir",
    "surveillance",
]
Inputs: TypeAlias = Mapping[InputName, float | None]
"""What is known of a situation: a count, a ratio, 1 for yes and 0 for no; ``None``: unknown."""
UNKNOWN = "inconnu"
_NAMES: Mapping[InputName, str] = {
    "patients": "patients",
    "risque_eleve": "risque élevé selon l’entreprise",
    "cas_graves": "cas graves",
    "deces": "décès",
    "vulnerable": "population vulnérable",
    "hausse": "signalements en hausse",
    "entreprises": "entreprises",
    "sources": "types de source",
    "boites": "boîtes au-dessus de l’intervalle prévu",
    "rejointe_cible": "population rejointe rapportée à la cible",
    "mitm": "intérêt thérapeutique majeur",
    "rupture": "rupture ou tension",
    "triangle_noir": "triangle noir",
    "surveillance": "programme de l’agence",
}
"""What a line is given for, in French."""
_YES_OR_NO = frozenset(
    {"risque_eleve", "vulnerable", "hausse", "boites", "mitm", "rupture", "triangle_noir"}
    | {"surveillance"}
)


class _Ranked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Case(_Ranked):
    """What gives points."""

    input: InputName
    at_least: float = Field(default=1, gt=0)
    points: int = Field(gt=0)


class Ranking(_Ranked):
    """The whole file; ``digest`` is that of its text."""

    version: str
    lines: Mapping[str, tuple[Case, ...]] = Field(min_length=1)
    digest: str = ""

    @property
    def most(self) -> int:
        """Points that there can be."""
        return sum(max((case.points for case in cases), default=0) for cases in self.lines.values())


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A line of a score.

    Attributes:
        line: Its name.
        points: Points given.
        most: Points that it can give.
        evidence: The inputs with their values, or « inconnu ».
    """

    line: str
    points: int
    most: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its reasons.

    Attributes:
        points: Sum of the lines.
        most: The most that there can be.
        lines: Its lines.
        version: Version and digest of the file.
        reference: Version of BDPM; empty without.
    """

    points: int
    most: int
    lines: tuple[ScoreLine, ...]
    version: str
    reference: str

    def told(self) -> str:
        """Points of the most: ``13/20``."""
        return f"{self.points}/{self.most}"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A situation in its rank.

    Attributes:
        situation: Its id.
        rank: From 1.
        first: Whether it goes first: in rise, or woken.
        level: Its level; empty before a person set one.
        score: Its score.
    """

    situation: str
    rank: int
    first: bool
    level: str
    score: Score


@dataclass(frozen=True, slots=True)
class RankBasis:
    """What a rank is worked out of: see :class:`Ranked`.

    Attributes:
        shown_by: What shows an input that holds, in French: medicines, boxes, a trend.
    """

    situation: str
    level: str
    woken: bool
    inputs: Inputs
    shown_by: Mapping[InputName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RankMove:
    """A situation whose rank or score another file would change.

    Attributes:
        situation: Its id.
        before: As it is ranked now.
        after: As it would be.
        lines: Lines that differ: name, points now, points then.
    """

    situation: str
    before: Ranked
    after: Ranked
    lines: tuple[tuple[str, int, int], ...]


def parse_ranking(text: str, *, source: str) -> Ranking:
    """Read and check the file.

    Raises:
        DataFileError: With one line for each problem.
    """
    file = DataFile(text, source=source)
    return file.validate(Ranking).model_copy(update={"digest": file.digest})


def score(
    inputs: Inputs,
    ranking: Ranking,
    *,
    reference: str = "",
    shown_by: Mapping[InputName, str] | None = None,
) -> Score:
    """The score of a situation.

    Args:
        inputs: What is known of it.
        ranking: The file.
        reference: Version of BDPM.
        shown_by: What shows an input: see :class:`RankBasis`.
    """
    told = shown_by or {}
    lines = tuple(_line(name, cases, inputs, told) for name, cases in ranking.lines.items())
    return Score(
        points=sum(one.points for one in lines),
        most=ranking.most,
        lines=lines,
        version=f"{ranking.version} ({ranking.digest})",
        reference=reference,
    )


def rank(
    candidates: Sequence[RankBasis],
    ranking: Ranking,
    *,
    levels: Sequence[str],
    reference: str = "",
) -> tuple[Ranked, ...]:
    """Situations in order: in rise or woken first, then by level, then by score.

    Args:
        candidates: Situations.
        ranking: The file.
        levels: Levels of risk, the lowest first; one without a level comes after those.
        reference: Version of BDPM.
    """
    places = {level: place for place, level in enumerate(levels)}
    scored = [
        (
            one,
            bool(one.inputs.get("hausse")) or one.woken,
            score(one.inputs, ranking, reference=reference, shown_by=one.shown_by),
        )
        for one in candidates
    ]
    scored.sort(
        key=lambda each: (
            not each[1],
            -places.get(each[0].level, -1),
            -each[2].points,
            each[0].situation,
        )
    )
    return tuple(
        Ranked(one.situation, place, first, one.level, found)
        for place, (one, first, found) in enumerate(scored, start=1)
    )


def moves(before: Sequence[Ranked], after: Sequence[Ranked]) -> tuple[RankMove, ...]:
    """Situations of which rank or score differ, in the order that they would have."""
    now = {one.situation: one for one in before}
    return tuple(
        RankMove(
            one.situation, now[one.situation], one, differing(now[one.situation].score, one.score)
        )
        for one in after
        if (one.rank, one.score.points, one.score.most)
        != (
            now[one.situation].rank,
            now[one.situation].score.points,
            now[one.situation].score.most,
        )
    )


def same_score(before: Score | None, after: Score) -> bool:
    """Whether a score says what another did: a version of BDPM that moves nothing makes none."""
    return before is not None and replace(before, reference=after.reference) == after


def differing(before: Score, after: Score) -> tuple[tuple[str, int, int], ...]:
    """Lines of two scores that differ: name, points before, points after."""
    one, two = ({each.line: each.points for each in side.lines} for side in (before, after))
    return tuple(
        (name, one.get(name, 0), two.get(name, 0))
        for name in dict.fromkeys((*one, *two))
        if one.get(name, 0) != two.get(name, 0)
    )


def _line(
    name: str, cases: Sequence[Case], inputs: Inputs, shown_by: Mapping[InputName, str]
) -> ScoreLine:
    values = {case.input: inputs.get(case.input) for case in cases}
    points = max(
        (
            case.points
            for case in cases
            if (value := values[case.input]) is not None and value >= case.at_least
        ),
        default=0,
    )
    evidence = ", ".join(
        f"{_NAMES[one]} : {_shown(one, value, shown_by.get(one, ''))}"
        for one, value in values.items()
    )
    return ScoreLine(name, points, max((case.points for case in cases), default=0), evidence)


def _counted(value: float) -> str:
    return show(int(value) if value == int(value) else Decimal(f"{value:.10g}"))


def _shown(name: InputName, value: float | None, shown_by: str) -> str:
    if value is None:
        return UNKNOWN
    told = ("oui" if value else "non") if name in _YES_OR_NO else _counted(value)
    return f"{told} ({shown_by})" if value and shown_by else told
