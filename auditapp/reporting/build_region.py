"""The values of a region's report: the region and everything below it, beside the network it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from auditapp import results
from auditapp.reporting.quarter import QuarterFacts
from checklists.model import Criterion
from checklists.problems import Problem
from reports import attention, quarterly, regional
from reports.compare import ComparisonRow, listed_label
from reports.criteria import BASES, CriterionRow
from reports.heat import tell_regions, tell_rows
from reports.regional import ChannelVisits, CriticalPlace, Matrix, MatrixCell, MatrixRow, RegionReport
from reports.summary import Summary, in_region


def build_region(quarter: QuarterFacts, path: str) -> RegionReport:
    """Build the report of a region by its path; Problem nothing_to_report when nothing in it was visited."""
    facts, comparison = quarter.facts, quarter.frame.comparison
    inside = frozenset(facts.locations.loc[in_region(facts.locations, path), "location"]) & facts.open_locations()
    mine = comparison.only(inside)
    rows = tuple(row for row in mine.rows if row.channel and row.n)
    if not rows or path not in quarter.regions:
        raise Problem("nothing_to_report", quarter=str(facts.quarter))
    region, *of_areas = results.build_summaries(facts, regions=[path, *_below(quarter, path)])
    chosen = attention.choose(rows, lambda row: listed_label(row, comparison.settings))
    critical = _critical(quarter, inside)
    populations = {(row.format, row.channel) for row in rows}
    names = quarter.names
    return RegionReport(
        frame=replace(quarter.frame, comparison=mine),
        path=path,
        region=region,
        network=quarter.network,
        comparable=facts.comparable,
        change=results.find_change(facts, path),
        series=quarterly.since_first(results.build_series(facts, region=path)),
        standings=quarter.standings(path),
        populations=tuple(
            each for each in comparison.populations if (each.format, each.channel) in populations and each.visited
        ),
        areas=tuple(each for each in of_areas if each.locations),
        verdicts=quarter.verdicts(*quarter.largest(inside)),
        rows=rows,
        fell=chosen.fell,
        rose=chosen.rose,
        changes=quarter.changes(inside),
        lost=results.points_lost(facts, inside),
        criteria=_criteria(quarter, path),
        matrices=_matrices(quarter, path, rows, chosen),
        critical=critical,
        critical_visits=quarter.critical.of(inside)[1:],
        first=regional.first_steps(
            chosen.below,
            chosen.fell,
            critical,
            {
                (row.location, row.channel): attention.find_costliest(quarter.after, row.location, row.channel, row.n)
                for row in (*chosen.below, *chosen.fell)
            },
        ),
        visits=_visits(quarter, inside),
        not_visited=tuple(names[code] for code in region.not_visited),
    )


def _below(quarter: QuarterFacts, path: str) -> list[str]:
    return [each for each in quarter.regions if each.rpartition("/")[0] == path]


def _criteria(quarter: QuarterFacts, path: str) -> tuple[tuple[Criterion, Summary, float | None], ...]:
    """Return the criteria of the region with the network's score, in the order of the standard."""
    codes = list(quarter.frame.criteria)
    built = results.build_summaries(quarter.facts, regions=["", *quarter.regions], criteria=codes)
    found = {(each.region, each.criterion): each for each in built}
    return tuple(
        (criterion, found[path, code], found["", code].score)
        for code, criterion in quarter.frame.criteria.items()
        if found[path, code].n
    )


def _critical(quarter: QuarterFacts, inside: Collection[str]) -> tuple[CriticalPlace, ...]:
    """Return the locations with failed critical questions, most first."""
    failed, _, _ = quarter.critical.of(inside)
    counts: dict[str, Counter[str]] = {}
    for each in failed:
        counts.setdefault(each.location, Counter())[each.item.criterion] += 1
    names = quarter.names
    places = [CriticalPlace(code, names[code], dict(sorted(found.items()))) for code, found in counts.items()]
    return tuple(sorted(places, key=lambda place: (-place.number, place.name, place.location)))


def _visits(quarter: QuarterFacts, inside: Collection[str]) -> tuple[ChannelVisits, ...]:
    found = []
    for channel in quarter.channels:
        lines = [(code, visit) for code in inside for visit in quarter.visits.get(code, []) if visit.channel == channel]
        counted = sum(visit.counts for _, visit in lines)
        if lines:
            found.append(ChannelVisits(channel, len({code for code, _ in lines}), counted, len(lines) - counted))
    return tuple(found)


