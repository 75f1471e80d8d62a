"""Two to six locations side by side as a page: only what a test can tell is called a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from auditapp import results
from auditapp.cells import Part
from auditapp.insight import areas, dots, words
from auditapp.insight.filters import Period
from auditapp.insight.queries import Scope
from auditapp.insight.sheets import Row
from auditapp.models import Programme
from auditapp.results import Facts
from checklists.problems import Problem
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow
from reports.criteria import CriterionRow
from reports.heat import PairDifference, Sighting, spread_over, tell_pairs
from reports.periods import Quarter
from reports.summary import SeriesPoint, build_location_series
from reports.thresholds import Thresholds

MOST = 6
MATCHES = 24  # locations that a search offers
HISTORY = 8  # quarters shown
COLUMNS = (
    "part",  # score, criterion, quarter, difference
    "location",
    "name",
    "channel",
    "criterion",
    "quarter",
    "basis",
    "n",
    "score",
    "low",
    "high",
    "level",
    "other",  # of a difference: the location with the lower score
    "difference",
    "difference_low",
    "difference_high",
    "p",
    "clear",
)


@dataclass(frozen=True, slots=True)
class Store:
    """One location: its headline, what may be said of it, its visits; `population` None over several channels."""

    row: ComparisonRow
    verdicts: Sequence[tuple[str, str]]
    change: str
    change_label: str | None
    target: float | None
    visits: Sequence[float]
    population: Population | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One location's score on one measure; None where visits are too few. `level` is a tone of the glyph.

    `answers` are those of a criterion; nobody counts them for the whole visit.
    """

    n: int
    answers: int
    score: float | None
    low: float | None
    high: float | None
    basis: str | None
    level: str = "none"
    visits: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class SideRow:
    """One measure across the stores: `criterion` "" is the whole visit, `told` what may be said of it."""

    criterion: str
    title: str
    marks: Sequence[Mark]
    told: Sequence[str]
    clear: bool
    pairs: Sequence[PairDifference]
    target: float | None = None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    quarter: Quarter
    breaks: bool
    points: Sequence[SeriesPoint]


@dataclass(frozen=True, slots=True)
class Section:
    """One channel: the score and every criterion, the quarters before, and (code, title) of what nobody was asked."""

    channel: str
    rows: Sequence[SideRow]
    history: Sequence[HistoryRow]
    unasked: Sequence[tuple[str, str]]

    @property
    def differing(self) -> int:
        return sum(row.clear for row in self.rows if row.criterion)

    @property
    def breaks(self) -> bool:
        return any(row.breaks for row in self.history)


@dataclass(frozen=True, slots=True)
class SidePage:
    """The stores chosen, and those that a search found; `too_many` says that more were asked for than fit.

    `single`: the reader may see one location only.
    """

    period: Period
    search: str
    found: Sequence[tuple[str, str, str]]
    matches: int
    stores: Sequence[Store]
    sections: Sequence[Section]
    too_many: bool
    single: bool
    settings: Thresholds
    facts: Facts

    @property
    def enough(self) -> bool:
        return len(self.stores) >= 2

    @property
    def older(self) -> bool:
        """Tell whether any score rests on four quarters together."""
        marks = (mark for section in self.sections for row in section.rows for mark in row.marks)
        return any(mark.basis == "four_quarters" for mark in marks)


def side_page(
    session: Session, programme: Programme, scope: Scope, period: Period, asked: Sequence[str], *, search: str
) -> SidePage:
    """Return the stores asked for side by side; Problem not_found for one outside the scope."""
    facts = results.gather(session, programme, period.quarter, previous=period.previous, history=HISTORY, part=Part())
    mine = scope.within(facts.locations)
    known = list(dict.fromkeys(asked))
    if not set(known) <= mine:
        raise Problem("not_found")
    codes = known[:MOST]
    found = _matches(facts, mine - set(codes), search)
    built = results.comparison_of(facts, closed=True).only(codes)
    visits = dots.scores_by_channel(session, programme.id, period.quarter, codes)
    stores = [_store(facts, built, code, visits) for code in codes]
    sections = []
    if len(codes) >= 2:
        facts = results.with_locations(session, programme, facts, codes)
        rows = {(row.location, row.channel): row for row in built.rows}
        visited = dict.fromkeys(row.channel for row in rows.values() if row.channel and row.n)
        sections = [_section(facts, codes, name, rows, visits) for name in visited]
    return SidePage(
        period=period,
        search=search,
        found=found[:MATCHES],
        matches=len(found),
        stores=stores,
        sections=sections,
        too_many=len(known) > MOST,
        single=len(mine) == 1,
        settings=built.settings,
        facts=facts,
    )


