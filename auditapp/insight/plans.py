"""What visits would tell, and whom a rule would meet: the answers as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from auditapp import results
from auditapp.formats import decimal
from auditapp.insight import method
from auditapp.insight.filters import Period
from auditapp.insight.forms import Number, PlanForm, RuleForm
from auditapp.insight.method import PopulationLine
from auditapp.models import Programme
from reports.columns import Population
from reports.compare import Comparison
from reports.intervals import FloatArray
from reports.planner import (
    Reach,
    RuleRisk,
    RuleToll,
    believed,
    build_reach,
    rule_risk,
    rule_toll,
    share_found,
    visits_for_change,
    visits_for_reliability,
    visits_for_width,
)
from reports.thresholds import Thresholds

PLANS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24)  # visits to a location in a quarter
RULES = (1, 2, 3, 4, 6, 8, 12, 24)
WISHES = {"width": "5", "change": "10", "reliability": "80", "level": "", "phi": ""}
RULE = {"threshold": "85", "quarters": "3", "good": "88", "bad": "75"}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What `n` visits to each location of a quarter tell; `found` of the truly lowest tenth are named."""

    n: int
    reach: Reach
    found: float | None


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """The visits that each wish needs (`for_reliability` None: no number of visits gives it), and what others give.

    All of it rests on `level` and `phi`; `entered` tells that they are not both the population's own. `now` is the
    population with what its usual number of visits tells by the same figures.
    """

    level: float
    phi: float
    entered: bool
    now: PopulationLine
    for_width: int
    for_change: int
    for_reliability: int | None
    rows: Sequence[PlanRow]


@dataclass(frozen=True, slots=True)
class RuleRow:
    n: int
    risk: RuleRisk
    toll: RuleToll | None


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """How a rule errs with the visits asked for (`chosen`), and with others; `toll` None where levels are not known."""

    chosen: RuleRow
    rows: Sequence[RuleRow]
    locations: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A form over one population of a quarter, with its answer where it could be read."""

    period: Period
    populations: Sequence[Population]
    line: PopulationLine | None
    form: PlanForm | RuleForm
    answer: Any

    @property
    def chosen(self) -> Population | None:
        return None if self.line is None else self.line.population


def plan_page(session: Session, programme: Programme, period: Period, arguments: Mapping[str, str]) -> PlanPage:
    """Return the planner; what is left empty is taken from the population itself."""
    comparison, populations, line = _population(session, programme, period, arguments)
    form = PlanForm(_given(arguments, WISHES))
    valid = form.validate()
    level = _own(form.level, None if line is None or line.population.mu is None else 100 * line.population.mu, 1)
    phi = _own(form.phi, None if line is None else line.population.phi, 3)
    answer = None
    if valid and line is not None and level is not None and phi is not None:
        answer = _plan(form, line, min(max(level / 100, 0.001), 0.999), phi, comparison.settings)
    return PlanPage(period, populations, line, form, answer)


def _own(field: Number, own: float | None, digits: int) -> float | None:
    """Return what was entered, else the population's own figure; the field says which, or that there is none."""
    field.flags.needed_by_some = own is None
    if own is None:
        field.description = _("There are too few visits to tell, so please enter it.")
    else:
        field.description = _("Left empty: this population's own, %(own)s.", own=decimal(own, digits))
    return own if field.data is None else field.data


def _plan(form: PlanForm, line: PopulationLine, level: float, phi: float, settings: Thresholds) -> PlanAnswer:
    k0 = _visits_for_half(line.population, level, phi)

    def found(n: int) -> float | None:
        return None if k0 is None or n < settings.label_visits else share_found(n, k0, settings.list_error)

    return PlanAnswer(
        level=level,
        phi=phi,
        entered=any(field.data is not None for field in (form.level, form.phi)),
        now=replace(line, reach=build_reach(line.usual, level, phi, k0) if line.usual else None),
        for_width=visits_for_width(level, phi, form.width.data / 100),
        for_change=visits_for_change(level, phi, form.change.data / 100),
        for_reliability=None if k0 is None else visits_for_reliability(k0, form.reliability.data / 100),
        rows=[PlanRow(n, build_reach(n, level, phi, k0), found(n)) for n in PLANS],
    )


def _visits_for_half(population: Population, level: float, phi: float) -> float | None:
    """Return the visits that give a reliability of 0.5 at another level and dispersion, None where none do.

    k0 = var_within / tau2, and var_within is phi * p * (1 - p) (scoring.md sections 2 and 3): the variance of visits
    follows what was entered, how much true levels differ stays the population's own.
    """
    k0, own, mu = population.k0, population.phi, population.mu
    if k0 is None or not own or mu is None or not 0 < mu < 1:
        return k0
    return k0 * (phi * level * (1 - level)) / (own * mu * (1 - mu))


def rule_page(session: Session, programme: Programme, period: Period, arguments: Mapping[str, str]) -> PlanPage:
    """Return the simulator of a rule: how it errs, and whom it would meet in this network."""
    comparison, populations, line = _population(session, programme, period, arguments)
    usual = str(line.usual) if line is not None and line.usual else "3"
    form = RuleForm(_given(arguments, {**RULE, "visits": usual}))
    answer = None
    if form.validate() and line is not None and line.population.phi is not None:
        theta, sd = believed(comparison, line.population)
        rows = {n: _rule(form, n, line.population.phi, theta, sd) for n in {*RULES, form.visits.data}}
        answer = RuleAnswer(rows[form.visits.data], [rows[n] for n in sorted(rows)], len(theta))
    return PlanPage(period, populations, line, form, answer)


def _rule(form: RuleForm, n: int, phi: float, theta: FloatArray, sd: FloatArray) -> RuleRow:
    threshold, quarters = form.threshold.data / 100, form.quarters.data
    risk = rule_risk(threshold, quarters, n=n, phi=phi, good=form.good.data / 100, bad=form.bad.data / 100)
    toll = rule_toll(theta, sd, threshold, quarters, n=n, phi=phi) if len(theta) else None
    return RuleRow(n, risk, toll)


def _population(
    session: Session, programme: Programme, period: Period, arguments: Mapping[str, str]
) -> tuple[Comparison, list[Population], PopulationLine | None]:
    comparison = results.comparison_of(results.gather(session, programme, period.quarter))
    populations = method.visited(comparison)
    chosen = method.choose_population(populations, arguments)
    return comparison, populations, None if chosen is None else method.population_line(comparison, chosen)


def _given(arguments: Mapping[str, str], usual: Mapping[str, str]) -> MultiDict[str, str]:
    """Return what was entered; what the address does not hold is as usual."""
    return MultiDict({name: arguments.get(name, value) for name, value in usual.items()})
