"""Results of a programme: cells gathered from SQL, handed to `reports`, frozen values back.

Statistics need the whole population, so facts are always those of the whole network; a page shows the actor's share
of them afterwards (`Comparison.only`, `regions`, `shown`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp import cells, ground, parameters, restated
from auditapp.cells import Part
from auditapp.models import Cell, Programme
from auditapp.parameters import Edition
from auditapp.restated import Restated
from checklists.model import Channel, Checklist, Criterion, Standard
from reports import compare, criteria, summary
from reports.intervals import MINIMUM_DF
from reports.measures import Cells, Cube, Measure, Spread
from reports.parameters import Effects, Parameters
from reports.periods import Quarter
from reports.thresholds import Thresholds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures of one quarter, its change since `previous` and its history are computed from.

    overall     CELLS of whole visits of the whole network, with the four quarters before each from which a dispersion
                may be borrowed; `criteria` those of criteria in the quarter, `four` their sums over four quarters,
                both as arrays: of a wide network they are the largest thing that a process keeps
    part        CELLS of criteria of some locations or some criteria, in the quarter and the four before it
    spread      how visits of criteria vary in the whole network, in the quarter and the four before it
    locations   LOCATIONS, the whole network; `opened` and `closed` are days by location code
    items       J of each (channel, criterion), the largest number of items over the versions
    parameters  those of the quarter; `published` is its newest edition, None where it is not public, `present` are the
                programme's now, `by_quarter` those of the public quarters among this, the one before and the history
    targets     acceptance level of each channel: the mean of its criteria's levels, weighted like its items
    checklists  the versions by id, newer ones later; `standards` the standards they derive from, the newest first
    used        versions by channel and quarter, where any channel has several
    common      both quarters of the change on common items
    key         names these facts among all that the process may keep, and `stamp` differs whenever any of them does
    """

    quarter: Quarter
    previous: Quarter | None
    history: tuple[Quarter, ...]
    overall: pd.DataFrame
    criteria: Cube | None
    part: pd.DataFrame
    four: Cube | None
    spread: Spread | None
    locations: pd.DataFrame
    opened: Mapping[str, date]
    closed: Mapping[str, date]
    items: Mapping[Measure, int]
    parameters: Parameters
    published: Edition | None
    present: Parameters
    by_quarter: Mapping[Quarter, Parameters]
    targets: Mapping[str, float]
    checklists: Mapping[int, Checklist]
    standards: tuple[Standard, ...]
    used: restated.Used
    common: Restated
    key: tuple[object, ...]
    stamp: object

    def remember(self, what: tuple[object, ...], make: Callable[[], T], rows: int = 100) -> T:
        """Return a value computed from these facts alone: every reader's page rests on the same ones."""
        return cells.remember((*self.key, *what), self.stamp, make, rows)

    @property
    def settings(self) -> Thresholds:
        return self.parameters.settings

    @property
    def weights(self) -> Mapping[str, float]:
        return self.parameters.weights

    @property
    def effects(self) -> Effects:
        """Return the design effects of few shoppers in this quarter and the one before."""
        before = self.by_quarter.get(self.previous) if self.previous is not None else None
        return {**before.effects, **self.parameters.effects} if before is not None else self.parameters.effects

    @property
    def comparable(self) -> bool:
        """Tell whether every channel shares enough with the earlier quarter for a change over all of them."""
        return not self.common.broken(self.settings.overlap)

    @property
    def reweighted(self) -> bool:
        """Tell whether the earlier quarter was published with other channel weights than the change counts it with."""
        before = self.by_quarter.get(self.previous) if self.previous is not None else None
        return before is not None and before.weights != self.weights and self.overall["channel"].nunique() > 1

    @property
    def standard(self) -> Standard | None:
        """Return the newest standard, None before a checklist is in force."""
        return self.standards[0] if self.standards else None

    @property
    def of_criteria(self) -> Cells:
        """Return what is known of criteria: everything in the quarter, or else the part."""
        return self.part if self.criteria is None else self.criteria

    def parameters_of(self, quarters: Iterable[Quarter]) -> dict[Quarter, Parameters]:
        """Return the parameters of each quarter; this one's for those that are not public."""
        return {each: self.by_quarter.get(each, self.parameters) for each in quarters}

    def breaks(self, channel: str | None) -> frozenset[Quarter]:
        """Return the quarters of the history that are not comparable with the one before, in `channel` or in any."""
        broken = restated.breaks(self.checklists, self.used, channel, self.settings.overlap)
        if channel is not None or self.overall["channel"].nunique() < 2:
            return broken
        weights = {each: parameters.weights for each, parameters in self.parameters_of(self.history).items()}
        return broken | {each for each in self.history[1:] if weights[each] != weights[each.previous()]}

    def find_criterion(self, code: str) -> Criterion | None:
        """Return a criterion as its newest standard words it."""
        found = (criterion for standard in self.standards for criterion in standard.criteria if criterion.code == code)
        return next(found, None)

    def open_locations(self) -> frozenset[str]:
        """Return the codes of the locations that were open on some day of the quarter, or visited in it."""
        return self.remember(("open",), self._open_locations, len(self.locations))

    def _open_locations(self) -> frozenset[str]:
        first, last = self.quarter.bounds()
        visited = self.overall.loc[self.overall["quarter"] == str(self.quarter), "location"]
        return frozenset(visited.unique()) | {
            code
            for code in self.locations["location"].tolist()
            if self.opened.get(code, first) <= last and self.closed.get(code, last) >= first
        }


