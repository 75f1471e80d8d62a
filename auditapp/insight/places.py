"""The page of one location as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from auditapp import quotes, results
from auditapp.access import Actor
from auditapp.cells import Part
from auditapp.insight import areas, queries, words
from auditapp.insight.areas import CriticalLine, LostLine
from auditapp.insight.filters import Period
from auditapp.insight.history import History
from auditapp.insight.queries import VisitLine
from auditapp.models import IssuedReport, Location, Programme
from auditapp.quotes import Comment
from auditapp.results import Facts
from checklists.model import Criterion
from reports.change import rebound
from reports.columns import Population
from reports.compare import ComparisonRow
from reports.criteria import CriterionRow
from reports.quotes import SHOWN


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a location in one channel, with the network's score beside it."""

    criterion: str
    title: str
    norm: Criterion | None
    row: CriterionRow
    network: float | None

    @property
    def named(self) -> tuple[str, CriterionRow]:
        return self.title, self.row

    @property
    def acceptance(self) -> str:
        level = self.norm.acceptance_level if self.norm is not None else None
        return "" if level is None else words.acceptance(self.row.score, self.row.low, self.row.high, level)

    @property
    def tone(self) -> str:
        level = self.norm.acceptance_level if self.norm is not None else None
        return "none" if level is None else words.acceptance_tone(self.row.score, self.row.low, self.row.high, level)


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment of a visitor, with the criterion it is about."""

    comment: Comment
    title: str


@dataclass(frozen=True, slots=True)
class LocationPage:
    """One location in a quarter. `rebound` is the change chance alone brings where it was chosen for a low score.

    `praise` and `criticism` are the comments that the printed report has, too.
    """

    location: Location
    period: Period
    row: ComparisonRow
    populations: Sequence[tuple[ComparisonRow, Population]]
    channels: Sequence[ComparisonRow]
    target: float | None
    rebound: float | None
    lost: Sequence[LostLine]
    lost_total: float
    critical: Sequence[CriticalLine]
    critical_visits: int
    critical_asked: int
    criteria: Sequence[tuple[str, Sequence[CriterionLine]]]
    visits: Sequence[VisitLine]
    praise: Sequence[CommentLine]
    criticism: Sequence[CommentLine]
    reports: Sequence[IssuedReport]
    history: History
    facts: Facts

    @property
    def compared(self) -> ComparisonRow:
        """Return whose change stands beside the score: the only channel's where the channels changed meanwhile."""
        if self.row.change_label != "not_comparable" or len(self.populations) != 1:
            return self.row
        alone = self.populations[0][0]
        return alone if alone.change_label in ("up", "down", "none") else self.row

    @property
    def most_comments(self) -> int:
        return SHOWN

    @property
    def met(self) -> list[CriterionLine]:
        """Return the criteria that surely meet their acceptance level, each once."""
        found = {line.criterion: line for _, lines in self.criteria for line in lines if line.tone == "above"}
        return list(found.values())

    @property
    def critical_clean(self) -> int:
        """Return in how many visits critical questions were asked when none failed, else 0."""
        return 0 if self.critical_visits else self.critical_asked

    def scores(self, channel: str = "") -> list[float]:
        """Return the scores of the visits that count, of all or in one channel."""
        mine = (line for line in self.visits if line.counts and channel in ("", line.visit.channel))
        return [line.score for line in mine if line.score is not None]


def location_page(
    session: Session, actor: Actor, programme: Programme, period: Period, location: Location
) -> LocationPage:
    """Return the page of a location that the actor may see."""
    facts = results.gather(
        session,
        programme,
        period.quarter,
        previous=period.previous,
        history=areas.HISTORY,
        criteria=1,
        part=Part(locations=(location.code,)),
    )
    comparison = results.comparison_of(facts, closed=True)
    rows = [row for row in comparison.rows if row.location == location.code]
    headline, channels = rows[0], [row for row in rows[1:] if row.n]
    populations = [(row, comparison.get_population(location.format, row.channel)) for row in channels]
    alone = populations[0][1] if len(populations) == 1 else None
    target = target_of(facts, channels)
    visits = queries.visit_lines(session, actor, location, period.quarter)
    lost = results.points_lost(facts, [location.code])
    comments = _comments(session, programme, facts, headline)
    return LocationPage(
        location=location,
        period=period,
        row=headline,
        populations=populations,
        channels=channels if len(channels) > 1 else [],
        target=target,
        rebound=_rebound(headline, alone),
        lost=areas.lost_lines(facts, lost, areas.LOST_SHOWN),
        lost_total=sum(row.lost for row in lost),
        critical=areas.critical_lines(facts, lost),
        critical_visits=sum(1 for line in visits if line.counts and line.critical_failed),
        critical_asked=sum(1 for line in visits if line.counts and line.critical_asked),
        criteria=[(row.channel, _criteria(facts, location.code, row.channel)) for row in channels],
        visits=visits,
        praise=[line for line in comments if line.comment.quote.good],
        criticism=[line for line in comments if not line.comment.quote.good],
        reports=queries.issued_reports(session, programme.id, period.quarter, location),
        history=History(results.build_series(facts, location=location.code), target, {"location": location.code}),
        facts=facts,
    )


def _comments(session: Session, programme: Programme, facts: Facts, row: ComparisonRow) -> list[CommentLine]:
    found = quotes.read_comments(session, programme.id, facts.quarter, facts.checklists, location=row.location)
    known = quotes.known_words(row.name, row.region, programme.name)
    chosen = quotes.select_comments(found.get(row.location, []), known)
    return [CommentLine(each, areas.title(facts, each.quote.criterion)) for each in chosen]


def target_of(facts: results.Facts, channels: Sequence[ComparisonRow]) -> float | None:
    """Return the acceptance level of a location with one channel; over several channels there is none."""
    return facts.targets.get(channels[0].channel) if len(channels) == 1 else None


def location_history(session: Session, programme: Programme, period: Period, location: Location) -> History:
    """Return the history of a location that the actor may see."""
    facts = results.gather(session, programme, period.quarter, history=areas.HISTORY)
    rows = results.comparison_of(facts, closed=True).only([location.code]).rows
    target = target_of(facts, [row for row in rows if row.channel and row.n])
    return History(results.build_series(facts, location=location.code), target, {"location": location.code})


def _rebound(row: ComparisonRow, population: Population | None) -> float | None:
    if row.level != "below" or population is None or row.reliability is None or row.score is None:
        return None
    return None if population.mu is None else float(rebound(row.reliability, population.mu, row.score))


def _criteria(facts: Facts, code: str, channel: str) -> list[CriterionLine]:
    rows = results.criterion_rows(facts, channel=channel, shown=[code])
    everywhere = results.points_lost(facts, facts.open_locations(), channel=channel)
    network = {lost.criterion: lost.score for lost in everywhere}
    order = {each.code: index for index, each in enumerate(facts.standard.criteria)} if facts.standard else {}
    lines = [
        CriterionLine(
            row.criterion,
            areas.title(facts, row.criterion),
            facts.find_criterion(row.criterion),
            row,
            network.get(row.criterion),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (order.get(line.criterion, len(order)), line.criterion))
