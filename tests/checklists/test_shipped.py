"""The standard that comes with the product keeps the promises made about it."""

from __future__ import annotations

import pytest

from checklists.answers import check, check_visit, choices
from checklists.applicability import asked
from checklists.model import Answer, Channel, Item, ItemType
from checklists.parse import shipped
from checklists.problems import Problem
from checklists.scoring import score

EVERYWHERE = frozenset(
    {"car_park", "fitting_room", "self_checkout", "click_and_collect", "customer_toilet", "service_desk"}
)

TYPED = {
    ItemType.NUMBER: "1",
    ItemType.DURATION: "0:30",
    ItemType.TIME: "10:00",
    ItemType.TEXT: "Spokojna rozmowa przy półce.",
    ItemType.PHOTO: "1",
}


def best(item: Item) -> Answer:
    """Return the answer that earns most among those tried: each choice, all choices, one typed value."""
    picks = choices(item)
    raw = [*picks, ";".join(picks)] if item.type is ItemType.MULTIPLE else list(picks) or [TYPED[item.type]]
    return max((check(item, value) for value in raw), key=lambda answer: answer.points or 0.0)


def test_one_checklist_for_every_channel() -> None:
    standard, checklists = shipped()
    assert sorted(checklist.channel for checklist in checklists) == sorted(Channel)
    assert {(checklist.standard, checklist.standard_version) for checklist in checklists} == {
        (standard.code, standard.version)
    }


def test_every_criterion_is_measured_in_every_channel_it_covers() -> None:
    standard, checklists = shipped()
    for checklist in checklists:
        measured = {item.criterion for item in checklist.items if item.scored}
        promised = {criterion.code for criterion in standard.criteria if checklist.channel in criterion.channels}
        assert measured == promised, checklist.code


def test_a_visit_can_be_filled_in_and_scored() -> None:
    _, checklists = shipped()
    for checklist in checklists:
        answers: dict[str, Answer] = {}
        for item in checklist.items:
            if item in asked(checklist, answers, EVERYWHERE):
                answers[item.code] = best(item)
        photos = dict.fromkeys(answers, 1)
        assert check_visit(checklist, answers, EVERYWHERE, photos) == []
        for item in checklist.items:
            if item.code in answers and choices(item):
                assert answers[item.code].points == item.max_points, item.code
        assert score(checklist, answers, EVERYWHERE).scorable, checklist.code


@pytest.mark.parametrize(
    ("code", "impossible"),
    [
        ("ST08", ("-1", "11", "7,5")),
        ("EM06", ("-1", "4", "0,5")),
        ("EM26", ("0", "1,5")),
        ("OR02", ("0", "100")),
        ("OR28", ("-1", "22")),
    ],
)
def test_impossible_numbers(code: str, impossible: tuple[str, ...]) -> None:
    _, checklists = shipped()
    item = next(item for checklist in checklists for item in checklist.items if item.code == code)
    for value in impossible:
        with pytest.raises(Problem):
            check(item, value)


def test_every_count_is_whole_and_never_negative() -> None:
    _, checklists = shipped()
    counts = [item for checklist in checklists for item in checklist.items if item.type is ItemType.NUMBER]
    assert counts
    assert all(item.whole and item.minimum is not None and item.minimum >= 0 for item in counts)


def test_only_attributes_that_the_format_lists() -> None:
    _, checklists = shipped()
    used = {attribute for checklist in checklists for item in checklist.items for attribute in item.requires}
    assert used <= EVERYWHERE
