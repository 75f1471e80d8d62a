"""Tables of criteria: what is told of a region, of a location, of a pair, and how often that is wrong."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from reports import charts
from reports.compare import build_comparison
from reports.heat import Between, Sighting, spread_over, tell_locations, tell_pairs, tell_regions
from reports.intervals import Dispersion, wilson
from reports.levels import dersimonian_laird
from reports.periods import Quarter
from reports.summary import Summary
from reports.thresholds import Thresholds
from tests.reports.builders import STORE, make_cells, make_locations

Q3 = Quarter(2026, 3)


def make_summary(score: float | None, se: float | None, visited: int, n: int = 12, answers: int = 30) -> Summary:
    return Summary("", Q3, STORE, "A1", False, visited, visited, (), n, answers, score, se, None, None, 0, 0)


NETWORK = make_summary(0.80, 0.005, 40, n=160)


@pytest.mark.parametrize(
    ("region", "tone"),
    [
        (make_summary(0.60, 0.02, 10), "below"),
        (make_summary(0.95, 0.02, 10), "above"),
        (make_summary(0.79, 0.02, 10), "none"),
        (make_summary(0.60, 0.02, 10, n=2), "none"),  # too few visits
        (make_summary(0.60, 0.02, 10, answers=4), "none"),  # too few answers
        (make_summary(0.60, None, 10), "none"),  # nobody knows how visits vary
        (make_summary(None, None, 0, n=0), "none"),
        (make_summary(0.60, 0.02, 40), "none"),  # the region is the network: there is no rest
    ],
)
def test_a_region_against_the_rest(region: Summary, tone: str) -> None:
    ((found, p),) = tell_regions([(region, NETWORK)])
    assert found == tone
    assert (p is None) == (tone == "none" and region.score != 0.79)  # what cannot be tested has no p


def test_the_rest_of_the_network_is_what_is_left_of_it() -> None:
    """(40 * 0.80 - 10 * 0.74) / 30 = 0.82; variances of strata add up, so z is that of two independent means."""
    region = make_summary(0.74, 0.03, 10)
    ((_tone, p),) = tell_regions([(region, replace(NETWORK, se=0.01))])
    left = math.sqrt((40 * 0.01) ** 2 - (10 * 0.03) ** 2) / 30
    z = (0.74 - 0.82) / math.hypot(0.03, left)
    assert p == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=1e-12)


def test_one_odd_cell_of_many_is_no_finding() -> None:
    odd = make_summary(0.80 - 0.75 * 2.2 * 0.02, 0.02, 10)  # alone it would be listed
    assert tell_regions([(odd, NETWORK)])[0][0] == "below"
    calm = [(make_summary(0.80 + 0.001 * step, 0.02, 10), NETWORK) for step in range(-10, 10)]
    assert {tone for tone, _p in tell_regions([(odd, NETWORK), *calm])} == {"none"}


def test_a_table_of_regions_that_do_not_differ_is_calm() -> None:
    """Of 400 tables with 8 regions x 20 criteria and no difference at all few may have any mark."""
    draw = np.random.default_rng(20260101)
    marked = 0
    for _ in range(400):
        means = 0.8 + 0.02 * draw.standard_normal((20, 8))
        pairs = [
            (make_summary(float(mean), 0.02, 5), make_summary(float(row.mean()), 0.02 / math.sqrt(8), 40))
            for row in means
            for mean in row
        ]
        marked += any(tone != "none" for tone, _p in tell_regions(pairs))
    assert marked / 400 <= 0.12  # the false discovery rate is 10 % of tables where nothing is true


def test_sums_give_the_variance_between_locations_that_levels_gives() -> None:
    n = np.array([3.0, 4.0, 2.0, 5.0, 3.0])
    m = np.array([0.9, 0.7, 0.5, 0.95, 0.6])
    sums = Between(5, n.sum(), (n**2).sum(), (n * m).sum(), (n * m**2).sum(), m.sum())
    assert sums.tau2(0.02) == pytest.approx(dersimonian_laird(m, 0.02 / n), abs=1e-15)
    assert sums.mean == pytest.approx(m.mean())
    assert sums.tau2(0.5) == 0
    assert replace(sums, locations=1).tau2(0.02) == 0
    assert sums.tau2(float("nan")) == 0


WITHIN = Dispersion(squares=0.02 * 100, bernoulli=20.0, df=100)  # a variance of 0.02 within locations


@pytest.mark.parametrize(
    ("score", "visits", "within", "tone"),
    [
        (0.40, 4, WITHIN, "below"),
        (0.99, 4, WITHIN, "above"),
        (0.78, 4, WITHIN, "none"),
        (0.65, 1, WITHIN, "none"),  # a low score from one visit tells little
        (0.40, 4, Dispersion(0.2, 2.0, 10), "none"),  # too few visits to know how they vary
        (0.40, 4, Dispersion(0.9 * 100, 20.0, 100), "none"),  # visits vary so much that locations need not
    ],
)
def test_a_location_is_told_where_the_belief_is_sure(score: float, visits: int, within: Dispersion, tone: str) -> None:
    n, m = np.full(20, 4.0), np.linspace(0.6, 1.0, 20)
    sums = Between(20, n.sum(), (n**2).sum(), (n * m).sum(), (n * m**2).sum(), m.sum())
    assert tell_locations([score], [visits], sums, within) == [tone]


def test_what_is_marked_in_the_worst_rows_is_seldom_wrong() -> None:
    """Locations are sorted by what was seen, and only the first are looked at: still at most 5 % are wrong."""
    draw = np.random.default_rng(7)
    wrong = marked = 0
    for _ in range(60):
        truth = 0.8 + 0.06 * draw.standard_normal(300)
        n = np.full(300, 4.0)
        m = truth + math.sqrt(0.02 / 4) * draw.standard_normal(300)
        sums = Between(300, n.sum(), (n**2).sum(), (n * m).sum(), (n * m**2).sum(), m.sum())
        worst = np.argsort(m)[:30]
        tones = tell_locations(m[worst].tolist(), [4] * 30, sums, WITHIN)
        told = [index for index, tone in zip(worst, tones, strict=True) if tone == "below"]
        marked += len(told)
        wrong += int((truth[told] >= 0.8).sum())
    assert marked > 400
    assert wrong / marked <= 0.05


def test_the_dispersion_is_that_of_what_the_score_rests_on() -> None:
    measure, one, big = (STORE, "A1"), Dispersion(0.1, 1.0, 10), Dispersion(0.9, 3.0, 40)
    before = {(measure, "store", Q3.previous(step)): one for step in range(1, 5)}
    assert spread_over({(measure, "store", Q3): big, **before}, measure, "store", "quarter", Q3) == big
    borrowed = spread_over({(measure, "store", Q3): one, **before}, measure, "store", "quarter", Q3)
    assert borrowed == one + one + one + one  # ten degrees of freedom are too few: the four quarters before
    together = spread_over({(measure, "store", Q3): big, **before}, measure, "store", "four_quarters", Q3)
    assert together == big + one + one + one
    assert not spread_over({}, measure, "store", "quarter", Q3).sufficient


def sighting(location: str, score: float, n: int = 6, phi: float = 0.1) -> Sighting:
    low, high = wilson(score, n / phi)
    return Sighting(location, n, score, float(low), float(high), phi)


def test_pairs_of_a_table() -> None:
    table = {("A1",): [sighting("a", 0.95), sighting("b", 0.50), sighting("c", 0.90)], ("A2",): [sighting("a", 0.8)]}
    found = tell_pairs(table)
    assert set(found) == {("A1",)}
    pairs = {(pair.higher, pair.lower): pair for pair in found["A1",]}
    assert set(pairs) == {("a", "b"), ("c", "b"), ("a", "c")}
    assert {key: pair.clear for key, pair in pairs.items()} == {("a", "b"): True, ("c", "b"): True, ("a", "c"): False}
    assert pairs["a", "b"].difference == pytest.approx(0.45)
    assert pairs["a", "c"].low < 0 < pairs["a", "c"].high


def test_pairs_with_few_visits_are_left_out() -> None:
    assert tell_pairs({("A1",): [sighting("a", 0.95), sighting("b", 0.1, n=2)]}) == {}
    assert tell_pairs({}) == {}
    loose = Thresholds(label_visits=2)
    assert len(tell_pairs({("A1",): [sighting("a", 0.95), sighting("b", 0.1, n=2)]}, loose)["A1",]) == 1


def test_one_odd_pair_in_a_wide_table_is_no_finding() -> None:
    odd = [sighting("a", 0.84), sighting("b", 0.63)]
    (alone,) = tell_pairs({("A1",): odd})["A1",]
    assert alone.low > 0
    assert alone.clear
    calm = {(f"B{index}",): [sighting("a", 0.8), sighting("b", 0.79)] for index in range(40)}
    (together,) = tell_pairs({("A1",): odd, **calm})["A1",]
    assert together.low > 0
    assert not together.clear


def test_equal_perfect_scores_do_not_differ() -> None:
    (pair,) = tell_pairs({("A1",): [sighting("a", 1.0), sighting("b", 1.0)]})["A1",]
    assert (pair.difference, pair.clear) == (0.0, False)


@pytest.mark.parametrize("locale", ["pl", "en"])
def test_the_picture_of_a_comparison(locale: str) -> None:
    visits = {(f"S{index:02d}", "2026Q3", STORE): [0.8, 0.9, 0.85, 0.95] for index in range(1, 20)}
    visits |= {("S20", "2026Q3", STORE): [0.1, 0.2, 0.15], ("S21", "2026Q3", STORE): [0.5]}
    codes = [code for code, _quarter, _channel in visits]
    built = build_comparison(make_cells(visits), make_locations(codes), Q3, items={(STORE, ""): 40})
    rows = [row for row in built.rows if row.channel == STORE]
    dots = {code: scores for (code, _q, _c), scores in visits.items()}
    words = charts.describe_comparison(rows, locale=locale, total=30)
    svg = charts.draw_comparison(rows, dots, locale=locale, targets={"S01": 0.85}, total=30)
    assert svg == charts.draw_comparison(rows, dots, locale=locale, targets={"S01": 0.85}, total=30)
    assert svg.startswith(b"<?xml")
    assert ("clearly below the network" if locale == "en" else "wyraźnie poniżej sieci") in words
    assert words[-60:].encode() in svg
    png = charts.draw_comparison(rows, dots, locale=locale, kind="png")
    assert png.startswith(b"\x89PNG")
    assert ("21 of 30" if locale == "en" else "21 z 30") in words
    assert ("Shop S21: no score" if locale == "en" else "Shop S21: brak wyniku") in words


def test_a_picture_of_nothing_is_a_picture() -> None:
    assert charts.draw_comparison([], {}, locale="en").startswith(b"<?xml")
