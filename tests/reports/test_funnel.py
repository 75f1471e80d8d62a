"""The funnel: limits, zones, words and picture, for one location, a usual network and a thousand."""

from __future__ import annotations

import numpy as np
import pytest
from lxml import etree

from reports.charts import describe_funnel, draw_funnel
from reports.compare import Comparison, build_comparison
from reports.funnel import Funnel, Zone, build_funnel, funnel_limits
from reports.intervals import Z95, wilson
from reports.periods import Quarter
from tests.reports.builders import PHONE, STORE, make_cells, make_locations, published

P_CHART = published("funnel_p_chart")
Q3 = Quarter(2026, 3)
SVG = "{http://www.w3.org/2000/svg}"
ITEMS = {(STORE, ""): 40, (PHONE, ""): 20}


def _comparison(locations: int, seed: int = 3) -> Comparison:
    """A network of stores with 2 to 9 visits each; the first is far below the others."""
    rng = np.random.default_rng(seed)
    codes = [f"L{number:04d}" for number in range(locations)]
    scores = {
        (code, "2026Q3", STORE): np.clip(rng.normal(0.4 if not number else 0.8, 0.09, 2 + number % 8), 0, 1).tolist()
        for number, code in enumerate(codes)
    }
    return build_comparison(make_cells(scores), make_locations(codes), Q3, items=ITEMS, channel=STORE)


def test_limits_as_published() -> None:
    given, expected, tolerance = P_CHART["input"], P_CHART["expected"], P_CHART["tolerance"]
    low, high = funnel_limits(given["mu"], 1.0, given["n"], given["z"])
    assert (float(low), float(high)) == pytest.approx((expected["low"], expected["high"]), abs=tolerance)
    _, one = funnel_limits(given["mu"], 1.0, given["n"], 1.0)
    assert float(one) - given["mu"] == pytest.approx(expected["sd"], abs=tolerance)


def test_limits_by_hand() -> None:
    """mu .8, phi .0625, 4 visits: sd = sqrt(.0625 * .16 / 4) = .05."""
    low, high = funnel_limits(0.8, 0.0625, [4, 16], 2.0)
    assert low == pytest.approx([0.7, 0.75])
    assert high == pytest.approx([0.9, 0.85])
    assert funnel_limits(0.98, 0.5, 1, 3.0)[1] == 1.0


def test_outside_means_that_the_interval_leaves_out_the_mean() -> None:
    """The funnel and section 2 are one test seen from its two ends."""
    rng = np.random.default_rng(7)
    m, n, mu, phi = rng.uniform(0, 1, 5000), rng.integers(2, 20, 5000), 0.82, 0.07
    low, high = funnel_limits(mu, phi, n, Z95)
    below, above = wilson(m, n / phi)
    assert (((m < low) | (m > high)) == ((mu < below) | (mu > above))).all()


def test_a_network() -> None:
    comparison = _comparison(64)
    funnel = build_funnel(comparison, "store", STORE)
    population = comparison.get_population("store", STORE)
    assert (funnel.mu, funnel.phi) == (population.mu, population.phi)
    assert [limit.n for limit in funnel.limits] == list(range(2, 10))
    for limit in funnel.limits:
        assert limit.low_998 < limit.low_95 < population.mu < limit.high_95 <= limit.high_998
    widths = [limit.high_95 - limit.low_95 for limit in funnel.limits]
    assert widths == sorted(widths, reverse=True)
    assert len(funnel.points) == 64
    assert funnel.points[0].zone is Zone.OUTSIDE_998
    assert [point.location for point in funnel.outside(Zone.OUTSIDE_998, below=True)] == ["L0000"]
    for point in funnel.points:
        limit = funnel.limits[point.n - 2]
        assert (limit.low_95 <= point.score <= limit.high_95) is (point.zone is Zone.INSIDE)


