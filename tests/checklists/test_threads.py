"""E-mails saved as .eml: whose clock counts, what is nested or quoted, what is attached, and hostile files."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, date, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.contacts import MESSAGE_LIMIT, Message, guess_parts, measure
from checklists.problems import Problem
from checklists.threads import AUTOMATIC, parse_thread

ZONE = ZoneInfo("Europe/Warsaw")
DAY = date(2026, 8, 12)
OLA, SHOP = "Ola <ola@x.pl>", "Sklep <s@y.pl>"


def eml(sender: str = OLA, date_: str = "Wed, 12 Aug 2026 10:00:00 +0200", body: str = "Hej", **headers: str) -> bytes:
    lines = [f"From: {sender}", *([f"Date: {date_}"] if date_ else [])]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def read(*files: bytes) -> tuple[Message, ...]:
    return parse_thread(files, zone=ZONE, day=DAY)


def outcome(*files: bytes) -> tuple[Message, ...] | Problem:
    """Return what reading gives: the messages or the refusal, both being right for arbitrary bytes."""
    try:
        return read(*files)
    except Problem as problem:
        return problem


def code_of(*files: bytes) -> str:
    with pytest.raises(Problem) as caught:
        read(*files)
    return caught.value.code


HOP = "from a by b; Wed, 12 Aug 2026 10:00:30 +0200"
CLOCKS = [
    # Date, Received, instant in UTC, whose clock
    ("Wed, 12 Aug 2026 10:00:00 +0200", "", "08:00:00", ""),
    ("Wed, 12 Aug 2026 10:00:00 +0200", HOP, "08:00:00", ""),
    ("Wed, 12 Aug 2026 10:00:00 -0800", HOP, "08:00:30", "received"),
    ("Wed, 12 Aug 2026 10:00:00", HOP, "08:00:30", "received"),
    ("Wed, 12 Aug 2026 10:00:00 -0000", "", "08:00:00", "assumed"),
    ("12 Aug 2026 10:00:00", "", "08:00:00", "assumed"),
    ("Wed, 12 Aug 1926 10:00:00 +0200", HOP, "08:00:30", "received"),
    ("yesterday", HOP, "08:00:30", "received"),
    ("", HOP, "08:00:30", "received"),
    ("Wed, 12 Aug 2026 10:00:00 +9900", HOP, "08:00:30", "received"),
]


@pytest.mark.parametrize(("written", "hop", "instant", "clock"), CLOCKS)
def test_whose_clock_counts(written: str, hop: str, instant: str, clock: str) -> None:
    (message,) = read(eml(date_=written, **({"Received": hop} if hop else {})))
    assert (f"{message.at:%Y-%m-%d %H:%M:%S}", message.clock) == (f"2026-08-12 {instant}", clock)
    assert message.at.tzinfo is UTC


def test_of_many_servers_the_first_one_counts() -> None:
    late = b"Received: from b by c; Wed, 12 Aug 2026 11:30:00 +0200\r\n"
    (message,) = read(late + eml(date_="", Received=HOP))
    assert message.at == datetime(2026, 8, 12, 8, 0, 30, tzinfo=UTC)


def test_a_thread_is_ordered_and_measured() -> None:
    receipt = eml(SHOP, "Wed, 12 Aug 2026 10:00:20 +0200", "Dostaliśmy", Auto_Submitted="auto-replied")
    reply = eml(SHOP, "Wed, 12 Aug 2026 16:40:00 +0000", "Puchowa")
    more, last = eml(OLA, "Wed, 12 Aug 2026 20:00:00 +0200", "A?"), eml(SHOP, "Thu, 13 Aug 2026 9:00:00 +0200", "B")
    thread = read(last, reply, eml(), more, receipt, eml())
    assert [message.who for message in thread] == [OLA, f"{SHOP} {AUTOMATIC}", SHOP, OLA, SHOP]
    assert [message.file for message in thread] == [2, 4, 1, 3, 0]
    found = {t.measure.value: t.seconds for t in measure(thread, guess_parts(thread))}
    assert found == {"first_response": 31_200, "longest_wait": 46_800, "total_time": 82_800}


@pytest.mark.parametrize(
    ("name", "value"),
    [("Auto-Submitted", "auto-generated"), ("Precedence", "auto_reply"), ("X-Autoreply", "yes")],
)
def test_programs_that_answer(name: str, value: str) -> None:
    assert read(f"{name}: {value}\r\n".encode() + eml())[0].automatic
    assert not read(b"Auto-Submitted: no\r\n" + eml())[0].automatic


def test_parts_and_attachments() -> None:
    mail = EmailMessage()
    mail["From"], mail["Date"] = "=?utf-8?b?xYF1Y2ph?= <l@x.pl>", "Wed, 12 Aug 2026 10:00:00 +0200"
    mail["Subject"] = "Zażółć gęślą"
    mail.set_content("Treść\n")
    mail.add_alternative("<p>Inna <script>alert(1)</script>treść</p>", subtype="html")
    mail.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="ź/../<b>.zip")
    (message,) = read(mail.as_bytes())
    assert (message.who, message.text) == ("Łucja <l@x.pl>", "Zażółć gęślą\n\nTreść")
    (file,) = message.attachments
    assert (file.name, file.size, file.sha256) == ("ź/../<b>.zip", 4, hashlib.sha256(b"PK\x03\x04").hexdigest())


def test_html_alone_is_read_as_words() -> None:
    page = "<style>p{}</style><p>Dzień&nbsp;dobry</p><img src=x onerror=alert(1)><a href='javascript:x'>tak</a>"
    (message,) = read(eml(body=page, Content_Type="text/html; charset=utf-8"))
    assert message.text == "Dzień dobry\ntak"


def test_a_message_inside_a_message() -> None:
    inner = EmailMessage()
    inner["From"], inner["Date"] = SHOP, "Wed, 12 Aug 2026 09:00:00 +0200"
    inner.set_content("w środku")
    outer = EmailMessage()
    outer["From"], outer["Date"] = OLA, "Wed, 12 Aug 2026 10:00:00 +0200"
    outer.set_content("na zewnątrz")
    outer.add_attachment(inner)
    assert [(m.who, m.text) for m in read(outer.as_bytes())] == [(SHOP, "w środku"), (OLA, "na zewnątrz")]


QUOTES = [
    "W dniu 12.08.2026 o 08:15, Ola <ola@x.pl> napisał(a):",
    "On Wed, 12 Aug 2026 at 08:15, Ola <ola@x.pl> wrote:",
    "On Aug 12, 2026, 8:15 AM Ola <ola@x.pl> wrote:",
    "śr., 12 sie 2026 o 08:15 Ola <ola@x.pl> napisał(a):",
    "> > W dniu 12.08.2026 o 08:15, Ola <ola@x.pl>\n> > pisze:",
]


@pytest.mark.parametrize("heading", QUOTES)
def test_a_quoted_message_that_did_not_come_itself(heading: str) -> None:
    reply = eml(SHOP, body=f"Puchowa\n\n{heading}\n> Jaka?", Content_Type="text/plain; charset=utf-8")
    quoted, answer = read(reply)
    assert (quoted.who, quoted.minute, quoted.clock) == (OLA, True, "assumed")
    assert quoted.at == datetime(2026, 8, 12, 6, 15, tzinfo=UTC)
    assert quoted.text.startswith("Jaka?") or quoted.text.endswith("Jaka?")
    assert answer.who == SHOP
    own = eml(date_="Wed, 12 Aug 2026 08:15:20 +0200")
    assert [m.who for m in read(reply, own)] == [OLA, SHOP]
    assert [m.minute for m in read(reply, own)] == [False, False]


REFUSED = [
    (b"", "source_empty"),
    (b"hej", "email_unreadable"),
    (b"\x89PNG\x00\x01", "email_unreadable"),
    (eml(date_=""), "email_no_time"),
    (eml(date_="noon"), "email_no_time"),
    (b"From: a\r\nContent-Type: message/rfc822\r\n\r\n" * 5000, "email_unreadable"),
]


@pytest.mark.parametrize(("data", "code"), REFUSED, ids=range(len(REFUSED)))
def test_refusals(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_thread_of_months_is_refused() -> None:
    assert code_of(eml(), eml(SHOP, "Wed, 14 Oct 2026 10:00:00 +0200")) == "contact_too_long"


HEAVY = {
    "quotes": eml(body="On 12.08.2026 10:14, A wrote:\n" * 30_000),
    "encoded words": eml(Subject="=?utf-8?Q?" * 90_000),
    "angles": eml("<" * 900_000),
    "servers": b"Received: x; Wed, 12 Aug 2026 10:00:00 +0200\r\n" * 20_000 + eml(date_=""),
    "parts": eml(body="--a\n\nx\n" * 50_000, Content_Type="multipart/mixed; boundary=a"),
    "messages": eml(
        body=f"--a\nContent-Type: message/rfc822\n\n{eml().decode()}\n" * (MESSAGE_LIMIT - 1),
        Content_Type="multipart/mixed; boundary=a",
    ),
    "an unknown charset": eml(body="hej", Content_Type="text/plain; charset=klingon"),
    "blanks in headings": eml(body=("On 12.08.2026 10:14" + " " * 100 + "a" * 100 + "\n") * 4000),
    "blanks before a name": eml(body=("On 12.08.2026 10:14" + " " * 100 + "a" * 100 + " wrote:\n") * 4000),
    "the same quote": eml(body="On 12.08.2026 10:14, A wrote:\nx\n" * 30_000),
    "Punycode": eml(body="abcdefghij" * 90_000, Content_Type="text/plain; charset=punycode"),
    "parameters": eml(body="x", Content_Type="text/plain; " + "a*0=b;" * 150_000),
    "parameters in lines": eml(body="x", Content_Type="text/plain;\r\n " + "a*0=b;\r\n " * 100_000),
    "marks on one letter": eml(body="a" + "\u0301\u0323" * 200_000),
    "broken base64": eml(body="a=b=c", Content_Type="text/plain", Content_Transfer_Encoding="base64"),
}


@pytest.mark.parametrize("data", HEAVY.values(), ids=HEAVY)
def test_hostile_files_are_read_in_time(data: bytes) -> None:
    begun = time.process_time()
    found = read(data)
    assert all(len(message.who) <= 130 for message in found)
    assert time.process_time() - begun < 15


def test_messages_are_counted_while_they_are_read() -> None:
    """The last one is no message at all, which nobody gets to see."""
    one = f"--a\nContent-Type: message/rfc822\n\n{eml().decode()}\n"
    none = one.replace("From: ", "From: x\nReceived: x\nDate: never\nTo: ")
    mixed = {"Content_Type": "multipart/mixed; boundary=a"}
    assert code_of(eml(body=one * 3 + none, **mixed)) == "email_no_time"
    assert code_of(eml(body=one * (MESSAGE_LIMIT + 1) + none, **mixed)) == "too_many_messages"


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-2", "Zażółć".encode("iso-8859-2"), "Zażółć"),
        ("windows-1250", "Zażółć".encode("cp1250"), "Zażółć"),
        ("cp1250", "Zażółć".encode("cp1250"), "Zażółć"),
        ("KOI8-R", "да".encode("koi8-r"), "да"),
        ("UTF-16", "Zażółć".encode("utf-16"), "Zażółć"),
        ("utf-7", b"Za+AXwA8wFCAQc-", "Za+AXwA8wFCAQc-"),
        ("punycode", b"abc-def", "abc-def"),
        ("unicode_escape", rb"\u0061", rb"\u0061".decode()),
    ],
)
def test_a_text_is_read_in_its_charset_when_that_is_one_of_texts(charset: str, data: bytes, text: str) -> None:
    (message,) = read(eml(Content_Type=f"text/plain; charset={charset}", body="") + data)
    assert message.text == text


LINES = st.sampled_from(
    [
        b"From: a\r\n", b"From: =?utf-8?q?a?= <x>\r\n", b"Date: Wed, 12 Aug 2026 10:00:00 +0200\r\n", b"Date: \xff\r\n",
        b"Received: x; Wed, 12 Aug 2026 10:00:00 +0200\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: text/html; charset=x\r\n", b"Content-Type: message/rfc822\r\n", b"Content-Type: ;;\r\n",
        b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n", b"\r\n", b"--b\r\n",
        b"--b--\r\n", b"On 12.08.2026 10:14, A wrote:\r\n", b"> x\r\n", b"<p>x\r\n", b"\x00\r\n",
        b"Subject: =?x?q?=ff?=\r\n",
        b"Content-Disposition: attachment; filename*=x'y'%ff\r\n",
        b"Content-Disposition: attachment; filename*0*=%%\r\n",
    ]
)  # fmt: skip


@given(st.lists(st.lists(LINES | st.binary(max_size=6), max_size=25).map(b"".join), min_size=1, max_size=3))
def test_nothing_but_a_problem_ever_comes_out(files: list[bytes]) -> None:
    found = outcome(*files)
    if isinstance(found, Problem):
        assert found.text("pl")
        return
    assert [m.number for m in found] == list(range(1, len(found) + 1))
    assert [m.at for m in found] == sorted(m.at for m in found)
    assert all(m.who and m.at.tzinfo is UTC for m in found)
