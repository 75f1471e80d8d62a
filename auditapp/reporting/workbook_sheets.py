"""The sheets of a quarter's workbook: the values of its reports, of what somebody may open.

Every sheet is a tuple of columns; a column knows its heading, what it means and how its value is read, so that the
method sheet can explain exactly what the others hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from auditapp import results
from auditapp.reporting.quarter import QuarterFacts
from auditapp.workbooks import Chart, Curve, Field, Style, Table
from checklists.model import Criterion
from reports.compare import ComparisonRow
from reports.criteria import CriterionRow, PointsLost, meets
from reports.findings import CHANGES
from reports.labels import CHANNELS, LEVELS, VISIT_KINDS, population_name
from reports.quarterly import VisitLine
from reports.summary import Summary

MOST_BARS = 40  # that a chart can still show


@dataclass(frozen=True, slots=True)
class Part:
    """What of a quarter somebody may open: codes of locations, paths of regions, and whether the network as a whole."""

    locations: frozenset[str]
    regions: tuple[str, ...]
    network: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it means, how it is read from a row of its sheet."""

    title: Any  # lazy texts, worded when the workbook is written
    meaning: Any
    value: Callable[[Any], object]
    style: Style = "text"
    width: float = 11


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet before it is written."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Any]
    frozen: int = 1
    chart: Chart | None = None

    def table(self) -> Table:
        fields = tuple(Field(str(column.title), column.style, column.width) for column in self.columns)
        rows = ([column.value(row) for column in self.columns] for row in self.rows)
        return Table(self.name, fields, rows, self.frozen, self.chart)


SCORE = _l("Mean of the visits, of regions and the network the mean of the locations; empty where visits are too few.")
LOW = _l("Lower end of the 95% interval: what chance can do with this number of visits.")
HIGH = _l("Upper end of the 95% interval.")
DOWN = _l("Length of the error bar of the chart to the lower end of the interval.")
UP = _l("Length of the error bar of the chart to the upper end of the interval.")
N = _l("Visits that count.")
FAILED = _l("Failed critical questions: their number, never part of the score; empty where none was asked.")
APPLICABLE = _l("Critical questions that applied.")


def build_sheets(quarter: QuarterFacts, part: Part, locale: str) -> list[Sheet]:
    """Return the sheets in the language of the request, which is `locale`."""
    return [
        _areas(quarter, part, locale),
        _locations(quarter, part, locale),
        _criteria(quarter, part, locale),
        _criteria_of_locations(quarter, part, locale),
        _visits(quarter, part, locale),
    ]


def channel_name(channel: str, locale: str) -> str:
    """Return the name of a channel, "" being all of them together."""
    return CHANNELS[channel].get(locale) if channel else _("all channels")


# --- Network and regions


@dataclass(frozen=True, slots=True)
class _Area:
    """The network or a region in all channels, in one, or in one population; `level` is of these very visits."""

    summary: Summary
    channel: str
    level: str | None = None


def _regions_of(quarter: QuarterFacts, part: Part, locale: str) -> tuple[list[_Area], list[_Area]]:
    """Return the regions in all channels, and those that are told apart in a population that is not all of theirs."""
    largest = quarter.largest()
    levels, compared = quarter.verdicts(*largest).levels, quarter.of_population(*largest)
    whole, inside = [], []
    for each in results.build_summaries(quarter.facts, regions=quarter.regions):
        if not each.locations or each.region not in part.regions:
            continue
        level, population = levels.get(each.region), compared[each.region, ""]
        same = population.n == each.n
        whole.append(_Area(each, channel_name("", locale), level if same else None))
        if level and not same:
            inside.append(_Area(population, population_name(*largest, locale), level))
    return whole, inside


