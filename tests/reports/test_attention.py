from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from checklists.parse import parse_checklist, parse_standard
from reports import criteria
from reports.attention import (
    CriterionFacts,
    build_facts,
    choose,
    comparable_criteria,
    criterion_changes,
    find_costliest,
    find_standing,
    unasked,
)
from reports.compare import ComparisonRow
from reports.measures import build_cube, spread_of
from reports.periods import Quarter
from reports.thresholds import Thresholds
from tests.documents import CHECKLIST, STANDARD
from tests.reports.builders import PHONE, STORE, make_cells, make_criterion_cells, make_locations

Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
ROW = ComparisonRow(
    "A", "Shop A", "Północ", "store", "2026Q2", STORE, 4, 0.8, 0.7, 0.9, 0.1, 0.6, 0.8, 0.5, "none", None, None,
    "2026Q1", 0.8, 0.7, 0.9, 0.0, -0.1, 0.1, "none", 1.0,
)  # fmt: skip


def label(row: ComparisonRow) -> str | None:
    return row.change_label if row.change_p is not None and row.change_p <= Thresholds().change_q else "none"


def test_the_surest_come_first_and_headlines_and_chance_stay_out() -> None:
    rows = [
        replace(ROW, location="headline", channel="", level="below", p_below=1.0, change_label="down", change_p=0.0),
        replace(ROW, location="likely", level="below", p_below=0.96),
        replace(ROW, location="sure", level="below", p_below=0.99, change_label="down", change_p=0.01),
        replace(ROW, location="plain"),
        replace(ROW, location="unvisited", n=0, level=None),
        replace(ROW, location="by chance", change_label="down", change_p=0.3),
        replace(ROW, location="best", level="above", p_below=0.01, change_label="up", change_p=0.02),
        replace(ROW, location="good", level="above", p_below=0.03, change_label="up", change_p=0.01),
    ]
    chosen = choose(rows, label)
    found = [[row.location for row in part] for part in (chosen.below, chosen.above, chosen.fell, chosen.rose)]
    assert found == [["sure", "likely"], ["best", "good"], ["sure"], ["good", "best"]]


@pytest.mark.parametrize(
    ("rows", "compared", "standing"),
    [
        ([], 0, "no_visits"),
        ([replace(ROW, n=0, score=None, level=None)], 3, "no_visits"),
        ([replace(ROW, channel="")], 3, "no_visits"),  # a headline alone says nothing a channel does not
        ([replace(ROW, level=None)], 1, "one_location"),
        ([replace(ROW, n=1, score=None, level="single")], 3, "too_few"),
        ([replace(ROW, level="indicative"), replace(ROW, level=None)], 3, "too_few"),
        ([ROW, replace(ROW, location="B")], 3, "equal"),
        ([ROW, replace(ROW, location="B", score=0.9)], 3, "no_differences"),
        ([ROW], 3, "no_differences"),  # one location of many is compared with the others
        ([ROW, replace(ROW, location="B", channel=PHONE)], 3, "no_differences"),  # other questions, not the same level
        ([ROW, replace(ROW, location="B", level="indicative")], 3, "no_differences"),
        ([ROW, replace(ROW, location="B", score=0.5, level="below")], 3, "differences"),
        ([replace(ROW, score=1.0), replace(ROW, location="B", score=1.0)], 3, "perfect"),
        ([replace(ROW, score=1.0, level="above")], 3, "perfect"),
        ([replace(ROW, score=1.0), replace(ROW, location="B", n=1, score=None, level="single")], 3, "no_differences"),
    ],
)
def test_what_is_true_of_all_together(rows: list[ComparisonRow], compared: int, standing: str) -> None:
    assert find_standing(rows, compared=compared) == standing


