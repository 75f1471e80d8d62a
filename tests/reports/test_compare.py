"""The comparison of locations against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import erf, sqrt
from typing import Any

import pytest
from scipy.optimize import brentq

from reports.compare import COLUMNS, Comparison, build_comparison
from reports.intervals import wilson
from reports.periods import Quarter
from reports.thresholds import Thresholds
from tests.checklists.builders import case
from tests.reports.builders import PHONE, STORE, Visits, make_cells, make_locations

Q3, Q2 = Quarter(2026, 3), Quarter(2026, 2)
ITEMS = {(STORE, ""): 40, (PHONE, ""): 20}


def _three(mean: float) -> list[float]:
    """Three visits with this mean and a sample variance of 0.01."""
    return [mean - 0.1, mean, mean + 0.1]


def _network(
    scores: dict[str, Sequence[float]], quarter: str = "2026Q3", channel: str = STORE, others: int = 15
) -> dict[tuple[str, str, str], Sequence[float]]:
    """These locations among `others` of mean 0.8, enough for 30 degrees of freedom."""
    visits = {(f"Z{index:02d}", quarter, channel): _three(0.8) for index in range(others)}
    return visits | {(code, quarter, channel): own for code, own in scores.items()}


def _compare(visits: Visits, quarter: Quarter = Q3, *, extra: Sequence[str] = (), **options: Any) -> Comparison:
    codes = sorted({location for location, _, _ in visits} | set(extra))
    formats = options.pop("formats", None)
    cells = make_cells(visits).sample(frac=1, random_state=1)  # no result may depend on the order of rows
    return build_comparison(cells, make_locations(codes, formats=formats), quarter, items=ITEMS, **options)


def _excess(tau2: float, m: list[float], v: list[float], times: list[int]) -> float:
    """Paule and Mandel's equation, over groups of equal locations."""
    weights = [count / (each + tau2) for count, each in zip(times, v, strict=True)]
    mean = sum(w * x for w, x in zip(weights, m, strict=True)) / sum(weights)
    return sum(w * (x - mean) ** 2 for w, x in zip(weights, m, strict=True)) - (sum(times) - 1)


def test_one_poor_location_by_hand() -> None:
    """15 locations of mean .8 and A of .5, each with 3 visits and s2 .01.

    phi = 16*2*.01 / (2*(15*(.16+.01/3) + .25+.01/3)) = .16/2.703333; V = .01/3 at the first look; the 16 means have
    variance .005625, so tau2 = .005625 - V, lambda = 11/27, theta of A = .78125 - 11/27*.28125 = .666667. There phi
    makes its V .059186*.222222/3; those of the others (phi*.15.. < .01) stay. Two looks more with such a V.
    """
    phi, v, theta = 0.16 / 2.7033333333, 0.01 / 3, 2 / 3
    for _ in range(2):
        own = phi * theta * (1 - theta) / 3
        tau2 = brentq(partial(_excess, m=[0.8, 0.5], v=[v, own], times=[15, 1]), 0, 0.01, xtol=1e-15)
        heavy, light = 15 / (v + tau2), 1 / (own + tau2)
        mu = (0.8 * heavy + 0.5 * light) / (heavy + light)
        trust = tau2 / (tau2 + own)
        theta = mu + trust * (0.5 - mu)
    assert own > 1.1 * v
    comparison = _compare(_network({"A": _three(0.5)}))
    population = comparison.get_population("store", STORE)
    assert (population.locations, population.visited, population.df, population.source) == (16, 16, 32, "quarter")
    assert population.phi == pytest.approx(0.16 / 2.7033333333)
    assert population.var_within == pytest.approx(0.01)
    assert population.mu == pytest.approx(mu)
    assert population.tau2 == pytest.approx(tau2)
    assert population.reliability == pytest.approx((15 * tau2 / (tau2 + v) + trust) / 16)
    assert population.k0 == pytest.approx(0.01 / tau2)
    assert (population.below, population.above, population.ranked) == (1, 0, 0)

    row = comparison.get_row("A", STORE)
    assert (row.name, row.region, row.format, row.quarter, row.n) == ("Shop A", "Północ", "store", "2026Q3", 3)
    assert row.score == pytest.approx(0.5)
    low, high = wilson(0.5, 3 / population.phi)
    assert (row.low, row.high) == pytest.approx((float(low), float(high)))
    assert row.reliability == pytest.approx(trust)
    assert row.shrunken == pytest.approx(theta)
    sure = 0.5 + 0.5 * erf((mu - theta) / sqrt(2 * trust * own))
    assert row.p_below == pytest.approx(sure, abs=1e-6)
    assert row.level == "below"
    assert population.wrong_below == pytest.approx(1 - sure, abs=1e-6)
    assert comparison.get_row("Z00", STORE).level == "none"


