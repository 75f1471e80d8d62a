"""Chats as people paste and programs export them: tables of forms, and what holds for any text at all."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.chat_lines import LINE_LIMIT, LINES_LIMIT, lines_of
from checklists.problems import Problem, at
from checklists.stamps import find_day, find_stamp
from checklists.transcripts import Transcript, parse_transcript, read_text, text_of_html

ZONE = ZoneInfo("Europe/Warsaw")
DAY = date(2026, 8, 12)
CHATS = json.loads((Path(__file__).parents[1] / "cases" / "contacts.json").read_text())["chats"]


def read(text: str, name: str = "", day: date = DAY) -> Transcript:
    return parse_transcript(text, zone=ZONE, day=day, name=name)


def outcome(given: str | bytes, name: str = "") -> Transcript | Problem:
    """Return what reading gives: the messages or the refusal, both being right for arbitrary text and bytes."""
    try:
        return read(read_text(given) if isinstance(given, bytes) else given, name)
    except Problem as problem:
        return problem


def short(text: str, name: str = "", day: date = DAY) -> list[tuple[str, str, str]]:
    """Return (who, local time with the precision of its stamp, text) of each message."""
    return [
        (m.who, m.at.astimezone(ZONE).strftime("%d.%m.%y %H:%M" if m.minute else "%d.%m.%y %H:%M:%S"), m.text)
        for m in read(text, name, day).messages
    ]


TWO = [("Anna", "12.08.26 10:14", "hej"), ("Sklep", "12.08.26 10:16", "tak")]
TO_THE_SECOND = [("Anna", "12.08.26 10:14:05", "hej"), ("Sklep", "12.08.26 10:16:00", "tak")]
FORMS = {
    "time first": "10:14 Anna: hej\n10:16 Sklep: tak",
    "brackets": "[10:14] Anna: hej\n[10:16] Sklep: tak",
    "parentheses": "(10:14) Anna: hej\n(10:16) Sklep: tak",
    "angled names": "10:14 <Anna> hej\n10:16 <Sklep> tak",
    "tabs": "10:14\tAnna\thej\n10:16\tSklep\ttak",
    "dash": "10:14 - Anna: hej\n10:16 – Sklep: tak",
    "phone messenger, day first": "12/08/2026, 10:14 - Anna: hej\n12/08/2026, 10:16 - Sklep: tak",
    "phone messenger, month first": "8/12/26, 10:14 AM - Anna: hej\n8/12/26, 10:16 AM - Sklep: tak",
    "phone messenger, marks": "\u200e[12.08.2026, 10:14] Anna: hej\n\u200e[12.08.2026, 10:16] Sklep: \u200etak",
    "rare spaces": "10:14\u202fAM Anna: hej\n10:16\u00a0a.m. Sklep: tak",
    "name first": "Anna (10:14 AM)\nhej\nSklep (10:16 AM)\ntak",
    "name first, brackets": "Anna [10:14]: hej\nSklep [10:16]: tak",
    "name, comma": "Anna, 10:14\nhej\nSklep, 10:16\ntak",
    "name, dot": "Anna • 10:14\nhej\nSklep • 10:16\ntak",
    "name and time alone": "Anna 10:14\nhej\nSklep 10:16\ntak",
    "time and name alone": "10:14 Anna\nhej\n10:16 Sklep\ntak",
    "Polish dates": "12 sierpnia 2026, 10:14 Anna: hej\nśr., 12 sie 2026 10:16 Sklep: tak",
    "English dates": "Aug 12, 2026, 10:14 AM Anna: hej\nWednesday, 12 August 2026 at 10:16 Sklep: tak",
    "a day on a line of its own": "--- 12.08.2026 ---\n10:14 Anna: hej\n10:16 Sklep: tak",
    "mixed": "[10:14] Anna: hej\nSklep (10:16 AM)\ntak",
    "newest first": "12.08.2026 10:16 Sklep: tak\n12.08.2026 10:14 Anna: hej",
    "carriage returns": "10:14 Anna: hej\r\n10:16 Sklep: tak\r\n",
    "a saved page": "<div><b>Anna</b> <i>10:14</i><p>hej</p></div><div><b>Sklep</b> <i>10:16</i><p>tak</p></div>",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_form_to_the_minute(text: str) -> None:
    assert short(text) == TWO


@pytest.mark.parametrize("case", CHATS, ids=[case["case"] for case in CHATS])
def test_blocks_and_doubtful_lines(case: dict[str, Any]) -> None:
    found = read(case["text"])
    assert [
        [m.who, m.at.astimezone(ZONE).strftime("%H:%M" if m.minute else "%H:%M:%S"), m.text] for m in found.messages
    ] == case["messages"]
    assert {m.at.astimezone(ZONE).date() for m in found.messages} == {DAY}
    assert [[doubt.line, doubt.begins] for doubt in found.doubts] == case["doubts"]
    lines = lines_of(case["text"])
    assert all(lines[doubt.line - 1] == doubt.text for doubt in found.doubts)


SECONDS = {
    "seconds": ("10:14:05 Anna: hej\n10:16:00 Sklep: tak", ""),
    "ISO, universal time": ("2026-08-12T08:14:05Z Anna: hej\n2026-08-12T08:16:00.250Z Sklep: tak", ""),
    "ISO, two zones": ("2026-08-12T10:14:05+02:00 Anna: hej\n2026-08-12T04:16:00-0400 Sklep: tak", ""),
    "a table": ("time,author,text\n2026-08-12 10:14:05,Anna,hej\n2026-08-12 10:16:00,Sklep,tak", "x.csv"),
    "date and time apart": ("Data;Czas;Autor;Treść\n12.08.2026;10:14:05;Anna;hej\n12.08.2026;10:16:00;Sklep;tak", ""),
    "JSON": ('[{"at":"2026-08-12 10:14:05","from":"Anna","text":"hej"},'
             '{"at":"2026-08-12 10:16:00","from":"Sklep","text":"tak"}]', "x.json"),
    "JSON, seconds since 1970": ('{"messages":[{"ts":1786522445,"user":{"name":"Anna"},"body":"hej"},'
                                 '{"ts":1786522560000,"user":{"name":"Sklep"},"body":"tak"}]}', ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), SECONDS.values(), ids=SECONDS)
def test_a_form_to_the_second(text: str, name: str) -> None:
    assert short(text, name) == TO_THE_SECOND


def test_seconds_and_minutes_in_one_transcript() -> None:
    assert short("10:14:05 Anna: a\n10:15 Sklep: b\n10:14:59 Anna: c") == [
        ("Anna", "12.08.26 10:14:05", "a"),
        ("Sklep", "12.08.26 10:15", "b"),
        ("Anna", "12.08.26 10:14:59", "c"),  # a clock that is a second behind
    ]


CLOCKS = [
    ("past midnight", "23:59:50 A: x\n00:00:10 B: y", DAY, ["12.08.26 23:59:50", "13.08.26 00:00:10"]),
    ("twice past midnight", "23:00 A: x\n08:00 B: y\n07:00 A: z", DAY,
     ["12.08.26 23:00", "13.08.26 08:00", None]),
    ("a dated day, then times alone", "12.08.2026 23:50 A: x\n00:10 B: y\n09:00 A: z", date(2026, 1, 1),
     ["12.08.26 23:50", "13.08.26 00:10", "13.08.26 09:00"]),
    ("noon and midnight in halves of a day", "11:59 AM A: x\n12:01 PM B: y\n11:59 PM A: z\n12:01 AM B: q", DAY,
     ["12.08.26 11:59", "12.08.26 12:01", "12.08.26 23:59", "13.08.26 00:01"]),
    ("day first, because of 13", "01/02/2026 10:00 A: x\n13/02/2026 10:00 B: y", DAY,
     ["01.02.26 10:00", "13.02.26 10:00"]),
    ("month first, because of 13", "02/01/2026 10:00 A: x\n02/13/2026 10:00 B: y", DAY,
     ["01.02.26 10:00", "13.02.26 10:00"]),
    ("month first, nearer to the visit", "08/12/2026 10:00 A: x\n08/12/2026 10:01 B: y", DAY,
     ["12.08.26 10:00", "12.08.26 10:01"]),
    ("the hour that comes twice", "02:50 A: x\n02:10 B: y", date(2026, 10, 25), ["25.10.26 02:50", "25.10.26 02:10"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day", "expected"), [case[1:] for case in CLOCKS], ids=[case[0] for case in CLOCKS])
def test_clocks(text: str, day: date, expected: list[str | None]) -> None:
    if None in expected:
        with pytest.raises(Problem) as caught:
            read(text, day=day)
        assert caught.value.code == "transcript_backwards"
    else:
        assert [moment for _who, moment, _text in short(text, day=day)] == expected


def test_the_hour_that_comes_twice_is_twenty_minutes_not_minus_forty() -> None:
    first, second = read("02:50 A: x\n02:10 B: y", day=date(2026, 10, 25)).messages
    assert (second.at - first.at).total_seconds() == 20 * 60
    assert first.at == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)


def test_what_belongs_to_a_message() -> None:
    lines = [
        "Rozmowa z Anną",
        "",
        "10:14 Anna: Wracam o",
        "12:30 i dalej",
        "https://x.pl/a: b",
        "",
        "10:15 Łączę",
        "10:16 a:b: o",
    ]
    found = read("\n".join(lines))
    assert [(m.who, m.line, m.last, m.text) for m in found.messages] == [
        ("Anna", 3, 6, "Wracam o\n12:30 i dalej\nhttps://x.pl/a: b"),
        ("", 7, 7, "Łączę"),
        ("a:b", 8, 8, "o"),
    ]
    assert found.aside == ((1, "Rozmowa z Anną"),)


def test_what_stands_below_a_date_is_no_text_of_the_message_above_it() -> None:
    found = read("12.08.2026 10:14 Anna: hej\n13.08.2026\nDzisiaj\n\n09:00 Sklep: tak")
    assert [(m.who, m.line, m.last, m.text) for m in found.messages] == [("Anna", 1, 1, "hej"), ("Sklep", 5, 5, "tak")]
    assert found.aside == ((2, "13.08.2026"), (3, "Dzisiaj"))
    assert (found.messages[1].at - found.messages[0].at).total_seconds() == 22 * 3600 + 46 * 60


REFUSED = [
    ("", "", "source_empty", None),
    ("   \n", "", "source_empty", None),
    ("nic tu nie ma\nala", "", "transcript_unreadable", "1"),
    ("10:14\n10:15", "", "transcript_unreadable", "1"),
    ("10:14 A: x\n25:00 B: y", "", "transcript_bad_time", "2"),
    ("10:14 A: x\n10:61 B: y", "", "transcript_bad_time", "2"),
    ("10:14 A: x\n13:00 PM B: y", "", "transcript_bad_time", "2"),
    ("30/02/2026 10:14 A: x", "", "transcript_bad_time", "1"),
    ("0000-01-01 10:14 A: x", "", "transcript_bad_time", "1"),
    ("10:14 A: x\n10:16 B: y\n\n10:10 A: z\n10:20 B: q", "", "transcript_backwards", "4"),
    ("01.01.2026 10:14 A: x\n01.03.2026 10:14 B: y", "", "contact_too_long", "2"),
    ("time,text\n10:14,x", "x.csv", "transcript_columns", "1"),
    ("time,author,text\n10:14,A,x\nnoon,B,y", "x.csv", "transcript_bad_time", "3"),
    ("{", "x.json", "transcript_unreadable", "1"),
    ("[1]", "x.json", "transcript_unreadable", "1"),
    ('[{"time":"10:14","text":"x"}]', "x.json", "transcript_columns", "1"),
    ('[{"time":null,"from":"A","text":"x"}]', "x.json", "transcript_bad_time", "1"),
    ("10:14 A: x\n" * 5001, "", "too_many_messages", None),
]


@pytest.mark.parametrize(("text", "name", "code", "line"), REFUSED)
def test_refusals_name_the_line(text: str, name: str, code: str, line: str | None) -> None:
    with pytest.raises(Problem) as caught:
        read(text, name)
    assert caught.value.code == code
    assert (caught.value.place.find("line") if caught.value.place else None) == line


HOSTILE_NAMES = [
    "<script>",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "a:b",
    "Robert'); DROP TABLE",
    "🙂",
    "x" * 80,
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_names(name: str) -> None:
    assert [m.who for m in read(f"10:14 {name}: hej\n10:15 B: y").messages] == [name, "B"]


def test_marks_that_turn_the_reading_direction_are_taken_out() -> None:
    (message,) = read("10:14 \u202eannA\u2066: a\u202eb").messages
    assert (message.who, message.text) == ("annA", "ab")


def test_an_endless_name_is_text() -> None:
    found = read("10:14 A: x\n10:15 " + "y" * 10_000 + ": z").messages
    assert [(m.who, len(m.text)) for m in found] == [("A", 1), ("", 10_003)]


ENCODINGS = [
    ("utf-8", "Zażółć".encode()),
    ("with a mark", b"\xef\xbb\xbf" + "Zażółć".encode()),
    ("utf-16", "Zażółć".encode("utf-16")),
    ("Windows", "Zażółć".encode("cp1250")),
]


@pytest.mark.parametrize("data", [data for _name, data in ENCODINGS], ids=[name for name, _data in ENCODINGS])
def test_encodings(data: bytes) -> None:
    assert read_text(data) == "Zażółć"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        read_text(b"PK\x03\x04\x00\x00")
    assert caught.value.code == "source_not_text"


def test_a_page_becomes_words() -> None:
    silent = "<title>t</title><style>p{}</style><script>10:14 A: x</script>"
    assert text_of_html(f"{silent}<p>a<br>b &lt;c&gt;</p><!-- d --><P onclick=x>e</P>") == "a\nb <c>\ne"


HEAVY = {
    "half-open declarations": "<!" * 400_000,
    "half-open tags": "<a " * 300_000,
    "half-open ends": "</" * 400_000,
    "comments": "<!--" * 200_000,
    "scripts": "<script>" * 100_000,
    "blanks": "10:14 A: " + " " * 900_000 + "x",
    "blanks before a colon": "10:14 A" + " " * 900_000 + ": x",
    "words": "10:14 " + "a " * 400_000,
    "brackets": "(10:14 " * 100_000,
    "commas": "A, " * 300_000,
    "nested lists": "[" * 900_000,
    "colons": "1:1" * 300_000,
    "lines": "Anna 10:14\n" * 80_000,
    "lines that are times": "10:14\n" * 150_000,
    "blocks": "Anna\n10:14\na\n" * 60_000,
    "names that come once": "".join(f"A{n} {n % 24}:00\n" for n in range(70_000)),
    "times before dates": "10:14, 12.08.2026 " * 50_000,
}


HEAVY_READ = {"blanks": 1, "blanks before a colon": 1}
HEAVY_REFUSED = {
    **dict.fromkeys(["lines", "lines that are times", "blocks", "names that come once"], "too_many_lines"),
    **dict.fromkeys(["half-open declarations", "half-open tags", "half-open ends", "comments"], "line_too_long"),
    **dict.fromkeys(["words", "brackets", "commas", "nested lists", "colons", "times before dates"], "line_too_long"),
}


@pytest.mark.parametrize("case", HEAVY)
def test_a_megabyte_of_anything_is_read_in_time(case: str) -> None:
    begun = time.process_time()
    found = outcome(HEAVY[case])
    # No figure of speed: a reader that looks back at every character would be at it for hours.
    assert time.process_time() - begun < 15
    if isinstance(found, Problem):
        assert found.code == HEAVY_REFUSED.get(case, "transcript_unreadable")
    else:
        assert len(found.messages) == HEAVY_READ[case]


@pytest.mark.parametrize("case", HEAVY)
def test_the_longest_lines_that_are_read_are_read_in_time(case: str) -> None:
    """No figure of speed here either: what looks back from every character never ends."""
    whole = HEAVY[case].replace("\n", " ")
    lines = [whole[start : start + LINE_LIMIT] for start in range(0, len(whole), LINE_LIMIT)]
    found = outcome("\n".join(["10:14 A: x", *lines]))
    assert not isinstance(found, Problem) or found.code == "too_many_messages"


SLOW = {
    "a name of one long word": "a" * 900_000 + "\n10:14\nhello\nBob\n10:15\nhi\nBob\n10:16\nhi\n",
    "long words above times": ("a" * (LINE_LIMIT - 1) + "\n10:14\n") * 45 + "Bob\n10:15\nhi\nBob\n10:16\nhi\n",
    "tabs": "10:14 A: x\n" + ("ab" + "\t" * 990 + "\n") * 900,
    "rare blanks": "10:14 A: x\n" + ("ab" + "\u2028" * 990 + "\n") * 300,
    "marks on one letter": "10:14 A: a" + "\u0301\u0323" * 225_000,
    "names and times": "10:14\nab\n" * 100_000,
    "one endless message": "10:14 A: x\n" + ("ab" * 15 + "\n") * 29_000,
}


@pytest.mark.parametrize("case", SLOW)
def test_what_took_minutes_is_read_or_refused(case: str) -> None:
    found = outcome(SLOW[case])
    assert not isinstance(found, Problem) or found.code in ("line_too_long", "too_many_lines")


def test_a_line_and_their_number_have_limits() -> None:
    with pytest.raises(Problem) as caught:
        read("10:14 A: x\n" + "y" * (LINE_LIMIT + 1))
    assert (caught.value.code, caught.value.place) == ("line_too_long", at(line=2))
    with pytest.raises(Problem) as caught:
        read("10:14 A: x\n" + "y\n" * LINES_LIMIT)
    assert caught.value.code == "too_many_lines"
    (message,) = read("10:14 A: " + "y" * (LINE_LIMIT - 9) + "\n\n" * LINES_LIMIT).messages
    assert len(message.text) == LINE_LIMIT - 9


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("time,who,text\n" + "10:14,A,x\n" * 5001 + '"never closed', "x.csv"),
        ("[" + ",".join(['{"time": "10:14", "who": "A", "text": "x"}'] * 5001 + ["1"]) + "]", "x.json"),
        ("10:14 A: x\n" * 10_001 + "10:99 A: x", ""),
    ],
)
def test_counting_stops_at_the_limit(text: str, name: str) -> None:
    """What is wrong further down is not looked at any more."""
    with pytest.raises(Problem) as caught:
        read(text, name)
    assert caught.value.code == "too_many_messages"


PIECES = st.sampled_from(
    [
        "10:14", "10:15:30", "23:59", "00:01", "25:00", "12/08/2026", "2026-08-12", "31.02.2026", "T",
        "Z", " ", ", ", ": ",
        "[", "]", "(", ")", "<", ">", " - ", "\n", "\n\n", "\t", "AM", "Anna", "Sklep", "bot", "hej", "a:b", "\u202e",
        "\u200e", '"', ";", "time,author,text\n", "{", "}", '[{"time":"10:14","from":"A","text":"x"}]', "<p>",
        "<br>", "12 sie 2026",
    ]
)  # fmt: skip
ANYTHING = st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join)


@given(ANYTHING, st.sampled_from(["", "a.txt", "a.csv", "a.json", "a.html"]))
def test_nothing_but_a_problem_ever_comes_out(text: str, name: str) -> None:
    found = outcome(text, name)
    if isinstance(found, Problem):
        assert found.text("pl")
        return
    assert [m.number for m in found.messages] == list(range(1, len(found.messages) + 1))
    instants = [m.at for m in found.messages]
    behind = [(b - a).total_seconds() for a, b in pairwise(instants)]
    assert all(gap >= -120 for gap in behind)


@given(ANYTHING)
def test_no_line_is_lost(text: str) -> None:
    if text.lstrip()[:1] in ("<", "{", "[") or "time,author" in text:
        text = "10:14 A: x\n" + text.replace("time,author", "time author")
    found = outcome(text, "a.txt")
    if isinstance(found, Problem):
        return
    lines = lines_of(text)
    taken = [number for m in found.messages for number in range(m.line, m.last + 1)]
    taken += [number for number, _line in found.aside]
    assert len(taken) == len(set(taken))
    assert {number for number, line in enumerate(lines, start=1) if line.strip()} <= set(taken)
    for message in found.messages:
        for number in range(message.line + 1, message.last + 1):
            words = lines[number - 1].replace("\t", " ").strip()
            assert words in message.text or _of_beginning(words, message.who)


def _of_beginning(words: str, who: str) -> bool:
    """Tell whether a line may be the name or the time of a message in blocks."""
    return find_stamp(words.strip("[]()<>-, "), 1) is not None or find_day(words) is not None or who in words


@given(ANYTHING)
def test_every_line_with_a_time_begins_a_message_or_is_a_doubt(text: str) -> None:
    text = "10:14 A: x\n" + text.replace("time,author", "time author")
    found = outcome(text, "a.txt")
    if isinstance(found, Problem):
        return
    begun = {number for m in found.messages for number in (m.line, m.line + 1, m.last)}
    named = {doubt.line for doubt in found.doubts}
    assert not named & {m.line for m in found.messages}
    for number, line in enumerate(lines_of(text), start=1):
        assert number in begun | named or not re.search(r"(?<![\w:.,/-])\d\d:\d\d(?![\d:])", line)


@given(st.binary(max_size=200))
def test_bytes_are_text_or_refused(data: bytes) -> None:
    found = outcome(data)
    assert found.code if isinstance(found, Problem) else found.messages