def _areas(quarter: QuarterFacts, part: Part, locale: str) -> Sheet:
    whole = _Area(quarter.network, channel_name("", locale))
    regions, inside = _regions_of(quarter, part, locale)
    channels = [
        _Area(results.build_summaries(quarter.facts, channel=channel)[0], channel_name(channel, locale))
        for channel in (quarter.channels if part.network and len(quarter.channels) > 1 else ())
    ]
    where = population_name(*quarter.largest(), locale)
    columns = (
        Column(_l("Region"), _l("Path of the region; its values hold everything below it."),
               lambda each: each.summary.region or _("the whole network"), width=30),
        Column(_l("Channel"), _l("All channels together, one of them, or one in one kind of locations."),
               lambda each: each.channel, width=30),
        Column(_l("Locations"), _l("Locations open in the quarter."), lambda each: each.summary.locations, "count"),
        Column(_l("Visited"), _l("Locations with a visit that counts; the others are in no score."),
               lambda each: each.summary.visited, "count"),
        Column(_l("Visits"), N, lambda each: each.summary.n, "count"),
        Column(_l("Score"), SCORE, lambda each: each.summary.score, "share"),
        Column(_l("Interval from"), LOW, lambda each: each.summary.low, "share"),
        Column(_l("Interval to"), HIGH, lambda each: each.summary.high, "share"),
        Column(_l("Against the rest of the network"),
               _("Told only between locations that can be compared: %(where)s.", where=where),
               lambda each: _level(each.level, locale), width=24),
        *_critical(lambda each: each.summary),
        Column(_l("Error bar down"), DOWN, lambda each: length(each.summary.low, each.summary.score), "share"),
        Column(_l("Error bar up"), UP, lambda each: length(each.summary.score, each.summary.high), "share"),
    )  # fmt: skip
    bars = 1 + len(regions)
    chart = Chart(
        "bar",
        _("Scores with their intervals, %(quarter)s", quarter=quarter.frame.quarter.label(locale)),
        _("Bars: scores of the network and the regions. Lines: their 95% intervals. The values stand in the table."),
        (Curve(_("Score"), 5, 11, 12),),
        min(bars, MOST_BARS),
    )
    rows = [whole, *regions, *channels, *inside]
    return Sheet(_("Network and regions"), columns, rows, chart=chart if regions else None)


def _level(level: str | None, locale: str) -> str | None:
    return LEVELS[level].get(locale) if level else None


def length(low: float | None, high: float | None) -> float | None:
    """Return how long an error bar is between two values, None where one is missing."""
    return None if low is None or high is None else high - low


# --- Locations


def _locations(quarter: QuarterFacts, part: Part, locale: str) -> Sheet:
    def level(row: ComparisonRow) -> str | None:
        return LEVELS[row.level].get(locale) if row.n else None

    def change(row: ComparisonRow) -> str | None:
        return CHANGES[row.change_label].get(locale) if row.n and quarter.frame.previous else None

    columns = (
        *_place(lambda row: row.location, lambda row: row.name),
        Column(_l("Region"), _l("Region of the location."), lambda row: row.region, width=26),
        Column(_l("Channel"), _l("All channels together, or one of them."),
               lambda row: channel_name(row.channel, locale), width=22),
        Column(_l("Visits"), N, lambda row: row.n, "count"),
        Column(_l("Score"), SCORE, lambda row: row.score, "share"),
        Column(_l("Interval from"), LOW, lambda row: row.low, "share"),
        Column(_l("Interval to"), HIGH, lambda row: row.high, "share"),
        Column(_l("Against the network"), _l("What can be said with few errors on the whole list; not the raw score."),
               level, width=22),
        Column(_l("Rank from"), _l("Best place that the location may well have; only where ranks can be trusted."),
               lambda row: row.rank_low, "count"),
        Column(_l("Rank to"), _l("Worst place that the location may well have."), lambda row: row.rank_high, "count"),
        Column(_l("Reliability"), _l("Part of the difference from the mean that is no chance: 0 none, 1 all."),
               lambda row: row.reliability, "decimal"),
        Column(_l("Previous score"), _l("Of the quarter before, on the questions common to both."),
               lambda row: row.previous_score, "share"),
        Column(_l("Change of the score"), _l("In percentage points, on the questions common to both quarters."),
               lambda row: row.change, "change"),
        Column(_l("Change from"), _l("Lower end of the 95% interval of the change."),
               lambda row: row.change_low, "change"),
        Column(_l("Change to"), _l("Upper end of the 95% interval of the change."),
               lambda row: row.change_high, "change"),
        Column(_l("What can be said of the change"), _l("Up or down only where the whole interval is."), change,
               width=20),
    )  # fmt: skip
    rows = (row for row in quarter.frame.comparison.rows if row.location in part.locations)
    return Sheet(_("Locations"), columns, rows, frozen=2)