def test_a_single_channel_is_copied_to_the_headline() -> None:
    comparison = _compare(_network({"A": _three(0.5)}))
    for code in ("A", "Z07"):
        headline, own = comparison.get_row(code), comparison.get_row(code, STORE)
        assert {name: getattr(headline, name) for name in COLUMNS if name != "channel"} == {
            name: getattr(own, name) for name in COLUMNS if name != "channel"
        }


@pytest.mark.parametrize(
    ("scores", "score", "level", "has_interval", "has_level_figures"),
    [
        ([], None, None, False, False),
        ([0.9], None, "single", False, False),
        ([0.9, 0.7], 0.8, "indicative", True, False),
        ([0.9, 0.7, 0.8], 0.8, "none", True, True),
    ],
)
def test_minimum_visits(
    scores: list[float], score: float | None, level: str | None, has_interval: bool, has_level_figures: bool
) -> None:
    visits = _network({"B": _three(0.3), "C": _three(0.1)}) | ({("A", "2026Q3", STORE): scores} if scores else {})
    comparison = _compare(visits, extra=["A"])
    assert comparison.get_population("store", STORE).ranked == (18 if len(scores) == 3 else 17)
    for channel in ("", STORE):
        row = comparison.get_row("A", channel)
        assert (row.n, row.score, row.level) == (len(scores), score if score is None else pytest.approx(score), level)
        assert [end is not None for end in (row.low, row.high)] == [has_interval] * 2
        assert [figure is not None for figure in (row.p_below, row.rank_low, row.rank_high)] == [has_level_figures] * 3


def test_printed_scores_are_observed_and_never_shrunken() -> None:
    comparison = _compare(_network({"A": _three(0.5), "B": _three(0.9)}))
    assert comparison.get_row("A").score == pytest.approx(0.5)
    assert comparison.get_row("B").score == pytest.approx(0.9)
    assert comparison.get_row("A").shrunken > 0.55


def test_ranks_only_where_differences_are_reliable() -> None:
    noisy = _compare(_network({"A": _three(0.7)}))
    assert all(row.rank_low is None and row.rank_high is None for row in noisy.rows)
    spread = _compare({(f"L{i:02d}", "2026Q3", STORE): _three(0.1 + i / 20) for i in range(17)})
    population = spread.get_population("store", STORE)
    assert population.reliability is not None
    assert population.reliability > 0.5
    assert population.ranked == 17
    worst, best = spread.get_row("L00", STORE), spread.get_row("L16", STORE)
    assert (best.rank_low, worst.rank_high) == (1, 17)
    assert best.rank_high < worst.rank_low


def test_locations_that_do_not_differ_have_no_level() -> None:
    population = (comparison := _compare(_network({"A": _three(0.8)}))).get_population("store", STORE)
    assert (population.tau2, population.k0, population.below, population.above) == (0.0, None, 0, 0)
    assert {row.level for row in comparison.rows} == {"none"}
    assert {row.p_below for row in comparison.rows} == {0.5}


def test_formats_are_populations_of_their_own() -> None:
    """Trap: phone lines of mean .4 among stores of .8 are not "below" anything; each is compared with its like."""
    visits = _network({}, others=16) | {(f"P{index:02d}", "2026Q3", STORE): _three(0.4) for index in range(16)}
    formats = {f"P{index:02d}": "contact_centre" for index in range(16)}
    comparison = _compare(visits, formats=formats)
    assert [(p.format, p.mu) for p in comparison.populations] == [
        ("contact_centre", pytest.approx(0.4)),
        ("store", pytest.approx(0.8)),
    ]
    assert {row.level for row in comparison.rows} == {"none"}
    assert comparison.get_row("P00").shrunken == pytest.approx(0.4)


