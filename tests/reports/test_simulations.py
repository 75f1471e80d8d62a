"""What the statistics promise, against known truth with fixed seeds; every figure is in docs/statistics.md."""

from __future__ import annotations

import pytest

from tests.reports import simulations
from tests.reports.simulations import CEILING, CRITERION, CRITERION_CEILING, EQUAL, OVERALL, Model, Plan

MODELS = [
    pytest.param(OVERALL, id="overall"),
    pytest.param(CRITERION, id="criterion"),
    pytest.param(CEILING, id="overall-96"),
    pytest.param(CRITERION_CEILING, id="criterion-96"),
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("n", [2, 4, 12])
def test_intervals_cover_the_true_level(model: Model, n: int) -> None:
    assert 0.93 <= simulations.coverage(model, (n,), networks=20) <= 0.97


def test_intervals_cover_in_a_small_network() -> None:
    """Where phi rests on 64 degrees of freedom, and visits differ in number as in a usual quarter."""
    assert 0.93 <= simulations.coverage(OVERALL, (2, 3, 4, 5), networks=300, locations=64) <= 0.97


@pytest.mark.parametrize("plan", [(4,), (12,)])
@pytest.mark.parametrize(("locations", "networks"), [(64, 3000), (300, 600)])
def test_clearly_below_is_rarely_wrong(plan: Plan, locations: int, networks: int) -> None:
    """As many networks as docs/statistics.md prints: with fewer, drawing alone moves the share by half a point."""
    found = simulations.lists(OVERALL, plan, networks=networks, locations=locations)
    assert found.listed > 10 * networks
    assert found.share_wrong <= 0.06


def test_where_nothing_is_real_hardly_anybody_is_named() -> None:
    """Trap: a ranking always has a bottom, and 64 tests at 5 % always find somebody."""
    ranking, significant, ours = simulations.three_ways(EQUAL, (4,)).values()
    assert (ranking.anybody, ranking.wrong) == (1.0, 10.0)
    assert significant.anybody > 0.8
    assert ours.anybody < 0.08


def test_why_lists_near_the_ceiling_miss_the_bar() -> None:
    """Low scores scatter more than high ones, and section 3 gives all the same V: such lists are too long.

    With V = phi * theta * (1 - theta) / n they keep the bar. Both halves must stay true for docs/statistics.md to be.
    """
    given = {"networks": 160, "locations": 300}
    assert simulations.lists(CEILING, (3,), **given).share_wrong > 0.06
    assert simulations.lists_with_own_variance(CEILING, (3,), **given).share_wrong <= 0.06


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("n", [3, 4, 12])
def test_unchanged_locations_are_rarely_called_changed(model: Model, n: int) -> None:
    called, listed = simulations.changed(model, (n,), networks=20)
    assert 0 < called <= 0.05
    assert listed <= 0.001


@pytest.mark.parametrize("spread", [0.08, 0.05])
def test_with_severe_shoppers_adjusted_levels_are_best(spread: float) -> None:
    found = simulations.order(spread**2)
    assert found["adjusted"].rmse < found["shrunken"].rmse < found["raw"].rmse
    # Shrinking alone moves equally visited locations alike, so it mends no order.
    assert found["shrunken"].pairs == pytest.approx(found["raw"].pairs)
    assert found["adjusted"].pairs > found["raw"].pairs + 0.01


def test_without_severe_shoppers_adjusting_costs_nothing() -> None:
    found = simulations.order(0.0)
    assert found["adjusted"].rmse == pytest.approx(found["shrunken"].rmse, abs=0.001)