def quarters_with_results(session: Session, programme_id: int) -> tuple[Quarter, ...]:
    """Return the quarters that have cells, oldest first."""
    # From each quarter to the next by the key: DISTINCT would read every cell there ever was.
    mine = Cell.programme_id == programme_id
    step = select(func.min(Cell.quarter).label("quarter")).where(mine).cte(recursive=True)
    following = select(func.min(Cell.quarter)).where(mine, Cell.quarter > step.c.quarter).scalar_subquery()
    steps = step.union_all(select(following).where(step.c.quarter.is_not(None)))
    return tuple(Quarter.parse(text) for text in session.scalars(select(steps.c.quarter)) if text is not None)


def default_quarter(quarters: Sequence[Quarter], today: date) -> Quarter | None:
    """Return the last quarter with results that has ended, else the latest with results, None without any."""
    ended = [quarter for quarter in quarters if quarter.bounds()[1] < today]
    return max(ended or quarters, default=None)


def gather(
    session: Session,
    programme: Programme,
    quarter: Quarter,
    *,
    previous: Quarter | None = None,
    history: int = 1,
    criteria: int = 0,
    part: Part | None = None,
    anew: bool = False,
) -> Facts:
    """Return the facts of `quarter`, in a handful of queries.

    `previous` is what its change is measured from, `history` the number of quarters of a series, `criteria` how many
    quarters the figures of criteria rest on: 1 for points lost, 5 for intervals of all criteria in all locations.
    `part` brings the intervals of some locations' criteria, of some criteria, or (an empty one) of summaries only.
    A public quarter is computed with the parameters of its newest edition, with `anew` with those of the next one.
    """
    series = Quarter.range(quarter.previous(history - 1), quarter)
    first, last = min(series[0], previous or quarter), max(quarter, previous or quarter)
    of_visits = Quarter.range(first.previous(4), last)
    five = Quarter.range(quarter.previous(4), quarter)
    prints = cells.fingerprints(session, programme.id, {*of_visits, *five})
    overall = cells.cells_of(session, programme.id, prints, of_visits)
    network = ground.read_network(session, programme.id)
    checklists, standards = ground.read_checklists(session, programme.id)
    used = restated.versions_used(session, programme.id, checklists, Quarter.range(first, last))
    present = parameters.present(programme)
    editions = parameters.editions(session, programme.id, {quarter, previous or quarter, *series})
    own = None
    if anew:
        editions.pop(quarter, None)
        own = parameters.next_edition(session, programme, quarter)
    by_quarter = {each: edition.parameters for each, edition in editions.items()}
    key: tuple[object, ...] = (*cells.place_of(session, programme.id), quarter, previous, history, criteria, anew)
    stamp = (prints, network.mark, tuple(checklists.items()), standards, present, own, by_quarter, used)
    by_criterion, four, spread = None, None, None
    if criteria:
        by_criterion = cells.sums_of(session, programme.id, prints, [quarter], network.frame, network.mark)
    part_cells = overall[:0]
    if part is not None or criteria > 1:
        only = part.criteria if part is not None else ()
        spread = cells.spread_of(session, programme.id, prints, network.mark, five, only)
        key = (*key, part)
    if part is not None and part.criteria:
        part_cells = cells.remember(
            (*cells.place_of(session, programme.id), "part", part, quarter),
            [prints[str(each)] for each in five],
            lambda: cells.part_of(session, programme.id, five, part),
            5 * len(network.frame),
        )
    elif part is not None and part.locations:
        part_cells = cells.part_of(session, programme.id, five, part)
    elif criteria > 1:
        four = cells.sums_of(session, programme.id, prints, five[1:], network.frame, network.mark)
    common = Restated(None, {})
    if previous is not None:
        pair = (previous, quarter)
        common = cells.remember(
            (*key, "common"),
            stamp,
            lambda: restated.restate(session, programme.id, checklists, used, pair),
            len(network.frame),
        )
    return Facts(
        quarter=quarter,
        previous=previous,
        history=series,
        overall=overall,
        criteria=by_criterion,
        part=part_cells,
        four=four,
        spread=spread,
        locations=network.frame,
        opened=network.opened,
        closed=network.closed,
        items=ground.items_of(checklists.values()),
        parameters=own or by_quarter.get(quarter, present),
        published=editions.get(quarter),
        present=present,
        by_quarter=by_quarter,
        targets=ground.targets_of(checklists.values(), standards),
        checklists=checklists,
        standards=standards,
        used=used,
        common=common,
        key=key,
        stamp=stamp,
    )