def test_few_visits_borrow_dispersion_from_the_previous_four_quarters() -> None:
    visits = {("A", "2026Q3", STORE): _three(0.5), ("B", "2026Q3", STORE): _three(0.8)}
    for quarter in Quarter.range(Q3.previous(4), Q3.previous()):
        visits |= _network({}, str(quarter), others=4)
    comparison = _compare(visits)
    population = comparison.get_population("store", STORE)
    assert (population.source, population.df) == ("previous_four", 32)
    assert population.phi == pytest.approx(0.01 / (0.16 + 0.01 / 3))
    assert comparison.get_row("A").low is not None


def test_without_dispersion_there_is_a_score_and_nothing_else() -> None:
    comparison = _compare({("A", "2026Q3", STORE): _three(0.5), ("B", "2026Q3", STORE): _three(0.8)})
    population, row = comparison.get_population("store", STORE), comparison.get_row("A", STORE)
    assert (population.source, population.df, population.phi, population.mu) == ("none", 4, None, None)
    assert row.score == pytest.approx(0.5)
    assert (row.low, row.high, row.level, row.p_below, row.shrunken) == (None,) * 5


def test_a_quarter_beyond_the_previous_four_lends_nothing() -> None:
    visits = {("A", "2026Q3", STORE): _three(0.5)} | _network({}, str(Q3.previous(5)), others=16)
    assert _compare(visits).get_population("store", STORE).source == "none"


def test_visits_that_agree_still_have_an_interval() -> None:
    """Trap: s = 0 at two visits is no certainty; the dispersion is the network's."""
    row = _compare(_network({"A": [0.8, 0.8]})).get_row("A", STORE)
    assert row.low < 0.7 < 0.8 < 0.87 < row.high


def test_levels_against_the_target() -> None:
    visits = _network({"A": _three(0.5)})
    settings = Thresholds(reference="target")
    against = _compare(visits, targets={STORE: 0.95}, settings=settings)
    assert against.get_population("store", STORE).reference == 0.95
    assert {row.level for row in against.rows} == {"below"}
    without = _compare(visits, targets={PHONE: 0.95}, settings=settings)
    assert without.get_population("store", STORE).reference == without.get_population("store", STORE).mu


def test_visits_of_one_shopper_tell_less() -> None:
    visits = _network({"A": _three(0.5)})
    plain, shared = _compare(visits), _compare(visits, effects={("A", "2026Q3", STORE): 1.5})
    phi = plain.get_population("store", STORE).phi
    low, high = wilson(0.5, 3 / (phi * 1.5))
    assert (shared.get_row("A").low, shared.get_row("A").high) == pytest.approx((float(low), float(high)))
    assert shared.get_row("Z00") == plain.get_row("Z00")


def test_headline_over_two_channels() -> None:
    visits = _network({"A": _three(0.5)}) | _network({"A": _three(0.7)}, channel=PHONE)
    comparison = _compare(visits, weights={STORE: 3.0})
    row, store, phone = (comparison.get_row("A", channel) for channel in ("", STORE, PHONE))
    assert row.n == 6
    assert row.score == pytest.approx(0.75 * 0.5 + 0.25 * 0.7)
    below = ((0.75 * (0.5 - store.low)) ** 2 + (0.25 * (0.7 - phone.low)) ** 2) ** 0.5
    above = ((0.75 * (store.high - 0.5)) ** 2 + (0.25 * (phone.high - 0.7)) ** 2) ** 0.5
    assert (row.low, row.high) == pytest.approx((row.score - below, row.score + above))
    assert (row.level, row.shrunken, row.p_below, row.reliability, row.phi, row.rank_low) == (None,) * 6
    assert (store.level, phone.level) == ("below", "none")


def test_headline_of_one_visit_each_is_indicative() -> None:
    visits = _network({"A": [0.6]}) | _network({"A": [0.8]}, channel=PHONE)
    row = _compare(visits).get_row("A")
    assert (row.n, row.score, row.level) == (2, pytest.approx(0.7), "indicative")


