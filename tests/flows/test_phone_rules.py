"""The phone decides like the office: one table of cases, read by Python and by the phone's JavaScript."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from auditapp.fieldwork.offline import rules_of
from auditapp.static_files import FOLDER
from checklists.answers import check, check_visit, choices
from checklists.applicability import asked
from checklists.model import Answer, AnswerState, Checklist, Item, ItemType
from checklists.parse import parse_documents, shipped
from checklists.problems import Problem
from tests import documents

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]

_, (MINI,) = parse_documents({"standard.toml": documents.STANDARD, "checklist.toml": documents.CHECKLIST})
CHECKLISTS = (MINI, *shipped()[1])
TYPED = {
    ItemType.NUMBER: [
        *("1", "-1", "+2,5", "1 000,25", "1.234567", "1.2345678", "1e3", "", "999999999", "1000000001", "\u22123"),
        *("x", "1,2,3"),
    ],
    ItemType.DURATION: [
        *("4:30", "04:30", "26:15:00", "4:60", "4:5", "999:59", "1000:00", "1:2:03", "1:60:00", "-1:00", "4.30", "270"),
    ],
    ItemType.TIME: ["14:05", "9:05", "9.05", "24:00", "23:59", "14:5", "1405", "noon"],
    ItemType.TEXT: ["a", "x" * 5000, "x" * 5001, "Zażółć gęślą jaźń"],
}


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.add_script_tag(path=FOLDER / "asked.js")
    yield page
    context.close()


def draw_case(checklist: Checklist, draw: random.Random) -> dict[str, Any]:
    """Answers of every kind to some of the items, some of the attributes, photos here and there."""
    attributes = sorted({name for item in checklist.items for name in item.requires})
    answers = {}
    for item in checklist.items:
        state = draw.choice(["answered", "answered", "answered", "na", "missing"])
        value = ""
        if state == "answered":
            possible = choices(item)
            if item.type is ItemType.MULTIPLE:
                value = ";".join(code for code in possible if draw.random() < 0.5) or possible[0]
            else:
                value = draw.choice(possible) if possible else "1"
        if draw.random() < 0.9:
            answers[item.code] = {"state": state, "value": value}
    return {
        "answers": answers,
        "attributes": [name for name in attributes if draw.random() < 0.5],
        "photos": {item.code: draw.randint(0, 2) for item in checklist.items if draw.random() < 0.3},
    }


def by_python(checklist: Checklist, case: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    answers = {
        code: Answer(code, AnswerState(entry["state"]), entry["value"]) for code, entry in case["answers"].items()
    }
    attributes = frozenset(case["attributes"])
    problems = check_visit(checklist, answers, attributes, case["photos"])
    lacking = [
        [str(problem.place.find("item")), problem.code]
        for problem in problems
        if problem.place and problem.code != "na_not_allowed"  # the phone has no such tile
    ]
    return [item.code for item in asked(checklist, answers, attributes)], lacking


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=[checklist.code for checklist in CHECKLISTS])
def test_what_is_asked_and_what_is_missing(page: Page, checklist: Checklist) -> None:
    draw = random.Random(checklist.code)
    cases = [draw_case(checklist, draw) for _ in range(100)]
    found = page.evaluate(
        """([items, cases]) => cases.map(({answers, attributes, photos}) => {
          const given = new Map(Object.entries(answers)), here = new Set(attributes);
          return [[...AuditRules.asked(items, given, here)],
                  AuditRules.missing(items, given, here, new Map(Object.entries(photos)))];
        })""",
        [[rules_of(item) for item in checklist.items], cases],
    )
    assert [tuple(each) for each in found] == [by_python(checklist, case) for case in cases]


def refusal(item: Item, text: str) -> str:
    try:
        check(item, text)
    except Problem as problem:
        return problem.code
    return ""


def judged(page: Page, item: Item, texts: list[str]) -> dict[str, str]:
    found = page.evaluate(
        "([item, texts]) => texts.map((text) => AuditRules.wrong(item, text))", [rules_of(item), texts]
    )
    return dict(zip(texts, found, strict=True))


@pytest.mark.parametrize("kind", TYPED, ids=[kind.value for kind in TYPED])
def test_what_can_be_an_answer(page: Page, kind: ItemType) -> None:
    item = next(item for item in MINI.items if item.type is kind)
    assert judged(page, item, TYPED[kind]) == {text: refusal(item, text) for text in TYPED[kind]}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("high", [10.0, None])
@pytest.mark.parametrize("low", [0.0, 0.5, None])
def test_numbers_within_bounds(page: Page, low: float | None, high: float | None, whole: bool) -> None:
    number = next(item for item in MINI.items if item.type is ItemType.NUMBER)
    item = replace(number, minimum=low, maximum=high, whole=whole)
    texts = ["-50", "-0,5", "0", "0,4", "0,5", "1", "7,5", "10", "10,0", "10,01", "11", "1e1", "-1000000001"]
    assert judged(page, item, texts) == {text: refusal(item, text) for text in texts}


@pytest.mark.parametrize(
    ("day", "hour"),
    [("2026-11-22", "14:05"), ("2026-07-01", "00:00"), ("2026-03-29", "03:00"), ("2026-10-25", "12:00")],
)
@pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/St_Johns", "Pacific/Kiritimati"])
def test_an_instant_in_the_time_of_the_place(page: Page, zone: str, day: str, hour: str) -> None:
    found = page.evaluate("(parts) => AuditRules.instant(...parts)", [day, hour, zone])
    assert datetime.fromisoformat(found) == datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZoneInfo(zone))
