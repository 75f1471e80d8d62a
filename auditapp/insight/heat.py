"""All criteria by region or by location as one table: every cell in text, a tone only where a difference is clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from auditapp import cells, results
from auditapp.access import Actor
from auditapp.cells import Part
from auditapp.insight import areas
from auditapp.insight.filters import Period
from auditapp.insight.queries import Scope
from auditapp.models import Programme, Region
from auditapp.results import Facts
from checklists.model import LocationFormat
from checklists.rounding import outward, percent
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow
from reports.criteria import CriterionRow
from reports.heat import Between, Tone, tell_regions, tell_rows
from reports.measures import channels_of
from reports.periods import Quarter
from reports.summary import Summary, in_region
from reports.thresholds import Thresholds

KINDS = ("region", "location")
PER_PAGE = 60  # locations of a page
PER_FILE = 1000  # locations of a file


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion in one place; `score` None where too few visits asked for it."""

    n: int
    answers: int
    score: float | None
    low: float | None
    high: float | None
    tone: str = "none"
    basis: str | None = None

    @property
    def shown(self) -> str:
        """Return the score as whole percent without a sign; thousands stand on a page, so no filter is asked."""
        return "–" if self.score is None else f"{percent(self.score):.0f}"

    @property
    def ends(self) -> str:
        """Return the interval, rounded outward."""
        if self.low is None or self.high is None:
            return ""
        low, high = outward(self.low, self.high)
        return f"{low:.0f}–{high:.0f}"


