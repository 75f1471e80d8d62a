"""Figures that others have published, recomputed by our functions; sources in tests/cases/published.json."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reports import levels, planner
from reports.change import score_test
from reports.intervals import FloatArray, design_effect, mover, wilson
from reports.screening import distance_km
from reports.severity import alpha, find_severity
from tests.reports.builders import published

META = [
    published("tau2_bcg_vaccine"),
    published("tau2_bcg_smoothed"),
    published("tau2_clasp"),
    published("tau2_diuretics"),
    published("tau2_acupoint"),
    published("tau2_lidocaine"),
    published("tau2_stroke_units"),
    published("tau2_challenge"),
    published("tau2_viechtbauer_first"),
    published("tau2_viechtbauer_second"),
    published("tau2_key_comparison"),
]
TEACHERS = published("shrinkage_teacher_expectancy")
BASEBALL = published("shrinkage_baseball")
WILSON = published("wilson_binom_package")
FAGERLAND = published("difference_fagerland_2015")
Z_TEST = published("score_test_two_proportions")
COHEN = published("planner_cohen_h")
JUDGES = published("crossed_shrout_fleiss_1979")
STEPPED_UP = published("spearman_brown_shrout_fleiss")
CLUSTERS = published("design_effect_kerry_bland_1998")
CODERS = published("krippendorff_wikipedia")
CITIES = published("distance_lyon_paris")


def _effects(given: dict[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Return effects and variances; trials are given as (events, others) of the treated and of the controls."""
    if "m" in given:
        return np.array(given["m"], dtype=float), np.array(given["v"])
    (a, b), (c, d) = (np.array(given[arm], dtype=float).T for arm in ("treated", "control"))
    if given["measure"] == "odds_ratio":
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    m = np.log(a / (a + b)) - np.log(c / (c + d))
    if given["measure"] == "risk_ratio":
        return m, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return m, (b / a).mean() / (a + b) + (d / c).mean() / (c + d)


@pytest.mark.parametrize("case", META, ids=lambda case: case["name"])
def test_variance_between_and_mean(case: dict[str, Any]) -> None:
    m, v = _effects(case["input"])
    pm, dl = levels.paule_mandel(m, v), levels.dersimonian_laird(m, v)
    found = {
        "pm": pm,
        "dl": dl,
        "sqrt_pm": pm**0.5,
        "sqrt_dl": dl**0.5,
        "mu_pm": levels.weighted_mean(m, v, pm),
        "mu_dl": levels.weighted_mean(m, v, dl),
        "mu_equal": levels.weighted_mean(m, v, 0.0),
    }
    expected = case["expected"]
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=case["tolerance"])


def test_shrinkage_of_teacher_expectancy() -> None:
    m, v = _effects(TEACHERS["input"])
    expected, tolerance = TEACHERS["expected"], TEACHERS["tolerance"]
    dl, tau2 = levels.dersimonian_laird(m, v), TEACHERS["input"]["tau2"]
    assert dl == pytest.approx(expected["dl"], abs=tolerance)
    assert levels.weighted_mean(m, v, dl) == pytest.approx(expected["mu_dl"], abs=tolerance)
    belief = levels.posterior(m, v, levels.weighted_mean(m, v, tau2), tau2)
    assert belief.mu == pytest.approx(expected["mu"], abs=tolerance)
    assert [belief.theta.min(), belief.theta.max()] == pytest.approx(expected["theta"], abs=tolerance)


def test_shrinkage_of_batting_averages() -> None:
    """James and Stein's factor is lambda of the normal-normal model with tau2 estimated on k - 3."""
    given, expected, tolerance = BASEBALL["input"], BASEBALL["expected"], BASEBALL["tolerance"]
    m, later = np.array(given["m"]), np.array(given["later"])
    v = np.full(18, m.mean() * (1 - m.mean()) / given["at_bats"])
    tau2 = ((m - m.mean()) ** 2).sum() / (len(m) - 3) - v[0]
    factor = 1 - v[0] / (tau2 + v[0])
    assert m.mean() == pytest.approx(expected["mu"], abs=tolerance["mu"])
    assert factor == pytest.approx(expected["factor"], abs=tolerance["factor"])
    belief = levels.posterior(m, v, levels.weighted_mean(m, v, tau2), tau2)
    assert belief.reliability == pytest.approx(np.full(18, factor))
    gain = ((m - later) ** 2).sum() / ((belief.theta - later) ** 2).sum()
    assert gain == pytest.approx(expected["gain"], abs=tolerance["gain"])


def test_wilson() -> None:
    hits, n = np.array(WILSON["input"], dtype=float).T
    assert np.column_stack(wilson(hits / n, n)) == pytest.approx(np.array(WILSON["expected"]), abs=WILSON["tolerance"])


def test_difference() -> None:
    ends = [(hits / n, *wilson(hits / n, n)) for hits, n in FAGERLAND["input"].values()]
    assert mover(*ends[0], *ends[1])[1:] == pytest.approx(FAGERLAND["expected"], abs=FAGERLAND["tolerance"])


def test_pooled_score_test() -> None:
    (hits1, n1), (hits2, n2) = Z_TEST["input"]["before"], Z_TEST["input"]["after"]
    z, p = score_test(hits1 / n1, n1, 1.0, hits2 / n2, n2, 1.0)
    assert {"z": float(z), "p": float(p)} == pytest.approx(Z_TEST["expected"], abs=Z_TEST["tolerance"])


def test_visits_for_a_change() -> None:
    arcsine = 2 * np.arcsin(np.sqrt(np.array(COHEN["input"])))
    # phi * p * (1 - p) = 1, the variance of a single arcsine.
    found = [planner.visits_for_change(0.5, 4.0, h) for h in arcsine[:, 0] - arcsine[:, 1]]
    assert found == COHEN["expected"]


def test_crossed_targets_and_judges() -> None:
    ratings = np.array(JUDGES["input"], dtype=float)
    targets, judges = ratings.shape
    severity = find_severity(ratings.ravel(), list(np.repeat(list("ABCDEF"), judges)), list("wxyz") * targets)
    assert severity is not None
    between, rest = severity.var_location, severity.var_shopper + severity.var_rest
    found = {"icc_2_1": between / (between + rest), "icc_2_4": between / (between + rest / judges)}
    assert found == pytest.approx(JUDGES["expected"], abs=JUDGES["tolerance"])


def test_reliability_steps_up_as_spearman_and_brown_say() -> None:
    single = STEPPED_UP["input"]["single"]
    reach = planner.build_reach(STEPPED_UP["input"]["n"], 0.8, 0.06, (1 - single) / single)
    assert reach.reliability == pytest.approx(STEPPED_UP["expected"], abs=STEPPED_UP["tolerance"])


def test_design_effect_of_a_cluster() -> None:
    given, expected, tolerance = CLUSTERS["input"], CLUSTERS["expected"], CLUSTERS["tolerance"]
    effect = design_effect([given["size"]], given["icc"], 1 - given["icc"])
    assert effect == pytest.approx(expected["effect"], abs=tolerance)
    # Two visits of one shopper count 1 + icc.
    assert design_effect([2], given["between"], given["within"]) - 1 == pytest.approx(expected["icc"], abs=tolerance)


@pytest.mark.parametrize("level", ["nominal", "interval"])
def test_alpha_of_three_coders(level: Any) -> None:
    assert alpha(CODERS["input"], level) == pytest.approx(CODERS["expected"][level], abs=CODERS["tolerance"])


def test_distance() -> None:
    a, b = CITIES["input"]
    assert distance_km(a, b) == pytest.approx(CITIES["expected"], abs=CITIES["tolerance"])