def with_locations(session: Session, programme: Programme, facts: Facts, codes: Collection[str]) -> Facts:
    """Return the facts with the criteria of some locations as their part; they know already how visits vary."""
    five = Quarter.range(facts.quarter.previous(4), facts.quarter)
    return replace(facts, part=cells.part_of(session, programme.id, five, Part(locations=tuple(codes))))


def build_comparison(
    session: Session,
    programme: Programme,
    quarter: Quarter,
    *,
    channel: str | None = None,
    previous: Quarter | None = None,
) -> compare.Comparison:
    """Return the comparison of the whole network's locations open in the quarter."""
    return comparison_of(gather(session, programme, quarter, previous=previous), channel=channel)


def comparison_of(facts: Facts, *, channel: str | None = None, closed: bool = False) -> compare.Comparison:
    """Return the comparison of the locations open in the quarter, with `closed` of all (see `reports.compare`)."""
    built = facts.remember(
        ("comparison", channel),
        lambda: compare.build_comparison(
            facts.overall,
            facts.locations,
            facts.quarter,
            items=_with_channel(facts.items, channel),
            channel=channel,
            previous=facts.previous,
            weights=facts.weights,
            targets=facts.targets,
            settings=facts.settings,
            restated=facts.common.cells,
            overlaps=facts.common.overlaps,
            effects=facts.effects,
        ),
        20 * len(facts.locations),  # two or three rows a location, each as large as eight of cells
    )
    if closed:
        return built
    return facts.remember(
        ("open comparison", channel), lambda: built.only(facts.open_locations()), len(facts.locations)
    )


def build_summaries(
    facts: Facts,
    *,
    regions: Sequence[str] = ("",),
    criteria: Sequence[str] = ("",),
    channel: str | None = None,
) -> tuple[summary.Summary, ...]:
    """Return a summary for each region and criterion over the locations open in the quarter, regions outermost.

    `criteria` are codes, or ("",) for whole visits: how these vary and how criteria vary come from different places.
    """
    return facts.remember(
        ("summaries", tuple(regions), tuple(criteria), channel),
        lambda: _build_summaries(facts, regions, criteria, channel),
        len(facts.locations),
    )


def _build_summaries(
    facts: Facts, regions: Sequence[str], criteria: Sequence[str], channel: str | None
) -> tuple[summary.Summary, ...]:
    whole = set(criteria) == {""}
    visits = facts.overall if channel is not None or not whole else _needed(facts, facts.overall)
    built = summary.build_summaries(
        visits if whole else facts.of_criteria,
        facts.locations,
        facts.quarter,
        items=facts.items,
        regions=regions,
        criteria=criteria,
        channel=channel,
        weights=facts.weights,
        spread=None if whole else facts.spread,
    )
    return _of_open(facts, built)


def _needed(facts: Facts, used: pd.DataFrame) -> pd.DataFrame:
    """Return the quarter's cells alone where no population has to borrow a dispersion from the quarters before.

    The summaries are the same either way; with a thousand locations a fifth of the cells is four fifths of the time.
    """
    now = used[used["quarter"] == str(facts.quarter)]
    formats = now["location"].map(facts.locations.set_index("location")["format"])
    freedom = (now["n"] - 1).groupby([formats, now["channel"], now["criterion"]]).sum()
    return now if (freedom >= MINIMUM_DF).all() else used


def _of_open(facts: Facts, built: Iterable[summary.Summary]) -> tuple[summary.Summary, ...]:
    there = facts.open_locations()
    left = ((each, tuple(code for code in each.not_visited if code in there)) for each in built)
    return tuple(replace(each, not_visited=codes, locations=each.visited + len(codes)) for each, codes in left)


