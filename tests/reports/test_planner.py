from __future__ import annotations

import numpy as np
import pytest

from reports import levels, planner
from reports.compare import build_comparison
from reports.periods import Quarter
from tests.checklists.builders import case
from tests.reports.builders import STORE, make_cells, make_locations

PLAN = case("planner")
GIVEN, EXPECTED = PLAN["input"], PLAN["expected"]


def test_example() -> None:
    p, phi = GIVEN["p"], GIVEN["phi"]
    assert planner.visits_for_width(p, phi, GIVEN["h"]) == EXPECTED["n_halfwidth"]
    assert planner.visits_for_change(p, phi, GIVEN["delta"]) == EXPECTED["n_detect"]
    assert [planner.visits_for_reliability(GIVEN["k0"], rel) for rel in GIVEN["rel"]] == EXPECTED["n_rel"]


def test_example_b_reliability() -> None:
    example = case("semantics_B_eb")["expected"]
    assert planner.visits_for_reliability(example["k0"], 0.8) == example["visits_for_rel_80"]


def test_at_least_one_visit() -> None:
    assert planner.visits_for_width(0.85, 0.06, 0.5) == 1
    assert planner.visits_for_reliability(0.1, 0.01) == 1


@pytest.mark.parametrize("n", [1, 3, 12])
def test_what_the_present_visits_reach_is_the_plan_read_backwards(n: int) -> None:
    reach = planner.build_reach(n, 0.85, 0.06, 4.0)
    assert planner.visits_for_width(0.85, 0.06, reach.half_width) == n
    assert planner.visits_for_change(0.85, 0.06, reach.change) == n
    assert reach.reliability == pytest.approx(n / (n + 4))
    assert planner.build_reach(n, 0.85, 0.06, None).reliability is None


def test_rule_risk() -> None:
    """By hand: at the threshold itself alarm is 1/2 a quarter; at .9 it is 1.1785 sd away, at .75 1.6330."""
    even = planner.rule_risk(0.85, 3, n=3, phi=0.06, good=0.85, bad=0.85)
    assert even.false_alarm == pytest.approx(0.125)
    assert even.miss == pytest.approx(0.875)
    apart = planner.rule_risk(0.85, 1, n=3, phi=0.06, good=0.9, bad=0.75)
    assert apart.false_alarm == pytest.approx(0.1193, abs=5e-5)
    assert apart.miss == pytest.approx(0.0512, abs=5e-5)


@pytest.mark.parametrize(
    ("p", "length", "trials", "expected"),
    [
        (0.5, 1, 4, 15 / 16),
        (0.5, 2, 3, 3 / 8),  # HHT, HHH, THH
        (0.5, 3, 4, 3 / 16),  # HHHT, HHHH, THHH
        (0.5, 3, 6, 20 / 64),  # Feller: 64 less the 44 words of six without three in a row
        (0.25, 2, 2, 1 / 16),
        (0.0, 1, 4, 0.0),
        (1.0, 3, 6, 1.0),
        (0.5, 3, 2, 0.0),
    ],
)
def test_a_run_of_bad_quarters(p: float, length: int, trials: int, expected: float) -> None:
    assert planner.chance_of_run(np.array([p]), length, trials) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "k0"), [(4, 3.0), (3, 3.0), (12, 3.0), (4, 12.0)])
def test_share_of_the_lowest_that_is_found(n: int, k0: float) -> None:
    """The same list made of 200,000 drawn locations."""
    rng = np.random.default_rng(20260101)
    true = rng.normal(0.8, 0.05, 200_000)
    v = np.full_like(true, 0.05**2 * k0 / n)
    belief = levels.posterior(rng.normal(true, np.sqrt(v)), v, 0.8, 0.05**2)
    below = np.array(levels.label_levels(levels.p_below(belief, 0.8)).labels) == "below"
    lowest = true < np.quantile(true, planner.WORST)
    assert planner.share_found(n, k0) == pytest.approx(below[lowest].mean(), abs=0.01)


def test_nobody_is_found_where_visits_say_next_to_nothing() -> None:
    assert planner.share_found(2, 1e6) == 0.0
    assert planner.share_found(24, 0.1) > 0.99


def test_what_a_rule_costs_a_network() -> None:
    """Two locations known exactly: one at .9, alarm .1193 a quarter; one at .75, alarm .9488 a quarter."""
    toll = planner.rule_toll([0.9, 0.75], [0.0, 0.0], 0.85, 1, n=3, phi=0.06)
    assert (toll.good, toll.bad) == pytest.approx((1, 1))
    assert toll.good_hit == pytest.approx(1 - (1 - 0.1193) ** 4, abs=2e-4)
    assert toll.bad_hit == pytest.approx(1 - (1 - 0.9488) ** 4, abs=2e-4)


def test_a_location_that_is_not_known_counts_partly_on_either_side() -> None:
    toll = planner.rule_toll([0.85], [0.03], 0.85, 3, n=3, phi=0.06)
    assert (toll.good, toll.bad) == pytest.approx((0.5, 0.5))
    assert 0 < toll.good_hit < toll.bad_hit < 0.5
    nobody = planner.rule_toll([], [], 0.85, 3, n=3, phi=0.06)
    assert (nobody.good, nobody.good_hit, nobody.bad, nobody.bad_hit) == (0, 0, 0, 0)


def test_what_is_believed_of_each_location() -> None:
    rng = np.random.default_rng(5)
    codes = [f"L{number:02d}" for number in range(24)]
    scores = {(code, "2026Q3", STORE): rng.normal(rng.normal(0.8, 0.06), 0.05, 3).tolist() for code in codes[:20]}
    quarter = Quarter(2026, 3)
    built = build_comparison(make_cells(scores), make_locations(codes), quarter, items={(STORE, ""): 40})
    (population,) = built.populations
    theta, sd = planner.believed(built, population)
    shrunken = [built.get_row(code, STORE).shrunken for code in codes[:20]]
    assert theta.tolist() == shrunken
    assert population.tau2 is not None
    assert population.var_within is not None
    # The best locations scatter like the pooled ones, the others more: phi * theta * (1 - theta).
    own = np.maximum(population.phi * theta * (1 - theta), population.var_within)
    assert (own[theta.argmax()], own.max() > population.var_within) == (population.var_within, True)
    assert sd == pytest.approx(np.sqrt(1 / (1 / population.tau2 + 3 / own)), rel=1e-3)