# ---- All criteria in one table -----------------------------------------------------------------------------------
def _matrices(
    quarter: QuarterFacts, path: str, rows: Sequence[ComparisonRow], chosen: attention.Chosen
) -> tuple[Matrix, ...]:
    """Return a table for each population of the region in which any place has the score of a criterion."""
    sizes = Counter((row.format, row.channel) for row in rows)
    found = []
    for (kind, channel), number in sorted(sizes.items(), key=lambda each: (-each[1], each[0])):
        members = [row for row in rows if (row.format, row.channel) == (kind, channel)]
        areas = _below(quarter, path)
        if number <= regional.IN_A_TABLE:
            matrix = _of_locations(quarter, members, "location", 0)
        elif 2 <= len(areas) <= regional.IN_A_TABLE:
            matrix = _of_areas(quarter, kind, channel, areas, number)
        else:
            named = {(row.location, row.channel) for part in (chosen.below, chosen.fell, chosen.above) for row in part}
            standing_out = [row for row in members if (row.location, row.channel) in named][: regional.IN_A_TABLE]
            matrix = _of_locations(quarter, standing_out, "standing_out", number - len(standing_out))
        if any(cell.score is not None for row in matrix.rows for cell in row.cells):
            found.append(matrix)
    return tuple(found)


def _of_locations(quarter: QuarterFacts, members: Sequence[ComparisonRow], by: str, left_out: int) -> Matrix:
    """Return the locations, the most likely below the network first, and their criteria."""
    order = [row for level in ("below", "none", "above", "indicative", "single", "")
             for row in regional.by_tone(members).get(level, ())]  # fmt: skip
    kind, channel = (order[0].format, order[0].channel) if order else ("", "")
    cells: dict[tuple[str, str], CriterionRow] = {
        (each.location, each.criterion): each
        for row in order
        for each in quarter.criteria.get(row.location, [])
        if each.channel == channel
    }
    between = {key: sums for basis in BASES for key, sums in quarter.between(basis, kind).items()}
    tones = tell_rows(list(cells.values()), kind, between, quarter.facts.spread or {}, quarter.facts.quarter)
    codes = [code for code in quarter.frame.criteria if any((row.location, code) in cells for row in order)]

    def cell(location: str, code: str) -> MatrixCell:
        found = cells.get((location, code))
        if found is None:
            return MatrixCell(None, "none")
        return MatrixCell(found.score, tones.get((location, code), "none"), found.basis == "four_quarters")

    return Matrix(
        format=kind,
        channel=channel,
        by="location" if by == "location" else "standing_out",
        criteria=tuple(quarter.frame.criteria[code] for code in codes),
        rows=tuple(
            MatrixRow(
                row.name,
                row.score,
                "below" if row.level == "below" else "above" if row.level == "above" else "none",
                tuple(cell(row.location, code) for code in codes),
            )
            for row in order
        ),
        left_out=left_out,
    )


def _of_areas(quarter: QuarterFacts, kind: str, channel: str, areas: Sequence[str], number: int) -> Matrix:
    """Return the regions right below and their criteria, each told from the rest of the network."""
    codes = tuple(quarter.frame.criteria)
    whole = quarter.of_population(kind, channel)
    found = quarter.of_population(kind, channel, codes)
    seen = [path for path in areas if whole[path, ""].n]
    asked = [code for code in codes if any(found[path, code].n for path in seen)]
    levels = quarter.verdicts(kind, channel).levels
    pairs = [(path, code) for path in seen for code in asked]
    told = tell_regions([(found[pair], found["", pair[1]]) for pair in pairs], quarter.frame.comparison.settings)
    tones = {pair: level for pair, (level, _) in zip(pairs, told, strict=True)}
    return Matrix(
        format=kind,
        channel=channel,
        by="region",
        criteria=tuple(quarter.frame.criteria[code] for code in asked),
        rows=tuple(
            MatrixRow(
                path.rpartition("/")[2],
                whole[path, ""].score,
                levels.get(path, "none"),
                tuple(MatrixCell(found[path, code].score, tones[path, code]) for code in asked),
            )
            for path in seen
        ),
        left_out=number,
    )
