"""How far the figures of a quarter can be trusted: populations, versions, questions, shoppers, what was left out."""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from auditapp import few_shoppers, parameter_words, results
from auditapp.insight import filters
from auditapp.insight.filters import Period
from auditapp.insight.queries import Scope
from auditapp.models import AnswerRow, Membership, Programme, Visit, VisitScoreRow
from auditapp.results import Facts
from checklists.lifecycle import State
from checklists.model import Checklist, Item, VisitKind
from checklists.problems import Problem
from reports.charts import describe_funnel, draw_funnel
from reports.columns import Population
from reports.compare import Comparison
from reports.funnel import Funnel, FunnelPoint, Zone, build_funnel
from reports.items import ItemRow, ItemTable, Sign, build_items, find_sign, judgement_share
from reports.method import ENOUGH
from reports.periods import Quarter
from reports.planner import Reach, build_reach, visits_for_reliability
from reports.severity import ENOUGH_VISITS, Separability, Severity, build_separability, find_severity
from reports.thresholds import Thresholds

SAMPLE = 5_000  # visits that tell how questions work: a rate is then sure to 1.4 points
SHOWN = 150  # locations outside the limits of a funnel that are listed
_HASH, _RANGE = 2_654_435_761, 2**32  # spreads consecutive numbers evenly (Knuth, vol. 3, 6.4)
_READ_AT_ONCE = 5_000
REASONS = ("revisit", "training", "pilot", "not_scorable", "rejected", "waiting")


@dataclass(frozen=True, slots=True)
class PopulationLine:
    """One population with what its usual number of visits can tell; None where nothing is known of it."""

    population: Population
    visits: int
    usual: int
    reach: Reach | None
    needed: int | None
    settings: Thresholds

    @property
    def key(self) -> str:
        return key_of(self.population)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A checklist version used in the quarter."""

    key: str
    checklist: Checklist
    visits: int
    judgement: float | None


@dataclass(frozen=True, slots=True)
class MethodPage:
    """The figures behind the figures of one quarter; `left_out` counts visits by reason."""

    period: Period
    settings: Thresholds
    populations: Sequence[PopulationLine]
    versions: Sequence[VersionLine]
    left_out: Sequence[tuple[str, int]]
    visits: int
    facts: Facts

    @property
    def said_of_settings(self) -> list[str]:
        """Say which settings the figures rest on, and what intervals know of shoppers."""
        return [*parameter_words.settings(self.facts), *parameter_words.few_shoppers(self.facts)]


@dataclass(frozen=True, slots=True)
class ItemLine:
    item: Item
    row: ItemRow
    sign: Sign


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """The questions of one version; `table` rests on `table.visits` of the `visits` approved, drawn evenly."""

    period: Period
    versions: Sequence[VersionLine]
    chosen: VersionLine | None
    visits: int
    table: ItemTable | None
    lines: Sequence[ItemLine]

    @property
    def signs(self) -> Counter[Sign]:
        return Counter(line.sign for line in self.lines)


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """The funnel of one population with the locations of the reader's scope; `outside` are the first outside it."""

    period: Period
    populations: Sequence[Population]
    chosen: Population | None
    funnel: Funnel | None
    outside: Sequence[FunnelPoint]
    hidden: int

    def words(self, locale: str) -> str:
        return "" if self.funnel is None else describe_funnel(self.funnel, locale=locale)

    def picture(self, locale: str) -> bytes:
        if self.funnel is None:
            raise Problem("not_found")
        return draw_funnel(self.funnel, locale=locale, on_page=True)


@dataclass(frozen=True, slots=True)
class ShopperLine:
    """One shopper by pseudonym; `effect` is how much higher than others they score, in shares."""

    pseudonym: str
    visits: int
    effect: float


@dataclass(frozen=True, slots=True)
class ShoppersPage:
    """How strict shoppers are in one population. `few` have too few visits to be listed."""

    period: Period
    populations: Sequence[Population]
    chosen: Population | None
    visits: int
    severity: Severity | None
    separability: Separability | None
    lines: Sequence[ShopperLine]
    few: int


def key_of(population: Population) -> str:
    """Return what names a population in an address."""
    return f"{population.format}-{population.channel}"


def visited(comparison: Comparison) -> list[Population]:
    """Return the populations with visits, those with most locations first."""
    found = [each for each in comparison.populations if each.visited]
    return sorted(found, key=lambda each: -each.visited)


