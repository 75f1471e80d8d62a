"""The first page of somebody who looks after many locations: what went well, what needs them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

import numpy as np
from sqlalchemy.orm import Session

from auditapp import criterion_facts, failures, results
from auditapp.failures import Failure
from auditapp.insight import agenda_words, areas, words
from auditapp.insight.filters import Period
from auditapp.insight.queries import Scope
from auditapp.models import Programme, Region
from auditapp.results import Facts
from checklists.model import Item
from reports import attention
from reports.attention import CriterionChange, CriterionFacts, Standing
from reports.columns import BoolArray
from reports.compare import Comparison, ComparisonRow, listed_label
from reports.measures import Measure
from reports.summary import in_region
from reports.thresholds import Thresholds

SHOWN, PRAISED = 10, 6  # of each list, at first; of what went well a few lines are enough
S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A list of the page; `hidden` of its lines are not shown yet."""

    lines: Sequence[T] = ()
    hidden: int = 0

    @property
    def number(self) -> int:
        return len(self.lines) + self.hidden


@dataclass(frozen=True, slots=True)
class Place:
    """A location as the lists name it; `closed` is the day it closed, None while it is open."""

    code: str
    name: str
    region: str
    closed: date | None = None


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One location in one channel with the sentences that say why; `cost` is the criterion that cost most."""

    place: Place
    row: ComparisonRow
    sentences: Sequence[str]
    cost: str = ""


@dataclass(frozen=True, slots=True)
class FailedLine:
    """One critical question that failed in a location, once for each visit; `criterion` is the title of its norm."""

    item: Item
    criterion: str
    failures: Sequence[Failure]


@dataclass(frozen=True, slots=True)
class FailedPlace:
    """One location with the critical questions that failed there; `number` counts failures."""

    place: Place
    lines: Sequence[FailedLine]

    @property
    def number(self) -> int:
        return sum(len(line.failures) for line in self.lines)


@dataclass(frozen=True, slots=True)
class CriterionLine:
    change: CriterionChange
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Well:
    """What went well. `clean` counts the visits in which critical questions were asked when none failed, else 0.

    `places` are different locations: one with several channels can have several lines.
    """

    above: Listed[PlaceLine]
    wrong: float
    criteria: Listed[CriterionLine]
    rose: Listed[PlaceLine]
    clean: int
    places: int

    @property
    def number(self) -> int:
        """Return how many things went well: locations, criteria, and no critical failure at all."""
        return self.places + self.criteria.number + (1 if self.clean else 0)


@dataclass(frozen=True, slots=True)
class Needs:
    """What needs somebody. Of `asked` visits with critical questions at least one failed in `failed_visits`."""

    failed: Listed[FailedPlace]
    asked: int
    failed_visits: int
    below: Listed[PlaceLine]
    wrong: float
    criteria: Listed[CriterionLine]
    fell: Listed[PlaceLine]
    places: int

    @property
    def number(self) -> int:
        return self.places + self.criteria.number


@dataclass(frozen=True, slots=True)
class Known:
    """What is no task: places not visited, criteria nobody was asked about, and what could not be compared.

    `missed` are (code, title) of criteria; `changed` counts those whose questions changed since the earlier quarter;
    `broken` are the channels whose checklists share too little; `waiting` counts visits that wait for their review.
    """

    ended: bool
    not_visited: Listed[Place]
    visited: int
    locations: int
    missed: Sequence[tuple[str, str]]
    changed: int
    broken: Sequence[str]
    waiting: int


@dataclass(frozen=True, slots=True)
class AgendaPage:
    """The page of an area: all that somebody looks after, or one `region` of it. `standing` is true of all together."""

    period: Period
    region: Region | None
    regions: Sequence[Region]
    standing: Standing
    well: Well
    needs: Needs
    known: Known
    channels: bool
    comparison: Comparison
    facts: Facts

    @property
    def settings(self) -> Thresholds:
        return self.comparison.settings

    @property
    def lead(self) -> str:
        """Return the first sentences; they count the very lines that are listed."""
        return agenda_words.lead(
            self.standing,
            places=self.needs.places,
            criteria=self.needs.criteria.number,
            well_places=self.well.places,
            well_criteria=self.well.criteria.number,
            clean=bool(self.well.clean),
            elsewhere=any(each.visited for each in self.comparison.populations),
        )

    @property
    def hidden(self) -> bool:
        listed = (self.well.above, self.well.criteria, self.well.rose, self.needs.failed, self.needs.below)
        more = (self.needs.criteria, self.needs.fell, self.known.not_visited)
        return any(each.hidden for each in (*listed, *more))


def agenda_page(
    session: Session,
    programme: Programme,
    scope: Scope,
    period: Period,
    *,
    region: Region | None,
    today: date,
    everything: bool,
) -> AgendaPage:
    """Return the page of the locations in scope, narrowed to a region; `everything` lists all lines."""
    facts = results.gather(session, programme, period.quarter, previous=period.previous)
    built = results.comparison_of(facts)
    area = scope.within(facts.locations)
    if region is not None:
        area &= frozenset(facts.locations.loc[in_region(facts.locations, region.path), "location"])
    made = _Maker(facts, built, *criterion_facts.read_criteria(session, programme, facts), everything)
    rows = built.only(area).rows
    chosen = attention.choose(rows, made.label)
    failed, asked, failed_visits = failures.read_critical(session, programme, facts).of(area)
    changes = made.changes(area)
    channels = {row.channel for row in rows if row.channel and row.n}
    compared = max((each.visited for each in built.populations), default=0)
    low, high = ({row.location for row in part} for part in (chosen.below, chosen.above))
    # A line of a location that is below or above says that it fell or rose, too.
    fell, rose = _without(chosen.fell, chosen.below), _without(chosen.rose, chosen.above)
    return AgendaPage(
        period=period,
        region=region,
        regions=scope.regions if len(scope.regions) > 1 else (),
        standing=attention.find_standing(rows, compared=compared),
        well=Well(
            above=made.praised(chosen.above, made.level_line),
            wrong=sum(row.p_below or 0.0 for row in chosen.above),
            criteria=made.praised([each for each in changes if each.label == "up"], made.criterion_line),
            rose=made.praised(rose, made.change_line),
            clean=asked if not failed_visits else 0,
            places=len(high | {row.location for row in rose}),
        ),
        needs=Needs(
            failed=made.cut(_by_place(failed, made.names), made.failed_place),
            asked=asked,
            failed_visits=failed_visits,
            below=made.cut(chosen.below, made.level_line),
            wrong=sum(1 - (row.p_below or 0.0) for row in chosen.below),
            criteria=made.cut([each for each in changes if each.label == "down"], made.criterion_line),
            fell=made.cut(fell, made.change_line),
            places=len({each.location for each in failed} | low | {row.location for row in fell}),
        ),
        known=Known(
            ended=period.quarter.bounds()[1] < today,
            not_visited=made.cut([row for row in rows if row.channel == "" and not row.n], made.place),
            visited=sum(1 for row in rows if row.channel == "" and row.n),
            locations=sum(1 for row in rows if row.channel == ""),
            missed=made.missed(area, channels),
            changed=made.changed(area),
            broken=facts.common.broken(facts.settings.overlap),
            waiting=failures.count_waiting(session, programme, period.quarter, area),
        ),
        channels=len(channels) > 1,
        comparison=built,
        facts=facts,
    )


def _without(rows: Sequence[ComparisonRow], named: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    known = {(row.location, row.channel) for row in named}
    return [row for row in rows if (row.location, row.channel) not in known]


def _by_place(found: Sequence[Failure], names: Mapping[str, tuple[str, str]]) -> list[list[Failure]]:
    """Return the failures of each location: the location with most failures first, then by name."""
    by_place: dict[str, list[Failure]] = {}
    for each in found:
        by_place.setdefault(each.location, []).append(each)
    return sorted(by_place.values(), key=lambda same: (-len(same), names[same[0].location], same[0].location))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Lines from the figures of one quarter; the criteria are those of the earlier quarter and of this one."""

    facts: Facts
    built: Comparison
    before: CriterionFacts | None
    after: CriterionFacts
    everything: bool

    def cut(self, found: Sequence[S], line: Callable[[S], T]) -> Listed[T]:
        return self._first(found, line, SHOWN)

    def praised(self, found: Sequence[S], line: Callable[[S], T]) -> Listed[T]:
        return self._first(found, line, PRAISED)

    def _first(self, found: Sequence[S], line: Callable[[S], T], at: int) -> Listed[T]:
        """Return the lines that are shown; those that are not cost nothing."""
        shown = found if self.everything else found[:at]
        return Listed([line(each) for each in shown], len(found) - len(shown))

    def label(self, row: ComparisonRow) -> str | None:
        return listed_label(row, self.built.settings)

    def place(self, row: ComparisonRow) -> Place:
        return Place(row.location, row.name, row.region, self.facts.closed.get(row.location))

    def level_line(self, row: ComparisonRow) -> PlaceLine:
        """Return a location clearly below or above: its range, its change where it is a clear one, and its cost."""
        label = self.label(row)
        sentences = [words.location_score(row)]
        if label in ("up", "down"):
            sentences.append(agenda_words.place_change(row, label))
        found = None
        if row.level == "below":
            found = attention.find_costliest(self.after, row.location, row.channel, row.n)
        if found is not None:
            sentences.append(agenda_words.cost(areas.title(self.facts, found.criterion), found))
        return PlaceLine(self.place(row), row, sentences, found.criterion if found else "")

    def change_line(self, row: ComparisonRow) -> PlaceLine:
        label = self.label(row) or "none"
        return PlaceLine(self.place(row), row, [agenda_words.place_change(row, label)])

    @property
    def names(self) -> Mapping[str, tuple[str, str]]:
        """Return name and region of every location, by its code."""

        def make() -> dict[str, tuple[str, str]]:
            columns = (self.facts.locations[name].tolist() for name in ("location", "name", "region"))
            return {code: (name, region) for code, name, region in zip(*columns, strict=True)}

        return self.facts.remember(("names",), make, len(self.facts.locations))

    def failed_place(self, found: Sequence[Failure]) -> FailedPlace:
        """Return the critical questions that failed in one location, the most frequent first."""
        by_question: dict[tuple[str, str], list[Failure]] = {}
        for each in found:
            by_question.setdefault((each.channel, each.item.code), []).append(each)
        code = found[0].location
        lines = [
            FailedLine(same[0].item, areas.title(self.facts, same[0].item.criterion), same)
            for same in sorted(by_question.values(), key=len, reverse=True)
        ]
        return FailedPlace(Place(code, *self.names[code], self.facts.closed.get(code)), lines)

    def changes(self, area: frozenset[str]) -> tuple[CriterionChange, ...]:
        """Return the changes of all criteria that can be compared, over the locations of an area."""
        before = self.before
        if before is None:
            return ()
        return self.facts.remember(
            ("criterion changes", area),
            lambda: attention.criterion_changes(
                before, self.after, self._members(area), self._comparable(), self.built.settings
            ),
            len(area),
        )

    def criterion_line(self, change: CriterionChange) -> CriterionLine:
        return CriterionLine(
            change,
            areas.title(self.facts, change.criterion),
            agenda_words.criterion_change(change, self.facts.previous),
        )

    def missed(self, area: frozenset[str], channels: Collection[str]) -> list[tuple[str, str]]:
        """Return (code, title) of the criteria that the channels visited ask about, and that nobody was asked about."""
        codes = attention.unasked(self.after, self._members(area), channels)
        return [(code, areas.title(self.facts, code)) for code in codes if self.facts.find_criterion(code)]

    def changed(self, area: frozenset[str]) -> int:
        """Return how many criteria asked about in both quarters have other questions than before."""
        if self.before is None:
            return 0
        members = self._members(area)
        both = [((facts.n * members).sum(axis=1) > 0) for facts in (self.before, self.after)]
        comparable = self._comparable()
        asked = zip(self.after.measures, both[0] & both[1], strict=True)
        return len({measure[1] for measure, found in asked if found and measure not in comparable})

    def _members(self, area: Collection[str]) -> BoolArray:
        places = self.after.locations
        return np.fromiter((code in area for code in places), dtype=np.bool_, count=len(places))

    def _comparable(self) -> frozenset[Measure]:
        return criterion_facts.comparable_measures(self.facts, self.after.measures)
