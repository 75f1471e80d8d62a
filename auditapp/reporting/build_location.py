"""The values of a location's report."""

from __future__ import annotations

from dataclasses import replace

from auditapp import results
from auditapp.quotes import known_words
from auditapp.reporting import field
from auditapp.reporting.quarter import QuarterFacts
from checklists.problems import Problem
from reports import quarterly
from reports.quarterly import CriterionLine, Failed, LocationReport
from reports.quotes import select_quotes
from reports.summary import Summary


def build_location(quarter: QuarterFacts, code: str) -> LocationReport:
    """Build the report of one location; Problem nothing_to_report when it was not visited."""
    comparison = quarter.frame.comparison
    rows = tuple(row for row in comparison.rows if row.location == code and row.channel and row.n)
    if not rows:
        raise Problem("nothing_to_report", quarter=str(quarter.facts.quarter))
    lines = [
        CriterionLine(
            quarter.frame.criteria[row.criterion],
            row,
            quarter.by_criterion[row.channel, row.criterion].score,
        )
        for row in quarter.criteria.get(code, [])
    ]
    place = {criterion: index for index, criterion in enumerate(quarter.frame.criteria)}
    lines.sort(key=lambda line: (quarter.channels.index(line.row.channel), place[line.criterion.code]))
    lost = results.points_lost(quarter.facts, [code])
    headline = comparison.get_row(code)
    known = known_words(headline.name, headline.region, quarter.frame.programme)
    failed, _, _ = quarter.critical.of([code])
    return LocationReport(
        # A network has thousands of rows, and this report needs those of one location.
        frame=replace(quarter.frame, comparison=comparison.only([code])),
        headline=headline,
        rows=rows,
        populations=tuple(comparison.get_population(row.format, row.channel) for row in rows),
        network=quarter.network if len(rows) > 1 else _beside(quarter, rows[0].channel),
        lost=lost,
        criteria=tuple(lines),
        visits=tuple(quarter.visits.get(code, [])),
        quotes=select_quotes(quarter.quotes.get(code, []), known=known),
        series=quarter.series[code],
        questions=quarterly.ranked_questions(
            field.build_questions(quarter.asked.get(code, []), quarter.facts.checklists)
        ),
        changes=quarter.changes([code]),
        failed=tuple(Failed(each.day, each.channel, each.item.criterion, each.item.question) for each in failed),
        photos=quarterly.select_photos(quarter.photos.get(code, []), lost),
    )


def _beside(quarter: QuarterFacts, channel: str) -> Summary:
    """Return what the network scored in the only channel of a location: other channels ask other questions."""
    (found,) = results.build_summaries(quarter.facts, channel=channel)
    return found
