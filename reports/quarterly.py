"""The values a quarterly report is printed from: frozen, complete, made by pure functions.

Nothing here formats a number or words a sentence: `findings` does the words, `printed` the numbers, `pdf` the paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from checklists.model import Criterion, Dimension, Standard, Text
from checklists.rounding import TOLERANCE
from reports.attention import CriterionChange
from reports.brand import PLAIN, Brand
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow
from reports.criteria import CriterionRow, PointsLost, meets, reaches
from reports.heat import Tone
from reports.parameters import FewShoppers
from reports.periods import Quarter
from reports.quotes import Quote
from reports.summary import Series, Summary, SummaryChange

PHOTOS = 4


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a location and channel beside the network's score and the acceptance level."""

    criterion: Criterion
    row: CriterionRow
    network: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One criterion over the channels in which it has a score: those `scores`, and its visits together.

    `judged` where visits are enough in every channel that asked for it; `meets` where its acceptance level is surely
    met in all of them.
    """

    criterion: Criterion
    scores: tuple[float, ...]
    n: int
    judged: bool
    meets: bool

    @property
    def reaches(self) -> bool:
        """Whether its score is at its acceptance level or above in every channel, surely or not."""
        return reaches(min(self.scores), self.criterion.acceptance_level)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """An approved visit as a location may see it: a date and no time, a score and no name."""

    day: date
    channel: str
    kind: str
    score: float | None
    scorable: bool
    critical_failed: int

    @property
    def counts(self) -> bool:
        """Whether the score of the location is made of it."""
        return self.kind == "regular" and self.scorable and self.score is not None


@dataclass(frozen=True, slots=True)
class Question:
    """One scored question of a location: `answers` in visits that count, which earned the share `earned` of points.

    `yes_no`: each answer earned everything or nothing.
    """

    item: str
    criterion: str
    channel: str
    text: Text
    answers: int
    earned: float
    lost: float  # weight
    yes_no: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """One critical question below its pass mark in one visit."""

    day: date | None
    channel: str
    criterion: str
    question: Text


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo kept with a scored answer of an approved visit; `key` names its picture, `good` as of quotes."""

    key: str
    day: date
    criterion: str
    question: Text
    good: bool


@dataclass(frozen=True, slots=True)
class Wave:
    """A field period; `told_on` is the day on which staff were told that service is checked, None where unknown."""

    name: str
    starts_on: date
    ends_on: date
    told_on: date | None
    told_by: str  # the channel of the notice


@dataclass(frozen=True, slots=True)
class ChecklistUsed:
    """A checklist of the quarter: its scored questions, and the share of their weight that is judgement, not fact."""

    name: str  # "STORE 1"
    channel: str
    questions: int
    judgement: float


@dataclass(frozen=True, slots=True)
class Frame:
    """What every report of a quarter says about itself."""

    programme: str
    quarter: Quarter
    previous: Quarter | None
    standard: Standard  # the quarter's checklists were derived from
    criteria: Mapping[str, Criterion]  # by code, in the order of the standard; older ones still measured come last
    sections: Mapping[str, Text]  # titles by code
    checklists: tuple[ChecklistUsed, ...]
    weights: Mapping[str, float]
    targets: Mapping[str, float]  # acceptance level of each channel
    comparison: Comparison  # of the network; levels and populations
    waves: tuple[Wave, ...] = ()
    brand: Brand = PLAIN
    reweighted: bool = False  # the earlier quarter was published with other weights than changes count it with
    shoppers: tuple[FewShoppers, ...] | None = None


