"""What a contact tells about waiting: tables of cases, and the measures of a chat with a bot."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.contacts import (
    Measured,
    Message,
    Part,
    as_duration,
    guess_parts,
    guess_request,
    measure,
    measure_call,
    participants,
)
from checklists.model import Channel, ItemType, Measure
from checklists.parse import parse_documents, shipped
from checklists.problems import Problem, Problems
from checklists.sources import read_call, write_call
from tests import documents

CASES = json.loads((Path(__file__).parents[1] / "cases" / "contacts.json").read_text())
NOON = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
ME, PERSON, BOT, NOTICE = Part.ME, Part.PERSON, Part.BOT, Part.NOTICE
PARTS = {"me": ME, "anna": PERSON, "bot": BOT, "": NOTICE}


def messages(*said: tuple[str, int], minute: bool = False) -> list[Message]:
    """Messages by (who, seconds after ten o'clock)."""
    return [
        Message(number, number, number, who, "…", NOON + timedelta(seconds=after), minute=minute)
        for number, (who, after) in enumerate(said, start=1)
    ]


@pytest.mark.parametrize("case", CASES["calls"], ids=[case["case"] for case in CASES["calls"]])
def test_a_call(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(Problem) as caught:
            measure_call(*case["typed"])
        assert caught.value.place is not None
        assert [caught.value.code, caught.value.place.find("field")] == case["error"]
        return
    found = {time.measure.value: [time.low, time.high, time.seconds] for time in measure_call(*case["typed"])}
    assert found == {"pick_up": case["pick_up"], "total_time": case["total_time"]}


def test_durations_are_written_as_answers() -> None:
    assert all(as_duration(seconds) == canonical for seconds, canonical, _typed in CASES["durations"])


def test_the_times_of_a_call_are_kept_as_text() -> None:
    assert read_call(write_call((" 14:05 ", "", "14:06:10"))) == ("14:05", "", "14:06:10")
    assert read_call(b"\xff\nended: 14:06") == ("", "", "14:06")


MEASURED = [
    # what was said, where a person was asked for, {measure: (seconds, from, to)}
    ("a plain answer", [("me", 0), ("anna", 40)], None, {"first_response": (40, 1, 2), "total_time": (40, 1, 2)}),
    ("nobody answers", [("me", 0), ("me", 60)], None, {"total_time": (60, 1, 2)}),
    ("one message", [("me", 0)], None, {}),
    ("a greeting before the customer is no reply", [("bot", 0), ("me", 10), ("anna", 30)], None,
     {"first_response": (20, 2, 3), "total_time": (20, 2, 3)}),
    ("a notice is no reply", [("me", 0), ("", 1), ("anna", 50), ("", 90)], None,
     {"first_response": (50, 1, 3), "total_time": (50, 1, 3)}),
    ("a bot's reply counts", [("me", 0), ("bot", 2), ("me", 10), ("anna", 70)], 3,
     {"first_response": (2, 1, 2), "longest_wait": (60, 3, 4), "hand_over": (60, 3, 4), "total_time": (70, 1, 4)}),
    ("from the first unanswered message on", [("me", 0), ("anna", 5), ("me", 10), ("me", 40), ("anna", 70)],
     None, {"first_response": (5, 1, 2), "longest_wait": (60, 3, 5), "total_time": (70, 1, 5)}),
    ("the longest later wait", [("me", 0), ("anna", 99), ("me", 100), ("anna", 130), ("me", 140), ("anna", 150)],
     None, {"first_response": (99, 1, 2), "longest_wait": (30, 3, 4), "total_time": (150, 1, 6)}),
    ("the bot goes on after the request", [("me", 0), ("bot", 1), ("me", 5), ("bot", 6), ("anna", 65)], 3,
     {"first_response": (1, 1, 2), "longest_wait": (1, 3, 4), "hand_over": (60, 3, 5), "total_time": (65, 1, 5)}),
    ("asked without a bot is no hand-over", [("me", 0), ("anna", 9)], 1,
     {"first_response": (9, 1, 2), "total_time": (9, 1, 2)}),
    ("no person ever came", [("me", 0), ("bot", 1), ("me", 5)], 3,
     {"first_response": (1, 1, 2), "total_time": (5, 1, 3)}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "asked", "expected"), [case[1:] for case in MEASURED], ids=[c[0] for c in MEASURED])
def test_a_chat(said: list[tuple[str, int]], asked: int | None, expected: dict[str, tuple[int, int, int]]) -> None:
    found = measure(messages(*said), PARTS, asked)
    assert {time.measure.value: (time.seconds, time.start, time.end) for time in found} == expected
    assert all(time.exact for time in found)


def test_minutes_make_a_range() -> None:
    (first, _whole) = measure(messages(("me", 0), ("anna", 120), minute=True), PARTS)
    assert (first.low, first.high, first.seconds, first.exact) == (60, 180, 120, False)
    assert first.value == "00:02:00"
    (first, _whole) = measure(messages(("me", 0), ("anna", 0), minute=True), PARTS)
    assert (first.low, first.high, first.seconds) == (
        0,
        60,
        30,
    )  # the middle, though nobody answers before they are asked


def test_somebody_has_to_be_the_customer() -> None:
    with pytest.raises(Problem) as caught:
        measure(messages(("anna", 0), ("bot", 1)), PARTS)
    assert caught.value.code == "nobody_is_you"


@given(
    st.lists(st.tuples(st.sampled_from([*PARTS]), st.integers(0, 100_000), st.booleans()), min_size=1, max_size=30),
    st.integers(0, 30),
)
def test_a_time_lies_in_its_range_between_its_messages(said: list[tuple[str, int, bool]], asked: int) -> None:
    ordered = sorted(said, key=lambda each: each[1])
    sent = [
        Message(n, n, n, who, "", NOON + timedelta(seconds=after // 60 * 60 if minute else after), minute=minute)
        for n, (who, after, minute) in enumerate(ordered, start=1)
    ]
    if not any(who == "me" for who, _after, _minute in said):
        return
    for time in measure(sent, PARTS, asked):
        truth = ordered[time.end - 1][1] - ordered[time.start - 1][1]
        assert time.low <= truth <= time.high
        assert time.seconds == (time.low + time.high) // 2
        assert time.start < time.end
        assert PARTS[sent[time.start - 1].who] is ME
        to_the_second = not sent[time.start - 1].minute and not sent[time.end - 1].minute
        assert time.exact == (to_the_second or time.high == 0)  # in no time at all there is no range


GUESSES = [
    (["Ja", "Bot Lumo", "Anna"], [ME, BOT, PERSON]),
    (["Konsultant Piotr", "Basia"], [PERSON, ME]),
    (["Basia", "Piotr"], [ME, PERSON]),
    (["Piotr", "Ola Nowak"], [PERSON, ME]),
    (["System", "You", "Virtual assistant"], [NOTICE, ME, BOT]),
    (["Jones", "Customer"], [PERSON, ME]),
    (["Support", "Agent"], [ME, PERSON]),
]


@pytest.mark.parametrize(("names", "parts"), GUESSES)
def test_who_is_who_is_guessed(names: list[str], parts: list[Part]) -> None:
    said = messages(*((name, 10 * number) for number, name in enumerate(names)))
    people = participants(said, guess_parts(said, ["Ola Nowak", "Ola"]))
    assert [(person.who, person.part, person.messages) for person in people] == [
        (name, part, 1) for name, part in zip(names, parts, strict=True)
    ]


def test_where_a_person_was_asked_for_is_guessed() -> None:
    said = [
        Message(number, number, number, who, text, NOON + timedelta(seconds=number))
        for number, (who, text) in enumerate(
            [
                ("me", "hej"),
                ("bot", "hej"),
                ("me", "chcę z człowiekiem"),
                ("bot", "łączę"),
                ("me", "ok"),
                ("anna", "hej"),
            ],
            start=1,
        )
    ]
    assert guess_request(said, PARTS) == 3
    assert guess_request([said[0], said[1], said[4], said[5]], PARTS) == 5  # the last one before a person wrote
    assert guess_request(said[:5], PARTS) is None  # nobody came
    assert guess_request(said, {**PARTS, "bot": PERSON}) is None


def test_measures_stand_on_durations_only() -> None:
    wrong = documents.CHECKLIST.replace('code = "M4"', 'code = "M4"\nmeasure = "pick_up"')
    with pytest.raises(Problems) as caught:
        parse_documents({"standard.toml": documents.STANDARD, "checklist.toml": wrong})
    assert "“measure” does not apply here: it is only for items of type duration" in str(caught.value)
    unknown = documents.CHECKLIST.replace('code = "M5"', 'code = "M5"\nmeasure = "patience"')
    with pytest.raises(Problems) as caught:
        parse_documents({"standard.toml": documents.STANDARD, "checklist.toml": unknown})
    assert "patience" in str(caught.value)


def test_the_shipped_checklists_name_their_measures() -> None:
    named = {
        checklist.channel: {item.code: item.measure for item in checklist.items if item.measure}
        for checklist in shipped()[1]
    }
    assert named[Channel.PHONE] == {"PH05": Measure.PICK_UP}
    assert named[Channel.CHAT] == {
        "CH04": Measure.FIRST_RESPONSE, "CH08": Measure.HAND_OVER, "CH11": Measure.LONGEST_WAIT
    }  # fmt: skip
    assert named[Channel.EMAIL] == {"EM05": Measure.FIRST_RESPONSE, "EM24": Measure.LONGEST_WAIT}
    assert not named[Channel.STORE_VISIT]
    kinds = {item.type for checklist in shipped()[1] for item in checklist.items if item.measure}
    assert kinds == {ItemType.DURATION}
    assert Measured(Measure.PICK_UP, 0, 0, 0, 1, 2).value == "00:00:00"