STANDARDS = {("MINI", 1): parse_standard(STANDARD, name="standard")}


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        (("", ""), {"A1", "B1", "B2"}),
        (('code = "M5"', 'code = "M5B"'), {"A1", "B2"}),  # another question of waiting
        (("How long was the wait", "How long did you wait"), {"A1", "B2"}),  # the same code, other words
        (('kind = "judgement"\nweight = 1', 'kind = "judgement"\nweight = 2'), {"B1", "B2"}),
    ],
)  # fmt: skip
def test_a_criterion_is_comparable_where_its_items_are_the_same(change: tuple[str, str], alike: set[str]) -> None:
    old = parse_checklist(CHECKLIST, STANDARDS, name="v1")
    new = parse_checklist(CHECKLIST.replace(*change) if change[0] else CHECKLIST, STANDARDS, name="v2")
    assert comparable_criteria([new]) == {"A1", "B1", "B2"}
    assert comparable_criteria([old, new]) == comparable_criteria([new, old]) == alike


CODES = [f"S{number:02d}" for number in range(20)]
ITEMS = {(STORE, ""): 10, (STORE, "wait"): 2, (STORE, "hello"): 2, (PHONE, "hello"): 2}
VARIED = [1.0, 0.5, 1.0, 0.5]
POOR = [0.5, 0.0, 0.5, 0.0]


def facts_of(
    quarter: Quarter, scores: dict[str, list[float]], criterion: str = "wait", answers: int = 8
) -> CriterionFacts:
    """Facts of one criterion with `scores` by location; what others had in the same network tells how visits vary."""
    everybody = dict.fromkeys(CODES, VARIED) | scores
    rows = [(code, str(quarter), STORE, criterion, found, answers) for code, found in everybody.items() if found]
    cells = make_criterion_cells(rows)
    places = make_locations(CODES)
    spread = spread_of(build_cube(cells, places, [quarter], [(STORE, criterion)]))
    return build_facts(cells, places, quarter, items=ITEMS, spread=spread)


def members(*codes: str) -> npt.NDArray[np.bool_]:
    return np.array([code in codes for code in CODES])


def test_a_criterion_that_fell_everywhere_is_named() -> None:
    before, after = facts_of(Q1, {}), facts_of(Q2, dict.fromkeys(CODES, POOR))
    (row,) = criterion_changes(before, after, members(*CODES), set(ITEMS))
    assert (row.criterion, row.channel, row.locations, row.visits_before, row.visits) == ("wait", STORE, 20, 80, 80)
    assert (row.before, row.score, row.change, row.label) == (0.75, 0.25, -0.5, "down")
    # By hand: V = (4/3)/16/4 = 1/48 a store, SE = sqrt(1/48/20), and both quarters alike.
    half = 1.959964 * (1 / 48 / 20) ** 0.5
    assert (row.low, row.high) == pytest.approx((-0.5 - half * 2**0.5, -0.5 + half * 2**0.5))


def test_only_locations_visited_in_both_quarters_are_compared() -> None:
    """A poor store that is visited for the first time would otherwise look like a fall of the whole area."""
    before, after = facts_of(Q1, {"S00": []}), facts_of(Q2, {"S00": POOR})
    (row,) = criterion_changes(before, after, members("S00", "S01", "S02"), set(ITEMS))
    assert (row.locations, row.change, row.label) == (2, 0.0, "none")
    assert criterion_changes(before, after, members("S00"), set(ITEMS)) == ()


def test_locations_count_alike_however_often_they_were_visited() -> None:
    before = facts_of(Q1, {"S00": [1.0] * 4, "S01": [0.0] * 4})
    after = facts_of(Q2, {"S00": [1.0] * 40, "S01": [0.0] * 4})
    (row,) = criterion_changes(before, after, members("S00", "S01"), set(ITEMS))
    assert row.change == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("scores", "answers", "comparable"),
    [
        ({"S00": [0.0, 0.0]}, 8, True),  # two visits
        ({"S00": [0.0, 0.0, 0.0]}, 4, True),  # four answers
        ({"S00": POOR}, 8, False),  # other questions
        ({"S00": []}, 8, True),
    ],
)
def test_too_little_is_not_compared(scores: dict[str, list[float]], answers: int, comparable: bool) -> None:
    before, after = facts_of(Q1, {}), facts_of(Q2, scores, answers=answers)
    assert criterion_changes(before, after, members("S00"), set(ITEMS) if comparable else set()) == ()


