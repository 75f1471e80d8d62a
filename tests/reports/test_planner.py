from __future__ import annotations

import pytest

from reports import planner
from tests.checklists.builders import case

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
