"""What a report is made of: which comments, which criteria are praised, which lists."""

from __future__ import annotations

from typing import Any

import pytest

from checklists.model import Dimension
from reports.compare import Comparison
from reports.quarterly import dimensions_lost, levelled, ranked_standings, since_first
from reports.quotes import Quote, select_quotes
from reports.thresholds import Thresholds
from tests.reports.paper import (
    CRITERIA,
    LOST,
    QUARTER,
    make_line,
    make_location_report,
    make_row,
    make_series,
    make_visit,
)


def quote(text: str, criterion: str = "A1", *, good: bool = True) -> Quote:
    return Quote(text, criterion, "store_visit", good)


@pytest.mark.parametrize(
    ("quotes", "chosen"),
    [
        ([], []),
        ([quote("za krótko")], []),
        ([quote("x" * 240), quote("y" * 241, "A2")], ["x" * 240]),
        # The longest of each criterion, none twice, praise before criticism.
        ([quote("dłuższy komentarz o powitaniu"), quote("krótszy komentarz")], ["dłuższy komentarz o powitaniu"]),
        ([quote("ten sam komentarz"), quote("ten sam komentarz", "A2")], ["ten sam komentarz"]),
        ([quote("nie było dobrze wcale", good=False), quote("było bardzo dobrze", "B1")],
         ["było bardzo dobrze", "nie było dobrze wcale"]),
    ],
)  # fmt: skip
def test_select_quotes(quotes: list[Quote], chosen: list[str]) -> None:
    assert [each.text for each in select_quotes(quotes)] == chosen


@pytest.mark.parametrize(
    ("good", "bad", "shown"), [(10, 10, (3, 3)), (10, 1, (5, 1)), (1, 10, (1, 5)), (2, 2, (2, 2)), (0, 10, (0, 6))]
)
def test_praise_and_criticism_share_the_places(good: int, bad: int, shown: tuple[int, int]) -> None:
    quotes = [quote(f"dobry komentarz numer {n}", f"A{n}") for n in range(good)]
    quotes += [quote(f"inny komentarz numer {n}", f"B{n}", good=False) for n in range(bad)]
    chosen = select_quotes(quotes, 6)
    assert (sum(each.good for each in chosen), sum(not each.good for each in chosen)) == shown
    assert [each.good for each in chosen] == sorted((each.good for each in chosen), reverse=True)


def test_dimensions_sum_to_the_points_lost() -> None:
    rows = dimensions_lost(LOST, CRITERIA)
    assert [row.dimension for row in rows][:2] == [Dimension.TIMELINESS, Dimension.COURTESY]
    assert [row.lost for row in rows] == pytest.approx([0.24, 0.08, 0, 0])
    assert sum(row.lost for row in rows) == pytest.approx(sum(row.lost for row in LOST))
    assert sum(row.share for row in rows) == pytest.approx(1)


def test_levelled_lists_the_most_certain_first_and_no_headlines() -> None:
    rows = (
        make_row(location="S1", level="below", p_below=0.97),
        make_row(location="S2", level="below", p_below=0.999),
        make_row(location="S3", level="above", p_below=0.02),
        make_row(location="S4", level="none", p_below=0.5),
        make_row(location="S2", level="below", p_below=0.999, channel=""),
    )
    comparison = Comparison(QUARTER, None, None, Thresholds(), (), rows)
    assert [row.location for row in levelled(comparison, "below")] == ["S2", "S1"]
    assert [row.location for row in levelled(comparison, "above")] == ["S3"]


def test_a_criterion_is_praised_once_and_only_where_every_channel_surely_meets_its_level() -> None:
    sure = {"low": 0.91, "high": 1.0}
    standings = ranked_standings(
        [
            make_line("A1", 1.0, **sure),
            make_line("A1", 0.95, channel="phone"),
            make_line("A2", 0.95, n=3, **sure),
            make_line("B1", 0.95, n=4, **sure),
            make_line("B2", None),
        ]
    )
    assert [(each.criterion.code, each.scores, each.n, each.meets) for each in standings] == [
        ("B1", (0.95,), 4, True),
        ("A2", (0.95,), 3, True),
        ("A1", (1.0, 0.95), 6, False),
    ]


@pytest.mark.parametrize("unknown", [{"score": 1.0, "low": None, "high": None}, {"score": None}])
def test_what_a_channel_has_too_few_visits_for_is_judged_last(unknown: dict[str, Any]) -> None:
    score = unknown.pop("score")
    standings = ranked_standings(
        [make_line("A1", 1.0), make_line("A1", score, channel="phone", **unknown), make_line("A2", 0.6)]
    )
    assert [(each.criterion.code, each.judged) for each in standings] == [("A2", True), ("A1", False)]


def test_a_level_is_met_within_rounding_error() -> None:
    assert ranked_standings([make_line("A1", 0.95, low=0.9 - 1e-12)])[0].meets
    assert not ranked_standings([make_line("A1", 0.95, low=0.8999)])[0].meets


def test_only_regular_scorable_visits_count() -> None:
    report = make_location_report(
        visits=(
            make_visit(1, 0.7),
            make_visit(2, 0.7, kind="revisit"),
            make_visit(3, 0.7, scorable=False),
            make_visit(4, None),
        )
    )
    assert [visit.day.day for visit in report.counted] == [1]


@pytest.mark.parametrize(
    ("scores", "kept"), [((None, None, 0.8, None, 0.9), (0.8, None, 0.9)), ((0.8,), (0.8,)), ((None, None), ())]
)
def test_a_series_begins_with_the_first_visit(scores: tuple[float | None, ...], kept: tuple[float | None, ...]) -> None:
    assert tuple(point.score for point in since_first(make_series(*scores)).points) == kept
