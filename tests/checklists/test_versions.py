"""What may be compared across versions of a checklist (scoring.md 1.9 and example B)."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean

import pytest

from checklists.model import Answer, AnswerState, Checklist, ItemType
from checklists.scoring import score
from checklists.versions import compare_versions, restated_score
from tests.checklists.builders import answered, case, make_checklist, make_item, text

B = case("semantics_B_version_change")
EXPECTED = B["expected"]


def version(weights: dict[str, float], number: int = 1) -> Checklist:
    return make_checklist(*(make_item(code, weight=float(w)) for code, w in weights.items()), version=number)


OLD, NEW = version(B["input"]["v1"], 1), version(B["input"]["v2"], 2)


def test_example_b() -> None:
    change = compare_versions(OLD, NEW)
    assert (change.common, change.added, change.removed, change.changed) == (("a", "b"), ("d",), ("c",), ())
    assert change.overlap_old == pytest.approx(EXPECTED["overlap_v1"])
    assert change.overlap_new == pytest.approx(EXPECTED["overlap_v2"])
    assert change.comparable is EXPECTED["comparable"]

    first = [answered(**visit) for visit in B["input"]["q1"]]
    second = [answered(**visit) for visit in B["input"]["q2"]]
    official = [mean(score(of, v).score or 0.0 for v in visits) for of, visits in ((OLD, first), (NEW, second))]
    assert official == pytest.approx([EXPECTED["official_q1"], EXPECTED["official_q2"]])
    restated = [mean(restated_score(NEW, change.common, v) or 0.0 for v in visits) for visits in (first, second)]
    assert restated == pytest.approx([EXPECTED["common_q1"], EXPECTED["common_q2"]])
    assert restated[1] - restated[0] == pytest.approx(EXPECTED["comparable_change"])


@pytest.mark.parametrize(
    ("old", "new", "comparable"),
    [
        ({"a": 7, "b": 3}, {"a": 7, "c": 3}, True),  # exactly 0.70
        ({"a": 7, "b": 3}, {"a": 69, "c": 31}, False),  # the smaller overlap decides
        ({"a": 69, "b": 31}, {"a": 7, "c": 3}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1, "b": 9}, {"a": 9, "b": 1}, True),  # other weights, same questions
    ],
)
def test_the_smaller_overlap_decides(old: dict[str, float], new: dict[str, float], comparable: bool) -> None:
    assert compare_versions(version(old), version(new)).comparable is comparable


def test_the_minimum_overlap_is_a_setting() -> None:
    assert not compare_versions(OLD, NEW, minimum_overlap=0.76).comparable


@pytest.mark.parametrize(
    "difference",
    [{"question": text("y")}, {"max_points": 2.0}, {"pass_mark": 0.5}, {"good": "no"}, {"type": ItemType.NUMBER}],
)
def test_an_item_that_changed_its_meaning_is_not_common(difference: dict[str, object]) -> None:
    first, *rest = NEW.items
    changed = replace(NEW, items=(replace(first, **difference), *rest))
    result = compare_versions(NEW, changed)
    assert (result.changed, result.common, result.added, result.removed) == (("a",), ("b", "d"), (), ())


def test_guidance_and_weight_may_change() -> None:
    first, *rest = NEW.items
    changed = replace(NEW, items=(replace(first, weight=9.0, example=text("y"), section="t"), *rest))
    assert compare_versions(NEW, changed).common == ("a", "b", "d")


def test_unscored_items_play_no_part() -> None:
    with_text = replace(NEW, items=(*NEW.items, make_item("t", type=ItemType.TEXT)))
    assert compare_versions(NEW, with_text) == compare_versions(NEW, NEW)
    assert restated_score(with_text, ("a", "t"), answered(a=1, t=0)) == 1.0


def test_nothing_common_applied() -> None:
    assert restated_score(NEW, ("a", "b"), answered(d=1)) is None
    assert restated_score(NEW, ("a",), {"a": Answer("a", AnswerState.NA)}) is None
    assert restated_score(NEW, (), answered(a=1, b=1)) is None