@dataclass(frozen=True, slots=True)
class Head:
    """What a column or a row is of: a region by path, a location or a criterion by code; "" is the whole of it."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    head: Head
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class RegionExample:
    """One cell of a table by region: the criterion (title "" is the whole visit) in the region `name`.

    `p` is None where nothing could be compared, `everywhere` where no other region was visited.
    """

    name: str
    title: str
    summary: Summary
    p: float | None
    everywhere: bool


@dataclass(frozen=True, slots=True)
class PlaceExample:
    """The first location of a table by location, as a whole."""

    row: ComparisonRow
    population: Population


@dataclass(frozen=True, slots=True)
class HeatPage:
    """Criteria down and regions across, or locations down and criteria across; `number` locations in all.

    `example` is what the explanation of the figures speaks of, None where the table is empty; `unasked` are the
    criteria of the checklists that no visit asked about.
    """

    period: Period
    by: str
    region: Region | None
    regions: Sequence[Region]
    channel: str
    channels: Sequence[str]
    format: str
    formats: Sequence[str]
    columns: Sequence[Head]
    rows: Sequence[HeatRow]
    page: int
    number: int
    settings: Thresholds
    example: RegionExample | PlaceExample | None
    unasked: Sequence[Head]
    facts: Facts

    @property
    def more(self) -> bool:
        return self.by == "location" and self.page * PER_PAGE < self.number

    @property
    def first(self) -> int:
        return (self.page - 1) * PER_PAGE + 1

    @property
    def compared(self) -> list[Cell]:
        """Return the cells that were compared with the network: all but those of the network itself."""
        return [
            cell
            for row in self.rows
            for column, cell in zip(self.columns, row.cells, strict=True)
            if column.code or self.by == "location"
        ]

    @property
    def named_cells(self) -> Iterator[tuple[str, Cell]]:
        """Yield the criteria of the locations, each with both names."""
        for row in self.rows:
            for column, cell in zip(self.columns, row.cells, strict=True):
                if column.code:
                    yield f"{column.title}, {row.head.title}", cell

    @property
    def filled(self) -> int:
        return sum(cell.score is not None for cell in self.compared)

    def toned(self, tone: str) -> int:
        """Return how many cells have a tone."""
        return sum(cell.tone == tone for cell in self.compared)

    @property
    def older(self) -> bool:
        """Tell whether any cell rests on four quarters together."""
        return any(cell.basis == "four_quarters" for row in self.rows for cell in row.cells)


def default_kind(actor: Actor) -> str:
    """Return regions for those who answer for any, locations for others."""
    return "region" if actor.sees_network or actor.regions else "location"


def heat_page(
    session: Session,
    programme: Programme,
    scope: Scope,
    period: Period,
    *,
    by: str,
    region: Region | None,
    channel: str,
    location_format: str,
    page: int,
    everything: bool,
) -> HeatPage:
    """Return the table; `everything` lists as many locations as a file may hold instead of one page."""
    regions = by == "region"
    facts = results.gather(session, programme, period.quarter, criteria=1 if regions else 0, part=Part())
    present = channels_of(facts.overall[facts.overall["quarter"] == str(period.quarter)])
    shown = scope.within(facts.locations) & facts.open_locations()
    if region is not None:
        shown &= set(facts.locations.loc[in_region(facts.locations, region.path), "location"])
    mine = [
        row
        for row in results.comparison_of(facts).rows
        if row.location in shown and row.n and row.channel and location_format in ("", row.format)
    ]
    channel = channel or _most(row.channel for row in mine)
    listed = sorted((row for row in mine if row.channel == channel), key=_need)
    number = len(listed)
    example: RegionExample | PlaceExample | None
    if regions:
        location_format = location_format or _most(row.format for row in listed)
        columns, rows, example = _of_regions(facts, scope, region, channel, location_format)
    else:
        start = 0 if everything else (page - 1) * PER_PAGE
        listed = listed[start : start + (PER_FILE if everything else PER_PAGE)]
        columns, rows = _of_locations(session, programme, facts, channel, listed)
        example = _first_place(results.comparison_of(facts), listed)
    return HeatPage(
        period=period,
        by=by,
        region=region,
        regions=scope.regions,
        channel=channel,
        channels=present,
        format=location_format,
        formats=[each.value for each in LocationFormat if each.value in set(facts.locations["format"])],
        columns=columns,
        rows=rows,
        page=page,
        number=number,
        settings=facts.settings,
        example=example,
        unasked=_unasked(facts, channel, [*columns, *(row.head for row in rows)]) if rows else (),
        facts=facts,
    )


def _most(values: Iterable[str]) -> str:
    """Return the value that most have, "" of none."""
    return next((value for value, _times in Counter(values).most_common(1)), "")


def _need(row: ComparisonRow) -> tuple[float, str, str]:
    """Return where a location stands: most likely below the network first, those without a verdict last, by name."""
    return (2.0 if row.p_below is None else 1 - row.p_below), row.name, row.location


def _first_place(built: Comparison, listed: Sequence[ComparisonRow]) -> PlaceExample | None:
    return PlaceExample(listed[0], built.get_population(listed[0].format, listed[0].channel)) if listed else None


def _criteria(facts: Facts, channel: str) -> list[str]:
    """Return the criteria that a checklist (of the channel) asks for, in the order of the standard."""
    asked = {code for name, code in facts.items if code and channel in ("", name)}
    ordered = [each.code for each in facts.standard.criteria] if facts.standard is not None else []
    return [code for code in ordered if code in asked] + sorted(asked - set(ordered))


def _unasked(facts: Facts, channel: str, heads: Iterable[Head]) -> list[Head]:
    shown = {head.code for head in heads}
    return [Head(code, areas.title(facts, code)) for code in _criteria(facts, channel) if code not in shown]


# ---- By region ---------------------------------------------------------------------------------------------------
def _of_regions(
    facts: Facts, scope: Scope, region: Region | None, channel: str, location_format: str
) -> tuple[list[Head], list[HeatRow], RegionExample | None]:
    """Return the table inside one population: regions with another mix of formats and channels are not compared."""
    places = facts.locations[facts.locations["format"] == location_format].reset_index(drop=True)
    if places.empty or not channel:
        return [], [], None
    facts = replace(facts, locations=places, key=(*facts.key, location_format))
    chosen = _columns(scope.regions, region)
    paths = ["", *(each.path for each in chosen)]
    codes = _criteria(facts, channel)
    found: dict[tuple[str, str], Summary] = {}
    for criteria in ([""], codes):  # how whole visits vary and how criteria vary come from different places
        if criteria:
            built = results.build_summaries(facts, regions=paths, criteria=criteria, channel=channel)
            found |= {(each.region, each.criterion): each for each in built}
    visited = [each for each in chosen if any(found[each.path, code].n for code in ("", *codes))]
    tones: dict[tuple[str, str], tuple[Tone, float | None]] = {}
    for criteria in ([""], codes):  # which regions differ is one question, in what they differ another
        shown = [(code, each.path) for code in criteria for each in visited]
        told = tell_regions([(found[path, code], found["", code]) for code, path in shown], facts.settings)
        tones |= dict(zip(shown, told, strict=True))
    rows = [
        HeatRow(
            Head(code, areas.title(facts, code) if code else ""),
            [
                _summed(found["", code], "none"),
                *(_summed(found[each.path, code], tones[code, each.path][0]) for each in visited),
            ],
        )
        for code in ("", *codes)
        if found["", code].n
    ]
    # The most trouble first; sorting keeps the order of the standard among equals.
    head, others = rows[:1], sorted(rows[1:], key=lambda row: -sum(cell.tone == "below" for cell in row.cells))
    columns = [Head("", ""), *(Head(each.path, each.name) for each in visited)]
    return columns, [*head, *others], _example(facts, visited, found, tones)


def _example(
    facts: Facts,
    visited: Sequence[Region],
    found: Mapping[tuple[str, str], Summary],
    tones: Mapping[tuple[str, str], tuple[Tone, float | None]],
) -> RegionExample | None:
    """Return the cell that is explained: one that is marked, else one that could be compared, else any."""
    names = {each.path: each.name for each in visited}
    order = sorted(tones, key=lambda place: (tones[place][0] == "none", tones[place][1] is None))
    code, path = next((place for place in order if found[place[1], place[0]].score is not None), ("", ""))
    if not path:
        return None
    summary = found[path, code]
    everywhere = summary.visited == found["", code].visited
    return RegionExample(
        names[path], areas.title(facts, code) if code else "", summary, tones[code, path][1], everywhere
    )


def _columns(regions: Sequence[Region], region: Region | None) -> list[Region]:
    """Return the regions compared: those right below the one looked at, else the topmost of the scope."""
    if region is not None:
        return [each for each in regions if each.path.rpartition("/")[0] == region.path] or [region]
    paths = {each.path for each in regions}
    tops = [each for each in regions if not any(each.path.startswith(f"{path}/") for path in paths)]
    return _columns(regions, tops[0]) if len(tops) == 1 else tops


def _summed(summary: Summary, tone: Tone) -> Cell:
    return Cell(summary.n, summary.answers, summary.score, summary.low, summary.high, tone, "quarter")


# ---- By location -------------------------------------------------------------------------------------------------
def _of_locations(
    session: Session, programme: Programme, facts: Facts, channel: str, listed: Sequence[ComparisonRow]
) -> tuple[list[Head], list[HeatRow]]:
    codes = [row.location for row in listed]
    if not codes:
        return [], []

    def read() -> tuple[CriterionRow, ...]:
        mine = results.with_locations(session, programme, facts, codes)
        return results.criterion_rows(mine, channel=channel, shown=codes)

    found = facts.remember(("heat", channel, tuple(codes)), read, 8 * len(codes) * len(facts.items))
    asked = {row.criterion for row in found if row.n}
    criteria = [code for code in _criteria(facts, channel) if code in asked]
    formats = {row.location: row.format for row in listed}
    tones = _tones(session, programme, facts, channel, found, formats)
    by_place = {(row.location, row.criterion): row for row in found}
    rows = [
        HeatRow(
            Head(row.location, row.name),
            [
                Cell(row.n, 0, row.score, row.low, row.high, row.level or "none", "quarter"),
                *(_cell(by_place[row.location, code], tones) for code in criteria),
            ],
        )
        for row in listed
    ]
    return [Head("", ""), *(Head(code, areas.title(facts, code)) for code in criteria)], rows


def _cell(row: CriterionRow, tones: Mapping[tuple[str, str], Tone]) -> Cell:
    tone = tones.get((row.location, row.criterion), "none")
    return Cell(row.n, row.answers, row.score, row.low, row.high, tone, row.basis)


def _tones(
    session: Session,
    programme: Programme,
    facts: Facts,
    channel: str,
    rows: Sequence[CriterionRow],
    formats: Mapping[str, str],
) -> dict[tuple[str, str], Tone]:
    """Return what is believed of each location's criterion; each population and basis by itself."""
    bases = {row.basis for row in rows if row.basis is not None}
    known = {basis: _between(session, programme, facts, channel, basis) for basis in bases}
    tones: dict[tuple[str, str], Tone] = {}
    for kind in set(formats.values()):
        members = [row for row in rows if formats[row.location] == kind]
        between = {
            (basis, channel, code): sums for basis in bases for (code, of), sums in known[basis].items() if of == kind
        }
        tones |= tell_rows(members, kind, between, facts.spread or {}, facts.quarter)
    return tones


def _between(
    session: Session, programme: Programme, facts: Facts, channel: str, basis: str
) -> Mapping[tuple[str, str], Between]:
    quarters = [facts.quarter]
    if basis == "four_quarters":
        quarters = list(Quarter.range(facts.quarter.previous(3), facts.quarter))
    return facts.remember(("between", channel, basis), lambda: cells.between(session, programme.id, quarters, channel))