def _matches(facts: Facts, codes: frozenset[str], search: str) -> list[tuple[str, str, str]]:
    """Return (code, name, region) of the locations whose code, name or region has the words searched for."""
    wanted = search.casefold().split()
    if not wanted and len(codes) > MATCHES:
        return []
    places = zip(*(facts.locations[name] for name in ("location", "name", "region")), strict=True)
    found = [
        (code, name, region)
        for code, name, region in places
        if code in codes and all(word in f"{code} {name} {region}".casefold() for word in wanted)
    ]
    return sorted(found, key=lambda each: (each[1], each[0]))


def _store(facts: Facts, built: Comparison, code: str, visits: Mapping[tuple[str, str], Sequence[float]]) -> Store:
    headline, *channels = (row for row in built.rows if row.location == code)
    visited = [row.channel for row in channels if row.n]
    return Store(
        row=headline,
        verdicts=words.verdicts(headline, channels),
        change=words.change(headline.change, headline.change_label),
        change_label=headline.change_label,
        target=facts.targets.get(visited[0]) if len(visited) == 1 else None,
        visits=[score for channel in visited for score in visits.get((code, channel), ())],
        population=built.get_population(headline.format, visited[0]) if len(visited) == 1 else None,
    )


def _section(
    facts: Facts,
    codes: Sequence[str],
    channel: str,
    overall: Mapping[tuple[str, str], ComparisonRow],
    visits: Mapping[tuple[str, str], Sequence[float]],
) -> Section:
    rows = results.criterion_rows(facts, channel=channel, shown=codes)
    by_place = {(row.criterion, row.location): row for row in rows}
    order = {each.code: index for index, each in enumerate(facts.standard.criteria)} if facts.standard else {}
    criteria = sorted({row.criterion for row in rows if row.n}, key=lambda code: (order.get(code, len(order)), code))
    heads = [overall.get((code, channel)) for code in codes]
    table = _table(facts, channel, criteria, by_place, [head for head in heads if head is not None])
    # Which store is better is one question, in what they differ another: each has a list of its own.
    overall_table = {key: row for key, row in table.items() if not key[1]}
    pairs = tell_pairs(overall_table) | tell_pairs({key: row for key, row in table.items() if key[1]})
    mixed = {code for _place, code in _mixed(facts, channel, by_place)}
    measures: list[SideRow] = []
    for code in ("", *criteria):
        if code:
            marks = [_mark(by_place.get((code, place))) for place in codes]
        else:
            marks = [_head(head, visits.get((place, channel), ())) for head, place in zip(heads, codes, strict=True)]
        told = [pair for key, found in pairs.items() if key[1] == code for pair in found]
        criterion = facts.find_criterion(code) if code else None
        measures.append(
            SideRow(
                criterion=code,
                title=areas.title(facts, code) if code else "",
                marks=marks,
                told=_told(told, overall, mixed=code in mixed),
                clear=any(pair.clear for pair in told),
                pairs=told,
                target=criterion.acceptance_level if criterion is not None else facts.targets.get(channel),
            )
        )
    head, *others = measures
    silent = {row.criterion for row in rows} - set(criteria)
    return Section(
        channel=channel,
        rows=[head, *sorted(others, key=lambda row: not row.clear)],
        history=_history(facts, codes, channel),
        unasked=[
            (code, areas.title(facts, code)) for code in sorted(silent, key=lambda code: order.get(code, len(order)))
        ],
    )


def _head(row: ComparisonRow | None, visits: Sequence[float]) -> Mark:
    if row is None:
        return Mark(0, 0, None, None, None, None)
    return Mark(row.n, 0, row.score, row.low, row.high, "quarter", row.level or "none", visits)


def _mark(row: CriterionRow | None) -> Mark:
    if row is None:
        return Mark(0, 0, None, None, None, None)
    return Mark(row.n, row.answers, row.score, row.low, row.high, row.basis)