def find_change(facts: Facts, region: str = "", *, channel: str | None = None) -> summary.SummaryChange | None:
    """Return the change of a region or the network on comparable items; None where there is nothing to compare."""
    if facts.previous is None or not facts.comparable:
        return None
    before, after = facts.remember(("change", region, channel), lambda: _before_and_after(facts, region, channel))
    return summary.find_change(before, after)


def _before_and_after(facts: Facts, region: str, channel: str | None) -> tuple[summary.Summary, summary.Summary]:
    used = facts.overall
    quarters = (facts.previous or facts.quarter, facts.quarter)
    if facts.common.cells is not None:
        channels = facts.common.cells["channel"].unique()
        replaced = used["channel"].isin(channels) & used["quarter"].isin([str(quarter) for quarter in quarters])
        used = pd.concat([used[~replaced], facts.common.cells], ignore_index=True)
    before, after = (
        summary.build_summary(
            used,
            facts.locations,
            quarter,
            items=facts.items,
            region=region,
            channel=channel,
            weights=facts.weights,
        )
        for quarter in quarters
    )
    return before, after


def points_lost(
    facts: Facts, locations: Collection[str], *, channel: str | None = None
) -> tuple[criteria.PointsLost, ...]:
    """Return what each criterion cost in the locations meant, most first. Needs cells of criteria."""
    meant = frozenset(locations)
    return facts.remember(("lost", meant, channel), lambda: _points_lost(facts, meant, channel), len(meant))


def _points_lost(facts: Facts, codes: frozenset[str], channel: str | None) -> tuple[criteria.PointsLost, ...]:
    meant = facts.locations[facts.locations["location"].isin(codes)].reset_index(drop=True)
    alone = set(facts.part["location"].unique()) == codes  # a page about one location has its own cells at hand
    return criteria.points_lost(
        facts.overall[facts.overall["quarter"] == str(facts.quarter)],
        meant,
        facts.quarter,
        channel=channel,
        weights=facts.weights,
        criteria=facts.part[facts.part["quarter"] == str(facts.quarter)] if alone else facts.of_criteria,
    )


def criterion_rows(
    facts: Facts, *, channel: str, shown: Collection[str] | None = None, criterion: str | None = None
) -> tuple[criteria.CriterionRow, ...]:
    """Return the criteria of one channel in each location `shown` (None: all).

    Needs five quarters of criteria, or a part that holds the locations or the criterion.
    """
    if facts.four is None:
        places = facts.locations if shown is None else facts.locations[facts.locations["location"].isin(list(shown))]
        items = {each: most for each, most in facts.items.items() if criterion in (None, each[1])}
        found = criteria.build_table(
            facts.part,
            places,
            facts.quarter,
            channel=channel,
            items=items,
            settings=facts.settings,
            spread=facts.spread,
        )
        return found.rows(shown, criterion)
    table = facts.remember(
        ("criteria", channel),
        lambda: criteria.build_table(
            facts.of_criteria,
            facts.locations,
            facts.quarter,
            channel=channel,
            items=facts.items,
            settings=facts.settings,
            spread=facts.spread,
            four=facts.four,
        ),
        len(facts.items) * len(facts.locations),
    )
    return table.rows(shown, criterion)


def build_series(
    facts: Facts, *, location: str | None = None, region: str = "", channel: str | None = None
) -> summary.Series:
    """Return the score of each quarter of the history for a location, else a region or the network."""
    return facts.remember(
        ("series", location, region, channel),
        lambda: summary.build_series(
            facts.overall,
            facts.locations,
            facts.history,
            items=_with_channel(facts.items, channel),
            location=location,
            region=region,
            channel=channel,
            parameters=facts.parameters_of(facts.history),
            breaks=facts.breaks(channel),
        ),
    )


def build_location_series(facts: Facts, codes: Collection[str]) -> dict[str, summary.Series]:
    """Return the series of many locations over all their channels at once."""
    return summary.build_location_series(
        facts.overall,
        facts.locations,
        facts.history,
        codes,
        items=_with_channel(facts.items, None),
        parameters=facts.parameters_of(facts.history),
        breaks=facts.breaks(None),
    )


def _with_channel(items: Mapping[Measure, int], channel: str | None) -> Mapping[Measure, int]:
    """Return `items` with a J for the channel asked for, or for any where there is no checklist yet.

    Nothing is estimated from it: such a channel has no visits, and its locations show as not visited.
    """
    if channel is None:
        return items or {(Channel.STORE_VISIT.value, ""): 1}
    return {(channel, ""): 1, **items}