def test_where_nobody_knows_how_visits_vary_nothing_is_compared() -> None:
    places = make_locations(CODES[:1])
    two = [
        build_facts(
            make_criterion_cells([("S00", str(quarter), STORE, "wait", scores, 8)]),
            places,
            quarter,
            items=ITEMS,
            spread={},
        )
        for quarter, scores in ((Q1, VARIED), (Q2, POOR))
    ]
    assert criterion_changes(*two, np.array([True]), set(ITEMS)) == ()


def test_unchanged_criteria_are_seldom_named() -> None:
    """400 areas of 30 criteria that did not change: a list names one in at most one area of ten (q, all true nulls)."""
    rng = np.random.default_rng(4)
    stores, n = 12, 3
    names = [f"C{number}" for number in range(30)]
    level = np.linspace(0.55, 0.97, len(names))[:, None]
    wrong = 0
    for _ in range(400):
        truth = np.clip(level + rng.normal(0, 0.05, (len(names), stores)), 0.05, 0.99)
        two = []
        for _quarter in range(2):
            scores = rng.binomial(4, truth[..., None], (*truth.shape, n)) / 4
            shape = truth.shape
            within = truth * (1 - truth) / 4
            two.append(
                CriterionFacts(
                    tuple((STORE, name) for name in names), tuple(CODES[:stores]), np.full(shape, float(n)),
                    scores.mean(axis=2), np.zeros(shape), np.full(shape, 4.0 * n), np.zeros(stores, dtype=np.intp),
                    np.full((len(names), 1), 0.25), within.mean(axis=1, keepdims=True),
                )
            )  # fmt: skip
        found = criterion_changes(*two, np.ones(stores, dtype=np.bool_), {(STORE, name) for name in names})
        wrong += any(row.label != "none" for row in found)
    assert wrong / 400 <= 0.10


def test_the_costliest_criterion_is_the_first_of_points_lost() -> None:
    """The same figures as where points are lost on the location's page."""
    places = make_locations(["S00", "S01"])
    parts = make_criterion_cells(
        [
            ("S00", "2026Q2", STORE, "wait", [0.25, 0.5, 0.75], 6),
            ("S00", "2026Q2", STORE, "hello", [1.0, 0.5, 1.0], 6),
            ("S00", "2026Q2", PHONE, "hello", [0.0], 2),
            ("S01", "2026Q2", STORE, "hello", [1.0], 2),
        ]
    )
    whole = make_cells({("S00", "2026Q2", STORE): [0.5, 0.5, 0.5], ("S01", "2026Q2", STORE): [1.0]})
    found = build_facts(parts, places, Q2, items=ITEMS, spread={})
    table = criteria.points_lost(pd.concat([whole, parts]), places[places["location"] == "S00"], Q2, channel=STORE)
    costliest = find_costliest(found, "S00", STORE, 3)
    assert costliest is not None
    assert (costliest.criterion, costliest.lost) == (table[0].criterion, pytest.approx(table[0].lost))
    assert costliest.total == pytest.approx(sum(row.lost for row in table))
    assert find_costliest(found, "S01", STORE, 1) is None


def test_criteria_nobody_was_asked_about() -> None:
    found = facts_of(Q2, {"S00": []})
    assert unasked(found, members(*CODES), [STORE, PHONE]) == ("hello",)
    assert unasked(found, members("S00"), [STORE]) == ("wait", "hello")
    assert unasked(found, members("S00"), [PHONE]) == ("hello",)  # nobody asks about waiting on the phone


@pytest.mark.parametrize(("codes", "settled"), [(CODES, True), (CODES[:10], True), (CODES[:9], False), ([], True)])
def test_a_quarter_with_few_visits_borrows(codes: list[str], settled: bool) -> None:
    """Ten locations with four visits have 30 degrees of freedom; nothing visited needs none."""
    rows = [(code, str(Q2), STORE, "wait", VARIED, 8) for code in codes]
    found = build_facts(make_criterion_cells(rows), make_locations(CODES), Q2, items=ITEMS)
    assert found.settled is settled