def _place(code: Callable[[Any], str], name: Callable[[Any], str]) -> tuple[Column, ...]:
    return (
        Column(_l("Code"), _l("Code of the location, as in imports and exports."), code),
        Column(_l("Location"), _l("Name of the location."), name, width=30),
    )


# --- Criteria


@dataclass(frozen=True, slots=True)
class _Norm:
    """One criterion of the network in a channel, or in all of them, with what it cost in the part shown."""

    criterion: Criterion
    summary: Summary
    lost: PointsLost | None


def _criteria(quarter: QuarterFacts, part: Part, locale: str) -> Sheet:
    columns = (
        *_norm(lambda norm: norm.criterion.code, lambda norm: norm.criterion.title.get(locale)),
        Column(_l("Area"), _l("Area of the standard."),
               lambda norm: quarter.frame.sections[norm.criterion.section].get(locale), width=24),
        Column(_l("Channel"), _l("All channels together, or one of them."),
               lambda norm: channel_name(norm.summary.channel, locale), width=22),
        Column(_l("Locations"), _l("Locations in which the criterion applied."), lambda norm: norm.summary.visited,
               "count"),
        Column(_l("Visits"), N, lambda norm: norm.summary.n, "count"),
        Column(_l("Answers"), _l("Answers that applied."), lambda norm: norm.summary.answers, "count"),
        Column(_l("Score of the network"), SCORE, lambda norm: norm.summary.score, "share"),
        Column(_l("Interval from"), LOW, lambda norm: norm.summary.low, "share"),
        Column(_l("Interval to"), HIGH, lambda norm: norm.summary.high, "share"),
        Column(_l("Acceptance level"), _l("Share of the points that the standard asks for."),
               lambda norm: norm.criterion.acceptance_level, "share"),
        _met(lambda norm: norm.criterion, lambda norm: norm.summary),
        Column(_l("Points lost"), _l("What the criterion cost in the locations of this workbook; all criteria of a "
                                     "channel add up to what is missing to 100%."),
               lambda norm: norm.lost and norm.lost.lost, "share"),
        Column(_l("Share of the loss"), _l("Its part of all points lost there."),
               lambda norm: norm.lost and norm.lost.share, "share"),
        *_critical(lambda norm: norm.summary),
    )  # fmt: skip
    return Sheet(_("Criteria"), columns, _norms(quarter, part), frozen=2)


def _norms(quarter: QuarterFacts, part: Part) -> list[_Norm]:
    facts, codes = quarter.facts, list(quarter.frame.criteria)
    here = {row.channel for row in quarter.frame.comparison.rows if row.location in part.locations and row.n}
    channels = [channel for channel in quarter.channels if channel in here]
    found = []
    for channel in ("", *channels) if len(channels) > 1 else channels:
        lost = {each.criterion: each for each in results.points_lost(facts, part.locations, channel=channel or None)}
        if channel:
            summaries = {code: quarter.by_criterion[channel, code] for code in codes}
        else:
            summaries = {each.criterion: each for each in results.build_summaries(facts, criteria=codes)}
        found += [
            _Norm(quarter.frame.criteria[code], each, lost.get(code)) for code, each in summaries.items() if each.n
        ]
    return found


def _norm(code: Callable[[Any], str], title: Callable[[Any], str]) -> tuple[Column, ...]:
    return (
        Column(_l("Criterion"), _l("Code of the criterion; it is never used for another one."), code),
        Column(_l("What it asks"), _l("Title of the criterion in the standard."), title, width=44),
    )


