from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from reports.severity import (
    ENOUGH_SHARE,
    Separability,
    Severity,
    alpha,
    build_separability,
    clustered_se,
    find_few_shoppers,
    find_severity,
)
from tests.checklists.builders import case

ML = case("penicillin_crossed_ml")
REML = case("penicillin_crossed_reml")
KRIPPENDORFF = case("krippendorff_C")
SHOPPERS = case("shopper_clustered_se")

PLATES, SAMPLES = ML["input"]["plates"], ML["input"]["samples"]
DIAMETERS = np.array(ML["input"]["diameter"], dtype=float).ravel()


def _penicillin(*, reml: bool) -> Severity:
    severity = find_severity(DIAMETERS, np.repeat(PLATES, len(SAMPLES)), SAMPLES * len(PLATES), reml=reml)
    assert severity is not None
    return severity


def test_penicillin_by_ml() -> None:
    severity, expected, tolerance = _penicillin(reml=False), ML["expected"], ML["tolerance"]
    assert severity.criterion == pytest.approx(expected["m2ll"], abs=tolerance)
    assert severity.mu == pytest.approx(expected["mu"], abs=tolerance)
    assert severity.se == pytest.approx(expected["se"], abs=tolerance)
    assert sqrt(severity.var_location) == pytest.approx(expected["sd_plate"], abs=tolerance)
    assert sqrt(severity.var_shopper) == pytest.approx(expected["sd_sample"], abs=tolerance)
    assert sqrt(severity.var_rest) == pytest.approx(expected["sd_resid"], abs=tolerance)
    assert severity.shoppers["F"] == pytest.approx(expected["blup_sample_F"], abs=tolerance)


def test_penicillin_by_reml() -> None:
    severity, expected, tolerance = _penicillin(reml=True), REML["expected"], REML["tolerance"]
    assert severity.criterion == pytest.approx(expected["crit"], abs=tolerance)
    assert severity.var_location == pytest.approx(expected["var_plate"], abs=tolerance)
    assert severity.var_shopper == pytest.approx(expected["var_sample"], abs=tolerance)
    assert severity.var_rest == pytest.approx(expected["var_resid"], abs=tolerance)


def test_effects_belong_to_their_names() -> None:
    order = np.random.default_rng(4).permutation(len(DIAMETERS))
    shuffled = find_severity(
        DIAMETERS[order], np.repeat(PLATES, len(SAMPLES))[order], np.array(SAMPLES * len(PLATES))[order]
    )
    assert shuffled is not None
    assert shuffled.shoppers == pytest.approx(_penicillin(reml=True).shoppers, abs=1e-4)
    assert shuffled.locations == pytest.approx(_penicillin(reml=True).locations, abs=1e-4)


@pytest.mark.parametrize(
    ("scores", "locations", "shoppers"),
    [
        ([], [], []),
        ([0.8, 0.9, 0.7], ["A", "B", "C"], ["P", "P", "P"]),
        ([0.8, 0.9, 0.7], ["A", "A", "A"], ["P", "Q", "R"]),
        ([0.8, 0.9, 0.7], ["A", "B", "C"], ["P", "Q", "R"]),
        ([0.8] * 6, ["A", "B"] * 3, ["P", "P", "Q", "Q", "P", "Q"]),
    ],
)
def test_what_cannot_be_told_apart_is_not_fitted(
    scores: list[float], locations: list[str], shoppers: list[str]
) -> None:
    assert find_severity(scores, locations, shoppers) is None


def test_shoppers_who_do_not_differ() -> None:
    rng = np.random.default_rng(8)
    locations, shoppers = np.repeat([f"L{i}" for i in range(40)], 6), np.tile([f"P{i}" for i in range(24)], 10)
    scores = 0.8 + rng.normal(0, 0.05, 40).repeat(6) + rng.normal(0, 0.05, 240)
    severity = find_severity(scores, locations, shoppers)
    assert severity is not None
    assert severity.shopper_share < ENOUGH_SHARE
    assert not build_separability(locations, shoppers, severity).separable


def _visits(shoppers: int, each: int, groups: int = 1) -> tuple[list[str], list[str]]:
    """Shoppers who share the locations of their group."""
    pairs = [(f"L{p % groups}-{v}", f"P{p}") for p in range(shoppers) for v in range(each)]
    return [location for location, _ in pairs], [shopper for _, shopper in pairs]