def test_a_network_without_differences_lies_inside() -> None:
    """95 of 100 within the inner limits, all but 2 in 1,000 within the outer ones."""
    rng = np.random.default_rng(4)
    size = 1 / 0.06 - 1
    codes = [f"L{number:04d}" for number in range(3000)]
    scores = {
        (code, "2026Q3", STORE): rng.beta(0.8 * size, 0.2 * size, 2 + number % 5).tolist()
        for number, code in enumerate(codes)
    }
    comparison = build_comparison(make_cells(scores), make_locations(codes), Q3, items=ITEMS, channel=STORE)
    zones = [point.zone for point in build_funnel(comparison, "store", STORE).points]
    assert zones.count(Zone.INSIDE) / 3000 == pytest.approx(0.95, abs=0.01)
    assert zones.count(Zone.OUTSIDE_998) / 3000 <= 0.006  # visits scatter to the left more than a normal would


@pytest.mark.parametrize("locations", [0, 1, 2])
def test_too_few_visits_have_no_limits(locations: int) -> None:
    if not locations:
        funnel = Funnel("store", STORE, None, None, (), ())
    else:
        funnel = build_funnel(_comparison(locations), "store", STORE)
    assert (funnel.mu, funnel.limits) == (None, ())
    assert [point.zone for point in funnel.points] == [None] * locations
    assert funnel.outside(Zone.OUTSIDE_95, below=True) == ()
    assert draw_funnel(funnel, locale="en").startswith(b"<?xml")


def test_one_visit_is_no_score_and_channels_stay_apart() -> None:
    visits = {(f"L{i:02d}", "2026Q3", STORE): [0.7, 0.8, 0.9] for i in range(16)}
    visits |= {("S1", "2026Q3", STORE): [0.1], ("L00", "2026Q3", PHONE): [0.2, 0.3]}
    locations = make_locations([*(f"L{i:02d}" for i in range(16)), "S1"])
    comparison = build_comparison(make_cells(visits), locations, Q3, items=ITEMS)
    funnel = build_funnel(comparison, "store", STORE)
    assert [point.location for point in funnel.points] == [f"L{i:02d}" for i in range(16)]
    assert [point.location for point in build_funnel(comparison, "store", PHONE).points] == ["L00"]
    with pytest.raises(KeyError):
        build_funnel(comparison, "online_shop", STORE)


@pytest.mark.parametrize("locations", [1, 64, 1000])
@pytest.mark.parametrize("on_page", [True, False])
def test_picture(locations: int, on_page: bool) -> None:
    funnel = build_funnel(_comparison(locations), "store", STORE)
    picture = draw_funnel(funnel, locale="pl", on_page=on_page)
    assert picture == draw_funnel(funnel, locale="pl", on_page=on_page)
    marks = sum(
        len(group.findall(f"{SVG}use")) for group in etree.fromstring(picture).iter(f"{SVG}g") if group.get("clip-path")
    )
    assert marks == locations + bool(funnel.limits)  # the band between the limits is one more
    assert (b"<text" in picture) is not on_page  # on a page letters are shapes
    assert len(picture) < 400_000


def test_words() -> None:
    funnel = build_funnel(_comparison(64), "store", STORE)
    below = sum(len(funnel.outside(zone, below=True)) for zone in (Zone.OUTSIDE_95, Zone.OUTSIDE_998))
    english = describe_funnel(funnel, locale="en")
    assert english.startswith("Scores by number of visits. Locations: 64, visits to each: 2–9; mean 80%.")
    assert f"{below} below" in english
    assert "of these outside the 99.8% limits: 1." in english
    assert "about 3 outside" in english
    assert describe_funnel(funnel, locale="pl").startswith(
        "Wyniki według liczby wizyt. Placówki: 64, wizyty w każdej: 2–9; średnia 80\N{NO-BREAK SPACE}%."
    )


@pytest.mark.parametrize(
    ("locale", "empty", "few"),
    [
        ("en", "No location has a score.", "Locations: 1, visits to each: 2. Too few visits for limits."),
        ("pl", "Żadna placówka nie ma wyniku.", "wizyty w każdej: 2. Za mało wizyt, aby wyznaczyć granice."),
    ],
)
def test_words_without_limits(locale: str, empty: str, few: str) -> None:
    assert describe_funnel(Funnel("store", STORE, None, None, (), ()), locale=locale) == empty
    assert describe_funnel(build_funnel(_comparison(1), "store", STORE), locale=locale).endswith(few)