def choose_population(populations: Sequence[Population], arguments: Mapping[str, str]) -> Population | None:
    """Return the population asked for, else the largest; None where nobody was visited. Problem unknown_value."""
    by_key = {key_of(each): each for each in populations}
    asked = filters.read_choice("population", arguments, list(by_key))
    return by_key[asked] if asked else next(iter(populations), None)


def usual_visits(comparison: Comparison, population: Population) -> list[int]:
    """Return the visits of each visited location of a population."""
    return [
        row.n
        for row in comparison.rows
        if row.n and (row.format, row.channel) == (population.format, population.channel)
    ]


def population_line(comparison: Comparison, population: Population) -> PopulationLine:
    """Return a population with what its usual number of visits can tell."""
    visits = usual_visits(comparison, population)
    usual = int(median(visits)) if visits else 0
    reach = None
    if population.mu is not None and population.phi is not None and usual:
        reach = build_reach(usual, population.mu, population.phi, population.k0)
    needed = None if population.k0 is None else visits_for_reliability(population.k0, ENOUGH)
    return PopulationLine(population, sum(visits), usual, reach, needed, comparison.settings)


def method_page(session: Session, programme: Programme, period: Period) -> MethodPage:
    """Return how far the figures of the quarter can be trusted, in the whole network."""
    facts = results.gather(session, programme, period.quarter)
    comparison = results.comparison_of(facts, closed=True)
    versions, left_out = _visits(session, programme.id, facts)
    return MethodPage(
        period=period,
        settings=comparison.settings,
        populations=[population_line(comparison, each) for each in visited(comparison)],
        versions=versions,
        left_out=left_out,
        visits=sum(version.visits for version in versions),
        facts=facts,
    )


def _visits(session: Session, programme_id: int, facts: Facts) -> tuple[list[VersionLine], list[tuple[str, int]]]:
    """Return the versions by visits that count, and how many visits do not, by reason."""
    by = (Visit.checklist_version_id, Visit.status, Visit.kind, VisitScoreRow.scorable)
    rows = session.execute(
        select(*by, func.count())
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id, isouter=True)
        .where(Visit.programme_id == programme_id, Visit.quarter == str(facts.quarter))
        .group_by(*by)
    )
    counted: Counter[int] = Counter()
    left_out: Counter[str] = Counter()
    for version, status, kind, scorable, number in rows:
        reason = _reason(status, kind, scorable=bool(scorable))
        if reason:
            left_out[reason] += number
        else:
            counted[version] += number
    lines = [
        VersionLine(f"{checklist.code}-{checklist.version}", checklist, number, judgement_share(checklist))
        for version, number in counted.most_common()
        for checklist in (facts.checklists[version],)
    ]
    return lines, [(reason, left_out[reason]) for reason in REASONS if left_out[reason]]


def _reason(status: str, kind: str, *, scorable: bool) -> str:
    """Return why a visit takes no part in the figures, "" where it does."""
    if status in (State.REJECTED, State.CANCELLED):
        return "rejected"
    if status != State.APPROVED:
        return "waiting"
    if kind != VisitKind.REGULAR:
        return kind
    return "" if scorable else "not_scorable"


def items_page(session: Session, programme: Programme, period: Period, arguments: Mapping[str, str]) -> ItemsPage:
    """Return the statistics of the questions of one version, from answers: on demand, then kept."""
    facts = results.gather(session, programme, period.quarter)
    versions, _ = _visits(session, programme.id, facts)
    asked = filters.read_choice("checklist", arguments, [each.key for each in versions])
    chosen = next((each for each in versions if asked in ("", each.key)), None)
    if chosen is None:
        return ItemsPage(period, versions, None, 0, None, [])
    number = next(id_ for id_, checklist in facts.checklists.items() if checklist is chosen.checklist)
    visits, table = facts.remember(
        ("items", number), lambda: _items(session, programme.id, period.quarter, number, chosen.checklist)
    )
    by_code = {item.code: item for item in chosen.checklist.items}
    lines = [ItemLine(by_code[row.item], row, find_sign(row)) for row in table.rows]
    return ItemsPage(period, versions, chosen, visits, table, lines)


