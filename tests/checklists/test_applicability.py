"""Branches, chains of branches, attributes, and the count of what is done."""

from __future__ import annotations

import pytest

from checklists.answers import check
from checklists.applicability import asked, progress
from checklists.model import Answer, AnswerState, Branch, ItemType
from tests.checklists.builders import make_checklist, make_item, make_options

CHAIN = make_checklist(
    make_item("A", na_allowed=True),
    make_item("B", show_if=Branch("A", ("yes",))),
    make_item("C", show_if=Branch("B", ("no",)), requires=("fitting_room", "service_desk")),
    make_item("D", type=ItemType.MULTIPLE, max_points=3.0, options=make_options(a=1, b=2)),
    make_item("E", show_if=Branch("D", ("b", "x"))),
    make_item("F", type=ItemType.TEXT, required=False),
)
BOTH = frozenset({"fitting_room", "service_desk", "car_park"})


@pytest.mark.parametrize(
    ("given", "attributes", "codes"),
    [
        ({}, BOTH, "ADF"),
        ({"A": "yes"}, BOTH, "ABDF"),
        ({"A": "no"}, BOTH, "ADF"),
        ({"A": "yes", "B": "no"}, BOTH, "ABCDF"),
        ({"A": "yes", "B": "no"}, frozenset({"fitting_room"}), "ABDF"),
        ({"A": "yes", "B": "no"}, frozenset(), "ABDF"),
        ({"A": "no", "B": "no"}, BOTH, "ADF"),  # B's old answer no longer leads anywhere
        ({"D": "a"}, BOTH, "ADF"),
        ({"D": "a;b"}, BOTH, "ADEF"),
    ],
)
def test_who_is_asked_what(given: dict[str, str], attributes: frozenset[str], codes: str) -> None:
    answers = {code: check(CHAIN.item(code), value) for code, value in given.items()}
    assert "".join(item.code for item in asked(CHAIN, answers, attributes)) == codes


def test_not_applicable_opens_no_branch() -> None:
    answers = {"A": Answer("A", AnswerState.NA, value="yes")}
    assert "B" not in {item.code for item in asked(CHAIN, answers)}


def test_progress_counts_required_items_asked() -> None:
    assert progress(CHAIN, {}) == (0, 2)
    answers = {code: check(CHAIN.item(code), value) for code, value in {"A": "yes", "D": "a", "F": "tekst"}.items()}
    assert progress(CHAIN, answers) == (2, 3)
    assert progress(CHAIN, answers | {"A": Answer("A", AnswerState.NA)}) == (2, 2)
    assert progress(CHAIN, answers | {"A": Answer("A", AnswerState.MISSING)}) == (1, 2)
    assert progress(CHAIN, answers, section="s") == (2, 3)
    assert progress(CHAIN, answers, section="other") == (0, 0)