def _met(criterion: Callable[[Any], Criterion], values: Callable[[Any], Any]) -> Column:
    words = {None: _("cannot be said"), True: _("met"), False: _("not met")}
    return Column(
        _l("Level met?"),
        _l("Whether the acceptance level is; said only where the whole interval lies on one side of it."),
        lambda row: words[meets(values(row).low, values(row).high, criterion(row).acceptance_level)],
        width=16,
    )


def _criteria_of_locations(quarter: QuarterFacts, part: Part, locale: str) -> Sheet:
    known, names = quarter.frame.criteria, quarter.names
    channels = {channel: channel_name(channel, locale) for channel in quarter.channels}
    titles = {code: criterion.title.get(locale) for code, criterion in known.items()}
    basis = {"quarter": _("this quarter"), "four_quarters": _("four quarters"), None: _("too few visits")}
    columns = (
        *_place(lambda row: row.location, lambda row: names[row.location]),
        Column(_l("Channel"), _l("One channel; each has questions of its own."),
               lambda row: channels[row.channel], width=22),
        *_norm(lambda row: row.criterion, lambda row: titles[row.criterion]),
        Column(_l("Counted over"), _l("This quarter, or this and the three before where this one has too few visits."),
               lambda row: basis[row.basis], width=16),
        Column(_l("Visits"), _l("Visits in which the criterion applied."), lambda row: row.n, "count"),
        Column(_l("Answers"), _l("Answers that applied."), lambda row: row.answers, "count"),
        Column(_l("Score"), SCORE, lambda row: row.score, "share"),
        Column(_l("Interval from"), LOW, lambda row: row.low, "share"),
        Column(_l("Interval to"), HIGH, lambda row: row.high, "share"),
        _met(lambda row: known[row.criterion], lambda row: row),
        *_critical(lambda row: row),
    )  # fmt: skip
    place = {code: index for index, code in enumerate(known)}

    def rows() -> Iterable[CriterionRow]:
        for code in sorted(part.locations & quarter.criteria.keys()):
            yield from sorted(
                quarter.criteria[code], key=lambda row: (quarter.channels.index(row.channel), place[row.criterion])
            )

    return Sheet(_("Criteria by location"), columns, rows(), frozen=2)


def _critical(values: Callable[[Any], Any]) -> tuple[Column, ...]:
    def failed(row: Any) -> int | None:
        return values(row).critical_failed if values(row).critical_applicable else None

    return (
        Column(_l("Critical failed"), FAILED, failed, "count"),
        Column(_l("Critical asked"), APPLICABLE, lambda row: values(row).critical_applicable or None, "count"),
    )


def _regions(quarter: QuarterFacts) -> dict[str, str]:
    places = quarter.facts.locations
    return dict(zip(places["location"].tolist(), places["region"].tolist(), strict=True))


# --- Visits


def _visits(quarter: QuarterFacts, part: Part, locale: str) -> Sheet:
    names, regions = quarter.names, _regions(quarter)

    def counted(visit: VisitLine) -> str:
        if visit.counts:
            return str(_("counted"))
        if visit.kind in VISIT_KINDS:
            return str(_("not counted: %(kind)s", kind=VISIT_KINDS[visit.kind].get(locale)))
        return str(_("not counted: too little of the checklist applied"))

    columns = (
        Column(_l("Day"), _l("Day of the visit at the location."), lambda row: row[1].day, "day"),
        *_place(lambda row: row[0], lambda row: names[row[0]]),
        Column(_l("Region"), _l("Region of the location."), lambda row: regions[row[0]], width=26),
        Column(_l("Channel"), _l("What kind of contact it was."),
               lambda row: channel_name(row[1].channel, locale), width=22),
        Column(_l("Score of the visit"), _l("Weight earned of the weight that applied. One visit is a moment, not a "
                                            "verdict."), lambda row: row[1].score, "share"),
        Column(_l("Counted?"), _l("Whether the score of the location is made of it, and why not."),
               lambda row: counted(row[1]), width=40),
        Column(_l("Critical failed"), FAILED, lambda row: row[1].critical_failed, "count"),
    )  # fmt: skip
    rows = ((code, visit) for code in sorted(part.locations) for visit in quarter.visits.get(code, ()))
    return Sheet(_("Visits"), columns, rows)
