from __future__ import annotations

import numpy as np
import pytest

from reports import levels
from reports.levels import Posterior
from tests.checklists.builders import case

B = case("semantics_B_eb")
DYESTUFF = case("dyestuff_reml_blup")


def test_example_b() -> None:
    given, expected, tolerance = B["input"], B["expected"], B["tolerance"]
    belief = levels.posterior(
        np.array([given["mean"]]), np.array([given["sigma2_w"] / given["n"]]), given["mu"], given["tau2"]
    )
    p = levels.p_below(belief, given["mu"])
    assert belief.reliability[0] == pytest.approx(expected["reliability"], abs=tolerance)
    assert belief.theta[0] == pytest.approx(expected["estimate"], abs=tolerance)
    assert belief.sd[0] == pytest.approx(expected["sd"], abs=tolerance)
    assert p[0] == pytest.approx(expected["p_below"], abs=tolerance)
    assert bool(levels.listed(p, 0.05)[0]) is expected["flag"]
    assert levels.visits_for_half(given["sigma2_w"], given["tau2"]) == pytest.approx(expected["k0"], abs=tolerance)


def test_dyestuff() -> None:
    """Balanced one-way data: Paule-Mandel, DerSimonian-Laird and REML agree."""
    batches = np.array(list(DYESTUFF["input"].values()), dtype=float)
    expected, tolerance = DYESTUFF["expected"], DYESTUFF["tolerance"]
    var_within = float(batches.var(axis=1, ddof=1).mean())
    m, v = batches.mean(axis=1), np.full(6, var_within / 5)
    belief = levels.build_posterior(m, v)
    assert var_within == pytest.approx(expected["var_within"], abs=tolerance)
    assert belief.tau2 == pytest.approx(expected["var_between"], abs=tolerance)
    assert levels.dersimonian_laird(m, v) == pytest.approx(expected["var_between"], abs=tolerance)
    assert belief.mu == pytest.approx(expected["mu"], abs=tolerance)
    assert belief.reliability == pytest.approx(np.full(6, expected["lam"]), abs=1e-4)
    assert belief.theta - belief.mu == pytest.approx(np.array(expected["blup"]), abs=tolerance)


def test_paule_mandel_solves_its_equation() -> None:
    rng = np.random.default_rng(5)
    v = 0.0064 / rng.integers(1, 9, 80)
    m = rng.normal(0.8, 0.05, 80) + rng.normal(0, np.sqrt(v))
    tau2 = levels.paule_mandel(m, v)
    weights = 1 / (v + tau2)
    assert (weights * (m - levels.weighted_mean(m, v, tau2)) ** 2).sum() == pytest.approx(79)


@pytest.mark.parametrize("estimate", [levels.paule_mandel, levels.dersimonian_laird])
def test_locations_that_do_not_differ(estimate: object) -> None:
    m, v = np.array([0.80, 0.81, 0.79, 0.80]), np.full(4, 0.01)
    assert estimate(m, v) == 0.0
    belief = levels.build_posterior(m, v)
    assert (belief.reliability == 0).all()
    assert (belief.theta == belief.mu).all()
    assert levels.label_levels(levels.p_below(belief, 0.95)).labels == ("none",) * 4
    assert levels.visits_for_half(0.01, belief.tau2) == np.inf


def test_visits_that_never_vary() -> None:
    m = np.array([0.7, 0.8, 0.9])
    belief = levels.build_posterior(m, np.zeros(3))
    assert belief.tau2 == pytest.approx(0.01)
    assert belief.theta == pytest.approx(m)
    assert levels.p_below(belief, 0.8) == pytest.approx([1.0, 0.5, 0.0])
    same = levels.build_posterior(np.full(3, 0.8), np.zeros(3))
    assert (same.mu, same.tau2) == (pytest.approx(0.8), 0.0)


@pytest.mark.parametrize(
    ("p", "kept"),
    [
        ([0.96, 0.5], [True, False]),
        ([0.94, 0.5], [False, False]),
        ([0.99, 0.93, 0.5], [True, True, False]),  # mean error 0.04: 0.93 rides on 0.99
        ([0.99, 0.92, 0.89], [True, True, False]),
        ([0.93, 0.99, 0.99], [True, True, True]),
        ([0.95], [True]),  # exactly 5 %
        ([0.99, 0.92, 0.92], [True, False, False]),  # equal ones stand or fall together
        ([], []),
    ],
)
def test_the_list_keeps_five_percent(p: list[float], kept: list[bool]) -> None:
    assert levels.listed(np.array(p), 0.05).tolist() == kept


def test_labels_on_both_sides_with_their_errors() -> None:
    named = levels.label_levels(np.array([0.99, 0.97, 0.6, 0.02, 0.001]))
    assert named.labels == ("below", "below", "none", "above", "above")
    assert named.wrong_below == pytest.approx(0.04)
    assert named.wrong_above == pytest.approx(0.021)


def test_raw_league_tables_mostly_rank_noise() -> None:
    """Trap: at 4 visits half of a raw bottom 10 % is wrong; the list keeps what it promises."""
    rng = np.random.default_rng(11)
    truth = rng.normal(0.82, 0.04, 4000)
    v = np.full(4000, 0.0064 / 4)
    m = truth + rng.normal(0, np.sqrt(v))
    worst = 400
    bottom = truth < np.sort(truth)[worst]
    assert (~bottom[np.argsort(m)[:worst]]).mean() > 0.35
    belief = levels.build_posterior(m, v)
    named = levels.label_levels(levels.p_below(belief, belief.mu))
    below = np.array([label == "below" for label in named.labels])
    assert below.sum() > 200
    assert (truth[below] >= 0.82).sum() == pytest.approx(named.wrong_below, abs=3 * np.sqrt(named.wrong_below))


def test_ranks_are_repeatable_and_cover() -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(0.8, 0.05, 200)
    v = np.full(200, 0.0064 / 4)
    belief = levels.build_posterior(truth + rng.normal(0, np.sqrt(v)), v)
    low, high = levels.rank_intervals(belief, seed=1)
    again = levels.rank_intervals(belief, seed=1)
    assert (low == again[0]).all()
    assert (high == again[1]).all()
    rank = (-truth).argsort().argsort() + 1
    covered = float(((low <= rank) & (rank <= high)).mean())
    assert 0.85 <= covered <= 0.95
    assert ((low >= 1) & (low <= high) & (high <= 200)).all()


def test_ranks_without_uncertainty() -> None:
    belief = Posterior(0.8, 0.01, np.ones(3), np.array([0.7, 0.9, 0.8]), np.zeros(3))
    low, high = levels.rank_intervals(belief, seed=1)
    assert low.tolist() == high.tolist() == [3, 1, 2]