def test_change_of_example_b() -> None:
    """Phi .06 is borrowed, in both quarters, from a quarter before: sixteen locations with s2/(.16 + s2/3) = .06."""
    example = case("semantics_B_change")
    spread = (0.06 * 0.16 / (1 - 0.06 / 3)) ** 0.5
    steady = [0.8 - spread, 0.8, 0.8 + spread]
    lenders = {(f"Z{i:02d}", quarter, STORE): steady for i in range(16) for quarter in ("2025Q1", "2026Q2")}
    visits = lenders | {
        ("A", "2025Q2", STORE): example["input"]["q1"],
        ("A", "2026Q3", STORE): example["input"]["q2"],
    }
    row = _compare(visits, previous=Quarter(2025, 2)).get_row("A", STORE)
    expected, tolerance = example["expected"], example["tolerance"]
    assert row.phi == pytest.approx(0.06)
    assert (row.change, row.change_low, row.change_high) == pytest.approx(expected["change"], abs=tolerance)
    assert (row.previous_score, row.previous_low, row.previous_high) == pytest.approx(expected["q1"], abs=tolerance)
    assert (row.score, row.low, row.high) == pytest.approx(expected["q2"], abs=tolerance)
    assert (row.previous, row.change_label) == ("2025Q2", "none")


def _two_quarters(before: dict[str, Sequence[float]], after: dict[str, Sequence[float]]) -> Visits:
    return _network(before, "2026Q2") | _network(after, "2026Q3")


@pytest.mark.parametrize(
    ("before", "after", "change", "label"),
    [
        (_three(0.8), _three(0.3), -0.5, "down"),
        (_three(0.3), _three(0.8), 0.5, "up"),
        (_three(0.75), _three(0.8), 0.05, "none"),  # trap: an arrow on any change
        ([0.2, 0.4], _three(0.8), 0.5, None),  # two visits: a change, no label
        ([0.3], _three(0.8), None, None),
    ],
)
def test_changes(before: list[float], after: list[float], change: float | None, label: str | None) -> None:
    comparison = _compare(_two_quarters({"A": before}, {"A": after}), previous=Q2)
    for channel in ("", STORE):
        row = comparison.get_row("A", channel)
        assert row.change == (change if change is None else pytest.approx(change))
        assert row.change_label == label
        assert (row.change_p is None) is (label is None)


def test_change_list_is_adjusted_inside_the_population() -> None:
    comparison = _compare(_two_quarters({"A": _three(0.8)}, {"A": _three(0.5)}), previous=Q2)
    row = comparison.get_row("A", STORE)
    phi = comparison.get_population("store", STORE).phi
    before = 0.01 / (0.16 + 0.01 / 3)
    z = -0.3 / (0.65 * 0.35 * (before + phi) / 3) ** 0.5
    assert z == pytest.approx(-3.13949, abs=1e-5)
    assert row.change_p == pytest.approx(16 * 0.0016925, rel=1e-3)  # 16 locations, the smallest p times 16
    assert comparison.get_row("Z00", STORE).change_p == 1.0


def test_a_location_not_visited_before_has_no_change() -> None:
    row = _compare(_two_quarters({}, {"A": _three(0.5)}), previous=Q2).get_row("A")
    assert (row.previous, row.previous_score, row.change, row.change_label) == ("2026Q2", None, None, None)


def test_versions_with_too_little_in_common_are_not_compared() -> None:
    visits = _two_quarters({"A": _three(0.8)}, {"A": _three(0.3)})
    row = _compare(visits, previous=Q2, overlaps={STORE: 0.69}).get_row("A", STORE)
    assert (row.change, row.change_label, row.previous_score) == (None, "not_comparable", None)
    assert row.score == pytest.approx(0.3)
    assert _compare(visits, previous=Q2, overlaps={STORE: 0.70}).get_row("A").change_label == "down"