@pytest.mark.parametrize(
    ("shoppers", "each", "groups", "share", "separable"),
    [
        (20, 5, 1, 0.06, True),
        (19, 5, 1, 0.06, False),
        (20, 4, 1, 0.06, False),
        (20, 5, 2, 0.06, False),  # two halves of the network that share no shopper
        (20, 5, 1, 0.05, False),
    ],
)
def test_separability(shoppers: int, each: int, groups: int, share: float, separable: bool) -> None:
    severity = Severity(0.8, 0.01, 0.0, share, 1 - share, 0.0, {}, {})
    found = build_separability(*_visits(shoppers, each, groups), severity)
    assert found == Separability(groups, shoppers if each >= 5 else 0, pytest.approx(share))
    assert found.separable is separable


def test_without_an_estimate_nothing_is_separable() -> None:
    assert not build_separability(*_visits(20, 5), None).separable


def test_clustered_standard_error() -> None:
    given = SHOPPERS["input"]
    found = [clustered_se(plan, given["sigma_s"] ** 2, given["sigma_e"] ** 2) for plan in given["plans"]]
    assert found == pytest.approx(SHOPPERS["expected"], abs=SHOPPERS["tolerance"])


def _few(shoppers_of: dict[str, list[str]], strict: float = 0.08) -> tuple[list[float], list[str], list[str]]:
    """Return score, location and shopper of each visit; the shoppers of even number score `strict` lower."""
    noise = np.random.default_rng(20260101)
    rows = [(code, shopper) for code, shoppers in shoppers_of.items() for shopper in shoppers]
    scores = [0.8 - strict * (int(shopper[1:]) % 2 == 0) + float(noise.normal(0, 0.05)) for _, shopper in rows]
    return scores, [code for code, _ in rows], [shopper for _, shopper in rows]


# Four visits each: by as many shoppers, by two, by one.
PLANS = {f"L{n:02d}": [f"S{(n + step) % 8}" for step in range(4)] for n in range(20)} | {
    "PAIR": ["S1", "S1", "S2", "S2"],
    "ONE": ["S3"] * 4,
}


def test_few_shoppers_by_location() -> None:
    """n* = n*(vs+ve)/phi / (n*sum((n_k/n)^2)*vs + ve), by hand: the sum is 1 of one shopper, a half of two."""
    (vs, ve), effects = find_few_shoppers(*_few(PLANS))
    assert vs is not None
    assert ve is not None
    assert 0.0005 < vs < 0.005
    assert effects == pytest.approx({"PAIR": (2 * vs + ve) / (vs + ve), "ONE": (4 * vs + ve) / (vs + ve)}, abs=1e-12)
    assert find_few_shoppers(*_few(PLANS)) == ((vs, ve), effects)


ALONE = {f"L{n:02d}": ["S1"] * 4 for n in range(20)}


@pytest.mark.parametrize(
    "plans",
    [
        pytest.param(ALONE, id="one shopper"),
        pytest.param({"L01": PLANS["ONE"] + PLANS["PAIR"]}, id="one location"),
        pytest.param({f"L{n:02d}": [f"S{n}", f"S{n + 1}"] for n in range(2)}, id="no more visits than both"),
        pytest.param(
            {code: [f"S{int(shopper[1:]) % 4 + 4 * (code >= 'L10')}" for shopper in shoppers]
             for code, shoppers in PLANS.items() if code.startswith("L")},
            id="two circles that never meet",
        ),
    ],
)  # fmt: skip
def test_where_shoppers_cannot_be_told_nothing_is_applied(plans: dict[str, list[str]]) -> None:
    assert find_few_shoppers(*_few(plans)) == ((None, None), {})


def test_shoppers_who_do_not_differ_cost_nothing() -> None:
    (vs, ve), effects = find_few_shoppers(*_few(PLANS, strict=0.0))
    assert vs == pytest.approx(0.0, abs=2e-4)
    assert ve is not None
    assert all(effect < 1.3 for effect in effects.values())


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff(level: str) -> None:
    assert alpha(KRIPPENDORFF["input"], level) == pytest.approx(
        KRIPPENDORFF["expected"][level], abs=KRIPPENDORFF["tolerance"]
    )


@pytest.mark.parametrize("readings", [[[1, 2, None], [None, None, 3]], [[1, 1], [1, 1]]])
def test_agreement_needs_the_same_visits_read_twice(readings: list[list[float | None]]) -> None:
    """Trap: agreement on different visits means nothing."""
    with pytest.raises(ValueError, match="read twice"):
        alpha(readings, "nominal")
