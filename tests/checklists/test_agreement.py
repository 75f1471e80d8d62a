"""Whether the times of a contact, of its visit and of the answers fit together: tables of cases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from checklists.agreement import Off, Span, find_odd, span_of, span_of_call
from checklists.contacts import Message, Part

ZONE = ZoneInfo("Europe/Warsaw")
CASES = json.loads((Path(__file__).parents[1] / "cases" / "contacts.json").read_text())["outside"]
PARTS = {"me": Part.ME, "anna": Part.PERSON, "": Part.NOTICE}


def local(text: str, day: int = 12) -> datetime:
    hour, minute = text.split(":")
    return datetime(2026, 8, day, int(hour), int(minute), tzinfo=ZONE)


def span(begin: str, end: str | None, day: int = 12) -> Span:
    if end is None:
        return Span(local(begin, day), None)
    over = local(end, day)
    return Span(local(begin, day), over if end >= begin else over + timedelta(days=1))


def offs(visit: Span, contacts: list[Span], answers: list[tuple[str, str]], *, slow: bool = False) -> list[str]:
    return [odd.off.value for odd in find_odd(visit, contacts, answers, ZONE, slow=slow)]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_call_beside_its_visit(case: dict[str, Any]) -> None:
    began, over, started, ended = case["times"]
    visit = span(began, over)
    call = span_of_call(started, ended, visit, ZONE)
    assert (offs(visit, [call], []) == [Off.CONTACT_VISIT]) == case["outside"]


VISITS = [
    ("the same times", span("10:00", "10:30"), span("10:00", "10:30"), False, []),
    ("another day", span("10:00", "10:30", 11), span("10:00", "10:30"), False, ["contact_visit"]),
    ("no end yet", span("10:00", "10:30"), span("10:00", None), False, []),
    ("no end yet, the next day", span("11:00", "11:30", 13), span("10:00", None), False, ["contact_visit"]),
    (
        "a reply after the visit",
        Span(local("10:00"), local("18:40", 13)),
        span("10:00", "10:10"),
        False,
        ["contact_visit"],
    ),
    (
        "a reply after the visit may come by e-mail",
        Span(local("10:00"), local("18:40", 13)),
        span("10:00", "10:10"),
        True,
        [],
    ),
    ("an e-mail sent before the visit", span("08:00", "18:00"), span("10:00", "10:10"), True, ["contact_visit"]),
    ("an e-mail sent after the visit", span("11:00", "18:00"), span("10:00", "10:10"), True, ["contact_visit"]),
]


@pytest.mark.parametrize(("contact", "visit", "slow", "expected"), [v[1:] for v in VISITS], ids=[v[0] for v in VISITS])
def test_a_contact_beside_its_visit(contact: Span, visit: Span, slow: bool, expected: list[str]) -> None:
    assert offs(visit, [contact], [], slow=slow) == expected


ANSWERS = [
    ("within the contact", [span("10:14", "10:19")], "10:14", []),
    ("a quarter of an hour before it", [span("10:14", "10:19")], "09:59", []),
    ("outside the contact, though within the visit", [span("10:14", "10:19")], "10:40", ["answer_contact"]),
    ("within one of two contacts", [span("10:14", "10:19"), span("10:50", "10:55")], "10:52", []),
    ("without a contact within the visit", [], "10:40", []),
    ("without a contact outside the visit", [], "12:40", ["answer_visit"]),
    ("over midnight", [Span(local("23:50"), local("00:10", 13))], "00:05", ["contact_visit"]),
]


@pytest.mark.parametrize(("contacts", "value", "expected"), [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS])
def test_an_answer_that_is_a_time(contacts: list[Span], value: str, expected: list[str]) -> None:
    assert offs(span("10:00", "11:00"), contacts, [("CH01", value)]) == expected


def test_from_the_first_own_message_to_the_last_that_is_no_notice() -> None:
    at = local("10:00")
    said = [
        Message(number, number, number, who, "", (at + timedelta(minutes=number)).astimezone(UTC))
        for number, who in enumerate(["", "anna", "me", "anna", ""])
    ]
    visit = span("10:00", "10:30")
    assert span_of(said, PARTS, visit, ZONE) == Span(at + timedelta(minutes=2), at + timedelta(minutes=3))
    assert span_of(said[:1], PARTS, visit, ZONE) is None
    assert span_of([], PARTS, visit, ZONE) is None


@pytest.mark.parametrize(("dated", "day"), [(True, 12), (False, 13)])
def test_a_chat_without_a_day_lies_on_the_one_that_is_nearest(dated: bool, day: int) -> None:
    visit = Span(local("23:50"), local("00:30", 13))
    said = [Message(n, n, n, who, "", local("00:05"), dated=dated) for n, who in enumerate(["me", "anna"], start=1)]
    assert span_of(said, PARTS, visit, ZONE) == Span(local("00:05", day), local("00:05", day))