def test_a_new_version_is_compared_on_common_items() -> None:
    """Section 9, version change: official .75 -> .90, comparable .75 -> 1.00, so +.25 and not +.15."""
    example = case("semantics_B_version_change")["expected"]
    official = _two_quarters({"A": [0.75, 0.75]}, {"A": [0.8, 1.0]})
    restated = _two_quarters({"A": [1.0, 0.5]}, {"A": [1.0, 1.0]})
    comparison = _compare(
        official,
        previous=Q2,
        restated=make_cells(restated),
        overlaps={STORE: min(example["overlap_v1"], example["overlap_v2"])},
    )
    row = comparison.get_row("A")
    assert comparison.restated == (STORE,)
    assert row.score == pytest.approx(example["official_q2"])  # what was published stays
    assert row.previous_score == pytest.approx(example["common_q1"])
    assert row.change == pytest.approx(example["comparable_change"])


def test_headlines_over_another_mix_are_not_compared() -> None:
    visits = _two_quarters({"A": _three(0.5)}, {"A": _three(0.5)}) | _network({"A": _three(0.7)}, channel=PHONE)
    comparison = _compare(visits, previous=Q2)
    assert comparison.get_row("A").change_label == "not_comparable"
    assert comparison.get_row("A", STORE).change_label == "none"


def test_headline_change_over_the_same_channels() -> None:
    visits: dict[tuple[str, str, str], Sequence[float]] = {}
    for channel in (STORE, PHONE):
        visits |= _network({"A": _three(0.8)}, "2026Q2", channel) | _network({"A": _three(0.3)}, "2026Q3", channel)
    row = _compare(visits, previous=Q2).get_row("A")
    assert row.change == pytest.approx(-0.5)
    assert row.change_label == "down"
    assert row.change_high < 0


def test_one_channel_alone() -> None:
    visits = _network({"A": _three(0.5)}) | _network({"A": _three(0.7)}, channel=PHONE, others=0)
    comparison = _compare(visits, channel=PHONE)
    assert {row.channel for row in comparison.rows} == {PHONE}
    assert len(comparison.rows) == 16  # the stores phoned nobody yet stay as rows
    assert [row.location for row in comparison.rows if row.n] == ["A"]


def test_a_channel_belongs_to_the_formats_it_visits() -> None:
    visits = _network({}) | {("P", "2026Q3", PHONE): [0.8]}
    comparison = _compare(visits, formats={"P": "contact_centre"})
    assert [row.channel for row in comparison.rows if row.location == "P"] == ["", PHONE]
    assert [row.channel for row in comparison.rows if row.location == "Z00"] == ["", STORE]


def test_before_any_visit_every_location_is_a_row() -> None:
    for options in ({}, {"channel": STORE}):
        comparison = _compare({}, extra=["B", "A"], previous=Q2, **options)
        assert [(row.location, row.n, row.score, row.level) for row in comparison.rows] == [
            ("A", 0, None, None),
            ("B", 0, None, None),
        ]
    with pytest.raises(ValueError, match="names no channel"):
        build_comparison(make_cells({}), make_locations(["A"]), Q3, items={})


def test_frame_has_the_columns_of_the_exchange() -> None:
    comparison = _compare(_two_quarters({"A": _three(0.5)}, {"A": _three(0.5)}), previous=Q2)
    frame = comparison.to_frame()
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == len(comparison.rows) == 32
    first = frame.iloc[0]
    assert (first["location"], first["quarter"], first["channel"], first["previous"]) == ("A", "2026Q3", "", "2026Q2")
    assert first["score"] == comparison.rows[0].score


def test_a_share_of_the_network_keeps_the_networks_statistics() -> None:
    comparison = _compare(_network({"A": _three(0.5)}))
    own = comparison.only(["A", "unknown"])
    assert [row.location for row in own.rows] == ["A", "A"]
    assert own.populations == comparison.populations
    assert own.get_row("A") == comparison.get_row("A")


@pytest.mark.parametrize("missing", [("A", PHONE), ("X", STORE)])
def test_an_unknown_row_is_refused(missing: tuple[str, str]) -> None:
    comparison = _compare(_network({"A": _three(0.5)}))
    with pytest.raises(KeyError):
        comparison.get_row(*missing)
    with pytest.raises(KeyError):
        comparison.get_population("store", PHONE)
