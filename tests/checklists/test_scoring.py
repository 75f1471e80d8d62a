"""The score of one visit against the worked examples of scoring.md, and against its laws on random visits."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.model import Answer, AnswerState, Branch, Checklist, CriticalPolicy, ItemType, VisitScore
from checklists.problems import Problem
from checklists.scoring import score
from tests.checklists.builders import RANDOM, answered, case, make_checklist, make_item

A = case("semantics_A_scoring")
EXPECTED = A["expected"]


def example_a(policy: CriticalPolicy | None = None) -> list[VisitScore]:
    checklist = make_checklist(
        *(
            make_item(
                item["id"],
                criterion=item["criterion"],
                weight=float(item["weight"]),
                max_points=float(item["max"]),
                critical=item.get("critical", False),
                na_allowed=True,
            )
            for item in A["input"]["items"]
        ),
        policy=policy,
    )
    codes = [item["id"] for item in A["input"]["items"]]
    return [score(checklist, answered(**dict(zip(codes, visit, strict=True)))) for visit in A["input"]["visits"]]


def near(value: object) -> object:
    return pytest.approx(value, abs=A["tolerance"])


def test_example_a_visits_criteria_and_points_lost() -> None:
    visits = example_a()
    assert [visit.score for visit in visits] == near(EXPECTED["visit"])
    assert mean(visit.score or 0.0 for visit in visits) == near(EXPECTED["location"])
    for code in ("C1", "C2"):
        criterion = [visit.criteria[code] for visit in visits]
        assert [part.score for part in criterion] == near(EXPECTED["criterion_visits"][code])
        assert mean(part.score for part in criterion) == near(EXPECTED["criterion"][code])
        assert mean(part.lost for part in criterion) == near(EXPECTED["points_lost"][code])
    assert [visit.applicable_weight for visit in visits] == [6, 8, 5]
    assert {visit.total_weight for visit in visits} == {8}
    assert [visit.criteria["C2"].answers for visit in visits] == [1, 2, 1]


def test_example_a_critical_counts() -> None:
    visits = example_a()
    assert sum(visit.critical_failed for visit in visits) == EXPECTED["critical_failed"]
    assert sum(visit.critical_applicable for visit in visits) == EXPECTED["critical_applicable"]
    assert sum(visit.critical_failed > 0 for visit in visits) == EXPECTED["visits_with_critical_failure"]
    assert [visit.criteria["C2"].critical_failed for visit in visits] == [0, 1, 0]
    assert [visit.criteria["C1"].critical_applicable for visit in visits] == [0, 0, 0]


@pytest.mark.parametrize(
    ("policy", "gated"),
    [
        (CriticalPolicy("flag"), EXPECTED["location"]),
        (CriticalPolicy("zero"), EXPECTED["gated_zero"]),
        (CriticalPolicy("cap", 0.5), EXPECTED["gated_cap_50"]),
        (CriticalPolicy("cap", 0.9), EXPECTED["location"]),  # a cap never lifts a score
    ],
)
def test_example_a_policies_leave_the_score_itself_alone(policy: CriticalPolicy, gated: float) -> None:
    visits = example_a(policy)
    assert mean(visit.score_gated or 0.0 for visit in visits) == near(gated)
    assert mean(visit.score or 0.0 for visit in visits) == near(EXPECTED["location"])


@pytest.mark.parametrize(
    ("pass_mark", "points", "failed"),
    [(1.0, 5, 0), (1.0, 4, 1), (0.8, 4, 0), (0.8, 3, 1), (0.6, 3, 0), (0.0, 0, 0)],
)
def test_pass_mark(pass_mark: float, points: float, failed: int) -> None:
    item = make_item("A", max_points=5.0, critical=True, pass_mark=pass_mark)
    assert score(make_checklist(item), answered(A=points)).critical_failed == failed


def test_pass_mark_is_compared_within_tolerance() -> None:
    item = make_item("A", max_points=0.3, critical=True, pass_mark=1.0)
    assert score(make_checklist(item), answered(A=0.1 + 0.1 + 0.1 - 1e-16)).critical_failed == 0


SWITCHED = make_checklist(
    make_item("A", na_allowed=True),
    make_item("B", criterion="C2", show_if=Branch("A", ("yes",))),
    make_item("C", criterion="C3", weight=2.0, requires=("car_park",)),
    make_item("T", type=ItemType.TEXT),
)


@pytest.mark.parametrize(
    ("answers", "attributes", "value", "weight", "scorable"),
    [
        (answered(A=1, B=0, C=1), frozenset({"car_park"}), 0.75, 4.0, True),
        (answered(A=1, B=0), frozenset(), 0.5, 2.0, True),  # exactly half of the weight
        (answered(A=1, B=0, C=0), frozenset(), 0.5, 2.0, True),  # C was not asked: its answer does not count
        (answered(A=None), frozenset(), None, 0.0, False),
        (answered(A=None, C=0), frozenset({"car_park"}), 0.0, 2.0, True),
        ({"A": Answer("A", AnswerState.ANSWERED, "no", 0.0)}, frozenset(), 0.0, 1.0, False),
    ],
)
def test_not_asked_counts_like_na(
    answers: dict[str, Answer], attributes: frozenset[str], value: float | None, weight: float, scorable: bool
) -> None:
    result = score(SWITCHED, answers, attributes)
    assert (result.score, result.score_gated) == (value, value)
    assert (result.applicable_weight, result.total_weight, result.scorable) == (weight, 4.0, scorable)


def test_the_scorable_share_is_a_setting() -> None:
    assert not score(SWITCHED, answered(A=1, B=0), scorable_share=0.6).scorable


@pytest.mark.parametrize(
    "answers",
    [
        answered(A=1),
        answered(A=1) | {"B": Answer("B", AnswerState.MISSING)},
        answered(A=1) | {"B": Answer("B", AnswerState.NOT_ASKED)},
    ],
)
def test_missing_is_neither_na_nor_zero(answers: dict[str, Answer]) -> None:
    with pytest.raises(Problem) as refused:
        score(SWITCHED, answers)
    assert refused.value.code == "visit_incomplete"
    assert refused.value.arguments == {"items": ["B"]}


@pytest.mark.parametrize("points", [-0.1, 1.1, float("nan")])
def test_points_outside_the_item_are_refused(points: float) -> None:
    with pytest.raises(Problem) as refused:
        score(make_checklist(make_item("A")), answered(A=points))
    assert refused.value.code == "out_of_range"


def test_without_recorded_points_the_value_decides() -> None:
    answers = {"A": Answer("A", AnswerState.ANSWERED, "no")}
    assert score(make_checklist(make_item("A", good="no")), answers).score == 1.0


@st.composite
def visits(draw: st.DrawFn) -> tuple[Checklist, dict[str, Answer]]:
    """A checklist of 1-12 items in up to 4 criteria, and one visit that answered each with points or N/A."""
    items, answers = [], {}
    for number in range(draw(st.integers(1, 12))):
        code = f"Q{number}"
        most = draw(st.sampled_from([1.0, 0.3, 4.0, 10.0]))
        items.append(
            make_item(
                code,
                criterion=draw(st.sampled_from(["C1", "C2", "C3", "C4"])),
                weight=draw(st.floats(0.1, 10)),
                max_points=most,
                na_allowed=True,
                critical=draw(st.booleans()),
            )
        )
        answers |= answered(**{code: draw(st.none() | st.floats(0, most))})
    policy = draw(st.sampled_from([CriticalPolicy(), CriticalPolicy("zero"), CriticalPolicy("cap", 0.4)]))
    return make_checklist(*items, policy=policy), answers


@RANDOM
@given(visits())
def test_score_is_a_share_and_what_was_lost_adds_up(visit: tuple[Checklist, dict[str, Answer]]) -> None:
    result = score(*visit)
    if result.score is None:
        assert not result.criteria
        return
    assert 0 <= result.score <= 1
    assert result.score_gated is not None
    assert 0 <= result.score_gated <= result.score
    assert sum(part.lost for part in result.criteria.values()) == pytest.approx(1 - result.score, abs=1e-12)
    assert all(0 <= part.score <= 1 and part.lost >= 0 for part in result.criteria.values())
    for part in result.criteria.values():
        assert part.lost == pytest.approx(part.applicable_weight / result.applicable_weight * (1 - part.score))


@RANDOM
@given(visits(), st.integers(0, 11))
def test_na_weighs_the_same_as_no_item_at_all(visit: tuple[Checklist, dict[str, Answer]], number: int) -> None:
    checklist, answers = visit
    code = checklist.items[number % len(checklist.items)].code
    as_na = score(checklist, answers | {code: Answer(code, AnswerState.NA)})
    without = score(replace(checklist, items=tuple(item for item in checklist.items if item.code != code)), answers)
    assert (as_na.score, as_na.criteria) == (without.score, without.criteria)
    assert as_na.total_weight > without.total_weight


@RANDOM
@given(visits(), st.randoms(use_true_random=False))
def test_order_does_not_matter(visit: tuple[Checklist, dict[str, Answer]], shuffle: random.Random) -> None:
    checklist, answers = visit
    codes = list(answers)
    shuffle.shuffle(codes)
    assert score(checklist, {code: answers[code] for code in codes}) == score(checklist, answers)
    items = list(checklist.items)
    shuffle.shuffle(items)
    shuffled = score(replace(checklist, items=tuple(items)), answers)
    assert shuffled.score == pytest.approx(score(checklist, answers).score, abs=1e-12)