def _table(
    facts: Facts,
    channel: str,
    criteria: Sequence[str],
    by_place: Mapping[tuple[str, str], CriterionRow],
    heads: Sequence[ComparisonRow],
) -> dict[tuple[str, ...], list[Sighting]]:
    """Return what may be compared: one location format, one basis, one version of the checklist in each row."""
    formats = {head.location: head.format for head in heads}
    table: dict[tuple[str, ...], list[Sighting]] = {}
    if len(facts.used.get((channel, facts.quarter), ())) <= 1:
        for head in heads:
            if head.score is not None and head.low is not None and head.high is not None and head.phi is not None:
                seen = Sighting(head.location, head.n, head.score, head.low, head.high, head.phi)
                table.setdefault((channel, "", head.format, "quarter"), []).append(seen)
    mixed = _mixed(facts, channel, by_place)
    for (code, place), row in by_place.items():
        if code not in criteria or row.score is None or row.low is None or row.high is None or row.basis is None:
            continue
        if (place, code) in mixed:
            continue
        kind = formats[place]
        within = spread_over(facts.spread or {}, (channel, code), kind, row.basis, facts.quarter)
        seen = Sighting(place, row.n, row.score, row.low, row.high, within.phi(facts.items[channel, code]))
        table.setdefault((channel, code, kind, row.basis), []).append(seen)
    return table


def _mixed(facts: Facts, channel: str, by_place: Mapping[tuple[str, str], CriterionRow]) -> frozenset[tuple[str, str]]:
    """Return the (location, criterion) whose score rests on visits by more than one version of the checklist."""
    four = Quarter.range(facts.quarter.previous(3), facts.quarter)
    used = {
        "quarter": facts.used.get((channel, facts.quarter), set()),
        "four_quarters": set().union(*(facts.used.get((channel, each), set()) for each in four)),
    }
    return frozenset((place, code) for (code, place), row in by_place.items() if row.basis and len(used[row.basis]) > 1)


def _told(
    pairs: Sequence[PairDifference], overall: Mapping[tuple[str, str], ComparisonRow], *, mixed: bool
) -> list[str]:
    """Say which differences are clear, naming the locations; that none is; or why nothing can be said."""
    if not pairs:
        return [str(_("two versions of the checklist: not compared") if mixed else _("too few visits to compare"))]
    names = {row.location: row.name for row in overall.values()}
    lower: dict[str, list[str]] = {}
    for pair in pairs:
        if pair.clear:
            lower.setdefault(pair.higher, []).append(names[pair.lower])
    if not lower:
        return [str(_("no clear difference"))]
    return [
        str(_("clear difference: %(higher)s above %(lower)s", higher=names[code], lower=" / ".join(below)))
        for code, below in lower.items()
    ]


def _history(facts: Facts, codes: Sequence[str], channel: str) -> list[HistoryRow]:
    breaks = facts.breaks(channel)
    series = facts.remember(
        ("side", tuple(codes), channel),
        lambda: build_location_series(
            facts.overall,
            facts.locations,
            facts.history,
            codes,
            items=facts.items,
            channel=channel,
            parameters=facts.parameters_of(facts.history),
            breaks=breaks,
        ),
    )
    rows = [
        HistoryRow(quarter, quarter in breaks, [series[code].points[index] for code in codes])
        for index, quarter in enumerate(facts.history)
    ]
    return [row for row in reversed(rows) if any(point.n for point in row.points)]


def sheet(page: SidePage) -> list[Row]:
    """Return the page as rows of a file."""
    rows: list[Row] = []
    for section in page.sections:
        for line in section.rows:
            common = {"channel": section.channel, "criterion": line.criterion, "quarter": str(page.period.quarter)}
            for store, mark in zip(page.stores, line.marks, strict=True):
                place = {"location": store.row.location, "name": store.row.name, "n": mark.n, "basis": mark.basis}
                ends = {"score": mark.score, "low": mark.low, "high": mark.high}
                level = {"level": mark.level} if not line.criterion else {}
                rows.append({"part": "criterion" if line.criterion else "score", **common, **place, **ends, **level})
            rows += [{"part": "difference", **common, **_difference(pair)} for pair in line.pairs]
        for past in section.history:
            for store, point in zip(page.stores, past.points, strict=True):
                place = {"location": store.row.location, "name": store.row.name, "channel": section.channel}
                ends = {"n": point.n, "score": point.score, "low": point.low, "high": point.high}
                rows.append({"part": "quarter", "quarter": str(past.quarter), **place, **ends})
    return rows


def _difference(pair: PairDifference) -> dict[str, object]:
    return {
        "location": pair.higher,
        "other": pair.lower,
        "difference": pair.difference,
        "difference_low": pair.low,
        "difference_high": pair.high,
        "p": pair.p,
        "clear": "yes" if pair.clear else "no",
    }
