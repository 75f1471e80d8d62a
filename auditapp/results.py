"""Results of a programme: cells gathered from SQL, handed to `reports`, frozen values back.

Statistics need the whole population, so facts are always those of the whole network; a page shows the actor's share
of them afterwards (`Comparison.only`, `regions`, `shown`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from auditapp import restated
from auditapp.convert import checklist_of, standard_of
from auditapp.models import Cell, ChecklistVersion, Location, Programme, Region, StandardVersion
from auditapp.rollups import KEY, SUMS
from checklists.model import Channel, Checklist, Standard
from reports import compare, criteria, frames, summary
from reports.measures import Measure
from reports.periods import Quarter
from reports.thresholds import Thresholds

HISTORY = 12  # quarters of a series: as many as limits of a series need
_CHANNELS = [channel.value for channel in Channel]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures of a programme are computed from.

    cells      CELLS of the quarters asked for, the whole network
    locations  LOCATIONS, the whole network; `closed` and `unopened` hold days by location code
    items      J of each (channel, criterion), the largest number of items over the versions
    weights    W of each channel in the headline
    targets    acceptance level of each channel: the mean of its criteria's levels, weighted like its items
    checklists the versions by id; `standard` the newest standard, None before the first is in force
    """

    programme_id: int
    cells: pd.DataFrame
    locations: pd.DataFrame
    opened: Mapping[str, date]
    closed: Mapping[str, date]
    items: Mapping[Measure, int]
    weights: Mapping[str, float]
    targets: Mapping[str, float]
    checklists: Mapping[int, Checklist]
    standard: Standard | None

    def open_in(self, quarter: Quarter) -> frozenset[str]:
        """Return the codes of the locations that were open on some day of the quarter, or visited in it."""
        first, last = quarter.bounds()
        visited = self.cells.loc[self.cells["quarter"] == str(quarter), "location"]
        return frozenset(visited.unique()) | {
            code
            for code in self.locations["location"]
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


def locations_frame(session: Session, programme_id: int) -> pd.DataFrame:
    """Return the whole network as the LOCATIONS frame of `reports.frames`, by code."""
    return _network(session, programme_id)[0]


def items_per_measure(session: Session, programme_id: int) -> dict[Measure, int]:
    """Return J, the largest number of scored items in any version, of each (channel, criterion); "" = overall."""
    return _items(_checklists(session, programme_id).values())


def gather(
    session: Session,
    programme: Programme,
    quarter: Quarter,
    *,
    since: Quarter | None = None,
    criteria_since: Quarter | None = None,
) -> Facts:
    """Return the facts of the quarters up to `quarter`, in four queries.

    Overall cells reach back to `since` (None: the four quarters before, from which a dispersion may be borrowed),
    cells of criteria to `criteria_since` (None: no criteria).
    """
    cells = _cells(session, programme.id, since or quarter.previous(4), quarter, overall=True)
    if criteria_since is not None:
        of_criteria = _cells(session, programme.id, criteria_since, quarter, overall=False)
        cells = pd.concat([cells, of_criteria], ignore_index=True)
    locations, opened, closed = _network(session, programme.id)
    checklists = _checklists(session, programme.id)
    standard = find_standard(session, programme.id)
    return Facts(
        programme_id=programme.id,
        cells=cells,
        locations=locations,
        opened=opened,
        closed=closed,
        items=_items(checklists.values()),
        weights={str(channel): float(weight) for channel, weight in programme.channel_weights.items()},
        targets={} if standard is None else _targets(checklists.values(), standard),
        checklists=checklists,
        standard=standard,
    )


def find_standard(session: Session, programme_id: int) -> Standard | None:
    """Return the newest version of the programme's standard, None before there is one."""
    row = session.scalar(
        select(StandardVersion)
        .where(StandardVersion.programme_id == programme_id)
        .order_by(StandardVersion.in_force_at.desc(), StandardVersion.version.desc())
        .limit(1)
    )
    return None if row is None else standard_of(row)


def build_comparison(
    session: Session,
    programme: Programme,
    quarter: Quarter,
    *,
    channel: str | None = None,
    previous: Quarter | None = None,
    facts: Facts | None = None,
    settings: Thresholds | None = None,
) -> compare.Comparison:
    """Return the comparison of the whole network, without rows before anything was measured.

    Locations closed before the quarter, or opened after it, have no row. `facts` saves gathering them again; they
    must reach back four quarters before the earlier of the two.
    """
    if facts is None:
        facts = gather(session, programme, max(quarter, previous or quarter), since=window_start(quarter, previous))
    if channel is None and not facts.items:
        return compare.Comparison(quarter, previous, channel, settings or Thresholds(), (), ())
    common = restated.Restated(None, {})
    if previous is not None:
        common = restated.restate(session, programme.id, facts.checklists, (previous, quarter))
    built = compare.build_comparison(
        facts.cells,
        facts.locations,
        quarter,
        items=_with_channel(facts.items, channel),
        channel=channel,
        previous=previous,
        weights=facts.weights,
        targets=facts.targets,
        settings=settings,
        restated=common.cells,
        overlaps=common.overlaps,
    )
    return built.only(facts.open_in(quarter))


def window_start(quarter: Quarter, previous: Quarter | None = None) -> Quarter:
    """Return the first quarter whose overall cells a comparison needs."""
    return min(quarter, previous or quarter).previous(4)


def build_summaries(
    facts: Facts,
    quarter: Quarter,
    *,
    regions: Sequence[str] = ("",),
    criteria: Sequence[str] = ("",),
    channel: str | None = None,
) -> tuple[summary.Summary, ...]:
    """Return a summary for each region and criterion (see `reports.summary`), of the locations open in the quarter."""
    built = summary.build_summaries(
        facts.cells,
        facts.locations,
        quarter,
        items=facts.items,
        regions=regions,
        criteria=criteria,
        channel=channel,
        weights=facts.weights,
    )
    there = facts.open_in(quarter)
    shut = set(facts.locations["location"]) - there
    return tuple(_without(each, shut) for each in built)


def _without(each: summary.Summary, shut: Collection[str]) -> summary.Summary:
    left = tuple(code for code in each.not_visited if code not in shut)
    return replace(each, not_visited=left, locations=each.visited + len(left))


def points_lost(
    facts: Facts, quarter: Quarter, locations: Collection[str], *, channel: str | None = None
) -> tuple[criteria.PointsLost, ...]:
    """Return what each criterion cost in the locations meant, most first. Needs cells of criteria."""
    meant = facts.locations[facts.locations["location"].isin(locations)]
    return criteria.points_lost(facts.cells, meant, quarter, channel=channel, weights=facts.weights)


def criterion_rows(
    facts: Facts,
    quarter: Quarter,
    *,
    channel: str,
    shown: Collection[str] | None = None,
    criterion: str | None = None,
) -> tuple[criteria.CriterionRow, ...]:
    """Return the criteria of one channel in each location `shown` (None: all). Needs cells of criteria."""
    items = {
        measure: count
        for measure, count in facts.items.items()
        if measure[0] == channel and (criterion is None or measure[1] == criterion)
    }
    return criteria.criterion_rows(facts.cells, facts.locations, quarter, channel=channel, items=items, shown=shown)


def build_series(
    session: Session,
    facts: Facts,
    quarters: Sequence[Quarter],
    *,
    location: str | None = None,
    region: str = "",
    channel: str | None = None,
) -> summary.Series:
    """Return the score of each quarter for a location, else a region or the network; breaks where versions differ."""
    return summary.build_series(
        facts.cells,
        facts.locations,
        quarters,
        items=_with_channel(facts.items, channel),
        location=location,
        region=region,
        channel=channel,
        weights=facts.weights,
        breaks=restated.breaks(session, facts.programme_id, facts.checklists, quarters, channel),
    )


def _with_channel(items: Mapping[Measure, int], channel: str | None) -> Mapping[Measure, int]:
    """Return `items` with a J of 1 for a channel that no checklist covers, so that it shows as not visited."""
    return items if channel is None or (channel, "") in items else {**items, (channel, ""): 1}


def _cells(session: Session, programme_id: int, first: Quarter, last: Quarter, *, overall: bool) -> pd.DataFrame:
    query = (
        select(Location.code, Cell.quarter, Cell.channel, Cell.criterion, *(getattr(Cell, name) for name in SUMS))
        .join(Location, Location.id == Cell.location_id)
        .where(
            Cell.programme_id == programme_id,
            Cell.quarter.in_([str(quarter) for quarter in Quarter.range(first, last)]),
            Cell.channel.in_(_CHANNELS),  # names the whole prefix of the key, so that only rows wanted are touched
            Cell.criterion == "" if overall else Cell.criterion != "",
        )
    )
    columns = list(zip(*session.execute(query), strict=True)) or [()] * len(KEY + SUMS)
    text = dict(zip(KEY, (pd.Series(column, dtype="str") for column in columns), strict=False))
    numbers = dict(zip(SUMS, columns[len(KEY) :], strict=True))
    return frames.check(pd.DataFrame({**text, **numbers}), frames.CELLS)


def _network(session: Session, programme_id: int) -> tuple[pd.DataFrame, dict[str, date], dict[str, date]]:
    rows = session.execute(
        select(
            Location.code,
            Location.name,
            Region.path,
            Location.format,
            Location.footfall,
            Location.opened_on,
            Location.closed_on,
        )
        .join(Region, Region.id == Location.region_id)
        .where(Location.programme_id == programme_id)
        .order_by(Location.code)
    ).all()
    frame = pd.DataFrame([tuple(row)[:5] for row in rows], columns=list(frames.LOCATIONS.columns))
    opened = {row.code: row.opened_on for row in rows if row.opened_on is not None}
    closed = {row.code: row.closed_on for row in rows if row.closed_on is not None}
    return frames.check(frame, frames.LOCATIONS), opened, closed


def _checklists(session: Session, programme_id: int) -> dict[int, Checklist]:
    rows = session.scalars(
        select(ChecklistVersion)
        .where(ChecklistVersion.programme_id == programme_id)
        .options(joinedload(ChecklistVersion.standard_version))
        .order_by(ChecklistVersion.version, ChecklistVersion.id)
    )
    return {row.id: checklist_of(row) for row in rows}


def _items(checklists: Iterable[Checklist]) -> dict[Measure, int]:
    largest: dict[Measure, int] = {}
    for checklist in checklists:
        counts: dict[Measure, int] = {}
        for item in checklist.items:
            if item.scored:
                for measure in ((checklist.channel.value, ""), (checklist.channel.value, item.criterion)):
                    counts[measure] = counts.get(measure, 0) + 1
        for measure, count in counts.items():
            largest[measure] = max(count, largest.get(measure, 0))
    return largest


def _targets(checklists: Iterable[Checklist], standard: Standard) -> dict[str, float]:
    levels = {criterion.code: criterion.acceptance_level for criterion in standard.criteria}
    targets = {}
    for checklist in checklists:  # the newest version of a channel comes last and stays
        weighed = [(item.weight or 0.0, levels[item.criterion]) for item in checklist.items if item.criterion in levels]
        total = sum(weight for weight, _ in weighed)
        if total > 0:
            targets[checklist.channel.value] = sum(weight * level for weight, level in weighed) / total
    return targets