@dataclass(frozen=True, slots=True)
class LocationReport:
    """Everything printed for one location. `rows` are its channels; `headline` combines them.

    `network` is of all channels together, or of the only one that the location has.
    """

    frame: Frame
    headline: ComparisonRow
    rows: tuple[ComparisonRow, ...]
    populations: tuple[Population, ...]
    network: Summary
    lost: tuple[PointsLost, ...]
    criteria: tuple[CriterionLine, ...]
    visits: tuple[VisitLine, ...]
    quotes: tuple[Quote, ...]
    series: Series
    questions: tuple[Question, ...] = ()  # those that lost points, most first
    changes: tuple[CriterionChange, ...] = ()
    failed: tuple[Failed, ...] = ()
    photos: tuple[Photo, ...] = ()

    @property
    def counted(self) -> tuple[VisitLine, ...]:
        """The visits that the score is made of."""
        return tuple(visit for visit in self.visits if visit.counts)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The criteria that have a score, those that meet their acceptance level first (`ranked_standings`)."""
        return ranked_standings(self.criteria)


@dataclass(frozen=True, slots=True)
class DimensionLost:
    """Points lost to the criteria of one dimension, with the share of all points lost."""

    dimension: Dimension
    lost: float
    share: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened in the field: counts of visits. `planned` None where no wave planned them; `made` were sent in."""

    planned: int | None
    made: int
    approved: int
    rejected: int
    waiting: int
    not_counted: int  # approved, and in no score
    auditors: int  # with an approved visit


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Which regions clearly differ from the rest of the network, inside its largest population; "" where none is."""

    format: str
    channel: str
    levels: Mapping[str, Tone]  # by path of the region


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """Everything printed for the network."""

    frame: Frame
    network: Summary
    change: SummaryChange | None
    regions: tuple[Summary, ...]
    verdicts: Verdicts
    channels: tuple[Summary, ...]
    lost: tuple[PointsLost, ...]
    dimensions: tuple[DimensionLost, ...]
    criteria: tuple[tuple[Criterion, Summary], ...]
    below: tuple[ComparisonRow, ...]
    above: tuple[ComparisonRow, ...]
    changes: tuple[CriterionChange, ...]
    critical_visits: tuple[int, int]  # that asked critical questions, in which one failed
    not_visited: tuple[str, ...]
    series: Series
    facts: Facts


def ranked_standings(lines: Iterable[CriterionLine]) -> tuple[Standing, ...]:
    """Return a standing for each criterion with a score: those that meet their level first, best and surest first.

    Criteria with too few visits in some channel to be judged come last.
    """
    found: dict[str, list[CriterionLine]] = {}
    for line in lines:
        found.setdefault(line.criterion.code, []).append(line)
    standings = []
    for group in found.values():
        level, scored = group[0].criterion.acceptance_level, [line.row for line in group if line.row.score is not None]
        if scored:
            standings.append(
                Standing(
                    criterion=group[0].criterion,
                    scores=tuple(row.score for row in scored if row.score is not None),
                    n=sum(row.n for row in scored),
                    judged=all(line.row.low is not None for line in group),
                    meets=all(meets(line.row.low, line.row.high, level) is True for line in group),
                )
            )
    return tuple(
        sorted(
            standings,
            key=lambda each: (not each.meets, not each.judged, -min(each.scores), -each.n, each.criterion.code),
        )
    )


def ranked_questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions that lost points, those that lost most weight first."""
    lost = (question for question in questions if question.lost > TOLERANCE)
    return tuple(sorted(lost, key=lambda each: (-each.lost, each.channel, each.item)))


def select_photos(photos: Iterable[Photo], lost: Sequence[PointsLost], limit: int = PHOTOS) -> tuple[Photo, ...]:
    """Return the photos to print: one of each question first, of what cost most, the newest; then the others."""
    cost = {row.criterion: row.lost for row in lost}
    newest = sorted(photos, key=lambda photo: (photo.day, photo.key), reverse=True)
    ranked = sorted(newest, key=lambda photo: (photo.good, -cost.get(photo.criterion, 0.0)))
    first: dict[Text, Photo] = {}
    for photo in ranked:
        first.setdefault(photo.question, photo)
    others = [photo for photo in ranked if photo not in first.values()]
    return tuple([*first.values(), *others][:limit])


def since_first(series: Series) -> Series:
    """Return the series without the quarters before the first one with a visit."""
    first = next((index for index, point in enumerate(series.points) if point.n), len(series.points))
    return replace(series, points=series.points[first:])


def dimensions_lost(lost: Sequence[PointsLost], criteria: Mapping[str, Criterion]) -> tuple[DimensionLost, ...]:
    """Return points lost by dimension, most first; they sum to the points lost."""
    rows = [
        DimensionLost(
            dimension,
            sum(row.lost for row in lost if criteria[row.criterion].dimension == dimension),
            sum(row.share for row in lost if criteria[row.criterion].dimension == dimension),
        )
        for dimension in Dimension
    ]
    return tuple(sorted(rows, key=lambda row: -row.lost))


def levelled(comparison: Comparison, level: str) -> tuple[ComparisonRow, ...]:
    """Return the rows (location in a channel) labelled `level`, the most certain first."""
    rows = [row for row in comparison.rows if row.channel and row.level == level and row.p_below is not None]
    sign = -1 if level == "below" else 1
    return tuple(sorted(rows, key=lambda row: (sign * (row.p_below or 0), row.location)))