def _items(
    session: Session, programme_id: int, quarter: Quarter, version: int, checklist: Checklist
) -> tuple[int, ItemTable]:
    """Return the number of approved regular visits and the statistics of the questions over up to `SAMPLE` of them."""
    meant = (
        Visit.programme_id == programme_id,
        Visit.quarter == str(quarter),
        Visit.status == State.APPROVED,
        Visit.kind == VisitKind.REGULAR,
        Visit.checklist_version_id == version,
    )
    visits = session.scalar(select(func.count()).select_from(Visit).where(*meant)) or 0
    query = (
        select(AnswerRow.visit_id, AnswerRow.item, AnswerRow.state, AnswerRow.points)
        .join(Visit, Visit.id == AnswerRow.visit_id)
        .where(*meant, AnswerRow.is_current)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    if visits > SAMPLE:
        spread = cast(Visit.id, BigInteger) * _HASH % _RANGE
        query = query.where(spread < _RANGE * SAMPLE // visits)
    numbers, points = array("q"), array("d")
    texts: tuple[list[str], list[str]] = ([], [])
    for rows in session.execute(query).partitions():
        ids, items, states, earned = zip(*rows, strict=True)
        numbers.extend(ids)
        points.extend(float("nan") if each is None else each for each in earned)
        for known, column in zip(texts, (items, states), strict=True):
            known.extend(map(sys.intern, column))
    frame = pd.DataFrame(
        {
            "visit": pd.Series(np.frombuffer(numbers, dtype=np.int64) if numbers else [], dtype="int64").astype("str"),
            "item": pd.Series(texts[0], dtype="str"),
            "state": pd.Series(texts[1], dtype="str"),
            "points": pd.Series(np.frombuffer(points) if points else [], dtype="float64"),
        }
    )
    return visits, build_items(frame, checklist)


def funnel_page(
    session: Session, programme: Programme, scope: Scope, period: Period, arguments: Mapping[str, str]
) -> FunnelPage:
    """Return the funnel of a population: limits of the whole network, locations of the reader's scope."""
    facts = results.gather(session, programme, period.quarter)
    comparison = results.comparison_of(facts)
    populations = visited(comparison)
    chosen = choose_population(populations, arguments)
    if chosen is None:
        return FunnelPage(period, populations, None, None, [], 0)
    shown = comparison.only(scope.within(facts.locations))
    funnel = build_funnel(shown, chosen.format, chosen.channel)
    outside = sorted(
        (point for point in funnel.points if point.zone in (Zone.OUTSIDE_95, Zone.OUTSIDE_998)),
        key=lambda point: (point.name, point.location),
    )
    return FunnelPage(period, populations, chosen, funnel, outside[:SHOWN], max(len(outside) - SHOWN, 0))


def shoppers_page(session: Session, programme: Programme, period: Period, arguments: Mapping[str, str]) -> ShoppersPage:
    """Return how strict shoppers are in one population, by pseudonym; for those who run the programme only."""
    facts = results.gather(session, programme, period.quarter)
    populations = visited(results.comparison_of(facts, closed=True))
    chosen = choose_population(populations, arguments)
    if chosen is None:
        return ShoppersPage(period, populations, None, 0, None, None, [], 0)
    visits, severity, separability = facts.remember(
        ("severity", key_of(chosen)), lambda: _severity(session, programme.id, period.quarter, chosen)
    )
    people = session.execute(
        select(Membership.id, Membership.pseudonym).where(
            Membership.programme_id == programme.id, Membership.pseudonym.is_not(None)
        )
    )
    pseudonyms = {str(id_): name or "" for id_, name in people}
    effects = {} if severity is None else severity.shoppers
    lines = [
        ShopperLine(pseudonyms[shopper], visits[shopper], effect)
        for shopper, effect in effects.items()
        if visits[shopper] >= ENOUGH_VISITS and shopper in pseudonyms
    ]
    lines.sort(key=lambda line: (line.effect, line.pseudonym))
    return ShoppersPage(
        period, populations, chosen, sum(visits.values()), severity, separability, lines, len(effects) - len(lines)
    )


def _severity(
    session: Session, programme_id: int, quarter: Quarter, population: Population
) -> tuple[Counter[str], Severity | None, Separability]:
    found = few_shoppers.read_visits(session, programme_id, quarter)
    visits = found.get((population.format, population.channel), few_shoppers.ScoredVisits())
    severity = find_severity(visits.scores, visits.locations, visits.shoppers)
    return Counter(visits.shoppers), severity, build_separability(visits.locations, visits.shoppers, severity)
